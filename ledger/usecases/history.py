"""The journal as rows of the canonical tables `deals` and `changes`, each act with its number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from ledger.deals import Deal
from ledger.factors import Side, Stage
from ledger.interchange.records import ActKey, ChangeKey, ChangeRow, DealActRow
from ledger.journal import Act, Entry, Movement

_ENDS = (Stage.EXPIRED, Stage.WITHDRAWN)


def deal_row(entry: Entry, deal: Deal) -> DealActRow:
    """Give an entry of a deal as a row, with the deal's terms and the entry's number."""
    moved = next(one for one in entry.movements if one.side is Side.NEED)
    holds = moved.from_stage is Stage.OPEN
    released = entry.act is Act.RELEASE
    return DealActRow(
        code=deal.code,
        offer=deal.offer,
        need=deal.need,
        act=entry.act,
        amount=moved.amount,
        unit=moved.unit,
        effective_on=entry.effective_on,
        reference=entry.reference,
        instrument=deal.instrument,
        held_until=_hold_end(entry, deal) if entry.act is Act.INTRODUCE else None,
        due_on=deal.due_on if holds else None,
        rate=deal.rate,
        note=deal.note if holds else None,
        override=entry.override,
        reason=entry.reason,
        from_stage=moved.from_stage if released else Stage.HELD,
        passed_to=_passed_to(entry.movements),
        sequence=entry.number,
        reverses=entry.reverses,
    )


def _hold_end(entry: Entry, deal: Deal) -> date | None:
    """Give the deal's last day of holding, unless this hold began after it was over."""
    until = deal.held_until
    return until if until is None or until >= entry.effective_on else None


def _passed_to(movements: Iterable[Movement]) -> Stage | None:
    """Say where what returned to an offer went on to, if it did in the same entry."""
    for movement in movements:
        if movement.deal is None and movement.from_stage is Stage.AVAILABLE:
            return movement.to_stage if movement.to_stage in _ENDS else None
    return None


def change_row(entry: Entry) -> ChangeRow:
    """Give an entry on a need's or offer's own quantity as a row; a revision down is negative."""
    moved = entry.movements[0]
    down = entry.act is Act.REVISE and moved.to_stage is Stage.UNDECLARED
    return ChangeRow(
        side=moved.side,
        code=moved.holder,
        act=entry.act,
        amount=-moved.amount if down else moved.amount,
        unit=moved.unit,
        effective_on=entry.effective_on,
        reference=entry.reference,
        reason=entry.reason,
        from_stage=moved.from_stage if entry.act is Act.REINSTATE else None,
        sequence=entry.number,
        reverses=entry.reverses,
    )


def rows_of(
    entries: Iterable[Entry], deals: Mapping[str, Deal]
) -> tuple[list[DealActRow], list[ChangeRow]]:
    """Split the journal into acts of deals and changes of quantities, in recorded order."""
    acts: list[DealActRow] = []
    changes: list[ChangeRow] = []
    for entry in entries:
        if entry.deal is not None:
            acts.append(deal_row(entry, deals[entry.deal]))
        else:
            changes.append(change_row(entry))
    return acts, changes


def amounts_by_key(
    rows: Iterable[DealActRow | ChangeRow],
) -> dict[ActKey | ChangeKey, tuple[int, ...]]:
    """Gather the amounts posted under each identity, in recorded order."""
    found: dict[ActKey | ChangeKey, list[int]] = {}
    for row in rows:
        found.setdefault(row.key, []).append(row.amount)
    return {key: tuple(amounts) for key, amounts in found.items()}
