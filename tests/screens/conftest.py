"""A ledger with names from right to left, furnished once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine
from ledgers import SqliteLedgers
from officer import Officer, furnished
from world import NOON

from ledger.core.factors import Factor


def furnish(officer: Officer) -> None:
    """Fill a ledger with a row for every listing, some with Persian, Arabic and Urdu names."""
    world = officer.world
    world.city(name="Mashhad")
    officer.says("city edit MHD --name-local مشهد")
    officer.says("city add Lahore --code LHE --country PK --name-local لاہور")
    officer.says("city add Baghdad --code BGW --country IQ --name-local بغداد")
    world.need("100 EUR", "N-0001", topic="metro")
    world.need("10 person-day", "N-0002", factor=Factor.EXPERTISE, topic="metro")
    world.offer("50 EUR", "O-0001")
    officer.says("provider add 'بانک شهر' --kind bank --code SHAHR --country IR")
    officer.says("offer add SHAHR money '1200000 EUR' --on 2026-11-01")
    officer.says("project edit PRJ-0001 --title 'خط ۲ مترو line 2'")
    officer.says("rates add EUR USD 1.1 --on 2026-11-20 --source test")
    officer.says("deal introduce O-0001 N-0001 '10 EUR' --until 2027-01-31")
    officer.says("approach add N-0001 BANK --on 2026-11-01")
    officer.says("restriction add --providers BANK --authority Council --reason debarred --yes")
    officer.says("body add Metropolis --code METROPOLIS --kind association")
    officer.says("seat add MHD METROPOLIS --from 1993")
    officer.says("partnership add LHE MHD --kind twinning --signed 2006 --aim 'کتابخانه'")
    officer.says("partnership undertake PA-0001 'a library' --by MHD")
    officer.says("credential add MHD metro 'line 1' --grade good --as-of 2015 --source S")
    officer.says("meeting add --body METROPOLIS --name Assembly --from 2025-11-03")
    officer.says("meeting attend MT-0001 MHD --did spoke")
    officer.says("motion add --meeting MT-0001 --by MHD --what bank")
    officer.says("target add --body METROPOLIS --measure present --value 0.9 --by 2027-12-31")
    officer.says("match --save")


@pytest.fixture(scope="session")
def screened(template_ledger: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Give the URL of a ledger that was furnished once, for the tests to read."""
    folder = tmp_path_factory.mktemp("screened")
    return furnished(SqliteLedgers(folder, template_ledger), furnish, folder)


@pytest.fixture(autouse=True)
def later() -> Iterator[None]:
    """Read after the ledger was furnished."""
    with time_machine.travel(NOON, tick=True):
        yield
