"""The check of limits: every hold and direct commitment judged by the caps known then.

What counts is the recorded order: of two acts that were written at the same moment on a server and
did not see each other, the one recorded second is judged with the first.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Any, Final

from ledger.checks.journal_pass import JournalCheck
from ledger.checks.mandate import LATE_BY, RecordHistory, Registers, stored_day
from ledger.checks.rows import CheckContext, DealRow, EntryRow, RunningBalances, Shortfall
from ledger.core.factors import Factor, Stage
from ledger.core.quantity import Unit
from ledger.journal.entries import Act
from ledger.limits.caps import (
    CAP,
    QUANTITY,
    AskedFor,
    LimitWithoutRate,
    Money,
    Placed,
    Use,
    money_of,
    sentence,
    use_of,
)
from ledger.limits.scope import Parties, group_of, in_force, scope_of
from ledger.rates.rates import RateFinder
from ledger.registers.records import Limit, country_of

RatesAt = Callable[[date, int], RateFinder]
"""Gives the rates of a day, as known at a moment."""

_OPEN: Final = Stage.OPEN.value
_NET: Final = tuple(one.value for one in (Stage.OPEN, Stage.HELD, Stage.COMMITTED, Stage.DELIVERED))
_HOLDING: Final = (Act.INTRODUCE, Act.COMMIT)
_NONE: Final = RecordHistory()


class WithinLimits(JournalCheck):
    """No hold or direct commitment exceeded a cap, unless for a reason."""

    name = "limits"

    def __init__(
        self, context: CheckContext, registers: Registers, rates_at: RatesAt, base: Unit
    ) -> None:
        """Start with the histories of the registers; without limits nothing is followed."""
        super().__init__(context)
        self._registers, self._rates_at, self._base = registers, rates_at, base
        self._limits = registers.get("limit", {})
        self._placed: defaultdict[int, dict[int, int]] = defaultdict(dict)

    def before(self, entry: EntryRow, balances: RunningBalances) -> None:
        """Judge what an entry takes from an open need by what was placed before it."""
        if entry.act not in _HOLDING:
            return
        taken = self._taken(entry)
        if taken is None:
            return
        self.report.examined += 1
        deal, amount = taken
        day = stored_day(entry.effective_on)
        if not self._limits or day is None or (entry.override or "").strip():
            return
        moment = self._moment(entry)
        pair = self.parties(deal, moment)
        if pair is None:
            return  # the check of mandates reports it
        test = _Test(self, balances, pair, day, moment)
        for code, history in self._limits.items():
            judged = [test.broken(one, deal, amount) for one in self._visible(history, moment)]
            if judged and all(judged):
                self.report.fail(
                    f"entry {entry.number}: {self.context.shown(deal.need_id, amount)} for deal "
                    f"{deal.code} exceeds {code}: {judged[0]}"
                )

    def after(self, entry: EntryRow, balances: RunningBalances, short: Sequence[Shortfall]) -> None:
        """Follow what each deal places in each year."""
        del balances, short
        if not self._limits or entry.deal_id is None:
            return
        year = int(entry.effective_on[:4]) if entry.effective_on[:4].isdecimal() else 0
        for one in entry.movements:
            if one.is_exact and _OPEN in {one.from_stage, one.to_stage}:
                sign = 1 if one.from_stage == _OPEN else -1
                of_deal = self._placed[entry.deal_id]
                of_deal[year] = of_deal.get(year, 0) + sign * one.amount

    def _taken(self, entry: EntryRow) -> tuple[DealRow, int] | None:
        deal = None if entry.deal_id is None else self.context.deals.get(entry.deal_id)
        if deal is None:
            return None
        taken = sum(
            one.amount
            for one in entry.movements
            if one.account_id == deal.need_id and one.from_stage == _OPEN and one.is_exact
        )
        return (deal, taken) if taken else None

    def _visible(self, history: RecordHistory, moment: int) -> list[Limit | None]:
        """Return the versions that a write may have read; None where it may have read none."""
        late_by = 0 if self.context.one_writer else LATE_BY
        versions: list[Limit | None] = history.visible_at(moment, late_by)
        is_new = not versions or history.moments[0] > moment - late_by
        return [*versions, None] if is_new else versions

    def amount_of(self, deal: int, year: int | None) -> int:
        """Return what a deal has placed, in all or in a year."""
        placed = self._placed.get(deal, {})
        return max(0, sum(placed.values()) if year is None else placed.get(year, 0))

    def placing_deals(self) -> Iterator[DealRow]:
        """Give the deals that have placed something, in some year at least."""
        for deal, by_year in self._placed.items():
            if deal in self.context.deals and any(one > 0 for one in by_year.values()):
                yield self.context.deals[deal]

    def parties(self, deal: DealRow, moment: int) -> Parties | None:
        """Return the two sides of a deal, as known at a moment; None where one was not there."""
        accounts = self.context.accounts
        need, offer = accounts.get(deal.need_id), accounts.get(deal.offer_id)
        needed = self.known("need", need and need.need, moment)
        offered = self.known("offer", offer and offer.offer, moment)
        project = self.known("project", needed and needed.project, moment)
        provider = self.known("provider", offered and offered.provider, moment)
        city = self.known("city", project and project.city, moment)
        if offered is None or provider is None or project is None or city is None:
            return None
        country = country_of(provider, lambda code: self.known("city", code, moment).country)
        return Parties(offered, provider, country, project, city)

    def known(self, kind: str, code: str | None, moment: int) -> Any:
        """Return a record as known at a moment, None where there was none."""
        history = self._registers[kind].get(code or "", _NONE)
        place = bisect_right(history.moments, moment)
        return history.records[place - 1] if place else None

    def _moment(self, entry: EntryRow) -> int:
        return self.context.known_from(entry.recorded_at, entry.request_id)

    def rates(self, day: date, moment: int) -> RateFinder:
        """Return the rates of a day, as known at a moment."""
        return self._rates_at(day, moment)

    @property
    def base(self) -> Unit:
        """The base currency."""
        return self._base

    def money_needs(self, project: str) -> Iterator[int]:
        """Give the accounts of the needs for money of a project."""
        needs = self._registers["need"]
        for identity, row in self.context.accounts.items():
            history = needs.get(row.need or "", _NONE)
            record = history.records[0] if history.records else None
            if record is not None and (record.project, record.factor) == (project, Factor.MONEY):
                yield identity


class _Test:
    """The caps of one moment, asked for one pair on a day."""

    def __init__(
        self,
        check: WithinLimits,
        balances: RunningBalances,
        pair: Parties,
        day: date,
        moment: int,
    ) -> None:
        self._check, self._balances = check, balances
        self._pair, self._day, self._moment = pair, day, moment

    def broken(self, limit: Limit | None, deal: DealRow, amount: int) -> str | None:
        """Describe a cap that an amount exceeds; None where it does not bind, or admits it."""
        if limit is None or limit.kind != CAP or not in_force(limit, self._day):
            return None
        if not scope_of(limit).covers(self._pair):
            return None
        unit = self._check.context.unit_of(deal.need_id)
        if unit is None:
            return None
        try:
            use = self._use(limit, unit)
        except LimitWithoutRate as error:
            return error.what
        return None if use is None or use.admits(amount) else sentence(use)

    def _use(self, limit: Limit, need_unit: Unit) -> Use | None:
        units = self._check.context.units
        if limit.measure == QUANTITY and str(limit.unit) not in units:
            return None
        asked = AskedFor(self._pair.project.code, need_unit)
        return use_of(limit, asked, self._placed(limit), units, self._money, self._rate)

    def _rate(self, other: Unit, unit: Unit) -> Fraction | None:
        if other.code == unit.code:
            return Fraction(1)
        found = self._check.rates(self._day, self._moment)(other.code, unit.code)
        if found is None:
            return None
        return found.rate * Fraction(10) ** (unit.decimals - other.decimals)

    def _placed(self, limit: Limit) -> Iterator[Placed]:
        group = group_of(limit, self._pair, self._day)
        year = self._day.year if limit.per == "year" else None
        for deal, unit, parties in self._placing:
            amount = self._check.amount_of(deal.id, year)
            if not amount:
                continue
            if group_of(limit, parties, self._day) == group and scope_of(limit).covers(parties):
                yield Placed(parties.project.code, unit, amount)

    @cached_property
    def _placing(self) -> list[tuple[DealRow, Unit, Parties]]:
        """The deals that have placed something, read once for all limits of the moment."""
        found: list[tuple[DealRow, Unit, Parties]] = []
        for deal in self._check.placing_deals():
            parties = self._check.parties(deal, self._moment)
            unit = self._check.context.unit_of(deal.need_id)
            if parties is not None and unit is not None:
                found.append((deal, unit, parties))
        return found

    def _money(self) -> Money:
        """Return the money that the project requires, withdrawn left out, in one unit."""
        nets: list[tuple[Unit, int]] = []
        for identity in self._check.money_needs(self._pair.project.code):
            unit = self._check.context.unit_of(identity)
            stages: Mapping[str, int] = self._balances.accounts.get(identity, {})
            if unit is not None and stages:
                nets.append((unit, sum(stages.get(one, 0) for one in _NET)))
        return money_of(nets, self._check.base, self._rate)
