"""Parsed rows: a record of the domain, the cells that were given, and its place in a file."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Generic, NamedTuple, TypeVar

from ledger.core.factors import Side, Stage
from ledger.interchange.problems import Place
from ledger.journal.entries import Act

R = TypeVar("R")

DEAL_ACTS = {
    "introduced": Act.INTRODUCE,
    "committed": Act.COMMIT,
    "delivered": Act.DELIVER,
    "released": Act.RELEASE,
    "returned": Act.RETURN,
    "reversed": Act.REVERSE,
}
"""What the table `deals` calls the acts of a deal."""

CHANGE_ACTS = {
    "declared": Act.DECLARE,
    "revised": Act.REVISE,
    "withdrawn": Act.WITHDRAW,
    "expired": Act.EXPIRE,
    "reinstated": Act.REINSTATE,
    "reversed": Act.REVERSE,
}
"""What the table `changes` calls the acts on a need's or an offer's own quantity."""

COMPENSATED = "compensated"
"""What it calls a revision that keeps the total of a later day, and states none."""


class RegisterRow(NamedTuple, Generic[R]):
    """One parsed row of a register.

    `given` holds the columns whose cell was filled: an empty cell means "not given", so it keeps
    what the ledger has. `quantity` is in the smallest part of the unit, for needs and offers.
    """

    record: R
    given: frozenset[str]
    place: Place
    quantity: int | None = None


class AliasRow(NamedTuple):
    """A former code of a record, and the code that it has now."""

    table: str
    alias: str
    code: str
    place: Place


class ActKey(NamedTuple):
    """What makes a deal's act the same act again (TABLES: code, act, date and reference)."""

    deal: str
    act: Act
    effective_on: date
    reference: str | None


class ChangeKey(NamedTuple):
    """What makes a change of a need's or an offer's quantity the same change again."""

    side: Side
    code: str
    act: Act
    effective_on: date
    reference: str | None


class DealActRow(NamedTuple):
    """One act of a deal. `amount` counts the smallest part of the need's unit.

    `rate` is exact: a decimal, or a fraction that no decimal is equal to.
    `offer_quantity` is the amount in the offer's unit, as a number of units.
    `sequence` and `reverses` are numbers of the ledger the row came from. A row with a sequence
    is history: `passed_to` then says exactly where the offer's side of a release went on to.
    """

    code: str
    offer: str
    need: str
    act: Act
    amount: int
    unit: str
    effective_on: date
    reference: str | None = None
    instrument: str | None = None
    held_until: date | None = None
    due_on: date | None = None
    rate: Decimal | Fraction | None = None
    offer_quantity: Decimal | None = None
    note: str | None = None
    override: str | None = None
    reason: str | None = None
    from_stage: Stage = Stage.HELD
    passed_to: Stage | None = None
    sequence: int | None = None
    reverses: int | None = None
    origin: str | None = None
    exemptions: tuple[str, ...] = ()
    not_before: date | None = None
    place: Place = Place("", 0)

    @property
    def key(self) -> ActKey:
        """Give the row's identity."""
        return ActKey(self.code, self.act, self.effective_on, self.reference)


class ChangeRow(NamedTuple):
    """One act on a need's or offer's own quantity; `amount` is negative for a revision down.

    `total` is the total stated from its day on, zero for unknown; None where the row states none:
    then the amount says what it is. A revision that is `compensating` states no total.
    """

    side: Side
    code: str
    act: Act
    amount: int
    unit: str
    effective_on: date
    reference: str | None = None
    reason: str | None = None
    from_stage: Stage | None = None
    sequence: int | None = None
    reverses: int | None = None
    total: int | None = None
    compensating: bool = False
    place: Place = Place("", 0)

    @property
    def key(self) -> ChangeKey:
        """Give the row's identity."""
        return ChangeKey(self.side, self.code, self.act, self.effective_on, self.reference)
