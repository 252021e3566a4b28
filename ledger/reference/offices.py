"""The fund's offices and which of them looks after a country."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from ledger.members import Office
from ledger.reference.errors import NoOfficeForCountry
from ledger.reference.places import find_country, region_chain
from ledger.reference.tables import read_table


@cache
def default_offices() -> tuple[Office, ...]:
    """Give the offices a new ledger starts with; every country lies in one of their regions."""
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
    """Give the code of the office with the narrowest M49 region that contains a country.

    Withdrawn offices take no part; of two with the same region the first code wins, so that
    the answer does not hang on their order. Raises NoOfficeForCountry where none contains it.
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
        raise NoOfficeForCountry(f"No office looks after {find_country(alpha2).name}.")
    return min(fits)[1]
