"""How many columns of a terminal a text takes."""

from __future__ import annotations

import unicodedata

_WIDE = frozenset("WF")
_NO_WIDTH = frozenset({"Mn", "Me", "Cf", "Cc"})


def display_width(text: str) -> int:
    """Count columns: two for wide East Asian characters, none for marks and joiners."""
    if text.isascii():
        return len(text)
    return sum(map(_char_width, text))


def _char_width(char: str) -> int:
    if unicodedata.category(char) in _NO_WIDTH:
        return 0
    return 2 if unicodedata.east_asian_width(char) in _WIDE else 1


def padded(text: str, width: int, *, right: bool = False) -> str:
    """Fill a text with spaces up to a width in columns, set flush left or right."""
    space = " " * (width - display_width(text))
    return space + text if right else text + space
