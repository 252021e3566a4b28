"""Storage that fails as a test asks: the shim, the process it is preloaded into, and the cases."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from enum import IntEnum, IntFlag
from pathlib import Path
from typing import Any, Final

import pytest
from disk import Disk, read_journal

HERE: Final = Path(__file__).parent
TESTS: Final = HERE.parent
POWER_CUT: Final = 99
"""The exit code of a process whose power was cut."""

LEDGER: Final = "books.db"


class Kind(IntEnum):
    """How a call fails; in the order of shim.c."""

    NONE = 0
    CUT_BEFORE = 1
    CUT_AFTER = 2
    EIO = 3
    ENOSPC = 4
    SHORT = 5
    SHORT_THEN_FULL = 6


class Calls(IntFlag):
    """Which calls fail; the bits of shim.c."""

    WRITE = 1
    SYNC = 2
    TRUNCATE = 4
    CREATE = 8
    UNLINK = 16
    READ = 32


CHANGING: Final = Calls.WRITE | Calls.SYNC | Calls.TRUNCATE | Calls.CREATE | Calls.UNLINK


@dataclass(frozen=True)
class Fault:
    """So many calls of some kinds fail, from the `first` on."""

    kind: Kind
    calls: Calls = CHANGING
    first: int = 1
    count: int = 1


@dataclass(frozen=True)
class Case:
    """What a process does until its storage fails: command lines, or the acts of a plan."""

    fault: Fault
    name: str = "case"
    seed: int = 0
    acts: int = 0
    one_connection: bool = False
    lines: tuple[tuple[str, ...], ...] = ()
    pragmas: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ended:
    """What a process had acknowledged when it ended, and its exit code."""

    said: list[list[Any]]
    code: int
    folder: Path
    journal: Path

    @property
    def cut(self) -> bool:
        """Say whether its power was cut."""
        return self.code == POWER_CUT

    @property
    def calls(self) -> int:
        """Give how many calls there were of those that could have failed."""
        return int(self._end[1])

    @property
    def failed(self) -> int:
        """Give how many calls failed."""
        return int(self._end[2])

    @property
    def _end(self) -> list[Any]:
        assert self.said, self
        assert self.said[-1][0] == "end", self
        return self.said[-1]

    @property
    def url(self) -> str:
        """Give the ledger's URL."""
        return url_in(self.folder)


def url_in(folder: Path) -> str:
    """Give the URL of the ledger in a folder."""
    return f"sqlite:///{folder / LEDGER}"


def shim_in(folder: Path) -> Path:
    """Compile the shim; skip the tests where that cannot be done."""
    if not sys.platform.startswith("linux"):
        pytest.skip("storage faults are injected on Linux only")
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        pytest.skip("storage faults need a C compiler (cc), and this machine has none")
    made = folder / "shim.so"
    line = [compiler, "-O1", "-shared", "-fPIC", "-o", made, HERE / "shim.c", "-ldl"]
    told = subprocess.run(line, capture_output=True, text=True, check=False)
    if told.returncode:
        pytest.skip(f"the C compiler cannot make the shim: {told.stderr.strip()[-300:]}")
    return made


@dataclass
class Storage:
    """A process that runs cases over copies of one ledger."""

    process: subprocess.Popen[str]
    place: Path
    before: bytes
    number: int = field(default=0)

    def run(self, case: Case) -> Ended:
        """Run a case over a new copy of the ledger."""
        self.number += 1
        folder = self.place / str(self.number)
        folder.mkdir()
        (folder / LEDGER).write_bytes(self.before)
        journal = self.place / f"{self.number}.journal"
        told = {**asdict(case), "url": url_in(folder), "journal": str(journal)}
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{json.dumps(told)}\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        ended = Ended(answer["said"], answer["code"], folder, journal)
        assert ended.code in {0, POWER_CUT}, ended.said
        return ended

    def disk_after(self, ended: Ended) -> Disk:
        """Give what is known of the disk when the process ended."""
        disk = Disk({LEDGER: self.before})
        for call in read_journal(ended.journal):
            disk.happen(call)
        return disk

    def forget(self, ended: Ended) -> None:
        """Remove what a case left."""
        shutil.rmtree(ended.folder)
        ended.journal.unlink()


@contextmanager
def storage_that_fails(shim: Path, place: Path, ledger: Path) -> Iterator[Storage]:
    """Start the process, over a ledger that is all in one file."""
    root = str(TESTS.parent)
    paths = [root, str(TESTS), str(TESTS / "crashes"), str(HERE)]
    environment = {
        **os.environ,
        "LD_PRELOAD": str(shim),
        "STORAGE_FAULTS_FOLDER": str(place),
        "PYTHONPATH": os.pathsep.join(paths),
    }
    line = [sys.executable, str(HERE / "preloaded.py")]
    process = subprocess.Popen(
        line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, text=True
    )
    try:
        yield Storage(process, place, ledger.read_bytes())
    finally:
        assert process.stdin is not None
        process.stdin.close()
        process.wait(60)
