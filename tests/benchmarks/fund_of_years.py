"""A fund as it is after years: most deals long delivered, and a pipeline of a thousand open needs.

    url = fund_of_years(place, movements=1_000_000)

What it models: a deal is introduced, committed, and delivered in 47 monthly parts, so that it
leaves a hundred movements; nine of ten are delivered whole, the rest half. Four make a project,
which is in completion, or in implementation. Beside them stands what is still to be matched: open
needs and offers of `pipelines`, with mandates, tickets, shares and conditions, in four
currencies, days and packages. The same numbers give the same fund.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any

from bench_world import DECLARED, Place, asked, opened
from pipelines import IN_EUROS, sparse

from ledger.core.factors import Factor, Side, Stage
from ledger.core.memory import garbage_collection_paused
from ledger.core.quantity import Quantity
from ledger.journal.entries import Act, ActDetails, Draft, Movement
from ledger.journal.receipts import Receipt
from ledger.rates.rates import Rate
from ledger.registers.records import City, Need, Offer, Project, Provider
from ledger.store.session.execute import execute
from ledger.store.session.ledger import Ledger
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.usecases.deals.acts import DealAct, Introduction, advance, hold
from ledger.usecases.registers.quantities import set_quantity

PARTS, PART = 47, 100_000
PER_DEAL = 6 + 2 * PARTS
PER_PROJECT = 4
PROVIDERS = 50
RUNNING = 10
"""One deal of so many is still being delivered."""
_PER_WRITE = 5_000


def fund_of_years(place: Place, movements: int, needs: int = 1_000, offers: int = 600) -> str:
    """Make a ledger of about so many movements, with about so many needs open; give its URL."""
    url = place.new(f"fund_{movements}")
    ledger = opened(url)
    deals = max(RUNNING, movements // PER_DEAL)
    _each(ledger, range(PROVIDERS), _add_provider)
    projects = range(-(-deals // PER_PROJECT))
    _each(ledger, projects, _add_project)
    _each(ledger, range(deals), _agree)
    _each(ledger, range(deals), _commit)
    _each(ledger, _deliveries(deals), lambda uow, draft: uow.post(draft))
    _each(ledger, projects, _complete)
    _add_pipeline(ledger, needs, offers)
    ledger.engine.dispose()
    return url


def _each(ledger: Ledger, things: Iterable[Any], act: Callable[[UnitOfWork, Any], Any]) -> None:
    """Do something with each thing, so many in a write that a server lets it end."""
    rest = iter(things)
    while batch := list(islice(rest, _PER_WRITE)):

        def work(uow: UnitOfWork, batch: list[Any] = batch) -> Receipt:
            uow.accounts.read_everything()
            uow.remember_ids()
            for thing in batch:
                act(uow, thing)
            return uow.receipt()

        with garbage_collection_paused():
            execute(ledger, asked("grow"), work)


def _add_provider(uow: UnitOfWork, number: int) -> None:
    if number == 0:
        uow.add("city", City(code="MHD", name="Mashhad", country="IR", office="asia"))
    uow.add("provider", Provider(code=f"BANK-{number}", name=f"Bank {number}", kind="bank"))


def _add_project(uow: UnitOfWork, number: int) -> None:
    uow.add("project", _project(number, "implementation"))


def _project(number: int, status: str) -> Project:
    place = {"title": "A line", "city": "MHD", "sector": "transport.urban"}
    return Project(code=f"DONE-{number}", status=status, **place)


def _complete(uow: UnitOfWork, number: int) -> None:
    own = range(number * PER_PROJECT, (number + 1) * PER_PROJECT)
    if not any(map(_is_running, own)):
        done = _project(number, "completion")
        uow.edit("project", uow.find_record("project", done.code), done)


def _agree(uow: UnitOfWork, number: int) -> None:
    """Add a need with an offer that is all its own."""
    terms: dict[str, Any] = {"factor": Factor.MONEY, "unit": "EUR", "declared_on": DECLARED}
    need = Need(code=f"DN-{number}", project=f"DONE-{number // PER_PROJECT}", **terms)
    offer = Offer(code=f"DO-{number}", provider=f"BANK-{number % PROVIDERS}", **terms)
    for side, record in ((Side.NEED, need), (Side.OFFER, offer)):
        uow.add(side.value, record)
        set_quantity(uow, uow.accounts.account(side, record.code), PARTS * PART, DECLARED)


def _commit(uow: UnitOfWork, number: int) -> None:
    """Introduce the two, and let both sign."""
    day = DECLARED + timedelta(days=1)
    details = ActDetails(effective_on=day)
    introduction = Introduction(
        offer=f"DO-{number}",
        need=f"DN-{number}",
        quantity=Quantity(PARTS * PART, uow.units["EUR"]),
        details=details,
        until=day + timedelta(days=90),
        code=f"DD-{number}",
    )
    deal = hold(uow, introduction)
    advance(uow, DealAct(deal=deal.code, act=Act.COMMIT, details=details))


def _is_running(number: int) -> bool:
    return number % RUNNING == 0


def _deliveries(deals: int) -> Iterator[Draft]:
    for part in range(PARTS):
        day = DECLARED + timedelta(days=30 * (part + 1))
        for number in range(deals):
            if part < PARTS // 2 or not _is_running(number):
                yield _delivery(number, day)


def _delivery(number: int, day: date) -> Draft:
    code = f"DD-{number}"
    movements = tuple(
        Movement(
            side=side,
            account=account,
            unit="EUR",
            from_stage=Stage.COMMITTED,
            to_stage=Stage.DELIVERED,
            amount=PART,
            deal=code,
        )
        for side, account in ((Side.NEED, f"DN-{number}"), (Side.OFFER, f"DO-{number}"))
    )
    details = ActDetails(effective_on=day)
    return Draft(act=Act.DELIVER, movements=movements, details=details, deal=code)


def _add_pipeline(ledger: Ledger, needs: int, offers: int) -> None:
    made = sparse(needs, offers)
    cities = {one.city.code: one.city for one in made.needs}
    projects = {one.project.code: one.project for one in made.needs}
    _each(ledger, cities.values(), lambda uow, city: uow.add("city", city))
    _each(ledger, projects.values(), lambda uow, one: uow.add("project", one))
    _each(ledger, [Provider(code="PRV-1", name="Provider", kind="fund")],
          lambda uow, one: uow.add("provider", one))  # fmt: skip
    rates = [
        Rate(DECLARED, code, "EUR", Decimal(worth))
        for code, worth in IN_EUROS.items() if code != "EUR"
    ]  # fmt: skip
    _each(ledger, rates, lambda uow, rate: uow.add_rate(rate))
    _each(ledger, made.needs, lambda uow, one: _declare(uow, Side.NEED, one.need, one.balance))
    _each(ledger, made.offers, lambda uow, one: _declare(uow, Side.OFFER, one.offer, one.balance))


def _declare(uow: UnitOfWork, side: Side, record: Any, balance: Any) -> None:
    uow.add(side.value, record)
    account = uow.accounts.account(side, record.code)
    set_quantity(uow, account, sum(balance.stages.values()), record.declared_on)
