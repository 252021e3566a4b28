"""What the program's own acts promise on a database, in a scratch ledger filled for the trial."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from ledger.errors import RefusedByRule
from ledger.factors import Factor, Side
from ledger.journal import ProposedLine
from ledger.matching.kept import KeptProposal
from ledger.matching.plan import Level
from ledger.matching.proposal import Cost, Line, Proposal
from ledger.members import City, Provider
from ledger.offers import Offer
from ledger.projects import Need, Project
from ledger.promises import Promise, tried
from ledger.rates import Rate
from ledger.receipts import Receipt
from ledger.requests import Request
from ledger.store import balances, nights, registers
from ledger.store.book import Ledger
from ledger.store.conformance.together import Ended, attempted, meeting_seconds, together
from ledger.store.gap_snapshots import Stood, snapshot_rows
from ledger.store.night_tables import gap_snapshot
from ledger.store.nights import KeptStep
from ledger.store.seals import batches
from ledger.store.unit_of_work import UnitOfWork
from ledger.usecases import deal_acts, dealing, quantity_acts
from ledger.usecases.carry_out import carry_out
from ledger.usecases.dealing import Hold
from ledger.usecases.seal import write_seal

KEY: Final = "conformance-fill"
"""The key of the request that fills the ledger."""

NEEDS = 1200
OFFERS = 300
DEALS = 300
"""How much the ledger of the trial is filled with."""

_HUNDRED: Final = 10_000
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


def fill(ledger: Ledger, request: Request) -> None:
    """Fill a new ledger with some thousand rows, and at least one in every table."""
    carry_out(ledger, replace(request, key=KEY), _filling)
    who = (request.actor, request.system_user, request.host)
    run = nights.begin_run(ledger, ledger.today(), ("gaps",), whole=False, who=who)
    begun, ended = run.started_at, nights.machine_moment(ledger)
    nights.keep_step(ledger, run.id, 1, KeptStep(name="gaps", started_at=begun, ended_at=ended))
    carry_out(ledger, request, _sealing)


def _sealing(uow: UnitOfWork) -> Receipt:
    # Nobody else is there, so nothing has to settle first.
    return write_seal(uow, next(batches(uow.connection, None)))


def _filling(uow: UnitOfWork) -> Receipt:
    uow.add("city", City(code="C-1", name="City", country="IR", office="asia"))
    uow.add("provider", Provider(code="P-1", name="Bank", kind="bank"))
    uow.add("project", Project(code="PRJ-1", title="A line", city="C-1", sector="transport.urban"))
    uow.add_rate(Rate(uow.today, "EUR", "USD", Decimal(1)))
    for number in range(1, NEEDS + 1):
        _declare(uow, Side.NEED, f"N-{number}")
    for number in range(1, OFFERS + 1):
        _declare(uow, Side.OFFER, f"O-{number}")
    for number in range(DEALS):
        # The first need has a deal with each of two offers.
        _hold(uow, f"O-{1 + number % OFFERS}", f"N-{max(1, number)}", "2 EUR")
    stood = {uow.accounts.of(Side.NEED, "N-1").id: Stood("identification", _HUNDRED, *(0,) * 4)}
    uow.add_rows(gap_snapshot, snapshot_rows(uow.today, 1, stood))
    _take_up_a_proposal(uow)
    return uow.receipt()


def _take_up_a_proposal(uow: UnitOfWork) -> None:
    """Store a proposal of one line, and introduce that line."""
    need = uow.accounts.of(Side.NEED, f"N-{NEEDS}")
    offer = uow.accounts.of(Side.OFFER, f"O-{OFFERS}")
    line = Line(
        offer=offer.code,
        need=need.code,
        project="PRJ-1",
        factor=Factor.MONEY.value,
        amount=100,
        unit=need.unit,
        offer_amount=100,
        offer_unit=offer.unit,
        rate=Decimal(1),
    )
    reached = Level(Fraction(1), Fraction(1))
    proposal = Proposal(
        day=uow.today,
        solver="none",
        complete_level=reached,
        coverage_level=reached,
        cost=Cost(Fraction(0), 1, need.unit),
        complete=("PRJ-1",),
        lines=(line,),
    )
    kept = KeptProposal(
        code=uow.code_for("proposal", None),
        proposal=proposal,
        weights={"PRJ-1": 1},
        selection=(),
        milliseconds=0,
        solved_on=None,
        recorded_at=uow.now,
        actor=uow.request.actor,
        taken={},
    )
    uow.add_proposal(kept)
    hold = Hold(day=uow.day, proposed=ProposedLine(kept.code, 1))
    dealing.hold(uow, need, offer, line.amount, hold)


def _declare(uow: UnitOfWork, side: Side, code: str, amount: int = _HUNDRED) -> None:
    record = (_need if side is Side.NEED else _offer)(code, uow.today)
    account = uow.accounts.open_account(side, uow.add(side.value, record), record)
    quantity_acts.set_quantity(uow, account, amount, uow.today)


def _need(code: str, day: date) -> Need | Offer:
    return Need(code=code, project="PRJ-1", factor=Factor.MONEY, unit="EUR", declared_on=day)


def _offer(code: str, day: date) -> Need | Offer:
    return Offer(code=code, provider="P-1", factor=Factor.MONEY, unit="EUR", declared_on=day)


def _hold(uow: UnitOfWork, offer: str, need: str, quantity: str) -> Receipt:
    said = deal_acts.Introduction(offer=offer, need=need, quantity=quantity)
    return deal_acts.introduce(uow, said)


def _holding(ledger: Ledger, request: Request, offer: str, need: str) -> dict[str, Any]:
    return carry_out(ledger, request, lambda uow: _hold(uow, offer, need, "1 EUR"))


def _new_offer(ledger: Ledger, request: Request, code: str, amount: int) -> None:
    def declaring(uow: UnitOfWork) -> Receipt:
        _declare(uow, Side.OFFER, code, amount)
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
    _new_offer(ledger, request, "MET", _HUNDRED)
    others: list[Future[Ended[dict[str, Any]]]] = []

    with ThreadPoolExecutor(1) as pool:

        def interrupted(uow: UnitOfWork) -> Receipt:
            receipt = _hold(uow, "MET", "N-51", "1 EUR")
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
    _new_offer(ledger, request, "SAID", _HUNDRED)
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
