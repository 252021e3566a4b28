"""Whether any approval is still to be used, asked without the tables of approvals."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

from ledger.store.stored_registers import Written

_UNUSED: Final = Written(
    lambda: (
        "SELECT own.id FROM approval AS own "
        "LEFT JOIN approval_use ON approval_use.approval_id = own.id "
        "WHERE approval_use.request_id IS NULL LIMIT 1"
    )
)


def is_one_unused(connection: Connection) -> bool:
    """Say whether something was asked for that is not recorded yet; it may have expired."""
    return bool(_UNUSED.rows(connection))
