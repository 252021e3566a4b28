"""What-if: today's proposal beside the one of a world that is supposed. Nothing is written."""

from __future__ import annotations

from ledger.buckets import living_by_need
from ledger.matching.building import build
from ledger.matching.comparison import Comparison
from ledger.matching.proposal import propose
from ledger.solving.effort import UNLIMITED, Effort
from ledger.store.book import Ledger
from ledger.usecases.propose import MatchQuery, read_pipeline, solved
from ledger.usecases.supposing import Wish, suppose


def what_if(
    ledger: Ledger, query: MatchQuery, wish: Wish, effort: Effort = UNLIMITED
) -> Comparison:
    """Set today's proposal beside that of a supposed world, over the same selection.

    Raises what supposing and proposing raise.
    """
    with ledger.picture(query.times) as picture:
        supposed = suppose(picture, wish)
        pipeline = read_pipeline(picture, query.where)
        built = build(
            supposed.needs.values(),
            supposed.offers.values(),
            picture.day,
            pipeline.rate_of,
            living_by_need(picture.deals.values()),
            chosen=pipeline.chosen,
        )
    today = solved(pipeline, effort)
    from ledger.solving.solve import solve  # noqa: PLC0415 - the solver takes long to load

    then = propose(
        built,
        solve(built.problem, effort),
        supposed.needs,
        supposed.offers,
        picture.day,
        pipeline.rate_of,
        pipeline.base,
    )
    return Comparison(said=tuple(supposed.said), today=today.proposal, then=then)
