"""Files of people: read in bounded memory without waiting, their TOML parsed in bounded time."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

_OPEN_PIPES: Final = ("/dev/fd/", "/dev/stdin", "/proc/")
"""Where the pipes stand that this process was given open, such as those of `<(COMMAND)`."""


def read_at_most(path: Path, most: int) -> bytes:
    """Read a file or a device, and one byte above `most` where it goes on, whatever its size says.

    Raises `OSError`, for a named pipe as well: nobody may ever write to it.
    """
    if path.is_fifo() and not str(path).startswith(_OPEN_PIPES):
        raise OSError(errno.EINVAL, "it is a pipe, which nobody may ever write to", str(path))
    with path.open("rb") as file:
        return file.read(most + 1)


_MOST_POINTS: Final = 1_000
"""The most points on one line: more are a key of so many parts, which takes hours to build."""


def parse_toml(text: str, *, parse_float: Callable[[str], Any] = float) -> dict[str, Any]:
    """Parse a document.

    Raises `ValueError` (`tomllib.TOMLDecodeError` where it is no TOML) and `RecursionError` where
    it is nested too deeply.
    """
    if any(line.count(".") > _MOST_POINTS for line in text.splitlines()):
        raise RecursionError("a key has too many parts")
    import tomllib  # noqa: PLC0415 - few files are TOML

    return tomllib.loads(text, parse_float=parse_float)
