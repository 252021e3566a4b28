"""A night as a whole: its rows, nights that were missed, what stops it and what does not."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from nights_world import NIGHT_WATCH, NOON, TODAY, Nights, days_from_now, state_of
from world import says_enough

from ledger.checks import CheckResult
from ledger.core.dates import ClockSteppedBack, FutureDate
from ledger.core.errors import StorageTrouble
from ledger.store.db.errors import DatabaseGone, LedgerBusy
from ledger.store.nights import lock
from ledger.store.nights import runs as kept
from ledger.store.nights.lock import CannotLock, NightUnderWay, hold_lock
from ledger.store.nights.stored_runs import runs_on
from ledger.usecases.night_step import STEPS, StepResult
from ledger.usecases.nights import gaps, prove
from ledger.usecases.nights.run import UnknownStep, choose_steps


def on(days: int) -> time_machine.travel:
    return time_machine.travel(NOON + timedelta(days=days), tick=True)


@pytest.fixture
def busy_fund(nights: Nights) -> Nights:
    """Give three needs, two offers, and two holds that end on different days."""
    nights.need("1000 EUR")
    nights.need("500 EUR", "N-0002")
    nights.need(None, "N-0003")
    nights.offer("1000 EUR", valid_until=days_from_now(3))
    nights.offer("800 EUR", "O-0002")
    nights.introduce("300 EUR", until=days_from_now(1))
    nights.introduce("200 EUR", offer="O-0002", need="N-0002", until=days_from_now(2))
    return nights


def test_every_step_is_kept_with_its_figures_whether_or_not_anything_was_found(
    nights: Nights,
) -> None:
    done = nights.night()

    with nights.ledger.read() as connection:
        (run,) = runs_on(connection, TODAY)
    assert run == done.run
    assert [step.name for step in run.steps] == list(choose_steps(()))
    assert run.is_complete
    assert run.whole
    assert (run.actor, run.system_user, run.host) == ("night", "cron", "office")
    assert all(step.figures for step in run.steps)
    assert all(step.started_at <= step.ended_at for step in run.steps)


def test_the_steps_keep_their_order(nights: Nights) -> None:
    assert (
        *("lapse", "restrictions", "due", "statements", "gaps"),
        *("propose", "check", "seal", "report"),
    ) == STEPS
    assert choose_steps(["check", "lapse"]) == ("lapse", "check")
    done = nights.night(only=("gaps", "lapse"))
    assert [step.name for step in done.run.steps] == ["lapse", "gaps"]
    assert not done.run.whole


def test_a_step_there_is_none_of_is_named(nights: Nights) -> None:
    with nights.refuses(UnknownStep, "'laps'", "lapse"):
        nights.night(only=("laps",))


def test_no_night_is_done_before_its_day(nights: Nights) -> None:
    with nights.refuses(FutureDate, "2026-11-24"):
        nights.night(day=days_from_now(1))


def test_the_second_time_nothing_changes_and_it_says_so(busy_fund: Nights) -> None:
    with on(5):
        first = busy_fund.night()
        before = state_of(busy_fund.url)
        again = busy_fund.night()
    assert first.changed
    assert first.repeats is None
    assert not again.changed
    assert again.repeats == first.run.id
    assert state_of(busy_fund.url) == before
    assert busy_fund.count("night_run") == 2


def test_missed_nights_are_caught_up_in_order_as_if_each_had_run(
    busy_fund: Nights, ledgers: Any
) -> None:
    busy_fund.night()
    busy_fund.ledger.engine.dispose()
    ledgers.settle(busy_fund.url)
    each = Nights(ledgers.copy(busy_fund.url))
    for days in range(1, 6):
        with on(days):
            assert len(each.reconcile().nights) == 1
    with on(5):
        answer = busy_fund.reconcile()

    assert [one.run.day for one in answer.nights] == [days_from_now(day) for day in range(1, 6)]
    assert state_of(busy_fund.url, proposals=False) == state_of(each.url, proposals=False)
    each.ledger.engine.dispose()


def test_of_several_nights_only_the_last_proposes_and_proves(busy_fund: Nights) -> None:
    busy_fund.night()
    with on(3):
        answer = busy_fund.reconcile()
    steps = [{step.name for step in one.run.steps} for one in answer.nights]
    assert all(names.isdisjoint({"propose", "check"}) for names in steps[:-1])
    assert {"propose", "check"} <= steps[-1]
    assert all(one.run.is_complete for one in answer.nights)


def test_a_night_stores_its_proposal_where_it_is_another_than_the_last(
    busy_fund: Nights,
) -> None:
    busy_fund.offer("1000 EUR", "O-0003")
    first = busy_fund.night()
    figures = first.run.step("propose").figures
    assert figures["proposal"] == "MAT-0001"
    assert figures["lines"] > 0
    assert first.run.step("propose").lines == ["New proposal: cityfund match show MAT-0001"]
    assert first.run.step("propose").offices["asia"]["lines_proposed"] == figures["lines"]
    again = busy_fund.night().run.step("propose")
    assert again.lines == ["Nothing was recorded since an earlier run of this night proposed."]
    assert again.figures == figures
    with on(1):
        next_night = busy_fund.night().run.step("propose")
        assert next_night.lines == ["Unchanged proposal: cityfund match show MAT-0001"]
    with on(2):
        busy_fund.withdraw("offer", "O-0003", "900 EUR")
        assert busy_fund.night().run.step("propose").figures["proposal"] == "MAT-0002"
        busy_fund.withdraw("offer", "O-0003")
        assert busy_fund.night().run.step("propose").figures["proposal"] != "MAT-0003"
    assert busy_fund.count("proposal") == 2
    assert [key for key in busy_fund.request_keys() if "propose" in key] == [
        "night:2026-11-23:propose", "night:2026-11-25:propose",
    ]  # fmt: skip


def test_the_first_night_of_a_ledger_catches_nothing_up(nights: Nights) -> None:
    with on(30):
        assert len(nights.reconcile().nights) == 1


def test_a_night_of_some_steps_does_not_count_as_done(busy_fund: Nights) -> None:
    busy_fund.night()
    with on(1):
        busy_fund.night(only=("lapse",))
    with on(2):
        assert len(busy_fund.reconcile().nights) == 2


def test_a_run_that_did_not_come_to_its_end_is_finished_by_the_next(
    busy_fund: Nights, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy_fund.night()
    with on(4):
        monkeypatch.setattr(gaps, "gaps_step", dies)
        with pytest.raises(KeyboardInterrupt):
            busy_fund.night()
        monkeypatch.undo()
        days = [one.run.day for one in busy_fund.reconcile().nights]
    assert days == [days_from_now(day) for day in range(1, 5)], "the first of them was not ended"


def dies(night: Any) -> Any:
    raise KeyboardInterrupt


def test_a_missed_night_can_be_asked_for_by_its_date(busy_fund: Nights) -> None:
    busy_fund.night()
    with on(5):
        assert [one.run.day for one in busy_fund.reconcile(days_from_now(2)).nights] == [
            days_from_now(1), days_from_now(2),
        ]  # fmt: skip
        assert busy_fund.stages("need", "N-0001") == {"open": 100_000}
        assert busy_fund.stages("need", "N-0002") == {"open": 30_000, "held": 20_000}
        assert [one.run.day for one in busy_fund.reconcile().nights] == [
            days_from_now(3), days_from_now(4), days_from_now(5),
        ]  # fmt: skip


def test_a_dry_run_of_missed_nights_tries_the_last_and_names_the_others(busy_fund: Nights) -> None:
    busy_fund.night()
    with on(3), busy_fund.unchanged():
        answer = busy_fund.reconcile(dry_run=True)
    assert answer.missed == (days_from_now(1), days_from_now(2))
    assert answer.last.run.steps[0].figures["holds_lapsed"] == 2


def test_a_clock_that_stepped_back_stops_the_night(busy_fund: Nights) -> None:
    with on(2):
        busy_fund.night()
    with on(1), busy_fund.refuses(ClockSteppedBack, "2026-11-25 12:00 UTC"):
        busy_fund.night()
    with on(1), busy_fund.refuses(ClockSteppedBack, "Correct the machine's clock"):
        busy_fund.night(dry_run=True)


def test_a_step_that_is_refused_is_a_finding_and_the_night_goes_on(
    busy_fund: Nights, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(night: Any) -> Any:
        raise CannotLock("The inbox cannot be read.")

    monkeypatch.setattr(gaps, "gaps_step", refused)
    done = busy_fund.night()
    (finding,) = done.findings
    assert (finding["kind"], finding["subject"]) == ("step-refused", "gaps")
    assert "The inbox cannot be read." in finding["said"]
    assert finding["command"] == "cityfund reconcile --only gaps"
    assert done.run.step("check") is not None


def test_a_database_that_is_busy_ends_the_night(
    busy_fund: Nights, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(night: Any) -> Any:
        raise LedgerBusy("The ledger is busy.")

    monkeypatch.setattr(gaps, "gaps_step", busy)
    with pytest.raises(LedgerBusy):
        busy_fund.night()


def test_a_broken_rule_is_a_finding_for_every_failure_up_to_a_number(
    nights: Nights, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = tuple(f"entry {number} is wrong" for number in range(25))
    broken = CheckResult(name="balanced", ok=False, examined=25, failed=25, failures=told)
    monkeypatch.setattr(prove, "run_checks", lambda _ledger, **_: [broken])
    done = nights.night()
    assert [one["kind"] for one in done.findings] == ["check-broken"] * 21
    assert done.findings[-1]["said"] == "The check balanced is broken: 5 more failures"
    assert done.run.step("check").figures["broken"] == 1
    assert done.run.step("report").figures["findings"] == 21

    monkeypatch.undo()
    assert nights.night().findings == [], "what was broken is not taken for proven"


def test_what_was_proven_this_night_is_proven_anew_where_something_was_recorded_or_asked(
    nights: Nights,
) -> None:
    said = "Nothing was recorded since an earlier run of this night checked the ledger."
    nights.night()
    assert nights.night().run.step("check").lines == [said]
    assert nights.night(only=("check",)).run.step("check").lines == []
    nights.need("10 EUR")
    assert nights.night().run.step("check").lines == []
    with on(1):
        assert nights.night().run.step("check").lines == []


@pytest.mark.only_on("postgresql")
def test_what_a_slow_writer_recorded_under_a_lower_number_is_proven_too(nights: Nights) -> None:
    turn = "SELECT setval('request_id_seq', nextval('request_id_seq') {} 50)"
    with closing(nights.raw()) as raw:
        raw.execute(turn.format("+"))
        nights.need("5 EUR")
        nights.night()
        raw.execute(turn.format("-"))
    nights.need("10 EUR", "N-0002")

    again = nights.night().run
    assert [again.step(name).lines for name in ("check", "propose")] == [[], []]


def test_a_second_run_is_told_who_holds_the_lock(busy_fund: Nights) -> None:
    with hold_lock(busy_fund.ledger):
        kept.begin_run(
            busy_fund.ledger, TODAY, STEPS, whole=True, who=("maryam", "cron", "mashhad")
        )
        with busy_fund.refuses(
            NightUnderWay, "maryam (cron)", "on mashhad", "since 2026-11-23 12:00:"
        ):
            busy_fund.night()
    assert busy_fund.night().run.is_complete


def test_whoever_has_not_said_yet_who_it_is_holds_the_lock_all_the_same(
    nights: Nights, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "time", SimpleNamespace(sleep=lambda _seconds: None))
    with hold_lock(nights.ledger), nights.refuses(NightUnderWay, "has not recorded who started it"):
        nights.night()


def test_a_dry_run_needs_no_lock(nights: Nights) -> None:
    with hold_lock(nights.ledger):
        assert nights.night(dry_run=True).run.id == 0


@pytest.mark.only_on("sqlite")
def test_the_lock_of_a_file_is_private_and_one_by_whatever_way_it_is_reached(
    nights: Nights, tmp_path: Any
) -> None:
    link = tmp_path / "elsewhere.db"
    link.symlink_to(nights.path)
    other = Nights(f"sqlite:///{link}")
    with hold_lock(nights.ledger):
        beside = nights.path.with_name(f"{nights.path.name}-night")
        assert beside.stat().st_mode & 0o777 == 0o600
        with pytest.raises(NightUnderWay):
            other.night()
    other.ledger.engine.dispose()


@pytest.mark.only_on("sqlite")
def test_a_file_that_cannot_be_locked_is_told(nights: Nights) -> None:
    nights.path.with_name(f"{nights.path.name}-night").mkdir()
    with pytest.raises(CannotLock) as refused:
        nights.night()
    says_enough(refused.value, "-night cannot be locked")
    assert isinstance(refused.value, StorageTrouble)


@pytest.mark.only_on("postgresql")
def test_a_lock_that_the_server_let_go_of_ends_the_night(
    nights: Nights, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut_off(night: Any) -> StepResult:
        with closing(nights.raw()) as raw:
            raw.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE state = 'idle in transaction' AND datname = current_database()"
            )
        return StepResult()

    monkeypatch.setattr(gaps, "gaps_step", cut_off)
    with pytest.raises(DatabaseGone):
        nights.night()
    monkeypatch.undo()
    assert nights.night().run.is_complete


def test_a_watcher_hears_of_every_step(nights: Nights) -> None:
    nights.night(only=("lapse", "gaps"))
    told = [(event.what, event.step) for event in nights.events if event.what != "advance"]
    assert told == [
        ("run-begun", None),
        ("step-begun", "lapse"), ("step-ended", "lapse"),
        ("step-begun", "gaps"), ("step-ended", "gaps"),
        ("run-ended", None),
    ]  # fmt: skip
    assert NIGHT_WATCH.actor == "night"
