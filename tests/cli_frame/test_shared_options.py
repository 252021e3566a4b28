"""Options that every command takes, before it or after it, and where settings come from."""

from __future__ import annotations

import getpass
import json
from pathlib import Path
from typing import Any

import pytest
from sample_program import say


def settings(home: Path, *words: str, **more: str) -> Any:
    before, _, after = " ".join(words).partition("|")
    done = say(home, *before.split(), "offer", "settings", *after.split(), **more)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def configured(home: Path, text: str) -> None:
    folder = home / ".config" / "cityfund"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text(text, encoding="utf-8")


def test_defaults_are_the_users_own_folder_and_name(tmp_path: Path) -> None:
    found = settings(tmp_path)
    assert found["db_url"] == f"sqlite:///{tmp_path}/.local/share/cityfund/cityfund.db"
    assert found["actor"] == getpass.getuser()


def test_a_flag_stands_before_the_command_or_after_it(tmp_path: Path) -> None:
    assert settings(tmp_path, "--actor anna --quiet |")["actor"] == "anna"
    after = settings(tmp_path, "| --actor anna --quiet")
    assert (after["actor"], after["quiet"]) == ("anna", True)


def test_after_the_command_is_stronger_than_before_it(tmp_path: Path) -> None:
    assert settings(tmp_path, "--actor anna | --actor ben")["actor"] == "ben"


def test_a_flag_before_the_command_is_stronger_than_the_environment(tmp_path: Path) -> None:
    found = settings(tmp_path, "--db sqlite:///flag.db |", CITYFUND_DB="sqlite:///env.db")
    assert found["db_url"] == "sqlite:///flag.db"


def test_the_environment_is_stronger_than_the_config_file(tmp_path: Path) -> None:
    configured(tmp_path, 'actor = "file"\ndb = "sqlite:///file.db"\n')
    found = settings(tmp_path, CITYFUND_ACTOR="env")
    assert (found["actor"], found["db_url"]) == ("env", "sqlite:///file.db")


def test_an_empty_variable_says_nothing(tmp_path: Path) -> None:
    configured(tmp_path, 'actor = "file"\n')
    assert settings(tmp_path, CITYFUND_ACTOR="")["actor"] == "file"


def test_a_configured_format_holds_until_another_is_asked_for(tmp_path: Path) -> None:
    configured(tmp_path, 'format = "csv"\n')
    assert say(tmp_path, "offer", "list").stdout.startswith("code,provider,")
    assert say(tmp_path, "offer", "list", "--format", "md").stdout.startswith("| Offer |")
    assert say(tmp_path, "offer", "introduce", "O-1").stdout.startswith("entry 17")


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ('actor = "a"\ndbb = "x"\n', "line 2", "dbb"),
        ("\nactor = 5\n", "line 2", "text in quotes"),
        ('actor = "a"\n\n[db]\nurl = "x"\n', "line 3", "text in quotes"),
        ('actor = "a"\ndb = \n', "line 2", "not TOML"),
        ('format = "xml"\n', "line 1", "table, json, csv, md"),
    ],
)
def test_a_config_file_that_is_wrong_is_named_with_its_line(
    tmp_path: Path, text: str, line: str, says: str
) -> None:
    configured(tmp_path, text)
    done = say(tmp_path, "offer", "settings")
    assert done.returncode == 3
    assert f"config.toml, {line}:" in done.stderr
    assert says in done.stderr


def test_what_was_typed_is_told_as_typed(tmp_path: Path) -> None:
    words = ["offer", "take", "o-1", "1.5M EUR", "--topic", "brt", "--topic=metro", "--commit"]
    steering = ["--on", "today", "--key", "k", "--yes", "--json", "--actor", "anna"]
    done = say(tmp_path, "--db", "sqlite:///x.db", *words, *steering)
    assert json.loads(done.stdout) == {
        "command": "offer take",
        "typed": {
            "code": "o-1",
            "quantity": "1.5M EUR",
            "topic": ["brt", "metro"],
            "commit": True,
            "on": "today",
        },
    }


def test_defaults_are_not_part_of_what_was_typed(tmp_path: Path) -> None:
    done = say(tmp_path, "offer", "take", "O-1", "5 EUR", "--dry-run")
    assert json.loads(done.stdout)["typed"] == {"code": "O-1", "quantity": "5 EUR"}


def test_a_word_alone_does_its_default_and_may_have_verbs(tmp_path: Path) -> None:
    alone = json.loads(say(tmp_path, "gaps", "--where", "city=SMP").stdout)
    assert alone == {"command": "gaps", "where": ["city=SMP"]}
    assert json.loads(say(tmp_path, "gaps", "trend").stdout) == {"command": "gaps trend"}
    assert json.loads(say(tmp_path, "status", "--part", "x").stdout)["command"] == "status"
