"""The columns of filters by name, and what their values match in addition to their codes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cache, partial
from typing import Final

from ledger.core.filters import FilterColumn, FilterKind
from ledger.core.text import text_key
from ledger.reference.places import country_and_above, region_and_above
from ledger.reference.terms import sector_and_above

NamesByCode = Mapping[str, Collection[str]]
"""The names of the records of a register, and of what contains them, by code."""

RegisterNames = Callable[[str], NamesByCode]
"""Gives the names of a register's records; asked only where a filter is by one of its codes."""

_ABOVE: Final[dict[str, Callable[[str], Iterable[str]]]] = {
    **dict.fromkeys(("sector", "sectors"), sector_and_above),
    **dict.fromkeys(("region", "regions"), region_and_above),
    **dict.fromkeys(("country", "countries", "excluded_countries"), country_and_above),
}
_REGISTERS: Final = {
    "city": "city",
    "cities": "city",
    "host": "city",
    "provider": "provider",
    "project": "project",
    "office": "office",
}
_WORDS: Final = frozenset({"topic", "topics", "name", "name_local", "title"})
_ENDS: Final = frozenset({"until", "ended", "closed_on"})
"""Columns of partial dates on which something ends."""
_WORDS_ENDINGS: Final = ("_name", "_title")


def filter_column(
    name: str,
    kind: FilterKind,
    names: RegisterNames,
    *,
    words: Mapping[str, str] | None = None,
    register: str | None = None,
) -> FilterColumn:
    """Make the column of a filter: codes answer to names, and to all that contains them."""
    above, register = _ABOVE.get(name), register or _REGISTERS.get(name)
    if register is not None:
        above = partial(_names_of, cache(partial(names, register)))
    by_words = above is not None or name in _WORDS or name.endswith(_WORDS_ENDINGS)
    key = text_key if by_words else str.casefold
    return FilterColumn(kind, above, words or {}, key, by_last_day=name in _ENDS)


def no_names(_register: str) -> NamesByCode:
    """Stand for names that are not known: codes answer to themselves."""
    return {}


def _names_of(names: Callable[[], NamesByCode], code: str) -> Collection[str]:
    return names().get(code, ())
