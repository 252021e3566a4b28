"""What a record came from and what came of it, at the times of a reader."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ledger.core.factors import DEAL_STAGES, Stage
from ledger.core.quantity import Unit
from ledger.journal.balance import DealBalance
from ledger.origins.links import Origin, span_of
from ledger.registers.table import REGISTERS
from ledger.store.origins import read_came_of, read_chain
from ledger.store.session.snapshot import Reader, Snapshot


@dataclass(frozen=True)
class Outcome:
    """The chain of a record's origins, and the records that came of it by kind.

    `deals` are those that came of it, each with its need's unit.
    """

    can_be_origin: bool
    came_from: tuple[Origin, ...]
    came_of: Mapping[str, tuple[str, ...]]
    deals: tuple[tuple[DealBalance, Unit], ...]

    @cached_property
    def counts(self) -> dict[str, int]:
        """Count what came of it by kind."""
        return {kind: len(codes) for kind, codes in self.came_of.items()}

    @cached_property
    def quantities(self) -> dict[Unit, dict[Stage, int]]:
        """Add up what its deals hold, have committed and have delivered, by unit."""
        sums: dict[Unit, dict[Stage, int]] = {}
        for balance, unit in self.deals:
            of_unit = sums.setdefault(unit, dict.fromkeys(DEAL_STAGES, 0))
            for stage in DEAL_STAGES:
                of_unit[stage] += balance.need.get(stage, 0)
        return {unit: sums[unit] for unit in sorted(sums, key=lambda one: one.code)}


def read_outcome(reader: Reader, kind: str, code: str, *, has_origin: bool = True) -> Outcome:
    """Read what a record came from and what came of it; what did not exist then is left out.

    Of a record that is known to have no origin, no chain is read.
    """
    record, known_at = Origin(kind, code), reader.times.known_at
    chain = read_chain(reader.connection, record, known_at) if has_origin else []
    came_of: dict[str, tuple[str, ...]] = {}
    deals: tuple[tuple[DealBalance, Unit], ...] = ()
    can_be_origin = REGISTERS[kind].is_origin
    found = read_came_of(reader.connection, record, known_at) if can_be_origin else []
    for one in dict.fromkeys(record.kind for record in found):
        snapshot = reader.some(one, [record.code for record in found if record.kind == one])
        came_of[one] = tuple(begun_records(snapshot, one))
        if one == "deal":
            deals = tuple(_with_units(snapshot, snapshot.deals.values()))
    there = {kind: codes for kind, codes in came_of.items() if codes}
    return Outcome(can_be_origin, tuple(chain), there, deals)


def begun_records(snapshot: Snapshot, kind: str) -> dict[str, Any]:
    """Give the records of a kind by code, without what begins only after the snapshot's day.

    Seats and partnerships are listed before they begin; nothing came of their origins by then.
    """
    spans = {code: span_of(REGISTERS[kind], one) for code, one in snapshot.records(kind).items()}
    return {
        code: snapshot.records(kind)[code]
        for code, span in spans.items()
        if span is None or span.first <= snapshot.day
    }


def _with_units(
    snapshot: Snapshot, deals: Iterable[DealBalance]
) -> Iterable[tuple[DealBalance, Unit]]:
    return ((one, snapshot.need_facts[one.deal.need].balance.unit) for one in deals)
