"""What is published of a ledger: projects, their needs for money, and what is given to these.

Identifiers that the ledger does not have are made of the publisher's own and the code, and counted.
JSON has its numbers as exact decimals: the json module writes floats, which are not.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, NamedTuple, NewType

from ledger.core.quantity import Unit, format_amount
from ledger.core.text import normalised_code
from ledger.registers.records import City, Project, Provider


@dataclass(frozen=True, slots=True)
class Flow:
    """What one day changed of a deal: all that is committed, and what of it is delivered.

    Either is below zero where it was taken back.
    """

    day: date
    committed: int
    delivered: int


@dataclass(frozen=True, slots=True)
class PublishedDeal:
    """What one provider gives to one need, day by day, in the need's unit."""

    code: str
    provider: Provider
    instrument: str | None
    unit: Unit
    flows: tuple[Flow, ...]

    @property
    def committed(self) -> int:
        """All that is committed, with what is delivered of it."""
        return sum(one.committed for one in self.flows)

    @property
    def delivered(self) -> int:
        """What is delivered."""
        return sum(one.delivered for one in self.flows)

    @property
    def first_committed(self) -> date:
        """The day of the first commitment."""
        return min(one.day for one in self.flows if one.committed > 0)

    @property
    def first_delivered(self) -> date:
        """The day of the first delivery."""
        return min(one.day for one in self.flows if one.delivered > 0)


@dataclass(frozen=True, slots=True)
class PublishedNeed:
    """A need for money; `required` is None where it is not known, without what was withdrawn."""

    code: str
    unit: Unit
    declared_on: date
    required: int | None
    deals: tuple[PublishedDeal, ...]


@dataclass(frozen=True, slots=True)
class PublishedProject:
    """A project with its city, that city's country by name, and its needs for money."""

    project: Project
    city: City
    country: str
    needs: tuple[PublishedNeed, ...]

    @property
    def deals(self) -> list[PublishedDeal]:
        """What is given to all of its needs."""
        return [deal for need in self.needs for deal in need.deals]

    @property
    def receiver(self) -> str:
        """The name of who receives what is given."""
        return self.project.recipient or self.city.name

    @property
    def place(self) -> tuple[str, str] | None:
        """Latitude and longitude of the city, where both are known."""
        degrees = self.city.latitude, self.city.longitude
        if degrees[0] is None or degrees[1] is None:
            return None
        return f"{degrees[0]:f}", f"{degrees[1]:f}"


@dataclass(slots=True)
class Identifiers:
    """The identifiers of records: those that the ledger has, else made ones, which are kept.

    `stated` has them by table and normalised code, each with its scheme, the first of one first.
    """

    publisher: str
    oc4ids_prefix: str
    stated: Mapping[tuple[str, str], Sequence[tuple[str, str]]] = field(default_factory=dict)
    made: dict[tuple[str, str], str] = field(default_factory=dict)

    def all_of(self, table: str, code: str) -> Sequence[tuple[str, str]]:
        """Give the identifiers that the ledger has of a record, each with its scheme."""
        return self.stated.get((table, normalised_code(code)), ())

    def find(self, table: str, code: str, scheme: str) -> str | None:
        """Give the identifier that a record has in a scheme."""
        of_scheme = (one for other, one in self.all_of(table, code) if other == scheme)
        return next(of_scheme, None)

    def others(self, table: str, code: str, scheme: str) -> list[tuple[str, str]]:
        """Give the identifiers of a record beside the one that it has in a scheme."""
        own = self.find(table, code, scheme)
        return [one for one in self.all_of(table, code) if one != (scheme, own)]

    def of(self, table: str, code: str, scheme: str, prefix: str | None = None) -> str:
        """Give the identifier of a record, made of a prefix and its code if there is none."""
        found = self.find(table, code, scheme)
        if found is None:
            found = f"{prefix or self.publisher}-{code}"
            self.made[table, code] = found
        return found


@dataclass(frozen=True, slots=True)
class Publication:
    """All that is published; `moment` is when, `left_out` counts what no standard expresses."""

    projects: Sequence[PublishedProject]
    identifiers: Identifiers
    moment: datetime
    day: date
    base_currency: str
    left_out: Mapping[str, int]


class Written(NamedTuple):
    """A file of a standard: its text, how many of what are in it, and what is not, by reason."""

    text: str
    counts: Mapping[str, int]
    left_out: Mapping[str, int]


def written(
    publication: Publication, text: str, counts: Mapping[str, int], left_out: Counter[str]
) -> Written:
    """Give a file with what it and every standard leave out."""
    reasons = Counter(publication.left_out) + left_out
    return Written(text, counts, dict(sorted(reasons.items())))


def amount_text(amount: int, unit: Unit) -> str:
    """Write an amount as a plain decimal number."""
    return format_amount(amount, unit.decimals)


ExactNumber = NewType("ExactNumber", str)
"""A number of a document, exact as it stands."""

_MARK: Final = "\0"
"""No text of a ledger has it, so that it tells a number among the texts."""

_NUMBER = re.compile(r'"\\u0000([0-9.-]+)"')


def exact_number(text: str) -> ExactNumber:
    """Mark a plain decimal as a number of a document."""
    return ExactNumber(f"{_MARK}{text}")


def exact_amount(amount: int, unit: Unit) -> ExactNumber:
    """Mark an amount as a number of a document."""
    return exact_number(amount_text(amount, unit))


def exact_json(document: Mapping[str, object]) -> str:
    """Write a document with its marked numbers, and a line's end behind it."""
    text = json.dumps(document, ensure_ascii=False, indent=2)
    return _NUMBER.sub(r"\1", text) + "\n"


def filled(item: dict[str, object]) -> dict[str, object]:
    """Leave out of an object what says nothing."""
    return {key: value for key, value in item.items() if value not in (None, "", [], {})}
