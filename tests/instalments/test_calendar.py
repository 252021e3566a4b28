"""The calendar file of everything due, read by a strict parser of RFC 5545."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from officer import Officer

from ledger.reports.ics import MOST_OCTETS, CalendarEvent, calendar_text

_LINE = re.compile(
    r"(?P<name>[A-Z-]+)(?P<parameters>(?:;[A-Z-]+=[A-Z-]+)*):(?P<value>.*)", re.DOTALL
)
_ESCAPES = {"\\\\": "\\", "\\;": ";", "\\,": ",", "\\n": "\n", "\\N": "\n"}


def unescaped(text: str) -> str:
    """Give a TEXT value; a character that has to be escaped and is not is refused."""
    parts = re.findall(r"\\[\\;,nN]|[^\\;,\x00-\x08\x0a-\x1f\x7f]", text)
    assert "".join(parts) == text, text
    return "".join(_ESCAPES.get(part, part) for part in parts)


def events_of(data: bytes) -> list[dict[str, str]]:
    """Read a calendar of events as RFC 5545 has it, and refuse everything else."""
    assert data.endswith(b"\r\n")
    physical = data[:-2].split(b"\r\n")
    assert all(len(line) <= 75 and b"\n" not in line and b"\r" not in line for line in physical)
    assert all(line.decode() for line in physical)  # no character is broken
    lines: list[str] = []
    for line in physical:
        if line.startswith((b" ", b"\t")):
            lines[-1] += line[1:].decode()
        else:
            lines.append(line.decode())
    assert (lines[0], lines[-1]) == ("BEGIN:VCALENDAR", "END:VCALENDAR")
    head, events = {}, []
    event: dict[str, str] | None = None
    for text in lines[1:-1]:
        match = _LINE.fullmatch(text)
        assert match is not None, text
        name, value = match["name"], match["value"]
        if (name, value) == ("BEGIN", "VEVENT"):
            assert event is None
            event = {}
        elif (name, value) == ("END", "VEVENT"):
            assert event is not None
            assert {"UID", "DTSTAMP", "DTSTART", "SUMMARY"} <= event.keys()
            events.append(event)
            event = None
        else:
            target = head if event is None else event
            assert name not in target, name
            target[name] = value
            if name == "DTSTART":
                assert match["parameters"] == ";VALUE=DATE"
                datetime.strptime(value, "%Y%m%d").replace(tzinfo=UTC)
            elif name == "DTSTAMP":
                datetime.strptime(value, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
            elif name in {"UID", "SUMMARY", "DESCRIPTION", "CATEGORIES"}:
                target[name] = unescaped(value)
    assert event is None
    assert head["VERSION"] == "2.0"
    assert head["PRODID"]
    assert len({one["UID"] for one in events}) == len(events)
    return events


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)


@given(texts, texts, st.dates())
def test_any_text_is_written_in_lines_of_75_octets(first: str, second: str, day: date) -> None:
    event = CalendarEvent("U-1", day, "due", first, second)
    moment = datetime(2026, 11, 23, 12, tzinfo=UTC)
    data = calendar_text([event], first, moment).encode()
    (read,) = events_of(data)
    control = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
    plain = [one.replace("\r\n", "\n").replace("\r", "\n") for one in (first, second)]
    assert [read["SUMMARY"], read["DESCRIPTION"]] == [control.sub(" ", one) for one in plain]
    assert read["DTSTART"] == day.isoformat().replace("-", "")
    assert max(map(len, data.split(b"\r\n"))) <= MOST_OCTETS == 75


def furnish(metro: Officer) -> None:
    """Add a need, a hold, an offer and an approach that are due, and what is not."""
    metro.says("need add PRJ-0001 expertise '30 person-day' --needed-by 2027-06-30")
    metro.says("offer add BANK expertise '9 person-day' --valid-until 2027-02-28")
    metro.says("deal introduce O-0002 N-0002 '4 person-day' --until 2026-12-24")
    metro.says("approach add N-0002 BANK --answer-by 2027-01-15")
    metro.says("city add کراچی --code KHI --country PK")
    metro.says("provider add Karachi --code PKHI --kind city --city KHI")
    metro.says("offer add PKHI expertise '5 person-day' --valid-until 2027-03-31")


def calendar(officer: Officer, *words: str) -> list[dict[str, str]]:
    return events_of(officer.says("calendar", *words).encode())


def test_everything_due_is_in_it(metro: Officer, tmp_path: Path) -> None:
    furnish(metro)
    events = calendar(metro)
    assert [(one["DTSTART"], one["CATEGORIES"]) for one in events] == [
        ("20261101", "instalment-due"),
        ("20261224", "hold-ends"),
        ("20270115", "answer-due"),
        ("20270228", "offer-ends"),
        ("20270301", "instalment-due"),
        ("20270331", "offer-ends"),
        ("20270630", "needed-by"),
        ("20271001", "delivery-due"),
    ]
    late, *_, last = events
    assert late["SUMMARY"] == "Since 2026-11-01: Instalment of deal D-0001 due: 1,000,000.00 EUR"
    assert "Bank, of \\ Asia; Ltd" in last["DESCRIPTION"]
    assert "cityfund deal show D-0001" in last["DESCRIPTION"]
    assert last["DTSTAMP"].startswith("20261123T")
    rows = metro.asks("calendar")["rows"]
    assert [row["day"].replace("-", "") for row in rows] == [one["DTSTART"] for one in events]
    file = tmp_path / "due.ics"
    assert metro.says("calendar --output", str(file)) == ""
    assert [one["UID"] for one in events_of(file.read_bytes())] == [one["UID"] for one in events]


def test_an_event_keeps_its_identity_when_its_day_changes(metro: Officer) -> None:
    furnish(metro)
    before = {one["UID"]: one["DTSTART"] for one in calendar(metro)}
    metro.says("deal edit D-0002 --until 2027-02-01")
    after = {one["UID"]: one["DTSTART"] for one in calendar(metro)}
    assert before.keys() == after.keys()
    assert {before[uid] for uid in before if before[uid] != after[uid]} == {"20261224"}


def test_it_is_kept_to_those_it_concerns(metro: Officer) -> None:
    furnish(metro)

    def kinds(*words: str) -> list[str]:
        return [one["CATEGORIES"] for one in calendar(metro, *words)]

    everything = kinds()
    assert kinds("--office", "asia") == everything
    assert kinds("--office", "africa") == ["offer-ends"]
    assert kinds("--city", "KHI") == ["offer-ends"]
    assert kinds("--city", "LHE").count("offer-ends") == 0
    assert set(kinds("--provider", "PKHI")) == {"offer-ends"}
    assert "needed-by" not in kinds("--provider", "BANK")
    assert metro.refused("calendar --city NOWHERE", 5) == "unknown-code"


def test_where_nothing_is_due_it_says_so(officer: Officer) -> None:
    answer = officer.tries("calendar")
    assert (answer.code, events_of(answer.out.encode())) == (0, [])
    assert "Nothing is due" in answer.err
