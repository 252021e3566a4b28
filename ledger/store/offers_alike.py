"""The offers of some factors by their terms: of those that have equal terms, one stands for all.

Many offers have the same mandate. Reading each as a record, to count those that one need could turn
to, would take longer than all else that is shown of the need.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Select, Subquery, Text, bindparam, select, type_coerce

from ledger.core.factors import Factor
from ledger.eligibility.counts import OffersAlike
from ledger.eligibility.index import RateOf
from ledger.eligibility.rules import OfferFacts
from ledger.rates.rates import plain_rates
from ledger.restrictions.bars import NO_RESTRICTIONS
from ledger.store.db.queries import is_newest
from ledger.store.db.tables import balance
from ledger.store.registers import STORED_REGISTERS
from ledger.store.session.snapshot import Reader

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
    rows = connection.execute(_offers(), {"factors": [*map(str, factors)]}).all()
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


@cache
def _offers() -> Select[Any]:
    """Select what tells offers apart, as it is stored: it is compared and not read."""
    register = STORED_REGISTERS["offer"]
    own, versions = register.identity.c, register.versions
    owner = versions.c[register.owner]
    terms = {term.name: term for term in register.terms if term.name in _TERMS}
    factor = register.value(terms["factor"])
    retired = _retired()
    return (
        select(
            own.code,
            balance.c.free,
            retired.c.provider_id.is_not(None),
            *(type_coerce(register.value(term), Text) for term in terms.values()),
        )
        .select_from(
            register.identity.join(versions, owner == own.id).outerjoin(
                retired, retired.c.provider_id == own.provider_id
            )
        )
        .join(balance, balance.c.holder_id == own.id)
        .where(
            is_newest(versions, owner),
            ~versions.c.in_error,
            type_coerce(factor, Text).in_(bindparam("factors", expanding=True)),
            balance.c.free > 0,
        )
    )


def _retired() -> Subquery:
    """Select the retired providers, of which there are few."""
    register = STORED_REGISTERS["provider"]
    versions = register.versions
    owner = versions.c[register.owner]
    return select(owner).where(is_newest(versions, owner), versions.c.withdrawn).subquery("retired")
