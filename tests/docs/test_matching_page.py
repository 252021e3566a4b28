"""The page on matching shows what the program answers, on real needs and a modelled supply."""

from __future__ import annotations

import matching_page
import pytest
import time_machine
from matching_page import DAY, PAGE, RATES, TRANSIT, WORLDBANK

pytestmark = pytest.mark.skipif(
    not all(one.exists() for one in (TRANSIT, WORLDBANK, RATES)),
    reason=f"the files of real needs, approvals and rates are not in {matching_page.DATA}",
)


@pytest.mark.long
def test_every_command_of_the_page_prints_what_stands_there(own_folder):
    matching_page.lay_out(own_folder)
    with time_machine.travel(DAY):
        for command, now, there in matching_page.answers(PAGE.read_text(encoding="utf-8")):
            assert now == there, (
                f"{command}\nIf this is as it should be: python tests/docs/matching_page.py"
            )
