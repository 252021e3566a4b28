"""A night as it leaves its rows: a statement with its finding, snapshots of needs, and its run."""

from __future__ import annotations

from hashlib import sha256

from world import World

from ledger.core.factors import Side
from ledger.statements.differences import FindingKind
from ledger.statements.findings import FindingChanges, FindingRecord
from ledger.statements.lines import LineKind, ReadLine, StatementLine
from ledger.store.db.night_tables import gap_snapshot
from ledger.store.gap_snapshots import snapshot_rows, snapshots_now
from ledger.store.nights import runs
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.store.statements.findings import store_changes
from ledger.store.statements.statements import store_file


def record_night(world: World, provider: str = "BANK", need: str = "N-0001") -> None:
    """Let a night pass whose one statement, of a provider in the ledger, leads to a finding."""
    day = world.ledger.today()
    run = runs.begin_run(
        world.ledger, day, ("statements", "gaps"), whole=False, who=("night", "cron", "office")
    )
    world.do(lambda uow: _read(uow, provider), "reconcile", key=f"night:{day}:statements")
    world.do(lambda uow: _snapshot(uow, need), "reconcile", key=f"night:{day}:gaps")
    for place, name in enumerate(run.requested_steps, start=1):
        ended = runs.clock_moment(world.ledger)
        step = runs.StoredStep(name=name, started_at=run.started_at, ended_at=ended, changed=True)
        runs.store_step(world.ledger, run.id, place, step)


def _read(uow: UnitOfWork, provider: str) -> None:
    line = StatementLine(
        provider=provider,
        statement="2026/11",
        number="1",
        day=uow.today,
        kind=LineKind.DELIVERY,
        amount=12_34,
        unit=uow.units["EUR"],
        deal="D-9999",
        reference="SWIFT 7, “paid”",
    )
    digest = sha256(line.citation.encode()).hexdigest()
    store_file(uow, "november.csv", digest, [ReadLine(line, 2)])
    told = FindingRecord(
        kind=FindingKind.UNKNOWN,
        identity=(provider, line.citation),
        subject=provider,
        sentence="The ledger has no deal D-9999.",
        ours="0.00 EUR",
        theirs="12.34 EUR",
        difference="12.34 EUR",
        provider=provider,
        statement=line.statement,
        line=line.number,
        office="asia",
    )
    store_changes(uow, FindingChanges(opened=(told,)), "")


def _snapshot(uow: UnitOfWork, need: str) -> None:
    account = uow.accounts.account(Side.NEED, need)
    stood = {account.id: snapshots_now(uow.connection)[account.id]}
    uow.add_rows(gap_snapshot, snapshot_rows(uow.today, 1, stood))
