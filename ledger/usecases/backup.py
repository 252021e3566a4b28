"""Backing a ledger up into one file, consistent while others write."""

from __future__ import annotations

from pathlib import Path

from ledger.store import engine as engines
from ledger.store import schema
from ledger.store.book import open_ledger
from ledger.usecases import moving_house as house


def back_up(url: str, path: Path, watch: house.Watch) -> house.Moved:
    """Write one moment of a ledger into a new file, which is a ledger itself, and prove it.

    A ledger in a file is copied page by page, one of an older schema too; one on a server row by
    row. Raises `TargetInUse`, `CannotWriteFile`, `NotADatabase` and `CopyDiffers`.
    """
    engine = open_ledger(url).engine
    if not engines.on_server(engine):
        with engines.reading(engine) as source:
            return house.pages_into_file(source, path, watch)
    try:
        with house.snapshot(engine) as source:
            return house.Moved(schema.CURRENT_REVISION, house.into_file(source, path, watch))
    except schema.SchemaOlder as error:
        keep = "Keep a copy of it with the server's own pg_dump, then run: cityfund db upgrade"
        raise schema.SchemaOlder(error.what, next_step=keep) from error
