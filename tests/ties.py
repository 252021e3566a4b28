"""Partnerships and undertakings with what is always said of them."""

from __future__ import annotations

from typing import Any

from ledger.core.partial_dates import PartialDate, parse_partial_date
from ledger.partnerships.records import Partnership, Undertaking


def partial(text: str | None) -> PartialDate | None:
    """Give a partial date as it is written."""
    return None if text is None else parse_partial_date(text)


def a_partnership(
    code: str = "PA-1",
    city: str = "LHE",
    with_city: str = "MHD",
    kind: str = "twinning",
    *,
    signed: str | None = None,
    ended: str | None = None,
    **terms: Any,
) -> Partnership:
    """Give a twinning of Lahore and Mashhad, unless it is said otherwise."""
    days: dict[str, Any] = {"signed": partial(signed), "ended": partial(ended)}
    return Partnership(code, city, with_city, kind, **days, **terms)


def an_undertaking(
    code: str = "UT-1",
    partnership: str = "PA-1",
    by: str = "MHD",
    what: str = "a library",
    *,
    done_on: str | None = None,
    until: str | None = None,
    **terms: Any,
) -> Undertaking:
    """Give an undertaking of Mashhad."""
    days: dict[str, Any] = {"done_on": partial(done_on), "until": partial(until)}
    return Undertaking(code, partnership, by, what, **days, **terms)
