"""Rows for the checks of the journal, streamed unconverted and without assumptions.

Values are read as stored: dates as ISO text, timestamps as microseconds, words and amounts
unconverted, so that an invalid row reaches the check that reports it. The check of exact values
reads single cells with dates or words that do not exist.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, tzinfo
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import cache, lru_cache
from itertools import chain, groupby
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Date,
    Integer,
    Select,
    String,
    and_,
    cast,
    func,
    or_,
    select,
    type_coerce,
)
from sqlalchemy import type_coerce as taken_as

from ledger.checks.mandate import RecordHistory
from ledger.checks.rows import AccountRow, CheckContext, DealRow, EntryRow, MovementRow, StepRow
from ledger.checks.stored_rows import AmountFault
from ledger.checks.totals import TotalRow
from ledger.core.factors import Side, Stage
from ledger.core.numbers import read_fraction
from ledger.deals.deal import recorded_rate
from ledger.registers.pairs import LIMIT
from ledger.registers.table import PHASE
from ledger.restrictions.bars import RESTRICTING
from ledger.store.checks.extent import is_small_on_server
from ledger.store.db import tables
from ledger.store.db.clock import read_corrections
from ledger.store.db.prepared import Prepared
from ledger.store.db.queries import distinct_code, read_units
from ledger.store.db.types import Word, codes_in, to_microseconds
from ledger.store.registers import STORED_REGISTERS
from ledger.store.stored_registers import StoredRegister, Term

_BATCH: Final = 5000
ONE_WRITER: Final = "sqlite"
MANDATE_REGISTERS: Final = ("need", "project", "city", "offer", "provider", "phase")
"""The registers by which a mandate is judged."""


def stream(
    connection: Connection, query: Select[Any], parameters: Mapping[str, Any] | None = None
) -> Iterator[Any]:
    """Run a query when its first row is asked for; give its rows one by one, a batch in memory."""
    # Whole batches at a time: row by row, fetching took longer than checking.
    return chain.from_iterable(batches(connection, query, parameters))


def batches(
    connection: Connection, query: Select[Any], parameters: Mapping[str, Any] | None = None
) -> Iterator[Sequence[Any]]:
    """Run a query when its first rows are asked for; give a batch of its rows after the other."""
    if is_small_on_server(connection):
        yield connection.execute(query, parameters).all()
        return
    rows = connection.execute(query, parameters, execution_options={"yield_per": _BATCH})
    yield from rows.partitions()


def raw(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Select a column unconverted: its type would fail on an invalid value; a date as ISO text."""
    if isinstance(column.type, Date):
        return cast(column, String)
    if isinstance(column.type, (Integer, String)):
        return column
    return type_coerce(column, String)


def moment(column: Column[Any]) -> ColumnElement[int]:
    """Select a timestamp as whole microseconds since 1970."""
    return cast(column, BigInteger)


def reference(column: Column[Any]) -> ColumnElement[int]:
    """Select the number of another row; what is no number becomes 0, which no row has."""
    return cast(column, BigInteger)


def read_context(connection: Connection, calendar: tzinfo, now: datetime) -> CheckContext:
    """Read every holder and deal, and which entries are reversed: all but the journal.

    `now` is the moment of the clock by which the ledger's writes are recorded.
    """
    reversed_entries = connection.execute(_reversed()).scalars()
    return CheckContext(
        accounts={row.id: row for row in _accounts(connection)},
        deals={row.id: row for row in _deals(connection)},
        units=read_units(connection),
        calendar=calendar,
        reversed=frozenset(reversed_entries),
        one_writer=had_one_writer(connection),
        corrections=tuple(
            (one.request_id, to_microseconds(one.recorded_at), to_microseconds(one.ahead_until))
            for one in read_corrections(connection)
        ),
        now=to_microseconds(now),
    )


def had_one_writer(connection: Connection) -> bool:
    """Say whether every write was serialised, which is not so for writes made on a server."""
    if connection.dialect.name != ONE_WRITER:
        return False
    return connection.execute(_server_user()).first() is None


@cache
def _reversed() -> Select[Any]:
    reverses = tables.entry.c.reverses
    return select(reverses).where(reverses.is_not(None))


@cache
def _server_user() -> Select[Any]:
    user = tables.request.c.database_user
    return select(user).where(user.is_not(None)).limit(1)


def _accounts(connection: Connection) -> Iterator[AccountRow]:
    return map(AccountRow._make, stream(connection, _account_query()))


@cache
def _account_query() -> Select[Any]:
    holder, need, offer = tables.holder, tables.need, tables.offer
    return (
        select(
            *map(raw, holder.c["id", "side", "unit"]),
            distinct_code(need),
            need.c.unit,
            distinct_code(offer),
            offer.c.unit,
            func.coalesce(*(day for side in Side for day in _declared_on(side))),
        )
        .outerjoin(need, need.c.id == holder.c.id)
        .outerjoin(offer, offer.c.id == holder.c.id)
    )


def _declared_on(side: Side) -> Iterator[ColumnElement[Any]]:
    """Give the day of the newest correction, if there is any, then that of the first version."""
    register = STORED_REGISTERS[side.value]
    identity, versions = register.identity, register.versions
    newest = (
        select(raw(versions.c.declared_on))
        .where(versions.c[register.owner] == identity.c.id)
        .order_by(versions.c.version.desc())
        .limit(1)
    )
    yield newest.scalar_subquery()
    yield raw(identity.c.declared_on)


def _deals(connection: Connection) -> Iterator[DealRow]:
    for *row, rate, exact, instrument in stream(connection, _deal_query()):
        yield DealRow._make((*row, checked_rate(rate, exact), instrument))


@cache
def _deal_query() -> Select[Any]:
    deal = tables.deal
    columns = map(raw, deal.c["offer_id", "need_id", "rate", "rate_exact", "instrument"])
    return select(deal.c.id, distinct_code(deal), *columns)


def checked_rate(rate: Any, exact: Any) -> Fraction | None:
    """Read an exact rate; None where a column holds none, or the two contradict each other."""
    decimal = stored_decimal(rate)
    if exact is None or decimal is None:
        return None if decimal is None else Fraction(decimal)
    fraction = read_fraction(exact) if isinstance(exact, str) else None
    agrees = fraction is not None and recorded_rate(fraction) == (decimal, fraction)
    return fraction if agrees else None


def stored_decimal(text: Any, *, least: int | None = None) -> Decimal | None:
    """Read a decimal that is held as text, above zero or from `least` on; else None."""
    try:
        value = Decimal(text) if isinstance(text, str) else None
    except InvalidOperation:
        return None
    if value is None or not value.is_finite():
        return None
    return value if value > 0 or (least is not None and value >= least) else None


def stream_entries(connection: Connection) -> Iterator[EntryRow]:
    """Read the journal in recorded order, each entry with its movements.

    Movements whose entry is not there come under an entry of no act and no lines.
    """
    entries = stream(connection, _entries())
    groups = groupby(stream(connection, _movements()), key=itemgetter(0))
    number, lines = _next_group(groups)
    for row in entries:
        while number is not None and number < row[0]:
            yield _orphan_entry(number, lines)
            number, lines = _next_group(groups)
        own_lines: tuple[MovementRow, ...] = ()
        if number == row[0]:
            own_lines = lines
            number, lines = _next_group(groups)
        *terms, exemptions = row
        yield EntryRow._make((*terms, codes_in(exemptions), own_lines))
    while number is not None:
        yield _orphan_entry(number, lines)
        number, lines = _next_group(groups)


def _next_group(groups: Iterator[Any]) -> tuple[int | None, tuple[MovementRow, ...]]:
    number, rows = next(groups, (None, ()))
    return number, tuple(MovementRow._make(row[1:]) for row in rows)


def _orphan_entry(number: int, lines: tuple[MovementRow, ...]) -> EntryRow:
    first = lines[0]
    times = (first.effective_on, first.recorded_at)
    return EntryRow(number, "", *times, 0, first.deal_id, None, None, 0, 1, (), lines)


@cache
def _entries() -> Select[Any]:
    entry = tables.entry
    return select(
        *map(raw, entry.c["id", "act", "effective_on"]),
        moment(entry.c.recorded_at),
        reference(entry.c.request_id),
        *entry.c["deal_id", "override", "reverses", "lines", "format", "exemptions"],
    ).order_by(entry.c.id)


@cache
def _movements() -> Select[Any]:
    movement = tables.movement
    return select(
        *map(raw, movement.c["entry_id", "line", "holder_id", "deal_id", "unit"]),
        *map(raw, movement.c["from_stage", "to_stage", "amount", "effective_on"]),
        moment(movement.c.recorded_at),
    ).order_by(movement.c.entry_id, movement.c.line)


def stream_timeline(connection: Connection) -> Iterator[StepRow]:
    """Read all movements holder by holder, by effective date, then as recorded."""
    return map(StepRow._make, stream(connection, _steps()))


@cache
def _steps() -> Select[Any]:
    movement = tables.movement.c
    order = movement["holder_id", "effective_on", "entry_id", "line"]
    return select(
        *map(raw, order), *map(raw, movement["deal_id", "from_stage", "to_stage", "amount"])
    ).order_by(*order)


def stream_total_changes(connection: Connection) -> Iterator[TotalRow]:
    """Read what changes the totals of needs and offers, by account and then as recorded."""
    return map(TotalRow._make, stream(connection, _total_changes()))


@cache
def _total_changes() -> Select[Any]:
    entry, movement = tables.entry, tables.movement
    stages = [raw(movement.c[name]) for name in ("from_stage", "to_stage")]
    return (
        select(
            *map(raw, (movement.c.holder_id, entry.c.id, entry.c.effective_on)),
            moment(entry.c.recorded_at),
            *map(raw, entry.c["reverses", "total", "format"]),
            stages[0],
            raw(movement.c.amount),
        )
        .join(entry, entry.c.id == movement.c.entry_id)
        .where(or_(*(stage == Stage.UNDECLARED.value for stage in stages)))
        .order_by(movement.c.holder_id, entry.c.id, movement.c.line)
    )


class Histories:
    """All versions of what acts are judged by, by register and code: each register is read once.

    A version that says that a restriction, an exemption, a phase or a limit was recorded in error
    is None.
    """

    def __init__(self, connection: Connection, context: CheckContext) -> None:
        """Read nothing yet."""
        self._connection, self._context = connection, context
        self._read: dict[str, dict[str, RecordHistory]] = {}
        self._codes: dict[str, dict[Any, str]] = {}

    def of(self, *kinds: str) -> dict[str, dict[str, RecordHistory]]:
        """Give the histories of some registers; each is read when it is first asked for."""
        for kind in kinds:
            if kind not in self._read:
                self._read[kind] = _histories(self._connection, self._context, kind, self._codes_of)
        return {kind: self._read[kind] for kind in kinds}

    def _codes_of(self, kind: str) -> dict[Any, str]:
        """Give the codes of the records of a register by their ids."""
        if kind not in self._codes:
            rows = self._connection.execute(_codes_by_id(kind))
            self._codes[kind] = dict(rows.all())
        return self._codes[kind]


_CodesOf = Callable[[str], dict[Any, str]]


def _histories(
    connection: Connection, context: CheckContext, kind: str, codes_of: _CodesOf
) -> dict[str, RecordHistory]:
    register = STORED_REGISTERS[kind]
    converts = [_term_reader(connection, register, term, codes_of) for term in register.terms]
    reads = [(place, read) for place, read in enumerate(converts) if read is not None]
    histories: dict[str, RecordHistory] = {}
    hides = kind in {*RESTRICTING, PHASE.name, LIMIT.name}
    for recorded_at, request_id, code, in_error, *values in stream(connection, _history(kind)):
        for place, read in reads:
            try:
                values[place] = read(values[place])
            except _UNREADABLE:  # another check reports it
                values[place] = None
        record = None if in_error and hides else register.record(*values)
        history = histories.get(code)
        if history is None:
            history = histories[code] = RecordHistory()
        history.moments.append(context.known_from(recorded_at, request_id))
        history.records.append(record)
    return histories


@cache
def _history(kind: str) -> Select[Any]:
    register = STORED_REGISTERS[kind]
    identity, versions = register.identity, register.versions
    owner = versions.c[register.owner]
    return (
        select(moment(versions.c.recorded_at), reference(versions.c.request_id))
        .add_columns(distinct_code(identity), versions.c.in_error)
        .add_columns(*(raw(register.value(term)) for term in register.terms))
        .join_from(versions, identity, identity.c.id == owner)
        .order_by(owner, versions.c.version)
    )


def _term_reader(
    connection: Connection, register: StoredRegister, term: Term, codes_of: _CodesOf
) -> Callable[[Any], Any] | None:
    """Give what reads a term from its cell; a record that is referred to, by its code.

    None where cells stand as they are; what it raises for an unreadable cell is `_UNREADABLE`.
    """
    if term.kind_column is not None:
        return None
    column = register.column(term)
    if isinstance(column.type, Date):
        return _day_or_none
    dialect = connection.dialect
    process: Callable[[Any], Any] | None
    process = column.type.dialect_impl(dialect).result_processor(dialect, None)
    if term.refers_to is None:
        return process
    codes = codes_of(term.refers_to)
    return codes.get if process is None else lambda cell: codes.get(process(cell))


_UNREADABLE: Final = (ValueError, TypeError, ArithmeticError)


@lru_cache(maxsize=10_000)
def _day_or_none(cell: Any) -> date | None:
    return cell if isinstance(cell, date) or cell is None else date.fromisoformat(cell)


@cache
def _codes_by_id(kind: str) -> Select[Any]:
    identity = STORED_REGISTERS[kind].identity
    return select(identity.c.id, distinct_code(identity))


def find_invalid_cells(connection: Connection) -> Iterator[AmountFault]:
    """Find dates that do not exist and words outside their enumeration."""
    for table, column, query in _cell_queries(connection.dialect.name):
        for *key, value in query.rows(connection):
            yield AmountFault(table, "/".join(map(str, key)), column, value)


@cache
def _cell_queries(engine: str) -> Sequence[tuple[str, str, Prepared]]:
    """Build the queries for invalid cells, with the names of table and column."""
    queries = []
    for table in tables.every_table():
        key = [raw(one) for one in table.primary_key.columns]
        for column in table.columns:
            fault = _fault_condition(engine, column)
            if fault is not None:
                query = select(*key, raw(column)).where(column.is_not(None), fault)
                queries.append((table.name, column.name, Prepared(query)))
    return queries


def _fault_condition(engine: str, column: Column[Any]) -> ColumnElement[bool] | None:
    stored = taken_as(column, String)
    if isinstance(column.type, Word):
        return and_(*(stored != word.value for word in column.type.words))
    # Elsewhere the column's type admits days alone; the program reads the years it can write.
    if isinstance(column.type, Date) and engine == ONE_WRITER:
        # Counted from, a day that the calendar lacks becomes another.
        normalised = func.date(stored, "+0 days")
        return or_(normalised.is_distinct_from(stored), func.typeof(stored) != "text")
    return None
