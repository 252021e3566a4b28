"""Templates of letters and briefs, as Markdown or HTML; a fund can use one of its own.

A template has placeholders such as $provider or ${provider}. The values are escaped, so a title
never becomes markup. A placeholder that the letter has no value for is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from functools import partial
from html import escape
from importlib.resources import files
from string import Template
from typing import Final

from ledger.core.errors import InvalidInput
from ledger.core.suggest import did_you_mean

MARKDOWN, HTML = "md", "html"
STYLES: Final = (MARKDOWN, HTML)


class Letter(StrEnum):
    """What can be written, each with a template of its name."""

    APPROACH = "approach"
    DEAL = "deal"
    PROJECT = "project"


class BadTemplate(InvalidInput, code="bad-template"):
    """A template has a placeholder that the letter has no value for, or one that is not closed."""

    default_why = "A placeholder is a $ with a name; a $ of the text itself is written $$."
    default_next = "Correct the template, or leave --template out to use the one of the program."


def shipped_template(letter: Letter, style: str) -> str:
    """Read the template that the program comes with."""
    folder = files("ledger.letters").joinpath("templates")
    return folder.joinpath(f"{letter}.{style}").read_text(encoding="utf-8")


def letter_in(
    letter: Letter, style: str, translate: Callable[[str], str], language: str, direction: str
) -> str:
    """Return the shipped template in a language, whose direction HTML states."""
    text = shipped_template(letter, style)
    if language == "en":
        return text
    text = translated(text, style, translate)
    if style == HTML:
        return text.replace('<html lang="en">', f'<html lang="{language}" dir="{direction}">', 1)
    return text


def fill(
    template: str, values: Mapping[str, str], style: str, in_markdown: Callable[[str], str]
) -> str:
    """Put the values into a template; `in_markdown` escapes one line. Raises `BadTemplate`."""
    written = Template(template)
    if not written.is_valid():
        raise BadTemplate("The template has a $ that begins no placeholder.")
    for name in written.get_identifiers():
        if name not in values:
            raise BadTemplate(
                f"The template has the placeholder ${name}, and this letter has no such value.",
                why=f"Its values are: {', '.join(values)}.",
                next_step=did_you_mean(name, values) or None,
            )
    escaped = _as_html if style == HTML else partial(_as_markdown, in_markdown)
    return written.substitute({name: escaped(value) for name, value in values.items()})


_HTML_TEXT: Final = re.compile(r"(>)([^<>]*[^<>\s][^<>]*)(<)")
_MARKDOWN_TEXT: Final = re.compile(
    r"(\A|\n)((?:- |#+ |\*\*)?)([^\n].*?)((?:\*\*)?)(?=\n\n|\n- |\n*\Z)", re.DOTALL
)
_ONLY_A_VALUE: Final = re.compile(r"\$\w+")


def messages_of(template: str, style: str) -> list[str]:
    """Give the texts of a shipped template that are translated, each on one line."""
    found: list[str] = []

    def take(text: str) -> str:
        found.append(text)
        return text

    translated(template, style, take)
    return list(dict.fromkeys(found))


def translated(template: str, style: str, translate: Callable[[str], str]) -> str:
    """Translate the texts of a shipped template; what is only a value stays as it is."""
    pattern = _HTML_TEXT if style == HTML else _MARKDOWN_TEXT

    def replaced(match: re.Match[str]) -> str:
        *before, text, after = match.groups()
        plain = " ".join(text.split())
        if not _ONLY_A_VALUE.fullmatch(plain):
            text = translate(plain)
        return f"{''.join(before)}{text}{after}"

    return pattern.sub(replaced, template)


def _as_html(value: str) -> str:
    """Escape a value; lines that begin with a hyphen stay a list of their own."""
    lines = value.splitlines()
    if _is_list(lines):
        items = "".join(f"<li>{escape(line[2:])}</li>" for line in lines)
        return f"<ul>{items}</ul>"
    return "<br>".join(escape(line) for line in lines)


_STARTS_A_BLOCK: Final = re.compile(r"^(?:(\d+)(?=[.)](?:\s|$))|(?=[#>+=-]))")
"""Where a backslash keeps a line from being a heading, a list or a quotation."""


def _as_markdown(escaped: Callable[[str], str], value: str) -> str:
    """Escape a value line by line; lines that begin with a hyphen stay a list."""
    lines = value.splitlines()
    if _is_list(lines):
        return "\n".join(f"- {escaped(line[2:])}" for line in lines)
    return "\n".join(_STARTS_A_BLOCK.sub(r"\1\\", escaped(line)) for line in lines)


def _is_list(lines: Sequence[str]) -> bool:
    return bool(lines) and all(line.startswith("- ") for line in lines)
