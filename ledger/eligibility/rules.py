"""The rules of eligibility, and the verdict of all of them on a pair.

Each rule is small, pure and separately testable; RULES is their order. An empty list of a mandate
excludes nothing. Quantities are tested exactly, in the smallest parts of their units; rules on
quantity pass over a pairing without quantities.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from ledger.core.quantity import Unit, format_quantity, short_quantity
from ledger.core.text import text_key
from ledger.journal.balance import Balance
from ledger.reference.places import region_names
from ledger.registers.records import (
    ACTIVE_STATUSES,
    City,
    Need,
    Offer,
    Project,
    Provider,
    Restriction,
)
from ledger.restrictions.bars import (
    NO_RESTRICTIONS,
    PairRecords,
    PairTerms,
    Restrictions,
    describe,
    lies_in_sector,
    pair_terms,
)


@dataclass(frozen=True, slots=True)
class NeedFacts:
    """A need with all the data that the rules use.

    `region_chain` holds the UN M49 codes that contain the city's country, narrowest first.
    """

    need: Need
    project: Project
    city: City
    balance: Balance
    region_chain: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OfferFacts:
    """An offer with all the data that the rules use.

    `country` is the provider's own, else that of its city. `restrictions` are the ledger's.
    """

    offer: Offer
    provider: Provider
    balance: Balance
    country: str | None = None
    restrictions: Restrictions = NO_RESTRICTIONS


@dataclass(frozen=True, slots=True)
class Pairing:
    """A need and an offer on a day, with the new quantity on each side in its own unit.

    A quantity of None is not tested (no rate known, nothing open): rules on quantity pass over it.
    `instrument` is the deal's, None where there is none yet.
    `outstanding_need` and `outstanding_offer` are what is held, committed or delivered between
    the two already; `outstanding_elsewhere` names the other offers with something outstanding in
    the need.
    """

    need: NeedFacts
    offer: OfferFacts
    day: date
    need_amount: int | None
    offer_amount: int | None
    outstanding_need: int = 0
    outstanding_offer: int = 0
    outstanding_elsewhere: tuple[str, ...] = ()
    instrument: str | None = None


class Outstanding(NamedTuple):
    """The amount held, committed or delivered between one offer and one need, in both units."""

    need: int
    offer: int


NONE_OUTSTANDING = Outstanding(0, 0)


class Failure(NamedTuple):
    """A rule that a pair fails, and the reason with its values."""

    rule: str
    sentence: str


RETIRED = "retired"
"""The rule about a provider that is out of use."""

Rule = Callable[[Pairing], Failure | None]


def units_convert(one: Unit, other: Unit) -> bool:
    """Return whether quantities of two units can be compared: equal units, or two currencies."""
    return one.code == other.code or (one.kind == "money" and other.kind == "money")


def share_limit(max_share: Decimal, net: int) -> int:
    """Return the floor of the largest share of what a need requires less what was withdrawn."""
    numerator, denominator = max_share.as_integer_ratio()
    return net * numerator // denominator


def reaches(offer: Offer, need: NeedFacts) -> bool:
    """Return whether a mandate's geography admits the project's city."""
    return admits(offer, need.city, need.region_chain)


def admits(offer: Offer, city: City, region_chain: Sequence[str]) -> bool:
    """Return whether a mandate's geography admits a city.

    Countries, regions and cities are a union; excluded countries are then subtracted from it.
    """
    country = city.country
    if country in offer.excluded_countries:
        return False
    if not (offer.countries or offer.regions or offer.cities):
        return True
    return (
        country in offer.countries
        or city.code in offer.cities
        or any(region in offer.regions for region in region_chain)
    )


def _factor(pairing: Pairing) -> Failure | None:
    offered, needed = pairing.offer.offer.factor, pairing.need.need.factor
    if offered == needed:
        return None
    return Failure("factor", f"it offers {offered}; the need is for {needed}")


def _unit(pairing: Pairing) -> Failure | None:
    offered, needed = pairing.offer.balance.unit, pairing.need.balance.unit
    if units_convert(offered, needed):
        return None
    return Failure("unit", f"it is in {offered.code}; the need is in {needed.code}")


def _quantified(pairing: Pairing) -> Failure | None:
    if pairing.need.balance.quantified:
        return None
    return Failure("quantified", "the amount of the need is not known")


def _topic(pairing: Pairing) -> Failure | None:
    topics, topic = pairing.offer.offer.topics, pairing.need.need.topic
    if not topics or (topic is not None and text_key(topic) in map(text_key, topics)):
        return None
    topic_text = f"the need's topic is {topic}" if topic else "the need names no topic"
    return Failure("topic", f"only for {_join(topics)}; {topic_text}")


def _sector(pairing: Pairing) -> Failure | None:
    sectors, sector = pairing.offer.offer.sectors, pairing.need.project.sector
    if not sectors or lies_in_sector(sector, sectors):
        return None
    return Failure("sector", f"only for sector {_join(sectors)}; the project is in {sector}")


def _geography(pairing: Pairing) -> Failure | None:
    offer, city = pairing.offer.offer, pairing.need.city
    if reaches(offer, pairing.need):
        return None
    if city.country in offer.excluded_countries:
        return Failure("geography", f"country {city.country} of {city.name} is excluded")
    named = _join((*offer.countries, *region_names(offer.regions), *offer.cities))
    return Failure("geography", f"only for {named}; the city is {city.name} ({city.country})")


def _instrument(pairing: Pairing) -> Failure | None:
    offered, accepted = pairing.offer.offer.instruments, pairing.need.need.instruments
    if not offered or not accepted or set(offered) & set(accepted):
        return None
    return Failure("instrument", f"by {_join(offered)}; the need accepts {_join(accepted)}")


def _window(pairing: Pairing) -> Failure | None:
    offer, day = pairing.offer.offer, pairing.day
    if offer.valid_from is not None and day < offer.valid_from:
        return Failure("window", f"valid from {offer.valid_from}, the day is {day}")
    if offer.valid_until is not None and day > offer.valid_until:
        return Failure("window", f"valid until {offer.valid_until}, the day is {day}")
    return None


def _start(pairing: Pairing) -> Failure | None:
    starts, needed_by = pairing.offer.offer.available_from, pairing.need.need.needed_by
    if starts is None or needed_by is None or starts <= needed_by:
        return None
    return Failure("start", f"can start on {starts}; it is needed by {needed_by}")


def _status(pairing: Pairing) -> Failure | None:
    project = pairing.need.project
    if project.status in ACTIVE_STATUSES:
        return None
    return Failure(
        "status", f"project {project.code} is in status {project.status}, which takes no new deals"
    )


def _retired(pairing: Pairing) -> Failure | None:
    provider = pairing.offer.provider
    if not provider.withdrawn:
        return None
    return Failure(RETIRED, f"provider {provider.code} is retired")


def _ticket(pairing: Pairing) -> Failure | None:
    if pairing.offer_amount is None:
        return None
    offer, unit = pairing.offer.offer, pairing.offer.balance.unit
    total = pairing.outstanding_offer + pairing.offer_amount
    if offer.min_ticket is not None and total < offer.min_ticket:
        limit, room = f"at least {brief(offer.min_ticket, unit)}", True
    elif offer.max_ticket is not None and total > offer.max_ticket:
        limit = f"at most {brief(offer.max_ticket, unit)}"
        room = pairing.outstanding_offer < offer.max_ticket
    else:
        return None
    asked = _asked(pairing.offer_amount, pairing.outstanding_offer, unit, has_room=room)
    return Failure("ticket", f"{limit} per need; {asked}")


def _share(pairing: Pairing) -> Failure | None:
    max_share = pairing.offer.offer.max_share
    if pairing.need_amount is None or max_share is None:
        return None
    unit = pairing.need.balance.unit
    limit = share_limit(max_share, pairing.need.balance.net)
    outstanding = pairing.outstanding_need
    if outstanding + pairing.need_amount <= limit:
        return None
    asked = _asked(pairing.need_amount, outstanding, unit, has_room=outstanding < limit)
    return Failure("share", f"at most {max_share} of a need, here {brief(limit, unit)}; {asked}")


def _indivisible(pairing: Pairing) -> Failure | None:
    """Check that one offer takes all that is open, and has all that is outstanding, of the need."""
    if pairing.need.need.divisible:
        return None
    need, offer = pairing.need.balance, pairing.offer.balance
    if pairing.outstanding_elsewhere:
        others = _join(pairing.outstanding_elsewhere)
        return Failure(
            "indivisible", f"the need is indivisible and already has a deal with {others}"
        )
    if pairing.need_amount is not None and pairing.need_amount != need.free:
        whole, asked = (
            brief(need.free, need.unit),
            brief(pairing.need_amount, need.unit),
        )
        return Failure("indivisible", f"the need is indivisible: {whole} at once; {asked} asked")
    if pairing.offer_amount is not None and pairing.offer_amount > offer.free:
        whole, has = (
            brief(pairing.offer_amount, offer.unit),
            brief(offer.free, offer.unit),
        )
        return Failure("indivisible", f"the need is indivisible: {whole} at once; it has {has}")
    return None


def terms_of_pair(need: NeedFacts, offer: OfferFacts, instrument: str | None = None) -> PairTerms:
    """Return what restrictions ask of a pair; `instrument` is the deal's, where there is one."""
    records = PairRecords(need.need, need.project, need.city, offer.offer, offer.provider)
    return pair_terms(records, offer.country, instrument)


def bars_of(pairing: Pairing) -> tuple[Restriction, ...]:
    """Return the restrictions that bar a pair on its day."""
    need, offer = pairing.need, pairing.offer
    if offer.restrictions is NO_RESTRICTIONS:
        return ()
    pair = terms_of_pair(need, offer, pairing.instrument)
    return tuple(offer.restrictions.judge(pair, pairing.day).bars)


def _restricted(pairing: Pairing) -> Failure | None:
    bars = bars_of(pairing)
    return Failure("restricted", "; ".join(map(describe, bars))) if bars else None


RULES: dict[str, Rule] = {
    "factor": _factor,
    "unit": _unit,
    "quantified": _quantified,
    "topic": _topic,
    "sector": _sector,
    "geography": _geography,
    "instrument": _instrument,
    "window": _window,
    "start": _start,
    "status": _status,
    RETIRED: _retired,
    "ticket": _ticket,
    "share": _share,
    "indivisible": _indivisible,
    "restricted": _restricted,
}
"""Every rule by its name, in the order of failures and of ties."""

RULE_ORDER = {name: position for position, name in enumerate(RULES)}


def verdict(pairing: Pairing) -> tuple[Failure, ...]:
    """Return every rule the pair fails, in the order of RULES; empty means eligible."""
    return tuple([failure for rule in RULES.values() if (failure := rule(pairing)) is not None])


def _join(words: Iterable[str]) -> str:
    return ", ".join(words)


def brief(amount: int, unit: Unit) -> str:
    """Format an amount in short where that is exact, else in full: a refusal never rounds."""
    short = short_quantity(amount, unit)
    return format_quantity(amount, unit) if short.startswith("≈") else short


def _asked(amount: int, outstanding: int, unit: Unit, *, has_room: bool) -> str:
    """Say what is asked beside what is between the two; it matters only where there is room."""
    if not outstanding:
        return f"{brief(amount, unit)} asked"
    placed = f"{brief(outstanding, unit)} are between them already"
    return f"{brief(amount, unit)} asked, and {placed}" if has_room else placed
