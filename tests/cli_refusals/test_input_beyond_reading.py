"""Input that cannot be read at all is refused by its exit code, and is never taken for a bug."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from cli.framework.settings import config_path
from cli.main import main

DEEP = "[" * 5_000 + "]" * 5_000
DIGITS = "9" * 5_000
UNREADABLE = Path("/proc/self/mem")

pytestmark = pytest.mark.only_on("sqlite")


def ended(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[str, int]:
    """Run a command that is refused; give the refusal's code and the exit code."""
    capsys.readouterr()
    exit_code = main([*words, "--json"])
    error = json.loads(capsys.readouterr().err.splitlines()[-1])
    assert error["what"]
    assert error["why"]
    assert error["next"]
    return error["code"], exit_code


@pytest.fixture
def config(tmp_path, monkeypatch) -> Path:
    """Have a place for the config file."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    path = config_path()
    path.parent.mkdir(parents=True)
    return path


@pytest.mark.parametrize("words", [["reconcile", ""], ["reconcile", "", ""], ["match", " "]])
def test_an_empty_word_too_many(world, capsys, words):
    assert ended(capsys, *words, "--db", world.url) == ("bad-usage", 2)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://host:port/x",
        "postgresql://[::1/x",
        "postgresql://::1]/x",
        "://",
        "foo",
        "sqlite:///x?timeout=soon",
        "sqlite:///x?timeout=1&timeout=2",
        "sqlite:///x?uri=true&mode=ro",
        "sqlite+aiosqlite:///x",
        "sqlite+nothing:///x",
        "postgresql:///x?port=many",
        "postgresql+asyncpg://host/x",
        "mysql://host/x",
        "sqlite:///x?isolation_level=none",
        "sqlite:///x?sslmode=require",
        "sqlite://host/x",
    ],
)
@pytest.mark.parametrize("words", [["gaps"], ["init"]])
def test_a_url_that_cannot_be_parsed(capsys, monkeypatch, tmp_path, url, words):
    monkeypatch.chdir(tmp_path)
    assert ended(capsys, *words, "--db", url) == ("unknown-database", 7)


@pytest.mark.parametrize("url", ["foo", "postgresql://host:port/x"])
def test_a_url_for_a_timer_that_cannot_be_parsed(capsys, url):
    words = ("reconcile", "install", "--cron", "--db", url)
    assert ended(capsys, *words) == ("unknown-database", 7)


def test_a_url_to_copy_to_that_cannot_be_parsed(world, capsys):
    words = ("db", "copy", "--to", "postgresql://host:port/x")
    assert ended(capsys, *words, "--db", world.url) == ("unknown-database", 7)


@pytest.mark.parametrize(
    "content",
    [f"db = {DEEP}", f"db = {DIGITS}", "#" * 70_000, 'inbox = "a\\u0000b"', "db = '\0'"],
    ids=["deep", "digits", "large", "null character", "null byte"],
)
def test_a_config_file_that_no_one_can_read(world, capsys, config, content):
    config.write_text(content)
    assert ended(capsys, "gaps", "--db", world.url) == ("invalid-config", 3)


def test_a_config_file_without_an_end(world, capsys, config):
    config.symlink_to("/dev/zero")
    assert ended(capsys, "gaps", "--db", world.url) == ("invalid-config", 3)


@pytest.mark.parametrize(
    "content",
    [f"x = {DEEP}", f"x = {DIGITS}", "#" * 1_100_000],
    ids=["deep", "digits", "large"],
)
@pytest.mark.parametrize(
    "words", [["import", "f.csv", "--rules"], ["reconcile", "--statement-rules"]]
)
def test_a_rule_that_no_one_can_read(world, capsys, tmp_path, monkeypatch, content, words):
    monkeypatch.chdir(tmp_path)
    Path("f.csv").write_text("a,b\n1,2\n")
    Path("rule.toml").write_text(content)
    assert ended(capsys, *words, "rule.toml", "--db", world.url) == ("broken-rule", 3)


@pytest.mark.skipif(not UNREADABLE.exists(), reason="no file that cannot be read even by root")
def test_a_rule_file_that_cannot_be_read(world, capsys, tmp_path):
    table = tmp_path / "f.csv"
    table.write_text("a,b\n1,2\n")
    words = ("import", str(table), "--rules", str(UNREADABLE), "--db", world.url)
    assert ended(capsys, *words) == ("cannot-read-rule", 74)


@pytest.mark.parametrize(
    "content",
    [f'{{"schema": {DEEP}}}', f'{{"size": {DIGITS}}}', " " * 5_000_000],
    ids=["deep", "digits", "large"],
)
def test_a_proof_that_no_one_can_read(capsys, tmp_path, content):
    proof = tmp_path / "proof.json"
    proof.write_text(content)
    assert ended(capsys, "audit", "verify", str(proof)) == ("malformed-proof", 3)


@pytest.mark.parametrize("name", ["CITYFUND_ACTOR", "CITYFUND_DB", "CITYFUND_INBOX"])
def test_a_variable_that_is_no_text(world, capsys, monkeypatch, name):
    monkeypatch.setenv(name, "\udcff")
    given = () if name == "CITYFUND_DB" else ("--db", world.url)
    assert ended(capsys, "status", *given) == ("not-text", 3)


def test_a_statement_whose_name_is_no_text(world, capsys, tmp_path):
    (tmp_path / os.fsdecode(b"bank\xff.csv")).write_text("a,b\n1,2\n")

    words = ("reconcile", "--only", "statements", "--inbox", str(tmp_path), "--db", world.url)
    assert main([*words, "--json"]) == 1
    assert "bank\\\\udcff.csv" in capsys.readouterr().out


def test_a_ledger_in_a_folder_whose_name_is_no_text(capsys, tmp_path, monkeypatch):
    folder = tmp_path / os.fsdecode(b"fund\xff")
    folder.mkdir()
    monkeypatch.chdir(folder)
    words = ("reconcile", "install", "--cron", "--db", "sqlite:///fund.db")
    assert ended(capsys, *words) == ("unknown-database", 7)


def test_a_table_without_an_end(world, capsys, monkeypatch):
    monkeypatch.setattr("ledger.interchange.reader.MAX_FILE_BYTES", 1_000)
    words = ("import", "/dev/zero", "--as", "needs", "--db", world.url)
    assert ended(capsys, *words) == ("cannot-read-file", 74)


KEY_OF_MANY_PARTS = ".".join(["a"] * 20_000) + " = 1"


def test_a_config_file_whose_key_has_too_many_parts(config, capsys):
    config.write_text(KEY_OF_MANY_PARTS)
    assert ended(capsys, "city", "list") == ("invalid-config", 3)


def test_a_rule_whose_key_has_too_many_parts(world, capsys, tmp_path):
    rule, rows = tmp_path / "rule.toml", tmp_path / "rows.csv"
    rule.write_text(KEY_OF_MANY_PARTS)
    rows.write_text("a\n1\n")
    words = ("import", str(rows), "--rules", str(rule), "--dry-run")
    assert ended(capsys, *words, "--db", world.url) == ("broken-rule", 3)


def test_a_config_file_that_is_a_pipe_is_not_waited_for(config, capsys):
    os.mkfifo(config)
    assert ended(capsys, "city", "list") == ("invalid-config", 3)


PIPED = [
    (["rates", "import", "{}"], ("cannot-read-file", 74)),
    (["import", "{}", "--as", "cities", "--dry-run"], ("cannot-read-file", 74)),
    (["audit", "verify", "{}"], ("cannot-read-proof", 74)),
    (["project", "brief", "PRJ-0001", "--template", "{}"], ("cannot-read-file", 74)),
    (["db", "restore", "{}"], ("cannot-read-backup", 74)),
]


@pytest.mark.parametrize(("words", "refusal"), PIPED)
def test_a_pipe_that_nobody_writes_to_is_not_waited_for(world, capsys, tmp_path, words, refusal):
    world.need("100 EUR", "N-0001")
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    said = [word.format(pipe) for word in words]
    assert ended(capsys, *said, "--db", world.url) == refusal


@pytest.mark.parametrize("special", ["pipe", "/dev/null"])
@pytest.mark.parametrize("words", ["init", "status", "check", "db upgrade"])
def test_a_pipe_or_a_device_is_no_ledger(capsys, tmp_path, words, special):
    os.mkfifo(tmp_path / "pipe")
    url = f"sqlite:///{tmp_path / special}"
    assert ended(capsys, *words.split(), "--db", url) == ("database-unreachable", 7)
