"""How a file is written where its rule does not say it: words that come with an import.

A shipped rule has not seen the file, and its user cannot change it. What refuses a file names the
command that reads it.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable
from typing import Any, Final

from pydantic import ValidationError

from ledger.core.errors import UsageError
from ledger.core.suggest import did_you_mean
from ledger.interchange.mapping.loading import parse_rule, shipped_rules
from ledger.interchange.mapping.rule import ForeignFile, ImportRule

KEYS: Final = ("encoding", "delimiter", "numbers", "sheet", "header", "rows", "format")
"""What of `[source]` an import may say of its file."""
_LISTED: Final = "listed"
"""The table of lists of names, which are screened and not imported."""
_SAID: Final = re.compile(rf"\b({'|'.join(KEYS)}) = ('[^']*'|[0-9]+)")
_IN_THE_RULE: Final = "in the rule"


class BadReading(UsageError, code="bad-reading"):
    """A reading of a file has a key that there is not, or a value that is not understood."""

    default_why = f"For a file that a rule reads, you can give: {', '.join(KEYS)}."
    default_next = "For example: --reading encoding=cp1252"


def with_reading(rule: ImportRule, words: Iterable[str]) -> ImportRule:
    """Give a rule with what is said of its file, each as KEY=VALUE; raises `BadReading`."""
    said: dict[str, str] = {}
    for word in words:
        key, equals, value = word.partition("=")
        if key not in KEYS or not equals:
            hint = did_you_mean(key, KEYS) or BadReading.default_next
            raise BadReading(f"{word!r} does not say how a file is written.", next_step=hint)
        if key in said:
            raise BadReading(f"The {key} of the file is given twice.")
        said[key] = value
    given: dict[str, Any] = rule.source.model_dump(exclude_unset=True)
    try:
        source = ForeignFile.model_validate(given | said)
    except ValidationError as error:
        found = error.errors(include_url=False)[0]
        what = found["msg"].removeprefix("Value error, ").rstrip(".")
        at_fault = [key for key in said if key in found["loc"]] or said
        words = ", ".join(f"{key}={said[key]}" for key in at_fault)
        raise BadReading(f"{words}: {what}.") from error
    return rule.model_copy(update={"source": source}) if said else rule


def with_command(hint: str, rule: ImportRule, file: str) -> str:
    """Give a hint that asks for a word of a shipped rule with the command that says it.

    Where only a rule can say it, that is how to copy the shipped one, to be changed.
    """
    said = _SAID.search(hint)
    if said is None and _IN_THE_RULE not in hint:
        return hint
    shipped = shipped_of(rule)
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
