"""The offers of some factors by their terms: of those that have equal terms, one stands for all.

Many offers have the same mandate. Reading each as a record, to count those that one need could turn
to, would take longer than all else that is shown of the need.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from ledger.core.factors import Factor
from ledger.eligibility.counts import OffersAlike, SpentOffers
from ledger.eligibility.index import RateOf
from ledger.eligibility.rules import OfferFacts
from ledger.rates.rates import plain_rates
from ledger.restrictions.bars import NO_RESTRICTIONS
from ledger.store.registers import STORED_REGISTERS
from ledger.store.session.snapshot import Reader
from ledger.store.stored_registers import Written, is_newest, written_value

_TERMS: Final = frozenset(
    {
        *("factor", "unit", "topics", "sectors", "countries", "regions", "cities"),
        *("excluded_countries", "instruments", "valid_from", "valid_until", "available_from"),
        *("min_ticket", "max_ticket", "max_share"),
    }
)
"""What the rules of eligibility ask of an offer; a retired provider and what is available apart."""


class StoredAlike(NamedTuple):
    """Offers of equal terms: the code of one of them, and what each has available, ascending."""

    code: str
    free: list[int]


class OffersToJudge(NamedTuple):
    """The offers of equal terms, those that are judged apart, and the rates of the day."""

    alike: list[OffersAlike]
    apart: list[OfferFacts]
    rate_of: RateOf


def are_terms_decisive(reader: Reader) -> bool:
    """Say whether offers of equal terms are alike: as now, and without any restriction.

    A restriction may bar one of two offers of equal terms, and what an offer has available is
    read as now.
    """
    return reader.times.are_now and reader.restrictions is NO_RESTRICTIONS


def read_offers_alike(
    connection: Connection, factors: Collection[Factor], apart: Collection[str]
) -> list[StoredAlike]:
    """Read the offers of some factors that have something available now, but those `apart`."""
    alike: dict[tuple[Any, ...], StoredAlike] = {}
    rows = _OFFERS.rows(connection, factors=[*map(str, factors)])
    for code, free, *terms in rows:
        if code not in apart:
            key = tuple(terms)
            found = alike.get(key)
            if found is None:
                alike[key] = StoredAlike(code, [free])
            else:
                found.free.append(free)
    for one in alike.values():
        one.free.sort()
    return [*alike.values()]


def read_spent_offers(
    connection: Connection, factors: Collection[Factor]
) -> dict[Factor, SpentOffers]:
    """Count the offers of some factors that have nothing available now, and why."""
    rows = _SPENT.rows(connection, factors=[*map(str, factors)])
    return {Factor(factor): SpentOffers(*map(int, counts)) for factor, *counts in rows}


def read_offer_facts(
    reader: Reader, stored: Collection[StoredAlike], apart: Collection[str]
) -> OffersToJudge:
    """Read one offer of each terms, and those `apart`, as records with the rates of the day."""
    free = {one.code: one.free for one in stored}
    snapshot = reader.having("offer", "code", {*free, *apart}, rates=True)
    return OffersToJudge(
        [OffersAlike(snapshot.offer_facts[code], free[code]) for code in free],
        [snapshot.offer_facts[code] for code in sorted(apart)],
        plain_rates(snapshot.rate_of),
    )


def _offers() -> str:
    """Select what tells offers apart, as it is stored: it is compared and not read."""
    terms = {one.name: one for one in STORED_REGISTERS["offer"].terms if one.name in _TERMS}
    columns = ("own.code", "b.free", "retired.provider_id IS NOT NULL")
    # The retired providers, of which there are few, are found once.
    retired = (
        "SELECT p.provider_id FROM provider_version AS p "  # noqa: S608 - names of the schema
        f"WHERE {is_newest('provider', 'p')} AND p.withdrawn"
    )
    return (
        f"SELECT {', '.join((*columns, *map(written_value, terms.values())))} "  # noqa: S608 - as above
        "FROM offer AS own JOIN offer_version AS v ON v.offer_id = own.id "
        "JOIN balance AS b ON b.holder_id = own.id "
        f"LEFT JOIN ({retired}) AS retired ON retired.provider_id = own.provider_id "
        f"WHERE {is_newest('offer')} AND NOT v.in_error AND b.free > 0 "
        f"AND {written_value(terms['factor'])} IN (:factors)"
    )


_OFFERS: Final = Written(_offers)


def _spent() -> str:
    """Select how many offers of each factor are spent: of the first stage that says why."""
    factor = next(one for one in STORED_REGISTERS["offer"].terms if one.name == "factor")
    taken = "(b.held > 0 OR b.committed > 0 OR b.delivered > 0)"
    stages = (
        "b.expired > 0",
        f"b.expired = 0 AND NOT {taken} AND b.withdrawn > 0",
        f"b.expired = 0 AND {taken}",
    )
    sums = ", ".join(f"sum(CASE WHEN {one} THEN 1 ELSE 0 END)" for one in stages)
    return (
        f"SELECT {written_value(factor)}, count(*), {sums} "  # noqa: S608 - as above
        "FROM offer AS own JOIN offer_version AS v ON v.offer_id = own.id "
        "JOIN balance AS b ON b.holder_id = own.id "
        f"WHERE {is_newest('offer')} AND NOT v.in_error AND b.free <= 0 "
        f"AND {written_value(factor)} IN (:factors) GROUP BY 1"
    )


_SPENT: Final = Written(_spent)
