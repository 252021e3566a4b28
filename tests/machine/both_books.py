"""A ledger and its oracle side by side: doing an act on both, and comparing them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from oracle import FREE, Move, Oracle, Refused, Row, on_day
from sqlalchemy import event
from world import World

from ledger.core.errors import LedgerError
from ledger.core.factors import Side
from ledger.journal.entries import LAPSE_REASON
from ledger.store import registers
from ledger.store.journal import balances
from ledger.store.journal.balances import Times
from ledger.store.register_codes import ids_under

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


class Version(NamedTuple):
    """The terms of an offer or a deal that can change, and the request that set them.

    A hidden one marks a deal as recorded in error.
    """

    terms: dict[str, Any]
    request: int
    hidden: bool = False


class BothBooks:
    """One ledger and its oracle: the one has to agree with the other, whatever is done."""

    def __init__(self, url: str) -> None:
        # Long times pass without an act: the officer says each time that the clock is right.
        self.world = World(url, agree_to_clock=lambda _error: None)
        # Durability is another test's; here thousands of acts are to be fast.
        if url.startswith("sqlite:"):
            event.listen(
                self.world.ledger.engine,
                "connect",
                lambda connection, _: connection.execute("PRAGMA synchronous = OFF"),
            )
        self.oracle = Oracle(self.is_hidden)
        self.deals: dict[str, Terms] = {}
        self.versions: dict[str, list[Version]] = {
            code: [Version({"valid_until": None, "withdrawn": False}, -1)]
            for code, side in SIDES.items()
            if side == "offer"
        }
        self.keys: list[str] = []
        self.said: dict[str, tuple[str, str | None]] = {}
        with self.world.ledger.read() as connection:
            self.ids = {
                code: registers.find_id(connection, side, code) for code, side in SIDES.items()
            }

    @property
    def today(self) -> date:
        return datetime.now(UTC).date()

    @property
    def requests(self) -> int:
        """How many requests the officer has made; the place of the next one."""
        return len(self.keys)

    def terms(self, code: str) -> dict[str, Any]:
        """The terms of an offer or a deal as they stand."""
        return self.versions[code][-1].terms

    def set_terms(self, code: str, *, hidden: bool = False, **terms: Any) -> None:
        """Add a version of an offer's or a deal's terms."""
        self.versions[code].append(Version({**self.terms(code), **terms}, self.requests, hidden))

    def is_hidden(self, deal: str | None) -> bool:
        """Say whether a deal is recorded in error."""
        return deal is not None and self.versions[deal][-1].hidden

    def judge(self, plan: Callable[[], None], call: Callable[[], Any]) -> bool:
        """Do one request on both; give whether it was done.

        `plan` does it on the oracle, or raises `Refused`: the ledger has to answer the same, and
        to post the same entries.
        """
        due = self.plan(plan)
        answer = self.attempt(call, allowed=due is not None)
        if due is None:
            return False
        self.take_in(due, answer["entries"], self.requests)
        # What changes nothing leaves no trace.
        if answer["entries"] or answer["registers"]:
            self.keys.append(answer["key"])
        return True

    def plan(self, plan: Callable[[], None]) -> list[Row] | None:
        """Do something on the oracle; give the rows that it added, None where it is refused."""
        before = self.state()
        try:
            plan()
        except Refused:
            self.restore(before)
            return None
        return self.oracle.rows[len(before[0]) :]

    def state(self) -> Any:
        """All that the oracle knows."""
        versions = {code: every[:] for code, every in self.versions.items()}
        return self.oracle.rows[:], self.deals.copy(), versions

    def restore(self, state: Any) -> None:
        """Take back all that the oracle has learnt since."""
        self.oracle.rows, self.deals, self.versions = state

    def take_in(self, due: list[Row], numbers: list[int], request: int) -> None:
        """Hold the entries that the ledger posted to what the oracle expected."""
        posted = self.entries(numbers, request)
        renumbered = {row.number: number for row, number in zip(due, numbers, strict=False)}
        wanted = [_compared(row, renumbered) for row in due]
        assert [_compared(row, {}) for row in posted] == wanted
        self.oracle.rows[len(self.oracle.rows) - len(due) :] = posted
        assert self.oracle.short_days(self.oracle.rows) == []
        for code, side in SIDES.items():
            totals = self.oracle.totals(side, code)
            counting = [on_day(totals, row.day) for row in totals]
            assert [self.oracle.required(side, code, row.day) for row in counting if row] == [
                row.total for row in counting if row
            ]

    def entries(self, numbers: list[int], request: int) -> list[Row]:
        """Read entries of the ledger as rows of the oracle."""
        rows = []
        for entry in self.world.entries():
            if entry.number not in numbers:
                continue
            moves = tuple(
                Move(str(m.side), m.account, m.deal, str(m.from_stage), str(m.to_stage), m.amount)
                for m in entry.movements
            )
            rows.append(
                Row(
                    entry.number,
                    str(entry.act),
                    entry.deal,
                    entry.effective_on,
                    self.moment_of(entry.number),
                    moves,
                    entry.reverses,
                    is_lapse=str(entry.act) == "release" and entry.reason == LAPSE_REASON,
                    request=request,
                    total=entry.total,
                )
            )
        return rows

    def attempt(self, call: Callable[[], Any], *, allowed: bool) -> Any:
        before = self.counts()
        refusal: LedgerError | None = None
        answer = None
        try:
            answer = call()
        except LedgerError as refused:
            refusal = refused
        if refusal is None:
            assert allowed, "accepted although it breaks a rule"
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
            ids = {deal: ids_under(connection, "deal", deal)[0] for deal in self.deals}
            if times == balances.NOW:
                there = registers.load_all(connection, "deal")
                assert set(there) == {deal for deal in self.deals if not self.is_hidden(deal)}
                self._compare_terms(there)
                self._compare_terms(registers.load_all(connection, "offer"))
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

    def _compare_terms(self, records: Any) -> None:
        for code, stored in records.items():
            terms = self.terms(code)
            assert {name: getattr(stored.record, name) for name in terms} == terms, code


def _compared(row: Row, numbers: dict[int, int]) -> tuple[Any, ...]:
    reverses = numbers.get(row.reverses or 0, row.reverses)
    return row.act, row.deal, row.day, row.moves, reverses, row.is_lapse, row.total


def _filled(stages: Any) -> dict[str, int]:
    return {str(stage): amount for stage, amount in stages.items() if amount}
