"""Import rules that find records, name countries, pair codes, and read a file beside the file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ledger.interchange.mapping.apply import apply_rule
from ledger.interchange.mapping.loading import load_rule, parse_rule, shipped_rules
from ledger.interchange.mapping.record_finder import make_finders
from ledger.interchange.planning.plan import read_incoming
from ledger.interchange.problems import ImportRefused
from ledger.interchange.reader import RawTable
from ledger.interchange.rule_report import RuleReport
from ledger.reference.errors import UnknownCountry
from ledger.reference.places import countries, find_country_by_name
from ledger.registers.records import City

RULE = """
[about]
name = "ties"
title = "Ties of towns"
source = "somebody"
licence = "CC0"
[file]
names = ["ties.csv"]
missing = ["n/a"]
countries = "names"
[row]
pair = ["one", "other"]
template = "T-{first}-{second}"
repeats = "once"
[beside.year]
file = "years.csv"
by = ["town", "to"]
[find.one]
table = "cities"
by = ["name", "country"]
columns = ["town", "land"]
none = "NONE"CODE1
[find.other]
table = "cities"
by = ["name", "country"]
columns = ["to", "to_land"]
none = "NONE"CODE2
[[output]]
table = "credentials"
[output.columns]
code = { template = "{row}" }
city = { column = "first" }
topic = { column = "topics", index = 2 }
what = { column = "second" }
grade = { constant = "tie" }
as_of = { column = "year.year" }
source = { constant = "S" }
"""
HEADER = "town,land,to,to_land,topics\n"
KNOWN = (
    City(code="MHD", name="Mashhad", country="IR", office="asia", name_local="مشهد"),
    City(code="LHE", name="Lahore", country="PK", office="asia"),
    City(code="SDN", name="Saint-Denis", country="FR", office="hq"),
    City(code="SDN2", name="Saint Denis", country="FR", office="hq"),
)


def a_rule(none: str) -> str:
    text = RULE.replace('"NONE"', f'"{none}"')
    for place, code in (("CODE1", "{land}-{town}"), ("CODE2", "{to_land}-{to}")):
        text = text.replace(place, f'\ncode = "{code}"' if none == "new" else "")
    return text


def applied(
    rows: str, none: str = "new", years: str | None = None
) -> tuple[list[RawTable], RuleReport, list[tuple[int, str | None, str]]]:
    rule = parse_rule(a_rule(none), "r.toml")
    content = (HEADER + rows).encode()
    beside = {"year": years.encode() if years is not None else None}
    finders = make_finders(rule, {"cities": KNOWN})
    tables, report, problems = apply_rule(rule, content, "ties.csv", finders=finders, beside=beside)
    return tables, report, [(one.line, one.column, one.code) for one in problems]


def cells(tables: list[RawTable], table: str, *columns: str) -> list[tuple[str, ...]]:
    rows = [row for one in tables if one.table == table for row in one.rows]
    return [tuple(row.cells[column] for column in columns) for row in rows]


def accounted(report: RuleReport) -> bool:
    parts = (report.used, len(report.left_out), report.refused, len(report.once))
    return report.rows == sum(parts)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Iran", "IR"),
        ("türkiye", "TR"),
        ("Turkey", "TR"),
        ("Cote d'Ivoire", "CI"),
        ("Ivory Coast", "CI"),
        ("Scotland, United Kingdom", "GB"),
        ("Republic of Korea", "KR"),
    ],
)
def test_a_country_is_known_by_its_names(name: str, code: str) -> None:
    assert find_country_by_name(name).alpha2 == code


def test_every_country_is_known_by_its_own_name() -> None:
    assert {find_country_by_name(one.name) for one in countries().values()} == {
        *countries().values()
    }


@pytest.mark.parametrize("name", ["IR", "IRN", "Irann", "Northern Cyprus", ""])
def test_a_word_that_is_no_name_is_not_guessed(name: str) -> None:
    with pytest.raises(UnknownCountry):
        find_country_by_name(name)


def test_cities_are_found_by_either_name_and_others_are_made_new_once() -> None:
    tables, report, problems = applied(
        "mashhad,Iran,LAHORE,Pakistan,;water\nمشهد,Iran,Karachi,Pakistan,a;b\n"
        "Karachi,Pakistan,Lahore,Pakistan,a;c\n"
    )
    assert not problems
    assert cells(tables, "cities", "code", "name", "country", "member") == [
        ("PK-KARACHI", "Karachi", "PK", "no")
    ]
    assert cells(tables, "credentials", "city", "what", "topic") == [
        ("LHE", "MHD", "water"),
        ("MHD", "PK-KARACHI", "b"),
        ("LHE", "PK-KARACHI", "c"),
    ]
    assert report.made == {"cities": 1}
    assert accounted(report)


def test_both_directions_of_a_pair_are_one_row_and_the_second_is_counted() -> None:
    tables, report, problems = applied(
        "Mashhad,Iran,Lahore,Pakistan,a;b\nLahore,Pakistan,Mashhad,Iran,a;b\n"
    )
    assert not problems
    assert cells(tables, "credentials", "code") == [("T-LHE-MHD",)]
    assert [(one.line, one.first_line) for one in report.once] == [(3, 2)]
    assert "repeated and kept once: lines 3" in "\n".join(report.lines())
    assert accounted(report)


def test_a_pair_of_one_city_or_of_half_is_left_out_and_said() -> None:
    _, report, problems = applied("Mashhad,Iran,mashhad,Iran,\nMashhad,Iran,n/a,Iran,\n")
    assert not problems
    assert [one.reason for one in report.left_out] == [
        "a pair of one",
        "a pair of which one is missing",
    ]
    assert accounted(report)


def test_a_country_that_is_no_name_is_a_bad_cell() -> None:
    _, report, problems = applied("Mashhad,Persia,Lahore,Pakistan,\nMashhad,IR,Lahore,Pakistan,\n")
    assert problems == [(2, "land", "unknown-country"), (3, "land", "unknown-country")]
    assert report.refused == 2
    assert accounted(report)


def test_a_name_that_fits_several_is_refused() -> None:
    _, report, problems = applied("Saint Denis,France,Lahore,Pakistan,\n")
    assert problems == [(2, "town", "several-found")]
    assert accounted(report)


@pytest.mark.parametrize(
    ("none", "left_out", "problems"),
    [("leave-out", 1, []), ("refuse", 0, [(2, "to", "not-found")])],
)
def test_a_city_that_is_not_there_is_left_out_or_refused_as_the_rule_says(
    none: str, left_out: int, problems: list[Any]
) -> None:
    _, report, found = applied("Mashhad,Iran,Multan,Pakistan,\n", none)
    assert found == problems
    assert len(report.left_out) == left_out
    assert accounted(report)


def test_a_new_code_that_another_city_has_is_refused() -> None:
    rule = parse_rule(a_rule("new"), "r.toml")
    there = City(code="PK-MULTAN", name="Old Multan", country="PK", office="asia")
    content = f"{HEADER}Multan,Pakistan,Lahore,Pakistan,\n".encode()
    finders = make_finders(rule, {"cities": (*KNOWN, there)})
    _, report, problems = apply_rule(rule, content, "ties.csv", finders=finders)
    assert [one.code for one in problems] == ["code-taken"]
    assert accounted(report)


def test_a_file_beside_says_more_of_a_row_and_what_it_did_not() -> None:
    years = "town,to,year\nMashhad,Lahore,2006\nQom,Lahore,2007\n"
    tables, report, problems = applied("Mashhad,Iran,Lahore,Pakistan,a;b\n", years=years)
    assert not problems
    assert cells(tables, "credentials", "as_of") == [("2006",)]
    assert "years.csv: 2 rows, 1 used, 1 of other rows" in [*report.lines()]
    tables, report, _ = applied("Mashhad,Iran,Lahore,Pakistan,a;b\n")
    assert cells(tables, "credentials", "as_of") == [("",)]
    assert "years.csv is not beside the file" in "\n".join(report.lines())


def test_a_file_beside_without_the_column_or_with_a_row_twice_is_refused() -> None:
    years = "town,to,years\nMashhad,Lahore,2006\nMashhad,Lahore,2007\n"
    _, _, problems = applied("Mashhad,Iran,Lahore,Pakistan,a;b\n", years=years)
    assert {code for _, _, code in problems} == {"twice", "missing-column"}


@pytest.mark.parametrize(
    ("before", "after", "word"),
    [
        ('table = "cities"', 'table = "towns"', "towns"),
        ('by = ["name", "country"]', 'by = ["name", "land"]', "land"),
        ('by = ["name", "country"]', 'by = ["name"]', "as many"),
        ('columns = ["to", "to_land"]', 'columns = ["to"]', "as many"),
        ('\ncode = "{to_land}-{to}"', "", "code"),
        ('none = "new"', 'none = "guess"', "new"),
        ("index = 2", "index = 0", "1"),
        ('grade = { constant = "tie" }', 'grade = { constant = "t", index = 1 }', "column"),
    ],
)
def test_a_rule_that_finds_nothing_it_could_is_refused(before: str, after: str, word: str) -> None:
    text = a_rule("new")
    assert before in text
    with pytest.raises(ImportRefused) as refused:
        parse_rule(text.replace(before, after), "r.toml")
    assert word in " ".join(one.what for one in refused.value.problems)


def test_a_long_identity_is_shortened_and_stays_its_own() -> None:
    rule = parse_rule(shipped_rules()["brt-standard"], "r.toml")
    header = "city,country,corridor,system,year,classification\n"
    rows = "".join(f"Lima,Peru,{'A long corridor ' * 6}{end},S,2013,Gold\n" for end in "ab")
    (_, credentials), report, problems = apply_rule(rule, (header + rows).encode(), "f.csv")
    assert not problems
    codes = [row.cells["code"] for row in credentials.rows]
    assert all(len(code) <= 64 for code in codes)
    assert len(set(codes)) == 2
    assert report.used == 2


def test_files_of_one_import_find_what_an_earlier_one_made(tmp_path: Path) -> None:
    for name, to in (("a.csv", "Lahore"), ("b.csv", "Mashhad")):
        (tmp_path / name).write_text(f"{HEADER}Multan,Pakistan,{to},Pakistan,a;b\n", "utf-8")
    (tmp_path / "r.toml").write_text(a_rule("new"), "utf-8")
    rule = load_rule(str(tmp_path / "r.toml"))
    incoming = read_incoming(
        [tmp_path / "a.csv", tmp_path / "b.csv"], rule=rule, known={"cities": KNOWN}
    )
    made = [
        row.cells["code"] for one in incoming.tables for row in one.rows if "member" in row.cells
    ]
    assert made == ["PK-MULTAN", "PK-MASHHAD"]
