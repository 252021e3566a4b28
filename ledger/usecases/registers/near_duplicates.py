"""Records much like one that is there already: the same name in the same country or city.

They are questioned, not refused: two cities of one country can have one name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from operator import attrgetter
from typing import Any, Final

from ledger.core.text import name_key
from ledger.journal.receipts import NEAR_DUPLICATE, Note
from ledger.registers.records import City, Project, Provider
from ledger.registers.table import REGISTERS
from ledger.store.register_codes import names_in
from ledger.store.registers import load_by, load_where
from ledger.store.session.unit_of_work import UnitOfWork

Named = City | Provider | Project

COMPARED: Final = tuple(spec.name for spec in REGISTERS.values() if spec.compares_names)
"""The registers whose new names are compared."""

_MOST_NAMED: Final = 3
"""How many records alike are named: in an import, thousands may have one name."""


def note_near_duplicates(uow: UnitOfWork, kind: str, record: Any) -> None:
    """Note the records that a new or renamed one may be, before it is recorded."""
    if kind not in COMPARED:
        return
    names = NameIndex()
    for one in _comparable(uow, kind, record):
        names.add(one)
    for note in names.near_duplicates(record):
        uow.note(*note)


def _comparable(uow: UnitOfWork, kind: str, record: Named) -> Iterator[Named]:
    uow.flush_registers()
    if isinstance(record, Project):
        city = uow.id_of("city", record.city)
        there = (one.record for one in load_by(uow.connection, kind, "city_id", city))
        yield from sorted(there, key=attrgetter("code"))
        return
    keys = _keys(record)
    for other in ("city", kind) if isinstance(record, Provider) else (kind,):
        codes = [
            code
            for code, names in names_in(uow.connection, other, record.country)
            if any(name_key(name) in keys for name in names)
        ]
        found = load_where(uow.connection, other, "code", codes)
        yield from (found[code].record for code in sorted(found))


class NameIndex:
    """Cities, providers and projects by the keys of their names."""

    def __init__(self, records: Iterable[Named] = ()) -> None:
        """Index some records."""
        self._by_key: dict[str, list[Named]] = {}
        for record in records:
            self.add(record)

    def add(self, record: Named) -> None:
        """Index a record under each of its names."""
        self._put(_keys(record), record)

    def _put(self, keys: Iterable[str], record: Named) -> None:
        for key in keys:
            self._by_key.setdefault(key, []).append(record)

    def add_noted(self, record: Named) -> list[Note]:
        """Index a record; return notes of the other ones, of those before, that it may be."""
        keys = _keys(record)
        known = not self._by_key.keys().isdisjoint(keys)
        notes = [*self._near_duplicates(record, keys)] if known else []
        self._put(keys, record)
        return notes

    def near_duplicates(self, record: Named) -> Iterator[Note]:
        """Return notes of the other records that this one may be."""
        return self._near_duplicates(record, _keys(record))

    def _near_duplicates(self, record: Named, keys: Iterable[str]) -> Iterator[Note]:
        """Return a note of each of the first few, and one more where they are not all."""
        found = (one for key in sorted(keys) for one in self._by_key.get(key, ()))
        named: set[str] = set()
        for text in filter(None, (_text(record, other) for other in found)):
            if text in named:  # found under another of its names
                continue
            if len(named) == _MOST_NAMED:
                yield Note(NEAR_DUPLICATE, f"more records than these {_MOST_NAMED} have this name")
                return
            named.add(text)
            yield Note(NEAR_DUPLICATE, text)


def _keys(record: Named) -> set[str]:
    """Give what records that may be the same have in common: a name, of projects in one city."""
    if isinstance(record, Project):
        title = name_key(record.title)
        return {f"{record.city}/{title}"} if title else set()
    if isinstance(record, City) and record.name_local is not None:
        names = [record.name, record.name_local]
    else:
        names = [record.name]
    return {key for name in names if (key := name_key(name))}


def _text(record: Named, other: Named) -> str | None:
    match record, other:
        case City(), City() if record.code != other.code and record.country == other.country:
            return f"city {other.code} ({other.name}) of {other.country} has this name already"
        case Project(), Project() if record.code != other.code and record.city == other.city:
            return f"project {other.code} ({other.title}) of {other.city} has this title already"
        case Provider(), Provider() if record.code != other.code and _one_country(record, other):
            country = f" of {other.country}" if other.country is not None else ""
            return f"provider {other.code} ({other.name}){country} has this name already"
        case Provider(), City() if record.city is None and _one_country(record, other):
            return (
                f"{other.name} is member city {other.code}: "
                f"a provider that is the city has --kind city --city {other.code}"
            )
    return None


def _one_country(one: Provider, other: Provider | City) -> bool:
    """Say whether two may lie in one country; one that is not given may be any."""
    return None in (one.country, other.country) or one.country == other.country
