"""What the program's own acts guarantee when several writers meet on one offer."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

from concurrent_work import Ending, at_once, attempt, meeting_seconds
from filled_ledger import HUNDRED, declare, introduce
from sqlalchemy import Engine
from world import asked

from ledger.core.errors import RefusedByRule
from ledger.core.factors import Side
from ledger.core.requests import Request
from ledger.journal.receipts import Receipt
from ledger.registers.records import City, Project
from ledger.store.journal import accounts
from ledger.store.session.execute import Handler, execute
from ledger.store.session.ledger import Ledger
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.usecases.undo import undo

_WRITERS = 8
_ROUNDS = 3
_FIT = 5
_ONE_EURO = 100
_MEETING_SECONDS = 0.5
_REQUEST = asked("compatibility")


@dataclass(frozen=True, slots=True)
class CountingLedger(Ledger):
    """A ledger that notes how often each handler ran before."""

    tries: list[int] = field(default_factory=list)

    def counted(self, handler: Handler) -> Handler:
        """Note each run of the handler of one request: after a conflict it runs again."""
        runs = count()

        def counting(uow: UnitOfWork) -> Receipt:
            self.tries.append(next(runs))
            return handler(uow)

        return counting

    @property
    def tried_again(self) -> str:
        """Say how many writes were tried again, and the most tries of one."""
        again = sum(one > 0 for one in self.tries)
        return f"tried again {again}, most tries {1 + max(self.tries)}"


def holds(engine: Engine) -> str:
    """Of an offer no more is held than there is, however many writers hold at once."""
    ledger = CountingLedger(engine)
    for number in range(1, _ROUNDS + 1):
        offer = f"LAST-{number}"
        first = 10 * number
        _declare_offer(ledger, offer, _FIT * _ONE_EURO)

        def hold(writer: int, offer: str = offer, first: int = first) -> dict[str, Any]:
            return _hold(ledger, _REQUEST, offer, f"N-{first + writer}")

        endings = at_once(_WRITERS, hold)
        held = _held(ledger, offer)
        _assert_only_refusals(endings)
        done = sum(one.error is None for one in endings)
        assert done == _FIT, f"{done} holds were made where {_FIT} fit"
        assert held == _FIT * _ONE_EURO, f"{held} cents are held, not {_FIT * _ONE_EURO}"
    return ledger.tried_again


def _assert_only_refusals(endings: list[Ending[dict[str, Any]]]) -> None:
    other = {one.name for one in endings if one.error and not isinstance(one.error, RefusedByRule)}
    assert not other, f"holds ended with {', '.join(sorted(other))}"


def retries(engine: Engine) -> str:
    """A write that met another between its reading and its writing is done again."""
    ledger = CountingLedger(engine)
    _declare_offer(ledger, "MET", HUNDRED)
    others: list[Future[Ending[dict[str, Any]]]] = []

    with ThreadPoolExecutor(1) as pool:

        def interrupted(uow: UnitOfWork) -> Receipt:
            receipt = introduce(uow, "MET", "N-51", "1 EUR")
            if not others:
                other = pool.submit(attempt, lambda: _hold(ledger, _REQUEST, "MET", "N-51"))
                others.append(other)
                _wait_for(other, meeting_seconds(engine))
            return receipt

        first = attempt(lambda: execute(ledger, _REQUEST, ledger.counted(interrupted)))
        endings = [first, *(other.result() for other in others)]
    assert [one.name for one in endings] == ["done", "done"]
    held = _held(ledger, "MET")
    assert held == 2 * _ONE_EURO, f"{held} cents are held, not {2 * _ONE_EURO}"
    return ledger.tried_again


def _wait_for(other: Future[Any], seconds: float) -> None:
    """Wait until the other has ended, or is kept waiting itself."""
    try:
        other.result(timeout=seconds)
    except TimeoutError:
        return


def undone_additions(engine: Engine) -> str:
    """What is recorded under a record while the record is undone waits for that, and is refused."""
    ledger = CountingLedger(engine)
    added = replace(_REQUEST, key="compatibility-added")
    execute(ledger, added, lambda uow: _add(uow, "city", City("C-9", "Slip", "IR", "asia")))
    project = Project(code="PRJ-9", title="A line", city="C-9", sector="transport.urban")
    others: list[Future[Ending[dict[str, Any]]]] = []

    with ThreadPoolExecutor(1) as pool:

        def met(uow: UnitOfWork) -> Receipt:
            receipt = undo(uow, added.key)
            adds = ledger.counted(lambda other: _add(other, "project", project))
            others.append(pool.submit(attempt, lambda: execute(ledger, _REQUEST, adds)))
            _wait_for(others[0], _MEETING_SECONDS)
            return receipt

        undone = attempt(lambda: execute(ledger, replace(_REQUEST, reason="a slip"), met))
        endings = [undone, *(other.result() for other in others)]
    assert [one.name for one in endings] == ["done", "UnknownCode"], str(endings)
    return ledger.tried_again


def _add(uow: UnitOfWork, kind: str, record: object) -> Receipt:
    uow.add(kind, record)
    return uow.receipt()


def request_keys(engine: Engine) -> str:
    """A request that several send at once with one key is done once; all get its receipt."""
    ledger = CountingLedger(engine)
    _declare_offer(ledger, "SAME", HUNDRED)
    same = replace(_REQUEST, key="compatibility-same")
    endings = at_once(_WRITERS, lambda _: _hold(ledger, same, "SAME", "N-52"))
    assert [one.name for one in endings] == ["done"] * _WRITERS
    answers = [one.answer for one in endings if one.answer is not None]
    assert len({str(answer["entries"]) for answer in answers}) == 1, "the receipts differ"
    done = sum(not answer.get("replayed") for answer in answers)
    held = _held(ledger, "SAME")
    assert (done, held) == (1, _ONE_EURO), f"it was done {done} times, {held} cents are held"
    return ledger.tried_again


def _hold(ledger: CountingLedger, request: Request, offer: str, need: str) -> dict[str, Any]:
    handler = ledger.counted(lambda uow: introduce(uow, offer, need, "1 EUR"))
    return execute(ledger, request, handler)


def _declare_offer(ledger: Ledger, code: str, amount: int) -> None:
    def declaring(uow: UnitOfWork) -> Receipt:
        declare(uow, Side.OFFER, code, amount)
        return uow.receipt()

    execute(ledger, _REQUEST, declaring)


def _held(ledger: Ledger, offer: str) -> int:
    with ledger.read() as connection:
        there = accounts.read_account(connection, Side.OFFER, code=offer)
    assert there is not None
    return sum(there.stages.values()) - there.stages[next(iter(there.stages))]
