"""What comparing statements with the ledger finds: differences between lines and entries.

A difference names its lines and its entries. Where several sets of them make the same sum, it is
unclear, and none of the sets is asserted.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ledger.statements.facts import DealEntry
from ledger.statements.lines import StatementLine

TOLERANCE_DAYS: Final = 3
"""Days by which two dates may differ and still agree, unless another number is given."""


class FindingKind(StrEnum):
    """The kind of a finding: a difference, a problem with a provider's statements, a name."""

    AMOUNT = "amount-differs"
    DATE = "date-differs"
    UNIT = "unit-differs"
    SIGN = "sign-differs"
    SPLIT = "split-lines"
    MERGED = "merged-lines"
    DUPLICATE = "duplicate"
    UNKNOWN = "unknown-here"
    MISSING = "missing-there"
    PARTY = "wrong-party"
    ROUNDING = "rate-rounding"
    FILE = "bad-file"
    SILENT = "silent-provider"
    UNCLEAR = "unclear-sum"
    REPLACED = "replaced-lines"
    NAME_MATCH = "name-match"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnclearSum:
    """The sets of acts of one line, or of lines of one act, none of which is asserted.

    `sets` are the first of `count`; of a search that was not completed neither is known.
    """

    count: int = 0
    sets: tuple[tuple[DealEntry | StatementLine, ...], ...] = ()
    complete: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One difference between lines and entries; one of the two may be empty.

    `deal` is the one deal concerned, if any; `other` is what the line names instead. A doubtful
    difference has another explanation: no command is suggested.
    """

    kind: FindingKind
    lines: tuple[StatementLine, ...] = ()
    entries: tuple[DealEntry, ...] = ()
    deal: str | None = None
    other: str | None = None
    unclear: UnclearSum | None = None
    doubtful: bool = False
