"""What the shells complete: codes with what they stand for, names, and the words of every list."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple, Protocol

import pytest
from ledgers import sqlite_file
from officer import Officer

from cli.main import main
from ledger.store import completion


class Completes(Protocol):
    """Answers a shell that completes a line."""

    def __call__(self, line: str, shell: str = "fish") -> list[str]:
        """Give the words, each with what it stands for behind a tab."""
        ...


@pytest.fixture
def completes(
    fund: Officer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Completes:
    """Give the answer to a shell: the words, each with what it stands for behind a tab."""

    def complete(line: str, shell: str = "fish") -> list[str]:
        capsys.readouterr()
        with monkeypatch.context() as asked:
            asked.setenv("CITYFUND_DB", fund.world.url)
            asked.setenv("_CITYFUND_COMPLETE", f"complete_{shell}")
            asked.setenv("_TYPER_COMPLETE_FISH_ACTION", "get-args")
            asked.setenv("_TYPER_COMPLETE_ARGS", f"cityfund {line}")
            asked.setenv("COMP_WORDS", f"cityfund {line}")
            asked.setenv("COMP_CWORD", str(len(line.split(" "))))
            assert main([]) == 0
        return [one for one in capsys.readouterr().out.splitlines() if one]

    return complete


def test_codes_are_completed_with_what_they_stand_for(fund: Officer, completes: Completes) -> None:
    fund.says("deal introduce O-0001 N-0001 '10M EUR' --until 2099-01-01")

    assert completes("project show PRJ") == ["PRJ-0001\tUrban railway line 3"]
    assert completes("need show N-0001") == ["N-0001\tmoney, Urban railway line 3"]
    assert completes("offer show o-0002") == ["o-0002\texpertise, Example Development Bank"]
    assert completes("deal show ") == ["D-0001\tO-0001, N-0001, Urban railway line 3"]
    assert completes("city list --office as") == ["asia\tAsian office"]


def test_what_is_withdrawn_is_completed_where_it_can_be_reinstated(
    fund: Officer, completes: Completes
) -> None:
    fund.says("provider retire MBL")
    fund.says("offer withdraw O-0002")
    fund.says("need withdraw N-0001 '1M EUR'")

    assert completes("provider show M") == []
    assert completes("provider restore ") == ["MBL\tMetro Builders"]
    assert [one.split("\t")[0] for one in completes("offer show ")] == ["O-0001"]
    assert [one.split("\t")[0] for one in completes("offer reinstate ")] == ["O-0002"]
    assert [one.split("\t")[0] for one in completes("need reinstate ")] == ["N-0001"]
    assert "N-0001" in [one.split("\t")[0] for one in completes("need show ")]


def test_a_name_gives_its_code_and_several_what_they_have_in_common(
    fund: Officer, completes: Completes
) -> None:
    fund.says("city add Madrid --code MDR --country ES")

    assert completes("city show mash") == ["MHD\tMashhad"]
    assert completes("city show Ma") == ["Madrid\tMDR", "Mashhad\tMHD"]
    assert completes("city add X --country Fra") == ["FR\tFrance"]
    assert completes("city add X --country Nig") == ["Niger\tNE", "Nigeria\tNG"]
    assert completes("city add X --country ni") == ["ni\tNicaragua"]
    assert completes("office add X --regions Western-E") == []
    assert completes("office add X --regions 'Western E") == ["155\tWestern Europe"]


def test_words_of_the_ledger_and_of_lists_are_completed(
    fund: Officer, completes: Completes
) -> None:
    fund.says("deal introduce O-0001 N-0001 '10M EUR' --on 2026-02-01 --until 2099-01-01")

    assert completes("topic rename ") == ["metro", "tramway"]
    assert completes("need add PRJ-0001 money '1 EUR' --topic m") == ["metro"]
    assert completes("journal show ")[0].endswith("\tintroduce of 2026-02-01, D-0001")
    assert completes("check balances")[0].startswith("balances\tthe stored balances equal")
    assert [one.split("\t")[0] for one in completes("city list --where na")] == [
        "name",
        "name_local",
    ]
    assert completes("gaps --sort country,ga") == ["country,gap", "country,gap_base"]
    assert "--sort\tIn this order; -COLUMN turns it." in completes("gaps --so")
    assert completes("gaps --currency Eu") == ["EUR\tEuro"]


def begun(words: list[str]) -> str:
    """Give what all words begin with, as a shell does."""
    first, last = min(words), max(words)
    return next(first[:n] for n in range(len(first), -1, -1) if last.startswith(first[:n]))


def copy_project(fund: Officer, copies: int) -> None:
    """Add copies of the first project beside it, by SQL: an import of as many takes seconds."""
    fund.world.ledger.engine.dispose()
    with closing(sqlite3.connect(sqlite_file(fund.world.url))) as line, line:
        guards = line.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in guards:
            line.execute(f'DROP TRIGGER "{name}"')
        for table, own in (("project", "id"), ("project_version", "project_id")):
            columns = [row[1] for row in line.execute(f"PRAGMA table_info({table})")]
            new = {own: "n", "code": "printf('PRJ-%04d', n)", "folded": "printf('PRJ-%04d', n)"}
            line.execute(
                "WITH RECURSIVE many(n) AS (SELECT 2 UNION ALL"
                f" SELECT n + 1 FROM many LIMIT {copies})"
                f" INSERT INTO {table} SELECT {', '.join(new.get(c, c) for c in columns)}"
                f" FROM {table}, many WHERE {own} = 1"
            )


@pytest.mark.only_on("sqlite")
def test_of_many_codes_all_are_given_or_what_all_begin_with(
    fund: Officer, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = fund.world.url
    copy_project(fund, 9_999)

    codes = [code for code, _ in completion.complete_codes(url, "project", "PRJ-")]
    assert (len(codes), begun(codes)) == (10_000, "PRJ-")
    monkeypatch.setattr(completion, "_MOST", 50)
    few = [code for code, _ in completion.complete_codes(url, "project", "PRJ-")]
    assert (len(few), begun(few)) == (50, "PRJ-")


@pytest.mark.only_on("sqlite")
def test_each_of_many_names_is_given_once(fund: Officer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(completion, "_MOST", 50)
    copy_project(fund, 99)

    (names,) = completion.complete_names_of(fund.world.url, ["project"])

    assert [code for code, _ in names] == [f"PRJ-{at:04}" for at in range(1, 101)]


class Work(NamedTuple):
    """What one completion does: calls of Python functions, rows read, and connections."""

    calls: int
    rows: int
    connections: int
    words: list[str]


@pytest.fixture
def work_of(completes: Completes, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], Work]:
    """Count the work of completing a line in a shell, without what a process does once."""

    def count(line: str, shell: str) -> Work:
        completes(line, shell)
        calls, rows, connections = 0, 0, 0
        read_each, connect = completion._read_each, sqlite3.connect

        def counted_rows(*asked: Any) -> list[list[Any]]:
            nonlocal rows
            answers = read_each(*asked)
            rows += sum(map(len, answers))
            return answers

        def counted_connection(*asked: Any, **named: Any) -> sqlite3.Connection:
            nonlocal connections
            connections += 1
            return connect(*asked, **named)

        def call(_frame: FrameType, event: str, _: object) -> None:
            nonlocal calls
            calls += event == "call"

        with monkeypatch.context() as counting:
            counting.setattr(completion, "_read_each", counted_rows)
            counting.setattr(sqlite3, "connect", counted_connection)
            sys.setprofile(call)
            try:
                words = completes(line, shell)
            finally:
                sys.setprofile(None)
        return Work(calls, rows, connections, words)

    return count


@pytest.mark.only_on("sqlite")
def test_what_is_not_shown_is_not_read(
    fund: Officer, work_of: Callable[[str, str], Work], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(completion, "_MOST", 50)
    copy_project(fund, 999)

    assert work_of("project show PRJ-", "fish").rows == 50 + 1
    assert work_of("project show Zz", "fish").rows == 0


@pytest.mark.parametrize(
    ("name", "typed"),
    [("\u0130stanbul", "i"), ("Stra\u00dfburg", "strass"), ("\u00c9vora", "\u00e9v")],
)
def test_names_are_known_by_capitals_of_every_script(
    fund: Officer, completes: Completes, name: str, typed: str
) -> None:
    fund.says("city add", name, "--code", "XCITY", "--country", "TR")
    assert completes(f"city show {typed}") == [f"XCITY\t{name}"]


CALLS_PER_WORD = 10
"""Calls of Python functions that a word of an answer may take."""
COMPLETED = "show", "project show"
MULTIPLE = 1.2
"""How many times the calls of a ledger of one project a TAB may take that answers with few."""


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completing_does_little_more_at_ten_thousand_projects(
    fund: Officer, completes: Completes, work_of: Callable[[str, str], Work], shell: str
) -> None:
    words = {"PRJ-0042": 1, "PRJ-004": 10, "PRJ-00": 99, "PRJ-": 10_000}
    lines = {f"{verb} {typed}": count for typed, count in words.items() for verb in COMPLETED}
    few = {line: work_of(line, shell) for line in lines}
    copy_project(fund, 9_999)

    for line, count in lines.items():
        work = work_of(line, shell)
        assert "\n".join(work.words).count("PRJ-") >= count, line
        assert work.connections <= 2, line  # for the codes, and for names where no code begins so
        assert work.rows <= few[line].rows + count, line
        assert work.calls <= MULTIPLE * few[line].calls + CALLS_PER_WORD * count, line


SCRIPTS = {
    "bash": 'COMP_WORDS=(cityfund city show "$1"); COMP_CWORD=3; _cityfund_completion cityfund;'
    ' printf "%s\\n" "${COMPREPLY[@]}"',
    "zsh": 'compadd() { print -rl -- "${words_[@]}" }; words=(cityfund city show "$1"); CURRENT=4;'
    " _cityfund_completion",
}


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("shell", SCRIPTS)
def test_a_shell_takes_the_words_as_they_are(fund: Officer, tmp_path: Path, shell: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"there is no {shell}")
    fund.says("city add 'San `id` $(id)' --code SID --country ES")
    fund.says("city add 'San Juan' --code SJN --country CR")
    source = "compdef() { :; }; " if shell == "zsh" else ""
    script = f'{source}eval "$(_CITYFUND_COMPLETE=source_{shell} cityfund)"; {SCRIPTS[shell]}'
    program = Path(sys.executable).parent
    done = subprocess.run(
        [shell, "-c", script, shell, "San"],
        env={
            **os.environ,
            "PATH": f"{program}:{os.environ['PATH']}",
            "CITYFUND_DB": fund.world.url,
        },
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    )

    plain = done.stdout.replace("\\", "").splitlines()
    assert plain == ["San `id` $(id)", "San Juan"]
