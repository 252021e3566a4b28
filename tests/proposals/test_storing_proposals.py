"""A proposal is stored as it was made, on the entry it was solved on, and is never changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from ledger.usecases.matching import saved

HEAD = {"complete": ["PRJ-0001"], "limited": False, "without_rate": [], "selection": []}
LINES = [
    ("O-0001", "N-0001", "PRJ-0001", "100.00", "EUR"),
    ("O-0002", "N-0002", "PRJ-0001", "1", "package"),
    ("O-0001", "N-0003", "PRJ-0002", "20.00", "EUR"),
]
COLUMNS = ("offer", "need", "project", "quantity", "unit")


def lines_of(document: dict[str, Any]) -> list[tuple[str, ...]]:
    return [tuple(line[name] for name in COLUMNS) for line in document["lines"]]


def levels_of(document: dict[str, Any]) -> dict[str, tuple[str, str | None]]:
    return {one["name"]: (one["value"], one.get("bound")) for one in document["levels"]}


def test_a_proposal_that_is_shown_writes_nothing(fund):
    with fund.world.unchanged():
        document = fund.asks("match")

    assert {key: document[key] for key in HEAD} == HEAD
    assert lines_of(document) == LINES
    assert levels_of(document)["complete"] == ("2", "2")
    assert [one["line"] for one in document["lines"]] == [1, 2, 3]
    assert "proposal" not in document


def test_a_stored_proposal_answers_as_one_that_is_shown_and_names_its_code(fund):
    shown = fund.asks("match")
    stored = fund.asks("match --save --reason 'for the morning'")

    changing = {"seconds", "open"}
    assert stored["proposal"] == "MAT-0001"
    assert {key: stored[key] for key in shown if key not in changing} == {
        key: shown[key] for key in shown if key not in changing
    }
    assert (stored["solved_on"], stored["actor"]) == (6, "sara")
    assert stored["reason"] == "for the morning"


def test_the_next_proposal_takes_the_next_code(fund):
    assert [fund.asks("match --save")["proposal"] for _ in range(2)] == ["MAT-0001", "MAT-0002"]


def test_said_twice_it_is_stored_once_and_answered_with_the_first(fund):
    first = fund.asks("match --save --key night-7")
    fund.world.need("5 EUR", "N-0009", project="PRJ-0002")
    with fund.world.unchanged():
        again = fund.asks("match --save --key night-7")

    assert (first["replayed"], again["replayed"]) == (False, True)
    assert {**again, "replayed": False} == first
    assert "Already recorded" in fund.tries("match --save --key night-7").err


def test_a_key_of_another_selection_is_refused(fund):
    fund.says("match --save --key night-7")

    assert fund.refused("match --save --key night-7 --project PRJ-0001", 4) == "key-reused"


def test_a_dry_run_stores_nothing(fund):
    with fund.world.unchanged():
        told = fund.tries("match --save --dry-run")

    assert told.code == 0
    assert told.out.startswith("Proposal MAT-0001 of 2026-11-23\n")
    assert "nothing was stored" in told.err


def test_a_ledger_that_moves_on_while_it_is_solved_is_said(fund, monkeypatch):
    real: Callable[..., Any] = saved.solve_pipeline

    def slowly(*given: Any) -> Any:
        fund.world.offer("1 EUR", "O-0077")
        return real(*given)

    monkeypatch.setattr(saved, "solve_pipeline", slowly)
    told = fund.tries("match --save")

    assert told.code == 0
    assert "The ledger moved on while this was solved (entry 7 is the last now)" in told.err
    assert fund.asks("match show")["solved_on"] == 6


def test_nothing_is_locked_while_it_is_solved(fund, monkeypatch):
    real: Callable[..., Any] = saved.solve_pipeline

    def meanwhile(*given: Any) -> Any:
        assert fund.world.introduce("1 EUR")["entry"] == 7
        return real(*given)

    monkeypatch.setattr(saved, "solve_pipeline", meanwhile)
    assert fund.asks("match --save")["complete"] == ["PRJ-0001"]


@pytest.mark.parametrize("time", ["--as-of 2026-06-01", "--known-at 2026-06-01T12:00Z"])
def test_a_proposal_of_another_time_is_looked_at_and_not_stored(fund, time):
    assert fund.refused(f"match --save {time}", 3, "--save") == "past-is-not-saved"


def test_what_belongs_to_storing_is_refused_without_it(fund):
    for option in ("--key x", "--reason x", "--dry-run"):
        assert fund.refused(f"match {option}", 2, "--save") == "only-with-save"


def test_the_list_tells_how_much_of_each_was_taken_up(fund):
    fund.says("match --save --project prj-0001")
    fund.says("match accept 1 --until 2027-01-31")
    fund.says("match --save")
    rows = fund.asks("match list")["rows"]

    told = [
        (row["proposal"], row["selection"], row["complete"], row["lines"], row["taken_up"])
        for row in rows
    ]
    assert told == [
        ("MAT-0001", ["project=PRJ-0001"], "2", 2, 1),
        ("MAT-0002", [], "2", 2, 0),
    ]


def test_a_proposal_shows_what_became_of_each_line(fund):
    fund.says("match --save")
    fund.says("match accept 2 --until 2027-01-31")
    states = [
        (one["line"], one["state"], one["deal"], one["entry"], one["why"])
        for one in fund.asks("match show mat-0001")["lines"]
    ]

    assert states == [
        (1, "open", None, None, None),
        (2, "introduced", "D-0001", 7, None),
        (3, "open", None, None, None),
    ]
    told = fund.says("match show")
    assert "introduced as D-0001, entry 7" in told
    assert "not accepted yet; it fits" in told


def test_a_line_that_no_longer_fits_is_shown_with_why(fund):
    fund.says("match --save")
    fund.world.withdraw("offer", "O-0001", "110 EUR")
    lines = fund.asks("match show MAT-0001")["lines"]

    assert [one["state"] for one in lines] == ["unfit", "open", "unfit"]
    assert lines[0]["why"] == "available: the offer has 10.00 EUR available, not 100.00 EUR"
    assert "no longer fits: available: the offer has 10.00 EUR" in fund.says("match show")


def test_a_proposal_that_there_is_none_of(fund):
    assert fund.refused("match show", 5, "match --save") == "no-proposal"
    fund.says("match --save")
    assert fund.refused("match show MAT-0002", 5, "MAT-0001", "match list") == "unknown-code"


@pytest.mark.parametrize("more", ["", "--json", "--format csv", "--format md"])
def test_a_value_that_no_line_has_is_noted_once(fund, more):
    fund.says("match --save")
    told = fund.tries(f"match show --where need=N-9999 {more}")
    assert told.code == 0
    assert told.err.count("No row has need=N-9999.") == 1
    assert "No row has" not in told.out


def test_every_way_of_writing_it_down(fund, tmp_path):
    fund.says("match --save")
    header, first, *_ = fund.says("match show --format csv").splitlines()
    assert header.split(",")[:2] == ["line", "project"]
    assert first.split(",")[:2] == ["1", "PRJ-0001"]
    compared, *pages = fund.says("match --format md").splitlines()
    assert compared.startswith("Compared with MAT-0001: 3 kept")
    assert len(pages) == 6
    fund.says(f"match --output {tmp_path / 'plan.json'}")
    assert lines_of(json.loads((tmp_path / "plan.json").read_text())) == LINES


def test_the_journal_and_the_deal_name_the_proposal(fund):
    fund.says("match --save")
    fund.says("match accept 3 --until 2027-01-31")

    entry = fund.asks("journal show 7")
    assert (entry["proposal"], entry["proposal_line"]) == ("MAT-0001", 3)
    assert "MAT-0001, line 3" in fund.says("journal show 7")
    assert fund.asks("deal show D-0001")["acts"][0]["proposal"] == "MAT-0001"


def test_two_runs_give_the_same_answer_but_for_the_seconds(fund):
    documents = [fund.asks("match") for _ in range(2)]
    for document in documents:
        del document["seconds"]

    assert documents[0] == documents[1]
