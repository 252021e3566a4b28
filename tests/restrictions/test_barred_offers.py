"""The offers that are barred for a need: what each kind of restriction takes out."""

from __future__ import annotations

from dataclasses import replace

import pytest
from bar_worlds import DAY, a_need, an_offer
from bars import a_restriction, an_exemption

from ledger.eligibility.barred import BarredOffers
from ledger.eligibility.bitsets import bit_positions
from ledger.eligibility.rules import NeedFacts, OfferFacts, Pairing, bars_of
from ledger.registers.records import Exemption, Restriction
from ledger.restrictions.bars import Restrictions

FIRMS = {"BANK": "FR", "HOME": "IR", "FIRM": "TR"}
"""The providers, which have one offer each, named as they are."""


def barred(
    *restrictions: Restriction,
    leave: tuple[Exemption, ...] = (),
    offers: tuple[OfferFacts, ...] | None = None,
) -> BarredOffers:
    every = Restrictions(restrictions, leave)
    some = [an_offer(code, code) for code in FIRMS] if offers is None else offers
    return BarredOffers([replace(one, restrictions=every) for one in some], DAY)


def named(places: int) -> list[str]:
    """Give the providers at the places of a set of offers."""
    return [[*FIRMS][place] for place in bit_positions(places)]


def by_each(sets: BarredOffers, need: NeedFacts) -> dict[str, list[str]]:
    """Give what each restriction bars for a need."""
    return {code: named(places) for code, places in sets.by_restriction(need)}


def test_each_list_of_debarred_firms_bars_those_that_it_names() -> None:
    sets = barred(
        a_restriction("RS-1", providers=("BANK",)),
        a_restriction("RS-2", providers=("FIRM", "BANK")),
        a_restriction("RS-3", providers=("GONE",)),
    )
    assert named(sets.everywhere) == ["BANK", "FIRM"]
    assert named(sets.for_need(a_need("PAR"))) == ["BANK", "FIRM"]
    assert by_each(sets, a_need("PAR")) == {"RS-1": ["BANK"], "RS-2": ["BANK", "FIRM"]}


def test_a_firm_and_a_city_of_one_list_are_barred_each_by_itself() -> None:
    sets = barred(a_restriction(providers=("BANK",), cities=("MHD",)))
    assert named(sets.everywhere) == ["BANK"]
    assert named(sets.for_need(a_need("PAR"))) == ["BANK"]
    assert named(sets.for_need(a_need("MHD"))) == ["BANK", "HOME", "FIRM"]
    assert named(sets.for_need_alone(a_need("MHD"))) == ["HOME", "FIRM"]
    assert by_each(sets, a_need("MHD")) == {"RS-1": ["BANK", "HOME", "FIRM"]}


def test_firms_barred_in_one_sector_may_give_in_others() -> None:
    sets = barred(
        a_restriction("RS-1", providers=("BANK",), sectors=("health",)),
        a_restriction("RS-2", providers=("FIRM",), sectors=("health",)),
    )
    clinic, metro = a_need(sector="health"), a_need(sector="transport")
    assert named(sets.everywhere) == []
    assert named(sets.for_need(clinic)) == ["BANK", "FIRM"]
    assert by_each(sets, clinic) == {"RS-1": ["BANK"], "RS-2": ["FIRM"]}
    assert named(sets.for_need(metro)) == []
    assert by_each(sets, metro) == {}


def test_cities_of_one_country_that_restrictions_name_are_told_apart() -> None:
    sets = barred(
        a_restriction("RS-1", cities=("MHD",)),
        a_restriction("RS-2", cities=("THR",), sectors=("health",)),
    )
    mashhad = a_need("MHD")
    tehran, shiraz = (
        replace(mashhad, city=replace(mashhad.city, code=code)) for code in ("THR", "SYZ")
    )
    clinic = replace(tehran, project=replace(tehran.project, sector="health"))
    found = [named(sets.for_need(one)) for one in (mashhad, tehran, shiraz, clinic)]
    assert found == [[*FIRMS], [], [], [*FIRMS]]


def test_what_is_barred_everywhere_is_not_named_again_for_a_need() -> None:
    sets = barred(
        a_restriction("RS-1", providers=("BANK",)),
        a_restriction("RS-2", cities=("MHD",), sectors=("transport",)),
    )
    metro = a_need("MHD", sector="transport")
    assert named(sets.for_need(metro)) == ["BANK", "HOME", "FIRM"]
    assert named(sets.for_need_alone(metro)) == ["HOME", "FIRM"]
    assert by_each(sets, metro) == {"RS-1": ["BANK"], "RS-2": ["BANK", "HOME", "FIRM"]}


@pytest.mark.parametrize(
    ("offered", "accepted", "is_barred"),
    [
        ((), ("loan",), True),  # it can only be a loan
        ((), ("loan", "grant"), False),
        ((), (), False),
        (("loan",), (), True),
        (("loan",), ("loan", "grant"), True),
        (("loan", "grant"), ("loan",), True),
        (("loan", "grant"), ("loan", "grant"), False),
        (("loan",), ("grant",), False),  # they have none in common: another rule refuses the pair
        (("grant",), ("loan", "grant"), False),
    ],
)
def test_a_bar_on_loans_takes_out_what_could_only_be_a_loan(
    offered: tuple[str, ...], accepted: tuple[str, ...], *, is_barred: bool
) -> None:
    sets = barred(
        a_restriction(cities=("MHD",), instruments=("loan",)),
        offers=(an_offer("BANK", instruments=offered),),
    )
    assert named(sets.for_need(a_need("MHD", instruments=accepted))) == ["BANK"] * is_barred


def test_leave_for_one_firm_keeps_the_others_barred() -> None:
    embargo = a_restriction("RS-1", countries=("IR",))
    sets = barred(embargo, leave=(an_exemption("EX-1", "RS-1", providers=("BANK",)),))
    assert named(sets.for_need(a_need("MHD"))) == ["FIRM"]
    sets = barred(embargo, leave=(an_exemption("EX-1", "RS-1", projects=("P-1",)),))
    assert named(sets.for_need(a_need("MHD", "P-1"))) == []
    assert named(sets.for_need(a_need("MHD", "P-2"))) == ["BANK", "FIRM"]


def test_a_pair_names_the_restrictions_that_bar_it() -> None:
    lists = Restrictions(
        (a_restriction("RS-1", providers=("BANK",)), a_restriction("RS-2", providers=("FIRM",)))
    )
    bank = Pairing(a_need(), replace(an_offer("BANK"), restrictions=lists), DAY, None, None)
    home = Pairing(a_need(), replace(an_offer("HOME"), restrictions=lists), DAY, None, None)
    assert [one.code for one in bars_of(bank)] == ["RS-1"]
    assert bars_of(home) == ()
    assert bars_of(replace(home, offer=an_offer("HOME"))) == ()  # there are no restrictions
