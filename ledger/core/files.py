"""Files that users give: read in bounded memory without waiting; TOML parsed in bounded time."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

_OPEN_PIPES: Final = ("/dev/fd/", "/dev/stdin", "/proc/")
"""The paths of pipes that this process was given open, such as those of `<(COMMAND)`."""


def read_at_most(path: Path, most: int) -> bytes:
    """Read a file or a device up to `most` bytes, and one more where it is longer.

    Raises `OSError`, for a named pipe as well: nobody may ever write to it.
    """
    if path.is_fifo() and not str(path).startswith(_OPEN_PIPES):
        raise OSError(errno.EINVAL, "it is a pipe, which nobody may ever write to", str(path))
    with path.open("rb") as file:
        return file.read(most + 1)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable, after a file was renamed in it."""
    if os.name != "posix":
        return
    with suppress(OSError):  # some file systems sync no folder; the file itself is there
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


_MOST_DOTS: Final = 1_000
"""The most dots on one line: more may be a key of so many parts, which takes hours to build."""


def parse_toml(text: str, *, parse_float: Callable[[str], Any] = float) -> dict[str, Any]:
    """Parse a document.

    Raises `ValueError` (`tomllib.TOMLDecodeError` where it is no TOML) and `RecursionError` where
    it is nested too deeply.
    """
    if any(line.count(".") > _MOST_DOTS for line in text.splitlines()):
        raise RecursionError("a key has too many parts")
    import tomllib  # noqa: PLC0415 - few files are TOML

    return tomllib.loads(text, parse_float=parse_float)
