"""What a database keeps of the ledger's promises, tried in a scratch place of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any, Final, NamedTuple

from sqlalchemy import Engine

from ledger.errors import CannotOpen
from ledger.promises import PROMISES, Promise, not_tried, tried
from ledger.requests import Request
from ledger.store.book import Ledger
from ledger.store.conformance import plans, refusals, server, transactions
from ledger.store.conformance.scratch import read_version, scratch
from ledger.store.conformance.together import attempted
from ledger.usecases import conformance_acts as acts
from ledger.usecases import conformance_filling as filling
from ledger.usecases.check import run_checks
from ledger.usecases.set_up import SetUp, bring_up

SCHEMA: Final = "cityfund.conformance/1"


class Conformance(NamedTuple):
    """The answer: which database, and every promise in order."""

    server: str
    promises: tuple[Promise, ...]

    @property
    def ok(self) -> bool:
        """Say whether every promise that was tried holds."""
        return all(promise.held is not False for promise in self.promises)

    def as_document(self) -> dict[str, Any]:
        """Give the answer as the JSON document of `cityfund db conformance`."""
        promises = [promise.as_document() for promise in self.promises]
        return {"schema": SCHEMA, "server": self.server, "promises": promises}


def _tell_nobody(name: str) -> None:
    del name


def conformance(
    url: str, request: Request, tell: Callable[[str], None] = _tell_nobody
) -> Conformance:
    """Try every promise at a URL; `tell` hears the name of each before it is tried.

    Raises `NoScratchPlace`, and what keeps a database from being opened.
    """
    with scratch(url) as engine:
        version = read_version(engine)
        plain = replace(request, given={}, key=None)  # what was typed may hold a password
        promises = tuple(_in_order(_promises(engine, plain, tell)))
    return Conformance(version, promises)


def _in_order(found: Iterable[Promise]) -> Iterator[Promise]:
    """Give every promise once, in order; what was not come to says so."""
    by_name = {promise.name: promise for promise in found}
    why = "What it rests on could not be made."
    return (by_name.get(name) or not_tried(name, why) for name in PROMISES)


def _promises(engine: Engine, request: Request, tell: Callable[[str], None]) -> Iterator[Promise]:
    tell("migrations")
    made = _kept("migrations", lambda: _made(engine, request))
    yield made
    transactions.prepare(engine)
    for name, ask in _OF_TRANSACTIONS.items():
        tell(name)
        yield _kept(name, partial(ask, engine))
    if not made.figures:
        return
    ledger = Ledger(engine)
    for name, act in _OF_ACTS.items():
        tell(name)
        yield _kept(name, partial(act, ledger, request))
    yield from plans.plans(engine, replace(request, key=filling.KEY))


_OF_TRANSACTIONS: Final[dict[str, Callable[[Engine], Promise]]] = {
    "write-skew": transactions.write_skew,
    "lost-update": transactions.lost_update,
    "one-moment": transactions.one_moment,
    "clock": server.clock,
    "time-limit": server.time_limit,
}
_OF_ACTS: Final[dict[str, Callable[[Ledger, Request], Promise]]] = {
    "guards": lambda ledger, _: refusals.guards(ledger.engine),
    "numbers": lambda ledger, _: server.numbers(ledger.engine),
    "holds": acts.holds,
    "retries": acts.retries,
    "request-keys": acts.request_keys,
}


def _made(engine: Engine, request: Request) -> Promise:
    made = bring_up(engine, SetUp(time_zone="Europe/Paris"), request)
    filling.fill(Ledger(engine), request)
    (guards,) = run_checks(Ledger(engine), ["guards"])
    return tried(
        "migrations",
        "a new ledger, its guards compared with the program's own, some thousand rows",
        "; ".join(guards.failures) or None,
        schema=made.after,
        examined=guards.examined,
    )


def _kept(name: str, trial: Callable[[], Promise]) -> Promise:
    """Make a trial; where an error ends it, the promise is not kept. Raises `CannotOpen`."""
    ended = attempted(trial)
    if ended.answer is not None:
        return ended.answer
    assert ended.error is not None
    if isinstance(ended.error, CannotOpen):
        raise ended.error
    said = str(ended.error).strip().splitlines()[0]
    return tried(name, "what ended in an error", f"{ended.word}: {said}")
