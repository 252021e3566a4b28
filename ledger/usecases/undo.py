"""Undo a request: reverse all its entries and restore the terms it edited, in one request.

Entries are reversed on their own days, the newest first, so that no day keeps a trace of them. A
request that is itself an undo is undone in the same way, which restores what it took back.
"""

from __future__ import annotations

from typing import Any, Final

from ledger.core.errors import NotFound, RefusedByRule
from ledger.core.factors import Side
from ledger.journal.entries import Entry
from ledger.journal.receipts import Receipt
from ledger.store.db.queries import RecordedRequest, find_request, last_request_of
from ledger.store.journal.entries import read_request_entries, reversal_of
from ledger.store.registers import find_record
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.store.versions import read_versions
from ledger.usecases.deals.total_correction import require_no_act_before
from ledger.usecases.journal.reversal import (
    on_its_day,
    require_reason,
    require_reversible,
    take_back,
)
from ledger.usecases.registers.identity import edit_identity

NEVER_UNDONE: Final = ("reconcile", "journal seal", "init", "db upgrade", "match")
"""What the machine does, and what changes no record: nights, seals, set-up, stored proposals."""

_SIDES: Final = frozenset(side.value for side in Side)


class NothingToUndo(NotFound, code="nothing-to-undo"):
    """There is no request to undo."""

    default_why = "Only what an officer recorded can be undone, by the same actor or by its key."
    default_next = "See the entries, each with its request key: cityfund journal list"


class CannotUndo(RefusedByRule, code="cannot-undo"):
    """A request that cannot be undone, or on which something later rests."""


def undo(uow: UnitOfWork, key: str | None) -> Receipt:
    """Undo the request of that key, else the actor's last one; all of it or nothing.

    Raises `NothingToUndo`, `CannotUndo`, and what reversing an entry raises.
    """
    require_reason(uow, "Nothing is undone without a reason.")
    request = _request(uow, key)
    entries = read_request_entries(uow.connection, request.id)
    changes = _require_undoable(request, entries)
    sides: dict[str, Any] = {}
    for entry in entries:
        _require_not_reversed(uow, request, entry)
    take_back(uow, [on_its_day(uow, entry) for entry in reversed(entries)])
    for entry in entries:
        for one in entry.movements:
            sides[one.side.value] = one.account
    for change in reversed(changes):
        _restore(uow, request, change["kind"], change["code"], change["version"])
    uow.note("undone", f"request {request.key} ({request.command}) is undone")
    balances = {
        side: uow.accounts.account(Side(side), code).balance for side, code in sides.items()
    }
    deals = [entry.deal for entry in entries if entry.deal is not None]
    return uow.receipt(deal=deals[-1] if deals else None, **balances)


def _request(uow: UnitOfWork, key: str | None) -> RecordedRequest:
    actor = uow.request.actor
    if key is None:
        request = last_request_of(uow.connection, actor, NEVER_UNDONE)
    else:
        request = find_request(uow.connection, key)
    if request is None:
        what = f"{actor} has recorded nothing yet." if key is None else f"No request has key {key}."
        raise NothingToUndo(what)
    return request


def _require_undoable(request: RecordedRequest, entries: list[Entry]) -> list[dict[str, Any]]:
    """Refuse a request that added records or was the machine's; return the versions it added."""
    named = f"Request {request.key} ({request.command})"
    if request.command in NEVER_UNDONE:
        raise CannotUndo(
            f"{named} cannot be undone.",
            why="Nights, seals, set-up and stored proposals stay.",
            next_step="Reverse single entries with: cityfund journal reverse ENTRY",
        )
    changes: list[dict[str, Any]] = request.receipt["registers"]
    if any(one["kind"] == "setting" for one in changes):
        raise CannotUndo(
            f"{named} changed a setting of the ledger.",
            why="Days and times of records rest on the settings in force.",
            next_step="Change it back from a day on with: cityfund settings edit",
        )
    counted = (request.receipt.get("counts") or {}).get("registers", 0)
    added = [one for one in changes if one["version"] == 1 and one["kind"] != "deal"]
    if added or counted > len(changes):
        what = f"{added[0]['kind']} {added[0]['code']}" if added else "records by an import"
        raise CannotUndo(
            f"{named} added {what}.",
            why="Records that were added stay, with their codes.",
            next_step="Withdraw or edit what was added; reverse entries with: "
            "cityfund journal reverse ENTRY",
        )
    edited = [one for one in changes if one["version"] > 1]
    if not edited and not entries:
        raise NothingToUndo(f"{named} changed nothing.")
    return edited


def _require_not_reversed(uow: UnitOfWork, request: RecordedRequest, entry: Entry) -> None:
    earlier = reversal_of(uow.connection, entry.number)
    if earlier is not None:
        raise CannotUndo(
            f"Entry {entry.number} of request {request.key} was reversed by entry {earlier}.",
            why="What was reversed since is not reversed again.",
            next_step=f"See it with: cityfund journal show {earlier}",
        )
    require_reversible(uow, entry.number)


def _restore(uow: UnitOfWork, request: RecordedRequest, kind: str, code: str, version: int) -> None:
    """Add a version with the terms that a record had before the request."""
    stored = find_record(uow.connection, kind, code)
    if stored.version != version:
        raise CannotUndo(
            f"{kind.capitalize()} {code} was edited again since request {request.key}.",
            why="An edit that others rest on is not taken back.",
            next_step=f"See the versions with: cityfund {kind} history {code}",
        )
    before = read_versions(uow.connection, kind, code)[version - 2].record
    if kind in _SIDES or kind == "deal":
        terms = {
            name: getattr(before, name)
            for name in before.__dataclass_fields__
            if getattr(before, name) != getattr(stored.record, name)
        }
        if kind == "deal":
            uow.edit_deal(code, **terms)
        elif terms:
            uow.edit_account(Side(kind), code, **terms)
            if "declared_on" in terms:
                account = uow.accounts.account(Side(kind), code)
                require_no_act_before(uow, account, account.record.declared_on)
    else:
        edit_identity(uow, kind, stored, before)
