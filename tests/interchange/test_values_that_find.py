"""Values that find a record of the ledger, by the words of a row."""

from __future__ import annotations

import json

import pytest

from ledger.interchange.mapping.apply import read_source, reading_of
from ledger.interchange.mapping.loading import parse_rule
from ledger.interchange.mapping.rule_run import RuleRun
from ledger.interchange.problems import ImportRefused
from ledger.interchange.sources import open_source
from ledger.registers.records import City, Identifier

LOCAL = "\u062a\u0647\u0631\u0627\u0646"
KNOWN = {
    "cities": [
        City(
            code="THR",
            name="Tehran",
            country="IR",
            office="asia",
            name_local=LOCAL,
        ),
        City(code="SDN", name="Saint-Denis", country="FR", office="hq"),
        City(code="SDN2", name="Saint Denis", country="FR", office="hq"),
    ]
}
RULE = """
[[output]]
table = "projects"
[output.columns]
code = {{ column = "id" }}
title = {{ column = "id" }}
sector = "transport"
city = {{ {source}find = {{ table = "cities", columns = ["town", "land"], none = "{none}" }} }}
"""
OWN = """
[[output]]
table = "cities"
[output.columns]
code = { template = "{land}-{town}", find = { table = "cities", none = "new" } }
name = { column = "town" }
country = { column = "land", lookup = "country" }
population = { column = "people" }
"""


def applied(rule: str, *rows: tuple[str, str], people: str = "") -> RuleRun:
    records = [
        {"id": f"P{at}", "town": town, "land": land, "people": people}
        for at, (town, land) in enumerate(rows, 1)
    ]
    parsed = parse_rule(rule, "mine.toml")
    run = RuleRun(parsed, KNOWN)
    read_source(run, open_source(json.dumps(records).encode(), reading_of(parsed), "list.json"))
    return run


def cells(run: RuleRun, table: str, *names: str) -> list[tuple[str, ...]]:
    return [
        tuple(row.cells[name] for name in names)
        for one in run.finish()
        if one.table == table
        for row in one.rows
    ]


def a_rule(none: str, source: str = "") -> str:
    return RULE.format(none=none, source=source)


@pytest.mark.parametrize(
    ("town", "land"),
    [
        ("Tehran", "Iran"),
        ("TEHRAN", "IRN"),
        (LOCAL, "Islamic Republic of Iran"),
    ],
)
def test_a_record_is_found_by_its_folded_or_local_name(town: str, land: str):
    run = applied(a_rule("refuse"), (town, land))
    assert not run.problems
    assert cells(run, "projects", "city") == [("THR",)]


def test_several_that_fit_are_an_error():
    run = applied(a_rule("refuse"), ("Saint Denis", "France"))
    assert [(one.line, one.column, one.code) for one in run.problems] == [
        (1, "town", "several-found")
    ]


def test_one_that_is_not_there_is_refused_or_left_out():
    run = applied(a_rule("refuse"), ("Lima", "Peru"))
    assert [one.code for one in run.problems] == ["not-found"]
    run = applied(a_rule("leave-out"), ("Lima", "Peru"), ("Tehran", "Iran"))
    assert not run.problems
    assert [one.reason for one in run.reports[0].left_out] == ["not among cities: Lima, Peru"]
    assert cells(run, "projects", "code", "city") == [("P2", "THR")]


def test_one_that_is_not_there_is_made_once():
    rule = a_rule("new", 'template = "{land}-{town}", ')
    run = applied(rule, ("Lima", "Peru"), ("LIMA", "PE"), ("Tehran", "Iran"))
    assert not run.problems
    assert cells(run, "projects", "city") == [("PERU-LIMA",), ("PERU-LIMA",), ("THR",)]
    made = cells(run, "cities", "code", "name", "country", "member")
    assert made == [("PERU-LIMA", "Lima", "PE", "no")]
    assert run.reports[0].made == {"cities": 1}


def test_an_output_of_the_same_table_gives_only_what_is_not_there():
    run = applied(OWN, ("Lima", "Peru"), ("tehran", "IR"), ("Lima", "PER"), people="10")
    assert not run.problems
    made = cells(run, "cities", "code", "name", "country", "population")
    assert made == [("PERU-LIMA", "Lima", "PE", "10")]
    assert run.reports[0].unmade == {("cities", "the ledger does not have it"): 2}


def test_a_row_that_falls_gives_no_new_record():
    rule = a_rule("new", 'template = "{land}-{town}", ') + (
        'starts_on = { column = "town", date = "iso" }\n[row]\nbad = "leave-out"\n'
    )
    run = applied(rule, ("Lima", "Peru"))
    assert run.finish() == []


@pytest.mark.parametrize(
    "value",
    [
        '{ find = { table = "citys", columns = ["a", "b"] } }',
        '{ find = { table = "cities", by = ["mayor"], columns = ["a"] } }',
        '{ find = { table = "cities", columns = ["a"] } }',
        '{ find = { table = "cities", columns = ["a", "b"], none = "new" } }',
        '{ find = { table = "cities" } }',
    ],
)
def test_faults_are_refused(value: str):
    text = a_rule("refuse")
    start = text.index("city = ")
    with pytest.raises(ImportRefused):
        parse_rule(f"{text[:start]}city = {value}", "r.toml")


OF_CITIES = 'table = "cities", by = ["name", "country"], columns = ["town", "land"]'
WITH_IDENTIFIER = {
    "value": f"""
[[output]]
table = "projects"
[output.columns]
code = {{ column = "id" }}
title = {{ column = "id" }}
sector = "transport"
city = {{ find = {{ {OF_CITIES}, identifier = {{ geonames = "people" }} }} }}
""",
    "find": """
[find.place]
table = "cities"
by = ["name", "country"]
columns = ["town", "land"]
identifier = { geonames = "people" }
[[output]]
table = "projects"
[output.columns]
code = { column = "id" }
title = { column = "id" }
sector = "transport"
city = { column = "place" }
""",
}


@pytest.mark.parametrize("name", ["value", "find"])
def test_an_identifier_comes_before_the_words(name: str) -> None:
    rule = WITH_IDENTIFIER[name]
    known = {
        **KNOWN,
        "identifiers": [
            Identifier("1", "cities", "SDN2", "geonames", "77"),
            Identifier("2", "cities", "THR", "geonames", "78", withdrawn=True),
            Identifier("3", "providers", "THR", "geonames", "79"),
        ],
    }
    rows = [
        {"id": "P1", "town": "Tehran", "land": "IR", "people": "77"},
        {"id": "P2", "town": "Tehran", "land": "IR", "people": "78"},
        {"id": "P3", "town": "Tehran", "land": "IR", "people": "79"},
        {"id": "P4", "town": "Tehran", "land": "IR", "people": ""},
        {"id": "P5", "town": "", "land": "", "people": "77"},
    ]
    parsed = parse_rule(rule, "mine.toml")
    run = RuleRun(parsed, known)
    read_source(run, open_source(json.dumps(rows).encode(), reading_of(parsed), "list.json"))
    assert not run.problems
    found = [row.cells["city"] for row in run.finish()[0].rows]
    assert found == ["SDN2", "THR", "THR", "THR", "SDN2"]
    assert "identifiers" in parsed.known_tables
