"""Files of people, read in bounded memory and without waiting for anybody."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Final

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
