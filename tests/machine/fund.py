"""A fund that does anything at any time: every act through the program, and through the oracle.

The oracle says beforehand whether an act is allowed and what it moves; the program has to agree,
and where it refuses, nothing may have changed.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from both_books import (
    DECIMALS,
    INDIVISIBLE,
    INSTRUMENTS,
    RATES,
    SIDES,
    UNITS,
    BothBooks,
    Terms,
    typed,
)
from oracle import FREE, LIVING, Move, Row, to_hold, to_move

from ledger.core.factors import Stage
from ledger.journal.entries import Act
from ledger.usecases.deals import acts
from ledger.usecases.deals.correction import Correction, correct


class Fund(BothBooks):
    """Every act of an officer, in his words to the program and in arithmetic to the oracle."""

    # Acts on a need's or an offer's own quantity.

    def set_quantity(self, code: str, total: int, day: date) -> None:
        """Declare, or set the total of a day; the next later total stays what was said of it."""
        side = SIDES[code]
        then = self.oracle.required(side, code, day)
        way = ("undeclared", FREE[side]) if total > then else (FREE[side], "undeclared")
        move = Move(side, code, None, *way, abs(total - then))
        changes = [("revise", day, (move,))] if total != then else []
        kept = self.oracle.next_total(side, code, day)
        if changes and kept is not None:
            changes.append(("revise", kept, (move.back(),)))
            changes.sort(key=lambda change: change[2][0].source != "undeclared")
        quantity = typed(code, total)
        assert quantity is not None
        self.do_all(changes, day, lambda: self.world.revise(side, code, quantity, on=day))

    def withdraw(self, code: str, amount: int | None, day: date) -> None:
        """Take back a part, or all; all of an offer ends it, even where nothing is left."""
        side = SIDES[code]
        there = self.oracle.stages(side, code)[FREE[side]]
        ends = side == "offer" and amount is None and code not in self.ended
        if ends and not there:
            self.do_nothing(lambda: self.world.withdraw(side, code, None, on=day))
            self.ended.add(code)
            return
        moves = self._own(code, FREE[side], "withdrawn", amount)
        quantity = typed(code, amount)
        done = self.do_both(
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
            self.do_nothing(lambda: self.world.reinstate(side, code, None, on=day))
            self.ended.discard(code)
            return
        moves = self._own(code, source, FREE[side], amount)
        done = self.do_both(
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
        self.do_both(
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
        """Hold a part, or commit it directly, at one of the pair's rates and instruments.

        The rate is written with more or fewer zeros at its end: it stays the same rate.
        """
        rates = RATES.get((UNITS[need], UNITS[offer]), (Decimal(1),))
        rate = rates[turn % len(rates)]
        terms = Terms(offer, need, rate, INSTRUMENTS[turn // 2 % len(INSTRUMENTS)])
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
        late = day < self.oracle.last_day(code)
        zeros = "0" * (turn % 3) if "." in f"{rate:f}" else ""
        said: dict[str, Any] = {
            "rate": None if UNITS[need] == UNITS[offer] else Decimal(f"{rate:f}{zeros}"),
            "instrument": terms.instrument,
            "directly": directly,
            "until": None if directly else until,
            "override": "agreed" if override else None,
        }
        done = self.do_both(
            "commit" if directly else "introduce", code, day, moves,
            lambda on: self.world.introduce(quantity, offer, need, **said, on=on),
            allowed=self._eligible(offer, need, part, day, override=override),
        )  # fmt: skip
        if done:
            self.deals[code] = terms
            before = self.held_until.get(code)
            if before is not None and late:
                until = max(before, until)
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
        allowed = allowed and bool(moves)
        until = self.held_until[deal]
        if act is Act.COMMIT and until is not None and day > until:
            allowed = False
        quantity, from_stage = typed(terms.need, part), Stage(source)
        more = {"from_stage": from_stage} if act is Act.RELEASE else {}
        self.do_both(
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
        if UNITS[terms.need] != UNITS[terms.offer]:
            # A part told late takes what the offer's side has on every day since. The part that
            # empties both takes all: that is refused, unless a reversal can move out of its way.
            least = self.oracle.least(deal, "offer", source, day)
            if amount < need_stage:
                theirs = max(0, min(theirs, least))
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
        held = self.oracle.deal(deal, "need")["held"]
        allowed = bool(held) and until >= self.today and until != self.held_until[deal]
        self.attempt(
            lambda: self.world.do(
                lambda uow: acts.edit_deal(uow, acts.DealEdit(deal=deal, until=until))
            ),
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
            self.oracle.may_be_reversed(row)
            and day >= row.day
            and not self._strands(row.deal, moves)
            and not self._divides(row.deal, moves)
        )
        self.reversing = row.number
        done = self.do_both(
            "reverse", row.deal, day, tuple(moves),
            lambda on: self.world.reverse(row.number, on=on), allowed=allowed,
        )  # fmt: skip
        if done:
            code = row.moves[0].code
            if row.act == "withdraw" and code in self.ended:
                self._reopen(code)
            elif row.number in self.reopening:
                self.ended.add(code)

    def correct(self, row: Row, amount: int, day: date) -> None:
        """Correct an entry's quantity and day: allowed or not, no day may run short after it."""
        quantity = typed(row.moves[0].code, amount)
        meant = Correction(quantity=quantity, on=day)
        answer = self.attempt(
            lambda: self.world.do(lambda uow: correct(uow, row.number, meant), reason="a slip"),
            allowed=None,
        )
        if answer is not None:
            posted = self.take_in(answer["entries"])
            assert posted[0].reverses is not None
            assert any(
                (one.act, one.day, one.moves[0].amount) == (row.act, day, amount) for one in posted
            )
            assert self.oracle.short_days(self.oracle.rows) == []

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
        before = self.counts()
        known = key in self.said
        if not known and self.oracle.fits(self.today, moves):
            dry = self.world.withdraw(side, code, quantity, **said, dry_run=True)
            assert dry["dry_run"]
            assert self.counts() == before, "a dry run left something behind"
        if not known:
            if self.do_both(
                "withdraw", None, self.today, moves,
                lambda _: self.world.withdraw(side, code, quantity, **said, key=key),
            ):  # fmt: skip
                self.said[key] = (code, quantity)
            return
        same = self.said[key] == (code, quantity)
        again = self.attempt(
            lambda: self.world.withdraw(side, code, quantity, **said, key=key), allowed=same
        )
        assert not same or again["replayed"]
        assert self.counts() == before, "a repetition left something behind"
