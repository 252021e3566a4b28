"""Every guard refuses what it is there for, and no guard is without an attempt against it."""

from __future__ import annotations

from guard_attempts import Attempt, attempts
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from ledger.store.db import engine as engines
from ledger.store.session.ledger import Ledger
from ledger.usecases.check import run_checks
from migrations import guards

_REFUSES_NOTHING = (
    *("()", "_identity_change_counts"),
    *("_terms_meet_acts", "_terms_meet_undo", "_in_error_meets_additions"),
    *("_meets_acts", "_terms_meet_partnerships", "_terms_meet_seats"),
    *("_is_of_its_session", "_is_erased"),
)
"""Ends of names: of functions, of triggers that only put something in force, touch a balance or
erase a text, and of those that refuse officers alone, whom the attacks with roles of a server play.

`guards_stand` compares them with the program's own.
"""


def guards_stand(engine: Engine) -> str:
    """The migrations make the schema with exactly the program's guards."""
    (check,) = run_checks(Ledger(engine), ["guards"])
    assert not check.failures, "; ".join(check.failures)
    assert check.examined
    return f"examined {check.examined}"


def guards_refuse(engine: Engine) -> str:
    """Every guard refuses, in raw SQL on a filled ledger, what it is there for."""
    made = list(attempts(engine.dialect.name))
    wrong = [fault for attempt in made if (fault := _fault(engine, attempt)) is not None]
    proven = {name for attempt in made for name in attempt.guards}
    with engines.read_transaction(engine) as connection:
        due = _refusing_triggers(connection)
    wrong += [f"no attempt proves {name}" for name in sorted(due - proven)]
    assert due
    assert not wrong, "; ".join(wrong)
    return f"guards {len(due)}, attempts {len(made)}"


def _refusing_triggers(connection: Connection) -> set[str]:
    return {name for name in guards.due(connection) if not name.endswith(_REFUSES_NOTHING)}


def _fault(engine: Engine, attempt: Attempt) -> str | None:
    """Give what is wrong with how an attempt ended; None where it was refused as it has to be."""
    *before, last = attempt.statements
    by = ", ".join(attempt.guards) or "a constraint"
    with engines.write_transaction(engine, commit=False) as connection:
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
