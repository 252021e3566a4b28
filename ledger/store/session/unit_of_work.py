"""A unit of work: one write transaction, the request it executes and the rows it records."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Table

from ledger.core.dates import day_of, require_not_future
from ledger.core.errors import LedgerError
from ledger.core.factors import Side
from ledger.core.quantity import Unit
from ledger.core.requests import Request
from ledger.core.text import code_number, make_code, normalised_code
from ledger.journal.entries import (
    CANONICAL_FORMAT,
    IDENTITY_FORMAT,
    WAITING,
    ActDetails,
    Draft,
    Movement,
    Posted,
    PostedHere,
)
from ledger.journal.receipts import Note, Receipt, RegisterChanges
from ledger.origins.links import parse_origin
from ledger.rates.rates import Rate
from ledger.registers.table import code_prefixes
from ledger.restrictions.bars import NO_RESTRICTIONS, RESTRICTING, Restrictions
from ledger.store import registers
from ledger.store.db import queries, tables
from ledger.store.db.prepared import ROWS_AT_ONCE, RowBuffer
from ledger.store.db.queries import Settings, StoredUnits, read_settings
from ledger.store.journal.accounts import SIDES, Account, Accounts, DealAccount
from ledger.store.origins import Key, require_no_circle
from ledger.store.rates import QUOTE_COLUMNS, StoredRates
from ledger.store.register_codes import ids_by_code
from ledger.store.registers import STORED_REGISTERS, StoredRecord, find_id, find_record
from ledger.store.restrictions import RestrictionsCache, read_restrictions
from ledger.store.session.rows import CodeUses, DisclosureRows, JournalRows, WriteStart, new_rows
from ledger.store.stored_registers import StoredRegister
from ledger.store.versions import identity_change_row, stored_terms

if TYPE_CHECKING:
    from ledger.evidence.tree_head import Seal
    from ledger.matching.stored import StoredProposal
    from ledger.store.phases import CurrentPhases


_Cells = dict[str, Any]


class UnitOfWork:
    """What a use-case works with: it reads, adds, edits and posts; the caller commits."""

    def __init__(
        self,
        connection: Connection,
        request: Request,
        start: WriteStart,
        key: str,
        cache: Callable[[], RestrictionsCache] = RestrictionsCache,
    ) -> None:
        """Begin the request; `key` is its own or the one made for it, `cache` the ledger's."""
        self.connection = connection
        self.request = request
        self.start = start
        self.now = start.moment
        self.rows_written: Counter[str] = Counter()
        self.changes = RegisterChanges()
        self.hidden: set[tuple[str, str]] = set()  # what this request marked as recorded in error
        self.notes: dict[Note, None] = {}
        self._rows = RowBuffer()
        self.drafts: list[Draft] = []
        self.posted_here = PostedHere()
        self._numbering = start.numbering
        self._mirrored_days: set[date] = set()
        self._ids: defaultdict[str, dict[str, int]] = defaultdict(dict)
        self._records: defaultdict[str, dict[str, Any]] = defaultdict(dict)
        self._restrictions: tuple[int, Restrictions] | None = None
        self._restrictions_cache = cache
        self.phases: CurrentPhases | None = None  # made when it is first asked for
        self._uses = CodeUses(connection)
        self.accounts = Accounts(connection, lambda: self.units, self.flush_registers, self.drafts)
        self._journal = JournalRows(start.numbering, self.drafts, self.accounts)
        self.request_id = self._numbering.next_id(tables.request)
        self.key = key
        made_by = (start.on_server, start.parent)
        self._written = {"request_id": self.request_id, "recorded_at": self.now}
        self._of_versions = self._written | {"format": CANONICAL_FORMAT, "in_error": False}
        row = queries.request_row(self.request_id, key, request, self.now, *made_by)
        self._rows.add(tables.request, row)
        self._disclosures = DisclosureRows(row, request.reason)

    @cached_property
    def settings(self) -> Settings:
        """The ledger's settings now."""
        return read_settings(self.connection)

    @cached_property
    def today(self) -> date:
        """Today by the ledger's one calendar."""
        return day_of(self.now, self.settings.zone)

    @property
    def day(self) -> date:
        """The officer's date of this request: as given, else today."""
        return self.request.on or self.today

    def details(self, *, reference: str | None = None, override: str | None = None) -> ActDetails:
        """Give what is recorded of an act of this request beside what it moves."""
        day, reason = self.day, self.request.reason
        return ActDetails(effective_on=day, reference=reference, reason=reason, override=override)

    @cached_property
    def units(self) -> StoredUnits:
        """Every unit of the ledger by code."""
        return StoredUnits(self.connection)

    @property
    def rates(self) -> StoredRates:
        """The rates table, with what this unit of work has added to it."""
        if self._rows.has_rows(tables.rate):
            self.flush_registers()
        return StoredRates(self.connection)

    @property
    def has_restrictions(self) -> bool:
        """Whether any restriction is on record, those of this unit of work included."""
        return self.start.has_restrictions or any(map(self.changes.counts.get, RESTRICTING))

    @property
    def restrictions(self) -> Restrictions:
        """The restrictions and exemptions, with what this unit of work has added to them."""
        if not self.has_restrictions:
            return NO_RESTRICTIONS
        versions = sum([self.changes.counts.get(kind, 0) for kind in RESTRICTING])
        if self._restrictions is None or self._restrictions[0] != versions:
            self.flush_registers()
            # What is not committed may yet be undone: it is kept for this unit of work alone.
            read = read_restrictions if versions else self._restrictions_cache().read
            self._restrictions = versions, read(self.connection)
        return self._restrictions[1]

    def find_record(self, kind: str, typed: str) -> StoredRecord:
        """Find a record by its code as a person typed it; raises `UnknownCode`."""
        self.flush_registers()
        return find_record(self.connection, kind, typed)

    def seek_record(self, kind: str, typed: str) -> StoredRecord | None:
        """Find a record by its code as a person typed it, or None. Raises `AmbiguousCode`."""
        self.flush_registers()
        return registers.seek_record(self.connection, kind, typed)

    def record(self, kind: str, code: str) -> Any:
        """Give a record by its exact code, remembered for as long as this transaction."""
        if code not in self._records[kind]:
            if (account := self.accounts.known_account(kind, code)) is not None:
                return account.record
            self.flush_registers()
            stored = find_record(self.connection, kind, code)
            self._ids[kind][code] = stored.id
            self._records[kind][code] = stored.record
        return self._records[kind][code]

    def remember_records(self, kind: str, records: Mapping[str, Any]) -> None:
        """Take records in that an import has just read or added, so none is asked for singly."""
        self._records[kind].update(records)

    def code_for(self, kind: str, given: str | None) -> str:
        """Give the code of a new record: the one given, or the next free one."""
        if given is not None:
            return given
        return self._uses.new(make_code(code_prefixes()[kind], self._numbering.code_number(kind)))

    def add(self, kind: str, record: Any, later: Sequence[str] = ()) -> int:
        """Add a record with its first version, to be given `later` codes; give its id."""
        register, code, reason = STORED_REGISTERS[kind], record.code, self.request.reason
        terms = self._values(register, record)
        identity = self._new_identity(register, record)
        folded = normalised_code(code)
        number = code_number(code_prefixes().get(kind, ""), folded)
        self._numbering.note_code_number(kind, number)
        if kind not in SIDES:  # needs and offers are found by their accounts
            self._ids[kind][code] = identity
            self._records[kind][code] = record
        reuse = self._uses.of(kind, (code, *later))
        # Values in their places, as `OF_NEW` has them: an import adds tens of thousands.
        values = (*terms, identity, folded, number, reuse, self.request_id)
        values += (self.now, CANONICAL_FORMAT, False, 1, reason, None)
        of_identity, of_version, texts = new_rows(kind)
        given = [(field, text) for field, at in texts if (text := values[at])]
        if given or reason:
            self._disclosures.add(kind, identity, 1, [("reason", reason), *given])
        self._rows.add_tuple(register.identity, of_identity(values))
        self._rows.add_tuple(register.versions, of_version(values))
        self._flush_many()
        self.changes.add(kind, code, 1)
        return identity

    def edit(self, kind: str, stored: StoredRecord, record: Any) -> int:
        """Add a version with the new terms, and identity where that differs; give its number."""
        register = STORED_REGISTERS[kind]
        version = stored.version + 1
        values = dict(zip(register.columns, self._values(register, record), strict=True))
        changes = register.spec.identity_differs(stored.record, record)
        layout = IDENTITY_FORMAT if changes else CANONICAL_FORMAT
        self._add_version(register, stored.id, version, {**values}, format=layout)
        if changes:  # a trigger puts it in force, and codes that are remembered may be former ones
            self.flush_registers()
            row = identity_change_row(self.connection, kind, stored.id, values)
            row |= {"version": version, "request_id": self.request_id, "recorded_at": self.now}
            self._numbering.note_code_number(kind, row["number"])
            self._rows.add(register.changes_table, row)
            self._records.clear()
            self._ids[kind][record.code] = stored.id
        self._records[kind][record.code] = record
        self.changes.add(kind, record.code, version)
        return version

    def repeat_version(self, kind: str, owner: int, version: int, *, in_error: bool) -> None:
        """Add a version with an earlier one's terms; `in_error` hides the record."""
        self.flush_registers()
        last, code, values = stored_terms(self.connection, kind, owner, version)
        register = STORED_REGISTERS[kind]
        self._add_version(register, owner, last + 1, values, in_error=in_error)
        self.changes.add(kind, code, last + 1)
        if in_error:
            self.hidden.add((kind, code))

    def edit_account(self, side: Side, code: str, **terms: Any) -> None:
        """Add a version of a need's or an offer's terms, and let its account follow."""
        self._edit_terms(side.value, self.accounts.account(side, code), terms)

    def edit_deal(self, code: str, **terms: Any) -> None:
        """Add a version of a deal's terms, and let its account follow."""
        account = self.accounts.deal(code)
        if any(getattr(account.record, name) != value for name, value in terms.items()):
            self._edit_terms("deal", account, terms)

    def _edit_terms(
        self, kind: str, account: Account | DealAccount, terms: Mapping[str, Any]
    ) -> None:
        stored = StoredRecord(account.id, account.version, self.now, account.record)
        record = replace(account.record, **terms)
        account.version, account.record = self.edit(kind, stored, record), record

    def post(self, draft: Draft) -> None:
        """Post an entry and its movements; it gets its number when all is decided.

        Its date is checked against today, the declarations and the timelines of all it moves.
        Raises `FutureDate`, `BeforeDeclaration` or `OverdrawnLater`.
        """
        day, movements = draft.details.effective_on, draft.movements
        accounts = self.accounts.accounts_of(movements)
        if draft.reversed_on != day:
            self.accounts.require_declared(day, accounts)
        if day > self.today:
            self._require_mirrored_day(draft, day)
        if [one for one in accounts if one.is_late(day)]:
            self.accounts.require_timeline(day, movements)
        self.accounts.apply_movements(day, movements, accounts)
        self.drafts.append(draft)
        self.posted_here.add(draft, WAITING + len(self.drafts) - 1)

    def post_declaration(self, account: Account, draft: Draft) -> None:
        """Post the declaration of what was just added, which leaves no day below zero."""
        day, (movement,) = draft.details.effective_on, draft.movements
        assert day == account.record.declared_on
        if day > self.today:
            self._require_mirrored_day(draft, day)
        self.accounts.declare(account, day, movement)
        self.drafts.append(draft)

    def rest_on(self, place: int, exemptions: Sequence[str]) -> None:
        """Let an entry posted here, by its place among the drafts, name what it rests on."""
        self._journal.rest_on(place, exemptions)

    def require_day(self, day: date, movements: Sequence[Movement]) -> None:
        """Refuse a day that is to come, before a declaration, or that leaves a stage below zero."""
        self.require_declared(day, movements)
        require_not_future(day, self.today)
        self.accounts.require_timeline(day, movements)

    def _require_mirrored_day(self, draft: Draft, day: date) -> None:
        """Refuse a day to come, unless this request reverses on it what a fast clock dated so."""
        if draft.reversed_on == day:
            self._mirrored_days.add(day)
        if day not in self._mirrored_days:
            require_not_future(day, self.today)

    def require_declared(self, day: date, movements: Sequence[Movement]) -> None:
        """Refuse a day before the declaration of a need or an offer that something moves."""
        self.accounts.require_declared(day, self.accounts.accounts_of(movements))

    @contextmanager
    def undone_on_refusal(self) -> Iterator[None]:
        """Take back the entries posted here where one of them, or what follows, is refused."""
        count, notes = self._journal.count, dict(self.notes)
        try:
            yield
        except LedgerError:
            self.notes = notes
            self.accounts.take_back(count, self.drafts[count:])
            self._journal.drop_after(count)
            self.posted_here.forget_from(WAITING + count)
            raise

    @property
    def entries(self) -> list[int]:
        """The numbers of the entries posted so far; asking for them is what draws them."""
        return self._journal.numbers()

    @property
    def last_posted(self) -> Posted | None:
        """The entry posted last, under the number it has while it waits; None before the first."""
        last = len(self.drafts) - 1
        return None if last < 0 else self.drafts[last].posted_as(WAITING + last)

    @property
    def last_details(self) -> ActDetails | None:
        """The details of the entry posted last; None before the first."""
        return self.drafts[-1].details if self.drafts else None

    @property
    def posted(self) -> int:
        """How many entries were posted so far."""
        return self._journal.count

    def add_unit(self, unit: Unit) -> None:
        """Add a unit that quantities can be counted in."""
        terms = {name: getattr(unit, name) for name in ("code", "decimals", "kind", "name")}
        self._rows.add(tables.unit, {**terms, "request_id": self.request_id})
        self.units.add(unit)
        self.changes.add("unit", unit.code, 1)

    def add_rate(self, rate: Rate, *, withdrawn: bool = False) -> None:
        """Add an exchange rate, or the row that withdraws it.

        The latest recorded of its day and pair counts.
        """
        number = self._numbering.next_id(tables.rate)
        self._disclosures.add("rate", number, 0, [("source", rate.source)])
        quote = {name: getattr(rate, name) for name in QUOTE_COLUMNS}
        row = {"id": number, **quote, "withdrawn": withdrawn, **self._written}
        self._rows.add(tables.rate, row)
        self.changes.add("rate", f"{rate.day} {rate.base}/{rate.quote}", 1)

    def add_proposal(self, stored: StoredProposal) -> None:
        """Add a proposal, with its lines and the projects it would complete."""
        from ledger.store.proposals import proposal_rows  # noqa: PLC0415 (few acts store any)

        identity = self._ids["proposal"][stored.code] = self._numbering.next_id(tables.proposal)
        self._disclosures.add("proposal", identity, 0, [("reason", stored.reason)])
        for table, row in proposal_rows(identity, stored, self.id_of, self._written):
            self._rows.add(table, row)
        self.changes.add("proposal", stored.code, 1)

    def set_setting(self, name: str, value: str) -> None:
        """Add a version of one of the ledger's settings."""
        self.flush_registers()
        last = queries.last_setting_version(self.connection, name)
        self._disclosures.add("setting", 0, 0, [("reason", self.request.reason)])
        self._rows.add(
            tables.setting_version,
            {
                "name": name,
                "version": last + 1,
                "value": value,
                "reason": self.request.reason,
                **self._written,
                "format": CANONICAL_FORMAT,
            },
        )
        self.changes.add("setting", name, last + 1)

    def add_rows(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Add rows of a table that is no register; each is given the request it is written by."""
        self.add_plain_rows(table, [{**row, "request_id": self.request_id} for row in rows])

    def add_seal(self, seal: Seal) -> None:
        """Add a seal, whose leaves stand in their places already."""
        from ledger.store.db import night_tables  # noqa: PLC0415 - few acts seal

        self._rows.add(night_tables.seal, {**seal._asdict(), "request_id": self.request_id})
        self.changes.add("seal", str(seal.number), 1)

    def add_plain_rows(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Add rows of a table that belong to a row of another, and name no request."""
        self._rows.add_all(table, list(rows))
        self._disclosures.add_rows(table.name, rows)
        self.rows_written[table.name] += len(rows)

    def new_ids(self, table: Table, count: int) -> list[int]:
        """Draw the ids of rows to come of a table that is no register."""
        return self._numbering.ids(table, count) if count else []

    @property
    def has_written(self) -> bool:
        """Say whether this unit of work records anything beside the request itself."""
        return bool(self._journal.count) or self._rows.has_rows_beyond(tables.request)

    def note(self, code: str, text: str) -> None:
        """Add a note to the receipt, once."""
        self.notes[Note(code, text)] = None

    def receipt(self, **parts: Any) -> Receipt:
        """Make the receipt of what this unit of work has done so far."""
        return replace(self.receipt_of_many(), registers=tuple(self.changes), **parts)

    def receipt_of_many(self) -> Receipt:
        """Make the receipt without the versions of registers, of which an import adds very many."""
        return Receipt(
            entries=tuple(self.entries),
            notes=tuple(self.notes),
            rows_written={name: count for name, count in self.rows_written.items() if count},
        )

    def store_receipt(self, document: Mapping[str, Any]) -> str:
        """Keep the answer for the same key; write all that waits; give the request's hash."""
        receipt = queries.receipt_row(self.request_id, document)
        id_of = partial(self.id_of, "proposal")
        self._journal.add_to(self._rows, self._disclosures, self._written, id_of)
        self._rows.flush(self.connection)
        return self._disclosures.write(self.connection, receipt, self._rows.hashes)

    def flush_registers(self) -> None:
        """Write all that waits but the journal, so that queries see it."""
        if self._rows.has_rows_beyond(tables.request):
            self._rows.flush(self.connection)

    def _new_identity(self, register: StoredRegister, record: Any) -> int:
        kind = register.kind
        if kind not in SIDES:
            identity = self._numbering.next_id(register.identity)
            if kind == "deal":
                self.accounts.open_deal(identity, record)
            return identity
        identity = self._numbering.next_id(tables.holder)
        side, unit = SIDES[kind], record.unit
        self._rows.add_tuple(tables.holder, (identity, side, unit, self.request_id))
        self.accounts.open_account(side, identity, record)
        return identity

    def _add_version(
        self, register: StoredRegister, owner: int, version: int, values: _Cells, **marks: Any
    ) -> None:
        """Put a later version in line; `values` become its row."""
        kind = register.kind
        if register.spec.is_origin and values.get("origin_id"):
            self.flush_registers()
            require_no_circle(self.connection, Key(kind, owner), values)
        reason = self.request.reason
        texts = [(field, values[column]) for field, column in register.free_texts]
        self._disclosures.add(kind, owner, version, [("reason", reason), *texts])
        values |= self._of_versions
        values[register.owner], values["version"], values["reason"] = owner, version, reason
        values |= marks
        self._rows.add(register.versions, values)  # more than its columns: only those are written
        self._flush_many()

    def _flush_many(self) -> None:
        if self._rows.count >= ROWS_AT_ONCE:
            self.flush_registers()

    def _values(self, register: StoredRegister, record: Any) -> tuple[Any, ...]:
        """Give a record as the values of its columns, with the codes of others as their ids."""
        named: list[Any] = []
        for term in register.naming:
            kind, code = term.refers_to, getattr(record, term.attribute)
            if term.kind_column is not None:
                kind, code = parse_origin(code) if code else (None, None)
                named.append(kind)
            named.append(None if kind is None or code is None else self.id_of(kind, code))
        return (*register.plain_values(record), *named)

    def id_of(self, kind: str, code: str) -> int:
        """Give a record's id by its exact code, remembering it for the next row."""
        identity = self._ids[kind].get(code)
        if identity is None:
            known = self.accounts.known_account(kind, code)
            identity = known.id if known else find_id(self.connection, kind, code)
            self._ids[kind][code] = identity
        return identity

    def remember_ids(self, ids: Callable[[str], Mapping[str, int]] | None = None) -> None:
        """Take in all ids of every register: those that `ids` gives, or else read them."""
        for kind in STORED_REGISTERS:
            self._ids[kind].update(ids(kind) if ids else ids_by_code(self.connection, kind))
        self._uses.reads_singly = 0
