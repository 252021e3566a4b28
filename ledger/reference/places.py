"""Countries of ISO 3166, the regions of UN M49 that contain them, and the fund's offices."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from ledger.core.suggest import did_you_mean
from ledger.core.text import name_key
from ledger.reference.errors import NoOfficeForCountry, UnknownCountry, UnknownRegion
from ledger.reference.units import read_table
from ledger.registers.records import Office

_USED_INSTEAD = {"UK": "GB", "EL": "GR"}
"""Codes that other bodies use for a country with another ISO 3166 code."""


class Country(NamedTuple):
    """A country; `region` is the narrowest M49 region that lists it, or our override of it."""

    alpha2: str
    alpha3: str
    name: str
    region: str


class Region(NamedTuple):
    """An M49 region; `parent` is the code of the next wider one, None for the world.

    `level` is M49's own term: world, region, sub-region or intermediate region.
    """

    code: str
    name: str
    parent: str | None
    level: str


@cache
def countries() -> dict[str, Country]:
    """Return all countries by ISO 3166 alpha-2 code."""
    return {
        row["alpha2"]: Country(
            row["alpha2"], row["alpha3"], row["name"], row["override"] or row["region"]
        )
        for row in read_table("countries")
    }


@cache
def regions() -> dict[str, Region]:
    """Return all M49 regions by their three-digit code."""
    return {
        row["code"]: Region(row["code"], row["name"], row["parent"] or None, row["level"])
        for row in read_table("regions")
    }


def region_names(codes: Iterable[str]) -> list[str]:
    """Return the English names of M49 regions by their codes."""
    return [regions()[code].name if code in regions() else code for code in codes]


def find_country(text: str) -> Country:
    """Find a country by alpha-2 or alpha-3 code in any case; raises UnknownCountry."""
    key = text.strip().upper()
    found = countries().get(key) or _by_alpha3().get(key)
    if found is not None:
        return found
    if key in _USED_INSTEAD:
        country = countries()[_USED_INSTEAD[key]]
        raise UnknownCountry(
            f"{key} is not the ISO 3166 code of {country.name}.",
            next_step=f"Did you mean {country.alpha2} ({country.name})?",
        )
    raise UnknownCountry.of(text, {c.alpha2: c.name for c in countries().values()})


def find_country_by_name(text: str) -> Country:
    """Find a country by its English name, or another known spelling of it; raises UnknownCountry.

    Capitals, accents and points do not count, so that U.S.A. is USA, and a name may be turned as
    in lists: Moldova, Republic of. Nothing is guessed: a word that is neither is none.
    """
    key = name_key(text)
    alpha2 = _by_country_name().get(key) or _by_initials(text, key) or _by_turned_name(text)
    if alpha2 is None:
        raise UnknownCountry(
            f"{text!r} is neither a country's English name nor a known spelling of one.",
            next_step=did_you_mean(text, [one.name for one in countries().values()]) or None,
        )
    return countries()[alpha2]


def _by_initials(text: str, key: str) -> str | None:
    """Give the country of which a spelling is written as letters with a point behind each."""
    letters = key.split()
    if text.count(".") < len(letters) or max(map(len, letters), default=0) != 1:
        return None
    return _by_country_name().get("".join(letters))


def _by_turned_name(text: str) -> str | None:
    """Give the country of a name that has its first words behind a comma."""
    noun, comma, before = text.partition(",")
    if not comma or not noun.strip():
        return None
    key = name_key(f"{before} {noun}")
    return _by_country_name().get(key) or _by_country_name().get(key.removeprefix("the "))


@cache
def _by_country_name() -> dict[str, str]:
    """Return the codes of countries by the keys of their names and of other spellings."""
    spellings = {
        name_key(row["spelling"]): row["alpha2"] for row in read_table("country_spellings")
    }
    return {**spellings, **{name_key(one.name): one.alpha2 for one in countries().values()}}


def find_region(text: str) -> Region:
    """Find an M49 region by code or English name in any case; raises UnknownRegion."""
    key = text.strip()
    # Spreadsheets drop the zero in front of 034; the number still names one region only.
    found = regions().get(key.zfill(3)) if key.isdecimal() and key.isascii() else None
    found = found or _by_region_name().get(key.casefold())
    if found is None:
        raise UnknownRegion.of(text, {region.code: region.name for region in regions().values()})
    return found


@cache
def region_chain(alpha2: str) -> tuple[str, ...]:
    """Return the codes of all regions that contain a country, narrowest first, the world last."""
    chain = []
    code: str | None = find_country(alpha2).region
    while code is not None:
        chain.append(code)
        code = regions()[code].parent
    return tuple(chain)


@cache
def region_and_above(text: str) -> tuple[str, ...]:
    """Give the code and the name of a region and of every wider one; other text is alone."""
    found = regions().get(text) or _by_region_name().get(text.casefold())
    names: list[str] = []
    while found is not None:
        names += [found.code, found.name]
        found = None if found.parent is None else regions()[found.parent]
    return tuple(names) or (text,)


@cache
def country_and_above(text: str) -> tuple[str, ...]:
    """Give the codes and the name of a country, and of every region that contains it."""
    country = countries().get(text) or _by_alpha3().get(text)
    if country is None:
        return (text,)
    return (country.alpha2, country.alpha3, country.name, *region_and_above(country.region))


@cache
def subregion_name(alpha2: str) -> str:
    """Return the name of a country's M49 sub-region; Antarctica, which has none, is its own."""
    chain = [regions()[code] for code in region_chain(alpha2)]
    return next((region for region in chain if region.level == "sub-region"), chain[0]).name


@cache
def _by_alpha3() -> dict[str, Country]:
    return {country.alpha3: country for country in countries().values()}


@cache
def _by_region_name() -> dict[str, Region]:
    return {region.name.casefold(): region for region in regions().values()}


@cache
def default_offices() -> tuple[Office, ...]:
    """Return the offices of a new ledger; every country lies in one of their regions."""
    return tuple(
        Office(
            code=row["code"],
            name=row["name"],
            host=row["host"] or None,
            regions=tuple(row["regions"].split(";")),
        )
        for row in read_table("offices")
    )


def office_for_country(alpha2: str, offices: Iterable[Office]) -> str:
    """Return the code of the office with the narrowest M49 region that contains a country.

    Withdrawn offices are ignored; of two with the same region the first code wins, so that the
    answer does not depend on their order. Raises NoOfficeForCountry if none contains it.
    """
    chain = region_chain(alpha2)
    fits = [
        (chain.index(region), office.code)
        for office in offices
        if not office.withdrawn
        for region in office.regions
        if region in chain
    ]
    if not fits:
        raise NoOfficeForCountry(f"No office covers {find_country(alpha2).name}.")
    return min(fits)[1]
