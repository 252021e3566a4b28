"""Bars of stages and of a share, and lines of a series: in blocks or in plain characters.

A bar has a fixed number of characters, and what is not zero shows in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

BLOCKS: Final = "▁▂▃▄▅▆▇█"
ASCII_LEVELS: Final = "_.-=+*%#"
"""The levels of a series, from low to high; a value that is not known is a space."""

_FULL: Final = {True: ("█", "░"), False: ("#", ".")}


def share_bar(share: Decimal | None, width: int, *, unicode: bool = True) -> str:
    """Draw a share of one in `width` characters; nothing for a share that is not known.

    Something shows of every share above zero, and a bar is full only at one or more.
    """
    if share is None:
        return ""
    full, rest = _FULL[unicode]
    filled = min(int(share * width), width)
    if share > 0:
        filled = max(filled, 1)
    return full * filled + rest * (width - filled)


def sparkline(shares: Sequence[Decimal | None], *, unicode: bool = True) -> str:
    """Draw shares of one in their order, a character each; those above one are drawn as one."""
    levels = BLOCKS if unicode else ASCII_LEVELS
    return "".join(" " if one is None else levels[_level(one, len(levels))] for one in shares)


def _level(share: Decimal, levels: int) -> int:
    return max(0, min(int(share * levels), levels - 1))


GLYPHS = {"delivered": "█", "committed": "▓", "held": "▒", "open": "░", "available": "░"}
ASCII_GLYPHS = {"delivered": "#", "committed": "=", "held": "-", "open": ".", "available": "."}
_ORDER = ("delivered", "committed", "held", "open", "available")


def stage_bar(stages: Mapping[str, int], width: int, *, unicode: bool = True) -> str:
    """Draw the stages of a need or offer, the furthest first, in `width` characters.

    `stages` are amounts in the smallest part of one unit. Withdrawn and expired amounts stand
    outside. Every stage that holds anything shows; nothing at all is an empty text.
    """
    glyphs = GLYPHS if unicode else ASCII_GLYPHS
    names = [name for name in _ORDER if stages.get(name)]
    if not names:
        return ""
    shares = _shares([stages[name] for name in names], width)
    return "".join(glyphs[name] * share for name, share in zip(names, shares, strict=True))


def legend(*, unicode: bool = True) -> str:
    """Say what the characters of a stage bar mean."""
    glyphs = GLYPHS if unicode else ASCII_GLYPHS
    return "  ".join(f"{glyphs[name]} {name}" for name in _ORDER[:4])


def _shares(amounts: Sequence[int], width: int) -> list[int]:
    """Split a width by largest remainder, at least one character for what is not zero."""
    total = sum(amounts)
    present = [amount for amount in amounts if amount]
    if not total or width < len(present):
        return [0] * len(amounts)
    spare = width - len(present)
    exact = [divmod(amount * spare, total) for amount in amounts]
    shares = [whole + bool(amount) for (whole, _), amount in zip(exact, amounts, strict=True)]
    missing = width - sum(shares)
    by_rest = sorted(range(len(amounts)), key=lambda place: -exact[place][1])
    for place in by_rest[:missing]:
        shares[place] += 1
    return shares
