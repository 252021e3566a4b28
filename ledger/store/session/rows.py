"""The rows of one write: the source of their numbers and the order in which they are written.

Numbers are drawn under the write lock, or on a server from sequences in blocks, which may leave
holes. Entries are numbered after every rule has passed, so that a refused act leaves no hole.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from hashlib import sha256
from heapq import merge
from operator import attrgetter, ge, itemgetter
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Select, Table, bindparam, func, select

from ledger.core.requests import bound_request_hash
from ledger.core.text import normalised_code
from ledger.evidence.canonical import ENTRY_NOTES, quoted
from ledger.evidence.disclosures import (
    COMMON_FIELDS,
    LARGE_FIELDS,
    PROVENANCE_FIELDS,
    SALT_LENGTH,
)
from ledger.evidence.tree_head import ENTRY_KIND, REQUEST_KIND
from ledger.journal.entries import EXEMPTED_FORMAT, WAITING, Draft
from ledger.store.db import tables
from ledger.store.db.prepared import (
    Prepared,
    ResultRow,
    RowBuffer,
    WrittenRows,
    insert_all_tuples,
    insert_rows,
)
from ledger.store.db.proposal_tables import introduced_line
from ledger.store.db.queries import OnServer, Parent, codes_had
from ledger.store.db.types import LIST_SEPARATOR, to_microseconds
from ledger.store.journal.accounts import Accounts
from ledger.store.registers import LEAF_PLACES, STORED_REGISTERS, identity_of

_Row = Mapping[str, Any]

WRITTEN_BY_ACTS: Final = tuple(STORED_REGISTERS[kind] for kind in tables.OF_JOURNAL)
"""The registers to which rows of the journal lead: what waits is written after their rows.

A write of any kind needs their tables, to put its own in order: they are made here.
"""
_OF_JOURNAL: Final = [(one.identity, one.versions, one.changes) for one in WRITTEN_BY_ACTS]


class Numbering:
    """Where a write draws the numbers of its new rows and codes from.

    Codes continue after the largest known number, those of this write included.
    """

    def __init__(self) -> None:
        self._last: dict[str, int] = {}

    def ids(self, table: Table, count: int) -> list[int]:
        """Draw as many ids of a table, in order."""
        raise NotImplementedError

    def next_id(self, table: Table) -> int:
        """Draw one id of a table."""
        return self.ids(table, 1)[0]

    def _largest(self, kind: str) -> int:
        raise NotImplementedError

    def code_number(self, kind: str) -> int:
        """Draw the number of a code such as PRJ-0043: the one after the largest."""
        number = max(self._last.get(kind, 0), self._largest(kind)) + 1
        self._last[kind] = number
        return number

    def note_code_number(self, kind: str, number: int | None) -> None:
        """Take note of the number in a code that this write gave a record."""
        if number is not None:
            self._last[kind] = max(self._last.get(kind, 0), number)


class LockedNumbering(Numbering):
    """Counts on from the largest there is: the one writer there can be knows it."""

    def __init__(self, connection: Connection, **last: int) -> None:
        """Start; `last` gives the last id of a table where it is known, by the table's name."""
        super().__init__()
        self._connection = connection
        self._last_ids = last
        self._largest_codes: dict[str, int] = {}

    def ids(self, table: Table, count: int) -> list[int]:
        """Draw the ids after the largest."""
        if table.name not in self._last_ids:
            self._last_ids[table.name] = _last_id(table).value(self._connection) or 0
        first = self._last_ids[table.name] + 1
        self._last_ids[table.name] += count
        return list(range(first, first + count))

    def next_id(self, table: Table) -> int:
        """Draw the id after the largest."""
        number = self._last_ids.get(table.name)
        if number is None:
            return self.ids(table, 1)[0]
        self._last_ids[table.name] = number + 1
        return number + 1

    def _largest(self, kind: str) -> int:
        if kind not in self._largest_codes:
            table = identity_of(kind)
            number, identity = _last_code(table).rows(self._connection)[0]
            self._largest_codes[kind] = number or 0
            self._last_ids.setdefault(table.name, identity or 0)
        return self._largest_codes[kind]


@cache
def _last_id(table: Table) -> Prepared:
    return Prepared(select(func.max(table.c.id)))


@cache
def _last_code(table: Table) -> Prepared:
    # Two questions, so that each is answered by the end of an index.
    last = [select(func.max(table.c[name])).scalar_subquery() for name in ("number", "id")]
    return Prepared(select(*last))


class CodeUses:
    """How many records had a code before a new one, now or formerly: each is recorded in error."""

    def __init__(self, connection: Connection) -> None:
        """Start with no register read."""
        self._connection = connection
        self.reads_singly = _SINGLY
        """How many new records of a register are looked up one by one before it is read once."""
        self._by_kind: dict[str, dict[str, int]] = {}
        self._asked: Counter[str] = Counter()
        self._new: set[str] = set()

    def new(self, code: str) -> str:
        """Take note of a code that was made just now, and that no record had before; give it."""
        self._new.add(code)
        return code

    def of(self, kind: str, codes: Iterable[str]) -> int:
        """Count the records that had one of the codes a new record begins with.

        Those of the first few codes are looked up, and for more a register is read once.
        """
        uses = self._by_kind.get(kind)
        if uses is not None and not uses:  # as nearly always: no record is in error
            return 0
        known = [normalised_code(code) for code in codes if code not in self._new]
        if not known:
            return 0
        if uses is not None:
            return max([uses.get(code, 0) for code in known])
        self._asked[kind] += 1
        if self._asked[kind] <= self.reads_singly:
            return max(self._read(kind, known).values(), default=0)
        uses = self._by_kind[kind] = self._read(kind)
        return max([uses.get(code, 0) for code in known])

    def _read(self, kind: str, codes: Sequence[str] | None = None) -> dict[str, int]:
        of_all, of_some = _code_uses(kind)
        if codes is None:
            return dict(of_all.rows(self._connection))
        return dict(self._connection.execute(of_some, {"codes": codes}).all())


@cache
def _code_uses(kind: str) -> tuple[Prepared, Select[Any]]:
    """Select how often each code was used that records in error had: of all, and of some codes."""
    register = STORED_REGISTERS[kind]
    versions = register.versions.c
    had = codes_had(kind).c
    ever = select(versions[register.owner]).where(versions.in_error)
    freed = select(had.folded).where(had.id.in_(ever))
    query = select(had.folded, func.max(had.reuse) + 1).group_by(had.folded)
    some = had.folded.in_(bindparam("codes", expanding=True))
    of_all = Prepared(query.where(had.folded.in_(freed)))
    return of_all, query.where(some, had.id.in_(ever))


_SINGLY: Final = 5
"""For so few new records, reading a whole register would take longer."""


class NewRows(NamedTuple):
    """What makes both rows of a new record of all its values, and where its free texts stand."""

    identity: Callable[[Sequence[Any]], ResultRow]
    version: Callable[[Sequence[Any]], ResultRow]
    texts: tuple[tuple[str, int], ...]


_OF_IDENTITY: Final = ("id", "folded", "number", "reuse", "request_id")
_NOTHING: Final = ""
OF_NEW: Final = (*_OF_IDENTITY, "recorded_at", "format", "in_error", "version", "reason", _NOTHING)
"""What stands in the rows of a new record, behind the values of its register's `columns`."""


@cache
def new_rows(kind: str) -> NewRows:
    """Give what makes the rows of a new record of a register."""
    register = STORED_REGISTERS[kind]
    terms = {name: at for at, name in enumerate(register.columns)}
    beside = {name: at for at, name in enumerate(OF_NEW, start=len(terms))}
    own = terms | {name: beside[name] for name in _OF_IDENTITY}
    of_version = own | dict.fromkeys(register.corrected, beside[_NOTHING]) | beside
    of_version[register.owner] = beside["id"]
    return NewRows(
        itemgetter(*(own[column.name] for column in register.identity.columns)),
        itemgetter(*(of_version[column.name] for column in register.versions.columns)),
        tuple((field, own[column]) for field, column in register.free_texts),
    )


class _Texts(NamedTuple):
    """The texts of one field of many records: each record with its text, at the same place."""

    records: list[int]
    values: list[str]


def _leaves(key: tuple[int, int, str], texts: _Texts) -> Iterator[tuple[int, int, int, str, str]]:
    """Give the texts of a field in the order of their leaves, made while they are written."""
    place, version, name = key
    records: Iterable[tuple[int, str]] = zip(texts.records, texts.values, strict=True)
    if any(map(ge, texts.records, texts.records[1:])):  # hardly ever
        records = sorted(records)
    for record, value in records:
        yield place, record, version, name, value


class DisclosureRows:
    """The texts of one write that its leaves will hold salted hashes of, kept back until its end.

    What a request gives to several leaves is disclosed once, with the request itself: its reason,
    and the first source of its rates. Another text in such a field belongs to its leaf alone.
    """

    def __init__(self, request: Mapping[str, Any], reason: str | None) -> None:
        """Start with the row of a request, and the reason that it gives."""
        self._request = request
        self._common: dict[str, str | None] = {"reason": reason}
        self._disclosed: set[str] = set()
        self._texts: dict[tuple[int, int, str], _Texts] = {}

    def add(self, kind: str, record: int, version: int, texts: Iterable[tuple[str, Any]]) -> None:
        """Take in the texts of a leaf by their fields; what is empty is in no leaf."""
        self._add(LEAF_PLACES[kind], record, version, texts)

    def add_column(
        self, kind: str, name: str, records: Iterable[int], texts: Iterable[str | None]
    ) -> None:
        """Take in the text of one field of many leaves; what is empty is in no leaf."""
        place = LEAF_PLACES[kind]
        given = [(record, text) for record, text in zip(records, texts, strict=True) if text]
        if name in COMMON_FIELDS or not given:
            for record, text in given:
                self._add(place, record, 0, ((name, text),))
            return
        texts_of = self._texts.setdefault((place, 0, name), _Texts([], []))
        texts_of.records.extend([record for record, _ in given])
        texts_of.values.extend([text for _, text in given])

    def add_rows(self, table: str, rows: Iterable[_Row]) -> None:
        """Take in the texts of rows that are no record, where those of their table have any."""
        from ledger.store.erasable import erasable_rows, row_texts  # noqa: PLC0415 - few acts do

        one = erasable_rows().get(table)
        if one is None:
            return
        for row in rows:
            self._add(one.place, *row_texts(one, row))

    def _add(self, place: int, record: int, version: int, texts: Iterable[tuple[str, Any]]) -> None:
        for name, value in texts:
            if not value:
                continue
            if name in COMMON_FIELDS and self._common.setdefault(name, value) == value:
                self._disclosed.add(name)
            else:
                key = place, version, name
                texts_of = self._texts.get(key) or self._texts.setdefault(key, _Texts([], []))
                texts_of.records.append(record)
                texts_of.values.append(value)

    def write(self, connection: Connection, receipt: _Row, hashes: WrittenRows) -> str:
        """Write every row, and the receipt with the hash of the request; give that.

        `hashes` are those of all other rows that the request wrote.
        """
        rows = self.rows(receipt["body"], hashes)
        insert_all_tuples(connection, tables.disclosure, rows)
        request_hash = bound_request_hash(plain_terms(self._request), hashes.hex())
        insert_rows(connection, tables.receipt, [{**receipt, "hash": request_hash}])
        return request_hash

    def rows(self, receipt: str, hashes: WrittenRows) -> Iterator[tuple[Any, ...]]:
        """Give every row with its salt, those of the request's own texts included.

        Each is taken into the `hashes` of what is written, by the salted hash of its text.
        """
        number = self._request["id"]
        request = (LEAF_PLACES[REQUEST_KIND], number, 0)
        fields = {name: self._request[name] for name in (*PROVENANCE_FIELDS, "input")}
        fields |= {name: self._common[name] for name in self._disclosed}
        fields["receipt"] = receipt
        own = [(*request, name, value) for name, value in fields.items() if value]
        count = len(own) + sum(len(one.records) for one in self._texts.values())
        salts = os.urandom(SALT_LENGTH * count)
        texts = merge(sorted(own), *(_leaves(*one) for one in self._texts.items()))
        last, place, parts = request, -1, hashes.parts
        for at, (kind, record, version, name, value) in enumerate(texts):
            leaf = (kind, record, version)
            place = place + 1 if leaf == last else 0
            last = leaf
            salt = salts[SALT_LENGTH * at : SALT_LENGTH * (at + 1)]
            text = quoted(value)
            salted = sha256(salt + text.encode()).hexdigest()
            words = DISCLOSURE % (kind, record, version, place, name, salted)
            one = sha256(words.encode()).digest()
            parts[one[0] >> 4] += one  # as `add_hashes` does: there can be very many
            yield (number, *leaf, place, name, salt, "" if name in LARGE_FIELDS else text)


def plain_terms(request: Mapping[str, Any]) -> Iterator[Any]:
    """Give the terms of a request's row that are no texts, as its hash covers them."""
    for name in _PLAIN_TERMS:
        value = request[name]
        yield to_microseconds(value) if isinstance(value, datetime) else value


DISCLOSURE: Final = "disclosure:%s,%s,%s,%s,%s,%s"
"""What is hashed of a disclosure: its leaf, place and field, and the salted hash in the leaf."""

TEXTS_OF_REQUESTS: Final = frozenset({*PROVENANCE_FIELDS, "input"})
_PLAIN_TERMS: Final = tuple(
    one.name for one in tables.request.columns if one.name not in TEXTS_OF_REQUESTS
)


class JournalRows:
    """The rows of the entries of one write, made of its drafts once these have numbers.

    An import posts tens of thousands, so that nothing is kept of an entry but its draft, and rows
    are made only while they are written. A draft's place stands for its number until then.
    """

    def __init__(self, numbering: Numbering, drafts: list[Draft], accounts: Accounts) -> None:
        """Start with the drafts of a write, to which it adds; the numbers come of `numbering`."""
        self._numbering = numbering
        self._drafts = drafts
        self._accounts = accounts
        self._numbers: list[int] = []
        self._exemptions: dict[int, str] = {}

    @property
    def count(self) -> int:
        """How many entries were posted."""
        return len(self._drafts)

    def rest_on(self, place: int, exemptions: Iterable[str]) -> None:
        """Let an entry that waits, by its place, name the exemptions that it rests on."""
        self._exemptions[place] = LIST_SEPARATOR.join(exemptions)

    def drop_after(self, count: int) -> None:
        """Drop the entries that were posted after so many, before any was given its number."""
        assert len(self._numbers) <= count, "an entry has its number already"
        del self._drafts[count:]
        self._exemptions = {at: one for at, one in self._exemptions.items() if at < count}

    def numbers(self) -> list[int]:
        """Give the numbers of all entries so far, drawn for those that had none."""
        missing = len(self._drafts) - len(self._numbers)
        if missing:
            self._numbers += self._numbering.ids(tables.entry, missing)
        return list(self._numbers)

    def add_to(
        self,
        rows: RowBuffer,
        disclosures: DisclosureRows,
        written: _Row,
        proposal_id: Callable[[str], int],
    ) -> None:
        """Put every row in line under its number, and disclose the texts of each entry.

        `written` has what all rows of the write share: its request, and when it is recorded.
        """
        numbers = self.numbers()
        if not numbers:
            return
        for name in ENTRY_NOTES:
            note = attrgetter(f"details.{name}")
            disclosures.add_column(ENTRY_KIND, name, numbers, map(note, self._drafts))
        # Values in their places: an import makes hundreds of thousands of these rows.
        rows.add_made(tables.entry, _ENTRY, self._entries(numbers, written))
        rows.add_made(tables.movement, _MOVEMENT, self._movements(numbers, written))
        carried_out = [
            {"entry_id": number, "proposal_id": proposal_id(line.proposal), "line": line.line}
            for number, draft in zip(numbers, self._drafts, strict=True)
            if (line := draft.details.proposed) is not None
        ]
        rows.add_all(introduced_line, carried_out)

    def _entries(self, numbers: Sequence[int], written: _Row) -> Iterator[ResultRow]:
        """Give the row of each entry, its values in the order of `_ENTRY`."""
        request, moment = written["request_id"], written["recorded_at"]
        for place, (number, draft) in enumerate(zip(numbers, self._drafts, strict=True)):
            details, reverses = draft.details, draft.reverses
            if reverses is not None and reverses >= WAITING:  # one that was posted here too
                reverses = numbers[reverses - WAITING]
            exemptions = self._exemptions.get(place)
            yield (
                number,
                draft.act,
                details.effective_on,
                moment,
                request,
                None if draft.deal is None else self._accounts.deal(draft.deal).id,
                details.reference,
                details.reason,
                details.override,
                reverses,
                len(draft.movements),
                draft.format if exemptions is None else EXEMPTED_FORMAT,
                draft.total,
                exemptions,
            )

    def _movements(self, numbers: Sequence[int], written: _Row) -> Iterator[ResultRow]:
        """Give the rows of the movements of all entries, values in the order of `_MOVEMENT`."""
        moment, account, deal = written["recorded_at"], self._accounts.account, self._accounts.deal
        for number, draft in zip(numbers, self._drafts, strict=True):
            effective_on = draft.details.effective_on
            for line, one in enumerate(draft.movements, start=1):
                yield (
                    number,
                    line,
                    account(one.side, one.account).id,
                    None if one.deal is None else deal(one.deal).id,
                    one.unit,
                    one.from_stage,
                    one.to_stage,
                    one.amount,
                    effective_on,
                    moment,
                )


_ENTRY: Final = (
    *("id", "act", "effective_on", "recorded_at", "request_id", "deal_id", "reference", "reason"),
    *("override", "reverses", "lines", "format", "total", "exemptions"),
)
_MOVEMENT: Final = (
    *("entry_id", "line", "holder_id", "deal_id", "unit", "from_stage", "to_stage", "amount"),
    *("effective_on", "recorded_at"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteStart:
    """What a write starts with.

    `moment` is when it is recorded, not before the last write; `first_receipt` the answer to the
    same request executed before, None where it is new; `last_recorded` when the last one was
    recorded; `database_user` is None where there is none; `parent` is the newest request visible.
    """

    moment: datetime
    numbering: Numbering
    first_receipt: dict[str, Any] | None = None
    last_recorded: datetime | None = None
    database_user: str | None = None
    has_restrictions: bool = False
    transaction: tuple[int, str | None] | None = None
    has_limits: bool = False
    has_approval_rules: bool = False
    parent: Parent | None = None
    since_ns: int = field(default_factory=time.monotonic_ns)

    @property
    def on_server(self) -> OnServer:
        """Who writes on a server, and in which transaction of it."""
        return OnServer(self.database_user, *(self.transaction or (None, None)))
