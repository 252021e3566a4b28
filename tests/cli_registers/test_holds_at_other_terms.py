"""A further hold of a pair, as typed: added to its deal at equal terms, else another deal."""

from __future__ import annotations

import pytest
from officer import Officer

HOLD = "deal introduce O-X N-X '1000 EUR' --until 2027-01-31"


@pytest.fixture
def pair(fund: Officer) -> Officer:
    """Give an officer with a need of 10,000 EUR and an offer of 10,000 USD."""
    fund.says("need add PRJ-0001 money '10000 EUR' --code N-X --on 2026-01-10")
    fund.says("offer add EDB money '10000 USD' --code O-X --on 2026-01-10")
    return fund


def test_another_rate_is_another_deal(pair: Officer) -> None:
    first = pair.asks(f"{HOLD} --rate 1.1")
    other = pair.asks(f"{HOLD} --rate 1.3")
    assert (first["deal"], other["deal"]) == ("D-0001", "D-0002")
    assert other["offer"]["held"] == "2400.00"
    shown = [pair.asks(f"deal show {deal}") for deal in ("D-0001", "D-0002")]
    assert [deal["rate"] for deal in shown] == ["1.1", "1.3"]


@pytest.mark.parametrize("again", ["1.1", "1.10", "01.100", "۱٫۱"])
def test_the_same_rate_written_otherwise_is_the_same_deal(pair: Officer, again: str) -> None:
    pair.says(f"{HOLD} --rate 1.10")
    receipt = pair.asks(f"{HOLD} --rate {again}")
    assert (receipt["deal"], receipt["offer"]["held"]) == ("D-0001", "2200.00")


def test_another_instrument_is_another_deal(pair: Officer) -> None:
    deals = [
        pair.asks(f"{HOLD} --rate 1.1 {instrument}")["deal"]
        for instrument in ("", "--instrument grant", "--instrument loan", "--instrument grant", "")
    ]
    assert deals == ["D-0001", "D-0002", "D-0003", "D-0002", "D-0001"]
