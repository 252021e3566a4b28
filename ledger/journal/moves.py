"""The movements of each act, computed from the balances of both sides.

Every function takes balances and returns movements, or refuses; nothing is written here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import zip_longest
from typing import NamedTuple, Protocol

from ledger.core.errors import InvalidInput, RefusedByRule
from ledger.core.factors import FREE_STAGE, Side, Stage
from ledger.core.quantity import MAX_AMOUNT, Unit, format_quantity
from ledger.core.quantity_errors import QuantityTooLarge
from ledger.deals.deal import offer_amount_to_hold, offer_part
from ledger.journal.balance import Balance, DealBalance
from ledger.journal.entries import Movement
from ledger.journal.timeline import Timeline

Movements = tuple[Movement, ...]


class NotEnoughOpen(RefusedByRule, code="not-enough-open"):
    """More was requested of a need than is open."""

    default_why = "A hold takes at most what is open."
    default_next = "Give a smaller quantity, or release another hold first: cityfund need show CODE"


class NotEnoughAvailable(RefusedByRule, code="not-enough-available"):
    """More was requested of an offer than is available."""

    default_why = "An offer can be held only once."
    default_next = "Give a smaller quantity, or find another offer: cityfund need candidates NEED"


class NotEnoughHeld(RefusedByRule, code="not-enough-held"):
    """More was to be committed or released than the deal holds."""

    default_why = "Only what is held can be committed or released, and only once."
    default_next = "See what the deal holds: cityfund deal show DEAL"


class NotEnoughCommitted(RefusedByRule, code="not-enough-committed"):
    """More was to be delivered or released than is committed."""

    default_why = "Only what is committed can be delivered, or released with --committed."
    default_next = "See what is committed: cityfund deal show DEAL"


class NotEnoughDelivered(RefusedByRule, code="not-enough-delivered"):
    """More was to be returned than was delivered."""

    default_why = "Only what was delivered can be returned."
    default_next = "See what was delivered: cityfund deal show DEAL"


class NothingToMove(RefusedByRule, code="nothing-to-move"):
    """The stage that the act draws on is empty."""

    default_why = "The act moves all of a stage, and the stage is empty."
    default_next = "See the stages with `show`."


class OfferRemainder(RefusedByRule, code="offer-remainder"):
    """A late part would empty the need's side of a deal and leave a remainder of the offer's."""

    default_why = "Both sides of a deal end at zero together."


class NotEnoughWithdrawn(RefusedByRule, code="not-enough-withdrawn"):
    """More was to be reinstated than was withdrawn or has expired."""

    default_why = "Only what was withdrawn or has expired can be reinstated."
    default_next = "See the stages with `show`; to increase the quantity, edit it."


class WrongUnit(InvalidInput, code="wrong-unit"):
    """The quantity is not in the unit of the need or offer."""

    default_why = "Units are never converted silently."


class BelowQuantityInUse(RefusedByRule, code="below-what-is-taken"):
    """A quantity would be revised below what deals hold, committed or delivered."""

    default_why = "A decrease takes only what is open or available."
    default_next = "Release or withdraw first, or give a larger quantity."


_SHORTFALL = {
    Stage.OPEN: NotEnoughOpen,
    Stage.AVAILABLE: NotEnoughAvailable,
    Stage.HELD: NotEnoughHeld,
    Stage.COMMITTED: NotEnoughCommitted,
    Stage.DELIVERED: NotEnoughDelivered,
    Stage.WITHDRAWN: NotEnoughWithdrawn,
    Stage.EXPIRED: NotEnoughWithdrawn,
}


class Balanced(Protocol):
    """A need or an offer with its stages: a balance, or an account that follows what is posted."""

    @property
    def side(self) -> Side:
        """The side that it is."""

    @property
    def code(self) -> str:
        """Its code."""

    @property
    def unit(self) -> Unit:
        """The unit that it is counted in."""

    @property
    def stages(self) -> Mapping[Stage, int]:
        """Its amounts by stage; a missing stage is zero."""


class DealSides(NamedTuple):
    """A deal with both its sides as they stand."""

    deal: DealBalance
    need: Balanced
    offer: Balanced


def require_unit(balance: Balanced, unit: Unit) -> None:
    """Refuse a quantity that is not in the account's own unit."""
    if unit.code != balance.unit.code:
        raise WrongUnit(
            f"{balance.side.capitalize()} {balance.code} is in {balance.unit.code}, "
            f"not {unit.code}.",
            next_step=f"Give the quantity in {balance.unit.code}.",
        )


def _require(stages: Mapping[Stage, int], stage: Stage, amount: int, unit: Unit, who: str) -> None:
    """Refuse to take more out of a stage than it holds; `who` is such as `need N-0001`."""
    there = stages.get(stage, 0)
    if amount > there:
        raise _SHORTFALL[stage](
            f"{_named(who)} has {format_quantity(there, unit)} {stage}, "
            f"not {format_quantity(amount, unit)}.",
            next_step=f"Give a smaller quantity, or see the stages: cityfund {_shown_by(who)}",
        )


def _nothing(who: str, stage: Stage) -> NothingToMove:
    return NothingToMove(
        f"{_named(who)} has nothing {stage}.",
        next_step=f"See the stages: cityfund {_shown_by(who)}",
    )


def _named(who: str) -> str:
    return who[:1].upper() + who[1:]


def _shown_by(who: str) -> str:
    kind, _, code = who.partition(" ")
    return f"{kind} show {code}"


def declaration_movements(side: Side, code: str, unit: Unit, amount: int) -> Movements:
    """Declare the first quantity of a need or an offer."""
    _require_bounded(amount, unit)
    return (
        Movement(
            side=side,
            account=code,
            unit=unit.code,
            from_stage=Stage.UNDECLARED,
            to_stage=FREE_STAGE[side],
            amount=amount,
        ),
    )


def revision_movements(balance: Balance, total: int) -> Movements:
    """Revise all that is required or put up to `total`; a decrease takes only the free stage."""
    _require_bounded(total, balance.unit)
    free, change = FREE_STAGE[balance.side], total - balance.required
    if change > 0:
        return (_of(balance, Stage.UNDECLARED, free, change),)
    if change == 0:
        return ()
    if -change > balance.free:
        least = balance.required - balance.free
        raise BelowQuantityInUse(
            f"{balance.side.capitalize()} {balance.code} cannot go below "
            f"{format_quantity(least, balance.unit)}: only "
            f"{format_quantity(balance.free, balance.unit)} is {free}."
        )
    return (_of(balance, free, Stage.UNDECLARED, -change),)


def _require_bounded(amount: int, unit: Unit) -> None:
    if amount > MAX_AMOUNT:
        raise QuantityTooLarge(f"{format_quantity(amount, unit)} is more than the ledger accepts.")


def withdrawal_movements(balance: Balance, amount: int | None) -> Movements:
    """Withdraw an amount of what is open or available, or all of it."""
    return stage_movements(balance, FREE_STAGE[balance.side], Stage.WITHDRAWN, amount)


def expiry_movements(balance: Balance) -> Movements:
    """Expire all that is still available of an offer."""
    return stage_movements(balance, Stage.AVAILABLE, Stage.EXPIRED, None)


def reinstatement_movements(balance: Balance, from_stage: Stage, amount: int | None) -> Movements:
    """Reinstate an amount of what was withdrawn or has expired, or all of it."""
    return stage_movements(balance, from_stage, FREE_STAGE[balance.side], amount)


def stage_movements(
    balance: Balance, source: Stage, target: Stage, amount: int | None
) -> Movements:
    """Move an amount of an account's stage, or all of it, to another of its stages."""
    who = f"{balance.side} {balance.code}"
    moved = balance.stages.get(source, 0) if amount is None else amount
    if moved == 0:
        raise _nothing(who, source)
    _require(balance.stages, source, moved, balance.unit, who)
    return (_of(balance, source, target, moved),)


def hold_movements(sides: DealSides, need_part: int, target: Stage) -> Movements:
    """Take a part of the need's open and of the offer's available into `target`.

    `target` is held for an introduction, committed for a direct commitment. The offer's side is the
    part at the deal's rate, rounded up.
    """
    deal = sides.deal.deal
    need, offer = sides.need, sides.offer
    decimals = need.unit.decimals, offer.unit.decimals
    amount = offer_amount_to_hold(need_part, deal.exact_rate, *decimals)
    _require(need.stages, Stage.OPEN, need_part, need.unit, f"need {need.code}")
    _require(offer.stages, Stage.AVAILABLE, amount, offer.unit, f"offer {offer.code}")
    return (
        _of(need, Stage.OPEN, target, need_part, deal.code),
        _of(offer, Stage.AVAILABLE, target, amount, deal.code),
    )


def advance_movements(
    sides: DealSides,
    source: Stage,
    target: Stage,
    need_part: int | None,
    late: Timeline | None = None,
) -> Movements:
    """Move a part of a deal, or all of its `source` stage, to another stage on both sides.

    `late` is the offer's side from the day of a late act on: no more is taken than it always has.
    """
    deal = sides.deal
    who = f"deal {deal.deal.code}"
    there = deal.need.get(source, 0)
    part = there if need_part is None else need_part
    if part == 0:
        raise _nothing(who, source)
    _require(deal.need, source, part, sides.need.unit, who)
    amount = offer_part(deal.offer.get(source, 0), there, part)
    if late is not None and amount > late.least(source):
        if part == there:
            raise _offer_remainder(who, sides.offer.unit, late, source, amount)
        amount = late.least(source)
    both = [_of(sides.need, source, target, part, deal.deal.code)]
    if amount:
        both.append(_of(sides.offer, source, target, amount, deal.deal.code))
    return tuple(both)


def _offer_remainder(
    who: str, unit: Unit, late: Timeline, source: Stage, amount: int
) -> OfferRemainder:
    workable_from = late.first_day_with(source, amount)
    return OfferRemainder(
        f"{_named(who)} has only {format_quantity(late.least(source), unit)} {source} of its offer "
        f"from {late.day} on; with the last part of its need goes {format_quantity(amount, unit)}.",
        next_step=f"Date the act {workable_from} or later, or give a smaller quantity: "
        f"cityfund {_shown_by(who)}",
    )


def release_movements(
    sides: DealSides,
    source: Stage,
    need_part: int | None,
    passes_to: Stage | None,
    late: Timeline | None = None,
) -> Movements:
    """Release a hold or a commitment; on an ended offer the amount passes on in the same entry."""
    need_move, *offer_moves = advance_movements(sides, source, Stage.OPEN, need_part, late)
    moves = [need_move]
    for move in offer_moves:
        back = _of(sides.offer, source, Stage.AVAILABLE, move.amount, move.deal)
        moves += [back, *pass_on_movements(back, passes_to)]
    return tuple(moves)


PASS_ON_STAGES = (Stage.EXPIRED, Stage.WITHDRAWN)
"""The stages to which an amount that returns to an offer may pass on in the same entry."""


def pass_on_movements(back: Movement, passes_to: Stage | None) -> Movements:
    """Pass on what returned to an offer that has expired or was withdrawn."""
    if passes_to is None:
        return ()
    return (replace(back, from_stage=Stage.AVAILABLE, to_stage=passes_to, deal=None),)


def reversal_movements(movements: Movements, passes_to: Mapping[str, Stage | None]) -> Movements:
    """Reverse an entry: mirrored movements in reverse order, with what returns to an ended offer.

    `passes_to` is, by the code of an offer, the stage to which what becomes available passes on.
    """
    undone: list[Movement] = []
    due = [movement.mirror() for movement in reversed(movements)]
    for back, follows in zip_longest(due, due[1:]):
        undone.append(back)
        if back.deal is None or back.to_stage is not Stage.AVAILABLE:
            continue
        # The reversal of a pass-on holds the mirrored pass-on already, as its own line.
        passed = [one for end in PASS_ON_STAGES for one in pass_on_movements(back, end)]
        if follows not in passed:
            undone += pass_on_movements(back, passes_to.get(back.account))
    return tuple(undone)


def _of(
    balance: Balanced, source: Stage, target: Stage, amount: int, deal: str | None = None
) -> Movement:
    return Movement(
        side=balance.side,
        account=balance.code,
        unit=balance.unit.code,
        from_stage=source,
        to_stage=target,
        amount=amount,
        deal=deal,
    )
