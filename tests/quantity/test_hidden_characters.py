"""What a register refuses because it cannot be seen, and how such characters are shown."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.characters import find_hidden_character, is_blank, revealed

TEXTS = [
    "Mashhad",
    "مشهد",
    "کتاب\u200cخانه",  # a joiner between letters, as Persian is written
    "۱۰\u200cساله",
    "क्\u200dष",
    "👨\u200d👩\u200d👧",
    "❤\ufe0f",
    "two lines\nand a tab\t",
    "\u06dd۱۲",  # a sign around a number, which is seen
    "São Paulo\u00a0SP",
]


@pytest.mark.parametrize("text", TEXTS)
def test_texts_of_every_script_hide_nothing(text: str) -> None:
    assert find_hidden_character(text) is None
    assert revealed(text) == text
    assert not is_blank(text)


@pytest.mark.parametrize(
    ("text", "named", "shown"),
    [
        ("a\u202eb", "U+202E", "a<U+202E>b"),
        ("a\u2067b", "U+2067", "a<U+2067>b"),
        ("a\u200eb", "U+200E", "a<U+200E>b"),
        ("a\U000e0041b", "U+E0041", "a<U+E0041>b"),
        ("a\u00adb", "U+00AD", "a<U+00AD>b"),
        ("a\u2028b", "U+2028", "a<U+2028>b"),
        ("\ufeffa", "U+FEFF", "<U+FEFF>a"),
        ("a\u200c", "U+200C", "a<U+200C>"),
        ("\u200da", "U+200D", "<U+200D>a"),
        ("a\u200c b", "U+200C", "a<U+200C> b"),
        ("a\x1b[31m", "U+001B", "a<U+001B>[31m"),
    ],
)
def test_what_hides_is_named_and_shown(text: str, named: str, shown: str) -> None:
    assert find_hidden_character(text) == named
    assert revealed(text) == shown


@pytest.mark.parametrize(
    "text", [" ", "\u2800", "\u3164\u115f", "\u200b", "\ufe0f", "\u00a0\u2003"]
)
def test_blank_texts_are_known(text: str) -> None:
    assert is_blank(text)


def test_no_text_at_all_is_not_blank() -> None:
    assert not is_blank("")


@given(st.text())
def test_what_is_shown_hides_nothing_and_keeps_the_rest(text: str) -> None:
    shown = revealed(text)
    assert find_hidden_character(shown) is None
    assert (shown == text) is (find_hidden_character(text) is None)
    kept = [one for one in text if unicodedata.category(one) not in {"Cc", "Cf", "Cs", "Zl", "Zp"}]
    rest = iter(shown)
    assert all(one in rest for one in kept)  # in their order
