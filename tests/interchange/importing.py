"""A small world for import tests: CSV texts by table in, a plan out."""

from __future__ import annotations

from datetime import date

from ledger.core.factors import Side
from ledger.deals.deal import Deal
from ledger.interchange.planning.plan import plan_incoming
from ledger.interchange.planning.steps import (
    Add,
    AddRate,
    Edit,
    Holdings,
    ImportPlan,
    Revise,
)
from ledger.interchange.problems import ImportProblem
from ledger.interchange.reader import Incoming, parse_table
from ledger.interchange.records import ChangeRow, DealActRow
from ledger.journal.entries import Act
from ledger.reference.places import default_offices
from ledger.reference.units import shipped_units
from ledger.registers.table import by_plural

TODAY = date(2026, 11, 23)
EMPTY = Holdings(
    registers={"units": shipped_units(), "offices": {o.code: o for o in default_offices()}}
)

WORLD = {
    "cities": "code,name,country\nSMP,Simapolis,IR\nMHD,Mashhad,IRN\n",
    "providers": "code,name,kind\nEDF,Example Fund,fund\n",
    "projects": "code,title,city,sector\nPRJ-1,Monorail,SMP,transport.urban\n",
    "needs": (
        "code,project,factor,quantity,unit,declared_on\n"
        "N-1,PRJ-1,money,400000000.00,EUR,2026-01-10\n"
        "N-2,PRJ-1,implementation,,package,2026-01-10\n"
    ),
    "offers": (
        "code,provider,factor,quantity,unit,declared_on\nO-1,EDF,money,90000000,EUR,2026-02-01\n"
    ),
    "deals": (
        "code,offer,need,act,quantity,unit,effective_on,reference,rate\n"
        "D-1,O-1,N-1,delivered,10,EUR,2026-05-01,,\n"
        "D-1,O-1,N-1,committed,60,EUR,2026-04-01,,\n"
        "D-1,O-1,N-1,introduced,100,EUR,2026-04-01,,\n"
    ),
    "rates": "date,base,quote,rate\n2026-01-02,EUR,USD,1.0850\n",
}
"""A whole little ledger, its acts in no useful order."""


def incoming(texts: dict[str, str]) -> Incoming:
    tables, problems, unread = [], [], set()
    for name, text in texts.items():
        table, found = parse_table(text.encode(), table=name, file=f"{name}.csv")
        problems += found
        if found:
            unread.add(name)
        if table is not None:
            tables.append(table)
    return Incoming(tuple(tables), tuple(problems), unread=frozenset(unread))


def plan(texts: dict[str, str], holdings: Holdings = EMPTY) -> ImportPlan:
    return plan_incoming(incoming(texts), holdings, TODAY)


def problems(texts: dict[str, str], holdings: Holdings = EMPTY) -> list[ImportProblem]:
    return list(plan(texts, holdings).problems)


def carried_out(done: ImportPlan, before: Holdings = EMPTY) -> Holdings:
    """Give the holdings after a plan: the ten-line oracle of what a store does with it."""
    assert not done.problems, done.problems
    names = set(Holdings.__slots__) - {"stated", "required_on"}
    held = {name: dict(getattr(before, name)) for name in names}
    registers = {name: dict(before.of(name)) for name in by_plural()}
    held["registers"] = registers
    for step in done.steps:
        if isinstance(step, Add):
            registers[step.kind][step.record.code] = step.record
            if step.quantity is not None:
                side = Side.NEED if step.kind == "needs" else Side.OFFER
                held["required"][side, step.record.code] = step.quantity
        elif isinstance(step, Edit):
            registers[step.kind][step.after.code] = step.after
        elif isinstance(step, Revise):
            held["required"][step.side, step.code] = step.new_total
        elif isinstance(step, AddRate):
            held["rates"][step.rate.day, step.rate.base, step.rate.quote] = step.rate
        elif isinstance(step, DealActRow):
            row = step
            given = {"rate": row.rate, "instrument": row.instrument}
            terms = {name: one for name, one in given.items() if one is not None}
            deal = Deal(code=row.code, offer=row.offer, need=row.need, **terms)
            held["deals"].setdefault(row.code, deal)
            held["deal_acts"][row.key] = (*held["deal_acts"].get(row.key, ()), row.amount)
        elif isinstance(step, ChangeRow):
            row = step
            held["changes"][row.key] = (*held["changes"].get(row.key, ()), row.amount)
            if row.act in {Act.DECLARE, Act.REVISE}:
                total = held["required"].get((row.side, row.code), 0) + row.amount
                held["required"][row.side, row.code] = total
    return Holdings(**held)
