"""Find the names nearest to an unknown one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import SequenceMatcher

_NEAR_ENOUGH = 0.6
_LEADING_ZEROS = re.compile(r"(?<!\d)0+(?=\d)")
_NOT_WORD = re.compile(r"[\W_]+")


def nearest(text: str, candidates: Iterable[str], limit: int = 3) -> tuple[str, ...]:
    """Return at most `limit` candidates similar to `text`, nearest first.

    Case, punctuation and leading zeros are ignored: `prj42` equals `PRJ-0042`.
    """
    wanted = _bare(text)
    # The matcher caches its second sequence, so that one is the constant.
    matcher = SequenceMatcher(isjunk=None, b=wanted, autojunk=False)
    bounded = []
    for place, name in enumerate(dict.fromkeys(candidates)):
        bound = _bound(matcher, _bare(name))
        if bound >= _NEAR_ENOUGH:
            bounded.append((-bound, place, name))
    found: list[tuple[float, int, str]] = []
    for bound, place, name in sorted(bounded):
        if len(found) == limit and -bound < -found[-1][0]:
            break  # no other can be nearer than those that were found
        matcher.set_seq1(_bare(name))
        likeness = matcher.ratio()
        if likeness >= _NEAR_ENOUGH:
            found = sorted([*found, (-likeness, place, name)])[:limit]
    return tuple(name for _, _, name in found)


def did_you_mean(text: str, candidates: Iterable[str], limit: int = 1) -> str:
    """Return the sentence that suggests the nearest candidates; empty without any."""
    near = nearest(text, candidates, limit)
    return f"Did you mean {' or '.join(near)}?" if near else ""


def _bare(text: str) -> str:
    return _LEADING_ZEROS.sub("", _NOT_WORD.sub("", text.casefold()))


def _bound(matcher: SequenceMatcher[str], name: str) -> float:
    """Give what the likeness is at most, which is far cheaper to find than the likeness."""
    matcher.set_seq1(name)
    quick = matcher.real_quick_ratio()
    return quick if quick < _NEAR_ENOUGH else matcher.quick_ratio()
