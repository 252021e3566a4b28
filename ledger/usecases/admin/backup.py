"""Back up a ledger to one file, consistent while others write, and restore it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine

from ledger.core.errors import StorageTrouble
from ledger.core.files import read_at_most
from ledger.store.admin import new_file
from ledger.store.db import engine as engines
from ledger.store.db import schema
from ledger.store.db.errors import NotADatabase
from ledger.store.session.ledger import open_ledger
from ledger.usecases.admin import copy as copying


def back_up(url: str, path: Path, show_progress: copying.ShowProgress) -> copying.CopyResult:
    """Write one moment of a ledger into a new file, which is a ledger itself, and prove it.

    A ledger in a file is copied page by page, one of an older schema too; one on a server row by
    row. Raises `TargetInUse`, `CannotWriteFile`, `NotADatabase` and `CopyDiffers`.
    """
    engine = open_ledger(url).engine
    if not engines.on_server(engine):
        with engines.read_transaction(engine) as source:
            return copying.copy_pages_to_file(source, path, show_progress)
    try:
        with copying.read_snapshot(engine) as source:
            return copying.CopyResult(
                schema.CURRENT_REVISION, copying.copy_to_file(source, path, show_progress)
            )
    except schema.SchemaOlder as error:
        advice = "Keep a copy of it with the server's own pg_dump, then run: cityfund db upgrade"
        raise error.with_next(advice) from error


class CannotReadBackup(StorageTrouble, code="cannot-read-backup"):
    """A file named as a backup is not there or cannot be read."""

    default_next = "Look at the path and at who may read it."


def restore(path: Path, url: str, show_progress: copying.ShowProgress) -> copying.CopyResult:
    """Make the ledger at a URL out of a backup, and prove it; nothing is ever overwritten.

    Raises `CannotReadBackup`, `TargetInUse`, `CannotWriteFile`, `NotADatabase`, `NotALedger`,
    `SchemaOlder`, `SchemaNewer`, `CopyRefused`, `SourceUnreadable` and `CopyDiffers`.
    """
    _require_readable(path)
    source, target = new_file.read_only_engine(path), engines.make_engine(url)
    try:
        with _translate_backup_errors(path):
            return _copy_back(source, target, show_progress)
    finally:
        source.dispose()


def _copy_back(
    source: Engine, target: Engine, show_progress: copying.ShowProgress
) -> copying.CopyResult:
    path = copying.target_file(target)
    if path is None:
        return copying.copy_to_database(source, target, show_progress)
    with copying.read_snapshot(source) as snapshot_connection:
        copying.make_folders(path)
        return copying.copy_pages_to_file(snapshot_connection, path, show_progress, or_empty=True)


def _require_readable(path: Path) -> None:
    try:
        if path.is_dir():
            raise CannotReadBackup(f"{path} is no backup.", why="It is a folder.")
        read_at_most(path, 0)
    except OSError as error:
        raise CannotReadBackup(f"{path} cannot be read.", why=f"{error.strerror}.") from error


@contextmanager
def _translate_backup_errors(path: Path) -> Iterator[None]:
    """Word errors about the file for a backup: the next step is to name another one."""
    try:
        yield
    except (NotADatabase, schema.NotALedger) as error:
        advice = f"{path} is no backup of a ledger, or is damaged: name another one."
        raise error.with_next(advice) from error
    except schema.SchemaOlder as error:
        advice = f"Restore from a copy of {path} that was upgraded: "
        raise error.with_next(f"{advice}cityfund db upgrade --db sqlite:///COPY") from error
