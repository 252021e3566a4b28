"""The needs, offers and deals of one write, with their balances kept up as it posts.

An account is read once, then follows the movements posted in this transaction, so an import of
a hundred thousand acts asks the database no more often than one act does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property, partial
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Select, and_, func, literal_column, select

from ledger.core.dates import require_declared
from ledger.core.factors import DEAL_STAGES, FREE_STAGE, STAGES_OF, Side, Stage
from ledger.core.quantity import Unit
from ledger.deals.deal import Deal
from ledger.journal.balance import Balance, DealBalance
from ledger.journal.entries import Draft, Movement, Stages
from ledger.journal.timeline import (
    NOT_POSTED_YET,
    Timeline,
    TimelineFault,
    TimelinePosting,
    overdrawn_refusal,
    timeline_from,
)
from ledger.store import registers
from ledger.store.db import tables
from ledger.store.db.prepared import Prepared, ResultRow
from ledger.store.journal import balances
from ledger.store.journal.balances import COLUMN_OF, deal_stages
from ledger.store.journal.postings import PostingsHere, last_dates, read_later_postings
from ledger.store.registers import StoredRecord

_COUNTER_STAGE: Final = frozenset({Stage.UNDECLARED})
_NOT_OF_A_DEAL: Final = frozenset(Stage) - set(DEAL_STAGES)

DatedMovements = tuple[date, Sequence[Movement]]
"""Movements about to be posted, and the date of their entry."""


@dataclass(slots=True)
class Account:
    """One need or offer in this transaction. `last_on` is the date of its latest movement.

    `amounts` has the amounts by stage, or the amount alone of what was only declared: an
    import adds very many, and a mapping for each takes more memory than the account itself.
    """

    side: Side
    id: int
    version: int
    record: Any
    unit: Unit
    amounts: Stages | int
    last_on: date | None = None

    @property
    def stages(self) -> Stages:
        """The amounts by stage, which follow every movement."""
        if isinstance(self.amounts, int):
            self.amounts = {FREE_STAGE[self.side]: self.amounts} if self.amounts else {}
        return self.amounts

    @property
    def code(self) -> str:
        """The need's or the offer's code."""
        code: str = self.record.code
        return code

    @property
    def balance(self) -> Balance:
        """Where it stands now, as a value that will not follow later movements."""
        return Balance(self.side, self.code, self.unit, dict(self.stages))

    def is_late(self, day: date) -> bool:
        """Say whether a day is before that of the latest movement."""
        return self.last_on is not None and day < self.last_on

    def passes_to(self, day: date) -> Stage | None:
        """Say where what returns to an offer on a day goes on to; None while it can be taken up."""
        if self.record.withdrawn:
            return Stage.WITHDRAWN
        return Stage.EXPIRED if self.record.has_expired(day) else None


@dataclass(slots=True)
class DealAccount:
    """One deal in this transaction, with both of its sides. `last_on` is its latest act's date.

    `recorded_until` is the same of the acts recorded before this transaction.
    """

    id: int
    version: int
    record: Deal
    stages: dict[Side, Stages]
    last_on: date | None = None
    recorded_until: date | None = None

    @property
    def code(self) -> str:
        """The deal's code."""
        return self.record.code

    @property
    def balance(self) -> DealBalance:
        """Where both sides stand now, as a value."""
        return DealBalance(self.record, dict(self.stages[Side.NEED]), dict(self.stages[Side.OFFER]))

    @property
    def balance_now(self) -> DealBalance:
        """The same without a copy: it follows what is posted later, so it is used before that."""
        return DealBalance(self.record, self.stages[Side.NEED], self.stages[Side.OFFER])


class Accounts:
    """All accounts of one transaction, read on first use or all at once for an import."""

    def __init__(
        self,
        connection: Connection,
        units: Callable[[], Mapping[str, Unit]],
        flush: Callable[[], None],
        drafts: Sequence[Draft],
    ) -> None:
        """Start with none read; `flush` writes what this transaction has added to the registers.

        `drafts` are the entries that it posts.
        """
        self._connection = connection
        self._units = units
        self._flush = flush
        self._by_code: dict[Side, dict[str, Account]] = {side: {} for side in Side}
        self._deals: dict[str, DealAccount] = {}
        self._deals_of_need: dict[str, list[str]] = defaultdict(list)
        self._paired_needs: set[str] = set()
        self._all_read = False
        self._drafts = drafts

    @cached_property
    def _posted(self) -> PostingsHere:
        """What this transaction has posted, which few acts ask for."""
        return PostingsHere(self._drafts, lambda code: self.deal(code).id)

    def read_everything(self, of: Callable[[str], Mapping[str, Any]] | None = None) -> None:
        """Read every need, offer and deal now; `of` gives registers that were read already."""
        of = of or partial(registers.load_all, self._connection)
        for side in Side:
            self._load_side(side, of(side.value).values())
        deals = of("deal").values()
        states, nothing = all_deal_states(self._connection), DealState({}, None)
        self._add_deals((one, states.get(one.id, nothing)) for one in deals)
        self._all_read = True

    def account(self, side: Side, code: str) -> Account:
        """Give a need or an offer by its exact code, read where it was not yet."""
        loaded = self._by_code[side].get(code)
        if loaded is not None:
            return loaded
        self._flush()
        there = read_account(self._connection, side, code=code)
        if there is None:
            identity = registers.find_id(self._connection, side.value, code)
            there = read_account(self._connection, side, id=identity)
        assert there is not None
        self._add_account(side, *there)
        return self._by_code[side][there.stored.record.code]

    def deal(self, code: str) -> DealAccount:
        """Give a deal by its exact code, read where it was not yet."""
        loaded = self._deals.get(code)
        if loaded is not None:
            return loaded
        self._flush()
        there = read_deals(self._connection, code=code)
        if not there:
            identity = registers.find_id(self._connection, "deal", code)
            there = read_deals(self._connection, id=identity)
        self._add_deals(there)
        return self._deals[there[0][0].record.code]

    def known_account(self, kind: str, code: str) -> Account | None:
        """Give a need or an offer that was read or added already, else None."""
        return self._by_code[SIDES[kind]].get(code) if kind in SIDES else None

    def known_deal(self, code: str) -> DealAccount | None:
        """Give a deal by its exact code, None where there is none; after reading everything."""
        assert self._all_read
        return self._deals.get(code)

    def deals_of_need(self, need: str) -> list[DealAccount]:
        """Give every deal of a need, oldest first."""
        if not self._all_read and need not in self._paired_needs:
            self._read_deals_of(need)
        return [self._deals[code] for code in self._deals_of_need[need]]

    def outstanding_between(self, offer: str, need: str) -> tuple[int, int]:
        """Add up what lives between an offer and a need, in the need's and the offer's unit."""
        deals = [deal for deal in self.deals_of_need(need) if deal.record.offer == offer]
        if not deals:  # as of nearly all of an import
            return 0, 0
        return (
            sum(sum(deal.stages[Side.NEED].values()) for deal in deals),
            sum(sum(deal.stages[Side.OFFER].values()) for deal in deals),
        )

    def outstanding_elsewhere(self, offer: str, need: str) -> tuple[str, ...]:
        """Name the other offers that have something living in a need."""
        outstanding = {
            deal.record.offer
            for deal in self.deals_of_need(need)
            if deal.record.offer != offer and any(deal.stages[Side.NEED].values())
        }
        return tuple(sorted(outstanding))

    def open_account(self, side: Side, identity: int, record: Any) -> None:
        """Take in a need or an offer that this transaction has just added."""
        unit = self._units()[record.unit]
        self._by_code[side][record.code] = Account(side, identity, 1, record, unit, 0)

    def open_deal(self, identity: int, record: Deal) -> None:
        """Take in a deal that this transaction has just opened."""
        self._index(DealAccount(identity, 1, record, {side: {} for side in Side}))

    def accounts_of(self, movements: Iterable[Movement]) -> list[Account]:
        """Give the need or the offer of each movement, at the same place."""
        known, read = self._by_code, self.account
        return [
            known[one.side].get(one.account) or read(one.side, one.account) for one in movements
        ]

    def require_declared(self, day: date, accounts: Iterable[Account]) -> None:
        """Refuse a day before the declaration of a need or an offer; raises `BeforeDeclaration`."""
        for one in accounts:
            if day < one.record.declared_on:
                require_declared(day, one.record.declared_on, one.side, one.code)

    def apply_movements(
        self, day: date, movements: Sequence[Movement], accounts: Sequence[Account], sign: int = 1
    ) -> None:
        """Move the balances of an entry's `accounts`, and of its deals; back with -1."""
        for movement, account in zip(movements, accounts, strict=True):
            side = account.side
            _apply_movement(account.stages, movement, STAGES_OF[side], sign)
            if movement.deal is not None:
                deal = self._deals.get(movement.deal) or self.deal(movement.deal)
                _apply_movement(deal.stages[side], movement, DEAL_STAGES, sign)
                if deal.last_on is None or day > deal.last_on:
                    deal.last_on = day
            if account.last_on is None or day > account.last_on:
                account.last_on = day

    def declare(self, account: Account, day: date, movement: Movement) -> None:
        """Take in the declaration of what this transaction has just added: nothing moved it."""
        account.amounts, account.last_on = movement.amount, day

    def take_back(self, place: int, drafts: Sequence[Draft]) -> None:
        """Move the balances back by the last drafts, which begin at a place among all of them."""
        self._posted.forget_from(place)
        for draft in reversed(drafts):
            back = draft.movements[::-1]
            self.apply_movements(draft.details.effective_on, back, self.accounts_of(back), -1)

    def posted(self, account: Account) -> Sequence[TimelinePosting]:
        """Give what this transaction has posted of a need or an offer."""
        return self._posted.of(account.side, account.code)

    def require_timeline(self, day: date, movements: Sequence[Movement]) -> None:
        """Refuse an entry that would leave a stage below zero at the end of any day.

        Raises `OverdrawnLater`, naming the first such day, the stage, and the entry that takes.
        """
        if self.is_late(day, movements) and (fault := self.timeline_fault([(day, movements)])):
            raise overdrawn_refusal(fault)

    def timeline_fault(self, changes: Iterable[DatedMovements]) -> TimelineFault | None:
        """Return where the first overdraft would be if some movements were posted; else None."""
        changes = list(changes)
        if not any(self.is_late(*change) for change in changes):
            return None
        by_account: dict[tuple[Side, str], list[TimelinePosting]] = defaultdict(list)
        deals: dict[tuple[Side, str], list[str]] = defaultdict(list)
        for number, (day, movements) in enumerate(changes, start=NOT_POSTED_YET):
            for line, one in enumerate(movements, start=1):
                key = one.side, one.account
                by_account[key].append(self._posted.posting(day, number, line, one))
                deals[key] += [] if one.deal is None else [one.deal]
        faults = [
            fault
            for key, postings in by_account.items()
            for fault in self._faults_of(self.account(*key), postings, dict.fromkeys(deals[key]))
        ]
        return min(faults, key=lambda one: one.overdraft.day, default=None)

    def is_late(self, day: date, movements: Iterable[Movement]) -> bool:
        """Say whether movements are dated before others of the same needs and offers."""
        return any(self.account(one.side, one.account).is_late(day) for one in movements)

    def _faults_of(
        self, account: Account, changes: list[TimelinePosting], deals: Iterable[str]
    ) -> Iterable[TimelineFault]:
        """Test one account and its sides of deals; a deal is named before its need and offer."""
        since = min(one.effective_on for one in changes)
        if account.last_on is None or since >= account.last_on:
            return
        timeline = self.timeline(account, since)
        for deal in map(self.deal, deals):
            own = [one for one in changes if one.deal == deal.id]
            of_deal = timeline_from(since, deal.stages[account.side], _of_deal(timeline, deal))
            yield from _fault(account, deal, of_deal, own)
        yield from _fault(account, None, timeline, changes)

    def timeline(self, account: Account, day: date) -> Timeline:
        """Give a need or offer from a day on, with the postings of this write."""
        recorded = read_later_postings(self._connection, account.id, day)
        return timeline_from(day, account.stages, [*recorded, *self.posted(account)])

    def deal_timeline(self, deal: DealAccount, side: Side, day: date) -> Timeline:
        """Give one side of a deal from a day on, with the postings of this write."""
        code = deal.record.need if side is Side.NEED else deal.record.offer
        timeline = self.timeline(self.account(side, code), day)
        return timeline_from(day, deal.stages[side], _of_deal(timeline, deal))

    def _load_side(self, side: Side, stored: Iterable[StoredRecord]) -> None:
        """Take in all needs or all offers."""
        stages = balances.account_stages(self._connection, side)
        dates = last_dates(self._connection)
        for record in stored:
            self._add_account(side, record, stages.get(record.id, {}), dates.get(record.id))

    def _add_account(
        self, side: Side, stored: StoredRecord, stages: Stages, last_on: date | None
    ) -> None:
        record = stored.record
        unit = self._units()[record.unit]
        account = Account(side, stored.id, stored.version, record, unit, stages, last_on)
        self._by_code[side].setdefault(record.code, account)

    def _add_deals(self, deals: Iterable[tuple[StoredRecord, DealState]]) -> None:
        for stored, state in deals:
            if stored.record.code not in self._deals:
                sides = {side: state.stages.get(side, {}) for side in Side}
                terms, last_on = (stored.id, stored.version, stored.record), state.last_on
                self._index(DealAccount(*terms, sides, last_on, recorded_until=last_on))

    def _index(self, account: DealAccount) -> None:
        self._deals[account.code] = account
        self._deals_of_need[account.record.need].append(account.code)

    def _read_deals_of(self, need: str) -> None:
        need_id = self.account(Side.NEED, need).id
        deals = read_deals(self._connection, need_id=need_id)
        self._add_deals(sorted(deals, key=lambda deal: deal[0].id))
        self._paired_needs.add(need)


SIDES: Final = {side.value: side for side in Side}


def _apply_movement(
    stages: Stages, movement: Movement, stored: tuple[Stage, ...], sign: int
) -> None:
    source, target = movement.from_stage, movement.to_stage
    amount = movement.amount if sign > 0 else -movement.amount
    before = stages.get(source)
    if before is not None:  # then it is one of the stages that are stored
        stages[source] = before - amount
    elif source in stored:
        stages[source] = -amount
    before = stages.get(target)
    if before is not None:
        stages[target] = before + amount
    elif target in stored:  # an import has very many first amounts, and keeps each once
        stages[target] = amount


def _of_deal(timeline: Timeline, deal: DealAccount) -> list[TimelinePosting]:
    return [one for one in timeline.later if one.deal == deal.id]


def _fault(
    account: Account, deal: DealAccount | None, timeline: Timeline, changes: list[TimelinePosting]
) -> Iterable[TimelineFault]:
    may_go_below = _COUNTER_STAGE if deal is None else _NOT_OF_A_DEAL
    overdraft = timeline.first_overdraft(changes, may_go_below)
    if overdraft is not None:
        taken = -sum(one.change_of(overdraft.stage) for one in changes)
        yield TimelineFault(
            who=f"{account.side} {account.code}" if deal is None else f"deal {deal.code}",
            account_id=account.id,
            deal_id=None if deal is None else deal.id,
            unit=account.unit,
            overdraft=overdraft,
            workable_from=timeline.first_day_with(overdraft.stage, taken),
        )


class AccountNow(NamedTuple):
    """A need or an offer as stored, its stages, and the date of its latest movement if any."""

    stored: StoredRecord
    stages: Stages
    last_on: date | None


def read_account(connection: Connection, side: Side, **condition: Any) -> AccountNow | None:
    """Read a need or an offer by its `id` or exact `code`, and its stages, in one statement."""
    ((column, value),) = condition.items()
    row = _account_query(side, column).first(connection, wanted=value)
    if row is None:
        return None
    size = 1 + len(tables.BALANCE_STAGES)
    (stored,) = registers.stored_records(side.value, [row[:-size]])
    amounts = dict(zip(tables.BALANCE_STAGES, row[-size:], strict=False))
    # One that was never declared has no balance.
    stages = {stage: amounts[COLUMN_OF[stage]] or 0 for stage in STAGES_OF[side]}
    return AccountNow(stored, stages, row[-1])


@cache
def _account_query(side: Side, by: str) -> Prepared:
    identity, movement = registers.identity_of(side).c.id, tables.movement.c
    last = select(func.max(movement.effective_on)).where(movement.holder_id == identity)
    balance = tables.balance
    query = registers.select_current(side.value, by=by)
    query = query.outerjoin(balance, balance.c.holder_id == identity)
    return Prepared(query.add_columns(*balance.c[*tables.BALANCE_STAGES], last.scalar_subquery()))


@dataclass(frozen=True, slots=True)
class DealState:
    """Where both sides of a deal stand, and the date of its latest act if it has any."""

    stages: dict[Side, Stages]
    last_on: date | None


def read_deals(connection: Connection, **condition: Any) -> list[tuple[StoredRecord, DealState]]:
    """Read a deal by its `id` or exact `code`, or those of a need (`need_id`), as they stand."""
    ((column, value),) = condition.items()
    rows = _deals_query(column).rows(connection, wanted=value)
    stored = registers.stored_records("deal", (row[:-_OF_STATE] for row in rows))
    return list(zip(stored, (_deal_state(row[-_OF_STATE:]) for row in rows), strict=True))


_OF_STATE: Final = 1 + len(Side) * len(DEAL_STAGES)


def _deal_state(row: ResultRow) -> DealState:
    *amounts, last_on = row
    size = len(DEAL_STAGES)
    # A side of which nothing was moved has no balance.
    sides = {
        side: dict(zip(DEAL_STAGES, of_side, strict=True))
        for side, of_side in zip(Side, (amounts[:size], amounts[size:]), strict=True)
        if of_side[0] is not None
    }
    return DealState(sides, last_on)


@cache
def _deals_query(by: str) -> Prepared:
    deal, entry = tables.deal.c, tables.entry.c
    query = registers.select_current("deal", by=by)
    for side in Side:
        balance = tables.deal_balance.alias(f"{side}_side")
        own = (balance.c.deal_id == deal.id, balance.c.side == literal_column(f"'{side}'"))
        query = query.outerjoin(balance, and_(*own))
        query = query.add_columns(*balance.c[*DEAL_STAGES])
    last = select(func.max(entry.effective_on)).where(entry.deal_id == deal.id)
    return Prepared(query.add_columns(last.scalar_subquery()))


def all_deal_states(connection: Connection) -> dict[int, DealState]:
    """Give where every deal stands, by id."""
    dates: dict[int, date] = dict(connection.execute(_last_acts()).all())
    states: dict[int, DealState] = {}
    for (identity, side), stages in deal_stages(connection).items():
        states.setdefault(identity, DealState({}, dates.get(identity))).stages[side] = stages
    return states


@cache
def _last_acts() -> Select[Any]:
    entry = tables.entry.c
    query = select(entry.deal_id, func.max(entry.effective_on))
    return query.where(entry.deal_id.is_not(None)).group_by(entry.deal_id)
