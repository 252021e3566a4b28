"""Long statements of few amounts: work grows with lines, not with pairs of lines and acts."""

from __future__ import annotations

import sys
from datetime import date, timedelta
from random import Random

import pytest
from bench_statements import NAMED_BY, PROVIDER, TODAY, statements

from ledger.statements.differences import FindingKind
from ledger.statements.facts import LedgerFacts
from ledger.statements.lines import StatementLine
from ledger.statements.passes import compare_statements
from ledger.statements.pool import DayIndex

FEW, MANY = 1_500, 6_000


def calls_of(lines: list[StatementLine], facts: LedgerFacts) -> int:
    """Count the calls that comparing makes."""
    count = 0

    def seen(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(seen)
    try:
        compare_statements(PROVIDER, lines, facts, TODAY)
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize("amounts", [1, 20])
@pytest.mark.parametrize("named_by", NAMED_BY)
def test_four_times_the_lines_are_not_sixteen_times_the_work(named_by, amounts):
    few = calls_of(*statements(FEW, 50, amounts, named_by))
    many = calls_of(*statements(MANY, 50, amounts, named_by))

    assert many / few < 8


@pytest.mark.parametrize("named_by", NAMED_BY)
def test_every_line_is_confirmed_or_told_of(named_by):
    lines, facts = statements(FEW, 50, 20, named_by)

    came = compare_statements(PROVIDER, lines, facts, TODAY)

    told = {line.number for one in came.differences for line in one.lines}
    assert came.confirmed + len(told) == len(lines)
    assert came.confirmed > 0.85 * FEW
    asserted = [one for one in came.differences if one.kind is not FindingKind.UNCLEAR]
    for items in (
        [line.number for one in asserted for line in one.lines],
        [act.number for one in asserted for act in one.entries],
    ):
        assert len(items) == len(set(items))


@pytest.mark.parametrize("seed", range(20))
def test_days_are_read_outward_without_what_was_taken(seed):
    chance = Random(seed)
    matched: set[int] = set()
    days = DayIndex[int](matched)
    kept = {n: date(2026, 3, 1) + timedelta(days=chance.randrange(chance.choice((3, 90))))
            for n in range(40)}  # fmt: skip
    for number, day in kept.items():
        days.add(number, day, number)
    for _ in range(30):
        middle = date(2026, 3, 1) + timedelta(days=chance.randrange(-5, 95))
        reach = chance.choice((0, 1, 3, 20, None))
        wanted = sorted(
            (n for n, day in kept.items()
             if n not in matched and (reach is None or abs((day - middle).days) <= reach)),
            key=lambda n: (abs((kept[n] - middle).days), n),
        )  # fmt: skip
        assert list(days.nearest_first(middle, reach)) == wanted
        matched.update(chance.sample(range(40), 2))
