"""The check of mandates: every hold and direct commitment judged by the terms known then."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from itertools import product
from typing import Any, Final, NamedTuple

from ledger.checks.journal_pass import JournalCheck
from ledger.checks.rows import (
    FREE_WORDS,
    CheckContext,
    DealRow,
    EntryRow,
    MovementRow,
    RunningBalances,
)
from ledger.core.dates import LONGEST_WRITE
from ledger.core.factors import DEAL_STAGES, STAGES_OF, Side
from ledger.eligibility.rules import RETIRED, Failure, NeedFacts, OfferFacts, Pairing, verdict
from ledger.journal.balance import Balance
from ledger.journal.entries import Act
from ledger.reference.places import region_chain
from ledger.registers.phases import status_on
from ledger.registers.records import Project

_NEED: Final = Side.NEED.value
_OFFER: Final = Side.OFFER.value
LATE_BY: Final = LONGEST_WRITE.seconds * 1_000_000
"""How much later than its timestamp a row may become visible, where several write at once."""

_HOLDING_ACTS: Final = (Act.INTRODUCE, Act.COMMIT)


@dataclass(slots=True)
class RecordHistory:
    """Every version of one record, oldest first, with the timestamp of each."""

    moments: list[int] = field(default_factory=list)
    records: list[Any] = field(default_factory=list)

    def visible_at(self, moment: int, late_by: int) -> list[Any]:
        """Return the versions that a write at a timestamp may have read, newest first.

        These are the version known then, and earlier ones that were replaced within `late_by`
        microseconds: with several writers, what was recorded earlier may become visible that much
        later.
        """
        place = bisect_right(self.moments, moment)
        first = place - 1
        while first > 0 and self.moments[first] > moment - late_by:
            first -= 1
        return self.records[max(first, 0) : place][::-1]


Registers = Mapping[str, Mapping[str, RecordHistory]]
"""Histories of needs, projects, cities, offers and providers by register, then by code."""


class _Hold(NamedTuple):
    """A quantity that an entry took from both sides' free stages."""

    deal: DealRow
    need: MovementRow
    offer_amount: int


class Mandate(JournalCheck):
    """A hold or direct commitment outside the offer's mandate has an override."""

    name = "mandate"

    def __init__(
        self, context: CheckContext, registers: Registers, never_overridden: Collection[str]
    ) -> None:
        """Start with the registers' histories, and the rules that cannot be overridden."""
        super().__init__(context)
        self._registers = registers
        self._never_overridden = frozenset(never_overridden)

    def before(self, entry: EntryRow, balances: RunningBalances) -> None:
        """Judge an entry that takes from an offer, by the balances before it."""
        hold = self._hold(entry)
        if hold is None:
            return
        self.report.examined += 1
        verdicts = [_judged(pairing) for pairing in self._pairings(entry, hold, balances)]
        if not verdicts:
            self._fail(entry, hold, "cannot be judged: a register did not have its terms then")
            return
        failures = min(verdicts, key=len)
        if failures and not (entry.override or "").strip():
            self._fail(entry, hold, f"is outside the mandate ({_failures_text(failures)})")
        elif any(failure.rule in self._never_overridden for failure in failures):
            self._fail(
                entry,
                hold,
                f"was overridden although its rule cannot be ({_failures_text(failures)})",
            )

    def _fail(self, entry: EntryRow, hold: _Hold, wrong: str) -> None:
        shown = self.context.shown(hold.need.account_id, hold.need.amount)
        self.report.fail(f"entry {entry.number}: {shown} for deal {hold.deal.code} {wrong}")

    def _hold(self, entry: EntryRow) -> _Hold | None:
        deal = None if entry.deal_id is None else self.context.deals.get(entry.deal_id)
        if deal is None or entry.act not in _HOLDING_ACTS:
            return None
        need = _free_movement(entry, deal.need_id, FREE_WORDS[_NEED])
        offer = _free_movement(entry, deal.offer_id, FREE_WORDS[_OFFER])
        if need is None:
            return None
        return _Hold(deal, need, 0 if offer is None else offer.amount)

    def _pairings(
        self, entry: EntryRow, hold: _Hold, balances: RunningBalances
    ) -> Iterator[Pairing]:
        """Return the pair under all terms that the write may have read, usually one."""
        deal = hold.deal
        moment = self.context.known_from(entry.recorded_at, entry.request_id)
        day = stored_day(entry.effective_on)
        if day is None:
            return
        outstanding = self._outstanding(deal, balances)
        mine = outstanding.get(deal.offer_id, (0, 0))
        others = (one for one, (lives, _) in outstanding.items() if lives and one != deal.offer_id)
        elsewhere = tuple(sorted(map(self.context.account_name, others)))
        for need, offer in product(
            self._need_facts(deal.need_id, moment, day, balances),
            self._offer_facts(deal.offer_id, moment, balances),
        ):
            yield Pairing(
                need=need,
                offer=offer,
                day=day,
                need_amount=hold.need.amount,
                offer_amount=hold.offer_amount,
                outstanding_need=mine[0],
                outstanding_offer=mine[1],
                outstanding_elsewhere=elsewhere,
            )

    def _versions_at(self, kind: str, code: str, moment: int) -> list[Any]:
        history = self._registers[kind].get(code)
        late_by = 0 if self.context.one_writer else LATE_BY
        return [] if history is None else history.visible_at(moment, late_by)

    def _need_facts(
        self, account_id: int, moment: int, day: date, balances: RunningBalances
    ) -> Iterator[NeedFacts]:
        balance = self._balance(Side.NEED, account_id, balances)
        if balance is None:
            return
        for need in self._versions_at("need", balance.code, moment):
            for project in self._projects_on(need.project, moment, day):
                for city in self._versions_at("city", project.city, moment):
                    chain = region_chain(city.country)
                    yield NeedFacts(need, project, city, balance, chain)

    def _projects_on(self, code: str, moment: int, day: date) -> Iterator[Project]:
        """Return a project under the terms, with the status of a day, that a write may have read.

        The phases are those known at the moment, or where several wrote those known a while before.
        """
        phases = self._phases.get(code, ())
        reads = [moment] if self.context.one_writer else [moment, moment - LATE_BY]
        for project in self._versions_at("project", code, moment):
            known = [[_known(one, at) for one in phases] for at in reads]
            statuses = (
                status_on(project, [one for one in of_time if one is not None], day)
                for of_time in known
            )
            yield from (replace(project, status=status) for status in dict.fromkeys(statuses))

    @cached_property
    def _phases(self) -> Mapping[str, list[RecordHistory]]:
        """The histories of phases by the code of their project."""
        found: defaultdict[str, list[RecordHistory]] = defaultdict(list)
        for history in self._registers.get("phase", {}).values():
            first = next((one for one in history.records if one is not None), None)
            if first is not None:
                found[first.project].append(history)
        return found

    def _offer_facts(
        self, account_id: int, moment: int, balances: RunningBalances
    ) -> Iterator[OfferFacts]:
        balance = self._balance(Side.OFFER, account_id, balances)
        if balance is None:
            return
        for offer in self._versions_at("offer", balance.code, moment):
            for provider in self._versions_at("provider", offer.provider, moment):
                yield OfferFacts(offer, provider, balance)

    def _balance(self, side: Side, account_id: int, balances: RunningBalances) -> Balance | None:
        account, unit = self.context.accounts.get(account_id), self.context.unit_of(account_id)
        code = account and (account.need if side is Side.NEED else account.offer)
        if not code or unit is None:
            return None
        by_word = balances.accounts.get(account_id, {})
        return Balance(side, code, unit, {one: by_word.get(one, 0) for one in STAGES_OF[side]})

    def _outstanding(self, deal: DealRow, balances: RunningBalances) -> dict[int, tuple[int, int]]:
        """Sum the outstanding amounts in the deal's need by offer, in both units."""
        outstanding: dict[int, tuple[int, int]] = {}
        for one in self.context.deals_of_need[deal.need_id]:
            need, offer = outstanding.get(one.offer_id, (0, 0))
            need += _outstanding_amount(balances, one.id, _NEED)
            outstanding[one.offer_id] = (
                need,
                offer + _outstanding_amount(balances, one.id, _OFFER),
            )
        return outstanding


def _known(history: RecordHistory, moment: int) -> Any:
    """Return the version known at a moment; None where there was none, or it was in error."""
    place = bisect_right(history.moments, moment)
    return history.records[place - 1] if place else None


def _judged(pairing: Pairing) -> tuple[Failure, ...]:
    """Judge a pair, retirement apart: earlier versions took introductions after it."""
    return tuple(failure for failure in verdict(pairing) if failure.rule != RETIRED)


def _free_movement(entry: EntryRow, account_id: int, free: str) -> MovementRow | None:
    found = (
        movement
        for movement in entry.movements
        if (movement.account_id, movement.from_stage) == (account_id, free) and movement.is_exact
    )
    return next(found, None)


def _outstanding_amount(balances: RunningBalances, deal_id: int, side: str) -> int:
    stages = balances.of_deal(deal_id, side)
    return sum(stages.get(stage, 0) for stage in DEAL_STAGES)


def stored_day(text: str) -> date | None:
    """Read a day as it is stored; None where it is none."""
    try:
        return date.fromisoformat(text)
    except (ValueError, TypeError):
        return None


def _failures_text(failures: tuple[Failure, ...]) -> str:
    return "; ".join(f"{failure.rule}: {failure.sentence}" for failure in failures)
