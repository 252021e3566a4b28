"""Write a rule to start from for a foreign file: its columns with what they hold, and a skeleton.

What a column is for is guessed from its name alone. What is not known is left as FILL-IN, which no
import takes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Final

from ledger.core.text import counted
from ledger.interchange.mapping.foreign_cells import date_form, number_form
from ledger.interchange.mapping.paths import ALL, TEXT
from ledger.interchange.sources import Source

ROWS: Final = 1000
"""So many rows are looked at."""
_EXAMPLES: Final = 3
_LONGEST: Final = 40
_FEW_WORDS: Final = 8
_NUMBERS: Final = ("plain", "scientific", "1,234.5", "1.234,5", "1 234,5")
_DATES: Final = ("iso", "day-first", "named-months", "%m/%d/%Y", "%Y/%m/%d", "%Y%m%d")
_WORDS_FOR_NOTHING: Final = ("NA", "N/A", "n/a", "-", "null", "NULL", "None", "unknown")
_NAMED: Final = {
    "id": r"(^|[^a-z])(id|ref|no|code|number|identifier)($|[^a-z])",
    "title": r"title|project.?name|^name$|description|^what$",
    "city": r"city|town|municipal|locality",
    "country": r"country|iso.?[23]|nation",
    "quantity": r"cost|amount|budget|value|required|request|sum|total",
    "unit": r"currency|^unit$",
}
"""What a column may be for, by what is in its name."""
_ENDS_AS_ID: Final = re.compile(r"[a-z](ID|Id|Ref|No|Code)$")


@dataclass(slots=True)
class _Column:
    """What a column was seen to hold."""

    filled: int = 0
    words: dict[str, int] = field(default_factory=dict)

    def add(self, text: str) -> None:
        self.filled += 1
        if text in self.words or len(self.words) <= ROWS:
            self.words[text] = self.words.get(text, 0) + 1

    def kind(self) -> str:
        """Describe what the column holds, as far as all its cells agree."""
        told = [one for one in self.words if one not in _WORDS_FOR_NOTHING]
        for form in _NUMBERS:
            if told and all(number_form(form).read(one) is not None for one in told):
                return "numbers" if form == "plain" else f"numbers such as {form}"
        for form in _DATES:
            if told and all(date_form(form)(one) is not None for one in told):
                return f"dates ({form})"
        return "few words" if len(told) <= _FEW_WORDS < self.filled else "text"


def learn_rule(source: Source) -> str:
    """Give the TOML of a rule to start from for a file that is open for reading."""
    columns: dict[str, _Column] = {name: _Column() for name in source.columns or ()}
    count = 0
    for count, (_, record) in enumerate(islice(source.rows(), ROWS), 1):  # noqa: B007 - kept
        for path, text in _cells(record):
            column = columns.setdefault(path, _Column())
            if text:
                column.add(text)
    columns = _as_lists(columns)
    return "\n".join([*_head(source, columns, count), *_skeleton(columns, count)]) + "\n"


def _as_lists(columns: Mapping[str, _Column]) -> dict[str, _Column]:
    """Give what is a list in one row and one item in another under the path of the list."""
    lists = {
        path[: at + len(ALL)] for path in columns for at in range(len(path)) if path[at:][:2] == ALL
    }
    merged: dict[str, _Column] = {}
    for path, seen in columns.items():
        whole = ""
        for step in path.split("."):
            whole = f"{whole}.{step}".lstrip(".")
            whole += ALL if f"{whole}{ALL}" in lists else ""
        into = merged.setdefault(whole, _Column())
        into.filled += seen.filled
        for word, count in seen.words.items():
            into.words[word] = into.words.get(word, 0) + count
    return merged


def _cells(record: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    """Give the paths of a record with the texts there; of lists those of all items."""
    for name, node in record.items():
        path = f"{before}{name}" if name != TEXT else before.rstrip(".")
        yield from _texts(path, node)


def _texts(path: str, node: Any) -> Iterator[tuple[str, str]]:
    if isinstance(node, dict):
        yield from _cells(node, f"{path}.")
    elif isinstance(node, list):
        for item in node:
            yield from _texts(f"{path}[]" if not path.endswith("[]") else path, item)
    else:
        yield path, str(node)


def _head(source: Source, columns: Mapping[str, _Column], count: int) -> Iterator[str]:
    """Give the columns as a comment, and what the rule says of itself and of the file."""
    path = Path(source.name)
    name = re.sub(r"[^a-z0-9]+", "-", path.stem.casefold()).strip("-")[:64].strip("-") or "my-rule"
    looked = f"first {count:,} rows" if count == ROWS else counted(count, "row")
    yield f"# An import rule to start from, made from the columns of {path.name} ({looked})."
    yield "# Correct what is FILL-IN, drop what the file does not have, and try it:"
    yield f"#   cityfund import {path.name} --rules {name}.toml --dry-run"
    yield "#"
    for column, seen in columns.items():
        examples = ", ".join(_short(one) for one in islice(seen.words, _EXAMPLES))
        yield f"# {column}: {seen.filled:,} filled, {seen.kind()}: {examples}".rstrip(": ")
    missing = [
        word for word in _WORDS_FOR_NOTHING if any(word in one.words for one in columns.values())
    ]
    yield from ("", "[about]", f"name = {_quoted(name)}", f"title = {_quoted(path.stem)}")
    yield from ('source = "FILL-IN"', 'licence = "FILL-IN"', "", "[source]")
    yield f"names = [{_quoted(path.name)}]"
    if missing:
        yield f"missing = [{', '.join(map(_quoted, missing))}]"
    kinds = [one.kind() for one in columns.values()]
    written = [one.removeprefix("numbers such as ") for one in kinds if "such as" in one]
    if written:
        yield f"numbers = {_quoted(written[0])}"
    yield ""


def _skeleton(columns: Mapping[str, _Column], count: int) -> Iterator[str]:
    """Give a project with its city and a need of money for each row."""
    found = {what: _named(columns, pattern, count, what) for what, pattern in _NAMED.items()}
    identity = found["id"]
    value = {what: _value(column) for what, column in found.items()}
    dates = [name for name, one in columns.items() if one.kind().startswith("dates")]
    town = f"{{{found['country'] or 'FILL-IN'}}}-{{{found['city'] or 'FILL-IN'}}}"
    known = found["country"] is not None and found["city"] is not None
    city = f"{{ template = {_quoted(town)}, slug = true }}" if known else '"FILL-IN"'
    yield "[row]"
    yield f"template = {_quoted(f'X-{{{identity}}}' if identity else 'FILL-IN')}"
    yield from ("", "[[output]]", 'table = "cities"', "", "[output.columns]", f"code = {city}")
    yield f"name = {value['city']}"
    country = found["country"]
    lookup = f'{{ column = {_quoted(country)}, lookup = "country" }}' if country else '"FILL-IN"'
    yield f"country = {lookup}"
    yield from ("", "[[output]]", 'table = "projects"', "", "[output.columns]")
    yield from ('code = { template = "{row}" }', f"title = {value['title']}", f"city = {city}")
    yield 'sector = "FILL-IN"  # cityfund codes sectors'
    yield from ("", "[[output]]", 'table = "needs"', "", "[output.columns]")
    yield from ('code = { template = "{row}-MONEY" }', 'project = { template = "{row}" }')
    yield from ('factor = "money"', f"quantity = {value['quantity']}", f"unit = {value['unit']}")
    if dates:
        form = columns[dates[0]].kind().removeprefix("dates (").removesuffix(")")
        yield f"declared_on = {{ column = {_quoted(dates[0])}, date = {_quoted(form)} }}"


def _named(columns: Mapping[str, _Column], pattern: str, count: int, what: str) -> str | None:
    """Give the first column whose name says what it is for, and whose cells can be that."""
    fitting = [
        name
        for name, seen in columns.items()
        if (re.search(pattern, name.casefold()) or (what == "id" and _ENDS_AS_ID.search(name)))
        and "[]" not in name
        and seen.filled
    ]
    if what == "id":
        fitting = [one for one in fitting if len(columns[one].words) == count] or fitting
    if what == "quantity":
        fitting = [one for one in fitting if columns[one].kind().startswith("numbers")]
    return fitting[0] if fitting else None


def _value(column: str | None) -> str:
    return '"FILL-IN"' if column is None else f"{{ column = {_quoted(column)} }}"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"


def _quoted(text: str) -> str:
    """Write a text as TOML does."""
    inner = "".join(_escaped(text))
    return f'"{inner}"'


def _escaped(text: str) -> Iterable[str]:
    for one in text:
        if one in {'"', "\\"}:
            yield f"\\{one}"
        elif ord(one) < ord(" ") or one == "\x7f":
            yield f"\\u{ord(one):04X}"
        else:
            yield one
