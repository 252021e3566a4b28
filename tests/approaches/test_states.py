"""Where an approach stands on a day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from ledger.approaches.states import State, answer_text, last_of_pair, state_on
from ledger.eligibility.rules import RULE_ORDER
from ledger.registers.pairs import REASONS_OF_RULES, Approach

SENT = date(2026, 3, 1)
ASKED = Approach("AP-1", "N-1", "BANK", SENT, SENT + timedelta(60))
INTERESTED = replace(ASKED, interested_on=date(2026, 3, 10))
BOTH = replace(INTERESTED, declined_on=date(2026, 4, 1), reason="ticket", note="too small")


@pytest.mark.parametrize(
    ("approach", "day", "state"),
    [
        (ASKED, SENT, State.WAITING),
        (ASKED, date(2026, 4, 30), State.WAITING),
        (ASKED, date(2026, 5, 1), State.SILENT),
        (INTERESTED, date(2026, 3, 9), State.WAITING),
        (INTERESTED, date(2026, 3, 10), State.INTERESTED),
        (INTERESTED, date(2030, 1, 1), State.INTERESTED),
        (BOTH, date(2026, 3, 31), State.INTERESTED),
        (BOTH, date(2026, 4, 1), State.DECLINED),
        (replace(BOTH, withdrawn=True), date(2026, 4, 1), State.WITHDRAWN),
    ],
)
def test_state_is_an_answer_for_a_day(approach: Approach, day: date, state: State) -> None:
    assert state_on(approach, day) is state


def test_an_answer_after_a_silence_counts_from_its_day() -> None:
    late = replace(ASKED, declined_on=date(2026, 6, 1), reason="price")
    assert state_on(late, date(2026, 5, 31)) is State.SILENT
    assert state_on(late, date(2026, 6, 1)) is State.DECLINED


def test_the_last_of_a_pair_is_the_one_sent_last_by_the_day() -> None:
    again = replace(ASKED, code="AP-2", sent_on=date(2026, 6, 1))
    error = replace(ASKED, code="AP-3", sent_on=date(2026, 7, 1), withdrawn=True)
    every = [again, ASKED, error]
    assert last_of_pair(every, date(2026, 5, 31)) == ASKED
    assert last_of_pair(every, date(2026, 8, 1)) == again
    assert last_of_pair(every, date(2026, 2, 1)) is None


def test_what_was_answered_is_said_with_its_reason() -> None:
    assert answer_text(BOTH, date(2026, 4, 1)) == "declined on 2026-04-01 for ticket (too small)"
    assert answer_text(INTERESTED, date(2026, 4, 1)) == "interested on 2026-03-10"
    assert answer_text(ASKED, date(2026, 6, 1)) == "silent since 2026-04-30"


def test_reasons_of_people_are_named_as_the_rules_of_the_program() -> None:
    assert set(REASONS_OF_RULES) <= set(RULE_ORDER)
