"""A ledger and its oracle side by side: doing an act on both, and comparing them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from oracle import FREE, Move, Oracle, Row, new_row
from sqlalchemy import event
from world import World

from ledger.core.errors import LedgerError
from ledger.core.factors import Side
from ledger.store import registers
from ledger.store.journal import balances
from ledger.store.journal.balances import Times

DECIMALS = {"EUR": 2, "JPY": 0, "KWD": 3}
UNITS = {"N-1": "EUR", "N-2": "JPY", "N-3": "KWD", "O-1": "EUR", "O-2": "KWD", "O-3": "JPY"}
QUANTITIES = {"N-1": 1000, "N-2": 150, "N-3": 5000, "O-1": 2000, "O-2": 9000, "O-3": 900}
INDIVISIBLE = "N-3"
SIDES = {code: "need" if code.startswith("N") else "offer" for code in UNITS}
BIRTH = date(2026, 1, 10)
NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
# One yen is worth many cents or fils here: parts whose offer's side rounds to nothing are common.
RATES = {
    ("EUR", "JPY"): (Decimal(25), Decimal("163.25")),
    ("EUR", "KWD"): (Decimal("0.33"), Decimal("0.345")),
    ("JPY", "EUR"): (Decimal("0.0059"),),
    ("JPY", "KWD"): (Decimal("0.0021"),),
    ("KWD", "EUR"): (Decimal("3.03"),),
    ("KWD", "JPY"): (Decimal("512.5"),),
}
INSTRUMENTS = (None, None, "grant", "loan")
_COUNTED = ("request", "receipt", "entry", "movement", "deal", "deal_version", "offer_version")


class Terms(NamedTuple):
    """The terms of a deal that never change: a hold at other terms opens another deal."""

    offer: str
    need: str
    rate: Decimal
    instrument: str | None


def typed(code: str, amount: int | None) -> str | None:
    """Write an amount of somebody's smallest parts as an officer would type it."""
    if amount is None:
        return None
    unit = UNITS[code]
    return f"{Decimal(amount).scaleb(-DECIMALS[unit]):f} {unit}"


def build(url: str) -> None:
    """Put the needs and offers of every run into a fresh ledger, undeclared as yet."""
    world = World(url)
    for code, unit in UNITS.items():
        terms: dict[str, Any] = {"unit": unit, "declared_on": BIRTH}
        if SIDES[code] == "need":
            world.need(None, code, divisible=code != INDIVISIBLE, **terms)
        else:
            world.offer(None, code, **terms)
    world.ledger.engine.dispose()


class BothBooks:
    """One ledger and its oracle: the one has to agree with the other, whatever is done."""

    def __init__(self, url: str) -> None:
        self.world = World(url)
        # Durability is another test's; here thousands of acts are to be fast.
        if url.startswith("sqlite:"):
            event.listen(
                self.world.ledger.engine,
                "connect",
                lambda connection, _: connection.execute("PRAGMA synchronous = OFF"),
            )
        self.oracle = Oracle()
        self.deals: dict[str, Terms] = {}
        self.held_until: dict[str, date | None] = {}
        self.valid_until: dict[str, date | None] = {}
        self.ended: set[str] = set()
        self.reversing: int | None = None
        self.reopening: set[int] = set()
        self.said: dict[str, tuple[str, str | None]] = {}
        with self.world.ledger.read() as connection:
            self.ids = {
                code: registers.find_id(connection, side, code) for code, side in SIDES.items()
            }

    @property
    def today(self) -> date:
        return datetime.now(UTC).date()

    def do_both(
        self, act: str, deal: str | None, day: date, moves: tuple[Move, ...],
        call: Callable[[date], Any], *, allowed: bool = True,
    ) -> bool:  # fmt: skip
        """Do an act on both; give whether it was done.

        Where only a day between runs short, reversals may move: then either answer is taken, but a
        refusal is wrong if the move of one reversal would do.
        """
        dated = BIRTH <= day <= self.today or not moves
        allowed = allowed and dated and self.oracle.recordable(day, moves)
        if allowed and not self.oracle.fits(day, moves):
            either = None if not self.oracle.one_reversal_would_do(day, moves) else True
            answer = self.attempt(lambda: call(day), allowed=either)
        else:
            answer = self.attempt(lambda: call(day), allowed=allowed)
        if answer is None or not moves:
            return answer is not None
        *moved, number = answer["entries"]
        assert all(row.act == "reverse" for row in self.take_in(moved))
        assert len(moved) % 2 == 0, "a reversal moves by two entries"
        reverses = self.reversing if act == "reverse" else None
        moment = self.moment_of(number)
        self.oracle.rows.append(Row(number, act, deal, day, moment, moves, reverses))
        assert self.oracle.short_days(self.oracle.rows) == []
        return True

    def do_all(
        self, changes: list[tuple[str, date, tuple[Move, ...]]], day: date, call: Callable[[], Any]
    ) -> None:
        """Do changes of a quantity that one request makes, or none of them, on both."""
        allowed: bool | None = BIRTH <= day <= self.today
        before = self.oracle.rows[:]
        for _, at, moves in changes:
            if not self.oracle.recordable(at, moves):
                allowed = False
            elif allowed and not self.oracle.fits(at, moves):
                # As above; what reversals move is taken from the ledger.
                allowed = None if self.oracle.one_reversal_would_do(at, moves) else False
            self.oracle.rows.append(new_row(at, moves))
        self.oracle.rows = before[:]
        answer = self.attempt(call, allowed=allowed)
        if answer is None:
            return
        own = [row for row in self.take_in(answer["entries"]) if row.act != "reverse"]
        assert [(row.day, row.moves) for row in own] == [change[1:] for change in changes]
        assert self.oracle.short_days(self.oracle.rows) == []

    def take_in(self, numbers: list[int]) -> list[Row]:
        """Take entries that the program posted of its own accord into the oracle."""
        rows = []
        for entry in self.world.entries():
            if entry.number in numbers:
                moves = tuple(
                    Move(
                        str(m.side), m.account, m.deal, str(m.from_stage), str(m.to_stage), m.amount
                    )
                    for m in entry.movements
                )
                number, act, moment = entry.number, str(entry.act), self.moment_of(entry.number)
                row = Row(
                    number, act, entry.deal, entry.effective_on, moment, moves, entry.reverses
                )
                rows.append(row)
        self.oracle.rows += rows
        return rows

    def do_nothing(self, call: Callable[[], Any]) -> None:
        answer = self.attempt(call, allowed=True)
        assert answer["entries"] == []

    def attempt(self, call: Callable[[], Any], *, allowed: bool | None) -> Any:
        before = self.counts()
        refusal: LedgerError | None = None
        answer = None
        try:
            answer = call()
        except LedgerError as refused:
            refusal = refused
        if refusal is None:
            assert allowed is not False, "accepted although it breaks a rule"
            return answer
        assert not allowed, f"refused although allowed: {refusal.what} {refusal.why}"
        assert self.counts() == before, "a refusal left something behind"
        return None

    def counts(self) -> dict[str, Any]:
        with closing(self.world.raw()) as raw:
            counts = {
                table: raw.execute(f"SELECT count(*) FROM {table}").fetchone() for table in _COUNTED
            }
            for table in ("balance", "deal_balance"):
                counts[table] = sorted(raw.execute(f"SELECT * FROM {table}").fetchall())
        return counts

    def moment_of(self, number: int) -> datetime:
        with self.world.ledger.read() as connection:
            query = f"SELECT recorded_at FROM entry WHERE id = {number}"
            micros = connection.exec_driver_sql(query).scalar_one()
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)

    def compare(self, times: Times = balances.NOW) -> None:
        """Hold every need, offer and deal to the oracle, at the asked times."""

        def wanted(row: Row) -> bool:
            return (times.as_of is None or row.day <= times.as_of) and (
                times.known_at is None or row.moment <= times.known_at
            )

        with self.world.ledger.read() as connection:
            accounts = {side: balances.account_stages(connection, side, times) for side in Side}
            deals = balances.deal_stages(connection, times)
            ids = {deal: registers.find_id(connection, "deal", deal) for deal in self.deals}
        for code, side in SIDES.items():
            got = accounts[Side(side)].get(self.ids[code], {})
            due = self.oracle.stages(side, code, wanted)
            undeclared = due.pop("undeclared", 0)
            assert _filled(got) == _filled(due), f"{side} {code} at {times}"
            assert all(amount >= 0 for amount in got.values())
            assert sum(got.values()) == -undeclared, f"{side} {code} does not add up to its total"
        for deal, identity in ids.items():
            for side in Side:
                due = self.oracle.deal(deal, side.value, wanted)
                due.pop(FREE[side.value], None)
                got = deals.get((identity, side), {})
                assert _filled(got) == _filled(due), f"{deal} {side} at {times}"


def _filled(stages: Any) -> dict[str, int]:
    return {str(stage): amount for stage, amount in stages.items() if amount}
