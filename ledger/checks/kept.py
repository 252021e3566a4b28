"""Checks of what lies beside the journal: kept balances, guards, holders, requests, amounts.

Checks of what the program ships into the database: its reference tables.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final, NamedTuple

from ledger.checks.result import CheckResult, Findings
from ledger.checks.rows import FREE_WORDS, Books, Running
from ledger.core.factors import DEAL_STAGES, STAGES_OF, Side
from ledger.journal.entries import ALLOWED_MOVES

_FREE_COLUMN: Final = "free"
_FEW: Final = 5

SWITCHED_OFF: Final = "switched off"
"""What is read of a guard that stands in the database but is told not to act."""


class KeptStages(NamedTuple):
    """One kept row of stages: a holder's, or (with `side`) one side of a deal."""

    owner_id: int
    side: str | None
    stages: Mapping[str, Any]


def balances(
    accounts: Iterable[KeptStages], deals: Iterable[KeptStages], running: Running, books: Books
) -> CheckResult:
    """Compare the kept rows of needs, offers and deals with a replay of the whole journal."""
    findings = Findings("balances")
    seen = set()
    for row in accounts:
        seen.add(row.owner_id)
        side = books.side_of(row.owner_id)
        stages = _by_stage(side, row.stages)
        # A stage that only offers have stays empty for a need.
        names = {*(STAGES_OF[Side(side)] if side in set(Side) else ()), *stages}
        replay = running.accounts.get(row.owner_id, {})
        _compare(findings, books.account_name(row.owner_id), sorted(names), stages, replay)
    for missing in sorted(books.accounts.keys() - seen):
        findings.fail(f"{books.account_name(missing)} has no kept balance")
    for stray in sorted(seen - books.accounts.keys(), key=str):
        findings.fail(f"{books.account_name(stray)} has a kept balance")
    _compare_deals(findings, deals, running, books)
    return findings.result()


def _compare_deals(
    findings: Findings, deals: Iterable[KeptStages], running: Running, books: Books
) -> None:
    seen = set()
    for row in deals:
        side = row.side or "unknown"
        seen.add((row.owner_id, side))
        who = f"{books.deal_name(row.owner_id)}, its {side}'s side,"
        _compare(findings, who, DEAL_STAGES, row.stages, running.of_deal(row.owner_id, side))
    due = {(deal_id, side.value) for deal_id in books.deals for side in Side}
    for deal_id, side in sorted(due - seen):
        findings.fail(f"{books.deal_name(deal_id)} has no kept balance of its {side}'s side")
    for deal_id, side in sorted(seen - due, key=str):
        findings.fail(f"{books.deal_name(deal_id)} has a kept balance of its {side}'s side")


def _by_stage(side: str | None, row: Mapping[str, Any]) -> dict[str, Any]:
    free = FREE_WORDS.get(side or "", _FREE_COLUMN)
    return {free if name == _FREE_COLUMN else name: amount for name, amount in row.items()}


def _compare(
    findings: Findings,
    who: str,
    stages: Iterable[str],
    kept: Mapping[str, Any],
    replay: Mapping[str, int],
) -> None:
    findings.examined += 1
    for stage in stages:
        word = str(stage)
        if kept.get(word, 0) != replay.get(word, 0):
            findings.fail(
                f"{who} is kept with {kept.get(word, 0)} smallest parts {word}; "
                f"the journal makes {replay.get(word, 0)}"
            )


def guards(
    due: Mapping[str, str], present: Mapping[str, str], moves: Iterable[tuple[str, ...]]
) -> CheckResult:
    """Compare the database's guards and its table of moves with the program's own."""
    findings = Findings("guards")
    findings.examined = len(due)
    for name in sorted(due.keys() | present.keys()):
        if name not in present:
            findings.fail(f"guard {name} is missing")
        elif name not in due:
            findings.fail(f"{_stranger(name)} is none of the ledger's guards")
        elif present[name] == SWITCHED_OFF:
            findings.fail(f"guard {name} is switched off")
        elif _words(present[name]) != _words(due[name]):
            findings.fail(f"guard {name} was changed")
    kept = {tuple(map(str, move)) for move in moves}
    allowed = {tuple(map(str, move)) for move in ALLOWED_MOVES}
    findings.examined += len(allowed)
    for act, side, source, target in sorted(allowed ^ kept):
        way = f"{act} of a {side} from {source} to {target}"
        wrong = "missing from" if (act, side, source, target) in allowed else "added to"
        findings.fail(f"the move {way} was {wrong} the table of allowed moves")
    return findings.result()


def _stranger(name: str) -> str:
    if name.startswith("rule "):
        return name
    return f"function {name}" if name.endswith("()") else f"trigger {name}"


def _words(statement: str) -> str:
    return " ".join(statement.rstrip("; \n").split())


def broker(books: Books) -> CheckResult:
    """Hold every holder of stages to be one need or one offer, in its unit: never the fund."""
    findings = Findings("broker")
    for account in books.accounts.values():
        findings.examined += 1
        named = {Side.NEED.value: account.need, Side.OFFER.value: account.offer}
        units = {Side.NEED.value: account.need_unit, Side.OFFER.value: account.offer_unit}
        there = [side for side, code in named.items() if code is not None]
        if there != [account.side]:
            is_ = " and ".join(there) or "neither a need nor an offer"
            findings.fail(f"the {account.side} with id {account.id} is {is_}")
        elif units[account.side] != account.unit:
            findings.fail(
                f"{account.name} is declared in {units[account.side]} but holds {account.unit}"
            )
    return findings.result()


class VersionName(NamedTuple):
    """What a receipt says of a version: of which register and record, and its number."""

    kind: str
    code: str | None
    version: int


class RequestRow(NamedTuple):
    """A request with its receipt's body (None: it has none), and all that was made under it."""

    key: str
    receipt: str | None
    entries: tuple[int, ...]
    versions: tuple[VersionName, ...] = ()


class Stray(NamedTuple):
    """A row whose request is not there, or was recorded at another moment than the row."""

    table: str
    row: str
    wrong: str


def request_keys(
    requests: Iterable[RequestRow], strays: Iterable[Stray], repeated: Iterable[str]
) -> CheckResult:
    """Hold each write to one request with one key and one receipt that names all it made."""
    findings = Findings("request-keys")
    for request in requests:
        findings.examined += 1
        wrong = _wrong_receipt(request)
        if wrong is not None:
            findings.fail(f"request {request.key} {wrong}")
    for stray in strays:
        findings.fail(f"{stray.table} {stray.row} {stray.wrong}")
    for key in repeated:
        findings.fail(f"key {key} was used for several requests")
    return findings.result()


def _wrong_receipt(request: RequestRow) -> str | None:
    if request.receipt is None:
        return "has no receipt"
    try:
        body = json.loads(request.receipt)
        said, counts = body["entries"], body.get("counts") or {}
        versions = [VersionName(**one) for one in body["registers"]]
    except (ValueError, KeyError, TypeError, AttributeError):
        return "has a receipt that cannot be read"
    made = list(request.entries)
    # An import's receipt names its first and last entry, and counts them.
    counted = made[:1] + made[-1:] if counts.get("entries") == len(made) else made
    if said not in (made, counted):
        return f"has a receipt of entries {_listed(said)}; the journal holds {_listed(made)}"
    return _wrong_versions(versions, counts.get("registers"), request.versions)


def _wrong_versions(
    said: list[VersionName], counted: int | None, made: tuple[VersionName, ...]
) -> str | None:
    # An import's receipt counts its versions.
    if counted is not None and not said:
        if counted == len(made):
            return None
        return f"has a receipt of {counted} versions; the registers hold {len(made)}"
    if sorted(said, key=repr) == sorted(made, key=repr):
        return None
    return f"has a receipt of {_named(said)}; the registers hold {_named(made)}"


def _named(versions: Iterable[VersionName]) -> str:
    names = [f"{one.kind} {one.code} version {one.version}" for one in versions]
    few = ", ".join(names[:_FEW]) or "no version"
    return few if len(names) <= _FEW else f"{few} and {len(names) - _FEW} more"


def _listed(numbers: Any) -> str:
    texts = [str(number) for number in numbers] if isinstance(numbers, list) else [str(numbers)]
    few = ", ".join(texts[:_FEW]) or "none"
    return few if len(texts) <= _FEW else f"{few} and {len(texts) - _FEW} more"


class AmountFault(NamedTuple):
    """A cell that should hold a whole number within bounds, and what it holds."""

    table: str
    row: str
    column: str
    value: Any


class DecimalCell(NamedTuple):
    """A cell that should hold an exact decimal as text, above zero and up to `most`."""

    table: str
    row: str
    column: str
    value: Any
    most: int | None = None


def exact(
    examined: int, faults: Iterable[AmountFault], decimals: Iterable[DecimalCell]
) -> CheckResult:
    """Hold every amount to a whole number within 10^17, every rate and share to exact digits."""
    findings = Findings("exact")
    findings.examined = examined
    for fault in faults:
        findings.fail(f"{fault.table} {fault.row}: {fault.column} holds {fault.value!r}")
    for cell in decimals:
        findings.examined += 1
        if not _is_exact(cell):
            findings.fail(f"{cell.table} {cell.row}: {cell.column} holds {cell.value!r}")
    return findings.result()


def _is_exact(cell: DecimalCell) -> bool:
    if not isinstance(cell.value, str):
        return False
    try:
        value = Decimal(cell.value)
    except InvalidOperation:
        return False
    return value.is_finite() and value >= 0 and (cell.most is None or 0 < value <= cell.most)


Rows = Mapping[Any, Mapping[str, Any]]
"""The rows of a table by their code."""


def reference(shipped: Mapping[str, Rows], kept: Mapping[str, Rows]) -> CheckResult:
    """Compare the reference tables in the database, row by row, with those of the program."""
    findings = Findings("reference")
    for table, due in shipped.items():
        there = kept[table]
        findings.examined += len(due)
        for code in sorted(due.keys() | there.keys(), key=str):
            if code not in there:
                findings.fail(f"{table} {code} is missing")
            elif code not in due:
                findings.fail(f"{table} {code} is none that the program ships")
            elif dict(there[code]) != dict(due[code]):
                changed = [name for name, value in due[code].items() if there[code][name] != value]
                findings.fail(f"{table} {code} has another {', '.join(changed)} than shipped")
    return findings.result()
