"""How the database finds what an act asks for: by an index, or by reading a whole table."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Engine, func, select

from ledger.factors import Side
from ledger.promises import Promise, tried
from ledger.requests import Request
from ledger.store import balances, registers, request_log, tables
from ledger.store import engine as engines

_SMALL: Final = frozenset(
    {"unit", "setting_version", "office", "office_version", "allowed_move"}
    | {table.name for table in tables.REFERENCE_TABLES}
)
"""Tables that do not grow with the ledger: reading all of one costs nothing."""

_WHOLE_TABLE: Final = {
    # A search for the largest with no condition in brackets goes on until it finds one.
    "sqlite": re.compile(r"^SCAN (?:TABLE )?(\w+)|^SEARCH (\w+)(?![^\n]*\()", re.MULTILINE),
    # An index read from end to end, with no condition on it, is the whole table too.
    "postgresql": re.compile(
        r"Seq Scan on (\w+)"
        r"|Index (?:Only )?Scan (?:Backward )?using \w+ on (\w+)[^\n]*\n(?!\s*Index Cond)"
    ),
}
_EXPLAIN: Final = {"sqlite": "EXPLAIN QUERY PLAN ", "postgresql": "EXPLAIN "}


class _Known(NamedTuple):
    """What to ask for: records of the middle of a filled ledger."""

    need_id: int
    need_code: str
    deal_id: int
    request: Request


_Ask = Callable[[Connection, _Known], object]


def _deals_of_need(connection: Connection, known: _Known) -> object:
    return (
        registers.load_by(connection, "deal", "need_id", known.need_id),
        balances.deals_now(connection, need_id=known.need_id),
    )


_QUESTIONS: Final[dict[str, tuple[str, _Ask]]] = {
    "plan-code": (
        "a need by its code, as it is written and in other capitals",
        lambda db, known: registers.find_id(db, "need", known.need_code.lower()),
    ),
    "plan-record": (
        "the terms of a need in force",
        lambda db, known: registers.load(db, "need", known.need_id),
    ),
    "plan-balance": (
        "the stages of a need, and the date of its latest movement",
        lambda db, known: balances.holder_now(db, Side.NEED, known.need_id),
    ),
    "plan-deals-of-need": ("every deal of a need", _deals_of_need),
    "plan-timeline": (
        "every movement of a need",
        lambda db, known: balances.steps(db, known.need_id),
    ),
    "plan-last-act": (
        "the stages of a deal, and the date of its latest act",
        lambda db, known: balances.deals_now(db, id=known.deal_id),
    ),
    "plan-request-key": (
        "the receipt of a request's key",
        lambda db, known: request_log.first_receipt(db, known.request),
    ),
}


def plans(engine: Engine, request: Request) -> Iterator[Promise]:
    """Ask what an act asks, on a filled ledger, and how the database would find each answer.

    `request` has the key of one that was carried out there.
    """
    with engines.looking(engine) as connection:
        rows = {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (tables.need, tables.deal, tables.movement)
        }
    for name, (what, ask) in _QUESTIONS.items():
        with engines.writing(engine, keep=False) as connection:
            told = "\n".join(_explained(connection, ask, request))
        whole = _whole_tables(engine.dialect.name, told)
        wrong = f"the whole of {', '.join(whole)} is read" if whole else None
        wrong = wrong if told else "nothing was asked"
        yield tried(name, what, wrong, **rows, plan=told)


def _whole_tables(dialect: str, told: str) -> list[str]:
    found = _WHOLE_TABLE[dialect].finditer(told)
    names = {next(name for name in one.groups() if name) for one in found}
    return sorted(names - _SMALL)


def _explained(connection: Connection, ask: _Ask, request: Request) -> Iterator[str]:
    known = _something_known(connection, request)
    if engines.on_server(connection):
        # As every act begins: a table is read whole only where nothing else is possible.
        connection.exec_driver_sql("SELECT set_config('enable_seqscan', 'off', true)")
    with _written_down(connection) as asked:
        ask(connection, known)
    explain = _EXPLAIN[connection.dialect.name]
    for statement, values in asked:
        for row in connection.exec_driver_sql(f"{explain}{statement}", values):
            yield str(row[-1])


@contextmanager
def _written_down(connection: Connection) -> Iterator[list[tuple[str, Any]]]:
    """Write down what the driver is asked: not all of it comes by way of SQLAlchemy."""
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

    class Noting(usual):  # type: ignore[misc, valid-type]
        def execute(self, query: str, params: Any = None, **how: Any) -> Any:
            asked.append((query, params or ()))
            return super().execute(query, params, **how)

    driver.cursor_factory = Noting
    try:
        yield asked
    finally:
        driver.cursor_factory = usual


def _something_known(connection: Connection, request: Request) -> _Known:
    deal, need = tables.deal, tables.need
    query = (
        select(need.c.id, need.c.code, deal.c.id)
        .join(deal, deal.c.need_id == need.c.id)
        .order_by(deal.c.id)
        .limit(1)
    )
    need_id, code, deal_id = connection.execute(query).one()
    return _Known(need_id, code, deal_id, request)
