"""What an officer reads of a proposal: what completes, who gives what, what stays open and why."""

from __future__ import annotations

import os
import sys
from unittest.mock import patch

import pexpect
import pytest

from ledger.core.factors import Factor
from ledger.solver import exact, solve

TOLD = """\
Proposal of 2026-11-23
3 lines complete 1 project of weight 2: the most possible.
Coverage gained 4.29: the most possible.
The yearly cost of the money is unknown for every line.

Would become complete
Project   Title       City  Weight
PRJ-0001  A bus line  Mhd        2

Allocations
  PRJ-0001 A bus line, Mhd
    1  N-0001 money: 100.00 EUR from O-0001 Bank
    2  N-0002 implementation: 1 package from O-0002 Builders
  PRJ-0002 A tram line, Mhd, in part
    3  N-0003 money: 20.00 EUR from O-0001 Bank

How often like introductions are taken up is not given: fewer than 5 have been decided.

Open needs, and what blocks them
  PRJ-0002 A tram line, Mhd
    N-0003 money: 50.00 EUR open; nothing more is left of the offers that could serve it
    N-0004 expertise: 10.00 person-day open; no offer of this factor
"""


def why_open(officer, line: str = "match") -> dict[str, str]:
    return {one["need"]: one["why"] for one in officer.asks(line)["open"]}


def test_a_pipe_reads_it_plain_and_whole(fund):
    told = fund.tries("match")

    assert told.out == TOLD
    assert "cityfund match --save" in told.err


def test_a_person_with_a_terminal_reads_the_same_in_its_width(fund):
    child = pexpect.spawn(
        sys.executable,
        ["-c", "from cli.main import main; raise SystemExit(main())", "match"],
        env={**os.environ, "CITYFUND_DB": fund.world.url, "TERM": "xterm", "NO_COLOR": "1"},
        dimensions=(50, 80),
        encoding="utf-8",
        timeout=120,
    )
    child.expect(pexpect.EOF)
    told = str(child.before).replace("\r\n", "\n")

    for words in ("Would become complete", "Allocations", "Open needs, and what blocks them"):
        assert words in told
    assert "N-0002 implementation: 1 package from O-0002 Builders" in told
    assert max(map(len, told.splitlines())) <= 80


@pytest.mark.parametrize(
    ("line", "needs"),
    [
        ("match --project prj-0001", ["N-0001", "N-0002"]),
        ("match --project PRJ-0002", ["N-0003"]),
        ("match --project PRJ-0001 --project PRJ-0002", ["N-0001", "N-0002", "N-0003"]),
        ("match --factor implementation", ["N-0002"]),
        ("match --office asia --factor money", ["N-0001", "N-0003"]),
        ("match --where 'gap>=80 EUR'", ["N-0001"]),
        ("match --where 'factor!=money'", ["N-0002"]),
        ("match --where need=N-0003 --where need=N-0001", ["N-0001", "N-0003"]),
    ],
)
def test_a_selection_is_matched_alone(fund, line, needs):
    assert [one["need"] for one in fund.asks(line)["lines"]] == needs


def test_what_was_not_selected_keeps_its_project_from_ending_complete(fund):
    document = fund.asks("match --factor money")

    assert document["complete"] == []
    assert why_open(fund, "match --factor money")["N-0002"] == "it was not among what was selected"
    assert "and no project becomes complete: the most possible" in fund.says("match --factor money")


NO_BOUND = "no bound was computed in the time given, so more may be possible."


def test_without_time_for_a_search_it_is_told_that_no_bound_was_computed(fund):
    told = fund.says("match --time-limit 0")

    assert NO_BOUND in told
    assert "more might be possible" not in told
    level = fund.asks("match --time-limit 0")["levels"][1]
    assert {"name", "value", "bound", "gap"} == set(level)
    assert "no bound" in fund.says("match whatif --time-limit 0 --withdraw O-0002")


def test_a_stored_quick_plan_has_no_bound_either(fund):
    fund.tries("match --time-limit 0 --save")

    assert NO_BOUND in fund.says("match show MAT-0001")
    assert "quick plan" in fund.says("match --help")
    assert "greedy" not in fund.says("match --help")


@pytest.mark.parametrize(
    ("line", "code", "refusal", "word"),
    [
        ("match --project PRJ-0011", 5, "unknown-code", "PRJ-0001"),
        ("match --office aisa", 5, "unknown-code", "asia"),
        ("match --factor monney", 3, "unknown-factor", "money"),
        ("match --where cuntry=IR", 2, "unknown-column", "country"),
        ("match --where 'country>IR'", 2, "operator-refused", "only dates and figures"),
        ("match --where 'gap>=x'", 3, "unreadable-filter", "gap"),
        ("match --where 'gap>=200' --office asia", 3, "units-differ", "EUR"),
        ("match --time-limit -1", 3, "unusable-time-limit", "from 0 on"),
        ("match --churn often", 3, "unusable-churn", "from 0 to 100"),
        ("match --churn 101", 3, "unusable-churn", "0.1"),
        ("match --churn=-1", 3, "unusable-churn", "percentage"),
        ("match --time-limit soon", 3, "unusable-time-limit", "60"),
        ("match --time-limit 1.5", 3, "unusable-time-limit", "60"),
    ],
)
def test_what_cannot_be_matched_is_refused(fund, line, code, refusal, word):
    assert fund.refused(line, code, word) == refusal


def test_no_offers_at_all(officer):
    officer.world.need("100 EUR")
    told = officer.says("match")

    assert "No offer has anything available today" in told
    assert "cityfund offer add" in told
    assert officer.asks("match")["lines"] == []
    assert why_open(officer) == {"N-0001": "no offer of this factor"}


def test_nothing_is_open(officer):
    officer.world.offer("100 EUR")
    assert "Nothing is open with a known amount" in officer.says("match")
    officer.world.need("50 EUR")
    officer.world.introduce("50 EUR")
    assert "Nothing is open" in officer.says("match")
    told = officer.says("match --project PRJ-0001")
    assert "Nothing of what was selected is open" in told


def test_no_time_at_all_gives_a_plan_with_an_honest_bound(fund):
    document = fund.asks("match --time-limit 0")
    value, bound = (document["levels"][0][key] for key in ("value", "bound"))

    assert int(value) <= 2 <= float(bound)
    if document["limited"]:
        assert "The time limit was reached" in fund.says("match --time-limit 0")


def test_a_need_of_unknown_amount_keeps_its_project_open(fund):
    fund.world.need(None, "N-0005", project="PRJ-0001")

    assert fund.asks("match")["complete"] == []
    assert why_open(fund)["N-0005"] == "the amount is not known yet"


def test_why_a_need_stays_open_is_said_in_a_line(officer):
    world = officer.world
    world.need("100 EUR", "N-0001")
    world.need("100 EUR", "N-0002", project="PRJ-0002", topic="metro")
    world.need("9 package", "N-0003", project="PRJ-0003", factor=Factor.IMPLEMENTATION)
    world.need("7 package", "N-0004", project="PRJ-0004", factor=Factor.IMPLEMENTATION)
    world.need("30 person-day", "N-0005", project="PRJ-0005", factor=Factor.EXPERTISE)
    world.offer("90 EUR", "O-0001", topics=("metro",), max_ticket=4000)
    world.offer("7 package", "O-0002", factor=Factor.IMPLEMENTATION)
    world.offer("20 person-day", "O-0003", factor=Factor.EXPERTISE, condition="complete")

    assert why_open(officer) == {
        "N-0001": "every offer is limited to topics and this need has none",
        "N-0002": "what could serve it gives already as much of it as its mandate allows",
        "N-0003": "all that could serve it is given to others",
        "N-0005": "what is left is offered only to projects that end complete",
    }


def test_currencies_without_a_rate_are_left_out_and_said(officer):
    officer.world.need("100 EUR")
    officer.world.offer("100 IRR")

    assert officer.asks("match")["without_rate"] == [{"need_unit": "EUR", "offer_unit": "IRR"}]
    assert why_open(officer) == {"N-0001": "no offer that could serve it has a known rate"}
    told = officer.says("match")
    assert "Left out, no rate known: EUR to IRR." in told
    assert "cityfund rates import" in told


def test_both_currencies_and_their_rate_are_told(officer):
    officer.world.need("100 EUR")
    officer.world.offer("500 USD", rate=2)
    officer.says("rates add EUR USD 1.25")
    told = officer.says("match")

    assert "100.00 EUR from O-0001 Bank (125.00 USD, 1 EUR = 1.25 USD)" in told
    assert "The money costs 2.00 EUR a year." in told


def test_texts_of_the_registers_cannot_steer_the_terminal(officer):
    officer.world.project(title="A line\x1b[31m of\nours")
    officer.world.need("100 EUR")
    officer.world.offer("100 EUR")

    told = officer.says("match")
    assert "\x1b" not in told
    assert "A line<U+001B>[31m of ours" in told


def test_a_work_limit_that_was_reached_is_said_as_such(fund):
    with (
        patch.object(exact, "SMALL_PROBLEM_WORK_LIMIT", 0),
        patch.object(solve, "greedy_plan", _no),
    ):
        document = fund.asks("match")
        told = fund.says("match")
        fund.says("match --save")
    saved = fund.asks("match show MAT-0001")

    assert (document["limited"], document["limit"]) == (True, "work")
    assert "The work limit was reached: there may be a better one." in told
    assert saved["limited"]
    assert "A limit of time or work was reached" in fund.says("match show MAT-0001")


def _no(_problem, _deadline):
    return ()
