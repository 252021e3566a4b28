"""The promises of the ledger that a database has to keep, and what trying one of them showed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

PROMISES: Final = {
    "migrations": "the migrations make the schema with its guards",
    "guards": "every guard refuses what it is there for",
    "write-skew": "two acts that rest on one balance never both go by what they read",
    "lost-update": "no write overwrites what another wrote meanwhile",
    "one-moment": "a reading transaction sees one moment",
    "numbers": "numbers drawn at once are unique",
    "clock": "the server's clock does not run backwards",
    "time-limit": "what takes too long is ended",
    "holds": "of an offer no more is held than there is, however many at once",
    "retries": "a write that another came between is done anew, within the bound",
    "request-keys": "a request said by several at once is done once",
    "plan-code": "a code is found by an index",
    "plan-record": "a record's terms are found by an index",
    "plan-balance": "a balance is found by an index",
    "plan-deals-of-need": "the deals of a need are found by an index",
    "plan-timeline": "the timeline of a holder is read from an index",
    "plan-last-act": "the last act of a deal is found by an index",
    "plan-request-key": "a request's key is found by an index",
}
"""Every promise by name, in the order of the answer."""


class Promise(NamedTuple):
    """What trying a promise showed. `held` is None where it could not be tried, `why` not empty."""

    name: str
    tried: str
    held: bool | None
    figures: Mapping[str, Any]
    why: str | None = None

    def as_document(self) -> dict[str, Any]:
        """Give the promise as a part of the JSON answer."""
        return {
            "name": self.name,
            "promise": PROMISES[self.name],
            "tried": self.tried,
            "held": self.held,
            "figures": dict(self.figures),
            "why": self.why,
        }


def not_tried(name: str, why: str) -> Promise:
    """Say of a promise that it was not tried, and why."""
    assert why
    return Promise(name, "nothing", None, {}, why)


def tried(name: str, what: str, wrong: str | None, **figures: Any) -> Promise:
    """Say of a promise that was tried what was `wrong` with it; None where it held."""
    return Promise(name, what, wrong is None, figures, wrong)


def farthest_stray(drawn: list[int]) -> int:
    """Say how far a number ever came behind a larger one that was drawn before it."""
    stray, largest = 0, 0
    for number in drawn:
        largest = max(largest, number)
        stray = max(stray, largest - number)
    return stray
