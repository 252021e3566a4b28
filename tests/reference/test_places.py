"""Countries, the regions around them, and the office that looks after them."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from offences import assert_none

from ledger.core.errors import ExitCode
from ledger.reference.errors import NoOfficeForCountry, UnknownCountry, UnknownRegion
from ledger.reference.places import (
    countries,
    default_offices,
    find_country,
    find_country_by_name,
    find_region,
    office_for_country,
    region_chain,
    regions,
    subregion_name,
)
from ledger.registers.records import Office

SHARED = Path(__file__).parents[3] / "shared" / "data"


def test_every_country_lies_in_the_world() -> None:
    chains = {alpha2: region_chain(alpha2) for alpha2 in countries()}

    assert_none(
        f"{alpha2}: {chain}"
        for alpha2, chain in chains.items()
        if chain[-1] != "001" or len(set(chain)) != len(chain) or not subregion_name(alpha2)
    )


def test_every_country_has_an_office() -> None:
    offices = default_offices()

    assert_none(alpha2 for alpha2 in countries() if not office_for_country(alpha2, offices))


def test_there_are_249_iso_countries_and_kosovo() -> None:
    assert len(countries()) == 250
    assert len({country.alpha3 for country in countries().values()}) == 250


def test_every_region_but_the_world_has_a_parent_that_is_listed() -> None:
    orphans = {r.code for r in regions().values() if r.parent not in regions()}
    assert orphans == {"001"}


@pytest.mark.parametrize(
    ("alpha2", "name", "chain"),
    [
        ("IR", "Southern Asia", ("034", "142", "001")),
        ("BR", "Latin America and the Caribbean", ("005", "419", "019", "001")),
        ("KE", "Sub-Saharan Africa", ("014", "202", "002", "001")),
        ("EG", "Northern Africa", ("015", "002", "001")),
        ("FR", "Western Europe", ("155", "150", "001")),
        ("US", "Northern America", ("021", "019", "001")),
        ("TW", "Eastern Asia", ("030", "142", "001")),
        ("XK", "Southern Europe", ("039", "150", "001")),
        ("AQ", "Antarctica", ("010", "001")),
    ],
)
def test_regions_by_m49(alpha2: str, name: str, chain: tuple[str, ...]) -> None:
    assert region_chain(alpha2) == chain
    assert subregion_name(alpha2) == name


@pytest.mark.parametrize(
    ("alpha2", "office"),
    [
        ("IR", "asia"),
        ("TR", "asia"),
        ("TW", "asia"),
        ("FR", "hq"),
        ("AU", "hq"),
        ("BR", "americas"),
        ("CA", "americas"),
        ("KE", "africa"),
        ("EG", "africa"),
        ("AQ", "hq"),
    ],
)
def test_the_office_follows_the_region(alpha2: str, office: str) -> None:
    assert office_for_country(alpha2, default_offices()) == office


def test_the_narrowest_region_wins() -> None:
    gulf = Office(code="gulf", name="Gulf", regions=("145",))
    assert office_for_country("OM", (*default_offices(), gulf)) == "gulf"
    assert office_for_country("IR", (*default_offices(), gulf)) == "asia"


def test_a_withdrawn_office_looks_after_nobody() -> None:
    closed = Office(code="asia", name="Asia", regions=("142",), withdrawn=True)
    with pytest.raises(NoOfficeForCountry, match="Iran"):
        office_for_country("IR", [closed])


@pytest.mark.parametrize("typed", ["IR", "ir", "IRN", "irn", " Ir "])
def test_a_country_is_found_by_either_code_in_any_case(typed: str) -> None:
    assert find_country(typed).alpha2 == "IR"


@pytest.mark.parametrize(
    ("typed", "suggested"), [("UK", "GB"), ("uk", "GB"), ("EL", "GR"), ("Iran", "IR (Iran)")]
)
def test_what_is_no_iso_code_suggests_the_one_that_is(typed: str, suggested: str) -> None:
    with pytest.raises(UnknownCountry) as caught:
        find_country(typed)
    assert suggested in caught.value.next_step
    assert caught.value.exit_code is ExitCode.INVALID


@pytest.mark.parametrize(("written", "alpha2"), [("U.S.A.", "US"), ("U. K.", "GB"), ("u.s.", "US")])
def test_a_country_is_found_by_its_initials_with_points(written: str, alpha2: str) -> None:
    assert find_country_by_name(written).alpha2 == alpha2


@pytest.mark.parametrize(
    ("written", "alpha2"),
    [
        ("Congo, The Democratic Republic of the", "CD"),
        ("Korea, Democratic People's Republic of", "KP"),
        ("Macedonia, the former Yugoslav Republic of", "MK"),
        ("moldova, republic of", "MD"),
        ("Virgin Islands, British", "VG"),
    ],
)
def test_names_turned_as_in_lists_are_countries(written: str, alpha2: str) -> None:
    assert find_country_by_name(written).alpha2 == alpha2


@pytest.mark.parametrize("written", ["Peru, Chile", ",", "Guinea, New", "Peru, Chile, Bolivia"])
def test_two_countries_are_none(written: str) -> None:
    with pytest.raises(UnknownCountry):
        find_country_by_name(written)


@pytest.mark.parametrize("written", ["I.R.", "I.R.N.", "U S A", "Q.Q.Q."])
def test_initials_that_name_no_country_are_not_read_as_its_code(written: str) -> None:
    with pytest.raises(UnknownCountry):
        find_country_by_name(written)


@pytest.mark.parametrize("typed", ["034", "34", "Southern Asia", "southern asia"])
def test_a_region_is_found_by_code_or_name(typed: str) -> None:
    assert find_region(typed).code == "034"


def test_a_wrong_region_suggests_the_nearest() -> None:
    with pytest.raises(UnknownRegion) as caught:
        find_region("South Asia")
    assert "034 (Southern Asia)" in caught.value.next_step


def test_codes_agree_with_geonames() -> None:
    path = SHARED / "ref" / "countries.csv"
    if not path.exists():
        pytest.skip("the shared reference data is not beside this repository")
    with path.open(encoding="utf-8", newline="") as file:
        theirs = {row["iso2"]: row["iso3"] for row in csv.DictReader(file)}
    dissolved = {"CS", "AN"}
    assert {code: c.alpha3 for code, c in countries().items()} == {
        code: alpha3 for code, alpha3 in theirs.items() if code not in dissolved
    }
