"""No act raises what a barred pair has held, committed or delivered; every way out stays open."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest
from officer import Officer

from ledger.usecases.check import run_checks

BAR = "restriction add --code RS-1 --countries IR --authority Council --reason measures --yes"
LEAVE = (
    "exemption add RS-1 --code EX-1 --cities MHD --authority Treasury --reference L-1 "
    "--reason relief --from 2026-11-01 --until 2026-12-31"
)
HOLD = "deal introduce O-0001 N-0001 '1M EUR' --until 2027-01-01"
COMMITMENT = "deal introduce O-0001 N-0001 '1M EUR' --commit"


@pytest.fixture
def held(fund: Officer) -> Officer:
    """Give an officer with a hold of 1M EUR, and then a bar on the pair."""
    fund.says(HOLD)
    fund.says(BAR)
    return fund


def sound(officer: Officer) -> None:
    assert [one.failures for one in run_checks(officer.world.ledger) if one.failures] == []


@pytest.mark.parametrize(
    "line",
    [
        HOLD,
        COMMITMENT,
        f"{HOLD} --override 'both sides agreed'",
        "deal commit D-0001 --yes",
        "deal commit D-0001 '1 EUR'",
    ],
)
def test_an_act_on_a_barred_pair_is_refused(held: Officer, line: str) -> None:
    advice = ("cityfund restriction show RS-1", "cityfund exemption add RS-1")
    assert held.refused(line, 4, "Council", "measures", *advice) == "restricted"


def test_every_restriction_that_bars_is_advised_to_be_shown(held: Officer) -> None:
    held.says(BAR.replace("RS-1", "RS-2"))
    both = "cityfund restriction show RS-1, cityfund restriction show RS-2"
    assert held.refused(HOLD, 4, both) == "restricted"
    assert held.refused("deal commit D-0001 --yes", 4, both) == "restricted"
    assert held.refused("approach add N-0001 EDB", 4, both) == "restricted"


def test_what_is_barred_can_be_given_back(held: Officer) -> None:
    released = held.asks("deal release D-0001 '400000 EUR'")["entry"]
    line = f"journal reverse {released} --reason slip --yes"
    assert held.refused(line, 4, "RS-1") == "restricted"
    held.says("deal release D-0001 --yes")
    sound(held)


def test_nothing_is_delivered_into_a_bar_and_what_was_can_be_corrected_down(fund: Officer) -> None:
    fund.says(COMMITMENT)
    delivered = fund.asks("deal deliver D-0001 '600000 EUR'")["entry"]
    fund.says(BAR)
    assert fund.refused("deal deliver D-0001 --yes", 4, "RS-1") == "restricted"
    more = f"journal correct {delivered} --quantity '700000 EUR' --reason misread"
    assert fund.refused(more, 4, "RS-1") == "restricted"
    answer = fund.asks(f"journal correct {delivered} --quantity '500000 EUR' --reason misread")
    assert answer["need"]["delivered"] == "500000.00"
    fund.says("deal return D-0001 '500000 EUR'")
    fund.says("deal release D-0001 --committed --yes")
    sound(fund)


def test_a_bar_counts_on_the_day_of_the_act(fund: Officer) -> None:
    day = "2026-11-22"
    fund.says(f"{HOLD} --on {day}")
    fund.says(f"{BAR} --from 2026-11-23")
    assert fund.refused("deal commit D-0001 '1 EUR'", 4, "2026-11-23", "RS-1") == "restricted"
    fund.says(f"deal commit D-0001 '1 EUR' --on {day}")
    fund.says("restriction edit RS-1 --from 2026-11-01 --yes")
    line = f"deal commit D-0001 '1 EUR' --on {day}"
    assert fund.refused(line, 4, "RS-1") == "restricted"


def test_an_exemption_lifts_its_restriction_and_no_other(held: Officer) -> None:
    held.says(LEAVE)
    held.says("deal commit D-0001 '1 EUR'")
    held.says("restriction add --code RS-2 --providers EDB --authority Bank --reason fraud --yes")
    said = held.tries("deal commit D-0001 '1 EUR' --json")
    assert said.code == 4
    assert "RS-2" in said.err
    assert "RS-1" not in said.err
    held.says("restriction end RS-2 --until 2026-11-01 --yes")
    held.says("deal commit D-0001 '1 EUR'")
    sound(held)


def test_a_barred_pair_is_not_eligible_and_is_not_proposed(held: Officer) -> None:
    rows = held.asks("need candidates N-0001")["rows"]
    assert [(row["offer"], row["eligible"]) for row in rows] == [("O-0001", False)]
    assert [one["rule"] for one in rows[0]["failures"]] == ["restricted"]
    assert held.asks("match")["lines"] == []
    (row,) = [row for row in held.asks("gaps")["rows"] if row["need"] == "N-0001"]
    assert (row["eligible_offers"], row["main_obstacle"]) == (
        0,
        "every offer is barred by a restriction",
    )
    held.says(LEAVE)
    assert [row["eligible"] for row in held.asks("need candidates N-0001")["rows"]] == [True]


def test_a_proposal_of_before_is_not_accepted_into_a_bar(fund: Officer) -> None:
    fund.says("match propose --save --reason morning")
    fund.says(BAR)
    assert fund.refused("match accept 1 --until 2027-01-01", 4, "RS-1") == "no-longer-fits"


def test_an_import_into_a_bar_is_refused_as_a_whole(held: Officer, tmp_path: Path) -> None:
    path = tmp_path / "deals.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(("code", "offer", "need", "act", "quantity", "unit", "effective_on"))
        rows.writerow(("D-0009", "O-0001", "N-0001", "committed", "5", "EUR", "2026-11-23"))
    said = held.tries(f"import {path} --yes --json")
    assert said.code == 3
    assert "restricted" in said.err
    assert held.asks("deal list")["rows"][0]["held"] == "1000000.00"


def test_a_bar_that_is_undone_bars_nothing(held: Officer) -> None:
    held.says("undo --reason slip --yes")
    held.says("deal commit D-0001 '1 EUR'")
    sound(held)


def test_a_new_bar_says_what_it_catches_before_it_is_written(fund: Officer) -> None:
    fund.says(HOLD)
    with fund.world.unchanged():
        notes = fund.asks(f"{BAR} --dry-run")["notes"]
    assert {one["code"] for one in notes} >= {"bars-deals"}
    (deals,) = [one["text"] for one in notes if one["code"] == "bars-deals"]
    assert "D-0001 (1,000,000.00 EUR held)" in deals
    assert fund.asks(BAR)["notes"] == notes


def test_a_restriction_targets_somebody(fund: Officer) -> None:
    line = "restriction add --authority Council --reason measures"
    assert fund.refused(line, 3, "targets nobody") == "bad-terms"


def test_lists_say_by_whom_and_until_when(held: Officer) -> None:
    held.says(LEAVE)
    held.says("restriction edit RS-1 --until 2027-06-30 --yes")
    for line, words in (
        ("restriction list", ("RS-1", "IR", "Council", "measures", "2027-06-30")),
        ("exemption list", ("EX-1", "RS-1", "MHD", "Treasury", "2026-12-31")),
    ):
        said = held.says(line)
        assert [word for word in words if word not in said] == []


def test_an_exemption_covers_something(held: Officer) -> None:
    bare = LEAVE.replace("--cities MHD ", "")
    assert held.refused(bare, 3, "names nothing that it covers") == "bad-terms"
    held.says(LEAVE)
    assert held.refused("exemption edit EX-1 --cities ''", 3, "it covers") == "bad-terms"
    held.says("exemption edit EX-1 --cities '' --factors money --reason wider")


def test_neither_a_bar_nor_a_leave_begins_in_the_future(held: Officer) -> None:
    later = BAR.replace("RS-1", "RS-2")
    assert held.refused(f"{later} --from 2026-11-24", 3, "lies in the future") == "future-date"
    held.says(f"{later} --from 2026-11-23 --until 2027-11-24")
    leave = LEAVE.replace("2026-11-01", "2026-11-24")
    assert held.refused(leave, 3, "lies in the future") == "future-date"


def test_a_confirmation_says_until_when(held: Officer) -> None:
    assert held.refused("restriction confirm RS-1", 2, "--review") == "missing-parameter"
    answer = held.asks("restriction confirm RS-1 --review 2027-06-01")
    assert answer["changes"] == {"review_on": [None, "2027-06-01"]}
    answer = held.asks("restriction end RS-1 --until 2027-03-01 --reason lifted")
    assert answer["changes"] == {"until": [None, "2027-03-01"]}
    assert held.asks("restriction show RS-1")["reason"] == "measures"


@pytest.mark.parametrize("day", ["2026-11-22", "2026-11-23", "today"])
def test_a_review_is_not_set_to_a_day_on_which_it_is_due_again_at_once(
    held: Officer, day: str
) -> None:
    with held.world.unchanged():
        line = f"restriction confirm RS-1 --review {day}"
        assert held.refused(line, 3, "RS-1", "--review") == "review-in-the-past"
        assert held.refused(f"{line} --until 2027-12-31", 3) == "review-in-the-past"
        assert held.refused("restriction confirm RS-1 --review soon", 3) != "review-in-the-past"
    held.says("restriction confirm RS-1 --review tomorrow")
    held.says("restriction confirm RS-1 --until 2026-11-22")


def test_restrictions_are_exported_and_imported_as_they_are(held: Officer, tmp_path: Path) -> None:
    held.says(f"{LEAVE} --sectors transport --factors money,expertise")
    held.says(f"export {tmp_path / 'tables'}")
    files = [tmp_path / "tables" / f"{name}.csv" for name in ("restrictions", "exemptions")]
    assert [len(file.read_text(encoding="utf-8").splitlines()) for file in files] == [2, 2]
    there = [held.asks(f"{kind} show {code}") for kind, code in RECORDS]
    held.says("undo --reason slip --yes")
    held.says("restriction edit RS-1 --countries FR --yes")
    held.says(f"import {files[0]} {files[1]} --yes")
    assert [held.asks(f"{kind} show {code}") for kind, code in RECORDS] == there
    sound(held)


RECORDS = (("restriction", "RS-1"), ("exemption", "EX-1"))


def test_an_open_approach_of_a_barred_pair_is_named_and_listed(fund: Officer) -> None:
    fund.says("approach add N-0001 EDB --on 2026-11-20")
    notes = fund.asks(f"{BAR} --from 2026-11-23")["notes"]
    (text,) = [one["text"] for one in notes if one["code"] == "bars-approaches"]
    assert "AP-0001 (EDB for N-0001, waiting)" in text
    said = fund.tries("reconcile --only restrictions --json")
    assert (said.code, '"barred-approach"' in said.out) == (1, True)
    fund.says("approach withdraw AP-0001 --reason slip")
    assert '"barred-approach"' not in fund.says("reconcile --only restrictions --json")


@pytest.mark.parametrize(
    "then",
    [
        "approach reply AP-0001 declined --reason price",
        "approach reply AP-0001 interested",
        "approach edit AP-0001 --answer-by 2026-11-21",
        "restriction end RS-1 --until 2026-11-22 --yes",
    ],
)
def test_an_approach_sent_into_a_bar_is_found_however_it_went(fund: Officer, then: str) -> None:
    fund.says(f"{BAR} --from 2026-11-01 --yes")
    fund.says("approach add N-0001 EDB --on 2026-11-20")
    fund.says(then)
    found = [str(one) for one in _barred_approaches(fund)]
    assert sum("barred on 2026-11-20" in one for one in found) == 1
    fund.says("approach withdraw AP-0001 --reason slip")
    assert _barred_approaches(fund) == []


def test_an_approach_that_was_answered_no_is_no_concern_of_a_later_bar(fund: Officer) -> None:
    fund.says("approach add N-0001 EDB --on 2026-11-20")
    fund.says(f"{BAR} --from 2026-11-23 --yes")
    assert len(_barred_approaches(fund)) == 1
    fund.says("approach reply AP-0001 declined --reason price")
    assert _barred_approaches(fund) == []


def _barred_approaches(fund: Officer) -> list[dict[str, Any]]:
    night = json.loads(fund.tries("reconcile --only restrictions --json").out)
    found: list[dict[str, Any]] = night["findings"]
    return [one for one in found if one["kind"] == "barred-approach"]


def test_a_bar_follows_a_new_code_and_a_new_name_of_a_topic(fund: Officer) -> None:
    fund.says(
        "restriction add --code RS-1 --providers MBL --cities MHD --topics metro "
        "--authority Council --reason measures --yes"
    )
    fund.says("exemption add RS-1 --code EX-1 --providers MBL --authority Treasury "
              "--reference L-1 --reason relief --from 2026-11-01 --until 2026-12-31")  # fmt: skip
    fund.says("provider edit MBL --code MBX")
    fund.says("city edit MHD --code MSH")
    fund.says("topic rename metro 'urban rail'")
    bar = fund.asks("restriction show RS-1")
    assert (bar["providers"], bar["cities"], bar["topics"]) == (["MBX"], ["MSH"], ["urban rail"])
    assert fund.asks("exemption show EX-1")["providers"] == ["MBX"]
    sound(fund)


def test_an_exemption_of_nobody_records_what_took_place_and_allows_no_pairing(
    fund: Officer,
) -> None:
    fund.says("match --save")
    fund.says(BAR)
    nobody = LEAVE.replace("Treasury", "none")
    barred = fund.asks("need candidates N-0001")
    fund.says(nobody)
    assert fund.asks("need candidates N-0001")["rows"] == barred["rows"]
    assert not [row for row in fund.asks("match")["lines"] if row["need"] == "N-0001"]
    checked = fund.tries("restriction check O-0001 N-0001 --json")
    assert (checked.code, '"judgement": "barred"' in checked.out) == (1, True)
    assert fund.refused("approach add N-0001 EDB", 4, "RS-1") == "restricted"
    accepted = "match accept 1 --until 2027-01-01"
    assert fund.refused(accepted, 4, "restricted") == "no-longer-fits"
    said = fund.says(HOLD)
    assert "recorded under EX-1, which says that nobody gave leave: the pair stays barred" in said
    assert "allowed by" not in said
    found = fund.tries("reconcile --only restrictions --json")
    assert '"barred-hold"' in found.out
    assert '"exemption-ends"' not in found.out
    sound(fund)


def test_a_restriction_shows_the_day_of_its_review(fund: Officer) -> None:
    fund.says(BAR)
    assert fund.asks("restriction show RS-1")["review_on"] == "2027-11-23"
    assert re.search(r"Review on +2027-11-23\n", fund.says("restriction show RS-1"))
    fund.says("restriction confirm RS-1 --review 2027-02-01")
    assert fund.asks("restriction show RS-1")["review_on"] == "2027-02-01"
    fund.says("restriction edit RS-1 --authority Senate --reason slip --yes")
    assert fund.asks("restriction show RS-1")["review_on"] == "2027-02-01"
