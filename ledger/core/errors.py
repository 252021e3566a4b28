"""The one tree of errors: every refusal is a class with a code, an exit code and a way out.

An error says *what* happened, *why* the ledger will not have it, and what to do *next*.
A class carries the usual why and next step; the place that raises it may say them better.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import ClassVar, NamedTuple


class ExitCode(IntEnum):
    """What the process tells the shell; scripts branch on these, so they never change."""

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
    """One fault of many: a line for people, and its parts for scripts."""

    line: str
    parts: Mapping[str, str | int | None]


class LedgerError(Exception):
    """Base of all refusals. Never raised itself: each refusal has a class of its own."""

    code: ClassVar[str] = "ledger-error"
    exit_code: ClassVar[ExitCode] = ExitCode.BUG
    default_why: ClassVar[str] = ""
    default_next: ClassVar[str] = ""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "code" not in vars(cls):
            # Scripts branch on it, so it is written down: renaming a class must not change it.
            raise TypeError(f"{cls.__name__} says no code of its own.")

    def __init__(self, what: str, *, why: str | None = None, next_step: str | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.why = self.default_why if why is None else why
        self.next_step = self.default_next if next_step is None else next_step

    def details(self) -> Sequence[Detail]:
        """Give the single faults behind a refusal of many things at once; mostly there are none."""
        return ()

    def with_what(self, what: str) -> LedgerError:
        """Give the same refusal with a *what* that says where it arose (a file's line, say)."""
        return type(self)(what, why=self.why, next_step=self.next_step)


class UsageError(LedgerError):
    """The command was not put together in a way the program understands."""

    code = "usage-error"
    exit_code = ExitCode.USAGE


class InvalidInput(LedgerError):
    """A value cannot be what it claims to be; nothing was looked up or changed."""

    code = "invalid-input"
    exit_code = ExitCode.INVALID


class RefusedByRule(LedgerError):
    """The input is well formed, but a rule of the ledger forbids the act."""

    code = "refused-by-rule"
    exit_code = ExitCode.REFUSED


class NotFound(LedgerError):
    """A code that the ledger does not know."""

    code = "not-found"
    exit_code = ExitCode.NOT_FOUND


class Busy(LedgerError):
    """Somebody else holds the lock; the same command will work later."""

    code = "busy"
    exit_code = ExitCode.BUSY


class CannotOpen(LedgerError):
    """The database cannot be reached or is not a ledger this program can use."""

    code = "cannot-open"
    exit_code = ExitCode.UNREACHABLE


class StorageTrouble(LedgerError):
    """A file cannot be read or written, or the disk is full."""

    code = "storage-trouble"
    exit_code = ExitCode.STORAGE
