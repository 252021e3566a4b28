"""The configuration: where values come from, profiles, and changing the file by a command."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from officer import Said

from cli.framework import config_edit
from cli.framework.completion import complete_profiles, complete_settings
from cli.framework.ledger_names import address_of
from cli.framework.settings import config_path, variable_of
from cli.framework.usage_errors import CONFIG_KEYS
from cli.main import main

PROFILES = (
    '# ours\nactor = "sara"  # me\n\n'
    "[profile.training] # to learn\ndb = 'sqlite:///training.db'\noffice = \"africa\"\n\n"
    '[profile.live]\ndb = "postgresql://anna:se@cr/et@db.example.org:5432/fund?password=hush"\n'
)


class Machine:
    """One person's machine: their config file, and what they type."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.path = config_path()
        self._capsys = capsys

    def has(self, text: str) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_bytes(text.encode())

    @property
    def text(self) -> str:
        return self.path.read_bytes().decode()

    def tries(self, line: str) -> Said:
        self._capsys.readouterr()
        code = main(shlex.split(line))
        return Said(code, *self._capsys.readouterr())

    def says(self, line: str) -> str:
        done = self.tries(line)
        assert done.code == 0, done
        return done.out

    def refused(self, line: str, code: str, *words: str) -> None:
        before = self.path.read_bytes() if self.path.exists() else None
        done = self.tries(f"{line} --json")
        error = json.loads(done.err)
        assert (done.code, error["code"]) == (6 if code == "config-changed" else 3, code), error
        assert all(word in " ".join(error.values()) for word in words), error
        assert (self.path.read_bytes() if self.path.exists() else None) == before

    def in_force(self, line: str = "") -> dict[str, tuple[Any, str, Any]]:
        rows = json.loads(self.says(f"config list --json {line}"))["rows"]
        return {one["setting"]: (one["value"], one["source"], one["place"]) for one in rows}


@pytest.fixture(name="machine")
def own_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Machine:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    for key in (*CONFIG_KEYS, "profile"):
        monkeypatch.delenv(variable_of(key) or "NONE", raising=False)
    return Machine(capsys)


def test_each_source_is_stronger_than_the_next(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert machine.in_force()["office"] == (None, "default", None)
    machine.has('db = "sqlite:///file.db"\noffice = "hq"\n[profile.p]\ndb = "sqlite:///p.db"\n')
    file = str(machine.path)
    assert machine.in_force()["db"] == ("sqlite:///file.db", "file", file)
    assert machine.in_force("--profile p")["db"] == ("sqlite:///p.db", "profile", "p")
    assert machine.in_force("--profile p")["office"] == ("hq", "file", file)
    monkeypatch.setenv("CITYFUND_PROFILE", "p")
    assert machine.in_force()["profile"] == ("p", "environment", "CITYFUND_PROFILE")
    monkeypatch.setenv("CITYFUND_DB", "sqlite:///env.db")
    assert machine.in_force()["db"] == ("sqlite:///env.db", "environment", "CITYFUND_DB")
    assert machine.in_force("--db sqlite:///flag.db")["db"] == (
        *("sqlite:///flag.db", "flag", "--db"),
    )


def test_a_flag_chooses_a_profile_against_the_environment(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.has(PROFILES)
    monkeypatch.setenv("CITYFUND_PROFILE", "live")
    assert machine.in_force("--profile training")["office"] == ("africa", "profile", "training")
    before = json.loads(machine.says("--profile training config get office --json"))
    assert (before["value"], before["source"]) == ("africa", "profile")


def test_a_profile_that_is_not_there_is_refused(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.refused("status --profile live", "unknown-profile", "no profiles", "config set")
    machine.has(PROFILES)
    machine.refused("status --profile trainin", "unknown-profile", "Did you mean training?")
    machine.refused("config get profile.lief.db", "unknown-profile", "Did you mean live?")
    monkeypatch.setenv("CITYFUND_PROFILE", "lost")
    machine.refused("gaps", "unknown-profile", "lost", "training and live")


def test_no_answer_shows_a_password(machine: Machine) -> None:
    machine.has(PROFILES)
    for line in ("config list", "config list --json", "config get db", "config get db --json"):
        shown = machine.says(f"{line} --profile live")
        assert "db.example.org" in shown
        assert not any(text in shown for text in ("se@cr", "cr/et", "hush", "***")), shown
    url = "postgresql://anna:se@cr/et@h/fund"
    done = machine.tries(f"config set profile.other.db {url}")
    assert (done.code, "se@cr" in done.out + done.err) == (0, False)
    row = json.loads(machine.says("config get profile.other.db --json"))
    assert row["parts"] == {
        "engine": "postgresql",
        "database": "fund",
        "host": "h",
        "port": None,
        "user": "anna",
        "has_password": True,
    }
    assert url in machine.text


@pytest.mark.parametrize("url", ["postgresql://anna:secret", "secret", "postgresql://a:b:secret/x"])
def test_what_cannot_be_parsed_is_not_shown(machine: Machine, url: str) -> None:
    machine.has(f'db = "{url}"\n')
    assert "secret" not in machine.says("config list")
    assert "secret" not in machine.says("config get db --json")


def test_setting_a_value_keeps_comments_order_and_mode(machine: Machine) -> None:
    machine.has(PROFILES)
    machine.path.chmod(0o640)
    machine.says("config set actor omid")
    machine.says("config set office asia")
    machine.says("config set office lima --profile training")
    machine.says("config set profile.training.format csv")
    machine.says("config set profile.new.office hq")
    assert machine.text == (
        '# ours\nactor = "omid"  # me\noffice = "asia"\n\n'
        "[profile.training] # to learn\ndb = 'sqlite:///training.db'\noffice = \"lima\"\n"
        'format = "csv"\n\n'
        '[profile.live]\ndb = "postgresql://anna:se@cr/et@db.example.org:5432/fund?password=hush"\n'
        '\n[profile.new]\noffice = "hq"\n'
    )
    assert stat.S_IMODE(machine.path.stat().st_mode) == 0o640
    assert [one.name for one in machine.path.parent.iterdir()] == ["config.toml"]


def test_a_new_file_is_its_owners_alone(machine: Machine) -> None:
    assert machine.says("config path") == f"{machine.path}\n"
    assert json.loads(machine.says("config path --json"))["exists"] is False
    machine.says("config set db sqlite:///fund.db")
    assert machine.text == f'db = "sqlite:///{Path.cwd()}/fund.db"\n'
    assert stat.S_IMODE(machine.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(machine.path.parent.stat().st_mode) == 0o700
    assert "was removed" in machine.says("config unset db")
    assert "was not set" in machine.says("config unset db")
    assert "was not set" in machine.says("config unset profile.none.db")
    assert machine.in_force()["db"][1] == "default"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", 'office = "hq"\n'),
        ("# about this file\n", '# about this file\noffice = "hq"\n'),
        ('actor = "a"', 'actor = "a"\noffice = "hq"\n'),
        ('\ufeffactor = "a"\r\n', '\ufeffactor = "a"\r\noffice = "hq"\r\n'),
        ("# p\n[profile.p]\n", 'office = "hq"\n\n# p\n[profile.p]\n'),
        ("\"office\" = 'asia' # mine\n", '"office" = "hq" # mine\n'),
        ('# office = "x"\nformat = "csv"\n', '# office = "x"\nformat = "csv"\noffice = "hq"\n'),
    ],
)
def test_a_value_stands_where_it_belongs(machine: Machine, before: str, after: str) -> None:
    machine.has(before)
    machine.says("config set office hq")
    assert machine.text == after


def test_a_file_that_is_a_link_stays_one(machine: Machine, tmp_path: Path) -> None:
    machine.path.parent.mkdir(parents=True)
    real = tmp_path / "dotfiles.toml"
    real.write_text('office = "hq"\n', encoding="utf-8")
    machine.path.symlink_to(real)
    machine.says("config set office asia")
    assert machine.path.is_symlink()
    assert real.read_text(encoding="utf-8") == 'office = "asia"\n'


@pytest.mark.parametrize(
    "text",
    [
        'profile = {p = {office = "hq"}}\n',
        'profile.p.office = "hq"\n',
        'office = """hq"""\n',
        'actor = """\n[profile.p]\noffice = "x"\n"""\n',
    ],
)
def test_what_a_command_does_not_edit_stays(machine: Machine, text: str) -> None:
    machine.has(text)
    line = "config set office asia" if text[0] in "oa" else "config set profile.p.office asia"
    done = machine.tries(line)
    if done.code == 0:
        assert machine.in_force()["office"][0] == "asia"
        assert machine.in_force()["actor"][0] == text.split('"""')[1].lstrip("\n")
    else:
        machine.refused(line, "config-not-edited", "editor")


def test_what_is_no_setting_or_value_is_refused(machine: Machine) -> None:
    machine.has('actor = "sara"\n')
    machine.refused("config set ofice hq", "unknown-setting", "Did you mean office?")
    machine.refused("config get actr", "unknown-setting", "Did you mean actor?")
    machine.refused("config unset a.b", "unknown-setting", "profile.NAME.KEY")
    machine.refused("config set format xml", "bad-setting", "table, json")
    machine.refused("config set rate_days soon", "bad-setting", "number of days")
    machine.refused("config set oc4ids-prefix x", "bad-setting", "six letters")
    machine.refused("config set db mysql://h/x", "bad-setting", "mysql")
    machine.refused("config set actor 'a\nb'", "bad-setting", "one line")
    machine.refused("config set profile.a/b.office hq", "bad-setting", "letters")


def test_a_file_that_another_changes_meanwhile_is_not_overwritten(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.has('actor = "sara"\n')
    own = config_edit.parse_config

    def parse(path: Path, content: bytes) -> object:
        if b"omid" not in path.read_bytes():
            machine.has('actor = "omid"\n')
        return own(path, content)

    monkeypatch.setattr(config_edit, "parse_config", parse)
    done = machine.tries("config set office hq --json")
    assert (done.code, json.loads(done.err)["code"]) == (6, "config-changed")
    assert machine.text == 'actor = "omid"\n'


def test_what_is_stronger_is_named(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CITYFUND_OFFICE", "hq")
    assert "CITYFUND_OFFICE" in machine.tries("config set office asia").err
    assert machine.in_force()["office"] == ("hq", "environment", "CITYFUND_OFFICE")


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('profile = "x"\n', "line 1", "profile.NAME"),
        ('a = "b"\n', "line 1", "no setting called a"),
        ('[profile.p]\noffice = "x"\nofice = "y"\n', "line 3", "ofice"),
        ('office = "x"\n[profile.p]\noffice = 3\n', "line 3", "text in quotes"),
        ('[profile."a b"]\n', "line 1", "no name"),
        ("[profile]\np = 3\n", "line 1", "section"),
    ],
)
def test_a_profile_that_is_wrong_is_named_with_its_line(
    machine: Machine, text: str, line: str, words: str
) -> None:
    machine.has(text)
    machine.refused("config list", "invalid-config", line, words)


def test_another_ledger_than_the_usual_one_is_named(machine: Machine) -> None:
    machine.says("config set profile.training.db sqlite:///training.db")
    machine.says("init")
    machine.says("--profile training init")
    city = "city add Mashhad --code MHD --country IR"
    assert "ledger:" not in machine.says(city)
    assert "\n  ledger: training\n" in machine.says(f"{city} --profile training")
    assert "ledger: training" not in machine.says("city add X --country IR -q --profile training")
    url = f"sqlite:///{Path.cwd()}/training.db"
    assert "\n  ledger: training\n" in machine.says(f"city add Qom --country IR --db {url}")
    near = "--db sqlite:///training.db"
    assert "\n  ledger: training.db\n" in machine.says(f"city add Yazd --country IR {near}")
    shown = machine.says("status --profile training").split()
    assert shown[:3] == ["Ledger", "training", f"({url})"]
    names = [json.loads(machine.says(f"status --json {one}"))["ledger"] for one in ("", near)]
    assert names == [None, "training.db"]


def test_the_office_of_the_configuration_is_that_of_the_worklist(machine: Machine) -> None:
    machine.says("init")
    machine.says("config set office asia")
    machine.says("config set profile.africa.office africa")
    for line, office in (("", "asia"), ("--office hq", "hq"), ("--profile africa", "africa")):
        assert json.loads(machine.says(f"status --json {line}"))["office"] == office
        assert f"For office  {office}\n" in machine.says(f"status {line}")
    machine.has('office = "atlantis"\n')
    assert machine.tries("status").code == 5


def test_an_office_that_the_ledger_does_not_have_is_not_set(machine: Machine) -> None:
    machine.says("config set office nope")  # there is no ledger that could be asked yet
    machine.says("init")
    known = "africa, americas, asia"
    machine.refused("config set office nope", "bad-setting", "'nope'", known, "office list")
    machine.refused("config set office asai", "bad-setting", "Did you mean asia?")
    machine.refused("config set profile.new.office nope", "bad-setting", known)
    machine.says("config set office ASIA")
    assert machine.in_force()["office"][0] == "asia"
    machine.says("config set office 'Asian office'")
    assert machine.in_force()["office"][0] == "asia"
    machine.says("config set profile.far.db sqlite:///far.db")
    machine.says("config set profile.far.office nope")  # the other ledger is not there


def test_doctor_shows_the_profile_and_finds_a_password_that_others_can_read(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.has(PROFILES)
    machine.path.chmod(0o600)
    monkeypatch.setenv("CITYFUND_PROFILE", "training")
    answer = json.loads(machine.tries("doctor --json").out)
    shown = [answer[key] for key in ("profile", "profile_given_by", "profiles", "config_file")]
    assert shown == ["training", "CITYFUND_PROFILE", ["live", "training"], str(machine.path)]
    assert not any("config file" in one for one in answer["findings"])
    machine.path.chmod(0o644)
    answer = json.loads(machine.tries("doctor --json").out)
    assert any(f"chmod 600 {machine.path}" in one for one in answer["findings"])


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("postgresql://anna:pw@db.example.org:5433/fund", "fund at db.example.org:5433"),
        ("postgresql:///fund?host=/run", "fund at /run"),
        ("postgresql://h/fund?password=pw", "fund at h"),
        ("sqlite:////srv/fund.db?mode=ro", "/srv/fund.db"),
        ("sqlite://", "in memory"),
        ("postgresql://[::1]:5/x", "x at [::1]:5"),
    ],
)
def test_a_ledger_is_named_by_its_address(url: str, name: str) -> None:
    assert address_of(url) == name


def test_profiles_and_settings_are_completed(machine: Machine) -> None:
    assert complete_profiles("") == []
    machine.has(PROFILES)
    assert complete_profiles("l") == [("live", "postgresql://anna@db.example.org:5432/fund")]
    assert [word for word, _ in complete_settings("o")] == ["office", "oc4ids-prefix"]
    assert [word for word, _ in complete_settings("prof")] == ["profile."]
    assert [word for word, _ in complete_settings("profile.t")] == ["profile.training."]
    assert [word for word, _ in complete_settings("profile.live.of")] == ["profile.live.office"]
    machine.has("this is not TOML")
    assert complete_profiles("") == []


@pytest.mark.skipif(shutil.which("fish") is None, reason="fish is not installed")
def test_fish_completes_profiles_and_settings(machine: Machine, tmp_path: Path) -> None:
    machine.has(PROFILES)
    program = str(Path(sys.executable).with_name("cityfund"))
    asked = {**os.environ, "_CITYFUND_COMPLETE": "source_fish", "PATH": os.environ["PATH"]}
    script = subprocess.run([program], env=asked, capture_output=True, text=True, check=False)
    (tmp_path / "cityfund.fish").write_text(script.stdout, encoding="utf-8")
    path = f"set -x PATH {Path(program).parent} $PATH; source {tmp_path / 'cityfund.fish'}"
    for line, words in (
        ("cityfund config set off", ["office"]),
        ("cityfund gaps --profile t", ["training"]),
    ):
        typed = ["fish", "--no-config", "-c", f"{path}; complete -C {shlex.quote(line)}"]
        done = subprocess.run(typed, capture_output=True, text=True, check=False)
        assert [one.split("\t")[0] for one in done.stdout.splitlines()] == words, done
