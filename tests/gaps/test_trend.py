"""The trend goes on from night to night, and says what adding everything up anew would say."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from gap_positions import EUR, IRR, JPY, PERSON_DAY, position
from hypothesis import given
from hypothesis import strategies as st
from hypothesis_profiles import examples

from ledger.core.factors import Factor, Stage
from ledger.gaps.filters import gap_selection, read_filters
from ledger.gaps.groups import group_rows
from ledger.gaps.rows import BaseCurrency, gap_rows
from ledger.gaps.trend import (
    NotInTrend,
    Trend,
    UnknownPeriod,
    last_of_each_period,
    require_in_snapshots,
)
from ledger.rates.rates import Rate, RateBook, rate_finder

DAY = date(2026, 11, 20)
NEEDS = {
    one.need.code: one
    for one in (
        position("N-1"),
        position("N-2", project="PRJ-2", topic="metro"),
        position("N-3", project="PRJ-3", city="LHE", unit=JPY),
        position("N-4", project="PRJ-4", unit=PERSON_DAY, factor=Factor.EXPERTISE),
        position("N-5", project="PRJ-5", unit=IRR),
    )
}
CHANGES = st.tuples(
    st.sampled_from(sorted(NEEDS)),
    st.sampled_from(["preparation", "completed"]),
    st.dictionaries(st.sampled_from([Stage.OPEN, Stage.HELD, Stage.COMMITTED]), st.integers(0, 9)),
)
NIGHTS = st.lists(
    st.tuples(st.lists(CHANGES, max_size=4), st.sampled_from([None, 100, 160])), max_size=6
)
SELECTIONS = [((), ()), (("country",), ()), (("country", "topic"), ("gap>=0.03",))]


@pytest.mark.parametrize("include_inactive", [False, True])
@pytest.mark.parametrize(("by", "texts"), SELECTIONS)
@examples(60)
@given(nights=NIGHTS)
def test_each_night_equals_adding_up_anew(nights, by, texts, include_inactive):
    selection = gap_selection(read_filters(texts))
    trend = Trend(NEEDS, by, selection, EUR, include_inactive=include_inactive)
    known = {}
    for changes, yen in nights:
        for need, status, stages in changes:
            trend.change(need, status, stages)
            told = NEEDS[need]
            known[need] = replace(
                told,
                project=replace(told.project, status=status),
                balance=replace(told.balance, stages=stages),
            )
        rates = [] if yen is None else [Rate(DAY, "EUR", "JPY", Decimal(yen))]
        rate_of = rate_finder(RateBook(rates), DAY)
        rows = gap_rows(
            known.values(), BaseCurrency(EUR, rate_of), include_inactive=include_inactive
        )
        assert trend.sums(rate_of) == group_rows([*filter(selection.meets, rows)], by)


def test_the_last_night_of_each_step_stands_for_it():
    days = [date(2025, 12, 30), date(2025, 12, 31), date(2026, 1, 1), date(2026, 1, 5)]

    assert last_of_each_period(days, "night") == days
    assert last_of_each_period(days, "week") == days[2:]
    assert last_of_each_period(days, "month") == [days[1], days[3]]
    assert last_of_each_period([*days, date(2026, 11, 5)], "year") == [days[1], date(2026, 11, 5)]
    with pytest.raises(UnknownPeriod):
        last_of_each_period(days, "day")


def test_what_nights_do_not_keep_has_no_trend():
    require_in_snapshots(["city", "gap"])
    with pytest.raises(NotInTrend, match="eligible_offers"):
        require_in_snapshots(["city", "eligible_offers"])
