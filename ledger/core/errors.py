"""The error tree: every refusal is a class with a code, an exit code and a next step.

An error says *what* happened, *why* the ledger refuses it, and what to do *next*. A class has a
default why and next step; the place that raises it may give more specific ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import ClassVar, NamedTuple


class ExitCode(IntEnum):
    """Exit codes of the process. Scripts depend on them, so they never change."""

    DONE = 0
    FINDINGS = 1
    USAGE = 2
    INVALID = 3
    REFUSED = 4
    NOT_FOUND = 5
    BUSY = 6
    UNREACHABLE = 7
    BUG = 70
    STORAGE = 74
    INTERRUPTED = 130


class Detail(NamedTuple):
    """One fault of several: a line for people, and its parts for scripts.

    The line is empty where the error's first sentence has it already.
    """

    line: str
    parts: Mapping[str, str | int | None]


class LedgerError(Exception):
    """Base of all refusals. It is never raised itself: each refusal has its own class."""

    code: ClassVar[str] = "ledger-error"
    exit_code: ClassVar[ExitCode] = ExitCode.BUG
    default_why: ClassVar[str] = ""
    default_next: ClassVar[str] = ""
    faults: Sequence[Detail] = ()

    def __init_subclass__(cls, *, code: str, exit_code: ExitCode | None = None) -> None:
        """Take the code as an explicit keyword: scripts depend on it, so no rename changes it."""
        super().__init_subclass__()
        cls.code, cls.exit_code = code, exit_code or cls.exit_code

    def __init__(self, what: str, *, why: str | None = None, next_step: str | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.why = self.default_why if why is None else why
        self.next_step = self.default_next if next_step is None else next_step

    def details(self) -> Sequence[Detail]:
        """Return the single faults of a refusal that reports several; most report none."""
        return self.faults

    def with_what(self, what: str) -> LedgerError:
        """Return the same refusal with a *what* that names its place, such as a line of a file."""
        return type(self)(what, why=self.why, next_step=self.next_step)

    def with_next(self, next_step: str) -> LedgerError:
        """Return the same refusal with another next step."""
        return type(self)(self.what, why=self.why, next_step=next_step)


class UsageError(LedgerError, code="usage-error", exit_code=ExitCode.USAGE):
    """The command line cannot be understood."""


class InvalidInput(LedgerError, code="invalid-input", exit_code=ExitCode.INVALID):
    """A value is not valid; nothing was looked up or changed."""


class RefusedByRule(LedgerError, code="refused-by-rule", exit_code=ExitCode.REFUSED):
    """The input is well formed, but a rule of the ledger forbids the act."""


class NothingToChange(RefusedByRule, code="nothing-to-change"):
    """An edit that leaves everything as it is."""

    default_why = "Every term given is what the ledger holds already."
    default_next = "See the present terms with `show`."


class NotFound(LedgerError, code="not-found", exit_code=ExitCode.NOT_FOUND):
    """The ledger has no record of that code."""


class Busy(LedgerError, code="busy", exit_code=ExitCode.BUSY):
    """Another process holds the lock; the same command will work later."""


class CannotOpen(LedgerError, code="cannot-open", exit_code=ExitCode.UNREACHABLE):
    """The database cannot be reached or is not a ledger this program can use."""


class StorageTrouble(LedgerError, code="storage-trouble", exit_code=ExitCode.STORAGE):
    """A file cannot be read or written, or the disk is full."""
