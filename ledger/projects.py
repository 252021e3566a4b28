"""Projects of member cities and what each of them needs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ledger.factors import Factor

ACTIVE_STATUSES = ("identification", "preparation", "implementation")
"""OC4IDS projectStatus codes under which a project may take new deals."""

WEIGHT_RANGE = (1, 100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A city's undertaking. `sector` and `status` are OC4IDS codes; `weight` runs 1 to 100."""

    code: str
    title: str
    city: str
    sector: str
    status: str = "identification"
    weight: int = 1
    starts_on: date | None = None
    ends_on: date | None = None
    description: str | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """The terms of one need. Its quantity is not here: that stands in the journal's stages."""

    code: str
    project: str
    factor: Factor
    unit: str
    declared_on: date
    topic: str | None = None
    needed_by: date | None = None
    divisible: bool = True
    instruments: tuple[str, ...] = ()
    note: str | None = None
