"""Comparing two ledgers, each seen at one moment: leaf by leaf and row by row."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from itertools import zip_longest
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Table

from ledger.errors import RefusedByRule
from ledger.store import tables
from ledger.store.leaves import Leaf, stream_entry_leaves, stream_version_leaves
from ledger.store.moving import Advance, read_by, rows_of

_STEP: Final = 1000
_NONE: Final = Leaf("", b"")


class CopyDiffers(RefusedByRule):
    """What was written is not what the source holds; so it was thrown away."""

    code = "copy-differs"
    default_why = "The source does not keep its own rules, or a disk did not do what it was asked."
    default_next = "Find out what is wrong with the source: cityfund check"


class Compared(NamedTuple):
    """What two ledgers were found to have in common: everything, in these numbers.

    `sha256` is over the canonical bytes of all entries, then of all versions, each ended by a
    line feed, in the order of `ledger.store.leaves`.
    """

    entries: int
    versions: int
    rows: int
    sha256: str


def compare(source: Connection, target: Connection, advance: Advance) -> Compared:
    """Hold every entry, version and row of two ledgers to one another. Raises `CopyDiffers`."""
    digest = hashlib.sha256()
    counts = []
    for stream in (stream_entry_leaves, stream_version_leaves):
        ours, theirs = read_by(source, stream(source)), read_by(target, stream(target))
        count = 0
        for one in _ticking(_equal_leaves(ours, theirs), advance):
            digest.update(one.content + b"\n")
            count += 1
        counts.append(count)
    rows = sum(
        _equal_rows(source, target, table, advance) for table in tables.metadata.sorted_tables
    )
    return Compared(counts[0], counts[1], rows, digest.hexdigest())


def _equal_leaves(ours: Iterable[Leaf], theirs: Iterable[Leaf]) -> Iterator[Leaf]:
    for one, other in zip_longest(ours, theirs, fillvalue=_NONE):
        if one != other:
            raise CopyDiffers(f"{one.name or other.name} is not the same in what was written.")
        yield one


def _equal_rows(source: Connection, target: Connection, table: Table, advance: Advance) -> int:
    """Count the rows of a table that both have: all of them, its kept balances too."""
    key = [list(table.columns).index(column) for column in table.primary_key.columns]
    ours = read_by(source, map(tuple, rows_of(source, table)))
    theirs = read_by(target, map(tuple, rows_of(target, table)))
    count = 0
    for one, other in _ticking(zip_longest(ours, theirs), advance):
        if one != other:
            named = "/".join(str((one or other)[place]) for place in key)
            raise CopyDiffers(f"{table.name} {named} is not the same in what was written.")
        count += 1
    return count


def _ticking(things: Iterable[Any], advance: Advance) -> Iterator[Any]:
    """Give things on, and tell of each thousand."""
    count = 0
    for count, thing in enumerate(things, start=1):
        yield thing
        if count % _STEP == 0:
            advance(_STEP)
    advance(count % _STEP)
