"""Entries that are reported in several lines, and lines that report several entries."""

from __future__ import annotations

import pytest
from reconciling import EUR, FIRM, JPY, USD, deal, entry, ledger, line, nameless, reconcile

TWO_DEALS = (deal(), deal(2))
MOST_NEAR = 200


def test_lines_that_add_up_to_an_entry_split_it():
    facts = ledger(entry(1, 400))

    assert reconcile(facts, line(1, 150), line(2, 250)) == (0, ["split-lines: 1+2 / 1 of D-1"])
    assert "split-lines" not in str(reconcile(facts, line(1, 150), line(2, 251)))


@pytest.mark.parametrize(("on", "is_split"), [(6, False), (7, True), (13, True), (14, False)])
def test_lines_split_an_entry_within_three_days(on, is_split):
    answer = reconcile(ledger(entry(1, 400)), line(1, 150), line(2, 250, on))

    assert ("split-lines: 1+2 / 1 of D-1" in answer[1]) is is_split


def test_lines_with_the_reference_of_an_entry_split_it_on_any_day():
    facts = ledger(entry(1, 400, reference="PAY-1"), deals=TWO_DEALS)
    split = (0, ["split-lines: 1+2 / 1 of D-1"])

    for codes in ({"deal": "D-1"}, {"deal": None}, {"offer": "O-1"}):
        pay = {"reference": "PAY-1", **codes}
        assert reconcile(facts, line(1, 150, 25, **pay), line(2, 250, 28, **pay)) == split
    apart = line(1, 150, 25, reference="PAY-1"), line(2, 250, 28, reference="PAY-2")
    assert "split-lines" not in str(reconcile(facts, *apart))


def test_an_entry_recorded_for_one_of_the_lines_is_split_by_them():
    facts = ledger(entry(1, 400, 28, reference="S/2"))

    assert reconcile(facts, line(1, 150, 26), line(2, 250, 10)) == (
        0,
        ["split-lines: 1+2 / 1 of D-1"],
    )


def test_lines_of_one_reference_split_an_entry_before_neighbours_do():
    facts = ledger(entry(1, 400, reference="PAY-1"))
    pay = {"reference": "PAY-1"}
    lines = line(1, 300), line(2, 100, **pay), line(3, 300, **pay)

    assert reconcile(facts, *lines) == (
        0,
        ["split-lines: 2+3 / 1 of D-1", "unknown-here: 1 / none of D-1"],
    )


def test_lines_with_references_of_their_own_split_an_entry_without():
    facts = ledger(entry(1, 400))

    assert reconcile(facts, line(1, 150, reference="A"), line(2, 250, reference="B")) == (
        0,
        ["split-lines: 1+2 / 1 of D-1"],
    )


def test_lines_that_name_the_deal_in_different_ways_split_it_together():
    facts = ledger(entry(1, 400), deals=TWO_DEALS)

    for codes in ({"offer": "O-1"}, {"need": "N-1"}, {"offer": "O-1", "need": "N-1"}):
        assert reconcile(facts, line(1, 150), line(2, 250, **codes)) == (
            0,
            ["split-lines: 1+2 / 1 of D-1"],
        )


def test_lines_without_codes_split_an_entry_by_its_reference_only():
    facts = ledger(entry(1, 400, reference="PAY-1"), entry(2, 900, deal="D-2"), deals=TWO_DEALS)
    pay = {"reference": "PAY-1"}

    assert "split-lines" not in str(reconcile(facts, nameless(1, 150), nameless(2, 250)))
    assert reconcile(facts, nameless(1, 150, **pay), line(2, 250)) == (
        0,
        ["split-lines: 1+2 / 1 of D-1", "missing-there: none / 2 of D-2"],
    )
    other = {"reference": "PAY-2"}
    assert "split-lines" not in str(
        reconcile(facts, nameless(1, 150, **other), nameless(2, 250, **other))
    )


def test_lines_that_split_no_entry_do_not_end_the_search():
    deals = deal(), deal(2), deal(3, provider=FIRM)
    facts = ledger(entry(1, 400), deals=deals)
    halves = line(4, 150), line(5, 250)

    for other in (line(1, 5, deal="D-3"), nameless(1, 5), line(1, 5, deal="D-2")):
        assert "split-lines: 4+5 / 1 of D-1" in reconcile(facts, other, *halves)[1]


def test_lines_of_another_providers_deal_split_nothing():
    deals = deal(), deal(3, provider=FIRM)
    wrong = {"deal": "D-1", "offer": "O-3"}

    answer = reconcile(ledger(entry(1, 400), deals=deals), line(1, 150, **wrong), line(2, 250))

    assert "split-lines" not in str(answer)


def test_lines_in_the_offers_unit_split_the_offers_amount():
    facts = ledger(entry(1, 400, theirs=480), deals=[deal(offer_unit=USD)])
    in_dollars = {"unit": USD}

    assert reconcile(facts, line(1, 180, **in_dollars), line(2, 300, **in_dollars)) == (
        0,
        ["split-lines: 1+2 / 1 of D-1"],
    )
    assert "split-lines" not in str(reconcile(facts, line(1, 180), line(2, 300)))
    assert "split-lines" not in str(reconcile(ledger(entry(1, 400)), line(1, 180, **in_dollars),
                                              line(2, 220, **in_dollars)))  # fmt: skip


def test_the_deal_whose_lines_come_first_is_looked_at_first():
    deals = deal(1, offer="O-1"), deal(2, offer="O-1")
    facts = ledger(entry(1, 600), entry(2, 400, deal="D-2"), deals=deals)
    shared = line(2, 300, offer="O-1"), line(3, 301, offer="O-1"), line(4, 299, offer="O-1")

    split = reconcile(facts, line(1, 100, deal="D-2"), *shared)[1][:2]

    assert split == ["split-lines: 1+2 / 2 of D-2", "split-lines: 3+4 / 1 of D-1"]


def test_lines_that_split_either_of_two_acts_split_neither():
    deals = deal(10, offer="O-1"), deal(2, offer="O-1")
    facts = ledger(entry(1, 400, deal="D-2"), entry(2, 400, deal="D-10"), deals=deals)

    assert reconcile(facts, line(1, 150, offer="O-1"), line(2, 250, offer="O-1")) == (
        0,
        ["unclear-sum: 1+2 / 2 of D-10", "unclear-sum: 1+2 / 1 of D-2"],
    )


def test_a_line_that_two_splits_need_is_asserted_of_neither():
    facts = ledger(entry(1, 400), entry(2, 350))

    assert reconcile(facts, line(1, 150), line(2, 250), line(3, 100), line(4, 77)) == (
        0,
        [
            "unclear-sum: 1+2 / 1 of D-1",
            "unclear-sum: 2+3 / 2 of D-1",
            "unknown-here: 4 / none of D-1",
        ],
    )


def test_several_sets_of_lines_are_told_and_none_is_asserted():
    facts = ledger(entry(1, 400))

    answer = reconcile(facts, line(1, 150), line(2, 250), line(3, 170), line(4, 230))

    assert answer == (0, ["unclear-sum: 1+2+3+4 / 1 of D-1"])


def test_sets_of_alike_lines_are_one():
    facts = ledger(entry(1, 400))

    answer = reconcile(facts, line(1, 150), line(2, 250), line(3, 150, reference="COPY"))[1]

    assert answer[0] == "split-lines: 1+2 / 1 of D-1"


@pytest.mark.parametrize(("count", "is_split"), [(MOST_NEAR, True), (MOST_NEAR + 1, False)])
def test_two_hundred_lines_are_tried_together(count, is_split):
    lines = [line(number, 1) for number in range(1, count + 1)]

    answer = reconcile(ledger(entry(1, count)), *lines)

    assert ("split-lines" in str(answer)) is is_split
    assert "unclear-sum" not in str(answer)


@pytest.mark.parametrize(("count", "is_split"), [(MOST_NEAR, True), (MOST_NEAR + 1, False)])
def test_two_hundred_lines_of_one_reference_are_tried_together(count, is_split):
    pay = {"reference": "PAY-1"}
    lines = [line(number, 1, 25, **pay) for number in range(1, count + 1)]

    answer = reconcile(ledger(entry(1, count, **pay)), *lines)

    assert ("split-lines" in str(answer)) is is_split


def test_lines_split_an_act_before_one_of_them_is_that_of_another_day():
    assert reconcile(ledger(entry(1, 400), entry(2, 150, 25)), line(1, 150), line(2, 250)) == (
        0,
        ["split-lines: 1+2 / 1 of D-1", "missing-there: none / 2 of D-1"],
    )


def test_a_line_of_several_entries_merges_them():
    facts = ledger(entry(1, 150), entry(2, 250), entry(3, 70, 30))

    assert reconcile(facts, line(1, 400)) == (
        0,
        ["merged-lines: 1 / 1+2 of D-1", "missing-there: none / 3 of D-1"],
    )
    assert "merged-lines" not in str(reconcile(facts, line(1, 401)))


@pytest.mark.parametrize(("on", "is_merged"), [(6, False), (7, True), (13, True), (14, False)])
def test_a_line_merges_entries_within_three_days(on, is_merged):
    answer = reconcile(ledger(entry(1, 150), entry(2, 250, on)), line(1, 400))

    assert ("merged-lines: 1 / 1+2 of D-1" in answer[1]) is is_merged


def test_entries_of_one_reference_agree_with_a_line_of_their_sum_on_any_day():
    pay = {"reference": "PAY-1"}
    facts = ledger(entry(1, 150, **pay), entry(2, 250, 28, **pay), entry(3, 150, 27))

    assert reconcile(facts, line(1, 400, 27, **pay)) == (1, ["missing-there: none / 3 of D-1"])
    assert reconcile(facts, nameless(1, 400, 27, **pay))[0] == 1


def test_entries_recorded_for_a_line_agree_with_it():
    facts = ledger(entry(1, 150), entry(2, 250, 28, reference="S/1"))

    assert reconcile(facts, line(1, 400)) == (1, [])
    assert reconcile(facts, line(2, 400))[0] == 0


def test_a_line_without_codes_merges_any_entries_of_the_provider():
    deals = (*TWO_DEALS, deal(3, provider=FIRM))
    facts = ledger(entry(1, 150), entry(2, 250, deal="D-2"), deals=deals)

    for reference in (None, "PAY-1"):
        assert reconcile(facts, nameless(1, 400, reference=reference)) == (
            0,
            ["merged-lines: 1 / 1+2 of no deal"],
        )
    theirs = ledger(entry(1, 150), entry(2, 250, deal="D-3"), deals=deals)
    assert "merged-lines" not in str(reconcile(theirs, nameless(1, 400)))


def test_a_line_merges_entries_in_the_unit_of_either_side():
    facts = ledger(
        entry(1, 150, theirs=180), entry(2, 250, theirs=300), deals=[deal(offer_unit=USD)]
    )

    assert reconcile(facts, line(1, 480, unit=USD))[1] == ["merged-lines: 1 / 1+2 of D-1"]
    assert "merged-lines" not in str(reconcile(facts, line(1, 480)))


def test_entries_in_another_unit_are_not_added_up():
    deals = deal(offer="O-1"), deal(2, offer="O-1", need_unit=USD)
    facts = ledger(entry(1, 150), entry(2, 250), entry(3, 9, deal="D-2"), deals=deals)

    merged = reconcile(facts, line(1, 400, offer="O-1"))[1]
    assert merged == ["merged-lines: 1 / 1+2 of D-1", "missing-there: none / 3 of D-2"]
    assert "merged-lines" not in str(reconcile(facts, line(1, 409, offer="O-1")))


def test_entries_of_several_deals_are_added_up_in_the_unit_of_the_line():
    deals = deal(offer="O-1"), deal(2, offer="O-1", need_unit=JPY, offer_unit=EUR)
    facts = ledger(entry(1, 100), entry(2, 320, theirs=200, deal="D-2"), deals=deals)

    merged = reconcile(facts, line(1, 300, offer="O-1"))

    assert merged == (0, ["merged-lines: 1 / 1+2 of no deal"])


def test_several_sets_of_entries_are_told_and_none_is_asserted():
    deals = deal(10, offer="O-1"), deal(2, offer="O-1")
    facts = ledger(
        entry(1, 100, deal="D-2"),
        entry(2, 30, deal="D-10"),
        entry(3, 100, deal="D-2"),
        entry(4, 170, deal="D-10"),
        deals=deals,
    )

    assert reconcile(facts, line(1, 200, offer="O-1")) == (
        0,
        ["unclear-sum: 1 / 1+2+3+4 of no deal"],
    )


def test_sets_that_differ_in_alike_entries_only_are_one():
    same = [entry(number, 100) for number in (1, 2, 3)]

    assert reconcile(ledger(*same, entry(4, 50)), line(1, 250))[1][0] == (
        "merged-lines: 1 / 1+2+4 of D-1"
    )
    for other in ({"deal": "D-2"}, {"on": 11}):
        facts = ledger(*same[:2], entry(3, 100, **other), entry(4, 50), deals=TWO_DEALS)
        assert reconcile(facts, nameless(1, 250))[1][0].startswith("unclear-sum: 1 / 1+2+3+4")


def test_entries_in_no_set_are_still_missing():
    facts = ledger(entry(1, 100), entry(2, 200), entry(3, 170), entry(4, 130), entry(5, 7))

    assert reconcile(facts, line(1, 300))[1] == [
        "unclear-sum: 1 / 1+2+3+4 of D-1",
        "missing-there: none / 5 of D-1",
    ]


def test_two_lines_that_need_the_same_entries_are_both_unclear():
    facts = ledger(entry(1, 100), entry(2, 200), entry(3, 400))

    assert reconcile(facts, line(1, 300), line(2, 600))[1] == [
        "unclear-sum: 1 / 1+2 of D-1",
        "unclear-sum: 2 / 2+3 of D-1",
    ]


def test_a_unique_set_leaves_one_set_to_another_line():
    facts = ledger(entry(1, 100), entry(2, 200), entry(3, 130), entry(4, 170), entry(5, 33))

    assert reconcile(facts, line(1, 300), line(2, 333)) == (
        0,
        ["unclear-sum: 1 / 1+2+3+4 of D-1", "unclear-sum: 2 / 1+2+3+4+5 of D-1"],
    )
    assert reconcile(facts, line(1, 300), line(2, 203))[1] == [
        "merged-lines: 2 / 4+5 of D-1",
        "merged-lines: 1 / 1+2 of D-1",
        "missing-there: none / 3 of D-1",
    ]


def test_an_act_of_a_set_that_became_unique_is_left_to_no_later_pass():
    facts = ledger(entry(1, 100), entry(2, 200), entry(3, 130), entry(4, 170), entry(5, 33))

    assert reconcile(facts, line(1, 300), line(2, 203), line(3, 100, 30))[1] == [
        "merged-lines: 2 / 4+5 of D-1",
        "merged-lines: 1 / 1+2 of D-1",
        "unknown-here: 3 / none of D-1",
        "missing-there: none / 3 of D-1",
    ]


def test_a_unique_set_of_lines_leaves_one_set_to_another_act():
    lines = line(1, 100), line(2, 200), line(3, 130), line(4, 170), line(5, 33)

    # The line of 100 is in a set before it could be the act of that amount on another day.
    assert reconcile(ledger(entry(1, 300), entry(2, 203), entry(3, 100, 30)), *lines)[1] == [
        "split-lines: 4+5 / 2 of D-1",
        "split-lines: 1+2 / 1 of D-1",
        "unknown-here: 3 / none of D-1",
        "missing-there: none / 3 of D-1",
    ]


def test_a_line_merges_only_acts_of_the_deals_that_it_names():
    facts = ledger(entry(1, 150), entry(2, 250, deal="D-2"), deals=TWO_DEALS)

    assert reconcile(facts, nameless(1, 400))[1] == ["merged-lines: 1 / 1+2 of no deal"]
    for codes in ({"deal": "D-1"}, {"offer": "O-2"}):
        assert "merged-lines" not in str(reconcile(facts, line(1, 400, **codes)))


def test_entries_that_cancel_each_other_make_no_second_set():
    facts = ledger(entry(1, 100), entry(2, 200), entry(3, 70), entry(4, -70))

    assert reconcile(facts, line(1, 300)) == (0, ["merged-lines: 1 / 1+2 of D-1"])
    assert reconcile(facts, line(1, 230))[1][0] == "merged-lines: 1 / 1+2+4 of D-1"


def test_a_line_that_repeats_a_merged_one_is_a_duplicate():
    facts = ledger(entry(1, 150), entry(2, 250))

    assert reconcile(facts, line(1, 400), line(2, 400)) == (
        0,
        ["merged-lines: 1 / 1+2 of D-1", "duplicate: 2 / none of D-1"],
    )


def test_two_equal_lines_report_two_pairs_of_alike_entries():
    facts = ledger(entry(1, 150), entry(2, 250), entry(3, 150), entry(4, 250))

    assert reconcile(facts, line(1, 400), line(2, 400)) == (
        0,
        ["merged-lines: 1 / 1+2 of D-1", "merged-lines: 2 / 3+4 of D-1"],
    )


def test_a_search_that_was_not_ended_asserts_nothing():
    amounts = [10_000_019 + 7_919 * number**3 for number in range(60)]
    facts = ledger(*(entry(number, amount) for number, amount in enumerate(amounts, start=1)))

    answer = reconcile(facts, line(1, sum(amounts[::2])))[1]

    assert answer[0] == "unclear-sum: 1 / none of no deal"
    assert "merged-lines" not in str(answer)
    assert len(answer) == 61


def test_the_reference_names_the_entry_of_a_sum_that_was_not_searched_to_the_end():
    amounts = [10_000_019 + 7_919 * number**3 for number in range(60)]
    entries = [entry(number, amount) for number, amount in enumerate(amounts, start=1)]
    facts = ledger(*entries, entry(99, 5, reference="PAY-1"))

    answer = reconcile(facts, line(1, sum(amounts[::2]), reference="PAY-1"))[1]

    assert answer[0] == "amount-differs: 1 / 99 of D-1"


def test_a_line_of_another_partys_deal_merges_nothing_and_the_next_one_does():
    deals = deal(), deal(3, provider=FIRM)
    facts = ledger(entry(1, 150), entry(2, 250), deals=deals)
    wrong = line(1, 400, deal="D-1", offer="O-3")

    assert reconcile(facts, wrong, line(2, 400))[1] == [
        "wrong-party: 1 / none of D-1",
        "merged-lines: 2 / 1+2 of D-1",
    ]
    assert reconcile(facts, line(1, 5, 60), line(2, 400))[1][0] == "merged-lines: 2 / 1+2 of D-1"


@pytest.mark.parametrize(("count", "is_merged"), [(MOST_NEAR, True), (MOST_NEAR + 1, False)])
def test_two_hundred_entries_are_tried_together(count, is_merged):
    entries = [entry(number, 1) for number in range(1, count + 1)]

    answer = reconcile(ledger(*entries), line(1, count))

    assert ("merged-lines" in str(answer)) is is_merged
    assert ("unclear-sum: 1 / none of no deal" in answer[1]) is not is_merged


def test_one_act_of_the_amount_is_no_sum():
    facts = ledger(entry(1, 400, reference="A"), entry(2, 70, reference="C"))

    assert reconcile(facts, line(1, 400, reference="B"), line(2, 390, reference="A"))[1] == [
        "amount-differs: 2 / 1 of D-1",
        "unknown-here: 1 / none of D-1",
        "missing-there: none / 2 of D-1",
    ]
