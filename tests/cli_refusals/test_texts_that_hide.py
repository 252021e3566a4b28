"""Names and codes in which something hides are refused; free text keeps it, and shows it."""

from __future__ import annotations

import json
import sys

import pytest
from officer import Officer

from ledger.core.characters import revealed

pytestmark = pytest.mark.only_on("sqlite")

HIDING = {
    "override": "Mash\u202ehad",
    "isolate": "Mash\u2066had",
    "mark of direction": "Mashhad\u200e",
    "tag": "Mash\U000e0041had",
    "soft hyphen": "Mash\u00adhad",
    "joiner at the end": "مشهد\u200c",
    "nothing but Braille": "\u2800",
    "nothing but fillers": "\u3164\u115f",
}


@pytest.mark.parametrize("name", HIDING.values(), ids=HIDING)
def test_a_name_that_hides_something_is_refused(officer: Officer, name: str) -> None:
    officer.refused(f"city add '{name}' --code MHD --country IR", 3)


@pytest.mark.parametrize("code", ["---", "...", "_", "\u2800", "M\u200cD", "M\u202eD", "\u3164"])
def test_a_code_without_letters_or_with_hidden_ones_is_refused(officer: Officer, code: str) -> None:
    officer.refused(f"city add Mashhad --code={code} --country IR", 3)


@pytest.mark.parametrize("code", ["---", "...", "\u2800", "_"])
@pytest.mark.parametrize("line", ["show -- {}", "need show -- {}", "find -- {}", "log --about={}"])
def test_such_a_code_is_looked_for_and_not_found(officer: Officer, line: str, code: str) -> None:
    assert officer.tries(line.format(code)).code in {0, 3, 5}


def test_persian_names_keep_their_joiners(officer: Officer) -> None:
    officer.says("city add 'کتاب\u200cخانه' --code KTB --country IR")
    assert officer.asks("city show KTB")["name"] == "کتاب\u200cخانه"


def test_a_note_keeps_its_marks_and_shows_them(
    officer: Officer, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer.says("city add Mashhad --code MHD --country IR")
    typed = "before\u200eafter\u00adwards"
    officer.says("note add MHD", typed)
    assert typed in json.loads(officer.says("note list --json"))["rows"][0]["text"]
    assert "before<U+200E>after<U+00AD>wards" in officer.says("note list")
    assert "before&lt;U+200E>after&lt;U+00AD>wards" in officer.says("note list --format md")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    for style in ("json", "ndjson", "csv", "tsv", "md"):
        shown = officer.says("note list --format", style)
        assert "U+200E" in shown
        assert revealed(shown) == shown
