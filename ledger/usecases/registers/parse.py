"""Terms of registers as typed: text by column, parsed like the cells of an import."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any, Final

from ledger.core.dates import FutureDate, OutOfOrder
from ledger.core.errors import Detail, InvalidInput
from ledger.core.quantity import Quantity, Unit, find_unit, format_amount, parse_quantity
from ledger.core.quantity_errors import BadQuantity, MissingUnit
from ledger.interchange.cells import Cells, Lookups, neutral_text
from ledger.interchange.problems import ImportProblem, Place
from ledger.interchange.registers import read_record
from ledger.journal.moves import WrongUnit
from ledger.registers.spec import Kind
from ledger.registers.table import REGISTERS
from ledger.store.session.unit_of_work import UnitOfWork

TICKETS = ("min_ticket", "max_ticket")
_NOT_KNOWN = "?"
FREE_TEXT = frozenset({Kind.TEXT, Kind.TEXTS})


class BadTerms(InvalidInput, code="bad-terms"):
    """One or more terms of a record are not valid."""

    default_why = "Every term is checked before anything is written, and nothing was."
    default_next = "Correct what is named and run the command again."


def refusal_of(problems: Iterable[ImportProblem]) -> InvalidInput:
    """Build one refusal of all problems, with each next step once; details give their codes.

    It is `FutureDate` or `OutOfOrder` where nothing else is wrong, else `BadTerms`.
    """
    every = list(problems)
    codes = {one.code for one in every}
    known = _REFUSALS.get(codes.pop(), BadTerms) if len(codes) == 1 else BadTerms
    descriptions = [f"{one.column}: {one.what}" if one.column else one.what for one in every]
    next_steps = dict.fromkeys(one.next for one in every if one.next)
    refusal = known(" ".join(descriptions), next_step=" ".join(next_steps) or None)
    names = ("column", "code", "what", "next")
    parts = [{name: getattr(one, name) for name in names} for one in every]
    # The refusal's first sentence has their lines.
    refusal.faults = tuple(Detail("", one) for one in parts)
    return refusal


_REFUSALS: Final[Mapping[str, type[InvalidInput]]] = {
    one.code: one for one in (FutureDate, OutOfOrder)
}
"""Refusals that have a code of their own where they are all that is wrong."""


@dataclass(frozen=True, slots=True)
class TypedTerms:
    """Terms as typed: text by canonical column; an empty text removes a term.

    Days are ISO 8601; quantity and tickets have their unit. `shown` is the name of a column on
    the officer's screen; without one, the name is that of its option.
    """

    terms: Mapping[str, str]
    shown: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def name_of(self, column: str) -> str:
        """Return the name of a column on the officer's screen."""
        return self.shown.get(column) or f"--{column.replace('_', '-')}"

    def dated(self, column: str, day: date) -> TypedTerms:
        """Return the terms with a day in a column that was not typed: it is the day of --on."""
        if self.terms.get(column):
            return self
        terms = {**self.terms, column: day.isoformat()}
        return TypedTerms(terms, {**self.shown, column: "--on"})


def as_cells(kind: str, typed_terms: TypedTerms) -> dict[str, str]:
    """Return typed terms as cells of the canonical table; typed text is taken literally."""
    columns = REGISTERS[kind].column
    return {
        column: neutral_text(text.strip()) if columns[column].kind in FREE_TEXT else text.strip()
        for column, text in typed_terms.terms.items()
    }


def parse_record(
    uow: UnitOfWork, kind: str, cells: Mapping[str, str | None], typed_terms: TypedTerms
) -> tuple[Any, int | None]:
    """Return a record and its quantity in smallest parts, None for unknown. Raises `BadTerms`."""
    return read_terms(Lookups(uow.units, uow.today), kind, cells, _Names(kind, typed_terms))


def read_terms(
    lookups: Lookups,
    kind: str,
    cells: Mapping[str, str | None],
    names: Mapping[str, str] = MappingProxyType({}),
) -> tuple[Any, int | None]:
    """Read a record and its quantity as an import does. Raises `BadTerms`."""
    filled = {column: text for column, text in cells.items() if text}
    result = read_record(REGISTERS[kind], Cells(Place("", 0), filled, lookups, names))
    if lookups.problems:
        raise refusal_of(lookups.problems)
    return result


class _Names(dict[str, str]):
    """The names of columns on the officer's screen, made when a problem asks for one."""

    def __init__(self, kind: str, typed_terms: TypedTerms) -> None:
        """Take the names from typed terms of a register."""
        super().__init__()
        self._has_quantity = REGISTERS[kind].has_quantity
        self._typed_terms = typed_terms

    def get(self, column: str, default: Any = None) -> Any:
        """Give the name of a column."""
        del default
        # The unit of a quantity is typed behind its amount.
        typed = "quantity" if column == "unit" and self._has_quantity else column
        return self._typed_terms.name_of(typed)


def is_unknown(typed: str) -> bool:
    """Say whether a quantity was typed as unknown: `?` or `? EUR`."""
    return typed.strip().startswith(_NOT_KNOWN)


def typed_quantity(uow: UnitOfWork, typed: str) -> tuple[Unit, str | None]:
    """Read `40M EUR` as a unit and a plain amount; `? EUR` names the unit, the amount unknown."""
    text = typed.strip()
    if not text.startswith(_NOT_KNOWN):
        quantity = parse_quantity(text, uow.units)
        return quantity.unit, format_amount(quantity.amount, quantity.unit.decimals)
    unit = text.removeprefix(_NOT_KNOWN).strip()
    if not unit:
        raise MissingUnit(
            "A quantity that is not known yet has no unit.",
            why="What is counted is known before how much of it: euros, person-days, kilometres.",
            next_step='Name the unit behind the question mark: "? EUR".',
        )
    return find_unit(unit, uow.units), None


def put_tickets(
    uow: UnitOfWork, cells: dict[str, str], unit: Unit, typed_terms: TypedTerms
) -> None:
    """Turn typed tickets into plain amounts. Raises `WrongUnit` where not in the offer's unit."""
    for column in TICKETS:
        if cells.get(column):
            quantity = parse_named(uow.units, typed_terms.name_of(column), cells[column], unit)
            cells[column] = format_amount(quantity.amount, unit.decimals)


def parse_named(
    units: Mapping[str, Unit], name: str, text: str, unit: Unit, default_unit: Unit | None = None
) -> Quantity:
    """Parse a quantity in a unit; errors name it. Raises `WrongUnit` and `BadQuantity`."""
    try:
        quantity = parse_quantity(text, units, default_unit=default_unit)
    except BadQuantity as error:
        raise error.with_what(f"{name}: {error.what}") from error
    if quantity.unit.code != unit.code:
        raise WrongUnit(
            f"{name} is in {quantity.unit.code}, not in {unit.code}.",
            next_step=f"Give it in {unit.code}.",
        )
    return quantity
