"""What bars a pair, the providers of whom that is not known, and what each restriction bars."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cli.framework.command import Call
from cli.framework.output import (
    day_text,
    emit_document,
    emit_lines,
    emit_rows,
    filter_rows,
    lines_below,
)
from cli.framework.receipts import note_texts, with_ledger
from cli.framework.register_commands import resolve_code
from cli.framework.terminal import note
from cli.views.columns import attributes, columns
from ledger.core.text import counted

if TYPE_CHECKING:
    from ledger.registers.records import Restriction
    from ledger.store.session.snapshot import Reader
    from ledger.usecases.restrictions.report import RestrictionReport, RestrictionRow

_TERMS = "authority programme reason reference"
PAIR_COLUMNS = columns(
    "restriction judgement authority programme:2 reason until exemption:1",
)
PROVIDER_COLUMNS = columns("provider provider_name kind offers[none] restrictions:1")
REPORT_COLUMNS = columns(
    "restriction standing authority programme:4 reason:3 (reference) (binds) (targets) (scope) "
    "(from) until review_on:2 review_due:1 (exemptions) pairs needs gap"
)


def emit_pair(call: Call, reader: Reader, offer: str, need: str) -> bool:
    """Write the restrictions in force that concern a pair; say whether it is free."""
    from ledger.usecases.restrictions.pairs import check_pair  # noqa: PLC0415 - help does without

    offer, need = resolve_code(reader, "offer", offer), resolve_code(reader, "need", need)
    snapshot = reader.snapshot("offer", "need")
    checked = check_pair(snapshot, offer, need)
    head = {
        "schema": "cityfund.restriction-check/1",
        "as_of": snapshot.day,
        "offer": offer,
        "need": need,
        **attributes(checked.terms, "provider provider_country city city_country"),
        "free": checked.is_free,
    }
    rows = [
        {
            **_terms(one.restriction),
            "judgement": one.judgement,
            "exemption": one.exemption,
        }
        for one in checked.restrictions
    ]
    emit_rows(rows, PAIR_COLUMNS, call.read, head=head)
    if checked.terms.provider_country is None and call.format == "table":
        note(call, f"The country of provider {checked.terms.provider} is not known.")
    return checked.is_free


def emit_providers(call: Call, reader: Reader) -> bool:
    """Write the providers without a country; say whether there are none that this matters for."""
    from ledger.usecases.restrictions.pairs import providers_without_country  # noqa: PLC0415

    snapshot = reader.snapshot("provider", "offer")
    rows = [
        {
            "provider": one.provider.code,
            "provider_name": one.provider.name,
            "kind": one.provider.kind,
            "offers": one.offers,
            "restrictions": one.restrictions,
        }
        for one in providers_without_country(snapshot)
    ]
    head = {"schema": "cityfund.providers-without-country/1", "as_of": snapshot.day}
    emit_rows(rows, PROVIDER_COLUMNS, call.read, head=head)
    if rows and call.format == "table":
        note(call, "Restrictions by country do not bar them: record the country where it is known.")
    return not rows


def emit_restriction(call: Call, reader: Reader, code: str) -> None:
    """Write one restriction, with the day of its review where nobody has set one."""
    from cli.views.register import emit_plain  # noqa: PLC0415 - as of every register
    from ledger.core.dates import day_of  # noqa: PLC0415 - help does without
    from ledger.registers.pairs import RESTRICTION  # noqa: PLC0415 - help does without
    from ledger.restrictions.bars import review_day  # noqa: PLC0415 - help does without

    recorded_on = day_of(reader.restrictions.recorded_at[code], reader.zone)
    (record,) = (one for one in reader.restrictions.restrictions if one.code == code)
    emit_plain(call, reader, RESTRICTION, code, review_on=review_day(record, recorded_on))


SCREENED_COLUMNS = columns(
    "finding kind code name listed likeness country:2 (from) until:1 grounds:3 (reference)"
)


def emit_screened(call: Call, receipt: Mapping[str, Any]) -> None:
    """Write what a screening found: the findings that are open, and the counts."""
    if call.format == "json":
        emit_document(receipt)
        return
    counts = receipt["counts"]
    rows = counts["matches"]
    ended = f", {counts['ended']:,} of them ended" if counts["ended"] else ""
    compared = f"{counted(counts['entries'], 'entry', 'entries')} of {counts['list']}{ended}"
    found = f"{counted(counts['open'], 'finding')} open, {counts['new']:,} of them new"
    lines = [
        f"{compared}; {counted(counts['names'], 'name')}.",
        f"{found}; {counts['dismissed']:,} resolved before.",
    ]
    lines += lines_below(rows, SCREENED_COLUMNS) if rows else ()
    emit_lines(with_ledger(call, lines))
    for text in note_texts(receipt):
        note(call, text)
    if receipt.get("replayed"):
        note(call, "Already recorded; this is the original receipt.")
    if receipt.get("dry_run"):
        note(call, "Dry run: nothing was written.")


def emit_report(call: Call, report: RestrictionReport) -> None:
    """Write the report of restrictions."""
    from ledger.usecases.restrictions.report import RULE  # noqa: PLC0415 - help does without

    head = {
        "schema": "cityfund.restrictions/1",
        "as_of": report.as_of,
        "known_at": report.known_at,
        "rule": RULE,
    }
    kept = [*filter_rows(map(_row, report.rows), REPORT_COLUMNS, call.read)]
    counts, unfiltered = report.not_counted(), call.read.without_filters()
    if call.read != unfiltered:
        codes = {row["restriction"] for row in kept}
        every = (one.restriction for one in report.rows)
        counts = report.not_counted([one for one in every if one.code in codes])
    tail = {"not_counted": [one._asdict() for one in counts]}
    emit_rows(kept, REPORT_COLUMNS, unfiltered, head=head, tail=tail)
    if call.format == "table":
        number = counted(len(kept), "restriction")
        note(call, f"{day_text(report.as_of, report.known_at)}: {number}.")
        note(call, f"Formula: {RULE}.")
        for one in counts:
            if one.number:
                note(call, f"Not counted: {one.text}.")


def _row(row: RestrictionRow) -> dict[str, Any]:
    one = row.restriction
    return {
        **_terms(one),
        "binds": (*one.binds_countries, *one.binds_providers),
        "targets": (*one.countries, *one.cities, *one.providers),
        "scope": (*one.factors, *one.sectors, *one.topics, *one.instruments),
        **attributes(row, "standing review_on review_due exemptions pairs needs gap"),
    }


def _terms(one: Restriction) -> dict[str, Any]:
    return {
        "restriction": one.code,
        **attributes(one, _TERMS),
        "from": one.from_,
        "until": one.until,
    }
