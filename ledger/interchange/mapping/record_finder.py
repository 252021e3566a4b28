"""Records of the ledger found by the words of a foreign file, and new ones where there is none.

Names are compared without regard to capitals, accents and points; codes have to be equal. Nothing
is guessed: where several records fit, none is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import product
from typing import Any

from ledger.core.text import name_key, normalised_code
from ledger.interchange.mapping.lookups import country
from ledger.interchange.mapping.rule import ImportRule
from ledger.interchange.mapping.value import Find, FindHere
from ledger.registers.spec import ColumnSpec, Kind
from ledger.registers.table import by_plural

KnownRecords = Mapping[str, Collection[Any]]
"""The records of a ledger by table, of those tables in which a rule finds records."""

_LOCAL = "name_local"
"""The other name of a city, which counts as its name."""


class RecordFinder:
    """The records of one table by the columns that a rule finds them by."""

    def __init__(self, find: Find | FindHere, records: Iterable[Any]) -> None:
        """Index the records of the ledger."""
        columns = by_plural()[find.table].column
        self._compared = [_compared(columns[one]) for one in find.by]
        self._by_key: dict[tuple[str, ...], dict[str, None]] = {}
        self._codes: set[str] = set()
        for record in records:
            self._codes.add(normalised_code(record.code))
            for words in _words(record, find.by):
                self.add(words, record.code)

    def add(self, words: Iterable[str], code: str) -> None:
        """Index a record under some words."""
        self._by_key.setdefault(self._key(words), {})[code] = None
        self._codes.add(normalised_code(code))

    def find(self, words: Iterable[str]) -> list[str]:
        """Give the codes of the records that fit, the earliest first."""
        return [*self._by_key.get(self._key(words), ())]

    def is_taken(self, code: str) -> bool:
        """Say whether a record has a code already."""
        return normalised_code(code) in self._codes

    def _key(self, words: Iterable[str]) -> tuple[str, ...]:
        pairs = zip(words, self._compared, strict=True)
        return tuple(compared(word) for word, compared in pairs)


def _compared(column: ColumnSpec) -> Callable[[str], str]:
    """Give the form in which the words of a column are compared."""
    if column.vocabulary == "countries":
        return _country_code
    return name_key if column.kind is Kind.TEXT else normalised_code


def _country_code(text: str) -> str:
    # A word that is no country is refused where the row is read.
    return country(text) or text


Finders = Mapping[str, RecordFinder]
"""What finds records, by the names that a rule gives their codes."""


def make_finders(rule: ImportRule, known: KnownRecords) -> Finders:
    """Index the records of a ledger for all that a rule finds."""
    return {name: RecordFinder(find, known.get(find.table, ())) for name, find in rule.find.items()}


def _words(record: Any, columns: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """Give the words that a record is found by; a city also by its name in its own script."""
    choices = []
    for column in columns:
        values = [getattr(record, column)]
        if column == "name":
            values.append(getattr(record, _LOCAL, None))
        choices.append([value for value in values if value])
    yield from product(*choices)
