"""Sums over needs: only equal units, or base currency, and what could not be counted is told."""

from __future__ import annotations

from collections.abc import Callable

from gap_positions import EUR, IRR, PERSON_DAY, USD, in_euro, many_rows, position, row
from hypothesis import given
from hypothesis import strategies as st

from ledger.approaches.states import Asked
from ledger.core.factors import Factor
from ledger.gaps.groups import GroupRow, group_rows, totals
from ledger.gaps.rows import COLUMNS, GapRow, gap_row


def test_a_country_is_added_up_per_factor_and_unit() -> None:
    rows = [
        row("N-1", open=30, committed=10),
        row("N-2", open=60, held=5),
        row("N-3", unit=USD, open=1085),
        row("N-4", city="LHE", open=7),
        row("N-5", unit=PERSON_DAY, factor=Factor.EXPERTISE, open=9),
        row("N-6"),
    ]
    groups = group_rows(rows, ["country"])
    assert [(dict(g.keys)["country"], g.factor, g.unit, g.gap) for g in groups] == [
        ("IR", "expertise", "person-day", 9),
        ("IR", "money", "EUR", 95),
        ("IR", "money", "USD", 1085),
        ("PK", "money", "EUR", 7),
    ]
    euro = groups[1]
    assert (euro.needs, euro.counted, euro.not_counted) == (3, 2, 1)
    assert euro.to_dict()["coverage"] == "0.0952"
    assert groups[2].gap_base == 1000


def test_a_group_of_unknown_amounts_has_no_sum() -> None:
    (group,) = group_rows([row("N-1"), row("N-2")], ["city"])
    assert (group.required, group.gap, group.coverage, group.gap_base) == (None,) * 4
    assert (group.needs, group.counted, group.not_counted) == (2, 0, 2)


def test_what_is_not_given_is_a_group_of_its_own_and_comes_last() -> None:
    rows = [row("N-1", open=1), row("N-2", topic="metro", open=1)]
    assert [dict(g.keys)["topic"] for g in group_rows(rows, ["topic"])] == ["metro", None]


def test_groups_of_a_figure_are_in_the_order_of_figures() -> None:
    rows = [row(f"N-{held}", open=1, held=held) for held in (10000, 900, 1000, 0)]
    assert [dict(group.keys)["held"] for group in group_rows(rows, ["held"])] == [
        *("0.00", "9.00"),
        *("10.00", "100.00"),
    ]
    unknown = [row("N-1", open=1, committed=1), row("N-2"), row("N-3", open=1, committed=19)]
    assert [dict(group.keys)["coverage"] for group in group_rows(unknown, ["coverage"])] == [
        *("0.5000", "0.9500"),
        None,
    ]


def test_groups_by_a_number_begin_with_zero() -> None:
    rows = [
        gap_row(position(f"N-{asked}", open=1), in_euro(), asked=Asked(asked=asked))
        for asked in (2, 1, 0, 10)
    ]
    assert [dict(group.keys)["asked"] for group in group_rows(rows, ["asked"])] == [0, 1, 2, 10]


def test_what_was_withdrawn_needs_no_cover() -> None:
    (group,) = group_rows([row("N-1", open=30, committed=10, delivered=10, withdrawn=50)], [])
    assert group.to_dict()["coverage"] == "0.4000"


def test_grouping_by_nothing_or_by_factor_keeps_units_apart() -> None:
    rows = [row("N-1", open=1), row("N-2", unit=USD, open=1)]
    assert len(group_rows(rows, [])) == 2
    assert len(group_rows(rows, ["factor", "factor"])) == 2


def test_totals_per_unit_then_all_money_in_base_currency() -> None:
    rows = [
        row("N-1", open=1_000_00),
        row("N-2", unit=USD, open=1_085_00),
        row("N-3", unit=IRR, open=5_00),
        row("N-4"),
        row("N-5", unit=PERSON_DAY, factor=Factor.EXPERTISE, open=9_00),
    ]
    found = totals(rows, EUR)
    assert [(t.unit, t.gap, t.counted, t.not_counted, t.in_base) for t in found] == [
        ("EUR", 1_000_00, 1, 1, False),
        ("IRR", 5_00, 1, 0, False),
        ("USD", 1_085_00, 1, 0, False),
        ("person-day", 9_00, 1, 0, False),
        ("EUR", 2_000_00, 2, 2, True),
    ]
    assert (found[0].to_dict()["gap"], found[0].to_dict()["required"]) == ("1000.00", "1000.00")
    assert found[0].rule == "sum over the needs in EUR whose amount is known"
    assert list(found[0].to_dict())[:7] == (
        ["factor", "unit", "required", "gap", "counted", "not_counted", "rule"]
    )


def test_money_all_in_base_currency_is_not_told_twice() -> None:
    assert [total.in_base for total in totals([row(open=5)], EUR)] == [False]


def test_a_total_that_counted_nothing_is_unknown() -> None:
    (total,) = totals([row()], EUR)
    assert total.to_dict()["gap"] is None
    assert (total.counted, total.not_counted) == (0, 1)


def test_sums_may_exceed_sixty_four_bits() -> None:
    rows = [row(f"N-{number}", open=4 * 10**18) for number in range(200)]
    assert totals(rows, EUR)[0].gap == 200 * 4 * 10**18 > 2**64


@given(many_rows(), st.lists(st.sampled_from(COLUMNS), max_size=3))
def test_groups_add_up_to_the_totals_whatever_they_are_grouped_by(
    rows: list[GapRow], by: list[str]
) -> None:
    groups = group_rows(rows, by)
    for total in totals(rows, EUR):
        if total.in_base:
            money = [group for group in groups if group.factor == Factor.MONEY]
            assert added(money, lambda group: group.gap_base) == total.gap
            assert sum(group.base_counted for group in money) == total.counted
            continue
        parts = [g for g in groups if (g.factor, g.unit) == (total.factor, total.unit)]
        assert added(parts, lambda group: group.gap) == total.gap
        assert added(parts, lambda group: group.required) == total.required
        assert sum(group.counted for group in parts) == total.counted
        assert sum(group.not_counted for group in parts) == total.not_counted
    assert sum(group.needs for group in groups) == len(rows)


@given(many_rows())
def test_a_group_keeps_the_identity_of_its_rows(rows: list[GapRow]) -> None:
    for group in group_rows(rows, ["country"]):
        if group.required is not None and group.gap is not None:
            closed = group.committed + group.delivered
            assert group.required == group.gap + closed + group.withdrawn


def added(groups: list[GroupRow], amount: Callable[[GroupRow], int | None]) -> int | None:
    known = [value for value in map(amount, groups) if value is not None]
    return sum(known) if known else None
