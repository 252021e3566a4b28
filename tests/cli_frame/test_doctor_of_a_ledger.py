"""`doctor` finds what is wrong with a ledger, and says how it is mended."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
import time_machine
from officer import Officer
from world import NOON

from cli.commands import doctor


class Usage(NamedTuple):
    """How full a disk is."""

    free: int


def findings(officer: Officer) -> list[str]:
    answer = officer.tries("doctor").out.splitlines()
    return [line.removeprefix("finding: ") for line in answer if line.startswith("finding: ")]


@pytest.mark.only_on("sqlite")
def test_a_night_that_was_missed_and_old_rates_are_found(officer: Officer) -> None:
    officer.says("rates add EUR USD 1.10 --on 2026-11-20")
    before = findings(officer)
    assert "note: no night was run yet" in officer.tries("doctor").out
    officer.tries("reconcile")
    assert findings(officer) == before
    with time_machine.travel(NOON + timedelta(days=39), tick=True):
        new = [one for one in findings(officer) if one not in before]
    assert len(new) == 2, new
    assert new[0].startswith("the last whole night is that of 2026-11-")
    assert "cityfund reconcile" in new[0]
    assert new[1].startswith("the newest exchange rate is of 2026-11-20, 42 days ago")
    assert "cityfund rates import FILE" in new[1]


def test_guards_that_are_missing_are_found(officer: Officer, tmp_path: Path) -> None:
    with officer.world.ledger.engine.begin() as connection:
        found = connection.exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' ORDER BY name"
            if connection.dialect.name == "sqlite"
            else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal LIMIT 0"
        )
        names = [row[0] for row in found]
        if not names:
            pytest.skip("the user of a server does not own its tables")
        name = names[0]
        connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
    (found_now,) = [one for one in findings(officer) if "guards" in one]
    assert name in found_now
    assert "cityfund db copy --to URL" in found_now
    copy = f"sqlite:///{tmp_path}/copy.db"
    officer.says(f"db copy --to {copy}")
    assert "guards of the database" not in officer.tries(f"doctor --db {copy}").out


@pytest.mark.only_on("sqlite")
def test_a_disk_that_is_nearly_full_is_found(
    officer: Officer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda _: Usage(5 * 1024 * 1024))
    (found,) = [one for one in findings(officer) if "free" in one]
    assert found.startswith("only 5 MB are free where the ledger lies; make room in ")


@pytest.mark.only_on("sqlite")
def test_an_older_schema_is_found(officer: Officer) -> None:
    with officer.world.ledger.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0003'")
    (found,) = [one for one in findings(officer) if "upgrade" in one]
    assert "cityfund db backup FILE" in found
