"""Writes an answer to a terminal, a pipe or a file, in the requested format."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, TextIO, TypeVar

from cli.framework.call_options import ReadOptions
from cli.framework.files import BINARY_FORMATS, binary_destination, destination
from cli.framework.terminal import (
    fitted,
    has_color,
    is_terminal,
    is_unicode,
    on_screen,
    tell,
    width,
)
from ledger.core.characters import revealed
from ledger.reports.table import Column, ReportRow

if TYPE_CHECKING:
    from datetime import date, datetime

    from ledger.core.filters import Selection
    from ledger.reports.answers import Answer


_Row = TypeVar("_Row", bound=ReportRow)
_BORDERS = 2
_FOR_PEOPLE = frozenset(("table", "md"))


def filter_rows(
    rows: Iterable[_Row], columns: Sequence[Column], options: ReadOptions
) -> Iterable[_Row]:
    """Keep the rows that meet every filter, and note the values that no row has.

    Raises UnknownColumn, AmbiguousColumn, OperatorRefused, UnreadableFilter, UnitsDiffer,
    NoOfficeView and NoPlaceView.
    """
    options = options.honoring(columns)
    if not options.where:
        return rows
    selection = _selection(columns, options)
    kept = selection.keep(rows)

    def noted() -> Iterator[_Row]:
        yield from kept
        for text in selection.notes():
            if not options.quiet:
                tell(text)

    return noted()


def meets_filters(rows: Iterable[_Row], columns: Sequence[Column], options: ReadOptions) -> bool:
    """Say whether some row has each value that the filters ask for, so that nothing is noted."""
    selection = _selection(columns, options.honoring(columns))
    return bool([*selection.keep(rows)]) and not any(selection.notes())


def _selection(columns: Sequence[Column], options: ReadOptions) -> Selection[Any]:
    from cli.framework.filters import row_selection  # noqa: PLC0415 - only where rows are filtered

    return row_selection(columns, options.where, options.names, options.placing, options.language)


def emit_rows(
    rows: Iterable[ReportRow],
    columns: Sequence[Column],
    options: ReadOptions,
    *,
    head: Mapping[str, object] | None = None,
    tail: Mapping[str, object] | None = None,
    narrow: Sequence[Column] = (),
    named: str = "rows",
    above: Sequence[str] = (),
    notes: Sequence[str] = (),
    below: Callable[[Sequence[ReportRow]], Iterable[str]] | None = None,
    newest_last: bool = False,
) -> None:
    """Write a listing where and as it was asked for, after its filters.

    On a terminal where `columns` cannot stand side by side, those of `narrow` are tried. `notes`
    are lines that pages and workbooks alone carry, as a terminal has its own. `above`
    are lines that people read before the table, which is left out where it is empty, and `below`
    makes those that they read after it, unbroken. Of rows with the `newest_last`, `--limit` keeps
    the last, unless they are sorted. `head`
    (with the `schema`) and `tail` stand before and after the rows, `named` so, in JSON only.
    Everything the rows hold goes into JSON, every column into CSV, the columns for people
    elsewhere.
    """
    head, tail, options = head or {}, tail or {}, options.honoring(columns)
    chosen = filter_rows(rows, columns, options)
    if options.shape:
        from cli.framework.shape import shaped  # noqa: PLC0415 - few lists are asked so

        chosen, columns = shaped(chosen, columns, options, head, newest_last=newest_last)
        narrow = ()
    if options.format in _WHOLE:
        emit_answer(_answer(options, columns, chosen, head, tail, [*above, *notes]), options)
        return
    behind: Sequence[str] = ()
    if below is not None and options.format == "table":
        chosen = shown = list(chosen)
        behind = [*below(shown)]
    with destination(options.output) as out:
        if above and options.format in _FOR_PEOPLE:
            chosen = row_list = list(chosen)
            out.writelines(_above_chunks(above, out, more=bool(row_list)))
            if not row_list:
                return
        if options.format == "table" and options.output is None and is_terminal(out):
            _on_terminal(list(chosen), (columns, narrow), out, color=options.color)
            out.writelines(f"{on_screen(line, out)}\n" for line in behind)
            return
        if options.format == "json":
            from ledger.reports.formats import json_rows_chunks  # noqa: PLC0415

            plain = not is_unicode(out)
            chunks = json_rows_chunks(head, chosen, tail, named=named, ascii_only=plain)
            out.writelines(_revealed(chunks, out))
            return
        out.writelines(_row_chunks(chosen, columns, options.format, out))
        out.writelines(f"{line}\n" for line in behind)


_WHOLE: Final = frozenset({*BINARY_FORMATS, "html"})
"""The formats of files that say everything about an answer."""


def _answer(
    options: ReadOptions,
    columns: Sequence[Column],
    rows: Iterable[ReportRow],
    head: Mapping[str, object],
    tail: Mapping[str, object],
    notes: Sequence[str] = (),
) -> Answer:
    from ledger.reports.answers import Answer, Table  # noqa: PLC0415 - for some formats

    main = Table(options.title or "rows", columns, rows)
    return Answer(f"cityfund {options.title}", main, head, tail, options.filters, notes)


def emit_answer(answer: Answer, options: ReadOptions) -> None:
    """Write an answer as a page, a workbook or a Parquet file."""
    if options.format == "html":
        from ledger.reports.html import answer_page  # noqa: PLC0415 - for this format alone

        with destination(options.output) as out:
            out.writelines(answer_page(answer, options.language))
        return
    with binary_destination(options.output) as file:
        if options.format == "xlsx":
            from ledger.reports.workbook import write_workbook  # noqa: PLC0415 - as above

            write_workbook(file, answer, options.language)
        else:
            from ledger.reports.parquet import write_parquet  # noqa: PLC0415 - as above

            write_parquet(file, answer.main.rows, answer.main.columns)


def _above_chunks(lines: Sequence[str], out: TextIO, *, more: bool) -> Iterator[str]:
    for line in lines:
        yield fitted(line, out) + "\n"
    if more:
        yield "\n"


def _row_chunks(
    rows: Iterable[ReportRow], columns: Sequence[Column], style: str, out: TextIO
) -> Iterator[str]:
    if style in {"csv", "tsv"}:
        from ledger.reports.formats import csv_chunks  # noqa: PLC0415

        between = "," if style == "csv" else "\t"
        return _revealed(csv_chunks(rows, columns, between=between), out)
    if style == "ndjson":
        from ledger.reports.formats import ndjson_chunks  # noqa: PLC0415

        return _revealed(ndjson_chunks(rows, ascii_only=not is_unicode(out)), out)
    if style == "md":
        from ledger.reports.formats import markdown_chunks  # noqa: PLC0415

        return markdown_chunks(rows, columns)
    from ledger.reports.table import table_chunks  # noqa: PLC0415

    return table_chunks(rows, columns)


def _revealed(chunks: Iterable[str], out: TextIO) -> Iterator[str]:
    """On a terminal, show what steers or hides; a pipe and a file get the text as it is."""
    return map(revealed, chunks) if is_terminal(out) else iter(chunks)


def emit_record(
    row: ReportRow,
    columns: Sequence[Column],
    options: ReadOptions,
    *,
    document: Mapping[str, object],
    below: Iterable[str] = (),
) -> None:
    """Write one record: lines of heading and value for people, with `below` under them.

    JSON gets `document`, and NDJSON the same on one line; CSV and Markdown a table of one row. A
    workbook has the lists of the document as further sheets.
    """
    if options.format == "json":
        emit_document(document, options)
        return
    if options.format in _WHOLE:
        _emit_whole_record(row, columns, options, document, below)
        return
    with destination(options.output) as out:
        if options.format == "table":
            out.writelines(_record_chunks(row, columns, out))
            out.writelines(f"{on_screen(line, out)}\n" for line in below)
            return
        chosen = document if options.format == "ndjson" else row
        out.writelines(_row_chunks([chosen], columns, options.format, out))


def _emit_whole_record(
    row: ReportRow,
    columns: Sequence[Column],
    options: ReadOptions,
    document: Mapping[str, object],
    below: Iterable[str],
) -> None:
    if options.format == "html":
        from ledger.reports.html import record_page  # noqa: PLC0415 - for this format alone

        with destination(options.output) as out:
            out.writelines(record_page(options.title, row, columns, below, options.language))
        return
    own = {column.key for column in columns}
    beside = {key: value for key, value in document.items() if key not in own}
    emit_answer(_answer(options, columns, [row], beside, {}), options)


def _record_chunks(row: ReportRow, columns: Sequence[Column], out: TextIO) -> Iterator[str]:
    """Write lines of heading and value; on a terminal a long value goes on under itself."""
    if is_terminal(out):
        from cli.framework.screen import records_on_screen  # noqa: PLC0415 - on a terminal only

        return (f"{line}\n" for line in records_on_screen([row], columns, width()))
    from ledger.reports.table import record_chunks  # noqa: PLC0415

    return record_chunks(row, columns)


def emit_document(document: Mapping[str, object], options: ReadOptions | None = None) -> None:
    """Write one JSON document."""
    from ledger.reports.formats import json_text  # noqa: PLC0415

    with destination(None if options is None else options.output) as out:
        text = json_text(document, ascii_only=not is_unicode(out))
        out.write(revealed(text) if is_terminal(out) else text)


def emit_lines(lines: Iterable[str], options: ReadOptions | None = None) -> None:
    """Write lines of an answer to standard output, or to the file that was named.

    Raises ShapeRefused.
    """
    if options is not None and options.shape:
        from cli.framework.shape import refuse_shape  # noqa: PLC0415 - for a refusal alone

        refuse_shape(options)
    with destination(None if options is None else options.output) as out:
        out.writelines(f"{on_screen(line, out)}\n" for line in lines)


def lines_below(rows: Sequence[ReportRow], columns: Sequence[Column]) -> Iterator[str]:
    """Lay out a small table below the terms of a record."""
    yield ""
    yield from table_lines(rows, columns)


def day_text(as_of: date, known_at: datetime | None) -> str:
    """Say of which day an answer is, and by when what it counts was recorded."""
    return f"As of {as_of}" + (
        f", as recorded by {known_at.isoformat(sep=' ')}" if known_at else ""
    )


def _on_terminal(
    rows: Sequence[ReportRow], layouts: Sequence[Sequence[Column]], out: TextIO, *, color: bool
) -> None:
    from cli.framework import screen  # noqa: PLC0415 - on a terminal only
    from ledger.reports.table import cells_of  # noqa: PLC0415

    if not rows:
        out.write("Nothing to show.\n")
        return
    room = width()
    for columns in layouts if room >= screen.NARROWEST_TABLE else ():
        shown = [column for column in columns if column.table]
        fitting = screen.fitting_columns(shown, cells_of(rows, shown), room)
        if fitting:
            bold, rule = has_color(out, wanted=color), "─" if is_unicode(out) else "-"
            cells = cells_of(rows, fitting)
            lines = screen.table_on_screen(cells, fitting, room, bold=bold, rule=rule)
            out.writelines(f"{line}\n" for line in lines)
            left_out = ", ".join(one.heading for one in shown if one not in fitting)
            if left_out:
                text = f"Hidden columns (too narrow or empty): {left_out}."
                out.write(f"{fitted(text, out)}\n")
            return
    out.writelines(f"{line}\n" for line in screen.records_on_screen(rows, layouts[0], room))


def table_lines(
    rows: Sequence[ReportRow], columns: Sequence[Column], *, indent: int = 0
) -> list[str]:
    """Lay out a small table below other output; on a terminal where it fits, else as records."""
    from ledger.reports.table import cells_of, table_chunks  # noqa: PLC0415

    if not is_terminal(sys.stdout):
        return [line.rstrip() for line in table_chunks(rows, columns)]
    from cli.framework import screen  # noqa: PLC0415 - on a terminal only

    columns, room = [column for column in columns if column.table], width() - indent
    fitting = screen.fitting_columns(columns, cells_of(rows, columns), room)
    if not fitting:
        return [*screen.records_on_screen(rows, columns, room)]
    return [*screen.table_on_screen(cells_of(rows, fitting), fitting, room)]


def section(title: str, rows: Sequence[ReportRow], columns: Sequence[Column]) -> Iterator[str]:
    """Lay out a small table under a title, below the terms of a record; nothing without rows."""
    if rows:
        yield ""
        yield title.upper()
        yield from (f"  {line}" for line in table_lines(rows, columns, indent=_BORDERS))
