"""The demonstration: the founding story, told by real commands on a ledger that leaves no trace."""

from __future__ import annotations

import io
import json
import os
import signal
import stat
import subprocess
import sys
import tempfile
from contextlib import redirect_stdout
from datetime import UTC, datetime

import pytest
import time_machine
from forked import Forked

from cli.demo import show, walk
from cli.demo.place import DemoDatabaseGiven, DemoFileInUse
from cli.main import main
from ledger.core.errors import ExitCode


@pytest.fixture(autouse=True)
def temporary(tmp_path, monkeypatch):
    """Give the folder that temporary files go to, and a home without settings."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("CITYFUND_DB", raising=False)
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    return folder


LEAP_DAY, LAST_DAY = datetime(2028, 2, 29, 23, 30, tzinfo=UTC), datetime(2040, 12, 31, tzinfo=UTC)
"""Days on which a demonstration could fail; those of the day of the run are played too."""


@pytest.fixture(scope="module")
def played() -> str:
    """What a person reads of the whole demonstration, on the last day of a year."""
    out = io.StringIO()
    with redirect_stdout(out), time_machine.travel(LAST_DAY, tick=True):
        assert main(["demo"]) == ExitCode.DONE
    return out.getvalue()


@pytest.fixture
def short(monkeypatch):
    """Let the demonstration be short, where a test is not about its story."""
    steps = tuple(walk.Step(words) for words in (("init",), ("unit", "list"), ("gaps",)))
    monkeypatch.setattr(show, "chapters", lambda _: (walk.Chapter("Short", "", steps),))


def told(capsys) -> str:
    said = capsys.readouterr()
    assert said.err == ""
    return said.out


def listed(kept, capsys, *words: str) -> list[dict]:
    capsys.readouterr()
    assert main([*words, "--json", "--db", f"sqlite:///{kept}"]) == ExitCode.DONE
    return json.loads(capsys.readouterr().out)["rows"]


def test_it_walks_the_main_job(played):
    out = played
    commands = [line for line in out.splitlines() if line.startswith("$ ")]
    in_order = [
        "city add", "project add", "offer add", "offer list", "gaps", "need candidates",
        "match", "match explain", "deal introduce", "gaps", "deal commit", "deal deliver", "gaps",
        "project show", "deal deposit", "seat add", "report seats", "motion add",
        "report engagement", "partnership add", "report partnerships", "exchange standing",
        "exchange suggest", "approach add", "report pipeline", "restriction add",
        "need candidates", "check",
    ]  # fmt: skip
    places = iter(commands)
    for words in in_order:
        assert any(line.startswith(f"$ cityfund {words}") for line in places), words
    assert "cityfund init" in out.split("A ledger of your own")[1]


def test_its_figures_are_the_same_every_time(played):
    out = played
    gaps = [line.split() for line in out.splitlines() if line.startswith("N-0005  PRJ-0002")]
    held, gap, coverage = 10, 11, 13
    assert [(one[held], one[gap], one[coverage]) for one in gaps] == [
        ("0.00", "200.00", "0.0000"),
        ("200.00", "200.00", "0.0000"),
        ("50.00", "50.00", "0.7500"),
    ]
    assert "money: gap 760,000,000.00 EUR over 4 needs" in out
    assert "expertise: gap 1,100.00 person-day over 2 needs; 1 not counted" in out
    assert "error: Nothing can be deposited with the fund" in out


def test_offers_that_are_listed_have_something_available(played):
    listing = played.split("$ cityfund offer list\n")[1].split("\n\n")[0]
    for provider in ("São Paulo", "Sample Bank", "Sample Rail Institute", "Sample Builders"):
        assert provider in listing


@pytest.mark.usefixtures("short")
def test_it_leaves_nothing_behind(temporary, tmp_path, capsys):
    main(["demo"])
    assert list(temporary.iterdir()) == []
    assert not (tmp_path / "home").exists()


def test_what_goes_wrong_on_the_way_leaves_nothing_behind_either(temporary, monkeypatch, capsys):
    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(walk.Walker, "do", fail)
    assert main(["demo"]) == ExitCode.STORAGE
    assert list(temporary.iterdir()) == []


@pytest.mark.usefixtures("short")
def test_nobody_elses_ledger_is_touched(tmp_path, monkeypatch, capsys):
    mine = tmp_path / "mine.db"
    monkeypatch.setenv("CITYFUND_DB", f"sqlite:///{mine}")
    assert main(["demo"]) == ExitCode.DONE
    assert not mine.exists()


def test_a_ledger_named_on_the_command_line_is_refused(capsys):
    assert main(["demo", "--db", "sqlite:///mine.db"]) == DemoDatabaseGiven.exit_code
    assert "do: Omit --db" in capsys.readouterr().err


def test_a_file_that_is_there_is_not_written_to(tmp_path, capsys):
    mine = tmp_path / "mine.db"
    mine.write_text("mine")
    assert main(["demo", "--keep", str(mine)]) == DemoFileInUse.exit_code
    assert mine.read_text() == "mine"


def test_a_kept_ledger_is_private_whole_and_alone(kept, capsys):
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert list(kept.parent.iterdir()) == [kept]
    assert main(["check", "--db", f"sqlite:///{kept}"]) == ExitCode.DONE


@pytest.mark.usefixtures("short")
def test_where_it_was_kept_is_said(tmp_path, capsys):
    path = tmp_path / "demo.db"
    main(["demo", "--keep", str(path)])
    assert f"cityfund status --db sqlite:///{path}" in told(capsys)


def test_providers_the_story_does_not_name_are_labelled(kept, capsys):
    providers = listed(kept, capsys, "provider", "list")
    assert len(providers) == 5
    for one in providers:
        named_by_the_story = one["name"] == "São Paulo"
        assert one["sample"] != named_by_the_story
        assert one["name"].startswith("Sample ") != named_by_the_story


def test_cities_the_story_does_not_name_are_labelled_and_facts_are_its_own(kept, capsys):
    cities = {one["name"]: one for one in listed(kept, capsys, "city", "list")}
    invented = {name for name in cities if name.startswith("Sample ")}
    assert set(cities) - invented == {
        "Mashhad", "Isfahan", "Shiraz", "Tehran", "São Paulo", "Paris", "New York", "Lahore",
        "Istanbul", "Moscow", "Berlin", "Barcelona", "Seoul", "Toronto", "Melbourne", "Mumbai",
    }  # fmt: skip
    since = {name for name, one in cities.items() if one["member_since"] == "1993"}
    assert since == {"Mashhad", "Isfahan", "Shiraz", "Tehran"}
    assert {one["office"] for one in cities.values()} == {"asia", "americas", "hq", "africa"}


def test_a_script_gets_every_step_with_what_it_printed(document):
    assert document["schema"] == "cityfund.demo/1"
    steps = document["steps"]
    assert steps[0]["command"] == "cityfund init"
    refused = [one["command"] for one in steps if one["exit_code"]]
    assert refused == ['cityfund deal deposit "1M EUR"']
    assert all(one["output"] for one in steps)


@pytest.mark.usefixtures("short")
def test_settings_of_the_config_file_do_not_change_how_steps_answer(tmp_path, capsys):
    config = tmp_path / "home" / ".config" / "cityfund"
    config.mkdir(parents=True)
    (config / "config.toml").write_text('format = "json"\n')
    assert main(["demo", "--format", "table"]) == ExitCode.DONE
    out = told(capsys)
    assert "$ cityfund unit list" in out
    assert '"schema"' not in out


def test_a_refusal_the_story_did_not_foresee_is_told_as_any_other(monkeypatch, capsys):
    surprise = walk.Chapter("A surprise", "", (walk.Step(("deal", "deposit", "1 EUR")),))
    monkeypatch.setattr(show, "chapters", lambda _: (surprise,))
    assert main(["demo"]) == ExitCode.REFUSED
    assert "error: Nothing can be deposited" in capsys.readouterr().err


@pytest.mark.parametrize("columns", [40, 80, 100, 120])
def test_command_lines_are_broken_where_the_terminal_ends(columns):
    words = ("offer", "add", "SAO", "expertise", "300 person-day", "--topics", "bus-rapid-transit")
    lines = list(walk.prompt_lines(words, columns))
    assert all(len(line) <= columns for line in lines)
    joined = " ".join(line.removesuffix("\\").strip() for line in lines)
    assert joined == f"$ {walk.command_line(words)}"


PROGRAM = [sys.executable, "-c", "import sys; from cli.main import main; sys.exit(main())", "demo"]


def environment(temporary) -> dict[str, str]:
    clean = {name: text for name, text in os.environ.items() if not name.startswith("CITYFUND_")}
    return {**clean, "PYTHONPATH": os.pathsep.join(sys.path), "TMPDIR": str(temporary)}


def test_it_runs_in_a_process_of_its_own_and_on_any_day(played, temporary):
    assert "2040-" in played
    with time_machine.travel(LEAP_DAY, tick=True):
        done = Forked(main, ["demo"], environment(temporary)).ends()
    assert (done.returncode, done.stderr) == (ExitCode.DONE, "")
    assert "2028-" in done.stdout
    assert "150 are signed for, and 60 of these are" in done.stdout
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("ending", ["SIGTERM", "SIGHUP", "SIGINT"])
def test_a_walk_that_is_cut_short_leaves_nothing_behind(ending, temporary):
    with subprocess.Popen(
        PROGRAM,
        env=environment(temporary),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
    ) as walking:
        assert any("cityfund city add" in line for line in walking.stdout)
        walking.send_signal(getattr(signal, ending))
        walking.stdout.read()
    assert walking.returncode in {ExitCode.INTERRUPTED, ExitCode.DONE}
    assert list(temporary.iterdir()) == []
