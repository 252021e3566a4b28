"""Codes of records: one record for ever to a code, whatever its capitals, and codes made by us."""

from __future__ import annotations

import unicodedata
from typing import Final

PREFIXES: Final = {
    "project": "PRJ",
    "need": "N",
    "offer": "O",
    "deal": "D",
    "city": "CTY",
    "provider": "PRV",
    "proposal": "MAT",
}
"""What the codes begin with that the program makes, by the kind of record."""

_DIGITS: Final = 4
_MOST_DIGITS: Final = 9


def folded(code: str) -> str:
    """Give the form in which two codes are compared: composed, and without regard to case."""
    if code.isascii():
        return code.lower()  # the same, as most codes are
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", code).casefold())


def numbered(kind: str, number: int) -> str:
    """Make the code of a number: PRJ-0042."""
    return f"{PREFIXES[kind]}-{number:0{_DIGITS}d}"


def number_in(kind: str, code: str) -> int | None:
    """Give the number in a code of the form that the program makes, in whatever capitals.

    None in any other code.
    """
    plain = folded(code)
    ending = plain.removeprefix(f"{folded(PREFIXES.get(kind, ''))}-")
    if ending == plain or not (ending.isascii() and ending.isdigit()):
        return None
    return int(ending) if len(ending) <= _MOST_DIGITS else None
