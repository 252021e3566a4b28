"""The worth of a gap is what a real offer of that size, for those needs alone, would bring."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from officer import Officer
from stage import Staged, drawn

from ledger.core.errors import ExitCode
from ledger.core.quantity import Unit
from ledger.matching.plan import PlanIndex
from ledger.matching.variants import SAME_UNIT, with_extra_allocations, with_extra_offer
from ledger.matching.worth import Measure, Worth, group_gaps, ranked, select_largest, worth_of
from ledger.solver.solve import solve


def measured(stage: Staged) -> dict[str, Measure]:
    """Count every gap in its own unit."""
    return {
        code: Measure(one.need.factor.value, one.balance.unit)
        for code, one in stage.need_facts.items()
    }


def as_it_is(amount: int, _unit: Unit) -> int:
    """Take money for the base currency's."""
    return amount


def weighed(stage: Staged, most: int = 20) -> list[Worth]:
    """Weigh the largest gaps of a staged pipeline, need by need."""
    context = stage.context()
    needs = stage.need_facts
    keys = {code: (("need", code),) for code in needs}
    kinds = measured(stage)
    found = []
    for gap in select_largest(group_gaps(context.plan, keys, kinds), most, as_it_is):
        richer = with_extra_offer(context.problem, gap.needs, gap.middle, "more")
        known = with_extra_allocations(richer, context.today.allocations, gap.needs)
        found.append(
            worth_of(gap, gap.middle, context.plan, context.today, solve(richer, known_plan=known))
        )
    return ranked(found)


def with_offer_for(stage: Staged, need: str, amount: int) -> Staged:
    """Really add an offer that serves one need alone: the need's topic is nobody else's."""
    facts = stage.need_facts[need]
    topic = f"only {need}"
    stage.need_facts[need] = replace(facts, need=replace(facts.need, topic=topic))
    return stage.offer("X", facts.need.factor.value, amount, topics=(topic,))


def test_money_for_the_last_gap_of_a_project_is_worth_its_weight():
    stage = Staged().project("P", ("money", 10), weight=4).project("Q", ("money", 5))

    (first, *_) = weighed(stage.offer("O", "money", 7))

    assert first.gap.keys == (("need", "P-N1"),)
    assert (first.step, first.complete.increase) == (8, 4)
    assert first.gained == ("P",)


def test_a_step_that_frees_an_offer_for_others_is_worth_what_they_weigh():
    """With 10 more for P, the offer that P had goes to Q."""
    stage = Staged().project("P", ("money", 10), weight=4).project("Q", ("money", 10), weight=3)
    context = stage.offer("O", "money", 10).context()

    richer = with_extra_offer(
        context.problem, {context.plan.need_index["P-N1"]: SAME_UNIT}, 10, "more"
    )

    assert solve(richer).complete.value - context.today.complete.value == 3


def test_money_without_a_builder_is_worth_nothing_on_level_1():
    stage = Staged().project("P", ("money", 10), ("implementation", 1)).offer("O", "money", 4)

    rows = weighed(stage)

    assert [(row.gap.factor, row.complete.increase) for row in rows] == [
        ("implementation", 0),
        ("money", 0),
    ]
    assert [row.coverage.increase for row in rows] == [1, Fraction(6, 10)]


def test_the_largest_gaps_take_turns_between_units():
    stage = Staged().project("P", ("money", 90), ("money", 80), ("money", 70), ("expertise", 3))
    context = stage.context()
    kinds = measured(stage)
    keys = {code: (("need", code),) for code in stage.need_facts}

    chosen = select_largest(group_gaps(context.plan, keys, kinds), 3, as_it_is)

    assert [gap.keys[0][1] for gap in chosen] == ["P-N1", "P-N4", "P-N2"]


def test_a_group_steps_by_what_its_middle_need_lacks():
    stage = Staged().project("P", ("money", 90), ("money", 20), ("money", 70), ("money", 10))
    context = stage.context()
    kinds = measured(stage)
    (gap,) = group_gaps(context.plan, dict.fromkeys(stage.need_facts, ()), kinds)

    assert (gap.total, gap.middle) == (190, 20)


@pytest.mark.parametrize("seed", range(8))
def test_what_is_told_is_what_an_offer_for_that_need_alone_would_bring(seed):
    today = drawn(seed).context().today
    for row in weighed(drawn(seed)):
        need = str(row.gap.keys[0][1])
        then = with_offer_for(drawn(seed), need, row.step).context().today

        assert row.complete.range.exact
        assert row.complete.increase == then.complete.value - today.complete.value
        low, high = row.coverage.range.lower, row.coverage.range.upper
        assert low <= then.coverage.bound - today.coverage.value
        assert then.coverage.value - today.coverage.bound <= high
        assert low <= row.coverage.increase <= high


@pytest.mark.parametrize("seed", range(8))
def test_a_step_more_never_lowers_level_1_and_keeps_its_own_rules(seed):
    context = drawn(seed).context()
    for row in weighed(drawn(seed)):
        assert row.complete.increase >= 0
        assert row.complete.range.lower <= row.complete.increase <= row.complete.range.upper
        richer = with_extra_offer(context.problem, row.gap.needs, row.step, "more")
        plan = PlanIndex(
            richer, with_extra_allocations(richer, context.today.allocations, row.gap.needs)
        )
        assert min(plan.open_amounts) >= 0
        assert min(plan.free_amounts) >= 0


def rows_of(officer: Officer, *words: str) -> list[dict[str, Any]]:
    """Weigh on the command line, holding the ledger to staying as it is."""
    with officer.world.unchanged():
        answer = officer.asks("match worth", *words)
    assert answer["schema"] == "cityfund.worth/1"
    rows: list[dict[str, Any]] = answer["rows"]
    return rows


def test_the_table_ranks_gaps_by_what_they_would_complete(short: Officer) -> None:
    rows = rows_of(short)

    rises = [(int(row["level_1"]["rise"]), Fraction(row["level_2"]["rise"])) for row in rows]
    assert rises == sorted(rises, reverse=True)
    assert (rows[0]["need"], rows[0]["gained"]) == ("N-0006", ["PRJ-0004"])
    assert (rows[0]["stays_open"], rows[0]["step"]) == ("70000000.00", "70000000.00")


def test_groups_add_needs_up(short: Officer) -> None:
    rows = rows_of(short, "--by", "sector,factor")

    assert [list(row)[:3] for row in rows] == [["sector", "factor", "unit"]] * len(rows)
    urban = next(r for r in rows if r["sector"] == "transport.urban" and r["factor"] == "money")
    assert (urban["needs"], urban["stays_open"]) == (2, "100000000.00")


def test_a_group_counts_money_of_all_currencies_in_the_base(short: Officer) -> None:
    said = "project add Clinics --city ACC --sector health"
    short.says(said, "--need", "money 8M USD", "--need", "money 1M EUR")
    short.says("rates add USD EUR 0.5 --on 2026-11-20")

    (row,) = rows_of(short, "--by", "factor", "--project", "PRJ-0006", "--step", "5M EUR")

    assert (row["unit"], row["needs"], row["stays_open"]) == ("EUR", 2, "5000000.00")
    assert row["gained"] == ["PRJ-0006"]


def test_a_step_can_be_given_for_a_unit(short: Officer) -> None:
    rows = rows_of(short, "--step", "30M EUR")

    assert {(row["unit"], row["step"]) for row in rows} == {("EUR", "30000000.00")}
    assert rows[0]["need"] == "N-0003"
    told = rows[0]["level_1"]["rise"]
    then = short.asks("match whatif", "--add-offer", "factor=money quantity=30M EUR countries=PK")
    assert then["level_1_rises_at_least"] == told


def test_fewer_gaps_and_a_selection(short: Officer) -> None:
    assert len(rows_of(short, "--limit", "2")) == 2
    assert {row["project"] for row in rows_of(short, "--office", "africa")} <= {
        *("PRJ-0003", "PRJ-0004", "PRJ-0005"),
    }


def test_a_time_limit_of_zero_says_what_is_proven(short: Officer) -> None:
    rows = rows_of(short, "--time-limit", "0")

    assert rows
    for row in rows:
        assert int(row["level_1"]["at_least"]) <= int(row["level_1"]["rise"])
        assert int(row["level_1"]["rise"]) <= int(row["level_1"]["at_most"])


def test_csv_and_the_screen(short: Officer) -> None:
    lines = short.says("match worth").splitlines()
    assert lines[0] == ("Worth most: 70M EUR more of money for N-0006 would raise level 1 by 3.")
    rows = list(csv.DictReader(io.StringIO(short.says("match worth --format csv"))))
    assert rows[0]["level_1_rise"] == "3"
    assert rows[0]["gained"] == "PRJ-0004"


def test_nothing_that_stays_open_has_a_worth(short: Officer) -> None:
    said = short.says("match worth --project PRJ-0003")

    assert said == "Today's proposal leaves nothing open that one step more could close.\n"
    assert json.loads(short.says("match worth --project PRJ-0003 --json"))["rows"] == []


@pytest.mark.parametrize(
    ("words", "code", "named"),
    [
        ("--step '5 km'", "unusable-step", "EUR"),
        ("--step '5M EUR' --step '6M EUR'", "unusable-step", "second"),
        ("--step 5x", "unknown-unit", "x"),
        ("--limit none", "unusable-limit", "20"),
        ("--limit 0", "unusable-limit", "20"),
        ("--by sektor", "unknown-gap-column", "sector"),
    ],
)
def test_what_cannot_be_weighed_is_refused(
    short: Officer, words: str, code: str, named: str
) -> None:
    assert short.refused(f"match worth {words}", ExitCode.INVALID, named) == code
