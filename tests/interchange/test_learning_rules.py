"""A rule to start from: what columns hold, and the skeleton made of their names."""

from __future__ import annotations

import json

import pytest

from ledger.interchange.mapping.learn import learn_rule
from ledger.interchange.mapping.loading import parse_rule
from ledger.interchange.sources import open_source


def learned(content: str, name: str) -> str:
    return learn_rule(open_source(content.encode(), name=name))


def test_a_list_in_one_record_is_a_list_in_all():
    records = [{"id": 1, "part": {"sum": 5}}, {"id": 2, "part": [{"sum": 6}, {"sum": 7}]}]
    text = learned(json.dumps(records), "list.json")
    assert "# part[].sum: 3 filled, numbers: 5, 6, 7" in text
    assert "part.sum" not in text


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["1", "2.5"], "numbers"),
        (["1,234.5", "7"], "numbers such as 1,234.5"),
        (["1.234,5", "7,25"], "numbers such as 1.234,5"),
        (["2026-01-31", "n/a"], "dates (iso)"),
        (["31/01/2026", "1/2/2026"], "dates (day-first)"),
        (["01/31/2026"], "dates (%m/%d/%Y)"),
        (["a", "b"], "text"),
    ],
)
def test_what_a_column_holds(cells: list[str], kind: str):
    content = json.dumps([{"c": cell} for cell in cells])
    assert f"# c: {len(cells)} filled, {kind}:" in learned(content, "list.json")


def test_names_of_columns_say_what_they_may_be_for():
    rows = "Project ID,Name,Town,Country,Cost,Currency,Start\nA,Tram,Lyon,FR,10,EUR,2026-01-01\n"
    rule = parse_rule(learned(rows, "works.csv"), "works.toml")
    cities, projects, needs = rule.output
    assert rule.row.template == "X-{Project ID}"
    assert cities.columns["code"].template == "{Country}-{Town}"
    assert projects.columns["title"].column == "Name"
    read = {name: value.column for name, value in needs.columns.items() if value.column}
    assert read == {"quantity": "Cost", "unit": "Currency", "declared_on": "Start"}


def test_odd_names_are_quoted():
    rule = parse_rule(learned('"the ""cost"" \\ a",id\n5,1\n', "odd.csv"), "odd.toml")
    assert rule.output[2].columns["quantity"].column == 'the "cost" \\ a'
