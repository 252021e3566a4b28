"""Codes that are made out of the words of a foreign file."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from hashlib import sha256
from typing import Final

from ledger.interchange.cells import MAX_CODE

_APOSTROPHES = re.compile("['\u2018\u2019\u02bc`]")
_NOT_WORD = re.compile(r"[\W_]+")
_HASH_DIGITS: Final = 8


def code_of(text: str) -> str:
    """Shorten what is too long for a code; its hash keeps two with one beginning apart."""
    if len(text) <= MAX_CODE:
        return text
    ending = sha256(text.encode()).hexdigest()[:_HASH_DIGITS].upper()
    return f"{text[: MAX_CODE - _HASH_DIGITS - 1].rstrip('-')}-{ending}"


@lru_cache(maxsize=1 << 14)
def slug(text: str) -> str:
    """Make a code out of words: capitals, marks dropped, everything else a hyphen."""
    bare = unicodedata.normalize("NFKD", _APOSTROPHES.sub("", text))
    letters = "".join(letter for letter in bare if not unicodedata.combining(letter))
    return _NOT_WORD.sub("-", letters).strip("-").upper()
