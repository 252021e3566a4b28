"""TOML of people's files: parsed in bounded time, whatever it nests."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from typing import Any, Final

_MOST_POINTS: Final = 1_000
"""The most points on one line: more are a key of so many parts, which takes hours to build."""


def parse_toml(text: str, *, parse_float: Callable[[str], Any] = float) -> dict[str, Any]:
    """Parse a document.

    Raises `ValueError` (`tomllib.TOMLDecodeError` where it is no TOML) and `RecursionError` where
    it is nested too deeply.
    """
    if any(line.count(".") > _MOST_POINTS for line in text.splitlines()):
        raise RecursionError("a key has too many parts")
    return tomllib.loads(text, parse_float=parse_float)
