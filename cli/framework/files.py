"""Where an answer goes: standard output, or a file that appears only when it is whole."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from errno import ENOENT
from pathlib import Path
from stat import S_IMODE, S_ISREG
from typing import IO, Any, Final, TextIO

from cli.framework.options import STAMPED_FORMATS
from cli.framework.usage_errors import (
    BinaryToTerminal,
    LanguageRefused,
    OutputIsDirectory,
    ShapeRefused,
    UnknownEnding,
)

BINARY_FORMATS = frozenset({"xlsx", "parquet"})
_FORMATS_BY_ENDING = {
    "csv": "csv",
    "htm": "html",
    "html": "html",
    "json": "json",
    "jsonl": "ndjson",
    "markdown": "md",
    "md": "md",
    "ndjson": "ndjson",
    "parquet": "parquet",
    "tab": "tsv",
    "tsv": "tsv",
    "txt": "table",
    "xlsx": "xlsx",
}
"""The format that the ending of a file's name says, so that none holds what its name does not."""


def format_by_name(name: str) -> str | None:
    """Return the format of a file by its ending; none without one, and for devices.

    Raises UnknownEnding.
    """
    path = Path(name)
    ending = path.suffix.removeprefix(".").casefold()
    if not ending or (path.exists() and not S_ISREG(path.stat().st_mode)):
        return None
    if ending not in _FORMATS_BY_ENDING:
        raise UnknownEnding(
            f"{path.name} ends in .{ending}, which names no format.",
            why=f"The endings are: {', '.join(f'.{one}' for one in _FORMATS_BY_ENDING)}.",
        )
    return _FORMATS_BY_ENDING[ending]


def require_format_goes(style: str, output: Path | None) -> None:
    """Refuse a format that cannot be written where it is to go, before long work is begun for it.

    Raises BinaryToTerminal and ParquetNotInstalled.
    """
    if style not in BINARY_FORMATS:
        return
    to_terminal = False
    with suppress(ValueError):  # a closed output is no terminal
        to_terminal = output is None and sys.stdout.isatty()
    if to_terminal:
        raise BinaryToTerminal(f"{style} is not text, and would go to the terminal.")
    if style == "parquet":
        from ledger.reports.parquet import require_parquet  # noqa: PLC0415 - for this format alone

        require_parquet()


def require_stamp_goes(style: str) -> None:
    """Refuse the times as columns of a format that says them elsewhere. Raises ShapeRefused."""
    if style not in STAMPED_FORMATS:
        raise ShapeRefused(
            f"--stamp adds columns to {', '.join(STAMPED_FORMATS)}, not to {style}.",
            why="The other formats say the times of a report beside its rows.",
            next_step="Leave out --stamp, or choose one of these formats.",
        )


_TRANSLATED: Final = ("html", "xlsx")
_IN_ENGLISH: Final = {"table": "as a table", "md": "in Markdown"}


def require_language_goes(
    lang: str | None, style: str, formats: Sequence[str], command: str
) -> None:
    """Refuse a language for a text that people get in English alone, before the work is begun.

    The formats that programs read are the same in every language. Raises LanguageRefused.
    """
    if lang in {None, "en"} or style not in _IN_ENGLISH:
        return
    translated = ", ".join(one for one in _TRANSLATED if one in formats)
    raise LanguageRefused(
        f"--lang {lang}: {command} writes it in {translated}, and answers "
        f"{_IN_ENGLISH[style]} in English.",
        next_step="Add --format html, or leave --lang out.",
    )


def require_place_for(path: Path) -> None:
    """Refuse a file that cannot be written to in the end, before long work is begun for it."""
    if path.is_dir():
        raise OutputIsDirectory(f"{path} is a directory.")
    if not path.absolute().parent.is_dir():
        raise FileNotFoundError(ENOENT, os.strerror(ENOENT), str(path.parent))


@contextmanager
def destination(output: Path | None) -> Iterator[TextIO]:
    """Open where a text goes: the file, or standard output where none is named."""
    if output is None:
        yield sys.stdout
        return
    with _opened(output, encoding="utf-8", newline="") as out:
        yield out


@contextmanager
def binary_destination(output: Path | None) -> Iterator[IO[bytes]]:
    """Open where bytes go; what writes them may seek in it."""
    if output is not None and not _is_device(output):
        with _opened(output) as out:
            yield out
        return
    from shutil import copyfileobj  # noqa: PLC0415 - for binary formats alone
    from tempfile import TemporaryFile  # noqa: PLC0415

    with TemporaryFile() as whole:
        yield whole
        whole.seek(0)
        if output is None:
            sys.stdout.flush()
            copyfileobj(whole, sys.stdout.buffer)
            sys.stdout.buffer.flush()
            return
        with _opened(output) as out:
            copyfileobj(whole, out)


def _is_device(path: Path) -> bool:
    """Say whether a path is a device or a named pipe."""
    return path.exists() and not S_ISREG(path.stat().st_mode)


@contextmanager
def _opened(path: Path, **text: Any) -> Iterator[Any]:
    require_place_for(path)
    mode = "w" if text else "w+b"
    if _is_device(path):
        with path.open(mode if text else "wb", **text) as out:
            yield out
        return
    with replacing(Path(os.path.realpath(path)), mode, **text) as out:
        yield out


@contextmanager
def replacing(path: Path, mode: str, *, created: int = 0o666, **text: Any) -> Iterator[Any]:
    """Open a file that takes the place of another once it is written whole, and else goes.

    It keeps the mode of the other; `created` is that of a new one, before the mask of the user.
    """
    from ledger.core.files import sync_folder  # noqa: PLC0415 - help does without

    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    handle = os.open(beside, os.O_RDWR | os.O_CREAT | os.O_EXCL, created)
    try:
        with open(handle, mode, **text) as out:  # noqa: PTH123 - a handle
            if os.name == "posix" and path.exists():
                os.fchmod(handle, S_IMODE(path.stat().st_mode))
            yield out
            out.flush()
            os.fsync(handle)
        beside.replace(path)
        sync_folder(path.parent)
    except BaseException:
        with suppress(OSError):
            beside.unlink()
        raise
