"""What one ledger exports, another takes in: the same gaps, deals and dates, on every day."""

from __future__ import annotations

import csv
import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from acceptance_office import Office, city, deal, need, offer, project, provider, small
from ledgers import Ledgers
from test_random_pipelines import RATES, pipeline

START = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def second(ledgers: Ledgers, tmp_path: Path, office: Office) -> Office:
    """Open another office whose ledger is empty."""
    folder = tmp_path / "second"
    folder.mkdir()
    return Office(ledgers.new(), folder)


def same_books(one: Office, other: Office, days: list[str]) -> None:
    """Hold what two ledgers say against each other, now and on past days."""
    for words in [(), *(("--as-of", day) for day in days)]:
        first = one.gaps("--all", *words)
        assert other.gaps("--all", *words) == first, words
        assert _deals(other, *words) == _deals(one, *words), words
        for noun in ("offer", "need"):
            assert other.do(noun, "list", *words) == one.do(noun, "list", *words)
    assert _acts(other) == _acts(one)


def _deals(office: Office, *words: str) -> Any:
    return office.do("deal", "list", *words)


def _acts(office: Office) -> list[tuple[Any, ...]]:
    """List every act by what it did, in recorded order; entry numbers are each ledger's own."""
    columns = ("effective_on", "act", "deal", "need", "offer", "quantity", "unit", "reference")
    rows = office.do("journal", "list")["rows"]
    places = {row["entry"]: place for place, row in enumerate(rows)}
    return [
        (*(str(row[column]) for column in columns), places.get(row["reverses"])) for row in rows
    ]


def carry_over(one: Office, other: Office, days: list[str]) -> None:
    """Export, import, compare, and export again."""
    out = one.folder / "out"
    one.do("export", out)
    other.do("import", out, "--yes")
    same_books(one, other, days)
    other.checked()
    once_more = other.folder / "out"
    other.do("export", once_more)
    names = sorted(file.name for file in out.iterdir())
    assert sorted(file.name for file in once_more.iterdir()) == names
    assert _tables(once_more) == _tables(out)
    # What was exported is what the ledger has: taking it in again changes nothing.
    before = one.everything()
    one.do("import", out, "--yes")
    assert one.everything() == before


def _tables(folder: Path) -> dict[str, list[dict[str, str]]]:
    """Read an export; the numbers of acts are each ledger's own, so only their order is kept."""
    found = {}
    for file in folder.iterdir():
        with file.open(encoding="utf-8", newline="") as lines:
            found[file.name] = list(csv.DictReader(lines))
    numbered = [*found["changes.csv"], *found["deals.csv"]]
    order = sorted(int(row["sequence"]) for row in numbered)
    places = {"": "", **{str(number): str(at) for at, number in enumerate(order)}}
    for row in numbered:
        # Where today's terms would refuse an act of the past, a copy says so in this column.
        if "ledger this was exported from" in row.get("override", ""):
            row["override"] = ""
        row["sequence"], row["reverses"] = places[row["sequence"]], places[row["reverses"]]
    return found


def test_a_history_with_everything_in_it(
    office: Office, second: Office, clock: time_machine.Coordinates
) -> None:
    until = ("--until", "2026-12-10")
    office.take_in(
        small(
            cities=[city(), city("PAR", "FR", member_since="2003-05-01", population="2100000")],
            providers=[provider(), provider("PAR", "city", city="PAR")],
            projects=[
                project(title='The "long", metro'),
                project("PRJ-2", "PAR", status="preparation"),
            ],
            needs=[
                need(quantity="1000", instruments="loan;grant", note="=sum(A1)"),
                need("N-2", "500.5", "USD", project="PRJ-2"),
                need("N-3", "", "km", factor="implementation", project="PRJ-2"),
                need("N-4", "3", "package", factor="implementation", divisible="no"),
            ],
            offers=[
                offer(quantity="5000", sectors="transport;health", max_share="0.9"),
                offer("O-2", "70", "KWD", valid_until="2026-12-01", min_ticket="1.5"),
                offer("O-3", "3", "package", factor="implementation"),
                offer("O-4", "100", provider="PAR", excluded_countries="IR;FR"),
            ],
            rates=[dict(zip(("date", "base", "quote", "rate"), row, strict=True)) for row in RATES],
        )
    )
    for words in (
        ("deal", "introduce", "O-1", "N-1", "300 EUR", *until, "--on", "2026-02-01"),
        ("deal", "commit", "D-0001", "120.5 EUR", "--on", "2026-03-01", "--reference", "C/1"),
        ("deal", "deliver", "D-0001", "20.25 EUR", "--on", "2026-04-01"),
        ("deal", "return", "D-0001", "0.25 EUR", "--on", "2026-04-02"),
        ("deal", "release", "D-0001", "10 EUR", "--committed", "--on", "2026-04-03"),
        ("deal", "introduce", "O-2", "N-1", "77.77 EUR", *until, "--on", "2026-05-01"),
        ("deal", "commit", "D-0002", "33.33 EUR", "--on", "2026-05-02"),
        ("deal", "introduce", "O-2", "N-2", "10 USD", *until, "--instrument", "grant"),
        ("deal", "introduce", "O-3", "N-4", "3 package", "--commit"),
        ("deal", "deliver", "D-0004", "1 package"),
        ("deal", "introduce", "O-4", "N-1", "40 EUR", *until, "--override", "the board, 3 May"),
        ("need", "withdraw", "N-1", "100 EUR", "--on", "2026-06-01"),
        ("offer", "withdraw", "O-1", "1000 EUR", "--on", "2026-06-01", "--reason", "budget"),
        ("offer", "reinstate", "O-1", "500 EUR", "--on", "2026-06-02"),
        ("need", "edit", "N-1", "--quantity", "1100 EUR", "--on", "2026-07-01"),
        ("need", "edit", "N-2", "--quantity", "400 USD", "--on", "2026-07-01"),
        ("offer", "edit", "O-1", "--quantity", "5500 EUR", "--on", "2026-08-01"),
        ("need", "edit", "N-3", "--quantity", "12.5 km"),
        ("offer", "withdraw", "O-4"),
        ("deal", "release", "D-0005", "15 EUR"),
        ("deal", "edit", "D-0001", "--until", "2027-03-01", "--note", "prolonged"),
        ("offer", "edit", "O-1", "--sectors", "health"),
    ):
        office.do(*words)
    last = office.do("deal", "commit", "D-0001", "5 EUR")["entry"]
    office.do("journal", "reverse", last, "--reason", "typed twice")
    clock.move_to(datetime(2026, 12, 5, 12, tzinfo=UTC))
    office.do("offer", "expire", "O-2")
    office.do("deal", "release", "D-0002", "10 EUR")
    office.do("deal", "commit", "D-0002", "5 EUR")
    office.do("deal", "commit", "D-0001", "5 EUR", "--on", "2026-12-01")
    office.checked()
    days = ["2026-01-31", "2026-04-01", "2026-05-31", "2026-06-01", "2026-07-01", "2026-11-23"]
    carry_over(office, second, days)


def test_declarations_keep_the_order_in_which_they_were_recorded(
    office: Office, second: Office
) -> None:
    office.take_in(small(needs=[need("N-2"), need("N-5", after="N-2")], offers=[offer()]))
    office.do("deal", "introduce", "O-1", "N-2", "5 EUR", "--commit")
    office.do("need", "add", "PRJ-1", "money", "70 EUR", "--code", "N-1", "--on", "2026-02-03")
    office.do("need", "withdraw", "N-1", "1 EUR", "--on", "2026-03-03")
    office.do("need", "add", "PRJ-1", "money", "80 EUR", "--code", "N-3", "--on", "2026-01-03")
    carry_over(office, second, ["2026-02-01", "2026-02-28"])


def test_a_need_whose_approach_led_to_a_project_keeps_its_place(
    office: Office, second: Office
) -> None:
    office.take_in(small(needs=[need("N-1"), need("N-2"), need("N-3")]))
    office.do("approach", "add", "N-2", "B1", "--code", "AP-1")
    office.do(
        *("project", "add", "Tram", "--code", "PRJ-2", "--city", "THR"),
        *("--sector", "transport.urban", "--origin", "approach:AP-1"),
    )
    carry_over(office, second, ["2026-02-01"])


@pytest.mark.parametrize("seed", range(2))
def test_random_histories(
    office: Office, second: Office, clock: time_machine.Coordinates, seed: int
) -> None:
    chance = random.Random(seed)
    tables = pipeline(seed)
    for row in (*tables["needs"], *tables["offers"]):
        row["declared_on"] = "2026-01-01"
    office.take_in(tables)
    now = START
    done = 0
    for _ in range(50):
        if chance.random() < 0.15:
            now += timedelta(days=chance.randint(1, 20))
            clock.move_to(now)
        words = _something(chance, office, tables, now.date())
        answer = office.run(*words, "--json", "--clock-is-right")
        assert answer.code in {0, 2, 3, 4, 5}, answer
        done += answer.code == 0
    assert done > 8
    office.checked()
    carry_over(office, second, ["2026-06-30", "2026-12-15"])


def _something(
    chance: random.Random, office: Office, tables: dict[str, list[dict[str, str]]], today: date
) -> tuple[str, ...]:
    """Think of one act; many will be refused, as they would be in an office."""
    wants = chance.choice([row for row in tables["needs"] if row["quantity"]])
    has = chance.choice([row for row in tables["offers"] if row["factor"] == wants["factor"]])
    total = float(wants["quantity"])
    small_part = f"{max(1, int(total * chance.random()))} {wants['unit']}"
    on = (
        ("--on", str(today - timedelta(days=chance.randint(0, 60))))
        if chance.random() < 0.3
        else ()
    )
    deals = office.do("deal", "list")["rows"]
    ours = chance.choice(deals) if deals else {}
    code = ours.get("deal", "D-0001")
    until = ("--until", str(today + timedelta(days=chance.randint(5, 90))))
    choices: list[tuple[str, ...]] = [
        *[
            (
                "deal",
                "introduce",
                has["code"],
                wants["code"],
                small_part,
                *until,
                *on,
                "--override",
                "agreed",
            )
        ]
        * 5,
        (
            "deal",
            "introduce",
            has["code"],
            wants["code"],
            small_part,
            "--commit",
            "--rate",
            "1.23456",
            "--override",
            "agreed",
        ),
        ("need", "withdraw", wants["code"], small_part, *on),
        ("need", "reinstate", wants["code"], *on),
        (
            "need",
            "edit",
            wants["code"],
            "--quantity",
            f"{int(total) + chance.randint(-5, 50)} {wants['unit']}",
        ),
        (
            "offer",
            "withdraw",
            has["code"],
            *(() if chance.random() < 0.5 else (f"1 {has['unit']}",)),
        ),
        ("offer", "reinstate", has["code"], *on),
        (
            "offer",
            "edit",
            has["code"],
            "--valid-until",
            str(today + timedelta(days=chance.randint(1, 30))),
        ),
        ("offer", "expire", has["code"]),
        ("journal", "reverse", str(chance.randint(30, 90)), "--reason", "a slip"),
    ]
    if deals:
        for verb, stage in (
            ("commit", "held"),
            ("commit", "held"),
            ("release", "held"),
            ("deliver", "committed"),
            ("return", "delivered"),
        ):
            lives = ours[stage]
            part = lives if chance.random() < 0.3 else str(max(1, int(float(lives) / 3)))
            choices.append(("deal", verb, code, f"{part} {ours['unit']}", *on))
        choices.append(("deal", "release", code, "--committed", *on))
        choices.append(("deal", "edit", code, *until))
    return chance.choice(choices)


def test_an_offer_whose_declaration_was_taken_back(office: Office, second: Office) -> None:
    office.take_in(small(offers=[offer(), offer("O-2")]))
    entries = office.do("journal", "list", "--offer", "O-2")["rows"]
    office.do("journal", "reverse", entries[0]["entry"], "--reason", "the letter was not signed")
    carry_over(office, second, ["2026-11-22"])


def test_a_deals_table_without_sequences(office: Office, second: Office) -> None:
    """What an officer wrote by hand comes back from an export as the same books."""
    office.take_in(
        small(
            deals=[
                deal("D-7", "introduced", "100", "2026-02-01", held_until="2027-01-31"),
                deal("D-7", "committed", "60", "2026-03-01", reference="C"),
                deal("X1", "committed", "5", "2026-03-01"),
                deal("X1", "delivered", "5", "2026-03-01"),
            ]
        )
    )
    carry_over(office, second, ["2026-02-28", "2026-03-01"])


def test_an_export_goes_into_an_empty_folder_only(office: Office) -> None:
    office.take_in(small())
    office.do("export", office.folder / "out")
    answer = office.run("export", office.folder / "out", "--json")
    assert answer.code in {2, 3, 4, 74}


def test_some_tables_only(office: Office) -> None:
    office.take_in(small())
    office.do("export", office.folder / "out", "--table", "needs", "--table", "cities")
    assert {file.stem for file in (office.folder / "out").iterdir()} == {"needs", "cities"}
