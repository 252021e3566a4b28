"""The history of what is no record of a register: a finding, an entry, a stored proposal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cli.views.columns import attributes
from cli.views.history import Changes, quantity_row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.journal.entries import Entry
    from ledger.store.session.snapshot import Reader
    from ledger.store.statements.stored_findings import StoredFinding

_NOTHING: dict[str, Any] = dict.fromkeys(
    ("version", "entry", "system_user", "host", "command", "effective_on", "source")
)
"""What a change has nothing of, unless it says so; the order is that of a record's history."""


def read_other_changes(reader: Reader, kind: str, code: str) -> Changes:
    """Read the history of a finding, an entry or a stored proposal, newest first."""
    read = {"finding": _of_finding, "entry": _of_entry, "proposal": _of_proposal}[kind]
    changes, known_at = read(reader, code), reader.times.known_at
    known = [one for one in changes.rows if known_at is None or one["recorded_at"] <= known_at]
    return changes._replace(rows=known[::-1])


def _of_finding(reader: Reader, typed: str) -> Changes:
    from ledger.store.statements.stored_findings import parse_finding_number, read_finding  # noqa: PLC0415 - brings the store

    finding = read_finding(reader.connection, parse_finding_number(typed))
    return Changes("finding", finding.code, reader.snapshot(), [*_events(finding)])


def _events(finding: StoredFinding) -> Iterator[dict[str, Any]]:
    status: str | None = None
    for event in finding.events:
        word = event.event.word
        first = f": {finding.sentence}" if status is None else ""
        yield {
            **_NOTHING,
            **attributes(event, "recorded_at actor reason"),
            "request": None,
            "changes": [{"field": "status", "from": status, "to": word}],
            "record": 1,
            "what": f"{word}{first}",
        }
        status = word


def _of_entry(reader: Reader, typed: str) -> Changes:
    from ledger.store.journal.entries import (  # noqa: PLC0415 - brings the store
        entry_number,
        read_entry,
        reversal_of,
    )

    number = entry_number(typed)
    numbers = [read_entry(reader.connection, number).number]
    while (following := reversal_of(reader.connection, numbers[-1])) is not None:
        numbers.append(following)  # a reversal can be reversed
    return _changes_by_entries(reader, [*reader.numbered(numbers)], "entry", str(number))


def _changes_by_entries(reader: Reader, entries: list[Entry], kind: str, code: str) -> Changes:
    from dataclasses import replace  # noqa: PLC0415 - as the rest

    from ledger.usecases.interchange.provenance import (  # noqa: PLC0415 - brings the store
        provenance_of,
        provenance_text,
    )

    units = reader.units({moved.unit for one in entries for moved in one.movements})
    snapshot = replace(reader.snapshot(), units=units)
    provenance = provenance_of(reader.connection, [one.request_key for one in entries])
    rows = []
    for entry in entries:
        row = {**quantity_row(snapshot, entry), "record": 1, "source": provenance.of_entry(entry)}
        del row["of"]
        if (text := provenance_text(row["source"])) is not None:
            row["what"] += f", from {text}"
        rows.append(row)
    return Changes(kind, code, snapshot, rows)


def _of_proposal(reader: Reader, code: str) -> Changes:
    from ledger.store.proposals import read_proposal  # noqa: PLC0415 - brings the store

    proposal = read_proposal(reader.connection, code)
    numbers = sorted(one.entry for one in proposal.accepted.values())
    accepted = _changes_by_entries(reader, [*reader.numbered(numbers)], "proposal", code)
    lines = len(proposal.numbered_lines)
    saved = {
        **_NOTHING,
        **attributes(proposal, "recorded_at actor reason"),
        "request": None,
        "changes": [{"field": "lines", "from": None, "to": lines}],
        "record": 1,
        "what": f"proposed for {proposal.proposal.day}, lines: {lines}",
    }
    return accepted._replace(rows=[saved, *accepted.rows])
