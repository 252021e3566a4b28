"""A fund that does anything at any time: every act through the program, and through the oracle.

The oracle says beforehand whether an act is allowed and what it moves; the program has to agree,
and where it refuses, nothing may have changed.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

from oracle import FREE, LIVING, Move, Oracle, Row, to_hold, to_move
from sqlalchemy import event
from world import World

from ledger.errors import LedgerError
from ledger.factors import Side, Stage
from ledger.journal import Act
from ledger.store import balances, registers
from ledger.store.balances import Times
from ledger.usecases import deal_acts

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
_COUNTED = ("request", "receipt", "entry", "movement", "deal", "deal_version", "offer_version")


class Terms(NamedTuple):
    """What of a deal its later acts ask for."""

    offer: str
    need: str
    rate: Decimal


def typed(code: str, amount: int | None) -> str | None:
    """Write an amount of somebody's smallest parts as an officer would type it."""
    if amount is None:
        return None
    unit = UNITS[code]
    return f"{Decimal(amount).scaleb(-DECIMALS[unit]):f} {unit}"


def build(path: Path) -> None:
    """Put the needs and offers of every run into a fresh ledger, undeclared as yet."""
    world = World(path)
    for code, unit in UNITS.items():
        terms: dict[str, Any] = {"unit": unit, "declared_on": BIRTH}
        if SIDES[code] == "need":
            world.need(None, code, divisible=code != INDIVISIBLE, **terms)
        else:
            world.offer(None, code, **terms)
    world.ledger.engine.dispose()


class Fund:
    """One ledger and its oracle, doing each act on both."""

    def __init__(self, path: Path) -> None:
        self.world = World(path)
        # Durability is another test's; here thousands of acts are to be fast.
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
        self.undone: set[int] = set()
        self.reopening: set[int] = set()
        self.said: dict[str, tuple[str, str | None]] = {}
        with self.world.ledger.read() as connection:
            self.ids = {
                code: registers.find_id(connection, side, code) for code, side in SIDES.items()
            }

    @property
    def today(self) -> date:
        return datetime.now(UTC).date()

    # Acts on a need's or an offer's own quantity.

    def set_quantity(self, code: str, total: int, day: date) -> None:
        """Declare, revise up or revise down."""
        side = SIDES[code]
        change = total - self.oracle.required(side, code)
        act = "revise" if self.oracle.required(side, code) else "declare"
        way = ("undeclared", FREE[side]) if change > 0 else (FREE[side], "undeclared")
        moves = (Move(side, code, None, *way, abs(change)),) if change else ()
        quantity = typed(code, total)
        assert quantity is not None
        self._do(act, None, day, moves, lambda on: self.world.revise(side, code, quantity, on=on))

    def withdraw(self, code: str, amount: int | None, day: date) -> None:
        """Take back a part, or all; all of an offer ends it, even where nothing is left."""
        side = SIDES[code]
        there = self.oracle.stages(side, code)[FREE[side]]
        ends = side == "offer" and amount is None and code not in self.ended
        if ends and not there:
            self._do_nothing(lambda: self.world.withdraw(side, code, None, on=day))
            self.ended.add(code)
            return
        moves = self._own(code, FREE[side], "withdrawn", amount)
        quantity = typed(code, amount)
        done = self._do(
            "withdraw", None, day, moves,
            lambda on: self.world.withdraw(side, code, quantity, on=on), allowed=bool(moves),
        )  # fmt: skip
        if done and ends:
            self.ended.add(code)

    def reinstate(self, code: str, amount: int | None, day: date) -> None:
        """Bring back what was withdrawn, else what expired of an offer that is valid again."""
        side, stages = SIDES[code], self.oracle.stages(SIDES[code], code)
        source, ended = "withdrawn", code in self.ended
        if side == "offer" and not stages["withdrawn"] and stages["expired"]:
            source = "expired"
        valid = side == "need" or not self._has_expired(code, day)
        quantity = typed(code, amount)
        if valid and ended and amount is None and source == "withdrawn" and not stages[source]:
            self._do_nothing(lambda: self.world.reinstate(side, code, None, on=day))
            self.ended.discard(code)
            return
        moves = self._own(code, source, FREE[side], amount)
        done = self._do(
            "reinstate", None, day, moves,
            lambda on: self.world.reinstate(side, code, quantity, on=on),
            allowed=valid and bool(moves),
        )  # fmt: skip
        if done and source == "withdrawn" and ended:
            self._reopen(code)

    def expire(self, offer: str, day: date) -> None:
        """Lapse all that is available of an offer whose last day has passed."""
        moves = self._own(offer, "available", "expired", None)
        allowed = bool(moves) and self._has_expired(offer, day)
        self._do(
            "expire", None, day, moves, lambda on: self.world.expire(offer, on=on), allowed=allowed
        )

    def edit_validity(self, offer: str, until: date | None) -> None:
        """Let an offer end sooner or later, or never."""
        self.world.edit("offer", offer, valid_until=until)
        self.valid_until[offer] = until

    def _reopen(self, offer: str) -> None:
        """Let an offer that was withdrawn as a whole stand again, by the latest entry."""
        self.ended.discard(offer)
        self.reopening.add(self.oracle.rows[-1].number)

    def _own(self, code: str, source: str, target: str, amount: int | None) -> tuple[Move, ...]:
        side = SIDES[code]
        part = self.oracle.stages(side, code)[source] if amount is None else amount
        return (Move(side, code, None, source, target, part),) if part else ()

    def _has_expired(self, offer: str, day: date) -> bool:
        until = self.valid_until.get(offer)
        return until is not None and day > until

    def _passes_to(self, offer: str, day: date) -> str | None:
        if offer in self.ended:
            return "withdrawn"
        return "expired" if self._has_expired(offer, day) else None

    # Acts on a deal.

    def introduce(
        self, offer: str, need: str, part: int, day: date, lasts: int, turn: int, **how: bool
    ) -> None:
        """Hold a part, or commit it directly; by one of the pair's rates."""
        rates = RATES.get((UNITS[need], UNITS[offer]), (Decimal(1),))
        rate = rates[turn % len(rates)]
        terms = Terms(offer, need, rate)
        deal = next((code for code, known in self.deals.items() if known == terms), None)
        code = deal or f"D-{len(self.deals) + 1:04d}"
        directly, override = how["directly"], how["override"]
        target = "committed" if directly else "held"
        shift = Fraction(10) ** (DECIMALS[UNITS[offer]] - DECIMALS[UNITS[need]])
        moves = (
            Move("need", need, code, "open", target, part),
            Move("offer", offer, code, "available", target, to_hold(part, Fraction(rate) * shift)),
        )
        quantity, until = typed(need, part), day + timedelta(days=lasts)
        assert quantity is not None
        said: dict[str, Any] = {
            "rate": None if UNITS[need] == UNITS[offer] else rate,
            "directly": directly,
            "until": None if directly else until,
            "override": "agreed" if override else None,
        }
        done = self._do(
            "commit" if directly else "introduce", code, day, moves,
            lambda on: self.world.introduce(quantity, offer, need, **said, on=on),
            allowed=self._eligible(offer, need, part, day, override=override),
        )  # fmt: skip
        if done:
            self.deals[code] = terms
            before = self.held_until.get(code)
            self.held_until[code] = before if directly else until

    def _eligible(self, offer: str, need: str, part: int, day: date, *, override: bool) -> bool:
        if not self.oracle.required("need", need):
            return False
        if self._has_expired(offer, day) and not override:
            return False
        if need != INDIVISIBLE:
            return True
        return part == self.oracle.stages("need", need)["open"] and not self._others(offer, need)

    def _others(self, offer: str, need: str) -> bool:
        """Say whether another offer has something living in a need."""
        return any(
            terms.need == need
            and terms.offer != offer
            and any(self.oracle.deal(code, "need")[stage] for stage in LIVING)
            for code, terms in self.deals.items()
        )

    def advance(self, deal: str, act: Act, source: str, part: int | None, day: date) -> None:
        """Commit, deliver, release or return a part of a deal, or all there is."""
        terms = self.deals[deal]
        target = {
            Act.COMMIT: "committed", Act.DELIVER: "delivered",
            Act.RETURN: "committed", Act.RELEASE: "open",
        }[act]  # fmt: skip
        need, offer = self.oracle.deal(deal, "need"), self.oracle.deal(deal, "offer")
        amount = need[source] if part is None else part
        allowed = 0 < amount <= need[source]
        moves = self._both(deal, terms, (source, target), amount, offer[source], need[source], day)
        until = self.held_until[deal]
        if act is Act.COMMIT and until is not None and day > until:
            allowed = False
        quantity, from_stage = typed(terms.need, part), Stage(source)
        more = {"from_stage": from_stage} if act is Act.RELEASE else {}
        self._do(
            act.value, deal, day, moves if allowed else (),
            lambda on: self.world.act(act, deal, quantity, **more, on=on), allowed=allowed,
        )  # fmt: skip

    def _both(
        self, deal: str, terms: Terms, way: tuple[str, str], amount: int,
        offer_stage: int, need_stage: int, day: date,
    ) -> tuple[Move, ...]:  # fmt: skip
        if not 0 < amount <= need_stage:
            return ()
        source, target = way
        moves = [Move("need", terms.need, deal, source, target, amount)]
        theirs = to_move(offer_stage, need_stage, amount)
        if theirs:
            to = "available" if target == "open" else target
            moves.append(Move("offer", terms.offer, deal, source, to, theirs))
            moves += self._passed(moves[-1], day)
        return tuple(moves)

    def _passed(self, back: Move, day: date) -> list[Move]:
        """Pass on what came back to an offer that is over."""
        end = self._passes_to(back.code, day)
        if back.target != "available" or back.deal is None or end is None:
            return []
        return [Move("offer", back.code, None, "available", end, back.amount)]

    def prolong(self, deal: str, until: date) -> None:
        """Let a hold last longer."""
        allowed = until >= self.today and until != self.held_until[deal]
        terms = {"until": until, "due_on": None, "note": None}
        self._attempt(
            lambda: self.world.do(lambda uow: deal_acts.edit_deal(uow, deal, **terms)),
            allowed=allowed,
        )
        if allowed:
            self.held_until[deal] = until

    # Corrections and repetitions.

    def reverse(self, row: Row, day: date) -> None:
        """Undo an entry of any kind, a reversal too."""
        moves: list[Move] = []
        due = [move.back() for move in reversed(row.moves)]
        for place, move in enumerate(due):
            moves.append(move)
            follows = due[place + 1] if place + 1 < len(due) else None
            # What the mirror passes on by itself is not passed on again.
            again = follows is not None and follows.deal is None and move.deal is not None
            moves += [] if again else self._passed(move, day)
        allowed = (
            row.number not in self.undone
            and day >= row.day
            and not self._strands(row.deal, moves)
            and not self._divides(row.deal, moves)
        )
        done = self._do(
            "reverse", row.deal, day, tuple(moves),
            lambda on: self.world.reverse(row.number, on=on), allowed=allowed,
        )  # fmt: skip
        if done:
            self.undone.add(row.number)
            code = row.moves[0].code
            if row.act == "withdraw" and code in self.ended:
                self._reopen(code)
            elif row.number in self.reopening:
                self.ended.add(code)

    def _strands(self, deal: str | None, moves: list[Move]) -> bool:
        """Say whether moves leave a stage empty on the need's side of a deal alone."""
        if deal is None:
            return False
        after = {side: self.oracle.deal(deal, side) for side in FREE}
        for move in moves:
            if move.deal is not None:
                after[move.side][move.source] -= move.amount
                after[move.side][move.target] += move.amount
        return any(after["offer"][stage] and not after["need"][stage] for stage in LIVING)

    def _divides(self, deal: str | None, moves: list[Move]) -> bool:
        if deal is None or self.deals[deal].need != INDIVISIBLE:
            return False
        takes = any(move.source == "open" for move in moves)
        return takes and self._others(self.deals[deal].offer, INDIVISIBLE)

    def withdraw_with_key(self, code: str, amount: int, turn: int) -> None:
        """Try it dry, do it with a key, say it again: it happens once; said otherwise, never."""
        side, quantity, key = SIDES[code], typed(code, amount), f"key-{turn}"
        said: dict[str, Any] = {"on": self.today, "given": {"code": code, "quantity": quantity}}
        moves = self._own(code, FREE[side], "withdrawn", amount)
        before = self._counts()
        known = key in self.said
        if not known and self.oracle.fits(self.today, moves):
            dry = self.world.withdraw(side, code, quantity, **said, dry_run=True)
            assert dry["dry_run"]
            assert self._counts() == before, "a dry run left something behind"
        if not known:
            if self._do(
                "withdraw", None, self.today, moves,
                lambda _: self.world.withdraw(side, code, quantity, **said, key=key),
            ):  # fmt: skip
                self.said[key] = (code, quantity)
            return
        same = self.said[key] == (code, quantity)
        again = self._attempt(
            lambda: self.world.withdraw(side, code, quantity, **said, key=key), allowed=same
        )
        assert not same or again["replayed"]
        assert self._counts() == before, "a repetition left something behind"

    # Doing and comparing.

    def _do(
        self, act: str, deal: str | None, day: date, moves: tuple[Move, ...],
        call: Callable[[date], Any], *, allowed: bool = True,
    ) -> bool:  # fmt: skip
        """Do an act on both; give whether it was allowed."""
        last = None if deal is None else self.oracle.last_day(deal)
        dated = BIRTH <= day <= self.today or not moves
        in_order = last is None or day >= last
        allowed = allowed and dated and in_order and self.oracle.fits(day, moves)
        answer = self._attempt(lambda: call(day), allowed=allowed)
        if answer is None or not moves:
            return allowed
        moment = self._moment(answer["entry"])
        self.oracle.rows.append(Row(answer["entry"], act, deal, day, moment, moves))
        return True

    def _do_nothing(self, call: Callable[[], Any]) -> None:
        answer = self._attempt(call, allowed=True)
        assert answer["entries"] == []

    def _attempt(self, call: Callable[[], Any], *, allowed: bool) -> Any:
        before = self._counts()
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
        assert self._counts() == before, "a refusal left something behind"
        return None

    def _counts(self) -> dict[str, Any]:
        with closing(sqlite3.connect(self.world.path)) as raw:
            counts = {
                table: raw.execute(f"SELECT count(*) FROM {table}").fetchone() for table in _COUNTED
            }
            for table in ("balance", "deal_balance"):
                counts[table] = raw.execute(f"SELECT * FROM {table}").fetchall()
        return counts

    def _moment(self, number: int) -> datetime:
        with self.world.ledger.read() as connection:
            query = "SELECT recorded_at FROM entry WHERE id = ?"
            micros = connection.exec_driver_sql(query, (number,)).scalar_one()
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)

    def compare(self, times: Times = balances.NOW) -> None:
        """Hold every need, offer and deal to the oracle, at the asked times."""

        def wanted(row: Row) -> bool:
            return (times.as_of is None or row.day <= times.as_of) and (
                times.known_at is None or row.moment <= times.known_at
            )

        with self.world.ledger.read() as connection:
            holders = {side: balances.holder_stages(connection, side, times) for side in Side}
            deals = balances.deal_stages(connection, times)
            ids = {deal: registers.find_id(connection, "deal", deal) for deal in self.deals}
        for code, side in SIDES.items():
            got = holders[Side(side)].get(self.ids[code], {})
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
