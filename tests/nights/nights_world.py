"""A world with nights: running them as the program does, and the state that they leave."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from typing import Any

from raw import Raw
from world import World

from ledger.usecases.night_step import NightOptions, Operator
from ledger.usecases.nights.run import NightEvent, NightResult, ReconcileResult, reconcile

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
"""When the tests of nights begin; their nights are those of this day and the ones after it."""
TODAY = NOON.date()
NIGHT_WATCH = Operator(actor="night", system_user="cron", host="office")


def days_from_now(days: int) -> date:
    """Give the day so many days after the first of the tests."""
    return TODAY + timedelta(days=days)


class Nights(World):
    """A world whose nights are run; what they said is kept."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.events: list[NightEvent] = []

    def reconcile(self, day: date | None = None, **options: Any) -> ReconcileResult:
        """Do the night of a day, and those missed before it."""
        return reconcile(
            self.ledger, NIGHT_WATCH, NightOptions(**options), self.events.append, day=day
        )

    def night(self, day: date | None = None, **options: Any) -> NightResult:
        """Do one night, and give what came of it."""
        return self.reconcile(day, **options).last

    def figures(self, step: str, day: date | None = None, **options: Any) -> dict[str, Any]:
        """Do one step of a night alone, and give its figures."""
        (done,) = self.night(day, only=(step,), **options).run.steps
        return dict(done.figures)

    def request_keys(self) -> list[str]:
        """Give the request keys of nights, in the order in which they were said."""
        with closing(self.raw()) as raw:
            rows = raw.execute("SELECT key FROM request WHERE key LIKE 'night:%' ORDER BY id")
            return [key for (key,) in rows.fetchall()]

    def count(self, table: str) -> int:
        """Count the rows of a table."""
        with closing(self.raw()) as raw:
            ((found,),) = raw.execute(f"SELECT count(*) FROM {table}").fetchall()
            return int(found)


_RUNS = ("night_run", "night_step")
_SEALS = ("seal", "sealed_leaf")
"""What is sealed depends on the clock: on a server the last minute is left to the next night."""
_CLOCKS = (
    *("recorded_at", "program", "milliseconds", "salt", "transaction_id"),
    *("parent_id", "parent_hash", "hash"),
)
_OWNED_BY_NUMBER = ("disclosure", "record")
"""A number with holes, of a table that another column names."""
_NUMBERED = {
    "request_id": "request", "entry_id": "entry", "proposal_id": "proposal",
    ("request", "id"): "request", ("entry", "id"): "entry", ("proposal", "id"): "proposal",
    ("entry", "reverses"): "entry", ("proposal", "solved_on"): "entry",
    "statement_id": "statement", ("statement", "id"): "statement",
    "finding_id": "finding", ("finding", "id"): "finding",
}  # fmt: skip
PROPOSALS = ("proposal", "proposal_line", "proposal_project")


def state_of(url: str, *, proposals: bool = True) -> dict[str, list[str]]:
    """Give every row but those of runs, without clocks and salts; numbers count on one by one.

    Seals are left out, and without `proposals` those that nights stored, with their requests.
    """
    skipped = " WHERE key NOT LIKE 'night:%:seal:%'"
    if not proposals:
        skipped += " AND key NOT LIKE 'night:%:propose'"
    with closing(Raw(url)) as raw:
        ranks = {
            "request": _ranks(raw, f"request{skipped}"),
            "entry": _ranks(raw, "entry"),
            "proposal": _ranks(raw, "proposal"),
            "statement": _ranks(raw, "statement"),
            "finding": _ranks(raw, "finding"),
        }
        found = {}
        for name in raw.tables():
            if name in (*_RUNS, *_SEALS) or (name in PROPOSALS and not proposals):
                continue
            columns, rows = _read(raw, name)
            plain = (_plain(name, columns, row, ranks) for row in rows)
            found[name] = sorted(repr(one) for one in plain if one.get("request_id", 1) is not None)
        return found


def hash_of(url: str) -> str:
    """Give the state in one word."""
    return hashlib.sha256(json.dumps(state_of(url), sort_keys=True).encode()).hexdigest()


def _ranks(raw: Raw, table: str) -> dict[int, int]:
    rows = raw.execute(f"SELECT id FROM {table} ORDER BY id").fetchall()
    return {identity: rank for rank, (identity,) in enumerate(rows, start=1)}


def _read(raw: Raw, table: str) -> tuple[list[str], Iterable[tuple[Any, ...]]]:
    cursor = raw.execute(f'SELECT * FROM "{table}"')
    return [column[0] for column in cursor.description], cursor.fetchall()


def _plain(
    table: str, columns: list[str], row: tuple[Any, ...], ranks: dict[str, dict[int, int]]
) -> dict[str, Any]:
    kept = {}
    for name, value in zip(columns, row, strict=True):
        counted = _NUMBERED.get((table, name)) or _NUMBERED.get(name)
        if name in _CLOCKS or (table, name) == _OWNED_BY_NUMBER:
            continue
        if counted is not None:
            kept["request_id" if (table, name) == ("request", "id") else name] = (
                None if value is None else ranks[counted].get(value)
            )
        elif (table, name) == ("receipt", "body"):
            kept[name] = _receipt(value, ranks["entry"])
        else:
            kept[name] = value
    return kept


def _receipt(body: str, entries: dict[int, int]) -> Any:
    told = json.loads(body)
    told["entry"] = entries.get(told["entry"])
    told["entries"] = [entries[one] for one in told["entries"]]
    return told
