"""Every report says below its table of which day it is, what was known, and its formula."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from beginnings import beginning
from officer import Officer
from world import NOON

REPORTS = (
    "report coverage",
    "report offers",
    "report providers",
    "report cities",
    "report pipeline",
    "report pipeline --list",
    "report pipeline --by city",
    "report seats",
    "report partnerships",
    "report partnerships --by city",
    "report partnerships --openings",
    "report engagement",
    "report engagement --by office",
    "report engagement --by country",
    "report restrictions",
    "report restrictions --all",
    "report overview",
    "exchange standing trams",
    "exchange suggest trams",
)


def _furnish(officer: Officer) -> None:
    officer.says("city add Mashhad --code MHD --country IR")
    officer.says("credential add MHD trams 'a line' --grade gold --source S")


lead_once, ledger_url, lead = beginning("lead", _furnish)


@pytest.mark.parametrize("line", REPORTS)
def test_a_table_has_its_day_and_formula_below_it(lead, line):
    notes = lead.tries(f"{line} --as-of 2026-11-22").err
    assert "As of 2026-11-22" in notes
    assert "as recorded by" not in notes
    assert "\nFormula: " in notes


@pytest.mark.parametrize("line", REPORTS)
def test_what_was_known_at_a_moment_is_said_to_be(lead, line):
    with time_machine.travel(NOON + timedelta(days=1)):
        said = lead.tries(f"{line} --known-at 2026-11-23T12:00:30Z --as-of 2026-11-23")
    assert said.code == 0, said
    assert "As of 2026-11-23, as recorded by 2026-11-23 12:00:30" in said.err
