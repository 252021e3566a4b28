"""The cities, providers and offices that records lead to, for the filters of their lists.

A need leads to the city of its project, an offer to its provider and to the city of that, a deal to
the city of its need and the provider of its offer, a meeting to the cities that attended it, and a
proposal to the needs and offers of its lines. The lists of needs and of projects are filtered by
the providers that were asked for a need or introduced to it, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from ledger.approaches.states import providers_by_need
from ledger.core.factors import Side
from ledger.core.partial_dates import first_day
from ledger.registers.spec import attribute_of
from ledger.store.journal.balances import deal_stages
from ledger.store.proposals import read_proposals
from ledger.store.registers import STORED_REGISTERS, StoredRecord, load_all
from ledger.store.session.snapshot import Reader, Snapshot

CITY: Final = "city"
PROVIDER: Final = "provider"
OFFICE: Final = "office"
STATE: Final = "state"
PROPOSAL: Final = "proposal"
PARTY: Final = "party"
"""The providers of the deals and approaches of a need, or of the needs of a project."""


_TERMS: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    CITY: {
        "approach": ("need",),
        "attendance": ("city",),
        "credential": ("city",),
        "deal": ("need",),
        "exemption": ("cities", "projects"),
        "instalment": ("deal",),
        "meeting": ("attendance",),
        "motion": ("by",),
        "need": ("project",),
        "offer": ("provider",),
        "partnership": ("city", "with_city"),
        "phase": ("project",),
        "project": ("city",),
        PROPOSAL: ("need",),
        "provider": ("city",),
        "restriction": ("cities",),
        "seat": ("city",),
        "target": ("city",),
        "undertaking": ("partnership",),
    },
    PROVIDER: {
        "approach": ("provider",),
        "deal": ("offer",),
        "exemption": ("providers",),
        "instalment": ("deal",),
        "offer": ("provider",),
        PROPOSAL: ("offer",),
        "restriction": ("providers",),
    },
}
"""The terms by which a record leads to a city or a provider, by its register."""

_BELOW: Final = {"meeting": ("attendance",)}
"""Registers whose records name the one that leads to them."""

_LISTED: Final = {"restriction": (CITY, PROVIDER), "exemption": (CITY, PROVIDER, "project")}
"""What records name in lists, which is not read with them."""

Places = Mapping[str, tuple[str, ...]]
"""The codes of a place, by the code of each record."""


def leads_to(kind: str, place: str) -> bool:
    """Say whether records of a kind lead to cities, providers or offices, or have a state."""
    if place == STATE:
        return kind == "deal"
    if place == OFFICE:
        return kind == OFFICE or leads_to(kind, CITY)
    return kind == place or kind in _TERMS[place]


def places_of(reader: Reader, kind: str, place: str) -> Places:
    """Read what every record of a kind leads to, at the reader's times.

    Needs and projects lead to a `PARTY`, too: the providers that their lists are filtered by.
    """
    if place == PARTY:
        return _parties(reader, kind)
    if not leads_to(kind, place):
        return {}
    if kind == PROPOSAL:
        return _places_of_proposals(reader, place)
    snapshot = reader.snapshot(kind, *_BELOW.get(kind, ()), *_LISTED.get(kind, ()))
    finder = _Finder(snapshot)
    return {code: finder.of(kind, code, place) for code in snapshot.records(kind)}


def _parties(reader: Reader, kind: str) -> Places:
    """Read the providers of every need or project, with nothing but the records that name them."""
    deals, offers, approaches = (_stored(reader, one) for one in ("deal", "offer", "approach"))
    as_of = reader.times.as_of
    if as_of is not None:
        begun = {identity for identity, _ in deal_stages(reader.connection, reader.times)}
        deals = {code: one for code, one in deals.items() if one.id in begun}
    providers = providers_by_need(
        (one.record for one in deals.values()),
        {code: one.record for code, one in offers.items()},
        (one.record for one in approaches.values() if as_of is None or one.record.sent_on <= as_of),
    )
    if kind != "project":
        return providers
    found: dict[str, tuple[str, ...]] = {}
    for code, need in _stored(reader, "need").items():
        if as_of is None or first_day(need.record.declared_on) <= as_of:
            before = found.get(need.record.project, ())
            found[need.record.project] = _once((*before, *providers.get(code, ())))
    return found


def _stored(reader: Reader, kind: str) -> dict[str, StoredRecord]:
    return load_all(reader.connection, kind, reader.times.known_at)


def _places_of_proposals(reader: Reader, place: str) -> Places:
    side = Side.OFFER if place == PROVIDER else Side.NEED
    snapshot = reader.snapshot(side.value)
    finder = _Finder(snapshot)
    found: dict[str, tuple[str, ...]] = {}
    for stored in read_proposals(reader.connection):
        codes = (line.need if side is Side.NEED else line.offer for line in stored.proposal.lines)
        named = (finder.of(side.value, code, place) for code in codes)
        found[stored.code] = _once(one for codes_of_line in named for one in codes_of_line)
    return found


def _once(codes: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(codes))


@dataclass(frozen=True)
class _Finder:
    """Finds what records of a snapshot lead to."""

    snapshot: Snapshot

    def of(self, kind: str, code: str, place: str) -> tuple[str, ...]:
        """Give the codes of a place that a record leads to, each once."""
        if place == STATE:
            balance = self.snapshot.deals.get(code)
            return () if balance is None else (str(balance.state),)
        if place == OFFICE and kind != OFFICE:
            cities, records = self.of(kind, code, CITY), self.snapshot.records(CITY)
            return _once(records[city].office for city in cities if city in records)
        if kind == place:
            return (code,)
        return _once(self._codes(kind, code, place))

    def _codes(self, kind: str, code: str, place: str) -> Iterator[str]:
        for term in _TERMS[place].get(kind, ()):
            for target, named in self._named(kind, code, term):
                yield from self.of(target, named, place)

    def _named(self, kind: str, code: str, term: str) -> Iterator[tuple[str, str]]:
        """Give the records that a term of a record names, each with its register."""
        if term in _BELOW.get(kind, ()):
            yield from ((term, below) for below in self._attended.get(code, ()))
            return
        record = self.snapshot.records(kind).get(code)
        value = None if record is None else getattr(record, attribute_of(term))
        target = STORED_REGISTERS[kind].spec.column[term].register
        assert target is not None, "the terms named here hold codes"
        for one in value if isinstance(value, tuple) else (value,):
            if one is not None:
                yield target, one

    @cached_property
    def _attended(self) -> Mapping[str, list[str]]:
        """The attendances of each meeting, by its code."""
        found: dict[str, list[str]] = {}
        for code, one in self.snapshot.records("attendance").items():
            found.setdefault(one.meeting, []).append(code)
        return found
