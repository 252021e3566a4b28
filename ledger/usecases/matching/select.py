"""The selection of a matching: the needs that filters of the gap report keep."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ledger.core.errors import InvalidInput, NotFound
from ledger.core.factors import Factor
from ledger.core.filters import Filter
from ledger.core.suggest import did_you_mean
from ledger.gaps.filters import read_filter
from ledger.gaps.rows import BaseCurrency
from ledger.store.registers import find_id
from ledger.store.session.snapshot import Reader, Snapshot
from ledger.usecases.gaps import selected_rows


class NothingSelected(NotFound, code="nothing-selected"):
    """Filters that keep no need: there is nothing to match."""

    default_why = "No need of a project that takes new deals meets all of them."
    default_next = "Leave a filter out, or see what there is with the same ones: cityfund gaps"


class UnknownFactor(InvalidInput, code="unknown-factor"):
    """A factor that is none of the three."""

    default_why = f"The factors are {', '.join(Factor)}."
    default_next = "Choose one of the three."


_CODED: Final = ("project", "need", "city", "office")


def selected_needs(
    reader: Reader, snapshot: Snapshot, where: Sequence[str]
) -> frozenset[str] | None:
    """Return the needs that the filters keep; None where there are no filters.

    Raises for unknown columns, unreadable filters and unknown codes, and `NothingSelected`.
    """
    if not where:
        return None
    filters = [read_filter(text) for text in where]
    for one in filters:
        _require_known(reader, one)
    base = BaseCurrency(snapshot.base_unit, snapshot.rate_of)
    rows = selected_rows(snapshot, base, filters, counted=False)
    selected = frozenset(row.need for row in rows)
    if not selected:
        raise NothingSelected(f"Nothing is selected by {' and '.join(where)}.")
    return selected


def _require_known(reader: Reader, one: Filter) -> None:
    """Refuse a code that is in no register, naming the nearest."""
    if one.sign != "=" or not isinstance(one.value, str):
        return
    if one.column in _CODED:
        find_id(reader.connection, one.column, one.value)
    elif one.column == "factor":
        parse_factor(one.value)


def parse_factor(text: str) -> Factor:
    """Parse a factor in any case. Raises `UnknownFactor` with the nearest."""
    wanted = text.strip().casefold()
    if wanted in set(Factor):
        return Factor(wanted)
    hint = did_you_mean(wanted, Factor) or None
    raise UnknownFactor(f"There is no factor {text!r}.", next_step=hint)
