"""Beginning a write: at what moment, by whom, with which numbers, and whether it was said before.

On a server the look-ups that every write makes are made before its transaction: its view begins
later than what they saw, so a request that was said by then is found, and engines that watch what a
transaction read have less to watch.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection, Select, TextClause, func, select, text

from ledger.core.dates import recording_time
from ledger.core.requests import Request
from ledger.registers.table import code_prefixes
from ledger.store.db import postgresql, queries, tables
from ledger.store.db.errors import BUSY_SECONDS, WriteTooSlow
from ledger.store.registers import IDENTITIES
from ledger.store.session.numbering import LockedNumbering, Numbering, SharedNumbering

_KINDS: Final = tuple(code_prefixes())


def made_key() -> str:
    """Make a request key for a request that came without one."""
    return f"auto-{uuid.uuid4().hex}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """What a unit of work begins with.

    `moment` is when it is recorded, not before the last write; `first_receipt` the answer to the
    same request said before, None where it is new; `database_user` is None where there is none.
    """

    moment: datetime
    numbering: Numbering
    first_receipt: dict[str, Any] | None = None
    database_user: str | None = None
    _since: int = field(default_factory=time.monotonic_ns)

    def require_in_time(self) -> None:
        """Refuse to end a write so late that a report of then may have been given already."""
        if self.database_user is None:
            return
        if time.monotonic_ns() - self._since > BUSY_SECONDS * 10**9:
            raise WriteTooSlow("The write took too long.")


def begin_alone(connection: Connection, request: Request, now: datetime) -> Beginning:
    """Begin as the one writer there can be, in whose transaction nothing comes between."""
    last_id, last_moment = queries.last_request(connection)
    return Beginning(
        moment=recording_time(now, last_moment),
        numbering=LockedNumbering(connection, last_request=last_id),
        first_receipt=queries.first_receipt(connection, request),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What was looked up before a write on a server."""

    last_recorded: datetime | None = None
    largest_codes: Mapping[str, int] = field(default_factory=dict)
    first_receipt: dict[str, Any] | None = None


def look(connection: Connection, request: Request) -> Look:
    """Look up outside any transaction what a write begins with. Raises `KeyReused`."""
    row = connection.execute(_looked_up()).one()
    return Look(
        last_recorded=row.last_recorded,
        largest_codes={kind: getattr(row, kind) or 0 for kind in _KINDS},
        first_receipt=queries.first_receipt(connection, request),
    )


@cache
def _looked_up() -> Select[Any]:
    request = tables.request
    last = select(request.c.recorded_at).order_by(request.c.id.desc()).limit(1)
    numbers = [
        select(func.max(IDENTITIES[kind].c.number)).scalar_subquery().label(kind) for kind in _KINDS
    ]
    return select(last.scalar_subquery().label("last_recorded"), *numbers)


# The moment is read once the transaction's view is fixed, so whatever it sees was recorded
# earlier.
_BEGIN: Final[TextClause] = text(
    "SELECT clock_timestamp() AS moment, session_user AS database_user, "
    f"set_config('statement_timeout', '{BUSY_SECONDS}s', true)"
)


def begin_among_many(connection: Connection, request: Request, seen: Look, tries: int) -> Beginning:
    """Begin as one of many writers on a server, in a transaction that has done nothing yet."""
    row = connection.execute(_BEGIN).one()
    numbering = SharedNumbering(connection, seen.largest_codes, trial=request.dry_run, tries=tries)
    return Beginning(
        moment=recording_time(postgresql.server_moment(row.moment), seen.last_recorded),
        numbering=numbering,
        first_receipt=seen.first_receipt,
        database_user=row.database_user,
    )
