"""Headings of foreign files: what a column of a rule is called, and what is read in two ways."""

from __future__ import annotations

import pytest

from ledger.core.text import name_key
from ledger.interchange.mapping.headings import headings_of
from ledger.interchange.mapping.loading import load_rule, shipped_rules


@pytest.mark.parametrize(
    "heading",
    [
        "AMOUNT AWARDED",
        "Amount\nAwarded",
        "Amount  Awarded",
        "Amount\u00a0Awarded",
        "amount_awarded",
    ],
)
def test_capitals_spaces_and_signs_of_a_heading_do_not_count(heading: str) -> None:
    found = headings_of(["id", heading], {"awarded": ["Amount Awarded"]}, ["id", "awarded"])
    assert (found.called, found.doubts) == ({"awarded": heading}, ())


def test_the_name_itself_comes_before_alternatives_in_any_capitals() -> None:
    found = headings_of(["asciiname", "NAME"], {"name": ["asciiname"]}, ["name"])
    assert found.called == {"name": "NAME"}
    assert found.notes == ("the column 'NAME' is read as name, and 'asciiname' is not",)


def test_a_heading_of_signs_is_no_column() -> None:
    assert headings_of(["#", "%"], {"share": ["%%"]}, ["share"]).called == {}


@pytest.mark.parametrize(
    ("header", "names", "code"),
    [
        (["Project ID", "PROJECT ID"], ["project_id"], "several-columns"),
        (["amount"], ["Amount", "AMOUNT"], "column-for-two"),
        (["amount"], ["amount", "AMOUNT"], "column-for-two"),
    ],
)
def test_what_can_be_read_in_two_ways_is_a_doubt(
    header: list[str], names: list[str], code: str
) -> None:
    assert [one.code for one in headings_of(header, {}, names).doubts] == [code]


def test_a_column_and_the_list_in_it_are_one_column() -> None:
    assert headings_of(["Sector"], {}, ["sector", "sector[]"]).doubts == ()


def test_a_heading_that_is_exactly_the_name_is_no_doubt() -> None:
    assert headings_of(["AMOUNT", "amount"], {}, ["amount"]) == ({}, (), ())


@pytest.mark.parametrize("name", shipped_rules())
def test_no_heading_of_a_shipped_rule_means_two_of_its_columns(name: str) -> None:
    rule = load_rule(name)
    keys: dict[str, str] = {}
    plain = [one for one in rule.foreign_columns if "[]" not in one]
    for column in dict.fromkeys([*plain, *rule.source.headings]):
        for spelling in (column, *rule.source.headings.get(column, ())):
            assert keys.setdefault(name_key(spelling), column) == column, spelling
