"""The last stored proposal is the baseline of the next: what is still possible of it stays."""

from __future__ import annotations

from typing import Any


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
