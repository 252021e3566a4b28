"""Entries on their way into the journal: about to be posted, and just posted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from ledger.journal import Act, Movement, ProposedLine


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An entry about to be posted: everything but its number and its moment."""

    act: Act
    effective_on: date
    movements: tuple[Movement, ...]
    deal: str | None = None
    reference: str | None = None
    reason: str | None = None
    override: str | None = None
    reverses: int | None = None
    proposed: ProposedLine | None = None


class Posted(NamedTuple):
    """What an entry did, as far as undoing it needs to know."""

    number: int
    act: Act
    effective_on: date
    deal: str | None
    movements: tuple[Movement, ...]
