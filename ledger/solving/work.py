"""How much one search of the exact road may look at, by the size of its program."""

from __future__ import annotations

from ledger.solving.formulation import Formulation

_WORK = 4_000_000
"""How much a search may look at, in columns times checks; small ones end long before."""
_CHECKS_OF_A_START = 40
_LARGE_WORK = 700_000
_CHECKS_OF_A_LARGE_START = 20
_CHECKS_OF_A_BOUND = 8
"""Most of what the bound of level 2 gains on a large program, it gains at first."""
_LARGEST_AT_EASE = 4_000
"""Up to so many columns the work is enough for nearly any proof."""


def checks_of(formulation: Formulation) -> int:
    """Give how many checks a search may make."""
    columns = formulation.model.columns
    if columns <= _LARGEST_AT_EASE:
        return _CHECKS_OF_A_START + _WORK // columns
    if formulation.level > 1:
        return _CHECKS_OF_A_BOUND
    return _CHECKS_OF_A_LARGE_START + _LARGE_WORK // columns
