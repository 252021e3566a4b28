"""The canonical tables: one definition of their columns, for reading, writing and help alike.

The tables of registers are made from the specifications in `ledger.registers.table`; those of
former codes, acts, rates and statements are written here.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ledger.registers.spec import ColumnSpec, Kind, required
from ledger.registers.table import by_plural

NUMERIC_KINDS = frozenset({Kind.WHOLE, Kind.AMOUNT, Kind.DECIMAL})
"""Kinds whose cells may begin with a sign and are never neutralised as formulas."""


class Table(NamedTuple):
    """One canonical table. `identity` names the columns that make a row the same row again."""

    name: str
    identity: tuple[str, ...]
    columns: tuple[ColumnSpec, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Give the columns' names in canonical order."""
        return tuple(column.name for column in self.columns)

    @property
    def file_names(self) -> tuple[str, ...]:
        """Give the columns' names as files have them."""
        return tuple(column.file_name for column in self.columns)

    @property
    def renamed(self) -> dict[str, str]:
        """Give what files call the columns that they call otherwise."""
        return {one.name: one.file_name for one in self.columns if one.in_files is not None}

    def named(self, header: Iterable[str]) -> tuple[str, ...]:
        """Give the names of the columns that a file's header has; others stay as they are."""
        names = {column.file_name: column.name for column in self.columns}
        return tuple(names.get(one, one) for one in header)

    def kind_of(self, name: str) -> Kind:
        """Give the kind of a column."""
        return next(column.kind for column in self.columns if column.name == name)

    @property
    def required(self) -> tuple[str, ...]:
        """Give the names of the columns that a file must have and a row must fill."""
        return tuple(column.name for column in self.columns if column.required)


_CODE = required("code", Kind.CODE, "the row's identity, short and human")
_SEQUENCE = ColumnSpec("sequence", Kind.WHOLE, "order of the act in the ledger it came from")
_REVERSES = ColumnSpec(
    "reverses", Kind.WHOLE, "act reversed: the sequence of the act it takes back"
)
_REFERENCE = ColumnSpec("reference", Kind.TEXT, "number of the paper that proves the act")
_REASON = ColumnSpec("reason", Kind.TEXT, "why the act was done, in the officer's words")
_UNIT = required("unit", Kind.CODE, "ISO 4217 currency, or a unit of work such as person-day or km")
_NOTE = ColumnSpec("note", Kind.TEXT, "anything worth knowing")

ALIASES = Table(
    "aliases",
    ("table", "alias"),
    (
        required("table", Kind.CODE, "cities, providers or projects"),
        required("alias", Kind.CODE, "a code that the record once had"),
        required("code", Kind.CODE, "the code that it has now"),
    ),
)
"""Former codes, each oldest first; a record that is added with some had them one after another."""
CHANGES = Table(
    "changes",
    ("table", "code", "act", "effective_on", "reference"),
    (
        required("table", Kind.CODE, "need or offer"),
        required("code", Kind.CODE, "code of the need or offer"),
        required(
            "act",
            Kind.CODE,
            "declared, revised, compensated, withdrawn, expired, reinstated or reversed",
        ),
        required("quantity", Kind.AMOUNT, "how much; for revised, minus is a revision down"),
        _UNIT,
        required("effective_on", Kind.DATE, "the officer's date"),
        _REFERENCE,
        _REASON,
        ColumnSpec("from_stage", Kind.CODE, "reinstated: out of withdrawn or expired"),
        _SEQUENCE,
        _REVERSES,
        ColumnSpec(
            "total", Kind.AMOUNT, "declared, revised: the total from that day on; 0 is unknown"
        ),
    ),
)
DEALS = Table(
    "deals",
    ("code", "act", "effective_on", "reference"),
    (
        _CODE,
        required("offer", Kind.CODE, "code of the offer"),
        required("need", Kind.CODE, "code of the need"),
        required(
            "act", Kind.CODE, "introduced, committed, delivered, released, returned, reversed"
        ),
        required("quantity", Kind.AMOUNT, "how much of the need"),
        required("unit", Kind.CODE, "the need's unit"),
        required("effective_on", Kind.DATE, "the officer's date"),
        _REFERENCE,
        ColumnSpec("instrument", Kind.CODE, "way of giving, e.g. grant or loan"),
        ColumnSpec("held_until", Kind.DATE, "introduced: last day of the hold"),
        ColumnSpec("due_on", Kind.DATE, "day on which it is due"),
        ColumnSpec(
            "rate", Kind.DECIMAL, "offer units per need unit; by the rates table when empty"
        ),
        ColumnSpec("rate_exact", Kind.FRACTION, "the rate as numerator/denominator; it wins"),
        ColumnSpec(
            "offer_quantity", Kind.DECIMAL, "how much of the offer; with the quantity, the rate"
        ),
        _NOTE,
        ColumnSpec("override", Kind.TEXT, "reason for going outside the offer's mandate"),
        _REASON,
        ColumnSpec("from_stage", Kind.CODE, "released: out of held (when empty) or committed"),
        ColumnSpec(
            "passed_to", Kind.CODE, "released: expired or withdrawn, where the offer was over"
        ),
        _SEQUENCE,
        _REVERSES,
        ColumnSpec(
            "origin", Kind.ORIGIN, "what it came from; the offer's when empty, without a sequence"
        ),
        ColumnSpec("exemptions", Kind.CODES, "exemptions it rests on; an import judges it anew"),
        ColumnSpec(
            "not_before",
            Kind.DATE,
            "released with a reason: first day on which the pair is proposed again",
        ),
    ),
)
RATES = Table(
    "rates",
    ("date", "base", "quote"),
    (
        required("date", Kind.DATE, "day of the rate"),
        required("base", Kind.CODE, "currency of which there is one"),
        required("quote", Kind.CODE, "currency it is counted in"),
        required("rate", Kind.DECIMAL, "one base is this many quote"),
        ColumnSpec("source", Kind.TEXT, "who published it"),
    ),
)

STATEMENTS = Table(
    "statements",
    ("provider", "statement", "line"),
    (
        required("provider", Kind.CODE, "code of the provider whose statement it is"),
        required("statement", Kind.TEXT, "what the provider calls the statement, e.g. 2026-10"),
        required("line", Kind.TEXT, "what the provider calls the line within the statement"),
        required("date", Kind.DATE, "the provider's date"),
        required("kind", Kind.CODE, "commitment or delivery"),
        ColumnSpec("deal", Kind.CODE, "code of the deal"),
        ColumnSpec("offer", Kind.CODE, "code of the offer, where the deal is not named"),
        ColumnSpec("need", Kind.CODE, "code of the need, where the deal is not named"),
        required("quantity", Kind.AMOUNT, "how much; with a minus what was taken back"),
        required("unit", Kind.CODE, "the need's unit or the offer's, as the provider counts"),
        ColumnSpec("reference", Kind.TEXT, "number of the paper that proves it"),
    ),
)
"""What a provider says was committed and delivered: read by the night, and never imported."""

TABLES: dict[str, Table] = {
    **{name: Table(name, spec.identity, spec.in_tables) for name, spec in by_plural().items()},
    **{table.name: table for table in (ALIASES, CHANGES, DEALS, RATES)},
}
"""Every canonical table by name, in the order in which rows depend on one another."""

LISTED = Table(
    "listed",
    ("name", "reference"),
    (
        required("name", Kind.TEXT, "the name on the list"),
        ColumnSpec("country", Kind.TEXT, "its country: ISO 3166 code or English name"),
        ColumnSpec("from", Kind.DATE, "first day of the listing"),
        ColumnSpec("until", Kind.DATE, "last day of the listing; empty: without end"),
        ColumnSpec("grounds", Kind.TEXT, "why it is listed"),
        ColumnSpec("reference", Kind.TEXT, "the list's own number of the entry"),
    ),
)
"""A list of names that providers and cities are screened against, and never imported."""

READABLE: dict[str, Table] = {**TABLES, STATEMENTS.name: STATEMENTS, LISTED.name: LISTED}
"""Every table that files can hold, those included that are compared and not imported."""
