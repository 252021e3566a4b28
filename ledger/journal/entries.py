"""The journal: entries of movements, and the table of allowed moves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final, NamedTuple

from ledger.core.factors import FREE_STAGE, Side, Stage
from ledger.core.quantity import MAX_AMOUNT
from ledger.core.text import parse_text

CANONICAL_FORMAT = 1
"""The format of canonical bytes of entries and register versions."""

PROPOSED_FORMAT = 2
"""The format of an entry that names the line of a proposal it was made from."""

TOTAL_FORMAT = 3
"""The format of an entry that changes a total: it has the total said, unless it says none."""

EXEMPTED_FORMAT = 4
"""The format of an entry that names the exemptions it rests on, and the line it was made from."""

IDENTITY_FORMAT = 2
"""The format of a version by which the identity of a record changed: its code, or its city."""

SALTED_FORMAT = 2
"""The format of a request whose leaves hold salted hashes of texts; before, they held the texts."""

CHAINED_FORMAT = 3
"""The format of a request that names one before it by its hash, and all of whose rows have leaves.

It holds salted hashes of texts too.
"""

BOUND_FORMAT = 4
"""The format of a request whose hash covers every row that it wrote.

Leaves of rows of statements, findings and approvals hold salted hashes of texts too.
"""

WAITING = 2**62
"""Entries of a write that wait for their number count on from here: after all that have one."""


class Act(StrEnum):
    """The act that an entry records. A reversal mirrors any of them."""

    DECLARE = "declare"
    REVISE = "revise"
    INTRODUCE = "introduce"
    COMMIT = "commit"
    DELIVER = "deliver"
    RELEASE = "release"
    RETURN = "return"
    WITHDRAW = "withdraw"
    EXPIRE = "expire"
    REINSTATE = "reinstate"
    REVERSE = "reverse"


LAPSE_REASON: Final = "lapsed"
"""The reason of a release by which a hold lapses after its last day."""

DEAL_ACTS = (Act.INTRODUCE, Act.COMMIT, Act.DELIVER, Act.RELEASE, Act.RETURN)


class ProposedLine(NamedTuple):
    """The line of a proposal, by its code, that an introduction was made from."""

    proposal: str
    line: int


class Move(NamedTuple):
    """One allowed move: the act, the side, and the stages it moves from and to."""

    act: Act
    side: Side
    from_stage: Stage
    to_stage: Stage


def _moves_of_both_sides(side: Side) -> Iterable[Move]:
    free = FREE_STAGE[side]
    yield Move(Act.DECLARE, side, Stage.UNDECLARED, free)
    yield Move(Act.REVISE, side, Stage.UNDECLARED, free)
    yield Move(Act.REVISE, side, free, Stage.UNDECLARED)
    yield Move(Act.INTRODUCE, side, free, Stage.HELD)
    yield Move(Act.COMMIT, side, Stage.HELD, Stage.COMMITTED)
    yield Move(Act.COMMIT, side, free, Stage.COMMITTED)
    yield Move(Act.DELIVER, side, Stage.COMMITTED, Stage.DELIVERED)
    yield Move(Act.RELEASE, side, Stage.HELD, free)
    yield Move(Act.RELEASE, side, Stage.COMMITTED, free)
    yield Move(Act.RETURN, side, Stage.DELIVERED, Stage.COMMITTED)
    yield Move(Act.WITHDRAW, side, free, Stage.WITHDRAWN)
    yield Move(Act.REINSTATE, side, Stage.WITHDRAWN, free)


def _moves_of_an_ending_offer() -> Iterable[Move]:
    """Return the moves of an offer alone: it expires, and what returns to it passes on."""
    yield Move(Act.EXPIRE, Side.OFFER, Stage.AVAILABLE, Stage.EXPIRED)
    yield Move(Act.REINSTATE, Side.OFFER, Stage.EXPIRED, Stage.AVAILABLE)
    for end in (Stage.EXPIRED, Stage.WITHDRAWN):
        yield Move(Act.RELEASE, Side.OFFER, Stage.AVAILABLE, end)


def _allowed_moves() -> frozenset[Move]:
    forward = {*_moves_of_an_ending_offer()}
    for side in Side:
        forward.update(_moves_of_both_sides(side))
    # A reversal may mirror any move and may itself be reversed: both directions are allowed.
    mirror = {Move(Act.REVERSE, m.side, m.to_stage, m.from_stage) for m in forward}
    again = {Move(Act.REVERSE, m.side, m.from_stage, m.to_stage) for m in forward}
    return frozenset(forward | mirror | again)


ALLOWED_MOVES = _allowed_moves()
"""Every allowed move. The database holds the same table and refuses all others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """A positive amount of one unit that moves between two stages of one account.

    `amount` is in the smallest part of `unit`. `account` is the code of a need or an offer; `deal`
    names the deal whose stages the movement also changes, if any.
    """

    side: Side
    account: str
    unit: str
    from_stage: Stage
    to_stage: Stage
    amount: int
    deal: str | None = None

    def __post_init__(self) -> None:
        """Assert what the tables require: a violation is a bug, never bad input."""
        assert 0 < self.amount <= MAX_AMOUNT, f"amount {self.amount} cannot be moved"
        assert self.from_stage != self.to_stage

    def of_deal(self, deal: str) -> Movement:
        """Return the same movement of a deal's stages."""
        if deal == self.deal:
            return self
        return Movement(
            side=self.side,
            account=self.account,
            unit=self.unit,
            from_stage=self.from_stage,
            to_stage=self.to_stage,
            amount=self.amount,
            deal=deal,
        )

    def mirror(self) -> Movement:
        """Return the movement that reverses this one."""
        return replace(self, from_stage=self.to_stage, to_stage=self.from_stage)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """The movements of one act, posted together or not at all, with who, when and why.

    `effective_on` is the officer's date, `recorded_at` the machine's clock in UTC. `override` is
    the officer's reason for going outside a mandate; `total` is what was said to be the total from
    its day on, zero for unknown; `exemptions` are those without which its pair was barred; `format`
    is the format of canonical bytes it was recorded in, which never changes.
    """

    number: int
    act: Act
    effective_on: date
    recorded_at: datetime
    request_key: str
    actor: str
    system_user: str
    host: str
    database_user: str | None
    movements: tuple[Movement, ...]
    deal: str | None = None
    reference: str | None = None
    reason: str | None = None
    override: str | None = None
    reverses: int | None = None
    proposed: ProposedLine | None = None
    total: int | None = None
    exemptions: tuple[str, ...] = ()
    format: int = CANONICAL_FORMAT

    @property
    def changes_total_only(self) -> bool:
        """Say whether the entry changes a total and states none, to keep or give way to another."""
        return self.format == TOTAL_FORMAT and self.total is None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActDetails:
    """The details of an act other than its movements: date, reference and reasons.

    `override` is the officer's reason for going outside a mandate, `proposed` the line of a
    proposal that an introduction was made from.
    """

    effective_on: date
    reference: str | None = None
    reason: str | None = None
    override: str | None = None
    proposed: ProposedLine | None = None

    def __post_init__(self) -> None:
        """Check the officer's texts; an empty text counts as none."""
        if self.reference is not None:
            object.__setattr__(self, "reference", parse_text(self.reference, "reference"))
        if self.override is not None:
            object.__setattr__(self, "override", parse_text(self.override, "override"))

    def without_override(self) -> ActDetails:
        """Return the details without a reason to leave the mandate; its other texts are parsed."""
        if self.override is None:
            return self
        plain = object.__new__(ActDetails)
        for name in ("effective_on", "reference", "reason", "proposed"):
            object.__setattr__(plain, name, getattr(self, name))
        object.__setattr__(plain, "override", None)
        return plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An entry about to be posted: everything but its number and its timestamp.

    `total` is the total that a declaration, a revision or its reversal says; `reversed_on` the
    day of what is reversed.
    """

    act: Act
    movements: tuple[Movement, ...]
    details: ActDetails
    deal: str | None = None
    reverses: int | None = None
    reversed_on: date | None = None
    total: int | None = None

    @property
    def format(self) -> int:
        """Return the format of the canonical bytes of the entry."""
        if self.details.proposed is not None:
            return PROPOSED_FORMAT
        changes_total = self.deal is None and changes_a_total(self.movements)
        return TOTAL_FORMAT if changes_total else CANONICAL_FORMAT

    def posted_as(self, number: int) -> Posted:
        """Return what a reversal needs of the entry, once it has a number."""
        return Posted(number, self.act, self.details.effective_on, self.deal, self.movements)


class Posted(NamedTuple):
    """The parts of an entry that a reversal needs."""

    number: int
    act: Act
    effective_on: date
    deal: str | None
    movements: tuple[Movement, ...]


class PostedHere:
    """What a request has reversed and lapsed itself, which queries do not show yet."""

    def __init__(self) -> None:
        """Remember nothing."""
        self._reversals: dict[int, list[int]] = {}
        self._lapses: dict[str | None, list[Posted]] = {}

    def add(self, draft: Draft, number: int) -> None:
        """Remember an entry if it is a reversal or a lapse."""
        if draft.reverses is not None:
            self._reversals.setdefault(draft.reverses, []).append(number)
        if draft.act is Act.RELEASE and draft.details.reason == LAPSE_REASON:
            self._lapses.setdefault(draft.deal, []).append(draft.posted_as(number))

    def is_reversed(self, number: int) -> bool:
        """Say whether an entry is reversed here, by a reversal that is not reversed itself."""
        return not all(map(self.is_reversed, self._reversals.get(number, ())))

    def lapses(self, deal: str, day: date) -> list[Posted]:
        """Return the lapses of a deal after a day that are not reversed."""
        return [
            one
            for one in self._lapses.get(deal, ())
            if one.effective_on > day and not self.is_reversed(one.number)
        ]

    def forget_from(self, number: int) -> None:
        """Leave out the reversals and lapses from a number on, which were taken back."""
        self._reversals = {
            target: [one for one in numbers if one < number]
            for target, numbers in self._reversals.items()
        }
        self._lapses = {
            deal: [one for one in lapses if one.number < number]
            for deal, lapses in self._lapses.items()
        }


def changes_a_total(movements: Iterable[Movement]) -> bool:
    """Say whether movements change what a need requires or an offer puts up in all."""
    return any(Stage.UNDECLARED in (one.from_stage, one.to_stage) for one in movements)


Stages = dict[Stage, int]
"""Amounts by stage, in the smallest part of the account's unit; a missing stage is zero."""


def required_amount(stages: Mapping[Stage, int]) -> int:
    """Return all that a need requires or an offer puts up: every stage but the counter-stage."""
    return sum(stages.values()) - stages.get(Stage.UNDECLARED, 0)


def entries_reversed(reversals: Iterable[tuple[int, int]]) -> frozenset[int]:
    """Return the entries whose reversal stands, from each reversal and the entry it names.

    A reversal that was itself reversed does not stand; its entry counts and may be reversed again.
    """
    reversed_: set[int] = set()
    for number, target in sorted(reversals, reverse=True):
        if number not in reversed_:
            reversed_.add(target)
    return frozenset(reversed_)
