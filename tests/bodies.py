"""Bodies and seats with what is always said of them."""

from __future__ import annotations

from typing import Any

from ledger.core.partial_dates import PartialDate
from ledger.registers.records import Body, Seat


def a_body(code: str = "METROPOLIS", **terms: Any) -> Body:
    """Give an association."""
    return Body(**{"name": code.title(), "kind": "association", **terms}, code=code)


def a_seat(code: str = "ST-1", city: str = "MHD", **terms: Any) -> Seat:
    """Give a seat of Mashhad as a member of the association, unless another place is named."""
    place = {} if "office" in terms else {"body": "METROPOLIS"}
    return Seat(**{**place, **terms}, code=code, city=city)


def year(text: str | None) -> PartialDate | None:
    """Give a partial date as it is written, None for none."""
    return None if text is None else PartialDate(text)
