"""Answers as self-contained HTML pages: one file, no script, nothing fetched from anywhere.

`page_chunks` is the frame of every page that the program writes, `table_html` a table in it;
`answer_page` and `record_page` are the plain form of every list, report and record. Texts
are escaped and each stands in an element of its own, so that neither markup nor a character that
turns the direction of writing reaches beyond its cell. A page can be read on a phone, where a
wide table scrolls by itself, and prints with its headings repeated.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from ledger.core.characters import code_point, revealed
from ledger.reports.answers import Answer, facts_of, tables_of
from ledger.reports.language import Language
from ledger.reports.table import Column, ReportRow, human

_NO_CHARACTERS: Final = re.compile("[\ufffe\uffff]")
_DIRECTION: Final = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")

STYLE: Final = """\
:root { color-scheme: light; --ink: #1c2530; --soft: #566270; --line: #d5dbe1; --band: #f4f6f8; }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem; max-width: 75rem; color: var(--ink); background: #fff;
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
  overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .5rem; }
h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; }
dl.facts { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem;
  margin: 0 0 1rem; color: var(--soft); }
dl.facts dt { font-weight: 600; }
dl.facts dd { margin: 0; }
.scroll { overflow-x: auto; margin: 1rem 0; }
table { border-collapse: collapse; font-size: .9rem; overflow-wrap: normal; }
caption { text-align: start; font-weight: 600; padding: .25rem 0; }
th, td { padding: .3rem .6rem; border-bottom: 1px solid var(--line); text-align: start;
  vertical-align: top; unicode-bidi: isolate; }
thead th { background: var(--band); border-bottom: 2px solid var(--soft); }
tbody th { font-weight: 600; }
td.n, th.n { text-align: end; white-space: nowrap; font-variant-numeric: tabular-nums; }
td.c, th.c { white-space: nowrap; }
pre { white-space: pre-wrap; font: .85rem/1.4 ui-monospace, Menlo, Consolas, monospace; }
footer { margin-top: 2rem; color: var(--soft); font-size: .85rem; }
@media (max-width: 40rem) { body { padding: .75rem; } dl.facts { grid-template-columns: 1fr; }
  dl.facts dd { margin-bottom: .4rem; } }
@media print { body { max-width: none; padding: 0; font-size: 9pt; } .scroll { overflow: visible; }
  table { font-size: 8pt; width: 100%; overflow-wrap: anywhere; }
  thead { display: table-header-group; }
  td.n, th.n, td.c, th.c { white-space: normal; }
  tr { break-inside: avoid; } @page { margin: 1.5cm; } }
"""
"""The style of every page; a page that draws more adds its own behind it."""

_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
"""What a browser may load for a page: its own style, and nothing else."""


def escaped_html(text: str) -> str:
    """Escape a text for an element or an attribute; what steers or hides becomes `<U+202E>`."""
    seen = _NO_CHARACTERS.sub(lambda match: f"<{code_point(match[0])}>", revealed(text))
    return html.escape(seen, quote=True)


def page_chunks(
    title: str,
    body: Iterable[str],
    *,
    facts: Sequence[tuple[str, str]] = (),
    lang: str = "en",
    direction: str = "ltr",
    style: str = "",
    footer: str = "",
) -> Iterator[str]:
    """Write a page: its heading, the facts that hold for all of it, and its body, made before.

    `title`, `facts` and `footer` are plain texts; `body` is HTML, whose texts its maker escaped.
    `style` is added to that of every page.
    """
    plain = escaped_html(_DIRECTION.sub("", title))
    yield (
        f'<!DOCTYPE html>\n<html lang="{escaped_html(lang)}" dir="{escaped_html(direction)}">\n'
        '<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n<link rel="icon" href="data:,">\n'
        f"<title>{plain}</title>\n<style>\n{STYLE}{style}</style>\n</head>\n"
        f"<body>\n<main>\n<h1><bdi>{escaped_html(title)}</bdi></h1>\n"
    )
    yield from facts_html(facts)
    yield from body
    yield "</main>\n"
    if footer:
        yield f"<footer>{escaped_html(footer)}</footer>\n"
    yield "</body>\n</html>\n"


def facts_html(facts: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Write names with their values, such as the day of a report; nothing where there are none."""
    if not facts:
        return
    yield '<dl class="facts">\n'
    for name, value in facts:
        yield f"<dt>{escaped_html(name)}</dt><dd><bdi>{_lines(value)}</bdi></dd>\n"
    yield "</dl>\n"


def table_html(rows: Iterable[ReportRow], columns: Sequence[Column], caption: str) -> Iterator[str]:
    """Write rows as a table with a caption; the first column names each row.

    Memory does not grow with the rows.
    """
    shown = [column for column in columns if column.table]
    name = escaped_html(caption)
    yield f'<div class="scroll" role="region" aria-label="{name}" tabindex="0">\n<table>\n'
    yield f"<caption>{name}</caption>\n<thead><tr>"
    for column in shown:
        yield f'<th scope="col"{_class(column)}>{escaped_html(column.heading)}</th>'
    yield "</tr></thead>\n<tbody>\n"
    for row in rows:
        cells = [_lines(human(row, column)) for column in shown]
        line = [
            f"<td{_class(column)}>{cell}</td>"
            if place
            else f'<th scope="row"{_class(column)}>{cell}</th>'
            for place, (column, cell) in enumerate(zip(shown, cells, strict=True))
        ]
        yield f"<tr>{''.join(line)}</tr>\n"
    yield "</tbody>\n</table>\n</div>\n"


def record_html(row: ReportRow, columns: Sequence[Column], caption: str) -> Iterator[str]:
    """Write one record as a table of headings and values; what is not given is left out."""
    yield f"<table>\n<caption>{escaped_html(caption)}</caption>\n<tbody>\n"
    for column in columns:
        if column.table and (text := human(row, column)):
            heading = escaped_html(column.heading)
            yield f'<tr><th scope="row">{heading}</th><td>{_lines(text)}</td></tr>\n'
    yield "</tbody>\n</table>\n"


def lines_html(lines: Iterable[str]) -> Iterator[str]:
    """Write lines of text as they are; nothing where there are none."""
    text = "\n".join(lines)
    if text.strip():
        yield f'<pre tabindex="0">{escaped_html(text)}</pre>\n'


def _lines(text: str) -> str:
    return "<br>".join(escaped_html(line) for line in text.splitlines())


def _class(column: Column) -> str:
    if column.right:
        return ' class="n"'
    return ' class="c"' if column.kind in {"date", "partial", "code"} else ""


def answer_page(answer: Answer, language: Language | None = None) -> Iterator[str]:
    """Write an answer as a page: the day it is of, its rows, and then its totals and other lists.

    Memory does not grow with the rows. Without a language it is in English.
    """
    if language is not None:
        return _page_in(answer, language)
    return page_chunks(answer.title, _answer_body(answer), facts=facts_of(answer))


def _page_in(answer: Answer, language: Language) -> Iterator[str]:
    from ledger.reports.translated import (  # noqa: PLC0415 - where a language is asked for
        facts_in,
        plain_columns,
        tables_in,
        written_rows,
    )

    def body() -> Iterator[str]:
        yield from lines_html(map(language.text, answer.notes))
        for table in tables_in(answer, language):
            rows = written_rows(table.rows, table.columns, language)
            yield from table_html(rows, plain_columns(table.columns), table.name)

    facts, direction = facts_in(answer, language), language.direction
    return page_chunks(answer.title, body(), facts=facts, lang=language.code, direction=direction)


def _answer_body(answer: Answer) -> Iterator[str]:
    yield from lines_html(answer.notes)
    yield from table_html(answer.main.rows, answer.main.columns, answer.main.name)
    for table in tables_of(answer):
        yield from table_html(table.rows, table.columns, table.name)


def record_page(
    title: str,
    row: ReportRow,
    columns: Sequence[Column],
    below: Iterable[str] = (),
    language: Language | None = None,
) -> Iterator[str]:
    """Write one record as a page: its terms, and the lines below them."""
    if language is None:
        body = (*record_html(row, columns, title), *lines_html(below))
        return page_chunks(f"cityfund {title}", body)
    from ledger.reports.translated import plain_columns, written_rows  # noqa: PLC0415 - as above

    (written,) = written_rows([row], columns, language)
    shown = plain_columns(language.columns(columns))
    body = (*record_html(written, shown, title), *lines_html(below))
    code, direction = language.code, language.direction
    return page_chunks(f"cityfund {title}", body, lang=code, direction=direction)
