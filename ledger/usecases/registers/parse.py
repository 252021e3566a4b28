"""Terms of registers as typed: text by column, parsed like the cells of an import."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from ledger.core.errors import InvalidInput
from ledger.core.quantity import Unit, find_unit, format_amount, parse_quantity
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
_FREE_TEXT = frozenset({Kind.TEXT, Kind.TEXTS})


class BadTerms(InvalidInput, code="bad-terms"):
    """One or more terms of a record are not valid."""

    default_why = "Every term is checked before anything is written, and nothing was."
    default_next = "Correct what is named and run the command again."

    @classmethod
    def of(cls, problems: Iterable[ImportProblem]) -> BadTerms:
        """Build one refusal of all problems, with each next step once."""
        found = list(problems)
        descriptions = [f"{one.column}: {one.what}" if one.column else one.what for one in found]
        ways = dict.fromkeys(one.next for one in found if one.next)
        return cls(" ".join(descriptions), next_step=" ".join(ways) or None)


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
        typed = "quantity" if column == "unit" else column  # a unit is typed behind its amount
        return self.shown.get(typed) or f"--{typed.replace('_', '-')}"


def as_cells(kind: str, typed_terms: TypedTerms) -> dict[str, str]:
    """Return typed terms as cells of the canonical table; typed text is taken literally."""
    columns = REGISTERS[kind].column
    return {
        column: neutral_text(text.strip()) if columns[column].kind in _FREE_TEXT else text.strip()
        for column, text in typed_terms.terms.items()
    }


def parse_record(
    uow: UnitOfWork, kind: str, cells: Mapping[str, str | None], typed_terms: TypedTerms
) -> Any:
    """Return the record of a register that the cells describe. Raises `BadTerms`."""
    record, _ = parse_measured_record(uow, kind, cells, typed_terms)
    return record


def parse_measured_record(
    uow: UnitOfWork, kind: str, cells: Mapping[str, str | None], typed_terms: TypedTerms
) -> tuple[Any, int | None]:
    """Return a record and its quantity in smallest parts, None for unknown. Raises `BadTerms`."""
    lookups = Lookups(uow.units, uow.today)
    filled = {column: text for column, text in cells.items() if text}
    row = Cells(Place("", 0), filled, lookups, _Names(typed_terms))
    found = read_record(REGISTERS[kind], row)
    if lookups.problems:
        raise BadTerms.of(lookups.problems)
    return found


class _Names(dict[str, str]):
    """The names of columns on the officer's screen, made when a problem asks for one."""

    def __init__(self, typed_terms: TypedTerms) -> None:
        """Take the names from typed terms."""
        super().__init__()
        self._typed_terms = typed_terms

    def get(self, column: str, default: Any = None) -> Any:
        """Give the name of a column."""
        del default
        return self._typed_terms.name_of(column)


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


def put_tickets(uow: UnitOfWork, cells: dict[str, str], unit: str, typed_terms: TypedTerms) -> None:
    """Turn typed tickets into plain amounts. Raises `WrongUnit` where not in the offer's unit."""
    for column in TICKETS:
        if not cells.get(column):
            continue
        try:
            quantity = parse_quantity(cells[column], uow.units)
        except BadQuantity as error:
            raise error.with_what(f"{typed_terms.name_of(column)}: {error.what}") from error
        if quantity.unit.code != unit:
            raise WrongUnit(
                f"{typed_terms.name_of(column)} is in {quantity.unit.code}, the offer in {unit}.",
                next_step=f"Give the ticket in {unit}.",
            )
        cells[column] = format_amount(quantity.amount, quantity.unit.decimals)
