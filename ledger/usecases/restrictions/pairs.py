"""What bars one pair of an offer and a need, and for whom that is not known.

A provider whose country is unknown is neither bound nor a target by country: unknown is not free.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final, NamedTuple

from ledger.eligibility.rules import terms_of_pair
from ledger.registers.records import Provider, Restriction
from ledger.restrictions.bars import (
    PairTerms,
    Restrictions,
    bars_pair,
    covers,
    in_force,
    may_bar,
    names_countries,
)
from ledger.store.session.snapshot import Snapshot

BARRED: Final = "barred"
EXEMPT: Final = "exempt"
UNKNOWN: Final = "unknown"


class RestrictionOfPair(NamedTuple):
    """A restriction in force that concerns a pair, and how: barred, exempt or unknown."""

    restriction: Restriction
    judgement: str
    exemption: str | None = None


class PairCheck(NamedTuple):
    """The parties of a pair, and the restrictions in force that concern it."""

    terms: PairTerms
    restrictions: tuple[RestrictionOfPair, ...]

    @property
    def is_free(self) -> bool:
        """Say whether nothing bars the pair for sure, and nothing may."""
        return all(one.judgement == EXEMPT for one in self.restrictions)


def check_pair(snapshot: Snapshot, offer: str, need: str) -> PairCheck:
    """Judge a pair of a snapshot on its day, by every restriction that concerns it."""
    needed, offered = snapshot.need_facts[need], snapshot.offer_facts[offer]
    terms = terms_of_pair(needed, offered)
    concerning = _concerning(snapshot.restrictions, terms, snapshot.day)
    return PairCheck(terms, tuple(concerning))


def _concerning(
    restrictions: Restrictions, pair: PairTerms, day: date
) -> Iterator[RestrictionOfPair]:
    for one in restrictions.restrictions:
        if not in_force(one, day):
            continue
        if bars_pair(one, pair):
            every = restrictions.exemptions_from(one.code, day)
            leave = next((exemption for exemption in every if covers(exemption, pair)), None)
            judgement = BARRED if leave is None else EXEMPT
            yield RestrictionOfPair(one, judgement, None if leave is None else leave.code)
        elif may_bar(one, pair):
            yield RestrictionOfPair(one, UNKNOWN)


class UnknownCountry(NamedTuple):
    """A provider without a country, what it offers, and the restrictions that may concern it."""

    provider: Provider
    offers: tuple[str, ...]
    restrictions: tuple[str, ...]


def providers_without_country(snapshot: Snapshot) -> list[UnknownCountry]:
    """Give the providers whose country is unknown, where a restriction in force names countries."""
    restrictions = tuple(
        one.code
        for one in snapshot.restrictions.restrictions
        if in_force(one, snapshot.day) and names_countries(one)
    )
    if not restrictions:
        return []
    offers: dict[str, list[str]] = {}
    for code, facts in snapshot.offer_facts.items():
        offers.setdefault(facts.provider.code, []).append(code)
    return [
        UnknownCountry(provider, tuple(offers.get(code, ())), restrictions)
        for code, provider in snapshot.records("provider").items()
        if not provider.withdrawn and snapshot.country_of(provider) is None
    ]
