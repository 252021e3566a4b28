"""The check of the database's file, and the other checks over rows that may be damaged.

The file is its pages, the kinds of its cells, and its references. What one check cannot read does
not stop the others.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

from ledger.checks.result import CheckReport, CheckResult
from ledger.core.errors import LedgerError


class FileFaults(NamedTuple):
    """What is wrong in a database below the level of records, and how many things were examined.

    `faults` are clauses that name the place; `notes` say what the database checks by itself.
    """

    examined: int
    faults: Iterable[str]
    notes: tuple[str, ...] = ()


def check_file(faults: FileFaults) -> CheckResult:
    """Check that pages, cells and references are as the database and the program write them."""
    report = CheckReport("file")
    report.examined = faults.examined
    for fault in faults.faults:
        report.fail(fault)
    return report.result(*faults.notes)


class Checking:
    """The results of checks so far, and those that could not be completed."""

    def __init__(self, *, raises: tuple[type[Exception], ...] = ()) -> None:
        """Start without results; errors that `raises` names are no fault of the rows."""
        self._done: dict[str, CheckResult] = {}
        self._stopped: dict[str, Exception] = {}
        self._raises: tuple[type[Exception], ...] = (LedgerError, OSError, MemoryError, *raises)

    def add(self, result: CheckResult) -> None:
        """Add a result."""
        self._done[result.name] = result

    @contextmanager
    def attempt(self, names: Collection[str]) -> Iterator[Collection[str]]:
        """Try to run the named checks; an error of theirs is kept until all have been tried."""
        try:
            yield names
        except self._raises:
            raise
        except Exception as error:  # noqa: BLE001 - raised again, unless a check finds damage
            self._stopped.update(dict.fromkeys(names, error))

    def results(self) -> Mapping[str, CheckResult]:
        """Give all results: where one has failed, those that could not be completed fail too.

        Where none has failed, the error is one of the program, and is raised.
        """
        if self._stopped and all(result.ok for result in self._done.values()):
            raise next(iter(self._stopped.values()))
        stopped = {
            name: _not_completed(name, error)
            for name, error in self._stopped.items()
            if name not in self._done
        }
        return {**self._done, **stopped}


def _not_completed(name: str, error: Exception) -> CheckResult:
    lines = str(error).strip().splitlines()
    told = f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__
    report = CheckReport(name)
    report.fail(f"the check cannot be completed, because rows that it reads are damaged ({told})")
    return report.result()
