"""What is said of a file by `--reading` and cannot be: the option is named, and nothing changes."""

from __future__ import annotations

import io
import shlex
from pathlib import Path

import openpyxl
import pytest
from officer import Officer

pytestmark = pytest.mark.only_on("sqlite")
"""What a file holds is read before a ledger is opened, whichever engine keeps it."""

RULE = """
[about]
name = "lists"
[[output]]
table = "cities"
[output.columns]
code = { column = "code" }
name = { column = "code" }
country = "IR"
"""


def workbook() -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in (["code", "cost"], ["A", 1]):
        book.active.append(row)
    book.save(out)
    return out.getvalue()


FILES = {
    "t.csv": b"code,cost\nA,1\n",
    "t.json": b'{"list": [{"code": "A"}]}',
    "t.ndjson": b'{"code": "A"}\n{"code": "B"}\n',
    "t.xml": b"<a><b code='A'/></a>",
}


@pytest.fixture
def command(tmp_path: Path) -> str:
    for name, content in FILES.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "t.xlsx").write_bytes(workbook())
    (tmp_path / "rule.toml").write_text(RULE, encoding="utf-8")
    return f"import {tmp_path}/FILE --rules {tmp_path}/rule.toml --yes --reading "


IMPOSSIBLE = [
    ("encoding=zzz", "encoding=zzz: There is no encoding 'zzz'.", "--reading encoding=cp1252"),
    ("encoding=hex", "encoding=hex: There is no encoding 'hex'.", "--reading encoding=cp1252"),
    ("encoding=", "encoding=: String should have", "--reading encoding=cp1252"),
    ("format=zzz", "format=zzz: There is no format 'zzz'.", "--reading format=csv"),
    ("format=jsn", "format=jsn: There is no format 'jsn'.", "Did you mean json?"),
    ("numbers=some", "numbers=some: 'some' is no form", "--reading numbers=1.234,5"),
    ("header=first", "header=first: Input should be", "--reading header=5"),
    ("header=0", "header=0: Input should be", "--reading header=5"),
    ("header=1000001", "header=1000001: Input should be", "--reading header=5"),
    ("sheet=", "sheet=: String should have", "--reading sheet=Data"),
    ("rows=", "rows=: String should have", "--reading rows=grants"),
    ("delimiter=;;", "delimiter=;;: String should have", "--reading 'delimiter=;'"),
    (r"delimiter=\t", r"delimiter=\t: String should have", "for a tab --reading format=tsv"),
    ('delimiter="', "cannot separate the cells of a table", "--reading 'delimiter=;'"),
    ("delimiter=\n", r"delimiter='\n': '\n' cannot separate", "--reading 'delimiter=;'"),
]


@pytest.mark.parametrize(("word", "what", "hint"), IMPOSSIBLE)
def test_a_value_that_there_is_not_is_refused(
    officer: Officer, command: str, word: str, what: str, hint: str
) -> None:
    line = f"{command.replace('FILE', 't.csv')}{shlex.quote(word)}"
    assert officer.refused(line, 2, what, hint) == "bad-reading"


IDLE = [
    ("t.csv", "sheet=Data", "is csv, which has no sheets."),
    ("t.csv", "rows=list", "is csv, which has its records in one place only."),
    ("t.json", "header=5", "is json, which has no row of names."),
    ("t.xml", "delimiter=;", "is xml, which has no delimiter."),
    ("t.ndjson", "rows=list", "is ndjson, which has its records in one place only."),
    ("t.xlsx", "encoding=cp1252", "is xlsx, which says its encoding itself."),
    ("t.xlsx", "delimiter=;", "is xlsx, which has no delimiter."),
    ("t.xlsx", "format=json", "is xlsx, which is told by its first bytes."),
]


@pytest.mark.parametrize(("name", "word", "what"), IDLE)
@pytest.mark.parametrize("rest", ["", " --explain 1"], ids=["import", "explain"])
def test_a_word_that_says_nothing_of_the_file_is_refused(
    officer: Officer, command: str, name: str, word: str, what: str, rest: str
) -> None:
    line = f"{command.replace('FILE', name)}{shlex.quote(word)}{rest}"
    assert officer.refused(line, 2, what, f"Leave out --reading {word}.") == "bad-reading"


@pytest.mark.parametrize(
    ("name", "word", "code", "what", "hint"),
    [
        ("t.xlsx", "sheet=Data", "unknown-sheet", "It has Sheet.", "--reading sheet=Sheet"),
        ("t.json", "rows=zzz", "broken-json", "It has list.", "--reading rows=grants"),
        ("t.xml", "rows=zzz", "broken-xml", "It has a, b.", "--reading rows=iati-activity"),
        ("t.csv", "encoding=utf-16", "not-in-encoding", "byte-order mark", "encoding=utf-16"),
        ("t.json", "encoding=utf-32", "not-in-encoding", "byte-order mark", "encoding=utf-32"),
    ],
)
def test_what_is_not_so_in_the_file_is_told_by_the_option(
    officer: Officer, command: str, name: str, word: str, code: str, what: str, hint: str
) -> None:
    line = f"{command.replace('FILE', name)}{word}"
    assert officer.refused(line, 3, what, f"--reading {hint.removeprefix('--reading ')}") == code


@pytest.mark.parametrize(("name", "where"), [("t.csv", "The file"), ("t.xlsx", "The sheet Sheet")])
def test_names_of_columns_below_the_last_row_are_not_there(
    officer: Officer, command: str, name: str, where: str
) -> None:
    done = officer.tries(f"{command.replace('FILE', name)}header=9")
    assert f"{name}:9: {where} has nothing from row 9 on" in done.err, done.err
    assert done.code == 3
    assert officer.asks("city list")["rows"] == []


def test_a_list_to_screen_is_refused_for_a_word_that_says_nothing(
    officer: Officer, tmp_path: Path
) -> None:
    path = tmp_path / "debarred.csv"
    path.write_text("Firm Name,Country,From Date,To Date,Grounds\nA,FR,,,\n", encoding="utf-8")
    line = f"screen {path} --rules debarment-list --reading"
    assert officer.refused(f"{line} sheet=Data", 2, "has no sheets") == "bad-reading"
    assert officer.refused(f"{line} encoding=zzz", 2, "no encoding 'zzz'") == "bad-reading"
