"""The lock of the night: one run at a time, across processes and, on a server, across machines.

A ledger in a file is locked by a second file, which the operating system releases when the run
ends. On a server a row is locked on a connection of its own, and released with it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import tzinfo
from pathlib import Path
from typing import Final

from sqlalchemy import select

from ledger.core.errors import Busy, StorageTrouble
from ledger.store.db import engine as engines
from ledger.store.db.errors import LedgerBusy
from ledger.store.db.night_tables import night_lock
from ledger.store.db.sqlite import database_file
from ledger.store.nights.stored_runs import StoredRun, last_run
from ledger.store.session.ledger import Ledger

_PRIVATE: Final = 0o600
_ATTEMPTS: Final = 40
_WAIT_MS: Final = 50


class NightUnderWay(Busy, code="night-under-way"):
    """Another run of the night is in progress."""

    default_why = "Two runs never overlap: the second would repeat the work of the first."
    default_next = "Wait until it has ended; cityfund status tells what came of it."


class CannotLock(StorageTrouble, code="cannot-lock"):
    """The file that a run locks cannot be made or used."""

    default_why = "A run of the night locks a file beside the ledger, so that there is only one."
    default_next = "Look at the folder of the ledger, and who may write there."


RequireLock = Callable[[], object]
"""Makes sure that the lock is still held. Raises `DatabaseGone` if the server released it."""


@contextmanager
def hold_lock(ledger: Ledger) -> Iterator[RequireLock]:
    """Hold the lock of the night. Raises `NightUnderWay` naming who holds it, and `CannotLock`."""
    acquire = _hold_row_lock if engines.on_server(ledger.engine) else _hold_file_lock
    with acquire(ledger) as require_lock:
        yield require_lock


def lock_file(ledger: Ledger) -> Path | None:
    """Give the file that is locked for a ledger in a file; None for one in memory."""
    path = database_file(ledger.engine.url)
    if path is None:
        return None
    resolved = path.resolve()  # one lock for each ledger, also through a symbolic link
    return resolved.with_name(f"{resolved.name}-night")


def _never_released() -> None:
    """Do nothing: the operating system holds the lock of a file until the process ends."""


@contextmanager
def _hold_file_lock(ledger: Ledger) -> Iterator[RequireLock]:
    from filelock import FileLock, Timeout  # noqa: PLC0415 - only where a night is run

    path = lock_file(ledger)
    if path is None:
        yield _never_released
        return
    lock = FileLock(path, mode=_PRIVATE, blocking=False)
    try:
        lock.acquire()
    except Timeout:
        raise _night_under_way(ledger) from None
    except (OSError, NotImplementedError) as error:
        reason = getattr(error, "strerror", None) or error
        raise CannotLock(f"{path} cannot be locked: {reason}.") from error
    try:
        yield _never_released
    finally:
        lock.release()


@contextmanager
def _hold_row_lock(ledger: Ledger) -> Iterator[RequireLock]:
    with engines.lock_transaction(ledger.engine) as connection:
        try:
            with engines.translate_errors(ledger.engine):
                connection.execute(select(night_lock).with_for_update(nowait=True)).one()
        except LedgerBusy:
            raise _night_under_way(ledger) from None
        yield lambda: connection.exec_driver_sql("SELECT 1")


def _night_under_way(ledger: Ledger) -> NightUnderWay:
    """Name the holder of the lock, after a short wait for a run that has just begun."""
    for _ in range(_ATTEMPTS):
        with ledger.read() as connection:
            run = last_run(connection)
        if run is not None and not run.is_complete:
            return NightUnderWay(
                f"The night of {run.day} is being reconciled "
                f"{_describe_run(run, ledger.calendar().zone)}."
            )
        time.sleep(_WAIT_MS / 1000)
    return NightUnderWay("Another run is in progress, and has not recorded who started it yet.")


def _describe_run(run: StoredRun, zone: tzinfo) -> str:
    acting = run.actor if run.actor == run.system_user else f"{run.actor} ({run.system_user})"
    since = run.started_at.astimezone(zone)
    return f"by {acting} on {run.host} since {since:%Y-%m-%d %H:%M:%S %Z}"
