"""How rates are shown: what a currency was on a day, and the versions of a quote."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from cli.framework.command import Call
from cli.framework.output import emit_rows
from cli.framework.session import rate_days_of
from cli.framework.terminal import note
from cli.views.columns import attributes, columns
from ledger.core.text import counted
from ledger.rates.rates import PIVOT, OldRate, old_rates

if TYPE_CHECKING:
    from ledger.interchange.ecb import EcbFile
    from ledger.rates.rates import Rate
    from ledger.store.session.snapshot import Snapshot
    from ledger.usecases.rates import QuoteHistoryRow, RateRow

RATE_COLUMNS = columns("base rate? quote rate_date age_days:1 road source:2")
VERSION_COLUMNS = columns("date rate standing source:3 version:4 when actor:2 reason:1")
_MACHINE = columns(
    "date base quote rate source version standing recorded_at superseded_at actor system_user host "
    "command reason"
)


def emit_rates(call: Call, snapshot: Snapshot, rows: Sequence[RateRow]) -> None:
    """Write what currencies were on the day; an unknown one with what to do about it."""
    head = {
        "schema": "cityfund.rates/1",
        "as_of": snapshot.day,
        "known_at": snapshot.times.known_at,
        "base_currency": snapshot.base_unit.code,
    }
    emit_rows(map(_rate_row, rows), RATE_COLUMNS, call.read, head=head)
    if call.format == "table":
        for line in _notes(snapshot, rows):
            note(call, line)
    pairs = [(row.base, row.quote) for row in rows]
    days = rate_days_of(call)
    note_old_rates(call, old_rates(snapshot.rate_of, pairs, snapshot.day, days))


_MOST_OLD = 5


def note_old_rates(call: Call, rates: Sequence[OldRate], *, nights: bool = False) -> None:
    """Name the old rates that a report has converted by, in every format.

    Of a report over `nights` also the night on which a rate was the oldest.
    """
    for one in rates[:_MOST_OLD]:
        age = counted(one.age_days, "day")
        text = f"{one.base} in {one.quote} is the rate of {one.day}, {age} old"
        if nights:
            text += f" on the night of {one.day + timedelta(days=one.age_days)}"
        note(call, f"{text}: import newer rates with cityfund rates import, or add one.")
    if (more := len(rates) - _MOST_OLD) > 0:
        others = counted(more, "more rate is", "more rates are")
        note(call, f"{others} more than {counted(rate_days_of(call), 'day')} old.")


def _rate_row(row: RateRow) -> dict[str, Any]:
    return {
        "base": row.base,
        "quote": row.quote,
        "rate": row.rate,
        "rate_date": row.day,
        "age_days": row.age_days,
        "road": row.rate_source,
        "source": row.sources,
        "rests_on": [_quote(one) for one in row.rests_on],
    }


def _quote(rate: Rate) -> dict[str, Any]:
    return {"date": rate.day, **attributes(rate, "base quote rate source")}


def _notes(snapshot: Snapshot, rows: Sequence[RateRow]) -> Iterator[str]:
    known = snapshot.times.known_at
    yield f"As of {snapshot.day}" + (f", as recorded by {snapshot.local(known)}." if known else ".")
    if not rows:
        yield f"All needs and offers of money are in {snapshot.base_unit.code}."
    if len(rows) == 1:
        for one in rows[0].rests_on:
            source = f", {one.source}" if one.source else ""
            yield f"Based on: 1 {one.base} = {one.rate:f} {one.quote} of {one.day}{source}."
    unknown = [row for row in rows if row.rate is None]
    if unknown:
        pairs = ", ".join(f"{row.base} in {row.quote}" for row in unknown)
        base, quote = unknown[0].base, unknown[0].quote
        # Told from the euro, a rate serves every other currency too, and needs fewer places.
        pair = f"{quote} {base}" if quote == PIVOT else f"{base} {quote}"
        yield (
            f"No rate on that date: {pairs}. Import rates (cityfund rates import), or add one: "
            f"cityfund rates add {pair} RATE --on DATE --source TEXT"
        )


def emit_versions(
    call: Call, snapshot: Snapshot, pair: tuple[str, str], rows: Sequence[QuoteHistoryRow]
) -> None:
    """Write the versions of a pair's quotes, times in the ledger's zone for people."""
    version_rows = [_version_row(snapshot, pair, row) for row in rows]
    head = {"schema": "cityfund.rate-history/1", "base": pair[0], "quote": pair[1]}
    columns = VERSION_COLUMNS if call.for_people else _MACHINE
    if call.as_documents:
        version_rows = [{key: row[key] for key in row if key != "when"} for row in version_rows]
    emit_rows(version_rows, columns, call.read, head=head)
    if not rows and call.format == "table":
        note(
            call,
            f"No such rates of {pair[0]}/{pair[1]}; for the inverse pair: "
            f"cityfund rates history {pair[1]} {pair[0]}",
        )


def _version_row(snapshot: Snapshot, pair: tuple[str, str], row: QuoteHistoryRow) -> dict[str, Any]:
    of = row.of
    return {
        "date": of.day,
        "base": pair[0],
        "quote": pair[1],
        **attributes(of, "rate source"),
        "version": row.version,
        "standing": row.state,
        "recorded_at": of.recorded_at,
        "superseded_at": row.superseded_at,
        **attributes(of, "actor system_user host command reason"),
        "when": snapshot.local(of.recorded_at),
    }


_OLD_DAYS = 7


def print_ecb_file(call: Call, file: EcbFile, last_day_age: int, missing: Collection[str]) -> None:
    """Print what was read from the ECB's file, what was left out, and its age."""
    from ledger.interchange.ecb import PUBLISHED_AT  # noqa: PLC0415

    first, last = file.days
    note(
        call,
        f"{file.name}: {counted(len(file.quotes), 'rate')} of "
        f"{counted(len(file.currencies), 'currency', 'currencies')}, "
        f"{first} to {last}",
    )
    if file.left_out:
        codes = ", ".join(f"{code} ({count:,})" for code, count in file.left_out)
        note(call, f"left out (no such unit in the ledger): {codes}")
    if missing:
        note(call, f"not in the file: {', '.join(sorted(missing))}")
    if last_day_age > _OLD_DAYS:
        note(call, f"its last rates are {last_day_age} days old; the newest file: {PUBLISHED_AT}")
