"""Why a project does not end complete: what is told follows from solving again, and is true."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import chain, combinations

import pytest
from stage import Staged, drawn, reasons, told

from ledger.core.factors import Stage
from ledger.matching.plan import completed
from ledger.matching.variants import only_needs
from ledger.solver.solve import solve
from ledger.usecases.matching.context import ExplanationContext


def test_a_project_that_ends_complete_says_so_and_who_gives():
    stage = Staged().project("P", ("money", 10)).offer("O", "money", 20)

    found = stage.explain("P")

    assert (found.outcome, found.facts["complete"]) == ("complete", True)
    assert [(row.gets, row.offers) for row in found.rows] == [(10, ("O",))]


def test_a_factor_that_nobody_offers_binds():
    stage = Staged().project("P", ("money", 10), ("implementation", 1)).offer("O", "money", 20)

    found = stage.explain("P")

    assert found.outcome == "short"
    assert found.facts["binding_factors"] == ["implementation"]
    assert found.facts["binding_needs"] == ["P-N2"]
    assert "No offer of implementation fits P-N2." in told(found)
    assert found.facts["served_from_elsewhere"] == [
        {"factors": ["implementation"], "completes": True}
    ]


def test_supply_that_is_too_small_binds_however_little_others_ask():
    stage = Staged().project("P", ("money", 10)).offer("O", "money", 4)

    found = stage.explain("P")

    assert reasons(found) == ["supply"]
    assert found.rows[0].served_alone == 4
    assert "is 4 EUR of its 10 EUR" in told(found)


def test_tickets_and_shares_bind_though_there_is_enough():
    stage = Staged().project("P", ("money", 10))
    stage.offer("O", "money", 50, max_share=Decimal("0.5")).offer("Q", "money", 50, max_ticket=3)

    found = stage.explain("P")

    assert reasons(found) == ["terms"]
    assert "no more than 8 EUR of its 10 EUR" in told(found)


def test_an_indivisible_need_that_nobody_takes_whole():
    stage = Staged().project("P", ("implementation", 5, {"divisible": False}))
    stage.offer("O", "implementation", 3).offer("Q", "implementation", 4)

    found = stage.explain("P")

    assert reasons(found) == ["eligible"]
    assert found.rows[0].why == "no offer fits; O would with 2 package more offered"


def test_two_needs_that_want_the_same_money_bind_together():
    stage = Staged().project("P", ("money", 6), ("money", 6)).offer("O", "money", 10)

    found = stage.explain("P")

    assert reasons(found) == ["together"]
    assert found.facts["binding_needs"] == ["P-N1", "P-N2"]


def test_an_unknown_amount_binds():
    stage = Staged().project("P", ("money", 6), ("expertise", 0)).offer("O", "money", 10)

    found = stage.explain("P")

    assert reasons(found) == ["quantified"]
    assert found.facts["binding_needs"] == ["P-N2"]
    assert found.rows[1].open is None


def test_a_lighter_project_loses_to_a_heavier_one():
    stage = Staged().project("P", ("money", 10)).project("Q", ("money", 10), weight=3)

    found = stage.offer("O", "money", 12).explain("P")

    assert found.outcome == "lost"
    assert reasons(found) == ["weight", "proof", "relief"]
    assert "Q (weight 3) would not: it weighs 3" in told(found)
    assert "Level 1 would fall from 3 to 1." in told(found)
    assert found.facts["binding_factors"] == ["money"]


def test_a_project_loses_to_several_that_complete_with_what_it_takes():
    stage = Staged().project("P", ("money", 10), weight=3)
    stage.project("Q", ("money", 5), weight=2).project("R", ("money", 5), weight=2)

    found = stage.offer("O", "money", 10).explain("P")

    assert reasons(found)[:2] == ["capacity", "proof"]
    assert found.facts["contest"]["loses"] == ["Q", "R"]
    assert "they weigh 4 together" in told(found)


def test_of_two_that_weigh_the_same_the_better_covered_wins():
    stage = Staged().project("P", ("money", 10), ("expertise", 10)).project("Q", ("money", 9))

    found = stage.offer("O", "money", 10).offer("E", "expertise", 10).explain("P")

    assert reasons(found)[0] == "coverage"
    assert found.facts["contest"]["level_1_falls_at_most"] == "0"


def test_the_factor_that_binds_is_the_one_that_others_get():
    stage = Staged().project("P", ("money", 10), ("expertise", 5))
    stage.project("Q", ("money", 10), weight=3)

    found = stage.offer("O", "money", 12).offer("E", "expertise", 5).explain("P")

    assert found.facts["binding_factors"] == ["money"]
    assert found.facts["served_from_elsewhere"] == [
        {"factors": ["money"], "completes": True},
        {"factors": ["expertise"], "completes": False},
    ]


def test_two_factors_bind_where_neither_alone_would_do():
    stage = Staged().project("P", ("money", 10), ("expertise", 5))
    stage.project("Q", ("money", 10), weight=3).project("R", ("expertise", 5), weight=3)

    found = stage.offer("O", "money", 10).offer("E", "expertise", 5).explain("P")

    assert found.facts["binding_factors"] == ["money", "expertise"]


def test_a_project_without_anything_open_is_complete_already():
    stage = Staged().project("P", ("money", 10))
    facts = stage.need_facts["P-N1"]
    held = replace(facts.balance, stages={Stage.HELD: 10})
    stage.need_facts["P-N1"] = replace(facts, balance=held)

    assert stage.explain("P").outcome == "already"


def best_with(context: ExplanationContext, place: int) -> Fraction | None:
    """Find by trying all sets of projects the most weight that can end complete with this one."""
    projects = context.problem.projects
    others = [one for one in range(len(projects)) if one != place and projects[one].completable]
    best = None
    for chosen in chain.from_iterable(combinations(others, n) for n in range(len(others) + 1)):
        kept = (place, *chosen)
        weight = Fraction(sum(projects[one].weight for one in kept))
        if best is not None and weight <= best:
            continue
        part = only_needs(context.problem, [d for one in kept for d in projects[one].needs])
        if len(completed(part, solve(part).allocations)) == len(kept):
            best = weight
    return best


@pytest.mark.parametrize("seed", range(6))
def test_what_is_told_of_drawn_pipelines_is_true(seed):
    stage = drawn(seed)
    context = stage.context()
    assert context.proven
    for place, project in enumerate(context.problem.projects):
        found = stage.explain(project.code)
        assert found.proven
        most = best_with(context, place)
        if found.outcome == "complete":
            assert most == context.today.complete.value
        elif found.outcome == "short":
            assert most is None, told(found)
            assert found.facts["binding_needs"]
        else:
            assert found.outcome == "lost"
            forced_completion = found.facts["contest"]
            regret = context.today.complete.value - most
            assert forced_completion["level_1_falls_at_least"] == str(regret), told(found)
            assert forced_completion["level_1_falls_at_most"] == str(regret)
            assert found.facts["binding_factors"]


@pytest.mark.parametrize("seed", range(6))
def test_served_from_elsewhere_is_what_an_offer_for_this_city_alone_would_do(seed):
    stage = drawn(seed)
    context = stage.context()
    for project in context.problem.projects:
        found = stage.explain(project.code)
        for served in found.facts["served_from_elsewhere"]:
            again = drawn(seed)
            for facts in again.needs_of(project.code):
                bound = facts.need.code in (found.facts["binding_needs"] or [facts.need.code])
                if facts.need.factor.value in served["factors"] and bound:
                    code = f"X-{facts.need.code}"
                    topic = f"only {facts.need.code}"
                    again.need_facts[facts.need.code] = _with_topic(facts, topic)
                    again.offer(code, facts.need.factor.value, facts.balance.free, topics=(topic,))
            rises = again.context().today.complete.value > context.today.complete.value
            assert rises == served["completes"], (project.code, served)


def _with_topic(facts, topic):
    return replace(facts, need=replace(facts.need, topic=topic))


@pytest.mark.parametrize("seed", range(6))
def test_rows_add_up_to_the_proposal(seed):
    stage = drawn(seed)
    lines = stage.context().match_result.proposal.lines
    for code in stage.need_facts:
        rows = stage.explain(code).rows
        allocations = {
            row.pair.offer.offer.code: row.need_amount for row in rows if row.need_amount
        }
        assert allocations == {line.offer: line.amount for line in lines if line.need == code}
    for code in stage.offer_facts:
        found = stage.explain(code)
        assert sum(row.offer_amount for row in found.rows) == sum(
            line.offer_amount for line in lines if line.offer == code
        )
