"""The restrictions that bar a pair on a day.

A pair has two parties: the provider of the offer and the city of the project. A party is bound,
or a target, by its code or by its country. Two parties of one country are not barred by that
country being a target.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cache, cached_property
from itertools import chain
from typing import Final, NamedTuple

from ledger.core.dates import months_after
from ledger.core.factors import Factor
from ledger.core.text import text_key
from ledger.reference.terms import sector_and_above
from ledger.registers.records import City, Exemption, Need, Offer, Project, Provider, Restriction

RESTRICTING: Final = frozenset({"restriction", "exemption"})
"""The registers that say which pairs are barred."""


class PairTerms(NamedTuple):
    """What restrictions ask of a pair.

    `provider_country` is the provider's own, else that of its city; None where neither is known.
    `instruments` are those that both sides accept, or the deal's; empty: any.
    """

    provider: str
    provider_country: str | None
    city: str
    city_country: str
    project: str
    sector: str
    factor: Factor
    topic: str | None
    instruments: frozenset[str]


class PairRecords(NamedTuple):
    """The records of a pair's two sides."""

    need: Need
    project: Project
    city: City
    offer: Offer
    provider: Provider


def pair_terms(pair: PairRecords, country: str | None, instrument: str | None = None) -> PairTerms:
    """Give what restrictions ask of a pair.

    `country` is that of the provider or of its city, `instrument` the deal's, where there is one.
    """
    lists = [set(side) for side in (pair.need.instruments, pair.offer.instruments) if side]
    common = frozenset(set.intersection(*lists)) if lists else frozenset()
    terms = parties_terms(pair.need, pair.project, pair.city, pair.provider, country)
    return terms._replace(instruments=common if instrument is None else frozenset((instrument,)))


def parties_terms(
    need: Need, project: Project, city: City, provider: Provider, country: str | None
) -> PairTerms:
    """Give what restrictions ask of a need and a provider before there is an offer.

    A bar by instrument holds where it names every one that the need accepts.
    """
    return PairTerms(
        provider=provider.code,
        provider_country=country,
        city=city.code,
        city_country=city.country,
        project=project.code,
        sector=project.sector,
        factor=need.factor,
        topic=need.topic,
        instruments=frozenset(need.instruments),
    )


def in_force(term: Restriction | Exemption, day: date) -> bool:
    """Say whether a restriction or an exemption is in force on a day, its last day included."""
    begun = term.from_ is None or term.from_ <= day
    return begun and (term.until is None or day <= term.until)


def lies_in_sector(sector: str, sectors: Iterable[str]) -> bool:
    """Say whether a sector is one of these or lies under one."""
    return not _sector_and_above(sector).isdisjoint(sectors)


@cache
def _sector_and_above(sector: str) -> frozenset[str]:
    return frozenset(sector_and_above(sector))


def lies_in_scope(restriction: Restriction, pair: PairTerms) -> bool:
    """Say whether the need and its instrument lie in the scope of a restriction.

    Where several instruments are possible, all of them have to.
    """
    if not need_lies_in_scope(restriction, pair.factor, pair.sector, pair.topic):
        return False
    instruments = restriction.instruments
    return not instruments or (bool(pair.instruments) and pair.instruments <= set(instruments))


def need_lies_in_scope(scope: Restriction, factor: Factor, sector: str, topic: str | None) -> bool:
    """Say whether a need lies in the scope of a restriction, whatever its instrument."""
    if scope.factors and factor not in scope.factors:
        return False
    if scope.sectors and not lies_in_sector(sector, scope.sectors):
        return False
    named = scope.topics
    return not named or (topic is not None and text_key(topic) in map(text_key, named))


def has_no_scope(restriction: Restriction) -> bool:
    """Say whether every need lies in the scope of a restriction."""
    one = restriction
    return not (one.factors or one.sectors or one.topics or one.instruments)


def binds_everybody(restriction: Restriction) -> bool:
    """Say whether a restriction binds every party."""
    return not (restriction.binds_countries or restriction.binds_providers)


def meets_parties(restriction: Restriction, pair: PairTerms) -> bool:
    """Say whether one party of a pair is bound by a restriction and the other is its target."""
    everybody = binds_everybody(restriction)
    provider_bound = (
        everybody
        or pair.provider in restriction.binds_providers
        or pair.provider_country in restriction.binds_countries
    )
    city_bound = everybody or pair.city_country in restriction.binds_countries
    abroad = pair.provider_country != pair.city_country
    provider_target = pair.provider in restriction.providers or (
        abroad and pair.provider_country in restriction.countries
    )
    city_target = pair.city in restriction.cities or (
        abroad and pair.city_country in restriction.countries
    )
    return (provider_bound and city_target) or (city_bound and provider_target)


def bars_pair(restriction: Restriction, pair: PairTerms) -> bool:
    """Say whether a restriction bars a pair while it is in force and no exemption covers it."""
    return meets_parties(restriction, pair) and lies_in_scope(restriction, pair)


def may_bar(restriction: Restriction, pair: PairTerms) -> bool:
    """Say whether it is not known if a restriction bars a pair: the provider's country is not."""
    if pair.provider_country is not None or not lies_in_scope(restriction, pair):
        return False
    countries = {*restriction.binds_countries, *restriction.countries}
    supposed = (pair._replace(provider_country=one) for one in countries)
    return any(meets_parties(restriction, one) for one in supposed)


def names_countries(restriction: Restriction) -> bool:
    """Say whether a restriction binds or targets parties by their country."""
    return bool(restriction.binds_countries or restriction.countries)


def covers(exemption: Exemption, pair: PairTerms) -> bool:
    """Say whether every condition of an exemption holds for a pair."""
    of_provider = not exemption.providers or pair.provider in exemption.providers
    return of_provider and covers_need(exemption, pair.city, pair.project, pair.factor, pair.sector)


def covers_need(exemption: Exemption, city: str, project: str, factor: Factor, sector: str) -> bool:
    """Say whether every condition of an exemption but that on the provider holds for a need."""
    one = exemption
    return (
        (not one.cities or city in one.cities)
        and (not one.projects or project in one.projects)
        and (not one.factors or factor in one.factors)
        and (not one.sectors or lies_in_sector(sector, one.sectors))
    )


TargetKey = tuple[str, str]
"""Whom a restriction targets: `provider`, `city` or `country`, and its code."""


def target_keys(restriction: Restriction) -> list[TargetKey]:
    """Give whom a restriction targets, so that it is found by a party of a pair."""
    return [
        *[("provider", code) for code in restriction.providers],
        *[("city", code) for code in restriction.cities],
        *[("country", code) for code in restriction.countries],
    ]


def party_keys(pair: PairTerms) -> Iterator[TargetKey]:
    """Give by what the parties of a pair are targets."""
    yield "provider", pair.provider
    yield "city", pair.city
    yield "country", pair.city_country
    if pair.provider_country is not None:
        yield "country", pair.provider_country


class Judgement(NamedTuple):
    """What bars a pair on a day, and the exemptions by which other restrictions do not."""

    bars: tuple[Restriction, ...]
    exemptions: tuple[Exemption, ...]


Conditional = tuple[Restriction, tuple[Exemption, ...]]
"""A restriction in force, with the exemptions from it that are in force."""


class OnDay(NamedTuple):
    """The restrictions in force on a day, apart by how they are looked up.

    Each that is `debarring` bars the providers that it names from everything, everywhere and
    without an exemption, as most do; `debarred` are these providers. Of all others, those
    `anywhere` may bar a pair of any city, and the rest pairs of the cities and countries that they
    name, `by_place`. They name `providers`, `countries` and, in exemptions, `projects`.
    """

    debarring: tuple[Restriction, ...]
    debarred: frozenset[str]
    anywhere: tuple[Conditional, ...]
    by_place: Mapping[str, Sequence[Conditional]]
    providers: frozenset[str]
    countries: frozenset[str]
    projects: frozenset[str]


@dataclass(frozen=True, eq=False)
class Restrictions:
    """All restrictions and exemptions of a ledger, in the order of their codes.

    `recorded_at` says of each restriction when its newest version was recorded, if they were read.
    A pair is judged by the leave that was given: an exemption which says that nobody gave leave
    allows no pairing. With `of_record`, by every exemption: an act can be recorded under any.
    """

    restrictions: tuple[Restriction, ...] = ()
    exemptions: tuple[Exemption, ...] = ()
    recorded_at: Mapping[str, datetime] = field(default_factory=dict)
    of_record: bool = False

    @cached_property
    def recording(self) -> Restrictions:
        """Give the same as acts are recorded by, which may have taken place without leave."""
        if self.of_record or all(map(is_leave, self.exemptions)):
            return self
        return replace(self, of_record=True)

    @cached_property
    def _places_by_target(self) -> Mapping[TargetKey, list[int]]:
        places: defaultdict[TargetKey, list[int]] = defaultdict(list)
        for place, one in enumerate(self.restrictions):
            for key in target_keys(one):
                places[key].append(place)
        return dict(places)

    @cached_property
    def _exemptions_by_restriction(self) -> Mapping[str, list[Exemption]]:
        leaves: defaultdict[str, list[Exemption]] = defaultdict(list)
        for one in self.exemptions:
            if self.of_record or is_leave(one):
                leaves[one.restriction].append(one)
        return dict(leaves)

    @cached_property
    def _by_day(self) -> dict[date, OnDay]:
        return {}

    def on(self, day: date) -> OnDay:
        """Give those in force on a day; they are sorted once for all that asks for the day."""
        if day not in self._by_day:
            self._by_day[day] = self._sorted(day)
        return self._by_day[day]

    def _sorted(self, day: date) -> OnDay:
        exempted = self._exemptions_by_restriction
        debarring, others = list[Restriction](), list[Conditional]()
        for one in self.restrictions:
            if in_force(one, day):
                leaves = self.exemptions_from(one.code, day) if one.code in exempted else ()
                if leaves or not _debars(one):
                    others.append((one, tuple(leaves)))
                else:
                    debarring.append(one)
        leave = [one for _, leaves in others for one in leaves]
        every = [one for one, _ in others]
        return OnDay(
            debarring=tuple(debarring),
            debarred=_joined([one.providers for one in debarring]),
            anywhere=tuple([one for one in others if _may_bar_anywhere(one[0])]),
            by_place=_by_place(others),
            providers=_joined(
                [
                    *[(*one.providers, *one.binds_providers) for one in every],
                    *[one.providers for one in leave],
                ]
            ),
            countries=_joined([(*one.countries, *one.binds_countries) for one in every]),
            projects=_joined([one.projects for one in leave]),
        )

    def without(self, codes: Collection[str]) -> Restrictions:
        """Give the same without some restrictions."""
        kept = (one for one in self.restrictions if one.code not in codes)
        return replace(self, restrictions=tuple(kept))

    def targeting(self, pair: PairTerms) -> list[Restriction]:
        """Give the restrictions that name a party of a pair as a target, in force or not."""
        by_target = self._places_by_target
        places = {place for key in party_keys(pair) for place in by_target.get(key, ())}
        return [self.restrictions[place] for place in sorted(places)]

    def exemptions_from(self, code: str, day: date) -> list[Exemption]:
        """Give the exemptions from one restriction that are in force on a day, and count here."""
        every = self._exemptions_by_restriction.get(code, ())
        return [one for one in every if in_force(one, day)]

    def judge(self, pair: PairTerms, day: date) -> Judgement:
        """Give every restriction that bars a pair on a day, and the exemptions it rests on."""
        bars, leaves = [], []
        for restriction in self.targeting(pair):
            if not (in_force(restriction, day) and bars_pair(restriction, pair)):
                continue
            every = self.exemptions_from(restriction.code, day)
            leave = next((one for one in every if covers(one, pair)), None)
            if leave is None:
                bars.append(restriction)
            else:
                leaves.append(leave)
        return Judgement(tuple(bars), tuple(leaves))


def _debars(one: Restriction) -> bool:
    """Say whether a restriction bars providers that it names, from everything everywhere."""
    # Asked of every restriction in each run: one expression, and no calls.
    names_others = one.countries or one.cities or one.binds_countries or one.binds_providers
    return not (names_others or one.factors or one.sectors or one.topics or one.instruments)


def _may_bar_anywhere(one: Restriction) -> bool:
    return bool(one.providers or one.countries) and binds_everybody(one)


def _by_place(others: Iterable[Conditional]) -> dict[str, list[Conditional]]:
    """Put restrictions under the places that they name: no other project is concerned by place."""
    places: dict[str, list[Conditional]] = {}
    for one in others:
        restriction = one[0]
        for place in (*restriction.binds_countries, *restriction.countries, *restriction.cities):
            places.setdefault(place, []).append(one)
    return places


def _joined(lists: Iterable[tuple[str, ...]]) -> frozenset[str]:
    return frozenset(chain.from_iterable(lists))


NO_RESTRICTIONS = Restrictions()
NOBODY: Final = "none"
"""The authority of an exemption which says that nobody gave leave for what took place."""


def is_leave(exemption: Exemption) -> bool:
    """Say whether an exemption is an authority's leave, and not a statement that there was none."""
    return text_key(exemption.authority) != NOBODY


def describe(restriction: Restriction) -> str:
    """Say which restriction it is, by whose authority, why and until when."""
    programme = f", {restriction.programme}" if restriction.programme else ""
    until = f"; in force until {restriction.until}" if restriction.until else ""
    return f"{restriction.code} ({restriction.authority}{programme}): {restriction.reason}{until}"


def year_after(day: date) -> date:
    """Give the same day of the next year; the last of February has no 29th then."""
    return months_after(day, 12)


def review_day(restriction: Restriction, recorded_on: date) -> date:
    """Give the day on which somebody has to confirm a restriction: a year later where none is."""
    return restriction.review_on or year_after(recorded_on)
