"""Templates of import rules: text with the names of columns in braces, compiled once per rule."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache

from ledger.interchange.mapping.paths import CHOICE

_PIECE = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]|[^{}]+")
_NAME = re.compile(rf"(?:[^{{}}\[\]!]|{CHOICE})+")


def placeholders(template: str) -> tuple[str, ...]:
    """Give the names in a template's braces; ValueError for anything but plain `{name}`."""
    return tuple(name for _, name in _pieces(template) if name)


@cache
def _pieces(template: str) -> tuple[tuple[str, str | None], ...]:
    """Give the parts of a template in order: a literal, or the name of a column; `{{` is a brace.

    Formatting languages reach into objects; a rule names columns and nothing else.
    """
    pieces: list[tuple[str, str | None]] = []
    for match in _PIECE.finditer(template):
        text, name = match.group(), match.group(1)
        if text in {"{{", "}}"}:
            pieces.append((text[0], None))
        elif text in {"{", "}"}:
            raise ValueError(f"the template {template!r} has a stray brace")
        elif name is None:
            pieces.append((text, None))
        elif not _NAME.fullmatch(name):
            raise ValueError(f"in the template {template!r}, {{{name}}} is no plain column name")
        else:
            pieces.append(("", name))
    return tuple(pieces)


def compile_template(template: str) -> Callable[[Mapping[str, str]], str | None]:
    """Give what fills a template; it gives None where one of its columns is not there."""
    pieces = _pieces(template)
    names = [name for _, name in pieces if name]
    if len(pieces) == 1 and names:
        return lambda values, name=names[0]: values.get(name)  # type: ignore[misc]

    if len(names) == 1:
        (only,) = names
        place, texts = pieces.index(("", only)), [literal for literal, _ in pieces]
        before, after = "".join(texts[:place]), "".join(texts[place + 1 :])
        return lambda values: f"{before}{values[only]}{after}" if only in values else None

    def fill(values: Mapping[str, str]) -> str | None:
        try:
            return "".join([literal or values[name or ""] for literal, name in pieces])
        except KeyError:
            return None

    return fill


def compile_parts(parts: tuple[str, ...], between: str) -> Callable[[Mapping[str, str]], str]:
    """Give what fills several templates, without those that lack a column, with words between."""
    filled = [compile_template(part) for part in parts]
    if len(filled) == 1:
        only = filled[0]
        return lambda values: only(values) or ""

    def fill(values: Mapping[str, str]) -> str:
        texts = [one(values) for one in filled]
        return between.join([text for text in texts if text is not None])

    return fill


def fill_template(template: str, values: Mapping[str, str]) -> str:
    """Fill a template once; a column that is not there is empty."""
    return "".join(literal or values.get(name or "", "") for literal, name in _pieces(template))
