"""Acts of an officer: what their receipts say, what is done once, what is refused."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction

import pytest
import time_machine
from acceptance_model import Pair, parts, written
from acceptance_office import Office, deal, furnished, need, offer, project, small
from ledgers import Ledgers, copy_or_new

TODAY = "2026-11-23"
HOLD = ("deal", "introduce", "O-1", "N-1")
UNTIL = ("--until", "2027-01-31")


@pytest.fixture(scope="session")
def books_once(run_ledgers: Ledgers, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Give the URL of a ledger that took in a need of a million and an offer of two."""
    folder = tmp_path_factory.mktemp("books")
    return furnished(run_ledgers, folder, lambda office: office.take_in(small()))


@pytest.fixture
def ledger_url(ledgers: Ledgers, request: pytest.FixtureRequest) -> str:
    return copy_or_new(ledgers, request, "books")


@pytest.fixture
def books(office: Office) -> Office:
    """Give a need of a million and an offer of two."""
    return office


def test_a_receipt_says_the_entry_the_deal_and_both_sides(books: Office) -> None:
    receipt = books.do(*HOLD, "100k EUR", *UNTIL)
    assert receipt["schema"] == "cityfund.receipt/1"
    assert receipt["replayed"] is False
    assert isinstance(receipt["entry"], int)
    assert receipt["deal"] == "D-0001"
    assert receipt["need"] == {
        "code": "N-1",
        "unit": "EUR",
        "open": "900000.00",
        "held": "100000.00",
        "committed": "0.00",
        "delivered": "0.00",
        "withdrawn": "0.00",
    }
    assert receipt["offer"] == {
        "code": "O-1",
        "unit": "EUR",
        "available": "1900000.00",
        "held": "100000.00",
        "committed": "0.00",
        "delivered": "0.00",
        "withdrawn": "0.00",
        "expired": "0.00",
    }


def test_through_all_stages_in_parts(books: Office) -> None:
    pair = Pair("EUR", "EUR", Counter_of(open=100_000_000), Counter_of(available=200_000_000))
    one = Fraction(1)

    def same(receipt: dict[str, object]) -> None:
        assert receipt["need"] == pair.need_side("N-1")
        assert receipt["offer"] == pair.offer_side("O-1")

    pair.hold("D-0001", parts("100.01", "EUR"), one)
    same(books.do(*HOLD, "100.01 EUR", *UNTIL))
    pair.hold("D-0001", parts("0.99", "EUR"), one)
    same(books.do(*HOLD, "0.99 EUR", *UNTIL))
    for words, source, target in (
        (("commit", "60 EUR"), "held", "committed"),
        (("release", "10 EUR"), "held", "free"),
        (("deliver", "20.5 EUR"), "committed", "delivered"),
        (("return", "0.5 EUR"), "delivered", "committed"),
        (("release", "5 EUR", "--committed"), "committed", "free"),
        (("commit", None), "held", "committed"),
        (("release", "1 EUR", "--committed"), "committed", "free"),
        (("deliver", None), "committed", "delivered"),
        (("return", "2 EUR"), "delivered", "committed"),
        (("release", None, "--committed"), "committed", "free"),
    ):
        verb, quantity, *more = words
        amount = (
            pair.deals["D-0001"].need[source] if quantity is None else parts(quantity[:-4], "EUR")
        )
        assert pair.move("D-0001", source, target, amount)
        said = ("D-0001",) if quantity is None else ("D-0001", quantity)
        same(books.do("deal", verb, *said, *more))
    books.checked()
    (row,) = books.do("deal", "list")["rows"]
    own = pair.deals["D-0001"].need
    assert row["delivered"] == written(own["delivered"], "EUR")
    assert (row["held"], row["committed"]) == ("0.00", "0.00")


def Counter_of(**stages: int):  # noqa: N802 - reads as the type it makes
    """Make the stages of one side."""
    from collections import Counter  # noqa: PLC0415

    return Counter(stages)


@pytest.mark.parametrize(
    ("typed", "unit", "exact"),
    [
        ("1M EUR", "EUR", "1000000.00"),
        ("1m EUR", "EUR", None),
        ("1,000,000 EUR", "EUR", None),
        ("0.25M EUR", "EUR", "250000.00"),
        ("1.5bn IRR", "IRR", "1500000000.00"),
        ("1.5 bn irr", "IRR", "1500000000.00"),
        ("120 person-day", "person-day", "120.00"),
        ("120.25 person-day", "person-day", "120.25"),
        ("12.345 km", "km", "12.345"),
        ("12.345 KWD", "KWD", "12.345"),
        ("3000 JPY", "JPY", "3000"),
        ("2k JPY", "JPY", "2000"),
        ("1.0005k KWD", "KWD", "1000.500"),
    ],
)
def test_quantities_as_people_write_them(
    office: Office, typed: str, unit: str, exact: str | None
) -> None:
    factor = {"person-day": "expertise", "km": "implementation"}.get(unit, "money")
    office.take_in(
        small(
            needs=[need(quantity="9000000000", unit=unit, factor=factor, divisible="yes")],
            offers=[offer(quantity="9000000000", unit=unit, factor=factor)],
        )
    )
    answer = office.run(*HOLD, typed, *UNTIL, "--json")
    if exact is None and answer.code:
        assert answer.code == 3
    else:
        held = answer.json["need"]["held"]
        assert held == (exact or "1000000.00")


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("1,234 EUR", 3),
        ("1.234 EUR", 3),
        ("1e5 EUR", 3),
        ("1_000 EUR", 3),
        ("-5 EUR", 3),
        ("0 EUR", 3),
        ("EUR", 3),
        ("5 USD", 3),
        ("5 person-day", 3),
        ("5 XQX", 3),
        ("lots", 3),
        ("", 3),
        ("1M", 3),
        ("1 M M EUR", 3),
        ("99999999999999999 EUR", 3),  # more than any ledger keeps
        ("1000000.01 EUR", 4),
    ],
)
def test_quantities_that_cannot_be_taken(books: Office, typed: str, code: int) -> None:
    found, error = _held(books, typed)
    assert found == code, error


def _held(books: Office, typed: str) -> tuple[int, object]:
    before = books.bytes_kept()
    answer = books.run("deal", "introduce", *UNTIL, "--json", "--", "O-1", "N-1", typed)
    if answer.code:
        assert books.bytes_kept() == before
        return answer.code, answer.error
    return 0, None


def test_a_hold_needs_a_last_day(books: Office) -> None:
    code, _ = books.refuse(*HOLD, "5 EUR")
    assert code in {2, 3}
    code, _ = books.refuse(*HOLD, "5 EUR", "--until", "2026-11-22")
    assert code in {3, 4}
    books.do(*HOLD, "5 EUR", "--until", TODAY)


def test_a_direct_commitment(books: Office) -> None:
    receipt = books.do(*HOLD, "5 EUR", "--commit")
    assert receipt["need"]["committed"] == "5.00"
    assert receipt["need"]["held"] == "0.00"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("deal", "introduce", "O-9", "N-1", "5 EUR", *UNTIL), 5),
        (("deal", "introduce", "O-1", "N-9", "5 EUR", *UNTIL), 5),
        (("deal", "commit", "D-0001"), 5),
        (("deal", "show", "D-0001"), 5),
        (("journal", "show", "99"), 5),
        (("journal", "reverse", "99", "--reason", "x"), 5),
        ((*HOLD, "5 EUR", *UNTIL, "--on", "2026-11-24"), 4),
        ((*HOLD, "5 EUR", *UNTIL, "--on", "2025-12-31"), 4),
        ((*HOLD, "5 EUR", *UNTIL, "--on", "yesteryear"), 3),
        ((*HOLD, "5 EUR", *UNTIL, "--instrument", "luck"), 3),
        ((*HOLD, "5 EUR", *UNTIL, "--no-such-option"), 2),
        (("deal", "introduce", "O-1"), 2),
        (("no-such-noun",), 2),
    ],
)
def test_refusals_have_their_exit_codes(
    books: Office, words: tuple[str, ...], expected: int
) -> None:
    before = books.bytes_kept()
    answer = books.run(*words, "--format", "json")
    assert answer.code in ({expected, 3} if expected == 4 else {expected}), answer
    assert books.bytes_kept() == before
    assert "Traceback" not in answer.err
    assert not answer.out


def test_said_twice_done_once(books: Office) -> None:
    said = (*HOLD, "5 EUR", *UNTIL, "--key", "monday-1")
    first = books.do(*said)
    before = books.everything()
    again = books.do(*said)
    assert again["replayed"] is True
    assert {**again, "replayed": False} == first
    assert books.everything() == before
    other = (*HOLD, "6 EUR", *UNTIL, "--key", "monday-1")
    code, error = books.refuse(*other)
    assert code == 4
    assert "5 EUR" in str(error)
    assert "6 EUR" in str(error)
    code, _ = books.refuse("deal", "commit", "D-0001", "--key", "monday-1")
    assert code == 4


def test_a_replay_keeps_the_receipt_of_its_day(books: Office) -> None:
    first = books.do(*HOLD, "5 EUR", *UNTIL, "--key", "k")
    books.do("deal", "commit", "D-0001")
    again = books.do(*HOLD, "5 EUR", *UNTIL, "--key", "k")
    assert {**again, "replayed": False} == first


def test_an_import_said_twice(books: Office) -> None:
    folder = books.write(small(needs=[need(), need("N-2")]))
    books.do("import", folder, "--yes", "--key", "night")
    before = books.everything()
    assert books.do("import", folder, "--yes", "--key", "night")["replayed"] is True
    assert books.everything() == before


def test_a_dry_run_changes_nothing(books: Office) -> None:
    before = books.bytes_kept()
    receipt = books.do(*HOLD, "5 EUR", *UNTIL, "--dry-run")
    assert receipt["need"]["held"] == "5.00"
    assert books.bytes_kept() == before
    code, _ = books.refuse("deal", "commit", "D-0001")
    assert code == 5
    books.do(*HOLD, "5 EUR", *UNTIL, "--dry-run", "--key", "k")
    assert books.do(*HOLD, "5 EUR", *UNTIL, "--key", "k")["replayed"] is False


def test_dates_of_acts(books: Office) -> None:
    books.do(*HOLD, "100 EUR", *UNTIL, "--on", "2026-03-01")
    books.do("deal", "commit", "D-0001", "60 EUR", "--on", "2026-05-01")
    code, _ = books.refuse("deal", "deliver", "D-0001", "5 EUR", "--on", "2026-04-30")
    assert code == 4, "nothing was committed on that day"
    books.do("deal", "commit", "D-0001", "5 EUR", "--on", "2026-04-30")
    books.do("deal", "release", "D-0001", "5 EUR", "--on", "2026-04-30")
    books.do(*HOLD, "5 EUR", *UNTIL, "--on", "2026-04-30")
    code, _ = books.refuse("deal", "commit", "D-0001", "41 EUR", "--on", "2026-04-30")
    assert code == 4, "more than is held after the act of 1 May"
    books.do("deal", "deliver", "D-0001", "5 EUR", "--on", "2026-05-01")
    for day, held, committed in (
        ("2026-02-28", "0.00", "0.00"),
        ("2026-03-01", "100.00", "0.00"),
        ("2026-04-30", "95.00", "5.00"),
        ("2026-05-01", "35.00", "60.00"),
    ):
        row = books.gap("N-1", "--as-of", day)
        assert (row["held"], row["committed"]) == (held, committed)


def test_nothing_is_overdrawn_on_any_day(office: Office) -> None:
    """Backdating a hold may not take what a later act has taken, nor what was given back since."""
    office.take_in(
        small(
            needs=[need(quantity="100"), need("N-2", quantity="100")],
            offers=[offer(quantity="100")],
        )
    )
    office.do(*HOLD, "80 EUR", *UNTIL, "--on", "2026-03-01")
    office.do("deal", "release", "D-0001", "--on", "2026-06-01")
    second = ("deal", "introduce", "O-1", "N-2", "80 EUR", *UNTIL)
    code, _ = office.refuse(*second, "--on", "2026-05-31")
    assert code == 4
    office.do(*second, "--on", "2026-06-01")
    code, _ = office.refuse("deal", "introduce", "O-1", "N-2", "21 EUR", *UNTIL)
    assert code == 4
    office.checked()


def test_what_can_not_be_moved(books: Office) -> None:
    books.do(*HOLD, "100 EUR", *UNTIL)
    for words in (
        ("commit", "D-0001", "100.01 EUR"),
        ("deliver", "D-0001"),
        ("deliver", "D-0001", "1 EUR"),
        ("release", "D-0001", "--committed"),
        ("release", "D-0001", "101 EUR"),
        ("return", "D-0001", "1 EUR"),
    ):
        code, _ = books.refuse("deal", *words)
        assert code == 4, words
    books.do("deal", "release", "D-0001")
    for verb in ("commit", "release", "deliver"):
        code, _ = books.refuse("deal", verb, "D-0001")
        assert code == 4


def test_a_hold_past_its_date_is_not_committed(
    books: Office, clock: time_machine.Coordinates
) -> None:
    books.do(*HOLD, "100 EUR", "--until", "2026-11-25")
    clock.move_to(datetime(2026, 11, 25, 12, tzinfo=UTC))
    books.do("deal", "commit", "D-0001", "10 EUR")
    clock.move_to(datetime(2026, 11, 26, 12, tzinfo=UTC))
    code, _ = books.refuse("deal", "commit", "D-0001", "10 EUR")
    assert code == 4
    books.do("deal", "commit", "D-0001", "10 EUR", "--on", "2026-11-25")
    books.do("deal", "edit", "D-0001", "--until", "2026-12-01")
    books.do("deal", "commit", "D-0001", "10 EUR")
    clock.move_to(datetime(2026, 12, 2, 12, tzinfo=UTC))
    books.do("deal", "release", "D-0001")
    assert books.gap("N-1")["committed"] == "30.00"
    books.checked()


def test_a_reversal_mirrors_an_entry(books: Office) -> None:
    hold = books.do(*HOLD, "100 EUR", *UNTIL, "--on", "2026-03-01")
    commit = books.do("deal", "commit", "D-0001", "40 EUR", "--on", "2026-04-01")
    code, error = books.refuse("journal", "reverse", commit["entry"])
    assert code in {2, 3}
    assert "--reason" in str(error)
    code, _ = books.refuse("journal", "reverse", hold["entry"], "--reason", "wrong")
    assert code == 4  # only 60 are still held
    for early in ("2026-03-31",):
        code, _ = books.refuse(
            "journal", "reverse", commit["entry"], "--reason", "x", "--on", early
        )
        assert code == 4
    receipt = books.do("journal", "reverse", commit["entry"], "--reason", "typed twice")
    assert receipt["need"]["held"] == "100.00"
    shown = books.do("journal", "show", receipt["entry"])
    assert shown["reverses"] == commit["entry"]
    assert shown["reason"] == "typed twice"
    assert shown["effective_on"] == TODAY
    code, _ = books.refuse("journal", "reverse", commit["entry"], "--reason", "again")
    assert code == 4
    books.do("journal", "reverse", hold["entry"], "--reason", "never happened")
    row = books.gap("N-1")
    assert (row["held"], row["gap"]) == ("0.00", "1000000.00")
    assert books.gap("N-1", "--as-of", "2026-04-01")["committed"] == "40.00"
    books.checked()


def test_the_mandate_is_kept_unless_an_officer_says_why(office: Office) -> None:
    office.take_in(small(offers=[offer(sectors="health", max_ticket="50")]))
    code, error = office.refuse(*HOLD, "100 EUR", *UNTIL)
    assert code == 4
    for rule in ("sector", "ticket"):
        assert rule in str(error)
    receipt = office.do(*HOLD, "100 EUR", *UNTIL, "--override", "the board agreed")
    shown = office.do("journal", "show", receipt["entry"])
    assert "the board agreed" in shown["override"]
    office.checked()


def test_an_override_makes_no_quantity(office: Office) -> None:
    office.take_in(small(offers=[offer(quantity="50")]))
    code, _ = office.refuse(*HOLD, "51 EUR", *UNTIL, "--override", "because")
    assert code == 4


def test_an_indivisible_need_is_one_offers(office: Office) -> None:
    office.take_in(
        small(
            needs=[need(quantity="100", divisible="no")],
            offers=[offer(), offer("O-2")],
        )
    )
    code, _ = office.refuse(*HOLD, "99 EUR", *UNTIL)
    assert code == 4
    office.do(*HOLD, "100 EUR", *UNTIL)
    office.do("deal", "commit", "D-0001", "30 EUR")
    office.do("deal", "release", "D-0001", "20 EUR")
    code, _ = office.refuse("deal", "introduce", "O-2", "N-1", "20 EUR", *UNTIL)
    assert code == 4
    code, _ = office.refuse("deal", "introduce", "O-1", "N-1", "10 EUR", *UNTIL)
    assert code == 4
    office.do("deal", "introduce", "O-1", "N-1", "20 EUR", *UNTIL)
    assert office.gap("N-1")["held"] == "70.00"
    office.checked()


def test_what_is_not_held_is_not_prolonged(books: Office) -> None:
    books.do(*HOLD, "10 EUR", "--commit")
    code, _ = books.refuse("deal", "edit", "D-0001", "--until", "2027-05-30")
    assert code == 4
    books.do("deal", "edit", "D-0001", "--due", "2027-05-30")


def test_a_further_hold_adds_to_the_deal_or_opens_another(books: Office) -> None:
    assert books.do(*HOLD, "10 EUR", *UNTIL)["deal"] == "D-0001"
    assert books.do(*HOLD, "10 EUR", *UNTIL)["deal"] == "D-0001"
    assert books.do(*HOLD, "10 EUR", *UNTIL, "--instrument", "loan")["deal"] == "D-0002"
    assert books.do(*HOLD, "10 EUR", *UNTIL, "--instrument", "loan")["deal"] == "D-0002"
    assert books.do(*HOLD, "10 EUR", *UNTIL)["deal"] == "D-0001"


def test_codes_upper_or_lower_case_and_suggestions(books: Office) -> None:
    books.do("deal", "introduce", "o-1", "n-1", "10 EUR", *UNTIL)
    books.do("deal", "commit", "d-0001")
    code, error = books.refuse("deal", "commit", "D-00001")
    assert code == 5
    assert "D-0001" in str(error)


def test_nothing_can_be_deposited_with_the_fund(books: Office) -> None:
    code, error = books.refuse("deal", "deposit", "5 EUR")
    assert code == 4
    assert "broker" in str(error)


def test_projects_that_are_over_take_no_new_deals(office: Office) -> None:
    office.take_in(small(projects=[project(status="completion")]))
    code, error = office.refuse(*HOLD, "10 EUR", *UNTIL)
    assert code == 4
    assert "status" in str(error)


def test_an_offer_is_taken_up_within_its_days(
    office: Office, clock: time_machine.Coordinates
) -> None:
    office.take_in(small(offers=[offer(valid_from="2026-02-01", valid_until="2026-11-23")]))
    code, _ = office.refuse(*HOLD, "10 EUR", *UNTIL, "--on", "2026-01-31")
    assert code == 4
    office.do(*HOLD, "10 EUR", *UNTIL, "--on", "2026-02-01")
    office.do(*HOLD, "10 EUR", *UNTIL)
    clock.move_to(datetime(2026, 11, 24, 12, tzinfo=UTC))
    code, error = office.refuse(*HOLD, "10 EUR", *UNTIL)
    assert code == 4
    assert "window" in str(error)
    # A hold made in time is committed after the offer's own days are over.
    office.do("deal", "commit", "D-0001")
    office.checked()


def test_the_journal_keeps_reference_and_reason(books: Office) -> None:
    receipt = books.do(*HOLD, "10 EUR", *UNTIL, "--reference", "LOI 7", "--reason", "fair in Oslo")
    shown = books.do("journal", "show", receipt["entry"])
    assert (shown["reference"], shown["reason"]) == ("LOI 7", "fair in Oslo")
    assert shown["actor"] == "officer"
    (row,) = books.do("journal", "list", "--deal", "D-0001")["rows"]
    assert row["entry"] == receipt["entry"]


def test_deals_of_imports_and_officers_are_one_book(books: Office) -> None:
    books.take_in(small(deals=[deal("D-0001", "introduced", "10", TODAY, held_until="2027-01-31")]))
    receipt = books.do("deal", "introduce", "O-1", "N-1", "5 EUR", *UNTIL)
    assert receipt["deal"] == "D-0001"
    assert receipt["need"]["held"] == "15.00"
