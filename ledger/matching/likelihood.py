"""How often introductions like a line were taken up: counts, of the narrowest class with enough.

What is counted is what was decided by a day. A deal that was ever committed was taken up; one whose
hold ended without a commitment was not, nor was an approach that was declined or is silent and of
which no deal came. What is still held, waits for an answer, or is answered with interest alone is
not decided. What was withdrawn or reversed was never asked.

Introductions are alike if they have these in common, tried in this order until `ENOUGH` are found:
provider, factor and sector; provider and factor; the provider's kind, factor and sector; kind and
factor; factor. A sector is its first part: `transport` of `transport.urban`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final, NamedTuple

from ledger.approaches.states import State, state_on
from ledger.core.factors import Stage
from ledger.registers.pairs import Approach

ENOUGH: Final = 5
"""The least number of introductions by which a likelihood is said."""


class Terms(NamedTuple):
    """What introductions have in common, or not: of a line, or of what was asked before."""

    provider: str
    kind: str
    factor: str
    sector: str


class Asked(NamedTuple):
    """One introduction or approach that was decided, and whether it was taken up."""

    terms: Terms
    taken: bool


class Likelihood(NamedTuple):
    """Of `asked` introductions that have these terms in common with a line, `taken` were taken."""

    taken: int
    asked: int
    alike: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the likelihood as in `cityfund.match/1`."""
        return {"taken": self.taken, "asked": self.asked, "alike": list(self.alike)}


CLASSES: Final[tuple[tuple[str, ...], ...]] = (
    ("provider", "factor", "sector"),
    ("provider", "factor"),
    ("kind", "factor", "sector"),
    ("kind", "factor"),
    ("factor",),
)
"""The terms that like introductions have in common, the narrowest class first."""

RULE: Final = (
    "of the introductions and approaches decided by the day that have the named terms in common "
    "with the line, those that were committed; decided are deals committed or no longer held, and "
    f"approaches declined or silent; none under {ENOUGH}"
)
"""The rule of the figure, as answers state it."""


def first_part(sector: str) -> str:
    """Return the first part of a sector's code."""
    return sector.partition(".")[0]


def is_taken_up(reached: Mapping[Stage, date], *, is_held: bool) -> bool | None:
    """Say whether a deal was taken up by the stages it ever reached; None if not decided yet."""
    if not reached:
        return None
    if Stage.COMMITTED in reached or Stage.DELIVERED in reached:
        return True
    return None if is_held else False


def is_turned_down(approach: Approach, day: date) -> bool:
    """Say whether an approach of which no deal came was turned down by a day."""
    is_sent = approach.sent_on <= day
    return is_sent and state_on(approach, day) in {State.DECLINED, State.SILENT}


class Likelihoods:
    """The likelihoods of lines, by what was decided before."""

    def __init__(self, decided: Iterable[Asked]) -> None:
        """Count what was decided, by every class."""
        self._asked, self._taken = Counter[tuple[str, ...]](), Counter[tuple[str, ...]]()
        for terms, taken in decided:
            for alike in CLASSES:
                key = _key(alike, terms)
                self._asked[key] += 1
                self._taken[key] += taken

    def of(self, terms: Terms) -> Likelihood | None:
        """Return the likelihood of a line with these terms; None where too few were decided."""
        for alike in CLASSES:
            key = _key(alike, terms)
            if self._asked[key] >= ENOUGH:
                return Likelihood(self._taken[key], self._asked[key], alike)
        return None


def _key(alike: tuple[str, ...], terms: Terms) -> tuple[str, ...]:
    return (*alike, *(getattr(terms, name) for name in alike))


def likelihoods_record(likelihoods: Iterable[Likelihood | None]) -> list[list[int] | None]:
    """Return the likelihoods of lines as they are recorded: counts, and the number of the class."""
    return [
        None if one is None else [one.taken, one.asked, CLASSES.index(one.alike)]
        for one in likelihoods
    ]


def recorded_likelihoods(
    record: Iterable[list[int] | None] | None, lines: int
) -> tuple[Likelihood | None, ...]:
    """Return the likelihoods that were recorded with a proposal of so many lines."""
    if record is None:
        return (None,) * lines
    return tuple(
        None if one is None else Likelihood(one[0], one[1], CLASSES[one[2]]) for one in record
    )
