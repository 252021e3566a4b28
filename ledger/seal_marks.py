"""What is kept of a seal outside the ledger: how many leaves it covers, and their root."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from ledger.errors import InvalidInput
from ledger.numerals import tidy

_MARK: Final = re.compile(r"([1-9]\d{0,17}):([0-9a-f]{64})", re.ASCII)


class MalformedSeal(InvalidInput):
    """What was given as a seal is not a size and a root."""

    code = "malformed-seal"
    default_why = "A seal is a number of leaves, a colon and a root of 64 hexadecimal digits."
    default_next = "Copy it whole from a nightly report or from: cityfund journal seals"


class SealMark(NamedTuple):
    """A seal as it is printed and kept elsewhere: SIZE:ROOT."""

    size: int
    root: bytes

    def __str__(self) -> str:
        return f"{self.size}:{self.root.hex()}"


def parse_mark(typed: str) -> SealMark:
    """Read a seal as it was printed; raises `MalformedSeal`."""
    found = _MARK.fullmatch(tidy(typed).casefold())
    if found is None:
        raise MalformedSeal(f"{typed!r} is no seal.")
    return SealMark(int(found[1]), bytes.fromhex(found[2]))
