"""While somebody looks at the preview of an import, everybody else goes on writing."""

from __future__ import annotations

import sys
from pathlib import Path

import pexpect
import pytest
from world import World

from ledger.core.errors import ExitCode

PROGRAM = "import sys; from cli.main import main; sys.exit(main())"
NEEDS = "code,project,factor,quantity,unit,declared_on\nN-0001,PRJ-0001,money,900,EUR,2026-01-01\n"


@pytest.fixture
def asked(ledger_url: str, tmp_path: Path):
    """Give a world, and an import on a terminal that has come to its question."""
    world = World(ledger_url)
    world.need("1000 EUR")
    (tmp_path / "needs.csv").write_text(NEEDS, encoding="utf-8")
    officer = pexpect.spawn(
        sys.executable,
        ["-c", PROGRAM, "import", str(tmp_path / "needs.csv"), "--db", ledger_url],
        encoding="utf-8",
        timeout=60,
    )
    officer.expect_exact("Import this? [y/N] ")
    yield world, officer
    officer.close(force=True)
    world.ledger.engine.dispose()


def ends(officer: pexpect.spawn[str]) -> tuple[int, str]:
    officer.sendline("y")
    officer.expect(pexpect.EOF)
    officer.close()
    return int(officer.exitstatus or 0), " ".join(str(officer.before).split())


def test_others_write_meanwhile_and_what_was_agreed_to_is_done(asked):
    world, officer = asked
    world.city("SMP", country="BR", office="americas")

    assert ends(officer)[0] == ExitCode.DONE
    assert world.stages("need", "N-0001") == {"open": 90_000}


def test_where_it_would_do_something_else_now_it_does_nothing(asked):
    world, officer = asked
    world.revise("need", "N-0001", "800 EUR")

    code, told = ends(officer)

    assert code == ExitCode.BUSY
    assert "The ledger is not as it was when you looked at the preview." in told  # ledger-moved-on
    assert world.stages("need", "N-0001") == {"open": 80_000}
