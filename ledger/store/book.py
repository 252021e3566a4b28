"""A ledger at a URL: opening it, and its two ways in, reading and writing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Connection, Engine

from ledger.dating import moment_to_record, zone
from ledger.errors import InvalidInput
from ledger.requests import Request
from ledger.store import engine as engines
from ledger.store.balances import NOW, Times
from ledger.store.picture import Picture
from ledger.store.schema import require_current

if TYPE_CHECKING:
    from ledger.store.unit_of_work import UnitOfWork


def now() -> datetime:
    """Give the machine's moment, in UTC."""
    return datetime.now(UTC)


class KnownLater(InvalidInput):
    """A report was asked for as known at a moment that is still to come."""

    default_why = "What will be recorded until then is not known yet."
    default_next = "Give --known-at a moment that has passed."


class Calendar(NamedTuple):
    """The ledger's time zone, and today there."""

    zone: tzinfo
    today: date


@dataclass(frozen=True, slots=True)
class Ledger:
    """An opened ledger. Nothing outside the two context managers commits anything."""

    engine: Engine

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Read in one transaction, after checking that the schema is this program's."""
        with engines.reading(self.engine) as connection:
            require_current(connection)
            yield connection

    @contextmanager
    def picture(self, times: Times = NOW) -> Iterator[Picture]:
        """Look at the ledger at two times, in one reading transaction."""
        moment = now()
        if times.known_at is not None and times.known_at > moment:
            raise KnownLater(f"{times.known_at.isoformat()} lies in the future.")
        with self.read() as connection:
            yield Picture(connection, times, moment)

    def calendar(self) -> Calendar:
        """Read the ledger's one time zone, and which day it is there."""
        with self.picture() as picture:
            return Calendar(zone(picture.settings["time_zone"]), picture.day)

    def today(self) -> date:
        """Give today by the ledger's one calendar."""
        return self.calendar().today

    @contextmanager
    def write(self, request: Request) -> Iterator[UnitOfWork]:
        """Carry a request out in one transaction; rolled back on an error or for a dry run."""
        with engines.writing(self.engine, keep=not request.dry_run) as connection:
            require_current(connection)
            yield unit_of_work(connection, request)


def unit_of_work(connection: Connection, request: Request) -> UnitOfWork:
    """Begin a request in a write transaction, at a moment not before the last one recorded."""
    # Reading, which must start fast, does without all that writing brings.
    from ledger.store.request_log import last_recorded  # noqa: PLC0415
    from ledger.store.unit_of_work import UnitOfWork  # noqa: PLC0415

    return UnitOfWork(connection, request, moment_to_record(now(), last_recorded(connection)))


def open_ledger(url: str) -> Ledger:
    """Open the ledger at a URL; raises `LedgerMissing` or `UnknownDatabase`."""
    engine = engines.make_engine(url)
    engines.require_file(engine)
    return Ledger(engine)
