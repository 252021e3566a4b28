"""What is installed: the program makes a ledger far from its checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

MAKE_A_LEDGER = """
import ledger
from ledger.core.requests import Request
from ledger.usecases.admin.set_up import LedgerSettings, set_up
from ledger.store.session.ledger import open_ledger
from migrations.guards import guards, present

made = set_up("sqlite:///mine.db", LedgerSettings(), Request(
    command="init", actor="a", system_user="u", host="h"))
with open_ledger("sqlite:///mine.db").read() as connection:
    assert set(present(connection)) == set(guards("sqlite"))
print(ledger.__file__, made.after)
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel and unpack it, as an installer does with one of pure Python."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def test_the_installed_program_makes_a_ledger(installed, tmp_path):
    told = subprocess.run(
        [sys.executable, "-c", MAKE_A_LEDGER],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert told.returncode == 0, told.stderr
    assert told.stdout.startswith(str(installed))


def test_the_wheel_brings_all_that_is_no_code(installed):
    shipped = {str(one.relative_to(installed)) for one in installed.rglob("*.*")}
    data = {
        str(one.relative_to(ROOT))
        for package in ("ledger", "cli", "migrations")
        for one in (ROOT / package).rglob("*.*")
        if one.suffix not in {".py", ".pyc"}
    }

    assert data
    assert data <= shipped
    assert not [name for name in shipped if name.startswith("tests")]
