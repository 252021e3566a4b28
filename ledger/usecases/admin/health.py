"""What `doctor` looks at in a ledger: its guards, its last night, and the age of its rates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from ledger.core.text import counted
from ledger.rates.rates import RATE_DAYS
from ledger.store.db.engine import on_server
from ledger.store.nights.stored_runs import last_complete_run
from ledger.store.rates import newest_day
from ledger.store.session.ledger import Ledger
from ledger.usecases.check import run_checks

MOST_NIGHTS: Final = timedelta(days=2)
"""A nightly run that is older was missed: one in the morning has that of the night before."""


@dataclass(slots=True)
class Health:
    """What was looked at, what is wrong and how it is mended, and what may be meant so."""

    facts: dict[str, object] = field(default_factory=dict)
    findings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def health_of(ledger: Ledger, rate_days: int | None = None) -> Health:
    """Look at a ledger. A quote of more than `rate_days` ago is old."""
    health = Health()
    health.findings += _guards(ledger, health)
    health.findings += _grants(ledger)
    from ledger.usecases.evidence import held_back  # noqa: PLC0415 - beside its use

    held = held_back(ledger)
    if held is not None:
        health.findings.append(held)
    today = ledger.today()
    with ledger.read() as connection:
        night, newest = last_complete_run(connection, today), newest_day(connection)
    health.facts["last_night"] = None if night is None else night.day.isoformat()
    health.facts["newest_rate"] = None if newest is None else newest.isoformat()
    if night is None:
        health.notes.append("no night was run yet; let them run: cityfund reconcile install")
    elif today - night.day > MOST_NIGHTS:
        health.findings.append(
            f"the last whole night is that of {night.day}; run it, and look at its timer: "
            "cityfund reconcile, cityfund reconcile install"
        )
    most = RATE_DAYS if rate_days is None else rate_days
    if newest is not None and (today - newest).days > most:
        age = counted((today - newest).days, "day")
        health.findings.append(
            f"the newest exchange rate is of {newest}, {age} ago; "
            "import newer ones: cityfund rates import FILE"
        )
    return health


def _grants(ledger: Ledger) -> list[str]:
    """Say what the users of a server may do that they should not, and what they lack."""
    if not on_server(ledger.engine):
        return []
    from ledger.store.admin.grants import wrong_grants  # noqa: PLC0415 - only where there is a server
    from ledger.store.admin.reach import reached_from_outside  # noqa: PLC0415 - as above
    from ledger.usecases.admin.rights import unrecorded_rights  # noqa: PLC0415 - as above

    with ledger.read() as connection:
        return [
            *wrong_grants(connection),
            *reached_from_outside(connection),
            *unrecorded_rights(connection),
        ]


def _guards(ledger: Ledger, health: Health) -> Iterator[str]:
    """Say which guards of the database are missing or changed."""
    (result,) = run_checks(ledger, ["guards"])
    health.facts["guards"] = f"{result.examined:,} looked at, {result.failed:,} wrong"
    if not result.ok:
        first = "; ".join(result.failures[:3])
        one = "guard of the database is not as it should be"
        many = "guards of the database are not as they should be"
        yield (
            f"{counted(result.failed, one, many)} ({first}); look at "
            "what was written without them: cityfund check; then copy the ledger into one that has "
            "them all: cityfund db copy --to URL"
        )
