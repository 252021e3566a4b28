"""The history of one record: every version of its terms, every change of its quantity, its acts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any, NamedTuple

from cli.framework.command import Call
from cli.framework.output import emit_rows
from cli.views.balance import brief
from cli.views.columns import attributes, columns
from ledger.core.factors import Side, Stage
from ledger.core.quantity import Unit, format_amount, quantity_text
from ledger.deals.deal import Deal, exact_text
from ledger.interchange.records import DEAL_ACTS
from ledger.journal.entries import Act
from ledger.registers.spec import Kind, column_of
from ledger.registers.table import REGISTERS
from ledger.reports.table import machine

if TYPE_CHECKING:
    from ledger.journal.entries import Entry
    from ledger.store.session.snapshot import Reader, Snapshot
    from ledger.store.versions import Version
    from ledger.usecases.interchange.provenance import RowNotTaken

_DEAL = "deal"
_WITH_ENTRIES = frozenset({*(side.value for side in Side), _DEAL})
_OPENING_TERMS = "offer need instrument held_until due_on note"
"""The terms that a deal is opened with, as its history shows them."""
_COLUMNS = columns("version entry when actor what reason", what="Change")
_MACHINE = columns(
    "version entry recorded_at actor system_user host command effective_on reason what"
)


class Changes(NamedTuple):
    """What changed of a record, newest first, and the rows of it that imports left out."""

    kind: str
    code: str
    snapshot: Snapshot
    rows: list[dict[str, Any]]
    not_taken: Sequence[RowNotTaken] = ()


def read_changes(reader: Reader, kind: str, code: str) -> Changes:
    """Read the history of one code of a register.

    The records that had the code before, each recorded in error, are a part of it. What was
    recorded after the reader's moment is left out.
    """
    from ledger.store.db.queries import request_places  # noqa: PLC0415 - brings SQLAlchemy
    from ledger.store.register_codes import ids_under  # noqa: PLC0415 - brings SQLAlchemy
    from ledger.store.session.snapshot import UNITS  # noqa: PLC0415 - as above
    from ledger.store.versions import read_versions  # noqa: PLC0415 - as above
    from ledger.usecases.interchange.provenance import (  # noqa: PLC0415 - as above
        provenance_of,
        provenance_text,
        rows_not_taken,
    )

    snapshot = reader.snapshot(UNITS)
    rows: list[dict[str, Any]] = []
    for place, identity in enumerate(ids_under(reader.connection, kind, code), start=1):
        versions = read_versions(reader.connection, kind, identity, reader.times.known_at)
        entries = [*reader.entries_of(kind, identity)] if kind in _WITH_ENTRIES else []
        own = entries if kind == _DEAL else [one for one in entries if one.deal is None]
        told = [
            *_versions(snapshot, versions, entries),
            *(quantity_row(snapshot, entry) for entry in own),
        ]
        rows += [{**row, "record": place} for row in told]
    places = request_places(reader.connection, (row["request"] for row in rows))
    provenance = provenance_of(reader.connection, (row["request"] for row in rows))
    for row in rows:
        entry = row.pop("of")
        if entry is None:
            row["source"] = provenance.of_record(row["request"], kind, code)
        else:
            row["source"] = provenance.of_entry(entry)
        if (text := provenance_text(row["source"])) is not None:
            row["what"] += f", from {text}"
    rows.sort(
        key=lambda row: (places[row["request"]], row["version"] or 0, row["entry"] or 0),
        reverse=True,
    )
    return Changes(kind, code, snapshot, rows, rows_not_taken(reader, kind, code))


def emit_changes(call: Call, changes: Changes) -> None:
    """Write what changed of a record, times in the ledger's zone for people."""
    kind, code, snapshot, rows, not_taken = changes
    for row in rows:
        row["when"] = snapshot.local(row["recorded_at"])
    left_out = [
        {
            **attributes(one, "source file line reason actor"),
            "recorded_at": snapshot.local(one.recorded_at),
        }
        for one in not_taken
    ]
    head = {"schema": "cityfund.history/1", "kind": kind, "code": code, "left_out": left_out}
    if call.as_documents:
        rows = [
            {key: row[key] for key in row if key not in {"what", "when", "request"}} for row in rows
        ]
    columns_shown = _COLUMNS if call.for_people else _MACHINE
    emit_rows(rows, columns_shown, call.read, head=head, below=lambda _: _left_out_lines(left_out))


def _left_out_lines(left_out: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Say which rows of a record imports left out, a line each."""
    if left_out:
        yield ""
        yield "Left out by imports:"
    for one in left_out:
        where, when = f"{one['file']}:{one['line']}", one["recorded_at"][:_DAY]
        yield f"{where}: {one['reason']} ({one['source']}, {when})"


_DAY = len("2026-11-23")


def _versions(
    snapshot: Snapshot, versions: Iterable[Version], entries: Iterable[Entry]
) -> Iterator[dict[str, Any]]:
    before: Version | None = None
    for version in versions:
        unit = snapshot.units.get(getattr(version.record, "unit", ""))
        changes = (
            _opening_terms(version.record, entries)
            if before is None
            else _changes(before.record, version.record, unit)
        )
        if before is not None and before.in_error != version.in_error:
            state = {"from": before.in_error, "to": version.in_error}
            changes.insert(0, {"field": _IN_ERROR, **state})
        yield {
            "version": version.number,
            "entry": None,
            "of": None,
            "recorded_at": version.recorded_at,
            "request": version.request_key,
            **attributes(version, "actor system_user host command"),
            "effective_on": None,
            "reason": version.reason,
            "changes": changes,
            "what": _version_text(before, version, changes),
        }
        before = version


def _opening_terms(record: Any, entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """Return the terms that a deal was opened with; other records list none of their first."""
    if not isinstance(record, Deal):
        return []
    units = {moved.unit for entry in entries for moved in entry.movements}
    rate = None if len(units) == 1 else exact_text(record.exact_rate)
    terms = {**attributes(record, _OPENING_TERMS), "rate_exact": rate}
    return [{"field": key, "from": None, "to": to} for key, to in terms.items() if to is not None]


def _version_text(
    before: Version | None, version: Version, changes: Iterable[Mapping[str, Any]]
) -> str:
    """Describe a version: what it changed, and whether it hid the record or brought it back."""
    texts = [_change_text(one) for one in changes if one["field"] != _IN_ERROR]
    if before is None:
        return "; ".join(texts) or "added"
    if before.in_error != version.in_error:
        texts.insert(0, "recorded in error" if version.in_error else "restored")
    return "; ".join(texts) or "no change"


_IN_ERROR = "in_error"


def _changes(before: Any, after: Any, unit: Unit | None) -> list[dict[str, Any]]:
    return [
        {
            "field": column_of(field.name),
            "from": _shown(field.name, getattr(before, field.name), unit),
            "to": _shown(field.name, getattr(after, field.name), unit),
        }
        for field in fields(after)
        if getattr(before, field.name) != getattr(after, field.name)
    ]


def _shown(name: str, value: Any, unit: Unit | None) -> Any:
    if name in _AMOUNTS and isinstance(value, int) and unit is not None:
        return quantity_text(value, unit)
    return value


_AMOUNTS = {
    column.name
    for spec in REGISTERS.values()
    for column in spec.columns
    if column.kind is Kind.AMOUNT
}


def _change_text(change: Mapping[str, Any]) -> str:
    before, after = (machine(change[key]) or "none" for key in ("from", "to"))
    return f"{change['field'].replace('_', ' ')}: {before} → {after}"


def quantity_row(snapshot: Snapshot, entry: Entry) -> dict[str, Any]:
    """Give the row of an act on a quantity."""
    moved = next((one for one in entry.movements if one.side is Side.NEED), entry.movements[0])
    unit = snapshot.units[moved.unit]
    amount = brief(moved.amount, unit)
    change = {
        "field": "quantity",
        "act": entry.act.value,
        "from_stage": moved.from_stage.value,
        "to_stage": moved.to_stage.value,
        "quantity": format_amount(moved.amount, unit.decimals),
        "unit": unit.code,
    }
    return {
        "version": None,
        "entry": entry.number,
        "of": entry,
        "recorded_at": entry.recorded_at,
        "request": entry.request_key,
        **attributes(entry, "actor system_user host"),
        "command": None,
        **attributes(entry, "effective_on reason"),
        "changes": [change],
        "what": _act_text(entry, amount),
    }


def _act_text(entry: Entry, amount: str) -> str:
    """Describe an act on a quantity, or an act of a deal."""
    raised = entry.movements[0].from_stage is Stage.UNDECLARED
    done = {
        **{act: f"{amount} {word}" for word, act in DEAL_ACTS.items()},
        Act.DECLARE: f"quantity: {amount} declared",
        Act.REVISE: f"quantity: {'raised' if raised else 'lowered'} by {amount}",
        Act.WITHDRAW: f"{amount} withdrawn",
        Act.EXPIRE: f"{amount} expired",
        Act.REINSTATE: f"{amount} reinstated",
        Act.REVERSE: f"entry {entry.reverses} reversed: {amount}",
    }[entry.act]
    reference = f", reference {entry.reference}" if entry.reference else ""
    return f"{done}, on {entry.effective_on}{reference}"
