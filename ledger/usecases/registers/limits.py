"""Limits as typed and as imported: their terms have to fit each other."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from ledger.core.numbers import normalise_digits
from ledger.core.quantity import find_unit, format_amount, parse_quantity
from ledger.core.quantity_errors import quote_text
from ledger.limits.caps import FLOOR, NUMBER, QUANTITY, SHARE, BadLimit
from ledger.limits.scope import read_scope
from ledger.registers.records import Limit
from ledger.store.session.unit_of_work import UnitOfWork


def put_value(uow: UnitOfWork, cells: dict[str, str], measure: str = "") -> None:
    """Turn a typed value with its unit, or in percent, into the cells of the table.

    `measure` is that of the limit that is edited. Raises `BadLimit`, and what `parse_quantity`
    raises.
    """
    typed = normalise_digits(cells.get("value", "").strip())
    if typed.endswith("%"):
        measure = cells.get("measure", measure).strip().casefold()
        if measure in {QUANTITY, NUMBER}:
            raise BadLimit(
                f"{typed} cannot be the value of a {measure}.",
                next_step="Only a share is in percent: give a plain value, or measure a share.",
            )
        try:
            cells["value"] = f"{(Decimal(typed.removesuffix('%').strip()) / 100).normalize():f}"
        except InvalidOperation:
            return  # the cell is refused as it is
    elif any(letter.isalpha() for letter in typed):
        if cells.get("unit"):
            raise BadLimit(
                f"{quote_text(typed)} is not a plain number, as the value beside --unit has to be.",
                why="A quantity is typed with its unit, or as plain digits beside --unit.",
                next_step='Leave --unit out, and give the value with its unit: "40M EUR"',
            )
        quantity = parse_quantity(typed, uow.units)
        cells["value"] = format_amount(quantity.amount, quantity.unit.decimals)
        cells["unit"] = quantity.unit.code


def require_limit(uow: UnitOfWork, limit: Limit) -> None:
    """Refuse a limit whose terms do not fit each other. Raises `BadLimit`.

    Raises what reading a filter raises, and `UnknownUnit`.
    """
    if limit.kind == FLOOR and limit.measure == SHARE and limit.per not in {None, "project"}:
        raise BadLimit(
            f"Limit {limit.code} is a floor that nothing holds to.",
            why="A floor of a share is one of the money of each project; of several projects "
            "together it would bind nothing.",
            next_step="Give a share without --per, or measure a quantity.",
        )
    if limit.measure == QUANTITY:
        if limit.unit is None:
            raise BadLimit(
                f"Limit {limit.code} of a quantity has no unit.",
                next_step='Give the value with its unit: "40M EUR"',
            )
        find_unit(limit.unit, uow.units)
    elif limit.unit is not None:
        raise BadLimit(
            f"Limit {limit.code} of a {limit.measure} has a unit.",
            why="A number counts projects, and a share is a part of the project's own money.",
            next_step="Leave the unit out, or measure a quantity.",
        )
    if limit.measure == NUMBER and (limit.value != int(limit.value) or limit.per == "project"):
        raise BadLimit(
            f"Limit {limit.code} cannot count projects so.",
            why="A number of projects is whole, and is not counted for each project by itself.",
            next_step="Give a whole number, and another --per or none.",
        )
    if limit.measure == SHARE and not 0 < limit.value <= 1:
        raise BadLimit(
            f"The share {limit.value} of limit {limit.code} is not above 0 and up to 1.",
            next_step="Write a quarter as 0.25 or 25%.",
        )
    if limit.value < 0:
        raise BadLimit(f"Limit {limit.code} is below zero.", next_step="Give what is allowed.")
    read_scope("offers", limit.offers)
    read_scope("projects", limit.projects)
