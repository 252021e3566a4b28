"""Templates of letters and briefs, as Markdown or HTML; a fund can use one of its own.

A template has placeholders such as $provider or ${provider}. In HTML the values are escaped, so a
title never becomes markup. A placeholder that the letter has no value for is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
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


def fill(template: str, values: Mapping[str, str], style: str) -> str:
    """Put the values into a template. Raises `BadTemplate`."""
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
    shown = values
    if style == HTML:
        shown = {name: _as_html(value) for name, value in values.items()}
    return written.substitute(shown)


def _as_html(value: str) -> str:
    """Escape a value; lines that begin with a hyphen stay a list of their own."""
    lines = value.splitlines()
    if lines and all(line.startswith("- ") for line in lines):
        items = "".join(f"<li>{escape(line[2:])}</li>" for line in lines)
        return f"<ul>{items}</ul>"
    return "<br>".join(escape(line) for line in lines)
