"""What a write has posted of a need or an offer, made from its drafts when somebody asks."""

from __future__ import annotations

from datetime import date

from ledger.core.factors import Side, Stage
from ledger.journal.entries import WAITING, Act, ActDetails, Draft, Movement
from ledger.store.journal.postings import PostingsHere

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
DEAL_IDS = {"D-0001": 7}


def declared(code: str, day: date, amount: int) -> Draft:
    movement = Movement(
        side=Side.NEED,
        account=code,
        unit="EUR",
        from_stage=Stage.UNDECLARED,
        to_stage=Stage.OPEN,
        amount=amount,
    )
    return Draft(act=Act.DECLARE, movements=(movement,), details=ActDetails(effective_on=day))


def held(day: date, *codes: str) -> Draft:
    movements = tuple(
        Movement(
            side=Side.NEED,
            account=code,
            unit="EUR",
            from_stage=Stage.OPEN,
            to_stage=Stage.HELD,
            amount=5,
            deal="D-0001",
        )
        for code in codes
    )
    details = ActDetails(effective_on=day)
    return Draft(act=Act.INTRODUCE, movements=movements, details=details, deal="D-0001")


def seen(postings: PostingsHere, code: str) -> list[tuple[object, ...]]:
    return [
        (one.number - WAITING, one.line, one.effective_on, one.amount, one.deal)
        for one in postings.of(Side.NEED, code)
    ]


def test_each_account_has_its_own_postings_in_their_order_with_their_deal():
    drafts = [declared("N-1", MARCH, 10), declared("N-2", MARCH, 20), held(APRIL, "N-2", "N-1")]

    postings = PostingsHere(drafts, DEAL_IDS.__getitem__)

    assert seen(postings, "N-1") == [(0, 1, MARCH, 10, None), (2, 2, APRIL, 5, 7)]
    assert seen(postings, "N-2") == [(1, 1, MARCH, 20, None), (2, 1, APRIL, 5, 7)]
    assert seen(postings, "N-3") == []
    assert not postings.of(Side.OFFER, "N-1")


def test_a_draft_that_came_after_a_question_is_in_the_next_answer_once():
    drafts = [declared("N-1", MARCH, 10)]
    postings = PostingsHere(drafts, DEAL_IDS.__getitem__)
    assert len(seen(postings, "N-1")) == 1

    drafts.append(held(APRIL, "N-1"))

    assert seen(postings, "N-1") == [(0, 1, MARCH, 10, None), (1, 1, APRIL, 5, 7)]
    assert len(seen(postings, "N-1")) == 2


def test_what_is_taken_back_is_in_no_later_answer():
    drafts = [declared("N-1", MARCH, 10), held(APRIL, "N-1", "N-1"), held(APRIL, "N-1")]
    postings = PostingsHere(drafts, DEAL_IDS.__getitem__)
    assert len(seen(postings, "N-1")) == 4

    postings.forget_from(1)
    del drafts[1:]
    assert seen(postings, "N-1") == [(0, 1, MARCH, 10, None)]

    drafts.append(declared("N-1", APRIL, 30))
    assert seen(postings, "N-1") == [(0, 1, MARCH, 10, None), (1, 1, APRIL, 30, None)]


def test_what_was_taken_back_before_anybody_asked_was_never_there():
    drafts = [declared("N-1", MARCH, 10), held(APRIL, "N-1")]
    postings = PostingsHere(drafts, DEAL_IDS.__getitem__)

    postings.forget_from(1)
    del drafts[1:]

    assert seen(postings, "N-1") == [(0, 1, MARCH, 10, None)]
