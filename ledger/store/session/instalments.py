"""The instalments of deals, and the test of a request against what the deals have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from ledger.core.errors import RefusedByRule
from ledger.core.factors import DEAL_STAGES, Side
from ledger.core.quantity import format_quantity
from ledger.deals.instalments import Instalment, in_force
from ledger.registers.pairs import INSTALMENT
from ledger.store.registers import load_where
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.store.versions import read_versions


class InstalmentsExceed(RefusedByRule, code="instalments-exceed"):
    """The instalments of a deal would be more than the deal has."""

    default_why = "What is due of a deal is a part of what is held, committed and delivered of it."


REDUCED: Final = "instalments-cut"
"""The note of an act after which the instalments of a deal are more than it has."""


def instalments_of(uow: UnitOfWork, deals: Iterable[str]) -> dict[str, list[Instalment]]:
    """Read the instalments of deals by deal, those of this request included."""
    uow.flush_registers()
    found: dict[str, list[Instalment]] = {code: [] for code in deals}
    ids = [uow.id_of("deal", code) for code in found]
    if ids:
        for stored in load_where(uow.connection, INSTALMENT.name, "deal", ids).values():
            found[stored.record.deal].append(stored.record)
    return found


def deal_total(uow: UnitOfWork, deal: str) -> int:
    """Return what is held, committed and delivered of a deal, in the unit of its need."""
    stages = uow.accounts.deal(deal).stages[Side.NEED]
    return sum(stages.get(stage, 0) for stage in DEAL_STAGES)


def require_within(uow: UnitOfWork) -> None:
    """Refuse a request that raises the instalments of a deal above what the deal has.

    A release may leave more instalments than that; they can be lowered step by step. Raises
    `InstalmentsExceed`.
    """
    own = {one.code: one.version for one in reversed(uow.changes) if one.kind == INSTALMENT.name}
    uow.flush_registers()
    # What was undone is not there any more, and its deal may not be either.
    there = load_where(uow.connection, INSTALMENT.name, "code", own).values()
    for deal, instalments in instalments_of(uow, {one.record.deal for one in there}).items():
        planned, total = sum(in_force(instalments)), deal_total(uow, deal)
        if planned > total and planned > planned_before(uow, instalments, own):
            raise exceeding(uow, deal, planned, total)


def planned_before(
    uow: UnitOfWork, instalments: Iterable[Instalment], own: Mapping[str, int]
) -> int:
    """Return the sum of the instalments of a deal before this request wrote those versions."""
    before = []
    for one in instalments:
        first = own.get(one.code)
        if first is None:
            before.append(one)
        elif first > 1:
            identity = uow.id_of(INSTALMENT.name, one.code)
            version = read_versions(uow.connection, INSTALMENT.name, identity)[first - 2]
            before += [] if version.in_error else [version.record]
    return sum(in_force(before))


def exceeding(uow: UnitOfWork, deal: str, planned: int, total: int) -> InstalmentsExceed:
    """Make the refusal of instalments that are more than a deal has."""
    unit = uow.accounts.account(Side.NEED, uow.accounts.deal(deal).record.need).unit
    return InstalmentsExceed(
        f"The instalments of deal {deal} would be {format_quantity(planned, unit)}, and the deal "
        f"has {format_quantity(total, unit)}.",
        next_step=f"See what is due of it: cityfund deal show {deal}",
    )


def note_cut(uow: UnitOfWork, deal: str) -> None:
    """Note that a deal has less than its instalments after an act that took from it."""
    instalments = instalments_of(uow, [deal])[deal]
    planned, total = sum(in_force(instalments)), deal_total(uow, deal)
    if planned > total:
        unit = uow.accounts.account(Side.NEED, uow.accounts.deal(deal).record.need).unit
        uow.note(
            REDUCED,
            f"the instalments of deal {deal} are {format_quantity(planned, unit)}, and it has "
            f"{format_quantity(total, unit)}: the last ones are cut",
        )
