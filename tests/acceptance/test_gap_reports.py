"""What an analyst asks of the gaps: exact keys, filters, groups, forms, and the same for ever."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from acceptance_office import Office, city, deal, furnished, need, offer, project, small
from ledgers import Ledgers, copy_or_new

KEYS = [
    *("need", "project", "title", "city", "city_name", "country", "region", "office", "sector"),
    *("factor", "topic", "unit", "required", "delivered", "committed", "held", "withdrawn", "gap"),
    *("coverage", "needed_by", "gap_base", "rate_date", "eligible_offers", "main_obstacle"),
]
UNTIL = "2027-01-31"


def _furnish(office: Office) -> None:
    office.take_in(
        small(
            cities=[city("THR", "IR"), city("PAR", "FR")],
            projects=[
                project("PRJ-2", "PAR", sector="health"),
                project("PRJ-10", "PAR"),
                project("PRJ-1"),
            ],
            needs=[
                need("N-9", "300", topic="metro"),
                need("N-1", "100.01"),
                need("N-2", "40", "USD", project="PRJ-2"),
                need("N-3", "", "USD", project="PRJ-2"),
                need("N-4", "12.5", "person-day", project="PRJ-10", factor="expertise"),
            ],
            offers=[offer(quantity="5000")],
            rates=[{"date": "2026-03-01", "base": "EUR", "quote": "USD", "rate": "1.6"}],
        )
    )


@pytest.fixture(scope="session")
def pipeline_once(run_ledgers: Ledgers, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Give the URL of such a ledger for the tests to copy."""
    return furnished(run_ledgers, tmp_path_factory.mktemp("pipeline"), _furnish)


@pytest.fixture
def ledger_url(ledgers: Ledgers, request: pytest.FixtureRequest) -> str:
    return copy_or_new(ledgers, request, "pipeline")


@pytest.fixture
def pipeline(office: Office) -> Office:
    """Give two cities, three projects and five needs, one of them without an amount."""
    return office


def test_every_key_of_the_contract(pipeline: Office) -> None:
    answer = pipeline.gaps()
    assert answer["schema"] == "cityfund.gaps/1"
    assert answer["as_of"] == "2026-11-23"
    assert answer["known_at"] is None
    assert answer["base_currency"] == "EUR"
    for row in answer["rows"]:
        assert set(KEYS) <= set(row)
        for key in ("required", "delivered", "committed", "held", "withdrawn", "gap", "coverage"):
            assert row[key] is None or isinstance(row[key], str)
        assert isinstance(row["eligible_offers"], int)
    for total in answer["totals"]:
        keys = {"factor", "unit", "required", "gap", "counted", "not_counted", "rule"}
        assert keys <= set(total)


def test_rows_come_by_project_then_need(pipeline: Office) -> None:
    order = [(row["project"], row["need"]) for row in pipeline.gaps()["rows"]]
    assert order == sorted(order)
    assert len(order) == 5


def test_base_currency_with_its_rate(pipeline: Office) -> None:
    row = pipeline.gap("N-2")
    assert (row["gap_base"], row["rate_date"]) == ("25.00", "2026-03-01")
    row = pipeline.gap("N-2", "--as-of", "2026-02-28")
    assert (row["gap_base"], row["rate_date"]) == (None, None)
    assert pipeline.gap("N-9")["gap_base"] == "300.00"
    assert pipeline.gap("N-4")["gap_base"] is None
    assert pipeline.gap("N-3")["gap_base"] is None


def test_coverage_is_rounded_down(pipeline: Office) -> None:
    pipeline.do("deal", "introduce", "O-1", "N-9", "199.99 EUR", "--commit")
    row = pipeline.gap("N-9")
    assert row["coverage"] == "0.6666"
    pipeline.do("deal", "introduce", "O-1", "N-9", "99 EUR", "--until", UNTIL)
    assert pipeline.gap("N-9")["coverage"] == "0.6666"
    assert pipeline.gap("N-9")["gap"] == "100.01"
    pipeline.do("deal", "commit", "D-0001")
    assert pipeline.gap("N-9")["coverage"] == "0.9966"
    pipeline.do("deal", "introduce", "O-1", "N-9", "1.01 EUR", "--commit")
    row = pipeline.gap("N-9")
    assert (row["coverage"], row["gap"]) == ("1.0000", "0.00")


@pytest.mark.parametrize(
    ("filters", "needs"),
    [
        (["country=IR"], {"N-9", "N-1"}),
        (["country=ir"], {"N-9", "N-1"}),
        (["factor=money"], {"N-9", "N-1", "N-2", "N-3"}),
        (["factor=money", "city=PAR"], {"N-2", "N-3"}),
        (["topic=metro"], {"N-9"}),
        (["office=hq"], {"N-2", "N-3", "N-4"}),
        (["region=Southern Asia"], {"N-9", "N-1"}),
        (["need=N-4"], {"N-4"}),
        (["unit=USD"], {"N-2", "N-3"}),
        (["country=BR"], set()),
    ],
)
def test_filters(pipeline: Office, filters: list[str], needs: set[str]) -> None:
    words = [word for text in filters for word in ("--where", text)]
    answer = pipeline.gaps(*words)
    assert {row["need"] for row in answer["rows"]} == needs
    assert sum(
        t["counted"] + t["not_counted"] for t in answer["totals"] if not t["in_base"]
    ) == len(needs)


def test_a_filter_that_names_no_column(pipeline: Office) -> None:
    for text in ("colour=blue", "country"):
        code, error = pipeline.refuse("gaps", "--where", text)
        assert code in {2, 3}, error
    code, _ = pipeline.refuse("gaps", "--by", "colour")
    assert code in {2, 3}


def test_groups(pipeline: Office) -> None:
    pipeline.do("deal", "introduce", "O-1", "N-9", "50 EUR", "--commit")
    answer = pipeline.gaps("--by", "country,factor")
    assert answer["by"] == ["country", "factor"]
    rows = {(row["country"], row["factor"]): row for row in answer["rows"]}
    assert set(rows) == {("IR", "money"), ("FR", "money"), ("FR", "expertise")}
    tehran = rows["IR", "money"]
    assert tehran["required"] == "400.01"
    assert tehran["gap"] == "350.01"
    assert tehran["coverage"] == "0.1249"
    paris = rows["FR", "money"]
    assert (paris["counted"], paris["not_counted"]) == (1, 1)
    assert paris["gap_base"] == "25.00"


def test_groups_never_add_unlike_units(pipeline: Office) -> None:
    """By factor alone money stands in two currencies: no one amount, or one row each."""
    rows = pipeline.gaps("--by", "factor")["rows"]
    money = [row for row in rows if row["factor"] == "money"]
    if len(money) == 1:
        assert money[0]["required"] is None
        assert money[0]["gap_base"] == "425.01"
    else:
        assert {row["unit"] for row in money} == {"EUR", "USD"}


def test_spreadsheets_get_the_same_rows(pipeline: Office) -> None:
    answer = pipeline.gaps()
    text = pipeline.run("gaps", "--format", "csv").out
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == len(answer["rows"])
    for row, wanted in zip(rows, answer["rows"], strict=True):
        assert set(KEYS) <= set(row)
        for key in KEYS:
            value = wanted[key]
            assert row[key] == ("" if value is None else str(value)), key


def test_a_page_of_it(pipeline: Office) -> None:
    text = pipeline.run("gaps", "--format", "md").out
    table = [line for line in text.splitlines() if line.startswith("|")]
    assert len(table) == 2 + 5
    assert all("N-" in line for line in table[2:])


def test_into_a_file(pipeline: Office) -> None:
    target = pipeline.folder / "gaps.json"
    answer = pipeline.run("gaps", "--format", "json", "--output", target)
    assert answer.code == 0
    assert not answer.out
    assert target.read_text() == pipeline.run("gaps", "--format", "json").out


def test_formulas_in_text_are_neutralised(office: Office) -> None:
    office.take_in(small(projects=[project(title="=1+2")]))
    text = office.run("gaps", "--format", "csv").out
    (row,) = csv.DictReader(io.StringIO(text))
    assert row["title"][0] not in "=+-@"
    assert office.gap("N-1")["title"] == "=1+2"


def test_projects_that_are_over_only_when_asked(office: Office) -> None:
    office.take_in(
        small(
            projects=[project(), project("PRJ-2", status="completion")],
            needs=[need(), need("N-2", project="PRJ-2")],
        )
    )
    assert [row["need"] for row in office.gaps()["rows"]] == ["N-1"]
    assert [row["need"] for row in office.gaps("--all")["rows"]] == ["N-1", "N-2"]


def test_needs_of_tomorrow_are_not_in_the_past(office: Office) -> None:
    office.take_in(small(needs=[need(), need("N-2", declared_on="2026-06-01")]))
    assert len(office.gaps("--as-of", "2026-05-31")["rows"]) == 1
    assert len(office.gaps("--as-of", "2026-06-01")["rows"]) == 2
    assert office.gaps("--as-of", "2025-12-31")["rows"] == []


def test_both_times_given_is_the_same_for_ever(
    pipeline: Office, clock: time_machine.Coordinates
) -> None:
    now = datetime(2026, 11, 23, 13, tzinfo=UTC)
    clock.move_to(now)
    pipeline.do("deal", "introduce", "O-1", "N-9", "50 EUR", "--commit", "--on", "2026-04-01")
    clock.move_to(now + timedelta(hours=1))
    asked = [
        ("gaps", "--all", "--format", form, "--as-of", day, "--known-at", f"2026-11-23T{at}:00Z")
        for form in ("json", "csv")
        for day in ("2026-03-31", "2026-04-01", "2026-11-23")
        for at in ("12:30", "13:30")
    ]
    before = [pipeline.run(*words) for words in asked]
    assert all(answer.code == 0 for answer in before), before
    assert before[1].json["rows"] != before[3].json["rows"]
    # Everything that can change is changed: terms, names, amounts, rates, deals, back in time.
    clock.move_to(now + timedelta(days=2))
    pipeline.take_in(
        small(
            cities=[city("THR", "IR", office="hq", name="Teheran")],
            projects=[project(title="Another", status="completion")],
            needs=[need("N-9", "200", topic="bus"), need("N-1", "500", needed_by="2030-01-01")],
            offers=[offer(quantity="6000", sectors="health", valid_until="2026-12-01")],
            rates=[{"date": "2026-03-15", "base": "EUR", "quote": "USD", "rate": "2"}],
        )
    )
    pipeline.do("deal", "deliver", "D-0001", "10 EUR", "--on", "2026-04-01")
    pipeline.do("journal", "reverse", "7", "--reason", "not so")
    after = [pipeline.run(*words) for words in asked]
    assert [answer.out for answer in after] == [answer.out for answer in before]
    assert pipeline.gap("N-9")["title"] == "Another"


def test_the_last_minute_and_the_future_are_not_known(pipeline: Office) -> None:
    """Whether they may be asked is the ledger's business; that the answer keeps is not."""
    code, _ = pipeline.refuse("gaps", "--known-at", "2026-11-24T00:00:00Z")
    assert code in {3, 4}
    for text in ("soon", "2026-13-01"):
        code, _ = pipeline.refuse("gaps", "--known-at", text)
        assert code == 3
        code, _ = pipeline.refuse("gaps", "--as-of", text)
        assert code == 3


def test_history_of_one_need_day_by_day(office: Office) -> None:
    office.take_in(
        small(
            deals=[
                deal("D-1", "introduced", "100", "2026-02-01", held_until=UNTIL),
                deal("D-1", "committed", "60", "2026-03-01"),
                deal("D-1", "delivered", "50", "2026-04-01"),
                deal("D-1", "returned", "20", "2026-05-01"),
                deal("D-1", "released", "40", "2026-06-01"),
            ]
        )
    )
    expected = {
        "2026-01-31": ("0.00", "0.00", "0.00", "1000000.00"),
        "2026-02-28": ("100.00", "0.00", "0.00", "1000000.00"),
        "2026-03-31": ("40.00", "60.00", "0.00", "999940.00"),
        "2026-04-30": ("40.00", "10.00", "50.00", "999940.00"),
        "2026-05-31": ("40.00", "30.00", "30.00", "999940.00"),
        "2026-06-01": ("0.00", "30.00", "30.00", "999940.00"),
    }
    for day, (held, committed, delivered, gap) in expected.items():
        row = office.gap("N-1", "--as-of", day)
        found = (row["held"], row["committed"], row["delivered"], row["gap"])
        assert found == (held, committed, delivered, gap), day


def test_the_help_of_gaps_names_its_options(office: Office) -> None:
    answer = office.run("gaps", "--help")
    assert answer.code == 0
    for option in ("--by", "--all", "--as-of", "--known-at", "--where", "--format"):
        assert option in answer.out
