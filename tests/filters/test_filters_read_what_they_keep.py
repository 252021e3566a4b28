"""One record, and a filter by a code, read only what concerns them, however large the ledger is.

Counted are the rows that the database gives back.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from cli.main import main
from ledger.core.text import text_key

SIZES = 40, 400
PER_CITY = 8
FREE = 7
"""The project on which no act rests."""
COUNTRIES = "IR", "TR", "PK"
FILTERED = {
    "need list": ("project=PRJ-003", "city=CITY-1", "city=city_1", "code=N-0007", "project=Tram 3"),
    "project list": ("city=CITY-1", "code=PRJ-003,prj-004", "city=CITY-1,CITY-2", "city=TR"),
    "offer list": ("provider=PROV-1", "code=O-003", "provider=Fund 1"),
    "deal list": (
        *("need=N-0006", "offer=O-003", "project=PRJ-003", "city=CITY-1", "deal=D-003"),
        "provider=PROV-1",
    ),
    "gaps": ("project=PRJ-003", "city=CITY-1", "need=N-0007", "city=CITY-1 of the plan"),
}
NARROW = ("project=PRJ-003", "city=CITY-1", "code=", "provider=PROV-1", "need=", "deal=")


def tables(projects: int) -> dict[str, list[str]]:
    """Make a ledger's tables: two needs of each project, and a city for each eight of them."""
    cities, providers = range(10), range(projects // 4)
    return {
        "cities": [
            "code,name,country",
            *(f"CITY-{n},City {n},{COUNTRIES[n % 3]}" for n in cities),
            "PLAN,CITY-1 of the plan,IR",
            "TWIN,City-2,IR",
        ],
        "providers": [
            "code,name,kind",
            *(f"PROV-{n},{'PROV-1' if n == 2 else f'Fund {n}'},fund" for n in providers),
        ],
        "projects": [
            "code,title,city,sector",
            *(f"PRJ-{n:03},Tram {n},{city_of(n)},transport" for n in range(projects)),
        ],
        "needs": [
            "code,project,factor,quantity,unit,declared_on",
            *(
                f"N-{n:04},PRJ-{n // 2:03},money,{1000 + n},EUR,2024-01-01"
                for n in range(2 * projects)
            ),
        ],
        "offers": [
            "code,provider,factor,quantity,unit,declared_on",
            *(f"O-{n:03},PROV-{n % 10},money,500,EUR,2024-01-01" for n in range(20)),
        ],
        "deals": [
            "code,offer,need,act,quantity,unit,effective_on",
            *(
                f"D-{n:03},O-{n:03},N-{2 * n:04},committed,10,EUR,2024-02-01"
                for n in range(20)
                if n != FREE
            ),
        ],
    }


def city_of(project: int) -> str:
    """Give the city of a project: a few lie in each, however many there are."""
    named = ["CITY-1", "CITY-2", "CITY-3", "PLAN", "TWIN"]
    return named[project % 5] if project < PER_CITY * 5 else "CITY-9"


@pytest.fixture(scope="module")
def ledgers(tmp_path_factory) -> dict[int, str]:
    """Give a ledger of each size."""
    made = {}
    for size in SIZES:
        folder = tmp_path_factory.mktemp("tables")
        for name, lines in tables(size).items():
            (folder / f"{name}.csv").write_text("\n".join(lines) + "\n")
        made[size] = f"sqlite:///{tmp_path_factory.mktemp('ledger') / 'fund.db'}"
        for words in (["init"], ["import", str(folder), "--yes"]):
            assert main(["--db", made[size], *words]) == 0
    return made


@pytest.fixture
def fetched() -> Iterator[list[int]]:
    """Count the rows that all connections made from now on give back."""
    counted = [0]

    def count(_cursor, row):
        counted[0] += 1
        return row

    def connected(connection, _record) -> None:
        connection.row_factory = count

    event.listen(Engine, "connect", connected)
    yield counted
    event.remove(Engine, "connect", connected)


def said(url: str, line: str, capsys) -> tuple[str, str]:
    """Say a line; give what was printed."""
    capsys.readouterr()
    code = main(["--db", url, *shlex.split(line)])
    out, err = capsys.readouterr()
    assert code == 0, err
    return out, err


CASES = [
    (command, where)
    for command, every in FILTERED.items()
    for where in every
    if where.startswith(NARROW) and "city_1" not in where and "of the plan" not in where
]


@pytest.mark.parametrize(("command", "where"), CASES)
def test_a_filter_by_a_code_reads_as_many_rows_of_a_large_ledger(
    command, where, ledgers, fetched, capsys
):
    taken = []
    for url in ledgers.values():
        fetched[0] = 0
        said(url, f"{command} --where '{where}'", capsys)
        taken.append(fetched[0])

    few, many = taken
    assert few == many


@pytest.mark.parametrize(
    "line", ["project show PRJ-003", "need show N-0007", "need candidates N-0007"]
)
def test_one_record_reads_as_many_rows_of_a_large_ledger(line, ledgers, fetched, capsys):
    taken = []
    for url in ledgers.values():
        fetched[0] = 0
        said(url, line, capsys)
        taken.append(fetched[0])

    few, many = taken
    assert few == many


@pytest.mark.parametrize(
    ("command", "where"), [(command, one) for command, every in FILTERED.items() for one in every]
)
def test_a_filter_keeps_the_rows_that_answer_to_it(command, where, ledgers, capsys):
    url = ledgers[SIZES[0]]
    every = json.loads(said(url, f"{command} --json", capsys)[0])["rows"]
    kept = json.loads(said(url, f"{command} --json --where '{where}'", capsys)[0])["rows"]

    column, _, value = where.partition("=")
    names = {
        "city": {
            row["code"]: {row["code"], row["name"], row["country"]}
            for row in json.loads(said(url, "city list --json", capsys)[0])["rows"]
        },
        "provider": {
            row["code"]: {row["code"], row["name"]}
            for row in json.loads(said(url, "provider list --json", capsys)[0])["rows"]
        },
        "project": {
            row["code"]: {row["code"], row["title"]}
            for row in json.loads(said(url, "project list --json", capsys)[0])["rows"]
        },
    }
    wanted = {text_key(part) for part in (value, *value.split(","))}

    def answers(row) -> bool:
        texts = names.get(column, {}).get(row[column], {row[column]})
        return bool({text_key(text) for text in texts} & wanted)

    assert kept == [row for row in every if answers(row)]
    assert kept


def test_values_that_no_row_has_are_noted_with_those_there_are(ledgers, capsys):
    url = ledgers[SIZES[0]]
    for line in (
        "need list --where city=CITY-7",
        "gaps --where city=CITY-7",
        "need list --where project=PRJ-003 --where city=CITY-7",
    ):
        out, err = said(url, line, capsys)
        assert "No row has city=CITY-7. The values there are: CITY-1, CITY-2" in err, line
        assert "N-0" not in out


def test_a_former_code_and_a_name_that_is_a_code_are_found(ledgers, tmp_path, capsys):
    url = ledgers[SIZES[0]]
    whole = json.loads(said(url, "offer list --json --where provider=PROV-1", capsys)[0])["rows"]

    assert {row["provider"] for row in whole} == {"PROV-1", "PROV-2"}
    Path(tmp_path / "rename.db").write_bytes(Path(url.removeprefix("sqlite:///")).read_bytes())
    copy = f"sqlite:///{tmp_path / 'rename.db'}"
    said(copy, "project edit PRJ-007 --code TRAM-7", capsys)
    kept = json.loads(said(copy, "need list --json --where project=PRJ-007", capsys)[0])["rows"]
    assert {row["project"] for row in kept} == {"TRAM-7"}
