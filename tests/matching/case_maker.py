"""Random pipelines, the same for the same seed: small ones to the last unit, and middle ones.

A small case draws its own temper first (how common each kind of term is, how large its amounts
are), so that rare meetings of terms do occur: a ticket beside an awkward rate beside a condition.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache

from match_cases import (
    DECIMALS,
    MONEY,
    Case,
    CaseCity,
    CaseDeal,
    CaseNeed,
    CaseOffer,
    CaseProject,
    CaseRate,
    find_rate,
    up,
)

PLACES = (
    CaseCity(code="MHD", country="IR", regions=("034", "142", "001")),
    CaseCity(code="LHE", country="PK", regions=("034", "142", "001")),
    CaseCity(code="SAO", country="BR", regions=("005", "419", "019", "001")),
    CaseCity(code="NBO", country="KE", regions=("014", "202", "002", "001")),
)
SECTORS = ("transport.urban", "transport.rail", "energy.solar", "health")
TOPICS = ("monorail", "metro")
WORK_UNITS = {"expertise": ("person-day",), "implementation": ("package", "station")}
AWKWARD = ("1.085", "0.9137", "1.12345678", "3", "0.5", "0.333333333333")


@cache
def even_sizes(low: int, high: int) -> tuple[int, ...]:
    """Give amounts whose least common multiple stays small, so that coverage counts in 64 bits."""
    numbers = {1}
    primes = (2, 2, 2, 2, 3, 3, 5, 7, 11, 13) + (2, 2, 2, 2, 3, 3, 3, 5, 5, 5, 5) * (high > 10**6)
    for prime in primes:
        numbers |= {number * prime for number in numbers}
    return tuple(sorted(number for number in numbers if low <= number <= high))


@dataclass(frozen=True)
class Temper:
    """How a case is: sizes of amounts, and how often each kind of term occurs."""

    sizes: tuple[int, ...]
    factors: tuple[str, ...]
    moneys: tuple[str, ...]
    tickets: float = 0.3
    shares: float = 0.25
    whole: float = 0.3
    conditions: float = 0.25
    terms: float = 0.15
    deals: float = 0.3
    weights: tuple[int, ...] = (1, 1, 2, 3, 7)
    even: bool = True


def small_case(seed: int) -> Case:
    """Make a case of up to eight needs and eight offers."""
    chance = random.Random(seed)
    full = chance.random() < 0.25
    one, mixed = ("money",), ("money", "money", "expertise", "implementation")
    euros = chance.random() < 0.5
    temper = Temper(
        sizes=chance.choice(((1, 4), (1, 12), (5, 40), (100, 999), (10**7, 10**9))),
        # Eight dollars and euros that all meet take the exact search too long.
        factors=mixed if full and not euros else chance.choice((one, mixed)),
        moneys=("EUR",) if euros else chance.choice((("EUR", "USD"), ("EUR", "JPY"))),
        tickets=chance.choice((0.0, 0.3, 0.7)),
        shares=chance.choice((0.0, 0.2, 0.5)),
        whole=chance.choice((0.0, 0.3, 0.7)),
        conditions=chance.choice((0.0, 0.25, 0.6)),
        terms=chance.choice((0.0, 0.1, 0.3)),
        deals=chance.choice((0.0, 0.3, 0.6)),
        weights=chance.choice(((1,), (1, 2, 3), (1, 7, 40, 100))),
        even=chance.random() < 0.7,
    )
    if full:
        return _case(chance, temper, (chance.randint(2, 6), 8, 8), f"small_case({seed})")
    needs, offers = chance.randint(1, 6), chance.randint(1, 6)
    projects = chance.randint(1, max(1, needs - 1))
    return _case(chance, temper, (projects, needs, offers), f"small_case({seed})")


def middle_case(seed: int) -> Case:
    """Make a case of 30 to 150 needs, about as many offers, and a project for each few needs."""
    chance = random.Random(seed)
    needs = _middle_needs(chance)
    temper = Temper(
        sizes=chance.choice(((1, 20), (10, 400), (1000, 90_000))),
        factors=("money", "money", "expertise", "implementation"),
        moneys=chance.choice((("EUR",), ("EUR", "USD"))),
        tickets=chance.choice((0.1, 0.4)),
        shares=chance.choice((0.1, 0.3)),
        whole=chance.choice((0.1, 0.4)),
        conditions=chance.choice((0.0, 0.3)),
        terms=chance.choice((0.1, 0.3, 0.5)),
        deals=0.1,
    )
    offers = int(needs * chance.uniform(0.5, 1.1))
    return _case(chance, temper, (needs // 3 + 1, needs, offers), f"middle_case({seed})")


def needs_of_middle_case(seed: int) -> int:
    """Say how many needs a middle case has, without making it."""
    return _middle_needs(random.Random(seed))


def _middle_needs(chance: random.Random) -> int:
    return chance.randint(30, 150)


def _case(chance: random.Random, temper: Temper, shape: tuple[int, int, int], name: str) -> Case:
    projects = tuple(_project(chance, temper, at) for at in range(shape[0]))
    needs = tuple(_need(chance, temper, at, projects) for at in range(shape[1]))
    offers = tuple(_offer(chance, temper, at) for at in range(shape[2]))
    rates = _rates(chance, temper)
    deals = _deals(chance, temper, needs, offers, rates)
    chosen = frozenset(need.code for need in needs if chance.random() < 0.8)
    selection = chosen if chance.random() < 0.1 else None
    return Case(PLACES, projects, needs, offers, deals, rates, selection=selection, name=name)


def _project(chance: random.Random, temper: Temper, at: int) -> CaseProject:
    ended = chance.random() < temper.terms / 3
    return CaseProject(
        code=f"PRJ-{at + 1:04}",
        city=chance.choice(PLACES).code,
        sector=chance.choice(SECTORS),
        status="completion" if ended else "preparation",
        weight=chance.choice(temper.weights),
    )


def _unit(chance: random.Random, temper: Temper, factor: str) -> str:
    return chance.choice(temper.moneys if factor == "money" else WORK_UNITS[factor])


def _need(
    chance: random.Random, temper: Temper, at: int, projects: tuple[CaseProject, ...]
) -> CaseNeed:
    factor = chance.choice(temper.factors)
    net = chance.choice(even_sizes(*temper.sizes)) if temper.even else chance.randint(*temper.sizes)
    known = chance.random() >= temper.terms / 5
    withdrawn = chance.randint(*temper.sizes) if chance.random() < temper.terms / 3 else 0
    return CaseNeed(
        code=f"N-{at + 1:04}",
        project=chance.choice(projects).code,
        factor=factor,
        unit=_unit(chance, temper, factor),
        required=net + withdrawn if known else None,
        withdrawn=withdrawn if known else 0,
        topic=chance.choice(TOPICS) if chance.random() < 0.5 else None,
        needed_by=date(2027, chance.randint(1, 12), 1) if chance.random() < 0.3 else None,
        divisible=chance.random() >= temper.whole,
        instruments=_some(chance, ("grant", "loan"), temper.terms),
    )


def _offer(chance: random.Random, temper: Temper, at: int) -> CaseOffer:
    factor = chance.choice(temper.factors)
    low, high = temper.sizes
    often = temper.terms
    least = chance.randint(low, high) if chance.random() < temper.tickets else None
    most = chance.randint(low, high) if chance.random() < temper.tickets else None
    if least is not None and most is not None:
        least, most = min(least, most), max(least, most)
    share = chance.choice(("0.2", "0.5", "0.75", "0.333", "0.9"))
    return CaseOffer(
        code=f"O-{at + 1:04}",
        factor=factor,
        unit=_unit(chance, temper, factor),
        capacity=chance.randint(low, 2 * high),
        topics=_some(chance, TOPICS, often),
        sectors=_some(chance, ("transport", "energy", "transport.rail", "health"), often),
        countries=_some(chance, ("IR", "BR"), often / 2),
        regions=_some(chance, ("034", "019", "142", "002"), often / 2),
        cities=_some(chance, ("MHD", "NBO"), often / 2),
        excluded_countries=_some(chance, ("PK", "KE"), often / 2),
        instruments=_some(chance, ("grant", "loan"), often),
        valid_from=date(2026, chance.randint(1, 12), 1) if chance.random() < often / 2 else None,
        valid_until=date(2027, 1, 31) if chance.random() < often else None,
        available_from=date(2027, chance.randint(1, 12), 1) if chance.random() < often else None,
        min_ticket=least,
        max_ticket=most,
        max_share=Decimal(share) if chance.random() < temper.shares else None,
        only_complete=chance.random() < temper.conditions,
        cost=Decimal(chance.randint(0, 80)) / 10 if chance.random() < 0.5 else None,
    )


def _some(chance: random.Random, words: tuple[str, ...], often: float) -> tuple[str, ...]:
    if chance.random() >= often:
        return ()
    return tuple(sorted(chance.sample(words, chance.randint(1, 2))))


def _rates(chance: random.Random, temper: Temper) -> tuple[CaseRate, ...]:
    quotes = []
    for other in temper.moneys[1:]:
        if chance.random() < 0.1:
            continue
        pair = ("EUR", other) if chance.random() < 0.6 else (other, "EUR")
        text = chance.choice(AWKWARD if other == "USD" else ("163.4", "150", "0.0062"))
        quotes.append(CaseRate(date(2026, 11, 20), *pair, Decimal(text)))
        quotes.append(CaseRate(date(2026, 1, 2), *pair, Decimal("1.5")))
    return tuple(quotes)


def _deals(
    chance: random.Random,
    temper: Temper,
    needs: tuple[CaseNeed, ...],
    offers: tuple[CaseOffer, ...],
    rates: tuple[CaseRate, ...],
) -> tuple[CaseDeal, ...]:
    """Let some pairs live already, never more than either side has."""
    empty = Case(PLACES, (), needs, offers, (), rates)
    left_need = {one.code: one.net for one in needs}
    left_offer = dict(empty.available)
    deals: list[CaseDeal] = []
    for need in needs:
        if chance.random() >= temper.deals or need.required is None:
            continue
        fitting = [one for one in offers if one.factor == need.factor]
        for offer in chance.sample(fitting, min(len(fitting), chance.choice((1, 1, 2)))):
            deal = _deal(chance, f"D-{len(deals) + 1:04}", need, offer, rates)
            takers = {one.offer for one in deals if one.need == need.code}
            split = not need.divisible and takers - {offer.code}
            if deal is None or split or deal.need_side > left_need[need.code]:
                continue
            if deal.offer_side > left_offer[offer.code]:
                continue
            left_need[need.code] -= deal.need_side
            left_offer[offer.code] -= deal.offer_side
            deals.append(deal)
    return tuple(deals)


def _deal(
    chance: random.Random,
    code: str,
    need: CaseNeed,
    offer: CaseOffer,
    rates: tuple[CaseRate, ...],
) -> CaseDeal | None:
    same = need.unit == offer.unit
    if not same and not {need.unit, offer.unit} <= MONEY:
        return None
    rate = Fraction(1) if same else find_rate(rates, need.unit, offer.unit, date(2026, 11, 23))
    if rate is None:
        return None
    amount = chance.randint(1, need.net)
    if not need.divisible and chance.random() < 0.7:
        amount = need.net
    worth = up(amount * rate * Fraction(10) ** (DECIMALS[offer.unit] - DECIMALS[need.unit]))
    exact = Decimal(rate.numerator * 10**12 // rate.denominator).scaleb(-12).normalize()
    stage = chance.choice(("held", "committed", "delivered"))
    return CaseDeal(
        code=code,
        offer=offer.code,
        need=need.code,
        rate=exact,
        **{stage: (amount, worth)},  # type: ignore[arg-type]
    )
