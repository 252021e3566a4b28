"""Characters that cannot be seen, or that change the direction or the meaning of a line.

What a register refuses, and how such characters are shown wherever they stand: as `<U+202E>`. The
joiners U+200C and U+200D between letters and the variation selectors are text: Persian, Indic and
pictographs are written with them. The signs that Unicode sets before numbers, such as U+0600, are
visible and are text too. Categories are those of the Unicode Character Database.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_JOINERS: Final = "\u200c\u200d"
_LINE_ENDS: Final = "\n\t"
_NUMBER_SIGNS: Final = frozenset(
    map(chr, (*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD))
)
"""Format characters with a shape (the property Prepended_Concatenation_Mark)."""
_BLANK: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters, marks and symbols without a shape, the empty Braille pattern among them."""
_SELECTORS: Final = re.compile("[\u180b-\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_JOINED: Final = frozenset("LMNS")
"""Categories on both sides of a joiner that is text: letters, marks, numbers, symbols."""


def find_hidden_character(text: str) -> str | None:
    """Return the first character that a register refuses, as `U+202E`; None if there is none.

    These are control characters but for line ends and tabs, separators of lines, and format
    characters: overrides and isolates of direction, tags, marks without width, soft hyphens, and
    joiners that stand between no letters.
    """
    if text.isprintable():  # as most texts are; none of these characters is
        return None
    place = _first_hidden(text)
    return None if place is None else code_point(text[place])


def is_blank(text: str) -> bool:
    """Say whether a text has characters, but none that can be seen."""
    return bool(text) and all(map(_has_no_shape, text))


def revealed(text: str) -> str:
    """Write each character that cannot be seen or that steers as `<U+202E>`; the others stay."""
    if text.isprintable():
        return text
    return "".join(
        f"<{code_point(character)}>" if _is_hidden(text, place) else character
        for place, character in enumerate(text)
    )


def code_point(character: str) -> str:
    """Name a character by its number: `U+202E`."""
    return f"U+{ord(character):04X}"


def _first_hidden(text: str) -> int | None:
    return next((place for place in range(len(text)) if _is_hidden(text, place)), None)


def _is_hidden(text: str, place: int) -> bool:
    character = text[place]
    if character.isprintable() or character in _LINE_ENDS:
        return False
    match unicodedata.category(character):
        case "Cc" | "Zl" | "Zp" | "Cs":
            return True
        case "Cf":
            if character in _JOINERS:
                return not _joins(text, place)
            return character not in _NUMBER_SIGNS
        case _:
            return False


def _joins(text: str, place: int) -> bool:
    """Say whether a joiner stands between two letters, marks, numbers or pictographs."""
    return 0 < place < len(text) - 1 and all(
        unicodedata.category(text[beside])[0] in _JOINED for beside in (place - 1, place + 1)
    )


def _has_no_shape(character: str) -> bool:
    if character.isascii():
        return not character.isprintable() or character.isspace()
    return (
        character in _BLANK
        or _SELECTORS.fullmatch(character) is not None
        or unicodedata.category(character) in {"Cc", "Cf", "Zs", "Zl", "Zp"}
    )
