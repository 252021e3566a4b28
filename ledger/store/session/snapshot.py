"""A ledger at two times: snapshots are frozen values, read in one transaction by a reader.

`as_of` counts acts through the end of that day; `known_at` what was recorded by then, and it
selects the versions of registers, rates and settings known then. None is now.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo
from functools import cached_property
from operator import attrgetter
from typing import Any, Final

from sqlalchemy import Connection

from ledger.core.dates import day_of
from ledger.core.factors import Factor, Side
from ledger.core.partial_dates import first_day
from ledger.core.quantity import Unit
from ledger.eligibility.rules import NeedFacts, OfferFacts
from ledger.journal.balance import Balance, DealBalance
from ledger.journal.entries import Entry
from ledger.rates.rates import DayRates, RateBook, rate_finder
from ledger.reference.places import region_chain
from ledger.registers.records import City, Provider, country_of
from ledger.registers.spec import attribute_of
from ledger.registers.table import versioned
from ledger.restrictions.bars import NO_RESTRICTIONS, PairTerms, Restrictions, parties_terms
from ledger.seats.spans import NO_MEMBERSHIPS, Memberships
from ledger.store import register_codes, registers
from ledger.store.db.clock import known_by
from ledger.store.db.queries import Settings, read_settings, read_units
from ledger.store.db.tables import entry
from ledger.store.journal import balances
from ledger.store.journal.balances import Times
from ledger.store.journal.entries import entries_of_account, read_entries, without_declaration
from ledger.store.phases import with_status_on
from ledger.store.rates import read_day_rates
from ledger.store.registers import STORED_REGISTERS, StoredRecord, find_id
from ledger.store.restrictions import RestrictionsCache
from ledger.store.stored_registers import (
    BELOW,
    NAMED_BY,
    by_code,
    references_of,
    with_references,
)

UNITS: Final = "unit"
RATES: Final = "rate"
MEMBERSHIPS: Final = "membership"
"""The parts of a snapshot beside the registers, which have the names of their own."""

_IN_UNITS: Final = frozenset({*map(str, Side), "limit"})
_DATED: Final = {
    spec.name: attribute_of(spec.dated_by)
    for spec in versioned().values()
    if spec.dated_by is not None and spec.column[spec.dated_by].is_always_filled
}
"""The registers whose records exist from a day on, each with the attribute that has it."""
_EXCHANGED: Final = frozenset({"project", "need", "provider", "offer", "deal", "credential"})
"""What hangs under a city of what it needs and could give."""

_WITH_MEMBERSHIPS: Final = frozenset({MEMBERSHIPS, "city", "office", "project"})


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """A ledger, or a part of it, at two times: the parts that were read, and no others."""

    times: Times
    day: date
    zone: tzinfo
    base_currency: str
    registers: Mapping[str, Mapping[str, Any]]
    balances_by_side: Mapping[Side, Mapping[str, Balance]]
    deals: Mapping[str, DealBalance]
    units: Mapping[str, Unit]
    rates: RateBook | None = None
    restrictions: Restrictions = NO_RESTRICTIONS
    memberships_read: Memberships | None = NO_MEMBERSHIPS

    @property
    def memberships(self) -> Memberships:
        """The memberships of the cities in the association, where one is set."""
        assert self.memberships_read is not None, "the memberships were not read"
        return self.memberships_read

    def is_member(self, city: City) -> bool:
        """Return whether a city is a member on the day."""
        return city.member and city.code not in self.memberships.left

    @property
    def known_at(self) -> datetime | None:
        """The moment of recording that was asked for, in the ledger's time zone."""
        return _in_zone(self.times, self.zone)

    @property
    def base_unit(self) -> Unit:
        """The base currency."""
        return self.units[self.base_currency]

    @cached_property
    def rate_of(self) -> DayRates:
        """What finds the rate between two units on the day."""
        assert self.rates is not None, "the rates were not read"
        return rate_finder(self.rates, self.day)

    def records(self, kind: str) -> Mapping[str, Any]:
        """Return the records of a register by code, as known then."""
        return self.registers[kind]

    def balances(self, side: Side) -> Mapping[str, Balance]:
        """Return where the needs or the offers stood, by code."""
        return self.balances_by_side[side]

    def deals_of(self, *, need: str | None = None, offer: str | None = None) -> list[DealBalance]:
        """Return the deals of a need or of an offer, by code."""
        every = self.deals.values()
        of_need = [one for one in every if need in (None, one.deal.need)]
        return [one for one in of_need if offer in (None, one.deal.offer)]

    def local(self, moment: datetime) -> str:
        """Write a recorded moment in the ledger's own time zone, to the second."""
        return moment.astimezone(self.zone).isoformat(sep=" ", timespec="seconds")

    @cached_property
    def need_facts(self) -> Mapping[str, NeedFacts]:
        """What the rules of eligibility ask of each need."""
        projects, cities = self.records("project"), self.records("city")
        balances = self.balances(Side.NEED)
        facts: dict[str, NeedFacts] = {}
        for code, need in self.records("need").items():
            project = projects[need.project]
            city = cities[project.city]
            chain = region_chain(city.country)
            facts[code] = NeedFacts(need, project, city, balances[code], chain)
        return facts

    @cached_property
    def offer_facts(self) -> Mapping[str, OfferFacts]:
        """What the rules of eligibility ask of each offer."""
        providers, balances = self.records("provider"), self.balances(Side.OFFER)
        countries = {code: self.country_of(one) for code, one in providers.items()}
        return {
            code: OfferFacts(
                offer,
                providers[offer.provider],
                balances[code],
                countries[offer.provider],
                self.restrictions,
            )
            for code, offer in self.records("offer").items()
        }

    def country_of(self, provider: Provider) -> str | None:
        """Return the country of a provider: its own, else that of its city."""
        return country_of(provider, lambda city: str(self.records("city")[city].country))

    def terms_of_parties(self, need: NeedFacts, provider: Provider) -> PairTerms:
        """Return what restrictions ask of a need and a provider before there is an offer."""
        country = self.country_of(provider)
        return parties_terms(need.need, need.project, need.city, provider, country)

    def needs_of(self, project: str) -> Iterable[NeedFacts]:
        """Return the needs of a project, by code."""
        return [facts for facts in self.need_facts.values() if facts.project.code == project]


def _in_zone(times: Times, zone: tzinfo) -> datetime | None:
    return None if times.known_at is None else times.known_at.astimezone(zone)


_Stored = dict[str, dict[str, StoredRecord]]
"""Records of registers, by register and code."""


class Reader:
    """Reads a ledger at two times, for as long as its transaction is open."""

    def __init__(
        self,
        connection: Connection,
        times: Times,
        moment: datetime,
        base_currency: str | None = None,
        cache: RestrictionsCache | None = None,
    ) -> None:
        """Read by a connection; `moment` is the present time of the ledger's clock.

        Amounts are converted into `base_currency`, which is the ledger's own where none is given.
        Restrictions that were read before are in `cache`.
        """
        self.connection = connection
        self.times = times
        self._base_currency = base_currency
        self._cache = cache or RestrictionsCache()
        self.moment = times.known_at or moment

    def at(self, times: Times) -> Reader:
        """Return what reads the same ledger at other times, in the same transaction."""
        return Reader(self.connection, times, self.moment, cache=self._cache)

    @cached_property
    def settings(self) -> Settings:
        """The settings known then."""
        settings = read_settings(self.connection, self.times.known_at)
        if self._base_currency is None:
            return settings
        return settings._replace(base_currency=self._base_currency)

    @cached_property
    def zone(self) -> tzinfo:
        """The ledger's time zone."""
        return self.settings.zone

    @property
    def known_at(self) -> datetime | None:
        """The moment of recording that was asked for, in the ledger's time zone."""
        return _in_zone(self.times, self.zone)

    @cached_property
    def day(self) -> date:
        """The day asked for: the as-of date, else the day of the moment known, else today."""
        return self.times.as_of or day_of(self.moment, self.zone)

    @property
    def restrictions(self) -> Restrictions:
        """The restrictions and exemptions known then."""
        return self._cache.read(self.connection, self.times.known_at)

    def snapshot(self, *parts: str) -> Snapshot:
        """Read whole registers, each in one query, with all that their records refer to.

        `parts` are names of registers, `UNITS`, `RATES` and `MEMBERSHIPS`, which come with offices,
        cities and projects that are asked for by name. Needs and offers come with their balances,
        deals with those of both sides.
        """
        asked = [part for part in parts if part in STORED_REGISTERS]
        kinds = with_references(asked, STORED_REGISTERS)
        stored = {
            kind: registers.load_all(self.connection, kind, self.times.known_at) for kind in kinds
        }
        units = read_units(self.connection) if {UNITS, RATES, *_IN_UNITS} & {*parts, *kinds} else {}
        memberships = bool(_WITH_MEMBERSHIPS & {*parts})
        rates = RATES in parts
        return self._snapshot(stored, units, rates=rates, whole=True, memberships=memberships)

    def around(
        self, kind: str, code: str, *, below: bool = True, but: Collection[str] = ()
    ) -> Snapshot:
        """Read one record with what hangs under it, and all that these refer to, but some kinds."""
        stored: _Stored = {kind: self._load(kind, "code", [code])}
        if below:
            self._load_below(stored, kind, STORED_REGISTERS.keys() - {*but})
        self._load_references(stored)
        units = {one.record.unit for kind in _IN_UNITS for one in stored.get(kind, {}).values()}
        return self._snapshot(stored, self.units(units - {None}), rates=False, whole=False)

    def some(self, kind: str, codes: Collection[str]) -> Snapshot:
        """Read some records of a register by their codes, with all that they refer to."""
        return self.having(kind, "code", codes)

    def around_cities(self, cities: Collection[str], *, credentials: bool = True) -> Snapshot:
        """Read cities with their needs and offers, the deals of these, and the rates of the day."""
        parts = _EXCHANGED if credentials else _EXCHANGED - {"credential"}
        return self.having("city", "code", cities, *parts, rates=True)

    def units(self, codes: Collection[str]) -> dict[str, Unit]:
        """Read some units, and the base currency."""
        return read_units(self.connection, {*codes, self.settings.base_currency})

    def offers_of(self, factors: Collection[Factor]) -> Snapshot:
        """Read the offers of some factors, with the rates of the day."""
        return self.having("offer", "factor", factors, rates=True)

    def having(
        self, kind: str, term: str, values: Collection[Any], *others: str, rates: bool = False
    ) -> Snapshot:
        """Read the records with one of some values in a term, with all that they refer to.

        A term that refers to another register is compared by that record's id. Of `others`, what
        hangs under the records is read with them, and other registers whole.
        """
        stored: _Stored = {kind: self._load(kind, term, values)}
        self._load_below(stored, kind, others)
        for other in {*others} - {*stored}:
            stored[other] = registers.load_all(self.connection, other, self.times.known_at)
        self._load_references(stored)
        return self._snapshot(stored, read_units(self.connection), rates=rates, whole=False)

    def chosen(self, codes: Mapping[str, Collection[str]], whole: _Stored) -> Snapshot:
        """Read some records of registers with all they refer to; `whole` registers were read."""
        stored = whole | {kind: self._load(kind, "code", some) for kind, some in codes.items()}
        self._load_below(stored, "deal", ("instalment",))
        self._load_references(stored)
        return self._snapshot(stored, read_units(self.connection), rates=False, whole=False)

    def aliases(self, kind: str) -> dict[str, str]:
        """Read the former codes of a register then, oldest first, each with the code of then."""
        return register_codes.former_codes(self.connection, kind, self.times.known_at)

    def former_codes(self, kind: str, code: str) -> list[str]:
        """Read the codes that a record had before the one it had then, oldest first."""
        return register_codes.former_codes_of(self.connection, kind, code, self.times.known_at)

    def existed(self, kind: str, code: str) -> bool:
        """Return whether a record was known then and existed on the day."""
        stored: _Stored = {kind: self._load(kind, "code", [code])}
        if STORED_REGISTERS[kind].spec.exists_with is not None:
            self._load_references(stored)
        stages = self._deal_stages(kind, stored[kind], whole=False)
        return bool(self._existing(kind, stored, stages))

    def entries(
        self,
        *,
        deal: str | None = None,
        need: str | None = None,
        offer: str | None = None,
        since: date | None = None,
    ) -> Iterator[Entry]:
        """Read the entries that count at these times, in recorded order, all or of one thing.

        Codes are as typed; raises `UnknownCode`. `since` keeps what took effect then or later.
        """
        where: list[Any] = []
        if deal is not None:
            where.append(entry.c.deal_id == self._id("deal", deal))
        for kind, typed in (("need", need), ("offer", offer)):
            if typed is not None:
                where.append(entry.c.id.in_(entries_of_account(self._id(kind, typed))))
        if since is not None:
            where.append(entry.c.effective_on >= since)
        if self.times.as_of is not None:
            where.append(entry.c.effective_on <= self.times.as_of)
        return self._known(*where)

    def entries_of(self, kind: str, identity: int) -> Iterator[Entry]:
        """Read the entries known then of one need, offer or deal by its id, in recorded order."""
        of_account = entry.c.id.in_(entries_of_account(identity))
        return self._known(entry.c.deal_id == identity if kind == "deal" else of_account)

    def numbered(self, numbers: Collection[int]) -> Iterator[Entry]:
        """Read the entries known then of some numbers, in recorded order."""
        return self._known(entry.c.id.in_(numbers))

    def _known(self, *where: Any) -> Iterator[Entry]:
        known_at = self.times.known_at
        known = () if known_at is None else (known_by(entry, known_at),)
        return read_entries(self.connection, *where, *known)

    def _id(self, kind: str, typed: str) -> int:
        """Find a record that acts are asked of; one recorded in error where no other has the code.

        Raises `UnknownCode` and `AmbiguousCode`.
        """
        known_at = self.times.known_at
        try:
            return find_id(self.connection, kind, typed, by_prefix=True, known_at=known_at)
        except registers.UnknownCode:
            error = registers.find_hidden(self.connection, kind, typed)
            if error is None:
                raise
            return error.id

    def _load(self, kind: str, term: str, values: Collection[Any]) -> dict[str, StoredRecord]:
        return registers.load_where(self.connection, kind, term, values, self.times.known_at)

    def _load_below(
        self, stored: _Stored, kind: str, kinds: Collection[str] = STORED_REGISTERS
    ) -> None:
        for below in BELOW.get(kind, ()):
            if below not in kinds:
                continue
            ids = [one.id for one in stored[kind].values()]
            term = NAMED_BY.get((kind, below), kind)
            records = self._load(below, term, ids) if ids else {}
            stored[below] = {**stored.get(below, {}), **records}
            self._load_below(stored, below, kinds)

    def _load_references(self, stored: _Stored) -> None:
        """Read what records refer to, and what that refers to in turn."""
        waiting = [*stored]
        while waiting:
            kind = waiting.pop()
            for attribute, target in references_of(STORED_REGISTERS[kind]):
                codes = {getattr(one.record, attribute) for one in stored[kind].values()}
                known = stored.setdefault(target, {})
                missing = codes - {None, *known}
                if missing:
                    known.update(self._load(target, "code", missing))
                    waiting.append(target)

    def _snapshot(
        self,
        stored: _Stored,
        units: Mapping[str, Unit],
        *,
        rates: bool,
        whole: bool,
        memberships: bool = True,
    ) -> Snapshot:
        if self.times.as_of is not None and "project" in stored:
            of_now = stored["project"]
            on_day = with_status_on(self.connection, of_now, self.day, self.times.known_at)
            stored = {**stored, "project": on_day}
        deals = stored.get("deal", {})
        stages = self._deal_stages("deal", deals, whole=whole)
        there = {kind: self._existing(kind, stored, stages) for kind in stored}
        return Snapshot(
            times=self.times,
            day=self.day,
            zone=self.zone,
            base_currency=self.settings.base_currency,
            registers={
                kind: by_code({code: one.record for code, one in found.items()})
                for kind, found in there.items()
            },
            balances_by_side=self._balances(there, units, whole=whole),
            deals={
                code: DealBalance(
                    there["deal"][code].record,
                    stages.get((there["deal"][code].id, Side.NEED), {}),
                    stages.get((there["deal"][code].id, Side.OFFER), {}),
                )
                for code in sorted(there.get("deal", {}))
            },
            units=units,
            restrictions=self.restrictions if Side.OFFER.value in stored else NO_RESTRICTIONS,
            rates=read_day_rates(self.connection, self.day, self.times.known_at) if rates else None,
            memberships_read=self._memberships(there.get("city", {}), whole=whole)
            if memberships or self.settings.association is None
            else None,
        )

    def _memberships(self, cities: Mapping[str, StoredRecord], *, whole: bool) -> Memberships:
        """Return the memberships of cities in the association, where one is set."""
        association = self.settings.association
        if association is None:
            return NO_MEMBERSHIPS
        from ledger.store.seats import read_memberships  # noqa: PLC0415 - where one is set

        known_at = self.times.known_at
        ids = None if whole else [one.id for one in cities.values()]
        records = [one.record for one in cities.values()]
        return read_memberships(
            self.connection, association, records, self.day, self.zone, known_at, ids=ids
        )

    def _balances(
        self, stored: _Stored, units: Mapping[str, Unit], *, whole: bool
    ) -> dict[Side, dict[str, Balance]]:
        sides = [side for side in Side if side.value in stored]
        if not sides:
            return {}
        ids = None if whole else [one.id for side in sides for one in stored[side.value].values()]
        rows = balances.account_rows(self.connection, self.times, ids)
        result: dict[Side, dict[str, Balance]] = {side: {} for side in sides}
        absent: dict[int, Balance] = {}
        for side in sides:
            for code, one in sorted(stored[side.value].items()):
                stages = balances.stages_of_side(side, rows.get(one.id))
                balance = Balance(side, code, units[one.record.unit], stages)
                result[side][code] = balance
                if not balance.quantified:
                    absent[one.id] = balance
        for undeclared in without_declaration(self.connection, self.times, [*absent]):
            balance = absent[undeclared]
            result[balance.side][balance.code] = replace(balance, declared=False)
        return result

    def _deal_stages(
        self, kind: str, deals: Mapping[str, StoredRecord], *, whole: bool
    ) -> balances.DealStages:
        if kind != "deal" or not deals:
            return {}
        ids = None if whole else [one.id for one in deals.values()]
        return balances.deal_stages(self.connection, self.times, ids)

    def _existing(
        self, kind: str, every: _Stored, stages: balances.DealStages
    ) -> dict[str, StoredRecord]:
        """Keep the records that existed on the day: what is dated only later did not."""
        stored = every[kind]
        as_of, spec = self.times.as_of, STORED_REGISTERS[kind].spec
        if as_of is None:
            return stored
        if kind == "deal":
            return {c: one for c, one in stored.items() if (one.id, Side.NEED) in stages}
        if kind in _DATED:
            day = attrgetter(_DATED[kind])
            stored = {c: one for c, one in stored.items() if first_day(day(one.record)) <= as_of}
        if spec.exists_with is not None:
            target, attribute = spec.references[spec.exists_with], spec.exists_with
            there = self._existing(target, every, stages)
            return {c: one for c, one in stored.items() if getattr(one.record, attribute) in there}
        return dict(stored)
