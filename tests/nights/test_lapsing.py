"""Lapsing: holds past their date go back, then offers past their validity expire, once each."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from nights_world import NOON, TODAY, Nights, days_from_now

from ledger.core.factors import Side
from ledger.journal.entries import Act
from ledger.store.nights import expiry
from ledger.usecases.nights import lapse


@pytest.fixture
def pair(nights: Nights) -> Nights:
    """Give a need and an offer, and a hold that lasts through tomorrow."""
    nights.need("1000 EUR")
    nights.offer("1000 EUR")
    nights.introduce("300 EUR", until=days_from_now(1))
    return nights


def on(days: int) -> time_machine.travel:
    return time_machine.travel(NOON + timedelta(days=days), tick=True)


def test_a_hold_stands_through_its_last_day_and_lapses_the_day_after(pair: Nights) -> None:
    with on(1):
        assert pair.figures("lapse")["holds_lapsed"] == 0
    assert pair.stages("need", "N-0001") == {"open": 70_000, "held": 30_000}

    with on(2):
        assert pair.figures("lapse")["holds_lapsed"] == 1
    assert pair.stages("need", "N-0001") == {"open": 100_000}
    assert pair.stages("offer", "O-0001") == {"available": 100_000}
    last = pair.entries()[-1]
    assert (last.act, last.effective_on, last.reason) == (
        Act.RELEASE, days_from_now(2), "lapsed",
    )  # fmt: skip
    assert (last.actor, last.request_key) == ("night", "night:2026-11-25:lapse:D-0001")


def test_an_offer_stands_through_its_last_day_and_expires_the_day_after(nights: Nights) -> None:
    nights.offer("1000 EUR", valid_until=TODAY)
    assert nights.figures("lapse")["offers_lapsed"] == 0

    with on(1):
        assert nights.figures("lapse")["offers_lapsed"] == 1
    assert nights.stages("offer", "O-0001") == {"expired": 100_000}
    assert nights.request_keys() == ["night:2026-11-24:lapse:O-0001"]


def test_what_a_lapsed_hold_gives_back_expires_with_its_offer_at_once(nights: Nights) -> None:
    nights.need("1000 EUR")
    nights.offer("1000 EUR", valid_until=TODAY)
    nights.introduce("300 EUR", until=TODAY)

    with on(1):
        figures = nights.figures("lapse")
    assert (figures["holds_lapsed"], figures["offers_lapsed"]) == (1, 1)
    assert nights.stages("offer", "O-0001") == {"expired": 100_000}
    assert [entry.act for entry in nights.entries()[-2:]] == [Act.RELEASE, Act.EXPIRE]


def test_what_is_committed_lapses_with_neither(pair: Nights) -> None:
    pair.edit("offer", "O-0001", valid_until=days_from_now(1))
    pair.commit("200 EUR")

    with on(5):
        pair.night()
    assert pair.stages("offer", "O-0001") == {"committed": 20_000, "expired": 80_000}
    assert pair.deal_stages() == {"committed": 20_000}


def test_what_lapses_soon_is_warned_of_and_left_alone(pair: Nights) -> None:
    pair.edit("offer", "O-0001", valid_until=days_from_now(7))
    done = pair.night(only=("lapse",), warn_days=7)

    (step,) = done.run.steps
    assert (step.figures["holds_lapsing"], step.figures["offers_lapsing"]) == (1, 1)
    assert step.lines == [
        "Lapses soon: deal D-0001 (offer O-0001 for need N-0001) holds until 2026-11-24.",
        "Lapses soon: offer O-0001 of BANK is valid until 2026-11-30.",
    ]
    assert step.offices == {"asia": {"holds_lapsing": 1}}
    assert not done.changed
    assert pair.figures("lapse", warn_days=0)["holds_lapsing"] == 0


def test_a_hold_recorded_after_its_end_lapses_under_a_key_of_its_own(pair: Nights) -> None:
    with on(2):
        pair.night(only=("lapse",))
        pair.do(lambda uow: uow.edit_deal("D-0001", held_until=days_from_now(1)))
        again = pair.introduce("50 EUR")
        assert again["deal"] == "D-0001"
        assert pair.figures("lapse")["holds_lapsed"] == 1
        assert pair.figures("lapse")["holds_lapsed"] == 0
    assert pair.request_keys() == [
        "night:2026-11-25:lapse:D-0001",
        "night:2026-11-25:lapse:D-0001:2",
    ]
    assert pair.stages("need", "N-0001") == {"open": 100_000}


def test_a_deal_acted_on_after_a_missed_night_lapses_on_the_day_of_the_night(pair: Nights) -> None:
    with on(4):
        pair.release("100 EUR")
        pair.figures("lapse", day=days_from_now(2))
    assert pair.entries()[-1].effective_on == days_from_now(2)
    assert pair.stages("need", "N-0001") == {"open": 100_000}


def test_an_offer_taken_up_after_a_missed_night_expires_where_nothing_is_overdrawn(
    nights: Nights,
) -> None:
    nights.need("1000 EUR")
    nights.offer("400 EUR", valid_until=days_from_now(1))
    with on(4):
        nights.revise("offer", "O-0001", "600 EUR")
        nights.figures("lapse", day=days_from_now(2))
    assert nights.entries()[-1].effective_on == days_from_now(4)
    assert nights.stages("offer", "O-0001") == {"expired": 60_000}


def test_an_act_between_the_reading_and_the_lapse_is_seen(
    pair: Nights, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An officer commits, or prolongs, what the night had already read as past its date."""
    pair.offer("500 EUR", "O-0002", valid_until=days_from_now(1))
    read_holds, read_offers = expiry.holds_due_by, expiry.offers_due_by

    def and_then_prolonged(connection, day):
        found = read_holds(connection, day)
        if found and day < days_from_now(3):
            pair.do(lambda uow: uow.edit_deal("D-0001", held_until=days_from_now(30)))
        return found

    def and_then_extended(connection, day):
        found = read_offers(connection, day)
        if found and day < days_from_now(3):
            pair.edit("offer", "O-0002", valid_until=days_from_now(30))
        return found

    monkeypatch.setattr(lapse, "holds_due_by", and_then_prolonged)
    monkeypatch.setattr(lapse, "offers_due_by", and_then_extended)
    with on(3):
        figures = pair.figures("lapse")
    assert (figures["holds_lapsed"], figures["offers_lapsed"], figures["left_alone"]) == (0, 0, 2)
    assert pair.stages("need", "N-0001") == {"open": 70_000, "held": 30_000}
    assert pair.request_keys() == [], "what was left alone leaves no trace"


def test_a_dry_run_lapses_nothing_and_says_what_would(pair: Nights) -> None:
    with on(2), pair.unchanged():
        done = pair.night(dry_run=True)
    step = done.run.step("lapse")
    assert step is not None
    assert step.figures["holds_lapsed"] == 1
    assert not done.changed
    assert done.run.id == 0


def test_a_lapse_that_is_refused_is_a_finding_and_the_others_go_on(pair: Nights) -> None:
    pair.need("1000 EUR", "N-0002")
    pair.introduce("100 EUR", need="N-0002", until=days_from_now(1))
    # The key was used for something else by hand, which the night cannot know.
    pair.do(lambda uow: uow.receipt(), key="night:2026-11-25:lapse:D-0001")
    with on(2):
        done = pair.night(only=("lapse",))
    (finding,) = done.findings
    assert (finding["kind"], finding["subject"]) == ("lapse-refused", "D-0001")
    assert finding["command"] == "cityfund deal show D-0001"
    assert done.run.steps[0].figures["holds_lapsed"] == 1
    assert pair.stages("need", "N-0002") == {"open": 100_000}
    assert pair.deal_stages("D-0001", Side.NEED) == {"held": 30_000}
