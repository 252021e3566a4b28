"""Ledgers and tables that lose races, to show that the races of these tests can be lost."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from typing import Any, Final

from grabbing import Shop
from sqlalchemy import Engine, event
from sqlalchemy.engine import make_url

from ledger.acts import NotEnoughAvailable
from ledger.store import postgresql, sqlite

_WEAKER: Final = {
    sqlite.BEGIN_WRITING: "BEGIN",
    postgresql.BEGIN_WRITING: "BEGIN ISOLATION LEVEL READ COMMITTED",
}
_TORN: Final = {sqlite.BEGIN_READING: "SELECT 1", postgresql.BEGIN_READING: "SELECT 1"}
_LONG_ENOUGH: Final = 0.002
"""Seconds between reading and writing, so that others come between."""


def weaken(engine: Engine) -> None:
    """Let writers begin as a driver begins by itself, not as this program does."""

    @event.listens_for(engine, "before_cursor_execute", retval=True)
    def weaker(connection, cursor, statement, parameters, context, executemany) -> Any:
        return _WEAKER.get(statement, statement), parameters


def tear(engine: Engine) -> None:
    """Let every query of a reader see a moment of its own."""

    @event.listens_for(engine, "before_cursor_execute", retval=True)
    def torn(connection, cursor, statement, parameters, context, executemany) -> Any:
        return _TORN.get(statement, statement), parameters


class PlainBegin(Shop):
    """The program itself, but for the one word with which its writers begin."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        weaken(self.ledger.engine)


class NaiveTable:
    """An offer as one row that is read, reckoned with and written back, with no guard."""

    def __init__(self, url: str) -> None:
        path = make_url(url).database
        self._raw = sqlite3.connect(f"{path}.naive", isolation_level=None, timeout=30)
        with closing(self._raw.cursor()) as cursor:
            cursor.execute("PRAGMA journal_mode = WAL")
            cursor.execute("PRAGMA synchronous = OFF")
            cursor.execute("CREATE TABLE IF NOT EXISTS shelf (code TEXT, available INT, held INT)")

    def put_up(self, number: int, amount: int) -> str:
        code = f"O-{number:04}"
        self._raw.execute("INSERT INTO shelf VALUES (?, ?, 0)", (code, amount))
        return code

    def standing(self, code: str) -> dict[str, int]:
        query = "SELECT available, held FROM shelf WHERE code = ?"
        available, held = self._raw.execute(query, (code,)).fetchone()
        return {stage: at for stage, at in (("available", available), ("held", held)) if at}

    def take(self, code: str, number: int, amount: int) -> None:
        del number
        there = self.standing(code)
        if there.get("available", 0) < amount:
            raise NotEnoughAvailable(f"Offer {code} has not enough.")
        time.sleep(_LONG_ENOUGH)
        left, held = there["available"] - amount, there.get("held", 0) + amount
        change = "UPDATE shelf SET available = ?, held = ? WHERE code = ?"
        self._raw.execute(change, (left, held, code))
