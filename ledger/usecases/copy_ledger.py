"""Copying a ledger to an empty database of either engine, with everything it holds."""

from __future__ import annotations

from sqlalchemy import Engine

from ledger.errors import UsageError
from ledger.store import engine as engines
from ledger.store.book import open_ledger
from ledger.store.schema import CURRENT_REVISION
from ledger.store.sqlite import database_file
from ledger.usecases import moving_house as house


class CopyOntoItself(UsageError):
    """A ledger was to be copied to where it is."""

    code = "copy-onto-itself"
    default_why = "A copy is another ledger, in another place."
    default_next = "Name an empty database or a new file with --to."


def copy_ledger(source_url: str, target_url: str, watch: house.Watch) -> house.Moved:
    """Copy the ledger at one URL to another, whole or not at all, and compare the two.

    Raises `CopyOntoItself`, `TargetInUse`, `CopyRefused`, `SourceUnreadable` and `CopyDiffers`.
    """
    source = open_ledger(source_url).engine
    target = engines.make_engine(target_url)
    if _place(source) == _place(target):
        raise CopyOntoItself("The ledger is to be copied to where it is.")
    path = house.file_of(target)
    if path is None:
        return house.into_database(source, target, watch)
    house.make_folders(path)
    with house.snapshot(source) as reading:
        return house.Moved(CURRENT_REVISION, house.into_file(reading, path, watch, or_empty=True))


def _place(engine: Engine) -> tuple[object, ...]:
    """Give where a ledger is, in one spelling."""
    url, path = engine.url, database_file(engine.url)
    if path is not None:
        return (path.resolve(),)
    return (url.host, url.port, url.database, url.query)
