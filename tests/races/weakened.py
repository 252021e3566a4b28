"""Ledgers and tables that lose races, to show that the races of these tests can be lost."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final

from grabbing import Shop
from sent import hear
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import make_url
from world import Answer

from ledger.journal.moves import NotEnoughAvailable
from ledger.store.db import postgresql, sqlite
from ledger.store.session.unit_of_work import UnitOfWork

_CARELESS: Final = "BEGIN ISOLATION LEVEL READ COMMITTED"
_WEAKER: Final = {sqlite.BEGIN_WRITING: "BEGIN", postgresql.BEGIN_WRITING: _CARELESS}
_TORN: Final = {sqlite.BEGIN_READING: "SELECT 1", postgresql.BEGIN_READING: _CARELESS}
_LONG_ENOUGH: Final = 0.05
"""Seconds between reading and writing, so that others come between."""


def weaken(engine: Engine) -> None:
    """Let writers begin as a driver begins by itself, not as this program does."""
    hear(engine, lambda statement: _WEAKER.get(statement.sql, statement.sql))


def tear(engine: Engine) -> None:
    """Let every query of a reader see a moment of its own."""
    hear(engine, lambda statement: _TORN.get(statement.sql, statement.sql))


class PlainBegin(Shop):
    """The program itself, but for the words with which its writers begin; and it takes its time."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        weaken(self.ledger.engine)

    def do(self, work: Callable[[UnitOfWork], Any], command: str = "test", **more: Any) -> Answer:
        def slowly(uow: UnitOfWork) -> Any:
            done = work(uow)
            time.sleep(_LONG_ENOUGH)
            return done

        return super().do(slowly, command, **more)


class NaiveTable:
    """An offer as one row that is read, reckoned with and written back, by a driver's defaults."""

    def __init__(self, url: str) -> None:
        home = make_url(url)
        if home.drivername == "sqlite":
            home = home.set(database=f"{home.database}.naive", query={"timeout": "30"})
        else:
            home = home.set(drivername="postgresql+psycopg")
        self._engine = create_engine(home)

    def open_up(self) -> None:
        with self._engine.begin() as connection:
            connection.execute(text("CREATE TABLE shelf (code TEXT, available INT, held INT)"))

    def put_up(self, number: int, amount: int) -> str:
        code = f"O-{number:04}"
        with self._engine.begin() as connection:
            row = {"code": code, "available": amount}
            connection.execute(text("INSERT INTO shelf VALUES (:code, :available, 0)"), row)
        return code

    def balance(self, code: str) -> dict[str, int]:
        with self._engine.begin() as connection:
            available, held = connection.execute(_THERE, {"code": code}).one()
        return {stage: at for stage, at in (("available", available), ("held", held)) if at}

    def take(self, code: str, number: int, amount: int) -> None:
        del number
        with self._engine.begin() as connection:
            available, held = connection.execute(_THERE, {"code": code}).one()
            if available < amount:
                raise NotEnoughAvailable(f"Offer {code} has not enough.")
            time.sleep(_LONG_ENOUGH)
            left = {"code": code, "available": available - amount, "held": held + amount}
            connection.execute(_LEFT, left)


_THERE: Final = text("SELECT available, held FROM shelf WHERE code = :code")
_LEFT: Final = text("UPDATE shelf SET available = :available, held = :held WHERE code = :code")
