"""A deal from its introduction to its delivery, as the officer carries it out."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from world import NEW_YEAR, World

from ledger.core.dates import (
    BeforeDeclaration,
    FutureDate,
    HoldExpired,
    UntilInThePast,
)
from ledger.core.factors import Factor, Stage
from ledger.core.quantity_errors import BadQuantity
from ledger.journal import moves
from ledger.journal.moves import WrongUnit
from ledger.journal.timeline import OverdrawnLater
from ledger.rates.rates import Rate
from ledger.reference.errors import UnknownInstrument
from ledger.store.registers import UnknownCode
from ledger.usecases.deals.acts import DealEdit, NothingToChange, edit_deal
from ledger.usecases.deals.terms import InstrumentNotOffered, NoRate, UnusableRate

TODAY = date(2026, 11, 23)
MARCH, APRIL, MAY = date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1)
NEXT_YEAR = date(2027, 1, 31)


@pytest.fixture
def metro(world: World) -> World:
    """A need of 100 EUR and an offer of 80 EUR."""
    world.need("100 EUR")
    world.offer("80 EUR")
    return world


def test_a_deal_runs_from_introduction_to_delivery(metro):
    held = metro.introduce("50 EUR", until=NEXT_YEAR, reference="letter 7")
    assert (held["deal"], held["need"]["held"], held["offer"]["held"]) == (
        "D-0001",
        "50.00",
        "50.00",
    )
    metro.commit("30 EUR")
    metro.deliver()
    answer = metro.give_back("10 EUR")

    assert answer["need"] == {
        "code": "N-0001",
        "unit": "EUR",
        "open": "50.00",
        "held": "20.00",
        "committed": "10.00",
        "delivered": "20.00",
        "withdrawn": "0.00",
    }
    assert answer["offer"]["available"] == "30.00"
    assert metro.deal_stages() == {"held": 2000, "committed": 1000, "delivered": 2000}
    assert [entry.act.value for entry in metro.entries()][2:] == [
        "introduce",
        "commit",
        "deliver",
        "return",
    ]
    assert metro.entries()[2].reference == "letter 7"


def test_a_commitment_may_come_at_once(metro):
    answer = metro.introduce("50 EUR", directly=True)

    assert answer["need"]["committed"] == "50.00"
    assert metro.record("deal", "D-0001").held_until is None


def test_a_further_hold_on_the_same_terms_adds_to_the_deal(metro):
    metro.introduce("50 EUR", until=NEXT_YEAR)
    again = metro.introduce("10 EUR", until=NEXT_YEAR + timedelta(days=1))

    assert again["deal"] == "D-0001"
    assert metro.deal_stages() == {"held": 6000}
    assert metro.record("deal", "D-0001").held_until == date(2027, 2, 1)


def test_a_hold_by_another_instrument_opens_another_deal(metro):
    metro.introduce("50 EUR", instrument="grant")

    assert metro.introduce("10 EUR", instrument="loan")["deal"] == "D-0002"
    assert metro.introduce("5 EUR")["deal"] == "D-0003"
    assert metro.introduce("4 EUR", instrument="loan")["deal"] == "D-0002"
    assert metro.introduce("3 EUR", instrument="grant")["deal"] == "D-0001"
    held = [metro.deal_stages(deal)["held"] for deal in ("D-0001", "D-0002", "D-0003")]
    assert held == [5300, 1400, 500]


@pytest.fixture
def dollars(world: World) -> World:
    """A need of 10,000 EUR and an offer of 10,000 USD."""
    world.need("10000 EUR")
    world.offer("10000 USD")
    return world


def test_a_hold_at_another_rate_opens_another_deal(dollars):
    dollars.introduce("1000 EUR", rate=Decimal("1.1"))
    assert dollars.introduce("1000 EUR", rate=Decimal("1.3"))["deal"] == "D-0002"

    held = [dollars.deal_stages(deal, "offer")["held"] for deal in ("D-0001", "D-0002")]
    assert held == [1100_00, 1300_00]
    assert [dollars.record("deal", deal).rate for deal in ("D-0001", "D-0002")] == [
        Decimal("1.1"),
        Decimal("1.3"),
    ]
    assert dollars.stages("offer", "O-0001") == {"available": 7600_00, "held": 2400_00}


def test_a_hold_at_an_equal_rate_adds_to_the_deal_however_the_rate_is_written(dollars):
    dollars.introduce("1000 EUR", rate=Decimal("1.10"))
    dollars.introduce("1000 EUR", rate=Decimal("1.3"))
    for written in ("1.1", "1.1000", "01.10"):
        assert dollars.introduce("100 EUR", rate=Decimal(written))["deal"] == "D-0001"
    assert dollars.introduce("100 EUR", rate=Decimal("1.100000000001"))["deal"] == "D-0003"

    assert dollars.deal_stages("D-0001", "offer") == {"held": 1430_00}


def test_a_rate_that_was_given_and_an_equal_one_that_was_found_are_one(dollars):
    dollars.do(lambda uow: uow.add_rate(Rate(MARCH, "EUR", "USD", Decimal("1.10"))))
    dollars.introduce("1000 EUR", rate=Decimal("1.1"))

    assert dollars.introduce("1000 EUR")["deal"] == "D-0001"
    dollars.do(lambda uow: uow.add_rate(Rate(MAY, "EUR", "USD", Decimal("1.2"))))
    assert dollars.introduce("1000 EUR")["deal"] == "D-0002"


@pytest.mark.parametrize("directly", [False, True])
def test_a_direct_commitment_too_looks_at_the_rate_and_the_instrument(dollars, directly):
    terms = {"rate": Decimal("1.1"), "instrument": "grant", "directly": directly}
    assert dollars.introduce("10 EUR", **terms)["deal"] == "D-0001"
    assert dollars.introduce("10 EUR", **{**terms, "rate": Decimal("1.2")})["deal"] == "D-0002"
    assert dollars.introduce("10 EUR", **{**terms, "instrument": "loan"})["deal"] == "D-0003"
    assert dollars.introduce("10 EUR", **terms)["deal"] == "D-0001"


def test_codes_are_understood_in_any_case(metro):
    metro.introduce("50 EUR", offer="o-0001", need="n-0001")

    assert metro.commit(deal="d-0001")["deal"] == "D-0001"


def test_both_sides_move_in_their_own_units_to_exactly_zero(world):
    world.need("100 EUR")
    world.offer("200 USD")
    world.introduce("33.33 EUR", rate=Decimal("1.085"))
    assert world.deal_stages(side="offer") == {"held": 3617}
    for part in ("10 EUR", "11.11 EUR", None):
        world.commit(part)

    assert world.deal_stages(side="need") == {"committed": 3333}
    assert world.deal_stages(side="offer") == {"committed": 3617}


def test_the_rate_comes_from_the_table_where_none_is_given(world):
    world.need("100 EUR")
    world.offer("200 USD")
    for day, rate in ((MARCH, "1.10"), (MAY, "1.20")):
        world.do(lambda uow, d=day, r=rate: uow.add_rate(Rate(d, "EUR", "USD", Decimal(r))))
    world.introduce("10 EUR", on=APRIL)

    assert world.record("deal", "D-0001").rate == Decimal("1.10")
    assert world.stages("offer", "O-0001") == {"available": 18900, "held": 1100}


def test_no_rate_is_not_a_rate_of_one(world):
    world.need("100 EUR")
    world.offer("200 USD")
    with world.refuses(NoRate, "EUR", "USD", "--rate"):
        world.introduce("10 EUR")


@pytest.mark.parametrize("rate", ["0", "-1", "NaN", "Infinity", "-Infinity", "sNaN", "1E+999999"])
def test_a_rate_is_a_positive_number(world, rate):
    world.need("100 EUR")
    world.offer("200 USD")
    with world.refuses(UnusableRate, rate):
        world.introduce("10 EUR", rate=Decimal(rate))


def test_a_rate_within_one_currency_is_refused(metro):
    with metro.refuses(UnusableRate, "EUR"):
        metro.introduce("10 EUR", rate=Decimal("1.1"))
    metro.introduce("10 EUR", rate=Decimal("1.00"))


def test_units_of_work_are_never_exchanged(world):
    world.need("100 person-day", factor=Factor.EXPERTISE)
    world.offer("5 package", factor=Factor.EXPERTISE)
    with world.refuses(WrongUnit, "person-day", "package"):
        world.introduce("10 person-day")


def test_a_quantity_comes_in_the_needs_own_unit(metro):
    with metro.refuses(WrongUnit, "EUR", "USD"):
        metro.introduce("10 USD")
    with metro.refuses(BadQuantity):
        metro.introduce("0 EUR")


def test_no_more_is_held_than_is_open_or_available(metro):
    with metro.refuses(moves.NotEnoughAvailable, "80.00 EUR available"):
        metro.introduce("80.01 EUR")
    metro.introduce("60 EUR")
    metro.offer("100 EUR", code="O-0002")
    with metro.refuses(moves.NotEnoughOpen, "40.00 EUR open"):
        metro.introduce("40.01 EUR", offer="O-0002")


def test_no_more_is_moved_on_than_there_is(metro):
    metro.introduce("50 EUR")
    with metro.refuses(moves.NotEnoughHeld):
        metro.commit("50.01 EUR")
    with metro.refuses(moves.NothingToMove):
        metro.deliver()
    metro.commit("20 EUR")
    with metro.refuses(moves.NotEnoughCommitted):
        metro.deliver("20.01 EUR")
    metro.deliver("5 EUR")
    with metro.refuses(moves.NotEnoughDelivered):
        metro.give_back("5.01 EUR")


def test_what_is_held_is_committed_or_released_once(metro):
    metro.introduce("50 EUR")
    metro.release()
    with metro.refuses(moves.NothingToMove):
        metro.commit()
    assert metro.stages("need", "N-0001") == {"open": 10000}


def test_a_commitment_is_given_back_only_when_it_is_named(metro):
    metro.introduce("50 EUR", directly=True)
    with metro.refuses(moves.NothingToMove):
        metro.release()
    metro.release("20 EUR", from_stage=Stage.COMMITTED)

    assert metro.deal_stages() == {"committed": 3000}


def test_a_hold_can_be_committed_through_its_last_day(metro):
    metro.introduce("50 EUR", on=MARCH, until=APRIL)
    metro.commit("10 EUR", on=APRIL)
    with metro.refuses(HoldExpired, "2026-04-01"):
        metro.commit(on=APRIL + timedelta(days=1))
    metro.release(on=MAY)


def test_a_prolonged_hold_can_be_committed_again(metro):
    metro.introduce("50 EUR", on=MARCH, until=APRIL)
    metro.do(lambda uow: edit_deal(uow, DealEdit(deal="D-0001", until=NEXT_YEAR)))

    assert metro.commit()["need"]["committed"] == "50.00"


def test_a_hold_neither_ends_before_it_begins_nor_is_prolonged_into_the_past(metro):
    with metro.refuses(UntilInThePast):
        metro.introduce("50 EUR", until=TODAY - timedelta(days=1))
    metro.introduce("50 EUR", until=TODAY)
    with metro.refuses(UntilInThePast, "2026-11-22"):
        metro.do(
            lambda uow: edit_deal(uow, DealEdit(deal="D-0001", until=TODAY - timedelta(days=1)))
        )


def test_an_edit_that_changes_nothing_is_told_so(metro):
    metro.introduce("50 EUR", until=NEXT_YEAR)
    with metro.refuses(NothingToChange):
        metro.do(lambda uow: edit_deal(uow, DealEdit(deal="D-0001", until=NEXT_YEAR)))


def test_nothing_is_dated_in_the_future(metro):
    with metro.refuses(FutureDate, "2026-11-24", "2026-11-23"):
        metro.introduce("50 EUR", on=TODAY + timedelta(days=1))
    metro.introduce("50 EUR", on=TODAY)
    with metro.refuses(FutureDate):
        metro.commit(on=NEXT_YEAR)


def test_today_is_told_by_the_ledgers_own_calendar(metro):
    metro.do(lambda uow: uow.set_setting("time_zone", "Pacific/Kiritimati"))

    metro.introduce("50 EUR", on=TODAY + timedelta(days=1))


def test_nothing_is_dated_before_either_side_was_declared(metro):
    with metro.refuses(BeforeDeclaration, "Need N-0001", "2026-01-01"):
        metro.introduce("50 EUR", on=NEW_YEAR - timedelta(days=1))
    metro.offer("10 EUR", code="O-0002", declared_on=APRIL)
    with metro.refuses(BeforeDeclaration, "Offer O-0002"):
        metro.introduce("5 EUR", offer="O-0002", on=MARCH)


def test_a_backdated_act_never_takes_what_was_taken_later(metro):
    metro.introduce("80 EUR", on=MAY)
    metro.release("80 EUR", on=date(2026, 6, 1))
    metro.need("50 EUR", code="N-0002")
    with metro.refuses(OverdrawnLater, "Offer O-0001", "2026-05-01"):
        metro.introduce("10 EUR", need="N-0002", on=APRIL)


def test_a_backdated_revision_counts_from_its_day(metro):
    metro.introduce("80 EUR", on=MAY)
    metro.need("50 EUR", code="N-0002")
    metro.revise("offer", "O-0001", "90 EUR", on=MARCH)

    metro.introduce("10 EUR", need="N-0002", on=APRIL)
    assert metro.stages("offer", "O-0001") == {"held": 9000}


def test_an_instrument_is_one_that_both_sides_accept(world):
    world.need("100 EUR", instruments=("grant", "loan"))
    world.offer("100 EUR", instruments=("loan", "equity"))
    with world.refuses(InstrumentNotOffered, "grant", "loan"):
        world.introduce("10 EUR", instrument="grant")
    with world.refuses(UnknownInstrument):
        world.introduce("10 EUR", instrument="a handshake")
    world.introduce("10 EUR")

    assert world.record("deal", "D-0001").instrument == "loan"


def test_a_code_that_is_not_known_is_told_with_the_nearest(metro):
    with metro.refuses(UnknownCode, "N-0001", "cityfund need list"):
        metro.introduce("10 EUR", need="N-001")
    with metro.refuses(UnknownCode):
        metro.commit(deal="D-0007")
