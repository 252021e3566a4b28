"""The offers of one unit, sorted so that tickets, shares and amounts are answered as sets."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

from ledger.bitsets import Ladder, bits
from ledger.eligibility_facts import OfferFacts
from ledger.eligibility_rules import share_limit


class Ratio(NamedTuple):
    """A rate in smallest parts, exactly: `over` parts of a need cost `under` parts of an offer."""

    under: int
    over: int

    def to_offer(self, need_amount: int) -> int:
        """Convert as a hold does, rounded up."""
        return -(-need_amount * self.under // self.over)

    def to_need(self, offer_amount: int) -> int:
        """Give the most of a need that an amount of the offer can hold."""
        return offer_amount * self.over // self.under


class Wanted(NamedTuple):
    """What a need asks of an offer, in the smallest part of the need's unit; `open` is positive."""

    open: int
    net: int
    divisible: bool


class QuantityRules(NamedTuple):
    """The offers that pass each rule on quantity."""

    ticket: int
    share: int
    indivisible: int


class _TicketGroup(NamedTuple):
    """Neighbours with a smallest ticket and one largest share (`over` / `under`), by ticket.

    `first` counts from the first offer of the unit.
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
    return offer.standing.unit.code, terms.max_share is None, share, ticket, terms.code


class UnitOffers:
    """Offers of one unit on the neighbouring places `start`, `start` + 1, …, in `sort_key` order.

    All sets are over the `size` places of the whole factor.
    """

    def __init__(self, offers: Sequence[OfferFacts], start: int, size: int) -> None:
        """Take at least one offer, all of one unit and in `sort_key` order."""
        self.unit = offers[0].standing.unit
        self._offers, self._start, self._size = offers, start, size
        self._end = start + len(offers)
        self.all = _span(start, self._end)
        self._free = Ladder((facts.standing.free for facts in offers), size, start)
        self._min_tickets = Ladder((facts.offer.min_ticket for facts in offers), size, start)
        self._max_tickets = Ladder((facts.offer.max_ticket for facts in offers), size, start)
        self._without_min = self.all & ~self._min_tickets.all
        self._without_max = self.all & ~self._max_tickets.all
        self._shares: list[tuple[Decimal, int]] = []
        self._first_without_share = self._end
        self._ticket_groups: list[_TicketGroup] = []
        self._group_by_share()
        self._roomy = lru_cache(maxsize=64)(self._with_room)

    def passing(self, wanted: Wanted, ratio: Ratio) -> QuantityRules:
        """Give the offers that pass the rules on quantity, nothing living in their pairs."""
        if wanted.divisible:
            return QuantityRules(self._ticket(wanted, ratio), self._share(wanted, 1), self.all)
        whole = ratio.to_offer(wanted.open)
        above_min = self._without_min | self._min_tickets.at_most(whole)
        below_max = self._without_max | self._max_tickets.at_least(whole)
        share = self._share(wanted, wanted.open)
        return QuantityRules(above_min & below_max, share, self._free.at_least(whole))

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
                # An offer without a largest share may give the whole: net is never below open.
                over, under = (Decimal(1) if share is None else share).as_integer_ratio()
                self._ticket_groups.append(_TicketGroup(over, under, first, tickets))
            place += len(group)

    def _share(self, wanted: Wanted, least: int) -> int:
        """Give the offers whose share of the need is at least `least`: a tail, shares ascending."""
        tail = bisect_left(self._shares, least, key=lambda pair: share_limit(pair[0], wanted.net))
        first = self._shares[tail][1] if tail < len(self._shares) else self._first_without_share
        return _span(first, self._end)

    def _ticket(self, wanted: Wanted, ratio: Ratio) -> int:
        """Give the offers whose smallest ticket the best amount reaches, for a divisible need.

        The best amount is the lesser of what the need leaves (open, share) and what the offer
        has room for; it reaches a ticket if both do. The second is the same for all needs of a
        unit, the first is one figure for all offers of a share.
        """
        # The innermost loop of the whole count: written out, on numbers of this unit's size.
        most_open, net, rate_under, rate_over = wanted.open, wanted.net, *ratio
        reached = 0
        for over, under, first, min_tickets in self._ticket_groups:
            most = net * over // under
            if most > most_open:
                most = most_open
            elif most < 1:
                most = 1
            reaching = bisect_right(min_tickets, -(-most * rate_under // rate_over))
            reached |= ((1 << reaching) - 1) << first
        return (self._without_min | reached << self._start) & self._roomy(ratio)

    def _with_room(self, ratio: Ratio) -> int:
        """Give the offers whose own room holds their smallest ticket, and one part of a need."""
        places = (
            self._start + index
            for index, offer in enumerate(self._offers)
            if _has_room(offer, ratio)
        )
        return bits(places, self._size)


def _has_room(offer: OfferFacts, ratio: Ratio) -> bool:
    smallest, largest = offer.offer.min_ticket, offer.offer.max_ticket
    room = offer.standing.free if largest is None else min(offer.standing.free, largest)
    amount = ratio.to_offer(max(1, ratio.to_need(room)))
    return (smallest is None or amount >= smallest) and (largest is None or amount <= largest)


def _span(first: int, end: int) -> int:
    return ((1 << (end - first)) - 1) << first
