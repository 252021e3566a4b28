"""Read entries of the journal with their movements: one, many, or the last one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields
from datetime import date
from functools import cache
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Select,
    and_,
    bindparam,
    func,
    or_,
    select,
    union_all,
)

from ledger.core.errors import InvalidInput, NotFound
from ledger.core.factors import Side, Stage
from ledger.core.numbers import normalise_digits
from ledger.journal.entries import (
    LAPSE_REASON,
    TOTAL_FORMAT,
    Act,
    Entry,
    Movement,
    ProposedLine,
    entries_reversed,
)
from ledger.journal.totals import TotalChange, is_declaration_reversed
from ledger.store.db import tables
from ledger.store.db.clock import known_by
from ledger.store.db.prepared import Prepared
from ledger.store.db.queries import chunked, is_newest
from ledger.store.db.tables import entry, holder, movement, request
from ledger.store.db.types import coded, codes_in, introduced_lines
from ledger.store.journal.balances import NOW, Times
from ledger.store.registers import in_error


class NotAnEntryNumber(InvalidInput, code="not-an-entry-number"):
    """What was typed is not a whole number."""

    default_why = "Entries are numbered 1, 2, 3 in the order in which they were recorded."
    default_next = "Find the number with: cityfund journal list"


class UnknownEntry(NotFound, code="unknown-entry"):
    """The journal has no entry of that number."""

    default_next = "List entries with: cityfund journal list"


_MAX_DIGITS = 18
_ROW_BY_ROW = {"yield_per": 2000}


def read_entry(connection: Connection, number: int) -> Entry:
    """Read one entry; raises `UnknownEntry`."""
    for one in read_entries(connection, entry.c.id == number):
        return one
    raise _unknown_entry(connection, number)


def request_of_entry(connection: Connection, number: int) -> int:
    """Give the number of the request that an entry was posted under; raises `UnknownEntry`."""
    request_id = connection.execute(select(entry.c.request_id).where(entry.c.id == number)).scalar()
    if request_id is None:
        raise _unknown_entry(connection, number)
    return int(request_id)


def _unknown_entry(connection: Connection, number: int) -> UnknownEntry:
    last = connection.execute(select(func.max(entry.c.id))).scalar()
    why = f"The last entry is {last}." if last else "The journal is still empty."
    return UnknownEntry(f"There is no entry {number}.", why=why)


def reversal_of(connection: Connection, number: int) -> int | None:
    """Give the number of the entry that reverses this one, if any does and was not reversed."""
    newest = _newest_reversal(connection, number)
    if newest is None or reversal_of(connection, newest) is not None:
        return None
    return newest


def _newest_reversal(connection: Connection, number: int) -> int | None:
    # Only the newest can stand: the ones before it were reversed, else it would have been refused.
    newest = select(func.max(entry.c.id)).where(entry.c.reverses == number)
    return connection.execute(newest).scalar()


def reversed_again(connection: Connection, number: int) -> int | None:
    """Give the newer reversal of what a reversal reverses, if there is any, or of what that did."""
    reverses = select(entry.c.reverses).where(entry.c.id == number)
    target = connection.execute(reverses).scalar()
    if target is None:
        return None
    newest = _newest_reversal(connection, target)
    return newest if newest != number else reversed_again(connection, target)


def reversed_entries(connection: Connection) -> frozenset[int]:
    """Give the entries that are reversed by an entry that stands."""
    query = select(entry.c.id, entry.c.reverses).where(entry.c.reverses.is_not(None))
    return entries_reversed(connection.execute(query).all())


class DatedReversal(NamedTuple):
    """A reversal that is dated later than the entry it reverses."""

    number: int
    effective_on: date
    reverses: int
    reversed_on: date


def reversals_across(
    connection: Connection, account_id: int, deal_id: int | None, stage: Stage, day: date
) -> list[DatedReversal]:
    """Read the reversals, newest first, that give a stage something back only after a day.

    What each reverses is dated on the day or before it.
    """
    back, of = entry.alias("back"), entry.alias("of")
    query = (
        select(back.c.id, back.c.effective_on, of.c.id, of.c.effective_on)
        .distinct()
        .select_from(movement)
        .join(back, back.c.id == movement.c.entry_id)
        .join(of, of.c.id == back.c.reverses)
        .where(movement.c.holder_id == account_id, movement.c.to_stage == stage)
        .where(movement.c.effective_on > day, of.c.effective_on <= day)
        # What moved a deal that was recorded in error stays as it is.
        .where(~in_error("deal", back.c.deal_id))
        .order_by(back.c.id.desc())
    )
    if deal_id is not None:
        query = query.where(movement.c.deal_id == deal_id)
    found = [DatedReversal(*row) for row in connection.execute(query)]
    return [one for one in found if reversal_of(connection, one.number) is None]


def lapses_of_deal(connection: Connection, deal_id: int, day: date) -> Iterator[Entry]:
    """Read the lapses of a deal's holds that are dated after a day and count, in their order.

    A lapse is a release of the night, of an import that tells of one, or of a commitment signed in
    time that lapses the rest again.
    """
    lapses = read_entries(
        connection,
        entry.c.deal_id == deal_id,
        entry.c.effective_on > day,
        is_lapse(),
    )
    for lapse in sorted(lapses, key=lambda one: (one.effective_on, one.number)):
        of_hold = any(one.from_stage is Stage.HELD for one in lapse.movements)
        if of_hold and reversal_of(connection, lapse.number) is None:
            yield lapse


def read_request_entries(connection: Connection, request_id: int) -> list[Entry]:
    """Read the entries that one request posted, in recorded order."""
    return list(read_entries(connection, entry.c.request_id == request_id))


def later_entries(
    connection: Connection,
    number: int,
    account_ids: Sequence[int] = (),
    deal_ids: Sequence[int] = (),
) -> list[Entry]:
    """Read the entries after an entry that move some needs and offers, or deals, and still count.

    A reversal counts where what it reverses is older; else the two cancel out.
    """
    moves = or_(movement.c.holder_id.in_(account_ids), movement.c.deal_id.in_(deal_ids))
    touching = select(movement.c.entry_id).where(moves)
    newer = list(read_entries(connection, entry.c.id > number, entry.c.id.in_(touching)))
    return [
        one
        for one in newer
        if reversal_of(connection, one.number) is None
        and (one.reverses is None or one.reverses < number)
    ]


def is_lapse() -> ColumnElement[bool]:
    """Return the condition that an entry, joined with its request, lapses a hold or a part."""
    return and_(
        entry.c.act == Act.RELEASE,
        entry.c.reason.is_not(None),  # else the negation would be unknown
        entry.c.reason == LAPSE_REASON,
        request.c.command.in_(_LAPSING),
    )


_LAPSING = ("reconcile", "import", "deal commit", "journal correct")
"""The commands that release a hold because it has lapsed, not because an officer gave it back."""


def moves_what_is_in_error(connection: Connection, number: int) -> bool:
    """Say whether an entry moves a need or an offer that was recorded in error, or such a deal."""
    moved = or_(
        *(in_error(side.value, movement.c.holder_id) for side in Side),
        in_error("deal", movement.c.deal_id),
    )
    query = select(movement.c.line).where(movement.c.entry_id == number, moved).limit(1)
    return connection.execute(query).first() is not None


def read_total_changes(connection: Connection, account_id: int) -> list[TotalChange]:
    """Read the changes of a need's or an offer's total, in recorded order."""
    query = _total_changes().where(movement.c.holder_id == account_id)
    return [_total_change(row) for row in connection.execute(query)]


def _total_changes() -> Select[Any]:
    undeclared = Stage.UNDECLARED
    return (
        select(
            movement.c.holder_id,
            *entry.c["id", "effective_on", "recorded_at", "reverses", "total", "format"],
            *movement.c["from_stage", "amount"],
        )
        .join(movement, movement.c.entry_id == entry.c.id)
        .where((movement.c.from_stage == undeclared) | (movement.c.to_stage == undeclared))
        .order_by(entry.c.id)
    )


def _total_change(row: Any) -> TotalChange:
    return TotalChange(
        number=row.id,
        effective_on=row.effective_on,
        recorded_at=row.recorded_at,
        reverses=row.reverses,
        change=row.amount if row.from_stage is Stage.UNDECLARED else -row.amount,
        total=row.total,
        stored=row.format == TOTAL_FORMAT,
    )


class DatedEntry(NamedTuple):
    """An entry with its act and its day, and the entry it reverses, if any."""

    number: int
    act: Act
    effective_on: date
    reverses: int | None


def entries_dated_before(connection: Connection, account_id: int, day: date) -> list[DatedEntry]:
    """Read the entries of a need or an offer that are dated before a day, in recorded order."""
    query = (
        select(*entry.c["id", "act", "effective_on", "reverses"])
        .where(entry.c.id.in_(entries_of_account(account_id)), entry.c.effective_on < day)
        .order_by(entry.c.id)
    )
    return [DatedEntry(*row) for row in connection.execute(query)]


def without_declaration(
    connection: Connection, times: Times, account_ids: Sequence[int]
) -> set[int]:
    """Give those of some needs and offers without quantity whose declaration was reversed."""
    query = _total_changes().where(*_counting(times))
    changes: dict[int, list[TotalChange]] = {}
    for ids in chunked(account_ids):
        for row in connection.execute(query.where(movement.c.holder_id.in_(ids))):
            changes.setdefault(row.holder_id, []).append(_total_change(row))
    return {one for one, of_it in changes.items() if is_declaration_reversed(of_it)}


def read_entries_taking(
    connection: Connection, account_id: int, stage: Stage, since: int
) -> list[Entry]:
    """Read the entries after an entry that take from a stage of a need or offer, and count."""
    taking = select(movement.c.entry_id).where(
        movement.c.holder_id == account_id, movement.c.from_stage == stage
    )
    newer = list(read_entries(connection, entry.c.id > since, entry.c.id.in_(taking)))
    return [one for one in newer if reversal_of(connection, one.number) is None]


class RecordedAct(NamedTuple):
    """An act of a deal as it was recorded; the amount is the need's."""

    number: int
    effective_on: date
    reference: str | None
    amount: int
    reason: str | None


def acts_of_deal(connection: Connection, deal_id: int, act: Act) -> list[RecordedAct]:
    """Read the acts of one kind on a deal, in recorded order, reversed ones included."""
    rows = _acts_of_deal().rows
    return [RecordedAct(*row) for row in rows(connection, deal=deal_id, act=act.value)]


@cache
def _acts_of_deal() -> Prepared:
    need = tables.need
    need_side = movement.join(need, need.c.id == movement.c.holder_id)
    return Prepared(
        select(*entry.c["id", "effective_on", "reference"], movement.c.amount, entry.c.reason)
        .select_from(entry.join(need_side, movement.c.entry_id == entry.c.id))
        .where(entry.c.deal_id == bindparam("deal"), entry.c.act == bindparam("act"))
        .order_by(entry.c.id)
    )


def read_entries(connection: Connection, *where: Any) -> Iterator[Entry]:
    """Read entries with their movements in recorded order, in one statement, row by row."""
    rows = connection.execute(_entries().where(*where), execution_options=_ROW_BY_ROW)
    for _, lines in groupby(rows, key=lambda row: row.number):
        yield _entry(list(lines))


def entry_number(typed: str) -> int:
    """Read an entry's number as typed; raises `NotAnEntryNumber`."""
    plain = normalise_digits(typed).removeprefix("#")
    if not plain.isascii() or not plain.isdigit() or len(plain) > _MAX_DIGITS:
        raise NotAnEntryNumber(f"{typed!r} is not the number of an entry.")
    return int(plain)


def entries_of_account(account_id: int) -> Select[Any]:
    """Select the entries that moved something of a need or an offer."""
    return select(movement.c.entry_id).where(movement.c.holder_id == account_id)


def deal_entries(connection: Connection, times: Times = NOW) -> Iterator[Entry]:
    """Read every entry of the deals there are that counts at two times, in recorded order."""
    there = (entry.c.deal_id.is_not(None), ~in_error("deal", entry.c.deal_id))
    return read_entries(connection, *there, *_counting(times))


def first_deal_entry(connection: Connection, times: Times = NOW) -> int:
    """Give the number of the first entry of a deal that counts at two times; zero without one."""
    there = (entry.c.deal_id.is_not(None), *_counting(times))
    return int(connection.scalar(select(func.min(entry.c.id)).where(*there)) or 0)


def quantity_entries(connection: Connection, times: Times = NOW) -> Iterator[Entry]:
    """Read every entry on the own quantity of the needs and offers there are, in order."""
    there = [~in_error(side.value, movement.c.holder_id) for side in Side]
    return read_entries(connection, entry.c.deal_id.is_(None), *there, *_counting(times))


def _counting(times: Times) -> Iterator[Any]:
    """Select the entries that count at two times."""
    if times.as_of is not None:
        yield entry.c.effective_on <= times.as_of
    if times.known_at is not None:
        yield known_by(entry, times.known_at)


@cache
def _entries() -> Select[Any]:
    need, offer, deal, proposal = map(coded, ("need", "offer", "deal", "proposal"))
    introduced_line = introduced_lines()
    return (
        select(
            entry.c.id.label("number"),
            *entry.c["act", "effective_on", "recorded_at", "reference"],
            *entry.c["reason", "override", "reverses", "total", "exemptions", "format"],
            request.c.key.label("request_key"),
            *request.c["actor", "system_user", "host", "database_user"],
            deal.c.code.label("deal"),
            proposal.c.code.label("proposal"),
            introduced_line.c.line.label("proposal_line"),
            holder.c.side,
            func.coalesce(need.c.code, offer.c.code).label("account"),
            *movement.c["unit", "from_stage", "to_stage", "amount"],
            movement.c.deal_id.is_not(None).label("of_deal"),
        )
        .join(movement, movement.c.entry_id == entry.c.id)
        .join(request, request.c.id == entry.c.request_id)
        .join(holder, holder.c.id == movement.c.holder_id)
        .outerjoin(need, need.c.id == holder.c.id)
        .outerjoin(offer, offer.c.id == holder.c.id)
        .outerjoin(deal, deal.c.id == entry.c.deal_id)
        .outerjoin(introduced_line, introduced_line.c.entry_id == entry.c.id)
        .outerjoin(proposal, proposal.c.id == introduced_line.c.proposal_id)
        .order_by(entry.c.id, movement.c.line)
    )


def _entry(lines: list[Any]) -> Entry:
    first = lines[0]
    proposed = (first.proposal, first.proposal_line)
    return Entry(
        **dict(zip(_ENTRY_TERMS, _terms_of(first), strict=True)),
        movements=tuple(map(_movement, lines)),
        proposed=None if first.proposal is None else ProposedLine(*proposed),
        exemptions=codes_in(first.exemptions),
    )


_READ_APART = {"movements", "proposed", "exemptions"}
_ENTRY_TERMS = tuple(one.name for one in fields(Entry) if one.name not in _READ_APART)
_terms_of = attrgetter(*_ENTRY_TERMS)


def _movement(line: Any) -> Movement:
    return Movement(
        side=line.side,
        account=line.account,
        unit=line.unit,
        from_stage=line.from_stage,
        to_stage=line.to_stage,
        amount=line.amount,
        deal=line.deal if line.of_deal else None,
    )


def first_act_under(connection: Connection, kind: str, identity: int) -> Entry | None:
    """Read the first act, beyond declarations, on what lies under a record; None if there is none.

    Under a city lie its projects with their needs, and the offers of the providers that are the
    city. Reversals of declarations are none of those acts.
    """
    first = select(func.min(movement.c.entry_id)).where(
        movement.c.holder_id.in_(_accounts_under(kind, identity)),
        movement.c.from_stage != Stage.UNDECLARED,
        movement.c.to_stage != Stage.UNDECLARED,
    )
    number = connection.execute(first).scalar()
    return None if number is None else read_entry(connection, number)


def _accounts_under(kind: str, identity: int) -> Select[Any] | CompoundSelect[Any]:
    need, offer, project = tables.need, tables.offer, tables.project
    if kind == "project":
        return select(need.c.id).where(need.c.project_id == identity)
    if kind == "provider":
        return select(offer.c.id).where(offer.c.provider_id == identity)
    terms = tables.provider_version
    needs = select(need.c.id).join(project, project.c.id == need.c.project_id)
    offers = select(offer.c.id).join(terms, terms.c.provider_id == offer.c.provider_id)
    return union_all(
        needs.where(project.c.city_id == identity),
        offers.where(is_newest(terms, terms.c.provider_id), terms.c.city_id == identity),
    )


def last_entry(connection: Connection, times: Times = NOW) -> Entry | None:
    """Read the last entry that counts at these times; None where nothing was recorded yet."""
    newest = select(func.max(entry.c.id)).where(*_counting(times))
    return next(read_entries(connection, entry.c.id == newest.scalar_subquery()), None)


class CountedAct(NamedTuple):
    """An act that put more into the stages of a deal and was not reversed; its need's amount."""

    entry: int
    deal: str
    act: Act
    day: date
    amount: int


def counted_acts(connection: Connection, deals: Sequence[str]) -> list[CountedAct]:
    """Read the holds, commitments and deliveries of some deals that count, in recorded order."""
    deal = tables.deal
    query = (
        select(entry.c.id, deal.c.code, entry.c.act, entry.c.effective_on, movement.c.amount)
        .select_from(movement)
        .join(entry, entry.c.id == movement.c.entry_id)
        .join(deal, deal.c.id == entry.c.deal_id)
        .where(movement.c.holder_id == deal.c.need_id, movement.c.deal_id == deal.c.id)
        .where(entry.c.act.in_((Act.INTRODUCE, Act.COMMIT, Act.DELIVER)))
        .where(~in_error("deal", deal.c.id))
    )
    acts = [
        CountedAct(*row)
        for codes in chunked(deals)
        for row in connection.execute(query.where(deal.c.code.in_(codes)))
    ]
    undone = reversed_entries(connection) if acts else frozenset()
    return sorted(one for one in acts if one.entry not in undone)


def acts_resting_on(connection: Connection, exemption: str) -> list[int]:
    """Give the numbers of the entries that name an exemption and count, in recorded order."""
    query = select(entry.c.id, entry.c.exemptions).where(entry.c.exemptions.is_not(None))
    rows = connection.execute(query.order_by(entry.c.id)).all()
    named = [number for number, cell in rows if exemption in codes_in(cell)]
    undone = reversed_entries(connection) if named else frozenset()
    return [one for one in named if one not in undone]
