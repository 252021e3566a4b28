"""One change of one record, and the pair as it would then be."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

from ledger.matching.pairs import Pair


class Change(NamedTuple):
    """One change: `column` of the canonical table would hold `value` instead of `before`.

    `kind` is the register: offer, need or project; or rate, whose value nobody can propose.
    `words` say it for people.
    """

    kind: str
    code: str
    column: str
    value: str | None
    before: str | None
    words: str

    def to_dict(self) -> dict[str, str | None]:
        """Give the change as `cityfund.explanation/1` has it."""
        return {**self._asdict(), "command": self.command}

    @property
    def command(self) -> str | None:
        """Give the command that shows what the change would bring; None where there is none."""
        if self.value is None:
            return None
        return f"cityfund match whatif --change {self.code} {_quoted(self)}"


class Trial(NamedTuple):
    """A change and the pair as it is after it."""

    change: Change
    pair: Pair


def offer_trial(
    pair: Pair, column: str, value: str, before: str | None, words: str, **terms: Any
) -> Trial:
    """Try other terms of the offer."""
    facts = replace(pair.offer, offer=replace(pair.offer.offer, **terms))
    change = Change("offer", facts.offer.code, column, value, before, words)
    return Trial(change, replace(pair, offer=facts))


def need_trial(
    pair: Pair, column: str, value: str, before: str | None, words: str, **terms: Any
) -> Trial:
    """Try other terms of the need."""
    facts = replace(pair.need, need=replace(pair.need.need, **terms))
    change = Change("need", facts.need.code, column, value, before, words)
    return Trial(change, replace(pair, need=facts))


def _quoted(change: Change) -> str:
    text = f"{change.column}={change.value}"
    return f"'{text}'" if any(mark in text for mark in " ;") else text
