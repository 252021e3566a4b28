"""The measures of engagement: each by example, and all against a plain reading of them."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from body_worlds import (
    CITIES,
    CONTRIBUTIONS,
    START,
    Naive,
    a_meeting,
    a_seat,
    attended,
    bodies,
    spans,
)
from hypothesis import given
from hypothesis_profiles import examples

from ledger.meetings.calendar import Span, years_of
from ledger.meetings.engagement import BodyRecords, Share, add_up, contributed_on
from ledger.meetings.records import Motion, Target

YEAR = Span(date(2006, 1, 1), date(2006, 12, 31))
LATER = START + timedelta(days=20)
LATEST = START + timedelta(days=40)


def a_body(**records: object) -> BodyRecords:
    """Give a body with three meetings in a year, unless it is said otherwise."""
    meetings = [a_meeting("MT-1"), a_meeting("MT-2", LATER), a_meeting("MT-3", LATEST)]
    return BodyRecords(body="METRO", **{"meetings": meetings, **records})  # type: ignore[arg-type]


@given(bodies(), spans())
@examples(60)
def test_every_figure_is_that_of_a_plain_reading(body: BodyRecords, span: Span) -> None:
    listed = [city for city in CITIES if Naive(body, city, span).is_listed()]
    assert body.cities(span) == listed
    for city in CITIES:
        naive, figures = Naive(body, city, span), body.engagement(city, span)
        assert figures.expected == len(naive.expected())
        assert figures.not_recorded == naive.not_recorded()
        assert figures.present == naive.present()
        assert (figures.part, figures.apologies) == (
            naive.counted("part"),
            naive.counted("apologies"),
        )
        assert figures.as_guest == naive.as_guest()
        for word in CONTRIBUTIONS:
            assert figures.contributions.get(word, 0) == naive.contributions(word)
        assert figures.effective == naive.effective()
        assert figures.deciding == len(naive.deciding())
        assert figures.used == len([one for one in naive.deciding() if naive.is_used(one)])
        assert figures.days == naive.days()
        assert figures.step(body.marks(city, span.last)) == naive.step()


@given(bodies(), spans())
@examples(40)
def test_every_target_is_judged_by_a_plain_reading(body: BodyRecords, span: Span) -> None:
    for target in body.targets:
        last = min(target.by, span.last)
        first = min(target.from_ or body.first_day or last, last)
        for city in CITIES:
            naive = Naive(body, city, Span(first, last))
            part, whole = {
                "present": naive.present(),
                "effective": naive.effective(),
                "deciding": (len(naive.deciding()), 1),
            }[target.measure]
            met = bool(whole) and Fraction(part, whole) >= Fraction(target.value)
            other = "missed" if target.by < span.last else "open"
            assert body.state_of(target, city, span.last).state == ("met" if met else other)


def test_what_was_never_written_down_counts_for_nobody_and_against_nobody() -> None:
    body = a_body(
        seats=[a_seat(first=START)],
        attendance=[attended("MT-1", "MHD"), attended("MT-3", "BER")],
    )
    figures = body.engagement("MHD", YEAR)
    assert (figures.expected, figures.not_recorded) == (3, 2)
    assert figures.present == (1, 1)


def test_a_complete_list_says_that_the_others_were_absent() -> None:
    meetings = [a_meeting("MT-1", complete=True), a_meeting("MT-2", LATER)]
    body = a_body(meetings=meetings, seats=[a_seat(first=START)])
    assert body.engagement("MHD", YEAR).present == (0, 1)


def test_apologies_stay_in_the_divisor_and_part_and_online_are_presence() -> None:
    rows = [
        attended("MT-1", "MHD", presence="apologies"),
        attended("MT-2", "MHD", presence="part"),
        attended("MT-3", "MHD", presence="online"),
    ]
    figures = a_body(seats=[a_seat(first=START)], attendance=rows).engagement("MHD", YEAR)
    assert (figures.present, figures.part, figures.apologies) == ((2, 3), 1, 1)
    assert figures.present.value == Decimal("0.6666")


def test_a_guest_is_a_number_and_never_in_the_share() -> None:
    rows = [attended("MT-1", "MHD", "spoke")]
    figures = a_body(attendance=rows).engagement("MHD", YEAR)
    assert (figures.expected, figures.as_guest, figures.effective) == (0, 1, (1, 1))
    assert figures.present.value is None
    assert figures.step(a_body().marks("MHD", YEAR.last)) is None


def test_a_candidate_is_expected_nowhere() -> None:
    figures = a_body(seats=[a_seat(expects=False, first=START)]).engagement("MHD", YEAR)
    assert figures.expected == 0


def test_no_meeting_is_expected_of_a_seat_before_the_first_known_attendance() -> None:
    rows = [attended("MT-2", "MHD"), attended("MT-1", "MHD", presence="absent")]
    body = a_body(seats=[a_seat()], attendance=rows)
    assert body.engagement("MHD", YEAR).expected == 2
    assert a_body(seats=[a_seat()]).engagement("MHD", YEAR).expected == 0


def test_a_cancelled_meeting_is_expected_of_nobody_and_counts_for_nobody() -> None:
    meetings = [a_meeting("MT-1", cancelled=True)]
    rows = [attended("MT-1", "MHD", "spoke")]
    body = a_body(meetings=meetings, seats=[a_seat(first=START)], attendance=rows)
    figures = body.engagement("MHD", YEAR)
    assert (figures.expected, figures.as_guest, figures.effective) == (0, 0, (0, 0))


def test_a_meeting_across_midnight_of_the_year_counts_in_that_of_its_first_day() -> None:
    night = a_meeting("MT-1", date(2006, 12, 31), until=date(2007, 1, 2))
    body = a_body(meetings=[night], seats=[a_seat(first=START)])
    years = years_of(Span(date(2006, 6, 1), date(2007, 6, 1)))
    assert [body.engagement("MHD", one).expected for one in years] == [1, 0]


def test_days_with_two_seats_at_once_count_once() -> None:
    seats = [
        a_seat(code="ST-1", decides=True, first=date(2006, 1, 1), last=date(2006, 1, 10)),
        a_seat(code="ST-2", decides=True, first=date(2006, 1, 6), last=date(2006, 1, 15)),
    ]
    figures = a_body(meetings=[], seats=seats).engagement("MHD", YEAR)
    assert (figures.days, figures.deciding) == ((15, 365), 0)


@pytest.mark.parametrize("way", ["origin", "contribution", "motion"])
def test_a_deciding_seat_is_a_step_once_it_is_used(way: str) -> None:
    board: dict[str, Any] = {"first": LATER, "decides": True}
    rows = [attended("MT-1", "MHD", "spoke"), attended("MT-2", "MHD")]
    rows.append(attended("MT-3", "MHD", *(["chaired"] if way == "contribution" else [])))
    motions = [Motion("MO-1", "MT-2", "MHD", "a bank")] if way == "motion" else []
    body = a_body(
        seats=[a_seat(first=START), a_seat(code="ST-2", **board, bore=way == "origin")],
        attendance=rows,
        motions=motions,
        targets=[Target("TG-1", "METRO", "effective", Decimal("0.3"), YEAR.last)],
    )
    figures = body.engagement("MHD", YEAR)
    assert (figures.deciding, figures.used) == (1, 1)
    assert figures.step(body.marks("MHD", YEAR.last)) == "deciding"
    before = body.engagement("MHD", Span(YEAR.first, LATER - timedelta(days=1)))
    assert before.deciding == 0


def test_a_seat_that_nothing_was_made_of_is_a_capacity_and_no_step() -> None:
    rows = [attended("MT-1", "MHD", "spoke"), attended("MT-2", "MHD"), attended("MT-3", "MHD")]
    seats = [a_seat(first=LATER, decides=True), a_seat(code="ST-2", first=START)]
    targets = [Target("TG-1", "METRO", "effective", Decimal("0.3"), YEAR.last)]
    body = a_body(seats=seats, attendance=rows, targets=targets)
    figures = body.engagement("MHD", YEAR)
    assert (figures.deciding, figures.used) == (1, 0)
    assert figures.step(body.marks("MHD", YEAR.last)) == "effective"


def test_a_seat_is_not_used_by_what_its_city_did_only_after_the_span() -> None:
    rows = [attended("MT-2", "MHD", "spoke")]
    body = a_body(seats=[a_seat(first=START, decides=True)], attendance=rows)
    used = [body.engagement("MHD", Span(START, day)).used for day in (START, LATER)]
    assert used == [0, 1]


def test_contributions_are_told_once_for_each_thing_done_at_a_meeting_that_was_held() -> None:
    meetings = {"MT-1": a_meeting("MT-1"), "MT-2": a_meeting("MT-2", LATER, cancelled=True)}
    rows = [attended("MT-1", "MHD", "spoke", "chaired"), attended("MT-2", "MHD", "spoke")]
    motions = [Motion("MO-1", "MT-1", "MHD", "a bank"), Motion("MO-2", "MT-2", "MHD", "a fund")]
    assert contributed_on(meetings, rows, motions) == {("MHD", "METRO"): [START] * 3}


def test_the_mark_is_the_target_of_the_city_then_that_of_the_body() -> None:
    day = YEAR.last
    own = Target("TG-1", "METRO", "present", Decimal("0.9"), day, city="MHD")
    body = a_body(targets=[Target("TG-2", "METRO", "present", Decimal("0.7"), day), own])
    assert body.marks("MHD", day)["present"] == Decimal("0.9")
    assert body.marks("BER", day)["present"] == Decimal("0.7")
    assert body.marks("BER", day + timedelta(days=1))["present"] == Decimal("0.8")


@pytest.mark.parametrize(
    ("value", "by", "state"),
    [
        ("0.5", LATER, "met"),
        ("0.9", LATER, "missed"),
        ("0.9", date(2007, 12, 31), "open"),
        ("0.9", YEAR.last, "open"),
    ],
)
def test_a_target_is_met_missed_or_open(value: str, by: date, state: str) -> None:
    rows = [attended("MT-1", "MHD"), attended("MT-2", "MHD", presence="absent")]
    body = a_body(seats=[a_seat(first=START)], attendance=rows)
    target = Target("TG-1", "METRO", "present", Decimal(value), by)
    assert body.state_of(target, "MHD", YEAR.last).state == state


def test_an_unknown_share_meets_no_target() -> None:
    target = Target("TG-1", "METRO", "present", Decimal(0), LATER)
    assert a_body().state_of(target, "MHD", YEAR.last).state == "missed"


def test_shares_of_several_cities_are_those_of_the_sums() -> None:
    rows = [attended("MT-1", "MHD"), attended("MT-1", "BER", presence="absent")]
    seats = [a_seat(first=START, last=START), a_seat("BER", first=START, last=START)]
    body = a_body(seats=seats, attendance=rows)
    total = add_up([body.engagement(city, YEAR) for city in ("BER", "MHD")])
    assert total.present == (1, 2)
    assert total.present.value == Decimal("0.5")


def test_a_share_is_rounded_down_and_compared_exactly() -> None:
    assert Share(2, 3).value == Decimal("0.6666")
    assert not Share(2, 3).reaches(Decimal("0.6667"))
    assert Share(0, 0).value is None
    assert not Share(0, 0).reaches(Decimal(0))
