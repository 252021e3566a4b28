"""Partnerships with their status and outcome: the report, its openings, and single ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from cli.framework.command import Call
from cli.framework.output import (
    day_text,
    emit_record,
    emit_rows,
    filter_rows,
    lines_below,
    section,
)
from cli.framework.register_commands import Listing
from cli.framework.terminal import note
from cli.views.columns import columns
from cli.views.origin import outcome_document, outcome_lines, read_outcome
from cli.views.register import plain_columns, record_row, register_row
from ledger.core.dates import days_after
from ledger.core.partial_dates import Period
from ledger.core.quantity import format_amount, quantity_text
from ledger.core.text import counted
from ledger.partnerships.records import PARTNERSHIP, UNDERTAKING
from ledger.partnerships.rows import group_rows, not_counted
from ledger.partnerships.status import Status
from ledger.registers.table import REGISTERS

if TYPE_CHECKING:
    from ledger.partnerships.openings import Opening
    from ledger.partnerships.records import Undertaking
    from ledger.partnerships.rows import PartnershipRow
    from ledger.registers.records import City
    from ledger.reports.table import Column
    from ledger.store.session.snapshot import Reader, Snapshot
    from ledger.usecases.partnerships import PartnershipReport

_ROW = columns(
    "partnership city:3 city_name with_city:3 with_city_name kind:2 (topics) (countries) (offices) "
    "(signed) (ended) (aim) status outcome newest_trace trace~:1 (undertakings) (done) late:1 "
    "(late_undertakings) "
    "(approaches) (interested) (declined) (meetings) (deals) quantities~:2 openings:1",
    trace="What it was",
)
_SUMS = "ties in_force active new sleeping ended without_outcome late:1 openings:1"
_OPENING = columns(
    "partnership asker:1 asker_name giver:1 giver_name (offices) need project:2 (title) factor "
    "topic (quantity) (unit) offer grounds~ command~",
)

_DAYS_OF_A_HOLD: Final = 90
"""How long the hold lasts that is suggested for an opening."""


def rule_of(months: int) -> str:
    """Say how status and outcome were found."""
    return (
        "status on the day: ended if its end has passed; active if its newest trace lies within "
        f"{months} months before the day; new if it was surely signed within them; else sleeping. "
        "outcome: the furthest that was ever reached by the day, reversals folded in, of "
        "delivered, committed, done, held, interested, asked, none"
    )


def openings_rule_of(months: int) -> str:
    """Return the formula of the openings, as it stands in the report."""
    return (
        "openings: of a partnership in force that sleeps or has the outcome none, in both "
        "directions, a need with something open of one city for which an available offer of a "
        "provider whose city is the other is eligible, or a need of expertise in whose topic the "
        f"other is proven or credentialed; {rule_of(months)}"
    )


def emit_report(call: Call, report: PartnershipReport, by: Sequence[str]) -> None:
    """Write the partnerships, or their sums where it is asked for."""
    chosen = _chosen(call, report.rows)
    head, tail = _head(report), {"not_counted": not_counted(chosen)}
    unfiltered = call.read.without_filters()
    if by:
        head["by"] = list(by)
        emit_rows(group_rows(chosen, by), _group_columns(by), unfiltered, head=head, tail=tail)
    else:
        rows = [_row(call, one) for one in chosen]
        emit_rows(rows, _ROW, unfiltered, head=head, tail=tail)
    if call.format == "table":
        for line in _notes(report, chosen):
            note(call, line)


def _chosen(call: Call, rows: list[PartnershipRow]) -> list[PartnershipRow]:
    """Keep the partnerships that meet every filter."""
    if not call.read.where:
        return rows
    made = (_of_either_city(_row(call, one)) for one in rows)
    kept = {row["partnership"] for row in filter_rows(made, _ROW, call.read)}
    return [one for one in rows if one.partnership.code in kept]


def _of_either_city(row: dict[str, Any]) -> dict[str, Any]:
    """Let a filter by the name of a city keep the partnerships of either one, as by its code."""
    return {**row, "city_name": [row["city_name"], row["with_city_name"]]}


def _notes(report: PartnershipReport, rows: Sequence[PartnershipRow]) -> Iterator[str]:
    """Return the notes below the table: the day, the rule, and what could not be judged."""
    yield f"{day_text(report.as_of, report.known_at)}: {counted(len(rows), 'partnership')}."
    yield f"Formula: {rule_of(report.months)}."
    missing = not_counted(rows)
    if missing["without_signed"]:
        yield f"{missing['without_signed']} without a date of signing: such a one is never new."
    if missing["without_aim"]:
        yield f"{missing['without_aim']} without an aim."


def emit_openings(call: Call, report: PartnershipReport) -> None:
    """Write the openings of idle partnerships, each with the command that takes it up."""
    cities = {city.code: city for row in report.rows for city in row.cities}
    rows = [opening_row(one, cities, report.as_of) for one in report.openings]
    head = _head(report) | {"rule": openings_rule_of(report.months)}
    emit_rows(rows, _OPENING, call.read, head=head, tail={"not_counted": {}})
    if call.format == "table":
        note(call, f"{day_text(report.as_of, report.known_at)}.")
        note(call, f"Formula: {head['rule']}.")


def _head(report: PartnershipReport) -> dict[str, Any]:
    return {
        "schema": "cityfund.partnerships/1",
        "as_of": report.as_of,
        "known_at": report.known_at,
        "months": report.months,
        "rule": rule_of(report.months),
    }


def _row(call: Call, one: PartnershipRow) -> dict[str, Any]:
    """Return a row; where it is no JSON, quantities are texts."""
    row = one.to_dict()
    if not call.as_documents:
        row["quantities"] = quantity_texts(one)
    return row


def quantity_texts(row: PartnershipRow) -> list[str]:
    """Describe what is held, committed and delivered of the deals that came of a partnership."""
    return [
        f"{quantity_text(amount, one.unit)} {stage}"
        for one in row.quantities
        for stage, amount in (
            ("delivered", one.delivered),
            ("committed", one.committed),
            ("held", one.held),
        )
        if amount
    ]


def _group_columns(by: Sequence[str]) -> list[Column]:
    named = "city city_name" if "city" in by else ""
    keys = " ".join(name for name in by if name != "city")
    made = columns(f"{named} {keys} {_SUMS}", city="City code")
    return [replace(one, kind="number") if one.key == Status.ENDED else one for one in made]


def opening_row(one: Opening, cities: Mapping[str, City], day: date) -> dict[str, Any]:
    """Return the row of an opening."""
    need = one.need
    unit = need.balance.unit
    return {
        "partnership": one.partnership,
        "asker": one.asker,
        "asker_name": cities[one.asker].name,
        "giver": one.giver,
        "giver_name": cities[one.giver].name,
        "offices": distinct_offices(cities, (one.asker, one.giver)),
        "need": need.need.code,
        "project": need.project.code,
        "title": need.project.title,
        "factor": need.need.factor,
        "topic": need.need.topic,
        "quantity": format_amount(one.amount, unit.decimals),
        "unit": unit.code,
        "offer": None if one.offer is None else one.offer.offer.code,
        "grounds": one.grounds,
        "command": _command(one, day),
    }


def _command(one: Opening, day: date) -> str:
    """Return the command that takes an opening up."""
    if one.offer is None:
        return f"cityfund exchange accept {one.need.need.code} {one.giver}"
    unit = one.need.balance.unit
    quantity = quantity_text(one.amount, unit)
    rate = "" if one.need_amount is not None else " --rate RATE"
    return (
        f"cityfund deal introduce {one.offer.offer.code} {one.need.need.code} '{quantity}' "
        f"--until {days_after(day, _DAYS_OF_A_HOLD)} --partnership {one.partnership}{rate}"
    )


_TIES = columns(
    "partnership with_city with_city_name kind signed:2 status outcome newest_trace late:1",
)
_UNDERTAKINGS = columns(
    "code by what~ host payer due_on done_on lasts:1 until:2 state", code="Undertaking"
)


def list_partnerships(snapshot: Snapshot) -> Listing:
    """List the partnerships that had begun by the day, with the cities that they tie."""
    spec, cities = REGISTERS[PARTNERSHIP], snapshot.records("city")
    rows = [
        {**register_row(snapshot, spec, one), "offices": distinct_offices(cities, one.cities)}
        for one in snapshot.records(PARTNERSHIP).values()
        if one.period.first <= snapshot.day
    ]
    shown = columns(
        "code city:2 city_name with_city:2 with_city_name kind signed ended:1", code="Partnership"
    )
    return Listing(rows, shown, more=["offices"])


def list_undertakings(snapshot: Snapshot) -> Listing:
    """List the undertakings that there were on the day, with their state: due, late or done."""
    spec, ties = REGISTERS[UNDERTAKING], snapshot.records(PARTNERSHIP)
    rows = [
        {
            **register_row(snapshot, spec, one),
            "state": _state(one, snapshot.day),
            "offices": distinct_offices(snapshot.records("city"), ties[one.partnership].cities),
        }
        for one in snapshot.records(UNDERTAKING).values()
        if one.is_known_by(snapshot.day)
    ]
    shown = columns(
        "code partnership by what~ host:1 payer:1 due_on done_on state", code="Undertaking"
    )
    return Listing(rows, shown, more=["state", "offices"])


def distinct_offices(cities: Mapping[str, City], codes: Iterable[str]) -> list[str]:
    """Return the offices of some cities, each once."""
    return list(dict.fromkeys(cities[code].office for code in codes))


def ties_of(reader: Reader, city: str) -> list[dict[str, Any]]:
    """Return the partnerships of a city on the day, each with the city on the other side."""
    from ledger.usecases.partnerships import partnerships_of  # noqa: PLC0415 - few ask

    rows = []
    for one in partnerships_of(reader, cities=[city]):
        other = next(other for other in one.cities if other.code == one.partnership.other(city))
        rows.append({**one.to_dict(), "with_city": other.code, "with_city_name": other.name})
    return rows


def tie_section(rows: Sequence[dict[str, Any]]) -> Iterator[str]:
    """List the partnerships of a city under a heading; nothing if there are none."""
    return section("Partnerships", rows, _TIES)


def emit_partnership(call: Call, reader: Reader, code: str) -> None:
    """Write one partnership: its terms, its status and outcome, and what its cities undertake."""
    from ledger.usecases.partnerships import partnerships_of, undertakings_of  # noqa: PLC0415

    snapshot = reader.around(PARTNERSHIP, code)
    spec = REGISTERS[PARTNERSHIP]
    terms = register_row(snapshot, spec, snapshot.records(PARTNERSHIP)[code])
    outcome = read_outcome(reader, PARTNERSHIP, code)
    found = next(iter(partnerships_of(reader, codes=[code])), None)
    judged = {} if found is None else found.to_dict()
    undertakings = [
        {**record_row("undertakings", one), "state": _state(one, reader.day)}
        for one in undertakings_of(reader, code)
    ]
    shown = ("status", "outcome", "newest_trace", "trace", "offices", "late", "quantities")
    document = {
        "schema": "cityfund.partnership/1",
        **terms,
        **{name: judged.get(name) for name in shown},
        "undertakings": undertakings,
        **outcome_document(outcome),
    }
    row = {**document, "quantities": [] if found is None else quantity_texts(found)}
    below = [
        *(lines_below(undertakings, _UNDERTAKINGS) if undertakings else ()),
        *outcome_lines(outcome),
    ]
    columns_ = [*plain_columns(spec), *columns("status outcome newest_trace trace~ quantities~")]
    emit_record(row, columns_, call.read, document=document, below=below)


def _state(one: Undertaking, day: date) -> str:
    if one.is_done_by(day):
        return "lasts" if one.lasts and Period(None, one.until).holds(day) else "done"
    return "late" if one.is_late(day) else "due"
