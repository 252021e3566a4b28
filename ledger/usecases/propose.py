"""Proposing: which offers should serve which needs, over a ledger as it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from ledger.buckets import living_by_need
from ledger.gap_filters import filtered, read_filter
from ledger.gaps import BaseCurrency, gap_rows
from ledger.matching.building import Built, build
from ledger.matching.plan import Solution
from ledger.matching.proposal import Proposal, propose
from ledger.solving.effort import Effort
from ledger.store.balances import NOW, Times
from ledger.store.book import Ledger
from ledger.store.picture import Picture
from ledger.usecases.gaps import count, positions


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchQuery:
    """What to match: filters of the gap report such as `office=asia`, and the two times."""

    where: Sequence[str] = ()
    times: Times = NOW


@dataclass(frozen=True, slots=True)
class Pipeline:
    """What is matched: a picture whose parts are read, and the problem built from them.

    It outlives the picture's transaction, so that solving keeps no lock.
    """

    picture: Picture
    base: BaseCurrency
    built: Built

    def rate_of(self, need_unit: str, offer_unit: str) -> Decimal | None:
        """Give the offer units that one need unit costs on the day, or None."""
        found = self.picture.rate_of(need_unit, offer_unit)
        return None if found is None else found.rate


@dataclass(frozen=True, slots=True)
class Matched:
    """A pipeline with its solution, and the proposal that says it."""

    pipeline: Pipeline
    solution: Solution
    proposal: Proposal


def match(ledger: Ledger, query: MatchQuery, effort: Effort) -> Matched:
    """Propose the pairings that complete the most projects, over all that is open or selected.

    Raises for unknown columns and unreadable filters, and `NothingSelected`.
    """
    with ledger.picture(query.times) as picture:
        pipeline = read_pipeline(picture, query.where)
    return solved(pipeline, effort)


def read_pipeline(picture: Picture, where: Sequence[str] = ()) -> Pipeline:
    """Read all that matching looks at, while the picture's transaction is open."""
    base = BaseCurrency(picture.base_unit, picture.rate_of)
    built = build(
        picture.need_facts.values(),
        picture.offer_facts.values(),
        picture.day,
        lambda need, offer: _rate(picture, need, offer),
        living_by_need(picture.deals.values()),
        chosen=_chosen(picture, base, where),
    )
    for facts in picture.need_facts.values():
        base.rate_date(facts.standing.unit)  # asked for now: the connection is not there later
    return Pipeline(picture, base, built)


def solved(pipeline: Pipeline, effort: Effort) -> Matched:
    """Solve a pipeline's problem and say the solution; nothing is read any more."""
    from ledger.solving.solve import solve  # noqa: PLC0415 - the solver takes long to load

    solution = solve(pipeline.built.problem, effort)
    picture = pipeline.picture
    proposal = propose(
        pipeline.built,
        solution,
        picture.need_facts,
        picture.offer_facts,
        picture.day,
        pipeline.rate_of,
        pipeline.base,
    )
    return Matched(pipeline, solution, proposal)


def _rate(picture: Picture, need_unit: str, offer_unit: str) -> Decimal | None:
    found = picture.rate_of(need_unit, offer_unit)
    return None if found is None else found.rate


def _chosen(picture: Picture, base: BaseCurrency, where: Sequence[str]) -> set[str] | None:
    """Give the needs that the filters of the gap report keep; None where there are none."""
    if not where:
        return None
    filters = [read_filter(text) for text in where]
    counts = count(picture) if any(one.column in _COUNTED for one in filters) else None
    rows = gap_rows(positions(picture), base, counts)
    return {row.need for row in filtered(rows, filters)}


_COUNTED = frozenset(("eligible_offers", "main_obstacle", "obstacle_rule"))
