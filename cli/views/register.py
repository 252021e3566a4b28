"""Records of the registers as rows: every canonical column, and those derived from it."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from cli.framework.command import Call
from cli.framework.output import emit_record
from cli.framework.register_commands import Listing, withdrawn
from cli.framework.terminal import is_terminal, width
from cli.views.columns import columns
from ledger.core.factors import STAGES_OF, Stage
from ledger.core.quantity import Unit, format_amount
from ledger.interchange.canonical import TABLES
from ledger.reference.places import countries
from ledger.registers.spec import ColumnSpec, Kind, RegisterSpec
from ledger.registers.table import REGISTERS
from ledger.reports.table import Column

if TYPE_CHECKING:
    from decimal import Decimal

    from ledger.journal.balance import Balance
    from ledger.store.session.snapshot import Reader, Snapshot

_KINDS = {
    Kind.CODE: "code",
    Kind.CODES: "code",
    Kind.DATE: "date",
    Kind.PARTIAL_DATE: "partial",
    Kind.WHOLE: "number",
    Kind.DECIMAL: "number",
    Kind.AMOUNT: "amount",
}
_AMOUNTS = (*(stage.value for stage in Stage), "withdrawn_quantity", "gap")
"""Columns beside the canonical ones that hold an amount."""

ANY = "any"
"""What a mandate without terms says."""

_PLAIN_COLUMNS = 6
"""How many columns of a register without a list of its own fit a screen."""

_LISTED = {
    "restriction": columns(
        "code binds_countries:5 binds_providers:6 countries cities:3 providers:3 authority "
        "reason:2 from:1 until",
        code="Restriction",
    ),
    "exemption": columns(
        "code restriction providers:3 cities:3 projects:3 factors:4 sectors:4 authority from:1 "
        "until",
        code="Exemption",
    ),
    "target": columns("code body city measure value from:1 by", code="Target"),
}
"""Registers whose first columns do not say what their list is read for: by whom, until when."""

_WIDE_ENOUGH = 110
"""Columns of a terminal from which on the usual listings fit."""


def listed_columns(call: Call, spec: RegisterSpec, listing: Listing) -> list[Column]:
    """Return the columns of a listing: for people a few, for machines all, canonical ones first."""
    machine = [_with_register(spec, one) for one in machine_columns(spec.plural)]
    machine += _more_columns(listing)
    seen = _headings([*listing.people, *listing.narrow])
    machine = [replace(one, headings=seen.get(one.key, ())) for one in machine]
    if not call.for_people:
        return machine
    people = listing.people
    if listing.narrow and is_terminal(sys.stdout) and width() < _WIDE_ENOUGH:
        people = listing.narrow
    shown = {column.key for column in people}
    people = [_with_register(spec, one) for one in people]
    return [*people, *(replace(one, table=False) for one in machine if one.key not in shown)]


def _headings(columns: Iterable[Column]) -> dict[str, tuple[str, ...]]:
    """Return the headings that people see above the values of each key."""
    found: dict[str, tuple[str, ...]] = {}
    for one in columns:
        found[one.key] = tuple(dict.fromkeys((*found.get(one.key, ()), one.heading)))
    return found


def _with_register(spec: RegisterSpec, column: Column) -> Column:
    """Let the codes of a listing answer to former ones, where they can change."""
    return (
        replace(column, register=spec.name) if column.key == "code" and spec.until_acts else column
    )


def machine_columns(table: str) -> list[Column]:
    """Return a canonical table's columns in their order."""
    return [Column(one.name, kind=_kind(one)) for one in TABLES[table].columns]


def _kind(column: ColumnSpec) -> str:
    """Return how the values of a column are shown."""
    return "amount" if column.measured_in is not None else _KINDS.get(column.kind, "text")


def _more_columns(listing: Listing) -> list[Column]:
    """Return the other columns of a listing; quantities are amounts."""
    kinds = {**dict.fromkeys(_AMOUNTS, "amount"), **{one.key: one.kind for one in listing.people}}
    return [Column(name, kind=kinds.get(name, "text")) for name in listing.more]


def plain_listing(snapshot: Snapshot, spec: RegisterSpec) -> Listing:
    """List the records of a register by their first columns."""
    rows = [register_row(snapshot, spec, one) for one in snapshot.records(spec.name).values()]
    hides = withdrawn if spec.can_be_withdrawn else None
    people = _LISTED.get(spec.name) or plain_columns(spec)[:_PLAIN_COLUMNS]
    return Listing(rows, people, hides=hides)


def emit_plain(
    call: Call, reader: Reader, spec: RegisterSpec, code: str, **computed: object
) -> None:
    """Write one record of a register: every column that it has a value in, and what came of it.

    What is `computed` stands in the place of the column of its name.
    """
    snapshot = reader.around(spec.name, code)
    row = register_row(snapshot, spec, snapshot.records(spec.name)[code])
    document = {"schema": f"cityfund.{spec.name}/1", **row, **computed}
    below: list[str] = []
    if spec.is_origin or spec.origin is not None:
        from cli.views.origin import (  # noqa: PLC0415 - few registers have origins
            outcome_document,
            outcome_lines,
            read_outcome,
        )

        outcome = read_outcome(reader, spec.name, code)
        document |= outcome_document(outcome)
        below = [*outcome_lines(outcome)]
    emit_record(document, plain_columns(spec), call.read, document=document, below=below)


def plain_columns(spec: RegisterSpec) -> list[Column]:
    """Return a register's columns for people: names stand for the codes that they spell out."""
    spelt = {one.name_of for one in spec.columns}
    return [
        Column(one.name, _header(spec, one), kind=_kind(one))
        for one in spec.in_tables
        if one.name not in spelt and one.name != "withdrawn"
    ]


def _header(spec: RegisterSpec, column: ColumnSpec) -> str:
    name = spec.name if column.name == "code" else column.name_of or column.name
    return name.replace("_", " ").capitalize()


def register_row(snapshot: Snapshot, spec: RegisterSpec, record: Any) -> dict[str, Any]:
    """Return the row of a record by its register's columns, names beside the codes."""
    unit = snapshot.units[record.unit] if spec.amounts else None
    row = record_row(spec.plural, record, unit)
    for column in spec.columns:
        if column.measured_in is not None and (code := getattr(record, column.measured_in)):
            row[column.name] = _in_full(getattr(record, column.attribute), snapshot.units[code])
        if column.name_of is not None:
            row[column.name] = _spelt_out(snapshot, spec.column[column.name_of], record)
    return row


def _in_full(value: Decimal, unit: Unit) -> str:
    """Write a quantity with the decimals of its unit, and with those beyond that were recorded."""
    exponent = value.as_tuple().exponent
    assert isinstance(exponent, int)
    return f"{value:.{max(unit.decimals, -exponent)}f}"


def _spelt_out(snapshot: Snapshot, column: ColumnSpec, record: Any) -> str | None:
    code: str | None = getattr(record, column.name)
    if column.register is None:
        return country_name(code)
    title = REGISTERS[column.register].title
    if code is None or title is None:
        return code
    return str(getattr(snapshot.records(column.register)[code], title))


def record_row(table: str, record: Any, unit: Unit | None = None) -> dict[str, Any]:
    """Return the row of a record by its table's columns, amounts as exact text in `unit`.

    The columns for the reader and the quantity are the caller's to fill.
    """
    row: dict[str, Any] = {}
    for name, attribute, is_amount in _cells_of(table):
        value = getattr(record, attribute, None)
        if is_amount and isinstance(value, int) and unit is not None:
            value = format_amount(value, unit.decimals)
        row[name] = value
    return row


@cache
def _cells_of(table: str) -> Sequence[tuple[str, str, bool]]:
    """Return a table's columns: the name, the attribute of records, and whether it is an amount."""
    return [(one.name, one.attribute, one.kind is Kind.AMOUNT) for one in TABLES[table].columns]


def balance_row(balance: Balance) -> dict[str, str | None]:
    """Return the stages and the total of a need or an offer; None where it is not known."""
    decimals = balance.unit.decimals
    row: dict[str, str | None] = {
        "quantity": format_amount(balance.required, decimals) if balance.quantified else None,
        "quantity_absent": balance.quantity_absent,
    }
    for stage in STAGES_OF[balance.side]:
        row[stage.value] = format_amount(balance.stages.get(stage, 0), decimals)
    return row


def country_name(code: str | None) -> str | None:
    """Return a country's name, or the code itself where a later table dropped it."""
    country = countries().get(code or "")
    return country.name if country else code


def need_row(snapshot: Snapshot, code: str) -> dict[str, Any]:
    """Return the row of a need, with its stages and its gap."""
    facts = snapshot.need_facts[code]
    gap = format_amount(facts.balance.gap, facts.balance.unit.decimals)
    return {
        **record_row("needs", facts.need, facts.balance.unit),
        **balance_row(facts.balance),
        "project_title": facts.project.title,
        "city": facts.city.code,
        "city_name": facts.city.name,
        "office": facts.city.office,
        "gap": gap if facts.balance.quantified else None,
    }


def offer_row(snapshot: Snapshot, code: str) -> dict[str, Any]:
    """Return the row of an offer: its stages, its mandate in short, and whether it is over."""
    facts = snapshot.offer_facts[code]
    balance = balance_row(facts.balance)
    # The table's own `withdrawn` says whether the whole offer was taken back.
    balance["withdrawn_quantity"] = balance.pop("withdrawn")
    if not facts.balance.declared:
        balance["available"] = None
    return {
        **record_row("offers", facts.offer, facts.balance.unit),
        **balance,
        "provider_name": facts.provider.name,
        "mandate": mandate(facts.offer, facts.balance.unit),
        "over": facts.offer.is_over(snapshot.day),
    }


def mandate(offer: Any, unit: Unit) -> str:
    """Describe an offer's mandate in a line; terms without a limit are omitted."""
    from ledger.reference.places import region_names  # noqa: PLC0415 - help does without

    lists = [
        ("", [*offer.sectors]),
        ("in ", [*offer.countries, *region_names(offer.regions), *offer.cities]),
        ("not ", [*offer.excluded_countries]),
        ("by ", [*offer.instruments]),
    ]
    parts = [f"{word}{'/'.join(names)}" for word, names in lists if names]
    parts += _ticket(offer, unit)
    if offer.max_share is not None:
        parts.append(f"up to {offer.max_share} of a need")
    if offer.condition:
        parts.append("only if complete")
    return ", ".join(parts) or ANY


def _ticket(offer: Any, unit: Unit) -> list[str]:
    from ledger.core.quantity import short_quantity  # noqa: PLC0415

    least, most = offer.min_ticket, offer.max_ticket
    if least is not None and most is not None:
        return [f"ticket {short_quantity(least, unit)} to {short_quantity(most, unit)}"]
    if least is not None:
        return [f"ticket from {short_quantity(least, unit)}"]
    return [f"ticket to {short_quantity(most, unit)}"] if most is not None else []


def unit_row(unit: Unit) -> dict[str, Any]:
    """Return the row of a unit."""
    return {"code": unit.code, "decimals": unit.decimals, "name": unit.name, "kind": unit.kind}
