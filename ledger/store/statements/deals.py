"""Read what a provider's statements are compared with: its deals and their entries."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, and_, or_, select

from ledger.core.factors import DEAL_STAGES, Side, Stage
from ledger.core.quantity import Quantity
from ledger.core.text import normalised_code
from ledger.deals.deal import exact_rate
from ledger.journal.entries import Act
from ledger.statements.facts import DealEntry, DealFacts, Lapse, LedgerFacts
from ledger.statements.lines import LineKind, StatementLine, reference_key
from ledger.store.db import tables
from ledger.store.db.queries import is_newest, read_units
from ledger.store.journal.entries import is_lapse, reversed_entries
from ledger.store.registers import in_error

_BATCH: Final = 500
_REPORTED_MOVES: Final = (
    (Act.COMMIT, None, Stage.COMMITTED, LineKind.COMMITMENT, 1),
    (Act.RELEASE, Stage.COMMITTED, None, LineKind.COMMITMENT, -1),
    (Act.DELIVER, None, Stage.DELIVERED, LineKind.DELIVERY, 1),
    (Act.RETURN, Stage.DELIVERED, None, LineKind.DELIVERY, -1),
)
"""The moves of a deal that a statement reports: act, from stage, to stage, line kind, sign."""

_KIND_OF: Final = {act: (kind, sign) for act, _, _, kind, sign in _REPORTED_MOVES}


def read_ledger_facts(connection: Connection, lines: Sequence[StatementLine]) -> LedgerFacts:
    """Read the deals of the lines' providers, the deals that lines name, and all their entries.

    Entries of other providers with a reference that a line gives are included.
    """
    wanted = (
        (tables.provider.c.code, sorted({line.provider for line in lines})),
        (tables.deal.c.folded, _normalised_codes(line.deal for line in lines)),
    )
    deals = {
        normalised_code(deal.code): deal
        for column, values in wanted
        for deal in _deals(connection, column, values)
    }
    entries = {
        entry.number: entry
        for column, values in wanted
        for entry in _entries(connection, column, values)
    }
    own = {entry.reference_key for entry in entries.values()}
    keys = {line.reference_key for line in lines} - own - {None}
    cited = _entries(connection, tables.entry.c.reference, _references_of(connection, keys))
    entries |= {entry.number: entry for entry in cited}
    missing = sorted({normalised_code(entry.deal) for entry in entries.values()} - deals.keys())
    deals |= {normalised_code(d.code): d for d in _deals(connection, tables.deal.c.folded, missing)}
    offers, needs = _named(lines, deals.values())
    free = _read_free(connection, Side.OFFER, offers) | _read_free(connection, Side.NEED, needs)
    return LedgerFacts(
        deals=_with_lapses(connection, deals),
        entries=tuple(entries[entry] for entry in sorted(entries)),
        offers={code: row.owner for (side, code), row in free.items() if side is Side.OFFER},
        needs={code: row.owner for (side, code), row in free.items() if side is Side.NEED},
        free={key: row.quantity for key, row in free.items()},
    )


def _named(
    lines: Iterable[StatementLine], deals: Collection[DealFacts]
) -> tuple[list[str], list[str]]:
    """Return the codes of the offers and needs that lines or deals name."""
    named = list(lines)
    return (
        _normalised_codes([*(line.offer for line in named), *(deal.offer for deal in deals)]),
        _normalised_codes([*(line.need for line in named), *(deal.need for deal in deals)]),
    )


def _references_of(connection: Connection, keys: Collection[str | None]) -> list[str]:
    """Return the references of entries as they are recorded, of some keys."""
    if not keys:
        return []
    reference = tables.entry.c.reference
    recorded = connection.execute(select(reference).where(reference.is_not(None)).distinct())
    return sorted(one for one in recorded.scalars() if reference_key(one) in keys)


def _normalised_codes(codes: Iterable[str | None]) -> list[str]:
    return sorted({normalised_code(code) for code in codes if code is not None})


def _batches(wanted: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(wanted), _BATCH):
        yield wanted[start : start + _BATCH]


def _deals(
    connection: Connection, by: ColumnElement[Any], wanted: Sequence[str]
) -> Iterator[DealFacts]:
    units = read_units(connection)
    for batch in _batches(wanted):
        for row in connection.execute(_deal_query().where(by.in_(batch))):
            yield DealFacts(
                **{name: getattr(row, name) for name in _DEAL_TERMS},
                need_unit=units[row.need_unit],
                offer_unit=units[row.offer_unit],
                rate=exact_rate(row.rate, row.rate_exact),
                **_stages(row),
            )


_DEAL_TERMS: Final = (
    *("code", "offer", "need", "provider", "office"),
    *("held_until", "instrument"),
)
_DEAL_STAGES: Final = tuple(stage.value for stage in DEAL_STAGES)


def _stages(row: Any) -> dict[str, Any]:
    return {stage: int(getattr(row, stage)) for stage in _DEAL_STAGES}


def _deal_query() -> Select[Any]:
    deal, terms, city = tables.deal, tables.deal_version, tables.city_version
    balances = tables.deal_balance
    return (
        select(*deal.c["code", "rate", "rate_exact", "instrument"], *balances.c[_DEAL_STAGES])
        .add_columns(
            terms.c.held_until,
            tables.offer.c.code.label("offer"),
            tables.offer.c.unit.label("offer_unit"),
            tables.need.c.code.label("need"),
            tables.need.c.unit.label("need_unit"),
            tables.provider.c.code.label("provider"),
            tables.office.c.code.label("office"),
        )
        .select_from(deal)
        .join(balances, and_(balances.c.deal_id == deal.c.id, balances.c.side == Side.NEED))
        .join(terms, terms.c.deal_id == deal.c.id)
        .join(tables.offer, tables.offer.c.id == deal.c.offer_id)
        .join(tables.need, tables.need.c.id == deal.c.need_id)
        .join(tables.provider, tables.provider.c.id == tables.offer.c.provider_id)
        .join(tables.project, tables.project.c.id == tables.need.c.project_id)
        .join(city, city.c.city_id == tables.project.c.city_id)
        .join(tables.office, tables.office.c.id == city.c.office_id)
        .where(is_newest(city, city.c.city_id), is_newest(terms, terms.c.deal_id))
        .where(~in_error("deal", deal.c.id))
        .order_by(deal.c.id)
    )


def _entries(
    connection: Connection, by: ColumnElement[Any], wanted: Sequence[str]
) -> Iterator[DealEntry]:
    undone = reversed_entries(connection)
    for batch in _batches(wanted):
        rows = connection.execute(_entry_query().where(by.in_(batch)))
        for number, movement in groupby(rows, key=lambda row: row.id):
            if number not in undone:
                yield _entry(list(movement))


def _entry(rows: Sequence[Any]) -> DealEntry:
    first = rows[0]
    kind, sign = _KIND_OF[first.act]
    sides = {Side.NEED: 0, Side.OFFER: 0}
    for row in rows:
        sides[Side.NEED if row.holder_id == row.need_id else Side.OFFER] += sign * row.amount
    return DealEntry(
        number=first.id,
        deal=first.deal,
        kind=kind,
        day=first.effective_on,
        need_amount=sides[Side.NEED],
        offer_amount=sides[Side.OFFER],
        reference=first.reference,
    )


def _entry_query() -> Select[Any]:
    """Select the moves that a statement reports."""
    entry, movement, deal = tables.entry, tables.movement, tables.deal
    conditions = []
    for act, source, target, _, _ in _REPORTED_MOVES:
        terms: list[ColumnElement[bool]] = [entry.c.act == act]
        if source is not None:
            terms.append(movement.c.from_stage == source)
        if target is not None:
            terms.append(movement.c.to_stage == target)
        conditions.append(and_(*terms))
    return (
        select(*entry.c["id", "act", "effective_on", "reference"])
        .add_columns(
            deal.c.code.label("deal"), deal.c.need_id, movement.c.holder_id, movement.c.amount
        )
        .select_from(entry)
        .join(deal, deal.c.id == entry.c.deal_id)
        .join(tables.offer, tables.offer.c.id == deal.c.offer_id)
        .join(tables.provider, tables.provider.c.id == tables.offer.c.provider_id)
        .join(movement, and_(movement.c.entry_id == entry.c.id, movement.c.deal_id.is_not(None)))
        .where(or_(*conditions), ~in_error("deal", deal.c.id))
        .order_by(entry.c.id)
    )


class _Free(NamedTuple):
    """What a need or an offer has open or available; a need is its own owner."""

    owner: str
    quantity: Quantity


def _read_free(
    connection: Connection, side: Side, wanted: Sequence[str]
) -> dict[tuple[Side, str], _Free]:
    """Read what needs or offers have free, by normalised code."""
    table, balance = tables.named(side.value), tables.balance
    query = select(table.c.folded, table.c.unit, balance.c.free).join(
        balance, balance.c.holder_id == table.c.id
    )
    if side is Side.OFFER:
        provider = tables.provider
        query = query.add_columns(provider.c.code.label("owner"))
        query = query.join(provider, provider.c.id == table.c.provider_id)
    else:
        query = query.add_columns(table.c.code.label("owner"))
    units, there = read_units(connection), ~in_error(side.value, table.c.id)
    return {
        (side, row.folded): _Free(row.owner, Quantity(int(row.free), units[row.unit]))
        for batch in _batches(wanted)
        for row in connection.execute(query.where(table.c.folded.in_(batch), there))
    }


def _with_lapses(connection: Connection, deals: Mapping[str, DealFacts]) -> dict[str, DealFacts]:
    """Return the deals with the lapses of their holds that count, in the order of their days."""
    wanted = sorted(code for code, deal in deals.items() if deal.held_until is not None)
    undone = reversed_entries(connection) if wanted else frozenset()
    lapses: dict[str, list[Lapse]] = {}
    for batch in _batches(wanted):
        for row in connection.execute(_lapse_query().where(tables.deal.c.folded.in_(batch))):
            if row.id not in undone:
                lapse = Lapse(row.effective_on, int(row.amount), bool(row.passed_on))
                lapses.setdefault(row.folded, []).append(lapse)
    return {
        code: replace(deal, lapses=tuple(lapses[code])) if code in lapses else deal
        for code, deal in deals.items()
    }


def _lapse_query() -> Select[Any]:
    entry, movement, deal = tables.entry, tables.movement, tables.deal
    onward = tables.movement.alias("onward")
    passed_on = select(onward.c.line).where(
        onward.c.entry_id == entry.c.id, onward.c.deal_id.is_(None)
    )
    return (
        select(deal.c.folded, *entry.c["id", "effective_on"], movement.c.amount)
        .add_columns(passed_on.exists().label("passed_on"))
        .select_from(entry)
        .join(deal, deal.c.id == entry.c.deal_id)
        .join(tables.request, tables.request.c.id == entry.c.request_id)
        .join(movement, movement.c.entry_id == entry.c.id)
        .where(movement.c.holder_id == deal.c.need_id, movement.c.from_stage == Stage.HELD)
        .where(is_lapse(), ~in_error("deal", deal.c.id))
        .order_by(entry.c.effective_on, entry.c.id)
    )
