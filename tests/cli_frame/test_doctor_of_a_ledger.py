"""`doctor` finds what is wrong with a ledger, and says how it is mended."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import time_machine
from officer import Officer
from world import NOON

from cli.commands import doctor
from cli.framework.user_state import state_path
from cli.main import main
from ledger.core.errors import ExitCode


class Usage(NamedTuple):
    """How full a disk is."""

    free: int


def findings(officer: Officer) -> list[str]:
    answer = officer.tries("doctor").out.splitlines()
    return [line.removeprefix("finding: ") for line in answer if line.startswith("finding: ")]


def facts_of(officer: Officer) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(officer.tries("doctor --json").out)
    return answer


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
    (found_now,) = [one for one in findings(officer) if "1 guard of the database is not" in one]
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
    assert facts_of(officer)["disk_free"] == 5 * 1024 * 1024
    assert re.search(r"disk.free +5 MB\s", officer.tries("doctor").out)


def test_the_last_backup_is_known_and_an_old_one_is_found(officer: Officer, tmp_path: Path) -> None:
    assert facts_of(officer)["last_backup"] is None
    assert "note: no backup of yours is known on this machine" in officer.tries("doctor").out
    before, file = findings(officer), tmp_path / "backup.db"
    officer.says(f"db backup {file}")
    facts = facts_of(officer)
    assert facts["last_backup"].startswith(NOON.date().isoformat())
    assert (facts["last_backup_file"], facts["days_since_backup"]) == (str(file), 0)
    assert findings(officer) == before
    assert "no backup" not in officer.tries("doctor").out
    assert "no backup" in officer.tries(f"doctor --db sqlite:///{file}").out
    with time_machine.travel(NOON + timedelta(days=9, hours=1), tick=True):
        (found,) = [one for one in findings(officer) if "backup of yours" in one]
    assert found == (
        f"the last backup of yours was made 9 days ago, into {file}; "
        "make one: cityfund db backup FILE"
    )


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize(
    "content", [b"[]", b"{", b"\xff", b'{"KEY": 1}', b'{"KEY": {"file": "a"}}']
)
def test_a_spoiled_file_of_backups_is_no_obstacle(
    officer: Officer, tmp_path: Path, content: bytes
) -> None:
    officer.says(f"db backup {tmp_path}/first.db")
    (key,) = json.loads(state_path("backups.json").read_bytes())
    state_path("backups.json").write_bytes(content.replace(b"KEY", key.encode()))
    assert facts_of(officer)["last_backup"] is None
    officer.says(f"db backup {tmp_path}/second.db")
    assert facts_of(officer)["days_since_backup"] == 0


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("url", ["oracle", "nonsense://x", "sqlite:////nowhere/fund.db"])
def test_where_no_ledger_is_doctor_says_that_alone(
    officer: Officer, capsys: pytest.CaptureFixture[str], url: str
) -> None:
    assert main(["doctor", "--json", "--db", url]) == ExitCode.FINDINGS
    document = json.loads(capsys.readouterr().out)
    assert (len(document["findings"]), document["notes"]) == (1, [])
    assert document["last_backup"] is None


@pytest.mark.only_on("sqlite")
def test_a_backup_is_made_where_nothing_can_be_kept_of_it(
    officer: Officer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    assert "was backed up" in officer.says(f"db backup {tmp_path}/backup.db")


@pytest.mark.only_on("sqlite")
def test_an_older_schema_is_found(officer: Officer) -> None:
    with officer.world.ledger.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0003'")
    (found,) = [one for one in findings(officer) if "upgrade" in one]
    assert "cityfund db backup FILE" in found
