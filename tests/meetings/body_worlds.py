"""Random records of one body, and a plain reading of the definitions of engagement."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from ledger.meetings.calendar import SeatTime, Span
from ledger.meetings.engagement import BodyRecords
from ledger.meetings.records import Attendance, Meeting, Motion, Target

CITIES = ("BER", "IST", "MHD")
PRESENCES = ("attended", "part", "online", "apologies", "absent")
CONTRIBUTIONS = ("spoke", "presented", "proposed", "chaired", "hosted")
START = date(2006, 11, 1)


def a_meeting(code: str = "MT-1", day: date = START, **terms: Any) -> Meeting:
    return Meeting(code=code, body="METRO", name=f"Assembly {code}", from_=day, **terms)


def attended(meeting: str, city: str, *did: str, presence: str = "attended") -> Attendance:
    return Attendance(f"{meeting}/{city}", meeting, city, presence, did)


def a_seat(city: str = "MHD", **terms: Any) -> SeatTime:
    """Give a seat of a member, without a known beginning or end unless it is said otherwise."""
    usual = {"code": f"ST-{city}", "first": None, "last": None, "expects": True, "decides": False}
    return SeatTime(city=city, **{**usual, **terms})


_days = st.integers(0, 900).map(lambda number: START + timedelta(days=number))
_cities = st.sampled_from(CITIES)


@st.composite
def _meetings(draw: st.DrawFn) -> list[Meeting]:
    days = draw(st.lists(_days, max_size=6))
    flags = st.sampled_from((False, False, True))
    return [
        a_meeting(f"MT-{number}", day, complete=draw(flags), cancelled=draw(flags))
        for number, day in enumerate(days)
    ]


@st.composite
def _seats(draw: st.DrawFn) -> list[SeatTime]:
    made = []
    for number in range(draw(st.integers(0, 4))):
        first, last = draw(st.none() | _days), draw(st.none() | _days)
        if first is not None and last is not None and last < first:
            first, last = last, first
        expects = draw(st.sampled_from((True, True, False)))
        decides = expects and draw(st.booleans())
        bore = draw(st.sampled_from((False, False, True)))
        terms = {"code": f"ST-{number}", "first": first, "last": last, "bore": bore}
        made.append(a_seat(draw(_cities), expects=expects, decides=decides, **terms))
    return made


@st.composite
def _targets(draw: st.DrawFn) -> list[Target]:
    made = []
    for number in range(draw(st.integers(0, 3))):
        first, by = sorted((draw(_days), draw(_days)))
        measure = draw(st.sampled_from(("present", "effective", "deciding")))
        value = draw(st.sampled_from(("0", "0.5", "0.6667", "1")))
        city, begin = draw(st.none() | _cities), draw(st.none() | st.just(first))
        named = (f"TG-{number}", "METRO", measure, Decimal(value), by)
        made.append(Target(*named, city=city, from_=begin))
    return made


@st.composite
def bodies(draw: st.DrawFn) -> BodyRecords:
    """Draw a body with meetings, seats, attendance, motions and targets."""
    meetings = draw(_meetings())
    rows: list[Attendance] = []
    motions: list[Motion] = []
    for meeting in meetings:
        for city in CITIES:
            presence = draw(st.none() | st.sampled_from(PRESENCES))
            if presence is None:
                continue
            may = presence not in ("apologies", "absent")
            did = draw(st.lists(st.sampled_from(CONTRIBUTIONS), max_size=2, unique=True))
            rows.append(attended(meeting.code, city, *(did if may else ()), presence=presence))
        if draw(st.sampled_from((False, False, True))):
            code = f"MO-{len(motions)}"
            motions.append(Motion(code, meeting.code, by=draw(_cities), what="a bank"))
    return BodyRecords(
        body="METRO",
        meetings=meetings,
        attendance=rows,
        seats=draw(_seats()),
        motions=motions,
        targets=draw(_targets()),
    )


@st.composite
def spans(draw: st.DrawFn) -> Span:
    """Draw a span of days."""
    return Span(*sorted((draw(_days), draw(_days))))


class Naive:
    """The definitions of engagement, read word by word, day by day and row by row."""

    def __init__(self, body: BodyRecords, city: str, span: Span) -> None:
        self.body, self.city, self.span = body, city, span
        self.meetings = [
            one
            for one in body.meetings
            if span.first <= one.from_ <= span.last and not one.cancelled
        ]

    def row(self, meeting: Meeting) -> Attendance | None:
        rows = [
            one
            for one in self.body.attendance
            if (one.meeting, one.city) == (meeting.code, self.city)
        ]
        return rows[0] if rows else None

    def was_present(self, meeting: Meeting) -> bool:
        row = self.row(meeting)
        return row is not None and row.presence in ("attended", "part", "online")

    def own_seats(self) -> list[SeatTime]:
        return [one for one in self.body.seats if one.city == self.city]

    def in_force(self, seat: SeatTime, day: date) -> bool:
        return (seat.first or date.min) <= day <= (seat.last or date.max)

    def is_expected(self, meeting: Meeting) -> bool:
        for seat in self.own_seats():
            if not seat.expects or not self.in_force(seat, meeting.from_):
                continue
            known = [
                one.from_
                for one in self.body.meetings
                if not one.cancelled and self.was_present(one)
            ]
            if seat.first is not None or any(day <= meeting.from_ for day in known):
                return True
        return False

    def expected(self) -> list[Meeting]:
        return [one for one in self.meetings if self.is_expected(one)]

    def not_recorded(self) -> int:
        return len([one for one in self.expected() if self.row(one) is None and not one.complete])

    def present(self) -> tuple[int, int]:
        there = [one for one in self.expected() if self.was_present(one)]
        return len(there), len(self.expected()) - self.not_recorded()

    def as_guest(self) -> int:
        there = [one for one in self.meetings if self.was_present(one)]
        return len([one for one in there if not self.is_expected(one)])

    def counted(self, presence: str) -> int:
        rows = [self.row(one) for one in self.expected()]
        return len([row for row in rows if row is not None and row.presence == presence])

    def contributions(self, word: str) -> int:
        there = [one for one in self.meetings if self.was_present(one)]
        rows = [self.row(one) for one in there]
        return len([row for row in rows if row is not None and word in row.did])

    def effective(self) -> tuple[int, int]:
        there = [one for one in self.meetings if self.was_present(one)]
        rows = [self.row(one) for one in there]
        return len([row for row in rows if row is not None and row.did]), len(there)

    def deciding(self) -> list[SeatTime]:
        own = [one for one in self.own_seats() if one.decides]
        return [one for one in own if self.in_force(one, self.span.last)]

    def days(self) -> tuple[int, int]:
        every = [
            self.span.first + timedelta(days=number)
            for number in range((self.span.last - self.span.first).days + 1)
        ]
        own = [one for one in self.own_seats() if one.decides]
        held = [day for day in every if any(self.in_force(one, day) for one in own)]
        return len(held), len(every)

    def is_used(self, seat: SeatTime) -> bool:
        if seat.bore:
            return True
        for meeting in self.body.meetings:
            day = meeting.from_
            if meeting.cancelled or day > self.span.last or not self.in_force(seat, day):
                continue
            row = self.row(meeting)
            if row is not None and row.did and self.was_present(meeting):
                return True
            if any((m.meeting, m.by) == (meeting.code, self.city) for m in self.body.motions):
                return True
        return False

    def mark(self, measure: str) -> Fraction:
        day = self.span.last
        for whose in (self.city, None):
            own = [
                one
                for one in self.body.targets
                if one.city == whose
                and one.measure == measure
                and (one.from_ or date.min) <= day <= one.by
            ]
            if own:
                latest = max(one.from_ or date.min for one in own)
                first = min(one.code for one in own if (one.from_ or date.min) == latest)
                return Fraction(next(one.value for one in own if one.code == first))
        return Fraction(4, 5) if measure == "present" else Fraction(1, 2)

    def step(self) -> str | None:
        reached = None
        for measure, (part, whole) in (
            ("present", self.present()),
            ("effective", self.effective()),
        ):
            if not whole or Fraction(part, whole) < self.mark(measure):
                return reached
            reached = measure
        return "deciding" if any(map(self.is_used, self.deciding())) else reached

    def is_listed(self) -> bool:
        seated = any(
            (one.first or date.min) <= self.span.last and self.span.first <= (one.last or date.max)
            for one in self.own_seats()
        )
        return seated or any(self.row(one) is not None for one in self.meetings)
