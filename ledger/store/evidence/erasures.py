"""What can be erased of a leaf: its texts, with the hashes that stay in it and what remains."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Select, and_, func, literal, select

from ledger.core.text import ERASED
from ledger.evidence.canonical import quoted
from ledger.evidence.disclosures import ERASED_INPUT, LARGE_FIELDS
from ledger.evidence.tree_head import ENTRY_KIND, REQUEST_KIND
from ledger.journal.entries import BOUND_FORMAT, CANONICAL_FORMAT
from ledger.store.db import approval_tables, night_tables, tables
from ledger.store.db.engine import on_server
from ledger.store.erasable import (
    OF_NIGHTS,
    ROW_PLACES,
    ErasableTable,
    erasable_rows,
    erasable_tables,
    place_of,
)
from ledger.store.evidence.disclosures import read_disclosures
from ledger.store.registers import STORED_REGISTERS

_INPUT: Final = "input"
_NO_LIST: Final = "[]"
"""The findings or the lines of a step of a night that has none."""
_KEPT_OF_RECEIPTS: Final = (
    *("schema", "entry", "replayed", "deal", "need", "offer", "entries", "registers", "counts"),
    *("laid_down", "proposal", "seal", "key"),
)
"""What remains of a receipt: numbers and codes, which the records show as well."""


_WORDS: Final = {
    "line_reference": "reference",
    "resolution": "reason",
    "answer_reason": "reason",
    "rule_reason": "reason",
    "approval_lines": "lines",
}
"""What fields of rows are called where they are named by hand."""


class LeafKey(NamedTuple):
    """A leaf or a row by its request, kind, record and version, as disclosures name it."""

    request: int
    kind: str
    record: int
    version: int


class ErasedText(NamedTuple):
    """A text that is to be erased: its leaf, its place and field there, and what stays."""

    leaf: LeafKey
    place: int
    field: str
    hash: str | None
    remains: str

    @property
    def row(self) -> dict[str, Any]:
        """Return its row of `erasure`, but for the request that erases it."""
        return {
            "erased_request": self.leaf.request,
            "kind": place_of(self.leaf.kind),
            "record": self.leaf.record,
            "version": self.leaf.version,
            "place": self.place,
            "field": self.field,
            "hash": self.hash,
            "remains": self.remains,
        }


def leaf_of_request(number: int) -> LeafKey:
    """Give the leaf of a request, by its number."""
    return LeafKey(number, REQUEST_KIND, number, 0)


def request_of_key(connection: Connection, key: str) -> int | None:
    """Find the number of a request by its key."""
    request = tables.request.c
    number: int | None = connection.execute(select(request.id).where(request.key == key)).scalar()
    return number


def leaf_of_entry(request: int, number: int) -> LeafKey:
    """Give the leaf of an entry, by its request."""
    return LeafKey(request, ENTRY_KIND, number, 0)


def leaves_of_record(connection: Connection, kind: str, identity: int) -> Iterator[LeafKey]:
    """Find the leaves of all versions of a record."""
    register = STORED_REGISTERS[kind]
    versions = register.versions.c
    query = select(versions.request_id, versions.version).where(
        versions[register.owner] == identity
    )
    for request, version in connection.execute(query.order_by(versions.version)):
        yield LeafKey(request, kind, identity, version)


def rows_of_statement(connection: Connection, provider: int, code: str) -> Iterator[LeafKey]:
    """Find the rows of a provider's statement, in every file that it was read from."""
    statement, line = night_tables.statement.c, night_tables.statement_line.c
    query = select(statement.id, statement.request_id).where(
        statement.provider_id == provider, statement.code == code
    )
    for identity, request in connection.execute(query.order_by(statement.id)).all():
        yield LeafKey(request, "statement", identity, 0)
        places = select(line.position).where(line.statement_id == identity)
        for position in connection.execute(places.order_by(line.position)).scalars():
            yield LeafKey(request, "statement_line", identity, position)


def rows_of_finding(connection: Connection, number: int) -> Iterator[LeafKey]:
    """Find the row of a finding, and those of what happened to it."""
    finding, event = night_tables.finding.c, night_tables.finding_event.c
    for request in connection.execute(
        select(finding.request_id).where(finding.id == number)
    ).scalars():
        yield LeafKey(request, "finding", number, 0)
    query = select(event.request_id, event.number).where(event.finding_id == number)
    for request, place in connection.execute(query.order_by(event.number)):
        yield LeafKey(request, "finding_event", number, place)


def row_of_answer(connection: Connection, approval: int) -> Iterator[LeafKey]:
    """Find the row of the answer to an approval."""
    answer = approval_tables.approval_answer.c
    query = select(answer.request_id).where(answer.approval_id == approval)
    for request in connection.execute(query).scalars():
        yield LeafKey(request, "approval_answer", approval, 0)


def rows_of_approval(connection: Connection, number: int) -> Iterator[LeafKey]:
    """Find the row of an approval that was asked for, and that of its answer."""
    approval = approval_tables.approval.c
    query = select(approval.request_id).where(approval.id == number)
    for request in connection.execute(query).scalars():
        yield LeafKey(request, "approval", number, 0)
    yield from row_of_answer(connection, number)


def rows_of_rule(connection: Connection, kind: str, number: int) -> Iterator[LeafKey]:
    """Find the rows of an `approval_rule` or a `standing_approval`: it is added, and ended."""
    rules = erasable_rows()[kind].table
    query = select(rules.c.request_id, rules.c.version).where(rules.c.number == number)
    for request, version in connection.execute(query.order_by(rules.c.version)):
        yield LeafKey(request, kind, number, version)


def rows_of_night(connection: Connection, day: date) -> Iterator[LeafKey]:
    """Find the rows of the runs of a night, and of their steps."""
    run, step = night_tables.night_run.c, night_tables.night_step.c
    first = connection.execute(select(func.min(tables.request.c.id))).scalar_one()
    for number in connection.execute(select(run.id).where(run.day == day)).scalars().all():
        yield LeafKey(first, "night_run", number, 0)
        places = select(step.place).where(step.run_id == number).order_by(step.place)
        for place in connection.execute(places).scalars().all():
            yield LeafKey(first, "night_step", number, place)


def texts_of(connection: Connection, leaf: LeafKey) -> Iterator[ErasedText]:
    """Give every text of a leaf that is not erased yet."""
    layout = connection.execute(
        select(tables.request.c.format).where(tables.request.c.id == leaf.request)
    ).scalar_one()
    is_plain = leaf.kind in OF_NIGHTS or (leaf.kind in ROW_PLACES and layout != BOUND_FORMAT)
    if layout == CANONICAL_FORMAT or is_plain:
        yield from _plain_texts(connection, leaf)
        return
    stored = None
    for place, (field, one) in enumerate(read_disclosures(connection, *leaf).items()):
        if one.kept_hash is not None:
            continue
        disclosure = one
        if field in LARGE_FIELDS:
            stored = stored or _stored(connection, leaf)
            disclosure = one._replace(text=quoted(stored[field]))
        remains = _remains(field, (stored or {}).get(field, ""))
        yield ErasedText(leaf, place, field, disclosure.hash, remains)


def _plain_texts(connection: Connection, leaf: LeafKey) -> Iterator[ErasedText]:
    """Give the texts of a leaf, or of a row of it, that holds them as they are."""
    erasure = tables.erasure.c
    done = set(
        connection.execute(
            select(erasure.field).where(
                erasure.erased_request == leaf.request,
                erasure.kind == place_of(leaf.kind),
                erasure.record == leaf.record,
                erasure.version == leaf.version,
            )
        ).scalars()
    )
    for place, (field, text) in enumerate(sorted(_stored(connection, leaf).items())):
        if text and text != _NO_LIST and field not in done:
            yield ErasedText(leaf, place, field, None, _remains(field, text))


def _stored(connection: Connection, leaf: LeafKey) -> dict[str, Any]:
    """Read the texts of a leaf from the tables that they stand in."""
    found: dict[str, Any] = {}
    for one in erasable_tables():
        if one.kind == leaf.kind:
            row = connection.execute(_row_of(one, leaf)).first()
            found |= {} if row is None else dict(zip((f for _, f in one.texts), row, strict=True))
    return found


def _row_of(one: ErasableTable, leaf: LeafKey) -> Select[Any]:
    columns = one.table.c
    record = literal(0) if one.record is None else columns[one.record]
    version = literal(0) if one.version is None else columns[one.version]
    named = [record == leaf.record, version == leaf.version]
    if one.request is not None:
        named.append(columns[one.request] == leaf.request)
    return select(*(columns[column] for column, _ in one.texts)).where(and_(*named))


def _remains(field: str, text: str) -> str:
    if field not in LARGE_FIELDS:
        return ERASED
    if field == _INPUT:
        return ERASED_INPUT
    receipt: Mapping[str, Any] = json.loads(text)
    kept = {key: receipt[key] for key in _KEPT_OF_RECEIPTS if key in receipt}
    return json.dumps({**kept, "notes": [], "erased": True}, ensure_ascii=False)


def chosen(texts: Iterator[ErasedText], fields: Sequence[str]) -> Iterator[ErasedText]:
    """Give the texts in some fields, a record's named without the word before it; all for none."""
    for one in texts:
        if not fields or field_word(one.field) in fields:
            yield one


def field_word(field: str) -> str:
    """Give the word that a field of a leaf or a row is named by on the command line."""
    return _WORDS.get(field, field).removeprefix("record.")


def overwrite_what_is_deleted(connection: Connection) -> None:
    """Let a file overwrite with zeros what is deleted from it, on whatever build of SQLite."""
    if not on_server(connection):
        connection.exec_driver_sql("PRAGMA secure_delete = ON").close()
