"""The place of the demonstration's ledger: a temporary folder, or a new file."""

from __future__ import annotations

import signal
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from ledger.core.errors import StorageTrouble, UsageError

_SQLITE = "sqlite:///"
_ENDINGS = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))


class DemoDatabaseGiven(UsageError, code="demo-has-its-own"):
    """The demonstration was pointed at a ledger."""

    default_why = "The demonstration creates its own ledger and touches no other."
    default_next = "Omit --db; to keep the demonstration's ledger, add --keep FILE."


class DemoFileInUse(StorageTrouble, code="demo-file-in-use"):
    """The file to keep the demonstration's ledger in is there already."""

    default_why = "The demonstration never writes into an existing file."
    default_next = "Name a new file with --keep."


@contextmanager
def ledger_url(keep: str | None) -> Iterator[str]:
    """Yield the URL of a new ledger: in a new file, or in a folder deleted at the end.

    Raises `DemoFileInUse`.
    """
    if keep is not None:
        path = Path(keep)
        if path.exists() or path.is_symlink():
            raise DemoFileInUse(f"{path} exists already.")
        yield f"{_SQLITE}{path}"
        return
    with _ended_in_order(), tempfile.TemporaryDirectory(prefix="cityfund-demo-") as folder:
        yield f"{_SQLITE}{Path(folder) / 'demo.db'}"


@contextmanager
def _ended_in_order() -> Iterator[None]:
    """Treat a closed terminal or SIGTERM as an interruption, so that the folder is deleted."""
    if threading.current_thread() is not threading.main_thread():  # signals are its alone
        yield
        return
    before = {number: signal.signal(number, _interrupt) for number in _ENDINGS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _interrupt(number: int, frame: FrameType | None) -> None:
    del number, frame
    raise KeyboardInterrupt
