"""The lines by which an approval shows what a request would record, one for each entry.

The check of approvals makes them again from what was recorded, and compares.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Final

from ledger.core.factors import Side, Stage
from ledger.core.quantity import Unit, format_quantity
from ledger.journal.entries import Act, Movement

MOST_LINES: Final = 20
"""So many lines are shown one by one, after the head; a hash stands for all entries of more."""

_ERASED: Final = "[erased]"


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryTerms:
    """What is shown of an entry. `movements` name needs and offers by their codes."""

    act: Act
    movements: Sequence[Movement]
    deal: str | None
    effective_on: date
    reverses: int | None
    override: str | None


class EntriesDigest:
    """The hash over all entries of a request, which an approval of very many shows.

    It does not depend on what a request that is repeated may name otherwise: the codes of what it
    adds, and the numbers of its own entries. Of an override it covers only that there is one.
    """

    def __init__(self) -> None:
        """Start without entries."""
        self.count = 0
        self._digest = sha256()
        self._added: set[tuple[Side, str]] = set()
        self._opened: set[str | None] = set()

    def add(self, terms: EntryTerms, *, introduces: bool, reverses_here: bool) -> None:
        """Take in the next entry."""
        self.count += 1
        declared = (one for one in terms.movements if one.from_stage is Stage.UNDECLARED)
        self._added.update((one.side, one.account) for one in declared)
        if introduces:
            self._opened.add(terms.deal)
        content = [
            terms.act.value,
            terms.effective_on.isoformat(),
            True if terms.deal in self._opened and terms.deal is not None else terms.deal,
            True if reverses_here else terms.reverses,
            bool(terms.override),
            *map(self._movement, terms.movements),
        ]
        self._digest.update(json.dumps(content).encode() + b"\n")

    def _movement(self, one: Movement) -> list[object]:
        account = None if (one.side, one.account) in self._added else one.account
        stages = (one.from_stage.value, one.to_stage.value)
        return [one.side.value, account, one.unit, *stages, one.amount]

    @property
    def line(self) -> str:
        """Give the line that stands for all of them."""
        return f"all {self.count} entries: SHA-256 {self._digest.hexdigest()}"


def entry_line(terms: EntryTerms, unit_of: Callable[[str], Unit]) -> str:
    """Describe what an entry records."""
    return ", ".join(_parts(terms, unit_of))


def _parts(terms: EntryTerms, unit_of: Callable[[str], Unit]) -> list[str]:
    sides = {one.side: one for one in reversed(terms.movements)}
    moved = sides.get(Side.NEED, terms.movements[0])
    quantity = format_quantity(moved.amount, unit_of(moved.unit))
    named = [one for one in (Side.NEED, Side.OFFER) if one in sides]
    return [
        f"{terms.act.value} {quantity}",
        *(f"{side.value} {sides[side].account}" for side in named),
        *([] if terms.deal is None else [f"deal {terms.deal}"]),
        f"on {terms.effective_on}",
        *([] if terms.reverses is None else [f"reverses entry {terms.reverses}"]),
        *([] if terms.override is None else [f"override: {terms.override}"]),
    ]


def pattern_of(
    terms: EntryTerms,
    unit_of: Callable[[str], Unit],
    *,
    new_accounts: frozenset[str],
    new_deal: bool,
    reverses_here: bool,
) -> re.Pattern[str]:
    """Give what the line of a recorded entry was, whatever codes its request has given.

    A record that a request adds may have another code by the time it is repeated, and an entry
    another number. An override that was erased may have been any text.
    """

    def pattern(part: str) -> str:
        word, _, code = part.partition(" ")
        is_new = (
            (word == "deal" and new_deal)
            or (word in {*Side} and code in new_accounts)
            or (word == "reverses" and reverses_here)
        )
        if is_new:
            return rf"{word} (?:entry )?\S+"
        if part == f"override: {_ERASED}":
            return r"override: .*"
        return re.escape(part)

    return re.compile(", ".join(map(pattern, _parts(terms, unit_of))), re.DOTALL)
