"""Which rows and columns of a listing are shown, in which order: `--sort`, `--limit`, `--columns`.

They come after the filters, and mean the same in every format. Columns answer to their keys and
to their headings.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Any, Final

from cli.framework.call_options import ReadOptions
from cli.framework.terminal import tell
from cli.framework.usage_errors import NothingToStamp, ShapeRefused
from ledger.core.filters import UnknownColumn, column_key
from ledger.reports.table import Column, ReportRow, machine

_STAMPS: Final = (
    Column("as_of", "As of", kind="date"),
    Column("known_at", "As recorded by", kind="date"),
    Column("base_currency", "Base currency"),
)


def refuse_shape(options: ReadOptions | None) -> None:
    """Refuse to shape an answer that is no listing. Raises ShapeRefused."""
    if options is not None and options.shape:
        raise ShapeRefused("This answer is a text, which has no rows to sort, limit or choose.")


def column_named(name: str, columns: Sequence[Column]) -> Column:
    """Return the column of a key or, where that is no key, of a heading. Raises UnknownColumn."""
    wanted = column_key(name)
    for spelt in ("key", "heading"):
        for column in columns:
            if column_key(getattr(column, spelt)) == wanted:
                return column
    from cli.framework.usage_errors import did_you_mean  # noqa: PLC0415 - for a refusal alone

    keys = [column.key for column in columns]
    raise UnknownColumn(
        f"There is no column {name}.",
        why=f"The columns are: {', '.join(keys)}.",
        next_step=did_you_mean(wanted, keys, "Use one of these."),
    )


def shaped(
    rows: Iterable[ReportRow],
    columns: Sequence[Column],
    options: ReadOptions,
    head: Mapping[str, object],
) -> tuple[Iterable[ReportRow], Sequence[Column]]:
    """Return the rows and columns that were requested.

    Raises UnknownColumn and NothingToStamp.
    """
    shape = options.shape
    keys = [
        (column_named(name.removeprefix("-"), columns), name.startswith("-")) for name in shape.sort
    ]
    chosen = [replace(column_named(one, columns), table=True, spare=0) for one in shape.columns]
    if keys:
        rows = _sorted(rows, keys)
    if shape.limit is not None:
        rows = _limited(rows, shape.limit, options)
    if chosen:
        if options.format in {"json", "ndjson"}:
            rows = _only(rows, [column.key for column in chosen])
        columns = chosen
    if shape.stamp:
        rows, columns = _stamped(rows, columns, head)
    return rows, columns


def _sorted(rows: Iterable[ReportRow], keys: Sequence[tuple[Column, bool]]) -> Sequence[ReportRow]:
    """Sort by the last key first, as each sort keeps the order of the one before."""
    found = list(rows)
    for column, turned in reversed(keys):
        given = [row for row in found if row.get(column.key) not in (None, "")]
        given.sort(key=lambda row: _order(row, column), reverse=turned)
        if column.kind == "amount":  # amounts of different units are not compared
            given.sort(key=lambda row: machine(row.get(column.measured_in)))
        # What is not known is neither high nor low: it comes last, whichever way.
        found = given + [row for row in found if row.get(column.key) in (None, "")]
    return found


def _order(row: ReportRow, column: Column) -> tuple[int, Any]:
    from ledger.reports.cells import typed  # noqa: PLC0415 - only where rows are sorted

    value: object = row.get(column.key)
    if column.kind == "figure":
        cell = typed(machine(value).partition(" ")[0], "number")
    else:
        cell = typed(value, column.kind)
    if isinstance(cell, Decimal):
        return 0, cell
    if isinstance(cell, date):  # a time too, which has the ledger's zone and none of its own
        return 1, cell.isoformat()
    return (1, machine(cell).casefold())


def _limited(rows: Iterable[ReportRow], limit: int, options: ReadOptions) -> Iterator[ReportRow]:
    left = iter(rows)
    yield from islice(left, limit)
    if next(left, None) is not None and not options.quiet:
        tell(f"Only the first {limit:,} rows are shown; --limit says how many.")


def _only(rows: Iterable[ReportRow], keys: Sequence[str]) -> Iterator[ReportRow]:
    for row in rows:
        yield {key: row.get(key) for key in keys}


def _stamped(
    rows: Iterable[ReportRow], columns: Sequence[Column], head: Mapping[str, object]
) -> tuple[Iterable[ReportRow], Sequence[Column]]:
    if "as_of" not in head:
        raise NothingToStamp("This list is not computed for a day, so it has none to write.")
    own = {column.key for column in columns}
    stamps = [column for column in _STAMPS if column.key not in own]
    values = {column.key: head.get(column.key) for column in stamps}
    return ({**values, **row} for row in rows), [*stamps, *columns]
