"""The offer's side of an imported deal: a quantity given for it says the rate, or agrees with it.

The first row of a deal settles the rate: with a quantity of each side it is their exact quotient. A
later row is compared with what is posted for it, since parts are rounded by the stages of the deal.
A row that a ledger exported has its rate and its number there, and is posted as it was.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Final

from ledger.core.factors import Side
from ledger.core.quantity import Unit
from ledger.deals.deal import decimal_rate, offer_amount_to_hold, significant_rate
from ledger.interchange.planning.context import Planning
from ledger.interchange.records import DealActRow
from ledger.journal.entries import Act

_COLUMN: Final = "offer_quantity"
_OPENS: Final = frozenset({Act.INTRODUCE, Act.COMMIT})


def offer_quantities_as_rates(planning: Planning, rows: Iterable[DealActRow]) -> list[DealActRow]:
    """Return the acts with the rates that quantities of both sides say, noting what disagrees."""
    opened = set(planning.holdings.deals)
    result = []
    for row in rows:
        units = _units_of(planning, row)
        of_ledger = row.sequence is not None and row.rate is not None
        if row.offer_quantity is not None and units is not None and not of_ledger:
            offer_amount = _whole_amount(planning, row, units[1])
            if offer_amount and row.amount and row.code not in opened and row.act in _OPENS:
                row = _with_rate(planning, row, offer_amount, *units)  # noqa: PLW2901
        opened.add(row.code)
        result.append(row)
    return result


def _units_of(planning: Planning, row: DealActRow) -> tuple[Unit, Unit] | None:
    need, offer = planning.terms_of(Side.NEED, row.need), planning.terms_of(Side.OFFER, row.offer)
    units = planning.holdings.of("units")
    if need is None or offer is None or {need.unit, offer.unit} - units.keys():
        return None
    return units[need.unit], units[offer.unit]


def _whole_amount(planning: Planning, row: DealActRow, unit: Unit) -> int | None:
    """Return the quantity of the offer in its smallest part; none is zero or a fraction of one."""
    amount = Fraction(row.offer_quantity or 0) * 10**unit.decimals
    if amount.denominator == 1 and amount > 0:
        return int(amount)
    what = (
        f"{row.offer_quantity} is no quantity in {unit.code}, which has {unit.decimals} decimals."
    )
    planning.problem(row.place, _COLUMN, "bad-number", what)
    return None


def _with_rate(
    planning: Planning, row: DealActRow, offer_amount: int, need_unit: Unit, offer_unit: Unit
) -> DealActRow:
    """Return the row with the quotient of both quantities, unless it has a rate that gives them."""
    quotient = Fraction(offer_amount, row.amount) * Fraction(10) ** (
        need_unit.decimals - offer_unit.decimals
    )
    given = Fraction(1) if need_unit.code == offer_unit.code else row.rate
    if given is None:
        return row._replace(rate=quotient)
    decimals = need_unit.decimals, offer_unit.decimals
    if offer_amount_to_hold(row.amount, Fraction(given), *decimals) == offer_amount:
        return row
    rounded = significant_rate(decimal_rate(quotient))
    if need_unit.code != offer_unit.code and rounded == significant_rate(
        decimal_rate(Fraction(given))
    ):
        return row._replace(rate=quotient)
    what = (
        f"At the rate {given} the offer's side of this row is not {row.offer_quantity} "
        f"{offer_unit.code}; the two quantities say {rounded:f}."
    )
    planning.problem(row.place, _COLUMN, "rates-differ", what, "Leave one of the cells empty.")
    return row
