"""Reference lists that a rule looks words up in: countries, purpose codes, currencies.

Nothing is guessed: a word that a list does not have is a bad cell.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Final, NamedTuple

from ledger.core.text import name_key
from ledger.interchange.mapping.problems import BadCell
from ledger.reference.errors import UnknownCountry
from ledger.reference.places import countries, find_country, find_country_by_name
from ledger.reference.units import iso4217_units, read_table

_ARTICLE = re.compile(r"\s*\(the\)$", re.IGNORECASE)
_CATEGORY: Final = 3
"""The first digits of a purpose code name its category."""
_REMEMBERED: Final = 4096
_LIST_SEPARATOR: Final = ";"


class Lookup(NamedTuple):
    """A list of words: what reads one, and what its words are."""

    read: Callable[[str], str | None]
    what: str


@lru_cache(maxsize=_REMEMBERED)
def country(text: str) -> str | None:
    """Give the alpha-2 code of a country named by an ISO code, its English name or a spelling."""
    word = _ARTICLE.sub("", text.strip())
    if len(word) <= _CATEGORY:
        try:
            return find_country(word).alpha2
        except UnknownCountry:
            pass  # UK and US are spellings, and no codes
    try:
        return find_country_by_name(word).alpha2
    except UnknownCountry:
        return None


def country_name(text: str) -> str | None:
    """Give our English name of a country, however it is named."""
    code = country(text)
    return None if code is None else countries()[code].name


def named_countries(
    column: str, text: str, form: str, mapped: Counter[tuple[str, str, str]]
) -> str:
    """Give the codes of countries in the place of their names, several separated by semicolons.

    With the form `any` codes are read too. Other spellings are counted. Raises `BadCell` with what
    a word may mean.
    """
    try:
        codes, spellings = _codes_of(text, form)
    except UnknownCountry as error:
        raise BadCell(column, error.code, error.what, error.next_step) from error
    for part, alpha2 in spellings:
        mapped[column, part, alpha2] += 1
    return codes


@lru_cache(maxsize=1 << 10)
def _codes_of(text: str, form: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Give the codes of some countries, and those that another spelling of their names gave."""
    codes: list[str] = []
    spellings: list[tuple[str, str]] = []
    for part in filter(None, map(str.strip, text.split(_LIST_SEPARATOR))):
        alpha2 = country(part) if form == "any" else None
        alpha2 = alpha2 or find_country_by_name(part).alpha2
        codes.append(alpha2)
        if is_other_spelling(part, alpha2):
            spellings.append((part, alpha2))
    return _LIST_SEPARATOR.join(codes), tuple(spellings)


@cache
def _sectors() -> dict[str, str]:
    return {row["dac"]: row["sector"] for row in read_table("dac_sectors")}


def dac_sector(text: str) -> str | None:
    """Give the sector of a DAC purpose code: its own, else that of its category."""
    code = text.strip().removesuffix(".0")
    return _sectors().get(code) or _sectors().get(code[:_CATEGORY])


@cache
def _currencies() -> dict[str, str]:
    units = iso4217_units()
    return {
        **{name_key(unit.name): code for code, unit in units.items() if unit.name},
        **{code.casefold(): code for code in units},
    }


def currency(text: str) -> str | None:
    """Give the ISO 4217 code of a currency named by its code or its English name."""
    return _currencies().get(text.strip().casefold()) or _currencies().get(name_key(text))


LOOKUPS: Final = {
    "country": Lookup(country, "neither an ISO 3166 code nor a known name of a country"),
    "country-name": Lookup(country_name, "neither an ISO 3166 code nor a known name of a country"),
    "dac": Lookup(dac_sector, "no DAC purpose code that has a sector of OC4IDS"),
    "currency": Lookup(currency, "neither an ISO 4217 code nor the name of a currency"),
}
"""Each list by the name that rules call it."""


def is_other_spelling(text: str, alpha2: str) -> bool:
    """Say whether a country was written otherwise than by its code or our English name."""
    one = countries()[alpha2]
    return text not in {one.alpha2, one.alpha3} and name_key(text) != name_key(one.name)
