"""Units of money and work, and finding one by what was typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from ledger.quantity_errors import AmbiguousUnit, UnknownUnit, shown

CURRENCY_SIGNS: Final = "€$£¥₤₹₺₩﷼"
"""Signs people put for a currency. None is accepted: many currencies share one."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of money or work; `decimals` says how far its smallest part divides it."""

    code: str
    decimals: int
    kind: Literal["money", "work"]
    name: str


def find_unit(text: str, units: Mapping[str, Unit]) -> Unit:
    """Find a unit by its code, exact first, then in any case; raises UnknownUnit with nearest."""
    unit = match_unit(text, units)
    if unit is None:
        raise unknown_unit(text, units)
    return unit


def match_unit(text: str, units: Mapping[str, Unit]) -> Unit | None:
    """Match exactly, else in any case, else as the plain plural of a unit of work.

    Gives None where nothing fits; raises AmbiguousUnit where only capitals would tell.
    """
    if (unit := units.get(text)) is not None:
        return unit
    key = text.casefold()
    alike = [unit for code, unit in units.items() if code.casefold() == key]
    if len(alike) > 1:
        codes = ", ".join(sorted(unit.code for unit in alike))
        raise AmbiguousUnit(
            f"{shown(text)} fits several units: {codes}.",
            why="They differ only in their capitals.",
            next_step="Write the unit with its exact capitals.",
        )
    if alike:
        return alike[0]
    plural = [u for c, u in units.items() if u.kind == "work" and f"{c}s".casefold() == key]
    return plural[0] if len(plural) == 1 else None


def unknown_unit(text: str, units: Mapping[str, Unit]) -> UnknownUnit:
    """Build the refusal of a unit, with the nearest codes where there are any."""
    from difflib import get_close_matches  # noqa: PLC0415 - only where something went wrong

    if text in CURRENCY_SIGNS:
        return UnknownUnit(
            f"{shown(text)} is no unit.",
            why="Currencies are named by their ISO 4217 code; many of them share one sign.",
            next_step="Write the code: USD, EUR, GBP, IRR.",
        )
    codes = {code.casefold(): code for code in units}
    typed = "-".join(text.casefold().split())
    # A part of a unit's name says more than likeness does: days are not Argentine pesos.
    parts = [key for key in codes if typed.removesuffix("s") in key.split("-")]
    near = parts or get_close_matches(typed, codes, n=3, cutoff=0.5)
    nearest = " or ".join(codes[key] for key in near)
    return UnknownUnit(
        f"{shown(text)} is no known unit.",
        why="It is not in the ledger's table of units.",
        next_step=f"Did you mean {nearest}?" if near else None,
    )
