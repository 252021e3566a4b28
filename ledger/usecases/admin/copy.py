"""Copy a ledger to an empty database of either engine; shared by backup and restore.

The source is read in one transaction, and the copy is compared with it before it is used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine

from ledger.core.errors import UsageError
from ledger.store.admin import copy, new_file
from ledger.store.admin.copy import CopyComparison, compare_ledgers
from ledger.store.checks.file import read_file_faults
from ledger.store.db import engine as engines
from ledger.store.db.errors import AnswerLost, LedgerDamaged, LedgerMissing, UnknownDatabase
from ledger.store.db.schema import (
    CURRENT_REVISION,
    KNOWN_REVISIONS,
    current_revision,
    require_current,
)
from ledger.store.db.sqlite import database_file, make_private_folders
from ledger.store.session.ledger import open_ledger

ShowProgress = Callable[[int], AbstractContextManager[copy.Advance]]
"""Given the number of steps, provides the callback that reports progress."""


@dataclass(frozen=True, slots=True)
class CopyResult:
    """What was moved: the schema, and what was compared; None for an older schema, as it is."""

    revision: str
    compared: CopyComparison | None

    def as_document(self) -> dict[str, Any]:
        """Give it as a part of a JSON document."""
        compared = {} if self.compared is None else self.compared._asdict()
        return {"revision": self.revision, "compared": self.compared is not None, **compared}


@contextmanager
def read_snapshot(engine: Engine) -> Iterator[Connection]:
    """Read one moment of a ledger of this program's schema, for as long as it takes."""
    with engines.read_transaction(engine) as source:
        engines.lift_timeouts(source)
        require_current(source)
        yield source


def target_file(engine: Engine) -> Path | None:
    """Give the new file that a target is; None on a server. Raises `UnknownDatabase`."""
    if engines.on_server(engine):
        return None
    path = database_file(engine.url)
    if path is None:
        raise UnknownDatabase(
            "A ledger in memory cannot be the target.", why="It would be lost at once."
        )
    return path


def make_folders(path: Path) -> None:
    """Make the folder of a new ledger, for its owner alone. Raises `CannotWriteFile`."""
    try:
        make_private_folders(path.parent)
    except OSError as error:
        raise new_file.CannotWriteFile(
            f"{path} cannot be written.", why=f"{error.strerror}."
        ) from error


def copy_to_file(
    source: Connection, path: Path, show_progress: ShowProgress, *, or_empty: bool = False
) -> CopyComparison:
    """Write a ledger row by row into a new file, which gets its name when it is proven."""
    with (
        new_file.new_file(path, or_empty=or_empty) as temporary,
        show_progress(_steps(source)) as advance,
    ):
        engine = new_file.file_engine(temporary, fast=True)
        try:
            with engines.write_transaction(engine) as target:
                copy.prepare_target(target)
                copy.write_copy(source, target, advance)
        finally:
            engine.dispose()
        new_file.finish_file(temporary)
        return verify_copy(source, temporary, advance)


def copy_pages_to_file(
    source: Connection, path: Path, show_progress: ShowProgress, *, or_empty: bool = False
) -> CopyResult:
    """Copy a ledger in a file page by page into a new one, and prove it before it has its name.

    A ledger of an older schema is looked through, and not compared.
    """
    revision = require_known_revision(source)
    current = revision == CURRENT_REVISION
    steps = steps_to_compare(copy.count_rows(source)) if current else 1
    with new_file.new_file(path, or_empty=or_empty) as temporary, show_progress(steps) as advance:
        new_file.copy_pages(source, temporary)
        new_file.finish_file(temporary)
        if not current:
            return CopyResult(revision, None)
        _require_whole(temporary)
        return CopyResult(revision, verify_copy(source, temporary, advance))


def _require_whole(path: Path) -> None:
    """Refuse a written file whose cells or references are damaged. Raises `LedgerDamaged`."""
    engine = new_file.file_engine(path)
    try:
        with engines.read_transaction(engine) as connection:
            fault = next(iter(read_file_faults(connection).faults), None)
    finally:
        engine.dispose()
    if fault is not None:
        raise LedgerDamaged("The ledger is damaged, and so would be the copy.", why=f"{fault}.")


def require_known_revision(source: Connection) -> str:
    """Give a ledger's schema, an older one too. Raises `NotALedger` and `SchemaNewer`."""
    revision = current_revision(source)
    if revision not in KNOWN_REVISIONS:
        require_current(source)
    assert revision is not None
    return revision


def verify_copy(source: Connection, path: Path, advance: copy.Advance) -> CopyComparison:
    """Read a written file again and compare it with its source. Raises `CopyDiffers`."""
    engine = new_file.file_engine(path)
    try:
        with engines.read_transaction(engine) as target:
            return compare_ledgers(source, target, advance)
    finally:
        engine.dispose()


def copy_to_database(source: Engine, target: Engine, show_progress: ShowProgress) -> CopyResult:
    """Write a ledger into an empty database on a server, all in one transaction of it."""
    try:
        # The source is let go before the target commits: what could fail has failed by then.
        with engines.write_transaction(target) as target_connection:
            engines.lift_timeouts(target_connection)
            with read_snapshot(source) as snapshot_connection:
                copy.prepare_target(target_connection)
                with show_progress(_steps(snapshot_connection)) as advance:
                    copy.write_copy(snapshot_connection, target_connection, advance)
                    return CopyResult(
                        CURRENT_REVISION,
                        compare_ledgers(snapshot_connection, target_connection, advance),
                    )
    except LedgerMissing as error:
        advice = "Make an empty one (createdb NAME), then run the same command again."
        raise error.with_next(advice) from error
    except AnswerLost as error:
        advice = (
            "Look there: cityfund status --db URL. If there is none, run the same command again."
        )
        raise AnswerLost(
            "It is not known whether the ledger was written.", next_step=advice
        ) from error


def _steps(source: Connection) -> int:
    """Say how much there is to do: each row is written, then compared, leaves once more."""
    counts = copy.count_rows(source)
    written = sum(counts[table.name] for table in copy.COPIED_TABLES)
    return written + steps_to_compare(counts)


def steps_to_compare(counts: dict[str, int]) -> int:
    """Say how many rows and leaves there are to compare."""
    leaves = sum(
        count
        for name, count in counts.items()
        if name in {"entry", "unit"} or name.endswith("_version")
    )
    return leaves + sum(counts.values())


class CopyOntoItself(UsageError, code="copy-onto-itself"):
    """A ledger was to be copied to where it is."""

    default_why = "A copy is another ledger, in another place."
    default_next = "Name an empty database or a new file with --to."


def copy_ledger(source_url: str, target_url: str, show_progress: ShowProgress) -> CopyResult:
    """Copy the ledger at one URL to another, whole or not at all, and compare the two.

    Raises `CopyOntoItself`, `TargetInUse`, `CopyRefused`, `SourceUnreadable` and `CopyDiffers`.
    """
    source = open_ledger(source_url).engine
    target = engines.make_engine(target_url)
    if _place(source) == _place(target):
        raise CopyOntoItself("The ledger is to be copied to where it is.")
    path = target_file(target)
    if path is None:
        return copy_to_database(source, target, show_progress)
    make_folders(path)
    with read_snapshot(source) as snapshot_connection:
        return CopyResult(
            CURRENT_REVISION, copy_to_file(snapshot_connection, path, show_progress, or_empty=True)
        )


def _place(engine: Engine) -> tuple[object, ...]:
    """Give where a ledger is, in one spelling."""
    url, path = engine.url, database_file(engine.url)
    if path is not None:
        return (path.resolve(),)
    return (url.host, url.port, url.database, url.query)
