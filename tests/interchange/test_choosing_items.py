"""Items of a list that are chosen by a word: `objects[type=Plan].name`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from officer import Officer

from ledger.interchange.mapping.paths import compile_items, compile_path

RECORD = {
    "objects": [
        {"type": "Place", "name": "one", "in": [{"kind": "a.b", "name": "inside"}]},
        {"type": "Plan", "name": "two"},
        "no record",
        {"type": "Plan", "name": "three"},
        {"name": "of no type"},
    ],
    "single": {"type": "Plan", "name": "alone"},
    "Cost [in=M]": "5",
    "Cost [M USD]": "6",
}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("objects[type=Plan].name", "two"),
        ("objects[type=Place].name", "one"),
        ("objects[type=Other].name", ""),
        ("objects[kind=Plan].name", ""),
        ("objects[ type = Plan ].name", "two"),
        ("objects[type=Place].in[kind=a.b].name", "inside"),
        ("objects[type=Place].in[kind=a].name", ""),
        ("single[type=Plan].name", "alone"),
        ("single[type=Place].name", ""),
        ("missing[type=Plan].name", ""),
        ("Cost [in=M]", "5"),
        ("Cost [M USD]", "6"),
    ],
)
def test_the_first_item_with_the_word_is_read(path: str, text: str) -> None:
    assert compile_path(path)(RECORD) == text


@pytest.mark.parametrize("path", ["objects[type=Plan]", "objects[type=Plan][]"])
def test_all_items_with_the_word_are_a_list(path: str) -> None:
    names = [one["name"] for one in compile_items(path)(RECORD)]
    assert names == ["two", "three"]


RULE = """
[about]
name = "towns"
[row]
template = "{objects[type=Town].id}"
[[leave_out]]
reason = "several towns"
where = [{ column = "objects[type=Town][]", more = 1 }]
[[output]]
table = "cities"
each = "objects[type=Town]"
[output.columns]
code = { template = "{row}" }
name = { column = "each.name" }
country = { first = [
    { column = "objects[type=Land].name" }, { column = "each.codes[in=iso].code" }
] }
"""
ROWS = [
    [{"type": "Land", "name": "FR"}, {"type": "Town", "id": "A", "name": "Lyon"}],
    [{"type": "Town", "id": "B", "name": "Rome", "codes": [{"in": "iso", "code": "IT"}]}],
    [{"type": "Town", "id": "C", "name": "x"}, {"type": "Town", "id": "D", "name": "y"}],
]


def files(folder: Path, rule: str) -> str:
    rows = [{"objects": one} for one in ROWS]
    (folder / "t.json").write_text(json.dumps(rows), encoding="utf-8")
    (folder / "rule.toml").write_text(rule, encoding="utf-8")
    return f"import {folder / 't.json'} --rules {folder / 'rule.toml'}"


def test_a_rule_chooses_items_wherever_it_reads_paths(officer: Officer, tmp_path: Path) -> None:
    done = officer.tries(files(tmp_path, RULE), "--yes")
    assert (done.code, "3 rows: 2 used, 1 left out" in done.err) == (0, True), done.err
    rows = officer.asks("city list")["rows"]
    assert {(one["code"], one["name"], one["country"]) for one in rows} == {
        ("A", "Lyon", "FR"),
        ("B", "Rome", "IT"),
    }


@pytest.mark.parametrize(
    ("before", "path"),
    [
        ("{objects[type=Town].id}", "{objects[type=].id}"),
        ("objects[type=Land].name", "objects[=Land].name"),
        ("objects[type=Land].name", "objects[type=Land.name"),
        ("objects[type=Land].name", "objects[type=Land=FR].name"),
        ("objects[type=Town][]", "objects[][type=Town]"),
        ("each.codes[in=iso].code", "each.codes[in=].code"),
        ('each = "objects[type=Town]"', 'each = "objects[type=]"'),
    ],
)
def test_a_choice_of_another_form_is_refused(
    officer: Officer, tmp_path: Path, before: str, path: str
) -> None:
    assert before in RULE
    done = officer.tries(files(tmp_path, RULE.replace(before, path)), "--yes")
    assert done.code == 3, done.err
    assert "rule.toml:1" in done.err, done.err
    assert "name[key=word].rest" in done.err or "is no plain column name" in done.err, done.err
    assert officer.asks("city list")["rows"] == []
