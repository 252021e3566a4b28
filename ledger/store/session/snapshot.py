"""A snapshot for reports, read at two times: registers, balances, deals, rates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from functools import cached_property
from typing import Any

from sqlalchemy import Connection

from ledger.core.dates import day_of, find_time_zone
from ledger.core.factors import Side
from ledger.core.quantity import Unit
from ledger.deals.deal import Deal
from ledger.eligibility.rules import NeedFacts, OfferFacts
from ledger.journal.balance import Balance, DealBalance
from ledger.journal.entries import Entry, Stages
from ledger.rates.rates import RateFinder, rate_finder
from ledger.reference import region_chain
from ledger.store import registers
from ledger.store.db.queries import read_settings, read_units
from ledger.store.db.tables import entry
from ledger.store.journal import balances
from ledger.store.journal.balances import Times
from ledger.store.journal.entries import entries_of_account, read_entries
from ledger.store.rates import DayRates
from ledger.store.registers import StoredRecord, find_id


class Snapshot:
    """A ledger at two times. Each part is read once, when it is first asked for.

    `as_of` counts acts through the end of that day; `known_at` what was recorded by then, and it
    selects the versions of registers, rates and settings known then. None is now.
    """

    def __init__(self, connection: Connection, times: Times, moment: datetime) -> None:
        """Look at the ledger behind a connection; `moment` is the machine's, now."""
        self.connection = connection
        self.times = times
        self._moment = times.known_at or moment

    @cached_property
    def settings(self) -> dict[str, str]:
        """The settings known then."""
        return read_settings(self.connection, self.times.known_at)

    @cached_property
    def day(self) -> date:
        """The day asked for: the as-of date, else the day of the moment known, else today."""
        zone = find_time_zone(self.settings["time_zone"])
        return self.times.as_of or day_of(self._moment, zone)

    @cached_property
    def units(self) -> dict[str, Unit]:
        """Every unit by code."""
        return read_units(self.connection)

    @cached_property
    def base_unit(self) -> Unit:
        """The base currency."""
        return self.units[self.settings["base_currency"]]

    @cached_property
    def rate_of(self) -> RateFinder:
        """What finds the rate between two units on the day."""
        return rate_finder(self.rates, self.day)

    @cached_property
    def rates(self) -> DayRates:
        """The rates of the day, as known then."""
        return DayRates(self.connection, self.day, self.times.known_at)

    def records(self, kind: str) -> dict[str, Any]:
        """Give every record of a register by code, as known then."""
        if kind not in self._records:
            self._records[kind] = {
                code: stored.record for code, stored in self._stored_records(kind).items()
            }
        return self._records[kind]

    @cached_property
    def _records(self) -> dict[str, dict[str, Any]]:
        return {}

    @cached_property
    def _registers(self) -> dict[str, dict[str, StoredRecord]]:
        return {}

    def _stored_records(self, kind: str) -> dict[str, StoredRecord]:
        if kind not in self._registers:
            stored = registers.load_all(self.connection, kind, self.times.known_at)
            self._registers[kind] = {
                c: one for c, one in stored.items() if self._existed(kind, one)
            }
        return self._registers[kind]

    def _existed(self, kind: str, stored: StoredRecord) -> bool:
        """Say whether a record known then existed on the day: what is dated only later did not."""
        if self.times.as_of is None:
            return True
        if kind == "deal":
            return (stored.id, Side.NEED) in self._deal_stages
        return kind not in {*Side} or stored.record.declared_on <= self.times.as_of

    @cached_property
    def _stage_rows(self) -> dict[int, Any]:
        return balances.account_rows(self.connection, self.times)

    def balances(self, side: Side) -> dict[str, Balance]:
        """Give where every need or offer stood, by code."""
        return {
            code: self._balance(side, stored)
            for code, stored in self._stored_records(side.value).items()
        }

    def _balance(self, side: Side, stored: StoredRecord) -> Balance:
        stages = balances.stages_of_side(side, self._stage_rows.get(stored.id))
        return Balance(side, stored.record.code, self.units[stored.record.unit], stages)

    @cached_property
    def _deal_stages(self) -> dict[tuple[int, Side], Stages]:
        return balances.deal_stages(self.connection, self.times)

    @cached_property
    def deals(self) -> dict[str, DealBalance]:
        """Every deal with both of its sides, by code."""
        stages = self._deal_stages
        return {
            code: DealBalance(
                stored.record,
                stages.get((stored.id, Side.NEED), {}),
                stages.get((stored.id, Side.OFFER), {}),
            )
            for code, stored in self._stored_records("deal").items()
        }

    def deals_of(self, *, need: str | None = None, offer: str | None = None) -> list[DealBalance]:
        """Give the deals of a need or of an offer, by code."""
        return [one for one in self.deals.values() if _is_of(one.deal, need, offer)]

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
            where.append(entry.c.deal_id == find_id(self.connection, "deal", deal, by_prefix=True))
        for kind, typed in (("need", need), ("offer", offer)):
            if typed is not None:
                account_id = find_id(self.connection, kind, typed, by_prefix=True)
                where.append(entry.c.id.in_(entries_of_account(account_id)))
        if since is not None:
            where.append(entry.c.effective_on >= since)
        if self.times.as_of is not None:
            where.append(entry.c.effective_on <= self.times.as_of)
        if self.times.known_at is not None:
            where.append(entry.c.recorded_at <= self.times.known_at)
        return read_entries(self.connection, *where)

    def local(self, moment: datetime) -> str:
        """Write a recorded moment in the ledger's own time zone, to the second."""
        local_time = moment.astimezone(find_time_zone(self.settings["time_zone"]))
        return local_time.isoformat(sep=" ", timespec="seconds")

    @cached_property
    def need_facts(self) -> dict[str, NeedFacts]:
        """What the rules of eligibility ask of every need."""
        projects, cities = self.records("project"), self.records("city")
        balances = self.balances(Side.NEED)
        chains: dict[str, tuple[str, ...]] = {}
        facts: dict[str, NeedFacts] = {}
        for code, need in self.records("need").items():
            project = projects[need.project]
            city = cities[project.city]
            if city.country not in chains:
                chains[city.country] = region_chain(city.country)
            chain = chains[city.country]
            facts[code] = NeedFacts(need, project, city, balances[code], chain)
        return facts

    @cached_property
    def offer_facts(self) -> dict[str, OfferFacts]:
        """What the rules of eligibility ask of every offer."""
        providers, balances = self.records("provider"), self.balances(Side.OFFER)
        return {
            code: OfferFacts(offer, providers[offer.provider], balances[code])
            for code, offer in self.records("offer").items()
        }

    def needs_of(self, project: str) -> Iterable[NeedFacts]:
        """Give the needs of a project, by code."""
        return [facts for facts in self.need_facts.values() if facts.project.code == project]


def _is_of(deal: Deal, need: str | None, offer: str | None) -> bool:
    return need in (None, deal.need) and offer in (None, deal.offer)
