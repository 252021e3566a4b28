"""Disclosures as stored: those of each leaf, read along with the leaves in one order."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cache
from heapq import merge
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import Connection, Select, and_, bindparam, or_, select

from ledger.evidence.canonical import InvalidLeafValue, quoted
from ledger.evidence.disclosures import PROVENANCE_FIELDS, Disclosure
from ledger.evidence.tree_head import ADOPTED_KIND, REQUEST_KIND, ROWS_KIND
from ledger.store.checks.journal import raw, stream
from ledger.store.db import night_tables, tables
from ledger.store.erasable import ROW_PLACES, place_of
from ledger.store.evidence.sources import within
from ledger.store.registers import LEAF_PLACES

_KEY: Final = ("request_id", "kind", "record", "version")
_Key = tuple[int, int, int, int]
_NUMBERS: Final = [int] * len(_KEY)


class DisclosureStream:
    """The disclosures of all requests after one and up to another, given leaf by leaf.

    They are asked for in the order of leaves, a batch in memory. Rows of no leaf pass by.
    """

    def __init__(
        self, connection: Connection, after: int, through: int, kind: str | None = None
    ) -> None:
        """Start at the first one, or the first one of a kind of leaf or of row."""
        rows = stream(connection, _ordered(kind), {"after": after, "through": through})
        erased = erased_rows(connection, after, through, kind)
        self.has_erased = bool(erased)
        """Whether any of them was erased, as in few ledgers."""
        if erased:
            rows = merge(rows, erased, key=itemgetter(0, 1, 2, 3, 4))
        self._groups = groupby(rows, key=itemgetter(0, 1, 2, 3))
        self._key: _Key | None = None
        self._rows: Iterable[Any] = ()
        self._advance()

    def of(self, request: int, kind: str, record: int, version: int) -> dict[str, Disclosure]:
        """Give the disclosures of a leaf by their fields. Raises `InvalidLeafValue`."""
        wanted = (request, place_of(kind), record, version)
        while self._key is not None and self._key < wanted:
            self._advance()
        if self._key != wanted:
            return {}
        rows = list(self._rows)
        self._advance()
        return _by_field(rows)

    def _advance(self) -> None:
        for key, rows in self._groups:
            if [*map(type, key)] == _NUMBERS:
                self._key, self._rows = key, rows
                return
        self._key = None


def erased_rows(
    connection: Connection, after: int, through: int, kind: str | None = None
) -> list[tuple[Any, ...]]:
    """Read what was erased of the salted leaves of some requests, in the shape of disclosures."""
    found = connection.execute(_erased(kind), {"after": after, "through": through})
    return [
        (*key, place, field, b"", quoted(remains), kept)
        for *key, place, field, remains, kept in found
    ]


@cache
def _ordered(kind: str | None) -> Select[Any]:
    """Select the disclosures of some requests, of a kind or all, in the order of leaves."""
    query = _disclosures().where(
        *within(tables.disclosure, bindparam("after"), bindparam("through"))
    )
    if kind is not None:
        query = query.where(tables.disclosure.c.kind == place_of(kind))
    return query.order_by(*tables.disclosure.primary_key.columns)


@cache
def _erased(kind: str | None) -> Select[Any]:
    erasure, request = tables.erasure.c, tables.erasure.c.erased_request
    query = select(*map(raw, erasure[_ERASED])).where(
        request > bindparam("after"), request <= bindparam("through"), erasure.hash.is_not(None)
    )
    if kind is not None:
        query = query.where(erasure.kind == place_of(kind))
    return query.order_by(*tables.erasure.primary_key.columns)


_ERASED: Final = ("erased_request", *_KEY[1:], "place", "field", "remains", "hash")


class PlainErasures:
    """What was erased of leaves that held it as it was, so that they cannot be recomputed.

    These are leaves of the first format, and those of rows before they held salted hashes. The rows
    that one request wrote into a table share a leaf: it counts as erased with any of them.
    """

    def __init__(
        self, connection: Connection, after: int, through: int, *, salted_too: bool = False
    ) -> None:
        """Read what was erased of the requests after one and up to another, and of all rows.

        `salted_too` says that something was erased of their salted leaves as well.
        """
        erasure = tables.erasure.c
        names = ("erased_request", *_KEY[1:], "field", "request_id")
        query = select(*map(raw, erasure[names])).where(
            or_(
                and_(erasure.erased_request > after, erasure.erased_request <= through),
                erasure.kind >= min(ROW_PLACES.values()),  # a later request may have adopted them
            ),
            erasure.hash.is_(None),
        )
        query = query.order_by(erasure.request_id)  # the last one that erased something counts
        self._leaves: dict[_Key, int] = {}
        self._requests: dict[int, int] = {}
        self._rows: dict[tuple[str, str], int] = {}
        for request, kind, record, version, field, by in connection.execute(query):
            if type(by) is not int:  # spoiled: it erased nothing
                continue
            self._leaves[request, kind, record, version] = by
            if kind == LEAF_PLACES[REQUEST_KIND] and field in PROVENANCE_FIELDS:
                self._requests[request] = by
            if kind in _ROW_TABLES:
                table = _ROW_TABLES[kind]
                self._rows[ROWS_KIND, f"{table}/{request}"] = by
                self._rows[ADOPTED_KIND, f"{table}/{record}"] = by
                self._rows[ADOPTED_KIND, f"{table}/{record}/{version}"] = by
        for key, name in _names_of_steps(connection, self._rows).items():
            self._rows[ADOPTED_KIND, name] = self._rows[ADOPTED_KIND, key]
        self._remained = _remaining(connection) if self._leaves or salted_too else {}

    def by(
        self, request: int, kind: str, key: tuple[int, int] | None, reference: str = ""
    ) -> int | None:
        """Give the last request that erased something of a leaf; None where nothing was."""
        if not self._leaves:
            return None
        own = None if key is None else self._leaves.get((request, LEAF_PLACES[kind], *key))
        found = (own, self._rows.get((kind, reference)), self._requests.get(request))
        return max((by for by in found if by is not None), default=None)

    def remained(self, by: int | None, kind: str, reference: str) -> str | None:
        """Give the hash of what remained of a leaf when its last text was erased, or later.

        It is recorded of some leaves that held no text, `by` nobody: see `remaining`.
        """
        request, kept = self._remained.get((kind, reference), (0, None))
        return kept if by is None or request >= by else None


def _remaining(connection: Connection) -> dict[tuple[str, str], tuple[int, str]]:
    """Read what was recorded last of each leaf that a text was erased of."""
    remaining = night_tables.remaining_leaf.c
    query = select(*map(raw, remaining["kind", "reference", "request_id", "hash"]))
    rows = connection.execute(query.order_by(remaining.request_id))
    return {
        (str(kind), str(name)): (by, str(kept))
        for kind, name, by, kept in rows
        if type(by) is int  # otherwise spoiled, which the check of the file reports
    }


def _names_of_steps(connection: Connection, erased: Collection[tuple[str, str]]) -> dict[str, str]:
    """Give the references of erased steps of nights: a step is erased by its place in its run."""
    step = night_tables.night_step
    places = (reference.split("/") for kind, reference in erased if kind == ADOPTED_KIND)
    runs = {int(run) for table, run, *_ in places if table == step.name and run.isdecimal()}
    if not runs:
        return {}
    query = select(*map(raw, step.c["run_id", "place", "name"]))
    rows = connection.execute(query.where(step.c.run_id.in_(runs)))
    names = {f"{step.name}/{run}/{place}": f"{step.name}/{run}/{name}" for run, place, name in rows}
    return {key: name for key, name in names.items() if (ADOPTED_KIND, key) in erased}


_ROW_TABLES: Final = {place: table for table, place in ROW_PLACES.items()}


def read_disclosures(
    connection: Connection, request: int, kind: str, record: int, version: int = 0
) -> dict[str, Disclosure]:
    """Read the disclosures of one leaf by their fields. Raises `InvalidLeafValue`."""
    key = dict(zip(_KEY, (request, place_of(kind), record, version), strict=True))
    query = _disclosures().filter_by(**key).order_by(tables.disclosure.c.place)
    rows: Iterable[Any] = connection.execute(query).all()
    leaf = tuple(key.values())
    erased = [one for one in erased_rows(connection, request - 1, request, kind) if one[:4] == leaf]
    return _by_field(merge(rows, erased, key=itemgetter(4)) if erased else rows)


def disclosures_of_kind(connection: Connection, request: int, kind: str) -> list[Disclosure]:
    """Read the disclosures of all leaves of a kind of a request; what is large has no text."""
    query = _disclosures().filter_by(request_id=request, kind=place_of(kind))
    erased = erased_rows(connection, request - 1, request, kind)
    return [Disclosure(*row[6:]) for row in [*connection.execute(query).all(), *erased]]


def _disclosures() -> Select[Any]:
    columns = tables.disclosure.c
    return select(*map(raw, columns[(*_KEY, "place", "field", "salt", "text")]))


def _by_field(rows: Iterable[Any]) -> dict[str, Disclosure]:
    disclosures: dict[str, Disclosure] = {}
    last, due = "", 0
    for _, _, _, _, place, field, salt, text, *kept in rows:
        if kept and field == last and place == due - 1:  # an input, whose salt is kept
            disclosures[field] = Disclosure(disclosures[field].salt, text, *kept)
            continue
        if place != due or field <= last:
            raise InvalidLeafValue(field)
        disclosures[field] = Disclosure(salt, text, *kept)
        last, due = field, due + 1
    return disclosures
