"""The test of a request against the credentials of a ledger, before it is written."""

from __future__ import annotations

from ledger.exchanges.contradictions import EvidenceIndex
from ledger.registers.network import CREDENTIAL
from ledger.store.registers import load_all
from ledger.store.session.unit_of_work import UnitOfWork


def require_credentials_apart(uow: UnitOfWork) -> None:
    """Refuse a request after which a credential of its own and another contradict each other.

    Raises `AlreadyCredentialed` and `BetterDiffers`.
    """
    codes = {change.code for change in uow.changes if change.kind == CREDENTIAL.name}
    uow.flush_registers()
    every = {code: one.record for code, one in load_all(uow.connection, CREDENTIAL.name).items()}
    index = EvidenceIndex(every.values())
    for code in sorted(codes & every.keys()):
        index.require_apart(every[code])
