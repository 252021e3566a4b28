"""Changes of terms other than quantities: topics, places, instruments, days, status."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from ledger.factors import Stage
from ledger.matching.near_quantity import brought_back
from ledger.matching.pairs import Pair
from ledger.matching.trial import Change, Trial, need_trial, offer_trial
from ledger.projects import ACTIVE_STATUSES


def topic(pair: Pair) -> Iterator[Trial]:
    """Add the need's topic to the offer's; a need without one may name one of the offer's."""
    wanted, topics = pair.need.need.topic, pair.offer.offer.topics
    if wanted is not None:
        yield _added(pair, "topics", wanted, f"topic {wanted} added")
        return
    for one in topics:
        yield need_trial(pair, "topic", one, None, f"the need to name the topic {one}", topic=one)


def sector(pair: Pair) -> Iterator[Trial]:
    """Add the project's sector to the mandate."""
    wanted = pair.need.project.sector
    yield _added(pair, "sectors", wanted, f"sector {wanted} added")


def geography(pair: Pair) -> Iterator[Trial]:
    """Exclude the country no longer, else add it, or only the city."""
    offer, city = pair.offer.offer, pair.need.city
    if city.country in offer.excluded_countries:
        kept = tuple(one for one in offer.excluded_countries if one != city.country)
        before, words = ";".join(offer.excluded_countries), f"country {city.country} not excluded"
        yield offer_trial(
            pair, "excluded_countries", ";".join(kept), before, words, excluded_countries=kept
        )
        return
    yield _added(pair, "countries", city.country, f"country {city.country} added")
    yield _added(pair, "cities", city.code, f"city {city.code} added")


def instrument(pair: Pair) -> Iterator[Trial]:
    """Let the need accept an instrument of the offer's, or the offer give one it accepts."""
    offered, accepted = pair.offer.offer.instruments, pair.need.need.instruments
    for one in offered:
        more = (*accepted, one)
        words = f"the need to accept {one}"
        yield need_trial(
            pair, "instruments", ";".join(more), ";".join(accepted), words, instruments=more
        )
    for one in accepted:
        yield _added(pair, "instruments", one, f"instrument {one} added")


def window(pair: Pair) -> Iterator[Trial]:
    """Begin the offer's validity by the day, or end it no earlier; what lapsed comes back."""
    offer, day = pair.offer.offer, pair.day
    if offer.valid_from is not None and day < offer.valid_from:
        words = f"valid from {day}, {days_apart(day, offer.valid_from)} earlier"
        yield offer_trial(
            pair, "valid_from", str(day), str(offer.valid_from), words, valid_from=day
        )
    if offer.valid_until is not None and day > offer.valid_until:
        words = f"valid until {day}, {days_apart(offer.valid_until, day)} longer"
        standing = brought_back(pair.offer.standing, Stage.EXPIRED)
        longer = replace(pair, offer=replace(pair.offer, standing=standing))
        yield offer_trial(
            longer, "valid_until", str(day), str(offer.valid_until), words, valid_until=day
        )


def start(pair: Pair) -> Iterator[Trial]:
    """Let the offer start by the day it is needed, or need it only when it can start."""
    starts, needed_by = pair.offer.offer.available_from, pair.need.need.needed_by
    if starts is None or needed_by is None:
        return
    apart = days_apart(needed_by, starts)
    words = f"available from {needed_by}, {apart} earlier"
    yield offer_trial(
        pair, "available_from", str(needed_by), str(starts), words, available_from=needed_by
    )
    words = f"needed by {starts}, {apart} later"
    yield need_trial(pair, "needed_by", str(starts), str(needed_by), words, needed_by=starts)


def status(pair: Pair) -> Iterator[Trial]:
    """Bring the project into the nearest status that takes new deals, the last of them."""
    project, wanted = pair.need.project, ACTIVE_STATUSES[-1]
    facts = replace(pair.need, project=replace(project, status=wanted))
    words = f"the project back in {wanted}"
    change = Change("project", project.code, "status", wanted, project.status, words)
    yield Trial(change, replace(pair, need=facts))


def days_apart(first: date, last: date) -> str:
    """Say how many days lie between two."""
    count = (last - first).days
    return f"{count} day{'' if count == 1 else 's'}"


def _added(pair: Pair, column: str, value: str, words: str) -> Trial:
    before = getattr(pair.offer.offer, column)
    after = (*before, value)
    return offer_trial(pair, column, ";".join(after), ";".join(before), words, **{column: after})
