"""Free text in its stored form: composed, bounded and free of control characters.

The key by which topics and references are compared, whatever their spelling.

Codes of records: their normalised form, and the codes that the program makes.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from typing import Final

from ledger.core.errors import InvalidInput

MAX_TEXT: Final = 10_000
"""The most characters of one text: a page or two."""

ERASED: Final = "[erased]"
"""What stands in a row in place of a text that was erased."""

UNSEEN: Final = frozenset("\u200b\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class TextTooLong(InvalidInput, code="text-too-long"):
    """A text is longer than the limit."""

    default_why = "The journal stores and shows texts in full."
    default_next = "Shorten it, and refer to a document for the rest."


class ControlCharacter(InvalidInput, code="control-character"):
    """A text has a control character, which could steer a screen or break a file."""

    default_why = "Some screens, files and databases cannot handle it."
    default_next = "Remove the character."


def clean_text(text: str) -> str:
    """Return a text in composed form (NFC), without surrounding white space.

    Typed text and text read back from an export are then equal.
    """
    return unicodedata.normalize("NFC", text).strip()


def find_control_character(text: str) -> str | None:
    """Return the first control character of a text, as `U+001B`; line ends and tabs are allowed.

    Characters that change the direction of a line or have no width count too, since they could show
    a figure or a code as another. The joiners and marks of Persian are allowed.
    """
    if text.isprintable():  # as most texts are; none of these characters is
        return None
    for character in text:
        steers = unicodedata.category(character) == "Cc" and character not in "\n\t"
        if steers or character in UNSEEN:
            return f"U+{ord(character):04X}"
    return None


def parse_text(text: str | None, name: str) -> str | None:
    """Return a typed text in its stored form, None if it is empty.

    `name` is used in messages. Raises `TextTooLong` and `ControlCharacter`.
    """
    if text is not None and text.isascii() and text.isprintable() and len(text) <= MAX_TEXT:
        return text.strip() or None  # as nearly all references and reasons
    kept = clean_text(text or "")
    if len(kept) > MAX_TEXT:
        raise TextTooLong(
            f"The {name} has {len(kept):,} characters; at most {MAX_TEXT:,} are allowed."
        )
    control = find_control_character(kept)
    if control is not None:
        raise ControlCharacter(f"The {name} has the control character {control}.")
    return kept or None


_BREAKS: Final = re.compile(r"[\s\-\u2010_]+")
"""A run of spaces, hyphens and underscores."""

_UNITED: Final = {
    **dict.fromkeys((0x64A, 0x649), "\u06cc"),  # Arabic yeh and alef maksura: Persian yeh
    0x643: "\u06a9",  # Arabic kaf: Persian kaf
    **dict.fromkeys((0x640, *range(0x64B, 0x660), 0x670)),  # tatweel and vowel marks: dropped
}


@lru_cache(maxsize=1 << 16)
def text_key(text: str) -> str:
    """Return the form in which two topics or two references are compared.

    Compatibility forms, capitals and the Arabic and Persian forms of yeh and kaf are alike; vowel
    marks and characters without a shape do not count; a run of spaces, hyphens and underscores is
    one space. Other marks and letters differ. The key is never stored: texts stay as typed.
    """
    if text.isascii():
        return _BREAKS.sub(" ", text.lower()).strip()
    seen = "".join(one for one in text if unicodedata.category(one) != "Cf")
    letters = unicodedata.normalize("NFKC", seen).translate(_UNITED).casefold()
    return _BREAKS.sub(" ", unicodedata.normalize("NFKC", letters)).strip()


_ASCII_NAME_PARTS: Final = {code: " " for code in range(128) if not chr(code).isalnum()}


def name_key(text: str) -> str:
    """Return the form in which two names are compared: as a topic, without accents or points."""
    if text.isascii():  # what separates words of a topic is no letter or figure either
        return " ".join(text.lower().translate(_ASCII_NAME_PARTS).split())
    key = text_key(text)
    if key.isascii():
        return " ".join(key.translate(_ASCII_NAME_PARTS).split())
    plain = unicodedata.normalize("NFKD", key)
    return _BREAKS.sub(" ", "".join(map(_name_part, plain))).strip()


def _name_part(character: str) -> str:
    if unicodedata.combining(character):
        return ""
    return character if character.isalnum() else " "


def commonest_spellings(texts: Iterable[str]) -> dict[str, str]:
    """Return the commonest spelling of each text, by key; of equally common ones the first."""
    spellings: dict[str, Counter[str]] = {}
    for text in texts:
        spellings.setdefault(text_key(text), Counter())[text] += 1
    return {key: counts.most_common(1)[0][0] for key, counts in spellings.items()}


_DIGITS: Final = 4
_MOST_DIGITS: Final = 9


def normalised_code(code: str) -> str:
    """Return the form in which two codes are compared, without regard to case and digits.

    Compatibility forms are alike, and so are the digits of every script.
    """
    if code.isascii():
        return code.lower()  # equal for ASCII, as most codes are
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", code).casefold())
    return "".join(str(unicodedata.decimal(one, one)) for one in folded)


def formerly_normalised_code(code: str) -> str:
    """Return the form that codes were recorded in before digits and compatibility forms counted."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", code).casefold())


def make_code(prefix: str, number: int) -> str:
    """Return the code of a number: PRJ-0042."""
    return f"{prefix}-{number:0{_DIGITS}d}"


def code_number(
    prefix: str, code: str, normalised: Callable[[str], str] = normalised_code
) -> int | None:
    """Return the number of a code that the program made, in any case; None for any other code."""
    plain, start = normalised(code), _prefix_of(prefix, normalised)
    if not plain.startswith(start):
        return None
    ending = plain.removeprefix(start)
    if not (ending.isascii() and ending.isdigit()):
        return None
    return int(ending) if len(ending) <= _MOST_DIGITS else None


_WRITTEN_PLAINLY: Final = frozenset({str, int, date})


@lru_cache(maxsize=1 << 6)
def _prefix_of(prefix: str, normalised: Callable[[str], str]) -> str:
    return f"{normalised(prefix)}-"


def cell_text(value: object) -> str | None:
    """Write a term as a cell of a canonical table; None is an empty cell."""
    if value is None or value.__class__ in _WRITTEN_PLAINLY:  # as most are
        return None if value is None else str(value)
    match value:
        case bool():
            return "yes" if value else "no"
        case Enum():
            return str(value.value)
        case Decimal():
            # Never 1E+2: cells are read without exponents.
            return format(value, "f")
        case tuple():
            return ";".join(value)
        case _:
            return str(value)


def list_cell(text: str) -> str:
    """Write a typed list, its items separated by commas or semicolons, as a cell of a table."""
    return ";".join(item for part in re.split("[,;]", text) if (item := part.strip()))


def first_few(names: Sequence[str], most: int, between: str = ", ") -> str:
    """Name the first of several and count the others: `A, B and 3 more`."""
    more = len(names) - most
    return between.join(names[:most]) + (f" and {more} more" if more > 0 else "")


def counted(count: int, one: str, several: str | None = None) -> str:
    """Write how many there are of something; a plural that is not given ends in -s."""
    return f"{count:,} {one if count == 1 else several or f'{one}s'}"


def joined_words(words: Sequence[str]) -> str:
    """Join words as a sentence does: `A, B and C`."""
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))
