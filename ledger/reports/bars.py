"""Bars of text: parts of a whole, drawn in a fixed number of characters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

GLYPHS = {"delivered": "█", "committed": "▓", "held": "▒", "open": "░", "available": "░"}
ASCII_GLYPHS = {"delivered": "#", "committed": "=", "held": "-", "open": ".", "available": "."}
_ORDER = ("delivered", "committed", "held", "open", "available")


def bar(part: int, whole: int, width: int, *, unicode: bool = True) -> str:
    """Draw `part` of `whole` in `width` characters; any part shows, only a whole one fills."""
    assert 0 <= part <= whole
    glyphs = GLYPHS if unicode else ASCII_GLYPHS
    filled, rest = _shares((part, whole - part), width)
    return glyphs["delivered"] * filled + glyphs["open"] * rest


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
