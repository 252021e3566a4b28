"""Answers in a language: headings, words and notes translated, figures and days as it writes them.

A page has texts, so all of its cells are written in the language; a workbook keeps real figures and
days. Codes, and what people typed, stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from typing import Final

from ledger.reports.answers import Answer, Table, facts_of, how_to_read, tables_of
from ledger.reports.language import Language, marked
from ledger.reports.table import Column, ReportRow, human

_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,15}(Z|[+-][0-9:]{5})")
_NUMBER: Final = re.compile(r"[0-9][0-9,.]*")
_WORDS: Final = frozenset({"factor", "unit", "use", "stage", "status", "member"})
"""The columns whose values are words of the program, not of those who typed them."""
_WITH_PLACES: Final = (
    marked("sum over the needs in {unit} whose amount is known"),
    marked(
        "sum in {unit} over the money needs whose amount and rate are known, each at the latest "
        "rate on or before the day, rounded half-even"
    ),
    marked(
        "status on the day: ended if its end has passed; active if its newest trace lies within "
        "{months} months before the day; new if it was surely signed within them; else sleeping. "
        "outcome: the furthest that was ever reached by the day, reversals folded in, of "
        "delivered, committed, done, held, interested, asked, none"
    ),
)
"""Formulas that name a unit or a number, as the reports give them."""
_LEFT_OUT: Final = (
    marked("{count} row not counted"),
    marked("{count} rows not counted"),
    marked("{count} row not counted: it is the {rule}"),
    marked("{count} rows not counted: it is the {rule}"),
    marked("{count} need of a closed project is left out; --all shows it."),
    marked("{count} needs of closed projects are left out; --all shows them."),
    marked("{need} is in no total: its amount is {word}."),
    marked("{need} is not in the total in {unit}: {other} has no rate."),
)
"""What pages and workbooks say of what was left out, of one and of several."""
_TRANSLATED: Final = frozenset({"rule", "word"})
"""The places in which words of the program stand."""
_PLACE: Final = re.compile(r"\\{(\w+)\\}")
_FIGURES: Final = frozenset({"amount", "number", "figure"})


def value_in(text: str, language: Language) -> str:
    """Write the value of a fact: a day or a moment by the calendar, a known text translated."""
    if _DAY.fullmatch(text):
        return language.day(date.fromisoformat(text))
    if _MOMENT.fullmatch(text):
        return language.moment(datetime.fromisoformat(text))
    if _NUMBER.fullmatch(text):
        return language.digits(text)
    return _formula_in(text, language) or language.text(text)


def _formula_in(text: str, language: Language) -> str | None:
    """Translate a formula that has a place for a unit or a number, if the text is one."""
    for formula, pattern in _formulas():
        if found := pattern.fullmatch(text):
            places = {
                name: value_in(word, language) if name in _TRANSLATED else language.prose(word)
                for name, word in found.groupdict().items()
            }
            return language.say(formula, **places)
    return None


@cache
def _formulas() -> list[tuple[str, re.Pattern[str]]]:
    return [
        (one, re.compile(_PLACE.sub(_place, re.escape(one)))) for one in (*_WITH_PLACES, *_LEFT_OUT)
    ]


def _place(match: re.Match[str]) -> str:
    """Give what stands in a place: one word, or several where they are translated."""
    return f"(?P<{match[1]}>{'.+' if match[1] in _TRANSLATED else '[^ ]+'})"


def facts_in(answer: Answer, language: Language) -> list[tuple[str, str]]:
    """Give the single values of an answer."""
    return [(language.text(name), value_in(text, language)) for name, text in facts_of(answer)]


def reading_in(answer: Answer, language: Language) -> Iterator[tuple[str, str]]:
    """Give the lines that explain an answer."""
    for name, text in how_to_read(answer):
        yield language.text(name), value_in(text, language)


def tables_in(answer: Answer, language: Language) -> list[Table]:
    """Give the tables of an answer, the main one first, with headings in the language."""
    return [
        replace(one, name=language.text(one.name), columns=language.columns(one.columns))
        for one in (answer.main, *tables_of(answer))
    ]


def written_rows(
    rows: Iterable[ReportRow], columns: Sequence[Column], language: Language
) -> Iterator[ReportRow]:
    """Write every cell as people of the language read it; memory does not grow with the rows."""
    for row in rows:
        yield {one.key: _written(row, one, language) for one in columns if one.table}


def plain_columns(columns: Sequence[Column]) -> list[Column]:
    """Return columns for cells that are written already: they keep heading and side alone."""
    return [replace(one, kind=_side(one), unit=None, words={}) for one in columns]


def _side(column: Column) -> str:
    return "number" if column.kind in _FIGURES else column.kind


def _written(row: ReportRow, column: Column, language: Language) -> str:
    text = human(row, column)
    if row.get(column.key) is None:
        return language.text(text)
    if column.kind in _FIGURES:
        figure, space, unit = text.partition(" ")
        return f"{language.digits(figure)}{space}{language.text(unit)}"
    if column.kind in {"date", "partial"}:
        return value_in(text, language) if _DAY.fullmatch(text) else language.digits(text)
    return language.text(text) if column.key in _WORDS else text
