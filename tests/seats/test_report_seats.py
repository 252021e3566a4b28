"""The report of seats: days in force, what ended them and what came of them, as a naive reading."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from bodies import a_body, a_seat, year
from hypothesis import given
from hypothesis import strategies as st
from officer import Officer

from ledger.core.partial_dates import PartialDate
from ledger.registers.records import Body, City, Office, Seat
from ledger.seats.report import SeatQuery, SeatRecords, Yield, seat_rows

FIRST, LAST = date(2000, 1, 1), date(2000, 12, 31)
DAYS = st.dates(FIRST, LAST)
PARTIAL = DAYS.flatmap(
    lambda day: st.sampled_from([f"{day:%Y}", f"{day:%Y-%m}", f"{day}"]).map(PartialDate)
)
CITIES = ("MHD", "PAR")


@st.composite
def worlds(draw: st.DrawFn) -> SeatRecords:
    """Draw a few seats of two cities in two bodies and an office, which may end before them."""
    bodies = {code: a_body(code, until=draw(st.none() | PARTIAL)) for code in ("B", "C")}
    office = Office("O", "Office", closed_on=draw(st.none() | PARTIAL))
    seats: list[Seat] = []
    for number in range(draw(st.integers(0, 5))):
        place = draw(st.sampled_from(["B", "C", "O"]))
        begin, end = draw(st.none() | PARTIAL), draw(st.none() | PARTIAL)
        if begin and end and end.last < begin.first:
            begin, end = end, begin
        terms = {"office": place} if place == "O" else {"body": place}
        city = draw(st.sampled_from(CITIES))
        seats.append(a_seat(f"ST-{number}", city, from_=begin, until=end, **terms))
    return SeatRecords(
        seats=seats,
        cities={code: City(code, code, "IR", "asia") for code in CITIES},
        bodies=bodies,
        offices={"O": office},
        withdrawn_on=draw(st.dictionaries(st.sampled_from(CITIES), DAYS, max_size=1)),
        came_of=draw(
            st.dictionaries(
                st.sampled_from([one.code for one in seats] or ["-"]),
                st.integers(0, 2).map(lambda count: Yield(counts={"deal": count})),
                max_size=2,
            )
        ),
        contributed_on=draw(
            st.dictionaries(
                st.tuples(st.sampled_from(CITIES), st.sampled_from(["B", "C"])),
                st.lists(DAYS, max_size=3),
                max_size=2,
            )
        ),
    )


def days_between(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += timedelta(days=1)


def is_in_force(records: SeatRecords, seat: Seat, day: date) -> bool:
    """Read the definition once more, day by day."""
    if seat.from_ is not None and day < seat.from_.first:
        return False
    if seat.until is not None:
        return day <= seat.until.last
    place: Body | Office = (
        records.bodies[seat.body] if seat.body else records.offices[seat.office or ""]
    )
    ends = place.until if isinstance(place, Body) else place.closed_on
    withdrawn_on = records.withdrawn_on.get(seat.city)
    if ends is not None and day > ends.last:
        return False
    return withdrawn_on is None or day <= withdrawn_on


@given(worlds(), DAYS, st.none() | DAYS, st.none() | DAYS)
def test_the_report_is_as_its_definition_reads(
    records: SeatRecords, day: date, first: date | None, last: date | None
) -> None:
    query = SeatQuery(day, first, last)
    rows = {row.held.seat.code: row for row in seat_rows(records, query)}
    begin, end = first or FIRST, min(last or day, day)
    for seat in records.seats:
        held = [one for one in days_between(begin, end) if is_in_force(records, seat, one)]
        if first is None and seat.from_ is None and not held:
            continue  # it may have been in force before the days of this test
        assert bool(held) is (seat.code in rows)
        if not held:
            continue
        row = rows[seat.code]
        is_known = seat.from_ is not None or first is not None
        assert row.days == (len(held) if is_known else None)
        assert row.in_force is is_in_force(records, seat, day)
        contributed = records.contributed_on.get((seat.city, seat.body or ""), ())
        counted = [one for one in contributed if one <= day and is_in_force(records, seat, one)]
        assert row.contributions == len(counted)
        counts = records.came_of[seat.code].counts if seat.code in records.came_of else {}
        assert row.used is (bool(counted) or counts.get("deal", 0) > 0)


def test_a_seat_without_an_end_ends_with_what_ends_first() -> None:
    def ended(**terms: object) -> tuple[date, str | None]:
        body = a_body(until=year("2003"))
        records = SeatRecords(
            seats=[],
            cities={},
            bodies={"METROPOLIS": body},
            offices={},
            withdrawn_on={"PAR": date(2003, 5, 1)},
        )
        held = records.held(a_seat(**terms))  # type: ignore[arg-type]  # terms of a seat
        return held.span.last, held.ended_by

    assert ended() == (date(2003, 12, 31), "body")
    assert ended(city="PAR") == (date(2003, 5, 1), "city")
    assert ended(city="PAR", until=year("2004")) == (date(2004, 12, 31), None)


@pytest.fixture
def seated(officer: Officer) -> Officer:
    """Give an officer with a seat of which an offer and a deal came, and an unused one."""
    officer.says("city add Mashhad --code MHD --country IR")
    officer.says("provider add Bank --code BANK --kind bank")
    officer.says("project add Metro --city MHD --sector transport --on 2026-01-10")
    officer.says("need add PRJ-0001 money '500 EUR' --on 2026-01-10")
    officer.says("body add Metropolis --code METROPOLIS --kind association --from 1985")
    officer.says("seat add MHD METROPOLIS --from 1993")
    officer.says("seat add MHD METROPOLIS --role observer")
    officer.says("offer add BANK money '100 EUR' --seat ST-0001 --on 2026-02-01")
    officer.says("deal introduce O-0001 N-0001 '10 EUR' --until 2027-01-01 --on 2026-03-01")
    officer.says("deal commit D-0001 '4 EUR' --on 2026-04-01")
    return officer


def test_what_came_of_a_seat_is_counted_by_the_day_of_the_report(seated: Officer) -> None:
    report = seated.asks("report seats")
    unused, used = report["rows"]
    assert (used["seat"], used["used"], used["came_of"]) == ("ST-0001", True, ["1 offer", "1 deal"])
    assert (used["held"], used["committed"]) == (["6.00 EUR"], ["4.00 EUR"])
    assert (unused["seat"], unused["used"], unused["days"]) == ("ST-0002", False, None)
    assert report["not_counted"] == {"beginning_not_known": 1}
    assert "days" in report["rule"]
    chosen = seated.asks("report seats --where seat=ST-0001")
    assert chosen["not_counted"] == {"beginning_not_known": 0}
    [then] = seated.asks("report seats --as-of 2026-02-15 --where seat=ST-0001")["rows"]
    assert (then["came_of"], then["held"]) == (["1 offer"], [])
    [before] = seated.asks("report seats --as-of 2026-01-15 --where seat=ST-0001")["rows"]
    assert (before["used"], before["came_of"]) == (False, [])


def test_amounts_that_came_of_a_seat_are_exact_for_programs(seated: Officer) -> None:
    seated.says("offer edit O-0001 --quantity '5000 EUR' --on 2026-03-01")
    seated.says("need edit N-0001 --quantity '5000 EUR' --on 2026-03-01")
    seated.says("deal introduce O-0001 N-0001 '1234.50 EUR' --until 2027-01-01 --on 2026-04-01")
    [used] = seated.asks("report seats --where seat=ST-0001")["rows"]
    assert used["held"] == ["1240.50 EUR"]
    assert "1,240.50 EUR" in seated.says("report seats --where seat=ST-0001")


def test_the_span_that_is_asked_for_bounds_the_days(seated: Officer) -> None:
    line = "report seats --from 2025-01-01 --to 2025-12-31"
    assert [row["days"] for row in seated.asks(line)["rows"]] == [365, 365]
    assert seated.asks("report seats --to 1990-01-01 --where seat=ST-0001")["rows"] == []
    told = seated.tries("report seats")
    assert "2 seats, 1 unused" in told.err
    assert "a partial date begins on its first day" in told.err


def test_a_later_edit_changes_the_report_as_known_now_and_not_as_known_then(
    seated: Officer,
) -> None:
    recorded = seated.asks("history seat:ST-0001")["rows"][0]["recorded_at"]
    seated.says("seat edit ST-0001 --until 2020")
    line = "report seats --where seat=ST-0001 --from 2026-01-01"
    assert seated.asks(line)["rows"] == []
    if seated.world.engine == "sqlite":  # a server gives nothing as known within the last minute
        [then] = seated.asks(f"{line} --known-at {recorded}")["rows"]
        assert (then["until"], then["in_force"]) == (None, True)


def test_what_begins_only_later_has_not_come_of_a_seat_yet(seated: Officer) -> None:
    seated.says("city add Paris --code PAR --country FR")
    seated.says("body add Board --code BOARD --kind board")
    seated.says("seat add MHD BOARD --role board --from 2010 --seat ST-0002")
    seated.says("partnership add MHD PAR --kind twinning --signed 2012-05 --seat ST-0002")
    line = "report seats --where seat=ST-0002"
    for day, came_of in (
        ("2009-12-31", []),
        ("2010-01-01", ["1 seat"]),
        ("2012-05-01", ["1 partnership", "1 seat"]),
    ):
        [row] = seated.asks(f"{line} --as-of {day}")["rows"]
        assert (row["came_of"], row["used"]) == (came_of, bool(came_of)), day
        counts = seated.asks(f"seat show ST-0002 --as-of {day}")["came_of"]["counts"]
        assert sum(counts.values()) == len(came_of), day


def test_the_report_runs_on_an_empty_ledger(officer: Officer) -> None:
    report = officer.asks("report seats")
    assert (report["schema"], report["rows"]) == ("cityfund.seats/1", [])
    assert officer.says("report seats --format csv").startswith("seat,city,")


def test_what_a_city_did_at_a_meeting_while_it_had_the_seat_is_a_use_of_it(seated: Officer) -> None:
    seated.says("meeting add --body METROPOLIS --name Session --from 2008-10-22")
    seated.says("meeting attend MT-0001 MHD --did presented,proposed")
    seated.says("motion add --meeting MT-0001 --by MHD --what 'a bank for cities'")
    line = "report seats --where seat=ST-0002"
    [row] = seated.asks(line)["rows"]
    assert (row["contributions"], row["used"]) == (3, True)
    [before] = seated.asks(f"{line} --as-of 2008-01-01")["rows"]
    assert (before["contributions"], before["used"]) == (0, False)
    seated.says("meeting edit MT-0001 --cancelled yes")
    assert seated.asks(line)["rows"][0]["used"] is False
