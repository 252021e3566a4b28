"""The parts of a JSON document, one after another: of a document of any size, few are in memory.

What is wrong with a document is found before anything of it is used, and where it stands is said.
"""

from __future__ import annotations

import re
import sys
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from functools import cache
from typing import Any, Final, NamedTuple, Protocol

from ledger.interchange.reader import MAX_COLUMNS
from ledger.interchange.sources.cleaning import Cell
from ledger.interchange.sources.errors import BrokenJson, too_wide
from ledger.interchange.sources.stored import Stored

MAX_DEPTH: Final = 200
LONGEST: Final = 40
"""The most digits that a number with an exponent is written out to."""
_CHUNK: Final = 1 << 16
_BEGINS: Final = frozenset({"start_map", "start_array"})
_ENDS: Final = frozenset({"end_map", "end_array"})
_CONTINUED: Final = bytes(range(0x80, 0xC0))
"""The bytes of UTF-8 that do not begin a character."""

NUMBER_OUT_OF_BOUNDS: Final = "a number has too many digits or too large an exponent"
_OUT_OF_BOUNDS: Final = (ArithmeticError, SystemError)
"""What a number that Python does not take is refused with: `ijson` wraps it in the latter."""
_FAULTS: Final = (ValueError, *_OUT_OF_BOUNDS)

_HIGH: Final = rb"\\u[dD][89abAB][0-9a-fA-F]{2}"
_LOW: Final = rb"\\u[dD][c-fC-F][0-9a-fA-F]{2}"
_MAY_BE_HALF: Final = re.compile(
    b"|".join([_HIGH + b"(?!" + _LOW + b")", b"(?<!" + _HIGH + b")" + _LOW, rb"\\" + _HIGH + _LOW])
)
"""What half of a surrogate pair looks like; a backslash before it may be escaped itself."""
_ESCAPES: Final = re.compile(_HIGH + _LOW + b"|(" + _HIGH + b"|" + _LOW + rb")|\\.", re.DOTALL)
"""The escapes of a text, one after another: a pair, half of one, or any other."""
_ENDS_HIGH: Final = re.compile(_HIGH + rb"\Z")
_ESCAPE: Final = 6
"""The bytes of the escape of half a pair."""
_PAIR: Final = 12
"""The bytes of an escaped pair."""

Event = tuple[str, Any]
"""What begins, ends or stands next, and its value: as `ijson` names it."""
Events = Iterator[Event]


_OTHER_ENCODING: Final = "Save it as UTF-8, or say in which encoding it is: encoding = 'cp1252'."


class Shape(NamedTuple):
    """What a document is by its outermost keys: how often each is there, and which have lists."""

    is_list: bool
    keys: dict[str, int]
    lists: dict[str, int]


@contextmanager
def opened_events(stored: Stored, *, unread: bool = False) -> Iterator[Events]:
    """Open a document and give its parts; raises `BrokenJson` with the line and the column.

    With `unread`, halves of surrogate pairs are looked for as well.
    """
    import ijson  # noqa: PLC0415 - only JSON needs it

    try:
        with stored.open() as file:
            read = _WholeTokens(file, stored.label) if unread else file
            yield ijson.basic_parse(read, buf_size=_CHUNK)
    except (ijson.JSONError, *_FAULTS) as error:
        fault = _fault(stored, error)
        hint = _OTHER_ENCODING if "UTF" in fault else BrokenJson.default_next
        raise BrokenJson(f"{stored.label} is not JSON: {fault}.", next_step=hint) from error


class Readable(Protocol):
    """What gives some bytes at a time, and none at its end."""

    def read(self, size: int, /) -> bytes:
        """Give the next bytes."""


class _WholeTokens:
    """A document as it is read, in parts that split no pair of surrogates and no whole number.

    Raises `BrokenJson` at half of a surrogate pair, and at a whole number that is too long.

    The parser would put a question mark in the place of a first half, and fail at a second one.
    """

    def __init__(self, file: Readable, label: str) -> None:
        self._file, self._label = file, label
        self._rest, self._line, self._column = b"", 1, 1

    def read(self, size: int, /) -> bytes:
        checked = b""
        while not checked and (part := self._file.read(size)):
            checked = self._checked(self._rest + part, is_last=False)
        return checked or self._checked(self._rest, is_last=True)

    def _checked(self, data: bytes, *, is_last: bool) -> bytes:
        """Give what was looked through; the parser takes nothing that was not."""
        end = len(data) if is_last else _end_of_whole_tokens(data)
        half = _first_half(data) if _MAY_BE_HALF.search(data) else None
        if half is not None and half.start() < end:
            found = f"has half of a surrogate pair, {half[1].decode()},"
            raise BrokenJson(f"{self._label} {found} at {self._place(data, half.start())}.")
        if long := _long_number().search(data):
            where = self._place(data, long.start())
            raise BrokenJson(f"{self._label} is not JSON: {NUMBER_OUT_OF_BOUNDS} at {where}.")
        self._line, self._column = _moved(self._line, self._column, data[:end])
        self._rest = data[end:]
        return data[:end]

    def _place(self, data: bytes, at: int) -> str:
        line, column = _moved(self._line, self._column, data[:at])
        return f"line {line}, column {column}"


@cache
def _long_number() -> re.Pattern[bytes]:
    """Give what finds a whole number that Python does not take, at which the parser breaks down."""
    most = sys.get_int_max_str_digits() or _CHUNK
    return re.compile(rb"(?<=[\[:,\s])-?[0-9]{%d}" % (most + 1))


def _first_half(data: bytes) -> re.Match[bytes] | None:
    """Find the first half of a surrogate pair that stands alone in what begins with no escape."""
    return next((one for one in _ESCAPES.finditer(data) if one[1] is not None), None)


def _end_of_whole_tokens(data: bytes) -> int:
    """Give where what may be half a pair or part of a whole number begins, to wait for the rest.

    It is inside no escape, and not behind the first half of a pair.
    """
    end = max(0, len(data) - _PAIR + 1)
    digits = len(data[:end].rstrip(b"0123456789"))
    if end - digits < _CHUNK:  # those of a text may go on for as long as they like
        end = max(0, digits - len(b":-"))
    if (last := data.rfind(b"\\", max(0, end - _ESCAPE + 1), end)) >= 0:
        end = len(data[: last + 1].rstrip(b"\\"))
    if _ENDS_HIGH.search(data, max(0, end - _ESCAPE), end):
        end = len(data[: end - _ESCAPE].rstrip(b"\\"))
    return end


def shape_of(stored: Stored, keys: tuple[str, ...] | None) -> tuple[Shape, bool]:
    """Read a document through; say what it is, and whether it has something at a path of keys.

    Raises `BrokenJson` with the line and the column.
    """
    walk = Walk(keys or (), _skipped, stored.label)
    with opened_events(stored, unread=True) as events:
        event, value = next(events)
        shape = Shape(is_list=event == "start_array", keys={}, lists={})
        checked = _checked(events, event, shape, stored.label)
        deque(walk.of(checked, event, value) if keys else (), maxlen=0)
        deque(checked, maxlen=0)
    return shape, walk.reached


def _checked(events: Events, first: str, shape: Shape, label: str) -> Events:
    """Give the parts behind the first one, counting how deep they are and the outermost keys."""
    depth, key = int(first in _BEGINS), ""
    widths = [0] * (MAX_DEPTH + 2)
    for event, value in events:
        if event == "map_key":
            widths[depth] += 1
            if widths[depth] > MAX_COLUMNS:
                raise too_wide(f"{label} has an object", f"keys, the next of them {value!r}")
        elif event == "start_map":
            widths[depth + 1] = 0
        if event in _BEGINS:
            if depth == 1 and event == "start_array" and not shape.is_list:
                shape.lists[key] = shape.lists.get(key, 0) + 1
            depth += 1
            if depth > MAX_DEPTH:
                raise BrokenJson(f"{label} is nested more than {MAX_DEPTH} deep.")
        elif event in _ENDS:
            depth -= 1
        elif depth == 1 and event == "map_key":
            key = value
            shape.keys[key] = shape.keys.get(key, 0) + 1
        yield event, value


class Walk:
    """The values at a path of keys: what is there, or the items of a list that is there.

    `take` gives a value that begins with an event. `reached` says whether anything was there.
    """

    def __init__(
        self, keys: tuple[str, ...], take: Callable[[Events, str, Any], Cell], label: str
    ) -> None:
        """Take the path, and how messages name the document."""
        self.keys, self._take, self._label, self.reached = keys, take, label, False

    def of(self, events: Events, event: str, value: Any) -> Iterator[Cell]:
        """Give the values below the outermost one, which begins with this event."""
        return self._below(events, event, value, self.keys)

    def _below(
        self, events: Events, event: str, value: Any, keys: tuple[str, ...]
    ) -> Iterator[Cell]:
        if not keys:
            yield from self._there(events, event, value)
            return
        if event != "start_map":
            _skipped(events, event, value)
            return
        seen = False
        for inner, name in events:
            if inner == "end_map":
                return
            begins, one = next(events)
            if name != keys[0]:
                _skipped(events, begins, one)
                continue
            if seen:
                raise BrokenJson(f"{self._label} has the key {name!r} twice in one object.")
            seen = True
            if begins == "start_array" and len(keys) > 1:
                for item, first in events:
                    if item == "end_array":
                        break
                    yield from self._below(events, item, first, keys[1:])
            else:
                yield from self._below(events, begins, one, keys[1:])

    def _there(self, events: Events, event: str, value: Any) -> Iterator[Cell]:
        """Give what is at the end of the path: a value, or each item of a list."""
        self.reached = True
        if event != "start_array":
            yield self._take(events, event, value)
            return
        for begins, one in events:
            if begins == "end_array":
                return
            yield self._take(events, begins, one)


def _skipped(events: Events, event: str, _: Any) -> Cell:
    """Pass a value over."""
    depth = int(event in _BEGINS)
    while depth:
        event, _ = next(events)
        depth += (event in _BEGINS) - (event in _ENDS)
    return ""


def as_cell(events: Events, event: str, value: Any) -> Cell:
    """Give a value as a cell; in objects and lists, null is left out.

    Numbers are as they are written, but without an exponent where that does not make them endless.
    """
    if event == "string":
        text: str = value
        return text.strip()
    if event == "number":
        return _plain(value)
    if event == "boolean":
        return "yes" if value else "no"
    if event == "start_map":
        return _record(events)
    return _list(events) if event == "start_array" else ""


def _record(events: Events) -> dict[str, Cell]:
    record: dict[str, Cell] = {}
    for event, name in events:
        if event == "end_map":
            break
        begins, value = next(events)
        if begins == "null":
            record.pop(name, None)
        else:
            record[name] = as_cell(events, begins, value)
    return record


def _list(events: Events) -> list[Cell]:
    items: list[Cell] = []
    for event, value in events:
        if event == "end_array":
            break
        if event != "null":
            items.append(as_cell(events, event, value))
    return items


def _plain(number: int | Decimal) -> str:
    if isinstance(number, int):
        return str(number)
    if abs(number.adjusted()) <= LONGEST:
        return f"{number:f}"
    return str(number).lower().replace("e+", "e")


def _fault(stored: Stored, error: Exception) -> str:
    """Say what is wrong and where, by reading the document again up to there."""
    # Words round what cannot be decoded come as those of bytes.
    words = re.split(r"\n|\\n", str(error), maxsplit=1)[0].partition("error: ")
    if isinstance(error, _OUT_OF_BOUNDS):
        words = (NUMBER_OUT_OF_BOUNDS, "", "")
    if isinstance(error, UnicodeDecodeError):
        words = (f"the byte 0x{error.object[error.start]:02X} is not UTF-8", "", "")
    chunk, *_ = _read_up_to_fault(stored, None)
    _, line, column = _read_up_to_fault(stored, chunk)
    return f"{words[2] or words[0]} at line {line}, column {column}"


def _read_up_to_fault(stored: Stored, bytewise_from: int | None) -> tuple[int, int, int]:
    """Give the number of the chunk that a fault is in, and the line and column it begins at.

    From one chunk on the document is read byte by byte; before it, no more than the chunk is exact.
    """
    import ijson  # noqa: PLC0415 - only JSON needs it

    parser = ijson.basic_parse_coro(_Nothing())
    number, line, column = 0, 1, 1
    with stored.open() as file:
        for number, chunk in enumerate(iter(lambda: file.read(_CHUNK), b"")):
            bytewise = bytewise_from is not None and number >= bytewise_from
            for piece in [chunk[at : at + 1] for at in range(len(chunk))] if bytewise else [chunk]:
                try:
                    parser.send(piece)
                except (ijson.JSONError, *_FAULTS):
                    return number, line, column
                line, column = _moved(line, column, piece)
    return number, line, column


def _moved(line: int, column: int, piece: bytes) -> tuple[int, int]:
    """Give the line and the column behind a piece that begins at these."""
    _, ended, rest = piece.rpartition(b"\n")
    return line + piece.count(b"\n"), (1 if ended else column) + len(
        rest.translate(None, _CONTINUED)
    )


class _Nothing:
    """Takes the parts of a document, and does nothing with them."""

    def send(self, _: object) -> None:
        """Take one."""

    def close(self) -> None:
        """End."""
