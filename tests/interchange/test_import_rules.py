"""Import rules: clear errors in the rule itself, every row of the foreign file accounted for."""

from pathlib import Path

import pytest

from ledger.interchange.mapping.apply import apply_rule
from ledger.interchange.mapping.codes import slug
from ledger.interchange.mapping.loading import (
    BrokenRule,
    UnknownRule,
    load_rule,
    parse_rule,
    shipped_rules,
)
from ledger.interchange.problems import ImportRefused
from ledger.interchange.reader import RawTable
from ledger.interchange.rule_report import RuleReport

RULE = """
[about]
name = "list"
title = "A list"
source = "somebody"
licence = "CC0"
[file]
names = ["list.csv"]
delimiter = ";"
missing = ["n/a"]
[[leave_out]]
reason = "a total"
equals = { id = ["total"] }
[row]
template = "X-{id}"
[maps.land]
UK = "GB"
[[output]]
table = "cities"
distinct = true
[output.columns]
code = { template = "{land}-{town}", slug = true }
name = { column = "town" }
country = { column = "land" }
[[output]]
table = "needs"
when = ["sum"]
[output.columns]
code = { template = "{row}" }
project = { constant = "P" }
factor = { constant = "money" }
quantity = { column = "sum", times = 1000, round = 2 }
unit = { constant = "EUR" }
note = { template = ["From {town}.", "{remark}"] }
"""
HEADER = "id;town;land;sum;remark\n"


def applied(
    rows: str, rule: str = RULE
) -> tuple[dict[str, RawTable], RuleReport, list[tuple[int, str | None, str]]]:
    tables, report, problems = apply_rule(
        parse_rule(rule, "r.toml"), (HEADER + rows).encode(), "list.csv"
    )
    return {t.table: t for t in tables}, report, [(p.line, p.column, p.code) for p in problems]


def test_rows_become_canonical_rows_that_know_their_place():
    tables, report, problems = applied(
        "1;Saint-\u00c9tienne;FR;1.5;n/a\n2;Xi'an;CN;n/a;\n3;London;UK;2.0000051;so\ntotal;;;9;\n"
    )
    assert not problems
    codes = [row.cells["code"] for row in tables["cities"].rows]
    assert codes == ["FR-SAINT-ETIENNE", "CN-XIAN", "GB-LONDON"]
    first, second = tables["needs"].rows
    assert (first.line, first.cells["quantity"], first.cells["note"]) == (
        2,
        "1500",
        "From Saint-\u00c9tienne.",
    )
    assert (second.cells["quantity"], second.cells["note"]) == ("2000.01", "From London. so")
    assert tables["needs"].columns["quantity"] == "sum"
    assert (report.rows, report.used, [tuple(left) for left in report.left_out]) == (
        4,
        3,
        [(5, "a total", ("needs/X-TOTAL",))],
    )
    assert report.unmade == {("needs", "sum is filled"): 1}
    assert report.rounded["needs", "quantity"] == 1


def test_many_rows_make_one_city_only_if_they_agree():
    tables, _, problems = applied("1;Lyon;FR;1;\n2;Lyon;FR;2;\n3;LYON;FR;3;\n")
    assert len(tables["cities"].rows) == 1
    assert problems == [(4, None, "not-alike")]


def test_a_number_with_an_exponent_needs_the_rules_word():
    assert applied("1;Lyon;FR;1e+05;\n")[2] == [(2, "sum", "bad-number")]
    scientific = RULE.replace('delimiter = ";"', 'delimiter = ";"\nnumbers = "scientific"')
    tables, report, problems = applied("1;Lyon;FR;1e+05;\n", scientific)
    assert not problems
    assert tables["needs"].rows[0].cells["quantity"] == "100000000"
    assert report.scientific == 1


def test_every_row_is_used_left_out_or_refused():
    _, report, problems = applied("1;A;FR;1;\n1;B;FR;1;\n;C;FR;1;\n4;D\ntotal;;;;\n")
    assert problems == [(3, None, "twice"), (4, "id", "no-identity"), (5, None, "cell-count")]
    assert report.rows == report.used + report.refused + len(report.left_out) == 5


def test_repeats_may_be_numbered():
    rule = RULE.replace('template = "X-{id}"', 'template = "X-{id}"\nrepeats = "number"')
    tables, report, _ = applied("1;A;FR;1;\n1;B;FR;1;\n1;A;FR;1;\n", rule)
    assert [row.cells["code"] for row in tables["needs"].rows] == ["X-1", "X-1-2", "X-1-3"]
    assert [repeat.alike for repeat in report.repeats] == [False, True]


@pytest.mark.parametrize(
    ("ids", "codes"),
    [
        (["1", "1", "1-2"], ["X-1", "X-1-2", "X-1-2-2"]),
        (["1-2", "1", "1"], ["X-1-2", "X-1", "X-1-3"]),
        (["1", "1-2", "1", "1"], ["X-1", "X-1-2", "X-1-3", "X-1-4"]),
    ],
)
def test_a_numbered_repeat_takes_no_code_that_other_rows_have(ids, codes):
    rule = RULE.replace('template = "X-{id}"', 'template = "X-{id}"\nrepeats = "number"')
    tables, report, problems = applied("".join(f"{one};A;FR;1;\n" for one in ids), rule)
    assert ([row.cells["code"] for row in tables["needs"].rows], problems) == (codes, [])
    assert report.used == len(ids)


def test_columns_are_found_in_other_capitals_unless_two_have_the_name():
    rule, row = parse_rule(RULE, "r.toml"), b"1;A;FR;1;x\n"
    tables, report, problems = apply_rule(rule, b"ID;Town;land;SUM;Remark\n" + row, "list.csv")
    assert (problems, report.used) == ([], 1)
    (need,) = [one for table in tables if table.table == "needs" for one in table.rows]
    assert (need.cells["code"], need.cells["note"]) == ("X-1", "From A. x")
    _, _, problems = apply_rule(rule, b"id;town;land;SUM;Sum;remark\n1;A;FR;1;2;x\n", "list.csv")
    assert [(one.column, one.code) for one in problems] == [("sum", "several-columns")]


def test_of_a_file_that_cannot_be_decoded_no_column_is_said_to_be_missing():
    content = "id;town;land;sum;remark\n1;\xc9vora;PT;1;\n".encode("cp1252")
    _, _, problems = apply_rule(parse_rule(RULE, "r.toml"), content, "list.csv")
    assert [(one.line, one.code) for one in problems] == [(2, "not-utf8")]


def test_a_file_without_the_rules_columns_is_refused_at_its_header():
    _, _, problems = apply_rule(
        parse_rule(RULE, "r.toml"), b"id;town;land;summ;remark\n", "list.csv"
    )
    assert [(p.line, p.column, p.code) for p in problems] == [(1, "sum", "missing-column")]
    assert problems[0].next == "Did you mean summ?"


@pytest.mark.parametrize(
    ("before", "after", "key"),
    [
        ('licence = "CC0"', "licence = 5", "about.licence"),
        ('licence = "CC0"', 'license = "CC0"', "about.license"),
        ('table = "cities"', 'table = "citys"', "output[1]"),
        ('name = { column = "town" }', 'nam = { column = "town" }', "output[1]"),
        (
            'country = { column = "land" }',
            'country = { column = "land", constant = "FR" }',
            "output[1].columns.country",
        ),
        ('code = { template = "{row}" }', "", "output[2]"),
        ('"{land}-{town}"', '"{land[0]}"', "output[1].columns.code"),
        ('"{land}-{town}"', '"{land!r}"', "output[1].columns.code"),
        ('"{land}-{town}"', '"{land"', "output[1].columns.code"),
        ("times = 1000", "times = -1", "output[2].columns.quantity"),
        ("distinct = true", 'distinct = "maybe"', "output[1].distinct"),
        ("[row]", "[row]\nunheard = 1", "row.unheard"),
        ('equals = { id = ["total"] }', "", "leave_out[1]"),
    ],
)
def test_each_fault_of_a_rule_names_its_key(before: str, after: str, key: str):
    with pytest.raises(ImportRefused) as refused:
        parse_rule(RULE.replace(before, after, 1), "r.toml")
    assert key in [problem.column for problem in refused.value.problems]


def test_a_rule_may_say_a_part_of_what_it_is_about():
    about = parse_rule(RULE.replace('source = "somebody"\nlicence = "CC0"\n', ""), "r.toml").about
    assert (about.name, about.title) == ("list", "A list")
    assert (about.source, about.licence) == ("r.toml", "not said")


def test_a_rule_that_is_not_toml_says_where():
    with pytest.raises(BrokenRule, match="line 1"):
        parse_rule("about = \n", "r.toml")


def test_rules_are_found_by_name_or_path(tmp_path: Path):
    assert "transit-costs" in shipped_rules()
    (tmp_path / "mine.toml").write_text(RULE)
    assert load_rule(str(tmp_path / "mine.toml")).about.name == "list"
    with pytest.raises(UnknownRule) as unknown:
        load_rule("transit-cost")
    assert "Did you mean transit-costs?" in unknown.value.next_step


@pytest.mark.parametrize("name", shipped_rules())
def test_every_shipped_rule_is_sound_and_named_after_its_file(name: str):
    rule = load_rule(name)
    assert rule.about.name == name
    assert rule.about.source != f"{name}.toml"
    assert rule.about.licence != "not said"


def test_slugs_are_stable():
    assert slug("  M\u00fcnchen (Bayern) ") == "MUNCHEN-BAYERN"
    assert slug("L\u2019Aquila") == "LAQUILA"


# Dates with the day first, decimal commas, and signs in another column


BANK_RULE = """
[about]
name = "bank"
title = "t"
source = "s"
licence = "l"

[file]
names = ["bank*.csv"]
delimiter = ";"
numbers = "decimal-comma"
dates = "day-first"

[row]
template = "{no}"

[[output]]
table = "statements"

[output.columns]
provider = { constant = "BANK" }
statement = { constant = "2026-03" }
line = { column = "no" }
date = { column = "day" }
kind = { constant = "delivery" }
deal = { column = "deal" }
quantity = { column = "amount", sign = { column = "side", plus = ["D"], minus = ["C"] } }
unit = { constant = "EUR" }
"""


def bank_cells(amount="1.234,56", day="05.03.2026", side="D"):
    """Apply the rule of a bank's file to one row; give amount and date, or the problems."""
    rule = parse_rule(BANK_RULE, "bank.toml")
    content = f"no;day;deal;amount;side\n1;{day};D-0001;{amount};{side}\n".encode()
    tables, _, problems = apply_rule(rule, content, "bank.csv")
    if problems:
        return [(one.column, one.code) for one in problems]
    (row,) = tables[0].rows
    return row.cells["quantity"], row.cells["date"]


@pytest.mark.parametrize(
    ("amount", "read"),
    [
        ("1.234,56", "1234.56"),
        ("1 234,56", "1234.56"),
        ("1\u00a0234,56", "1234.56"),
        ("1'234,56", "1234.56"),
        ("1234,5", "1234.5"),
        ("1.234", "1234"),
        ("12.345.678", "12345678"),
        ("0,00", "0.00"),
        ("7", "7"),
    ],
)
def test_a_comma_stands_before_the_decimals(amount, read):
    assert bank_cells(amount)[0] == read


@pytest.mark.parametrize("amount", ["12.5", "1,234.56", "1.23.456", "1.234 567,8", "1,2,3", "x"])
def test_a_number_that_may_be_written_otherwise_is_refused(amount):
    assert bank_cells(amount) == [("amount", "bad-number")]


@pytest.mark.parametrize(
    ("day", "read"),
    [
        ("05.03.2026", "2026-03-05"),
        ("5/3/2026", "2026-03-05"),
        ("05-03-2026", "2026-03-05"),
        ("۵/۳/۲۰۲۶", "2026-03-05"),
        ("2026-03-05", "2026-03-05"),
    ],
)
def test_the_day_comes_first(day, read):
    assert bank_cells(day=day)[1] == read


@pytest.mark.parametrize("day", ["03/31/2026", "31.02.2026", "05.03.26", "5 March 2026"])
def test_a_date_without_the_day_first_is_refused(day):
    assert bank_cells(day=day) == [("day", "bad-date")]


def test_the_sign_of_an_amount_is_in_another_column():
    assert bank_cells("1,50", side="D")[0] == "1.50"
    assert bank_cells("1,50", side="C")[0] == "-1.50"
    assert bank_cells("1,50", side="X") == [("side", "bad-sign")]
    assert bank_cells("1,50", side="") == [("side", "bad-sign")]
    assert bank_cells("-1,50", side="C") == [("amount", "bad-sign")]


def test_a_sign_goes_with_a_column():
    broken = BANK_RULE.replace('{ column = "amount", sign', '{ constant = "1", sign')

    with pytest.raises(ImportRefused):
        parse_rule(broken, "bank.toml")


def test_a_sign_is_given_to_plain_numbers_too():
    plain = BANK_RULE.replace('numbers = "decimal-comma"', "")
    content = b"no;day;deal;amount;side\n1;05.03.2026;D-0001;1234.56;C\n"

    tables, _, problems = apply_rule(parse_rule(plain, "bank.toml"), content, "bank.csv")

    assert (problems, tables[0].rows[0].cells["quantity"]) == ([], "-1234.56")
