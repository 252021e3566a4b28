"""Two accounts of one machine at a ledger in a file: neither can be both, whatever it types."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from forked import Forked
from ledgers import sqlite_file
from people import Person
from world import World

import cli
from cli.main import main
from ledger.usecases.check import run_checks

pytestmark = pytest.mark.only_on("sqlite")

COMMIT = ("deal", "commit", "D-0001", "2M EUR")
ACCOUNTS = ("nobody", "daemon", "bin", "games")


def accounts() -> tuple[pwd.struct_passwd, pwd.struct_passwd]:
    """Give two accounts of this machine that are not the tests' own; skip without."""
    if os.geteuid() != 0:
        pytest.skip("only root can run a process as another account")
    closed = [one for one in Path(cli.__file__).parents if not one.stat().st_mode & 0o001]
    if closed:
        pytest.skip(f"other accounts cannot read the program: {closed[-1]} is closed to them")
    known = {one.pw_name: one for one in pwd.getpwall() if one.pw_uid}
    found = [known[name] for name in ACCOUNTS if name in known]
    if len(found) < 2:
        pytest.skip("this machine has no two accounts to run as")
    return found[0], found[1]


Says = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def says(sara: Person, world: World) -> Iterator[Says]:
    """Let an account say a line on a ledger that both can write."""
    del sara  # who made the ledger
    world.ledger.engine.dispose()
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").exists() else None) as name:
        folder = Path(name)
        folder.chmod(0o777)
        file = folder / "fund.db"
        shutil.copy(sqlite_file(world.url), file)
        file.chmod(0o666)

        def say(
            account: pwd.struct_passwd, *words: str, **variables: str
        ) -> subprocess.CompletedProcess[str]:
            def run(line: list[str]) -> int:
                os.setgroups([])
                os.setgid(account.pw_gid)
                os.setuid(account.pw_uid)
                return main(line)

            home = {"HOME": name, "TZ": "UTC", "LANG": "C.UTF-8", "PATH": os.environ["PATH"]}
            line = ("--db", f"sqlite:///{file}", *words, "--json")
            return Forked(run, line, {**home, **variables}).ends()

        yield say
        other = World(f"sqlite:///{file}")
        (checked,) = run_checks(other.ledger, ["approvals"])
        other.ledger.engine.dispose()
        assert checked.ok, checked.failures
        assert checked.examined


def code_of(said: subprocess.CompletedProcess[str]) -> str:
    assert said.returncode == 4, said
    return str(json.loads(said.stderr.splitlines()[-1])["code"])


def test_two_accounts_are_two_whatever_one_of_them_types(says: Says) -> None:
    one, other = accounts()
    assert says(one, "approval", "rule", "add", "commit").returncode == 0
    assert code_of(says(one, *COMMIT)) == "approval-needed"
    give = ("approval", "give", "APR-0001")
    assert code_of(says(one, *give)) == "approval-own"
    disguise = dict.fromkeys(("USER", "LOGNAME", "USERNAME", "CITYFUND_ACTOR"), other.pw_name)
    assert code_of(says(one, *give, "--actor", other.pw_name, **disguise)) == "approval-own"
    given = says(other, *give)
    assert given.returncode == 0, given
    assert code_of(says(other, *COMMIT, "--key", "APR-0001")) == "approval-own"
    done = says(one, *COMMIT, "--key", "APR-0001")
    assert done.returncode == 0, done
    assert json.loads(done.stdout)["need"]["committed"] == "2000000.00"
    shown = json.loads(says(one, "approval", "show", "APR-0001").stdout)
    assert (shown["asked_by"], shown["answered_by"]) == (one.pw_name, other.pw_name)
