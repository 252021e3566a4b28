"""What a check answers: how much it looked at, and what it found wrong, in plain words."""

from __future__ import annotations

from typing import NamedTuple

MOST_LISTED = 20
"""How many failures of one check are spelled out; the rest are counted."""


class CheckResult(NamedTuple):
    """The answer of one check. `failed` counts all failures; `failures` spells out the first.

    `notes` say what a reader has to know of the answer that is no failure.
    """

    name: str
    ok: bool
    examined: int
    failed: int
    failures: tuple[str, ...]
    notes: tuple[str, ...] = ()


class CheckReport:
    """Failures of one check as they turn up, in bounded memory."""

    def __init__(self, name: str) -> None:
        """Begin with nothing examined."""
        self.examined = 0
        self._name = name
        self._failed = 0
        self._listed: list[str] = []

    def fail(self, sentence: str) -> None:
        """Take down one failure: a clause that names what is wrong, and the figures."""
        self._failed += 1
        if len(self._listed) < MOST_LISTED:
            self._listed.append(sentence)

    def result(self, *notes: str) -> CheckResult:
        """Give the answer, with what to know of it."""
        failures = tuple(self._listed)
        return CheckResult(
            self._name, self._failed == 0, self.examined, self._failed, failures, notes
        )
