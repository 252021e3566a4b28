"""What cannot be right is refused whole: each fault with its file, line and column."""

from __future__ import annotations

import re

import pytest
from acceptance_office import (
    Office,
    Tables,
    city,
    deal,
    faults,
    need,
    offer,
    project,
    provider,
    small,
)

HOLD = deal("D-1", "introduced", "1000", "2026-02-01", held_until="2027-01-31")
TODAYS_HOLD = {**HOLD, "effective_on": "2026-11-23"}
"""The terms of an offer are asked on the day of the import, and not for acts before it."""

UNREADABLE: dict[str, tuple[Tables, str, str]] = {
    # name: tables, file, column
    "unknown city": (small(projects=[project(in_city="XYZ")]), "projects.csv:2", "city"),
    "unknown project": (small(needs=[need(project="PRJ-9")]), "needs.csv:2", "project"),
    "unknown provider": (small(offers=[offer(provider="B9")]), "offers.csv:2", "provider"),
    "unknown country": (small(cities=[city(country="ZZ")]), "cities.csv:2", "country"),
    "unknown sector": (small(projects=[project(sector="teleports")]), "projects.csv:2", "sector"),
    "unknown status": (small(projects=[project(status="dreamt")]), "projects.csv:2", "status"),
    "unknown factor": (small(needs=[need(factor="luck")]), "needs.csv:2", "factor"),
    "unknown unit": (small(needs=[need(unit="XQX")]), "needs.csv:2", "unit"),
    "unknown region": (small(offers=[offer(regions="Atlantis")]), "offers.csv:2", "regions"),
    "unknown instrument": (small(offers=[offer(instruments="luck")]), "offers.csv:2", "instrument"),
    "unknown kind": (small(providers=[provider(kind="wizard")]), "providers.csv:2", "kind"),
    "unknown act": (small(deals=[{**HOLD, "act": "promised"}]), "deals.csv:2", "act"),
    "unknown need": (small(deals=[{**HOLD, "need": "N-9"}]), "deals.csv:2", "need"),
    "unknown condition": (small(offers=[offer(condition="maybe")]), "offers.csv:2", "condition"),
    "money in days": (small(needs=[need(unit="person-day")]), "needs.csv:2", "unit"),
    "wrong unit of a deal": (small(deals=[{**HOLD, "unit": "USD"}]), "deals.csv:2", "unit"),
    "negative": (small(needs=[need(quantity="-5")]), "needs.csv:2", "quantity"),
    "zero offer": (small(offers=[offer(quantity="0")]), "offers.csv:2", "quantity"),
    "zero deal": (small(deals=[{**HOLD, "quantity": "0"}]), "deals.csv:2", "quantity"),
    "negative deal": (small(deals=[{**HOLD, "quantity": "-1"}]), "deals.csv:2", "quantity"),
    "more than can be kept": (
        small(needs=[need(quantity="40000000000000000.01")]),
        "needs.csv:2",
        "quantity",
    ),
    "ambiguous thousands": (small(needs=[need(quantity="1,234")]), "needs.csv:2", "quantity"),
    "exponent": (small(needs=[need(quantity="1e5")]), "needs.csv:2", "quantity"),
    "underscore": (small(needs=[need(quantity="1_000")]), "needs.csv:2", "quantity"),
    "not a number": (small(needs=[need(quantity="lots")]), "needs.csv:2", "quantity"),
    "infinite": (small(needs=[need(quantity="inf")]), "needs.csv:2", "quantity"),
    "too many decimals": (small(needs=[need(quantity="1.001")]), "needs.csv:2", "quantity"),
    "decimals of a yen": (
        small(needs=[need(quantity="10.5", unit="JPY")]),
        "needs.csv:2",
        "quantity",
    ),
    "share above one": (small(offers=[offer(max_share="1.5")]), "offers.csv:2", "max_share"),
    "weight of a hundred and one": (
        small(projects=[project(weight="101")]),
        "projects.csv:2",
        "weight",
    ),
    "weight of a half": (small(projects=[project(weight="0.5")]), "projects.csv:2", "weight"),
    "no such day": (small(needs=[need(needed_by="2027-02-30")]), "needs.csv:2", "needed_by"),
    "a day of two readings": (
        small(needs=[need(needed_by="03/04/2027")]),
        "needs.csv:2",
        "needed_by",
    ),
    "declared tomorrow": (
        small(needs=[need(declared_on="2026-11-24")]),
        "needs.csv:2",
        "declared_on",
    ),
    "offered tomorrow": (
        small(offers=[offer(declared_on="2026-11-24")]),
        "offers.csv:2",
        "declared_on",
    ),
    "act tomorrow": (
        small(deals=[{**HOLD, "effective_on": "2026-11-24"}]),
        "deals.csv:2",
        "effective_on",
    ),
    "act before the declaration": (
        small(deals=[{**HOLD, "effective_on": "2025-12-31"}]),
        "deals.csv:2",
        "effective_on",
    ),
    "needed code": (small(needs=[need(code="")]), "needs.csv:2", "code"),
    "needed title": (small(projects=[project(title="")]), "projects.csv:2", "title"),
    "neither yes nor no": (small(needs=[need(divisible="perhaps")]), "needs.csv:2", "divisible"),
    "valid backwards": (
        small(offers=[offer(valid_from="2026-05-01", valid_until="2026-04-30")]),
        "offers.csv:2",
        "valid",
    ),
    "tickets backwards": (
        small(offers=[offer(min_ticket="500", max_ticket="400")]),
        "offers.csv:2",
        "m",
    ),
    "a rate of zero": (
        small(rates=[{"date": "2026-01-01", "base": "EUR", "quote": "USD", "rate": "0"}]),
        "rates.csv:2",
        "rate",
    ),
    "a rate to itself": (
        small(rates=[{"date": "2026-01-01", "base": "EUR", "quote": "EUR", "rate": "2"}]),
        "rates.csv:2",
        "quote",
    ),
    "the same code twice": (small(needs=[need(), need(quantity="5")]), "needs.csv:3", "code"),
    "a code of two cases twice": (small(needs=[need(), need("n-1")]), "needs.csv:3", "code"),
    "the same act twice": (small(deals=[HOLD, HOLD]), "deals.csv:3", ""),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_row_that_cannot_be_right(office: Office, name: str) -> None:
    tables, place, column = UNREADABLE[name]
    code, error = office.refuse("import", office.write(tables), "--yes")
    assert code in {3, 4}, error
    assert any(fault.startswith(f"{place} {column}") for fault in faults(error)), error


def test_in_plain_words(office: Office) -> None:
    folder = office.write(small(needs=[need(quantity="-5"), need("N-2", unit="XQX")]))
    answer = office.run("import", folder, "--yes")
    assert answer.code == 3
    assert "needs.csv:2 quantity" in answer.err
    assert "needs.csv:3 unit" in answer.err
    assert "Traceback" not in answer.err
    *_, what, why, do = answer.err.strip().splitlines()
    assert what.startswith("error: ")
    assert why.startswith("why: ")
    assert do.startswith("do: ")


AGAINST_THE_RULES: dict[str, tuple[Tables, str]] = {
    "more than the offer has": (
        small(deals=[{**HOLD, "quantity": "2000001"}], needs=[need(quantity="9000000")]),
        "deals.csv:2",
    ),
    "more than is needed": (small(deals=[{**HOLD, "quantity": "1000000.01"}]), "deals.csv:2"),
    "two holds of one whole": (
        small(
            deals=[
                {**HOLD, "quantity": "600000"},
                {**HOLD, "quantity": "600000", "code": "D-2", "effective_on": "2026-02-02"},
            ]
        ),
        "deals.csv:3",
    ),
    "an offer that is over": (
        small(offers=[offer(valid_until="2026-11-22")], deals=[TODAYS_HOLD]),
        "deals.csv:2",
    ),
    "an offer not yet begun": (
        small(offers=[offer(valid_from="2026-11-24")], deals=[TODAYS_HOLD]),
        "deals.csv:2",
    ),
    "outside the mandate": (
        small(offers=[offer(sectors="health")], deals=[TODAYS_HOLD]),
        "deals.csv:2",
    ),
    "another country": (small(offers=[offer(countries="FR")], deals=[TODAYS_HOLD]), "deals.csv:2"),
    "below the ticket": (
        small(offers=[offer(min_ticket="1000.01")], deals=[TODAYS_HOLD]),
        "deals.csv:2",
    ),
    "above the ticket": (
        small(offers=[offer(max_ticket="999.99")], deals=[TODAYS_HOLD]),
        "deals.csv:2",
    ),
    "above the share": (
        small(offers=[offer(max_share="0.0009")], deals=[TODAYS_HOLD]),
        "deals.csv:2",
    ),
    "part of what is not divided": (
        small(needs=[need(divisible="no")], deals=[HOLD]),
        "deals.csv:2",
    ),
    "a project that is over": (
        small(projects=[project(status="completion")], deals=[TODAYS_HOLD]),
        "deals.csv:2",
    ),
    "more committed than held": (
        small(deals=[HOLD, deal("D-1", "committed", "1000.01", "2026-03-01")]),
        "deals.csv:3",
    ),
    "more delivered than committed": (
        small(
            deals=[
                HOLD,
                deal("D-1", "committed", "500", "2026-03-01"),
                deal("D-1", "delivered", "501", "2026-03-02"),
            ]
        ),
        "deals.csv:4",
    ),
    "more returned than delivered": (
        small(
            deals=[
                HOLD,
                deal("D-1", "committed", "500", "2026-03-01"),
                deal("D-1", "delivered", "400", "2026-03-02"),
                deal("D-1", "returned", "400.01", "2026-03-03"),
            ]
        ),
        "deals.csv:5",
    ),
    "a hold that was over": (
        small(deals=[HOLD, deal("D-1", "committed", "500", "2027-02-01")]),
        "deals.csv:3",
    ),
    "a hold committed after its date": (
        small(
            deals=[
                {**HOLD, "held_until": "2026-02-28"},
                deal("D-1", "committed", "500", "2026-03-01"),
            ]
        ),
        "deals.csv:3",
    ),
    "no rate between the currencies": (
        small(offers=[offer(unit="USD")], deals=[HOLD]),
        "deals.csv:2",
    ),
    "days for money": (
        small(offers=[offer(unit="person-day", factor="expertise")], deals=[HOLD]),
        "deals.csv:2",
    ),
    "a need without an amount": (small(needs=[need(quantity="")], deals=[HOLD]), "deals.csv:2"),
}


@pytest.mark.parametrize("name", AGAINST_THE_RULES)
def test_a_deal_against_the_rules(office: Office, name: str) -> None:
    tables, place = AGAINST_THE_RULES[name]
    code, error = office.refuse("import", office.write(tables), "--yes")
    assert code in {3, 4}, error
    assert any(fault.startswith(place) for fault in faults(error)), faults(error)


def test_every_bad_row_is_reported_at_once(office: Office) -> None:
    tables = small(
        cities=[city(), city("QQQ", country="ZZ")],
        needs=[need(), need("N-2", quantity="-1"), need("N-3", project="PRJ-7", unit="XQX")],
        offers=[offer(), offer("O-2", quantity="1.234")],
        deals=[HOLD, {**HOLD, "code": "D-2", "quantity": "many"}],
    )
    code, error = office.refuse("import", office.write(tables), "--yes")
    said = str(faults(error))
    for place in ("cities.csv:3", "needs.csv:3", "needs.csv:4", "offers.csv:3", "deals.csv:3"):
        assert place in said, said
    for right in ("cities.csv:2", "needs.csv:2", "offers.csv:2", "deals.csv:2"):
        assert not re.search(re.escape(right) + r"\b", said)
    dry, _ = office.refuse("import", office.write(tables), "--dry-run")
    assert dry == code


def test_broken_files(office: Office) -> None:
    folder = office.write({})
    for name, content in {
        "cities.csv": b'code,name,country\nTHR,"Tehran,IR\n',
        "needs.csv": b"",
        "offers.csv": "code,provider\nÃ".encode("latin-1"),
        "projects.csv": b"code,title,city\nP,T\0,THR\n",
        "providers.csv": b"code,name,kind\nB1,Bank,bank,extra\n",
    }.items():
        for old in folder.iterdir():
            old.unlink()
        (folder / name).write_bytes(content)
        code, error = office.refuse("import", folder, "--yes")
        assert code == 3, (name, error)
        assert name in str(error)


def test_a_required_column_that_is_not_there(office: Office) -> None:
    row = need()
    del row["unit"]
    code, error = office.refuse("import", office.write(small(needs=[row])), "--yes")
    assert code == 3
    assert "needs.csv" in str(error)
    assert "unit" in str(error)


def test_files_that_are_not_there(office: Office) -> None:
    code, _ = office.refuse("import", office.folder / "nowhere.csv", "--yes")
    assert code in {2, 3, 5, 74}
    (office.folder / "empty").mkdir()
    code, _ = office.refuse("import", office.folder / "empty", "--yes")
    assert code in {2, 3, 5}


@pytest.mark.parametrize("act", ["deposited", "deposit"])
def test_a_deposit_with_the_fund(office: Office, act: str) -> None:
    """The fund is a broker, not a bank."""
    code, error = office.refuse(
        "import", office.write(small(deals=[{**HOLD, "act": act}])), "--yes"
    )
    assert code in {3, 4}
    assert "broker" in str(faults(error)), error


def test_the_fund_is_no_provider(office: Office) -> None:
    folder = office.write(small(providers=[provider("B1", "fund"), provider("CITYFUND", "fund")]))
    answer = office.run("import", folder, "--yes", "--json")
    if answer.code:
        assert answer.code in {3, 4}
        assert "broker" in answer.err.lower()


def test_what_is_posted_is_not_changed_by_a_file(office: Office) -> None:
    """A row that changes an act already posted is refused and names the act to use instead."""
    office.take_in(small(deals=[HOLD]))
    for changed in ({"quantity": "900"}, {"offer": "O-2"}):
        tables = small(deals=[{**HOLD, **changed}], offers=[offer(), offer("O-2")])
        code, error = office.refuse("import", office.write(tables), "--yes")
        assert code in {3, 4}, (changed, error)
        assert "deals.csv:2" in str(faults(error))
        assert "add an `" in str(faults(error)) or "another deal" in str(faults(error)), error


def test_an_act_of_another_day_or_reference_is_a_new_one(office: Office) -> None:
    office.take_in(small(deals=[HOLD]))
    office.take_in(small(deals=[HOLD, {**HOLD, "reference": "again"}]))
    office.take_in(small(deals=[{**HOLD, "effective_on": "2026-02-02"}]))
    assert office.gap("N-1")["held"] == "3000.00"
    code, _ = office.refuse(
        "import",
        office.write(small(deals=[deal("D-1", "released", "5", "2026-01-31")])),
        "--yes",
    )
    assert code in {3, 4}  # before the hold it releases
