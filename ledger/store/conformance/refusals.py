"""Trying every guard: what has to be refused is refused, and by the one it is refused by."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from ledger.promises import Promise, tried
from ledger.store import engine as engines
from ledger.store.conformance.attempts import Attempt, attempts

_FEW: Final = 5
_REFUSES_NOTHING: Final = ("()", "_terms_meet_acts")
"""Ends of names: of functions, and of triggers that only change a balance row for others to meet.

That these stand as they should is tried with the migrations.
"""


def guards(engine: Engine) -> Promise:
    """Make every attempt on a filled ledger, and roll each back."""
    made = list(attempts(engine.dialect.name))
    wrong = [told for attempt in made if (told := _wrong(engine, attempt)) is not None]
    proven = {name for attempt in made for name in attempt.guards}
    with engines.reading(engine) as connection:
        due = _triggers(connection)
    wrong += [f"no attempt proves {name}" for name in sorted(due - proven)]
    return tried(
        "guards",
        "in raw SQL, what each guard is there to refuse",
        "; ".join(wrong[:_FEW]) or None,
        guards=len(due),
        attempts=len(made),
        refused=len(made) - len(wrong),
    )


def _triggers(connection: Connection) -> set[str]:
    from migrations import guards as files  # noqa: PLC0415 - read for this alone

    return {name for name in files.due(connection) if not name.endswith(_REFUSES_NOTHING)}


def _wrong(engine: Engine, attempt: Attempt) -> str | None:
    """Give what is wrong with how an attempt ended; None where it was refused as it has to be."""
    *before, last = attempt.statements
    by = ", ".join(attempt.guards) or "a constraint"
    with engines.writing(engine, keep=False) as connection:
        try:
            for statement in before:
                connection.exec_driver_sql(statement)
        except DBAPIError as error:
            return f"what {by} refuses could not be prepared: {error.orig}"
        try:
            connection.exec_driver_sql(last)
        except DBAPIError as error:
            return None if attempt.refusal in str(error.orig) else f"{by}: {error.orig}"
    return f"nothing refused {last}"
