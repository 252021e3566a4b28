"""Bars of text never lie: what is there shows, and only what is whole fills."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ledger.reports.bars import ASCII_GLYPHS, GLYPHS, legend, stage_bar

AMOUNTS = st.integers(0, 10**17)
STAGES = st.fixed_dictionaries(dict.fromkeys(("delivered", "committed", "held", "open"), AMOUNTS))


@given(STAGES, st.integers(4, 80))
def test_every_stage_that_holds_anything_shows_in_a_bar_of_full_width(
    stages: dict[str, int], width: int
) -> None:
    drawn = stage_bar(stages, width)
    assert len(drawn) == (width if any(stages.values()) else 0)
    assert set(drawn) == {GLYPHS[name] for name, amount in stages.items() if amount}


@given(AMOUNTS, AMOUNTS, st.integers(2, 80))
def test_only_a_whole_part_fills(part: int, rest: int, width: int) -> None:
    drawn = stage_bar({"delivered": part, "open": rest}, width, unicode=False)
    assert ("." in drawn) == (rest > 0)
    assert ("#" in drawn) == (part > 0)


def test_halves_are_halves_and_plain_letters_do() -> None:
    assert stage_bar({"delivered": 5, "open": 5}, 10) == "█████░░░░░"
    assert stage_bar({"committed": 1, "held": 1, "withdrawn": 9}, 4, unicode=False) == "==--"
    assert legend(unicode=False) == "# delivered  = committed  - held  . open"
    assert set(ASCII_GLYPHS) == set(GLYPHS)
