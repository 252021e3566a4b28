"""A ledger with a committed deal, from which the tests of instalments begin."""

from __future__ import annotations

import pytest
from officer import Officer


@pytest.fixture
def metro(officer: Officer) -> Officer:
    """Give an officer whose ledger has a deal: 9M EUR, two instalments, the rest in October."""
    officer.says("city add Lahore --code LHE --country PK")
    officer.says("provider add 'Bank, of \\ Asia; Ltd' --code BANK --kind bank")
    officer.says("project add Metro --city LHE --sector transport.urban")
    officer.says("need add PRJ-0001 money '10M EUR' --on 2026-01-01")
    officer.says("offer add BANK money '20M EUR' --on 2026-01-01")
    officer.says(
        "deal introduce O-0001 N-0001 '9M EUR' --commit --on 2026-02-01 --due 2027-10-01",
        *("--due", "2026-11-01=1M EUR", "--due", "2027-03-01=2M EUR"),
    )
    return officer
