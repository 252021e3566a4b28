"""A fund that does anything at any time: every act through the program, and through the oracle.

The oracle does each act first, or says that it is refused; the program has to agree and to post
the same entries, and where it refuses, nothing may have changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple

from both_books import (
    BIRTH,
    DECIMALS,
    INDIVISIBLE,
    INSTRUMENTS,
    RATES,
    SIDES,
    UNITS,
    BothBooks,
    Terms,
    Version,
    typed,
)
from oracle import (
    FREE,
    LIVING,
    Move,
    Refused,
    Row,
    changes_total,
    new_row,
    on_day,
    taken_back,
    to_hold,
    to_move,
)

from ledger.core.errors import LedgerError
from ledger.core.factors import Stage
from ledger.journal.entries import Act
from ledger.usecases.deals import acts
from ledger.usecases.deals.correction import Correction, correct
from ledger.usecases.night_step import Night, Operator
from ledger.usecases.nights.lapse import lapse_step
from ledger.usecases.undo import undo

NIGHT_WATCH = Operator(actor="night", system_user="cron", host="office")


def require(condition: object) -> None:
    """Say that an act is refused unless something holds."""
    if not condition:
        raise Refused


def _rate_of(offer: str, need: str, turn: int) -> Decimal:
    rates = RATES.get((UNITS[need], UNITS[offer]), (Decimal(1),))
    return rates[turn % len(rates)]


class Taking(NamedTuple):
    """An entry to reverse: on which day, and by what moves."""

    row: Row
    day: date
    moves: tuple[Move, ...]


class Total(NamedTuple):
    """A total to state of a need or an offer from a day on."""

    code: str
    amount: int
    day: date
    act: str


class Change(NamedTuple):
    """A change of a total, which may state the total that it makes."""

    code: str
    amount: int
    day: date
    act: str = "revise"
    total: int | None = None


class Fund(BothBooks):
    """Every act of an officer, in his words to the program and in arithmetic to the oracle."""

    def post(
        self, act: str, day: date, moves: tuple[Move, ...], deal: str | None = None,
        reverses: int | None = None, *, is_lapse: bool = False, total: int | None = None,
    ) -> None:  # fmt: skip
        """Record an act in the oracle, and what has to move for it."""
        require(moves and BIRTH <= day <= self.today)
        row = new_row(day, moves, act, deal, reverses)
        self.oracle.post(row._replace(is_lapse=is_lapse, total=total))

    # Acts on a need's or an offer's own quantity.

    def set_quantity(self, code: str, total: int, day: date) -> None:
        """Declare, or set the total of a day; the next later total stays what was said of it."""
        side = SIDES[code]
        quantity = typed(code, total)
        assert quantity is not None
        self.judge(
            lambda: self._set_quantity(side, code, total, day),
            lambda: self.world.revise(side, code, quantity, on=day),
        )

    def _set_quantity(self, side: str, code: str, total: int, day: date) -> None:
        require(day >= BIRTH)
        then = self.oracle.required(side, code, day)
        if total == then:
            return
        known = then or self.oracle.required(side, code)
        self._settle([], Total(code, total, day, "revise" if known else "declare"))

    def _settle(self, takings: list[Taking], total: Total | None = None) -> None:
        """Reverse some entries and state a total; the totals of other days stay.

        What adds comes first.
        """
        for one in takings:
            require(self.oracle.may_be_reversed(one.row))
        reversals = self._reversals(takings)
        changes: list[Change] = []
        if total is not None:
            reversals.setdefault(total.code, [])
        for code, rows in reversals.items():
            changes += self._changes(code, rows, total if total and total.code == code else None)
        left = {row.reverses: row.total for rows in reversals.values() for row in rows}
        self._post_changes([one for one in changes if one.amount > 0])
        for one in takings:
            require(not self._strands(one.row.deal, one.moves))
            require(not self._divides(one.row.deal, one.moves))
            of = one.row.deal, one.row.number
            self.post("reverse", one.day, one.moves, *of, total=left.get(one.row.number))
        self._post_changes([one for one in changes if one.amount < 0])

    def _reversals(self, takings: list[Taking]) -> dict[str, list[Row]]:
        """The reversals of changes of totals, by need or offer, each with the total it leaves."""
        found: dict[str, list[Row]] = {}
        for row, day, moves in takings:
            if changes_total(moves):
                code = moves[0].code
                rows = found.setdefault(code, [])
                total = self.oracle.total_left(SIDES[code], code, rows, row, day)
                new = new_row(day, moves, "reverse", None, row.number)
                rows.append(new._replace(number=10**9 + len(rows), total=total))
        return found

    def _changes(self, code: str, rows: list[Row], total: Total | None) -> list[Change]:
        """What is posted beside the reversals of one need or offer, the total itself included."""
        side = SIDES[code]
        if total is None:
            kept = self.oracle.keeping(side, code, rows)
            return [Change(code, amount, day) for day, amount in kept.items()]
        stated = new_row(total.day, ())._replace(number=2 * 10**9, total=total.amount)
        kept = self.oracle.keeping(side, code, [*rows, stated])
        own = kept.pop(total.day, 0)
        if not own:
            # The reversals leave that total: it is stated beside what keeps the others.
            own = total.amount - self.oracle.required(side, code, total.day)
            own -= self.oracle.added([row for row in rows if row.day <= total.day])
            without = self.oracle.keeping(side, code, rows)
            own -= sum(amount for day, amount in without.items() if day <= total.day)
            require(own)
            kept[total.day] = -own
        changes = [Change(code, amount, day) for day, amount in kept.items()]
        return [Change(code, own, total.day, total.act, total.amount), *changes]

    def _post_changes(self, changes: list[Change]) -> None:
        for one in changes:
            move = self._change(one.code, one.amount)
            self.post(one.act, one.day, (move,), total=one.total)

    def _change(self, code: str, change: int) -> Move:
        side = SIDES[code]
        way = ("undeclared", FREE[side]) if change > 0 else (FREE[side], "undeclared")
        return Move(side, code, None, *way, abs(change))

    def withdraw(self, code: str, amount: int | None, day: date, **more: Any) -> bool:
        """Take back a part, or all; all of an offer ends it, even where nothing is left."""
        side, quantity = SIDES[code], typed(code, amount)
        return self.judge(
            lambda: self._withdraw(side, code, amount, day),
            lambda: self.world.withdraw(side, code, quantity, on=day, **more),
        )

    def _withdraw(self, side: str, code: str, amount: int | None, day: date) -> None:
        ends = side == "offer" and amount is None and not self.terms(code)["withdrawn"]
        if not ends or self.oracle.stages(side, code)[FREE[side]]:
            self.post("withdraw", day, self._own(code, FREE[side], "withdrawn", amount))
        if ends:
            self.set_terms(code, withdrawn=True)

    def reinstate(self, code: str, amount: int | None, day: date) -> None:
        """Bring back what was withdrawn, else what expired of an offer that is valid again."""
        side, quantity = SIDES[code], typed(code, amount)
        self.judge(
            lambda: self._reinstate(side, code, amount, day),
            lambda: self.world.reinstate(side, code, quantity, on=day),
        )

    def _reinstate(self, side: str, code: str, amount: int | None, day: date) -> None:
        stages, source = self.oracle.stages(side, code), "withdrawn"
        if side == "offer":
            require(not self._has_expired(code, day))
            if not stages["withdrawn"] and stages["expired"]:
                source = "expired"
        ended = side == "offer" and source == "withdrawn" and self.terms(code)["withdrawn"]
        if not ended or amount is not None or stages[source]:
            self.post("reinstate", day, self._own(code, source, FREE[side], amount))
        if ended:
            self.set_terms(code, withdrawn=False)

    def expire(self, offer: str, day: date) -> None:
        """Lapse all that is available of an offer whose last day has passed."""
        self.judge(lambda: self._expire(offer, day), lambda: self.world.expire(offer, on=day))

    def _expire(self, offer: str, day: date) -> None:
        require(self._has_expired(offer, day))
        self.post("expire", day, self._own(offer, "available", "expired", None))

    def edit_validity(self, offer: str, until: date | None) -> None:
        """Let an offer end sooner or later, or never."""
        self.judge(
            lambda: self.set_terms(offer, valid_until=until),
            lambda: self.world.edit("offer", offer, valid_until=until),
        )

    def _own(self, code: str, source: str, target: str, amount: int | None) -> tuple[Move, ...]:
        side = SIDES[code]
        part = self.oracle.stages(side, code)[source] if amount is None else amount
        return (Move(side, code, None, source, target, part),) if part else ()

    def _has_expired(self, offer: str, day: date) -> bool:
        until = self.terms(offer)["valid_until"]
        return until is not None and day > until

    def _passes_to(self, offer: str, day: date) -> str | None:
        if self.terms(offer)["withdrawn"]:
            return "withdrawn"
        return "expired" if self._has_expired(offer, day) else None

    # Acts on a deal.

    def introduce(
        self, offer: str, need: str, part: int, day: date, lasts: int, turn: int, **how: bool
    ) -> None:
        """Hold a part, or commit it directly, at one of the pair's rates and instruments.

        The rate is written with more or fewer zeros at its end: it stays the same rate.
        """
        rate = _rate_of(offer, need, turn)
        terms = Terms(offer, need, rate, INSTRUMENTS[turn // 2 % len(INSTRUMENTS)])
        directly, override = how["directly"], how["override"]
        until = None if directly else day + timedelta(days=lasts)
        quantity = typed(need, part)
        assert quantity is not None
        zeros = "0" * (turn % 3) if "." in f"{rate:f}" else ""
        said: dict[str, Any] = {
            "rate": None if UNITS[need] == UNITS[offer] else Decimal(f"{rate:f}{zeros}"),
            "instrument": terms.instrument,
            "directly": directly,
            "until": until,
            "override": "agreed" if override else None,
        }
        self.judge(
            lambda: self._hold(terms, part, day, until, directly=directly, override=override),
            lambda: self.world.introduce(quantity, offer, need, **said, on=day),
        )

    def _hold(
        self, terms: Terms, part: int, day: date, until: date | None, *, directly: bool,
        override: bool,
    ) -> None:  # fmt: skip
        offer, need = terms.offer, terms.need
        require(self._eligible(offer, need, part, day, override=override))
        deal = next(
            (c for c, known in self.deals.items() if known == terms and not self.is_hidden(c)), None
        )
        code = deal or f"D-{len(self.deals) + 1:04d}"
        late = day < self.oracle.last_day(code)
        shift = Fraction(10) ** (DECIMALS[UNITS[offer]] - DECIMALS[UNITS[need]])
        taken = to_hold(part, Fraction(terms.rate) * shift)
        target = "committed" if directly else "held"
        moves = (
            Move("need", need, code, "open", target, part),
            Move("offer", offer, code, "available", target, taken),
        )
        self.post("commit" if directly else "introduce", day, moves, code)
        if deal is None:
            self.deals[code] = terms
            self.versions[code] = [Version({"held_until": until}, self.requests)]
            return
        before = self.terms(code)["held_until"]
        after = until or before
        if late and after and before:
            after = max(after, before)
        self._date_hold(code, after)

    def _date_hold(self, deal: str, until: date | None) -> None:
        if until != self.terms(deal)["held_until"]:
            self.set_terms(deal, held_until=until)

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
        quantity = typed(self.deals[deal].need, part)
        more = {"from_stage": Stage(source)} if act is Act.RELEASE else {}
        self.judge(
            lambda: self._advance(deal, act.value, source, part, day),
            lambda: self.world.act(
                act, deal, quantity, **more, on=day, command=f"deal {act.value}"
            ),
        )

    def _advance(self, deal: str, act: str, source: str, part: int | None, day: date) -> None:
        require(not self.is_hidden(deal))
        if act == "release":
            self._release(deal, source, part, day, self._passes_to(self.deals[deal].offer, day))
        elif act == "commit":
            self._commit(deal, part, day)
        else:
            target = "delivered" if act == "deliver" else "committed"
            self._move_on(act, deal, source, target, part, day)

    def _commit(self, deal: str, part: int | None, day: date) -> None:
        """Commit what is held; what lapsed after that day is held again for it."""
        until = self.terms(deal)["held_until"]
        require(until is None or day <= until)
        lapse = self.oracle.first_lapse(deal, day)
        may_outlive = lapse is None or self.oracle.outlives(lapse, part)
        if may_outlive and self.plan(
            lambda: self._move_on("commit", deal, "held", "committed", part, day)
        ):
            return
        require(lapse is not None)
        assert lapse is not None
        self._take_back(lapse)
        lapsed = lapse.moves[0].amount
        signed = lapsed if part is None else part
        if signed < lapsed:
            end = self._passes_to(self.deals[deal].offer, lapse.day)
            self._release(deal, "held", lapsed - signed, lapse.day, end, is_lapse=True)
        self._move_on("commit", deal, "held", "committed", signed, day)

    def _release(
        self, deal: str, source: str, part: int | None, day: date, end: str | None,
        *, is_lapse: bool = False,
    ) -> None:  # fmt: skip
        self._move_on("release", deal, source, FREE["need"], part, day, end, is_lapse=is_lapse)

    def _move_on(
        self, act: str, deal: str, source: str, target: str, part: int | None, day: date,
        end: str | None = None, *, is_lapse: bool = False,
    ) -> None:  # fmt: skip
        """Move a part of a deal, computed on the timeline that moved reversals leave."""
        self.oracle.make_room(new_row(day, self._both(deal, source, target, part, day, end)))
        moves = self._both(deal, source, target, part, day, end)
        self.post(act, day, moves, deal, is_lapse=is_lapse)

    def _both(
        self, deal: str, source: str, target: str, part: int | None, day: date, end: str | None
    ) -> tuple[Move, ...]:
        """What a part of a deal moves on both sides; the part that empties one empties both.

        What returns to an offer that is over passes on to `end`.
        """
        terms = self.deals[deal]
        need, offer = (self.oracle.deal(deal, side)[source] for side in ("need", "offer"))
        amount = need if part is None else part
        require(0 < amount <= need)
        theirs = to_move(offer, need, amount)
        if UNITS[terms.need] != UNITS[terms.offer] and amount < need:
            # A part told late takes no more than the offer's side has on every day since.
            theirs = max(0, min(theirs, self.oracle.least(deal, "offer", source, day)))
        moves = [Move("need", terms.need, deal, source, target, amount)]
        if theirs:
            to = "available" if target == "open" else target
            moves.append(Move("offer", terms.offer, deal, source, to, theirs))
        if theirs and end is not None:
            moves.append(Move("offer", terms.offer, None, "available", end, theirs))
        return tuple(moves)

    def repeat(self, row: Row, amount: int, day: date) -> None:
        """Record an act again: of as much or of another amount, on the same day or another."""
        first = row.moves[0]
        if row.deal is None:
            self.withdraw(first.code, amount, day)
        elif first.source == "open":
            terms, directly = self.deals[row.deal], first.target == "committed"
            how = {"directly": directly, "override": True}
            turn = next(
                turn
                for turn in range(8)
                if terms.rate == _rate_of(terms.offer, terms.need, turn)
                and terms.instrument == INSTRUMENTS[turn // 2 % len(INSTRUMENTS)]
            )
            self.introduce(terms.offer, terms.need, amount, day, 60, turn, **how)
        else:
            self.advance(row.deal, Act(row.act), first.source, amount, day)

    def prolong(self, deal: str, until: date) -> None:
        """Let a hold last longer."""

        def plan() -> None:
            held = self.oracle.deal(deal, "need")["held"]
            require(not self.is_hidden(deal))
            require(held and until >= self.today and until != self.terms(deal)["held_until"])
            self.set_terms(deal, held_until=until)

        edit = acts.DealEdit(deal=deal, until=until)
        self.judge(plan, lambda: self.world.do(lambda uow: acts.edit_deal(uow, edit)))

    # The night.

    def lapse(self, day: date) -> None:
        """Let the night release the holds, and expire the offers, that ended before a day."""
        last = self.oracle.rows[-1].number
        due, refused = self.oracle.rows[:], 0
        for deal in self._ending_before(day, "held_until", self.deals):
            if self.oracle.deal(deal, "need")["held"]:
                refused += not self._lapses(deal, day)
        offers = [code for code, side in SIDES.items() if side == "offer"]
        for offer in self._ending_before(day, "valid_until", offers):
            if self.oracle.stages("offer", offer)["available"]:
                refused += not self._expires(offer, day)
        due = self.oracle.rows[len(due) :]
        night = Night(ledger=self.world.ledger, day=day, run=0, who=NIGHT_WATCH)
        result = lapse_step(night)
        numbers = [one.number for one in self.world.entries() if one.number > last]
        self.take_in(due, numbers, request=-1)
        assert len(result.findings) == refused, result.findings

    def _ending_before(self, day: date, term: str, codes: Iterable[str]) -> list[str]:
        """The deals or offers that end before a day, those first that end first."""
        ends = {code: self.terms(code)[term] for code in sorted(codes)}
        ended = [code for code, end in ends.items() if end is not None and end < day]
        return sorted(ended, key=lambda code: ends[code])

    def _lapses(self, deal: str, day: date) -> bool:
        terms = self.deals[deal]

        def release(on: date) -> None:
            self._release(deal, "held", None, on, self._passes_to(terms.offer, on), is_lapse=True)

        return self._on_day_or_latest(release, day, (terms.need, terms.offer))

    def _expires(self, offer: str, day: date) -> bool:
        return self._on_day_or_latest(lambda on: self._expire(offer, on), day, (offer,))

    def _on_day_or_latest(
        self, act: Callable[[date], None], day: date, codes: tuple[str, ...]
    ) -> bool:
        """Do an act of the night on its day, else on that of the latest act of those concerned."""
        days = (row.day for row in self.oracle.rows for move in row.moves if move.code in codes)
        latest = max(days)
        return self.plan(lambda: act(day)) is not None or (
            latest > day and self.plan(lambda: act(latest)) is not None
        )

    # Corrections and repetitions.

    def reverse(self, row: Row, day: date) -> None:
        """Undo an entry of any kind, a reversal too."""
        self.judge(lambda: self._reverse(row, day), lambda: self.world.reverse(row.number, on=day))

    def _reverse(self, row: Row, day: date) -> None:
        require(day >= row.day and not self.is_hidden(row.deal))
        moves: list[Move] = []
        due = [move.back() for move in reversed(row.moves)]
        for place, move in enumerate(due):
            moves.append(move)
            follows = due[place + 1] if place + 1 < len(due) else None
            # What the mirror passes on by itself is not passed on again.
            again = follows is not None and follows.deal is None and move.deal is not None
            moves += [] if again else self._passed(move, day)
        self._take_back(row, day, moves)
        for code in dict.fromkeys(move.code for move in row.moves if move.side == "offer"):
            ended = self.terms(code)["withdrawn"]
            if row.act == "withdraw" and ended:
                self.set_terms(code, withdrawn=False)
            elif not ended and self._was_reopened_by(code, row):
                self.set_terms(code, withdrawn=True)

    def _was_reopened_by(self, offer: str, row: Row) -> bool:
        versions = self.versions[offer]
        return row.act in {"reinstate", "reverse"} and any(
            before.terms["withdrawn"]
            and not after.terms["withdrawn"]
            and after.request == row.request
            for before, after in pairwise(versions)
        )

    def _passed(self, back: Move, day: date) -> list[Move]:
        """Pass on what came back to an offer that is over."""
        if back.target != "available" or back.deal is None:
            return []
        end = self._passes_to(back.code, day)
        return [Move("offer", back.code, None, "available", end, back.amount)] if end else []

    def _take_back(
        self, row: Row, day: date | None = None, moves: list[Move] | None = None
    ) -> None:
        """Reverse an entry: on its own day by its exact mirror, unless told otherwise."""
        due = tuple(taken_back(row).moves if moves is None else moves)
        self._settle([Taking(row, day or row.day, due)])

    def _strands(self, deal: str | None, moves: tuple[Move, ...]) -> bool:
        """Say whether moves leave a stage empty on the need's side of a deal alone."""
        if deal is None:
            return False
        after = {side: self.oracle.deal(deal, side) for side in FREE}
        for move in moves:
            if move.deal is not None:
                after[move.side][move.source] -= move.amount
                after[move.side][move.target] += move.amount
        return any(after["offer"][stage] and not after["need"][stage] for stage in LIVING)

    def _divides(self, deal: str | None, moves: tuple[Move, ...]) -> bool:
        if deal is None or self.deals[deal].need != INDIVISIBLE:
            return False
        takes = any(move.source == "open" for move in moves)
        return takes and self._others(self.deals[deal].offer, INDIVISIBLE)

    def undo(self, back: int) -> None:
        """Undo the officer's last request, or one of those before it by its key."""
        place = self.requests - 1 - back
        key = None if back == 0 else self.keys[place]
        self.judge(
            lambda: self._undo(place),
            lambda: self.world.do(lambda uow: undo(uow, key), reason="a slip"),
        )

    def _undo(self, request: int) -> None:
        rows = [row for row in self.oracle.rows if row.request == request]
        own = {
            code: [one for one in every if one.request == request]
            for code, every in self.versions.items()
        }
        own = {code: mine for code, mine in own.items() if mine}
        require(rows or own)
        opened = [code for code, mine in own.items() if self.versions[code][0] is mine[0]]
        require(not any(self._rests_on(deal, rows) for deal in opened))
        before = {code: self.versions[code][-1 - len(mine)] for code, mine in own.items()
                  if code not in opened}  # fmt: skip
        require(all(self.versions[code][-1] is mine[-1] for code, mine in own.items()))
        for code, version in before.items():
            if self.is_hidden(code) and not version.hidden:
                self.set_terms(code, **version.terms)
        self._settle([Taking(row, row.day, taken_back(row).moves) for row in reversed(rows)])
        for code, version in before.items():
            if self.versions[code][-1] is own[code][-1]:
                self.set_terms(code, hidden=version.hidden, **version.terms)
        for code in opened:
            if not self.is_hidden(code):
                self.set_terms(code, hidden=True)

    def _rests_on(self, deal: str, rows: list[Row]) -> bool:
        """Say whether an act of a later request counts in a deal that the rows opened."""
        last = max((row.number for row in rows), default=0)
        return any(
            row.deal == deal
            and row.number > last
            and self.oracle.stands(row.number)
            and (row.reverses is None or row.reverses < last)
            for row in self.oracle.rows
        )

    def correct(self, row: Row, amount: int, day: date) -> None:
        """Correct an entry's quantity and day, and post again what depends on it."""
        quantity = typed(row.moves[0].code, amount)
        meant = Correction(quantity=quantity, on=day)
        self.judge(
            lambda: self._correct(row, amount, day),
            lambda: self.world.do(
                lambda uow: correct(uow, row.number, meant),
                reason="a slip",
                command="journal correct",
            ),
        )

    def _correct(self, row: Row, amount: int, day: date) -> None:
        require(self.oracle.may_be_reversed(row) and row.act != "reverse")
        if changes_total(row.moves):
            first = row.moves[0]
            totals = self.oracle.totals(first.side, first.code)
            require(on_day(totals, row.day) == row and (amount, day) != (row.total, row.day))
        else:
            require((amount, day) != (row.moves[0].amount, row.day))
        require(not self.is_hidden(row.deal))
        first = row.moves[0]._replace(amount=amount)
        meant = row._replace(moves=(first, *row.moves[1:]), day=day, is_lapse=False)
        if row.total is not None:
            meant = meant._replace(total=amount)
        stuck: list[Row] = []
        for dependents in self._dependents(row):
            if self.plan(partial(self._replace, row, meant, dependents, stuck)):
                return
            require(not stuck)
        raise Refused

    def _dependents(self, row: Row) -> list[list[Row]]:
        """Which later acts to post again, newest first: none, then ever more of them."""
        codes = {move.code for move in row.moves}
        later = [
            one
            for one in reversed(self.oracle.rows)
            if one.number > row.number
            and codes & {move.code for move in one.moves}
            and self.oracle.stands(one.number)
            and (one.reverses is None or one.reverses < row.number)
            and (one.total is not None or not changes_total(one.moves))
        ]
        of_deal = [one for one in later if row.deal is not None and one.deal == row.deal]
        of_all = [later[:count] for count in range(1, len(later) + 1)]
        return [[], *(of_deal[:count] for count in range(1, len(of_deal) + 1)), *of_all]

    def _replace(self, row: Row, meant: Row, dependents: list[Row], stuck: list[Row]) -> None:
        """Take the newest acts and the entry back and post them again; one may be stuck."""
        before = [*self.oracle.rows]
        for one in dependents:
            if one.act == "reverse":
                stuck.append(one)
                raise Refused
            self._take_back(one)
        if row.total is None:
            self._take_back(row)
            self._post_again(meant)
        else:
            total = Total(row.moves[0].code, meant.total or 0, meant.day, row.act)
            self._settle([Taking(row, row.day, taken_back(row).moves)], total)
        for one in reversed(dependents):
            stuck.append(one)
            self._post_again(one)
            stuck.pop()
        if row.total is None and row.deal is not None:
            self._lapse_what_is_left(row.deal, max(row.day, meant.day), before)

    def _lapse_what_is_left(self, deal: str, day: date, before: list[Row]) -> None:
        """Lapse what a correction leaves of a hold that lapsed, on that day, if there is room."""
        lapse = self.oracle.first_lapse(deal, day)
        if lapse is None:
            return
        now, then = self.oracle.on_hold(lapse), self.oracle.on_hold(lapse, before)
        left = sum(amount for since, amount in (now - then).items() if since < lapse.day)
        if left:
            end = self._passes_to(self.deals[deal].offer, lapse.day)
            self.plan(lambda: self._release(deal, "held", left, lapse.day, end, is_lapse=True))

    def _post_again(self, row: Row) -> None:
        first, day = row.moves[0], row.day
        if row.total is not None:
            if row.total != self.oracle.required(first.side, first.code, day):
                self._settle([], Total(first.code, row.total, day, row.act))
        elif row.deal is None:
            self.post(row.act, day, (first,))
        elif first.source == "open":
            directly = first.target == "committed"
            terms = self.deals[row.deal]
            self._hold(terms, first.amount, day, None, directly=directly, override=True)
        elif row.act == "release":
            end = next((move.target for move in row.moves if move.deal is None), None)
            part = None if row.is_lapse else first.amount
            self._release(row.deal, first.source, part, day, end, is_lapse=row.is_lapse)
        else:
            self._advance(row.deal, row.act, first.source, first.amount, day)

    def withdraw_with_key(self, code: str, amount: int, turn: int) -> None:
        """Try it dry, do it with a key, say it again: it happens once; said otherwise, never."""
        side, quantity, key = SIDES[code], typed(code, amount), f"key-{turn}"
        said: dict[str, Any] = {"given": {"code": code, "quantity": quantity}}
        before, day = self.counts(), self.today
        if key not in self.said:
            with suppress(LedgerError):
                dry = self.world.withdraw(side, code, quantity, **said, on=day, dry_run=True)
                assert dry["dry_run"]
            assert self.counts() == before, "a dry run left something behind"
            if self.withdraw(code, amount, day, **said, key=key):
                self.said[key] = (code, quantity)
            return
        same = self.said[key] == (code, quantity)
        again = self.attempt(
            lambda: self.world.withdraw(side, code, quantity, **said, on=day, key=key),
            allowed=same,
        )
        assert not same or again["replayed"]
        assert self.counts() == before, "a repetition left something behind"
