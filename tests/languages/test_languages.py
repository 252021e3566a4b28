"""Languages: complete catalogues, compiled as they are; figures and days as each writes them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal

import catalogue
import jdatetime
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.partial_dates import PartialDate
from ledger.core.quantity import Unit
from ledger.letters.templates import STYLES, Letter, letter_in, shipped_template
from ledger.reports.language import LANGUAGES, UnknownLanguage, language_named
from ledger.reports.table import Column

EUR = Unit("EUR", 2, "money", "Euro")
DAYS = Unit("person-day", 2, "work", "person-day")
FA, EN = language_named("fa"), language_named(None)
OTHERS = [code for code in LANGUAGES if code != "en"]
PLACES = re.compile(r"\{\w+\}|\$\w+")


@pytest.mark.parametrize("code", OTHERS)
def test_the_catalogue_is_up_to_date_and_compiled(code: str) -> None:
    """Run python tests/languages/catalogue.py where this fails."""
    catalog = catalogue.read(code)
    found = catalogue.messages()
    # A heading that is new or gone falls back to English, until the script is run again.
    needed = {text for text, about in found.items() if about != "heading"}
    stale = [one for one in catalog if one.id and one.id not in found]
    assert needed - {one.id for one in catalog} == set()
    assert [one.id for one in stale if one.auto_comments != ["heading"]] == []
    assert catalogue.path_of(code).read_bytes() == catalogue.po_bytes(catalog)
    assert catalogue.path_of(code, "mo").read_bytes() == catalogue.mo_bytes(catalog)


@pytest.mark.parametrize("code", OTHERS)
def test_every_text_is_translated_with_its_places(code: str) -> None:
    for one in catalogue.read(code):
        if one.id:
            assert one.string, one.id
            assert not one.fuzzy
            assert {*PLACES.findall(one.id)} == {*PLACES.findall(one.string)}


def test_figures_and_days_in_persian() -> None:
    assert FA.number("1234567.50") == "۱٬۲۳۴٬۵۶۷٫۵۰"
    assert FA.amount(123456789, EUR) == "۱٬۲۳۴٬۵۶۷٫۸۹ EUR"
    assert FA.amount(150, DAYS) == "۱٫۵۰ نفر-روز"
    assert FA.short(68_000_000_000, EUR) == "۶۸۰ میلیون EUR"
    assert FA.share(Decimal("0.1052")) == "۱۰٫۵۲٪"
    assert FA.day(date(2026, 11, 29)) == "۱۴۰۵/۰۹/۰۸ (2026-11-29)"
    assert FA.partial(PartialDate("1993")) == "۱۹۹۳"
    assert FA.partial(PartialDate("2026-03-21")) == "۱۴۰۵/۰۱/۰۱ (2026-03-21)"
    moment = datetime(2026, 11, 29, 8, 30, tzinfo=UTC)
    assert FA.moment(moment) == "۱۴۰۵/۰۹/۰۸ (2026-11-29) ۰۸:۳۰:۰۰ +0000"
    assert [FA.number(None), FA.share(None), FA.short(None, EUR)] == ["نامعلوم"] * 3
    assert FA.city("Mashhad", "مشهد") == "مشهد"
    assert [FA.city("Tokyo", "東京"), EN.city("Mashhad", "مشهد")] == ["Tokyo", "Mashhad"]
    assert FA.prose("12 of 1,300 in N-0001") == "۱۲ of ۱٬۳۰۰ in N-0001"


def test_english_is_the_text_of_the_program() -> None:
    assert (EN.text("Gap"), EN.text(""), FA.text("")) == ("Gap", "", "")
    assert EN.amount(123456789, EUR) == "1,234,567.89 EUR"
    assert EN.short(68_000_000_000, EUR) == "680M EUR"
    assert (EN.day(date(2026, 11, 29)), EN.day(None), FA.day(None)) == ("2026-11-29", "", "")
    assert (EN.direction, FA.direction, FA.rtl) == ("ltr", "rtl", True)


@given(st.dates(date(1921, 3, 21), date(2120, 1, 1)))
def test_a_jalali_day_can_be_typed_back(day: date) -> None:
    jalali, _, gregorian = FA.day(day).partition(" ")
    parts = [int(one) for one in jalali.split("/")]
    assert jdatetime.date(*parts).togregorian() == day
    assert gregorian == f"({day})"


@given(st.integers(0, 4 * 10**18))
def test_an_amount_keeps_every_digit(amount: int) -> None:
    plain = FA.amount(amount, EUR).removesuffix(" EUR")
    latin = plain.translate(str.maketrans("۰۱۲۳۴۵۶۷۸۹٫", "0123456789.", "٬"))
    assert Decimal(latin) == Decimal(amount) / 100


def test_headings_of_columns_are_translated_and_their_keys_stay() -> None:
    made = FA.columns([Column("gap", "Gap", kind="amount", absent="unknown"), Column("x", "Mine")])
    assert [(one.key, one.heading, one.absent) for one in made] == [
        ("gap", "کمبود", "نامعلوم"),
        ("x", "Mine", ""),
    ]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("letter", Letter)
def test_letters_keep_their_shape_and_values_in_every_language(letter: Letter, style: str) -> None:
    shipped = shipped_template(letter, style)
    assert letter_in(letter, style, EN.text, "en", "ltr") == shipped
    made = letter_in(letter, style, FA.text, "fa", "rtl")
    assert sorted(PLACES.findall(made)) == sorted(PLACES.findall(shipped))
    words = re.sub(r"<[^>]*>|\$\w+|&\w+;", "", made)
    assert not re.search("[A-Za-z]{3}", words), words
    if style == "html":
        assert '<html lang="fa" dir="rtl">' in made
        assert re.findall("<[a-z0-9]+", made) == re.findall("<[a-z0-9]+", shipped)
    else:
        assert len(made.split("\n\n")) == len(shipped.split("\n\n"))


@pytest.mark.parametrize("code", ["xx", "farsi", "fa-IR", " "])
def test_a_language_without_a_catalogue_is_refused(code: str) -> None:
    with pytest.raises(UnknownLanguage):
        language_named(code)
    assert language_named("FA") is not None


@pytest.mark.parametrize(("count", "said"), [(1, "1 approach withdrawn"), (2, "2 approaches w")])
def test_one_is_counted_as_one(count: int, said: str) -> None:
    texts = (
        "Left out: {count} approach withdrawn, recorded in error.",
        "Left out: {count} approaches withdrawn, recorded in error.",
    )
    assert said in language_named("en").counted(count, *texts)
    assert language_named("fa").counted(1, *texts) == language_named("fa").say(texts[1], count="۱")
