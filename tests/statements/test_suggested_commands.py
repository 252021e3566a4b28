"""The command that is suggested for a difference between a statement and the ledger."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from ledger.core.factors import Side
from ledger.core.quantity import Quantity, Unit
from ledger.core.text import normalised_code
from ledger.statements.differences import Difference, FindingKind
from ledger.statements.facts import DealEntry, DealFacts, Lapse, LedgerFacts
from ledger.statements.lines import LineKind, StatementLine
from ledger.statements.suggestions import suggested_command

TODAY, DAY, BEFORE = date(2026, 11, 23), date(2026, 11, 20), date(2026, 11, 19)
EUR, USD = Unit("EUR", 2, "money", "Euro"), Unit("USD", 2, "money", "US dollar")
JPY = Unit("JPY", 0, "money", "Yen")
DEAL = DealFacts(
    code="D-0001",
    offer="O-0001",
    need="N-0001",
    provider="BNK",
    need_unit=EUR,
    offer_unit=EUR,
    held=20_00,
    committed=50_00,
    delivered=50_00,
)


def line(amount: int, kind: LineKind = LineKind.DELIVERY, **terms: Any) -> StatementLine:
    given = {"unit": EUR, "day": DAY, "reference": "Letter", **terms}
    return StatementLine(
        provider="BNK", statement="S-1", number="7", kind=kind, amount=amount, **given
    )


def command_of(
    told: StatementLine, recorded: int | None = None, deal: DealFacts | None = DEAL
) -> str | None:
    """Give the command for a line that is unknown, or that differs from an act of so much."""
    code = None if deal is None else deal.code
    act = None
    if recorded is None:
        difference = Difference(kind=FindingKind.UNKNOWN, lines=(told,), deal=code)
    else:
        act = DealEntry(
            number=3,
            deal="D-0001",
            kind=told.kind,
            day=DAY,
            need_amount=recorded,
            offer_amount=recorded,
            reference="Letter",
        )
        difference = Difference(
            kind=FindingKind.AMOUNT, lines=(told,), entries=(act,), deal="D-0001"
        )
    return suggested_command("BNK", difference, facts_of(deal, act), TODAY)


def facts_of(deal: DealFacts | None, *acts: DealEntry | None) -> LedgerFacts:
    """Give the ledger's side: one deal or none, and 1,000 free on each of some sides."""
    sides = {Side.NEED: ("N-0001", "N-1", "N-2"), Side.OFFER: ("O-0001", "O-1", "O-2")}
    unit = EUR if deal is None else deal.offer_unit
    units = {Side.NEED: EUR, Side.OFFER: unit}
    return LedgerFacts(
        deals={} if deal is None else {normalised_code(deal.code): deal},
        entries=tuple(act for act in acts if act is not None),
        free={
            (side, normalised_code(code)): Quantity(1000_00, units[side])
            for side, codes in sides.items()
            for code in codes
        },
    )


ON = "--on 2026-11-20 --reference Letter"
COMMIT = LineKind.COMMITMENT


@pytest.mark.parametrize(
    ("told", "recorded", "words"),
    [
        (line(1), None, f"deliver D-0001 '0.01 EUR' {ON}"),
        (line(50_00), None, f"deliver D-0001 '50.00 EUR' {ON}"),
        (line(50_01), None, None),
        (line(-1), None, f"return D-0001 '0.01 EUR' {ON}"),
        (line(-50_00), None, f"return D-0001 '50.00 EUR' {ON}"),
        (line(-50_01), None, None),
        (line(40_00), 30_00, f"deliver D-0001 '10.00 EUR' {ON}"),
        (line(30_00), 40_00, f"return D-0001 '10.00 EUR' {ON}"),
        (line(30_01), 30_00, f"deliver D-0001 '0.01 EUR' {ON}"),
        (line(29_99), 30_00, f"return D-0001 '0.01 EUR' {ON}"),
        (line(30_00), 30_00, None),
        (line(20_00, COMMIT), None, f"commit D-0001 '20.00 EUR' {ON}"),
        (line(20_01, COMMIT), None, f"introduce O-0001 N-0001 '20.01 EUR' --commit {ON}"),
        (line(30_00, COMMIT), 40_00, f"release D-0001 '10.00 EUR' --committed {ON}"),
        (line(29_99, COMMIT), 30_00, f"release D-0001 '0.01 EUR' --committed {ON}"),
        (
            line(1, reference=None),
            None,
            "deliver D-0001 '0.01 EUR' --on 2026-11-20 --reference S-1/7",
        ),
    ],
)
def test_a_line_of_a_deal_is_settled_by_an_act_of_it(told, recorded, words):
    assert command_of(told, recorded) == (None if words is None else f"cityfund deal {words}")


def test_of_a_deal_with_nothing_on_hold_or_committed_nothing_is_committed_or_delivered():
    empty = DealFacts(
        code="D-0001", offer="O-1", need="N-1", provider="BNK", need_unit=EUR, offer_unit=EUR
    )

    assert command_of(line(1), deal=empty) is None
    assert command_of(line(-1), deal=empty) is None
    introduced = f"cityfund deal introduce O-1 N-1 '0.01 EUR' --commit {ON}"
    assert command_of(line(1, COMMIT), deal=empty) == introduced


def test_an_act_in_the_future_is_dated_today():
    today = "cityfund deal deliver D-0001 '0.01 EUR' --reference S-1/7"
    assert command_of(line(1, day=date(2026, 11, 24))) == today
    assert "--on" in str(command_of(line(1, day=TODAY)))


def test_an_amount_in_the_offers_currency_is_given_in_the_needs():
    in_yen = replace(DEAL, offer_unit=JPY, rate=Fraction(160))
    in_dollars = replace(DEAL, offer_unit=USD, rate=Fraction(2))

    assert "'10.00 EUR'" in str(command_of(line(1600, unit=JPY), deal=in_yen))
    assert "'10.00 EUR'" in str(command_of(line(20_00, unit=USD), deal=in_dollars))
    assert "'10.00 EUR'" in str(command_of(line(10_00), deal=in_dollars))
    assert command_of(line(20_00, unit=USD), deal=in_yen) is None


def test_a_commitment_of_no_deal_is_introduced_where_both_sides_are_named():
    both = line(1, COMMIT, offer="O-2", need="N-2")
    introduced = f"cityfund deal introduce O-2 N-2 '0.01 EUR' --commit {ON}"

    assert command_of(both, deal=None) == introduced
    cited = introduced.replace("Letter", "S-1/7")
    assert command_of(replace(both, reference=None), deal=None) == cited
    ahead = replace(both, day=date(2026, 11, 24))
    assert command_of(ahead, deal=None) == cited.replace(" --on 2026-11-20", "")
    assert command_of(replace(both, offer=None), deal=None) is None
    assert command_of(replace(both, need=None), deal=None) is None
    assert command_of(replace(both, amount=-1), deal=None) is None
    assert command_of(replace(both, kind=LineKind.DELIVERY), deal=None) is None


@pytest.mark.parametrize(
    ("theirs", "ours", "reference"),
    [
        ("Letter", "Letter", "Letter"),
        ("Letter", "Note", "S-1/7"),
        ("Letter", None, "S-1/7"),
        (None, "Letter", "S-1/7"),
        (None, None, "S-1/7"),
    ],
)
def test_a_correction_has_the_reference_that_both_have(theirs, ours, reference):
    act = DealEntry(number=3, deal="D-0001", kind=LineKind.DELIVERY, day=DAY, need_amount=30_00,
                    offer_amount=30_00, reference=ours)  # fmt: skip
    told = line(40_00, reference=theirs)
    difference = Difference(kind=FindingKind.AMOUNT, lines=(told,), entries=(act,), deal="D-0001")

    command = suggested_command("BNK", difference, facts_of(DEAL, act), TODAY)

    assert str(command).endswith(f"'10.00 EUR' --on 2026-11-20 --reference {reference}")


def test_a_further_part_is_introduced_at_the_rate_and_instrument_of_its_deal():
    in_dollars = replace(DEAL, offer_unit=USD, rate=Fraction(5, 4), instrument="loan")
    told = line(30_00, COMMIT)

    assert command_of(told, deal=in_dollars) == (
        "cityfund deal introduce O-0001 N-0001 '30.00 EUR' --commit --instrument loan"
        f" --rate 1.25 {ON}"
    )
    no_decimal = replace(in_dollars, rate=Fraction(1, 3))
    assert command_of(told, deal=no_decimal) is None


def test_nothing_is_introduced_beyond_what_the_two_sides_have_free():
    in_dollars = replace(DEAL, offer_unit=USD, rate=Fraction(5, 4))

    assert command_of(line(800_00, COMMIT), deal=in_dollars) is not None
    assert command_of(line(800_01, COMMIT), deal=in_dollars) is None
    assert command_of(line(1000_00, COMMIT)) is not None
    assert command_of(line(1000_01, COMMIT)) is None
    both = {"offer": "O-2", "need": "N-2"}
    assert command_of(line(1000_00, COMMIT, **both), deal=None) is not None
    assert command_of(line(1000_01, COMMIT, **both), deal=None) is None
    assert command_of(line(1, COMMIT, **both, unit=USD), deal=None) is None


def test_an_act_that_is_recorded_already_is_recorded_again():
    act = DealEntry(number=3, deal="D-0001", kind=LineKind.DELIVERY, day=DAY, need_amount=30_00,
                    offer_amount=30_00, reference="LETTER")  # fmt: skip
    told = line(30_00)
    difference = Difference(kind=FindingKind.UNKNOWN, lines=(told,), deal="D-0001")

    def command(*acts: DealEntry) -> str:
        return str(suggested_command("BNK", difference, facts_of(DEAL, *acts), TODAY))

    assert command(act).endswith("--reference Letter --again")
    for other in ({"day": BEFORE}, {"need_amount": 1}, {"reference": None}, {"deal": "D-2"}):
        assert command(replace(act, **other)).endswith("--reference Letter")


def test_a_commitment_of_several_deals_is_recorded_again():
    deals = [replace(DEAL, code=f"D-{n}") for n in (1, 2)]
    act = DealEntry(number=3, deal="D-2", kind=COMMIT, day=DAY, need_amount=30_00,
                    offer_amount=30_00, reference="Letter")  # fmt: skip
    told = line(30_00, COMMIT, offer="o-0001", need="N-0001")
    facts = replace(facts_of(None, act), deals={normalised_code(one.code): one for one in deals})
    difference = Difference(kind=FindingKind.UNKNOWN, lines=(told,))

    assert str(suggested_command("BNK", difference, facts, TODAY)).endswith("Letter --again")
    first = replace(facts, entries=())
    assert str(suggested_command("BNK", difference, first, TODAY)).endswith("--reference Letter")


@pytest.mark.parametrize(
    ("kind", "amount", "stage"),
    [
        (LineKind.DELIVERY, 50_00, "delivered"),
        (LineKind.DELIVERY, -50_00, "committed"),
        (LineKind.COMMITMENT, 50_00, "committed"),
    ],
)
def test_an_act_is_reversed_only_while_what_it_moved_is_there(kind, amount, stage):
    act = DealEntry(number=3, deal="D-0001", kind=kind, day=DAY, need_amount=amount,
                    offer_amount=amount)  # fmt: skip
    difference = Difference(kind=FindingKind.MISSING, entries=(act,), deal="D-0001")

    def command(deal: DealFacts) -> str | None:
        return suggested_command("BNK", difference, facts_of(deal, act), TODAY)

    assert command(DEAL) == "cityfund journal reverse 3 --reason 'in no statement of BNK'"
    assert command(replace(DEAL, **{stage: 49_99})) is None


def test_a_release_is_reversed_only_while_the_two_sides_have_it_free():
    def command(amount: int) -> str | None:
        act = DealEntry(number=3, deal="D-0001", kind=COMMIT, day=DAY, need_amount=amount,
                        offer_amount=amount)  # fmt: skip
        difference = Difference(kind=FindingKind.MISSING, entries=(act,), deal="D-0001")
        return suggested_command("BNK", difference, facts_of(DEAL, act), TODAY)

    assert command(-1000_00) is not None
    assert command(-1000_01) is None


def test_an_act_of_the_smallest_part_is_reversed_where_it_moved_it():
    paid = DealEntry(number=3, deal="D-0001", kind=LineKind.DELIVERY, day=DAY, need_amount=1,
                     offer_amount=1)  # fmt: skip
    difference = Difference(kind=FindingKind.MISSING, entries=(paid,), deal="D-0001")
    delivered = replace(DEAL, committed=0, delivered=1)
    committed = replace(DEAL, committed=1, delivered=0)

    for deal, is_reversed in ((delivered, True), (committed, False)):
        command = suggested_command("BNK", difference, facts_of(deal, paid), TODAY)
        assert (command is not None) is is_reversed


def free(need: int, offer: int, unit: Unit = EUR) -> dict[tuple[Side, str], Quantity]:
    """Give what the sides of the deal, and two others, have free."""
    return {
        (side, normalised_code(code)): quantity
        for side, codes, quantity in (
            (Side.NEED, ("N-0001", "N-2"), Quantity(need, EUR)),
            (Side.OFFER, ("O-0001", "O-2"), Quantity(offer, unit)),
        )
        for code in codes
    }


@pytest.mark.parametrize(
    ("need", "offer", "is_introduced"),
    [(30_00, 30_00, True), (29_99, 30_00, False), (30_00, 29_99, False)],
)
def test_a_new_deal_takes_what_both_sides_have_free(need, offer, is_introduced):
    told = line(30_00, COMMIT, offer="O-2", need="N-2")
    facts = replace(facts_of(None), free=free(need, offer))

    command = suggested_command(
        "BNK", Difference(kind=FindingKind.UNKNOWN, lines=(told,)), facts, TODAY
    )

    assert (command is not None) is is_introduced


SIGNED = f"cityfund deal commit D-0001 '30.00 EUR' {ON}"
ANEW = "cityfund deal introduce O-0001 N-0001 '30.00 EUR' --commit"
AFTER = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("terms", "need", "offer", "expected"),
    [
        ({"held": 30_00, "held_until": DAY}, 0, 0, SIGNED),
        ({"held": 30_00, "held_until": BEFORE}, 0, 0, None),
        ({"held": 30_00, "held_until": BEFORE}, 30_00, 30_00, f"{ANEW} {ON}"),
        ({"lapses": (Lapse(AFTER, 30_00),)}, 30_00, 30_00, SIGNED),
        ({"lapses": (Lapse(AFTER, 30_00),)}, 30_00, 29_99, None),
        ({"lapses": (Lapse(AFTER, 30_00),)}, 29_99, 30_00, None),
        ({"lapses": (Lapse(AFTER, 30_00, passed_on=True),)}, 30_00, 0, SIGNED),
        ({"lapses": (Lapse(AFTER, 30_00, passed_on=True),)}, 29_99, 0, None),
        ({"held": 20_00, "lapses": (Lapse(AFTER, 10_00),)}, 10_00, 10_00, SIGNED),
        ({"held": 20_00, "lapses": (Lapse(AFTER, 9_99),)}, 10_00, 10_00, None),
        ({"lapses": (Lapse(BEFORE, 1), Lapse(AFTER, 30_00))}, 30_00, 30_00, SIGNED),
        ({"lapses": (Lapse(DAY, 30_00),)}, 30_00, 30_00, f"{ANEW} {ON}"),
        ({"lapses": (Lapse(BEFORE, 30_00),)}, 30_00, 30_00, f"{ANEW} {ON}"),
        (
            {"lapses": (Lapse(AFTER, 29_99),)},
            *(30_00, 30_00),
            f"{ANEW} --on 2026-11-21 --reference S-1/7",
        ),
    ],
)
def test_a_hold_that_lapsed_after_the_day_of_a_commitment_is_committed(
    terms, need, offer, expected
):
    deal = replace(DEAL, **{"held": 0, **terms})
    difference = Difference(kind=FindingKind.UNKNOWN, lines=(line(30_00, COMMIT),), deal="D-0001")
    facts = replace(facts_of(deal), free=free(need, offer))

    assert suggested_command("BNK", difference, facts, TODAY) == expected


@pytest.mark.parametrize("passed_on", [True, False])
def test_of_a_lapsed_hold_that_cannot_be_restored_not_the_smallest_part_is(passed_on):
    deal = replace(DEAL, held=0, lapses=(Lapse(AFTER, 30_00, passed_on),))
    difference = Difference(kind=FindingKind.UNKNOWN, lines=(line(1, COMMIT),), deal="D-0001")
    anew = "cityfund deal introduce O-0001 N-0001 '0.01 EUR' --commit"

    command = suggested_command("BNK", difference, replace(facts_of(deal), free=free(1, 1)), TODAY)

    assert command == f"{anew} --on 2026-11-21 --reference S-1/7"


def test_a_lapsed_hold_of_sides_that_are_not_known_is_not_restored():
    deal = replace(DEAL, held=0, lapses=(Lapse(AFTER, 30_00, passed_on=True),))
    difference = Difference(kind=FindingKind.UNKNOWN, lines=(line(30_00, COMMIT),), deal="D-0001")

    facts = replace(facts_of(deal), free={})

    assert suggested_command("BNK", difference, facts, TODAY) is None


@pytest.mark.parametrize(
    ("on", "lowest"), [(9, 0), (10, 50), (12, 50), (20, 50), (24, 50), (25, 80), (30, 80)]
)
def test_what_may_be_delivered_on_a_day_is_the_least_committed_from_then_on(on, lowest):
    changes = [
        *((COMMIT, 70, 10), (COMMIT, 30, 10), (LineKind.DELIVERY, 30, 12)),
        *((LineKind.DELIVERY, 20, 20), (LineKind.DELIVERY, -30, 25)),
    ]
    acts = [
        DealEntry(number=number, deal="D-0001", kind=kind, day=date(2026, 11, day),
                  need_amount=amount, offer_amount=amount)
        for number, (kind, amount, day) in enumerate(changes, start=1)
    ]  # fmt: skip
    deal = replace(DEAL, committed=80)

    assert facts_of(deal, *acts).lowest_committed(deal, date(2026, 11, on)) == lowest


def test_a_new_deal_takes_any_amount_that_an_offer_in_another_unit_has():
    told = line(30_00, COMMIT, offer="O-2", need="N-2")
    difference = Difference(kind=FindingKind.UNKNOWN, lines=(told,))

    for left, is_introduced in ((1, True), (0, False)):
        facts = replace(facts_of(None), free=free(30_00, left, USD))
        command = suggested_command("BNK", difference, facts, TODAY)
        assert (command is not None) is is_introduced
