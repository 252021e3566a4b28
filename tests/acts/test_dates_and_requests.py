"""When an act may be dated, what a key may be, and what a repeated request may say."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from world import asked, says_enough

from ledger.core import dates
from ledger.core.factors import Side
from ledger.core.requests import KeyReused, MalformedKey, differences, require_same

TODAY, YESTERDAY = date(2026, 11, 23), date(2026, 11, 22)


def test_today_is_the_last_day_an_act_may_be_dated():
    dates.require_not_future(TODAY, TODAY)
    with pytest.raises(dates.FutureDate) as caught:
        dates.require_not_future(TODAY, YESTERDAY)
    says_enough(caught.value, "2026-11-23", "2026-11-22")


def test_the_day_of_its_declaration_is_the_first():
    dates.require_declared(TODAY, TODAY, Side.NEED, "N-0001")
    with pytest.raises(dates.BeforeDeclaration) as caught:
        dates.require_declared(YESTERDAY, TODAY, Side.NEED, "N-0001")
    says_enough(caught.value, "Need N-0001")


def test_a_reversal_is_never_dated_before_what_it_reverses():
    dates.require_not_before_reversed(TODAY, TODAY, 7)
    with pytest.raises(dates.BeforeReversed) as caught:
        dates.require_not_before_reversed(YESTERDAY, TODAY, 7)
    says_enough(caught.value, "Entry 7")


@pytest.mark.parametrize(
    ("name", "day"),
    [("UTC", date(2026, 11, 23)), ("Asia/Tehran", date(2026, 11, 24)), ("America/Lima", TODAY)],
)
def test_the_day_is_the_one_of_the_ledgers_calendar(name, day):
    late_evening = datetime(2026, 11, 23, 22, tzinfo=UTC)

    assert dates.day_of(late_evening, dates.find_time_zone(name)) == day


@pytest.mark.parametrize("name", ["", "Teheran", "../etc/passwd", "Europe/", "Asia\0Tehran"])
def test_a_time_zone_has_a_name_that_every_machine_knows(name):
    with pytest.raises(dates.UnknownTimeZone) as caught:
        dates.find_time_zone(name)
    says_enough(caught.value, "IANA")


@pytest.mark.parametrize("key", ["", "two words", "tab\there", "line\n", "bell\a", "x" * 201])
def test_a_key_is_one_word(key):
    with pytest.raises(MalformedKey) as caught:
        asked("deal introduce", key=key)
    says_enough(caught.value)


@pytest.mark.parametrize("key", ["INV-2026/17", "x" * 200, "نامه-۱۷"])
def test_the_number_of_a_letter_is_a_key(key):
    assert asked("deal introduce", key=key).key == key


def test_a_repetition_may_say_the_same_in_another_order():
    again = asked("deal introduce", given={"b": "2", "a": "1"})

    require_same("K", ("deal introduce", {"a": "1", "b": "2"}), again)


def test_a_repetition_that_differs_is_told_what_differs():
    again = asked("deal introduce", given={"quantity": "2M EUR", "note": "x"})
    with pytest.raises(KeyReused) as caught:
        require_same("K", ("deal introduce", {"quantity": "1M EUR"}), again)
    says_enough(caught.value, "quantity: first '1M EUR', now '2M EUR'", "note: first not given")


def test_a_key_of_another_command_is_refused():
    with pytest.raises(KeyReused) as caught:
        require_same("K", ("deal commit", {}), asked("deal introduce"))
    says_enough(caught.value, "`deal commit`", "`deal introduce`")


def test_equal_inputs_differ_in_nothing():
    assert differences({"a": "1", "b": ["x"]}, {"a": "1", "b": ["x"]}) == []
