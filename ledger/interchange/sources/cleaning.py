"""Repair of text that was decoded wrongly before it was written into a file."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TypeAlias

Cell: TypeAlias = "str | dict[str, Cell] | list[Cell]"
"""Text as the file states it, a nested record, or a list."""

_SPACES = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2007": " "})


@lru_cache(maxsize=1)
def _repair() -> Callable[[str], str]:
    """Give the repair, with what it needs loaded."""
    import ftfy  # noqa: PLC0415 - only files that are to be repaired need it

    settings = ftfy.TextFixerConfig(
        unescape_html=True,
        remove_terminal_escapes=False,
        fix_latin_ligatures=False,
        fix_character_width=False,
        uncurl_quotes=False,
        fix_line_breaks=False,
        remove_control_chars=False,
        normalization=None,
        explain=False,
    )
    return lambda text: ftfy.fix_text(text, settings)


@lru_cache(maxsize=65_536)
def clean_text(text: str) -> str:
    """Repair text of another encoding read as Latin-1, HTML entities and no-break spaces."""
    if text.isascii() and "&" not in text:
        return text
    return _repair()(text).translate(_SPACES).strip()


def clean_cell(cell: Cell) -> Cell:
    """Repair all text of a cell."""
    if isinstance(cell, str):
        return clean_text(cell)
    if isinstance(cell, list):
        return [clean_cell(one) for one in cell]
    return clean_record(cell)


def clean_record(record: dict[str, Cell]) -> dict[str, Cell]:
    """Repair all text of a record, and the names in it."""
    return {clean_text(name): clean_cell(cell) for name, cell in record.items()}
