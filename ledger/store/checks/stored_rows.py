"""Rows for the checks outside the journal: balances, guards, versions, requests, proposals.

Values are read as stored, without assumptions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import chain, groupby
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    String,
    Table,
    and_,
    cast,
    func,
    literal,
    or_,
    select,
    type_coerce,
    union_all,
)

from ledger.checks.history import RecordVersionRow
from ledger.checks.proposals import IntroducedRow, ProposedLineRow, ProposedRow
from ledger.checks.stored_rows import (
    AmountFault,
    DecimalCell,
    OrphanRow,
    RequestRow,
    StoredStages,
    VersionName,
)
from ledger.core.quantity import MAX_AMOUNT
from ledger.journal.entries import PROPOSED_FORMAT
from ledger.registers.pairs import INSTALMENT
from ledger.registers.table import LATITUDES, LONGITUDES
from ledger.store.checks.extent import tables_with_rows
from ledger.store.checks.journal import (
    ONE_WRITER,
    checked_rate,
    moment,
    raw,
    reference,
    stored_decimal,
    stream,
)
from ledger.store.db import night_tables, tables
from ledger.store.db.prepared import Prepared
from ledger.store.db.queries import distinct_code
from ledger.store.db.tables import (
    deal,
    entry,
    introduced_line,
    movement,
    need,
    proposal,
    proposal_line,
    proposal_project,
)
from ledger.store.registers import (
    STORED_REGISTERS,
    format_due,
    later_versions,
    value_before,
)


def read_stored_balances(connection: Connection) -> Iterator[StoredStages]:
    """Read the stored balances of needs and offers."""
    for row in stream(connection, _BALANCES):
        stages = {name: getattr(row, name) for name in tables.BALANCE_STAGES}
        yield StoredStages(row.holder_id, None, stages)


def read_stored_deal_balances(connection: Connection) -> Iterator[StoredStages]:
    """Read the stored balances of both sides of every deal."""
    for deal_id, side, *amounts in stream(connection, _DEAL_BALANCES):
        yield StoredStages(deal_id, side, dict(zip(_DEAL_STAGES, amounts, strict=True)))


_BALANCES: Final = select(tables.balance)
_DEAL_STAGES: Final = [
    one.name for one in tables.deal_balance.columns if one.name not in {"deal_id", "side"}
]
_DEAL_BALANCES: Final = select(
    tables.deal_balance.c.deal_id,
    raw(tables.deal_balance.c.side),
    *(tables.deal_balance.c[name] for name in _DEAL_STAGES),
)
_ALLOWED_MOVES: Final = select(*map(raw, tables.allowed_move.columns))


def read_allowed_moves(connection: Connection) -> list[tuple[str, ...]]:
    """Read the database's table of allowed moves."""
    return [tuple(row) for row in connection.execute(_ALLOWED_MOVES)]


def read_guards(connection: Connection) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Give the guards this program puts up on the engine, and those that stand there now."""
    from migrations import guards  # noqa: PLC0415 (the guards' files are read for this alone)

    return guards.due(connection), guards.present(connection)


def stream_version_rows(connection: Connection) -> Iterator[RecordVersionRow]:
    """Read every version's number and moment, in order, of registers and settings."""
    registers = STORED_REGISTERS.values()
    stored = chain.from_iterable((one.identity, one.versions) for one in registers)
    filled = tables_with_rows(connection, stored)
    for kind, known, without_versions in _version_queries():
        register = STORED_REGISTERS[kind]
        if filled.isdisjoint({register.identity.name, register.versions.name}):
            continue
        yield from map(RecordVersionRow._make, stream(connection, known))
        for number, code in connection.execute(without_versions):
            yield RecordVersionRow(kind, str(number), code, None, None)
    for row in connection.execute(_setting_versions()):
        yield RecordVersionRow("setting", row[0], *row)


@cache
def _version_queries() -> Sequence[tuple[str, Select[Any], Select[Any]]]:
    """Build, for each register, the queries for its versions and for records without any."""
    queries = []
    for kind, register in STORED_REGISTERS.items():
        identity, versions = register.identity, register.versions
        owner = versions.c[register.owner]
        known = (
            select(
                literal(kind),
                cast(owner, String),
                distinct_code(identity),
                versions.c.version,
                moment(versions.c.recorded_at),
                raw(versions.c.format),
                reference(versions.c.request_id),
                format_due(register),
            )
            .outerjoin_from(versions, identity, identity.c.id == owner)
            .order_by(owner, versions.c.version)
        )
        without_versions = select(identity.c.id, distinct_code(identity)).where(
            identity.c.id.not_in(select(owner))
        )
        queries.append((kind, known, without_versions))
    return queries


@cache
def _setting_versions() -> Select[Any]:
    setting = tables.setting_version
    columns = (
        setting.c.version,
        moment(setting.c.recorded_at),
        raw(setting.c.format),
        reference(setting.c.request_id),
    )
    return select(setting.c.name, *columns).order_by(setting.c.name, setting.c.version)


def stream_requests(connection: Connection) -> Iterator[RequestRow]:
    """Read every request with its receipt and what was made under it, in order."""
    requests, own = _requests()
    entries = _Groups(stream(connection, own))
    versions = _Groups(stream(connection, _recorded_versions()))
    for number, key, body in stream(connection, requests):
        numbers = tuple(row[1] for row in entries.of(number))
        named = tuple(VersionName(*row[1:]) for row in versions.of(number))
        yield RequestRow(key, body, numbers, named)


@cache
def _requests() -> tuple[Select[Any], Select[Any]]:
    request, receipt, entry = tables.request, tables.receipt, tables.entry
    requests = (
        select(request.c.id, request.c.key, receipt.c.body)
        .outerjoin(receipt, receipt.c.request_id == request.c.id)
        .order_by(request.c.id)
    )
    own = select(entry.c.request_id, entry.c.id).order_by(entry.c.request_id, entry.c.id)
    return requests, own


class _Groups:
    """Rows in the order of the request in their first column, handed out request by request.

    A row whose request is no number, which only a tampered file holds, belongs to none.
    """

    def __init__(self, rows: Iterable[Any]) -> None:
        numbered = (row for row in rows if isinstance(row[0], int))
        self._groups = groupby(numbered, key=itemgetter(0))
        self._owner: int | None
        self._rows: Iterable[Any]
        self._advance()

    def _advance(self) -> None:
        self._owner, self._rows = next(self._groups, (None, ()))

    def of(self, request: int) -> Iterable[Any]:
        """Give the rows of a request, which is not before the one asked for last."""
        while self._owner is not None and self._owner < request:
            self._advance()
        return self._rows if self._owner == request else ()


@cache
def _recorded_versions() -> Select[Any]:
    """Select every version by its request, named as a receipt names it."""
    setting, unit, rate = tables.setting_version, tables.unit, tables.rate
    proposal, seal = tables.proposal, night_tables.seal
    pair = cast(rate.c.day, String) + " " + rate.c.base + "/" + rate.c.quote
    parts = [
        select(setting.c.request_id, literal("setting"), setting.c.name, setting.c.version),
        select(unit.c.request_id, literal("unit"), unit.c.code, literal(1)),
        select(rate.c.request_id, literal("rate"), pair, literal(1)),
        select(proposal.c.request_id, literal("proposal"), proposal.c.code, literal(1)),
        select(seal.c.request_id, literal("seal"), cast(seal.c.number, String), literal(1)),
    ]
    for kind, register in STORED_REGISTERS.items():
        identity, versions = register.identity, register.versions
        code = value_before(register, identity, "code", later_versions(register))
        own = select(versions.c.request_id, literal(kind), code, versions.c.version)
        owner = versions.c[register.owner]
        parts.append(own.outerjoin_from(versions, identity, identity.c.id == owner))
    made = union_all(*parts).subquery()
    return select(made).order_by(made.c.request_id)


def find_orphan_rows(connection: Connection) -> Iterator[OrphanRow]:
    """Find rows without a request, or recorded at another moment than their request."""
    owned = [one for one in tables.every_table() if "request_id" in one.c]
    filled = tables_with_rows(connection, owned)
    for name, fault, query in _orphan_queries():
        for key in query.rows(connection) if name in filled else ():
            yield OrphanRow(name, _key_text(key), fault)


@cache
def _orphan_queries() -> Sequence[tuple[str, str, Prepared]]:
    """Build the queries for what a table should not have, with its name and the fault."""
    request, queries = tables.request, []
    for table in tables.every_table():
        if "request_id" not in table.c:
            continue
        own = table.c.request_id
        lost = select(*_key(table)).outerjoin(request, request.c.id == own)
        query = Prepared(lost.where(request.c.id.is_(None)))
        queries.append((table.name, "has no request", query))
        if "recorded_at" not in table.c:
            continue
        moved = select(*_key(table)).join(request, request.c.id == own)
        query = Prepared(moved.where(table.c.recorded_at != request.c.recorded_at))
        queries.append((table.name, "was recorded at another moment than its request", query))
    return queries


def read_repeated_keys(connection: Connection) -> Iterable[str]:
    """Find keys that stand for more than one request."""
    return connection.execute(_REPEATED_KEYS).scalars().all()


_REQUEST_KEY: Final = tables.request.c.key
_REPEATED_KEYS: Final = select(_REQUEST_KEY).group_by(_REQUEST_KEY).having(func.count() > 1)


_AMOUNTS: Final = (
    (tables.movement, ("amount",), 1, MAX_AMOUNT),
    (tables.entry, ("total",), 0, MAX_AMOUNT),
    (tables.balance, tables.BALANCE_STAGES, 0, MAX_AMOUNT),
    (tables.deal_balance, tables.BALANCE_STAGES[1:4], 0, MAX_AMOUNT),
    (tables.offer_version, ("min_ticket", "max_ticket"), 0, MAX_AMOUNT),
    (tables.versions_of(INSTALMENT.name), ("quantity",), 1, MAX_AMOUNT),
    (night_tables.gap_snapshot, night_tables.SNAPSHOT_STAGES, 0, MAX_AMOUNT),
    (night_tables.statement_line, ("amount",), -MAX_AMOUNT, MAX_AMOUNT),
    (tables.proposal_line, ("need_amount", "offer_amount"), 1, MAX_AMOUNT),
)
_DECIMALS: Final = (
    (tables.deal, "rate", None),
    (tables.rate, "rate", None),
    (tables.offer_version, "max_share", 1),
    (tables.offer_version, "rate", None),
    (tables.proposal_line, "rate", None),
    (tables.proposal, "cost", None),
    *((tables.proposal, f"{name}_value", None) for name in ("complete", "coverage")),
    *((tables.proposal, f"{name}_bound", None) for name in ("complete", "coverage")),
)


_DEGREES: Final = (
    (tables.city_version, "latitude", LATITUDES),
    (tables.city_version, "longitude", LONGITUDES),
)


def count_amounts(connection: Connection) -> int:
    """Count the rows that hold amounts."""
    return sum(connection.execute(_amount_counts()).one())


@cache
def _amount_counts() -> Select[Any]:
    counts = (select(func.count()).select_from(table).scalar_subquery() for table, *_ in _AMOUNTS)
    return select(*counts)


def read_amount_faults(connection: Connection) -> Iterator[AmountFault]:
    """Find amounts that are no whole numbers, or lie outside their bounds."""
    filled = tables_with_rows(connection, (table for table, *_ in _AMOUNTS))
    for table, column, query in _amount_queries(connection.dialect.name):
        for *key, value in query.rows(connection) if table in filled else ():
            yield AmountFault(table, _key_text(key), column, value)


@cache
def _amount_queries(engine: str) -> Sequence[tuple[str, str, Prepared]]:
    """Build the queries for wrong amounts, with the names of table and column."""
    queries = []
    for table, names, least, most in _AMOUNTS:
        for name in names:
            column = table.c[name]
            wrong = [column < least, column > most]
            if engine == ONE_WRITER:
                # Elsewhere the column's type admits whole numbers only.
                kind = func.typeof(column)
                wrong.append(and_(kind != "integer", kind != "null"))
            query = select(*_key(table), type_coerce(column, String)).where(or_(*wrong))
            queries.append((table.name, name, Prepared(query)))
    return queries


def stream_decimals(connection: Connection) -> Iterator[DecimalCell]:
    """Read every rate, share and degree that is given, as it is held."""
    cells = (*_DECIMALS, *_DEGREES)
    filled = tables_with_rows(connection, dict.fromkeys(table for table, *_ in cells))
    for table, name, (least, most), query in _decimal_queries():
        if table not in filled:
            continue
        for *key, value in stream(connection, query):
            yield DecimalCell(table, _key_text(key), name, value, most, least)


@cache
def _decimal_queries() -> Sequence[tuple[str, str, tuple[Any, Any], Select[Any]]]:
    """Build the queries for rates, shares and degrees, with their names and bounds."""
    bounds = [(table, name, (None, most)) for table, name, most in _DECIMALS]
    queries = []
    for table, name, between in (*bounds, *_DEGREES):
        query = select(*_key(table), raw(table.c[name])).where(table.c[name].is_not(None))
        queries.append((table.name, name, between, query))
    return queries


def _key(table: Table) -> list[ColumnElement[Any]]:
    return [raw(column) for column in table.primary_key.columns]


def _key_text(key: Iterable[Any]) -> str:
    return "/".join(map(str, key))


_LEVELS: Final = ("complete_value", "complete_bound", "coverage_value", "coverage_bound")


def read_proposal_rows(connection: Connection) -> Iterator[ProposedRow]:
    """Read every proposal with its lines and projects, and what names one that is not there."""
    heads = {row[0]: tuple(row[1:]) for row in connection.execute(_proposals())}
    lines = _rows_by_proposal(connection, proposal_line)
    projects = _rows_by_proposal(connection, proposal_project)
    for identity in sorted({*heads, *lines, *projects}, key=str):
        code, announced, *levels = heads.get(identity, (None, 0, *(None for _ in _LEVELS)))
        yield ProposedRow(
            name=f"proposal {code or f'with id {identity}'}",
            code=code,
            announced=announced,
            levels=tuple(stored_decimal(one, least=0) for one in levels),
            lines=tuple(_line(row) for row in lines.get(identity, ())),
            weights=tuple(row[-1] for row in projects.get(identity, ())),
        )


def _rows_by_proposal(connection: Connection, table: Table) -> dict[int, list[Any]]:
    by_proposal: dict[int, list[Any]] = {}
    for identity, *rest in stream(connection, _of_proposals(table)):
        by_proposal.setdefault(identity, []).append(rest)
    return by_proposal


@cache
def _proposals() -> Select[Any]:
    return select(*map(raw, proposal.c[("id", "code", "lines", *_LEVELS)]))


@cache
def _of_proposals(table: Table) -> Select[Any]:
    return select(*map(raw, table.columns)).order_by(*table.primary_key.columns)


def _line(row: Iterable[Any]) -> ProposedLineRow:
    *parts, rate, exact = row
    return ProposedLineRow._make((*parts, checked_rate(rate, exact)))


def read_introduced_lines(connection: Connection) -> Iterator[IntroducedRow]:
    """Read every line that was taken up beside the entry that names it."""
    for row in stream(connection, _introduced()):
        named = row.code or f"the proposal with id {row.proposal_id}"
        yield IntroducedRow(
            entry=row.entry_id,
            proposal=named,
            line=row.line,
            act=row.act,
            format=row.format,
            sides=(row.deal_offer, row.deal_need),
            proposed_sides=(row.offer_id, row.need_id),
            rates=(
                checked_rate(row.deal_rate, row.deal_exact),
                checked_rate(row.rate, row.rate_exact),
            ),
            amounts=(row.amount, row.need_amount),
        )


@cache
def _introduced() -> Select[Any]:
    part, line = introduced_line.c, proposal_line.c
    return (
        select(
            *part["entry_id", "proposal_id", "line"],
            proposal.c.code,
            raw(entry.c.act).label("act"),
            raw(entry.c.format).label("format"),
            deal.c.offer_id.label("deal_offer"),
            deal.c.need_id.label("deal_need"),
            raw(deal.c.rate).label("deal_rate"),
            raw(deal.c.rate_exact).label("deal_exact"),
            line.offer_id,
            line.need_id,
            raw(line.rate).label("rate"),
            raw(line.rate_exact).label("rate_exact"),
            line.need_amount,
            _amount_moved().label("amount"),
        )
        .select_from(introduced_line)
        .outerjoin(
            proposal_line, and_(line.proposal_id == part.proposal_id, line.line == part.line)
        )
        .outerjoin(proposal, proposal.c.id == part.proposal_id)
        .outerjoin(entry, entry.c.id == part.entry_id)
        .outerjoin(deal, deal.c.id == entry.c.deal_id)
        .order_by(part.entry_id)
    )


def _amount_moved() -> Any:
    """Give what an entry moved of its need."""
    return (
        select(func.max(movement.c.amount))
        .join(need, need.c.id == movement.c.holder_id)
        .where(movement.c.entry_id == introduced_line.c.entry_id)
        .scalar_subquery()
    )


def find_entries_without_line(connection: Connection) -> Iterable[int]:
    """Find entries laid out as naming the line of a proposal that name none."""
    return connection.execute(_entries_without_line()).scalars().all()


@cache
def _entries_without_line() -> Select[Any]:
    named = select(introduced_line.c.entry_id)
    query = select(entry.c.id).where(entry.c.format == PROPOSED_FORMAT, entry.c.id.not_in(named))
    return query.order_by(entry.c.id)
