"""Choosing gap rows by any column."""

from __future__ import annotations

from datetime import date

import pytest
from gap_positions import JPY, PERSON_DAY, USD, in_euro, position, row

from ledger.core.errors import InvalidInput
from ledger.core.factors import Factor
from ledger.core.filters import OperatorRefused, UnitsDiffer, UnknownColumn, UnreadableFilter
from ledger.gaps.filters import UnknownGapColumn, column_named, gap_selection, read_filters
from ledger.gaps.rows import AMOUNT_COLUMNS, COLUMNS, DATE_COLUMNS, TEXT_COLUMNS, gap_rows

ROWS = [
    row("N-1", city="MHD", topic="metro", open=2_000_000_00, needed_by=date(2028, 1, 1)),
    row("N-2", city="LHE", topic="BRT", unit=USD, open=500_000_00, committed=500_000_00),
    row("N-3", city="MHD", unit=JPY, sector="health", open=3_000_000, held=1),
    row("N-4", city="LHE", unit=PERSON_DAY, factor=Factor.EXPERTISE, sector="transport"),
]


THERE = "The values there are:"


def kept(*texts: str) -> list[str]:
    return [found.need for found in gap_selection(read_filters(texts)).keep(ROWS)]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("country=ir", "N-1 N-3"),
        ("country!=IR", "N-2 N-4"),
        ("topic=brt", "N-2"),
        ("topic=", "N-3 N-4"),
        ("topic!=", "N-1 N-2"),
        ("sector=transport", "N-1 N-2 N-4"),
        ("sector=transport.urban", "N-1 N-2"),
        ("sector!=transport", "N-3"),
        ("region=Southern Asia", "N-1 N-2 N-3 N-4"),
        ("region=034", "N-1 N-2 N-3 N-4"),
        ("region=asia", "N-1 N-2 N-3 N-4"),
        ("region!=world", ""),
        ("region=Europe", ""),
        ("factor=Expertise", "N-4"),
        ("needed_by<=2028-01-01", "N-1"),
        ("needed-by>=2028-01-02", ""),
        ("needed_by=", "N-2 N-3 N-4"),
        ("gap>=1M EUR", "N-1"),
        ("gap>2M EUR", ""),
        ("gap<2M EUR", ""),
        ("gap<2000000.01 EUR", "N-1"),
        ("gap<=500000.00 USD", "N-2"),
        ("gap>0", "N-1 N-2 N-3"),
        ("gap=", "N-4"),
        ("country=Iran", "N-1 N-3"),
        ("country=PAK,Iran", "N-1 N-2 N-3 N-4"),
        ("country=Africa", ""),
        ("country=Asia", "N-1 N-2 N-3 N-4"),
        ("country!=Iran, FR", "N-2 N-4"),
        ("needed_by=2028-01-01;2029-01-01", "N-1"),
        ("needed_by>2027-12-31", "N-1"),
        ("needed_by<2028-01-01", ""),
        ("gap=2M EUR, 3000001 JPY", "N-1 N-3"),
        ("gap!=0", "N-1 N-2 N-3 N-4"),
        ("held=0", "N-1 N-2 N-4"),
        ("gap_base>=100k", "N-1 N-2"),
        ("gap_base>=1M", "N-1"),
        ("gap_base=2M", "N-1"),
        ("coverage>=0.5", "N-2"),
        ("eligible_offers=", "N-1 N-2 N-3 N-4"),
        ("  City = mhd ", "N-1 N-3"),
    ],
)
def test_one_condition(text: str, codes: str) -> None:
    assert kept(text) == codes.split()


@pytest.mark.parametrize(("text", "code"), [("member=yes", "N-1"), ("member=no", "N-2")])
def test_needs_are_chosen_by_whether_their_city_is_a_member(text: str, code: str) -> None:
    positions = position("N-1", city="MHD", open=1), position("N-2", city="LHE", open=1)
    rows = gap_rows(positions, in_euro(), is_member=lambda city: city.code == "MHD")
    assert [one.need for one in gap_selection(read_filters([text])).keep(rows)] == [code]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("provider=BANK", "N-1 N-3"),
        ("provider=firm", "N-1"),
        ("provider!=FIRM", "N-2 N-3 N-4"),
        ("provider=", "N-2 N-4"),
    ],
)
def test_needs_are_chosen_by_their_providers_where_the_report_has_them(
    text: str, codes: str
) -> None:
    providers = {"N-1": ("BANK", "FIRM"), "N-3": ("BANK",)}
    by_provider = gap_selection(read_filters([text], by_provider=True), providers)
    assert [one.need for one in by_provider.keep(ROWS)] == codes.split()


def test_a_report_without_providers_has_no_such_column() -> None:
    with pytest.raises(UnknownColumn):
        read_filters(["provider=BANK"])


def test_all_conditions_must_hold() -> None:
    assert kept("country=IR", "sector=health") == ["N-3"]


@pytest.mark.parametrize("texts", [("gap=2M EUR", "gap<=1M EUR"), ("gap<=1M EUR", "gap=2M EUR")])
def test_an_equal_figure_and_a_limit_must_hold_both(texts: tuple[str, ...]) -> None:
    assert kept(*texts) == []


def test_equal_values_of_one_column_admit_any() -> None:
    assert kept("gap>0", "city=MHD", "city=LHE") == ["N-1", "N-2", "N-3"]


def test_no_condition_keeps_all() -> None:
    assert [*gap_selection([]).keep(ROWS)] == ROWS


def test_an_unknown_column_names_the_columns_there_are() -> None:
    with pytest.raises(UnknownColumn) as refusal:
        read_filters(["contry=IR"])
    assert "country" in refusal.value.next_step
    assert "city_name" in refusal.value.why


@pytest.mark.parametrize("text", ["needed_by", "Needed-By", " NEEDED_BY "])
def test_a_column_is_named_in_any_case_and_with_hyphens(text: str) -> None:
    assert column_named(text) == "needed_by"


def test_a_column_that_is_not_there_is_refused() -> None:
    with pytest.raises(UnknownGapColumn) as refusal:
        column_named(" contry ")
    assert "country" in str(refusal.value.why)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "country",
        "=IR",
        "gap>=much",
        "gap>=1M EUR USD",
        "coverage>=1 EUR",
        "needed_by=2028-13-01",
        "needed_by=next year",
        "needed_by=20280101",
    ],
)
def test_what_is_no_filter_is_refused(text: str) -> None:
    with pytest.raises(UnreadableFilter):
        read_filters([text])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("country>=IR", "only dates and figures"),
        ("country<IR", "only dates and figures"),
        ("gap>=", "nothing stands after it"),
        ("country==IR", "an operator that filters do not have"),
        ("gap<>1M", "an operator that filters do not have"),
        ("gap=>1M", "an operator that filters do not have"),
        ("topic=~metro", "an operator that filters do not have"),
    ],
)
def test_what_cannot_be_compared_says_why(text: str, words: str) -> None:
    with pytest.raises(OperatorRefused, match=words):
        read_filters([text])


@pytest.mark.parametrize("texts", [("gap>=1M",), ("gap=2M",), ("gap<1M", "country=IR")])
def test_a_figure_without_a_unit_is_not_compared_across_units(texts: tuple[str, ...]) -> None:
    with pytest.raises(UnitsDiffer, match="names no unit") as refusal:
        kept(*texts)
    assert f"{texts[0]} EUR" in refusal.value.next_step


@pytest.mark.parametrize(
    ("texts", "codes"),
    [
        (("gap>=1M", "unit=EUR"), "N-1"),
        (("gap>=1M", "gap<=4M", "unit=JPY"), "N-3"),
        (("gap>=1", "factor=expertise"), ""),
    ],
)
def test_a_figure_without_a_unit_is_in_that_of_the_rows_left(
    texts: tuple[str, ...], codes: str
) -> None:
    assert kept(*texts) == codes.split()


@pytest.mark.parametrize(
    ("texts", "notes"),
    [
        (("city=TEH",), ["No row has city=TEH. The values there are: LHE, MHD."]),
        (("city=MHD,TEH",), ["No row has city=TEH. The values there are: LHE, MHD."]),
        (("city=MHD", "topic=BRT"), []),
        (("topic!=tram",), []),
        (
            ("gap>9M EUR", "unit=EUR"),
            [f"No row has gap>9M EUR. {THERE} 2000000 EUR, 3000001 JPY, 500000 USD."],
        ),
        (
            ("needed_by=2031-01-01",),
            [f"No row has needed_by=2031-01-01. {THERE} 2028-01-01."],
        ),
        (("main_obstacle=rate",), ["No row has main_obstacle=rate. No row has a value there."]),
    ],
)
def test_a_value_that_no_row_has_is_noted_with_those_there_are(
    texts: tuple[str, ...], notes: list[str]
) -> None:
    noted: list[str] = []
    gap_selection(read_filters(texts)).rows(ROWS, noted.append)
    assert noted == notes


def test_an_ambiguous_figure_is_refused_as_it_is_anywhere() -> None:
    with pytest.raises(InvalidInput):
        read_filters(["gap>=1,5"])


def test_every_column_has_a_kind() -> None:
    figures = {"gap_base", "coverage", "eligible_offers", "asked", "interested", "declined"}
    assert TEXT_COLUMNS | AMOUNT_COLUMNS | DATE_COLUMNS | figures == set(COLUMNS)


def test_several_values_of_one_column_admit_any_of_them() -> None:
    texts = ("topic=metro", "topic=brt", "unit=USD", "unit=EUR", "country=ir")
    assert kept(*texts) == ["N-1"]
