"""Moving house: every row of a ledger into an empty database, through the guards.

Rows go table by table in an order that references and guards accept; ids, moments and versions
are kept. What the target makes by itself is not written: its guards keep the balances as the
movements come in, and what every ledger is made with is the program's own.

Comparing two ledgers, each seen at one moment: leaf by leaf and row by row.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice, zip_longest
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, String, Table, func, inspect, select, text
from sqlalchemy.exc import DBAPIError

from ledger.core.errors import RefusedByRule, StorageTrouble
from ledger.store.checks.journal import stream
from ledger.store.db import engine as engines
from ledger.store.db import night_tables, schema, tables
from ledger.store.db.prepared import insert_tuples
from ledger.store.evidence.leaves import (
    LeafBytes as Leaf,
)
from ledger.store.evidence.leaves import (
    stream_entry_leaves,
    stream_version_leaves,
)
from ledger.store.session.rows import numbered_tables, sequence_of

Advance = Callable[[int], None]
"""What is told of each advance on long work, in steps."""

_BATCH: Final = 2000
_NOT_COPIED: Final = (
    *(tables.allowed_move, night_tables.night_lock),
    *tables.MUTABLE_TABLES,
)
"""Every ledger is made with the first two; balances follow from the movements."""

COPIED_TABLES: Final = tuple(table for table in tables.every_table() if table not in _NOT_COPIED)


class TargetInUse(StorageTrouble):
    """A ledger was to be written where something is already."""

    code = "target-in-use"
    default_why = "Nothing that is there is ever overwritten."
    default_next = "Name a new file or an empty database, or move away what is there."


class SourceUnreadable(RefusedByRule):
    """A row of the ledger to be copied was written by hand and is none the program could write."""

    code = "source-unreadable"
    default_next = "Find out which: cityfund check"


class CopyRefused(RefusedByRule):
    """The target does not take a row that the source holds: its guards or its columns refuse."""

    code = "copy-refused"
    default_next = "Find out what is wrong with the source: cityfund check. Nothing was written."


def prepare_target(target: Connection) -> None:
    """Make the schema in an empty database, guards up. Raises `TargetInUse`."""
    if schema.current_revision(target) is not None:
        raise TargetInUse("There is a ledger already in the database to write to.")
    inspector = inspect(target)
    if inspector.get_table_names() or inspector.get_view_names():
        raise TargetInUse("The database to write to holds tables already.")
    schema.upgrade_schema(target)


def write_copy(source: Connection, target: Connection, advance: Advance) -> None:
    """Write every row of the source into the target. Raises `CopyRefused`, `SourceUnreadable`."""
    for table in COPIED_TABLES:
        rows = checked_rows(source, read_rows(source, table))
        while batch := list(islice(rows, _BATCH)):
            with _translate_write_errors(target, table):
                insert_tuples(target, table, batch)
            advance(len(batch))
    if engines.on_server(target):
        _advance_sequences(target)


def read_rows(connection: Connection, table: Table) -> Iterable[tuple[Any, ...]]:
    """Read a table in the order of its key, the same on every engine, a batch in memory.

    A table keyed by text is read whole, for each engine sorts text in a way of its own; such
    tables are small. A region comes after the one it lies in.
    """
    key = list(table.primary_key.columns)
    if not isinstance(key[0].type, String):
        return stream(connection, select(table).order_by(*key))
    places = [list(table.columns).index(column) for column in key]
    rows = [tuple(row) for row in connection.execute(select(table))]
    rows.sort(key=lambda row: [row[place] for place in places])
    return _parents_first(rows) if table is tables.region else rows


def _parents_first(regions: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    parents = {code: parent for code, _, parent in regions}

    def depth(code: str) -> int:
        parent = parents.get(code)
        return 0 if parent is None else 1 + depth(parent)

    return sorted(regions, key=lambda region: depth(region[0]))


def checked_rows(connection: Connection, rows: Iterable[Any]) -> Iterator[Any]:
    """Give what a connection reads, its own engine's complaints told as refusals."""
    try:
        with engines.translate_errors(connection.engine):
            yield from rows
    except (ValueError, ArithmeticError) as error:
        raise SourceUnreadable(
            "The ledger holds a row that cannot be read.", why=f"A value of it is spoiled: {error}."
        ) from error


@contextmanager
def _translate_write_errors(target: Connection, table: Table) -> Iterator[None]:
    try:
        with engines.translate_errors(target.engine):
            yield
    except DBAPIError as error:
        message = str(error.orig).strip().splitlines()[0].removesuffix(".")
        raise CopyRefused(
            f"A row of {table.name} is not taken by the database to write to.",
            why=f"It says: {message}.",
        ) from error


def _advance_sequences(target: Connection) -> None:
    """Let every sequence go on after the largest id, and the server know what it now holds."""
    for table in numbered_tables():
        largest = target.execute(select(func.max(table.c.id))).scalar()
        if largest is not None:
            target.execute(
                text("SELECT setval(CAST(:name AS regclass), :largest)"),
                {"name": sequence_of(table), "largest": largest},
            )
    for table in tables.every_table():
        target.execute(text(f"ANALYZE {target.dialect.identifier_preparer.format_table(table)}"))


def count_rows(connection: Connection) -> dict[str, int]:
    """Count the rows of every table, by name."""
    return {
        table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
        for table in tables.every_table()
    }


_STEP: Final = 1000
_NONE: Final = Leaf("", b"")


class CopyDiffers(RefusedByRule):
    """What was written is not what the source holds; so it was thrown away."""

    code = "copy-differs"
    default_why = "The source does not keep its own rules, or a disk did not do what it was asked."
    default_next = "Find out what is wrong with the source: cityfund check"


class CopyComparison(NamedTuple):
    """What two ledgers were found to have in common: everything, in these numbers.

    `sha256` is over the canonical bytes of all entries, then of all versions, each ended by a
    line feed, in the order of `ledger.store.evidence.leaves`.
    """

    entries: int
    versions: int
    rows: int
    sha256: str


def compare_ledgers(source: Connection, target: Connection, advance: Advance) -> CopyComparison:
    """Hold every entry, version and row of two ledgers to one another. Raises `CopyDiffers`."""
    digest = hashlib.sha256()
    counts = []
    for leaves_of in (stream_entry_leaves, stream_version_leaves):
        source_leaves, target_leaves = (
            checked_rows(source, leaves_of(source)),
            checked_rows(target, leaves_of(target)),
        )
        count = 0
        for leaf in _report_progress(_equal_leaves(source_leaves, target_leaves), advance):
            digest.update(leaf.content + b"\n")
            count += 1
        counts.append(count)
    rows = sum(_equal_rows(source, target, table, advance) for table in tables.every_table())
    return CopyComparison(counts[0], counts[1], rows, digest.hexdigest())


def _equal_leaves(source_leaves: Iterable[Leaf], target_leaves: Iterable[Leaf]) -> Iterator[Leaf]:
    for leaf, other_leaf in zip_longest(source_leaves, target_leaves, fillvalue=_NONE):
        if leaf != other_leaf:
            raise CopyDiffers(
                f"{leaf.name or other_leaf.name} is not the same in what was written."
            )
        yield leaf


def _equal_rows(source: Connection, target: Connection, table: Table, advance: Advance) -> int:
    """Count the rows of a table that both have: all of them, its kept balances too."""
    key = [list(table.columns).index(column) for column in table.primary_key.columns]
    source_rows = checked_rows(source, map(tuple, read_rows(source, table)))
    target_rows = checked_rows(target, map(tuple, read_rows(target, table)))
    count = 0
    for row, other_row in _report_progress(zip_longest(source_rows, target_rows), advance):
        if row != other_row:
            key_text = "/".join(str((row or other_row)[place]) for place in key)
            raise CopyDiffers(f"{table.name} {key_text} is not the same in what was written.")
        count += 1
    return count


def _report_progress(items: Iterable[Any], advance: Advance) -> Iterator[Any]:
    """Give things on, and tell of each thousand."""
    count = 0
    for count, item in enumerate(items, start=1):
        yield item
        if count % _STEP == 0:
            advance(_STEP)
    advance(count % _STEP)
