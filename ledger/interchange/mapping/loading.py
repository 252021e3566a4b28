"""Find, read and understand the TOML file of an import rule."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ledger.core.errors import InvalidInput, NotFound, StorageTrouble
from ledger.core.files import parse_toml, read_at_most
from ledger.core.suggest import did_you_mean
from ledger.interchange.mapping.rule import ImportRule
from ledger.interchange.problems import ImportProblem, ImportRefused

MAX_RULE_BYTES = 1024 * 1024


class UnknownRule(NotFound, code="unknown-rule"):
    """No import rule of that name is shipped, and no file lies there."""

    default_why = "A rule is named by its shipped name or by the path of its TOML file."


class CannotReadRule(StorageTrouble, code="cannot-read-rule"):
    """The file of an import rule cannot be read."""

    default_why = "A rule is one small TOML file."
    default_next = "Check that it is the rule you mean, and that you may read it."


class BrokenRule(InvalidInput, code="broken-rule"):
    """The file of an import rule is not TOML, or larger or nested deeper than a rule is."""

    default_why = f"An import rule is a TOML file of at most {MAX_RULE_BYTES // 1024} KiB."
    default_next = "Correct the place named."


def shipped_rules() -> dict[str, str]:
    """Give the shipped rules' TOML text by name."""
    folder = files("ledger.interchange").joinpath("rules")
    return {
        entry.name.removesuffix(".toml"): entry.read_text(encoding="utf-8")
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(".toml")
    }


def load_rule(name_or_path: str) -> ImportRule:
    """Load a shipped rule by its name, or a rule file by its path.

    Raises `UnknownRule`, `CannotReadRule`, `BrokenRule`, or `ImportRefused` naming each bad key.
    """
    shipped = shipped_rules()
    if name_or_path in shipped:
        return parse_rule(shipped[name_or_path], f"{name_or_path}.toml")
    path = Path(name_or_path)
    if not path.is_file():
        hint = did_you_mean(name_or_path, shipped) or f"Shipped: {', '.join(shipped)}."
        raise UnknownRule(f"There is no import rule {name_or_path!r}.", next_step=hint)
    try:
        content = read_at_most(path, MAX_RULE_BYTES)
        if len(content) > MAX_RULE_BYTES:
            raise BrokenRule(f"{path} is too large for a rule.")
        return parse_rule(content.decode("utf-8-sig"), str(path))
    except OSError as error:
        raise CannotReadRule(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise BrokenRule(f"{path} is not UTF-8.") from error


def parse_rule(text: str, file: str) -> ImportRule:
    """Understand a rule's TOML; raises `BrokenRule`, or `ImportRefused` naming each bad key."""
    try:
        # Words of foreign files are compared in composed form, and so are those of the rule.
        content = parse_toml(unicodedata.normalize("NFC", text), parse_float=Decimal)
    except ValueError as error:  # no TOML, or a number of thousands of digits
        raise BrokenRule(f"{file}: {error}.") from error
    except RecursionError as error:
        raise BrokenRule(f"{file} is nested too deeply.") from error
    former = "file" in content
    if former and "source" in content:
        what = "[file] is the former name of [source]: give one of the two."
        raise ImportRefused([ImportProblem(file, 1, "file", "bad-rule", what)])
    if former:
        content["source"] = content.pop("file")
    about = content.get("about", {})
    if isinstance(about, dict):
        content["about"] = {**_about(file), **about}
    try:
        return ImportRule.model_validate(content)
    except ValidationError as error:
        problems = [
            ImportProblem(
                file, 1, _key(found["loc"], former=former), "bad-rule", _plain(found["msg"])
            )
            for found in error.errors(include_url=False)
        ]
        raise ImportRefused(problems) from error


_NO_NAME = re.compile(r"[^a-z0-9]+")


def _about(file: str) -> dict[str, Any]:
    """Say of a rule what its file says of it, for the keys that it leaves out itself."""
    stem = Path(file).stem
    name = _NO_NAME.sub("-", stem.casefold()).strip("-")[:64].strip("-")
    return {"name": name or "rule", "title": stem or "rule", "source": file, "licence": "not said"}


def _key(path: tuple[int | str, ...], *, former: bool) -> str:
    """Give a TOML key as it is written, e.g. `output[2].columns.quantity`."""
    if former and path[:1] == ("source",):
        path = ("file", *path[1:])
    key = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in path)
    return key.removeprefix(".") or "the rule"


def _plain(message: str) -> str:
    words = message.removeprefix("Value error, ").strip()
    return {
        "Field required": "This key is missing.",
        "Extra inputs are not permitted": "A rule has no such key.",
    }.get(words, words[:1].upper() + words[1:] + ("" if words.endswith((".", "?")) else "."))
