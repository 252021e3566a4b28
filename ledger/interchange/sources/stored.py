"""Stored bytes that can be opened again: a file, standard input, or what an archive holds.

However large something claims to be, no more than a bound is read from it.
"""

from __future__ import annotations

import gzip
import io
import stat
import sys
import zipfile
import zlib
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from ledger.interchange.reader import MAX_FILE_BYTES, CannotReadFile
from ledger.interchange.sources.errors import (
    ArchiveInArchive,
    ArchiveTooLarge,
    BrokenArchive,
    EncryptedFile,
    NotAFile,
    SeveralFiles,
)

STANDARD_INPUT: Final = "-"
FIRST_BYTES: Final = 4096
_GZIP, _ZIP = b"\x1f\x8b", b"PK\x03\x04"
_EMPTY_ZIP: Final = b"PK\x05\x06"
_CHUNK: Final = 1024 * 1024
MAX_RATIO: Final = 250
"""So many times its size in an archive is what data grows to; more is made to grow."""
RATIO_FROM: Final = 32 * 1024 * 1024
"""What is smaller may grow by any factor."""
_ENCRYPTED_FLAG: Final = 0x1


@dataclass(frozen=True, slots=True)
class Stored:
    """Bytes under a name. `label` is how messages name them, `name` ends as their format says."""

    label: str
    name: str
    open: Callable[[], IO[bytes]]

    def first_bytes(self) -> bytes:
        """Give the beginning."""
        with self.open() as file:
            return file.read(FIRST_BYTES)

    def content(self) -> bytes:
        """Give the whole."""
        with self.open() as file:
            return file.read()


class _Bounded(io.RawIOBase):
    """A stream that is refused beyond a bound, or beyond what its compressed size lets it be."""

    def __init__(
        self,
        inner: IO[bytes] | gzip.GzipFile,
        label: str,
        packed: int | None = None,
        bound: int = MAX_FILE_BYTES,
    ) -> None:
        self._inner, self._label, self._packed, self._bound = inner, label, packed, bound
        self._count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            data = self._inner.read(len(buffer))
        except (EOFError, zlib.error, zipfile.BadZipFile, gzip.BadGzipFile) as error:
            raise BrokenArchive(f"{self._label} is damaged or cut short: {error}.") from error
        except OSError as error:
            raise CannotReadFile(f"{self._label} cannot be read: {error.strerror}.") from error
        self._count += len(data)
        if self._packed is not None:
            require_sane_size(self._label, self._packed, self._count, self._bound)
        elif self._count > MAX_FILE_BYTES:
            raise too_large(f"{self._label} goes on after {MAX_FILE_BYTES:,} bytes.")
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._inner.close()
        super().close()


def require_sane_size(label: str, packed: int, size: int, bound: int = MAX_FILE_BYTES) -> None:
    """Refuse what an archive holds where it is larger than a bound or than data becomes."""
    if size > bound:
        raise ArchiveTooLarge(f"{label} holds more than {bound:,} bytes.")
    if size > RATIO_FROM and size > packed * MAX_RATIO:
        raise ArchiveTooLarge(
            f"{label} holds at least {size:,} bytes in {packed:,}: more than {MAX_RATIO} times."
        )


def too_large(what: str) -> CannotReadFile:
    """Say that a file is larger than any that is read."""
    return CannotReadFile(
        what,
        why=f"No more than {MAX_FILE_BYTES:,} bytes are read from one file.",
        next_step="Split the file; an import may name several of one table.",
    )


def stored_file(path: Path) -> Stored:
    """Give a file or standard input; raises `NotAFile`, `CannotReadFile`."""
    if str(path) == STANDARD_INPUT:
        return stored_content(_standard_input(), "standard input")
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise NotAFile(f"{path} is {_kind(status.st_mode)}, not a file.")
        if status.st_size > MAX_FILE_BYTES:
            raise too_large(f"{path} holds {status.st_size:,} bytes.")
        path.open("rb").close()
    except OSError as error:
        raise CannotReadFile(f"{path} cannot be read: {error.strerror}.") from error
    return Stored(
        str(path),
        path.name,
        lambda: io.BufferedReader(_Bounded(path.open("rb"), str(path)), _CHUNK),
    )


def stored_content(content: bytes, name: str) -> Stored:
    """Give bytes that are in memory already."""
    if len(content) > MAX_FILE_BYTES:
        raise too_large(f"{name} goes on after {MAX_FILE_BYTES:,} bytes.")
    return Stored(name, Path(name).name, lambda: io.BytesIO(content))


def _standard_input() -> bytes:
    return sys.stdin.buffer.read(MAX_FILE_BYTES + 1)


def _kind(mode: int) -> str:
    if stat.S_ISDIR(mode):
        return "a folder"
    return "a pipe" if stat.S_ISFIFO(mode) else "a device or a socket"


def unpacked(stored: Stored) -> Stored:
    """Give what a compressed file holds, and a file that is not compressed as it is.

    Workbooks are archives too; they are given as they are.
    """
    first = stored.first_bytes()
    if first.startswith(_GZIP):
        inner = _inflated(stored)
        return _unless_archive(stored, inner, inner.name)
    if _is_zip(first):
        with zip_of(stored) as archive:
            if is_workbook(archive):
                return stored
            return _only_member(stored, archive)
    return stored


def _inflated(stored: Stored) -> Stored:
    """Give what a GZIP file holds, after its whole length was tried."""
    packed = len(stored.content())
    name = _without_ending(stored.name, ".gz")
    inner = Stored(
        stored.label,
        name,
        lambda: io.BufferedReader(
            _Bounded(gzip.GzipFile(fileobj=stored.open()), stored.label, packed), _CHUNK
        ),
    )
    with inner.open() as file:
        # Nothing tells the size beforehand, and its rows would take long to read in vain.
        while file.read(_CHUNK):
            pass
    return inner


def _is_zip(first: bytes) -> bool:
    return first.startswith((_ZIP, _EMPTY_ZIP))


def zip_of(stored: Stored) -> zipfile.ZipFile:
    """Open a ZIP archive; raises `BrokenArchive`."""
    try:
        return zipfile.ZipFile(io.BytesIO(stored.content()))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise BrokenArchive(f"{stored.label} is damaged or cut short: {error}.") from error


def is_workbook(archive: zipfile.ZipFile) -> bool:
    """Say whether an archive is a workbook of the kinds XLSX, XLSB or ODS."""
    names = set(archive.namelist())
    return "[Content_Types].xml" in names or {"content.xml", "mimetype"} <= names


def _only_member(stored: Stored, archive: zipfile.ZipFile) -> Stored:
    """Give the one file of an archive; folders and the notes of macOS do not count."""
    members = [
        one
        for one in archive.infolist()
        if not one.is_dir() and not one.filename.startswith("__MACOSX/")
    ]
    if len(members) != 1:
        names = ", ".join(one.filename for one in members[:5]) or "none"
        raise SeveralFiles(f"{stored.label} holds {len(members):,} files: {names}.")
    member = members[0]
    content, label = stored.content(), f"{stored.label} ({member.filename})"

    def open_member() -> IO[bytes]:
        return bounded_member(zipfile.ZipFile(io.BytesIO(content)), member, label)

    inner = Stored(label, Path(member.filename).name, open_member)
    return _unless_archive(stored, inner, member.filename)


def _unless_archive(stored: Stored, inner: Stored, name: str) -> Stored:
    """Give what an archive holds; raises `ArchiveInArchive`."""
    if _is_archive(inner):
        raise ArchiveInArchive(f"{stored.label} holds another archive: {name}.")
    return inner


def _is_archive(stored: Stored) -> bool:
    """Say whether a file is compressed, workbooks apart."""
    first = stored.first_bytes()
    if not _is_zip(first):
        return first.startswith(_GZIP)
    with zip_of(stored) as archive:
        return not is_workbook(archive)


def bounded_member(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, label: str, bound: int = MAX_FILE_BYTES
) -> IO[bytes]:
    """Open a file of an archive for what it really holds, whatever size the archive says."""
    require_sane_size(label, member.compress_size, member.file_size, bound)
    if member.flag_bits & _ENCRYPTED_FLAG:
        raise EncryptedFile(f"{label} is protected by a password.")
    truthful = copy(member)
    truthful.file_size = bound + 1
    try:
        inner = archive.open(truthful)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise BrokenArchive(f"{label} is damaged or cut short: {error}.") from error
    return io.BufferedReader(_Bounded(inner, label, member.compress_size, bound), _CHUNK)


def _without_ending(name: str, ending: str) -> str:
    return name[: -len(ending)] if name.lower().endswith(ending) else name
