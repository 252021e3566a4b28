"""What a receipt says was recorded: the terms of a new record or act, and what an edit changed.

Values are those of JSON answers: dates as ISO 8601, lists as lists, amounts as exact decimal text
in the unit of the record.
"""

from __future__ import annotations

from typing import Any, Final

from ledger.core.factors import Side
from ledger.core.quantity import format_amount, format_known
from ledger.core.text import cell_text
from ledger.journal.balance import Balance
from ledger.rates.rates import Rate
from ledger.registers.spec import ColumnSpec, Kind
from ledger.registers.table import REGISTERS
from ledger.store.session.unit_of_work import UnitOfWork

Terms = dict[str, Any]
Changes = dict[str, list[Any]]

_NOTHING: Final[tuple[Any, ...]] = (None, [], "")
_STATE: Final = "withdrawn"
"""A column that acts of its own change; a new record is never withdrawn."""


def recorded_terms(uow: UnitOfWork, kind: str, record: Any) -> Terms:
    """Return the terms of a record that was just added, with the office of a project's city.

    A term that was not given is left out; an unknown quantity is None.
    """
    terms: Terms = {}
    for column in REGISTERS[kind].columns:
        if column.in_journal:
            terms[column.name] = required_text(
                uow.accounts.account(Side(kind), record.code).balance
            )
        elif column.is_stored and column.name != _STATE:
            value = _value(uow, column, record)
            if value not in _NOTHING:
                terms[column.name] = value
        if (kind, column.name) == ("project", "city"):
            terms["office"] = uow.record("city", record.city).office
    return terms


def required_text(balance: Balance) -> str | None:
    """Return all that a need requires or an offer puts up; None while it is unknown."""
    return format_known(balance.required if balance.quantified else None, balance.unit.decimals)


def changed_terms(uow: UnitOfWork, kind: str, before: Any, after: Any) -> Changes:
    """Return the terms that an edit changed, each before and after."""
    old, new = _terms(uow, kind, before), _terms(uow, kind, after)
    return {name: [old[name], new[name]] for name in new if old[name] != new[name]}


def changed_state(before: Any, after: Any) -> Changes:
    """Return whether a record is withdrawn, before and after, where an act changed it."""
    old, new = (getattr(one, _STATE, False) for one in (before, after))
    return {} if old == new else {_STATE: [old, new]}


def rate_terms(rate: Rate) -> Terms:
    """Return what was recorded of a rate."""
    terms = {
        "date": rate.day.isoformat(),
        "base": rate.base,
        "quote": rate.quote,
        "rate": f"{rate.rate:f}",
        "source": rate.source,
    }
    return {name: value for name, value in terms.items() if value is not None}


def _terms(uow: UnitOfWork, kind: str, record: Any) -> Terms:
    columns = (one for one in REGISTERS[kind].stored if one.name != _STATE)
    return {one.name: _value(uow, one, record) for one in columns}


def _value(uow: UnitOfWork, column: ColumnSpec, record: Any) -> Any:
    value = getattr(record, column.attribute)
    if column.kind is Kind.AMOUNT and value is not None:
        return format_amount(value, uow.units[record.unit].decimals)
    if isinstance(value, tuple):
        return [*value]
    return value if isinstance(value, int) else cell_text(value)
