"""Lines of a proposal become introductions: as they were proposed, each once, or not at all."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest

from ledger.journal.entries import PROPOSED_FORMAT, ProposedLine
from ledger.rates.rates import Rate
from ledger.usecases.check import run_checks

UNTIL = "--until 2027-01-31"


def holds(fund) -> dict[str, dict[str, int]]:
    return {code: fund.world.stages("need", code) for code in ("N-0001", "N-0002", "N-0003")}


def test_a_proposal_is_taken_up_whole_in_one_request(fund):
    fund.says("match --save")
    receipt = fund.asks(f"match accept {UNTIL}")

    assert (receipt["schema"], receipt["proposal"]) == ("cityfund.receipt/1", "MAT-0001")
    assert (receipt["entry"], receipt["entries"]) == (9, [7, 8, 9])
    told = [(one["line"], one["deal"], one["entry"]) for one in receipt["lines"]]
    assert told == [(1, "D-0001", 7), (2, "D-0002", 8), (3, "D-0003", 9)]
    assert holds(fund) == {
        "N-0001": {"held": 10000},
        "N-0002": {"held": 1},
        "N-0003": {"held": 2000, "open": 5000},
    }
    assert {fund.world.record("deal", one).held_until for _, one, _ in told} == {date(2027, 1, 31)}
    assert receipt["lines"][2]["need_stands"]["open"] == "50.00"
    assert receipt["lines"][2]["offer_stands"]["available"] == "0.00"


def test_what_was_taken_up_completes_what_was_promised(fund):
    fund.says("match --save")
    fund.says(f"match accept {UNTIL}")

    projects = {one["code"]: one for one in fund.asks("project list")["rows"]}
    assert [code for code in projects if projects[code]["complete"]] == ["PRJ-0001"]
    assert [one.name for one in run_checks(fund.world.ledger) if not one.ok] == []


def test_each_entry_names_its_line(fund):
    fund.says("match --save")
    fund.says(f"match accept 1,3 {UNTIL}")
    told = [(one.format, one.proposed) for one in fund.world.entries()[6:]]

    assert told == [
        (PROPOSED_FORMAT, ProposedLine("MAT-0001", 1)),
        (PROPOSED_FORMAT, ProposedLine("MAT-0001", 3)),
    ]
    assert {one.proposed for one in fund.world.entries()[:6]} == {None}


def test_lines_are_taken_up_one_by_one_or_by_ranges(fund):
    fund.says("match --save")
    one = fund.asks(f"match accept 2 {UNTIL}")
    rest = fund.asks("match accept 1-1,3 --until 2027-06-30 --proposal mat-0001")

    assert (one["deal"], one["need"]["held"], one["offer"]["held"]) == ("D-0001", "1", "1")
    assert [line["line"] for line in rest["lines"]] == [1, 3]


def test_a_line_is_taken_up_once(fund):
    fund.says("match --save")
    fund.says(f"match accept 1 {UNTIL}")

    words = ("line 1", "D-0001", "entry 7", "match show MAT-0001")
    assert fund.refused(f"match accept 1 {UNTIL}", 4, *words) == "line-taken-up"
    assert fund.refused(f"match accept 1-3 {UNTIL}", 4, *words) == "line-taken-up"


def test_a_proposal_is_taken_up_once(fund):
    fund.says("match --save")
    fund.says(f"match accept {UNTIL}")

    words = ("Every line of proposal MAT-0001",)
    assert fund.refused(f"match accept {UNTIL}", 4, *words) == "line-taken-up"


def test_a_reversed_introduction_does_not_free_its_line(fund):
    fund.says("match --save")
    fund.says(f"match accept 1 {UNTIL}")
    fund.says("journal reverse 7 --reason 'the wrong day'")

    assert fund.refused(f"match accept 1 {UNTIL}", 4, "once") == "line-taken-up"
    assert [one.name for one in run_checks(fund.world.ledger) if not one.ok] == []


def test_the_latest_proposal_is_meant_where_none_is_named(fund):
    fund.says("match --save")
    fund.says("match --save")

    assert fund.asks(f"match accept 1 {UNTIL}")["proposal"] == "MAT-0002"


def test_a_line_that_no_longer_fits_stops_all(fund):
    fund.says("match --save")
    fund.world.withdraw("offer", "O-0002")

    words = ("Line 2 of proposal MAT-0001", "the offer was withdrawn", "--fitting")
    assert fund.refused(f"match accept {UNTIL}", 4, *words) == "no-longer-fits"


def test_the_others_go_through_where_that_is_asked_for(fund):
    fund.says("match --save")
    fund.world.withdraw("offer", "O-0002")
    receipt = fund.asks(f"match accept {UNTIL} --fitting")

    assert [line["line"] for line in receipt["lines"]] == [1, 3]
    (left,) = receipt["left_out"]
    assert (left["line"], left["offer"], left["need"]) == (2, "O-0002", "N-0002")
    assert left["code"] == "available"
    assert left["why"] == "available: the offer was withdrawn"
    told = fund.tries(f"match accept {UNTIL} --fitting")
    assert told.code == 4, "nothing that fits is left"


def test_a_receipt_tells_a_person_what_was_left_out(fund):
    fund.says("match --save")
    fund.says(f"match accept 1 {UNTIL}")
    fund.world.edit("offer", "O-0002", topics=("tramway",))
    told = fund.says(f"match accept 1-3 {UNTIL} --fitting")

    assert told.splitlines()[0] == "entry 8 · 1 line of proposal MAT-0001 introduced"
    assert "line 1: O-0001 for N-0001: it was accepted already: deal D-0001, entry 7" in told
    assert "line 2: O-0002 for N-0002: topic: only for tramway; the need names no topic" in told


def test_nothing_fits_any_more(fund):
    fund.says("match --save")
    fund.world.withdraw("offer", "O-0001")
    fund.world.withdraw("offer", "O-0002")
    told = fund.tries(f"match accept {UNTIL} --fitting")

    assert told.code == 4
    assert "line 1: O-0001 for N-0001: available: " in told.err
    assert "Lines 1, 2, 3 of proposal MAT-0001 no longer fit" in told.err
    problems = json.loads(fund.tries(f"match accept {UNTIL} --json").err)["problems"]
    assert [one["line"] for one in problems] == [1, 2, 3]


UNFITTING = {
    "open": lambda world: world.withdraw("need", "N-0001", "1 EUR"),
    "ticket": lambda world: world.edit("offer", "O-0001", max_ticket=5000),
    "window": lambda world: world.edit("offer", "O-0001", valid_until=date(2026, 6, 30)),
    "geography": lambda world: world.edit("offer", "O-0001", countries=("BR",)),
    "share": lambda world: world.edit("offer", "O-0001", max_share=Decimal("0.5")),
}


@pytest.mark.parametrize("rule", UNFITTING)
def test_whatever_changed_meanwhile_is_named(fund, rule):
    fund.says("match --save")
    UNFITTING[rule](fund.world)

    assert fund.refused(f"match accept 1 {UNTIL}", 4, f"{rule}: ") == "no-longer-fits"


def test_a_project_that_takes_no_new_deals_is_named(fund):
    fund.says("match --save")
    fund.says("project cancel PRJ-0001")

    words = ("status: project PRJ-0001",)
    assert fund.refused(f"match accept 1 {UNTIL}", 4, *words) == "no-longer-fits"


def test_an_offer_that_was_withdrawn_is_named(fund):
    fund.says("match --save")
    fund.says("offer withdraw O-0002")

    words = ("available: the offer was withdrawn",)
    assert fund.refused(f"match accept 2 {UNTIL}", 4, *words) == "no-longer-fits"


def rate(world, figure: str) -> None:
    world.do(lambda uow: uow.add_rate(Rate(uow.today, "EUR", "USD", Decimal(figure))))


def test_currencies_meet_at_the_rate_that_was_proposed_or_not_at_all(officer):
    world = officer.world
    world.need("100 EUR")
    world.offer("500 USD")
    rate(world, "1.1")
    document = officer.asks("match --save")
    (line,) = document["lines"]
    assert (line["offer_quantity"], line["offer_unit"], line["rate"]) == ("110.00", "USD", "1.1")
    rate(world, "1.2")

    words = ("rate: it was proposed at 1.1 USD for 1 EUR; today it is 1.2",)
    assert officer.refused(f"match accept {UNTIL}", 4, *words) == "no-longer-fits"
    officer.says("match --save")
    officer.says(f"match accept {UNTIL}")
    assert world.stages("offer", "O-0001") == {"available": 38000, "held": 12000}


def test_holds_that_would_end_before_they_begin(fund):
    fund.says("match --save")

    assert fund.refused("match accept --until 2026-11-22", 3) == "until-in-the-past"
    assert fund.refused("match accept", 2, "--until DATE") == "until-missing"


@pytest.mark.parametrize("lines", ["x", "1-", "3-1", "1;2", "1,,2"])
def test_lines_that_name_none(fund, lines):
    fund.says("match --save")

    assert fund.refused(f"match accept '{lines}' {UNTIL}", 3, "1-4,7") == "unreadable-lines"


@pytest.mark.parametrize("lines", ["4", "0", "1-999999999"])
def test_a_line_that_the_proposal_does_not_have(fund, lines):
    fund.says("match --save")

    assert fund.refused(f"match accept {lines} {UNTIL}", 5, "1 to 3") == "no-such-line"


def test_a_proposal_without_lines(fund):
    fund.says("match --save --factor expertise")

    assert fund.refused(f"match accept {UNTIL}", 4, "no lines") == "nothing-proposed"


def test_there_is_no_proposal_to_take_up(fund):
    assert fund.refused(f"match accept {UNTIL}", 5, "match --save") == "no-proposal"


def test_a_dry_run_says_what_would_fit_and_writes_nothing(fund):
    fund.says("match --save")
    with fund.world.unchanged():
        told = fund.says(f"match accept {UNTIL} --dry-run")

    assert told.startswith("dry run · 3 lines of proposal MAT-0001 introduced\n")
    assert told.endswith("Dry run: nothing was written.\n")


def test_said_twice_it_is_done_once(fund):
    fund.says("match --save")
    first = fund.asks(f"match accept 1 {UNTIL} --key letter-9")
    with fund.world.unchanged():
        again = fund.asks(f"match accept 1 {UNTIL} --key letter-9")

    assert {**again, "replayed": False} == first
    assert fund.refused(f"match accept 2 {UNTIL} --key letter-9", 4) == "key-reused"


def test_a_backdated_line_that_a_later_day_needs_leaves_nothing_behind(fund):
    """What a hold takes on an earlier day may have been given already on a later one."""
    fund.says("match --save")
    fund.world.introduce("5 EUR", need="N-0003", on=date(2026, 5, 1))
    fund.world.release("5 EUR", on=date(2026, 6, 1))
    receipt = fund.asks(f"match accept 1,3 {UNTIL} --on 2026-05-15 --fitting")

    assert [one["line"] for one in receipt["lines"]] == [1]
    (left,) = receipt["left_out"]
    assert (left["line"], left["code"]) == (3, "overdrawn-later")
    assert sorted(fund.world.record("deal", one).need for one in ("D-0001", "D-0002")) == [
        "N-0001",
        "N-0003",
    ]


def test_many_lines_are_taken_up_at_once(officer):
    world = officer.world
    world.offer("1000 EUR")
    for number in range(1, 13):
        world.need("10 EUR", f"N-{number:04}", project=f"PRJ-{number:04}")
    officer.says("match --save")
    receipt = officer.asks(f"match accept {UNTIL}")

    assert len(receipt["entries"]) == len(receipt["lines"]) == 12
    assert world.stages("offer", "O-0001") == {"available": 88000, "held": 12000}
