"""The columns whose texts can be erased, each with the leaf and the field that it is named by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final, NamedTuple

from sqlalchemy import Table

from ledger.evidence.canonical import ENTRY_NOTES
from ledger.evidence.disclosures import COMMON_FIELDS, PROVENANCE_FIELDS
from ledger.evidence.tree_head import ENTRY_KIND, PROPOSAL_KIND, REQUEST_KIND
from ledger.store.db import approval_tables, night_tables, tables
from ledger.store.registers import LEAF_PLACES, STORED_REGISTERS

ROW_PLACES: Final = {
    "statement": 1000,
    "statement_line": 1001,
    "finding": 1002,
    "finding_event": 1003,
    "approval_answer": 1004,
    "approval": 1005,
    "approval_rule": 1006,
    "standing_approval": 1007,
    "night_run": 1008,
    "night_step": 1009,
}
"""The numbers that stand for a row of a table in `disclosure` and `erasure`; they never change.

Such a row has no leaf of its own: the rows that one request wrote into a table share one. In the
leaves of requests of the newest format salted hashes stand for their texts.
"""


OF_NIGHTS: Final = frozenset({"night_run", "night_step"})
"""The tables whose rows belong to no request: in an erasure the ledger's first one stands there."""


def place_of(kind: str) -> int:
    """Return the number that stands for a kind of leaf, or for a row of a table."""
    place = ROW_PLACES.get(kind)
    return LEAF_PLACES[kind] if place is None else place


class ErasableTable(NamedTuple):
    """A table with texts of leaves of one kind, or with texts in its rows.

    `record` and `version` are the columns that name the leaf or the row, `request` the one that
    names the request it was written under; a leaf without records or versions has zero there.
    Without `request` the record and the version name the row alone. `texts` are columns with the
    fields that their disclosures have.
    """

    table: Table
    kind: str
    record: str | None
    version: str | None
    request: str | None
    texts: tuple[tuple[str, str], ...]

    @property
    def place(self) -> int:
        """Return the number that stands for the kind of leaf."""
        return place_of(self.kind)

    @property
    def common(self) -> tuple[tuple[str, str], ...]:
        """Return the columns that may repeat what the request gives to several leaves."""
        if self.kind == REQUEST_KIND:
            return ()
        return tuple(pair for pair in self.texts if pair[1] in COMMON_FIELDS)


@cache
def erasable_tables() -> tuple[ErasableTable, ...]:
    """Give every table with texts that can be erased."""
    return tuple(_tables())


def _tables() -> Iterator[ErasableTable]:
    said = tuple((name, name) for name in (*PROVENANCE_FIELDS, "input"))
    yield ErasableTable(tables.request, REQUEST_KIND, "id", None, "id", said)
    received = (("body", "receipt"),)
    yield ErasableTable(tables.receipt, REQUEST_KIND, "request_id", None, "request_id", received)
    notes = tuple((name, name) for name in ENTRY_NOTES)
    yield ErasableTable(tables.entry, ENTRY_KIND, "id", None, "request_id", notes)
    reason = (("reason", "reason"),)
    yield ErasableTable(tables.setting_version, "setting", None, None, "request_id", reason)
    yield ErasableTable(tables.rate, "rate", "id", None, "request_id", (("source", "source"),))
    yield ErasableTable(tables.proposal, PROPOSAL_KIND, "id", None, "request_id", reason)
    for kind, register in STORED_REGISTERS.items():
        texts = (*reason, *((column, field) for field, column in register.free_texts))
        owner = register.owner
        yield ErasableTable(register.versions, kind, owner, "version", "request_id", texts)
    yield from _rows()


def _rows() -> Iterator[ErasableTable]:
    """Give the tables whose rows are no records; no field of theirs is one that requests give."""
    statement, line = night_tables.statement, night_tables.statement_line
    file_name = ("file_name", "file_name")
    yield ErasableTable(statement, statement.name, "id", None, "request_id", (file_name,))
    reference = (("reference", "line_reference"),)
    yield ErasableTable(line, line.name, "statement_id", "position", None, reference)
    finding, event = night_tables.finding, night_tables.finding_event
    told = tuple((name, name) for name in ("subject", "said", "ours", "theirs", "command"))
    yield ErasableTable(finding, finding.name, "id", None, "request_id", (*told, file_name))
    resolution = (("reason", "resolution"),)
    yield ErasableTable(event, event.name, "finding_id", "number", "request_id", resolution)
    asked, answer = approval_tables.approval, approval_tables.approval_answer
    reason = (("reason", "answer_reason"),)
    yield ErasableTable(answer, answer.name, "approval_id", None, "request_id", reason)
    lines = (("lines", "approval_lines"),)
    yield ErasableTable(asked, asked.name, "id", None, "request_id", lines)
    for rules in (approval_tables.approval_rule, approval_tables.standing_approval):
        reason = (("reason", "rule_reason"),)
        yield ErasableTable(rules, rules.name, "number", "version", "request_id", reason)
    run, step = night_tables.night_run, night_tables.night_step
    said = tuple((name, name) for name in PROVENANCE_FIELDS)
    yield ErasableTable(run, run.name, "id", None, None, said)
    told = (("findings", "findings"), ("lines", "lines"))
    yield ErasableTable(step, step.name, "run_id", "place", None, told)


@cache
def erasable_rows() -> Mapping[str, ErasableTable]:
    """Give the tables whose rows are no records, by their names."""
    return {one.table.name: one for one in _rows()}


def row_texts(
    one: ErasableTable, row: Mapping[str, Any]
) -> tuple[int, int, list[tuple[str, str | None]]]:
    """Give the record and the version that a row is named by, and its texts by their fields."""
    record = 0 if one.record is None else row[one.record]
    version = 0 if one.version is None else row[one.version]
    return record, version, sorted((field, row[column]) for column, field in one.texts)
