"""Statements are compared, never imported: whoever tries is told where they belong."""

from __future__ import annotations

import pytest
from nights import put

from cli.main import main
from ledger.core.errors import ExitCode
from ledger.interchange.mapping.loading import parse_rule
from ledger.interchange.planning.plan import read_incoming
from ledger.interchange.problems import ImportRefused
from ledger.interchange.reader import StatementsNotImported

ROW = "BANK,2026-10,1,2026-10-02,commitment,D-0001,,,1000.00,EUR,LOAN-1"
RULE = """
about = { name = "bank-list", title = "t", source = "s", licence = "l" }
file = { names = ["*.csv"] }
row = { template = "{line}" }
[[output]]
table = "statements"
%s
[output.columns]
provider = { constant = "BANK" }
statement = { constant = "x" }
line = { column = "line" }
date = { column = "date" }
kind = { constant = "delivery" }
quantity = { column = "quantity" }
unit = { constant = "EUR" }
"""


@pytest.mark.parametrize("words", [(), ("--as", "statements")])
def test_the_import_says_where_statements_belong(world, tmp_path, capsys, words):
    path = put(tmp_path / "inbox", "statements.csv", ROW)

    with world.unchanged():
        code = main(["import", str(path), *words, "--yes", "--db", world.url])

    assert code == ExitCode.USAGE
    assert "cityfund reconcile --only statements --inbox" in capsys.readouterr().err


def test_in_a_folder_they_are_passed_over(tmp_path):
    put(tmp_path / "inbox", "statements.csv", ROW)
    (tmp_path / "inbox" / "units.csv").write_text("code,decimals\nshelter,0\n", encoding="utf-8")

    read = read_incoming([tmp_path / "inbox"])

    assert [table.table for table in read.tables] == ["units"]
    assert read.ignored_files == (str(tmp_path / "inbox" / "statements.csv"),)


def test_a_rule_that_makes_statements_is_for_the_night(tmp_path):
    path = put(tmp_path / "inbox", "a.csv", ROW)

    with pytest.raises(StatementsNotImported):
        read_incoming([path], rule=parse_rule(RULE % "", "rule.toml"))


def test_lines_cannot_be_made_distinct_for_they_have_no_code():
    with pytest.raises(ImportRefused) as caught:
        parse_rule(RULE % "distinct = true", "rule.toml")
    assert "have no code" in "\n".join(caught.value.lines())
