"""Write a record as the text cells of its canonical table, exactly as they are read again."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from enum import Enum

from ledger.interchange.canonical import TABLES, Kind
from ledger.interchange.records import ACT_WORDS, CHANGE_WORDS, ChangeRow, DealActRow
from ledger.interchange.steps import Record
from ledger.quantity import Unit, format_amount
from ledger.rates import Rate

Line = dict[str, str | None]
"""One row as text by column; a column that is absent or None is an empty cell."""

_DEAL_WORDS = {act: word for word, act in ACT_WORDS.items()}
_WORDS_OF_CHANGES = {act: word for word, act in CHANGE_WORDS.items()}


def register_line(
    table: str,
    record: Record,
    unit: Unit | None = None,
    quantity: int | None = None,
    shown: Mapping[str, str | None] | None = None,
) -> Line:
    """Write a record of a register; needs and offers with their unit and total quantity.

    `shown` gives the columns written for the reader, such as a project's city_name.
    """
    line = _line(table, record, unit)
    if unit is not None and quantity is not None:
        line["quantity"] = format_amount(quantity, unit.decimals)
    line.update(shown or {})
    return line


def act_line(row: DealActRow, unit: Unit) -> Line:
    """Write one act of a deal; `unit` is the need's."""
    line = _line("deals", row, unit)
    line["act"] = _DEAL_WORDS[row.act]
    line["quantity"] = format_amount(row.amount, unit.decimals)
    # Held is what an empty cell means.
    line["from_stage"] = row.from_stage if row.from_stage != "held" else None
    return line


def change_line(row: ChangeRow, unit: Unit) -> Line:
    """Write one act on a need's or offer's own quantity; a revision down keeps its minus."""
    line = _line("changes", row, unit)
    line["table"] = row.side.value
    line["act"] = _WORDS_OF_CHANGES[row.act]
    sign = "-" if row.amount < 0 else ""
    line["quantity"] = sign + format_amount(abs(row.amount), unit.decimals)
    return line


def rate_line(rate: Rate) -> Line:
    """Write one rate."""
    return {**_line("rates", rate, None), "date": rate.day.isoformat()}


def _line(table: str, record: object, unit: Unit | None) -> Line:
    """Write every column that the record has under the same name."""
    line: Line = {}
    for column in TABLES[table].columns:
        value = getattr(record, column.name, None)
        if column.kind is Kind.AMOUNT and isinstance(value, int):
            assert unit is not None, f"{table}.{column.name} needs a unit to be written in"
            line[column.name] = format_amount(value, unit.decimals)
        elif column.kind is not Kind.SHOWN:
            line[column.name] = _text(value)
    return line


def _text(value: object) -> str | None:
    match value:
        case None:
            return None
        case bool():
            return "yes" if value else "no"
        case Enum():
            return str(value.value)
        case Decimal():
            # Never 1E+2: what reads it refuses exponents.
            return format(value, "f")
        case tuple():
            return ";".join(value)
        case _:
            return str(value)
