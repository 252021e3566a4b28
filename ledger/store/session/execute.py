"""Executing a request: once, in one transaction, with a receipt that can be had again.

A write begins with a moment, with numbers for its rows, and with the receipt of the same request
where that was executed before. On a server these are looked up before its transaction: the view of
the transaction begins later than what they saw, so a request that was executed by then is found,
and engines that watch what a transaction read have less to watch.
"""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, tzinfo
from functools import cache, partial
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Integer, Select, column, exists, func, select, table

from ledger.core.dates import LONGEST_PAUSE, ClockAhead, clock_ahead, recording_time
from ledger.core.errors import LedgerError
from ledger.core.requests import NotApproved, Request
from ledger.journal.entries import Act, Draft
from ledger.journal.receipts import Receipt
from ledger.registers.network import CREDENTIAL, PARTNERSHIP, SEAT
from ledger.registers.pairs import INSTALMENT
from ledger.registers.table import (
    IDENTIFIER,
    NAMING_BY_CODE,
    NEED,
    code_prefixes,
    versioned,
)
from ledger.store.db import engine as engines
from ledger.store.db import postgresql, queries, tables
from ledger.store.db.errors import BUSY_SECONDS, AnswerLost, WriteConflict, WriteTooSlow
from ledger.store.db.queries import Parent, read_settings
from ledger.store.db.schema import require_current
from ledger.store.registers import identity_of
from ledger.store.session.ledger import Ledger, now
from ledger.store.session.restrictions import require_unbarred
from ledger.store.session.rows import LockedNumbering, WriteStart
from ledger.store.session.sequences import SharedNumbering
from ledger.store.session.unit_of_work import UnitOfWork

Handler = Callable[[UnitOfWork], Receipt]
"""What does an act in a unit of work, and gives its receipt."""

SET_UP: Final = ("init", "db upgrade")
"""The commands that set a ledger up."""

_MOST_TRIES: Final = 60
_FIRST_WAIT_MS: Final = 4
_LONGEST_WAIT_MS: Final = 250
_KINDS: Final = tuple(code_prefixes())

_Result = TypeVar("_Result")


def execute(
    ledger: Ledger, request: Request, handler: Handler, *, corrects_clock: bool = False
) -> dict[str, Any]:
    """Execute a request by its handler and give the receipt as a document.

    A key that was used before with the same input gives the first receipt, marked `replayed`.
    A dry run goes the same way and is rolled back; its document says `dry_run`. A request that
    changes nothing and has no key of its own leaves no trace. After a conflict with another write
    the handler runs again, on what that one left. What `corrects_clock` is recorded at the clock's
    moment, whatever the last request says. Raises `WriteConflict`, `WriteTooSlow` and `AnswerLost`.
    """
    key = request.key or made_key()

    def attempt_once(tries: int) -> dict[str, Any]:
        if corrects_clock:
            begun = _transaction(ledger, request, key, tries, clock_is_right=True, is_ordered=False)
        else:
            begun = begin_write(ledger, request, key=key, tries=tries)
        with begun as uow:
            return run_handler(uow, handler)

    try:
        return retry_on_conflict(attempt_once)
    except NotApproved as error:
        raise _asked_for(ledger, request, error) from error
    except AnswerLost as error:
        advice = f"Run the same command again with --key {key}: it is executed only once."
        raise AnswerLost(error.what, next_step=advice) from error


def _asked_for(ledger: Ledger, request: Request, error: NotApproved) -> LedgerError:
    """Ask for the approval that a request needs, and give its refusal."""
    from ledger.store.session import approvals  # noqa: PLC0415 - few acts need one

    asked = error.asked
    document = execute(
        ledger, approvals.request_to_ask(request, asked), lambda uow: approvals.ask(uow, asked)
    )
    return approvals.refused_with(error.refusal, asked, document["recorded"])


_WITH_STATUS: Final = frozenset({"project", "phase"})
"""The registers that say the status of a project."""

_COMPARED: Final = frozenset(
    {"approach", "credential", "instalment", "meeting", "partnership", "phase", "seat"}
)
"""The registers that `ledger.store.session.siblings` is about."""


def run_handler(uow: UnitOfWork, handler: Handler) -> dict[str, Any]:
    """Run the handler of a request, store the receipt, and give it as a document."""
    first = uow.start.first_receipt
    if first is not None:
        return first
    receipt = _with_statuses(uow, handler(uow))
    if uow.drafts and uow.has_restrictions:
        noted = len(uow.notes)
        require_unbarred(uow)
        receipt = replace(receipt, notes=(*receipt.notes, *[*uow.notes][noted:]))
    if any(_may_reopen(draft) for draft in uow.drafts):
        from ledger.store.session.sequence import note_reopened  # noqa: PLC0415 - few acts do

        noted = len(uow.notes)
        note_reopened(uow)
        receipt = replace(receipt, notes=(*receipt.notes, *[*uow.notes][noted:]))
    changed = {*uow.changes.counts}
    if changed & _COMPARED and engines.on_server(uow.connection):
        from ledger.store.session.siblings import require_alone  # noqa: PLC0415 - few acts do

        require_alone(uow, changed)
    _require_apart(uow, changed)
    if uow.start.has_approval_rules:
        from ledger.store.session.approvals import require_approved  # noqa: PLC0415 - few have any

        receipt = require_approved(uow, receipt)
    document = receipt.as_document()
    if uow.has_written and uow.request.reason:
        recorded = {"reason": uow.request.reason}
        document["recorded"] = {**document.get("recorded", {}), **recorded}
    if uow.request.dry_run:
        document["dry_run"] = True
    document["key"] = uow.key
    if uow.has_written or uow.request.key is not None or receipt.source is not None:
        request_hash = uow.store_receipt(document)
        if not uow.request.dry_run:
            return queries.with_hash(document, request_hash)
    return document


_REOPENING: Final = frozenset({Act.RELEASE, Act.REVERSE})
"""The acts by which what is committed becomes open again."""


def _may_reopen(draft: Draft) -> bool:
    return draft.act in _REOPENING and draft.deal is not None


def _require_apart(uow: UnitOfWork, changed: Collection[str]) -> None:
    """Refuse what records of some registers rule out between them, or do not find."""
    if SEAT.name in changed:
        from ledger.store.session.seats import require_seats_apart  # noqa: PLC0415 - few acts do

        require_seats_apart(uow)
    if NEED.name in changed:
        from ledger.store.session.sequence import require_sequences  # noqa: PLC0415 - as above

        require_sequences(uow)
    if PARTNERSHIP.name in changed:
        from ledger.store.session.partnerships import (  # noqa: PLC0415 - few acts do
            require_partnerships_apart,
        )

        require_partnerships_apart(uow)
    if CREDENTIAL.name in changed:
        from ledger.store.session.credentials import (  # noqa: PLC0415 - as above
            require_credentials_apart,
        )

        require_credentials_apart(uow)
    if IDENTIFIER.name in changed:
        from ledger.store.session.identifiers import (  # noqa: PLC0415 - as above
            require_identified_records,
        )

        require_identified_records(uow)
    if not NAMING_BY_CODE.isdisjoint(changed) and engines.on_server(uow.connection):
        from ledger.store.session.identifiers import require_named_stay  # noqa: PLC0415 - as above

        require_named_stay(uow)
    if INSTALMENT.name in changed:
        from ledger.store.session.instalments import require_within  # noqa: PLC0415 - as above

        require_within(uow)


def _with_statuses(uow: UnitOfWork, receipt: Receipt) -> Receipt:
    """Let projects and their phases agree, and add what that takes to a receipt."""
    if _WITH_STATUS.isdisjoint(uow.changes.counts):
        return receipt
    from ledger.store.session.phases import settle_statuses  # noqa: PLC0415 - few acts do

    changes, noted = len(uow.changes), len(uow.notes)
    settle_statuses(uow)
    added, notes = uow.changes[changes:], [*uow.notes][noted:]
    receipt = replace(receipt, notes=(*receipt.notes, *notes))
    if receipt.counts is None:
        return replace(receipt, registers=(*receipt.registers, *added))
    registers = receipt.counts["registers"] + len(added)
    return replace(receipt, counts={**receipt.counts, "registers": registers})


def retry_on_conflict(attempt: Callable[[int], _Result]) -> _Result:
    """Do what may raise `WriteConflict` until it does not; the last conflict is raised.

    `attempt` is told how often it was tried before. What it does leaves no trace when it raises.
    Each wait is random, so that writers who conflicted once do not conflict again.
    """
    end = time.monotonic() + BUSY_SECONDS
    tries = 0
    while True:
        try:
            return attempt(tries)
        except WriteConflict:
            tries += 1
            if tries >= _MOST_TRIES or time.monotonic() >= end:
                raise
        time.sleep(_wait_ms(tries) / 1000)


def _wait_ms(tries: int) -> int:
    longest = min(_LONGEST_WAIT_MS, _FIRST_WAIT_MS << min(tries, _MOST_TRIES))
    return random.randrange(1, longest + 1)  # noqa: S311 (who waits how long is no secret)


def made_key() -> str:
    """Make a request key for a request that came without one."""
    return f"auto-{uuid.uuid4().hex}"


@contextmanager
def begin_write(
    ledger: Ledger, request: Request, *, key: str | None = None, tries: int = 0
) -> Iterator[UnitOfWork]:
    """Begin the one transaction of a request; rolled back on an error and for a dry run.

    `tries` says how often that ended in a `WriteConflict` before. Raises `ClockAhead` for the first
    write after a long pause, unless the clock is agreed to, outside any transaction.
    """
    key = request.key or key or made_key()
    with ExitStack() as stack:
        try:
            uow = stack.enter_context(_transaction(ledger, request, key, tries))
        except ClockAhead as error:
            ledger.agree_to_clock(error)
            agreed = _transaction(ledger, request, key, tries, clock_is_right=True)
            uow = stack.enter_context(agreed)
        yield uow


@contextmanager
def _transaction(
    ledger: Ledger,
    request: Request,
    key: str,
    tries: int,
    *,
    clock_is_right: bool = False,
    is_ordered: bool = True,
) -> Iterator[UnitOfWork]:
    """Begin a transaction; `is_ordered` records it at a moment not before the last request's."""
    engine = ledger.engine
    preflight = _preflight(ledger, request) if engines.on_server(engine) else None
    with engines.write_transaction(engine, commit=not request.dry_run) as connection:
        if preflight is None:
            require_current(connection)
        start = _start(connection, request, preflight, tries, is_ordered=is_ordered)
        if start.first_receipt is None and not clock_is_right:
            require_short_pause(connection, start.moment, start.last_recorded, ledger.longest_pause)
        yield UnitOfWork(connection, request, start, key, ledger.restrictions_cache)
        _require_in_time(start)


def require_short_pause(
    connection: Connection,
    moment: datetime,
    last: datetime | None,
    longest: timedelta = LONGEST_PAUSE,
) -> None:
    """Refuse a write so long after the last request that the clock may be ahead.

    Nights count as writes, and the set-up of a ledger does not. Raises `ClockAhead`.
    """
    if last is None or moment - last <= longest:
        return
    written = last_written(connection)
    if written is not None and moment - written > longest:
        raise clock_ahead(moment, written, read_settings(connection).zone)


def last_written(connection: Connection) -> datetime | None:
    """Give the moment of the last act or night; None in a ledger that was only set up."""
    from ledger.store.db.night_tables import night_run  # noqa: PLC0415 - after a long pause only

    request = tables.request
    acts = select(func.max(request.c.recorded_at)).where(request.c.command.not_in(SET_UP))
    moments = [
        connection.execute(query).scalar()
        for query in (acts, select(func.max(night_run.c.started_at)))
    ]
    return max((one for one in moments if one is not None), default=None)


def unit_of_work(connection: Connection, request: Request, *, tries: int = 0) -> UnitOfWork:
    """Begin a request in a write transaction that was opened for it: setting a ledger up."""
    start = _start(connection, request, None, tries)
    return UnitOfWork(connection, request, start, request.key or made_key())


def _require_in_time(start: WriteStart) -> None:
    """Refuse to end a write so late that a report of then may have been given already."""
    if start.database_user is None:
        return
    if time.monotonic_ns() - start.since_ns > BUSY_SECONDS * 10**9:
        raise WriteTooSlow("The write took too long.")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Preflight:
    """What is looked up before a write on a server."""

    last_recorded: datetime | None = None
    largest_codes: Mapping[str, int] = field(default_factory=dict)
    first_receipt: dict[str, Any] | None = None
    parent: Parent | None = None


def _preflight(ledger: Ledger, request: Request) -> _Preflight:
    """Look up outside any transaction what a write begins with. Raises `KeyReused`."""
    with engines.autocommit_connection(ledger.engine) as connection:
        require_current(connection)
        row = connection.execute(_preflight_query()).one()
        return _Preflight(
            last_recorded=row.last_recorded,
            largest_codes={kind: getattr(row, kind) or 0 for kind in _KINDS},
            first_receipt=queries.first_receipt(connection, request),
            parent=None if row.last_hash is None else Parent(row.last_id, row.last_hash),
        )


@cache
def _preflight_query() -> Select[Any]:
    request = tables.request
    newest = select(request.c.id).order_by(request.c.id.desc()).limit(1)
    last = select(request.c.recorded_at).order_by(request.c.id.desc()).limit(1)
    last_hash = select(tables.receipt.c.hash).where(
        tables.receipt.c.request_id == newest.scalar_subquery()
    )
    # Their names are enough here: a write asks for the tables of its own registers alone.
    tables_of = {kind: spec.table for kind, spec in versioned().items()}
    named = ((kind, table(tables_of.get(kind, kind), column("number", Integer))) for kind in _KINDS)
    numbered = ((kind, one.c.number) for kind, one in named)
    numbers = [select(func.max(number)).scalar_subquery().label(kind) for kind, number in numbered]
    return select(
        last.scalar_subquery().label("last_recorded"),
        newest.scalar_subquery().label("last_id"),
        last_hash.scalar_subquery().label("last_hash"),
        *numbers,
    )


def _start(
    connection: Connection,
    request: Request,
    preflight: _Preflight | None,
    tries: int,
    *,
    is_ordered: bool = True,
) -> WriteStart:
    """Start a write, where `is_ordered` at a moment not before the last one recorded."""
    if engines.on_server(connection):
        start = _start_among_many(connection, request, preflight or _Preflight(), tries)
    else:
        start = _start_alone(connection, request)
    if not is_ordered:
        return start
    moment = recording_time(start.moment, start.last_recorded, partial(_zone, connection))
    return start if moment is start.moment else replace(start, moment=moment)


def _zone(connection: Connection) -> tzinfo:
    return read_settings(connection).zone


def _start_alone(connection: Connection, request: Request) -> WriteStart:
    """Start as the only writer there can be, in whose transaction nothing comes between."""
    last = queries.last_rows(connection)
    return WriteStart(
        moment=now(),
        numbering=LockedNumbering(connection, request=last.request, entry=last.entry),
        first_receipt=queries.first_receipt(connection, request),
        last_recorded=last.moment,
        has_restrictions=bool(last.restriction),
        has_limits=bool(last.limit),
        has_approval_rules=bool(last.approval_rule),
        parent=last.parent,
    )


# The moment is read once the transaction's view is fixed, so everything it sees was recorded
# earlier; and the server's limits begin to count with it. The transaction's id is drawn before it:
# see `ledger.store.db.running`.
@cache
def _start_query() -> Select[Any]:
    return select(
        *map(postgresql.write_limit, postgresql.WRITE_LIMITS),
        func.clock_timestamp().label("begun"),
        func.txid_current().label("transaction"),
        func.current_setting(postgresql.SERVER_ID, True).label("server"),  # noqa: FBT003 - SQL's own
        func.clock_timestamp().label("moment"),
        func.session_user().label("database_user"),
        exists(identity_of("restriction").c.id).label("has_restrictions"),
        exists(identity_of("limit").c.id).label("has_limits"),
        exists(queries.APPROVAL_RULES.c.number).label("has_approval_rules"),
    )


def _start_among_many(
    connection: Connection, request: Request, preflight: _Preflight, tries: int
) -> WriteStart:
    """Start as one of many writers on a server, in a transaction that has done nothing yet."""
    since_ns = time.monotonic_ns()
    row = connection.execute(_start_query(), postgresql.write_limits()).one()
    if row.moment - row.begun > postgresql.LONGEST_BEGIN:
        raise WriteConflict("The database server was too slow to begin the write.")
    numbering = SharedNumbering(
        connection, preflight.largest_codes, trial=request.dry_run, tries=tries
    )
    return WriteStart(
        moment=postgresql.server_moment(row.moment),
        numbering=numbering,
        first_receipt=preflight.first_receipt,
        last_recorded=preflight.last_recorded,
        database_user=row.database_user,
        has_restrictions=row.has_restrictions,
        transaction=(row.transaction, row.server or None),
        has_limits=row.has_limits,
        has_approval_rules=row.has_approval_rules,
        parent=preflight.parent,
        since_ns=since_ns,
    )
