"""Undo a request: reverse its entries, restore its edits, and hide what it added, in one request.

Entries are reversed on their own days, the newest first, so that no day keeps a trace of them. A
record that the request added is marked as recorded in error: it is hidden, and its code is free
again. A request that is itself an undo is undone in the same way, which restores what it took back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from ledger.core.errors import NotFound, RefusedByRule
from ledger.core.factors import Side
from ledger.core.quantity import format_quantity
from ledger.core.text import first_few
from ledger.journal.entries import Entry
from ledger.journal.receipts import Receipt
from ledger.registers.table import REGISTERS
from ledger.store.db.queries import RecordedRequest, find_request, last_request_of
from ledger.store.journal.entries import (
    acts_resting_on,
    later_entries,
    read_request_entries,
    reversal_of,
)
from ledger.store.recorded import (
    RecordedRate,
    RecordedVersions,
    dependants,
    identifiers_of,
    parents_in_error,
    record_sharing_codes,
    recorded_beside,
    recorded_rates,
    recorded_versions,
    require_all_seen,
    units_added,
)
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

NEVER_UNDONE: Final = (
    *("reconcile", "audit seal", "journal seal", "init", "db upgrade", "match"),
    "audit erase",
    *("approval ask", "approval give", "approval refuse", "approval rule add", "approval rule end"),
    *("approval standing add", "approval standing end"),
)
"""What the machine does, what changes no record, and what cannot be restored."""

_SIDES: Final = frozenset(side.value for side in Side)
_MANY: Final = 200
_MOST_NAMED: Final = 5


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
    records = recorded_versions(uow.connection, request.id)
    rates = recorded_rates(uow.connection, request.id)
    _require_undoable(uow, request, [*entries, *records, *rates])
    if len(entries) > _MANY:
        uow.accounts.read_everything()
    undone = _Undoing(uow, request)
    undone.restore([one for one in records if one.is_in_error and one.was_in_error is False])
    undone.reverse(entries)
    undone.take_back([one for one in records if not one.is_in_error and one.was_in_error is False])
    undone.hide([one for one in records if one.was_in_error is not False], entries)
    undone.withdraw(rates)
    undone.leave_units(units_added(uow.connection, request.id))
    uow.note("undone", f"request {request.key} ({request.command}) is undone")
    return undone.receipt(entries)


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


def _require_undoable(
    uow: UnitOfWork, request: RecordedRequest, recorded: Sequence[object]
) -> None:
    """Refuse a request of the machine, and one with rows that are undone by their own commands."""
    named = f"Request {request.key} ({request.command})"
    if request.command in NEVER_UNDONE:
        raise CannotUndo(
            f"{named} cannot be undone.",
            why="Nights, seals, set-up, stored proposals, approvals and erasures stay.",
            next_step="Reverse single entries with: cityfund journal reverse ENTRY",
        )
    beside = recorded_beside(uow.connection, request.id)
    if recorded and beside == ["unit"]:
        return  # it stays, and the rest is undone
    if "setting" in beside:
        raise CannotUndo(
            f"{named} changed a setting of the ledger.",
            why="Days and times of records rest on the settings in force.",
            next_step="Change it back from a day on with: cityfund settings edit",
        )
    if beside:
        raise CannotUndo(
            f"{named} recorded a {beside[0]}, and cannot be undone.",
            why="Only entries, records and rates are undone.",
            next_step=_OTHER_WAY.get(beside[0], "See what it did: cityfund journal list"),
        )
    if not recorded:
        raise NothingToUndo(f"{named} changed nothing.")


_UNIT_STAYS: Final = "a unit that nothing is counted in does no harm"
_OTHER_WAY: Final = {
    "unit": f"{_UNIT_STAYS.capitalize()}: add the right one beside it.",
    "finding": "Reopen or resolve it: cityfund finding reopen CODE --reason TEXT",
}
"""How what is not undone is put right."""


class _Undoing:
    """One undo at work: what is put back, line by line."""

    def __init__(self, uow: UnitOfWork, request: RecordedRequest) -> None:
        self._uow = uow
        self._request = request
        self._lines: list[dict[str, Any]] = []

    def receipt(self, entries: Sequence[Entry]) -> Receipt:
        """Give the receipt, with the balances of what the entries moved."""
        accounts = {one.side: one.account for entry in entries for one in entry.movements}
        balances = {
            side.value: self._uow.accounts.account(side, code).balance
            for side, code in accounts.items()
        }
        deals = [entry.deal for entry in entries if entry.deal is not None]
        undone = {
            "request": self._request.key,
            "command": self._request.command,
            "lines": self._lines,
        }
        return self._uow.receipt(deal=deals[-1] if deals else None, undone=undone, **balances)

    def _say(self, kind: str, code: str, did: str, becomes: str) -> None:
        self._lines.append({"kind": kind, "code": code, "did": did, "becomes": becomes})

    def restore(self, records: Iterable[RecordedVersions]) -> None:
        """Bring back records that the request hid, those that others refer to first."""
        for one in records:
            self._require_newest(one)
            other = record_sharing_codes(self._uow.connection, one.kind, one.id)
            if other is not None:
                raise self._refusal(
                    f"a code of {one.kind} {one.code} has been given to another {one.kind}, {other}"
                )
            self._require_parents(one)
            self._uow.repeat_version(one.kind, one.id, one.first - 1, in_error=False)
            self._uow.flush_registers()
            self._say(one.kind, one.code, "marked as recorded in error", "restored")

    def _require_parents(self, record: RecordedVersions) -> None:
        """Refuse to bring back a version that refers to a record in error."""
        kind, before = record.kind, record.first - 1
        lost = parents_in_error(self._uow.connection, kind, record.id, before)
        if lost:
            raise self._refusal(
                f"{kind} {record.code} belongs to {lost[0]}, which was recorded in error"
            )

    def reverse(self, entries: Sequence[Entry]) -> None:
        """Reverse entries on their own days, the newest first."""
        for entry in entries:
            earlier = reversal_of(self._uow.connection, entry.number)
            if earlier is not None:
                raise CannotUndo(
                    f"Entry {entry.number} of request {self._request.key} was reversed by "
                    f"entry {earlier}.",
                    why="What was reversed since is not reversed again.",
                    next_step=f"See it with: cityfund journal show {earlier}",
                )
            require_reversible(self._uow, entry.number)
        newest_first = entries[::-1]
        take_back(self._uow, [on_its_day(self._uow, entry) for entry in newest_first])
        for entry in newest_first:
            self._say("entry", str(entry.number), self._described(entry), "reversed")

    def _described(self, entry: Entry) -> str:
        moved = next((one for one in entry.movements if one.side is Side.NEED), entry.movements[0])
        amount = format_quantity(moved.amount, self._uow.units[moved.unit])
        of = f"deal {entry.deal}" if entry.deal else f"{moved.side} {moved.account}"
        return f"{entry.act} {amount}, {of}, {entry.effective_on}"

    def take_back(self, records: Iterable[RecordedVersions]) -> None:
        """Add a version to each edited record with the terms from before the request."""
        for one in records:
            self._require_newest(one)
            if REGISTERS[one.kind].until_acts:
                versions = read_versions(self._uow.connection, one.kind, one.id)
                stored = self._uow.find_record(one.kind, one.code)
                edit_identity(self._uow, one.kind, stored, versions[one.first - 2].record)
            else:
                self._require_parents(one)
                self._uow.repeat_version(one.kind, one.id, one.first - 1, in_error=False)
            if one.kind in _SIDES:
                self._follow_declaration(Side(one.kind), one.code)
            self._say(one.kind, one.code, f"edited (version {one.last})", "restored")

    def _follow_declaration(self, side: Side, code: str) -> None:
        """Refuse a day of declaration that returns and is later than an act."""
        account = self._uow.accounts.account(side, code)
        before, account.record = account.record, self._uow.find_record(side.value, code).record
        if account.record.declared_on != before.declared_on:
            require_no_act_before(self._uow, account, account.record.declared_on)

    def hide(self, records: Sequence[RecordedVersions], entries: Iterable[Entry]) -> None:
        """Mark added records as recorded in error, those that refer to others first."""
        last = max((entry.number for entry in entries), default=0)
        own = {one.key for one in records}
        self._uow.flush_registers()
        named_by = identifiers_of(self._uow.connection, own, own)
        for one in reversed(records):
            self._require_newest(one)
            others = dependants(self._uow.connection, one.kind, one.id, one.code, own)
            resting = [*self._entries_on(one, last), *others, *named_by.get(one.key, ())]
            if resting:
                named = first_few(resting, _MOST_NAMED)
                raise self._refusal(
                    f"{named} was recorded since, and rests on {one.kind} {one.code}"
                )
            self._uow.repeat_version(one.kind, one.id, one.last, in_error=True)
            self._say(one.kind, one.code, "added", "marked as recorded in error")
        self._uow.flush_registers()
        require_all_seen(self._uow.connection, records)

    def _entries_on(self, record: RecordedVersions, last: int) -> list[str]:
        """Name the entries after the request's own that move a need, an offer or a deal.

        Of an exemption those that rest on it, and count.
        """
        ids = [record.id]
        if record.kind == "exemption":
            numbers = acts_resting_on(self._uow.connection, record.code)
            return [f"entry {one}" for one in numbers if one > last]
        if record.kind == "deal":
            later = later_entries(self._uow.connection, last, deal_ids=ids)
        elif record.kind in _SIDES:
            later = later_entries(self._uow.connection, last, account_ids=ids)
        else:
            later = []
        return [f"entry {entry.number}" for entry in later]

    def withdraw(self, rates: Iterable[RecordedRate]) -> None:
        """Let the rates of the days and pairs be what they were before the request."""
        for one in rates:
            if not one.is_newest:
                raise self._refusal(f"the rate of {one.name} was recorded again since")
            did = "withdrew the rate" if one.withdrawn else f"gave the rate {one.rate.rate:f}"
            if one.before is None or one.before_withdrawn:
                self._uow.add_rate(one.before or one.rate, withdrawn=True)
                becomes = "withdrawn"
            else:
                self._uow.add_rate(one.before)
                becomes = f"{one.before.rate:f} again"
            self._say("rate", one.name, did, becomes)

    def leave_units(self, codes: Iterable[str]) -> None:
        """Say of units that the request added that they stay."""
        for code in codes:
            self._say("unit", code, "added", f"stays: {_UNIT_STAYS}")

    def _require_newest(self, record: RecordedVersions) -> None:
        if record.last != record.newest:
            raise CannotUndo(
                f"{record.kind.capitalize()} {record.code} was edited again since request "
                f"{self._request.key}.",
                why="An edit that others rest on is not taken back.",
                next_step=f"See the versions with: cityfund history {record.kind}:{record.code}",
            )

    def _refusal(self, why: str) -> CannotUndo:
        return CannotUndo(
            f"Request {self._request.key} ({self._request.command}) cannot be undone: {why}.",
            why="What something later rests on is not taken back.",
            next_step="Undo what rests on it first, with its request key: "
            "cityfund undo REQUEST --reason TEXT",
        )
