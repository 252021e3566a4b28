"""One need's gap: exact, held inside it, and the unknown never shown as zero."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from gap_positions import IRR, JPY, PERSON_DAY, USD, in_euro, many_rows, position, row
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.factors import Factor
from ledger.eligibility.counts import EligibleCount
from ledger.gaps.rows import GapRow, coverage_ratio, gap_row, gap_rows, reported


def test_a_monorail_with_nothing_done_reads_as_the_contract_has_it() -> None:
    monorail = position(topic="monorail", needed_by=date(2028, 1, 1), open=400_000_000_00)
    no_offer = EligibleCount(0, "no offer names this topic", "topic", 4, 4)
    assert list(gap_row(monorail, in_euro()).counted(no_offer).to_dict().items()) == [
        ("need", "N-0001"),
        ("project", "PRJ-0001"),
        ("title", "Metro"),
        ("city", "MHD"),
        ("city_name", "Mashhad"),
        ("country", "IR"),
        ("region", "Southern Asia"),
        ("office", "asia"),
        ("sector", "transport.urban"),
        ("factor", "money"),
        ("topic", "monorail"),
        ("unit", "EUR"),
        ("required", "400000000.00"),
        ("delivered", "0.00"),
        ("committed", "0.00"),
        ("held", "0.00"),
        ("withdrawn", "0.00"),
        ("gap", "400000000.00"),
        ("coverage", "0.0000"),
        ("needed_by", "2028-01-01"),
        ("gap_base", "400000000.00"),
        ("rate_date", None),
        ("eligible_offers", 0),
        ("main_obstacle", "no offer names this topic"),
        ("status", "preparation"),
        ("obstacle_rule", "topic"),
        ("quantity_absent", None),
        ("member", True),
        ("asked", 0),
        ("interested", 0),
        ("declined", 0),
    ]


def test_held_stands_inside_the_gap_and_beside_it() -> None:
    found = row(open=40, held=30, committed=20, delivered=10, withdrawn=5)
    assert (found.required, found.gap, found.held) == (105, 70, 30)
    assert found.cell("coverage") == "0.3000"


def test_an_unknown_amount_is_never_zero() -> None:
    found = row().to_dict()
    assert [found[key] for key in ("required", "gap", "coverage", "gap_base")] == [None] * 4
    assert [found[key] for key in ("held", "committed", "delivered")] == ["0.00"] * 3


def test_a_need_wholly_withdrawn_has_no_coverage() -> None:
    found = row(withdrawn=50)
    assert (found.gap, found.coverage, found.gap_base) == (0, None, 0)


def test_another_currency_comes_with_the_day_of_its_rate() -> None:
    found = row(unit=USD, open=1_085_00)
    assert (found.gap_base, found.rate_date) == (1_000_00, date(2026, 11, 20))


def test_a_currency_without_decimals_converts_into_cents() -> None:
    assert row(unit=JPY, open=161).cell("gap_base") == "1.01"


def test_a_currency_without_a_rate_is_unknown_in_base_and_known_in_itself() -> None:
    found = row(unit=IRR, open=1_500_000_000_00).to_dict()
    assert (found["gap"], found["gap_base"], found["rate_date"]) == ("1500000000.00", None, None)


def test_work_is_never_forced_into_money() -> None:
    found = row(unit=PERSON_DAY, factor=Factor.EXPERTISE, open=120_00).to_dict()
    assert (found["gap"], found["gap_base"]) == ("120.00", None)


def test_half_a_cent_goes_to_the_even_one() -> None:
    # At 160 yen to the euro 0.8 yen would be half a cent: 4 yen are 2.5 cents, 12 yen 7.5.
    assert [row(unit=JPY, open=yen).gap_base for yen in (4, 12, 20)] == [2, 8, 12]


@pytest.mark.parametrize(("yen", "cents"), [(4, 2), (12, 8), (20, 12), (28, 18), (36, 22)])
def test_half_a_cent_goes_up_from_each_odd_one(yen: int, cents: int) -> None:
    assert in_euro().convert(yen, JPY) == cents


def test_rows_come_by_project_then_need_without_projects_that_take_no_deals() -> None:
    positions = [
        position("N-0003", project="PRJ-0002", open=1),
        position("N-0002", open=1),
        position("N-0004", project="PRJ-0003", status="completed", open=1),
        position("N-0001", open=1),
    ]
    codes = [found.need for found in gap_rows(positions, in_euro())]
    assert codes == ["N-0001", "N-0002", "N-0003"]
    assert len(gap_rows(positions, in_euro(), include_inactive=True)) == 4
    assert [one.need.code for one in reported(positions)] == codes
    assert len(reported(positions, include_inactive=True)) == 4


@given(many_rows())
def test_what_is_required_is_all_its_parts(rows: list[GapRow]) -> None:
    for found in rows:
        if found.required is not None and found.gap is not None:
            closed = found.committed + found.delivered
            assert found.required == found.gap + closed + found.withdrawn
            assert found.gap >= found.held


@given(st.integers(0, 10**18), st.integers(0, 10**18))
def test_coverage_never_promises_more_than_there_is(closed: int, left: int) -> None:
    found = coverage_ratio(closed, closed + left)
    if closed + left == 0:
        assert found is None
        return
    assert found is not None
    exact = Fraction(closed, closed + left)
    assert 0 <= exact - Fraction(found) < Fraction(1, 10_000)
    assert (found == 1) == (left == 0)
    assert found.as_tuple().exponent == -4


def test_one_cent_short_is_not_wholly_covered() -> None:
    assert coverage_ratio(99_999_99, 100_000_00) == Decimal("0.9999")


def test_one_part_can_be_covered_and_nothing_cannot() -> None:
    assert [coverage_ratio(1, 1), coverage_ratio(0, 1)] == [Decimal(1), Decimal(0)]
    assert coverage_ratio(0, 0) is None
