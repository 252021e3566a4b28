"""Each rule of eligibility alone: what passes, what fails, and the words it fails with.

The project is a metro in Mashhad (MHD, Iran) unless told otherwise.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from eligibility_worlds import DAY, PERSON_DAY, USD, needing, offering

from ledger.core.factors import Factor, Stage
from ledger.eligibility.rules import (
    RULES,
    Failure,
    NeedFacts,
    OfferFacts,
    Pairing,
    admits,
    verdict,
)
from ledger.eligibility.verdict import best_amount, nearest_first

MILLION = 1_000_000_00


def asked(
    need: NeedFacts, offer: OfferFacts, amount: int | None = None, **outstanding: Any
) -> Pairing:
    return Pairing(need, offer, DAY, amount, amount, **outstanding)


def failed(pairing: Pairing) -> list[str]:
    return [failure.rule for failure in verdict(pairing)]


def only_words(pairing: Pairing) -> str:
    (failure,) = verdict(pairing)
    return failure.sentence


def test_an_offer_without_a_mandate_admits_any_need() -> None:
    assert verdict(asked(needing(5 * MILLION), offering(9 * MILLION), MILLION)) == ()


def test_the_verdict_is_every_rule_failed_in_order() -> None:
    offer = offering(
        9, factor=Factor.EXPERTISE, unit=PERSON_DAY, topics=("brt",), countries=("PK",)
    )
    failures = failed(asked(needing(0, status="completed", topic="metro"), offer))
    assert failures == ["factor", "unit", "quantified", "topic", "geography", "status"]
    assert failures == [rule for rule in RULES if rule in failures]


def test_currencies_convert_and_other_units_do_not() -> None:
    assert failed(asked(needing(5), offering(5, unit=USD))) == []
    assert only_words(asked(needing(5), offering(5, unit=PERSON_DAY))) == (
        "it is in person-day; the need is in EUR"
    )


@pytest.mark.parametrize(
    ("topics", "topic", "passes"),
    [
        ((), None, True),
        ((), "metro", True),
        (("metro", "brt"), "metro", True),
        (("brt",), "metro", False),
        (("brt",), None, False),
    ],
)
def test_topic(topics: tuple[str, ...], topic: str | None, *, passes: bool) -> None:
    pairing = asked(needing(5, topic=topic), offering(5, topics=topics))
    assert failed(pairing) == ([] if passes else ["topic"])


def test_the_topic_of_the_need_is_told_or_that_it_has_none() -> None:
    for_brt = offering(5, topics=("brt",))
    assert "metro" in only_words(asked(needing(5, topic="metro"), for_brt))
    assert "None" not in only_words(asked(needing(5), for_brt))


@pytest.mark.parametrize(
    ("sectors", "passes"),
    [
        (("transport",), True),
        (("transport.urban",), True),
        (("health", "transport"), True),
        (("transport.rail",), False),
        (("trans",), False),
    ],
)
def test_a_sector_admits_all_under_it(sectors: tuple[str, ...], *, passes: bool) -> None:
    assert failed(asked(needing(5), offering(5, sectors=sectors))) == ([] if passes else ["sector"])


def test_a_narrower_sector_than_the_projects_does_not_admit_it() -> None:
    pairing = asked(needing(5, sector="transport"), offering(5, sectors=("transport.urban",)))
    assert only_words(pairing) == "only for sector transport.urban; the project is in transport"


@pytest.mark.parametrize(
    ("mandate", "passes"),
    [
        ({"countries": ("IR",)}, True),
        ({"countries": ("PK",)}, False),
        ({"regions": ("142",)}, True),
        ({"regions": ("019",)}, False),
        ({"cities": ("MHD",)}, True),
        ({"countries": ("PK",), "cities": ("MHD",)}, True),
        ({"countries": ("PK",), "regions": ("034",)}, True),
        ({"regions": ("142",), "excluded_countries": ("IR",)}, False),
        ({"cities": ("MHD",), "excluded_countries": ("IR",)}, False),
        ({"excluded_countries": ("IR",)}, False),
        ({"excluded_countries": ("PK",)}, True),
    ],
)
def test_geography_is_a_union_less_what_is_excluded(
    mandate: dict[str, Any], *, passes: bool
) -> None:
    need, offer = needing(5), offering(5, **mandate)
    assert failed(asked(need, offer)) == ([] if passes else ["geography"])
    assert admits(offer.offer, need.city, need.region_chain) is passes


def test_geography_says_whether_the_country_is_excluded_or_not_named() -> None:
    excluded = asked(needing(5), offering(5, countries=("IR",), excluded_countries=("IR",)))
    elsewhere = asked(needing(5), offering(5, countries=("PK",), excluded_countries=("IN",)))
    assert only_words(excluded) == "country IR of Mhd is excluded"
    assert only_words(elsewhere) == "only for PK; the city is Mhd (IR)"


def test_regions_of_a_mandate_are_told_by_their_names() -> None:
    pairing = asked(needing(5), offering(5, countries=("PK",), regions=("019", "053")))
    assert only_words(pairing) == (
        "only for PK, Americas, Australia and New Zealand; the city is Mhd (IR)"
    )


@pytest.mark.parametrize(
    ("accepted", "offered", "passes"),
    [
        ((), ("loan",), True),
        (("grant",), (), True),
        (("grant", "loan"), ("loan", "bond"), True),
        (("grant",), ("loan",), False),
    ],
)
def test_instruments_meet_or_one_is_empty(
    accepted: tuple[str, ...], offered: tuple[str, ...], *, passes: bool
) -> None:
    pairing = asked(needing(5, instruments=accepted), offering(5, instruments=offered))
    assert failed(pairing) == ([] if passes else ["instrument"])


def test_validity_includes_both_ends() -> None:
    assert failed(asked(needing(5), offering(5, valid_from=DAY, valid_until=DAY))) == []


def test_outside_the_validity_the_words_give_both_days() -> None:
    ended = offering(5, valid_until=date(2026, 5, 31))
    assert only_words(asked(needing(5), ended)) == "valid until 2026-05-31, the day is 2026-11-23"
    not_begun = offering(5, valid_from=date(2026, 12, 1))
    assert only_words(asked(needing(5), not_begun)) == (
        "valid from 2026-12-01, the day is 2026-11-23"
    )


def test_start_may_fall_on_the_day_it_is_needed_but_not_after() -> None:
    need = needing(5, needed_by=date(2028, 1, 1))
    assert failed(asked(need, offering(5, available_from=date(2028, 1, 1)))) == []
    assert failed(asked(need, offering(5, available_from=date(2028, 1, 2)))) == ["start"]
    assert failed(asked(needing(5), offering(5, available_from=date(2028, 1, 2)))) == []


def test_a_retired_provider_gives_to_no_need() -> None:
    (failure,) = verdict(asked(needing(5), offering(5, retired=True)))
    assert failure == Failure("retired", "provider PRV-1 is retired")


@pytest.mark.parametrize("status", ["completion", "completed", "cancelled"])
def test_projects_past_implementation_take_no_new_deals(status: str) -> None:
    assert failed(asked(needing(5, status=status), offering(5))) == ["status"]


def test_a_ticket_too_small_is_told_with_both_figures() -> None:
    pairing = asked(
        needing(9 * MILLION), offering(9 * MILLION, min_ticket=5 * MILLION), 3 * MILLION
    )
    assert only_words(pairing) == "at least 5M EUR per need; 3M EUR asked"


def test_a_ticket_that_cannot_be_shown_shortly_is_shown_in_full() -> None:
    pairing = asked(
        needing(9 * MILLION), offering(9 * MILLION, max_ticket=2_999_999_99), 3 * MILLION
    )
    assert only_words(pairing) == "at most 2,999,999.99 EUR per need; 3M EUR asked"


def test_a_ticket_counts_what_already_lives_in_the_pair() -> None:
    need, offer = needing(9 * MILLION), offering(9 * MILLION, min_ticket=5 * MILLION)
    assert failed(asked(need, offer, 3 * MILLION, outstanding_offer=2 * MILLION)) == []
    offer = offering(9 * MILLION, max_ticket=5 * MILLION)
    assert failed(asked(need, offer, 3 * MILLION, outstanding_offer=2 * MILLION)) == []
    assert failed(asked(need, offer, 3 * MILLION, outstanding_offer=2 * MILLION + 1)) == ["ticket"]


@pytest.mark.parametrize(
    ("mandate", "amount", "words"),
    [
        (
            {"max_ticket": 5 * MILLION},
            1,
            "at most 5M EUR per need; 5M EUR are between them already",
        ),
        (
            {"max_ticket": 6 * MILLION},
            2 * MILLION,
            "at most 6M EUR per need; 2M EUR asked, and 5M EUR are between them already",
        ),
        (
            {"min_ticket": 8 * MILLION},
            2 * MILLION,
            "at least 8M EUR per need; 2M EUR asked, and 5M EUR are between them already",
        ),
        (
            {"max_share": Decimal("0.5")},
            1,
            "at most 0.5 of a need, here 4.5M EUR; 5M EUR are between them already",
        ),
        (
            {"max_share": Decimal("0.6")},
            MILLION,
            (
                "at most 0.6 of a need, here 5.4M EUR; 1M EUR asked, "
                "and 5M EUR are between them already"
            ),
        ),
    ],
)
def test_what_is_placed_already_is_not_told_as_asked(
    mandate: dict[str, Any], amount: int, words: str
) -> None:
    placed = {"outstanding_need": 5 * MILLION, "outstanding_offer": 5 * MILLION}
    pairing = asked(needing(9 * MILLION), offering(9 * MILLION, **mandate), amount, **placed)
    assert only_words(pairing) == words


def test_a_share_is_the_floor_of_what_is_not_withdrawn() -> None:
    need = needing(10, stages={Stage.WITHDRAWN: 90})
    offer = offering(100, max_share=Decimal("0.333"))
    assert failed(asked(need, offer, 3)) == []
    assert failed(asked(need, offer, 4)) == ["share"]
    assert failed(asked(need, offer, 3, outstanding_need=1)) == ["share"]


def test_a_share_is_exact_where_a_float_would_not_be() -> None:
    need = needing(10**17 - 1)
    offer = offering(10**17, max_share=Decimal("0.1"))
    limit = (10**17 - 1) // 10
    assert failed(asked(need, offer, limit)) == []
    assert failed(asked(need, offer, limit + 1)) == ["share"]


def test_part_of_an_indivisible_need_is_refused() -> None:
    need = needing(10 * MILLION, divisible=False)
    assert failed(asked(need, offering(10 * MILLION), 10 * MILLION)) == []
    assert only_words(asked(need, offering(10 * MILLION), 4 * MILLION)) == (
        "the need is indivisible: 10M EUR at once; 4M EUR asked"
    )


def test_an_offer_with_too_little_cannot_take_an_indivisible_need() -> None:
    need, offer = needing(10 * MILLION, divisible=False), offering(4 * MILLION)
    amount = best_amount(need, offer, None)
    assert only_words(Pairing(need, offer, DAY, amount.need, amount.offer)) == (
        "the need is indivisible: 10M EUR at once; it has 4M EUR"
    )


def test_after_a_partial_release_only_the_same_offer_takes_the_rest() -> None:
    need = needing(4, divisible=False, stages={Stage.HELD: 6})
    assert failed(asked(need, offering(9), 4, outstanding_need=6, outstanding_offer=6)) == []
    assert failed(asked(need, offering(9), 4, outstanding_elsewhere=("O-9",))) == ["indivisible"]
    assert failed(asked(need, offering(9), None, outstanding_elsewhere=("O-9",))) == ["indivisible"]


def test_without_a_quantity_the_rules_on_quantity_are_passed_over() -> None:
    offer = offering(1, min_ticket=5, max_ticket=6, max_share=Decimal("0.1"))
    assert failed(asked(needing(9, divisible=False), offer, None)) == []


def test_candidates_come_nearest_first() -> None:
    one, two = (Failure("share", ""),), (Failure("topic", ""), Failure("window", ""))
    found = [
        (two, "O-1"),
        (one, "O-3"),
        (one, "O-2"),
        ((), "O-9"),
        ((Failure("topic", ""),), "O-7"),
    ]
    ordered = sorted(found, key=lambda candidate: nearest_first(*candidate))
    assert [code for _, code in ordered] == ["O-9", "O-7", "O-2", "O-3", "O-1"]
