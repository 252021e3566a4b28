"""A ledger at a URL: opening it, and its two ways in, reading and writing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine

from ledger.requests import Request
from ledger.store import engine as engines
from ledger.store.schema import require_current
from ledger.store.unit_of_work import UnitOfWork


def now() -> datetime:
    """Give the machine's moment, in UTC."""
    return datetime.now(UTC)


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
    def write(self, request: Request) -> Iterator[UnitOfWork]:
        """Carry a request out in one transaction; rolled back on an error or for a dry run."""
        with engines.writing(self.engine, keep=not request.dry_run) as connection:
            require_current(connection)
            yield UnitOfWork(connection, request, now())


def open_ledger(url: str) -> Ledger:
    """Open the ledger at a URL; raises `LedgerMissing` or `UnknownDatabase`."""
    engine = engines.make_engine(url)
    engines.require_file(engine)
    return Ledger(engine)
