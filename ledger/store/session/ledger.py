"""A ledger at a URL: opening it and reading it; writing is `execute`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Final, NamedTuple

from sqlalchemy import Connection, Engine, text

from ledger.core.dates import (
    LONGEST_PAUSE,
    LONGEST_WRITE,
    ClockAhead,
    day_of,
    written_time,
    zone_name,
)
from ledger.core.errors import InvalidInput
from ledger.store.db import engine as engines
from ledger.store.db.queries import read_settings
from ledger.store.db.schema import require_current
from ledger.store.db.sqlite import require_file
from ledger.store.journal.balances import NOW, Times

if TYPE_CHECKING:
    from ledger.store.db.running import RunningWrite
    from ledger.store.restrictions import RestrictionsCache
    from ledger.store.session.snapshot import Reader


STABLE_AFTER: Final = timedelta(minutes=1)
"""So long after a moment no write that began before it can still commit on a server."""

_CLOCK: Final = text("SELECT clock_timestamp()")


def now() -> datetime:
    """Give the machine's moment, in UTC."""
    return datetime.now(UTC)


class KnownLater(InvalidInput, code="known-later"):
    """A report was asked for as known at a moment that is still to come."""

    default_why = "What will be recorded until then is not known yet."
    default_next = "Give --known-at a moment that has passed."


class KnownTooRecently(InvalidInput, code="known-too-recently"):
    """A report of a shared ledger was asked for as known at a moment that is hardly past."""

    default_why = (
        "On a shared ledger a write that began then may still be on its way, and the report "
        "would not stay the same."
    )
    default_next = f"Give --known-at a moment at least {STABLE_AFTER.seconds} seconds ago."


class Calendar(NamedTuple):
    """The ledger's time zone, today there, and the name of the zone in force now."""

    zone: tzinfo
    today: date
    name: str


def refuse_clock(error: ClockAhead) -> None:
    """Refuse a write where nobody says that the clock is right."""
    raise error


@dataclass(frozen=True, slots=True)
class Ledger:
    """An opened ledger.

    `agree_to_clock` is called before a write that comes more than `longest_pause` after the last
    one, so that the clock may be ahead; it raises what it is given, unless the clock is known to
    be right. Reports convert into `base_currency`, if one is given, instead of the ledger's own.
    """

    engine: Engine
    agree_to_clock: Callable[[ClockAhead], None] = refuse_clock
    base_currency: str | None = None
    longest_pause: timedelta = LONGEST_PAUSE
    _caches: list[RestrictionsCache] = field(default_factory=list, repr=False, compare=False)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Read in one transaction, after checking that the schema is this program's."""
        with engines.read_transaction(self.engine) as connection:
            require_current(connection)
            yield connection

    @contextmanager
    def reader(self, times: Times = NOW) -> Iterator[Reader]:
        """Read the ledger at two times, in one reading transaction."""
        with self.read() as connection:
            moment = moment_of(connection)
            _require_known(connection, times.known_at, moment)
            from ledger.store.session.snapshot import Reader  # noqa: PLC0415 - writers do without

            yield Reader(connection, times, moment, self.base_currency, self.restrictions_cache())

    def restrictions_cache(self) -> RestrictionsCache:
        """Return the restrictions as reports and acts of this ledger last read them."""
        if not self._caches:
            from ledger.store.restrictions import RestrictionsCache  # noqa: PLC0415 - for the same

            self._caches.append(RestrictionsCache())
        return self._caches[0]

    def calendar(self) -> Calendar:
        """Read the ledger's one time zone, and which day it is there."""
        with self.read() as connection:
            zone, moment = read_settings(connection).zone, moment_of(connection)
            return Calendar(zone, day_of(moment, zone), zone_name(zone, moment))

    def today(self) -> date:
        """Give today by the ledger's one calendar."""
        return self.calendar().today


def stable_moment(connection: Connection) -> datetime | None:
    """Give a moment until which requests are settled; None where one writes at a time.

    No request with a smaller number than theirs can still be recorded: every write that began
    before has ended, and those that run drew their numbers later than any of these.
    """
    if not engines.on_server(connection):
        return None
    moment = moment_of(connection)
    stable_until, running = moment - STABLE_AFTER, running_write(connection, moment)
    if running is None:
        return stable_until
    return min(stable_until, running.since - LONGEST_WRITE)


def running_write(connection: Connection, moment: datetime) -> RunningWrite | None:
    """Give the write that holds most back of what is settled on a server, if one does."""
    from ledger.store.db import running  # noqa: PLC0415 - only where there is a server

    return running.oldest_running(connection, moment)


def moment_of(connection: Connection) -> datetime:
    """Give the moment of the clock that the ledger's writes are recorded by."""
    if not engines.on_server(connection):
        return now()
    from ledger.store.db import postgresql  # noqa: PLC0415 - only where there is a server

    return postgresql.server_moment(connection.execute(_CLOCK).scalar_one())


def _require_known(connection: Connection, known_at: datetime | None, moment: datetime) -> None:
    """Refuse a moment that is still to come or, where many write, may still change."""
    if known_at is None:
        return
    is_later = known_at > moment
    if not is_later and not engines.on_server(connection):
        return
    if is_later or moment - known_at < STABLE_AFTER:
        written = written_time(known_at, read_settings(connection).zone)
        if is_later:
            raise KnownLater(f"{written} lies in the future.")
        raise KnownTooRecently(f"{written} is less than a minute ago.")
    running = running_write(connection, moment)
    if running is not None and known_at >= running.since:
        zone = read_settings(connection).zone
        raise KnownTooRecently(
            f"A write that may have begun before {written_time(known_at, zone)} is still running.",
            next_step="Give an earlier --known-at, or run it again when that write has ended: "
            "cityfund doctor names what takes long.",
        )


def open_ledger(
    url: str,
    agree_to_clock: Callable[[ClockAhead], None] = refuse_clock,
    base_currency: str | None = None,
    longest_pause: timedelta = LONGEST_PAUSE,
) -> Ledger:
    """Open the ledger at a URL; raises `LedgerMissing` or `UnknownDatabase`."""
    engine = engines.make_engine(url)
    require_file(engine)
    return Ledger(engine, agree_to_clock, base_currency, longest_pause)
