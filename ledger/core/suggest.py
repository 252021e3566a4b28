"""Find the names nearest to an unknown one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import SequenceMatcher
from heapq import nlargest

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
    found = ((_likeness(matcher, _bare(name)), name) for name in dict.fromkeys(candidates))
    near = (pair for pair in found if pair[0] >= _NEAR_ENOUGH)
    return tuple(name for _, name in nlargest(limit, near, key=lambda pair: pair[0]))


def did_you_mean(text: str, candidates: Iterable[str], limit: int = 1) -> str:
    """Return the sentence that suggests the nearest candidates; empty without any."""
    near = nearest(text, candidates, limit)
    return f"Did you mean {' or '.join(near)}?" if near else ""


def _bare(text: str) -> str:
    return _LEADING_ZEROS.sub("", _NOT_WORD.sub("", text.casefold()))


def _likeness(matcher: SequenceMatcher[str], name: str) -> float:
    matcher.set_seq1(name)
    # Two cheap upper bounds avoid the exact ratio for most of a long list.
    if matcher.real_quick_ratio() < _NEAR_ENOUGH or matcher.quick_ratio() < _NEAR_ENOUGH:
        return 0.0
    return matcher.ratio()
