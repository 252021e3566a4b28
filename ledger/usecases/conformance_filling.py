"""The ledger of a conformance trial: some thousand rows, and at least one in every table."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256
from typing import Final

from ledger.factors import STAGES_OF, Factor, Side
from ledger.journal import ProposedLine
from ledger.matching.kept import KeptProposal
from ledger.matching.plan import Level
from ledger.matching.proposal import Cost, Line, Proposal
from ledger.members import City, Provider
from ledger.offers import Offer
from ledger.projects import Need, Project
from ledger.rates import Rate
from ledger.receipts import Receipt
from ledger.requests import Request
from ledger.statements import facts
from ledger.statements.keeping import Changes
from ledger.statements.kinds import Kind
from ledger.statements.telling import Told
from ledger.store import nights
from ledger.store.book import Ledger
from ledger.store.findings import keep_changes
from ledger.store.gap_snapshots import Stood, snapshot_rows
from ledger.store.night_tables import gap_snapshot
from ledger.store.nights import KeptStep
from ledger.store.seals import batches
from ledger.store.statements import keep_file
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

HUNDRED: Final = 10_000
"""A hundred euros in their smallest part."""


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
        declare(uow, Side.NEED, f"N-{number}")
    for number in range(1, OFFERS + 1):
        declare(uow, Side.OFFER, f"O-{number}")
    for number in range(DEALS):
        # The first need has a deal with each of two offers.
        introduce(uow, f"O-{1 + number % OFFERS}", f"N-{max(1, number)}", "2 EUR")
    need = uow.accounts.of(Side.NEED, "N-1")
    stages = [need.stages.get(one, 0) for one in STAGES_OF[Side.NEED]]
    stood = {need.id: Stood("identification", *stages)}
    uow.add_rows(gap_snapshot, snapshot_rows(uow.today, 1, stood))
    _take_up_a_proposal(uow)
    _read_a_statement(uow)
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


def _read_a_statement(uow: UnitOfWork) -> None:
    """Keep a provider's statement of one line, and open the finding that it leads to."""
    line = facts.Line(
        provider="P-1",
        statement="S-1",
        number="1",
        day=uow.today,
        kind=facts.LineKind.DELIVERY,
        amount=100,
        unit=uow.units["EUR"],
    )
    digest = sha256(line.citation.encode()).hexdigest()
    keep_file(uow, "statement.csv", digest, [facts.ReadLine(line, 2)])
    found = Told(
        kind=Kind.UNKNOWN,
        identity=(line.provider, line.citation),
        subject=line.provider,
        said="The ledger has nothing of the kind.",
        provider=line.provider,
        statement=line.statement,
        line=line.number,
    )
    keep_changes(uow, Changes(opened=(found,)), "")


def declare(uow: UnitOfWork, side: Side, code: str, amount: int = HUNDRED) -> None:
    """Declare a need or an offer in euros."""
    record = (_need if side is Side.NEED else _offer)(code, uow.today)
    account = uow.accounts.open_account(side, uow.add(side.value, record), record)
    quantity_acts.set_quantity(uow, account, amount, uow.today)


def _need(code: str, day: date) -> Need | Offer:
    return Need(code=code, project="PRJ-1", factor=Factor.MONEY, unit="EUR", declared_on=day)


def _offer(code: str, day: date) -> Need | Offer:
    return Offer(code=code, provider="P-1", factor=Factor.MONEY, unit="EUR", declared_on=day)


def introduce(uow: UnitOfWork, offer: str, need: str, quantity: str) -> Receipt:
    """Hold a part of a need against an offer."""
    said = deal_acts.Introduction(offer=offer, need=need, quantity=quantity)
    return deal_acts.introduce(uow, said)
