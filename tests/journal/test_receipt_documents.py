"""A receipt as a document: what was done is in it, and nothing that was not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from ledger.core.factors import Side, Stage
from ledger.core.quantity import Unit
from ledger.journal.balance import Balance
from ledger.journal.entries import Act, ActDetails, Draft, Movement
from ledger.journal.receipts import Note, Receipt, RegisterChange, act_terms, replayed

EUR = Unit("EUR", 2, "money", "Euro")
IRR = Unit("IRR", 0, "money", "Iranian rial")
UNITS = {"EUR": EUR, "IRR": IRR}
ALWAYS = {
    *("schema", "entry", "replayed", "deal", "need", "offer", "entries", "registers", "notes"),
}


def test_a_receipt_of_nothing_says_so() -> None:
    document = Receipt().as_document()

    assert set(document) == ALWAYS
    assert (document["entry"], document["entries"], document["need"]) == (None, [], None)
    assert document["replayed"] is False


def test_a_receipt_names_its_last_entry_and_where_both_sides_stand() -> None:
    need = Balance(Side.NEED, "N-0001", EUR, {Stage.OPEN: 150, Stage.HELD: 1})
    offer = Balance(Side.OFFER, "O-0001", EUR, {})
    change = RegisterChange("need", "N-0001", 2)
    document = Receipt(entries=(7, 9), need=need, offer=offer, registers=(change,)).as_document()

    assert (document["entry"], document["entries"]) == (9, [7, 9])
    assert document["need"]["open"] == "1.50"
    assert document["need"]["held"] == "0.01"
    assert set(document["offer"].values()) == {"O-0001", "EUR", "0.00"}
    assert document["registers"] == [{"kind": "need", "code": "N-0001", "version": 2}]


def test_a_receipt_has_the_parts_of_its_kind_of_write() -> None:
    assert Receipt(rows_written={"night_run": 1}).as_document()["laid_down"] == {"night_run": 1}
    assert set(Receipt(rows_written={}).as_document()) == ALWAYS
    assert Receipt(proposal="MAT-0001").as_document()["proposal"] == "MAT-0001"
    assert Receipt(counts={"needs": 0}).as_document()["counts"] == {"needs": 0}
    assert Receipt(seal={"size": 3}).as_document()["seal"] == {"size": 3}
    accepted = Receipt(lines=(), left_out=({"line": 2},)).as_document()
    assert (accepted["lines"], accepted["left_out"]) == ([], [{"line": 2}])


def test_notes_have_a_code_and_a_text_and_old_ones_are_replayed_with_a_code() -> None:
    note = {"code": "new-topic", "text": "Nothing else names the topic metro."}
    document = Receipt(notes=(Note(**note),)).as_document()

    assert document["notes"] == [note]
    assert replayed(document) == {**document, "replayed": True}
    old = replayed({**document, "notes": ["bnk.csv: 2 lines"]})
    assert old["notes"] == [{"code": "note", "text": "bnk.csv: 2 lines"}]


def moved(side: Side, source: Stage, target: Stage, amount: int, unit: Unit = EUR) -> Movement:
    return Movement(
        side=side,
        account="N-0001" if side is Side.NEED else "O-0001",
        unit=unit.code,
        from_stage=source,
        to_stage=target,
        amount=amount,
    )


REVISED = Draft(
    act=Act.REVISE,
    movements=(moved(Side.NEED, Stage.UNDECLARED, Stage.OPEN, 500),),
    details=ActDetails(effective_on=date(2026, 11, 23), reason="a second line"),
    total=1500,
)


def test_the_terms_of_a_revision_have_the_total_that_it_states() -> None:
    terms = act_terms(UNITS, REVISED)

    assert terms == {
        "act": "revise",
        "quantity": "15.00",
        "unit": "EUR",
        "effective_on": "2026-11-23",
        "reason": "a second line",
    }
    declared = replace(REVISED, act=Act.DECLARE)
    assert act_terms(UNITS, declared) == {**terms, "act": "declare"}
    # An unknown total is said to be none; a change that states no total says what it moves.
    assert act_terms(UNITS, replace(REVISED, total=0)) == {**terms, "quantity": None}
    assert act_terms(UNITS, replace(REVISED, total=None)) == {**terms, "quantity": "5.00"}


def test_the_terms_of_a_reversal_have_what_it_moves_back() -> None:
    reversed_ = replace(REVISED, act=Act.REVERSE, reverses=3, total=1000)
    terms = act_terms(UNITS, reversed_)

    assert (terms["quantity"], terms["reverses"]) == ("5.00", 3)


def test_the_terms_of_an_act_have_the_quantity_of_the_need_where_both_sides_move() -> None:
    of_need = moved(Side.NEED, Stage.OPEN, Stage.HELD, 100)
    of_offer = moved(Side.OFFER, Stage.AVAILABLE, Stage.HELD, 700, IRR)
    held = replace(REVISED, act=Act.INTRODUCE, movements=(of_offer, of_need), total=None)
    terms = act_terms(UNITS, held)

    assert (terms["quantity"], terms["unit"]) == ("1.00", "EUR")
    alone = act_terms(UNITS, replace(held, act=Act.EXPIRE, movements=(of_offer,)))
    assert (alone["quantity"], alone["unit"]) == ("700", "IRR")
