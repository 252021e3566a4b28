"""The last stored proposal is the baseline of the next: what is still possible of it stays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from officer import Officer
from world import NEW_YEAR, NOON

from ledger.matching.plan import Solution
from ledger.solver import stability


def changes_of(document: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(line["offer"], line["need"], line["change"]) for line in document["lines"]]


def level_of(document: dict[str, Any], name: str) -> dict[str, str]:
    return next(one for one in document["levels"] if one["name"] == name)


def test_without_a_stored_proposal_every_line_is_new(fund):
    shown = fund.asks("match")
    names = [one["name"] for one in shown["levels"]]

    assert names == ["complete", "coverage", "changes", "deals", "cost"]
    assert shown["baseline"] is None
    assert shown["dropped"] == []
    assert {line["change"] for line in shown["lines"]} == {"new"}
    assert level_of(shown, "changes")["value"] == str(len(shown["lines"]))


def test_what_was_stored_stays_while_nothing_changes(fund):
    stored = fund.asks("match --save")
    shown = fund.asks("match")

    assert shown["baseline"] == stored["proposal"] == "MAT-0001"
    assert {line["change"] for line in shown["lines"]} == {"kept"}
    assert [line["quantity"] for line in shown["lines"]] == [
        line["quantity"] for line in stored["lines"]
    ]
    assert level_of(shown, "changes") == {
        "name": "changes",
        "value": "0",
        "bound": "0",
        "best_coverage": level_of(shown, "coverage")["value"],
    }


def test_a_fresh_proposal_ignores_what_was_stored(fund):
    fund.asks("match --save")
    fresh = fund.asks("match --fresh")

    assert fresh["baseline"] is None
    assert {line["change"] for line in fresh["lines"]} == {"new"}


def test_other_filters_have_another_baseline(fund):
    fund.asks("match --save")

    assert fund.asks("match --factor money")["baseline"] is None
    fund.asks("match --factor money --save")
    assert fund.asks("match --factor money")["baseline"] == "MAT-0002"
    assert fund.asks("match")["baseline"] == "MAT-0001"


def test_what_was_introduced_is_less_of_the_baseline(fund):
    fund.asks("match --save")
    fund.asks("deal introduce O-0001 N-0003 '5 EUR' --until 2099-01-01")
    shown = fund.asks("match")

    lines = {(line["offer"], line["need"]): line for line in shown["lines"]}
    assert lines["O-0001", "N-0003"]["quantity"] == "15.00"
    assert lines["O-0001", "N-0003"]["change"] == "kept"
    assert lines["O-0001", "N-0003"]["before"] == "20.00"
    assert "introduced" in lines["O-0001", "N-0003"]["change_reason"]


def test_a_line_that_is_gone_says_why(fund):
    fund.asks("match --save")
    fund.asks("offer withdraw O-0002")
    shown = fund.asks("match")

    gone = {(one["offer"], one["need"]): one for one in shown["dropped"]}
    assert gone["O-0002", "N-0002"]["reason"] == "not-available"
    assert gone["O-0002", "N-0002"]["quantity"] == "1"
    told = fund.says("match")
    assert "N-0002 implementation: 1 package from O-0002" in told
    assert "--churn" not in told


@pytest.fixture
def cheaper(fund: Officer) -> Officer:
    """Give a stored proposal of which a cheaper offer could take over the first line."""
    fund.says("offer edit O-0001 --rate 5")
    fund.says("need withdraw N-0003 '50 EUR'")
    fund.says("match --save")
    fund.says(f"offer add BANK money '100 EUR' --min-ticket '100 EUR' --rate 1 --on {NEW_YEAR}")
    return fund


def givers(document: dict[str, Any]) -> set[str]:
    return {one["offer"] for one in document["offers"] if float(one["gives"])}


def test_an_explanation_is_of_the_proposal_near_the_baseline(cheaper: Officer) -> None:
    fresh = {(one["need"], one["offer"]) for one in cheaper.asks("match --fresh")["lines"]}
    assert ("N-0001", "O-0003") in fresh
    assert {one["change"] for one in cheaper.asks("match")["lines"]} == {"kept"}
    assert givers(cheaper.asks("match explain N-0001")) == {"O-0001"}
    assert givers(cheaper.asks("match explain N-0001 --fresh")) == {"O-0003"}


def test_what_if_compares_two_proposals_near_one_baseline(cheaper: Officer) -> None:
    near = cheaper.asks("match whatif --withdraw O-0002")
    assert near["baseline"] == "MAT-0001"
    assert level_of(near["today"], "changes")["value"] == "0"
    assert {one["need"] for one in near["lines"]} >= {"N-0002"}
    assert "N-0001" not in {one["need"] for one in near["lines"]}
    assert cheaper.asks("match whatif --withdraw O-0002 --fresh")["baseline"] is None


def test_worth_is_of_the_proposal_near_the_baseline(
    cheaper: Officer, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Solution] = []
    monkeypatch.setattr(stability, "solve_near", _watched(stability.solve_near, seen))
    cheaper.asks("match worth --limit 1")
    assert seen
    assert all(one.changes is not None and one.changes.value == 0 for one in seen[:1])
    seen.clear()
    cheaper.asks("match worth --limit 1 --fresh")
    assert seen == []


def _watched(work: Callable[..., Solution], seen: list[Solution]) -> Callable[..., Solution]:
    def watching(*given: Any, **named: Any) -> Solution:
        seen.append(work(*given, **named))
        return seen[-1]

    return watching


def test_the_night_stores_nothing_where_the_baseline_stays(cheaper: Officer) -> None:
    steps = cheaper.asks("reconcile")["steps"]
    figures = next(one["figures"] for one in steps if one["name"] == "propose")
    assert figures["proposal"] == "MAT-0001"
    assert [one["proposal"] for one in cheaper.asks("match list")["rows"]] == ["MAT-0001"]


@pytest.mark.only_on("sqlite")  # a server stamps by its own clock
def test_the_baseline_is_the_last_of_the_day_and_the_moment(cheaper: Officer) -> None:
    with time_machine.travel(NOON + timedelta(days=2), tick=True):
        cheaper.says("match --save --fresh")
        assert cheaper.asks("match")["baseline"] == "MAT-0002"
        assert cheaper.asks("match --as-of 2026-11-24")["baseline"] == "MAT-0001"
        assert cheaper.asks("match --known-at 2026-11-24T00:00")["baseline"] == "MAT-0001"
        assert cheaper.asks("match --as-of 2026-11-22")["baseline"] is None
        assert cheaper.asks("match --known-at 2026-11-23T11:00")["baseline"] is None
        compared = cheaper.asks("match whatif --withdraw O-0002 --as-of 2026-11-24")
        assert compared["baseline"] == "MAT-0001"


def test_a_stored_proposal_shows_what_was_kept_with_it(cheaper: Officer) -> None:
    cheaper.says("limit add floor quantity '900 EUR'")
    cheaper.says("offer withdraw O-0002")
    stored = cheaper.asks("match --save --reserves")
    shown = cheaper.asks("match show")
    for key in ("baseline", "dropped", "floors", "levels", "likelihood_rule"):
        assert shown[key] == stored[key], key
    assert shown["floors"][0]["shortfall"] == "780.00"
    for before, now in zip(stored["lines"], shown["lines"], strict=True):
        assert {**now, **before} == now
    told = " ".join(cheaper.says("match show").split())
    assert "Compared with MAT-0001: " in told
    assert "No longer proposed, of MAT-0001" in told
    assert "780.00 EUR short" in told
    assert "Reserves: " in told
    first = cheaper.asks("match show MAT-0001")
    assert first["baseline"] is None
    assert {one["change"] for one in first["lines"]} == {"new"}
    assert cheaper.says("match show --format csv").startswith("line,")
