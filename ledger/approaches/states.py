"""Where an approach stands on a day, which one of a pair speaks for it, and those of a need."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple

from ledger.core.errors import RefusedByRule
from ledger.deals.deal import Deal
from ledger.registers.pairs import Approach
from ledger.registers.records import Offer


class State(StrEnum):
    """Where an approach stands: an answer for a day, and never recorded."""

    WAITING = "waiting"
    SILENT = "silent"
    INTERESTED = "interested"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


OPEN: Final = frozenset({State.WAITING, State.INTERESTED})
"""The states in which a provider is not asked again for the same need."""


class NothingOpen(RefusedByRule, code="nothing-open"):
    """A provider was to be asked for a need of which nothing is open."""

    default_why = "A provider is asked for what is still open of a need."
    default_next = "See what is missing: cityfund gaps"


class AlreadyAsked(RefusedByRule, code="already-asked"):
    """A provider was to be asked again for a need, and the last approach still stands."""

    default_why = "It waits for an answer, or the provider is interested."


class AnsweredAlready(RefusedByRule, code="answered-already"):
    """An approach was to be answered a second time."""

    default_why = "An answer is recorded once; a later change of mind is another kind of answer."


def state_on(approach: Approach, day: date) -> State:
    """Say where an approach stands on a day."""
    if approach.withdrawn:
        return State.WITHDRAWN
    if approach.declined_on is not None and approach.declined_on <= day:
        return State.DECLINED
    if approach.interested_on is not None and approach.interested_on <= day:
        return State.INTERESTED
    return State.SILENT if approach.answer_by < day else State.WAITING


def last_of_pair(approaches: Iterable[Approach], day: date) -> Approach | None:
    """Give the last approach of one pair that was sent by a day, leaving out those withdrawn."""
    sent = [one for one in approaches if not one.withdrawn and one.sent_on <= day]
    return max(sent, key=lambda one: (one.sent_on, one.code), default=None)


class Asked(NamedTuple):
    """How many approaches present a need, and how many of them were answered which way."""

    asked: int = 0
    interested: int = 0
    declined: int = 0


def asked_by_need(approaches: Iterable[Approach], day: date) -> dict[str, Asked]:
    """Count the approaches sent by a day and not withdrawn, by need, with their answers then."""
    counts: dict[str, Asked] = {}
    for one in approaches:
        state = state_on(one, day)
        if state is State.WITHDRAWN or one.sent_on > day:
            continue
        before = counts.get(one.need, Asked())
        counts[one.need] = Asked(
            before.asked + 1,
            before.interested + (state is State.INTERESTED),
            before.declined + (state is State.DECLINED),
        )
    return counts


def answer_text(approach: Approach, day: date) -> str:
    """Say what was answered by a day: `declined on 2026-03-01 for ticket (too small)`."""
    state = state_on(approach, day)
    if state is State.DECLINED:
        note = f" ({approach.note})" if approach.note else ""
        return f"declined on {approach.declined_on} for {approach.reason}{note}"
    if state is State.INTERESTED:
        return f"interested on {approach.interested_on}"
    if state is State.SILENT:
        return f"silent since {approach.answer_by}"
    return f"waiting for an answer until {approach.answer_by}"


def providers_by_need(
    deals: Iterable[Deal], offers: Mapping[str, Offer], approaches: Iterable[Approach]
) -> dict[str, tuple[str, ...]]:
    """Give the providers of the deals and approaches of each need, by its code, each once.

    Every deal and approach counts, in whichever state: released, declined and withdrawn ones are
    shown with their need, too. `offers` are those of the deals, by code.
    """
    found: dict[str, dict[str, None]] = {}
    for deal in deals:
        found.setdefault(deal.need, {})[offers[deal.offer].provider] = None
    for approach in approaches:
        found.setdefault(approach.need, {})[approach.provider] = None
    return {need: (*sorted(providers),) for need, providers in found.items()}
