"""Which pairs a restriction bars: who is bound or a target, what lies in its scope, and when."""

from __future__ import annotations

from datetime import timedelta

import pytest
from bar_worlds import (
    DAY,
    a_need,
    an_offer,
    ledgers,
    needs,
    offers,
    pair,
    terms_of,
)
from bars import a_restriction, an_exemption
from hypothesis import given

from ledger.eligibility.barred import BarredOffers
from ledger.eligibility.bitsets import bit_positions
from ledger.eligibility.rules import OfferFacts, Pairing, verdict
from ledger.registers.records import Restriction
from ledger.restrictions.bars import PairTerms, Restrictions, covers, in_force

NEXT_DAY = DAY + timedelta(days=1)


def bars(restriction: Restriction, pair_: PairTerms) -> bool:
    return bool(Restrictions((restriction,)).judge(pair_, DAY).bars)


def test_a_bar_of_one_country_on_another_stops_neither_at_home() -> None:
    between = a_restriction(binds_countries=("FR",), countries=("IR",))
    assert bars(between, pair(a_need("MHD"), an_offer("BANK")))  # its bank, in their project
    assert bars(between, pair(a_need("PAR"), an_offer("HOME")))  # their builder, in its project
    assert not bars(between, pair(a_need("MHD"), an_offer("HOME")))
    assert not bars(between, pair(a_need("PAR"), an_offer("BANK")))
    assert not bars(between, pair(a_need("MHD"), an_offer("FIRM")))


def test_a_firm_that_is_barred_for_everybody_is_stopped_everywhere() -> None:
    debarred = a_restriction(providers=("BANK",))
    assert all(bars(debarred, pair(a_need(city), an_offer("BANK"))) for city in ("MHD", "PAR"))
    assert not bars(debarred, pair(a_need("MHD"), an_offer("FIRM")))


def test_a_target_country_does_not_bar_what_stays_in_it() -> None:
    embargo = a_restriction(countries=("IR",))
    assert bars(embargo, pair(a_need("MHD"), an_offer("FIRM")))
    assert bars(embargo, pair(a_need("IST"), an_offer("HOME")))
    assert not bars(embargo, pair(a_need("MHD"), an_offer("HOME")))


def test_a_target_named_by_its_code_is_barred_at_home_too() -> None:
    assert bars(a_restriction(cities=("MHD",)), pair(a_need("MHD"), an_offer("HOME")))
    assert bars(a_restriction(providers=("HOME",)), pair(a_need("MHD"), an_offer("HOME")))


def test_a_provider_of_an_unknown_country_is_neither_bound_nor_a_target_by_country() -> None:
    unknown = pair(a_need("MHD"), an_offer("NOWHERE"))
    assert not bars(a_restriction(binds_countries=("FR",), countries=("IR",)), unknown)
    assert bars(a_restriction(countries=("IR",)), unknown)  # the city is, and everybody is bound


@pytest.mark.parametrize(
    ("scope", "within"),
    [
        ({"factors": ("money",)}, True),
        ({"factors": ("expertise",)}, False),
        ({"sectors": ("transport",)}, True),
        ({"sectors": ("transport.urban.bus",)}, False),
        ({"topics": ("Mono rail",)}, True),
        ({"topics": ("brt",)}, False),
        ({"instruments": ("loan",)}, False),
        ({"instruments": ("loan", "grant")}, True),
    ],
)
def test_the_need_and_every_possible_instrument_lie_in_the_scope(
    scope: dict[str, tuple[str, ...]], within: bool
) -> None:
    need = a_need(topic="mono-rail", instruments=("loan", "grant"))
    restriction = a_restriction(countries=("IR",), **scope)
    assert bars(restriction, pair(need, an_offer())) is within


def test_a_deal_is_judged_by_its_own_instrument() -> None:
    loans = a_restriction(countries=("IR",), instruments=("loan",))
    assert bars(loans, pair(instruments=frozenset({"loan"})))
    assert not bars(loans, pair(instruments=frozenset({"grant"})))
    assert not bars(loans, pair(instruments=frozenset()))


def test_a_restriction_is_in_force_through_its_last_day() -> None:
    ended = a_restriction(countries=("IR",), from_=DAY, until=DAY)
    judged = [
        Restrictions((ended,)).judge(pair(), DAY + timedelta(days=days)) for days in (-1, 0, 1)
    ]
    assert [len(one.bars) for one in judged] == [0, 1, 0]


def test_an_exemption_covers_a_pair_as_a_whole_and_one_of_two_restrictions() -> None:
    both = (
        a_restriction("RS-1", countries=("IR",)),
        a_restriction("RS-2", providers=("BANK",)),
    )
    covered = {"projects": ("P-1",), "cities": ("MHD",), "sectors": ("transport",)}
    leave = an_exemption("EX-1", "RS-1", **covered, until=DAY)
    judged = Restrictions(both, (leave,)).judge(pair(), DAY)
    assert [one.code for one in judged.bars] == ["RS-2"]
    assert [one.code for one in judged.exemptions] == ["EX-1"]
    elsewhere = Restrictions(both, (leave,)).judge(pair(a_need(project="P-2")), DAY)
    assert [one.code for one in elsewhere.bars] == ["RS-1", "RS-2"]
    late = Restrictions(both, (leave,)).judge(pair(), NEXT_DAY)
    assert [one.code for one in late.bars] == ["RS-1", "RS-2"]


def test_every_restriction_is_named_in_the_failure() -> None:
    restrictions = Restrictions(
        (a_restriction("RS-1", countries=("IR",)), a_restriction("RS-2", providers=("BANK",)))
    )
    offer = _with(an_offer(), restrictions)
    (failure,) = verdict(Pairing(a_need(), offer, DAY, None, None))
    assert failure.rule == "restricted"
    assert "RS-1 (the Council): measures" in failure.sentence
    assert "RS-2" in failure.sentence


def _with(offer: OfferFacts, restrictions: Restrictions) -> OfferFacts:
    return OfferFacts(offer.offer, offer.provider, offer.balance, offer.country, restrictions)


@given(ledgers(), needs, offers())
def test_the_sets_of_barred_offers_are_the_judgement_of_every_pair(
    restrictions, need, some
) -> None:
    facts = [_with(offer, restrictions) for offer in some]
    barred = BarredOffers(facts, DAY)
    for _ in range(2):  # what is remembered of a city is the same again
        found = [*bit_positions(barred.for_need(need))]
        due = [bool(restrictions.judge(terms_of(need, one), DAY).bars) for one in facts]
        assert found == [place for place, is_barred in enumerate(due) if is_barred]


@given(ledgers(), needs, offers())
def test_only_leave_that_was_given_allows_a_pair_and_any_exemption_a_record(
    restrictions, need, some
) -> None:
    """Eligibility, candidates, counts and findings judge alike; an act is recorded under any."""
    given_ones = [one for one in restrictions.exemptions if one.authority.strip().lower() != "none"]
    naive = Restrictions(restrictions.restrictions, tuple(given_ones))
    barred = BarredOffers([_with(one, restrictions) for one in some], DAY)
    found = {*bit_positions(barred.for_need(need))}
    for place, offer in enumerate(some):
        terms = terms_of(need, offer)
        bars = naive.judge(terms, DAY).bars
        assert restrictions.judge(terms, DAY).bars == bars
        failures = verdict(Pairing(need, _with(offer, restrictions), DAY, None, None))
        assert any(one.rule == "restricted" for one in failures) is bool(bars)
        assert (place in found) is bool(bars)
        recorded = restrictions.recording.judge(terms, DAY)
        by_any = [
            one
            for one in bars
            if not any(
                leave.restriction == one.code and in_force(leave, DAY) and covers(leave, terms)
                for leave in restrictions.exemptions
            )
        ]
        assert [*recorded.bars] == by_any
