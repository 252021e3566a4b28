"""What a disk can hold after a power cut, by the journal of the calls before it (see shim.c).

What was synced is there. Of what was not, each sector may be there or not, in any order of the
files; one sector may be torn in its middle, and a file may have grown over what it never got. A
name that was made or removed is sure once its folder was synced.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

SECTOR: Final = 512
_HEAD: Final = struct.Struct("<c7xQQQ")
_WITH_DATA: Final = b"WCORU"
"""Written, created, opened, renamed, unlinked; others: truncated, synced, the folder synced."""

Names = dict[str, "File"]


class Call(NamedTuple):
    """One call of the journal."""

    what: bytes
    inode: int
    offset: int
    length: int
    data: bytes


@dataclass
class File:
    """What of a file is on the disk for sure, and the calls since its last sync, in order."""

    sure: bytes = b""
    pending: list[Call] = field(default_factory=list)

    def synced(self) -> None:
        """Put everything on the disk."""
        self.sure = _everything(self.sure, self.pending)
        self.pending = []


def read_journal(path: Path) -> Iterator[Call]:
    """Read the calls of a journal, in their order."""
    told, at = path.read_bytes(), 0
    while at + _HEAD.size <= len(told):
        what, inode, offset, length = _HEAD.unpack_from(told, at)
        at += _HEAD.size
        size = length if what in _WITH_DATA else 0
        yield Call(what, inode, offset, length, told[at : at + size])
        at += size


class Disk:
    """The files of one folder: what they are for sure, and what they may be."""

    def __init__(self, before: dict[str, bytes]) -> None:
        """Start with the files that were there, all of them synced."""
        self.names: Names = {name: File(content) for name, content in before.items()}
        self._histories: dict[str, list[File | None]] = {}
        """Of each name what it stood for since its folder was synced, the oldest first."""
        self._inodes: dict[int, File] = {}

    def happen(self, call: Call) -> None:
        """Let one call happen."""
        if call.what in b"COR":
            self._opened(call)
        elif call.what == b"U":
            self._rename(_name(call), None)
        elif call.what == b"D":
            self._histories.clear()
        elif call.what == b"S":
            self._inodes[call.inode].synced()
        else:
            self._inodes[call.inode].pending.append(call)

    def _opened(self, call: Call) -> None:
        name = _name(call)
        if call.what == b"C":
            self._inodes[call.inode] = File()
        if call.what in b"CR":
            self._rename(name, self._inodes[call.inode])
        elif name in self.names:
            self._inodes[call.inode] = self.names[name]

    def _rename(self, name: str, file: File | None) -> None:
        history = self._histories.setdefault(name, [self.names.get(name)])
        history.append(file)
        if file is None:
            self.names.pop(name, None)
        else:
            self.names[name] = file

    def after_a_power_cut(self, chance: random.Random) -> dict[str, bytes]:
        """Draw the files that may be left."""
        names: dict[str, File | None] = dict(self.names)
        names.update({name: chance.choice(files) for name, files in self._histories.items()})
        return {
            name: _left_of(file, chance) for name, file in sorted(names.items()) if file is not None
        }


def _name(call: Call) -> str:
    return Path(call.data.decode()).name


def _everything(content: bytes, calls: list[Call]) -> bytes:
    made = bytearray(content)
    for call in calls:
        if call.what == b"T":
            _resize(made, call.offset)
        else:
            _put(made, call.offset, call.data)
    return bytes(made)


def _left_of(file: File, chance: random.Random) -> bytes:
    """Draw what is left of a file."""
    calls = file.pending
    if not calls:
        return file.sure
    share = chance.choice((0.0, 1.0, chance.random(), chance.random()))
    lengths = [number for number, call in enumerate(calls) if call.what == b"T"]
    sure_lengths = set(lengths[: chance.randint(0, len(lengths))])
    made = bytearray(file.sure)
    for number, call in enumerate(calls):
        if call.what != b"T":
            for offset, part in _sectors(call):
                if chance.random() < share:
                    _put(made, offset, part)
        elif number in sure_lengths:
            _resize(made, call.offset)
    _tear(made, calls, chance)
    whole = len(_everything(file.sure, calls))
    if whole > len(made) and chance.random() < 0.3:  # the length came to the disk, no content
        made += (
            bytes(whole - len(made))
            if chance.random() < 0.5
            else chance.randbytes(whole - len(made))
        )
    return bytes(made)


def _tear(made: bytearray, calls: list[Call], chance: random.Random) -> None:
    """Tear one sector of the last write: it ends with what was there before."""
    last = calls[-1]
    if last.what == b"T" or chance.random() < 0.5:
        return
    offset, part = chance.choice(list(_sectors(last)))
    _put(made, offset, part[: chance.randrange(len(part) + 1)])


def _sectors(call: Call) -> Iterator[tuple[int, bytes]]:
    """Divide a write at the borders of sectors."""
    at, end = call.offset, call.offset + len(call.data)
    while at < end:
        until = min(end, (at // SECTOR + 1) * SECTOR)
        yield at, call.data[at - call.offset : until - call.offset]
        at = until


def _put(made: bytearray, offset: int, data: bytes) -> None:
    if data and len(made) < offset:
        made += bytes(offset - len(made))
    made[offset : offset + len(data)] = data


def _resize(made: bytearray, length: int) -> None:
    if length < len(made):
        del made[length:]
    else:
        made += bytes(length - len(made))
