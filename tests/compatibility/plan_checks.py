"""How the database finds what an act asks for: by an index, or by reading a whole table."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import partial
from typing import Any, NamedTuple

from filled_ledger import KEY
from sqlalchemy import Connection, Engine, select
from world import asked

from ledger.core.factors import Side
from ledger.core.requests import Request
from ledger.store import registers
from ledger.store.db import engine as engines
from ledger.store.db import queries, tables
from ledger.store.journal import accounts, postings
from ledger.store.journal.entries import first_act_under

_SMALL = frozenset(
    {"unit", "setting_version", "office", "office_version", "allowed_move"}
    | {table.name for table in tables.REFERENCE_TABLES}
)
"""Tables that do not grow with the ledger: reading all of one costs nothing."""

_WHOLE_TABLE = {
    # A search for the largest with no condition in brackets goes on until it finds one.
    "sqlite": re.compile(r"^SCAN (?:TABLE )?(\w+)|^SEARCH (\w+)(?![^\n]*\()", re.MULTILINE),
    # An index read from end to end, with no condition on it, is the whole table too.
    "postgresql": re.compile(
        r"Seq Scan on (\w+)"
        r"|Index (?:Only )?Scan (?:Backward )?using \w+ on (\w+)[^\n]*\n(?!\s*Index Cond)"
    ),
}
_EXPLAIN = {"sqlite": "EXPLAIN QUERY PLAN ", "postgresql": "EXPLAIN "}


class _Known(NamedTuple):
    """What to ask for: records of a filled ledger."""

    need_id: int
    need_code: str
    deal_id: int
    request: Request


_Ask = Callable[[Connection, _Known], object]


_QUESTIONS: dict[str, _Ask] = {
    "plan-code": lambda db, known: registers.find_id(db, "need", known.need_code.lower()),
    "plan-record": lambda db, known: registers.load(db, "need", known.need_id),
    "plan-balance": lambda db, known: accounts.read_account(db, Side.NEED, code=known.need_code),
    "plan-deals-of-need": lambda db, known: accounts.read_deals(db, need_id=known.need_id),
    "plan-timeline": lambda db, known: postings.read_later_postings(db, known.need_id, date.min),
    "plan-last-act": lambda db, known: accounts.read_deals(db, id=known.deal_id),
    "plan-needs-of-project": lambda db, _: registers.load_where(db, "need", "project", [1]),
    "plan-offers-of-provider": lambda db, _: registers.load_where(db, "offer", "provider", [1]),
    "plan-projects-of-city": lambda db, _: registers.load_where(db, "project", "city", [1]),
    "plan-providers-of-city": lambda db, _: registers.load_where(db, "provider", "city", [1]),
    "plan-former-code": lambda db, _: registers.find_by_former_code(db, "city", "x"),
    "plan-first-act": lambda db, _: [
        first_act_under(db, kind, 1) for kind in ("city", "provider", "project")
    ],
    "plan-request-key": lambda db, known: queries.first_receipt(db, known.request),
}


def found_by_index(engine: Engine, question: str) -> str:
    """Ask one question of an act on a filled ledger; no table is read whole for its answer."""
    with engines.write_transaction(engine, commit=False) as connection:
        plan = "\n".join(_explained(connection, _QUESTIONS[question]))
    assert plan, "nothing was asked"
    whole = _tables_read_whole(engine.dialect.name, plan)
    assert not whole, f"the whole of {', '.join(whole)} is read:\n{plan}"
    return plan


PLANS = {name: partial(found_by_index, question=name) for name in _QUESTIONS}
"""A check for every question that an act asks, by name."""


def _tables_read_whole(dialect: str, plan: str) -> list[str]:
    found = _WHOLE_TABLE[dialect].finditer(plan)
    names = {next(name for name in one.groups() if name) for one in found}
    return sorted(names - _SMALL)


def _explained(connection: Connection, ask: _Ask) -> Iterator[str]:
    known = _known(connection)
    if engines.on_server(connection):
        # As every act begins: a table is read whole only where nothing else is possible.
        connection.exec_driver_sql("SELECT set_config('enable_seqscan', 'off', true)")
    with _noted(connection) as asked:
        ask(connection, known)
    explain = _EXPLAIN[connection.dialect.name]
    for statement, values in asked:
        given = values if isinstance(values, dict) else tuple(values)
        for row in connection.exec_driver_sql(f"{explain}{statement}", given):
            yield str(row[-1])


@contextmanager
def _noted(connection: Connection) -> Iterator[list[tuple[str, Any]]]:
    """Note what the driver is asked: not all of it comes by way of SQLAlchemy."""
    asked: list[tuple[str, Any]] = []
    driver: Any = connection.connection.dbapi_connection
    if not engines.on_server(connection):
        driver.set_trace_callback(lambda statement: asked.append((statement, ())))
        try:
            yield asked
        finally:
            driver.set_trace_callback(None)
        return
    usual = driver.cursor_factory

    class Noting(usual):
        def execute(self, query: str, params: Any = None, **how: Any) -> Any:
            asked.append((query, params or ()))
            return super().execute(query, params, **how)

    driver.cursor_factory = Noting
    try:
        yield asked
    finally:
        driver.cursor_factory = usual


def _known(connection: Connection) -> _Known:
    deal, need = tables.deal, tables.need
    query = (
        select(need.c.id, need.c.code, deal.c.id)
        .join(deal, deal.c.need_id == need.c.id)
        .order_by(deal.c.id)
        .limit(1)
    )
    need_id, code, deal_id = connection.execute(query).one()
    return _Known(need_id, code, deal_id, asked("compatibility", key=KEY))
