"""An answer with everything that a reader has to know of it, for formats that carry all of it.

In addition to its rows an answer has what is shown above and below them: the two times, the base
currency, totals with their rules, rates. `facts_of` gives the single values, `tables_of` the lists
as tables of their own, `how_to_read` the lines of a page that explains the answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from ledger.core.text import counted
from ledger.reports.table import Column, ReportRow, machine

_FIGURE: Final = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NOT_FACTS: Final = frozenset({"schema", "by"})
_WORDS: Final = {
    "as_of": "As of",
    "known_at": "As recorded by",
    "base_currency": "Base currency",
    "old_rates": "Old rates",
    "not_counted": "Not counted",
}


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a name."""

    name: str
    columns: Sequence[Column]
    rows: Iterable[ReportRow]


@dataclass(frozen=True, slots=True)
class Answer:
    """A table with what is shown above (`head`) and below it (`tail`), and how it was requested.

    `title` names the command, `filters` are as typed, `notes` are what people are told beside it.
    """

    title: str
    main: Table
    head: Mapping[str, object] = field(default_factory=dict)
    tail: Mapping[str, object] = field(default_factory=dict)
    filters: Sequence[str] = ()
    notes: Sequence[str] = ()

    @property
    def beside(self) -> Iterator[tuple[str, object]]:
        """Give all that stands beside the rows, in its order."""
        yield from self.head.items()
        yield from self.tail.items()


def heading(key: str) -> str:
    """Give a key as people read it."""
    return _WORDS.get(key, key.replace("_", " ").capitalize())


def facts_of(answer: Answer) -> list[tuple[str, str]]:
    """Give the single values that hold for the whole answer, those that are not given left out."""
    found = [
        (heading(key), _written(value))
        for key, value in answer.beside
        if key not in _NOT_FACTS and not _is_table(value) and value not in (None, [], (), "")
    ]
    return [*found, *(("Filter", text) for text in answer.filters)]


def tables_of(answer: Answer) -> Iterator[Table]:
    """Give the lists beside the main table as tables, in their order."""
    for key, value in answer.beside:
        rows = _rows(value)
        if rows:
            yield Table(heading(key), columns_of(rows), rows)


def _written(value: object) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(map(machine, value))
    return machine(value)


def _is_table(value: object) -> bool:
    return isinstance(value, Mapping) or (
        isinstance(value, (list, tuple)) and any(isinstance(one, Mapping) for one in value)
    )


def _rows(value: object) -> list[ReportRow]:
    if isinstance(value, Mapping):
        return [{"name": name, "value": one} for name, one in _leaves(value) if one is not None]
    if isinstance(value, (list, tuple)):
        return [one for one in value if isinstance(one, Mapping)]
    return []


def _leaves(value: Mapping[Any, Any], before: str = "") -> Iterator[tuple[str, object]]:
    """Give the single values of a mapping, those of a mapping inside it by both names."""
    for key, one in value.items():
        if isinstance(one, Mapping):
            yield from _leaves(one, f"{before}{key} ")
        else:
            yield f"{before}{key}", one


def columns_of(rows: Sequence[ReportRow]) -> list[Column]:
    """Make the columns of rows that have none, their kinds from what stands in them."""
    keys = dict.fromkeys(key for row in rows for key in row)
    with_unit = "unit" in keys
    return [Column(key, heading(key), kind=_kind(key, rows, with_unit)) for key in keys]


def _kind(key: str, rows: Sequence[ReportRow], with_unit: bool) -> str:  # noqa: FBT001 - a fact
    values = [value for row in rows if (value := row.get(key)) is not None]
    if not values:
        return "text"
    if all(isinstance(one, (date, datetime)) for one in values):
        return "date"
    if all(isinstance(one, (int, Decimal)) and not isinstance(one, bool) for one in values):
        return "number"
    texts = [one for one in values if isinstance(one, str)]
    if len(texts) < len(values):
        return "text"
    if all(map(_DAY.fullmatch, texts)):
        return "date"
    is_figure = all(map(_FIGURE.fullmatch, texts)) and (
        with_unit or any("." in one for one in texts)
    )
    return "amount" if is_figure else "text"


def how_to_read(answer: Answer) -> Iterator[tuple[str, str]]:
    """Give the lines of a page that explains the answer: a name and what holds; both may be empty.

    It says for which day and by which records the answer is, what was left out and why, by which
    rules totals are made, and what each column is called in machine formats.
    """
    yield "cityfund", answer.title
    yield "", ""
    yield from facts_of(answer)
    yield from (("Note", text) for text in answer.notes)
    yield from _under("Rules of totals", _rules(answer))
    yield from _under("Not counted, and why", _left_out(answer))
    yield from _under("Rates", _rates(answer))
    yield from _under("Columns", ((one.heading, _column(one)) for one in answer.main.columns))


def _under(title: str, lines: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    found = [*lines]
    if found:
        yield "", ""
        yield title, ""
        yield from found


def _listed(answer: Answer) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Give the rows of every list beside the main table, each with a name that tells it apart."""
    for _, value in answer.beside:
        if isinstance(value, (list, tuple)):
            for row in value:
                if isinstance(row, Mapping):
                    names = (row.get(key) for key in ("name", "factor", "unit"))
                    yield " ".join(str(one) for one in names if one), row


def _rules(answer: Answer) -> Iterator[tuple[str, str]]:
    return ((name, str(row["rule"])) for name, row in _listed(answer) if row.get("rule"))


def _left_out(answer: Answer) -> Iterator[tuple[str, str]]:
    for name, row in _listed(answer):
        if row.get("not_counted"):
            rule = row.get("rule")
            why = f": it is the {rule}" if rule else ""
            yield name, f"{counted(row['not_counted'], 'row')} not counted{why}"
    for key, value in answer.beside:
        if key == "not_counted" and isinstance(value, Mapping):
            yield from ((heading(str(why)), machine(count)) for why, count in value.items())


def _rates(answer: Answer) -> Iterator[tuple[str, str]]:
    for key, value in answer.beside:
        if key in {"rates", "old_rates"} and isinstance(value, (list, tuple)):
            for row in value:
                parts = (f"{heading(name)} {machine(one)}" for name, one in row.items())
                yield heading(key), ", ".join(parts)


def _column(column: Column) -> str:
    what = {"amount": "amount", "number": "number", "date": "date", "partial": "date"}
    unit = column.unit or column.measured_in
    is_base = column.key.endswith("_base")
    behind = ", in the base currency" if is_base else f", in the unit of column {unit}"
    kind = what.get(column.kind, "text")
    return f"{column.key} ({kind}{behind if column.kind == 'amount' else ''})"
