"""Codes that look alike: the scripts of a text, and its skeleton by Unicode Technical Standard 39.

A reader of a script can distinguish two codes of that script. Two codes of different scripts with
one skeleton look the same to any reader. ASCII codes are never confusable with each other.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import cache
from typing import Final

from ledger.reference.units import read_table

_WRITTEN_TOGETHER: Final = (
    frozenset({"CJK", "HIRAGANA", "KATAKANA"}),
    frozenset({"CJK", "HANGUL"}),
    frozenset({"CJK", "BOPOMOFO"}),
)
"""Scripts of one way of writing: Japanese, Korean, and Chinese with its phonetic signs."""
_OF_ANY_SCRIPT: Final = frozenset({"MODIFIER", "KATAKANA-HIRAGANA"})
"""First words in the names of letters that are used with several scripts."""


@cache
def _prototypes() -> dict[int, str]:
    """Return the first of the characters that look alike, for each of the others."""
    classes = (row["characters"] for row in read_table("confusables"))
    return {ord(one): members[0] for members in classes for one in members[1:]}


def scripts_of(text: str) -> frozenset[str]:
    """Return the scripts of a text's letters; digits and signs belong to none."""
    letters = (one for one in unicodedata.normalize("NFKC", text) if one.isalpha())
    # The name of a letter begins with its script.
    names = {unicodedata.name(one, "UNNAMED").partition(" ")[0] for one in letters}
    return frozenset(names - _OF_ANY_SCRIPT)


def mixes_scripts(text: str) -> bool:
    """Say whether a text has letters of scripts that are not written together."""
    if text.isascii():
        return False
    scripts = scripts_of(text)
    return len(scripts) > 1 and not any(scripts <= together for together in _WRITTEN_TOGETHER)


def skeletons(text: str) -> tuple[str, str]:
    """Return the skeleton of a text in capitals and in small letters, either of which is read."""
    plain = unicodedata.normalize("NFKC", text)
    return _skeleton(plain.upper()), _skeleton(plain.lower())


def _skeleton(text: str) -> str:
    shown = unicodedata.normalize("NFD", text).translate(_prototypes())
    return unicodedata.normalize("NFD", shown)


class CodeShapes:
    """The codes of a register by their skeletons, to find one that a new code may be taken for."""

    def __init__(self, codes: Iterable[str] = ()) -> None:
        """Take the codes that are there."""
        self._by_shape: dict[tuple[int, str], list[str]] = {}
        self._ascii: list[str] = []
        for code in codes:
            self.add(code)

    def add(self, code: str) -> None:
        """Take a further code; those of ASCII are indexed once another script asks for them."""
        if code.isascii():
            self._ascii.append(code)
        else:
            self._index(code)

    def admits_plainly(self, code: str) -> bool:
        """Say whether a code and all that are there are of ASCII, which are never confusable."""
        return not self._by_shape and code.isascii()

    def _index(self, code: str) -> None:
        for shape in enumerate(skeletons(code)):
            self._by_shape.setdefault(shape, []).append(code)

    def alike(self, code: str) -> str | None:
        """Return a code in another script that looks the same, None if there is none."""
        if not code.isascii():
            for one in self._ascii:
                self._index(one)
            self._ascii.clear()
        if not self._by_shape:
            return None
        shapes = enumerate(skeletons(code))
        found = (one for shape in shapes for one in self._by_shape.get(shape, ()))
        return next((one for one in found if _of_other_scripts(one, code)), None)


def _of_other_scripts(one: str, other: str) -> bool:
    """Say whether two codes may be taken for each other: those of ASCII alone never are."""
    if one.isascii() and other.isascii():
        return False
    return scripts_of(one) != scripts_of(other)
