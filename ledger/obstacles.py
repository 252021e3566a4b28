"""The words for what stands between a need and the offers of its factor."""

from __future__ import annotations

from typing import NamedTuple

from ledger.eligibility_facts import NeedFacts

NO_OFFER = "no offer of this factor"


class _Words(NamedTuple):
    """What is said when every offer fails a rule, when one of several does, when more do."""

    all_fail: str
    one_fails: str
    some_fail: str


_WORDS = {
    "unit": _Words(
        "no offer counts in a unit like this need's",
        "counts in another unit",
        "count in another unit",
    ),
    "topic": _Words(
        "no offer names this topic", "does not name this topic", "do not name this topic"
    ),
    "sector": _Words(
        "no offer covers this sector", "does not cover this sector", "do not cover this sector"
    ),
    "geography": _Words(
        "no offer reaches this city", "does not reach this city", "do not reach this city"
    ),
    "instrument": _Words(
        "no offer comes by an accepted instrument",
        "comes by no accepted instrument",
        "come by no accepted instrument",
    ),
    "window": _Words(
        "no offer is valid on the day", "is not valid on the day", "are not valid on the day"
    ),
    "start": _Words("no offer can start in time", "cannot start in time", "cannot start in time"),
    "ticket": _Words(
        "no offer's ticket fits this need",
        "has a ticket that does not fit this need",
        "have a ticket that does not fit this need",
    ),
    "share": _Words(
        "no offer may give the share it would take",
        "may not give the share it would take",
        "may not give the share it would take",
    ),
    "indivisible": _Words(
        "no offer can take this indivisible need whole",
        "cannot take this indivisible need whole",
        "cannot take this indivisible need whole",
    ),
}

_NO_TOPIC = _Words(
    "every offer is for named topics and this need has none",
    "is for named topics and this need has none",
    "are for named topics and this need has none",
)


def obstacle_sentence(rule: str, need: NeedFacts, failing: int, of: int) -> str:
    """Say that `failing` of `of` offers fail `rule`, more than fail any other."""
    if rule == "quantified":
        return "the amount is not known"
    if rule == "status":
        return f"the project's status {need.project.status} takes no new deals"
    words = _NO_TOPIC if rule == "topic" and need.need.topic is None else _WORDS[rule]
    if failing == of:
        return words.all_fail
    verb = words.one_fails if failing == 1 else words.some_fail
    return f"{failing} of {of} offers {verb}"
