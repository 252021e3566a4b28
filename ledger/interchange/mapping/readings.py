"""How a file is written where its rule does not say it: words that come with an import.

A shipped rule has not seen the file, and its user cannot change it. What refuses a file names the
command that reads it.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping
from typing import Any, Final

from pydantic import ValidationError

from ledger.core.errors import UsageError
from ledger.core.suggest import did_you_mean
from ledger.interchange.mapping.loading import parse_rule, shipped_rules
from ledger.interchange.mapping.rule import ForeignFile, ImportRule
from ledger.interchange.sources.encodings import named_encoding
from ledger.interchange.sources.errors import UnknownFormat
from ledger.interchange.sources.opening import FORMATS, WORKBOOKS
from ledger.interchange.sources.records import Source

KEYS: Final = ("encoding", "delimiter", "numbers", "sheet", "header", "rows", "format")
"""What of `[source]` an import may say of its file."""
_LISTED: Final = "listed"
"""The table of lists of names, which are screened and not imported."""
_SAID: Final = re.compile(rf"\b({'|'.join(KEYS)}) = ('[^']*'|[0-9]+)")
_IN_THE_RULE: Final = "in the rule"


_EXAMPLES: Final = {
    "encoding": "encoding=cp1252",
    "delimiter": "'delimiter=;', and for a tab --reading format=tsv",
    "numbers": "numbers=1.234,5",
    "sheet": "sheet=Data",
    "header": "header=5",
    "rows": "rows=grants",
    "format": "format=csv",
}
_TEXTS: Final = frozenset({"csv", "tsv", "json", "ndjson", "xml"})
_TABLES: Final = frozenset({"csv", "tsv", *WORKBOOKS})
_READ_BY: Final = {
    "encoding": (_TEXTS, "says its encoding itself"),
    "delimiter": (frozenset({"csv", "tsv"}), "has no delimiter"),
    "sheet": (WORKBOOKS, "has no sheets"),
    "header": (_TABLES, "has no row of names"),
    "rows": (frozenset({"json", "xml"}), "has its records in one place only"),
}
"""The formats of which a word says something, and why it says nothing of others."""


class BadReading(UsageError, code="bad-reading"):
    """A reading of a file has a key that there is not, or a value that is not understood."""

    default_why = f"For a file that a rule reads, you can give: {', '.join(KEYS)}."
    default_next = "For example: --reading encoding=cp1252"


def with_reading(rule: ImportRule, words: Iterable[str]) -> ImportRule:
    """Give a rule with what is said of its file, each as KEY=VALUE; raises `BadReading`."""
    said = _by_key(words)
    given: dict[str, Any] = rule.source.model_dump(exclude_unset=True)
    try:
        source = ForeignFile.model_validate(given | said)
    except ValidationError as error:
        found = error.errors(include_url=False)[0]
        what = found["msg"].removeprefix("Value error, ").rstrip(".")
        at_fault = [key for key in said if key in found["loc"]] or [*said]
        given_so = ", ".join(f"{key}={_shown(said[key])}" for key in at_fault)
        raise BadReading(f"{given_so}: {what}.", next_step=_example(at_fault[0])) from error
    _require_known(said)
    return rule.model_copy(update={"source": source}) if said else rule


def _by_key(words: Iterable[str]) -> dict[str, str]:
    """Give the value of each key that is said; raises `BadReading`."""
    said: dict[str, str] = {}
    for word in words:
        key, equals, value = word.partition("=")
        if key not in KEYS or not equals:
            hint = did_you_mean(key, KEYS) or BadReading.default_next
            raise BadReading(f"{word!r} does not say how a file is written.", next_step=hint)
        if key in said:
            raise BadReading(f"The {key} of the file is given twice.")
        said[key] = value
    return said


def _shown(value: str) -> str:
    return value if value.isprintable() else repr(value)


def _example(key: str) -> str:
    return f"For example: --reading {_EXAMPLES[key]}"


def _require_known(words: Mapping[str, str]) -> None:
    """Refuse an encoding or a format that there is not; raises `BadReading`."""
    try:
        named_encoding(words.get("encoding"))
    except UnknownFormat as error:
        what = f"encoding={words['encoding']}: {error.what}"
        raise BadReading(what, why=error.why, next_step=_example("encoding")) from error
    form = words.get("format")
    if form is not None and form not in FORMATS:
        raise BadReading(
            f"format={form}: There is no format {form!r}.",
            why=UnknownFormat.default_why,
            next_step=did_you_mean(form, FORMATS) or _example("format"),
        )


def require_use(words: Iterable[str], source: Source) -> None:
    """Refuse what is said of a file in whose format it says nothing; raises `BadReading`."""
    for key, value in _by_key(words).items():
        formats, reason = _READ_BY.get(key, (None, ""))
        if key == "format" and value != source.format:
            reason = "is told by its first bytes"
        elif formats is None or source.format in formats:
            continue
        raise BadReading(
            f"{key}={value}: {source.name} is {source.format}, which {reason}.",
            why="What is said of a file would not be heeded.",
            next_step=f"Leave out --reading {key}={value}.",
        )


def with_command(hint: str, rule: ImportRule, file: str, words: Iterable[str] = ()) -> str:
    """Give a hint that asks for a word of a shipped rule with the command that says it.

    Where only a rule can say it, that is how to copy the shipped one, to be changed. Of `words`
    that came with the command the option is named, whatever the rule.
    """
    by_option = _by_key(words)
    for key, value in by_option.items():
        hint = hint.replace(f"`{key}` {_IN_THE_RULE}", f"--reading {key}={value}")
    said = _SAID.search(hint)
    if said is None and _IN_THE_RULE not in hint:
        return hint
    shipped = shipped_of(rule)
    if shipped is None and said is not None and said[1] in by_option:
        value = said[2].strip("'")
        option = shlex.quote(f"{said[1]}={value}")
        return f"{hint[: said.start()]}--reading {option}{hint[said.end() :]}"
    if shipped is None:
        return hint
    name = rule.about.name
    if said is None:
        copied = f"cityfund import FILE --rules {name} --learn COPY.toml"
        return f"{hint} Say it in a copy of the rule: {copied}"
    words = {key: getattr(rule.source, key) for key in KEYS}
    given = {key: word for key, word in words.items() if word != getattr(shipped.source, key)}
    given[said[1]] = "NAME" if said[1] == "rows" else said[2].strip("'")  # there an example
    options = " ".join(f"--reading {shlex.quote(f'{key}={word}')}" for key, word in given.items())
    verb = "screen" if rule.output[0].table == _LISTED else "import"
    path = "-" if file == "standard input" else shlex.quote(file)
    before = hint[: said.start()].replace(f" {_IN_THE_RULE}", "")
    command = f"cityfund {verb} {path} --rules {name} {options}"
    return f"{before}{command}{hint[said.end() :].rstrip('.')}"


def shipped_of(rule: ImportRule) -> ImportRule | None:
    """Give the shipped rule that a rule is, whatever is said of its file; None for others."""
    name = rule.about.name
    text = shipped_rules().get(name)
    if text is None:
        return None
    shipped = parse_rule(text, f"{name}.toml")
    said = {key: getattr(rule.source, key) for key in KEYS}
    alike = shipped.source.model_copy(update=said)
    return shipped if shipped.model_copy(update={"source": alike}) == rule else None
