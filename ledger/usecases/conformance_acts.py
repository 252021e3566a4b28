"""What the program's own acts promise on a database, in a scratch ledger filled for the trial."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Final

from ledger.errors import RefusedByRule
from ledger.factors import Side
from ledger.promises import Promise, tried
from ledger.receipts import Receipt
from ledger.requests import Request
from ledger.store import balances, registers
from ledger.store.book import Ledger
from ledger.store.conformance.together import Ended, attempted, meeting_seconds, together
from ledger.store.unit_of_work import UnitOfWork
from ledger.usecases.carry_out import carry_out
from ledger.usecases.conformance_filling import HUNDRED, declare, introduce

_HANDS: Final = 8
_ROUNDS: Final = 3
_FIT: Final = 5


@dataclass(frozen=True, slots=True)
class Watched(Ledger):
    """A ledger that takes down how often each write was tried before."""

    tries: list[int] = field(default_factory=list)

    @contextmanager
    def write(
        self, request: Request, *, key: str | None = None, tries: int = 0
    ) -> Iterator[UnitOfWork]:
        """Write as the ledger does."""
        self.tries.append(tries)
        with Ledger.write(self, request, key=key, tries=tries) as uow:
            yield uow


def _holding(ledger: Ledger, request: Request, offer: str, need: str) -> dict[str, Any]:
    return carry_out(ledger, request, lambda uow: introduce(uow, offer, need, "1 EUR"))


def _new_offer(ledger: Ledger, request: Request, code: str, amount: int) -> None:
    def declaring(uow: UnitOfWork) -> Receipt:
        declare(uow, Side.OFFER, code, amount)
        return uow.receipt()

    carry_out(ledger, request, declaring)


def _held(ledger: Ledger, offer: str) -> int:
    with ledger.read() as connection:
        identity = registers.find_id(connection, "offer", offer)
        stages, _ = balances.holder_now(connection, Side.OFFER, identity)
    return sum(stages.values()) - stages[next(iter(stages))]


def holds(ledger: Ledger, request: Request) -> Promise:
    """Let several hold the last of one offer at once, round by round."""
    watched, wrong = Watched(ledger.engine), None
    made = refused = 0
    for number in range(1, _ROUNDS + 1):
        offer = f"LAST-{number}"
        _new_offer(ledger, request, offer, _FIT * 100)
        first = 10 * number

        def hold(hand: int, offer: str = offer, first: int = first) -> dict[str, Any]:
            return _holding(watched, request, offer, f"N-{first + hand}")

        ended = together(_HANDS, hold)
        made += sum(one.error is None for one in ended)
        refused += sum(isinstance(one.error, RefusedByRule) for one in ended)
        wrong = wrong or _wrong_holds(ended, _held(ledger, offer))
    return tried(
        "holds",
        f"{_ROUNDS} rounds of {_HANDS} who hold one each of an offer of {_FIT}",
        wrong,
        made=made,
        refused=refused,
        most_tries=1 + max(watched.tries),
        tried_again=sum(one > 0 for one in watched.tries),
    )


def _wrong_holds(ended: list[Ended[dict[str, Any]]], held: int) -> str | None:
    done = sum(one.error is None for one in ended)
    other = [one.word for one in ended if one.error and not isinstance(one.error, RefusedByRule)]
    if other:
        return f"{len(other)} ended with {', '.join(sorted(set(other)))}"
    if done != _FIT:
        return f"{done} holds were made where {_FIT} fit"
    return None if held == _FIT * 100 else f"{held} smallest parts are held, not {_FIT * 100}"


def retries(ledger: Ledger, request: Request) -> Promise:
    """Let another writer come between what an act read and what it writes."""
    watched = Watched(ledger.engine)
    _new_offer(ledger, request, "MET", HUNDRED)
    others: list[Future[Ended[dict[str, Any]]]] = []

    with ThreadPoolExecutor(1) as pool:

        def interrupted(uow: UnitOfWork) -> Receipt:
            receipt = introduce(uow, "MET", "N-51", "1 EUR")
            if not others:
                other = pool.submit(attempted, lambda: _holding(watched, request, "MET", "N-51"))
                others.append(other)
                _meet(other, meeting_seconds(ledger.engine))
            return receipt

        first = attempted(lambda: carry_out(watched, request, interrupted))
        ended = [first, *(other.result() for other in others)]
    held = _held(ledger, "MET")
    wrong = None if held == _FIT_OF_TWO else f"{held} smallest parts are held, not {_FIT_OF_TWO}"
    if any(one.error for one in ended):
        wrong = f"the two ended with {' and '.join(one.word for one in ended)}"
    return tried(
        "retries",
        "an act, and another on the same offer between its reading and its writing",
        wrong,
        tries=len(watched.tries),
        tried_again=sum(one > 0 for one in watched.tries),
    )


_FIT_OF_TWO: Final = 200


def _meet(other: Future[Any], seconds: int) -> None:
    """Wait until the other has ended, or is kept waiting itself."""
    try:
        other.result(timeout=seconds)
    except TimeoutError:
        return


def request_keys(ledger: Ledger, request: Request) -> Promise:
    """Let several say the same request with the same key at once."""
    _new_offer(ledger, request, "SAID", HUNDRED)
    same = replace(request, key="conformance-said")
    ended = together(_HANDS, lambda _: _holding(ledger, same, "SAID", "N-52"))
    answers = [one.answer for one in ended if one.answer is not None]
    firsts = sum(not answer.get("replayed") for answer in answers)
    held = _held(ledger, "SAID")
    wrong = None if (firsts, held) == (1, 100) else f"it was done {firsts} times"
    if len(answers) < _HANDS:
        wrong = f"ended with {', '.join(sorted({one.word for one in ended if one.error}))}"
    elif len({str(answer["entries"]) for answer in answers}) > 1:
        wrong = "the answers are not the same"
    return tried(
        "request-keys",
        f"one request with one key, said by {_HANDS} at once",
        wrong,
        done=firsts,
        replayed=len(answers) - firsts,
    )
