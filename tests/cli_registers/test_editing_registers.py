"""Editing terms: only what is named changes, the old stays readable, fixed terms stay."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from officer import Officer


def test_only_the_named_terms_change(fund: Officer) -> None:
    before = fund.world.record("city", "MHD")
    fund.says("city edit mhd --population 3300000 --name-local مشهد")
    after = fund.world.record("city", "MHD")
    assert (after.population, after.name_local) == (3_300_000, "مشهد")
    assert (after.name, after.office, after.member_since) == (
        before.name,
        before.office,
        before.member_since,
    )


def test_an_empty_text_takes_a_term_away(fund: Officer) -> None:
    fund.says("offer edit O-0001 --max-share 0.5 --min-ticket '1M EUR' --countries IR --note n")
    fund.says("offer edit O-0001 --max-share '' --min-ticket '' --countries '' --note ''")
    offer = fund.world.record("offer", "O-0001")
    assert (offer.max_share, offer.min_ticket, offer.countries, offer.note) == (
        None,
        None,
        (),
        None,
    )
    assert offer.sectors == ("transport",)


def test_an_office_taken_away_is_found_again_by_the_country(fund: Officer) -> None:
    fund.says("city edit MHD --office hq")
    fund.says("city edit MHD --office ''")
    assert fund.world.record("city", "MHD").office == "asia"


def test_a_quantity_is_revised_on_its_date_and_its_terms_with_it(fund: Officer) -> None:
    answer = fund.asks(
        "need edit n-0001 --quantity '100M EUR' --needed-by 2028-01-01 --on 2026-02-01"
    )
    assert answer["need"]["open"] == "100000000.00"
    assert [change["version"] for change in answer["registers"]] == [2]
    assert fund.world.entries()[-1].effective_on == date(2026, 2, 1)
    fund.says("need edit N-0001 --quantity '80M EUR'")
    assert fund.world.stages("need", "N-0001") == {"open": 8_000_000_000}


def test_an_unknown_amount_is_given_later(fund: Officer) -> None:
    fund.says("need edit N-0004 --quantity '5bn IRR'")
    assert fund.world.stages("need", "N-0004") == {"open": 500_000_000_000}


def test_extending_what_expired_says_how_to_bring_it_back(fund: Officer) -> None:
    said = fund.says("offer edit O-0001 --valid-until 2026-10-01")
    assert "it can no longer be used" in said
    fund.says("offer expire o-0001")
    said = fund.says("offer edit O-0001 --valid-until 2027-10-01")
    assert "cityfund offer reinstate O-0001" in said
    fund.says("offer reinstate O-0001")
    assert fund.world.stages("offer", "O-0001") == {"available": 10_000_000_000}


def test_what_was_said_stays_as_it_was_said(fund: Officer) -> None:
    fund.says("offer edit O-0001 --max-share 0.50 --rate 2.5")
    offer = fund.world.record("offer", "O-0001")
    assert (str(offer.max_share), offer.rate) == ("0.50", Decimal("2.5"))
    fund.refused("offer edit O-0001 --rate 2.5", 4, "has these terms already")


REFUSED = [
    ("city edit MHD", 4, ("has these terms already", "city show MHD")),
    ("city edit MHD --country IRN", 4, ("has these terms already",)),
    ("city edit MHD --name ''", 3, ("--name", "missing")),
    ("city edit MDH --name X", 5, ("Did you mean MHD?",)),
    ("city edit MHD --office nowhere", 5, ("nowhere",)),
    ("project edit PRJ-0001 --status done", 3, ("--status",)),
    ("project edit PRJ-0001 --weight 0", 3, ("--weight",)),
    ("need edit N-0001 --unit USD", 4, ("unit of need N-0001 is EUR", "never changes")),
    ("need edit N-0002 --factor implementation", 4, ("factor of need N-0002",)),
    ("need edit N-0001 --declared-on 2026-01-09", 4, ("declared on of need N-0001",)),
    ("need edit N-0001 --project PRJ-0009", 5, ("PRJ-0001",)),
    ("offer edit O-0001 --provider MBL", 4, ("provider of offer O-0001 is EDB",)),
    ("need edit N-0001 --quantity '40M USD'", 3, ("EUR", "USD")),
    ("need edit N-0001 --quantity 40M", 3, ("no unit",)),
    ("offer edit O-0001 --quantity '? EUR'", 3, ("cannot be unknown",)),
    ("need edit N-0001 --quantity ''", 3, ("empty",)),
    ("need edit N-0001 --quantity '90M EUR'", 4, ("has these terms already",)),
    ("need edit N-0001 --quantity '80M EUR' --on tomorrow", 3, ("future",)),
    ("need edit N-0001 --quantity '80M EUR' --on 2026-01-01", 4, ("declared on 2026-01-10",)),
    ("offer edit O-0001 --min-ticket '1M USD'", 3, ("--min-ticket", "EUR")),
    ("offer edit O-0001 --valid-until 2026-01-01 --valid-from 2026-01-02", 3, ("--valid-until",)),
    ("offer edit O-0001 --valid-until soon", 3, ("--valid-until", "soon")),
]


@pytest.mark.parametrize(("line", "code", "words"), REFUSED, ids=[line for line, *_ in REFUSED])
def test_what_cannot_be_changed_is_refused(
    fund: Officer, line: str, code: int, words: tuple[str, ...]
) -> None:
    if "LHE" in line:
        fund.says("city add Lahore --code LHE --country PK")
    refusal = fund.refused(line, code, *words)
    assert (refusal == "fixed-term") == ("never changes" in words or " of " in words[0])


def test_a_quantity_never_falls_below_what_deals_have_taken(fund: Officer) -> None:
    fund.says("deal introduce O-0001 N-0001 '60M EUR' --until 2027-01-01")
    fund.refused("need edit N-0001 --quantity '50M EUR'", 4, "cannot go below")
    fund.refused("offer edit O-0001 --quantity '50M EUR'", 4, "cannot go below")
    fund.says("need edit N-0001 --quantity '60M EUR'")


def test_a_need_shared_by_offers_cannot_become_indivisible(fund: Officer) -> None:
    fund.says("offer add EDB money '10M EUR'")
    fund.says("deal introduce O-0001 N-0001 '60M EUR' --until 2027-01-01")
    fund.says("need edit N-0001 --divisible no")
    fund.says("need edit N-0001 --divisible yes")
    fund.says("deal introduce O-0003 N-0001 '5M EUR' --until 2027-01-01")
    refusal = fund.refused("need edit N-0001 --divisible no", 4, "O-0001", "O-0003")
    assert refusal == "shared-already"


def test_a_date_that_has_no_effect_is_refused(fund: Officer) -> None:
    assert fund.refused("city edit MHD --population 5 --on 2026-01-01", 2) == "unknown-option"
