"""The selection of a matching: the needs that filters of the gap report keep."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.core.errors import InvalidInput
from ledger.core.factors import Factor
from ledger.core.filters import Note
from ledger.core.suggest import did_you_mean
from ledger.gaps.rows import BaseCurrency
from ledger.store.session.snapshot import Reader, Snapshot
from ledger.usecases.gaps import filters_of, selected_rows


class UnknownFactor(InvalidInput, code="unknown-factor"):
    """A factor that is none of the three."""

    default_why = f"The factors are {', '.join(Factor)}."
    default_next = "Choose one of the three."


def selected_needs(
    reader: Reader, snapshot: Snapshot, where: Sequence[str], note: Note
) -> frozenset[str] | None:
    """Return the needs that the filters keep; None where there are no filters.

    Raises for unknown columns and unreadable filters.
    """
    if not where:
        return None
    filters = filters_of(reader, where)
    base = BaseCurrency(snapshot.base_unit, snapshot.rate_of)
    rows = selected_rows(snapshot, base, filters, counted=False, note=note)
    return frozenset(row.need for row in rows)


def parse_factor(text: str) -> Factor:
    """Parse a factor in any case. Raises `UnknownFactor` with the nearest."""
    wanted = text.strip().casefold()
    if wanted in set(Factor):
        return Factor(wanted)
    hint = did_you_mean(wanted, Factor) or None
    raise UnknownFactor(f"There is no factor {text!r}.", next_step=hint)
