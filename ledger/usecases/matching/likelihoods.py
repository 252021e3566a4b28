"""Read what was decided of introductions and approaches, and how likely lines are taken up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from ledger.core.factors import Stage
from ledger.matching.likelihood import (
    Asked,
    Likelihood,
    Likelihoods,
    Terms,
    first_part,
    is_taken_up,
    is_turned_down,
)
from ledger.matching.proposal import Line
from ledger.store.journal.reached import stages_reached
from ledger.store.origins import read_links
from ledger.store.session.snapshot import Reader, Snapshot


def read_decided(reader: Reader, snapshot: Snapshot) -> tuple[Asked, ...]:
    """Read what was decided by the day of a snapshot of deals and approaches, as known then."""
    return (*_of_deals(reader, snapshot), *_of_approaches(reader, snapshot))


def _of_deals(reader: Reader, snapshot: Snapshot) -> Iterator[Asked]:
    """Give the deals that were decided; the journal says of those with nothing placed what was."""
    unsure = []
    for code, one in snapshot.deals.items():
        if one.need.get(Stage.COMMITTED, 0) > 0 or one.need.get(Stage.DELIVERED, 0) > 0:
            yield Asked(_terms(snapshot, one.deal.need, one.deal.offer), taken=True)
        else:
            unsure.append(code)
    reached = stages_reached(reader.connection, unsure, snapshot.times, snapshot.day)
    for code in unsure:
        one = snapshot.deals[code]
        taken = is_taken_up(reached.get(code, {}), is_held=one.need.get(Stage.HELD, 0) > 0)
        if taken is not None:
            yield Asked(_terms(snapshot, one.deal.need, one.deal.offer), taken)


def _of_approaches(reader: Reader, snapshot: Snapshot) -> Iterator[Asked]:
    """Give the approaches that were turned down, without those of which a deal came."""
    day = snapshot.day
    turned_down = [one for one in snapshot.records("approach").values() if is_turned_down(one, day)]
    if not turned_down:
        return
    links = read_links(reader.connection, snapshot.known_at).by_origin("approach")
    deals = {
        code: {one.code for one in every if one.kind == "deal"} for code, every in links.items()
    }
    named = {*chain.from_iterable(deals.values())}
    made = stages_reached(reader.connection, named, snapshot.times, day)
    for one in turned_down:
        if deals.get(one.code, set()).isdisjoint(made):
            facts, provider = snapshot.need_facts[one.need], snapshot.records("provider")
            kind = provider[one.provider].kind
            sector = first_part(facts.project.sector)
            terms = Terms(one.provider, kind, facts.need.factor.value, sector)
            yield Asked(terms, taken=False)


def _terms(snapshot: Snapshot, need: str, offer: str) -> Terms:
    asked, offered = snapshot.need_facts[need], snapshot.offer_facts[offer]
    return Terms(
        offered.provider.code,
        offered.provider.kind,
        asked.need.factor.value,
        first_part(asked.project.sector),
    )


def likelihoods_of(
    snapshot: Snapshot, decided: Iterable[Asked], lines: Sequence[Line]
) -> tuple[Likelihood | None, ...]:
    """Return the likelihood of each line of a proposal; None where too few were decided."""
    likelihoods = Likelihoods(decided)
    return tuple(likelihoods.of(_terms(snapshot, one.need, one.offer)) for one in lines)
