"""Importing canonical tables: planned against the ledger, then done whole or not at all.

What the ledger holds, as far as an import has to be held against it.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ledger.core.errors import Busy, LedgerError
from ledger.core.factors import Side
from ledger.core.requests import Request
from ledger.interchange.plan import Incoming, plan_incoming
from ledger.interchange.planning import ONE
from ledger.interchange.problems import ImportRefused, Place, Problem, from_error
from ledger.interchange.steps import (
    Add,
    AddRate,
    Edit,
    Holdings,
    ImportPlan,
    PostAct,
    PostChange,
    Revise,
    Same,
    Step,
)
from ledger.journal.balance import Balance
from ledger.journal.receipts import Receipt
from ledger.registers.table import REGISTERS, versioned
from ledger.store.journal import balances
from ledger.store.journal.entries import deal_entries, quantity_entries
from ledger.store.rates import read_rates
from ledger.store.registers import load_all
from ledger.store.session.execute import begin_write
from ledger.store.session.ledger import Ledger
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.store.versions import read_all_versions
from ledger.usecases.interchange.export import amounts_by_key, rows_of
from ledger.usecases.interchange.import_acts import History
from ledger.usecases.registers.quantities import set_quantity
from ledger.usecases.registers.rules import refuse_the_fund, require_one_offer

if TYPE_CHECKING:
    from ledger.interchange.import_rules import ImportRule


def read_holdings(uow: UnitOfWork, tables: Collection[str]) -> Holdings:
    """Read the registers and totals, and of the journal and the rates what `tables` touch."""
    connection = uow.connection
    kept = {kind: load_all(connection, kind) for kind in versioned()}
    records = {kind: {c: one.record for c, one in kept[kind].items()} for kind in kept}
    acts, _ = rows_of(deal_entries(connection) if "deals" in tables else (), records["deal"])
    _, changes = rows_of(quantity_entries(connection) if "changes" in tables else (), {})
    rates = read_rates(connection) if "rates" in tables else {}
    return Holdings(
        registers={
            table: uow.units if kind == "unit" else records[kind] for table, kind in ONE.items()
        },
        required=_required(uow, kept),
        deals=records["deal"],
        deal_versions=read_all_versions(connection, "deal") if "deals" in tables else {},
        deal_acts=amounts_by_key(acts),  # type: ignore[arg-type]  # keys of deal acts only
        changes=amounts_by_key(changes),  # type: ignore[arg-type]  # keys of changes only
        rates=rates,
    )


def _required(uow: UnitOfWork, kept: Any) -> dict[tuple[Side, str], int]:
    """Give all that each need requires and each offer puts up; unknown ones are left out."""
    rows = balances.account_rows(uow.connection)
    found: dict[tuple[Side, str], int] = {}
    for side in Side:
        for code, one in kept[side.value].items():
            stages = balances.stages_of_side(side, rows.get(one.id))
            total = Balance(side, code, uow.units[one.record.unit], stages).required
            if total:
                found[side, code] = total
    return found


See = Callable[[ImportPlan], None]
"""Is shown what an import is about to do, where it would change something; may raise."""


class LedgerMovedOn(Busy):
    """The ledger changed while somebody looked at the preview of an import."""

    code = "ledger-moved-on"
    default_why = "Others wrote meanwhile, and the import would no longer do what was agreed to."
    default_next = "Nothing was written. Import again, and look at the new preview."


def load_rule_named(name_or_path: str | None) -> ImportRule | None:
    """Load a shipped rule by name or one's own by path; None where none was named."""
    if name_or_path is None:
        return None
    from ledger.interchange.import_rules import load_rule  # noqa: PLC0415 - brings pydantic

    return load_rule(name_or_path)


def preview(ledger: Ledger, request: Request, incoming: Incoming) -> ImportPlan | None:
    """Plan an import and change nothing; None where there is nothing to agree to.

    So nobody else waits while somebody decides. Raises `ImportRefused` as the import would.
    """
    with begin_write(ledger, replace(request, dry_run=True)) as uow:
        if uow.first_receipt() is not None:
            return None
        plan = _planned(uow, incoming)
    return None if plan.changes_nothing else plan


def only_as_agreed(agreed: object) -> Callable[[object], None]:
    """Hold an import to the plan that was agreed to; raises `LedgerMovedOn` for another."""

    def see(plan: object) -> None:
        if plan != agreed:
            raise LedgerMovedOn("The ledger is not as it was when you looked at the preview.")

    return see


@contextmanager
def uncollected() -> Iterator[None]:
    """Keep the collector of cycles away from an import.

    It would go through all rows again and again, a third of the time of it, and find no garbage:
    none of them is in a cycle, and all are wanted to the end.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def import_tables(uow: UnitOfWork, incoming: Incoming, see: See) -> Receipt:
    """Plan and carry out an import in this transaction.

    Raises `ImportRefused` with every bad row, whether it fails by itself or against the ledger,
    and what `see` raises.
    """
    plan = _planned(uow, incoming)
    if plan.changes_nothing:
        return _receipt(uow, plan)
    see(plan)
    problems = Importer(uow).execute(plan.steps)
    if problems:
        raise ImportRefused(problems)
    return _receipt(uow, plan)


def _planned(uow: UnitOfWork, incoming: Incoming) -> ImportPlan:
    names = {table.table for table in incoming.tables}
    plan = plan_incoming(incoming, read_holdings(uow, names), uow.today)
    if plan.problems:
        raise ImportRefused(plan.problems)
    return plan


def _receipt(uow: UnitOfWork, plan: ImportPlan) -> Receipt:
    tables = {
        tally.table: {
            "new": tally.new,
            "changed": tally.changed,
            "quantities": tally.quantities,
            "same": tally.same,
        }
        for tally in plan.tallies()
    }
    receipt = uow.receipt()
    first_and_last = (receipt.entries[0], receipt.entries[-1]) if receipt.entries else ()
    return replace(
        receipt,
        entries=first_and_last,
        registers=(),
        counts={
            "entries": len(receipt.entries),
            "registers": len(receipt.registers),
            "tables": tables,
        },
    )


class Importer:
    """Carries the steps of a plan out, noting what the ledger's rules refuse and where."""

    def __init__(self, uow: UnitOfWork) -> None:
        """Read all the ledger at once, so that no step asks the database by itself."""
        self._uow = uow
        uow.accounts.read_everything()
        uow.remember_ids()
        self._kept = {
            kind: load_all(uow.connection, kind) for kind in ONE.values() if kind != "unit"
        }
        for kind, kept in self._kept.items():
            if not REGISTERS[kind].has_quantity:
                uow.remember_records(kind, {code: one.record for code, one in kept.items()})
        self._offices = {code: kept.record for code, kept in self._kept["office"].items()}
        self._history = History(uow)

    def execute(self, steps: tuple[Step, ...]) -> list[Problem]:
        """Do the steps in order; give the problems of those the ledger refused."""
        problems: list[Problem] = []
        broken: set[str] = set()
        for step in steps:
            if isinstance(step, Same):
                continue
            place, code = _place_and_code(step)
            if code in broken:
                continue
            try:
                self._do(step)
            except LedgerError as error:
                # Later acts of the same deal would only fail for want of this one.
                broken.add(code)
                problems.append(_located(error, place))
        return problems

    def _do(self, step: Step) -> None:
        match step:
            case Add():
                self._add(step)
            case Edit():
                self._edit(step)
            case Revise():
                account = self._uow.accounts.account(step.side, step.code)
                set_quantity(self._uow, account, step.new_total, self._uow.today)
            case AddRate():
                self._uow.add_rate(step.rate)
            case PostChange():
                self._history.post_change(step.row)
            case PostAct():
                self._history.post_act(step.row)

    def _add(self, step: Add) -> None:
        kind = ONE[step.kind]
        if kind == "unit":
            self._uow.add_unit(step.record)
            return
        self._refuse_the_fund(kind, step.record)
        self._uow.add(kind, step.record)
        if step.quantity is not None:
            account = self._uow.accounts.account(Side(kind), step.record.code)
            set_quantity(self._uow, account, step.quantity, account.record.declared_on)

    def _edit(self, step: Edit) -> None:
        kind = ONE[step.kind]
        if kind in {side.value for side in Side}:
            terms = {name: getattr(step.after, name) for name in step.fields}
            if terms.get("divisible") is False:
                require_one_offer(self._uow, self._uow.accounts.account(Side.NEED, step.after.code))
            self._uow.edit_account(Side(kind), step.after.code, **terms)
            return
        self._refuse_the_fund(kind, step.after)
        self._uow.edit(kind, self._kept[kind][step.after.code], step.after)

    def _refuse_the_fund(self, kind: str, record: Any) -> None:
        """Refuse the fund as a provider, by the offices of the ledger and of this import."""
        if kind == "office":
            self._offices[record.code] = record
        if kind == "provider":
            refuse_the_fund(record, self._offices.values())


def _place_and_code(step: Any) -> tuple[Place, str]:
    if isinstance(step, (PostAct, PostChange)):
        return step.row.place, step.row.code
    if isinstance(step, AddRate):
        return step.place, ""
    code = step.record.code if isinstance(step, Add) else ""
    return step.place, code or getattr(step, "code", "")


def _located(error: LedgerError, place: Place) -> Problem:
    problem = from_error(error, place, None)
    if not error.why:
        return problem
    return problem._replace(what=f"{problem.what} {error.why}")
