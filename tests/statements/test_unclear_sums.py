"""Sums that are unclear: what later passes leave of their sets, and the sets that are told."""

from __future__ import annotations

from reconciling import BANK, TODAY, entry, ledger, line, reconcile

from ledger.statements.passes import compare_statements


def test_what_a_later_pass_matches_leaves_one_set():
    facts = ledger(entry(1, 100), entry(2, 200), entry(3, 130), entry(4, 170))

    assert reconcile(facts, line(1, 300), line(2, 130, 30))[1] == [
        "date-differs: 2 / 3 of D-1",
        "merged-lines: 1 / 1+2 of D-1",
        "missing-there: none / 4 of D-1",
    ]


def test_an_act_that_its_lines_split_at_last_is_in_no_set_of_a_merged_line():
    facts = ledger(entry(1, 30), entry(2, 70), entry(3, 60), entry(4, 40), entry(5, 34, on=30))
    lines = line(1, 100), line(2, 26), line(3, 34, 9), line(4, 34, 11)

    assert reconcile(facts, *lines)[1] == [
        "date-differs: 3 / 5 of D-1",
        "split-lines: 2+4 / 3 of D-1",
        "merged-lines: 1 / 1+2 of D-1",
        "missing-there: none / 4 of D-1",
    ]


def test_lines_split_an_act_at_last_where_a_later_pass_leaves_one_set():
    facts = ledger(entry(1, 400), entry(5, 170, 30))

    assert reconcile(facts, line(1, 150), line(2, 250), line(3, 170), line(4, 230))[1] == [
        "date-differs: 3 / 5 of D-1",
        "split-lines: 1+2 / 1 of D-1",
        "unknown-here: 4 / none of D-1",
    ]


def test_an_act_that_a_line_merges_at_last_has_no_sets_of_lines():
    facts = ledger(
        *(entry(1, 30_000, 8), entry(2, 70_000), entry(3, 60_000, 12), entry(4, 40_000)),
        entry(5, 34_000, 30),
    )
    lines = line(1, 100_000), line(2, 26_000, 12), line(3, 34_000, 11), line(4, 34_000, 12)
    parts = (10_001, 19_999, 13_007, 16_993)

    answer = reconcile(facts, *lines, *(line(n, one, 5) for n, one in enumerate(parts, start=5)))

    assert answer[1] == [
        "date-differs: 3 / 5 of D-1",
        "split-lines: 2+4 / 3 of D-1",
        "merged-lines: 1 / 1+2 of D-1",
        *(f"unknown-here: {number} / none of D-1" for number in (5, 6, 7, 8)),
        "missing-there: none / 4 of D-1",
    ]


def test_what_is_unclear_has_the_sets_that_add_up():
    acts = entry(1, 100), entry(2, 200), entry(3, 170), entry(4, 130)
    lines = line(1, 150), line(2, 250), line(3, 170), line(4, 230)

    (merged,) = compare_statements(BANK, [line(9, 300)], ledger(*acts), TODAY).differences
    (split,) = compare_statements(BANK, lines, ledger(entry(1, 400)), TODAY).differences

    assert merged.unclear is not None
    assert (merged.unclear.count, merged.unclear.complete) == (2, True)
    assert set(merged.unclear.sets) == {acts[:2], acts[2:]}
    assert split.unclear is not None
    assert (split.unclear.count, split.unclear.complete) == (2, True)
    assert set(split.unclear.sets) == {lines[:2], lines[2:]}
