"""Stored seals: read them, batch what is to be sealed next, and write new leaves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Select, exists, func, select

from ledger.core.errors import RefusedByRule
from ledger.evidence.merkle import Frontier, leaf_hash
from ledger.evidence.tree_head import REQUEST_KIND, Leaf, Seal, SealedLeaf
from ledger.store.checks.journal import raw, stream
from ledger.store.db import night_tables, tables
from ledger.store.db.prepared import insert_tuples
from ledger.store.db.types import from_microseconds
from ledger.store.evidence.leaves import stream_leaves

MOST_LEAVES: Final = 50_000
"""So many leaves go into one seal, and the rest of the request that the last of them is of."""

_BATCH: Final = 5000
_MOST_DIGITS: Final = 18


class CannotSeal(RefusedByRule, code="cannot-seal"):
    """A row that was written by hand cannot be sealed: the program could not have written it."""

    default_why = "A seal would confirm for ever that it was recorded like this."
    default_next = "Find out what is wrong with it: cityfund check"


class Batch(NamedTuple):
    """What one seal covers: its number, the tree with the new leaves, and its last request."""

    number: int
    tree: Frontier
    leaves: Sequence[SealedLeaf]
    last_request: int
    is_last: bool


def read_seals(connection: Connection) -> list[Seal]:
    """Read all seals in order, with the moments their requests were recorded at."""
    return [
        _seal(*row) for row in connection.execute(_seals().order_by(night_tables.seal.c.number))
    ]


def last_seal(connection: Connection) -> Seal | None:
    """Read the newest seal; None where nothing was sealed yet."""
    query = _seals().order_by(night_tables.seal.c.number.desc()).limit(1)
    row = connection.execute(query).first()
    return None if row is None else _seal(*row)


def _seal(
    number: int, size: Any, root: Any, frontier: Any, last: Any, at: Any, request_at: Any
) -> Seal:
    """Make a seal of its row, which may hold invalid values."""
    counts = (one if type(one) is int else -1 for one in (size, last))
    size, last = counts
    return Seal(
        number, size, _bytes(root), _bytes(frontier), last, _moment(at), _moment(request_at)
    )


def _bytes(value: Any) -> bytes:
    return value if isinstance(value, bytes) else b""


def _moment(value: Any) -> datetime | None:
    try:
        return from_microseconds(value)
    except (OverflowError, TypeError):
        return None


@cache
def _seals() -> Select[Any]:
    seal, request = night_tables.seal, tables.request
    return select(
        *map(raw, seal.c["number", "size", "root", "frontier", "last_request", "recorded_at"]),
        raw(request.c.recorded_at),
    ).outerjoin(request, request.c.id == seal.c.request_id)


def stream_sealed(connection: Connection) -> Iterator[SealedLeaf]:
    """Read the sealed leaves in their order, a batch in memory."""
    for position, kind, reference, stored in stream(connection, _sealed()):
        yield SealedLeaf(position, str(kind), str(reference), _bytes(stored))


@cache
def _sealed() -> Select[Any]:
    leaf = night_tables.sealed_leaf.c
    query = select(*map(raw, leaf["position", "kind", "reference", "hash"]))
    return query.order_by(leaf.position)


def last_sealed_request(connection: Connection) -> int:
    """Give the number of the last request whose leaf is sealed, as the leaves themselves say it."""
    leaf = night_tables.sealed_leaf.c
    query = select(leaf.reference).where(leaf.kind == REQUEST_KIND)
    last = str(connection.execute(query.order_by(leaf.position.desc()).limit(1)).scalar())
    return int(last) if last.isascii() and last.isdigit() and len(last) <= _MOST_DIGITS else 0


def count_unsealed(
    connection: Connection, last_request: int, stable_until: datetime | None = None
) -> int:
    """Count the requests after one, but for those that made seals; those recorded by a moment."""
    request, seal = tables.request, night_tables.seal
    made_a_seal = exists().where(seal.c.request_id == request.c.id)
    query = select(func.count()).select_from(request).where(request.c.id > last_request)
    if stable_until is not None:
        query = query.where(request.c.recorded_at <= stable_until)
    return int(connection.execute(query.where(~made_a_seal)).scalar_one())


def read_batches(connection: Connection, stable_until: datetime | None) -> Iterator[Batch]:
    """Read what the next seals cover, one after another; none where there is nothing new.

    Where others may be writing, only requests recorded by the `stable_until` moment count: whatever
    drew its number before the last of these has ended since. Raises `CannotSeal`.
    """
    after = last_seal(connection)
    number, first = (1, 0) if after is None else (after.number + 1, after.last_request)
    last = last_stable_request(connection, stable_until)
    if last <= first or not count_unsealed(connection, first, stable_until):
        return
    tree = _tree_of(after)
    leaves: list[SealedLeaf] = []
    request = first
    for leaf in stream_leaves(connection, first, last):
        if leaf.request != request and len(leaves) >= MOST_LEAVES:
            yield Batch(number, tree, leaves, request, is_last=False)
            number, leaves = number + 1, []
        request = leaf.request
        leaves.append(_sealed_leaf(tree.size, leaf))
        tree.add(leaves[-1].hash)
    yield Batch(number, tree, leaves, request, is_last=True)


def last_stable_request(connection: Connection, stable_until: datetime | None) -> int:
    """Give the last request that is settled: none before it can still be written; 0 without one."""
    request = tables.request.c
    query = select(request.id).order_by(request.id.desc()).limit(1)
    if stable_until is not None:
        query = query.where(request.recorded_at <= stable_until)
    return connection.execute(query).scalar() or 0


def _tree_of(seal: Seal | None) -> Frontier:
    if seal is None:
        return Frontier()
    tree = Frontier.from_bytes(seal.size, seal.frontier)
    if tree is None or tree.root() != seal.root:
        raise CannotSeal(f"Seal {seal.number} does not fit together, so none can go on from it.")
    return tree


def _sealed_leaf(position: int, leaf: Leaf) -> SealedLeaf:
    if leaf.content is None:
        raise CannotSeal(f"The rows of {leaf.name} cannot be sealed.")
    return SealedLeaf(position, leaf.kind, leaf.reference, leaf_hash(leaf.content))


def write_leaves(connection: Connection, leaves: Sequence[SealedLeaf]) -> None:
    """Write the leaves of a seal in their places."""
    for start in range(0, len(leaves), _BATCH):
        insert_tuples(connection, night_tables.sealed_leaf, leaves[start : start + _BATCH])


def find_sealed_leaf(connection: Connection, kind: str, reference: str) -> SealedLeaf | None:
    """Read where a leaf stands in the tree; None where it is not sealed."""
    leaf = night_tables.sealed_leaf
    query = select(*leaf.c["position", "kind", "reference", "hash"])
    row = connection.execute(
        query.where(leaf.c.kind == kind, leaf.c.reference == reference)
    ).first()
    return None if row is None else SealedLeaf._make(row)


def newest_sealed_version(
    connection: Connection, kind: str, code: str, size: int
) -> SealedLeaf | None:
    """Read the last version of a record among the first leaves; None where there is none."""
    leaf = night_tables.sealed_leaf
    query = select(*leaf.c["position", "kind", "reference", "hash"]).where(
        leaf.c.kind == kind,
        leaf.c.reference.startswith(f"{code}/", autoescape=True),
        leaf.c.position < size,
    )
    row = connection.execute(query.order_by(leaf.c.position.desc()).limit(1)).first()
    return None if row is None else SealedLeaf._make(row)


def request_of_sealed(connection: Connection, position: int) -> int:
    """Give the request that a sealed leaf was written under: its leaf is the last one before."""
    leaf = night_tables.sealed_leaf.c
    query = select(leaf.reference).where(leaf.kind == REQUEST_KIND, leaf.position <= position)
    return int(connection.execute(query.order_by(leaf.position.desc()).limit(1)).scalar_one())


def stream_hashes(connection: Connection, size: int) -> Iterator[bytes]:
    """Read the hashes of the first leaves in order, a batch in memory."""
    leaf = night_tables.sealed_leaf
    query = select(leaf.c.hash).where(leaf.c.position < size).order_by(leaf.c.position)
    return (row[0] for row in stream(connection, query))
