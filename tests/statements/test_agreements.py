"""Which lines agree with which entries, and which only repeat another line."""

from __future__ import annotations

import pytest
from reconciling import COMMITMENT, FIRM, GBP, USD, deal, entry, ledger, line, nameless, reconcile

TWO_DEALS = (deal(), deal(2))


@pytest.mark.parametrize(("on", "agrees"), [(6, 0), (7, 1), (10, 1), (13, 1), (14, 0)])
def test_an_amount_agrees_within_three_days(on, agrees):
    assert reconcile(ledger(entry(1, 400)), line(1, 400, on))[0] == agrees


def test_another_amount_unit_or_kind_does_not_agree():
    facts = ledger(entry(1, 400))

    for other in (line(1, 401), line(1, 400, unit=USD), line(1, 400, kind=COMMITMENT)):
        assert reconcile(facts, other)[0] == 0


def test_a_line_may_be_in_the_unit_of_either_side():
    facts = ledger(entry(1, 400, theirs=480), deals=[deal(offer_unit=USD)])

    assert reconcile(facts, line(1, 400))[0] == 1
    assert reconcile(facts, line(1, 480, unit=USD))[0] == 1
    assert reconcile(facts, line(1, 480))[0] == 0
    assert reconcile(facts, line(1, 480, unit=GBP))[0] == 0


def test_a_line_of_the_day_goes_before_one_of_the_day_after():
    facts = ledger(entry(1, 400))

    assert reconcile(facts, line(1, 400, 11), line(2, 400, 10)) == (
        1,
        ["unknown-here: 1 / none of D-1"],
    )


def test_the_nearest_entry_agrees_and_of_two_the_earlier_one():
    facts = ledger(entry(1, 400, 8), entry(2, 400, 11), entry(3, 400, 9))

    assert reconcile(facts, line(1, 400)) == (
        1,
        ["missing-there: none / 1 of D-1", "missing-there: none / 3 of D-1"],
    )


def test_one_reference_goes_before_one_day():
    facts = ledger(entry(1, 400, 12, reference="PAY-1"), entry(2, 400, 10))

    assert reconcile(facts, line(1, 400, 10, reference="PAY-1")) == (
        1,
        ["missing-there: none / 2 of D-1"],
    )


def test_an_entry_that_another_line_refers_to_is_left_to_it():
    facts = ledger(entry(1, 400, 10, reference="PAY-1"))
    lines = line(1, 400, 10), line(2, 400, 12, reference="PAY-1")

    assert reconcile(facts, *lines) == (1, ["unknown-here: 1 / none of D-1"])


def test_an_entry_of_another_reference_agrees_if_no_line_has_that():
    facts = ledger(entry(1, 400, reference="OURS"))

    assert reconcile(facts, line(1, 400, reference="THEIRS")) == (1, [])


def test_an_act_recorded_for_a_line_agrees_on_any_day():
    facts = ledger(entry(1, 400, 30, reference="S/1"))

    assert reconcile(facts, line(1, 400, 2)) == (1, [])
    assert reconcile(facts, line(1, 400, 2, reference="PAY-1")) == (1, [])
    assert reconcile(facts, line(2, 400, 2))[0] == 0


def test_an_act_recorded_for_a_line_goes_before_another_of_the_day():
    facts = ledger(entry(1, 400), entry(2, 400, reference="S/1"))

    assert reconcile(facts, line(1, 400)) == (1, ["missing-there: none / 1 of D-1"])


def test_a_line_without_codes_agrees_with_an_entry_of_any_deal():
    facts = ledger(entry(1, 400, deal="D-2"), deals=TWO_DEALS)

    assert reconcile(facts, nameless(1, 400)) == (1, [])


@pytest.mark.parametrize(
    ("codes", "agrees"),
    [
        ({"deal": "d-1"}, 1),
        ({"offer": "o-1"}, 1),
        ({"need": "n-1"}, 1),
        ({"offer": "O-1", "need": "N-1"}, 1),
        ({"deal": "D-1", "offer": "o-1", "need": "n-1"}, 1),
        ({"offer": "O-2"}, 0),
        ({"need": "N-2"}, 0),
        ({"offer": "O-1", "need": "N-2"}, 0),
        ({"deal": "D-1", "offer": "O-2"}, 0),
        ({"deal": "D-1", "need": "N-2"}, 0),
        ({"deal": "D-9"}, 0),
        ({"offer": "O-9"}, 0),
        ({"need": "N-9"}, 0),
    ],
)
def test_every_code_of_a_line_has_to_be_that_of_the_deal(codes, agrees):
    facts = ledger(entry(1, 400), deals=TWO_DEALS)

    assert reconcile(facts, line(1, 400, **codes))[0] == agrees


def test_one_offer_in_two_deals_agrees_with_either():
    both = deal(), deal(2, offer="O-1")
    facts = ledger(entry(1, 400), entry(2, 500, deal="D-2"), deals=both)
    lines = line(1, 500, offer="O-1"), line(2, 400, offer="O-1"), line(3, 400, 11, need="N-2")

    assert reconcile(facts, *lines) == (2, ["unknown-here: 3 / none of D-2"])
    assert reconcile(facts, *lines[:2]) == (2, [])
    assert reconcile(facts, line(1, 500, offer="O-1", need="N-2"), lines[1]) == (2, [])


def test_lines_after_one_of_another_provider_still_agree():
    deals = deal(), deal(2, provider=FIRM)
    facts = ledger(entry(1, 400), entry(2, 500), deals=deals)
    lines = line(1, 500, deal="D-2"), line(2, 400), line(3, 500, deal="D-1", offer="O-2")

    assert reconcile(facts, *lines)[0] == 1


def test_a_line_said_twice_is_a_duplicate_of_its_deal():
    facts = ledger(entry(1, 400), deals=TWO_DEALS)

    for again in (line(2, 400), nameless(2, 400), line(2, 400, offer="O-1")):
        assert reconcile(facts, line(1, 400), again) == (1, ["duplicate: 2 / none of D-1"])
    for other in (line(2, 400, 11), line(2, 400, reference="PAY-2"), line(2, 400, deal="D-2")):
        assert reconcile(facts, line(1, 400), other)[1] == [
            f"unknown-here: 2 / none of {other.deal}"
        ]


def test_of_two_deals_that_a_line_repeats_the_first_is_named():
    facts = ledger(entry(1, 400, deal="D-2"), entry(2, 400), deals=TWO_DEALS)
    both = line(1, 400, deal="D-2"), line(2, 400)

    assert reconcile(facts, *both, nameless(3, 400)) == (2, ["duplicate: 3 / none of D-1"])


def test_of_two_deals_that_a_line_repeats_the_one_made_first_is_named():
    deals = deal(2), deal(10)
    facts = ledger(entry(1, 400, deal="D-10"), entry(2, 400, deal="D-2"), deals=deals)
    both = line(1, 400, deal="D-10"), line(2, 400, deal="D-2")

    assert reconcile(facts, *both, nameless(3, 400)) == (2, ["duplicate: 3 / none of D-2"])


def test_a_payment_repeated_under_its_reference_is_a_duplicate_on_any_day():
    facts = ledger(entry(1, 400, reference="PAY-1"), deals=TWO_DEALS)
    first = line(1, 400, reference="PAY-1")

    for again in (line(2, 400, 20, reference="PAY-1"), nameless(2, 400, 20, reference="PAY-1")):
        assert reconcile(facts, first, again) == (1, ["duplicate: 2 / none of D-1"])
    for other in (
        line(2, 400, 20),
        line(2, 401, 20, reference="PAY-1"),
        line(2, 400, 20, reference="PAY-2"),
        line(2, 400, 20, reference="PAY-1", deal="D-2"),
    ):
        assert reconcile(facts, first, other)[1] == [f"unknown-here: 2 / none of {other.deal}"]


def test_a_payment_repeated_in_two_deals_is_of_the_deal_made_first():
    deals = deal(2), deal(10)
    pay = {"reference": "PAY-1"}
    facts = ledger(entry(1, 400, deal="D-10", **pay), entry(2, 400, deal="D-2", **pay), deals=deals)
    both = line(1, 400, deal="D-10", **pay), line(2, 400, deal="D-2", **pay)

    assert reconcile(facts, *both, nameless(3, 400, 20, **pay)) == (
        2,
        ["duplicate: 3 / none of D-2"],
    )


def test_lines_that_repeat_nothing_are_unknown_and_the_next_is_still_a_duplicate():
    facts = ledger(entry(1, 400, reference="PAY-1"))
    lines = line(1, 400, reference="PAY-1"), line(2, 70, 50), line(3, 400, 20, reference="PAY-1")

    assert reconcile(facts, *lines) == (
        1,
        ["duplicate: 3 / none of D-1", "unknown-here: 2 / none of D-1"],
    )


def test_a_line_that_the_ledger_lacks_names_its_deal_if_it_is_one():
    both = deal(), deal(2, offer="O-1")

    for codes in ({"deal": "D-1"}, {"need": "N-1"}, {"offer": "O-1", "need": "N-1"}):
        assert reconcile(ledger(deals=both), line(1, 400, **codes))[1] == [
            "unknown-here: 1 / none of D-1"
        ]
    for codes in ({"deal": None}, {"offer": "O-1"}, {"deal": "D-9"}):
        assert reconcile(ledger(deals=both), line(1, 400, **codes))[1] == [
            "unknown-here: 1 / none of no deal"
        ]
    assert reconcile(ledger(), nameless(1, 400))[1] == ["unknown-here: 1 / none of no deal"]
