"""The deliveries that statements add: a payment and its cancellation are posted both or neither."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from reconciling import COMMITMENT, USD, deal, entry, ledger, line, nameless

from ledger.statements.differences import Difference, FindingKind
from ledger.statements.facts import DealEntry
from ledger.statements.lines import StatementLine
from ledger.statements.postings import proposed_postings

DEALS = deal(committed=1_000), deal(2, committed=1_000)


def unknown(told: StatementLine, **terms: Any) -> Difference:
    """Make the difference of a line that the ledger lacks, in the deal that it names."""
    return Difference(**{"kind": FindingKind.UNKNOWN, "lines": (told,), "deal": told.deal, **terms})


def posted(
    *differences: StatementLine | Difference,
    confirmed: tuple[tuple[StatementLine, tuple[DealEntry, ...]], ...] = (),
    deals: Any = DEALS,
) -> list[list[tuple[str, int]]]:
    """Return what is posted together: the number of each line, and the amount of the delivery."""
    given = [one if isinstance(one, Difference) else unknown(one) for one in differences]
    acts = [one for _, entries in confirmed for one in entries]
    postings = proposed_postings(given, confirmed, ledger(*acts, deals=deals))
    return [[(one.line.number, one.amount) for one in posting] for posting in postings]


def test_payments_that_only_the_statement_has_are_posted_each_on_its_own():
    assert posted(line(1, 400), line(2, 1, deal="D-2")) == [[("1", 400)], [("2", 1)]]


def test_nothing_is_posted_of_commitments_doubts_and_other_differences():
    assert posted(line(1, 400, kind=COMMITMENT)) == []
    assert posted(unknown(line(1, 400), doubtful=True)) == []
    assert posted(unknown(line(1, 400), kind=FindingKind.AMOUNT)) == []
    assert posted(line(1, -400)) == []
    assert posted(nameless(1, 400)) == []


@pytest.mark.parametrize(
    ("on", "postings"),
    [(11, [[("1", 400), ("2", -400)]]), (10, [[("1", 400), ("2", -400)]]), (9, [])],
)
def test_a_payment_and_its_cancellation_are_posted_together_unless_that_is_earlier(on, postings):
    assert posted(line(1, 400), line(2, -400, on)) == postings


@pytest.mark.parametrize(
    "other",
    [
        line(2, -399, 11),
        line(2, -400, 11, unit=USD),
        line(2, -400, 11, deal="D-2"),
        line(2, -400, 11, kind=COMMITMENT),
    ],
)
def test_what_cancels_another_payment_is_not_posted_with_it(other):
    assert posted(line(1, 400), other) == [[("1", 400)]]


def test_lines_of_one_reference_belong_together_though_only_one_names_the_deal():
    pay = {"reference": "PAY-1"}

    assert posted(line(1, 400, **pay), nameless(2, -400, 11, **pay)) == [[("1", 400), ("2", -400)]]
    assert posted(line(1, 400, **pay), nameless(2, -400, 11, reference="PAY-2")) == [[("1", 400)]]
    assert posted(line(1, 400), nameless(2, -400, 11)) == [[("1", 400)]]
    assert posted(nameless(1, 400), nameless(2, -400, 11)) == []


def test_a_cancellation_belongs_to_the_payment_of_its_reference_before_a_nearer_one():
    lines = line(1, 400, 1, reference="A"), line(2, 400, 20, reference="B")

    assert posted(*lines, line(3, -400, 21, reference="A")) == [
        [("1", 400), ("3", -400)],
        [("2", 400)],
    ]
    assert posted(*lines, line(3, -400, 21, reference="C")) == [
        [("1", 400)],
        [("2", 400), ("3", -400)],
    ]


def test_a_cancellation_belongs_to_one_payment_and_a_payment_has_one_cancellation():
    assert posted(line(1, 400), line(2, 400), line(3, -400, 11)) == [
        [("1", 400), ("3", -400)],
        [("2", 400)],
    ]
    assert posted(line(1, 400), line(2, -400, 11), line(3, -400, 12)) == [
        [("1", 400), ("2", -400)],
    ]
    assert posted(line(1, 400), line(2, 400, 12), line(3, -400, 13), line(4, -400, 14)) == [
        [("1", 400), ("4", -400)],
        [("2", 400), ("3", -400)],
    ]


def test_the_cancellation_of_a_payment_that_cannot_be_posted_is_not_posted_either():
    beyond = line(1, 1_001), line(2, -1_001, 11)

    assert posted(*beyond) == []
    recorded = line(9, 1_001, 5), (entry(9, 1_001, 5),)
    assert posted(*beyond, confirmed=(recorded,)) == []


def test_a_return_is_in_the_unit_of_the_need_and_has_a_reference():
    crossing = deal(offer_unit=USD, committed=1_000)
    paid = line(1, 480, unit=USD), (entry(1, 400, theirs=480),)

    assert posted(line(2, -480, 11, unit=USD), confirmed=(paid,), deals=[crossing]) == []

    def proposed(back: StatementLine) -> tuple[str, str, str]:
        differences = [unknown(line(1, 400)), unknown(back)]
        ((_, delivery),) = proposed_postings(differences, (), ledger(deals=DEALS))
        return delivery.deal, delivery.quantity, delivery.reference

    assert proposed(line(2, -400, 11)) == ("D-1", "4.00 EUR", "S/2")
    assert proposed(line(2, -400, 11, reference="BACK")) == ("D-1", "4.00 EUR", "BACK")


# A cancellation of a payment that the ledger has

PAID = line(1, 400), (entry(1, 400),)


@pytest.mark.parametrize(
    ("back", "postings"),
    [
        (line(2, -400, 11), [[("2", -400)]]),
        (line(2, -400, 10), [[("2", -400)]]),
        (line(2, -400, 9), []),
        (line(2, -399, 11), []),
        (line(2, -400, 11, unit=USD), []),
        (line(2, -400, 11, deal="D-2"), []),
        (line(2, -400, 11, reference="PAY-1"), []),
        (nameless(2, -400, 11), []),
    ],
)
def test_the_cancellation_of_a_payment_that_the_ledger_has_is_posted(back, postings):
    assert posted(back, confirmed=(PAID,)) == postings


def test_the_cancellation_of_a_payment_of_the_smallest_part_is_posted():
    paid = line(1, 1), (entry(1, 1),)

    assert posted(line(2, -1, 11), confirmed=(paid,)) == [[("2", -1)]]


def test_payments_of_one_reference_are_cancelled_once_each():
    pay = {"reference": "PAY-1"}
    paid = line(1, 400, **pay), (entry(1, 400),)
    back = [line(number, -400, 11, **pay) for number in (2, 3)]

    assert posted(*back, confirmed=(paid,)) == [[("2", -400)]]
    assert posted(*back, confirmed=(paid, (replace(paid[0], number="9"), (entry(9, 400),)))) == [
        [("2", -400)],
        [("3", -400)],
    ]


def test_only_a_payment_of_one_act_is_cancelled_by_itself():
    merged = line(1, 400), (entry(1, 150), entry(2, 250))
    committed = line(1, 400, kind=COMMITMENT), (entry(1, 400, kind=COMMITMENT),)
    returned = line(1, -400), (entry(1, -400),)

    for one in (merged, committed, returned):
        assert posted(line(2, -400, 11), confirmed=(one,)) == []


def test_a_cancellation_of_an_unknown_payment_cancels_no_recorded_one():
    assert posted(line(1, 400, 10), line(2, -400, 12), confirmed=((line(9, 400), PAID[1]),)) == [
        [("1", 400), ("2", -400)],
    ]
