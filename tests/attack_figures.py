"""Figures of the tests that attack: how many cases were tried, survived, and went undetected.

`pytest --figures tests/attacks tests/storage_faults` prints them after a run, and `-m soak` those
of long runs. A test that says nothing of its own tried one case.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any, NamedTuple

import pytest

ATTACKING = ("attacks", "concurrency", "crashes", "races", "raw_sql", "seals", "storage_faults")
"""The folders whose tests are attacks."""

_PROPERTY = "cases"


class Cases(NamedTuple):
    """Cases of one scenario.

    One survived where nothing was lost, left half or let through, or a check named what was done.
    One is undetected where something was changed that no check named.
    """

    tried: int = 0
    survived: int = 0
    undetected: int = 0

    def plus(self, other: Cases) -> Cases:
        return Cases(*(one + more for one, more in zip(self, other, strict=True)))


_counted: list[Cases] = []


def count_cases(tried: int, *, lost: int = 0, undetected: int = 0) -> None:
    """Tell what came of the cases that the test at hand has tried."""
    _counted.append(Cases(tried, tried - lost - undetected, undetected))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Keep what a test counts with its report, which workers hand over."""
    _counted.clear()
    try:
        yield
    finally:
        item.user_properties.append((_PROPERTY, [tuple(one) for one in _counted]))


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Print the figures, where they are asked for."""
    if not config.getoption("figures"):
        return
    sums: defaultdict[str, Cases] = defaultdict(Cases)
    for outcome in ("passed", "failed"):
        for report in terminalreporter.stats.get(outcome, ()):
            name = scenario(report.nodeid)
            if report.when == "call" and name is not None:
                own = cases_of(report.user_properties, passed=outcome == "passed")
                sums[name] = sums[name].plus(own)
    terminalreporter.write_sep("-", "figures of attacks")
    terminalreporter.write_line(f"{'scenario':58}{'tried':>8}{'survived':>10}{'undetected':>12}")
    everything = Cases()
    for name, one in sorted(sums.items()):
        everything = everything.plus(one)
        terminalreporter.write_line(_line(name, one))
    terminalreporter.write_line(_line("in all", everything))


def scenario(nodeid: str) -> str | None:
    """Give the scenario of a test, its folder and file with the engine; None of other tests."""
    path, _, test = nodeid.partition("::")
    folder, file = PurePosixPath(path).parts[-2:]
    if folder not in ATTACKING:
        return None
    engine = next((one for one in ("sqlite", "postgresql") if one in test.partition("[")[2]), "")
    words = file.removeprefix("test_").removesuffix(".py").replace("_", " ")
    return f"{folder}: {words}{engine and f', {engine}'}"


def cases_of(properties: list[tuple[str, Any]], *, passed: bool) -> Cases:
    """Give the cases of one test; one that counts none is a case itself."""
    counted = [Cases(*one) for name, own in properties if name == _PROPERTY for one in own]
    if not counted:
        return Cases(1, int(passed), 0)
    found = Cases()
    for one in counted:
        found = found.plus(one)
    return found


def _line(name: str, cases: Cases) -> str:
    return f"{name:58}{cases.tried:8,}{cases.survived:10,}{cases.undetected:12,}"
