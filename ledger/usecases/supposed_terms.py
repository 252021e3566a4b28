"""What is supposed, as typed: read by the same cells as an import, onto a day's picture."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

from ledger.acts import WrongUnit
from ledger.errors import InvalidInput, UsageError
from ledger.interchange import registers as converters
from ledger.interchange.canonical import TABLES, Kind
from ledger.interchange.cells import Cells, Lookups, neutral_text
from ledger.interchange.problems import Place
from ledger.interchange.reader import read_paths
from ledger.quantity import Unit, format_amount, parse_quantity
from ledger.quantity_errors import BadQuantity
from ledger.suggest import nearest
from ledger.usecases.register_terms import TABLE_OF, BadTerms

_PAIR = re.compile(r"(?:^|\s)([a-z_]+)=")
_AMOUNTS = ("quantity", "min_ticket", "max_ticket")


class UnreadableSupposition(UsageError):
    """A supposition that is not made of field=value."""

    code = "unreadable-supposition"
    default_why = "Fields are the columns of the canonical tables, each with its value behind =."
    default_next = "Write it like 'factor=money quantity=50M unit=EUR sectors=transport'."


class UnknownField(InvalidInput):
    """A supposition names a field that the record does not have, or that never changes."""

    code = "unknown-field"


def require_field(kind: str, column: str, known: Sequence[str]) -> None:
    """Refuse a field that a record does not have, or of which nothing can be supposed."""
    if column in known:
        return
    near = nearest(column, known, limit=1)
    article = "an" if kind == "offer" else "a"
    raise UnknownField(
        f"There is no field {column!r} to suppose of {article} {kind}.",
        why=f"The fields are {', '.join(known)}.",
        next_step=f"Did you mean {near[0]}?" if near else "Name one of those.",
    )


def offers_in(text: str) -> Iterable[dict[str, str]]:
    """Read an offer as field=value pairs, or offers from a CSV file in canonical columns."""
    if "=" not in text:
        reading = read_paths([Path(text)], "offers")
        if reading.problems:
            raise BadTerms.of(reading.problems)
        return [row.cells for table in reading.tables for row in table.rows]
    marks = list(_PAIR.finditer(text))
    if not marks or text[: marks[0].start()].strip():
        raise UnreadableSupposition(f"{text!r} does not begin with field=value.")
    ends = [*(mark.start() for mark in marks[1:]), len(text)]
    pairs = [
        (mark[1], text[mark.end() : end].strip()) for mark, end in zip(marks, ends, strict=True)
    ]
    twice = [name for name, _ in pairs if sum(name == other for other, _ in pairs) > 1]
    if twice:
        raise UnreadableSupposition(f"{text!r} gives {twice[0]} twice.")
    return [dict(pairs)]


def plain_amounts(
    units: Mapping[str, Unit], cells: Mapping[str, str | None]
) -> dict[str, str | None]:
    """Let quantity and tickets be typed with their unit; the quantity's is the offer's."""
    plain = dict(cells)
    unit = units.get(cells.get("unit") or "")
    for column in _AMOUNTS:
        text = plain.get(column)
        if not text or (column == "quantity" and unit is not None and text[-1].isdigit()):
            continue
        if unit is None:
            quantity = parse_quantity(text, units)
            unit = quantity.unit
            plain["unit"] = unit.code
        plain[column] = format_amount(typed_amount(units, column, text, unit), unit.decimals)
    return plain


def typed_amount(units: Mapping[str, Unit], column: str, text: str, unit: Unit) -> int:
    """Read an amount typed with or without its unit. Raises `WrongUnit` and `BadQuantity`."""
    try:
        quantity = parse_quantity(text, units, default_unit=unit)
    except BadQuantity as error:
        raise error.with_what(f"{column}: {error.what}") from error
    if quantity.unit.code != unit.code:
        raise WrongUnit(
            f"{column} is in {quantity.unit.code}, not in {unit.code}.",
            next_step=f"Give it in {unit.code}.",
        )
    return quantity.amount


_READERS: Final[Mapping[str, Any]] = {
    "offer": converters.offer,
    "need": converters.need,
    "project": converters.project,
}


def read_record(
    units: Mapping[str, Unit], day: date, kind: str, cells: Mapping[str, str | None]
) -> Any:
    """Read the cells of a record as an import does. Raises `BadTerms`."""
    kinds = {column.name: column.kind for column in TABLES[TABLE_OF[kind]].columns}
    filled = {
        name: neutral_text(text) if kinds[name] in (Kind.TEXT, Kind.TEXTS) else text
        for name, text in cells.items()
        if text
    }
    lookups = Lookups(units, day)
    record = _READERS[kind](Cells(Place("", 0), filled, lookups, {}))
    if lookups.problems:
        raise BadTerms.of(lookups.problems)
    return record
