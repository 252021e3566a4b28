"""Every reading command on terminals of several widths: nothing cut, nothing too wide."""

from __future__ import annotations

import re
import shlex

import pytest
from every_command import every_command
from terminals import STYLE, Shown, piped, shown

from cli.framework.screen import longest_word
from ledger.reports.table import display_width

READS = (
    *("status", "gaps", "log", "report overview", "report coverage", "report offers"),
    *("report providers", "report cities", "report pipeline", "report pipeline --list"),
    *("report seats", "report partnerships", "report partnerships --openings"),
    *("report engagement", "report restrictions", "exchange standing metro"),
    *("exchange suggest metro", "match propose", "match list", "match show", "match worth"),
    *("match explain N-0001", "finding list", "journal list", "audit seals", "check"),
    *("need candidates N-0001", "offer candidates O-0001", "approach suggest N-0002"),
    *("city show MHD", "project show PRJ-0001", "need show N-0001", "offer show O-0001"),
    *("deal show D-0001", "provider show SHAHR", "partnership show PA-0001"),
    *("body show METROPOLIS", "office show asia", "meeting show MT-0001", "history city:MHD"),
    *("rates show", "settings list", "unit list", "topic list", "codes sectors", "doctor"),
    *("config list", "config path", "help configuration"),
    "query 'SELECT * FROM v_city'",
    *(f"{name} list" for name in ("city", "project", "need", "offer", "deal", "provider")),
    *(f"{name} list" for name in ("partnership", "undertaking", "seat", "body", "meeting")),
    *(f"{name} list" for name in ("attendance", "motion", "target", "credential", "approach")),
    *(f"{name} list" for name in ("restriction", "exemption", "office")),
)
PLACES = (
    (40, {"LC_ALL": "fa_IR.UTF-8"}),
    (80, {"LC_ALL": "C", "NO_COLOR": "1"}),
    (120, {"LC_ALL": "POSIX", "TERM": ""}),
    (200, {"LC_ALL": "fa_IR.UTF-8"}),
)


def too_wide(said: Shown, columns: int) -> list[str]:
    """Give the lines wider than the terminal that could have been broken between words."""
    return [
        line
        for line in said.lines
        if display_width(line) > columns and longest_word(line) + _indent(line) < columns
    ]


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def words_of(said: Shown) -> set[str]:
    """Give every word with a letter or a digit."""
    return {word for line in said.lines for word in line.split() if re.search(r"\w", word)}


@pytest.mark.parametrize("line", READS)
def test_no_word_is_cut_and_no_line_too_wide(screened: str, line: str) -> None:
    words = shlex.split(line)
    if line == "status":  # which says once what is new since somebody looked
        piped(screened, words)
    plain = piped(screened, words)
    assert plain.code in {0, 1}, plain
    for columns, environment in PLACES if line in READS[::4] else PLACES[:2]:
        said = shown(screened, words, columns, **environment)
        assert said.code == plain.code, said
        assert too_wide(said, columns) == []
        assert "Traceback" not in said.text
        if environment.keys() & {"NO_COLOR", "TERM"}:
            assert STYLE.search(said.text) is None
        assert cut_words(said, plain) == set()


def cut_words(said: Shown, plain: Shown) -> set[str]:
    """Give the words on a terminal that are a part of a longer word of the whole answer."""
    if "Nothing to show." in said.lines:
        return set()
    whole = words_of(plain)
    of_hidden_columns = {"or", "on."}  # as in: Hidden columns: Until or Review on.
    strange = words_of(said) - whole - of_hidden_columns
    return {word for word in strange if any(word in other for other in whole)}


COMMANDS = sorted(name for name, command in every_command() if not command.hidden)


def test_help_and_refusals_fit(screened: str) -> None:
    for number, name in enumerate(COMMANDS):
        columns = (40, 80)[number % 2]
        for more in ("--help", "--no-such-option"):
            said = shown(screened, [*name.split(), more], columns, NO_COLOR="1")
            assert said.code in {0, 2}, (name, said)
            assert "Traceback" not in said.text
            assert STYLE.search(said.text) is None, name
            if more != "--help":
                assert too_wide(said, columns) == [], name


@pytest.mark.parametrize("columns", [40, 80, 120, 200])
def test_deals_are_listed_with_provider_city_project_and_state(screened: str, columns: int) -> None:
    lines = shown(screened, ["deal", "list"], columns, NO_COLOR="1").lines
    said = " ".join(lines).split("Hidden columns")[0]
    for heading in ("Deal", "State", "Provider", "City", "Title"):
        assert re.search(rf"\b{heading}\b", said), (heading, lines)
