"""Records that a value finds by their words, and new ones where there is none.

A new record counts from the row on that gives it: a row that is refused or left out gives none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from ledger.core.text import first_few, normalised_code
from ledger.interchange.mapping.codes import code_of, slug
from ledger.interchange.mapping.lookups import country
from ledger.interchange.mapping.problems import BadCell, LeftOut, NotNew
from ledger.interchange.mapping.record_finder import KnownRecords, RecordFinder
from ledger.interchange.mapping.value import FindHere
from ledger.registers.table import IDENTIFIER, by_plural

_FEW: Final = 3
OTHERS_ONLY: Final[Mapping[str, Mapping[str, str]]] = {"cities": {"member": "no"}}
"""What is said of a new record that others are tied to, and that is no part of the fund."""


class NewRecord(NamedTuple):
    """A record that the ledger does not have; `cells` are None where an output gives them."""

    find: FindHere
    words: tuple[str, ...]
    code: str
    cells: dict[str, str] | None


@dataclass(slots=True)
class RecordIndex:
    """The records of the ledger and of this import, by what rules find them by."""

    known: KnownRecords
    finders: dict[tuple[str, tuple[str, ...]], RecordFinder] = field(default_factory=dict)
    pending: dict[tuple[str, str], NewRecord] = field(default_factory=dict)
    identifiers: dict[tuple[str, ...], str] = field(init=False)

    def __post_init__(self) -> None:
        """Index the records by their identifiers."""
        self.identifiers = {
            (one.table, normalised_code(one.scheme), normalised_code(one.id)): one.record
            for one in self.known.get(IDENTIFIER.plural, ())
            if not one.withdrawn
        }

    def identified(
        self, table: str, identifier: Mapping[str, str], values: Mapping[str, str]
    ) -> str | None:
        """Give the code of the record that has the first known identifier of a row, None without.

        `identifier` names the column of each scheme. The code is that by which the identifier was
        recorded, which may be a former one.
        """
        for scheme, column in identifier.items():
            key = table, normalised_code(scheme), normalised_code(values.get(column, ""))
            if key in self.identifiers:
                return self.identifiers[key]
        return None

    def with_identifier(self, table: str, schemes: Iterable[str]) -> frozenset[str]:
        """Give the codes of the records of a table with an identifier in one of the schemes."""
        asked = {normalised_code(scheme) for scheme in schemes}
        return frozenset(
            normalised_code(record)
            for (of, scheme, _), record in self.identifiers.items()
            if of == table and scheme in asked
        )

    def finder_of(self, find: FindHere) -> RecordFinder:
        """Give what finds records of a table by some of their columns."""
        key = find.table, find.by
        if key not in self.finders:
            self.finders[key] = RecordFinder(find, self.known.get(find.table, ()))
        return self.finders[key]

    def code(
        self,
        find: FindHere,
        values: Mapping[str, str],
        words: Sequence[str],
        column: str,
        new_code: Callable[[], str],
        *,
        is_own: bool,
    ) -> str:
        """Give the code of the record that fits, or of a new one; "" where a word is missing.

        One whose identifier is among the `values` of the row fits before all others.

        `is_own` says that the output itself gives the record. Raises `BadCell` where several fit,
        `NotNew` where the output would give a record that is there, and as `find.none` says.
        """
        identified = self.identified(find.table, find.identifier, values)
        if identified is not None and is_own:
            raise NotNew
        if identified is not None:
            return identified
        if not all(words):
            return ""
        found, named = self.finder_of(find).find(words), ", ".join(words)
        if len(found) > 1:
            what = f"{named} fits {len(found)} of {find.table}: {first_few(found, _FEW)}."
            raise BadCell(column, "several-found", what, "Give one another name.")
        if found and is_own:
            raise NotNew
        if found:
            return found[0]
        if find.none == "leave-out":
            raise LeftOut(f"not among {find.table}: {named}")
        if find.none == "refuse":
            raise BadCell(column, "not-found", f"{named} is not among {find.table}.", "Record it.")
        return self._new(find, tuple(words), column, new_code(), is_own=is_own)

    def _new(
        self, find: FindHere, words: tuple[str, ...], column: str, text: str, *, is_own: bool
    ) -> str:
        code = code_of(slug(text))
        key = find.table, code
        before = self.pending.get(key)
        other = before is not None and before.words != words
        if not code or other or self.finder_of(find).is_taken(code):
            what = f"{', '.join(words)} would get the code {code!r}, which another one has."
            hint = f"Give that one the other name, or record this one first: {find.table}."
            raise BadCell(column, "code-taken", what, hint)
        cells = None if is_own else {"code": code, **self._terms(find, words, column)}
        if before is None or before.cells is not None:
            self.pending[key] = NewRecord(find, words, code, cells)
        return code

    def _terms(self, find: FindHere, words: Sequence[str], column: str) -> dict[str, str]:
        """Give the terms of a new record, a country by its code."""
        columns = by_plural()[find.table].column
        terms = dict(zip(find.by, words, strict=True))
        for name in find.by:
            if columns[name].vocabulary == "countries":
                code = country(terms[name])
                if code is None:
                    raise BadCell(column, "unknown-country", f"{terms[name]!r} is no country.")
                terms[name] = code
        return {**terms, **OTHERS_ONLY.get(find.table, {})}

    def settle(self) -> list[NewRecord]:
        """Let the new records of a row be found from now on, and give those that are to be made."""
        made = [*self.pending.values()]
        self.pending.clear()
        for one in made:
            for find_key, finder in self.finders.items():
                if find_key == (one.find.table, one.find.by):
                    finder.add(one.words, one.code)
        return [one for one in made if one.cells is not None]
