"""The key by which topics and references are compared."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.text import commonest_spellings, text_key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Metro", "metro"),
        ("metro-line", "Metro  line"),
        ("metro_line", "metro\u2010line"),
        (" -metro_ ", "METRO"),
        ("ｍｅｔｒｏ", "metro"),
        ("straße", "STRASSE"),
        ("مونوریل", "مونوريل"),
        ("متروى", "متروی"),
        ("كابل", "کابل"),
        ("می\u200cشود", "میشود"),
        ("مِتـرو", "مترو"),
        ("رحمٰن", "رحمن"),
        ("\u200ePAY-1", "pay 1"),
        ("pay\u00ad-1", "pay-1"),
        ("e\u200d\u0301t", "ét"),
    ],
)
def test_spellings_of_one_topic_have_one_key(one: str, other: str) -> None:
    assert text_key(one) == text_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("metro line", "metroline"),
        ("résumé", "resume"),
        ("متری", "متریه"),
        ("مسئول", "مسول"),
        ("PAY-1", "PAY-11"),
        ("PAY/1", "PAY-1"),
        ("metro\u2013line", "metro line"),
        ("هة", "هه"),
    ],
)
def test_nothing_else_is_alike(one: str, other: str) -> None:
    assert text_key(one) != text_key(other)


@given(st.text())
def test_a_key_is_its_own_key(text: str) -> None:
    assert text_key(text_key(text)) == text_key(text)


@given(st.text(), st.text())
def test_spaces_around_and_case_never_count(text: str, other: str) -> None:
    joined = text_key(f"{text} {other}")
    assert text_key(f"\t{text}_-{other}  ") == joined


def test_the_commonest_spelling_is_shown_and_the_first_of_equally_common_ones() -> None:
    assert commonest_spellings(["Metro", "metro", "metro", "Bus", "bus"]) == {
        "metro": "metro",
        "bus": "Bus",
    }
