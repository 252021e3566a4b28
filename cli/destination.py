"""The place an answer is written to: standard output, or a file that appears only when whole."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from errno import ENOENT
from pathlib import Path
from stat import S_ISREG
from typing import TextIO

from cli.frame import ReadOptions
from cli.usage import OutputIsDirectory


def require_place_for(path: Path) -> None:
    """Refuse a file that cannot be written to in the end, before long work is begun for it."""
    if path.is_dir():
        raise OutputIsDirectory(f"{path} is a directory.")
    if not path.absolute().parent.is_dir():
        raise FileNotFoundError(ENOENT, os.strerror(ENOENT), str(path.parent))


@contextmanager
def destination(options: ReadOptions | None) -> Iterator[TextIO]:
    """Open where the answer goes: standard output, or a file that appears only when whole."""
    if options is None or options.output is None:
        yield sys.stdout
        return
    path = options.output
    if path.is_dir():
        raise OutputIsDirectory(f"{path} is a directory.")
    if path.exists() and not S_ISREG(path.stat().st_mode):  # a device or a named pipe
        with path.open("w", encoding="utf-8", newline="") as out:
            yield out
        return
    with _replacing(Path(os.path.realpath(path))) as out:
        yield out


@contextmanager
def _replacing(path: Path) -> Iterator[TextIO]:
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    if not path.parent.is_dir():  # said by the name that was typed, not by the one made from it
        raise FileNotFoundError(ENOENT, os.strerror(ENOENT), str(path.parent))
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        with open(handle, "w", encoding="utf-8", newline="") as out:  # noqa: PTH123 - a handle
            yield out
            out.flush()
            os.fsync(handle)
        beside.replace(path)
    except BaseException:
        with suppress(OSError):
            beside.unlink()
        raise
