"""Links between records: the chain of one, all that came of it, and no chain that is a circle."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.origins.links import (
    BadOrigin,
    Links,
    Origin,
    OriginCycle,
    Span,
    parse_origin,
    require_no_cycle,
    surely_later,
)

A, B, C, D = (Origin("approach", f"AP-{number}") for number in range(1, 5))
OFFER = Origin("offer", "O-1")


def test_an_origin_is_written_as_kind_and_code() -> None:
    assert parse_origin(" Approach: AP-1 ") == A
    assert A.text == "approach:AP-1"


@pytest.mark.parametrize("text", ["AP-1", "approach:", ":AP-1", "offer:O-1", "approch:AP-1"])
def test_what_names_no_record_is_no_origin(text: str) -> None:
    with pytest.raises(BadOrigin):
        parse_origin(text)


def test_everything_whose_chain_leads_to_a_record_came_of_it() -> None:
    links = Links({B: A, C: B, D: A, OFFER: C})
    assert links.came_from(OFFER) == [C, B, A]
    assert links.came_of(A) == [B, D, C, OFFER]
    assert links.came_of(OFFER) == []


def test_a_chain_never_leads_back_to_a_record() -> None:
    origins = {B: A, C: B}
    require_no_cycle(D, C, origins.get)
    for origin in (A, B, C):
        with pytest.raises(OriginCycle):
            require_no_cycle(A, origin, origins.get)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=12))
def test_origins_given_one_by_one_never_close_a_circle(steps: list[tuple[int, int]]) -> None:
    origins: dict[Origin, Origin] = {}
    for number, named in steps:
        record, origin = (Origin("approach", f"AP-{one}") for one in (number, named))
        try:
            require_no_cycle(record, origin, origins.get)
        except OriginCycle:
            continue
        origins[record] = origin
    links = Links(origins)
    for record in origins:
        assert record not in links.came_of(record)
        for above in links.came_from(record):
            assert record in links.came_of(above)


def test_a_day_is_surely_later_only_where_no_day_it_means_comes_before() -> None:
    year, day = Span(date(2026, 1, 1), date(2026, 12, 31)), Span(*[date(2026, 6, 1)] * 2)
    assert not surely_later(year, day)
    assert not surely_later(day, year)
    assert surely_later(year, Span(*[date(2025, 12, 31)] * 2))
    assert not surely_later(year, None)
    assert not surely_later(None, day)
