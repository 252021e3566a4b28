"""The night seals the journal: once, and it says what to keep."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sealed_world import marks
from world import World

from ledger.usecases.night_step import Night, NightOptions, Operator
from ledger.usecases.nights.prove import seal_step as step


@pytest.fixture
def night(sealed: World, monkeypatch) -> Night:
    monkeypatch.setattr("ledger.store.session.ledger.STABLE_AFTER", timedelta(0))
    who = Operator(actor="night", system_user="cron", host="office")
    return Night(ledger=sealed.ledger, day=date(2026, 11, 23), run=1, who=who)


def test_a_night_seals_what_the_day_brought(sealed: World, night: Night) -> None:
    before = marks(sealed)
    sealed.revise("need", "N-0001", "9101 EUR")
    result = step(night)
    newest = marks(sealed)[-1]
    assert result.changed
    assert result.findings == ()
    assert dict(result.figures) == {
        "seal": len(before) + 1, "entries": newest.size, "new": 3, "root": newest.root.hex(),
    }  # fmt: skip
    assert str(newest) in result.lines[-1]


def test_the_same_night_again_seals_nothing_and_says_the_same(sealed: World, night: Night) -> None:
    sealed.revise("need", "N-0001", "9101 EUR")
    first = step(night)
    sealed.revise("need", "N-0001", "9102 EUR")
    with sealed.unchanged():
        again = step(replace(night, run=2))
    assert not again.changed
    assert dict(again.figures) == {**first.figures, "new": 0}
    assert again.lines[-1] == first.lines[-1]


def test_the_next_night_goes_on(sealed: World, night: Night) -> None:
    sealed.revise("need", "N-0001", "9101 EUR")
    first = step(night)
    sealed.revise("need", "N-0001", "9102 EUR")
    second = step(replace(night, day=date(2026, 11, 24)))
    assert second.figures["entries"] == int(first.figures["entries"]) + int(second.figures["new"])


def test_a_night_in_which_nothing_happened_tells_the_last_seal(sealed: World, night: Night) -> None:
    with sealed.unchanged():
        result = step(night)
    assert not result.changed
    assert result.figures["root"] == marks(sealed)[-1].root.hex()


def test_a_dry_run_seals_nothing(sealed: World, night: Night) -> None:
    sealed.revise("need", "N-0001", "9101 EUR")
    with sealed.unchanged():
        result = step(replace(night, options=NightOptions(dry_run=True)))
    assert not result.changed
    assert result.figures["new"] == 3
