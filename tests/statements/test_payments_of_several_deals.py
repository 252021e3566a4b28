"""One payment of a bank for the deliveries of several deals, as an officer meets it."""

from __future__ import annotations

import pytest
from beginnings import beginning
from statement_office import StatementOffice, furnish

banked_once, ledger_url, banked = beginning("banked", furnish)


@pytest.fixture
def office(banked, tmp_path):
    return StatementOffice(banked, tmp_path)


def delivered(office: StatementOffice, *amounts: int) -> None:
    """Deliver one amount in each of so many deals, on one day."""
    for number, amount in enumerate(amounts, start=1):
        office.commits(f"N{number}")
        office.delivers(f"D-{number:04d}", f"{amount} EUR", "2026-03-10")


def kinds(rows):
    return [row["kind"] for row in rows]


def test_any_subset_of_acts_that_alone_adds_up_is_found(office):
    delivered(office, 101, 203, 407, 811, 1607, 3203)
    office.sends(
        "march.csv",
        "2026-03,1,2026-03-10,delivery,,O1,,5925,EUR,BULK-9",
        "2026-03,2,2026-03-18,delivery,,O1,,407,EUR,PAY-9",
    )

    merged, late = office.findings()

    assert (merged["kind"], merged["subject"], merged["difference"]) == (
        *("merged-lines", "D-0001+D-0002+D-0004+D-0005+D-0006"),
        "0.00 EUR",
    )
    assert (late["kind"], late["deal"], late["difference"]) == ("date-differs", "D-0003", "8 days")


def test_of_several_sets_none_is_asserted_and_nothing_is_reversed(office):
    delivered(office, 101, 202, 303, 404, 505, 606)
    office.sends("march.csv", "2026-03,1,2026-03-10,delivery,,O1,,1313,EUR,")

    (unclear,) = office.findings()

    assert (unclear["kind"], unclear["ours"], unclear["theirs"], unclear["difference"]) == (
        *("unclear-sum", "4 sets", "1313.00 EUR"),
        None,
    )
    assert unclear["said"].count("deal D-0006") == 3
    for number in range(1, 5):
        assert f"({number})" in unclear["said"]
    assert "reverse" not in str(unclear)


def test_of_many_sets_the_first_five_are_shown(office):
    office.commits("N1")
    for amount in range(100, 800, 100):
        office.delivers("D-0001", f"{amount} EUR", "2026-03-10")
    office.sends("march.csv", "2026-03,1,2026-03-10,delivery,,O1,,1400,EUR,")

    (unclear,) = office.findings()

    assert unclear["ours"] == "8 sets"
    assert "(5)" in unclear["said"]
    assert "(6)" not in unclear["said"]


def test_a_set_is_chosen_by_giving_its_acts_the_reference_of_the_payment(office):
    for number, (amount, reference) in enumerate(
        [(101, ""), (202, "BULK-9"), (303, ""), (404, ""), (505, "BULK-9"), (606, "BULK-9")],
        start=1,
    ):
        office.commits(f"N{number}")
        office.delivers(f"D-{number:04d}", f"{amount} EUR", "2026-03-10", reference)
    office.sends("march.csv", "2026-03,1,2026-03-10,delivery,,O1,,1313,EUR,BULK-9")

    rows = office.findings()

    assert kinds(rows) == ["missing-there"] * 3
    assert [row["deal"] for row in rows] == ["D-0001", "D-0003", "D-0004"]


def test_a_payment_in_the_offers_currency_names_each_deal_in_its_own(office):
    office.says("rates add EUR JPY 160 --on 2026-01-01 --source trial")
    office.commits("N1", "1000 EUR")
    office.commits("N2", "160000 JPY")
    office.delivers("D-0001", "100 EUR", "2026-03-10")
    office.delivers("D-0002", "32000 JPY", "2026-03-10")
    office.sends("march.csv", "2026-03,1,2026-03-10,delivery,,O1,,300,EUR,BULK")

    (merged,) = office.findings()

    assert [merged[name] for name in ("ours", "theirs", "difference")] == [
        *("300.00 EUR", "300.00 EUR"),
        "0.00 EUR",
    ]
    assert merged["subject"] == "D-0001+D-0002"
    assert merged["deal"] is None
    assert "100.00 EUR delivered on 2026-03-10 for deal D-0001" in merged["said"]
    assert "32000 JPY = 200.00 EUR delivered on 2026-03-10 for deal D-0002" in merged["said"]


# No command undoes a correct record


def commands(office: StatementOffice) -> str:
    """Give the commands that are suggested, by the night and by the list of findings."""
    night = office.night()["findings"]
    listed = office.officer.asks("finding list")["rows"]
    return " ".join(row["command"] for row in [*night, *listed])


def test_an_act_that_no_line_may_report_is_suggested_for_reversal(office):
    delivered(office, 100, 200)
    office.sends("march.csv", "2026-03,1,2026-03-10,delivery,,O1,,100,EUR,")

    assert "cityfund journal reverse" in commands(office)


def test_nothing_is_reversed_or_added_where_a_payment_is_less_a_charge(office):
    delivered(office, 101, 203, 407, 811, 1607, 3203)
    office.sends("march.csv", "2026-03,1,2026-03-10,delivery,,O1,,5923,EUR,BULK-9")

    suggested = commands(office)

    assert "finding resolve" in suggested
    for word in ("reverse", "deliver", "return", "introduce"):
        assert word not in suggested


@pytest.mark.parametrize(
    "row",
    [
        "2026-03,1,2026-03-11,delivery,D-0077,,,204,EUR,PAY-2",  # a deal misspelt, another amount
        "2026-03,1,2026-03-30,delivery,,,,203,EUR,PAY-2",  # another day, and no code
        "2026-03,1,2026-03-11,delivery,,,,204,EUR,PAY-2",  # another amount, and no code
    ],
)
def test_no_act_is_reversed_while_a_line_that_may_report_it_is_unexplained(office, row):
    delivered(office, 101, 203)
    office.sends("march.csv", row)

    rows = {row["deal"]: row["command"] for row in office.findings()}

    assert rows["D-0002"].startswith("cityfund finding resolve")


def test_no_act_is_reversed_that_is_later_than_the_statement_reaches(office):
    delivered(office, 100)
    office.delivers("D-0001", "200 EUR", "2026-03-25")
    office.sends("march.csv", "2026-03,1,2026-03-10,delivery,,O1,,100,EUR,")
    assert "reverse" not in commands(office)

    office.sends("april.csv", "2026-04,1,2026-04-10,delivery,,O1,,7,EUR,")
    assert "reverse" in str(office.night()["findings"])


def test_no_act_is_reversed_while_a_file_cannot_be_read(office):
    delivered(office, 100, 200)
    office.sends("march.csv", "2026-03,1,2026-03-10,delivery,,O1,,100,EUR,")
    office.sends("broken.csv", "2026-03,2,2026-03-10,delivery,,O1,,many,EUR,")

    assert "reverse" not in commands(office)


def test_of_equal_acts_none_is_reversed_where_the_line_does_not_say_which(office):
    delivered(office, 100, 100)
    office.sends("march.csv", "2026-03,1,2026-03-10,delivery,,O1,,100,EUR,")
    assert "reverse" not in commands(office)

    office.sends("again.csv", "2026-03,1,2026-03-10,delivery,D-0002,,,100,EUR,")
    assert "cityfund journal reverse" in str(office.night()["findings"])
