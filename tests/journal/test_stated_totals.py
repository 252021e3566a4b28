"""The totals stated of a need or an offer: which one counts on a day, and what keeps it so."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from ledger.journal.totals import (
    TotalChange,
    compensating_changes,
    in_force_on,
    is_declaration_reversed,
    stated_totals,
    total_left,
    total_on,
    with_total,
)

FEBRUARY, MARCH, APRIL, MAY = (date(2026, month, 1) for month in range(2, 6))
BORN = date(2026, 1, 10)
RECORDED = datetime(2026, 5, 1, tzinfo=UTC)


def said(number: int, day: date, total: int | None = None, **more: Any) -> TotalChange:
    """Make a change of a total, as it is stored."""
    return TotalChange(number=number, effective_on=day, recorded_at=RECORDED, total=total, **more)


def days_of(changes: list[TotalChange]) -> list[date]:
    return [one.effective_on for one in stated_totals(changes)]


def test_a_total_reversed_later_was_said_and_so_was_what_it_left() -> None:
    first = said(1, FEBRUARY, 9)
    assert days_of([first, said(2, FEBRUARY, reverses=1)]) == []
    assert days_of([first, said(2, MARCH, 0, reverses=1)]) == [FEBRUARY, MARCH]
    assert days_of([first, said(2, MARCH, None, reverses=1)]) == [FEBRUARY]
    back = said(2, FEBRUARY, reverses=1)
    assert days_of([first, back, said(3, FEBRUARY, reverses=2)]) == [FEBRUARY]
    # A reversal of a reversal says the total again from its day on.
    assert total_left([first, back], back, MARCH) == 9
    assert total_left([first, back], back, FEBRUARY) is None
    assert total_left([first, back, said(3, MARCH, 7)], back, MARCH) is None


def test_a_total_of_an_older_ledger_is_what_its_day_had_when_it_was_recorded() -> None:
    later = datetime(2026, 6, 1, tzinfo=UTC)
    changes = [
        said(1, FEBRUARY, change=5, stored=False),
        said(2, MARCH, change=3, stored=False),
        TotalChange(number=3, effective_on=FEBRUARY, recorded_at=later, change=1, stored=False),
    ]
    assert [one.total for one in stated_totals(changes)] == [5, 6, 8]


def test_a_change_that_keeps_a_total_says_none() -> None:
    changes = [said(1, FEBRUARY, 5, change=5), said(2, MARCH, 9, change=4)]
    kept = compensating_changes(changes, [*changes, said(3, FEBRUARY, 7)])
    assert kept == [(FEBRUARY, 2), (MARCH, -2)]
    stored = [*changes, said(3, FEBRUARY, 7, change=2), said(4, MARCH, change=-2)]
    assert [one.number for one in stated_totals(stored)] == [1, 3, 2]
    assert compensating_changes(stored, stored) == []


def test_a_quantity_revised_to_unknown_is_not_an_undeclared_one() -> None:
    declared, back = said(1, FEBRUARY, 9), said(2, FEBRUARY, reverses=1)
    assert not is_declaration_reversed([])
    assert is_declaration_reversed([declared, back])
    assert is_declaration_reversed([declared, said(2, MARCH, 0, reverses=1)])
    unknown = said(2, MARCH, 0)
    assert not is_declaration_reversed([declared, unknown])
    again = said(3, APRIL, 5), said(4, APRIL, reverses=3)
    assert not is_declaration_reversed([declared, unknown, *again])
    # What is reversed later leaves it unknown, as it was.
    assert not is_declaration_reversed([declared, unknown, again[0], said(4, MAY, 0, reverses=3)])


def test_on_a_day_counts_the_last_total_of_the_newest_day_until_then() -> None:
    stated = stated_totals(
        [said(1, MARCH, 9), said(2, FEBRUARY, 5), said(3, MARCH, 7), said(4, APRIL)]
    )
    numbers = [in_force_on(stated, day) for day in (BORN, FEBRUARY, MARCH, MAY)]
    assert [one and one.number for one in numbers] == [None, 2, 3, 3]


def test_changes_add_up_day_by_day_and_one_that_says_no_amount_adds_none() -> None:
    changes = [said(1, FEBRUARY, change=5), said(2, MARCH, 9), said(3, APRIL, change=-2)]
    days = (BORN, FEBRUARY, MARCH, APRIL)
    assert [total_on(changes, day) for day in days] == [0, 5, 5, 3]


def test_a_declaration_reversed_later_leaves_nothing_from_then_on() -> None:
    declared = said(1, FEBRUARY, 9)
    assert total_left([declared], declared, MARCH) == 0
    assert total_left([declared], declared, FEBRUARY) is None
    revised = said(2, MARCH, 7)
    assert total_left([declared, revised], revised, APRIL) == 9


def test_a_total_beside_one_that_was_reversed_on_its_day_stays() -> None:
    assert days_of([said(1, FEBRUARY, 9), said(2, FEBRUARY, reverses=1), said(3, MARCH, 7)]) == [
        MARCH
    ]


def test_a_day_whose_total_is_taken_back_or_becomes_unknown_goes_to_zero() -> None:
    declared = [said(1, FEBRUARY, 5, change=5)]
    assert compensating_changes(declared, [*declared, said(2, FEBRUARY, reverses=1)]) == [
        (FEBRUARY, -5)
    ]
    assert compensating_changes(declared, [*declared, said(2, MARCH, 0)]) == [(MARCH, -5)]


def test_what_follows_several_totals_that_were_reversed_is_not_declared() -> None:
    both = [said(1, FEBRUARY, 9), said(2, MARCH, 7)]
    left = said(3, APRIL, 9, reverses=2)
    assert not is_declaration_reversed(both)
    assert is_declaration_reversed([*both, left, said(4, MAY, 0, reverses=1)])


def test_a_total_that_was_not_stored_includes_what_its_request_recorded_after_it() -> None:
    first = said(1, FEBRUARY, change=5, stored=False)
    with_it = with_total(first, [first, said(2, FEBRUARY, change=2, stored=False)])
    assert with_it.total == 7
    # Once it is known, what is recorded later does not change it.
    assert with_total(with_it, [with_it, said(3, FEBRUARY, change=1)]).total == 7
