"""What is given in another currency than its need's is converted at a rate, or refused."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from officer import Officer

from ledger.core.quantity import Unit
from ledger.deals.deal import offer_amount_to_hold
from ledger.interchange.mapping.given_units import Conversion, StatedAct

RULE = """
[about]
name = "payments"
title = "Payments"
source = "a test"
licence = "none"
[deals]
edition = "restate"
[[output]]
table = "given"
[output.columns]
need = "N-0001"
provider = {{ column = "who" }}
committed = {{ column = "committed"{round} }}
delivered = {{ column = "delivered" }}
unit = {{ column = "unit" }}
date = {{ column = "day" }}
"""
ROWS = ("A,100,,USD,2026-02-01", "A,,40.50,USD,2026-03-01", "A,,59.50,USD,2026-04-01")


@pytest.fixture
def fund(officer: Officer) -> Officer:
    officer.world.need("1000 EUR")
    return officer


def line_of(folder: Path, *rows: str, rounded: str = "") -> str:
    (folder / "rule.toml").write_text(RULE.format(round=rounded), encoding="utf-8")
    content = "\n".join(("who,committed,delivered,unit,day", *rows, ""))
    (folder / "payments.csv").write_text(content, encoding="utf-8")
    return f"import {folder}/payments.csv --rules {folder}/rule.toml --yes"


def test_both_sides_are_posted_at_the_rate_of_the_first_day(fund: Officer, tmp_path: Path) -> None:
    fund.says("rates add EUR USD 1.20 --on 2026-01-30")
    fund.says("rates add EUR USD 1.30 --on 2026-02-20")
    line = line_of(tmp_path, *ROWS)
    fund.says(line)
    assert fund.world.record("deal", "N-0001-A").exact_rate == Fraction("1.2")
    assert fund.world.stages("need", "N-0001")["delivered"] == 8333
    assert fund.world.stages("offer", "N-0001-A") == {"delivered": 10000}
    # A rate that is corrected later does not change a deal, nor what its file states.
    fund.says("rates add EUR USD 1.25 --on 2026-02-01")
    assert "all rows already" in fund.says(line)


def test_an_edition_posts_its_difference_at_the_rate_of_the_deal(
    fund: Officer, tmp_path: Path
) -> None:
    fund.says("rates add EUR USD 1.20 --on 2026-01-30")
    fund.says(line_of(tmp_path, "A,100,,USD,2026-02-01"))
    fund.says("rates add EUR USD 2 --on 2026-11-20")
    fund.says(line_of(tmp_path, "A,160,,USD,2026-02-01"))
    assert fund.world.stages("need", "N-0001")["committed"] == 13333
    assert fund.world.stages("offer", "N-0001-A")["committed"] in {15999, 16000}


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (ROWS, "No rate from EUR is known on 2026-02-01."),
        (("A,100,,km,2026-02-01",), "km is given to N-0001"),
        (("A,9,,USD,2026-02-01", "A,9,,JPY,2026-03-01"), "units: JPY, USD."),
        (("A,9,,USD,2026-02-01", "A,9,,EUR,2026-03-01"), "units: EUR, USD."),
    ],
)
def test_what_cannot_be_converted_is_refused(
    fund: Officer, tmp_path: Path, rows: tuple[str, ...], words: str
) -> None:
    with fund.world.unchanged():
        done = fund.tries(line_of(tmp_path, *rows))
    assert (done.code, words in done.err) == (3, True), done.err


@pytest.mark.only_on("sqlite")
def test_amounts_are_rounded_by_a_unit_of_the_ledger(fund: Officer, tmp_path: Path) -> None:
    fund.says("unit add seat --name seats --decimals 1")
    fund.says(
        "need add PRJ-0001 implementation '100 seat' --divisible yes --code N-SEAT --on 2026-01-10"
    )
    line = line_of(tmp_path, "A,12.345,,seat,2026-02-01", rounded=', round = "unit"')
    rule = tmp_path / "rule.toml"
    rule.write_text(rule.read_text().replace("N-0001", "N-SEAT"), encoding="utf-8")
    fund.says(line)
    assert fund.world.stages("need", "N-SEAT")["committed"] == 123


EUR, USD, JPY = (
    Unit(code, places, "money", code)
    for code, places in zip(("EUR", "USD", "JPY"), (2, 2, 0), strict=True)
)
AMOUNTS = st.integers(1, 10**7)


@given(
    st.sampled_from([(EUR, USD), (EUR, JPY), (JPY, EUR)]),
    st.fractions(min_value=Fraction(1, 300), max_value=300, max_denominator=10**6),
    st.lists(st.tuples(st.sampled_from(["committed", "delivered", "returned"]), AMOUNTS)),
)
def test_no_more_of_the_offer_is_taken_than_is_stated(units, rate, drawn) -> None:
    need, offer = units
    acts, committed, delivered = [], 0, 0
    for act, amount in drawn:
        if act == "committed":
            committed += amount
        elif act == "delivered":
            amount = min(amount, committed - delivered)  # noqa: PLW2901
            delivered += amount
        else:
            amount = min(amount, delivered)  # noqa: PLW2901
            delivered -= amount
        if amount:
            acts.append((act, amount))
    stated = [StatedAct(act, Decimal(amount).scaleb(-offer.decimals)) for act, amount in acts]
    needed = Conversion(need, offer, rate).needed(stated)
    parts = [int(one.scaleb(need.decimals)) for one in needed]
    holds = [part for (act, _), part in zip(acts, parts, strict=True) if act == "committed"]
    held = sum(offer_amount_to_hold(one, rate, need.decimals, offer.decimals) for one in holds)
    assert held <= committed
    there = {
        act: sum(p for (a, _), p in zip(acts, parts, strict=True) if a == act)
        for act in ("committed", "delivered", "returned")
    }
    assert 0 <= there["delivered"] - there["returned"] <= there["committed"]
    if delivered == committed and acts and acts[-1][0] == "delivered":
        assert there["delivered"] - there["returned"] == there["committed"]
