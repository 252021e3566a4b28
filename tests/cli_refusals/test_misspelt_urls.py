"""No output shows the password of a database URL, however the URL is misspelt."""

from __future__ import annotations

import pytest

from cli.main import main

SECRET = "s3cr3t"
SHAPES = [
    "postgresql://u:{}@h.invalid/db",
    "postgresql://u:p@{}@h.invalid/db",
    "postgresql://u:p {}@h.invalid/db",
    "postgresql://u:a:{}@h.invalid/db",
    "postgresql://u:a/{}@h.invalid/db",
    "postgresql://u:a#{}@h.invalid/db",
    "postgresql://u:a?{}@h.invalid/db",
    "postgresql://u:a\\{}@h.invalid/db",
    'postgresql://u:"{}"@h.invalid/db',
    "postgresql://u:%20{}@h.invalid/db",
    "postgresql://u%3A{}@h.invalid/db",
    "postgresql://u :{}@h.invalid/db",
    "postgresql://:{}@h.invalid/db",
    "postgresql://u:{}@h.invalid:port/db",
    "postgresql://u:{}@h.invalid:99999/db",
    "postgresql://u:{}@[::1/db",
    "postgresql:/u:{}@h.invalid/db",
    "postgresql:u:{}@h.invalid/db",
    "postgresql//u:{}@h.invalid/db",
    "postgresql;//u:{}@h.invalid/db",
    "postgresql+psycopg://u:x@/db?host=/nowhere&password={}",
    "postgresql://h.invalid/db?user=u&PASSWORD={}",
    "jdbc:postgresql://h.invalid/db?user=u&password={}",
    "//u:{}@h.invalid/db",
    "u:{}@h.invalid/db",
    "mysql://u:{}@h.invalid/db",
    "https://u:{}@h.invalid/db",
    "host=h.invalid user=u password={}",
    "host=h.invalid password='{}' user=u",
    "sqlite:///x?password={}",
]
COMMANDS = [
    "city list",
    "city list --debug",
    "city list --json",
    "init",
    "status",
    "doctor",
    "doctor --json",
    "config list",
    "config list --json",
    "reconcile install --cron",
    "reconcile install --systemd",
]


@pytest.fixture(autouse=True)
def alone(monkeypatch, tmp_path):
    """Run in an empty folder, without a configuration."""
    monkeypatch.chdir(tmp_path)
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path))


def refused_by_this_machine(monkeypatch):
    """Let no host be looked up: the answer is a matter of seconds where nobody knows a name."""
    monkeypatch.setenv("PGHOSTADDR", "127.0.0.1")
    monkeypatch.setenv("PGPORT", "1")


@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_shows_the_password(capsys, monkeypatch, command):
    if command != COMMANDS[0]:
        refused_by_this_machine(monkeypatch)
    for shape in SHAPES:
        main(["--db", shape.format(SECRET), *command.split()])
        told = "".join(capsys.readouterr())
        assert SECRET not in told, shape


def test_a_copy_does_not_show_the_password_of_its_target(ledger_path, capsys, monkeypatch):
    refused_by_this_machine(monkeypatch)
    for shape in SHAPES:
        main(["--db", f"sqlite:///{ledger_path}", "db", "copy", "--to", shape.format(SECRET)])
        told = "".join(capsys.readouterr())
        assert SECRET not in told, shape


def test_a_password_with_marks_that_are_not_escaped_says_how_to_write_them(capsys):
    assert main(["--db", "postgresql://u:p@ss@h.invalid/db", "city", "list"]) == 7
    assert "%40" in capsys.readouterr().err
