"""Checks of the rows beside the journal: balances, guards, accounts, requests, amounts.

The reference tables of the database are compared with those of the program.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final, NamedTuple

from ledger.checks.result import CheckReport, CheckResult
from ledger.checks.rows import FREE_WORDS, CheckContext, RunningBalances
from ledger.core.factors import DEAL_STAGES, STAGES_OF, Side
from ledger.journal.entries import ALLOWED_MOVES

_FREE_COLUMN: Final = "free"
_FEW: Final = 5

SWITCHED_OFF: Final = "switched off"
"""The value of a guard that is in the database but disabled."""


class StoredStages(NamedTuple):
    """One stored row of stages: an account's, or (with `side`) one side of a deal."""

    owner_id: int
    side: str | None
    stages: Mapping[str, Any]


def check_balances(
    accounts: Iterable[StoredStages],
    deals: Iterable[StoredStages],
    balances: RunningBalances,
    context: CheckContext,
) -> CheckResult:
    """Compare the stored balances of needs, offers and deals with a replay of the journal."""
    report = CheckReport("balances")
    seen = set()
    for row in accounts:
        seen.add(row.owner_id)
        side = context.side_of(row.owner_id)
        stages = _by_stage(side, row.stages)
        # A stage that only offers have stays empty for a need.
        names = {*(STAGES_OF[Side(side)] if side in set(Side) else ()), *stages}
        replay = balances.accounts.get(row.owner_id, {})
        _compare(report, context.account_name(row.owner_id), sorted(names), stages, replay)
    for missing in sorted(context.accounts.keys() - seen):
        report.fail(f"{context.account_name(missing)} has no stored balance")
    for orphan in sorted(seen - context.accounts.keys(), key=str):
        report.fail(f"{context.account_name(orphan)} has a stored balance")
    _compare_deals(report, deals, balances, context)
    return report.result()


def _compare_deals(
    report: CheckReport,
    deals: Iterable[StoredStages],
    balances: RunningBalances,
    context: CheckContext,
) -> None:
    seen = set()
    for row in deals:
        side = row.side or "unknown"
        seen.add((row.owner_id, side))
        who = f"{context.deal_name(row.owner_id)}, its {side}'s side,"
        _compare(report, who, DEAL_STAGES, row.stages, balances.of_deal(row.owner_id, side))
    due = {(deal_id, side.value) for deal_id in context.deals for side in Side}
    for deal_id, side in sorted(due - seen):
        report.fail(f"{context.deal_name(deal_id)} has no stored balance of its {side}'s side")
    for deal_id, side in sorted(seen - due, key=str):
        report.fail(f"{context.deal_name(deal_id)} has a stored balance of its {side}'s side")


def _by_stage(side: str | None, row: Mapping[str, Any]) -> dict[str, Any]:
    free = FREE_WORDS.get(side or "", _FREE_COLUMN)
    return {free if name == _FREE_COLUMN else name: amount for name, amount in row.items()}


def _compare(
    report: CheckReport,
    who: str,
    stages: Iterable[str],
    stored: Mapping[str, Any],
    replay: Mapping[str, int],
) -> None:
    report.examined += 1
    for stage in stages:
        word = str(stage)
        if stored.get(word, 0) != replay.get(word, 0):
            report.fail(
                f"{who} has a stored balance of {stored.get(word, 0)} smallest parts {word}; "
                f"the journal gives {replay.get(word, 0)}"
            )


def check_guards(
    due: Mapping[str, str],
    present: Mapping[str, str],
    moves: Iterable[tuple[str, ...]],
    schemas: tuple[Mapping[str, str], Mapping[str, str]] = ({}, {}),
) -> CheckResult:
    """Compare the database's guards, its moves and its schema with the program's own.

    `schemas` are what tables, columns, keys, checks, indexes and views are due, and are there.
    """
    report = CheckReport("guards")
    report.examined = len(due)
    for name in sorted(due.keys() | present.keys()):
        if name not in present:
            report.fail(f"guard {name} is missing")
        elif name not in due:
            report.fail(f"{_guard_name(name)} is not a guard of the ledger")
        elif present[name] == SWITCHED_OFF:
            report.fail(f"guard {name} is switched off")
        elif not _same_sql(present[name], due[name]):
            report.fail(f"guard {name} was changed")
    stored = {tuple(map(str, move)) for move in moves}
    allowed = {tuple(map(str, move)) for move in ALLOWED_MOVES}
    report.examined += len(allowed)
    for act, side, source, target in sorted(allowed ^ stored):
        way = f"{act} of a {side} from {source} to {target}"
        wrong = "missing from" if (act, side, source, target) in allowed else "added to"
        report.fail(f"the move {way} was {wrong} the table of allowed moves")
    report.examined += len(schemas[0])
    for difference in _differences(*schemas):
        report.fail(difference)
    return report.result()


def _differences(due: Mapping[str, str], present: Mapping[str, str]) -> Iterator[str]:
    for name in sorted(due.keys() | present.keys()):
        if name not in present:
            yield f"the {name} is missing"
        elif name not in due:
            yield f"the {name} is not of the ledger"
        elif due[name] != present[name]:
            yield f"the {name} was changed: it is {present[name]!r}, due is {due[name]!r}"


def _guard_name(name: str) -> str:
    if name.startswith("rule "):
        return name
    return f"function {name}" if name.endswith("()") else f"trigger {name}"


def _same_sql(one: str, other: str) -> bool:
    return one == other or _normalised_sql(one) == _normalised_sql(other)


def _normalised_sql(statement: str) -> str:
    return " ".join(statement.rstrip("; \n").split())


def check_broker(context: CheckContext) -> CheckResult:
    """Check that every account is one need or one offer, in its unit: never the fund."""
    report = CheckReport("broker")
    for account in context.accounts.values():
        report.examined += 1
        named = {Side.NEED.value: account.need, Side.OFFER.value: account.offer}
        units = {Side.NEED.value: account.need_unit, Side.OFFER.value: account.offer_unit}
        present = [side for side, code in named.items() if code is not None]
        if present != [account.side]:
            is_ = " and ".join(present) or "neither a need nor an offer"
            report.fail(f"the {account.side} with id {account.id} is {is_}")
        elif units[account.side] != account.unit:
            declared = units[account.side]
            report.fail(
                f"{account.name} is declared in {declared} but its account is in {account.unit}"
            )
    return report.result()


class RestingRow(NamedTuple):
    """What rests on a record in error: a record of a register, or a quantity of its own."""

    resting: str
    kind: str
    code: str


def check_in_error(records: int, resting: Iterable[RestingRow]) -> CheckResult:
    """Check that nothing rests on a record in error: no record, no statement and no quantity."""
    report = CheckReport("in-error")
    report.examined = records
    for row in resting:
        report.fail(f"{row.resting} rests on {row.kind} {row.code}, which was recorded in error")
    return report.result()


class StatusRow(NamedTuple):
    """The status of a project by its terms, and that of its newest phase, None without any."""

    project: str
    status: str
    newest: str | None


def check_phases(projects: Iterable[StatusRow]) -> CheckResult:
    """Check that the status of each project is that of its newest phase."""
    report = CheckReport("phases")
    for row in projects:
        report.examined += 1
        if row.newest not in {None, row.status}:
            report.fail(
                f"project {row.project} is in status {row.status}; its newest phase is {row.newest}"
            )
    return report.result()


class DueRow(NamedTuple):
    """A deal with instalments: their sum, what was ever held or committed, the units of both."""

    deal: str
    planned: int
    taken: int
    units: frozenset[str]
    of_need: str


def check_instalments(deals: Iterable[DueRow]) -> CheckResult:
    """Check that the instalments of each deal are a part of it, in the unit of its need."""
    report = CheckReport("instalments")
    for row in deals:
        report.examined += 1
        if row.units != {row.of_need}:
            units = ", ".join(sorted(row.units))
            report.fail(f"instalments of deal {row.deal} are in {units}, not in {row.of_need}")
        elif row.planned > row.taken:
            report.fail(
                f"the instalments of deal {row.deal} are {row.planned}, more than the {row.taken} "
                "that were ever held or committed of it"
            )
    return report.result()


class VersionName(NamedTuple):
    """A version as a receipt names it: register, record and number."""

    kind: str
    code: str | None
    version: int


class RequestRow(NamedTuple):
    """A request with its receipt's body (None if it has none), and all that it recorded."""

    key: str
    receipt: str | None
    entries: tuple[int, ...]
    versions: tuple[VersionName, ...] = ()


class OrphanRow(NamedTuple):
    """A row whose request is missing, or was recorded at another time than the row."""

    table: str
    row: str
    wrong: str


def check_request_keys(
    requests: Iterable[RequestRow], orphans: Iterable[OrphanRow], repeated: Iterable[str]
) -> CheckResult:
    """Check that each write has one request with one key and one complete receipt."""
    report = CheckReport("request-keys")
    for request in requests:
        report.examined += 1
        wrong = _wrong_receipt(request)
        if wrong is not None:
            report.fail(f"request {request.key} {wrong}")
    for orphan in orphans:
        report.fail(f"{orphan.table} {orphan.row} {orphan.wrong}")
    for key in repeated:
        report.fail(f"key {key} was used for several requests")
    return report.result()


def _wrong_receipt(request: RequestRow) -> str | None:
    if request.receipt is None:
        return "has no receipt"
    try:
        body = json.loads(request.receipt)
        in_receipt, counts = body["entries"], body.get("counts") or {}
        versions = [VersionName(**one) for one in body["registers"]]
    except (ValueError, KeyError, TypeError, AttributeError):
        return "has a receipt that cannot be read"
    in_ledger = list(request.entries)
    # An import's receipt names its first and last entry, and counts them.
    counted = (
        in_ledger[:1] + in_ledger[-1:] if counts.get("entries") == len(in_ledger) else in_ledger
    )
    if in_receipt not in (in_ledger, counted):
        listed, present = _numbers_text(in_receipt), _numbers_text(in_ledger)
        return f"has a receipt of entries {listed}; the journal holds {present}"
    return _wrong_versions(versions, counts.get("registers"), request.versions)


def _wrong_versions(
    in_receipt: list[VersionName], counted: int | None, in_ledger: tuple[VersionName, ...]
) -> str | None:
    # An import's receipt counts its versions.
    if counted is not None and not in_receipt:
        if counted == len(in_ledger):
            return None
        return f"has a receipt of {counted} versions; the registers hold {len(in_ledger)}"
    if sorted(in_receipt, key=repr) == sorted(in_ledger, key=repr):
        return None
    listed, present = _versions_text(in_receipt), _versions_text(in_ledger)
    return f"has a receipt of {listed}; the registers hold {present}"


def _versions_text(versions: Iterable[VersionName]) -> str:
    return _few_of([f"{one.kind} {one.code} version {one.version}" for one in versions], "version")


def _numbers_text(numbers: Any) -> str:
    return _few_of(list(map(str, numbers)) if isinstance(numbers, list) else [str(numbers)])


def _few_of(names: list[str], noun: str = "") -> str:
    few = ", ".join(names[:_FEW]) or (f"no {noun}" if noun else "none")
    return few if len(names) <= _FEW else f"{few} and {len(names) - _FEW} more"


class AmountFault(NamedTuple):
    """A cell that should hold a whole number within bounds, and its value."""

    table: str
    row: str
    column: str
    value: Any


class DecimalCell(NamedTuple):
    """A cell that should hold an exact decimal as text, above zero and up to `most`.

    With `least` it lies between the two.
    """

    table: str
    row: str
    column: str
    value: Any
    most: int | None = None
    least: int | None = None


def check_exactness(
    examined: int, faults: Iterable[AmountFault], decimals: Iterable[DecimalCell]
) -> CheckResult:
    """Check that every amount is whole and within 4*10^18, and every rate and share exact."""
    report = CheckReport("exact")
    report.examined = examined
    for fault in faults:
        report.fail(f"{fault.table} {fault.row}: {fault.column} holds {fault.value!r}")
    for cell in decimals:
        report.examined += 1
        if not _is_exact(cell):
            report.fail(f"{cell.table} {cell.row}: {cell.column} holds {cell.value!r}")
    return report.result()


def _is_exact(cell: DecimalCell) -> bool:
    if not isinstance(cell.value, str):
        return False
    try:
        value = Decimal(cell.value)
    except InvalidOperation:
        return False
    if cell.least is not None and cell.most is not None:
        return value.is_finite() and cell.least <= value <= cell.most
    return value.is_finite() and value >= 0 and (cell.most is None or 0 < value <= cell.most)


Rows = Mapping[Any, Mapping[str, Any]]
"""The rows of a table by their code."""


def check_reference_tables(shipped: Mapping[str, Rows], stored: Mapping[str, Rows]) -> CheckResult:
    """Compare the reference tables in the database, row by row, with those of the program."""
    report = CheckReport("reference")
    for table, due in shipped.items():
        present = stored[table]
        report.examined += len(due)
        for code in sorted(due.keys() | present.keys(), key=str):
            if code not in present:
                report.fail(f"{table} {code} is missing")
            elif code not in due:
                report.fail(f"{table} {code} is not in the program's table")
            elif dict(present[code]) != dict(due[code]):
                changed = [
                    name for name, value in due[code].items() if present[code][name] != value
                ]
                report.fail(
                    f"{table} {code} has another {', '.join(changed)} than the program's table"
                )
    return report.result()
