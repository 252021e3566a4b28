"""Limits as a list: what each counts, for what it counts by itself, and when it is in force."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cli.framework.register_commands import Listing
from cli.views.columns import columns
from cli.views.register import register_row
from ledger.limits.scope import in_force
from ledger.registers.table import REGISTERS

if TYPE_CHECKING:
    from ledger.registers.records import Limit
    from ledger.store.session.snapshot import Snapshot

LIMIT = "limit"
_OWN_KINDS = {"value": "amount", "offers": "text", "projects": "text"}
"""Kinds of columns whose names are those of counts elsewhere; here two are filters."""
_COLUMNS = [
    replace(one, kind=_OWN_KINDS.get(one.key, one.kind))
    for one in columns(
        "code kind measure value unit per offers:2 projects:2 from:1 until:1 standing note:3",
        code="Limit",
    )
]


def list_limits(snapshot: Snapshot) -> Listing:
    """List the limits, each with whether it is in force on the day of the list."""
    spec = REGISTERS[LIMIT]
    rows = [
        register_row(snapshot, spec, one) | {"standing": _standing(one, snapshot)}
        for one in snapshot.records(LIMIT).values()
    ]
    return Listing(rows, _COLUMNS, more=("standing",))


def _standing(limit: Limit, snapshot: Snapshot) -> str:
    if in_force(limit, snapshot.day):
        return "in force"
    return "ended" if limit.until is not None and limit.until < snapshot.day else "not yet"
