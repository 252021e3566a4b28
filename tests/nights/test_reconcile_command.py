"""`cityfund reconcile` as an administrator and a script meet it."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from nights_world import NOON, TODAY, Nights, days_from_now

from cli.framework import terminal
from cli.main import main
from cli.views import night as night_log
from cli.views import reconcile
from ledger.core.errors import ExitCode
from ledger.store.nights.lock import hold_lock
from ledger.usecases.night_step import STEPS


class Administrator:
    """Types commands on the ledger of a world."""

    def __init__(self, nights: Nights, capsys: pytest.CaptureFixture[str]) -> None:
        self.nights, self._capsys = nights, capsys

    def types(self, *words: str, code: int = ExitCode.DONE) -> tuple[str, str]:
        assert main([*words, "--db", self.nights.url, "--actor", "admin"]) == code
        told = self._capsys.readouterr()
        return told.out, told.err

    def reads(self, *words: str, code: int = ExitCode.DONE) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.types(*words, "--json", code=code)[0])
        return document


@pytest.fixture
def admin(nights: Nights, capsys: pytest.CaptureFixture[str]) -> Administrator:
    nights.need("1000 EUR")
    nights.offer("1000 EUR", valid_until=days_from_now(3))
    nights.introduce("300 EUR", until=days_from_now(-1), on=days_from_now(-5))
    return Administrator(nights, capsys)


def test_the_answer_is_a_document_with_stable_keys(admin: Administrator) -> None:
    told = admin.reads("reconcile")

    assert told["schema"] == "cityfund.reconcile/1"
    assert told["run"] == 1
    assert told["night"] == "2026-11-23"
    assert told["started_at"].startswith("2026-11-23T12:00:")
    assert told["actor"] == "admin"
    assert {"name", "figures", "seconds"} <= told["steps"][0].keys()
    assert [step["name"] for step in told["steps"]][:4] == [*STEPS[:4]]
    assert told["steps"][0]["figures"]["holds_lapsed"] == 1
    assert told["findings"] == []
    assert "seal" in told
    assert (told["changed"], told["repeats"], told["caught_up"]) == (True, None, [])


def test_people_read_what_was_done_and_that_nothing_is_to_be_looked_at(
    admin: Administrator,
) -> None:
    out, _ = admin.types("reconcile")
    lines = out.splitlines()
    assert lines[0].startswith("Night of 2026-11-23: run 1, by admin on ")
    assert any(line.startswith("lapse ") and "holds lapsed 1" in line for line in lines)
    assert "Lapsed: deal D-0001." in lines
    assert "Lapses soon: offer O-0001 of BANK is valid until 2026-11-26." in lines
    assert "No findings." in lines
    assert not any(line.startswith("propose ") and line.endswith("proposal") for line in lines)


def test_the_second_time_it_says_that_nothing_has_changed(admin: Administrator) -> None:
    admin.types("reconcile")
    out, _ = admin.types("reconcile")
    assert "Run 1 already covered this night; nothing has changed." in out


def test_nights_that_were_missed_are_told_before_the_last(admin: Administrator) -> None:
    admin.types("reconcile")
    with time_machine.travel(NOON + timedelta(days=2), tick=True):
        dry, _ = admin.types("reconcile", "--dry-run")
        told = admin.reads("reconcile")
        again, _ = admin.types("reconcile", "--date", "2026-11-24")
    assert "Missed nights that would run first: 2026-11-24." in dry
    assert "no run recorded" in dry
    assert [one["night"] for one in told["caught_up"]] == ["2026-11-24"]
    assert told["night"] == "2026-11-25"
    assert "Night of 2026-11-24" in again


def test_more_than_a_week_of_missed_nights_is_not_caught_up_unasked(
    admin: Administrator, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin.types("reconcile")
    with time_machine.travel(NOON + timedelta(days=8), tick=True):
        assert len(admin.reads("reconcile")["caught_up"]) == 7
    with time_machine.travel(NOON + timedelta(days=17), tick=True):
        _, err = admin.types("reconcile", "--json", code=ExitCode.REFUSED)
        assert json.loads(err)["code"] == "clock-ahead"
        assert "8 nights were missed, 2026-12-02 to 2026-12-09." in err
        assert "--clock-is-right" in err
        admin.types("reconcile", "--only", "lapse")
        monkeypatch.setattr(terminal, "can_ask", lambda: True)
        monkeypatch.setattr("sys.stdin", StringIO("n\n"))
        _, err = admin.types("reconcile", code=ExitCode.INTERRUPTED)
        assert "Is the clock right, and are they to be caught up? [y/N]" in err
        told = admin.reads("reconcile", "--clock-is-right")
    assert len(told["caught_up"]) == 8


def test_how_many_missed_nights_are_caught_up_is_set(
    admin: Administrator, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin.types("reconcile")
    monkeypatch.setenv("CITYFUND_MISSED_NIGHTS", "1")
    with time_machine.travel(NOON + timedelta(days=3), tick=True):
        _, err = admin.types("reconcile", code=ExitCode.REFUSED)
        assert "2 nights were missed" in err
        _, err = admin.types("reconcile", "--missed-nights", "many", code=ExitCode.INVALID)
        assert "--missed-nights" in err
        assert len(admin.reads("reconcile", "--missed-nights", "2")["caught_up"]) == 2


def test_findings_end_with_a_code_of_their_own(admin: Administrator) -> None:
    admin.nights.do(lambda uow: uow.receipt(), key="night:2026-11-23:lapse:D-0001")
    told = admin.reads("reconcile", code=ExitCode.FINDINGS)
    (finding,) = told["findings"]
    assert {"kind", "subject", "ours", "theirs", "difference", "command"} <= finding.keys()
    assert finding["kind"] == "lapse-refused"
    out, _ = admin.types("reconcile", code=ExitCode.FINDINGS)
    assert "Findings: 1." in out
    assert "cityfund deal show D-0001" in out


def test_single_steps_of_a_day_can_be_asked_for(admin: Administrator) -> None:
    told = admin.reads("reconcile", "--only", "gaps", "--only", "lapse", "--date", "2026-11-20")
    assert [step["name"] for step in told["steps"]] == ["lapse", "gaps"]
    assert told["night"] == "2026-11-20"
    _, err = admin.types("reconcile", "--only", "gap", code=ExitCode.INVALID)
    assert "There is no step 'gap'." in err
    assert "Did you mean gaps?" in err


def test_days_and_dates_that_are_none_are_refused(admin: Administrator) -> None:
    with admin.nights.unchanged():
        _, err = admin.types("reconcile", "--warn-days", "soon", code=ExitCode.INVALID)
        assert "Give --warn-days a number such as 30." in err
        _, err = admin.types("reconcile", "--time-limit", "soon", code=ExitCode.INVALID)
        assert "'soon' cannot be a time limit." in err
        _, err = admin.types("reconcile", "--date", "2026-11-24", code=ExitCode.INVALID)
        assert "2026-11-24 is in the future" in err
        _, err = admin.types("reconcile", "--date", "yesternight", code=ExitCode.INVALID)
        assert "'yesternight' is not a date." in err


def test_whoever_comes_second_is_told_and_leaves_with_the_busy_code(
    admin: Administrator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.store.nights.lock._ATTEMPTS", 1)
    with hold_lock(admin.nights.ledger):
        _, err = admin.types("reconcile", code=ExitCode.BUSY)
    assert "Another run is in progress" in err
    assert "cityfund status" in err


def test_a_dry_run_writes_nothing(admin: Administrator) -> None:
    with admin.nights.unchanged():
        told = admin.reads("reconcile", "--dry-run")
    assert told["run"] is None
    assert told["dry_run"] is True
    assert told["steps"][0]["figures"]["holds_lapsed"] == 1


def test_the_report_is_written_to_a_file_too(admin: Administrator, tmp_path: Path) -> None:
    out, _ = admin.types("reconcile", "--output", str(tmp_path / "night.txt"))
    assert (tmp_path / "night.txt").read_text("utf-8") == out
    admin.types("reconcile", "--output", str(tmp_path / "night.json"))
    assert json.loads((tmp_path / "night.json").read_text("utf-8"))["run"] == 2


def test_a_file_that_cannot_be_written_is_told_before_anything_is_done(
    admin: Administrator, tmp_path: Path
) -> None:
    with admin.nights.unchanged():
        admin.types("reconcile", "--output", str(tmp_path / "x" / "y"), code=ExitCode.STORAGE)
        admin.types("reconcile", "--output", str(tmp_path), code=ExitCode.STORAGE)


def test_without_a_terminal_the_log_is_lines_of_json(admin: Administrator) -> None:
    _, err = admin.types("reconcile")
    lines = [json.loads(line) for line in err.splitlines()]
    assert lines[0]["event"] == "run-begun"
    assert lines[-1]["event"] == "run-ended"
    ended = next(one for one in lines if one["event"] == "step-ended")
    assert ended["step"] == "lapse"
    assert ended["figures"]["holds_lapsed"] == 1
    assert {"at", "night", "run", "findings", "changed", "milliseconds"} <= ended.keys()


def test_quiet_means_no_log_and_nothing_at_all_where_nothing_was_found(
    admin: Administrator, tmp_path: Path
) -> None:
    assert admin.types("reconcile", "--quiet") == ("", "")
    file = tmp_path / "night.txt"
    assert admin.types("reconcile", "--quiet", "--output", str(file)) == ("", "")
    assert "No findings." in file.read_text("utf-8")
    assert admin.reads("reconcile", "--quiet")["findings"] == []


def test_quiet_writes_the_whole_report_where_something_was_found(admin: Administrator) -> None:
    admin.nights.do(lambda uow: uow.receipt(), key="night:2026-11-23:lapse:D-0001")
    out, err = admin.types("reconcile", "--quiet", code=ExitCode.FINDINGS)
    assert out.startswith("Night of 2026-11-23: ")
    assert "Findings: 1." in out
    assert err == ""


def test_missed_nights_have_a_line_each(admin: Administrator) -> None:
    admin.types("reconcile")
    with time_machine.travel(NOON + timedelta(days=5), tick=True):
        out, _ = admin.types("reconcile")
    before, last = out.split("\n\n", 1)
    first, ledger, *others = before.splitlines()
    assert ledger.startswith("  ledger: ")
    assert [first, *others] == [
        "Night of 2026-11-24, caught up as run 2: nothing; findings: none.",
        "Night of 2026-11-25, caught up as run 3: nothing; findings: none.",
        "Night of 2026-11-26, caught up as run 4: nothing; findings: none.",
        "Night of 2026-11-27, caught up as run 5: offers lapsed 1; findings: none.",
    ]
    assert last.startswith("Night of 2026-11-28: run 6, by admin on ")


def test_findings_stand_by_their_kind_with_their_codes() -> None:
    def finding(kind: str, subject: str, **more: str) -> dict[str, str | None]:
        empty = dict.fromkeys(("code", "ours", "theirs", "difference", "command"))
        return {**empty, "kind": kind, "subject": subject, "said": f"On {subject}.", **more}

    sides = {"ours": "3 EUR", "theirs": "5 EUR", "difference": "2 EUR"}
    lines = reconcile._finding_lines(
        [
            finding("delivery-overdue", "D-0002", command="cityfund deal show D-0002"),
            finding("amount-differs", "D-0001", code="F-0007", **sides),
            finding("delivery-overdue", "D-0003"),
        ]
    )
    assert [*lines] == [
        "",
        "Findings: 3.",
        "",
        "delivery-overdue (2):",
        "  D-0002: On D-0002.",
        "cityfund deal show D-0002",
        "  D-0003: On D-0003.",
        "",
        "amount-differs (1):",
        "  F-0007, D-0001: On D-0001.",
        "    ours 3 EUR, theirs 5 EUR, difference 2 EUR",
    ]


def test_on_a_terminal_the_steps_are_named(
    admin: Administrator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(night_log, "is_terminal", lambda _stream: True)
    _, err = admin.types("reconcile")
    assert err.splitlines()[:2] == ["Night of 2026-11-23.", "  lapse ..."]


def test_the_status_tells_of_the_last_night_by_office(admin: Administrator) -> None:
    assert admin.reads("status")["night"] is None
    admin.types("reconcile")
    night = admin.reads("status")["night"]
    assert (night["night"], night["run"], night["ended"]) == ("2026-11-23", 1, True)
    assert night["steps"]["lapse"]["holds_lapsed"] == 1
    assert night["findings"] == 0
    assert {"office": "asia", "holds_lapsed": 1}.items() <= night["offices"][0].items()
    out, _ = admin.types("status")
    assert "Last nightly run: night of 2026-11-23 (run 1, 2026-11-23 12:00:" in out
    assert "  lapse: 1 hold" in out
    assert "  seal: " in out
    assert "root " not in out.partition("Last night")[2]
    assert "  findings: none" in out


def test_the_status_says_of_a_night_that_it_did_not_end(
    admin: Administrator, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(night: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr("ledger.usecases.nights.gaps.gaps_step", dies)
    admin.types("reconcile", code=ExitCode.INTERRUPTED)
    out, _ = admin.types("status")
    assert "unfinished, the next run completes it" in out


def test_the_status_as_of_a_day_tells_of_the_night_through_then(admin: Administrator) -> None:
    admin.types("reconcile")
    with time_machine.travel(NOON + timedelta(days=1), tick=True):
        admin.types("reconcile")
        assert admin.reads("status")["night"]["run"] == 2
        assert admin.reads("status", "--as-of", str(TODAY))["night"]["run"] == 1
        assert admin.reads("status", "--as-of", "2026-11-01")["night"] is None


def test_the_trend_is_a_listing_like_any_other(admin: Administrator) -> None:
    admin.types("reconcile")
    told = admin.reads("gaps", "trend", "--by", "region,office")
    assert told["schema"] == "cityfund.gap-trend/1"
    assert (told["from"], told["to"]) == ("2026-11-23", "2026-11-23")
    (row,) = told["rows"]
    assert row["day"] == "2026-11-23"
    assert (row["region"], row["office"], row["factor"]) == ("Southern Asia", "asia", "money")
    assert row["gap"] == "1000.00"
    out, _ = admin.types(
        "gaps", "trend", "--from", "2026-11-01", "--to", "today", "--format", "csv"
    )
    assert out.splitlines()[0].startswith("day,factor,unit,required,")
    _, err = admin.types("gaps", "trend", "--from", "2027-01-01", code=ExitCode.INVALID)
    assert "before" in err


def test_the_gap_report_stays_what_it_was(admin: Administrator) -> None:
    assert admin.reads("gaps")["schema"] == "cityfund.gaps/1"
    assert admin.reads("gaps", "--by", "factor")["rows"][0]["needs"] == 1
