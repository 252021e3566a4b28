"""Where what is recorded came from: the source of its import, its file and its row."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PurePath
from typing import Any, Final

from sqlalchemy import Connection

from ledger.interchange.repeats.state import DEALS, RecordKey, SourceState, StatedRow, unpacked
from ledger.journal.entries import Entry
from ledger.registers.table import REGISTERS
from ledger.store.import_sources import imports_naming, sources_by_key
from ledger.store.session.snapshot import Reader

_KEYS: Final = ("source", "rule", "rule_sha256", "file", "file_sha256", "line")


@dataclass(slots=True)
class Provenance:
    """What the imports among some requests keep of their sources, by the key of the request."""

    sources: Mapping[str, Mapping[str, Any]]
    _states: dict[tuple[str, RecordKey], SourceState] = field(default_factory=dict)

    def of_record(self, key: str, kind: str, code: str) -> dict[str, Any] | None:
        """Say from which row a version of a record came; None where no import recorded it."""
        if key not in self.sources:
            return None
        state = self._state(key, (_table_of(kind), code))
        return self._document(key, state, next(iter(state), None))

    def of_entry(self, entry: Entry) -> dict[str, Any] | None:
        """Say from which row an entry came; None where no import recorded it."""
        key = entry.request_key
        if key not in self.sources:
            return None
        if entry.deal is None:
            first = entry.movements[0]
            return self.of_record(key, first.side.value, first.account)
        state = self._state(key, (DEALS, entry.deal))
        rows = [
            one for one in state if not one.gone and one.cells.get("reference") == entry.reference
        ]
        own = [one for one in rows if one.cells["act"] == entry.act.value]
        dated = [one for one in own if one.cells["effective_on"] == entry.effective_on.isoformat()]
        return self._document(key, state, next(iter([*dated, *own, *rows]), None))

    def _state(self, key: str, record: RecordKey) -> SourceState:
        """Give what the source of an import said of one record."""
        if (key, record) not in self._states:
            self._states[key, record] = unpacked(self.sources[key]["state"], record)
        return self._states[key, record]

    def _document(self, key: str, state: SourceState, row: StatedRow | None) -> dict[str, Any]:
        source = self.sources[key]
        rule = source.get("rule") or {}
        file = None if row is None else state.files[row.file]
        values = (
            source["name"],
            rule.get("name"),
            rule.get("sha256"),
            None if file is None else file.name,
            None if file is None else file.sha256,
            None if row is None else row.line,
        )
        return dict(zip(_KEYS, values, strict=True))


def _table_of(kind: str) -> str:
    return REGISTERS[kind].plural if kind in REGISTERS else DEALS


def provenance_of(connection: Connection, keys: Iterable[str]) -> Provenance:
    """Read what the imports among some requests keep of their sources."""
    bodies = sources_by_key(connection, keys)
    sources = {key: json.loads(body).get("source") for key, body in bodies.items()}
    return Provenance({key: source for key, source in sources.items() if source})


@dataclass(frozen=True, slots=True)
class RowNotTaken:
    """A row of a record that an import left out, or took in part: where it stands, and why."""

    source: str
    file: str
    line: int
    reason: str
    recorded_at: datetime
    actor: str


def rows_not_taken(reader: Reader, kind: str, code: str) -> list[RowNotTaken]:
    """Read the rows of a record that imports left out and say of which records they are.

    The newest import comes first. A record has rows under its former codes too.
    """
    codes = (code, *reader.former_codes(kind, code))
    records = {f"{_table_of(kind)}/{one}" for one in codes}
    return [
        RowNotTaken(source["name"], PurePath(file).name, line, reason, one.recorded_at, one.actor)
        for one in imports_naming(reader.connection, records, reader.times.known_at)
        for source in [json.loads(one.body).get("source") or {}]
        for file, line, reason, *named in source.get("rows_left_out", ())
        if named and not records.isdisjoint(named[0])
    ]


def provenance_text(source: Mapping[str, Any] | None) -> str | None:
    """Write where something came from: `cities.csv:3 (rule twin-towns)`."""
    if source is None:
        return None
    by = f"rule {source['rule']}" if source["rule"] else source["source"]
    if source["rule"] and source["rule"] != source["source"]:
        by += f", source {source['source']}"
    return f"{source['file']}:{source['line']} ({by})" if source["file"] else f"({by})"
