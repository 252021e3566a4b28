"""A ledger with something of everything in it, and what tests ask of one that moved."""

from __future__ import annotations

from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import complete_ledger
from asks import an_approach
from bars import a_restriction, an_exemption
from bodies import a_body, a_seat
from credentials import a_figure, a_grade, an_identifier
from gatherings import gather
from recorded_approvals import record_approvals
from recorded_night import record_night
from remarks import a_contact, a_limit, a_note, a_reminder, an_owner
from ties import a_partnership, an_undertaking, partial
from world import World

from ledger.core.factors import Side
from ledger.core.partial_dates import PartialDate
from ledger.core.quantity import Unit
from ledger.deals.instalments import instalment_of
from ledger.evidence.tree_head import Leaf
from ledger.rates.rates import Rate
from ledger.store.db.approval_tables import APPROVAL_TABLES
from ledger.store.evidence.leaves import BEFORE_ALL, stream_leaves
from ledger.store.registers import load_all
from ledger.usecases.check import run_checks


def quietly(_total: int) -> AbstractContextManager[Any]:
    """Watch nothing."""
    return nullcontext(lambda _steps: None)


def _note_activity(world: World) -> None:
    """Record a note, a contact and an owner, and change each."""
    world.do(lambda uow: uow.add("note", a_note()))
    world.do(lambda uow: uow.add("contact", a_contact(phone="+98 51 3841")))
    world.do(lambda uow: uow.add("owner", an_owner()))
    world.do(lambda uow: uow.add("reminder", a_reminder()))
    edit(world, "reminder", "R-1", text="Write to the mayor")
    edit(world, "note", "NT-1", text="Two metros")
    edit(world, "contact", "CN-1", withdrawn=True)
    edit(world, "owner", "OW-1", actor="omid")
    due = instalment_of("D-0001", date(2027, 3, 1), 100, "EUR")
    world.do(lambda uow: uow.add("instalment", due))
    edit(world, "instalment", due.code, quantity=90, withdrawn=True)
    world.do(lambda uow: uow.add("limit", a_limit(offers="offer=O-9999")))
    edit(world, "limit", "LIM-1", value=Decimal("99.5"), until=date(2027, 1, 1))
    record_approvals(world.ledger)


def furnish(world: World) -> None:
    """Let a year pass, with every register, setting, unit and rate in more than one version."""
    complete_ledger.live(world)
    world.do(lambda uow: uow.add_unit(Unit("bus", 0, "work", "bus")))
    for value in ("0.9", "0.90"):
        rate = Rate(date(2026, 3, 1), "USD", "EUR", Decimal(value), "a letter")
        world.do(lambda uow, rate=rate: uow.add_rate(rate))
    for currency in ("EUR", "USD"):
        world.do(
            lambda uow, currency=currency: uow.set_setting("base_currency", currency),
            reason="as the board decided",
        )
    edit(world, "city", "MHD", name_local="مشهد", population=3_001_184)
    edit(world, "provider", "BANK", name="Bank of “Ü” \N{CITYSCAPE}")
    edit(world, "project", "PRJ-0001", weight=7, description="a\nb\t; c")
    edit(world, "office", "asia", host="MHD")
    world.edit("offer", "O-0001", max_share=Decimal("0.50"), topics=("bus", "metro"))
    world.do(lambda uow: uow.add("restriction", a_restriction(countries=("KP",))))
    world.do(lambda uow: uow.add("exemption", an_exemption(projects=("PRJ-0001",))))
    edit(world, "restriction", "RS-1", review_on=date(2027, 3, 1))
    edit(world, "exemption", "EX-1", sectors=("transport",))
    world.do(lambda uow: uow.add("body", a_body(from_=PartialDate("1985"), seats=22)))
    world.do(lambda uow: uow.add("seat", a_seat(from_=PartialDate("1993-10"))))
    edit(world, "body", "METROPOLIS", until=PartialDate("2025-12-31"))
    edit(world, "seat", "ST-1", until=PartialDate("2024"))
    world.do(lambda uow: uow.add("credential", a_figure(until=PartialDate("2027-01"))))
    world.do(lambda uow: uow.add("credential", a_grade(as_of=None)))
    _note_activity(world)
    edit(world, "credential", "CR-1", value=Decimal("3194000.50"), as_of=PartialDate("2013-05-01"))
    world.do(lambda uow: uow.add("identifier", an_identifier()))
    edit(world, "identifier", "cities/geonames/124665", withdrawn=True)
    world.do(lambda uow: gather(uow, "MHD"))
    edit(world, "meeting", "MT-1", place="Sydney", until=date(2025, 11, 5), complete=True)
    edit(world, "attendance", "MT-1/MHD", presence="part", topics=("bus", "metro"))
    edit(world, "motion", "MO-1", outcome="declined", decided_at="MT-1", reason="the charter")
    edit(world, "target", "TG-1", value=Decimal("0.95"), from_=date(2026, 1, 1))
    edit(world, "city", "MHD", member=False, office_given=True, latitude=Decimal("-36.2970"))
    edit(world, "office", "asia", opened_on=PartialDate("2011"), closed_on=PartialDate("2020-05"))
    world.do(lambda uow: uow.add("approach", an_approach()))
    world.do(lambda uow: uow.add("approach", an_approach("AP-2", origin="approach:AP-1")))
    edit(world, "approach", "AP-1", declined_on=date(2026, 4, 1), reason="ticket")
    edit(world, "project", "PRJ-0001", origin="approach:AP-2")
    edit(world, "project", "PRJ-0001", status="implementation")
    with world.ledger.read() as connection:
        phases = [*load_all(connection, "phase")]
    for phase in phases:
        edit(world, "phase", phase, source="the “council”")
    world.edit("offer", "O-0001", origin="approach:AP-1")
    world.city("LHE", name="Lahore", country="PK")
    world.do(lambda uow: uow.add("partnership", a_partnership(signed="2006-10", aim="a; b")))
    world.do(lambda uow: uow.add("undertaking", an_undertaking(host="LHE", lasts=True)))
    edit(world, "partnership", "PA-1", ended=partial("2025-12-31"), topics=("bus", "metro"))
    edit(world, "undertaking", "UT-1", done_on=partial("2024"), payer="MHD")
    record_night(world)
    world.seal()
    world.do(lambda uow: uow.edit_deal("D-0001", note="paid in parts"), key="note-1")
    world.seal()


def edit(world: World, kind: str, code: str, **terms: Any) -> None:
    """Add a version to a record of a register."""

    def editing(uow: Any) -> None:
        kept = uow.find_record(kind, code)
        uow.edit(kind, kept, replace(kept.record, **terms))

    world.do(editing, reason="a letter came")


def written_by_request(world: World) -> set[tuple[str, int]]:
    """Give each table without records of its own with each request that wrote into it."""
    queries = {
        name: f"SELECT DISTINCT request_id FROM {name}"
        for name in (
            *("statement", "finding", "finding_event", "gap_snapshot"),
            *(table.name for table in APPROVAL_TABLES),
        )
    }
    queries["statement_line"] = (
        "SELECT DISTINCT request_id FROM statement_line"
        " JOIN statement ON statement.id = statement_line.statement_id"
    )
    with closing(world.raw()) as raw:
        return {
            (name, request)
            for name, query in queries.items()
            for (request,) in raw.execute(query).fetchall()
        }


def leaves(url: str) -> list[Leaf]:
    """Give what proves every entry, version and row that is no record of a ledger."""
    world = World(url)
    with world.ledger.read() as connection:
        every = list(stream_leaves(connection, BEFORE_ALL, 10**9))
    world.ledger.engine.dispose()
    return [leaf for leaf in every if leaf.kind not in {"request", "rate", "proposal"}]


def broken(url: str) -> list[str]:
    """Give what the checks find wrong with a ledger."""
    world = World(url)
    told = [failure for result in run_checks(world.ledger) for failure in result.failures]
    world.ledger.engine.dispose()
    return told


def carry_on(world: World) -> None:
    """Do some of everything again: new records, new entries, on both sides and of a deal."""
    last = world.entries()[-1].number
    world.need("500 EUR", "N-0077", project="PRJ-0077")
    world.offer("500 EUR", "O-0077", provider="FUND")
    answer = world.introduce("10 EUR", "O-0077", "N-0077", until=complete_ledger.LATER)
    rate = Rate(date(2026, 4, 1), "USD", "EUR", Decimal("0.91"), None)
    world.do(lambda uow: uow.add_rate(rate))
    assert answer["entry"] == last + 3
    assert world.deal_stages(answer["deal"]) == {"held": 1000}
    world.reverse(answer["entry"])
    assert world.stages(Side.NEED.value, "N-0077") == {"open": 50_000}


def left_in(folder: Path) -> set[str]:
    """Name the files of a folder."""
    return {one.name for one in folder.iterdir()}
