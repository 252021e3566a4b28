"""The records that the values of filters name, found without reading the whole register.

A value is first looked up as a code. What else answers to it, such as a record whose name is the
code of another, is then looked for by one pass of the database over the names, which brings back
only what may fit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Connection, Select, Text, bindparam, or_, select

from ledger.core.filters import FilterValue
from ledger.core.text import normalised_code, text_key
from ledger.reference.places import countries, country_and_above
from ledger.store.db.tables import FORMER
from ledger.store.registers import STORED_REGISTERS

_ESCAPE = "\\"
_BREAKS = (1, 3)
"""How many characters stand between two words: `PRJ-0001`, and `Line 1 - north`."""


def ids_named(
    connection: Connection, kind: str, values: Iterable[FilterValue], *, by_names: bool
) -> dict[int, str] | None:
    """Give the code of each record of a register that may answer to values, by its id.

    None where a value is no code, so that nothing less than the register tells what it means.
    With `by_names` the records answer to names too, and cities to what they lie in. Records may be
    among them that do not answer: the caller tests their rows.
    """
    found: dict[int, str] = {}
    for value in values:
        own = {} if value.whole else _ids_by_code(connection, kind, value.text)
        if not own and not value.whole:
            return None
        if by_names:
            if not value.text.isascii() or (kind == "city" and _names_a_place(value.text)):
                return None
            own |= _ids_by_name(connection, kind, value.text)
        found |= own
    return found


def _ids_by_code(connection: Connection, kind: str, text: str) -> dict[int, str]:
    rows = connection.execute(_by_code(kind), {"folded": normalised_code(text)})
    return {row.id: row.code for row in rows}


@cache
def _by_code(kind: str) -> Select[tuple[int, str]]:
    register = STORED_REGISTERS[kind]
    own = register.identity.c
    folded: BindParameter[str] = bindparam("folded", type_=Text())
    query = select(own.id, own.code)
    if register.changes is None:
        return query.where(own.folded == folded)
    changes = register.changes.c
    former = select(changes[register.owner]).where(changes[f"{FORMER}folded"] == folded)
    return query.where((own.folded == folded) | own.id.in_(former))


def _ids_by_name(connection: Connection, kind: str, text: str) -> dict[int, str]:
    """Give the records with a code or a name that is spelt alike, breaks between words apart."""
    key = text_key(text)
    words = [*map(_escaped, key.split(" "))]
    patterns = {f"pattern{breaks}": ("_" * breaks).join(words) for breaks in _BREAKS}
    rows = connection.execute(_by_name(kind), patterns)
    return {row[0]: row[1] for row in rows if key in map(text_key, filter(None, row[1:]))}


def _escaped(word: str) -> str:
    for one in (_ESCAPE, "%", "_"):
        word = word.replace(one, f"{_ESCAPE}{one}")
    return word


@cache
def _by_name(kind: str) -> Select[Any]:
    register = STORED_REGISTERS[kind]
    own, versions = register.identity.c, register.versions.c
    names = [own.code, *(versions[name] for name in _names_of(kind))]
    source = register.identity.join(register.versions, own.id == versions[register.owner])
    patterns: list[BindParameter[str]] = [
        bindparam(f"pattern{breaks}", type_=Text()) for breaks in _BREAKS
    ]
    alike = or_(*(name.ilike(one, escape=_ESCAPE) for name in names for one in patterns))
    return select(own.id, *names).select_from(source).where(alike)


def _names_of(kind: str) -> Iterator[str]:
    title = STORED_REGISTERS[kind].spec.title
    every = {title, "name_local"}
    yield from (term.column for term in STORED_REGISTERS[kind].terms if term.name in every)


def _names_a_place(text: str) -> bool:
    return text_key(text) in _places()


@cache
def _places() -> frozenset[str]:
    return frozenset(
        text_key(name) for country in countries() for name in (country, *country_and_above(country))
    )
