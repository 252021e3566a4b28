"""Columns of a listing, and the format of a value for machines and for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

ReportRow = Mapping[str, object]
_RIGHT = frozenset({"amount", "number"})


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `key` in the row, `title` for people.

    `kind` is `text`, `code`, `date`, `number` or `amount`; an amount is a plain decimal text,
    shown to people with its thousands apart. `unit` is the key whose value follows the amount;
    `absent` stands for a missing value. A column with `table` false is left out for people; where
    a terminal is too narrow for all, the columns with the highest `spare` are left out first, and
    those with none never. `words` are what people read for values that machines keep; a filter
    accepts both.
    """

    key: str
    title: str = ""
    kind: str = "text"
    unit: str | None = None
    absent: str = ""
    table: bool = True
    spare: int = 0
    words: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def heading(self) -> str:
        """Give the title, made from the key where none was given."""
        return self.title or self.key.replace("_", " ")

    @property
    def right(self) -> bool:
        """Say whether the column is set flush right, as numbers are."""
        return self.kind in _RIGHT


def machine(value: object) -> str:
    """Write a value for a machine that reads text: lists with `;`, nothing for none."""
    if value is None:
        return ""
    if isinstance(value, (list, tuple)):
        return ";".join(machine(item) for item in value)
    plain = jsonable(value)
    if isinstance(plain, bool):
        return "yes" if plain else "no"
    return str(plain)


def jsonable(value: object) -> Any:
    """Turn a value into what JSON has: exact decimals and dates become texts."""
    if isinstance(value, Enum):
        return jsonable(value.value)
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    if isinstance(value, Mapping):
        return {str(key): jsonable(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [jsonable(item) for item in value]
    return _as_text(value)


def _as_text(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        return _instant(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def _instant(moment: datetime) -> str:
    assert moment.tzinfo is not None, "an instant carries its zone"
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def human(row: ReportRow, column: Column) -> str:
    """Write a row's cell for people: thousands apart, the unit behind, lists with commas."""
    value = row.get(column.key)
    if value is None:
        return column.absent
    if isinstance(value, (list, tuple)):
        return ", ".join(machine(item) for item in value)
    text = machine(value)
    text = column.words.get(text, text)
    if column.kind == "amount":
        text = grouped(text)
        unit = row.get(column.unit) if column.unit else None
        return f"{text} {machine(unit)}" if unit else text
    return text


def grouped(number: str) -> str:
    """Set the thousands of a plain decimal text apart: 1234567.50 becomes 1,234,567.50."""
    sign = "-" if number.startswith("-") else ""
    whole, point, part = number.removeprefix("-").partition(".")
    if not (whole.isascii() and whole.isdigit()):
        return number
    return f"{sign}{int(whole):,}{point}{part}"
