"""How a test of one rule over many files fails: with every place that breaks the rule."""

from __future__ import annotations

from collections.abc import Iterable

import pytest


def assert_none(offences: Iterable[object]) -> None:
    """Fail with one line for each offence; pytest's own comparison shows only the first."""
    __tracebackhide__ = True
    lines = [str(one) for one in offences]
    if lines:
        pytest.fail(f"{len(lines)} against the rule:\n" + "\n".join(lines))
