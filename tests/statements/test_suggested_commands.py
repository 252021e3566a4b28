"""The command that is suggested for a difference between a statement and the ledger."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from ledger.core.quantity import Unit
from ledger.statements.describe import suggested_command
from ledger.statements.lines import (
    DealEntry,
    DealFacts,
    Difference,
    FindingKind,
    LineKind,
    StatementLine,
)

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
    if recorded is None:
        difference = Difference(kind=FindingKind.UNKNOWN, lines=(told,))
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
        difference = Difference(kind=FindingKind.AMOUNT, lines=(told,), entries=(act,))
    return suggested_command("BNK", difference, deal, TODAY)


ON = "--on 2026-11-20 --reference Letter"
COMMIT = LineKind.COMMITMENT


@pytest.mark.parametrize(
    ("told", "recorded", "words"),
    [
        (line(1), None, f"deliver D-0001 '0.01 EUR' {ON}"),
        (line(50_00), None, f"deliver D-0001 '50.00 EUR' {ON}"),
        (line(50_01), None, None),
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
    difference = Difference(kind=FindingKind.AMOUNT, lines=(told,), entries=(act,))

    command = suggested_command("BNK", difference, DEAL, TODAY)

    assert str(command).endswith(f"'10.00 EUR' --on 2026-11-20 --reference {reference}")
