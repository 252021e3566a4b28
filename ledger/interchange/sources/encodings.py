"""Encodings of text: the one that a rule names or a file shows, and content given as UTF-8."""

from __future__ import annotations

import codecs
import io
import json
from typing import IO, Final

from ledger.interchange.sources.errors import NotInEncoding, UnknownFormat
from ledger.interchange.sources.records import Reading
from ledger.interchange.sources.stored import Stored

_UTF_32: Final = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_UTF_16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_UTF_8: Final = "utf-8"
_UNMARKED: Final = {
    _UTF_8: (codecs.BOM_UTF8, "utf-8-sig"),
    "utf-16-le": (codecs.BOM_UTF16_LE, "utf-16"),
    "utf-16-be": (codecs.BOM_UTF16_BE, "utf-16"),
    "utf-32-le": (codecs.BOM_UTF32_LE, "utf-32"),
    "utf-32-be": (codecs.BOM_UTF32_BE, "utf-32"),
}
"""Encodings without a byte-order mark: the mark that can stand there, and what reads past it."""
_NEEDED: Final = {"utf-16": _UTF_16, "utf-32": _UTF_32}
"""Encodings whose mark says the order of the bytes."""
_CHUNK: Final = 1 << 16


def encoding_of_table(stored: Stored, reading: Reading) -> str:
    """Give the encoding of a table: as the rule says, else by the first bytes, else UTF-8."""
    return _past_mark(stored, named_encoding(reading.encoding) or _marked(stored) or _UTF_8)


def json_as_utf8(stored: Stored, reading: Reading) -> Stored:
    """Give JSON as UTF-8, from what the rule says, else from the Unicode that it is written in."""
    first = stored.first_bytes()
    found = _past_mark(stored, named_encoding(reading.encoding) or json.detect_encoding(first))
    return stored if found == _UTF_8 else _recoded(stored, found)


def xml_as_utf8(stored: Stored, reading: Reading) -> tuple[Stored, str | None]:
    """Give XML, and its encoding where that does not depend on what the document declares.

    The parser follows the declaration. It cannot read UTF-32, and does not know what a rule says.
    """
    found = named_encoding(reading.encoding) or _marked(stored)
    if found is None:
        return stored, None
    return _recoded(stored, _past_mark(stored, found)), _UTF_8


def named_encoding(name: str | None) -> str | None:
    """Give an encoding by the name that Python has for it; raises `UnknownFormat`."""
    if name is None:
        return None
    try:
        "a".encode(name)  # what is no encoding of text is found by nothing else
        return codecs.lookup(name).name
    except (LookupError, ValueError) as error:
        raise UnknownFormat(
            f"There is no encoding {name!r}.",
            why="Known are the encodings of text that Python has.",
            next_step="Correct `encoding` in the rule; 'utf-8', 'cp1252' and 'utf-16' are usual.",
        ) from error


def _marked(stored: Stored) -> str | None:
    """Give the Unicode that a byte-order mark shows, where it is not UTF-8."""
    first = stored.first_bytes()
    # The mark of UTF-16 is the beginning of one of UTF-32.
    return (
        "utf-32" if first.startswith(_UTF_32) else "utf-16" if first.startswith(_UTF_16) else None
    )


def _past_mark(stored: Stored, encoding: str) -> str:
    """Give what reads past a byte-order mark, where the content begins with one.

    Raises `NotInEncoding` where one has to say the order of the bytes and is not there.
    """
    marks, first = _NEEDED.get(encoding), stored.first_bytes()
    if marks is not None and first and not first.startswith(marks):
        what = f"{stored.label} is not {encoding}: it does not begin with a byte-order mark."
        raise NotInEncoding(what)
    mark, reader = _UNMARKED.get(encoding, (b"", encoding))
    return reader if first.startswith(mark) else encoding


def _recoded(stored: Stored, encoding: str) -> Stored:
    return Stored(
        stored.label,
        stored.name,
        lambda: io.BufferedReader(_Utf8(stored.open(), stored.label, encoding), _CHUNK),
    )


class _Utf8(io.RawIOBase):
    """A text in another encoding, read as UTF-8; raises `NotInEncoding`."""

    def __init__(self, file: IO[bytes], label: str, encoding: str) -> None:
        self._file, self._label, self._encoding = file, label, encoding
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._rest, self._line, self._ended = b"", 1, False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self._rest and not self._ended:
            data = self._file.read(_CHUNK)
            self._ended = not data
            text = self._decoded(data)
            self._line += text.count("\n")
            self._rest = text.encode()
        size = min(len(buffer), len(self._rest))
        buffer[:size], self._rest = self._rest[:size], self._rest[size:]
        return size

    def _decoded(self, data: bytes) -> str:
        try:
            return self._decoder.decode(data, final=self._ended)
        except UnicodeDecodeError as error:
            before = error.object[: error.start].decode(self._encoding, errors="ignore")
            line, byte = self._line + before.count("\n"), error.object[error.start]
            what = f"{self._label} is not {self._encoding}: the byte 0x{byte:02X} on line {line:,}."
            raise NotInEncoding(what) from error

    def close(self) -> None:
        if not self.closed:
            self._file.close()
        super().close()
