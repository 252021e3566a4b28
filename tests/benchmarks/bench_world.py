"""What the benchmarks share: places for ledgers, full ones, statements recorded and replayed."""

from __future__ import annotations

import argparse
import gc
import shutil
import sqlite3
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

from ledger.core.factors import Factor, Side
from ledger.core.memory import garbage_collection_paused
from ledger.core.quantity import Quantity
from ledger.core.requests import Request
from ledger.journal.entries import Act, ActDetails
from ledger.journal.receipts import Receipt
from ledger.registers.records import City, Need, Offer, Project, Provider
from ledger.store.session.execute import execute
from ledger.store.session.ledger import Ledger, open_ledger
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.usecases.admin.set_up import LedgerSettings, set_up
from ledger.usecases.deals.acts import DealAct, Introduction, advance, hold
from ledger.usecases.registers.quantities import set_quantity

# What the tests share lies one folder up.
sys.path.append(str(Path(__file__).resolve().parents[1]))
from postgres_server import Server, start_server
from sent import Statement, recorded

__all__ = ["Statement", "recorded"]

ENGINES = ("sqlite", "postgresql")
DECLARED = date(2020, 1, 1)
PER_PROJECT = 4
"""How many needs a project has."""
_ENOUGH = 10**12
"""What every need requires and every offer puts up, in cents: more than a benchmark takes."""


class Place(Protocol):
    """Where the ledgers of one engine are made and opened, by the program and round it."""

    def new(self, name: str) -> str:
        """Make an empty ledger with its guards; give its URL."""

    def copy(self, url: str, name: str) -> str:
        """Copy a ledger that nobody has open; give the copy's URL."""

    def raw(self, url: str) -> Any:
        """Open a ledger by the driver alone, with the settings the program opens it with."""


class SqlitePlace:
    """Ledgers as files of one folder, so that both sides of a comparison share a file system."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def new(self, name: str) -> str:
        url = f"sqlite:///{self.folder / name}.db"
        set_up(url, LedgerSettings(), asked("init"))
        return url

    def copy(self, url: str, name: str) -> str:
        target = self.folder / f"{name}.db"
        source = url.removeprefix("sqlite:///")
        with closing(sqlite3.connect(source)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copyfile(source, target)
        return f"sqlite:///{target}"

    def raw(self, url: str) -> sqlite3.Connection:
        connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        for pragma in ("foreign_keys = ON", "synchronous = FULL", "trusted_schema = OFF"):
            connection.execute(f"PRAGMA {pragma}")
        (journal,) = connection.execute("PRAGMA journal_mode").fetchone()
        assert journal == "wal", journal
        return connection


class PostgresqlPlace:
    """Ledgers as databases of a server of their own, which keeps its word through a power cut."""

    def __init__(self, server: Server) -> None:
        self.server = server

    def new(self, name: str) -> str:
        url = self.server.create_database(name)
        set_up(url, LedgerSettings(), asked("init"))
        gc.collect()
        return url

    def copy(self, url: str, name: str) -> str:
        return self.server.create_database(name, template=url.rpartition("/")[2])

    def raw(self, url: str) -> Any:
        import psycopg  # noqa: PLC0415 (only where there is a server)

        from ledger.store.db.postgresql import _SESSION  # noqa: PLC0415

        connection = psycopg.connect(url, autocommit=True)
        connection.execute(_SESSION)
        return connection


@contextmanager
def place_of(engine: str) -> Iterator[Place]:
    """Give the place of an engine's ledgers, taken down at the end."""
    if engine == "postgresql":
        server = start_server(durable=True)
        try:
            yield PostgresqlPlace(server)
        finally:
            server.stop()
        return
    with tempfile.TemporaryDirectory() as folder:
        yield SqlitePlace(Path(folder))


def asked(command: str, **more: Any) -> Request:
    """Make a request as the benchmarks' officer says it."""
    return Request(command=command, actor="officer", system_user="bench", host="office", **more)


def fill(ledger: Ledger, *, sides: int, deal_acts: int) -> None:
    """Give a ledger as many needs and offers as `sides` says, and acts of deals between them.

    In many requests, for a write on a server is not to last longer than half a minute.
    """
    projects = max(1, sides // PER_PROJECT)
    for numbers in _chunks(range(1, projects + 1), 1000):
        _do(ledger, numbers, _add_project)
    for numbers in _chunks(range(1, sides + 1), 1000):
        _do(ledger, numbers, lambda uow, number: _declare(uow, number, projects))
    for acts in _chunks(islice(_acts(sides), deal_acts), 5000):
        _do(ledger, acts, lambda uow, said: _act(uow, *said))
    ledger.engine.dispose()


def _chunks(things: Iterable[Any], size: int) -> Iterator[list[Any]]:
    rest = iter(things)
    while chunk := list(islice(rest, size)):
        yield chunk


def _do(ledger: Ledger, things: list[Any], act: Callable[[UnitOfWork, Any], None]) -> None:
    def work(uow: UnitOfWork) -> Receipt:
        uow.accounts.read_everything()
        uow.remember_ids()
        for thing in things:
            act(uow, thing)
        return Receipt()

    with garbage_collection_paused():
        execute(ledger, asked("fill"), work)


def _add_project(uow: UnitOfWork, number: int) -> None:
    if number == 1:
        uow.add("city", City(code="MHD", name="Mashhad", country="IR", office="asia"))
        uow.add("provider", Provider(code="BANK", name="Bank", kind="bank"))
    project = Project(code=f"PRJ-{number:04}", title="A line", city="MHD", sector="transport.urban")
    uow.add("project", project)


def _declare(uow: UnitOfWork, number: int, projects: int) -> None:
    terms: dict[str, Any] = {"factor": Factor.MONEY, "unit": "EUR", "declared_on": DECLARED}
    project = f"PRJ-{number % projects + 1:04}"
    uow.add("need", Need(code=need_code(number), project=project, **terms))
    uow.add("offer", Offer(code=offer_code(number), provider="BANK", **terms))
    for side, code in ((Side.NEED, need_code(number)), (Side.OFFER, offer_code(number))):
        set_quantity(uow, uow.accounts.account(side, code), _ENOUGH, DECLARED)


def need_code(number: int) -> str:
    """Give the code of a full ledger's n-th need."""
    return f"N-{number:04}"


def offer_code(number: int) -> str:
    """Give the code of a full ledger's n-th offer."""
    return f"O-{number:04}"


def deal_code(number: int) -> str:
    """Give the code of a full ledger's n-th deal."""
    return f"D-{number:04}"


def _acts(sides: int) -> Iterator[tuple[str, int, date]]:
    """Say for ever what is done to which deal: hold, commit, then deliver and return by turns."""
    day = DECLARED
    for turn, act in enumerate(_phases()):
        day = DECLARED + timedelta(days=1 + turn)
        for number in range(1, sides + 1):
            yield act, number, day


def _phases() -> Iterator[str]:
    yield from ("introduce", "commit")
    while True:
        yield from ("deliver", "return")


def _act(uow: UnitOfWork, act: str, number: int, day: date) -> None:
    details = ActDetails(effective_on=day)
    if act != "introduce":
        advance(uow, DealAct(deal=deal_code(number), act=Act(act), details=details))
        return
    introduction = Introduction(
        offer=offer_code(number),
        need=need_code(number),
        quantity=Quantity(100_000, uow.units["EUR"]),
        details=details,
        until=day + timedelta(days=90),
        code=deal_code(number),
    )
    hold(uow, introduction)


def replay(connection: Any, statements: Iterable[Statement]) -> None:
    """Send recorded statements by the driver alone, fetching every row they give."""
    for sql, parameters, many in statements:
        cursor = connection.cursor()
        if many:
            cursor.executemany(sql, parameters)
            continue
        cursor.execute(sql, parameters or ())
        if cursor.description is not None:
            cursor.fetchall()


def opened(url: str) -> Ledger:
    """Open a ledger as the program does."""
    return open_ledger(url)


def median_ms(seconds: Sequence[float]) -> float:
    """Give the median in milliseconds."""
    return statistics.median(seconds) * 1000


def say(words: str) -> None:
    """Print one line of figures at once."""
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def asked_engines(parser: argparse.ArgumentParser) -> tuple[argparse.Namespace, Sequence[str]]:
    """Read the command line, with the engines it asks for."""
    parser.add_argument("--engine", choices=(*ENGINES, "both"), default="sqlite")
    said = parser.parse_args()
    return said, ENGINES if said.engine == "both" else (said.engine,)
