"""The sequence of the needs of a project: which ones come before another is committed.

A need names in `after` the needs of its project that come before it. It may be held at any time;
it is committed once the gap of each of those is zero on that day. One that was withdrawn as a
whole has no gap; one whose quantity is not known, or not declared by then, is waited for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from ledger.core.errors import RefusedByRule
from ledger.core.quantity import format_quantity
from ledger.journal.balance import Balance

SEQUENCE: Final = "sequence"
"""The name of the rule."""


class NeedWaits(RefusedByRule, code="need-waits"):
    """A need was to be committed while one that comes before it still has a gap."""

    default_why = "A need is committed once the gaps of the needs that it comes after are closed."


class AfterCycle(RefusedByRule, code="after-cycle"):
    """A need would come after itself, directly or through others."""

    default_why = "Needs that wait for one another could never be committed."


class AfterOtherProject(RefusedByRule, code="after-other-project"):
    """A need was to come after one of another project."""

    default_why = "The needs of one project have a sequence; those of two projects have none."


def is_waited_for(balance: Balance | None) -> bool:
    """Say whether what comes after a need waits for it; None where it was not declared yet."""
    return balance is None or not balance.quantified or balance.gap > 0


def waited_for_text(code: str, balance: Balance | None) -> str:
    """Describe a need that is waited for, and its gap."""
    if balance is None:
        return f"{code} is not declared by then"
    if not balance.quantified:
        return f"the quantity of {code} is not known"
    return f"{code} has a gap of {format_quantity(balance.gap, balance.unit)}"


def cycle_through(code: str, after: Callable[[str], tuple[str, ...]]) -> list[str] | None:
    """Return the needs of a cycle from a need back to itself; None where there is none.

    `after` gives the needs that a need comes after.
    """
    seen: set[str] = set()

    def path_from(one: str) -> list[str] | None:
        for earlier in after(one):
            if earlier == code:
                return [one, earlier]
            if earlier not in seen:
                seen.add(earlier)
                found = path_from(earlier)
                if found is not None:
                    return [one, *found]
        return None

    return path_from(code)


def all_before(code: str, after: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """Yield the needs that come before one, directly or through others, each once."""
    seen: set[str] = set()
    waiting = [*after.get(code, ())][::-1]
    while waiting:
        one = waiting.pop()
        if one not in seen:
            seen.add(one)
            yield one
            waiting += [*after.get(one, ())][::-1]
