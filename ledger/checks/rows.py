"""The ledger as the checks see it: plain rows, read as they are, without trust.

The rows hold what the database holds: dates as ISO text (which compares like dates), timestamps as
whole microseconds since 1970, stages and acts as words. A corrupt value can therefore be reported
as a failure; nothing here raises because of values written past the guards.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Final, NamedTuple

from ledger.core.dates import CLOCK_TOLERANCE
from ledger.core.factors import DEAL_STAGES, Side, Stage
from ledger.core.quantity import MAX_AMOUNT, Unit, format_quantity

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE: Final = 60_000_000
_TOLERANCE: Final = CLOCK_TOLERANCE // timedelta(microseconds=1)

StageAmounts = dict[str, int]
"""Amounts by the name of their stage, in the smallest part of the account's unit."""


class MovementRow(NamedTuple):
    """One row of the table `movement`, without its entry's number."""

    line: int
    account_id: int
    deal_id: int | None
    unit: str
    from_stage: str
    to_stage: str
    amount: int
    effective_on: str
    recorded_at: int

    @property
    def is_exact(self) -> bool:
        """Return whether the amount is a whole number within bounds."""
        return type(self.amount) is int and 0 < self.amount <= MAX_AMOUNT


class EntryRow(NamedTuple):
    """One row of the table `entry` with its movements in the order of their lines."""

    number: int
    act: str
    effective_on: str
    recorded_at: int
    request_id: int
    deal_id: int | None
    override: str | None
    reverses: int | None
    lines: int
    format: int
    exemptions: tuple[str, ...]
    movements: tuple[MovementRow, ...]


class StepRow(NamedTuple):
    """One movement on the timeline of its account."""

    account_id: int
    effective_on: str
    entry: int
    line: int
    deal_id: int | None
    from_stage: str
    to_stage: str
    amount: int


class AccountRow(NamedTuple):
    """One row of the table of accounts, with the need and the offer that share its id, if any."""

    id: int
    side: str
    unit: str
    need: str | None
    need_unit: str | None
    offer: str | None
    offer_unit: str | None
    declared_on: str | None

    @property
    def name(self) -> str:
        """Return the name that officers use."""
        return f"{self.side} {self.need or self.offer or f'with id {self.id}'}"


class DealRow(NamedTuple):
    """The terms of a deal that never change. `rate` is None if the stored one is not a rate."""

    id: int
    code: str
    offer_id: int
    need_id: int
    rate: Fraction | None
    instrument: str | None = None


@dataclass(frozen=True)
class CheckContext:
    """All of a ledger but its journal. `one_writer` says that writes never overlap.

    `corrections` are those of a clock that ran ahead: the request of each, its timestamp, and the
    last timestamp of that clock. `now` is the moment of the clock that stamps the ledger's writes.
    """

    accounts: Mapping[int, AccountRow]
    deals: Mapping[int, DealRow]
    units: Mapping[str, Unit]
    calendar: tzinfo
    reversed: frozenset[int]
    one_writer: bool
    corrections: tuple[tuple[int, int, int], ...] = ()
    now: int | None = None

    def known_from(self, recorded_at: int, request_id: object) -> int:
        """Return when a row was first known: its timestamp, unless the clock ran ahead then."""
        for request, moment, _ in self.corrections:
            if type(request_id) is int and request_id < request:
                recorded_at = min(recorded_at, moment)
        return recorded_at

    def is_from_future(self, recorded_at: int, request_id: object) -> bool:
        """Return whether a row is stamped later than the clock, and no correction says why."""
        return self.now is not None and (
            self.known_from(recorded_at, request_id) > self.now + _TOLERANCE
        )

    def is_ahead(self, moment: int) -> bool:
        """Return whether a timestamp lies where a clock that ran ahead is known to have been."""
        return any(since < moment <= until for _, since, until in self.corrections)

    @cached_property
    def deals_of_need(self) -> dict[int, list[DealRow]]:
        """Every deal of a need, oldest first, by the need's id."""
        found: dict[int, list[DealRow]] = {}
        for number in sorted(self.deals):
            deal = self.deals[number]
            found.setdefault(deal.need_id, []).append(deal)
        return found

    def account_name(self, account_id: int) -> str:
        """Return the name of an account, even of a missing one."""
        account = self.accounts.get(account_id)
        return f"an unknown account (id {account_id})" if account is None else account.name

    def deal_name(self, deal_id: int | None) -> str:
        """Return the name of a deal, even of a missing one."""
        deal = None if deal_id is None else self.deals.get(deal_id)
        return f"an unknown deal (id {deal_id})" if deal is None else f"deal {deal.code}"

    def side_of(self, account_id: int) -> str | None:
        """Return the side of an account; None if it is missing."""
        account = self.accounts.get(account_id)
        return None if account is None else account.side

    def unit_of(self, account_id: int) -> Unit | None:
        """Return the unit of an account; None if it or its unit is missing."""
        account = self.accounts.get(account_id)
        return None if account is None else self.units.get(account.unit)

    def shown(self, account_id: int, amount: int) -> str:
        """Format an amount in its account's unit."""
        unit = self.unit_of(account_id)
        return str(amount) if unit is None else format_quantity(amount, unit)

    def day_of(self, recorded_at: int) -> str:
        """Return the ledger's calendar day of a timestamp, as ISO text."""
        return _day_of(recorded_at // _MINUTE, self.calendar)


@lru_cache(maxsize=4096)
def _day_of(minute: int, calendar: tzinfo) -> str:
    # Days change on a whole minute in every time zone since 1970.
    try:
        moment = _EPOCH + timedelta(minutes=minute)
        return moment.astimezone(calendar).date().isoformat()
    except OverflowError:  # a corrupt timestamp, which another check reports
        return (date.max if minute > 0 else date.min).isoformat()


class Shortfall(NamedTuple):
    """A stage that a movement took below zero; `deal_id` is set for a deal's stage."""

    account_id: int
    deal_id: int | None
    stage: str
    left: int


class RunningBalances:
    """The balances of every need, offer and deal while the journal is read from its start."""

    def __init__(self, context: CheckContext) -> None:
        """Start with nothing declared."""
        self.accounts: defaultdict[int, StageAmounts] = defaultdict(dict)
        self.deals: dict[tuple[int, str], StageAmounts] = {}
        self._books = context

    def of_deal(self, deal_id: int, side: str) -> StageAmounts:
        """Return the balances of one side of a deal."""
        return self.deals.get((deal_id, side), {})

    def post(self, entry: EntryRow) -> list[Shortfall]:
        """Post an entry's movements; return each stage they take below zero."""
        short: list[Shortfall] = []
        for movement in entry.movements:
            account_id, deal_id = movement.account_id, movement.deal_id
            if type(movement.amount) is not int:
                continue
            side = None if deal_id is None else self._books.side_of(account_id)
            of_deal = None if deal_id is None or side is None else self._of_deal(deal_id, side)
            short += overdrawn_stages(movement, self.accounts[account_id], of_deal)
        return short

    def _of_deal(self, deal_id: int, side: str) -> StageAmounts:
        return self.deals.setdefault((deal_id, side), {})


_UNDECLARED: Final = Stage.UNDECLARED.value
_DEAL_WORDS: Final = frozenset(stage.value for stage in DEAL_STAGES)


def shift(stages: StageAmounts, source: str, target: str, amount: int) -> int:
    """Move an amount between two stages; return what is left in the first."""
    stages[target] = stages.get(target, 0) + amount
    left = stages.get(source, 0) - amount
    stages[source] = left
    return left


def overdrawn_stages(
    movement: MovementRow | StepRow, stages: StageAmounts, of_deal: StageAmounts | None
) -> Iterator[Shortfall]:
    """Move an amount of an account, and of its deal if any; give the stages it overdraws."""
    source, target, amount = movement.from_stage, movement.to_stage, movement.amount
    left = shift(stages, source, target, amount)
    if left < 0 and source != _UNDECLARED:
        yield Shortfall(movement.account_id, None, source, left)
    if of_deal is not None:
        left = shift(of_deal, source, target, amount)
        if left < 0 and source in _DEAL_WORDS:
            yield Shortfall(movement.account_id, movement.deal_id, source, left)


FREE_WORDS = {Side.NEED.value: Stage.OPEN.value, Side.OFFER.value: Stage.AVAILABLE.value}
"""The name of each side's free stage, by the side's name."""
