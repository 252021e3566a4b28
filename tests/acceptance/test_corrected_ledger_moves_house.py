"""A ledger with late acts, corrections and undone requests is exported and imported the same."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
import time_machine
from acceptance_office import Office, need, offer, small
from ledgers import Ledgers
from test_ledger_moves_house import carry_over
from world import World

TABLES = small(
    needs=[need(quantity="1000"), need("N-2", "160000", "JPY")],
    offers=[offer(quantity="5000"), offer("O-2", "800", valid_until="2026-11-30")],
    rates=[{"date": "2026-01-01", "base": "EUR", "quote": "JPY", "rate": "163.25"}],
)
DEALS = ("D-0001", "D-0002")
SLIP = ("--reason", "a slip")
UNTIL = ("--until", "2026-11-25")
DAYS = ["2026-03-14", "2026-04-15", "2026-08-31", "2026-10-14", "2026-11-26"]
SHOWN = [
    *(("need", "show", code) for code in ("N-1", "N-2")),
    *(("offer", "show", code) for code in ("O-1", "O-2")),
    *(("deal", "show", code) for code in DEALS),
    *((noun, "list") for noun in ("city", "provider", "project", "topic")),
    ("rates", "show"),
    ("gaps", "--by", "city,factor"),
]


@pytest.fixture
def second(ledgers: Ledgers, tmp_path: Path, office: Office) -> Office:
    """Open another office whose ledger is empty."""
    folder = tmp_path / "second"
    folder.mkdir()
    return Office(ledgers.new(), folder)


def last_entry(office: Office, *words: object) -> int:
    return int(office.do(*words)["entry"])


def test_late_acts_and_what_corrected_them(
    office: Office, second: Office, clock: time_machine.Coordinates
) -> None:
    office.take_in(TABLES)
    do = office.do
    do("deal", "introduce", "O-1", "N-1", "600 EUR", "--commit", "--on", "2026-03-01")
    late = last_entry(office, "deal", "deliver", "D-0001", "300 EUR", "--on", "2026-06-01")
    do("deal", "deliver", "D-0001", "100 EUR", "--on", "2026-04-01", "--reference", "PAY-1")
    do("journal", "correct", late, "--quantity", "250 EUR", "--on", "2026-05-15", *SLIP)

    totals = [("2026-08-01", "1500 EUR"), ("2026-06-01", "1200 EUR"), ("2026-08-01", "1600 EUR")]
    for day, total in totals:
        do("need", "edit", "N-1", "--quantity", total, "--on", day)

    # Across currencies: parts that round, corrected in the midst of the acts that follow.
    do("deal", "introduce", "O-2", "N-2", "50001 JPY", *UNTIL, "--on", "2026-02-01")
    signed = last_entry(office, "deal", "commit", "D-0002", "20000 JPY", "--on", "2026-03-15")
    do("deal", "deliver", "D-0002", "7000 JPY", "--on", "2026-07-01")
    do("deal", "deliver", "D-0002", "3001 JPY", "--on", "2026-04-15")
    do("journal", "correct", signed, "--quantity", "15000 JPY", *SLIP)

    # A reversal of a reversal, and one of that.
    entry = last_entry(office, "deal", "return", "D-0001", "50 EUR", "--on", "2026-09-01")
    for day in ("2026-09-15", "2026-10-01", "2026-10-15"):
        entry = last_entry(office, "journal", "reverse", entry, *SLIP, "--on", day)
    # What is committed between an act and its reversal moves the reversal.
    entry = last_entry(office, "need", "withdraw", "N-1", "900 EUR", "--on", "2026-08-15")
    do("journal", "reverse", entry, *SLIP, "--on", "2026-10-15")
    do("deal", "introduce", "O-1", "N-1", "800 EUR", "--commit", "--on", "2026-09-15")

    do("deal", "deliver", "D-0001", "20 EUR", "--on", "2026-10-01")
    do("undo", "--yes", *SLIP)
    do("undo", "--yes", "--reason", "it was right")
    do("offer", "withdraw", "O-1", "1000 EUR")
    do("undo", "--yes", *SLIP)

    clock.move_to(datetime(2026, 11, 28, 12, tzinfo=UTC))
    assert office.run("reconcile", "--only", "lapse", "--json").code in {0, 1}
    do("deal", "commit", "D-0002", "9000 JPY", "--on", "2026-11-20", "--reference", "Letter 9")
    office.checked()
    carry_over(office, second, DAYS)
    for words in SHOWN:
        assert second.do(*words) == office.do(*words), words
    assert digest(second) == digest(office)


def digest(office: Office) -> str:
    """Digest the journal and where it leaves everything, whatever numbers the entries have."""
    world = World(office.url)
    entries = world.entries()
    places = {entry.number: place for place, entry in enumerate(entries)}
    journal = [
        (one.act, one.effective_on, one.deal, one.movements, places.get(one.reverses or 0))
        for one in entries
    ]
    accounts = [("need", "N-1"), ("need", "N-2"), ("offer", "O-1"), ("offer", "O-2")]
    stages = [world.stages(side, code) for side, code in accounts]
    deals = [world.deal_stages(deal, side) for deal in DEALS for side in ("need", "offer")]
    world.ledger.engine.dispose()
    return sha256(repr((journal, stages, deals)).encode()).hexdigest()
