"""Which differences are doubtful: where an act and a line may belong together, or another act."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from reconciling import (
    BANK,
    COMMITMENT,
    FIRM,
    TODAY,
    USD,
    deal,
    entry,
    ledger,
    line,
    nameless,
)

from ledger.statements.differences import Difference
from ledger.statements.facts import LedgerFacts
from ledger.statements.lines import StatementLine
from ledger.statements.passes import compare_statements

LATER = entry(90, 77, 25), line(90, 77, 25)
"""An act and its line: the statement reaches to day 25, and this one agrees."""

TWO_DEALS = deal(), deal(2)


def doubts(
    facts: LedgerFacts, *lines: StatementLine, replaced: Sequence[StatementLine] = ()
) -> dict[str, bool]:
    """Return the differences by their lines or else their entry, and whether each is doubtful."""
    compared = compare_statements(BANK, lines, facts, TODAY, replaced=replaced)
    return {_text(one): one.doubtful for one in compared.differences}


def _text(difference: Difference) -> str:
    numbers = "+".join(line.number for line in difference.lines)
    return f"{difference.kind} {numbers or difference.entries[0].number}"


# A missing act, and a line that the ledger lacks


@pytest.mark.parametrize(
    ("told", "is_doubtful"),
    [
        (line(1, 390, 6, reference="B"), False),
        (line(1, 390, 7, reference="B"), True),
        (line(1, 390, 13, reference="B"), True),
        (line(1, 390, 14, reference="B"), False),
        (line(1, 400, 14, reference="B"), True),
        (line(1, -400, 14, reference="B"), False),
        (line(1, 400, 14, reference="B", unit=USD), False),
        (line(1, 390, 10, reference="B", kind=COMMITMENT), False),
        (line(1, 390, 10, reference="B", deal="D-2"), False),
        (line(1, 390, 10, reference="B", offer="O-2"), False),
        (line(1, 390, 10, reference="B", offer="O-1"), True),
        (nameless(1, 390, 10, reference="B"), True),
        (nameless(1, 390, 14, reference="B"), False),
        (line(1, 390, 10, reference="B", deal="D-7"), True),
    ],
)
def test_an_act_near_a_line_or_of_its_amount_may_be_the_one_that_it_reports(told, is_doubtful):
    facts = ledger(entry(1, 400, reference="A"), LATER[0], deals=TWO_DEALS)

    assert doubts(facts, told, LATER[1]) == {
        "unknown-here 1": is_doubtful,
        "missing-there 1": is_doubtful,
    }


@pytest.mark.parametrize(("amount", "unit", "is_doubtful"), [(480, USD, True), (480, None, False)])
def test_an_act_may_be_reported_by_the_amount_of_either_side(amount, unit, is_doubtful):
    crossing = deal(offer_unit=USD)
    facts = ledger(entry(1, 400, theirs=480, reference="A"), LATER[0], deals=[crossing])
    told = line(1, amount, 20, reference="B", **({} if unit is None else {"unit": unit}))

    assert doubts(facts, told, LATER[1]) == {
        "unknown-here 1": is_doubtful,
        "missing-there 1": is_doubtful,
    }


def test_an_act_may_be_reported_by_a_line_that_a_later_file_left_out():
    facts = ledger(entry(1, 400), LATER[0])

    assert doubts(facts, LATER[1]) == {"missing-there 1": False}
    assert doubts(facts, LATER[1], replaced=[line(1, 390, 9)]) == {"missing-there 1": True}
    assert doubts(facts, LATER[1], replaced=[line(1, 390, 20)]) == {"missing-there 1": False}


def test_an_act_may_be_reported_by_a_line_whose_sum_is_unclear():
    sums = [entry(number, amount) for number, amount in enumerate((100, 200, 170, 130), start=1)]
    facts = ledger(*sums, entry(5, 7, 12), entry(6, 7, 20), LATER[0])

    assert doubts(facts, line(1, 300), LATER[1]) == {
        "unclear-sum 1": False,
        "missing-there 5": True,
        "missing-there 6": False,
    }


def test_a_line_of_another_partys_deal_may_report_an_act_unless_its_own_is_known():
    facts = ledger(
        entry(1, 400), entry(2, 60, 11), LATER[0], deals=[deal(), deal(3, provider=FIRM)]
    )

    assert doubts(facts, line(1, 390, deal="D-3"), LATER[1]) == {
        "wrong-party 1": False,
        "missing-there 1": True,
        "missing-there 2": True,
    }
    assert doubts(facts, line(1, 400, deal="D-3"), LATER[1]) == {
        "wrong-party 1": False,
        "missing-there 2": False,
    }


# A missing act later than the statement


@pytest.mark.parametrize(("on", "is_doubtful"), [(13, False), (14, True)])
def test_an_act_after_the_last_line_and_the_tolerance_may_still_be_reported(on, is_doubtful):
    facts = ledger(entry(1, 400), entry(2, 55, on))

    assert doubts(facts, line(1, 400)) == {"missing-there 2": is_doubtful}


# A missing act that is equal to one which a line reports


@pytest.mark.parametrize(
    ("on", "is_doubtful"), [(6, False), (7, True), (10, False), (13, True), (14, False)]
)
def test_of_equal_acts_a_line_might_have_reported_the_other_on_a_day_near_it(on, is_doubtful):
    facts = ledger(entry(1, 400), entry(2, 400, on), LATER[0])

    assert doubts(facts, line(1, 400), LATER[1]) == {"missing-there 2": is_doubtful}


@pytest.mark.parametrize(
    ("told", "recorded", "is_doubtful"),
    [
        (line(1, 400), {}, True),
        (line(1, 400, reference="PAY-1"), {}, True),
        (line(1, 400), {"reference": "PAY-1"}, True),
        (line(1, 400, reference="PAY-1"), {"reference": "PAY-1"}, False),
        (line(1, 400), {"reference": "S/1"}, False),
    ],
)
def test_a_reference_says_which_of_equal_acts_a_line_reports(told, recorded, is_doubtful):
    facts = ledger(entry(1, 400, **recorded), entry(2, 400, 12), LATER[0])

    assert doubts(facts, told, LATER[1]) == {"missing-there 2": is_doubtful}


@pytest.mark.parametrize(
    ("codes", "is_doubtful"),
    [({"deal": None}, True), ({"deal": "D-1"}, False), ({"need": "N-7"}, True)],
)
def test_of_equal_acts_in_two_deals_a_line_may_report_either_that_it_admits(codes, is_doubtful):
    deals = deal(1, need="N-7"), deal(2, need="N-7")
    facts = ledger(entry(1, 400), entry(2, 400, deal="D-2"), LATER[0], deals=deals)

    assert doubts(facts, line(1, 400, **codes), LATER[1]) == {"missing-there 2": is_doubtful}


def test_acts_of_other_amounts_are_equal_if_the_other_side_is():
    crossing = deal(offer_unit=USD)
    acts = entry(1, 400, theirs=480), entry(2, 399, 11, theirs=480)

    for told, is_doubtful in ((line(1, 480, unit=USD), True), (line(1, 400), False)):
        facts = ledger(*acts, LATER[0], deals=[crossing])
        assert doubts(facts, told, LATER[1]) == {"missing-there 2": is_doubtful}


# A line of another amount than its act


@pytest.mark.parametrize(("on", "is_doubtful"), [(13, True), (14, False)])
def test_a_line_of_another_amount_may_report_a_missing_act_near_it(on, is_doubtful):
    facts = ledger(entry(1, 400), entry(2, 95, on, reference="A"), LATER[0])

    assert doubts(facts, line(1, 390), LATER[1]) == {
        "amount-differs 1": is_doubtful,
        "missing-there 2": is_doubtful,
    }


@pytest.mark.parametrize(
    ("recorded", "on", "amount_is_doubtful", "line_is_doubtful"),
    [(400, 13, True, True), (400, 14, False, False), (380, 13, True, False)],
)
def test_a_line_near_an_act_that_is_larger_than_its_line_may_report_the_rest(
    recorded, on, amount_is_doubtful, line_is_doubtful
):
    facts = ledger(entry(1, recorded))

    assert doubts(facts, line(1, 390), line(2, 60, on, reference="B")) == {
        "amount-differs 1": amount_is_doubtful,
        "unknown-here 2": line_is_doubtful,
    }


def test_an_act_equal_to_its_line_but_for_the_sign_is_no_larger():
    facts = ledger(entry(1, -400))

    assert doubts(facts, line(1, -410), line(2, 60, 11, reference="B"))["unknown-here 2"] is False
    assert doubts(facts, line(1, -390), line(2, 60, 11, reference="B"))["unknown-here 2"] is True


# A cancellation


@pytest.mark.parametrize(
    ("cancellation", "is_doubtful"),
    [
        (line(2, -400, 20), True),
        (line(2, -300, 10), False),
        (line(2, -400, 20, deal="D-2"), False),
        (line(2, -400, 20, unit=USD), False),
        (line(2, -400, 20, kind=COMMITMENT), False),
    ],
)
def test_nothing_is_returned_for_a_cancelled_payment_that_the_ledger_lacks_too(
    cancellation, is_doubtful
):
    facts = ledger(deals=TWO_DEALS)

    assert doubts(facts, line(1, 400), cancellation) == {
        "unknown-here 1": False,
        "unknown-here 2": is_doubtful,
    }
