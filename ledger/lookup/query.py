"""What a person looks for: the words that are asked for, and patterns that texts with them have."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Final

from ledger.core.errors import InvalidInput
from ledger.core.text import make_code, name_key, normalised_code, parse_text

_CODE_NUMBER = re.compile(r"([^\W\d_]+)[\s_-]*0*(\d{1,9})")
_NOT_WORD = re.compile(r"[\W_]+")
_ONE_EDIT, _TWO_EDITS = 4, 8
"""From how many letters on a word is forgiven one typing error, and two."""

_UNSTABLE: Final = frozenset("\u0627\u06cc\u06a9\u0648")
"""Letters that texts may have in other forms: alef, Persian yeh and kaf, waw."""


class NothingToFind(InvalidInput, code="nothing-to-find"):
    """A search has no letter and no digit to look for."""

    default_why = "Texts are compared by their letters and digits."
    default_next = "Give a code, or words of a name: cityfund find Mashhad"


def search_key(text: str) -> str:
    """Return the form in which searches compare texts: as names, the digits of all scripts alike.

    Most texts are ASCII, for which there is a shorter way to the same form.
    """
    if text.isascii():
        return _NOT_WORD.sub(" ", text.lower()).strip()
    key = name_key(text)
    return "".join(str(unicodedata.decimal(one, one)) for one in key)


@dataclass(frozen=True)
class Pattern:
    """What a text that has a word must hold: one of some runs of letters, each in their order.

    A run of several parts may have anything between them. Where `any_script`, a text that is not
    ASCII can hold the word in other letters, so that its runs say nothing.
    """

    runs: tuple[tuple[str, ...], ...]
    any_script: bool


@dataclass(frozen=True)
class Query:
    """A search: the typed text, its folded form, and its words."""

    text: str
    key: str

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Give the words, folded."""
        return tuple(self.key.split(" "))

    @cached_property
    def code(self) -> str:
        """Give the text in the form in which codes are compared."""
        return normalised_code(self.text)

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """Give the codes that the text may mean: `prj 42` is PRJ-0042 too."""
        number = _CODE_NUMBER.fullmatch(self.code)
        made = () if number is None else (normalised_code(make_code(number[1], int(number[2]))),)
        return tuple(dict.fromkeys((self.code, *made)))

    def patterns(self, *, tolerant: bool = False) -> list[Pattern]:
        """Give what a text must hold for each of the words; `tolerant` of typing errors."""
        return [_pattern(word, tolerant=tolerant) for word in self.words]

    def near_patterns(self) -> list[Pattern]:
        """Give what a text must hold that is to be near: the half of a word."""
        halves = [part for word in self.words for part in _parts(word, min(2, len(word)))]
        if all(map(str.isascii, halves)):
            return [Pattern(tuple((part,) for part in halves), any_script=True)]
        return [Pattern(((),), any_script=False)]


def parse_query(text: str) -> Query:
    """Read what a person looks for. Raises `NothingToFind`."""
    clean = parse_text(text, "text") or ""
    key = search_key(clean)
    if not key:
        raise NothingToFind(f"There is nothing to look for in {clean!r}.")
    return Query(clean, key)


def edits_allowed(word: str) -> int:
    """Give how many typing errors a word is forgiven: none in numbers and in short words."""
    if len(word) < _ONE_EDIT or any(map(str.isdigit, word)):
        return 0
    return 1 if len(word) < _TWO_EDITS else 2


def _pattern(word: str, *, tolerant: bool) -> Pattern:
    edits = edits_allowed(word) if tolerant else 0
    # An error spoils one part, and two letters in the wrong order at most two of them.
    count = min(edits + 2, len(word) // 2) if edits else 1
    parts = _parts(word, count)
    if word.isascii():
        return Pattern(tuple((part,) for part in parts), any_script=True)
    runs = tuple(map(_stable, parts))
    return Pattern(runs if all(runs) else ((),), any_script=False)


def _parts(word: str, count: int) -> list[str]:
    """Cut a word into so many parts of about one length."""
    ends = [len(word) * at // count for at in range(count + 1)]
    return [word[start:end] for start, end in pairwise(ends)]


def _stable(part: str) -> tuple[str, ...]:
    """Give the letters of a part that every text has which has the word, in their order."""
    return tuple(
        letter
        for letter in part
        if letter not in _UNSTABLE
        and not letter.isascii()
        and letter == letter.upper() == letter.lower()
        and letter.isalpha()
    )
