"""Checks of deals: both sides move together by the rule of parts, and a hold ends once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from ledger.checks.journal_pass import JournalCheck
from ledger.checks.rows import (
    FREE_WORDS,
    CheckContext,
    DealRow,
    EntryRow,
    MovementRow,
    RunningBalances,
    Shortfall,
    shift,
)
from ledger.core.factors import DEAL_STAGES, Side, Stage
from ledger.deals.deal import offer_amount_to_hold, offer_part
from ledger.journal.entries import DEAL_ACTS, Act

_NEED: Final = Side.NEED.value
_OFFER: Final = Side.OFFER.value
_OPEN: Final = FREE_WORDS[_NEED]
_STAGES: Final = tuple(stage.value for stage in DEAL_STAGES)
_ENDS: Final = (Stage.EXPIRED, Stage.WITHDRAWN)


class _Sides(NamedTuple):
    """The movements of a deal's entry: the need's, and the offer's if any."""

    need: MovementRow
    offer: MovementRow | None


class BothSides(JournalCheck):
    """Each entry of a deal moves both sides through the same stages, by the rule of parts."""

    name = "both-sides"

    def __init__(self, context: CheckContext) -> None:
        """Start without acts."""
        super().__init__(context)
        self._days = OfferDays(context)

    def before(self, entry: EntryRow, balances: RunningBalances) -> None:
        """Check how an entry moves its deal, given the deal's balances before it."""
        if entry.deal_id is None:
            self._check_entry_without_deal(entry)
            return
        self.report.examined += 1
        deal = self.context.deals.get(entry.deal_id)
        if deal is None:
            self._fail(entry, f"names {self.context.deal_name(entry.deal_id)}")
            return
        sides = self._sides(entry, deal)
        if sides is not None and entry.act != Act.REVERSE:
            self._check_amounts(entry, deal, sides, balances)
        self._days.add(deal, entry)

    def after(
        self, entry: EntryRow, balances: RunningBalances, _short: Sequence[Shortfall]
    ) -> None:
        """Report a stage that is empty on the need's side but not on the offer's."""
        deal = None if entry.deal_id is None else self.context.deals.get(entry.deal_id)
        if deal is None:
            return
        need, offer = balances.of_deal(deal.id, _NEED), balances.of_deal(deal.id, _OFFER)
        for stage in _STAGES:
            left = offer.get(stage, 0)
            if left and not need.get(stage, 0):
                shown = self.context.shown(deal.offer_id, left)
                self._fail(
                    entry, f"leaves deal {deal.code} with {shown} {stage} of the offer alone"
                )

    def _fail(self, entry: EntryRow, wrong: str) -> None:
        self.report.fail(f"entry {entry.number} {wrong}")

    def _check_entry_without_deal(self, entry: EntryRow) -> None:
        if entry.act in DEAL_ACTS:
            self._fail(entry, f"is an act of a deal ({entry.act}) that names no deal")
        if any(movement.deal_id is not None for movement in entry.movements):
            self._fail(entry, "moves a deal that it does not name")

    def _sides(self, entry: EntryRow, deal: DealRow) -> _Sides | None:
        """Assign the movements of a deal's entry to its sides; report those of neither side."""
        of_need: list[MovementRow] = []
        of_offer: list[MovementRow] = []
        for movement in entry.movements:
            if movement.deal_id is None:
                self._check_pass_on(entry, deal, movement)
            elif movement.deal_id == deal.id and movement.account_id == deal.need_id:
                of_need.append(movement)
            elif movement.deal_id == deal.id and movement.account_id == deal.offer_id:
                of_offer.append(movement)
            else:
                who = self.context.account_name(movement.account_id)
                self._fail(entry, f"moves {who}, which is not a side of deal {deal.code}")
        if len(of_need) != 1 or len(of_offer) > 1:
            counts = f"{len(of_need)} movements of its need and {len(of_offer)} of its offer"
            self._fail(entry, f"moves deal {deal.code} by {counts}")
            return None
        sides = _Sides(of_need[0], of_offer[0] if of_offer else None)
        return sides if self._same_stages(entry, deal, sides) else None

    def _check_pass_on(self, entry: EntryRow, deal: DealRow, movement: MovementRow) -> None:
        """Report a movement outside the deal: only what returned to an offer may pass on."""
        between = {movement.from_stage, movement.to_stage}
        passes = Stage.AVAILABLE in between and not between.isdisjoint(_ENDS)
        if movement.account_id != deal.offer_id or not passes:
            who = self.context.account_name(movement.account_id)
            self._fail(entry, f"of deal {deal.code} moves {who} outside the deal")

    def _same_stages(self, entry: EntryRow, deal: DealRow, sides: _Sides) -> bool:
        if sides.offer is None:
            return True
        way = (sides.need.from_stage, sides.need.to_stage)
        if way == (sides.offer.from_stage, sides.offer.to_stage) and _OPEN not in way:
            return True
        same = tuple(FREE_WORDS[_OFFER] if one == FREE_WORDS[_NEED] else one for one in way)
        if same == (sides.offer.from_stage, sides.offer.to_stage):
            return True
        went = f"{sides.offer.from_stage} to {sides.offer.to_stage}"
        self._fail(
            entry,
            f"moves the need of deal {deal.code} from {' to '.join(way)}, its offer from {went}",
        )
        return False

    def _check_amounts(
        self, entry: EntryRow, deal: DealRow, sides: _Sides, balances: RunningBalances
    ) -> None:
        due = _offer_due(self.context, deal, sides.need, balances)
        moved = 0 if sides.offer is None else sides.offer.amount
        if due is None:
            self._fail(entry, f"moves a part of deal {deal.code} that cannot be computed")
        elif moved not in (due, self._days.late_part(deal, entry, sides.need.from_stage, due)):
            need_text = self.context.shown(deal.need_id, sides.need.amount)
            offer_text = self.context.shown(deal.offer_id, moved) if moved else "nothing"
            expected = self.context.shown(deal.offer_id, due)
            self._fail(
                entry,
                f"moves {need_text} of deal {deal.code}'s need with {offer_text} of its offer, "
                f"not {expected}",
            )


class OfferDays:
    """What each act changed on the offer's side of deals across units, by day.

    A part that was recorded late takes no more than the offer's side has on every day since.
    """

    def __init__(self, context: CheckContext) -> None:
        """Start without acts."""
        self._context = context
        self._changes: dict[int, dict[str, dict[str, int]]] = {}

    def add(self, deal: DealRow, entry: EntryRow) -> None:
        """Take in what an entry of a deal moves of its offer's stages."""
        if self._context.unit_of(deal.need_id) == self._context.unit_of(deal.offer_id):
            return
        days = self._changes.setdefault(deal.id, {})
        for movement in entry.movements:
            if movement.deal_id == deal.id and movement.account_id == deal.offer_id:
                stages = days.setdefault(entry.effective_on, {})
                if type(movement.amount) is int:
                    shift(stages, movement.from_stage, movement.to_stage, movement.amount)

    def late_part(self, deal: DealRow, entry: EntryRow, stage: str, due: int | None) -> int | None:
        """Return the part of an act by the stage's smallest amount from its day on."""
        if due is None or stage == _OPEN:
            return due
        days = self._changes.get(deal.id, {})
        left = sum(days[day].get(stage, 0) for day in days if day <= entry.effective_on)
        least = left
        for day in sorted(day for day in days if day > entry.effective_on):
            left += days[day].get(stage, 0)
            least = min(least, left)
        return min(due, max(least, 0))


def _offer_due(
    context: CheckContext, deal: DealRow, need: MovementRow, balances: RunningBalances
) -> int | None:
    """Return the offer's side of a part by the rule of parts; None if it cannot be computed."""
    if not need.is_exact:
        return None
    if need.from_stage == _OPEN:
        units = context.unit_of(deal.need_id), context.unit_of(deal.offer_id)
        if units[0] is None or units[1] is None or deal.rate is None:
            return None
        if units[0] == units[1] and deal.rate == 1:
            return need.amount
        return offer_amount_to_hold(need.amount, deal.rate, units[0].decimals, units[1].decimals)
    there = balances.of_deal(deal.id, _NEED).get(need.from_stage, 0)
    if need.amount > there:
        return None
    return offer_part(balances.of_deal(deal.id, _OFFER).get(need.from_stage, 0), there, need.amount)


class ResolvedOnce(JournalCheck):
    """What leaves a deal's held stage, on either side, is never more than what entered it.

    Amounts are counted gross: a reversal enters or leaves like any other act.
    """

    name = "resolved-once"

    def __init__(self, context: CheckContext) -> None:
        """Start with nothing held."""
        super().__init__(context)
        self._held: dict[tuple[int, int], int] = {}
        self._resolved: dict[tuple[int, int], int] = {}

    def before(self, entry: EntryRow, _balances: RunningBalances) -> None:
        """Count what an entry holds, and what it resolves of what is held."""
        for movement in entry.movements:
            if movement.deal_id is None or type(movement.amount) is not int:
                continue
            key = (movement.deal_id, movement.account_id)
            if movement.to_stage == Stage.HELD:
                self._held[key] = self._held.get(key, 0) + movement.amount
            elif movement.from_stage == Stage.HELD:
                self._resolved[key] = self._resolved.get(key, 0) + movement.amount
                self._compare(entry, movement.deal_id, movement.account_id)

    def _compare(self, entry: EntryRow, deal_id: int, account_id: int) -> None:
        self.report.examined += 1
        key = (deal_id, account_id)
        held, resolved = self._held.get(key, 0), self._resolved[key]
        if resolved > held:
            of_held = self.context.shown(account_id, held) if held else "nothing"
            self.report.fail(
                f"entry {entry.number} resolves {self.context.deal_name(deal_id)} up to "
                f"{self.context.shown(account_id, resolved)}, of {of_held} ever held"
            )
