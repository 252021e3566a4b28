"""What the ledger holds, as far as an import has to be held against it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from ledger.factors import Side
from ledger.interchange.steps import Holdings
from ledger.standing import Standing
from ledger.store import balances
from ledger.store.journal import deal_entries, quantity_entries
from ledger.store.rates import read_rates
from ledger.store.registers import load_all
from ledger.store.unit_of_work import UnitOfWork
from ledger.store.versions import every_version
from ledger.usecases.history import amounts_by_key, rows_of


def read_holdings(uow: UnitOfWork, tables: Collection[str]) -> Holdings:
    """Read the registers and totals, and of the journal and the rates what `tables` touch."""
    connection = uow.connection
    kept = {kind: load_all(connection, kind) for kind in _KINDS}
    records = {kind: {c: one.record for c, one in kept[kind].items()} for kind in _KINDS}
    acts, _ = rows_of(deal_entries(connection) if "deals" in tables else (), records["deal"])
    _, changes = rows_of(quantity_entries(connection) if "changes" in tables else (), {})
    rates = read_rates(connection) if "rates" in tables else {}
    return Holdings(
        units=uow.units,
        offices=records["office"],
        cities=records["city"],
        providers=records["provider"],
        projects=records["project"],
        needs=records["need"],
        offers=records["offer"],
        required=_required(uow, kept),
        deals=records["deal"],
        deal_versions=every_version(connection, "deal") if "deals" in tables else {},
        deal_acts=amounts_by_key(acts),  # type: ignore[arg-type]  # keys of deal acts only
        changes=amounts_by_key(changes),  # type: ignore[arg-type]  # keys of changes only
        rates=rates,
    )


_KINDS = ("office", "city", "provider", "project", "need", "offer", "deal")


def _required(uow: UnitOfWork, kept: Any) -> dict[tuple[Side, str], int]:
    """Give all that each need requires and each offer puts up; unknown ones are left out."""
    rows = balances.holder_rows(uow.connection)
    found: dict[tuple[Side, str], int] = {}
    for side in Side:
        for code, one in kept[side.value].items():
            stages = balances.stages_of_side(side, rows.get(one.id))
            total = Standing(side, code, uow.units[one.record.unit], stages).required
            if total:
                found[side, code] = total
    return found
