"""Pairs that stay out of proposals for a time: declined by the provider, or released with a reason.

A pause is of a need and a provider. It lasts until the day that was given with the decline or the
release, else twelve months; an officer can leave all of them aside for one proposal.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final, NamedTuple

from ledger.approaches.states import State, answer_text, last_of_pair, state_on
from ledger.core.dates import months_after
from ledger.core.errors import RefusedByRule
from ledger.registers.pairs import Approach

PAUSED: Final = "declined"
"""What blocks a paused pair, beside the names of rules."""


class Pair(NamedTuple):
    """A need and a provider, by their codes."""

    need: str
    provider: str


class Release(NamedTuple):
    """A release with a reason of all that a pair's deal had."""

    need: str
    provider: str
    deal: str
    day: date
    reason: str
    not_before: date | None = None

    @property
    def pause_end(self) -> date:
        """The first day on which the pair is proposed again."""
        return pause_end(self.day, self.not_before)


@dataclass(frozen=True)
class Pauses:
    """The paused pairs of a day, each with why it is and until when."""

    why: Mapping[Pair, str] = field(default_factory=dict)

    def of(self, need: str, provider: str) -> str | None:
        """Say why a pair is paused; None where it is not."""
        return self.why.get(Pair(need, provider))

    def providers_by_need(self) -> dict[str, frozenset[str]]:
        """Give the paused providers of each need that has some."""
        found: dict[str, set[str]] = {}
        for need, provider in self.why:
            found.setdefault(need, set()).add(provider)
        return {need: frozenset(providers) for need, providers in found.items()}


NO_PAUSES: Final = Pauses()


def pauses_on(day: date, approaches: Iterable[Approach], releases: Iterable[Release]) -> Pauses:
    """Give the pauses of a day: by the last approach of a pair, or by a release of its deal."""
    by_pair: dict[Pair, list[Approach]] = {}
    for approach in approaches:
        by_pair.setdefault(Pair(approach.need, approach.provider), []).append(approach)
    why: dict[Pair, str] = {}
    for pair, every in by_pair.items():
        last = last_of_pair(every, day)
        if last is None or state_on(last, day) is not State.DECLINED:
            continue
        assert last.declined_on is not None
        until = pause_end(last.declined_on, last.not_before)
        if day < until:
            why[pair] = f"{answer_text(last, day)}, by {last.code}; not proposed before {until}"
    for one in sorted(releases, key=lambda release: release.day):
        if one.day <= day < one.pause_end:
            text = f"deal {one.deal} was released on {one.day} ({one.reason})"
            why[Pair(one.need, one.provider)] = f"{text}; not proposed before {one.pause_end}"
    return Pauses(why)


class NoPause(RefusedByRule, code="no-pause"):
    """A release without a reason, or of a later day, would keep its pair out of proposals."""

    default_why = (
        "A pair stays out of proposals from a release with a reason on, until a later day."
    )
    default_next = "Give --reason, and a day after the release with --not-before."


def require_pause(not_before: date | None, reason: str | None, day: date) -> None:
    """Refuse a day given with a release that does not keep its pair out until then."""
    if not_before is None:
        return
    if reason is None:
        raise NoPause(
            f"The pair would be proposed again from {not_before} on, and no reason is given."
        )
    if not_before <= day:
        raise NoPause(f"{not_before} is not after the release of {day}.")


def pause_end(day: date, not_before: date | None) -> date:
    """Give the first day on which a pair is proposed again that was declined or released."""
    return months_after(day, 12) if not_before is None else not_before


def a_year_before(day: date) -> date:
    """Give the same day twelve months before; the last of February for a leap day."""
    return months_after(day, -12)
