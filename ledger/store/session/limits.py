"""The test of a hold or a direct commitment against the caps that are in force on its day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from fractions import Fraction
from functools import cached_property

from ledger.core.factors import DEAL_STAGES, Factor, Side, Stage
from ledger.core.quantity import Unit, format_quantity
from ledger.journal.entries import ActDetails
from ledger.limits.caps import (
    CAP,
    AskedFor,
    LimitExceeded,
    LimitWithoutRate,
    Money,
    Placed,
    Use,
    money_of,
    sentence,
    use_of,
)
from ledger.limits.scope import Parties, group_of, in_force, scope_of
from ledger.rates.rates import find_rate
from ledger.registers.pairs import LIMIT
from ledger.registers.records import Limit
from ledger.registers.table import CITY, PROJECT, PROVIDER
from ledger.store.journal.accounts import Account, DealAccount
from ledger.store.limits import placed_in_year
from ledger.store.registers import codes_of, load_all, load_where
from ledger.store.session.restrictions import country_of
from ledger.store.session.unit_of_work import UnitOfWork


def require_within_limits(
    uow: UnitOfWork,
    pair: tuple[Account, Account],
    amount: int,
    details: ActDetails,
    given: ActDetails,
) -> ActDetails:
    """Test what a pair of offer and need is about to place; give what is recorded of the act.

    The reason of the `given` details is recorded where it is needed. Raises `LimitExceeded` and
    `LimitWithoutRate`.
    """
    offer, need = pair
    test = _CapTest(uow, offer, need, details.effective_on)
    if given.override is not None:
        return replace(details, override=given.override) if test.is_broken(amount) else details
    broken = [use for use in test.uses() if not use.admits(amount)]
    if not broken:
        return details
    largest = min(use.largest for use in broken)
    fits = f"{format_quantity(largest, need.unit)} would fit" if largest else "nothing would fit"
    raise LimitExceeded(
        f"{format_quantity(amount, need.unit)} of offer {offer.code} for need {need.code} is more "
        f"than a limit leaves; {fits}.",
        why=f"{'; '.join(map(sentence, broken))}.",
        next_step=f"See it with: cityfund limit show {broken[0].limit.code}. Place what fits, or "
        f"say why it is exceeded: --override REASON",
    )


class _CapTest:
    """The caps that a pair falls under on a day, and how much of each is used."""

    def __init__(self, uow: UnitOfWork, offer: Account, need: Account, day: date) -> None:
        self._uow, self._need, self._day = uow, need, day
        self._pair = _parties(uow, offer, need)
        uow.flush_registers()
        limits = (stored.record for stored in load_all(uow.connection, LIMIT.name).values())
        self._caps = [
            one
            for one in limits
            if one.kind == CAP and in_force(one, day) and scope_of(one).covers(self._pair)
        ]

    def is_broken(self, amount: int) -> bool:
        """Say whether some cap does not admit an amount; one that cannot be compared does not."""
        try:
            return not all(use.admits(amount) for use in self.uses())
        except LimitWithoutRate:
            return True

    def uses(self) -> Iterator[Use]:
        """Give each cap with what is placed under it in the group of the pair."""
        asked = AskedFor(self._pair.project.code, self._need.unit)
        for limit in self._caps:
            group = group_of(limit, self._pair, self._day)
            placed = [*self._placed(limit, group)]
            use = use_of(limit, asked, placed, self._uow.units, lambda: self._money, self._rate)
            if use is not None:
                yield use

    def _rate(self, unit: Unit, other: Unit) -> Fraction | None:
        if unit.code == other.code:
            return Fraction(1)
        found = find_rate(self._uow.rates, unit.code, other.code, self._day)
        if found is None:
            return None
        return found.rate * Fraction(10) ** (other.decimals - unit.decimals)

    def _placed(self, limit: Limit, group: str) -> Iterator[Placed]:
        for deal, parties in self._deals:
            amount = self._amount(limit, deal)
            same = amount > 0 and group_of(limit, parties, self._day) == group
            if same and scope_of(limit).covers(parties):
                unit = self._uow.accounts.account(Side.NEED, deal.record.need).unit
                yield Placed(parties.project.code, unit, amount)

    def _amount(self, limit: Limit, deal: DealAccount) -> int:
        if limit.per == "year":
            return self._of_year.get(deal.code, 0)
        stages = deal.stages[Side.NEED]
        return sum(stages.get(stage, 0) for stage in DEAL_STAGES)

    @cached_property
    def _deals(self) -> list[tuple[DealAccount, Parties]]:
        """Every deal with its two sides, this request's included."""
        uow = self._uow
        uow.accounts.read_everything()
        for spec in (PROVIDER, PROJECT, CITY):
            stored = load_all(uow.connection, spec.name)
            uow.remember_records(spec.name, {code: one.record for code, one in stored.items()})
        deals = [uow.accounts.deal(code) for code in codes_of(uow.connection, "deal")]
        return [(deal, self._parties_of(deal)) for deal in deals]

    def _parties_of(self, deal: DealAccount) -> Parties:
        accounts, record = self._uow.accounts, deal.record
        offer = accounts.account(Side.OFFER, record.offer)
        return _parties(self._uow, offer, accounts.account(Side.NEED, record.need))

    @cached_property
    def _of_year(self) -> dict[str, int]:
        """What each deal placed in the year of the day, by its code."""
        placed = placed_in_year(self._uow.connection, self._day.year)
        for draft in self._uow.drafts:
            if draft.deal is None or draft.details.effective_on.year != self._day.year:
                continue
            for one in draft.movements:
                sign = (one.from_stage is Stage.OPEN) - (one.to_stage is Stage.OPEN)
                placed[draft.deal] = placed.get(draft.deal, 0) + sign * one.amount
        return placed

    @cached_property
    def _money(self) -> Money:
        """The money that the project of the pair requires, withdrawn left out, in one unit."""
        uow, project = self._uow, self._pair.project.code
        own = load_where(uow.connection, "need", "project", [uow.id_of("project", project)])
        accounts = [uow.accounts.account(Side.NEED, code) for code in own]
        money = [one.balance for one in accounts if one.record.factor is Factor.MONEY]
        nets = ((one.unit, one.net) for one in money)
        return money_of(nets, uow.units[uow.settings.base_currency], self._rate)


def _parties(uow: UnitOfWork, offer: Account, need: Account) -> Parties:
    provider = uow.record("provider", offer.record.provider)
    project = uow.record("project", need.record.project)
    country = country_of(uow, provider)
    return Parties(offer.record, provider, country, project, uow.record("city", project.city))
