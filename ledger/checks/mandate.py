"""The check of mandates: every hold and direct commitment judged again, as it was known then."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, NamedTuple

from ledger.checks.books import FREE_WORDS, Books, DealFacts, EntryRow, MovementRow, Running
from ledger.checks.passes import JournalCheck
from ledger.eligibility import Failure, NeedFacts, OfferFacts, Pairing, verdict
from ledger.factors import DEAL_STAGES, STAGES_OF, Side
from ledger.journal import Act
from ledger.reference import region_chain
from ledger.standing import Standing

_NEED: Final = Side.NEED.value
_OFFER: Final = Side.OFFER.value
_HOLDING_ACTS: Final = (Act.INTRODUCE, Act.COMMIT)


@dataclass(slots=True)
class History:
    """Every version of one record, oldest first, with the moment each was recorded."""

    moments: list[int] = field(default_factory=list)
    records: list[Any] = field(default_factory=list)

    def at(self, moment: int) -> Any:
        """Give the version known at a moment; None where there was none yet."""
        place = bisect_right(self.moments, moment)
        return self.records[place - 1] if place else None


Registers = Mapping[str, Mapping[str, History]]
"""Histories of needs, projects, cities, offers and providers by register, then by code."""


class _Hold(NamedTuple):
    """A quantity that an entry took from both sides' free stages."""

    deal: DealFacts
    need: MovementRow
    offer_amount: int


class Mandate(JournalCheck):
    """A hold or direct commitment outside of the offer's mandate carries an override."""

    name = "mandate"

    def __init__(
        self, books: Books, registers: Registers, never_overridden: Collection[str]
    ) -> None:
        """Begin with the registers' histories, and the rules that no reason overrides."""
        super().__init__(books)
        self._registers = registers
        self._never_overridden = frozenset(never_overridden)

    def before(self, entry: EntryRow, running: Running) -> None:
        """Judge an entry that takes from an offer, while everything stands as it did."""
        hold = self._hold(entry)
        if hold is None:
            return
        self.findings.examined += 1
        pairing = self._pairing(entry, hold, running)
        if pairing is None:
            self._fail(entry, hold, "cannot be judged: a register did not hold its terms then")
            return
        failures = verdict(pairing)
        if failures and not (entry.override or "").strip():
            self._fail(entry, hold, f"lies outside the mandate ({_told(failures)})")
        elif any(failure.rule in self._never_overridden for failure in failures):
            self._fail(entry, hold, f"was overridden although no reason can ({_told(failures)})")

    def _fail(self, entry: EntryRow, hold: _Hold, wrong: str) -> None:
        shown = self.books.shown(hold.need.holder_id, hold.need.amount)
        self.findings.fail(f"entry {entry.number}: {shown} for deal {hold.deal.code} {wrong}")

    def _hold(self, entry: EntryRow) -> _Hold | None:
        deal = None if entry.deal_id is None else self.books.deals.get(entry.deal_id)
        if deal is None or entry.act not in _HOLDING_ACTS:
            return None
        need = _taken(entry, deal.need_id, FREE_WORDS[_NEED])
        offer = _taken(entry, deal.offer_id, FREE_WORDS[_OFFER])
        if need is None:
            return None
        return _Hold(deal, need, 0 if offer is None else offer.amount)

    def _pairing(self, entry: EntryRow, hold: _Hold, running: Running) -> Pairing | None:
        deal, moment = hold.deal, entry.recorded_at
        need = self._need_facts(deal.need_id, moment, running)
        offer = self._offer_facts(deal.offer_id, moment, running)
        day = _day(entry.effective_on)
        if need is None or offer is None or day is None:
            return None
        living = self._living(deal, running)
        mine = living.get(deal.offer_id, (0, 0))
        others = (one for one, (lives, _) in living.items() if lives and one != deal.offer_id)
        return Pairing(
            need=need,
            offer=offer,
            day=day,
            need_amount=hold.need.amount,
            offer_amount=hold.offer_amount,
            living_need=mine[0],
            living_offer=mine[1],
            living_elsewhere=tuple(sorted(map(self.books.holder_name, others))),
        )

    def _known(self, kind: str, code: str | None, moment: int) -> Any:
        history = None if code is None else self._registers[kind].get(code)
        return None if history is None else history.at(moment)

    def _need_facts(self, holder_id: int, moment: int, running: Running) -> NeedFacts | None:
        standing = self._standing(Side.NEED, holder_id, running)
        if standing is None:
            return None
        need = self._known("need", standing.code, moment)
        project = need and self._known("project", need.project, moment)
        city = project and self._known("city", project.city, moment)
        if not city:
            return None
        return NeedFacts(need, project, city, standing, region_chain(city.country))

    def _offer_facts(self, holder_id: int, moment: int, running: Running) -> OfferFacts | None:
        standing = self._standing(Side.OFFER, holder_id, running)
        if standing is None:
            return None
        offer = self._known("offer", standing.code, moment)
        provider = offer and self._known("provider", offer.provider, moment)
        return OfferFacts(offer, provider, standing) if provider else None

    def _standing(self, side: Side, holder_id: int, running: Running) -> Standing | None:
        holder, unit = self.books.holders.get(holder_id), self.books.unit_of(holder_id)
        code = holder and (holder.need if side is Side.NEED else holder.offer)
        if not code or unit is None:
            return None
        by_word = running.holders.get(holder_id, {})
        return Standing(side, code, unit, {one: by_word.get(one, 0) for one in STAGES_OF[side]})

    def _living(self, deal: DealFacts, running: Running) -> dict[int, tuple[int, int]]:
        """Add up what lives in the deal's need by offer, in the need's and the offer's unit."""
        living: dict[int, tuple[int, int]] = {}
        for one in self.books.deals_of_need[deal.need_id]:
            need, offer = living.get(one.offer_id, (0, 0))
            need += _alive(running, one.id, _NEED)
            living[one.offer_id] = (need, offer + _alive(running, one.id, _OFFER))
        return living


def _taken(entry: EntryRow, holder_id: int, free: str) -> MovementRow | None:
    found = (
        movement
        for movement in entry.movements
        if (movement.holder_id, movement.from_stage) == (holder_id, free) and movement.is_exact
    )
    return next(found, None)


def _alive(running: Running, deal_id: int, side: str) -> int:
    stages = running.of_deal(deal_id, side)
    return sum(stages.get(stage, 0) for stage in DEAL_STAGES)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except (ValueError, TypeError):
        return None


def _told(failures: tuple[Failure, ...]) -> str:
    return "; ".join(f"{failure.rule}: {failure.sentence}" for failure in failures)
