"""The words of the rule language, each on a few records: paths, values, steps, conditions."""

from __future__ import annotations

import json

import pytest

from ledger.interchange.mapping.apply import apply_rule
from ledger.interchange.mapping.loading import parse_rule
from ledger.interchange.problems import ImportRefused

NEED = """
[[output]]
table = "needs"
{more}
[output.columns]
code = {code}
project = "P"
factor = "money"
unit = "{unit}"
{columns}
"""


def a_rule(columns="", more="", top="", code='{ column = "id" }', unit="EUR", source="") -> str:
    need = NEED.format(columns=columns, more=more, code=code, unit=unit)
    return f"[source]\nmissing = ['n/a']\n{source}\n{top}\n{need}"


def applied(rule: str, *records: dict, name="list.json", beside=None):
    content = json.dumps(records).encode()
    return apply_rule(parse_rule(rule, "mine.toml"), content, name, beside=beside or {})


def needs(rule: str, *records: dict, **more) -> list[dict]:
    tables, _, problems = applied(rule, *records, **more)
    assert not problems, problems
    return [row.cells for table in tables if table.table == "needs" for row in table.rows]


def quantity_of(columns: str, record: dict, source: str = "", unit: str = "EUR") -> str:
    (cells,) = needs(a_rule(columns, source=source, unit=unit), {"id": "N", **record})
    return cells["quantity"]


def note_of(columns: str, record: dict, **more) -> str:
    (cells,) = needs(a_rule(columns, **more), {"id": "N", **record})
    return cells["note"]


def problems_of(rule: str, *records: dict) -> list[tuple]:
    _, _, problems = applied(rule, *records)
    return [(one.line, one.column, one.code) for one in problems]


@pytest.mark.parametrize(
    ("amount", "unit", "read"),
    [
        ("€1,200", "EUR", "1200"),
        ("(€1,200)", "eur", "-1200"),
        ("EUR 1,200.5", "EUR", "1200.5"),
        ("1,200 EUR", "EUR", "1200"),
        ("(1,200)EUR", "EUR", "-1200"),
        ("NGN ₦5", "NGN", "5"),
        ("$1,200", "CAD", "1200"),
        ("¥1,200", "JPY", "1200"),
        ("€1,200", "USD", "other-currency"),
        ("1,200 €", "GBP", "other-currency"),
        ("USD 1,200", "EUR", "other-currency"),
        ("1,200EUR", "USD", "other-currency"),
        ("$1,200", "EUR", "other-currency"),
        ("£1,200", "USD", "other-currency"),
        ("€1,200", "person-day", "other-currency"),
        ("1.5 MIO", "EUR", "bad-number"),
        ("R$1,200", "BRL", "bad-number"),
        ("1200$50", "CVE", "bad-number"),
        ("\u06f1\u06f2$\u06f5", "CVE", "bad-number"),
        ("1200\u200f$50", "CVE", "bad-number"),
        ("EUR \u06f1,\u06f2\u06f0\u06f0", "EUR", "1200"),
        ("\u06f1,\u06f2\u06f0\u06f0 EUR", "USD", "other-currency"),
    ],
)
def test_an_amount_is_written_with_the_currency_of_its_row(amount, unit, read):
    rule = a_rule('quantity = { column = "a" }', source="numbers = '1,234.5'", unit=unit)
    tables, _, problems = applied(rule, {"id": "N", "a": amount})
    rows = [row.cells["quantity"] for table in tables for row in table.rows]
    assert ([one.code for one in problems] or rows) == [read]


@pytest.mark.parametrize(
    ("path", "read"),
    [
        ("a.b", "1"),
        ("c.d", "first"),
        ("c[].d", "first"),
        ("e.@code", "X"),
        ("e", "text"),
        ("e.#text", "text"),
        ("f.g", "of that name"),
        ("h", "one"),
        ("a.none", ""),
        ("none.b", ""),
    ],
)
def test_paths_read_nested_records(path, read):
    record = {
        "a": {"b": 1},
        "c": [{"d": "first"}, {"d": "second"}],
        "e": {"@code": "X", "#text": "text"},
        "f.g": "of that name",
        "f": {"g": "nested"},
        "h": ["one", "two"],
    }
    assert note_of(f'note = {{ column = "{path}" }}', record) == read


def test_bare_words_and_numbers_are_constants():
    (cells,) = needs(a_rule('note = "so"\nquantity = 5'), {"id": "N"})
    assert (cells["note"], cells["quantity"], cells["project"]) == ("so", "5", "P")


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ('{ first = [{ column = "none" }, { column = "n" }, "else"] }', "7"),
        ('{ first = [{ column = "none" }, "else"] }', "else"),
        ('{ join = "list[].name", by = "+" }', "Ann+Bob"),
        ('{ join = "list[].name", by = "+", slug = true }', "ANN-BOB"),
        ('{ join = "list[].name", where = [{ column = "each.role", is = [1] }] }', "Bob"),
        ('{ column = "list[].name", where = [{ column = "each.role", is = [1] }] }', "Bob"),
        ('{ join = "list[].name", map = { Ann = "Anna" } }', "Anna;Bob"),
        ('{ template = ["{n}.", "{none}.", "{list.name}"] }', "7. Ann"),
        ('{ column = "text", extract = "no\\\\. ([0-9]+)" }', "12"),
        ('{ column = "text", extract = "[A-Z][a-z]+" }', "See"),
        ('{ column = "n", map = { 7 = "seven" } }', "seven"),
        ('{ column = "n", map = { 8 = "eight", "*" = "other" } }', "other"),
        ('{ column = "none", map = { "*" = "other" } }', ""),
        ('{ column = "na" }', ""),
        ('{ column = "land", lookup = "country" }', "CI"),
        ('{ column = "purpose", lookup = "dac" }', "transport.rail"),
        ('{ column = "money", lookup = "currency" }', "USD"),
        ('{ column = "broken", clean = true }', "Datem del Marañón & so on"),
        ('{ column = "n", lookup = "country", bad = "unknown" }', ""),
        ('{ column = "n", lookup = "country", bad = "XX" }', "XX"),
    ],
)
def test_values_and_steps(value, read):
    record = {
        "n": 7,
        "na": "n/a",
        "list": [{"name": "Ann", "role": 2}, {"name": "Bob", "role": 1}],
        "text": "See no. 12 of the list",
        "land": "Cote d\u2019Ivoire",
        "purpose": "21030",
        "money": "US dollar",
        "broken": "Datem del MaraÃ±Ã³n &amp; so on",
    }
    assert note_of(f"note = {value}", record) == read


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("FRA", "FR"),
        ("fr", "FR"),
        ("UK", "GB"),
        ("Niger (the)", "NE"),
        ("Republic of Angola", "AO"),
        ("Socialist Republic of Vietnam", "VN"),
        ("CÔTE D'IVOIRE", "CI"),
        ("Turkiye", "TR"),
    ],
)
def test_countries_are_read_by_code_name_or_spelling(words, code):
    assert note_of('note = { column = "c", lookup = "country" }', {"c": words}) == code


@pytest.mark.parametrize("words", ["Africa", "World", "Socialist Federal Republic of Yugoslavia"])
def test_what_is_no_country_is_a_bad_cell(words):
    rule = a_rule('note = { column = "c", lookup = "country" }')
    assert problems_of(rule, {"id": "N", "c": words}) == [(1, "c", "unknown-country")]


@pytest.mark.parametrize(
    ("forms", "text", "day"),
    [
        ('["iso", "%d/%m/%Y"]', "24/07/2014", "2014-07-24"),
        ('["iso", "%d/%m/%Y"]', "2017-03-10T00:00:00.000Z", "2017-03-10"),
        ('"year-end"', "2021", "2021-12-31"),
        ('["%d-%b-%y", "year-end"]', "03-May-19", "2019-05-03"),
        ('["day-first"]', "5.3.2026", "2026-03-05"),
    ],
)
def test_dates_are_read_by_the_first_form_that_fits(forms, text, day):
    rule = a_rule(f'declared_on = {{ column = "d", date = {forms} }}')
    assert needs(rule, {"id": "N", "d": text})[0]["declared_on"] == day


def test_a_date_of_no_form_is_refused_at_its_column():
    rule = a_rule('declared_on = { column = "d", date = ["%d/%m/%Y"] }')
    assert problems_of(rule, {"id": "N", "d": "2014-07-24"}) == [(1, "d", "bad-date")]


@pytest.mark.parametrize(
    ("example", "text", "read"),
    [
        ("1.234,5", "12.345,67", "12345.67"),
        ("1,234.5", "12,345.67", "12345.67"),
        ("1,234.5", "7", "7"),
        ("1 234,5", "12\u00a0345,5", "12345.5"),
        ("1'234.5", "1'234'567.5", "1234567.5"),
        ("1234,5", "1234,56", "1234.56"),
        ("1,234.5", "(12,345.6)", "-12345.6"),
    ],
)
def test_an_example_says_how_numbers_are_written(example, text, read):
    source = f'numbers = "{example}"'
    assert quantity_of('quantity = { column = "q" }', {"q": text}, source) == read


@pytest.mark.parametrize("text", ["12.345,67", "12,34.5", "1,2345", "x"])
def test_a_number_of_another_form_is_refused(text):
    rule = a_rule('quantity = { column = "q" }', source='numbers = "1,234.5"')
    assert problems_of(rule, {"id": "N", "q": text}) == [(1, "q", "bad-number")]


@pytest.mark.parametrize(
    ("steps", "unit", "read"),
    [
        ("times = 1000", "EUR", "-1234567.8"),
        ("absolute = true", "EUR", "1234.5678"),
        ('round = "unit"', "EUR", "-1234.57"),
        ('absolute = true, round = "unit"', "JPY", "1235"),
        ('times = 0.5, absolute = true, round = "unit"', "km", "617.284"),
    ],
)
def test_numbers_are_computed_exactly(steps, unit, read):
    columns = f'quantity = {{ column = "q", {steps} }}'
    assert quantity_of(columns, {"q": "-1234.5678"}, unit=unit) == read


@pytest.mark.parametrize(
    ("test", "holds"),
    [
        ('column = "s", is = ["a", "b"]', True),
        ('column = "s", is = "c"', False),
        ('column = "s", filled = true', True),
        ('column = "na", filled = true', False),
        ('column = "na", filled = false', True),
        ('column = "q", above = 10', True),
        ('column = "q", above = 10.5', False),
        ('column = "q", below = 0', False),
        ('column = "na", below = 0', False),
        ('column = "s", matches = "[a-c]"', True),
        ('column = "s", matches = "[b-c]"', False),
        ('column = "list", count = 2', True),
        ('column = "list[].x", more = 1', False),
        ('column = "list[].x", count = 1', True),
        ('column = "list[].y", is = "2"', True),
        ('column = "s", differs = "t"', True),
        ('column = "s", differs = "s2"', False),
    ],
)
def test_conditions(test, holds):
    record = {"id": "N", "s": "a", "s2": "a", "t": "b", "na": "n/a", "q": "10.5"}
    record["list"] = [{"x": "1", "y": "1"}, {"y": "2"}]
    rule = a_rule(more=f"where = [{{ {test} }}]")
    assert bool(needs(rule, record)) is holds
    left_out = a_rule(top=f"[[leave_out]]\nreason = 'so'\nwhere = [{{ {test} }}]")
    _, report, _ = applied(left_out, record)
    assert [one.reason for one in report.left_out] == (["so"] if holds else [])


def test_an_output_that_is_not_made_is_counted_with_its_test():
    rule = a_rule(more='where = [{ column = "q", above = 0 }, { column = "s", is = "x" }]')
    _, report, _ = applied(rule, {"id": "N", "q": 0}, {"id": "M", "q": 1, "s": "y"})
    assert report.unmade == {("needs", "q is above 0"): 1, ("needs", "s is x"): 1}
    assert "needs not made, where not: q is above 0: 1" in [*report.lines()]


def test_an_output_is_made_for_each_item():
    rule = a_rule(
        'note = { template = "{title} in {each.land}" }\nquantity = { column = "each.sum" }',
        more='each = "parts"\nwhere = [{ column = "each.sum", above = 0 }]',
        code='{ template = "{id}-{each.land}" }',
    )
    parts = [{"land": "PE", "sum": 5}, {"land": "CL", "sum": 0}, {"land": "AR", "sum": 7}]
    made = needs(rule, {"id": "P1", "title": "Wetlands", "parts": parts})
    assert [(one["code"], one["quantity"], one["note"]) for one in made] == [
        ("P1-PE", "5", "Wetlands in PE"),
        ("P1-AR", "7", "Wetlands in AR"),
    ]


def test_a_text_can_be_split_into_items():
    rule = a_rule(
        more='each = "lands"\nsplit = "|"',
        code='{ template = "{id}-{each}" }',
    )
    made = needs(rule, {"id": "P1", "lands": "PE | CL|"})
    assert [one["code"] for one in made] == ["P1-PE", "P1-CL"]


def test_items_have_their_countries_named_and_their_words_mapped():
    rule = a_rule(
        'note = { column = "each.kind" }\n',
        more='each = "parts[]"',
        code='{ template = "{id}-{each.land}" }',
        source='countries = "names"',
        top='[maps."each.kind"]\na = "A"\n[[output]]\ntable = "cities"\neach = "parts"\n'
        "[output.columns]\n"
        'code = { column = "each.land" }\nname = { column = "each.land" }\n'
        'country = { column = "each.land" }\n',
    )
    record = {"id": "P", "parts": [{"land": "Peru", "kind": "a"}, {"land": "Chile", "kind": "b"}]}
    tables, _, problems = applied(rule, record)
    assert not problems
    cities, made = tables
    assert [row.cells["country"] for row in cities.rows] == ["PE", "CL"]
    assert [row.cells["note"] for row in made.rows] == ["A", "b"]
    assert problems_of(rule, {"id": "P", "parts": {"land": "Atlantis"}})[0] == (
        (1, "each.land", "unknown-country")
    )


def test_of_rows_with_one_code_only_the_first_may_count():
    same = [{"id": "N", "note": "a"}, {"id": "N", "note": "b"}]
    made = needs(a_rule('note = { column = "note" }', more="once = true"), *same)
    assert [one["note"] for one in made] == ["a"]


def test_a_path_that_no_record_has_is_said():
    _, report, _ = applied(a_rule('note = { column = "remark.text" }'), {"id": "N"})
    assert "no row has remark.text" in [*report.lines()]


JOINED = a_rule(
    'quantity = { column = "gcf.amount" }',
    top="""
[join.gcf]
file = "funding.csv"
on = { id = "ref" }
where = [{ column = "source", is = "GCF" }]
[[leave_out]]
reason = "several lines"
where = [{ column = "gcf[].line", more = 1 }]
[[leave_out]]
reason = "another currency"
where = [{ column = "currency", differs = "gcf.currency" }]
""",
)


def test_rows_of_a_second_file_are_joined():
    funding = (
        b"ref,line,source,amount,currency\n"
        b"A,1,GCF,10,USD\nA,2,Other,20,USD\nB,3,GCF,30,USD\nB,4,GCF,40,USD\nC,5,GCF,50,EUR\n"
    )
    records = [{"id": one, "currency": "USD"} for one in "ABC"]
    tables, report, problems = applied(JOINED, *records, beside={"gcf": funding})
    assert not problems
    assert [row.cells["quantity"] for row in tables[0].rows] == ["10"]
    assert [(one.line, one.reason) for one in report.left_out] == [
        (2, "several lines"),
        (3, "another currency"),
    ]
    assert report.beside == ["funding.csv: 5 rows, 4 used, 1 passed over"]


def test_a_joined_file_that_is_not_there_is_refused():
    assert problems_of(JOINED, {"id": "A", "currency": "USD"}) == [(1, None, "missing-file")]


def test_a_row_stands_or_falls_whole():
    rule = a_rule(
        top='[row]\nbad = "leave-out"\n[[output]]\ntable = "cities"\n[output.columns]\n'
        'code = { column = "c" }\nname = { column = "c" }\ncountry = { column = "l", '
        'lookup = "country" }'
    )
    tables, report, problems = applied(
        rule, {"id": "N", "c": "X", "l": "Nowhere"}, {"id": "M", "c": "Y", "l": "Peru"}
    )
    assert not problems
    assert {table.table: len(table.rows) for table in tables} == {"cities": 1, "needs": 1}
    assert [one.reason for one in report.left_out] == ["cannot be read in l (unknown-country)"]


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("needed_by", "soon"),
        ("divisible", "perhaps"),
        ("instruments", "goodwill"),
        ("quantity", "1e5"),
        ("quantity", "0.001"),
        ("unit", "XXQ"),
    ],
)
def test_a_cell_that_no_import_takes_is_bad(column, text):
    cell = f'{column} = {{ column = "c", bad = "unknown" }}'
    tolerant = a_rule(cell) if column != "unit" else a_rule(cell).replace('unit = "EUR"', "")
    tables, report, problems = applied(tolerant, {"id": "N", "c": text})
    assert (problems, tables[0].rows[0].cells[column]) == ([], "")
    assert report.bad == {("needs", column): 1}
    rule = f"[row]\nbad = 'leave-out'\n{tolerant}".replace(', bad = "unknown"', "")
    tables, report, problems = applied(rule, {"id": "N", "c": text}, {"id": "M"})
    assert not problems
    left_out = [
        (one.line, one.reason.startswith("cannot be read in c (")) for one in report.left_out
    ]
    assert left_out[0] == (1, True)


def test_rows_without_a_template_are_known_by_the_codes_of_their_outputs():
    same = [{"id": "N", "note": "a"}, {"id": "N", "note": "a"}]
    rule = a_rule('note = { column = "note" }')
    assert len(needs(rule, *same)) == 1
    assert problems_of(rule, same[0], {"id": "N", "note": "b"}) == [(2, None, "not-alike")]


def test_rows_that_are_the_same_count_once():
    rule = a_rule(
        'note = { column = "note" }',
        top='[row]\ntemplate = "R-{id}"\nrepeats = "same"',
        code='{ column = "row" }',
    )
    _, report, problems = applied(rule, {"id": 1, "note": "a"}, {"id": 1, "note": "a"})
    assert not problems
    assert [(one.line, one.first_line) for one in report.once] == [(2, 1)]
    assert problems_of(rule, {"id": 1, "note": "a"}, {"id": 1, "note": "b"}) == [(2, None, "twice")]


def test_words_are_compared_in_composed_form():
    decomposed = "Me\u0301xico"
    rule = a_rule(f'note = {{ column = "c", map = {{ "{decomposed}" = "MX" }} }}')
    assert needs(rule, {"id": "N", "c": decomposed})[0]["note"] == "MX"
    assert needs(rule, {"id": "N", "c": "M\u00e9xico"})[0]["note"] == "MX"


@pytest.mark.parametrize(
    ("broken", "column"),
    [
        ("[file]\n[source]\n", "file"),
        ("[source]\nnumbers = '1.234.5'\n", "source.numbers"),
        ("[file]\nnumbers = 'roman'\n", "file.numbers"),
        ("[row]\nrepeats = 'number'\n", "row"),
        ("[[leave_out]]\nreason = 'r'\n", "leave_out[1]"),
        ("[[leave_out]]\nreason = 'r'\nwhere = [{ column = 'a' }]\n", "leave_out[1].where[1]"),
        ("[join.each]\nfile = 'f'\non = 'a'\n", "the rule"),
    ],
)
def test_faults_of_the_new_words_name_their_key(broken, column):
    with pytest.raises(ImportRefused) as refused:
        parse_rule(broken + NEED.format(more="", columns="", code='"N"', unit="EUR"), "r.toml")
    assert column in [one.column for one in refused.value.problems]


@pytest.mark.parametrize(
    "value",
    [
        '{ column = "a", date = "the day" }',
        '{ column = "a", extract = "(" }',
        '{ column = "a", join = "b[]" }',
        '{ column = "each.a" }',
        '{ column = "a", where = [{ column = "b", filled = true }] }',
        '{ template = "{row}" }',
        '{ column = "a", date = "iso", times = 2 }',
    ],
)
def test_faults_of_values_are_refused(value):
    with pytest.raises(ImportRefused):
        parse_rule(a_rule(f"note = {value}"), "r.toml")
