"""The kinds of findings, and what a difference between a statement and the ledger consists of."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ledger.statements.facts import Act, Line


class Kind(StrEnum):
    """What a finding is: a difference of a statement, or trouble in coming by one."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One difference: the lines and the acts that it is between, either of which may be none.

    `deal` is the one it is about, where there is one; `other` what was named instead.
    """

    kind: Kind
    lines: tuple[Line, ...] = ()
    acts: tuple[Act, ...] = ()
    deal: str | None = None
    other: str | None = None
