"""Leaves of entries: each with its movements, its holders and deal named by their codes."""

from __future__ import annotations

from functools import cache
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import Connection, Select, bindparam, func, select

from ledger.evidence.canonical import (
    InvalidLeafValue,
    PlainTexts,
    entry_bytes,
    list_or_none,
    movement_text,
    proposed_text,
    quoted,
)
from ledger.evidence.tree_head import ENTRY_KIND
from ledger.store.checks.journal import raw, stream
from ledger.store.db import tables
from ledger.store.db.queries import distinct_code
from ledger.store.db.types import LIST_SEPARATOR
from ledger.store.evidence.sources import Source, within

_ENTRY_COLUMNS: Final = 16
"""How many values of a row are the entry's, before its movement's."""

_TEXTS: Final = 9
"""How many of those come up to the last of its texts."""


def entry_leaves(connection: Connection, after: int, through: int) -> Source:
    """Give the entries of all requests after one and up to another."""
    names = _Codes(connection, after, through)
    rows = stream(connection, _entries(), {"after": after, "through": through})
    entries = groupby(rows, key=itemgetter(0, 1))
    return Source(
        ENTRY_KIND,
        ((*key, list(lines)) for key, lines in entries),
        lambda row: str(row[1]),
        lambda row, texts, provenance: names.content(row[2], texts, provenance),
        lambda row: (row[1], 0),
    )


class _Codes:
    """The codes of the accounts and deals that the entries of some requests name, by their ids."""

    def __init__(self, connection: Connection, after: int, through: int) -> None:
        accounts, deals = _accounts(), _deals()
        if after > 0:  # else they are of all requests, and nearly every record is named
            accounts = accounts.where(tables.holder.c.id.in_(_account_ids(after, through)))
            deals = deals.where(tables.deal.c.id.in_(_deal_ids(after, through)))
        self._accounts = {one: (side, code) for one, side, code in stream(connection, accounts)}
        self._deals = dict(map(tuple, stream(connection, deals)))

    def content(self, lines: list[Any], texts: PlainTexts, provenance: str) -> bytes:
        """Give the canonical bytes of an entry with its movements, all of them in order."""
        head = lines[0]
        _, number, act, effective_on, recorded_at, deal_id, *notes = head[:_TEXTS]
        *counts, total, exemptions, proposal, proposed_line = head[_TEXTS:_ENTRY_COLUMNS]
        reverses, count, layout = counts
        deal = None if deal_id is None else quoted(self._deals[deal_id])
        if count != len(lines) or (proposal is None) != (proposed_line is None):
            raise InvalidLeafValue(count)
        rests_on = list_or_none(exemptions, LIST_SEPARATOR)
        movements = [
            self._movement(place, line[_ENTRY_COLUMNS:], (effective_on, recorded_at), deal_id, deal)
            for place, line in enumerate(lines, start=1)
        ]
        terms = (number, act, effective_on, recorded_at, notes, reverses, layout)
        proposed = None if proposal is None else proposed_text(proposal, proposed_line)
        return entry_bytes(texts, provenance, *terms, deal, proposed, movements, total, rests_on)

    def _movement(
        self,
        place: int,
        values: tuple[Any, ...],
        times: tuple[Any, Any],
        deal_id: int | None,
        deal: str | None,
    ) -> str:
        line, holder_id, of_deal, unit, source, target, amount, *own_times = values
        if line != place or tuple(own_times) != times or of_deal not in {None, deal_id}:
            raise InvalidLeafValue(values)
        side, holder = self._accounts[holder_id]
        return movement_text(
            side, holder, unit, source, target, amount, None if of_deal is None else deal
        )


@cache
def _accounts() -> Select[Any]:
    holder, need, offer = tables.holder, tables.need, tables.offer
    return (
        select(holder.c.id, raw(holder.c.side))
        .add_columns(func.coalesce(distinct_code(need), distinct_code(offer)))
        .outerjoin(need, need.c.id == holder.c.id)
        .outerjoin(offer, offer.c.id == holder.c.id)
    )


@cache
def _deals() -> Select[Any]:
    return select(tables.deal.c.id, distinct_code(tables.deal))


def _account_ids(after: int, through: int) -> Select[Any]:
    entry, movement = tables.entry, tables.movement
    return (
        select(movement.c.holder_id)
        .join(entry, entry.c.id == movement.c.entry_id)
        .where(*within(entry, after, through))
    )


def _deal_ids(after: int, through: int) -> Select[Any]:
    return select(tables.entry.c.deal_id).where(*within(tables.entry, after, through))


@cache
def _entries() -> Select[Any]:
    entry, movement, introduced = tables.entry, tables.movement, tables.introduced_line
    return (
        select(
            *map(raw, entry.c["request_id", "id", "act", "effective_on", "recorded_at", "deal_id"]),
            *map(raw, entry.c["override", "reason", "reference", "reverses", "lines", "format"]),
            *map(raw, entry.c["total", "exemptions"]),
            tables.proposal.c.code,
            introduced.c.line,
            *map(raw, movement.c["line", "holder_id", "deal_id", "unit", "from_stage"]),
            *map(raw, movement.c["to_stage", "amount", "effective_on", "recorded_at"]),
        )
        .outerjoin(introduced, introduced.c.entry_id == entry.c.id)
        .outerjoin(tables.proposal, tables.proposal.c.id == introduced.c.proposal_id)
        .outerjoin(movement, movement.c.entry_id == entry.c.id)
        .where(*within(entry, bindparam("after"), bindparam("through")))
        .order_by(entry.c.request_id, entry.c.id, movement.c.line)
    )
