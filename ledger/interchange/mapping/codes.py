"""Codes that are made out of the words of a foreign file."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from hashlib import sha256
from itertools import groupby
from typing import Final

from ledger.interchange.cells import MAX_CODE

_APOSTROPHES = re.compile("['\u2018\u2019\u02bc`]")
_NOT_WORD = re.compile(r"[\W_]+")
_HASH_DIGITS: Final = 8


def code_of(text: str) -> str:
    """Shorten what is too long for a code; its hash keeps two with one beginning apart."""
    if not text.isascii():
        text = _in_one_script(text)
    if len(text) <= MAX_CODE:
        return text
    return f"{text[: MAX_CODE - _HASH_DIGITS - 1].rstrip('-')}-{_hash(text)}"


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:_HASH_DIGITS].upper()


def _in_one_script(text: str) -> str:
    """Put hashes in the place of words in other scripts where some are in Latin letters.

    A letter of another script can look like a Latin one, so that such codes are refused.
    """
    words = text.split("-")
    if not any(letter.isalpha() and _is_latin(letter) for letter in text):
        return text
    parts: list[str] = []
    for is_latin, alike in groupby(words, key=lambda word: all(map(_is_latin, word))):
        joined = "-".join(alike)
        parts.append(joined if is_latin else _hash(joined))
    return "-".join(parts)


def _is_latin(letter: str) -> bool:
    return not letter.isalpha() or unicodedata.name(letter, "").startswith("LATIN")


@lru_cache(maxsize=1 << 10)
def slug(text: str) -> str:
    """Make a code out of words: capitals, marks dropped, everything else a hyphen."""
    if text.isascii() and "--" not in text and text.replace("-", "").isalnum():
        return text.strip("-").upper()  # as identifiers are
    letters = _APOSTROPHES.sub("", text)
    if not letters.isascii():
        bare = unicodedata.normalize("NFKD", letters)
        letters = "".join(letter for letter in bare if not unicodedata.combining(letter))
    return _NOT_WORD.sub("-", letters).strip("-").upper()
