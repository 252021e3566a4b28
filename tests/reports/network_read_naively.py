"""The definitions of the reports on a network, read word by word over rows as told.

Everything is asked day by day and row by row, of texts; nothing of the program is used.
"""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

from network_told import BODIES, CITIES, Move, Row, Told

STEPS = {
    "member": "present",
    "observer": "present",
    "adviser": "effective",
    "board": "deciding",
    "chair": "deciding",
    "candidate": "none",
}
THERE = ("attended", "part", "online")
EPOCH = date(2023, 1, 1)
"""A day before everything that is told."""


def days_of(text: str) -> tuple[date, date]:
    """Give the first and the last day that a date means."""
    parts = [int(part) for part in text.split("-")]
    if len(parts) == 3:
        return date(*parts), date(*parts)
    year, months = parts[0], parts[1:] or [1, 12]
    return date(year, months[0], 1), date(year, months[-1], monthrange(year, months[-1])[1])


def share(part: int, whole: int) -> str | None:
    """Write a share with four places, rounded down; None where the divisor is zero."""
    return None if not whole else f"{part * 10_000 // whole / 10_000:.4f}"


class Naive:
    """What was told, as of a day and as known at a moment."""

    def __init__(self, told: Told, day: date, at: datetime) -> None:
        self.told, self.day, self.at = told, day, at
        self.seats, self.bodies = self.rows("seat"), self.rows("body")
        self.credentials, self.offers = self.rows("credential"), self.rows("offer")
        meetings = self.rows("meeting").items()
        self.meetings = {code: row for code, row in meetings if self.on(row) <= day}
        attendance = self.rows("attendance").values()
        self.attendance = [row for row in attendance if row["meeting"] in self.meetings]
        motions = self.rows("motion").values()
        self.motions = [row for row in motions if row["meeting"] in self.meetings]
        self.withdrawn_on = told.withdrawn_on(at)
        self.moves = told.moves_by(day, at)

    def rows(self, table: str) -> dict[str, Row]:
        return self.told.known(table, self.at)

    def on(self, meeting: Row) -> date:
        return date.fromisoformat(meeting["from"])

    # Seats.

    def end_of(self, seat: Row) -> tuple[date | None, str | None]:
        """Give the last day of a seat, and what ended it where its own dates do not."""
        if seat.get("until"):
            return days_of(seat["until"])[1], None
        ends = []
        until = self.bodies.get(seat.get("body", ""), {}).get("until")
        if until:
            ends.append((days_of(until)[1], "body"))
        if seat["city"] in self.withdrawn_on:
            ends.append((self.withdrawn_on[seat["city"]], "city"))
        return min(ends, default=(None, None), key=lambda one: one[0])

    def holds(self, seat: Row, day: date) -> bool:
        """Say whether a seat is in force on a day."""
        if seat.get("from") and day < days_of(seat["from"])[0]:
            return False
        last, _ = self.end_of(seat)
        return last is None or day <= last

    def leads_to(self, row: Row, code: str, whose: str = "seat") -> bool:
        """Say whether the chain of origins of a row leads to a seat, or a record of that kind."""
        kind, _, named = row.get("origin", "").partition(":")
        if not kind:
            return False
        if (kind, named) == (whose, code):
            return True
        return self.leads_to(self.rows(kind)[named], code, whose)

    def stands(self, move: Move) -> bool:
        """Say whether no reversal of an act stands."""
        return not any(one.reverses == move.number and self.stands(one) for one in self.moves)

    def came_of(self, code: str) -> Counter[str]:
        """Count what came of a seat by the day, by kind."""
        begun = {move.deal for move in self.moves}
        there = {
            "seat": [one for one in self.seats.values() if self.has_begun(one)],
            "meeting": [*self.meetings.values()],
            "offer": [
                one for one in self.offers.values() if days_of(one["declared_on"])[0] <= self.day
            ],
            "deal": [row for deal, row in self.rows("deal").items() if deal in begun],
            "approach": [
                one for one in self.rows("approach").values() if one["sent_on"] <= f"{self.day}"
            ],
            "partnership": [
                one
                for one in self.rows("partnership").values()
                if not one.get("signed") or days_of(one["signed"])[0] <= self.day
            ],
        }
        return Counter(
            kind for kind, rows in there.items() for row in rows if self.leads_to(row, code)
        )

    def has_begun(self, seat: Row) -> bool:
        return not seat.get("from") or days_of(seat["from"])[0] <= self.day

    def stage_of_deals(self, code: str, stage: str) -> int:
        deals = {deal for deal, row in self.rows("deal").items() if self.leads_to(row, code)}
        return sum(one.change.get(stage, 0) for one in self.moves if one.deal in deals)

    def done_by(self, city: str, meeting: str) -> int:
        """Count what a city did at a meeting that was held: contributions and motions."""
        if self.meetings[meeting].get("cancelled") == "yes":
            return 0
        row = self.presence(city, meeting)
        did = self.words(row) if row is not None and row["presence"] in THERE else []
        own = [one for one in self.motions if (one["meeting"], one["by"]) == (meeting, city)]
        return len(did) + len(own)

    def presence(self, city: str, meeting: str) -> Row | None:
        found = [one for one in self.attendance if (one["meeting"], one["city"]) == (meeting, city)]
        return found[0] if found else None

    def words(self, row: Row) -> list[str]:
        return [word for word in row.get("did", "").split(";") if word]

    def contributions(self, seat: Row) -> int:
        """Count what the city of a seat did in its body while it was in force."""
        return sum(
            self.done_by(seat["city"], code)
            for code, one in self.meetings.items()
            if one["body"] == seat.get("body") and self.holds(seat, self.on(one))
        )

    def is_used(self, code: str) -> bool:
        return bool(self.came_of(code) or self.contributions(self.seats[code]))

    def seats_report(self, first: date | None, last: date | None) -> dict[str, dict[str, Any]]:
        """Give the report of seats, by seat."""
        found = {}
        end = min(last or self.day, self.day)
        for code, seat in self.seats.items():
            held = [day for day in between(first or EPOCH, end) if self.holds(seat, day)]
            if not held:
                continue
            counts = self.came_of(code)
            quantities = {
                stage: self.stage_of_deals(code, stage)
                for stage in ("held", "committed", "delivered")
            }
            found[code] = {
                "days": len(held) if first or seat.get("from") else None,
                "in_force": self.holds(seat, self.day),
                "ended_by": self.end_of(seat)[1],
                "step": STEPS[seat["role"]],
                "contributions": self.contributions(seat),
                **{f"{kind}s": counts[kind] for kind in ("seat", "meeting", "offer", "deal")},
                "approaches": counts["approach"],
                "partnerships": counts["partnership"],
                **{
                    stage: [f"{days}.00 person-day"] if days else []
                    for stage, days in quantities.items()
                },
                "used": self.is_used(code),
            }
        return found

    # Engagement.

    def engagement(
        self, first: date | None, last: date | None
    ) -> dict[tuple[str, str], dict[str, Any]]:
        """Give the report of engagement, by body and city."""
        found = {}
        for body in BODIES:
            end = min(last or self.day, self.day)
            begin = first or self.first_day(body) or end
            for city in CITIES if begin <= end else ():
                if self.is_listed(body, city, begin, end):
                    found[body, city] = self.figures(body, city, begin, end)
        return found

    def first_day(self, body: str) -> date | None:
        """Give the first day of which anything is known of a body."""
        own = self.bodies[body].get("from")
        days = [days_of(own)[0]] if own else []
        days += [self.on(one) for one in self.meetings.values() if one["body"] == body]
        days += [
            days_of(one["from"])[0]
            for one in self.seats.values()
            if one.get("body") == body and one.get("from") and self.has_begun(one)
        ]
        return min(days, default=None)

    def own_seats(self, body: str, city: str) -> dict[str, Row]:
        return {
            code: one
            for code, one in self.seats.items()
            if (one.get("body"), one["city"]) == (body, city) and self.has_begun(one)
        }

    def held_meetings(self, body: str) -> list[str]:
        return [
            code
            for code, one in self.meetings.items()
            if one["body"] == body and one.get("cancelled") != "yes"
        ]

    def is_listed(self, body: str, city: str, begin: date, end: date) -> bool:
        seats = self.own_seats(body, city).values()
        attended = [
            code
            for code in self.held_meetings(body)
            if begin <= self.on(self.meetings[code]) <= end and self.presence(city, code)
        ]
        return bool(attended) or any(
            self.holds(one, day) for one in seats for day in between(begin, end)
        )

    def was_there(self, city: str, meeting: str) -> bool:
        row = self.presence(city, meeting)
        return row is not None and row["presence"] in THERE

    def is_expected(self, body: str, city: str, meeting: str) -> bool:
        day = self.on(self.meetings[meeting])
        attended = [
            self.on(self.meetings[one])
            for one in self.held_meetings(body)
            if self.was_there(city, one)
        ]
        return any(
            STEPS[seat["role"]] != "none"
            and self.holds(seat, day)
            and (seat.get("from") or any(one <= day for one in attended))
            for seat in self.own_seats(body, city).values()
        )

    def figures(self, body: str, city: str, begin: date, end: date) -> dict[str, Any]:
        every = [
            one for one in self.held_meetings(body) if begin <= self.on(self.meetings[one]) <= end
        ]
        expected = [one for one in every if self.is_expected(body, city, one)]
        rows = {one: self.presence(city, one) for one in every}
        unknown = [
            one
            for one in expected
            if rows[one] is None and self.meetings[one].get("complete") != "yes"
        ]
        there = [one for one in every if self.was_there(city, one)]
        expected_there = [one for one in expected if one in there]
        active = [one for one in there if self.words(rows[one] or {})]
        deciding = {
            code: seat
            for code, seat in self.own_seats(body, city).items()
            if STEPS[seat["role"]] == "deciding"
        }
        in_force = [code for code, seat in deciding.items() if self.holds(seat, end)]
        used = [code for code in in_force if self.was_used_by(code, end)]
        span = [*between(begin, end)]
        held = [day for day in span if any(self.holds(one, day) for one in deciding.values())]
        present = len(expected_there), len(expected) - len(unknown)
        effective = len(active), len(there)
        marks = {name: self.mark(body, city, name, end) for name in ("present", "effective")}
        return {
            "expected": len(expected),
            "not_recorded": len(unknown),
            "present": share(*present),
            "present_count": present[0],
            "present_of": present[1],
            **{
                word: len([1 for one in expected if (rows[one] or {}).get("presence") == word])
                for word in ("part", "apologies")
            },
            "as_guest": len(there) - len(expected_there),
            **{
                word: len([1 for one in there if word in self.words(rows[one] or {})])
                for word in ("spoke", "chaired")
            },
            "effective": share(*effective),
            "effective_of": effective[1],
            "deciding": len(in_force),
            "used": len(used),
            "days": share(len(held), len(span)),
            "days_count": len(held),
            "step": step(present, effective, marks, used),
        }

    def was_used_by(self, code: str, end: date) -> bool:
        """Say whether something came of a seat, or was done while it was in force, by a day."""
        if self.came_of(code):
            return True
        seat = self.seats[code]
        return any(
            self.done_by(seat["city"], one)
            for one, row in self.meetings.items()
            if row["body"] == seat.get("body")
            and self.on(row) <= end
            and self.holds(seat, self.on(row))
        )

    def mark(self, body: str, city: str, measure: str, day: date) -> Fraction:
        for whose in (city, ""):
            own = [
                (one["from"], code, one["value"])
                for code, one in self.rows("target").items()
                if (one["body"], one.get("city", ""), one["measure"]) == (body, whose, measure)
                and one["from"] <= day.isoformat() <= one["by"]
            ]
            if own:
                latest = max(first for first, _, _ in own)
                code = min(code for first, code, _ in own if first == latest)
                return Fraction(next(value for _, other, value in own if other == code))
        return Fraction(4, 5) if measure == "present" else Fraction(1, 2)


def step(
    present: tuple[int, int],
    effective: tuple[int, int],
    marks: dict[str, Fraction],
    used: list[str],
) -> str | None:
    """Give the step that is reached."""
    reached = None
    for name, (part, whole) in (("present", present), ("effective", effective)):
        if not whole or Fraction(part, whole) < marks[name]:
            return reached
        reached = name
    return "deciding" if used else reached


def between(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += timedelta(days=1)
