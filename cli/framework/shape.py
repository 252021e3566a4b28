"""Which rows and columns of a listing are shown, in which order: `--sort`, `--limit`, `--columns`.

They come after the filters, and mean the same in every format. Columns answer to their keys, and to
their headings in any case, as they stand on the screen or on a page in the language of it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from cli.framework.call_options import ReadOptions
from cli.framework.terminal import tell
from cli.framework.usage_errors import NothingToStamp, ShapeRefused
from ledger.core.errors import UsageError
from ledger.core.filters import UnknownColumn, column_key
from ledger.reports.table import Column, ReportRow, machine

if TYPE_CHECKING:
    from ledger.reports.language import Language

_STAMPS: Final = (
    Column("as_of", "As of", kind="date"),
    Column("known_at", "As recorded by", kind="date"),
    Column("base_currency", "Base currency"),
)


def refuse_shape(options: ReadOptions | None) -> None:
    """Refuse to shape an answer that is no listing. Raises ShapeRefused."""
    if options is not None and options.shape:
        raise ShapeRefused("This answer is a text, which has no rows to sort, limit or choose.")


class AmbiguousColumn(UsageError, code="ambiguous-column"):
    """A name was typed that several columns of the list have."""

    default_why = "A heading in any case, and a key with any separators, have to name one column."


def find_column(
    name: str,
    columns: Sequence[Column],
    language: Language | None = None,
    *,
    as_shown: bool = False,
) -> Column | None:
    """Return the column of a key or, where that is no key, of a heading; None where neither is.

    A heading `as_shown` on the screen, letter by letter, stands before a key in other letters:
    `City` is the name that is shown so, and `city` the code. Filters go by the code, which answers
    to both. Raises AmbiguousColumn.
    """
    wanted = column_key(name)
    found = [one for one in columns if one.key == name.strip()]
    if not found and as_shown:
        found = [one for one in columns if one.table and one.heading == name.strip()]
    found = found or [one for one in columns if column_key(one.key) == wanted]
    if not found:
        found = [one for one in columns if wanted in _headings(one, language)]
        # What people see stands before what only machines get.
        found = [one for one in found if one.table] or found
    if len({one.key for one in found}) > 1:
        keys = ", ".join(one.key for one in found)
        raise AmbiguousColumn(
            f"Several columns are called {name.strip()}.",
            next_step=f"Name the column by its key: {keys}.",
        )
    return found[0] if found else None


def column_named(name: str, columns: Sequence[Column], language: Language | None = None) -> Column:
    """Return the column of a key or of a heading. Raises UnknownColumn and AmbiguousColumn."""
    found = find_column(name, columns, language, as_shown=True)
    if found is not None:
        return found
    from cli.framework.usage_errors import did_you_mean  # noqa: PLC0415 - for a refusal alone

    keys = [column.key for column in columns]
    raise UnknownColumn(
        f"There is no column {name}.",
        why=f"The columns are: {', '.join(keys)}. They answer to their headings, too.",
        next_step=did_you_mean(column_key(name), keys, "Use one of these."),
    )


def _headings(column: Column, language: Language | None) -> Iterator[str]:
    for heading in (column.heading, *column.headings):
        yield column_key(heading)
        if language is not None:
            yield column_key(language.text(heading))


def shaped(
    rows: Iterable[ReportRow],
    columns: Sequence[Column],
    options: ReadOptions,
    head: Mapping[str, object],
    *,
    newest_last: bool = False,
) -> tuple[Iterable[ReportRow], Sequence[Column]]:
    """Return the rows and columns that were requested.

    Unsorted ones are limited to the newest where those are last.

    Raises UnknownColumn, AmbiguousColumn and NothingToStamp.
    """
    shape, language = options.shape, options.language
    if shape.stamp:
        rows, columns = _stamped(rows, columns, head)
    keys = [
        (column_named(name.removeprefix("-"), columns, language), name.startswith("-"))
        for name in shape.sort
    ]
    chosen = [
        replace(column_named(one, columns, language), table=True, spare=0) for one in shape.columns
    ]
    if keys:
        rows = _sorted(rows, keys)
    if shape.limit is not None:
        keep = _newest if newest_last and not keys else _first
        rows = keep(rows, shape.limit, options)
    if chosen:
        columns = [*_unnamed_stamps(columns, chosen), *chosen] if shape.stamp else chosen
        if options.format in {"json", "ndjson"}:
            rows = _only(rows, [column.key for column in columns])
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


def _first(rows: Iterable[ReportRow], limit: int, options: ReadOptions) -> Iterator[ReportRow]:
    left = iter(rows)
    yield from islice(left, limit)
    if next(left, None) is not None and not options.quiet:
        tell(f"Only the {_counted('first', limit)} shown; --limit says how many.")


def _newest(rows: Iterable[ReportRow], limit: int, options: ReadOptions) -> Iterator[ReportRow]:
    kept = deque(rows, maxlen=limit + 1)  # one more says whether there are others
    if len(kept) > limit:
        kept.popleft()
        if not options.quiet:
            tell(f"Only the {_counted('newest', limit)} shown; --limit says how many.")
    yield from kept


def _counted(which: str, limit: int) -> str:
    return f"{which} row is" if limit == 1 else f"{which} {limit:,} rows are"


def _only(rows: Iterable[ReportRow], keys: Sequence[str]) -> Iterator[ReportRow]:
    for row in rows:
        yield {key: row.get(key) for key in keys}


def _unnamed_stamps(columns: Sequence[Column], chosen: Sequence[Column]) -> list[Column]:
    """Return the columns of the times that nobody chose: they stand first all the same."""
    named = {column.key for column in chosen}
    return [column for column in columns if column in _STAMPS and column.key not in named]


def _stamped(
    rows: Iterable[ReportRow], columns: Sequence[Column], head: Mapping[str, object]
) -> tuple[Iterable[ReportRow], Sequence[Column]]:
    if "as_of" not in head:
        raise NothingToStamp("This list is not computed for a day, so it has none to write.")
    own = {column.key for column in columns}
    stamps = [column for column in _STAMPS if column.key not in own]
    values = {column.key: head.get(column.key) for column in stamps}
    return ({**values, **row} for row in rows), [*stamps, *columns]
