"""How well a text fits what is looked for: the lower the rank the better."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

from ledger.lookup.query import Query, edits_allowed, search_key

_SHORT = 3
"""Shorter words are looked for at the beginning of words alone."""


class Fit(IntEnum):
    """How a text fits: the same, beginning so, with the words, with words beginning so, within."""

    SAME = 0
    BEGINS = 1
    WORDS = 2
    BEGINNINGS = 3
    WITHIN = 4
    ERROR = 5
    ERRORS = 6


class Part(IntEnum):
    """What of a record was looked at, the most telling first."""

    CODE = 0
    IDENTIFIER = 1
    NAME = 2
    REFERENCE = 3
    TEXT = 4


_RANKS = (
    (Part.CODE, Fit.SAME),
    (Part.IDENTIFIER, Fit.SAME),
    (Part.NAME, Fit.SAME),
    (Part.REFERENCE, Fit.SAME),
    (Part.CODE, Fit.BEGINS),
    (Part.NAME, Fit.BEGINS),
    (Part.NAME, Fit.WORDS),
    (Part.NAME, Fit.BEGINNINGS),
    (Part.IDENTIFIER, Fit.BEGINS),
    (Part.CODE, Fit.WORDS),
    (Part.CODE, Fit.BEGINNINGS),
    (Part.CODE, Fit.WITHIN),
    (Part.NAME, Fit.WITHIN),
    (Part.NAME, Fit.ERROR),
    (Part.NAME, Fit.ERRORS),
    (Part.REFERENCE, Fit.BEGINS),
    (Part.IDENTIFIER, Fit.WORDS),
    (Part.IDENTIFIER, Fit.BEGINNINGS),
    (Part.IDENTIFIER, Fit.WITHIN),
    (Part.REFERENCE, Fit.WORDS),
    (Part.REFERENCE, Fit.BEGINNINGS),
    (Part.REFERENCE, Fit.WITHIN),
    *((Part.TEXT, fit) for fit in (Fit.SAME, Fit.BEGINS, Fit.WORDS, Fit.BEGINNINGS, Fit.WITHIN)),
)
_RANK = {pair: rank for rank, pair in enumerate(_RANKS)}


def rank_of(part: Part, fit: Fit) -> int | None:
    """Give the rank of a fit; None where errors are not forgiven: in codes and in long texts."""
    return _RANK.get((part, fit))


@dataclass(slots=True)
class Fitter:
    """Fits texts to one search; what it found of a word it remembers, since texts share words."""

    query: Query
    tolerant: bool = False
    _edits: dict[tuple[str, str], int] = field(default_factory=dict)

    def fit(self, text: str) -> Fit | None:
        """Say how a text fits; None where it does not."""
        key, wanted = search_key(text), self.query.key
        if key == wanted:
            return Fit.SAME
        if key.startswith(wanted) and (len(wanted) >= _SHORT or key[len(wanted)] == " "):
            return Fit.BEGINS
        words, own = self.query.words, key.split(" ")
        if all(word in own for word in words):
            return Fit.WORDS
        if all(any(one.startswith(word) for one in own) for word in words):
            return Fit.BEGINNINGS
        if all(len(word) >= _SHORT and word in key for word in words):
            return Fit.WITHIN
        return self._with_errors(own) if self.tolerant else None

    def _with_errors(self, own: list[str]) -> Fit | None:
        total = 0
        for word in self.query.words:
            allowed = edits_allowed(word)
            least = min((self._edits_to(word, one, allowed) for one in own), default=allowed + 1)
            if least > allowed:
                return None
            total += least
        return Fit.ERROR if total <= 1 else Fit.ERRORS

    def _edits_to(self, word: str, other: str, allowed: int) -> int:
        if other.startswith(word):
            return 0
        if (word, other) not in self._edits:
            # What is typed may be the beginning of a word too.
            lengths = {len(other), *range(len(word) - allowed, len(word) + allowed + 1)}
            heads = {other[:length] for length in lengths if 0 < length <= len(other)}
            self._edits[word, other] = min(edits(word, one, allowed) for one in heads)
        return self._edits[word, other]


def edits(one: str, other: str, most: int) -> int:
    """Count the errors between two words, up to one more than `most`.

    An error is a letter too many, too few or wrong, or two neighbours in the wrong order.
    """
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    last: list[int] = [*range(len(other) + 1)]
    for row, letter in enumerate(one, 1):
        line = [row]
        for column, also in enumerate(other, 1):
            cost = min(last[column] + 1, line[column - 1] + 1, last[column - 1] + (letter != also))
            if row > 1 and column > 1 and letter == other[column - 2] and also == one[row - 2]:
                cost = min(cost, before[column - 2] + 1)
            line.append(cost)
        if min(line) > most:
            return most + 1
        before, last = last, line
    return min(last[-1], most + 1)


def excerpt(text: str, query: Query, most: int = 100) -> str:
    """Give the part of a long text around the first word that is looked for, on one line."""
    flat = " ".join(text.split())
    if len(flat) <= most:
        return flat
    found = [at for word in query.words if (at := flat.casefold().find(word)) >= 0]
    start = max(0, min(found, default=0) - most // 3)
    start = min(start, len(flat) - most)
    cut = flat[start : start + most].strip()
    before, after = ("\u2026" if there else "" for there in (start, start + most < len(flat)))
    return f"{before}{cut}{after}"
