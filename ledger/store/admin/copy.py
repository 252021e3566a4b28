"""Copy a ledger into an empty database through its guards, and compare two ledgers.

Rows are written table by table in an order that references and guards accept, with the same ids,
timestamps and versions. Balances are not copied: the guards of the target update them as the
movements are written. Two ledgers are compared leaf by leaf and row by row, each read in one
transaction.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from itertools import islice, zip_longest
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    Connection,
    Select,
    String,
    Table,
    func,
    inspect,
    literal_column,
    select,
    text,
)
from sqlalchemy.exc import DBAPIError

from ledger.core.errors import CannotOpen, RefusedByRule, StorageTrouble
from ledger.evidence.tree_head import (
    ADOPTED_KIND,
    ENTRY_KIND,
    PROPOSAL_KIND,
    REQUEST_KIND,
    ROWS_KIND,
    Leaf,
)
from ledger.journal.entries import (
    BOUND_FORMAT,
    CANONICAL_FORMAT,
    CHAINED_FORMAT,
    EXEMPTED_FORMAT,
    IDENTITY_FORMAT,
    PROPOSED_FORMAT,
    SALTED_FORMAT,
    TOTAL_FORMAT,
)
from ledger.store.checks.extent import tables_with_rows
from ledger.store.checks.journal import stream
from ledger.store.db import engine as engines
from ledger.store.db import night_tables, schema, tables
from ledger.store.db.prepared import insert_tuples
from ledger.store.db.tables import FORMER, IDENTITY_CHANGE
from ledger.store.evidence.leaves import BEFORE_ALL, stream_leaves
from ledger.store.session.sequences import numbered_tables, sequence_of

Advance = Callable[[int], None]
"""Called with the number of steps done since the last call, for a progress bar."""

_BATCH: Final = 2000
_NOT_COPIED: Final = (
    *(tables.allowed_move, night_tables.night_lock),
    *tables.MUTABLE_TABLES,
)
"""Every ledger is created with the first two; balances follow from the movements."""

COPIED_TABLES: Final = tuple(table for table in tables.every_table() if table not in _NOT_COPIED)


class TargetInUse(StorageTrouble, code="target-in-use"):
    """The target of a copy or a backup exists and is not empty."""

    default_why = "Existing data is never overwritten."
    default_next = "Name a new file or an empty database, or move the existing one."


class SourceUnreadable(RefusedByRule, code="source-unreadable"):
    """A row of the source was written by hand and cannot be read by the program."""

    default_next = "Find out which: cityfund check"


class CopyRefused(RefusedByRule, code="copy-refused"):
    """A guard or a column of the target refuses a row of the source."""

    default_next = "Find out what is wrong with the source: cityfund check. Nothing was written."


def prepare_target(target: Connection) -> None:
    """Create the schema with its guards in an empty database. Raises `TargetInUse`."""
    if schema.current_revision(target) is not None:
        raise TargetInUse("The target database already has a ledger.")
    inspector = inspect(target)
    if inspector.get_table_names() or inspector.get_view_names():
        raise TargetInUse("The target database already has tables.")
    schema.upgrade_schema(target)


def write_copy(source: Connection, target: Connection, advance: Advance) -> None:
    """Write every row of the source into the target. Raises `CopyRefused`, `SourceUnreadable`."""
    filled = _filled(source)
    for table in COPIED_TABLES:
        if table.name not in filled:
            continue
        rows = checked_rows(source, _first_rows(source, table))
        while batch := list(islice(rows, _BATCH)):
            with _translate_write_errors(target, table):
                insert_tuples(target, table, batch)
            advance(len(batch))
    if engines.on_server(target):
        _advance_sequences(target)


def _filled(*ledgers: Connection) -> frozenset[str]:
    """Name the tables that have rows in any of the ledgers: a young one has few of them."""
    filled: frozenset[str] = frozenset()
    for one in ledgers:
        with engines.translate_errors(one.engine):
            filled |= tables_with_rows(one, tables.every_table())
    return filled


def _first_rows(connection: Connection, table: Table) -> Iterable[tuple[Any, ...]]:
    """Read a table, with identity rows as they were first: their changes are written after them."""
    changes = table.metadata.tables.get(f"{table.name}{IDENTITY_CHANGE}")
    rows = read_table_rows(connection, table)
    if changes is None:
        return rows
    names = [column.name for column in table.columns]
    changed = [name for name in names if f"{FORMER}{name}" in changes.c]
    owner, version = changes.primary_key.columns
    query = select(owner, *(changes.c[f"{FORMER}{name}"] for name in changed))
    first: dict[Any, dict[str, Any]] = {}
    for identity, *former in connection.execute(query.order_by(owner, version)):
        first.setdefault(identity, dict(zip(changed, former, strict=True)))
    return (_with_former(row, names, first.get(row[names.index("id")], {})) for row in rows)


def _with_former(
    row: tuple[Any, ...], names: list[str], former: Mapping[str, Any]
) -> tuple[Any, ...]:
    return tuple(former.get(name, value) for name, value in zip(names, row, strict=True))


def read_table_rows(connection: Connection, table: Table) -> Iterable[tuple[Any, ...]]:
    """Stream a table in the order of its key, which is the same on every engine.

    A table with a text key is read into memory and sorted here, because engines sort text
    differently; such tables are small. A region comes after its parent.
    """
    key = list(table.primary_key.columns)
    if not isinstance(key[0].type, String):
        return stream(connection, _by_key(table))
    places = [list(table.columns).index(column) for column in key]
    rows = [tuple(row) for row in connection.execute(select(table))]
    rows.sort(key=lambda row: [row[place] for place in places])
    return _parents_first(rows) if table is tables.region else rows


@cache
def _by_key(table: Table) -> Select[Any]:
    return select(table).order_by(*table.primary_key.columns)


def _parents_first(regions: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    parents = {code: parent for code, _, parent in regions}

    def depth(code: str) -> int:
        parent = parents.get(code)
        return 0 if parent is None else 1 + depth(parent)

    return sorted(regions, key=lambda region: depth(region[0]))


def checked_rows(connection: Connection, rows: Iterable[Any]) -> Iterator[Any]:
    """Yield rows, with driver and conversion errors translated into refusals."""
    try:
        with engines.translate_errors(connection.engine):
            yield from rows
    except (ValueError, ArithmeticError) as error:
        raise SourceUnreadable(
            "The ledger holds a row that cannot be read.", why=f"It has an invalid value: {error}."
        ) from error


@contextmanager
def _translate_write_errors(target: Connection, table: Table) -> Iterator[None]:
    try:
        with engines.translate_errors(target.engine):
            yield
    except DBAPIError as error:
        message = str(error.orig).strip().splitlines()[0].removesuffix(".")
        raise CopyRefused(
            f"The target database refuses a row of {table.name}.",
            why=f"It says: {message}.",
        ) from error


def _advance_sequences(target: Connection) -> None:
    """Set every sequence to the largest id and update the planner statistics of the server."""
    # Each in one statement: there are a hundred tables. Without rows a sequence stays as it is.
    set_up = [
        func.setval(
            literal_column(f"'{sequence_of(table)}'"),
            select(func.max(table.c.id)).scalar_subquery(),
        )
        for table in numbered_tables()
    ]
    target.execute(select(*set_up))
    written = map(target.dialect.identifier_preparer.format_table, tables.every_table())
    target.execute(text(f"ANALYZE {', '.join(written)}"))


def count_rows(connection: Connection) -> dict[str, int]:
    """Count the rows of every table, by name."""
    names = [table.name for table in tables.every_table()]
    return dict(zip(names, connection.execute(_counts()).one(), strict=True))


@cache
def _counts() -> Select[Any]:
    counts = (
        select(func.count()).select_from(one).scalar_subquery() for one in tables.every_table()
    )
    return select(*counts)


_STEP: Final = 1000
_NONE: Final = Leaf(0, "", "", None)
_EVERY_REQUEST: Final = (BEFORE_ALL, 2**63 - 1)
_NOT_COUNTED: Final = (REQUEST_KIND, "rate", PROPOSAL_KIND, ROWS_KIND, ADOPTED_KIND)
"""Kinds of leaves that are neither entries nor versions: compared, but not in the digest."""


class UnknownLayout(CannotOpen, code="unknown-layout"):
    """An entry has a format of canonical bytes that this program does not know."""

    default_why = "A newer version of cityfund wrote it."
    default_next = "Install the newer cityfund: pip install --upgrade cityfund"


class CopyDiffers(RefusedByRule, code="copy-differs"):
    """The copy differs from the source, so it was discarded."""

    default_why = "The source violates its own rules, or a disk is faulty."
    default_next = "Find out what is wrong with the source: cityfund check"


class CopyComparison(NamedTuple):
    """Counts of what two equal ledgers hold, and a digest of their leaves.

    `sha256` is over the canonical bytes of all entries and versions, each ended by a line feed, in
    the order of `ledger.store.evidence.leaves`.
    """

    entries: int
    versions: int
    rows: int
    sha256: str


def compare_ledgers(source: Connection, target: Connection, advance: Advance) -> CopyComparison:
    """Compare every leaf and row of two ledgers. Raises `CopyDiffers`, `UnknownLayout`."""
    filled = _filled(source, target)
    _require_known_formats(source, filled)
    digest = hashlib.sha256()
    entries = versions = 0
    leaves = (leaf for leaf in _equal_leaves(source, target) if leaf.kind not in _NOT_COUNTED)
    for leaf in _report_progress(leaves, advance):
        digest.update((leaf.content or b"") + b"\n")
        entries += leaf.kind == ENTRY_KIND
        versions += leaf.kind != ENTRY_KIND
    rows = sum(
        _equal_rows(source, target, table, advance)
        for table in tables.every_table()
        if table.name in filled
    )
    return CopyComparison(entries, versions, rows, digest.hexdigest())


def _require_known_formats(source: Connection, filled: Collection[str]) -> None:
    for table in tables.every_table():
        if "format" in table.c and table.name in filled:
            known = (CANONICAL_FORMAT, *_other_formats(table))
            query = select(table.c.format).where(table.c.format.not_in(known)).limit(1)
            for layout in source.execute(query).scalars():
                raise UnknownLayout(
                    f"Format {layout} in the table {table.name} is unknown to this program."
                )


def _other_formats(table: Table) -> tuple[int, ...]:
    """Give the formats that some rows of a table have."""
    if table is tables.entry:
        return (PROPOSED_FORMAT, TOTAL_FORMAT, EXEMPTED_FORMAT)
    if table is tables.request:
        return (SALTED_FORMAT, CHAINED_FORMAT, BOUND_FORMAT)
    register = table.name.removesuffix("_version")
    return (IDENTITY_FORMAT,) if f"{register}{IDENTITY_CHANGE}" in table.metadata.tables else ()


def _equal_leaves(source: Connection, target: Connection) -> Iterator[Leaf]:
    streams = (checked_rows(one, stream_leaves(one, *_EVERY_REQUEST)) for one in (source, target))
    for leaf, other_leaf in zip_longest(*streams, fillvalue=_NONE):
        if leaf != other_leaf:
            name = (other_leaf if leaf is _NONE else leaf).name
            raise CopyDiffers(f"{name} is not the same in what was written.")
        yield leaf


def _equal_rows(source: Connection, target: Connection, table: Table, advance: Advance) -> int:
    """Compare the rows of a table in both ledgers, stored balances too, and count them."""
    key = [list(table.columns).index(column) for column in table.primary_key.columns]
    source_rows = checked_rows(source, map(tuple, read_table_rows(source, table)))
    target_rows = checked_rows(target, map(tuple, read_table_rows(target, table)))
    count = 0
    for row, other_row in _report_progress(zip_longest(source_rows, target_rows), advance):
        if row != other_row:
            key_text = "/".join(str((row or other_row)[place]) for place in key)
            raise CopyDiffers(f"{table.name} {key_text} is not the same in what was written.")
        count += 1
    return count


def _report_progress(items: Iterable[Any], advance: Advance) -> Iterator[Any]:
    """Yield the items and report progress after every thousand."""
    count = 0
    for count, item in enumerate(items, start=1):
        yield item
        if count % _STEP == 0:
            advance(_STEP)
    advance(count % _STEP)
