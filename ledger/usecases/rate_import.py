"""Import the ECB's rates: plan against the ledger, then record all of them or none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ledger.interchange.ecb import BASE, EcbFile
from ledger.interchange.planning.rates import RatePlan, plan_rates
from ledger.journal.receipts import Note, Receipt
from ledger.rates.rates import require_quotable
from ledger.store.rates import held_quotes, requests_of_command
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.usecases.rates import ADD_COMMAND

ConfirmRates = Callable[[RatePlan], None]
"""Called with the plan of an import that changes something; raises to stop it."""


def import_rates(uow: UnitOfWork, file: EcbFile, confirm: ConfirmRates) -> Receipt:
    """Record the rates that are new or changed in the file; raises what `confirm` raises."""
    plan = plan_rate_import(uow, file)
    if not plan.changes_nothing:
        confirm(plan)
        for rate in plan.rates():
            require_quotable(rate)
            uow.add_rate(rate)
    receipt = uow.receipt()
    counts = {
        "entries": 0,
        "registers": len(receipt.registers),
        "tables": {one.table: one.counts() for one in plan.tallies()},
        "kept": len(plan.unchanged),
        "left_out": dict(file.left_out),
    }
    return replace(
        receipt,
        registers=(),
        counts=counts,
        notes=tuple(Note("rate-kept", text) for text in _unchanged(plan)),
    )


def plan_rate_import(uow: UnitOfWork, file: EcbFile) -> RatePlan:
    """Hold the file's quotes against what the ledger has of their days."""
    return plan_rates(
        file.quotes,
        held_quotes(uow.connection, BASE, file.days[0]),
        lambda requests: requests_of_command(uow.connection, requests, ADD_COMMAND),
    )


_MOST_NOTES = 10


def _unchanged(plan: RatePlan) -> list[str]:
    """Say which figures an officer set otherwise: they stay until the officer says so."""
    notes = [
        f"{one.quote.day} {BASE}/{one.quote.currency}: the file says {one.quote.figure}, "
        f"an officer otherwise ({one.before}); kept"
        for one in plan.unchanged[:_MOST_NOTES]
    ]
    if len(plan.unchanged) > _MOST_NOTES:
        notes.append(
            f"and {len(plan.unchanged) - _MOST_NOTES:,} more that an officer set otherwise; kept"
        )
    return notes
