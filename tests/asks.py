"""Approaches with what is always said of them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from ledger.registers.pairs import Approach

SENT = date(2026, 3, 1)


def an_approach(code: str = "AP-1", sent_on: date = SENT, **terms: Any) -> Approach:
    """Give an approach to the bank of a world for its first need, without an answer."""
    own = {"need": "N-0001", "provider": "BANK", "answer_by": sent_on + timedelta(days=60)}
    return Approach(code=code, sent_on=sent_on, **{**own, **terms})
