"""The result of a check: how much it examined, and its failures in words."""

from __future__ import annotations

from typing import NamedTuple

MOST_LISTED = 20
"""How many failures of one check are listed; the rest are counted."""


class CheckResult(NamedTuple):
    """The result of one check. `failed` counts all failures; `failures` lists the first.

    `notes` are remarks that are not failures.
    """

    name: str
    ok: bool
    examined: int
    failed: int
    failures: tuple[str, ...]
    notes: tuple[str, ...] = ()


class CheckReport:
    """Collects the failures of one check in bounded memory."""

    def __init__(self, name: str) -> None:
        """Start with nothing examined."""
        self.examined = 0
        self._name = name
        self._failed = 0
        self._listed: list[str] = []

    def fail(self, sentence: str) -> None:
        """Add a failure: a clause with the fault and the figures."""
        self._failed += 1
        if len(self._listed) < MOST_LISTED:
            self._listed.append(sentence)

    def result(self, *notes: str) -> CheckResult:
        """Return the result, with notes."""
        failures = tuple(self._listed)
        return CheckResult(
            self._name, self._failed == 0, self.examined, self._failed, failures, notes
        )
