"""How far deals ever got: the first day in each stage, and the last delivery."""

from __future__ import annotations

from datetime import date

from ledger.core.factors import Stage
from ledger.journal.entries import Act
from ledger.journal.reached import DealEntry, first_days, last_deliveries

MAY, JUNE, JULY, AUGUST = (date(2026, month, 1) for month in range(5, 9))


def test_each_stage_is_reached_on_the_day_of_its_first_act() -> None:
    steps = [
        DealEntry(1, "D-1", Act.INTRODUCE, MAY),
        DealEntry(2, "D-1", Act.COMMIT, JUNE),
        DealEntry(3, "D-1", Act.COMMIT, JULY),
        DealEntry(4, "D-2", Act.INTRODUCE, JULY),
    ]
    assert first_days(steps) == {
        "D-1": {Stage.HELD: MAY, Stage.COMMITTED: JUNE},
        "D-2": {Stage.HELD: JULY},
    }


def test_a_stage_is_reached_at_the_latest_with_the_one_after_it() -> None:
    commit = DealEntry(1, "D-1", Act.COMMIT, JUNE)
    assert first_days([commit]) == {"D-1": {Stage.HELD: JUNE, Stage.COMMITTED: JUNE}}
    deliver = DealEntry(2, "D-1", Act.DELIVER, MAY)
    assert first_days([commit, deliver]) == {
        "D-1": dict.fromkeys((Stage.HELD, Stage.COMMITTED, Stage.DELIVERED), MAY)
    }


def test_what_is_taken_back_was_reached_and_what_is_reversed_was_not() -> None:
    introduced = DealEntry(1, "D-1", Act.INTRODUCE, MAY)
    committed = DealEntry(2, "D-1", Act.COMMIT, JUNE)
    reached = first_days([introduced, committed])
    assert first_days([introduced, committed, DealEntry(3, "D-1", Act.RELEASE, JULY)]) == reached
    undone = DealEntry(3, "D-1", Act.REVERSE, JULY, reverses=2)
    assert first_days([introduced, committed, undone]) == {"D-1": {Stage.HELD: MAY}}
    again = DealEntry(4, "D-1", Act.REVERSE, AUGUST, reverses=3)
    assert first_days([introduced, committed, undone, again]) == reached


def test_a_deal_of_which_all_is_reversed_has_reached_nothing() -> None:
    steps = [
        DealEntry(1, "D-1", Act.DELIVER, MAY),
        DealEntry(2, "D-1", Act.REVERSE, JUNE, reverses=1),
    ]
    assert first_days(steps) == {}
    assert last_deliveries(steps) == {}


def test_the_last_delivery_is_the_one_of_the_newest_day() -> None:
    steps = [
        DealEntry(1, "D-1", Act.COMMIT, AUGUST),
        DealEntry(2, "D-1", Act.DELIVER, JULY),
        DealEntry(3, "D-1", Act.DELIVER, JUNE),
        DealEntry(4, "D-2", Act.COMMIT, MAY),
    ]
    assert last_deliveries(steps) == {"D-1": JULY}
    undone = DealEntry(5, "D-1", Act.REVERSE, AUGUST, reverses=2)
    assert last_deliveries([*steps, undone]) == {"D-1": JUNE}
