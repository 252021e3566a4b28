"""A query reads and never writes; code lists are those that records take their codes from."""

from __future__ import annotations

import json

import pytest
from officer import Officer
from world import World


@pytest.fixture
def officer(world: World, capsys: pytest.CaptureFixture[str]) -> Officer:
    world.city(name="Mashhad")
    world.project()
    world.need("400 EUR", "N-0001")
    world.need("70 JPY", "N-0002")
    return Officer(world, capsys)


SELECT = "SELECT need, gap_minor AS gap, unit, need AS need FROM v_gap ORDER BY need"


def test_a_query_is_written_in_every_format(officer: Officer) -> None:
    rows = officer.asks("query", SELECT)["rows"]
    assert rows == [
        {"need": "N-0001", "gap": 40000, "unit": "EUR", "need_2": "N-0001"},
        {"need": "N-0002", "gap": 70, "unit": "JPY", "need_2": "N-0002"},
    ]
    lines = officer.says("query --format ndjson --where unit=JPY", SELECT).splitlines()
    assert [json.loads(line)["gap"] for line in lines] == [70]
    assert officer.says("query --format csv --sort -gap --limit 1", SELECT) == (
        "need,gap,unit,need_2\nN-0001,40000,EUR,N-0001\n"
    )
    assert "LIKE '%1'" not in officer.says("query", "SELECT need FROM v_gap WHERE need LIKE '%1'")
    assert officer.says("query --format csv", "/* all */ VALUES (1)").count("\n") == 2


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM office",
        "UPDATE office_version SET name = 'x'",
        "WITH x AS (SELECT 1) INSERT INTO unit SELECT 1, 2, 3, 4",
        "DROP VIEW v_gap",
        "PRAGMA query_only = 0",
        "ATTACH 'other.db' AS other",
        "COMMIT",
        " -- SELECT\nDELETE FROM office",
        "/* SELECT */ DELETE FROM office",
        "",
    ],
)
def test_a_query_that_would_write_is_refused(officer: Officer, statement: str) -> None:
    with officer.world.unchanged():
        answer = officer.tries("query --json", statement or " ")
    assert answer.code == 4, answer
    assert json.loads(answer.err)["code"] == "query-writes"


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT 1; DELETE FROM office",
        "SELECT 1; COMMIT; SELECT 2",
        "SELECT * FROM nothing",
        "SELECT need, FROM v_gap",
    ],
)
def test_one_statement_that_the_database_knows(officer: Officer, statement: str) -> None:
    with officer.world.unchanged():
        answer = officer.tries("query --json", statement)
    assert (answer.code, json.loads(answer.err)["code"]) == (3, "query-failed"), answer


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("statement", ["SELECT load_extension('x')", "SELECT writefile('x', 'y')"])
def test_no_function_reaches_outside(officer: Officer, statement: str) -> None:
    assert officer.tries("query", statement).code in {3, 4}


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize(
    ("name", "code", "most"),
    [
        ("sectors", "transport.urban", 500),
        ("statuses", "identification", 20),
        ("instruments", "grant", 20),
        ("kinds", "bank", 20),
        ("units", "person-day", 400),
        ("countries", "IR", 300),
        ("regions", "142", 50),
    ],
)
def test_codes_are_listed(officer: Officer, name: str, code: str, most: int) -> None:
    answer = officer.asks(f"codes {name}")
    assert answer["schema"] == f"cityfund.codes-{name}/1"
    codes = [row["code"] for row in answer["rows"]]
    assert code in codes
    assert len(codes) == len(set(codes)) <= most


@pytest.mark.only_on("sqlite")
def test_an_unknown_code_list_is_named(officer: Officer) -> None:
    assert officer.refused("codes sector", 5, "sectors") == "unknown-code-list"
