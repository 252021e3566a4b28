"""A filled ledger: some thousand rows, and at least one in every table."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256
from typing import NamedTuple

from asks import an_approach
from bars import a_restriction, an_exemption
from bodies import a_body, a_seat
from credentials import a_figure, an_identifier
from gatherings import gather
from recorded_approvals import record_approvals
from remarks import a_contact, a_limit, a_note, a_reminder, an_owner
from sqlalchemy import Engine
from ties import a_partnership, an_undertaking
from world import asked

from ledger.core.factors import STAGES_OF, Factor, Side
from ledger.core.quantity import Quantity, parse_quantity
from ledger.core.requests import Request
from ledger.deals.instalments import instalment_of
from ledger.evidence.tree_head import ADOPTED_KIND
from ledger.journal.entries import ProposedLine
from ledger.journal.receipts import Receipt
from ledger.matching.plan import Level
from ledger.matching.proposal import Cost, Line, Proposal
from ledger.matching.stored import StoredProposal
from ledger.rates.rates import Rate
from ledger.registers.phases import phase_of
from ledger.registers.records import City, Need, Offer, Project, Provider
from ledger.statements import lines
from ledger.statements.differences import FindingKind
from ledger.statements.findings import FindingChanges, FindingRecord
from ledger.store.db.night_tables import gap_snapshot, remaining_leaf
from ledger.store.evidence.seals import read_batches
from ledger.store.gap_snapshots import NeedSnapshot, snapshot_rows
from ledger.store.nights import runs
from ledger.store.nights.stored_runs import StoredStep
from ledger.store.session.execute import execute
from ledger.store.session.ledger import Ledger
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.store.statements.findings import store_changes
from ledger.store.statements.statements import store_file
from ledger.usecases.admin.set_up import LedgerSettings, upgrade_and_fill
from ledger.usecases.deals import acts
from ledger.usecases.erasure import erase
from ledger.usecases.evidence import write_seal
from ledger.usecases.registers import quantities
from ledger.usecases.registers.identity import edit_identity

KEY = "compatibility-fill"
"""The key of the request that fills the ledger."""


class Size(NamedTuple):
    """How much a ledger is filled with."""

    needs: int = 1200
    offers: int = 300
    deals: int = 300


SMALL = Size(60, 10, 20)
"""Enough for every check, where many ledgers are filled."""

HUNDRED = 10_000
"""A hundred euros in their smallest unit."""


def make_filled_ledger(engine: Engine, size: Size) -> None:
    """Make a ledger in an empty database, with some rows and at least one in every table."""
    request = asked("compatibility")
    upgrade_and_fill(Ledger(engine), LedgerSettings(time_zone="Europe/Paris"), request)
    fill(Ledger(engine), request, size)


def fill(ledger: Ledger, request: Request, size: Size) -> None:
    """Fill a new ledger, with at least one row in every table."""
    execute(ledger, replace(request, key=KEY), lambda uow: _fill_registers(uow, size))
    record_approvals(ledger, "P-1")
    leaving = replace(request, reason="asked for")
    execute(ledger, leaving, lambda uow: erase(uow, ["contact:CN-1"]))
    who = (request.actor, request.system_user, request.host)
    run = runs.begin_run(ledger, ledger.today(), ("gaps",), whole=False, who=who)
    begun, ended = run.started_at, runs.clock_moment(ledger)
    runs.store_step(ledger, run.id, 1, StoredStep(name="gaps", started_at=begun, ended_at=ended))
    execute(ledger, request, _write_seal)


def _write_seal(uow: UnitOfWork) -> Receipt:
    # No other writer is there, so nothing has to be committed first.
    return write_seal(uow, next(read_batches(uow.connection, None)))


def _fill_registers(uow: UnitOfWork, size: Size) -> Receipt:
    uow.add("city", City(code="C-1", name="City", country="IR", office="asia"))
    uow.add("provider", Provider(code="P-1", name="Bank", kind="bank"))
    uow.add("project", Project(code="PRJ-1", title="A line", city="C-1", sector="transport.urban"))
    _rename(uow)
    _restrict(uow)
    uow.add("body", a_body())
    uow.add("seat", a_seat(city="C-1"))
    uow.add("partnership", a_partnership(city="C-1", with_city="C-2-1"))
    uow.add("undertaking", an_undertaking(by="C-1"))
    uow.add("credential", a_figure(city="C-1"))
    uow.add("identifier", an_identifier("C-1"))
    uow.add("note", a_note(record="C-1"))
    uow.add("contact", a_contact(record="C-1"))
    uow.add("owner", an_owner(record="C-1"))
    uow.add("reminder", a_reminder(record="C-1"))
    uow.add("limit", a_limit(offers="offer=O-9999"))
    uow.add("phase", phase_of("PRJ-1", "identification", date(2026, 1, 1)))
    gather(uow, "C-1")
    uow.add_rate(Rate(uow.today, "EUR", "USD", Decimal(1)))
    for number in range(1, size.needs + 1):
        declare(uow, Side.NEED, f"N-{number}")
    for number in range(1, size.offers + 1):
        declare(uow, Side.OFFER, f"O-{number}")
    uow.add("approach", an_approach(need="N-1", provider="P-1"))
    for number in range(size.deals):
        # The first need has a deal with each of two offers.
        introduce(uow, f"O-{1 + number % size.offers}", f"N-{max(1, number)}", "2 EUR")
    uow.add("instalment", instalment_of("D-0001", date(2027, 3, 1), 100, "EUR"))
    need = uow.accounts.account(Side.NEED, "N-1")
    stages = [need.stages.get(one, 0) for one in STAGES_OF[Side.NEED]]
    stood = {need.id: NeedSnapshot("identification", *stages)}
    uow.add_rows(gap_snapshot, snapshot_rows(uow.today, 1, stood))
    # Of a step of no night: what remained of a leaf is recorded where a text of it was erased.
    remains = {"kind": ADOPTED_KIND, "reference": "night_step/0/gaps", "hash": "0" * 64}
    uow.add_rows(remaining_leaf, [remains])
    _introduce_a_proposed_line(uow, size)
    _read_a_statement(uow)
    return uow.receipt()


def _rename(uow: UnitOfWork) -> None:
    """Add a city, a provider and a project, and change their codes."""
    uow.add("city", City(code="C-2", name="Town", country="IR", office="asia"))
    uow.add("provider", Provider(code="P-2", name="Fund", kind="fund"))
    uow.add("project", Project(code="PRJ-2", title="A road", city="C-2", sector="transport.road"))
    for kind, code in (("city", "C-2"), ("provider", "P-2"), ("project", "PRJ-2")):
        stored = uow.find_record(kind, code)
        edit_identity(uow, kind, stored, replace(stored.record, code=f"{code}-1"))


def _restrict(uow: UnitOfWork) -> None:
    """Add a restriction on the provider without offers, and an exemption from it."""
    uow.add("restriction", a_restriction(providers=("P-2-1",)))
    uow.add("exemption", an_exemption(projects=("PRJ-1",)))


def _introduce_a_proposed_line(uow: UnitOfWork, size: Size) -> None:
    """Store a proposal of one line, and introduce that line."""
    need = uow.accounts.account(Side.NEED, f"N-{size.needs}")
    offer = uow.accounts.account(Side.OFFER, f"O-{size.offers}")
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
    kept = StoredProposal(
        code=uow.code_for("proposal", None),
        proposal=proposal,
        weights={"PRJ-1": 1},
        selection=(),
        milliseconds=0,
        solved_on=None,
        recorded_at=uow.now,
        actor=uow.request.actor,
        accepted={},
    )
    uow.add_proposal(kept)
    details = replace(uow.details(), proposed=ProposedLine(kept.code, 1))
    acts.hold(
        uow,
        acts.Introduction(
            offer=offer.code,
            need=need.code,
            quantity=Quantity(line.amount, line.unit),
            details=details,
        ),
    )


def _read_a_statement(uow: UnitOfWork) -> None:
    """Keep a provider's statement of one line, and open the finding that it leads to."""
    line = lines.StatementLine(
        provider="P-1",
        statement="S-1",
        number="1",
        day=uow.today,
        kind=lines.LineKind.DELIVERY,
        amount=100,
        unit=uow.units["EUR"],
    )
    digest = sha256(line.citation.encode()).hexdigest()
    store_file(uow, "statement.csv", digest, [lines.ReadLine(line, 2)])
    found = FindingRecord(
        kind=FindingKind.UNKNOWN,
        identity=(line.provider, line.citation),
        subject=line.provider,
        sentence="The ledger has nothing of the kind.",
        provider=line.provider,
        statement=line.statement,
        line=line.number,
    )
    store_changes(uow, FindingChanges(opened=(found,)), "")


def declare(uow: UnitOfWork, side: Side, code: str, amount: int = HUNDRED) -> None:
    """Declare a need or an offer in euros."""
    record = (_need if side is Side.NEED else _offer)(code, uow.today)
    uow.accounts.open_account(side, uow.add(side.value, record), record)
    quantities.set_quantity(uow, uow.accounts.account(side, code), amount, uow.today)


def _need(code: str, day: date) -> Need | Offer:
    return Need(code=code, project="PRJ-1", factor=Factor.MONEY, unit="EUR", declared_on=day)


def _offer(code: str, day: date) -> Need | Offer:
    return Offer(code=code, provider="P-1", factor=Factor.MONEY, unit="EUR", declared_on=day)


def introduce(uow: UnitOfWork, offer: str, need: str, quantity: str) -> Receipt:
    """Hold a part of a need against an offer."""
    introduction = acts.Introduction(
        offer=offer,
        need=need,
        quantity=parse_quantity(quantity, uow.units),
        details=uow.details(),
    )
    return acts.introduce(uow, introduction)
