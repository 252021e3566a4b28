"""The canonical tables: one definition of their columns, for reading, writing and help alike."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """What a column's cells hold."""

    CODE = "code"
    CODES = "codes separated by ;"
    TEXT = "text"
    TEXTS = "words separated by ;"
    DATE = "date (2026-11-23)"
    YES_NO = "yes or no"
    WHOLE = "whole number"
    AMOUNT = "quantity in the row's unit"
    DECIMAL = "decimal number"
    SHOWN = "written for the reader, passed over on import"


NUMERIC_KINDS = frozenset({Kind.WHOLE, Kind.AMOUNT, Kind.DECIMAL})
"""Kinds whose cells may begin with a sign and are never neutralised as formulas."""


class Column(NamedTuple):
    """One column of a canonical table. A name never changes once shipped."""

    name: str
    kind: Kind
    help: str
    required: bool = False


class Table(NamedTuple):
    """One canonical table. `identity` names the columns that make a row the same row again."""

    name: str
    identity: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Give the columns' names in canonical order."""
        return tuple(column.name for column in self.columns)

    @property
    def required(self) -> tuple[str, ...]:
        """Give the names of the columns that a file must have and a row must fill."""
        return tuple(column.name for column in self.columns if column.required)


def _must(name: str, kind: Kind, words: str) -> Column:
    return Column(name, kind, words, required=True)


_CODE = _must("code", Kind.CODE, "the row's identity, short and human")
_WITHDRAWN = Column("withdrawn", Kind.YES_NO, "yes when it is no longer in use")
_SEQUENCE = Column("sequence", Kind.WHOLE, "order of the act in the ledger it came from")
_REVERSES = Column("reverses", Kind.WHOLE, "act reversed: the sequence of the act it takes back")
_REFERENCE = Column("reference", Kind.TEXT, "number of the paper that proves the act")
_REASON = Column("reason", Kind.TEXT, "why the act was done, in the officer's words")
_UNIT = _must("unit", Kind.CODE, "ISO 4217 currency, or a unit of work such as person-day or km")
_FACTOR = _must("factor", Kind.CODE, "money, expertise or implementation")
_DECLARED = Column("declared_on", Kind.DATE, "first day it stood in the ledger; today when empty")
_INSTRUMENTS = Column("instruments", Kind.CODES, "ways of giving it accepts; empty: any")
_NOTE = Column("note", Kind.TEXT, "anything worth knowing")

UNITS = Table(
    "units",
    ("code",),
    (
        _CODE,
        _must("decimals", Kind.WHOLE, "how many decimals it is counted in, 0 to 6"),
        Column("name", Kind.TEXT, "what the unit is called"),
    ),
)
OFFICES = Table(
    "offices",
    ("code",),
    (
        _CODE,
        _must("name", Kind.TEXT, "the office's name"),
        Column("host", Kind.TEXT, "the city that hosts it"),
        Column("regions", Kind.TEXTS, "UN M49 regions (code or name) it looks after"),
        _WITHDRAWN,
    ),
)
CITIES = Table(
    "cities",
    ("code",),
    (
        _CODE,
        _must("name", Kind.TEXT, "the city's name in Latin script"),
        Column("name_local", Kind.TEXT, "the name in its own script"),
        _must("country", Kind.CODE, "ISO 3166 alpha-2 or alpha-3"),
        Column("country_name", Kind.SHOWN, "the country's name"),
        Column("office", Kind.CODE, "fund office; by the country's region when empty"),
        Column("member_since", Kind.TEXT, "year or date (ISO 8601) of joining"),
        Column("population", Kind.WHOLE, "inhabitants"),
        Column("geonames_id", Kind.WHOLE, "GeoNames number"),
        _WITHDRAWN,
    ),
)
PROVIDERS = Table(
    "providers",
    ("code",),
    (
        _CODE,
        _must("name", Kind.TEXT, "the organisation's name"),
        _must("kind", Kind.CODE, "fund, bank, donor, firm, institute, association or city"),
        Column("country", Kind.CODE, "ISO 3166 alpha-2 or alpha-3"),
        Column("country_name", Kind.SHOWN, "the country's name"),
        Column("city", Kind.CODE, "the member city, where the provider is one"),
        Column("sample", Kind.YES_NO, "yes for an invented provider of a demonstration"),
        _WITHDRAWN,
    ),
)
PROJECTS = Table(
    "projects",
    ("code",),
    (
        _CODE,
        _must("title", Kind.TEXT, "what the project is called"),
        _must("city", Kind.CODE, "code of the member city"),
        Column("city_name", Kind.SHOWN, "the city's name"),
        _must("sector", Kind.CODE, "OC4IDS projectSector code, e.g. transport.urban"),
        Column("status", Kind.CODE, "OC4IDS projectStatus; identification when empty"),
        Column("weight", Kind.WHOLE, "priority, 1 to 100; 1 when empty"),
        Column("starts_on", Kind.DATE, "first day of the undertaking"),
        Column("ends_on", Kind.DATE, "last day of the undertaking"),
        Column("description", Kind.TEXT, "what it is about"),
        Column("source", Kind.TEXT, "where the facts come from"),
    ),
)
NEEDS = Table(
    "needs",
    ("code",),
    (
        _CODE,
        _must("project", Kind.CODE, "code of the project"),
        Column("project_title", Kind.SHOWN, "the project's title"),
        _FACTOR,
        Column("topic", Kind.TEXT, "what exactly, e.g. monorail"),
        Column("quantity", Kind.AMOUNT, "all that is required; empty: not yet known"),
        _UNIT,
        _DECLARED,
        Column("needed_by", Kind.DATE, "last day on which it is of use"),
        Column("divisible", Kind.YES_NO, "may several offers share it; empty: yes, of building no"),
        _INSTRUMENTS,
        _NOTE,
    ),
)
OFFERS = Table(
    "offers",
    ("code",),
    (
        _CODE,
        _must("provider", Kind.CODE, "code of the provider"),
        Column("provider_name", Kind.SHOWN, "the provider's name"),
        _FACTOR,
        Column("topics", Kind.TEXTS, "topics it serves; empty: any"),
        _must("quantity", Kind.AMOUNT, "all that is put up, never the remainder"),
        _UNIT,
        _DECLARED,
        Column("valid_from", Kind.DATE, "first day on which it can be taken up"),
        Column("valid_until", Kind.DATE, "last day on which it can be taken up"),
        Column("available_from", Kind.DATE, "day on which it can start"),
        Column("sectors", Kind.CODES, "sectors it serves, each with all below it; empty: any"),
        Column("countries", Kind.CODES, "countries of cities it serves"),
        Column("regions", Kind.TEXTS, "UN M49 regions (code or name) it serves"),
        Column("cities", Kind.CODES, "cities it serves"),
        Column("excluded_countries", Kind.CODES, "countries it never serves"),
        _INSTRUMENTS,
        Column("min_ticket", Kind.AMOUNT, "smallest part for one need"),
        Column("max_ticket", Kind.AMOUNT, "largest part for one need"),
        Column("max_share", Kind.DECIMAL, "largest share of one need, above 0 and up to 1"),
        Column("condition", Kind.CODE, "complete: only where the project ends complete"),
        Column("rate", Kind.DECIMAL, "cost per year, percent"),
        _NOTE,
        _WITHDRAWN,
    ),
)
CHANGES = Table(
    "changes",
    ("table", "code", "act", "effective_on", "reference"),
    (
        _must("table", Kind.CODE, "need or offer"),
        _must("code", Kind.CODE, "code of the need or offer"),
        _must("act", Kind.CODE, "declared, revised, withdrawn, expired, reinstated or reversed"),
        _must("quantity", Kind.AMOUNT, "how much; for revised, minus is a revision down"),
        _UNIT,
        _must("effective_on", Kind.DATE, "the officer's date"),
        _REFERENCE,
        _REASON,
        Column("from_stage", Kind.CODE, "reinstated: out of withdrawn or expired"),
        _SEQUENCE,
        _REVERSES,
    ),
)
DEALS = Table(
    "deals",
    ("code", "act", "effective_on", "reference"),
    (
        _CODE,
        _must("offer", Kind.CODE, "code of the offer"),
        _must("need", Kind.CODE, "code of the need"),
        _must("act", Kind.CODE, "introduced, committed, delivered, released, returned, reversed"),
        _must("quantity", Kind.AMOUNT, "how much of the need"),
        _must("unit", Kind.CODE, "the need's unit"),
        _must("effective_on", Kind.DATE, "the officer's date"),
        _REFERENCE,
        Column("instrument", Kind.CODE, "way of giving, e.g. grant or loan"),
        Column("held_until", Kind.DATE, "introduced: last day of the hold"),
        Column("due_on", Kind.DATE, "day on which it is due"),
        Column("rate", Kind.DECIMAL, "offer units per need unit; by the rates table when empty"),
        _NOTE,
        Column("override", Kind.TEXT, "reason for going outside the offer's mandate"),
        _REASON,
        Column("from_stage", Kind.CODE, "released: out of held (when empty) or committed"),
        Column("passed_to", Kind.CODE, "released: expired or withdrawn, where the offer was over"),
        _SEQUENCE,
        _REVERSES,
    ),
)
RATES = Table(
    "rates",
    ("date", "base", "quote"),
    (
        _must("date", Kind.DATE, "day of the rate"),
        _must("base", Kind.CODE, "currency of which there is one"),
        _must("quote", Kind.CODE, "currency it is counted in"),
        _must("rate", Kind.DECIMAL, "one base is this many quote"),
        Column("source", Kind.TEXT, "who published it"),
    ),
)

STATEMENTS = Table(
    "statements",
    ("provider", "statement", "line"),
    (
        _must("provider", Kind.CODE, "code of the provider whose statement it is"),
        _must("statement", Kind.TEXT, "what the provider calls the statement, e.g. 2026-10"),
        _must("line", Kind.TEXT, "what the provider calls the line within the statement"),
        _must("date", Kind.DATE, "the provider's date"),
        _must("kind", Kind.CODE, "commitment or delivery"),
        Column("deal", Kind.CODE, "code of the deal"),
        Column("offer", Kind.CODE, "code of the offer, where the deal is not named"),
        Column("need", Kind.CODE, "code of the need, where the deal is not named"),
        _must("quantity", Kind.AMOUNT, "how much; with a minus what was taken back"),
        _must("unit", Kind.CODE, "the need's unit or the offer's, as the provider counts"),
        Column("reference", Kind.TEXT, "number of the paper that proves it"),
    ),
)
"""What a provider says was committed and delivered: read by the night, and never imported."""

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        UNITS,
        OFFICES,
        CITIES,
        PROVIDERS,
        PROJECTS,
        NEEDS,
        OFFERS,
        CHANGES,
        DEALS,
        RATES,
    )
}
"""Every canonical table by name, in the order in which rows depend on one another."""

READABLE: dict[str, Table] = {**TABLES, STATEMENTS.name: STATEMENTS}
"""Every table that files can hold, those included that are compared and not imported."""
