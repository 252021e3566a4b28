"""The offer index: the offers of one factor, as the set that passes each rule for a need.

The offers of one unit are sorted so that tickets, shares and amounts are answered as sets.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property, lru_cache
from itertools import groupby
from typing import Final, NamedTuple

from ledger.core.quantity import Unit
from ledger.core.text import text_key
from ledger.eligibility.barred import BarredOffers
from ledger.eligibility.bitsets import SortedIndex, ValueIndex, bit_positions, bitset
from ledger.eligibility.rules import RULES, NeedFacts, OfferFacts, share_limit, units_convert
from ledger.reference.terms import sector_and_above
from ledger.registers.records import ACTIVE_STATUSES, Offer


class Ratio(NamedTuple):
    """An exact rate in smallest parts: `over` parts of a need cost `under` parts of an offer."""

    under: int
    over: int

    def to_offer(self, need_amount: int) -> int:
        """Convert an amount as a hold does, rounded up."""
        return -(-need_amount * self.under // self.over)

    def to_need(self, offer_amount: int) -> int:
        """Return the largest amount of a need that an amount of the offer can hold."""
        return offer_amount * self.over // self.under


class NeedQuantity(NamedTuple):
    """The quantity of a need, in the smallest part of its unit; `open` is positive."""

    open: int
    net: int
    divisible: bool


class QuantityRules(NamedTuple):
    """The offers that pass each rule on quantity."""

    ticket: int
    share: int
    indivisible: int


class _TicketGroup(NamedTuple):
    """Adjacent offers with a smallest ticket and one largest share, sorted by ticket.

    The share is `over` divided by `under`; `first` counts from the first offer of the unit.
    """

    over: int
    under: int
    first: int
    min_tickets: list[int]


def sort_key(offer: OfferFacts) -> tuple[str, bool, Decimal, int, str]:
    """Order offers by unit, then share (those without one last), then smallest ticket."""
    terms = offer.offer
    share = terms.max_share or Decimal(0)
    ticket = -1 if terms.min_ticket is None else terms.min_ticket
    return offer.balance.unit.code, terms.max_share is None, share, ticket, terms.code


class UnitOffers:
    """Offers of one unit at the adjacent places `start`, `start` + 1, …, in `sort_key` order.

    All sets are over the `size` places of the whole factor.
    """

    def __init__(self, offers: Sequence[OfferFacts], start: int, size: int) -> None:
        """Index at least one offer, all of one unit and in `sort_key` order."""
        self.unit = offers[0].balance.unit
        self._offers, self._start, self._size = offers, start, size
        self._end = start + len(offers)
        self.all = _span(start, self._end)
        self._free = SortedIndex((facts.balance.free for facts in offers), size, start)
        self._min_tickets = SortedIndex((facts.offer.min_ticket for facts in offers), size, start)
        self._max_tickets = SortedIndex((facts.offer.max_ticket for facts in offers), size, start)
        self._without_min = self.all & ~self._min_tickets.all
        self._without_max = self.all & ~self._max_tickets.all
        self._shares: list[tuple[Decimal, int]] = []
        self._first_without_share = self._end
        self._ticket_groups: list[_TicketGroup] = []
        self._group_by_share()
        self._with_room_for = lru_cache(maxsize=64)(self._with_room)

    def rule_sets(self, quantity: NeedQuantity, ratio: Ratio) -> QuantityRules:
        """Return the offers that pass the rules on quantity, in pairs with nothing outstanding."""
        if quantity.divisible:
            return QuantityRules(self._ticket(quantity, ratio), self._share(quantity, 1), self.all)
        whole = ratio.to_offer(quantity.open)
        above_min = self._without_min | self._min_tickets.at_most(whole)
        below_max = self._without_max | self._max_tickets.at_least(whole)
        share = self._share(quantity, quantity.open)
        return QuantityRules(above_min & below_max, share, self._free.at_least(whole))

    def places(self, quantity: NeedQuantity, ratio: Ratio) -> tuple[int, ...]:
        """Return what `rule_sets` depends on: quantities of equal places select the same offers."""
        if quantity.divisible:
            return (self._share_place(quantity, 1), *self._reaching(quantity, ratio))
        whole = ratio.to_offer(quantity.open)
        return (
            self._share_place(quantity, quantity.open),
            self._min_tickets.place(whole),
            self._max_tickets.place_before(whole),
            self._free.place_before(whole),
        )

    def _group_by_share(self) -> None:
        place = self._start
        for share, members in groupby(self._offers, key=lambda offer: offer.offer.max_share):
            group = list(members)
            tickets = [
                offer.offer.min_ticket for offer in group if offer.offer.min_ticket is not None
            ]
            if share is None:
                self._first_without_share = place
            else:
                self._shares.append((share, place))
            if tickets:
                first = place + len(group) - len(tickets) - self._start
                # Without a largest share an offer may cover the need: net is never below open.
                over, under = (Decimal(1) if share is None else share).as_integer_ratio()
                self._ticket_groups.append(_TicketGroup(over, under, first, tickets))
            place += len(group)

    def _share(self, quantity: NeedQuantity, least: int) -> int:
        """Return the offers whose share of the need is at least `least` (shares ascend)."""
        tail = self._share_place(quantity, least)
        first = self._shares[tail][1] if tail < len(self._shares) else self._first_without_share
        return _span(first, self._end)

    def _share_place(self, quantity: NeedQuantity, least: int) -> int:
        return bisect_left(self._shares, least, key=lambda one: share_limit(one[0], quantity.net))

    def _ticket(self, quantity: NeedQuantity, ratio: Ratio) -> int:
        """Return the offers whose smallest ticket the best amount reaches, for a divisible need.

        The best amount is the lesser of what the need allows (open, share) and what the offer has
        room for; it reaches a ticket if both do. The second is the same for all needs of a unit,
        the first is one figure for all offers of a share.
        """
        reached = 0
        groups = zip(self._ticket_groups, self._reaching(quantity, ratio), strict=True)
        for group, reaching in groups:
            reached |= ((1 << reaching) - 1) << group.first
        return (self._without_min | reached << self._start) & self._with_room_for(ratio)

    def _reaching(self, quantity: NeedQuantity, ratio: Ratio) -> list[int]:
        """Return how many tickets of each group what a divisible need allows reaches."""
        # The innermost loop of the count: inlined, on integers of this unit's size.
        most_open, net, rate_under, rate_over = quantity.open, quantity.net, *ratio
        places = []
        for over, under, _, min_tickets in self._ticket_groups:
            most = net * over // under
            if most > most_open:
                most = most_open
            elif most < 1:
                most = 1
            places.append(bisect_right(min_tickets, -(-most * rate_under // rate_over)))
        return places

    def _with_room(self, ratio: Ratio) -> int:
        """Return the offers with room for their smallest ticket and for one part of a need."""
        places = (
            self._start + index
            for index, offer in enumerate(self._offers)
            if _has_room(offer, ratio)
        )
        return bitset(places, self._size)


def _has_room(offer: OfferFacts, ratio: Ratio) -> bool:
    smallest, largest = offer.offer.min_ticket, offer.offer.max_ticket
    room = offer.balance.free if largest is None else min(offer.balance.free, largest)
    amount = ratio.to_offer(max(1, ratio.to_need(room)))
    return (smallest is None or amount >= smallest) and (largest is None or amount <= largest)


def _span(first: int, end: int) -> int:
    return ((1 << (end - first)) - 1) << first


RateOf = Callable[[str, str], Fraction | None]
"""Offer units per need unit, by the codes of both; None if no rate is known."""


class _Convertible(NamedTuple):
    """The offers that a unit converts to, and those of them with a known rate."""

    all: int
    rated: tuple[tuple[UnitOffers, Ratio], ...]


_MOST_KEPT: Final = 4096
"""Of how many needs of different terms the sets are kept: each takes a bit for each offer."""


Places = tuple[tuple[int, ...], ...]
"""What the quantity of a need comes to in the sorted figures of offers, by their unit."""


class Counted(NamedTuple):
    """How many offers are eligible, the rule that most of the others fail, and how many do."""

    eligible: int
    rule: str
    failing: int


class FailingTerms(NamedTuple):
    """The offers that pass every rule on the terms of a need, and how many fail each rule.

    `counted` is what was counted for needs of these terms, by the places of their quantities.
    """

    passing: int
    failing: dict[str, int]
    counted: dict[tuple[bool, Places], Counted]


class OfferIndex:
    """Offers of one factor as sets; the place of an offer in a set is a bit of an integer."""

    def __init__(self, offers: Iterable[OfferFacts], day: date, rate_of: RateOf) -> None:
        """Index offers of one factor for one day; `rate_of` converts need units to offer units."""
        ordered = sorted(offers, key=sort_key)
        terms = [facts.offer for facts in ordered]
        size = len(ordered)
        self.day, self.rate_of = day, rate_of
        self.by_code = {facts.offer.code: facts for facts in ordered}
        self.codes = [offer.code for offer in terms]
        self._place = {code: place for place, code in enumerate(self.codes)}
        self.all_offers = (1 << size) - 1
        self._topics = ValueIndex((map(text_key, offer.topics) for offer in terms), size)
        self._sectors = ValueIndex((offer.sectors for offer in terms), size)
        self._instruments = ValueIndex((offer.instruments for offer in terms), size)
        self._geography = _Geography(terms, size)
        self._ordered = ordered
        self._starts = SortedIndex((offer.available_from for offer in terms), size)
        self._retired = bitset((i for i, o in enumerate(ordered) if o.provider.withdrawn), size)
        self._valid = bitset((i for i, o in enumerate(terms) if _valid_on(o, day)), size)
        self._units = list(_by_unit(ordered))
        self._convertible = lru_cache(maxsize=None)(self._find_convertible)
        self._failing_terms: dict[tuple[object, ...], FailingTerms] = {}

    def subset(self, codes: Iterable[str]) -> int:
        """Return the set of these offers, without those that are not indexed."""
        places = (self._place[code] for code in codes if code in self._place)
        return bitset(places, len(self._place))

    def rule_sets(self, need: NeedFacts, *, outstanding_with_others: bool) -> dict[str, int]:
        """Return the offers that pass each rule, for pairs with nothing outstanding.

        `outstanding_with_others` says that the need has something outstanding with another offer.
        """
        whole = need.need.divisible or not outstanding_with_others
        sets = {**self._terms(need), **self.other_sets(need)}
        return sets if whole else {**sets, "indivisible": 0}

    def other_sets(self, need: NeedFacts) -> dict[str, int]:
        """Return the offers that pass each rule on quantity, and those that nothing bars."""
        quantity = self._quantity(need)
        return {
            "ticket": quantity.ticket,
            "share": quantity.share,
            "indivisible": quantity.indivisible,
            "restricted": self.all_offers & ~self._barred.for_need(need),
        }

    def is_barred(self, need: NeedFacts) -> bool:
        """Say whether a restriction bars any offer for a need."""
        return bool(self._barred.for_need(need))

    def quantity_places(self, need: NeedFacts) -> tuple[bool, Places]:
        """Return what the rules on quantity depend on, for needs of one unit."""
        balance, divisible = need.balance, need.need.divisible
        if balance.free <= 0:
            return divisible, ()
        quantity = NeedQuantity(balance.free, balance.net, divisible)
        rated = self._convertible(balance.unit).rated
        return divisible, tuple(offers.places(quantity, ratio) for offers, ratio in rated)

    @cached_property
    def _unlimited(self) -> int:
        """The offers that limit neither tickets nor shares: no quantity is too large or small."""
        terms = (one.offer for one in self._ordered)
        places = (
            place
            for place, one in enumerate(terms)
            if one.min_ticket is None and one.max_ticket is None and one.max_share is None
        )
        return bitset(places, len(self._ordered))

    def unlimited_for(self, need: NeedFacts) -> int:
        """Return the offers without limits that are eligible for a need, in any quantity.

        Where there is none, another offer may be; an offer that has something outstanding with the
        need may be among them.
        """
        if not need.need.divisible:
            return 0
        possible = self._unlimited & self.failing_terms(need).passing
        return possible and possible & ~self._barred.for_need(need)

    def failing_terms(self, need: NeedFacts) -> FailingTerms:
        """Return what the rules of the two sides' own terms say, once for needs of equal terms.

        Cities that no offer names are alike in one country, and days between the same beginnings.
        """
        own, project, city = need.need, need.project, need.city
        named = city.code if self._geography.names(city.code) else None
        key = (
            *(need.balance.unit.code, need.balance.quantified, own.topic, own.instruments),
            *(own.needed_by and self._starts.place(own.needed_by), project.sector, project.status),
            *(named, city.country, need.region_chain),
        )
        known = self._failing_terms.get(key)
        if known is None:
            if len(self._failing_terms) == _MOST_KEPT:
                self._failing_terms.clear()
            failing, passing = dict.fromkeys(RULES, 0), self.all_offers
            for rule, passed in self._terms(need).items():
                failing[rule] = (self.all_offers & ~passed).bit_count()
                passing &= passed
            known = self._failing_terms[key] = FailingTerms(passing, failing, {})
        return known

    def _terms(self, need: NeedFacts) -> dict[str, int]:
        """Return the offers that pass each rule of the two sides' own terms, quantities apart."""
        all_offers = self.all_offers
        return {
            "unit": self._convertible(need.balance.unit).all,
            "quantified": all_offers if need.balance.quantified else 0,
            "topic": self._topics.empty | self._topics.containing_any(_topic_key(need)),
            "sector": self._sectors.empty
            | self._sectors.containing_any(sector_and_above(need.project.sector)),
            "geography": self._geography.admitting_city(need),
            "instrument": self._instrument(need.need.instruments),
            "window": self._valid,
            "start": self._start(need.need.needed_by),
            "status": all_offers if need.project.status in ACTIVE_STATUSES else 0,
            "retired": all_offers & ~self._retired,
        }

    @cached_property
    def _barred(self) -> BarredOffers:
        return BarredOffers(self._ordered, self.day)

    def admissible_offers(self, need: NeedFacts) -> list[str]:
        """Return the codes of the offers that pass every rule but those on quantity."""
        passing = self.passing_terms(need) & ~self._barred.for_need(need)
        return [self.codes[place] for place in bit_positions(passing)]

    def barred_by_restriction(self, need: NeedFacts) -> Iterator[tuple[str, int]]:
        """Give how many offers each restriction bars for a need that pass every other rule.

        Rules on quantity are passed over.
        """
        passing = self.passing_terms(need)
        for code, barred in self._barred.by_restriction(need) if passing else ():
            count = (barred & passing).bit_count()
            if count:
                yield code, count

    def passing_terms(self, need: NeedFacts) -> int:
        """Return the offers that pass every rule but those on quantity and restrictions."""
        passing = self.all_offers
        for passed in self._terms(need).values():
            passing &= passed
        return passing

    def offers_at(self, places: int) -> list[OfferFacts]:
        """Return the offers of a set, in the order of their places."""
        return [self.by_code[self.codes[place]] for place in bit_positions(places)]

    def ratios(self, unit: Unit) -> dict[str, Ratio]:
        """Return the rate to each unit of these offers, where one is known."""
        return {offers.unit.code: ratio for offers, ratio in self._convertible(unit).rated}

    def _instrument(self, accepted: tuple[str, ...]) -> int:
        if not accepted:
            return self.all_offers
        return self._instruments.empty | self._instruments.containing_any(accepted)

    def _start(self, needed_by: date | None) -> int:
        if needed_by is None:
            return self.all_offers
        return (self.all_offers & ~self._starts.all) | self._starts.at_most(needed_by)

    def _quantity(self, need: NeedFacts) -> QuantityRules:
        """Test quantities only against units with a known rate; other units pass."""
        ticket = share = indivisible = self.all_offers
        balance = need.balance
        if balance.free > 0:
            quantity = NeedQuantity(balance.free, balance.net, need.need.divisible)
            for offers, ratio in self._convertible(balance.unit).rated:
                rule_sets = offers.rule_sets(quantity, ratio)
                ticket ^= offers.all & ~rule_sets.ticket
                share ^= offers.all & ~rule_sets.share
                indivisible ^= offers.all & ~rule_sets.indivisible
        return QuantityRules(ticket, share, indivisible)

    def _find_convertible(self, unit: Unit) -> _Convertible:
        eligible, rated = 0, []
        for offers in self._units:
            if not units_convert(unit, offers.unit):
                continue
            eligible |= offers.all
            same = unit.code == offers.unit.code
            rate = Fraction(1) if same else self.rate_of(unit.code, offers.unit.code)
            if rate is not None:
                rated.append((offers, ratio_between(rate, unit, offers.unit)))
        return _Convertible(eligible, tuple(rated))


class _Geography:
    """The union of countries, regions and cities of each mandate, less its excluded countries."""

    def __init__(self, offers: list[Offer], size: int) -> None:
        self._countries = ValueIndex((offer.countries for offer in offers), size)
        self._regions = ValueIndex((offer.regions for offer in offers), size)
        self._cities = ValueIndex((offer.cities for offer in offers), size)
        self._excluded = ValueIndex((offer.excluded_countries for offer in offers), size)
        self._anywhere = self._countries.empty & self._regions.empty & self._cities.empty

    def names(self, city: str) -> bool:
        """Say whether a mandate names a city."""
        return city in self._cities

    def admitting_city(self, need: NeedFacts) -> int:
        """Return the offers whose mandate admits the project's city."""
        country = [need.city.country]
        reach = self._anywhere | self._countries.containing_any(country)
        reach |= self._regions.containing_any(need.region_chain) | self._cities.containing_any(
            [need.city.code]
        )
        return reach & ~self._excluded.containing_any(country)


def _by_unit(ordered: list[OfferFacts]) -> Iterable[UnitOffers]:
    start = 0
    for _, members in groupby(ordered, key=lambda facts: facts.balance.unit.code):
        group = list(members)
        yield UnitOffers(group, start, len(ordered))
        start += len(group)


def _valid_on(offer: Offer, day: date) -> bool:
    begun = offer.valid_from is None or offer.valid_from <= day
    return begun and not offer.has_expired(day)


def _topic_key(need: NeedFacts) -> list[str]:
    return [] if need.need.topic is None else [text_key(need.need.topic)]


def ratio_between(rate: Fraction, need_unit: Unit, offer_unit: Unit) -> Ratio:
    """Convert a rate between whole units into one between their smallest parts."""
    exact = rate * Fraction(10) ** (offer_unit.decimals - need_unit.decimals)
    return Ratio(exact.numerator, exact.denominator)
