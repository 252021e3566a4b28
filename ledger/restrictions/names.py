"""The form in which names are compared with lists of names, and how alike two of them are.

Compatibility forms, case, marks, punctuation and legal forms do not count, nor does the order of
the words. How alike two names are is measured on these forms, and a person decides.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import groupby
from typing import Final, NamedTuple

from ledger.core.text import name_key

_LEGAL_FORMS: Final = frozenset(
    (
        *(
            "ab",
            "ad",
            "ag",
            "aps",
            "as",
            "asa",
            "bhd",
            "bv",
            "co",
            "company",
            "corp",
            "corporation",
        ),
        *("cv", "doo", "ead", "eirl", "enterprise", "enterprises", "eood", "gmbh", "inc"),
        *(
            "incorporated",
            "joint",
            "jsc",
            "kft",
            "kg",
            "limited",
            "llc",
            "llp",
            "lp",
            "ltd",
            "ltda",
        ),
        *("mbh", "nv", "oao", "ojsc", "ood", "ooo", "oy", "oyj", "pjsc", "plc", "private", "pt"),
        *("pte", "pty", "public", "pvt", "sa", "sab", "sae", "sal", "sarl", "sas", "sdn", "sl"),
        *("spa", "spzoo", "srl", "sro", "stock", "tbk", "zao", "zrt"),
    )
)
"""Words that say how a firm is constituted, and nothing of which firm it is."""

WHOLE: Final = 100
"""The likeness of two names whose compared forms are equal."""


@lru_cache(maxsize=1 << 16)
def compared_name(name: str) -> str:
    """Return the words of a name that count, in the order of the alphabet.

    A name of nothing but legal forms keeps them.
    """
    words = [*_joined(name_key(name).split())]
    telling = [word for word in words if word not in _LEGAL_FORMS]
    return " ".join(sorted(telling or words))


def _joined(words: list[str]) -> Iterator[str]:
    """Join single letters that follow one another: `s p a` is `spa`."""
    for is_letter, run in groupby(words, key=lambda word: len(word) == 1):
        if is_letter:
            yield "".join(run)
        else:
            yield from run


def likeness(one: str, other: str) -> int:
    """Return how alike two texts are, of 100: twice their common part by the length of both.

    The common part is the longest sequence of letters that both have in one order.
    """
    return _likeness(_places(one), len(one), other)


def _likeness(places: dict[str, int], length: int, other: str) -> int:
    both = length + len(other)
    return WHOLE if not both else 2 * WHOLE * _common(places, length, other) // both


def _places(text: str) -> dict[str, int]:
    """Return the places of each letter in a text, as the bits of a number."""
    places: dict[str, int] = {}
    for place, letter in enumerate(text):
        places[letter] = places.get(letter, 0) | 1 << place
    return places


def _common(places: dict[str, int], length: int, other: str) -> int:
    """Return the length of the longest common subsequence, by the addition of Hyyrö (2004)."""
    row = whole = (1 << length) - 1
    for letter in other:
        match = row & places.get(letter, 0)
        row = (row + match | row - match) & whole
    return length - row.bit_count()


class Likeness(NamedTuple):
    """A name that is like another one, by its place, and how much."""

    place: int
    likeness: int


class ComparedNames:
    """Names to be found by likeness: those whose length rules it out are not looked at."""

    def __init__(self, names: Iterable[str]) -> None:
        """Sort the compared forms of some names by their length."""
        forms = ((compared_name(name), place) for place, name in enumerate(names))
        self._forms = sorted((len(form), form, place) for form, place in forms if form)
        self._lengths = [length for length, _, _ in self._forms]

    def like(self, name: str, least: int) -> Iterator[Likeness]:
        """Give the names that are at least so much like one, in no order."""
        wanted = compared_name(name)
        length = len(wanted)
        if not length:
            return
        places = _places(wanted)
        # The common part is at most the shorter text.
        first = bisect_left(self._lengths, -(-length * least // (2 * WHOLE - least)))
        end = bisect_right(self._lengths, length * (2 * WHOLE - least) // least)
        for _, form, place in self._forms[first:end]:
            alike = WHOLE if form == wanted else _likeness(places, length, form)
            if alike >= least:
                yield Likeness(place, alike)
