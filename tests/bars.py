"""Restrictions and exemptions with what an authority always says of them."""

from __future__ import annotations

from datetime import date
from typing import Any

from ledger.registers.records import Exemption, Restriction

YEAR = {"from_": date(2026, 1, 1), "until": date(2026, 12, 31)}


def a_restriction(code: str = "RS-1", **terms: Any) -> Restriction:
    """Give a restriction of the Council, without end."""
    return Restriction(code=code, authority="the Council", reason="measures", **terms)


def an_exemption(code: str = "EX-1", restriction: str = "RS-1", **terms: Any) -> Exemption:
    """Give an exemption by the Treasury, for a year unless it is said otherwise."""
    return Exemption(
        code=code,
        restriction=restriction,
        **{
            **YEAR,
            "authority": "the Treasury",
            "reference": "L-1",
            "reason": "humanitarian",
            **terms,
        },
    )
