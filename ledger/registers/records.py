"""Offices of the fund, member cities, and the providers that hold a factor.

Projects of member cities and what each of them needs.

Offers of providers: terms, validity and mandate.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ledger.core.factors import Factor
from ledger.core.partial_dates import PartialDate, Period


@dataclass(frozen=True, slots=True)
class Office:
    """A fund office, the city that hosts it, and the UN M49 regions of its cities."""

    code: str
    name: str
    host: str | None = None
    regions: tuple[str, ...] = ()
    opened_on: PartialDate | None = None
    closed_on: PartialDate | None = None
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class City:
    """A member city, or one that is known only by its ties. `country` is ISO 3166 alpha-2.

    `office_given` says that an officer named the office, which follows from the region otherwise.
    Latitude and longitude are decimal degrees (WGS84), south and west below zero.
    """

    code: str
    name: str
    country: str
    office: str
    name_local: str | None = None
    member_since: PartialDate | None = None
    population: int | None = None
    geonames_id: int | None = None
    latitude: Decimal | None = None
    longitude: Decimal | None = None
    member: bool = True
    office_given: bool = False
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Provider:
    """An organisation that holds a factor. A member city can be one, named by `city`."""

    code: str
    name: str
    kind: str
    country: str | None = None
    city: str | None = None
    sample: bool = False
    withdrawn: bool = False


ACTIVE_STATUSES = ("identification", "preparation", "implementation")
"""OC4IDS projectStatus codes under which a project may take new deals."""


def country_of(provider: Provider, country_of_city: Callable[[str], str]) -> str | None:
    """Give the country of a provider: its own, else that of its city; None where neither is."""
    if provider.country is not None or provider.city is None:
        return provider.country
    return country_of_city(provider.city)


@dataclass(frozen=True, slots=True)
class Project:
    """A city's undertaking. `sector` and `status` are OC4IDS codes; `weight` runs 1 to 100.

    `recipient` is the organisation that receives what is given, by name; the city where none is.
    """

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
    origin: str | None = None
    recipient: str | None = None


@dataclass(frozen=True, slots=True)
class Phase:
    """The status of a project from a day on, until its next phase."""

    code: str
    project: str
    status: str
    from_: date
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Need:
    """The terms of one need. Its quantity is not here: that stands in the journal's stages.

    `after` names the needs of its project whose gaps are closed before it is committed.
    """

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
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """The terms of one offer; its quantity stands in the journal's stages.

    An empty tuple or None is "any". Tickets are whole smallest parts of the offer's own unit;
    `max_share` lies in (0, 1]; `rate` is the cost per year in percent. `regions` are UN M49
    codes, countries ISO 3166 alpha-2. `withdrawn` is set when the whole offer was taken back:
    what later returns to it passes on to the withdrawn stage.
    """

    code: str
    provider: str
    factor: Factor
    unit: str
    declared_on: date
    topics: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_until: date | None = None
    available_from: date | None = None
    sectors: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    cities: tuple[str, ...] = ()
    excluded_countries: tuple[str, ...] = ()
    instruments: tuple[str, ...] = ()
    min_ticket: int | None = None
    max_ticket: int | None = None
    max_share: Decimal | None = None
    condition: str | None = None
    rate: Decimal | None = None
    note: str | None = None
    withdrawn: bool = False
    origin: str | None = None

    def is_over(self, day: date) -> bool:
        """Say whether what returns to this offer on `day` can no longer be used."""
        return self.withdrawn or self.has_expired(day)

    def has_expired(self, day: date) -> bool:
        """Say whether `day` lies after the last day on which the offer is valid."""
        return self.valid_until is not None and day > self.valid_until


@dataclass(frozen=True, slots=True)
class Restriction:
    """A bar on pairings of parties it binds with parties it targets, by an authority, for a time.

    Nobody named as bound means everybody; an empty scope means any. `from_` and `until` are the
    first and the last day in force, None for open ends; `review_on` is the day on which somebody
    has to confirm that it stands.
    """

    code: str
    authority: str
    reason: str
    binds_countries: tuple[str, ...] = ()
    binds_providers: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    cities: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()
    factors: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    instruments: tuple[str, ...] = ()
    programme: str | None = None
    reference: str | None = None
    from_: date | None = None
    until: date | None = None
    review_on: date | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Exemption:
    """An authority's leave from one restriction, for the pairs that meet all its conditions."""

    code: str
    restriction: str
    authority: str
    reference: str
    reason: str
    from_: date
    until: date
    providers: tuple[str, ...] = ()
    cities: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()
    factors: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Limit:
    """A cap or a floor across pairs of offers and projects, in force from a day until another.

    `offers` and `projects` are filters (see `ledger.limits.scope`); `per` says what it holds for
    by itself. A `share` is a part of the money that a project requires, from 0 to 1.
    """

    code: str
    measure: str
    kind: str
    value: Decimal
    unit: str | None = None
    offers: str | None = None
    projects: str | None = None
    per: str | None = None
    from_: date | None = None
    until: date | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Identifier:
    """What a record is called elsewhere: the `id` that a scheme gives it.

    `table` and `record` name the record. The code is made of the table, the scheme and the id.
    """

    code: str
    table: str
    record: str
    scheme: str
    id: str
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Body:
    """An organisation outside the fund. `seats` is how many deciding seats there are to hold."""

    code: str
    name: str
    kind: str
    parent: str | None = None
    seats: int | None = None
    from_: PartialDate | None = None
    until: PartialDate | None = None
    source: str | None = None
    note: str | None = None

    @property
    def period(self) -> Period:
        """Give the time in which it is there."""
        return Period(self.from_, self.until)


@dataclass(frozen=True, slots=True)
class Seat:
    """What a city is in a body or in an office of the fund, one of the two, over a time."""

    code: str
    city: str
    body: str | None = None
    office: str | None = None
    role: str = "member"
    from_: PartialDate | None = None
    until: PartialDate | None = None
    source: str | None = None
    origin: str | None = None
    note: str | None = None

    @property
    def period(self) -> Period:
        """Give the time that is recorded of it."""
        return Period(self.from_, self.until)

    @property
    def place(self) -> tuple[str, str]:
        """Give the register and the code of the body or the office that it is in."""
        return ("office", self.office) if self.office else ("body", self.body or "")
