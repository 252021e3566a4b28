"""Credentials: in force on a day, ranked measure by measure, and refused where they contradict."""

from __future__ import annotations

from datetime import date

import pytest
from credentials import a_figure, a_grade
from evidence_worlds import DAY

from ledger.core.partial_dates import PartialDate
from ledger.exchanges.contradictions import EvidenceIndex
from ledger.exchanges.rankings import in_force, ranks_by_city


def texts(*credentials, day: date = DAY) -> dict[str, list[str]]:
    ranks = ranks_by_city(credentials, day)
    return {city: [str(rank) for rank in every] for city, every in ranks.items()}


@pytest.mark.parametrize(
    ("day", "holds"),
    [
        (date(2012, 12, 31), False),
        (date(2013, 1, 1), True),
        (date(2015, 12, 31), True),
        (date(2016, 1, 1), False),
    ],
)
def test_a_credential_is_in_force_from_its_first_day_through_its_last(day, holds):
    assert in_force(a_figure(until=PartialDate("2015")), day) is holds


def test_a_credential_without_a_date_is_always_in_force():
    assert in_force(a_figure(as_of=None), date(1900, 1, 1))


def test_equal_figures_share_the_better_rank_and_the_next_is_behind_both():
    every = (
        a_figure("CR-1", "SAO", "300"),
        a_figure("CR-2", "BOG", "200.0"),
        a_figure("CR-3", "MHD", "200", as_of=PartialDate("2015-06")),
        a_figure("CR-4", "PAR", "100", as_of=None),
    )
    assert texts(*every) == {
        "SAO": ["1 of 4 by passengers a day (2013)"],
        "BOG": ["2 of 4 by passengers a day (2013)"],
        "MHD": ["2 of 4 by passengers a day (2015-06)"],
        "PAR": ["4 of 4 by passengers a day"],
    }


def test_the_lower_value_is_first_where_that_is_the_better_one():
    every = [a_figure(f"CR-{city}", city, value, better="lower") for city, value in COSTS]
    assert texts(*every)["BOG"] == ["1 of 2 by passengers a day (2013)"]


COSTS = (("SAO", "3"), ("BOG", "2"))


def test_a_city_is_ranked_by_its_newest_figure_by_the_day():
    early, late = (
        a_figure("CR-1", "SAO", "5"),
        a_figure("CR-2", "SAO", "1", as_of=PartialDate("2020")),
    )
    other = a_figure("CR-3", "BOG", "3")
    assert texts(early, late, other)["SAO"] == ["2 of 2 by passengers a day (2020)"]
    then = texts(early, late, other, day=date(2019, 12, 31))
    assert then["SAO"] == ["1 of 2 by passengers a day (2013)"]


def test_measures_and_units_are_never_blended():
    every = (
        a_figure("CR-1", "SAO", "3"),
        a_figure("CR-2", "BOG", "2000", unit="thousand passengers"),
        a_figure("CR-3", "BOG", "9", measure="km"),
        a_figure("CR-4", "MHD", "8", measure="KM"),
        a_grade("CR-5", "BOG"),
    )
    assert texts(*every) == {
        "SAO": ["1 of 1 by passengers a day (2013)"],
        "BOG": ["1 of 2 by km (2013)", "1 of 1 by passengers a day (2013)"],
        "MHD": ["2 of 2 by KM (2013)"],
    }


def test_a_figure_contradicts_another_of_its_city_measure_and_time():
    index = EvidenceIndex([a_figure("CR-1", "SAO")])
    again = a_figure("CR-2", "SAO", "7", measure="Passengers-a-day", topic="Bus rapid transit")
    assert index.same_evidence(again) == a_figure("CR-1", "SAO")
    assert index.same_evidence(a_figure("CR-2", city="BOG")) is None
    assert index.same_evidence(a_figure("CR-2", "SAO", as_of=PartialDate("2014"))) is None
    assert index.same_evidence(a_figure("CR-1", "SAO", "7")) is None


def test_a_city_has_several_grades_of_one_year_but_one_of_a_thing():
    index = EvidenceIndex([a_grade("CR-1", "BOG")])
    assert index.same_evidence(a_grade("CR-2", "BOG", what="Calle 80")) is None
    assert index.same_evidence(a_grade("CR-2", "BOG", "silver")) == a_grade("CR-1", "BOG")


def test_a_measure_has_one_direction_in_a_topic():
    index = EvidenceIndex([a_figure("CR-1", "SAO")])
    assert index.other_direction(a_figure("CR-2", "BOG", better="lower")) == a_figure("CR-1", "SAO")
    assert index.other_direction(a_figure("CR-2", "BOG", better="lower", topic="metro")) is None
    assert index.other_direction(a_figure("CR-1", "SAO", better="lower")) is None


def test_an_edited_credential_makes_room_for_another():
    index = EvidenceIndex([a_figure("CR-1", "SAO")])
    index.put(a_figure("CR-1", "SAO", measure="km"))
    assert index.same_evidence(a_figure("CR-2", "SAO")) is None
    assert index.other_direction(a_figure("CR-2", "BOG", better="lower")) is None
