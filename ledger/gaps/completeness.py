"""When a need is placed or covered, and when a project is complete.

Matching speaks of *complete* (held counts), reports speak of *covered* (it does not).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from ledger.core.quantity import format_quantity
from ledger.journal.balance import Balance


@dataclass(frozen=True, slots=True)
class ProjectState:
    """Whether a project is complete and covered; `reasons` say what it still needs."""

    complete: bool
    covered: bool
    reasons: tuple[str, ...] = ()


def need_is_placed(need: Balance) -> bool:
    """Return whether nothing of a need is open; False for an unknown amount."""
    return need.quantified and need.free == 0


def need_is_covered(need: Balance) -> bool:
    """Return whether a need's gap is zero; False for an unknown amount."""
    return need.quantified and need.gap == 0


def need_is_missing(need: Balance) -> bool:
    """Return whether a need has a gap, or one of unknown size; nothing is, if it is undeclared."""
    return need.gap > 0 if need.quantified else need.declared


def need_may_be_open(need: Balance) -> bool:
    """Return whether something of a need is open, or may be: its amount is not known."""
    return need.free > 0 if need.quantified else need.declared


class NeedState(StrEnum):
    """What is still to be done about a need."""

    UNKNOWN = "unknown"
    WITHDRAWN = "withdrawn"
    OPEN = "open"
    PLACED = "placed"
    COVERED = "covered"


def need_state(need: Balance) -> NeedState:
    """Return the state of a need: what is placed has nothing open, what is covered no gap."""
    if not need.quantified:
        return NeedState.UNKNOWN
    if need.net == 0:
        return NeedState.WITHDRAWN
    if need_is_covered(need):
        return NeedState.COVERED
    return NeedState.PLACED if need_is_placed(need) else NeedState.OPEN


def project_state(needs: Sequence[Balance], *, explained: bool = True) -> ProjectState:
    """Return the state of a project, by the balances of all its needs.

    Without needs, with all of them withdrawn, or with one of unknown amount it is neither complete
    nor covered. What each need still lacks is said only where the state is to be `explained`.
    """
    if not needs:
        return ProjectState(complete=False, covered=False, reasons=("it has no needs",))
    if all(need.quantified and need.net == 0 for need in needs):
        return ProjectState(
            complete=False, covered=False, reasons=("all of its needs are withdrawn",)
        )
    return ProjectState(
        complete=all(map(need_is_placed, needs)),
        covered=all(map(need_is_covered, needs)),
        reasons=tuple(_wants(need) for need in needs if not need_is_covered(need))
        if explained
        else (),
    )


def _wants(need: Balance) -> str:
    if not need.quantified:
        return f"{need.code}: the amount is not known"
    parts = []
    if need.free:
        parts.append(f"{format_quantity(need.free, need.unit)} open")
    if need.held:
        parts.append(f"{format_quantity(need.held, need.unit)} only held")
    return f"{need.code}: {', '.join(parts)}"
