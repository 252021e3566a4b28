"""What a request has reversed and lapsed itself, and in which format it records its entries."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from ledger.core.factors import Side, Stage
from ledger.journal.entries import (
    CANONICAL_FORMAT,
    LAPSE_REASON,
    PROPOSED_FORMAT,
    TOTAL_FORMAT,
    Act,
    ActDetails,
    Draft,
    Entry,
    Movement,
    PostedHere,
    ProposedLine,
)

MONDAY, TUESDAY, FRIDAY = date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 27)


def moved(source: Stage, target: Stage) -> tuple[Movement, ...]:
    one = Movement(
        side=Side.NEED, account="N-0001", unit="EUR", from_stage=source, to_stage=target, amount=5
    )
    return (one,)


DECLARED = Draft(
    act=Act.DECLARE,
    movements=moved(Stage.UNDECLARED, Stage.OPEN),
    details=ActDetails(effective_on=MONDAY),
    total=5,
)
INTRODUCED = Draft(
    act=Act.INTRODUCE,
    movements=moved(Stage.OPEN, Stage.HELD),
    details=ActDetails(effective_on=MONDAY),
    deal="D-0001",
)
WITHDRAWN = replace(
    DECLARED, act=Act.WITHDRAW, movements=moved(Stage.OPEN, Stage.WITHDRAWN), total=None
)


def lapse(on: date, reason: str | None = LAPSE_REASON, deal: str = "D-0001") -> Draft:
    return Draft(
        act=Act.RELEASE,
        movements=moved(Stage.HELD, Stage.OPEN),
        details=ActDetails(effective_on=on, reason=reason),
        deal=deal,
    )


def reversal(target: int) -> Draft:
    return replace(INTRODUCED, act=Act.REVERSE, reverses=target)


def posted(*drafts: tuple[int, Draft]) -> PostedHere:
    here = PostedHere()
    for number, draft in drafts:
        here.add(draft, number)
    return here


def lapses(here: PostedHere, after: date = MONDAY) -> list[int]:
    return [one.number for one in here.lapses("D-0001", after)]


def test_an_entry_is_reversed_while_its_reversal_is_not() -> None:
    here = posted((2, reversal(1)))
    assert [here.is_reversed(number) for number in (1, 2, 3)] == [True, False, False]
    here.add(reversal(2), 3)
    assert [here.is_reversed(number) for number in (1, 2, 3)] == [False, True, False]
    here.add(reversal(1), 4)
    assert here.is_reversed(1)


def test_a_lapse_is_a_release_for_that_reason_and_nothing_else_is() -> None:
    here = posted(
        (1, INTRODUCED),
        (2, lapse(FRIDAY)),
        (3, lapse(FRIDAY, reason="no longer needed")),
        (4, lapse(FRIDAY, reason=None)),
        (5, replace(lapse(FRIDAY), act=Act.WITHDRAW)),
        (6, lapse(FRIDAY, deal="D-0002")),
    )
    (one,) = here.lapses("D-0001", MONDAY)
    assert one == (2, Act.RELEASE, FRIDAY, "D-0001", moved(Stage.HELD, Stage.OPEN))
    assert here.lapses("D-0003", MONDAY) == []


def test_the_lapses_after_a_day_are_those_that_stand() -> None:
    here = posted((1, lapse(TUESDAY)), (2, lapse(FRIDAY)))
    assert [lapses(here, day) for day in (MONDAY, TUESDAY, FRIDAY)] == [[1, 2], [2], []]
    here.add(reversal(1), 3)
    assert lapses(here) == [2]


def test_what_was_taken_back_is_forgotten_from_its_number_on() -> None:
    here = posted((1, lapse(FRIDAY)), (2, lapse(FRIDAY)), (3, reversal(1)), (4, reversal(2)))
    here.forget_from(4)
    assert [here.is_reversed(number) for number in (1, 2)] == [True, False]
    assert lapses(here) == [2]
    here.forget_from(2)
    assert not here.is_reversed(1)
    assert lapses(here) == [1]


@pytest.mark.parametrize(
    ("draft", "recorded_in"),
    [
        (DECLARED, TOTAL_FORMAT),
        (replace(DECLARED, act=Act.REVERSE, reverses=1, total=None), TOTAL_FORMAT),
        (WITHDRAWN, CANONICAL_FORMAT),
        (INTRODUCED, CANONICAL_FORMAT),
    ],
)
def test_an_act_that_changes_a_total_has_a_format_of_its_own(
    draft: Draft, recorded_in: int
) -> None:
    assert draft.format == recorded_in


def test_an_introduction_from_a_proposal_has_a_format_of_its_own() -> None:
    details = ActDetails(effective_on=MONDAY, proposed=ProposedLine("MAT-0012", 3))
    assert replace(INTRODUCED, details=details).format == PROPOSED_FORMAT


@pytest.mark.parametrize(
    ("recorded_in", "total", "only"),
    [
        (TOTAL_FORMAT, None, True),
        (TOTAL_FORMAT, 0, False),
        (TOTAL_FORMAT, 5, False),
        (CANONICAL_FORMAT, None, False),
    ],
)
def test_an_entry_that_keeps_a_total_states_none(
    recorded_in: int, total: int | None, *, only: bool
) -> None:
    entry = Entry(
        number=1,
        act=Act.REVISE,
        effective_on=MONDAY,
        recorded_at=datetime(2026, 11, 23, 8, tzinfo=UTC),
        request_key="key-1",
        actor="leila",
        system_user="lmoradi",
        host="mashhad-3",
        database_user=None,
        movements=moved(Stage.UNDECLARED, Stage.OPEN),
        total=total,
        format=recorded_in,
    )
    assert entry.changes_total_only is only
