"""Changes one value of the config file, whose comments, order and mode stay.

What was changed is parsed again before it is written: a file in a form that this module does not
edit, such as one with inline tables, is refused and stays.
"""

from __future__ import annotations

import json
import os
import re
from itertools import pairwise
from pathlib import Path
from typing import Final, NamedTuple
from unicodedata import category

from cli.framework.config_file import (
    PROFILE_NAME,
    PROFILES,
    ConfigFile,
    parse_config,
)
from cli.framework.files import replacing
from cli.framework.settings import DAYS, IDENTITIES, days_of, identity_of
from cli.framework.usage_errors import (
    CONFIG_FORMATS,
    CONFIG_KEYS,
    InvalidConfig,
    did_you_mean,
)
from ledger.core.errors import Busy, InvalidInput, LedgerError

_NEW_FILE: Final = 0o600
_UNSEEN: Final = frozenset(("Cc", "Cs", "Zl", "Zp"))
"""Control characters, halves of characters, and what ends a line or paragraph."""
_HEADER: Final = re.compile(r"\s*\[")
_ASSIGNMENT: Final = re.compile(r"\s*(?:[A-Za-z0-9_-]+|\"[^\"]*\"|'[^']*')\s*=")
_STRING: Final = r"(?:\"(?:[^\"\\]|\\.)*\"|'[^']*')"


class UnknownSetting(InvalidInput, code="unknown-setting"):
    """A key that no setting of the configuration has."""

    default_why = f"The settings are {', '.join(CONFIG_KEYS)}; in a profile: profile.NAME.KEY."


class BadSetting(InvalidInput, code="bad-setting"):
    """A value that a setting of the configuration cannot have."""

    default_why = "A value that every later command would refuse is not stored."
    default_next = "See cityfund help configuration."


class ConfigNotEdited(InvalidInput, code="config-not-edited"):
    """The config file is written in a form that is not edited by a command."""

    default_why = "The change would not have been read again as it was asked for."
    default_next = "Change it in an editor; cityfund config path names the file."


class ConfigChanged(Busy, code="config-changed"):
    """The config file was changed by another while a command changed it."""

    default_why = "What the other wrote would have been lost."
    default_next = "Nothing was written. Run the command again."


class Key(NamedTuple):
    """A setting, and the profile in which it is meant; None where it is outside of them."""

    name: str
    profile: str | None = None

    @property
    def path(self) -> str:
        """Return the key as it is typed."""
        return self.name if self.profile is None else f"{PROFILES}.{self.profile}.{self.name}"


def parse_key(typed: str, profile: str | None = None) -> Key:
    """Read a key: `office`, or `profile.NAME.office`. Raises UnknownSetting and BadSetting."""
    words = typed.strip().split(".")
    name = words[-1].casefold()
    if len(words) == 3 and words[0] == PROFILES:  # noqa: PLR2004 - profile, its name, the key
        profile = words[1]
    elif len(words) > 1:
        raise UnknownSetting(f"There is no setting {typed!r}.", next_step="Name one of these.")
    if name not in CONFIG_KEYS:
        otherwise = "See cityfund config list."
        next_step = did_you_mean(name, list(CONFIG_KEYS), otherwise)
        raise UnknownSetting(f"There is no setting {typed!r}.", next_step=next_step)
    if profile is not None and not PROFILE_NAME.fullmatch(profile):
        raise BadSetting(
            f"{profile!r} is no name of a profile.",
            why="It consists of letters, digits, - and _, at most 64.",
            next_step="Choose another name.",
        )
    return Key(name, profile)


def checked_value(name: str, text: str) -> str:
    """Return the value to store for a setting: addresses of files become absolute.

    Raises BadSetting.
    """
    value = text.strip()
    if not value or any(category(one) in _UNSEEN for one in value):
        raise BadSetting(
            f"{name} is not set to {text!r}.", why="A value is one line of visible text."
        )
    if name == "format" and value not in CONFIG_FORMATS:
        next_step = did_you_mean(value, CONFIG_FORMATS, "Choose one of these.")
        why = f"The formats are {', '.join(CONFIG_FORMATS)}."
        raise BadSetting(f"There is no format {value!r}.", why=why, next_step=next_step)
    try:
        if name == "churn":
            from ledger.solver.options import parse_churn  # noqa: PLC0415 - for this setting alone

            parse_churn(value)
        if name in DAYS:
            return str(days_of(name, value))
        if name in IDENTITIES:
            return identity_of(name, value)
    except InvalidConfig as error:
        raise BadSetting(f"{name} is not set to {text!r}.", why=error.why) from error
    if name == "inbox":
        return str(Path(value).expanduser().absolute())
    return _checked_url(value) if name == "db" else value


def known_office(text: str, db_url: str) -> str:
    """Return the code of an office of a ledger, by its code or name; where none is, the text.

    Raises BadSetting.
    """
    from ledger.store.completion import complete_codes  # noqa: PLC0415 - for this setting alone

    offices = complete_codes(db_url, "office", "")
    asked = text.casefold()
    for code, name in offices:
        if asked in {code.casefold(), name.casefold()}:
            return code
    if not offices:
        return text
    codes = [code for code, _ in offices]
    raise BadSetting(
        f"There is no office {text!r} in the ledger.",
        why=f"The offices in use are {', '.join(codes)}.",
        next_step=did_you_mean(text, codes, "See them with: cityfund office list"),
    )


def _checked_url(value: str) -> str:
    from ledger.store.db.engine import absolute_url, make_engine  # noqa: PLC0415 - for this alone

    try:
        make_engine(value).dispose()
        return absolute_url(value)
    except LedgerError as error:
        raise BadSetting(
            "db is not set to that text.",
            why=f"{error.what} {error.why}".strip(),
            next_step=error.next_step,
        ) from error


def change_config(path: Path, key: Key, value: str | None) -> bool:
    """Set a value in the file, or remove it with None; all else in the file stays.

    Returns whether that changed anything.
    Raises InvalidConfig, ConfigNotEdited and ConfigChanged.
    """
    target = Path(os.path.realpath(path))
    content = target.read_bytes() if target.exists() else b""
    before = parse_config(path, content)
    marked = content.startswith(b"\xef\xbb\xbf")
    lines = content.decode("utf-8-sig").split("\n")
    changed = "\n".join(_with_value(lines, key, value))
    edited = changed.encode("utf-8-sig" if marked else "utf-8")
    if not _is_as_asked(path, before, edited, key, value):
        raise ConfigNotEdited(f"{path} is not written in a form that this command edits.")
    if edited == content:
        return False
    _replace(target, content, edited)
    return True


def _is_as_asked(
    path: Path, before: ConfigFile, edited: bytes, key: Key, value: str | None
) -> bool:
    """Say whether the edited file has the value, and all others are unchanged."""
    try:
        after = parse_config(path, edited)
    except InvalidConfig:
        return False
    profiles = {name: dict(section) for name, section in before.profiles.items()}
    values = dict(before.values)
    if key.profile is None:
        section = values
    elif value is None:
        section = profiles.get(key.profile, {})
    else:
        section = profiles.setdefault(key.profile, {})
    if value is None:
        section.pop(key.name, None)
    else:
        section[key.name] = value
    return after == ConfigFile(values, profiles)


def _with_value(lines: list[str], key: Key, value: str | None) -> list[str]:
    """Return the lines with a value set or removed, where they are in the usual form."""
    first, last = _section(lines, key.profile)
    if first is None:
        if value is None:
            return lines
        body = [*lines] if lines[-1:] != [""] else lines[:-1]
        gap = [""] if body else []
        return [*body, *gap, f"[{PROFILES}.{key.profile}]", _assignment(key.name, value), ""]
    name = re.escape(key.name)
    own = re.compile(rf"(\s*(?:{name}|\"{name}\"|'{name}')\s*=\s*){_STRING}(.*)", re.DOTALL)
    for place in range(first, last):
        match = own.fullmatch(lines[place])
        if match is None:
            continue
        if value is None:
            return [*lines[:place], *lines[place + 1 :]]
        return [*lines[:place], f"{match[1]}{_quoted(value)}{match[2]}", *lines[place + 1 :]]
    if value is None:
        return lines
    end = "\r" if any(line.endswith("\r") for line in lines) else ""
    place = _place_for(lines, first, last)
    added = [f"{_assignment(key.name, value)}{end}"]
    if place == len(lines):
        added.append("")
    elif place == 0 and lines[0].strip():  # before the first section, and what is said of it
        added.append(end)
    return [*lines[:place], *added, *lines[place:]]


def _section(lines: list[str], profile: str | None) -> tuple[int | None, int]:
    """Find the first line of a section's content and the line behind its last."""
    headers = [place for place, line in enumerate(lines) if _HEADER.match(line)]
    if profile is None:
        return 0, headers[0] if headers else len(lines)
    name = re.escape(profile)
    own = re.compile(rf"\s*\[\s*{PROFILES}\s*\.\s*(?:{name}|\"{name}\"|'{name}')\s*\]\s*(?:#.*)?")
    for place, end in pairwise([*headers, len(lines)]):
        if own.fullmatch(lines[place].rstrip("\r")):
            return place + 1, end
    return None, len(lines)


def _place_for(lines: list[str], first: int, last: int) -> int:
    """Return where a new line of a section goes: behind its last one, or at its beginning.

    Outside of profiles a file may begin with a comment about itself, which stays first.
    """
    assigned = [place for place in range(first, last) if _ASSIGNMENT.match(lines[place])]
    if assigned:
        return assigned[-1] + 1
    place = first
    if first == 0:
        while place < last and lines[place].lstrip().startswith("#"):
            place += 1
        if place == last < len(lines):  # the comment is that of the first section
            return first
    return place


def _assignment(name: str, value: str) -> str:
    return f"{name} = {_quoted(value)}"


def _quoted(value: str) -> str:
    """Write a text as TOML does: its basic strings escape as JSON does."""
    return json.dumps(value, ensure_ascii=False)


def _replace(path: Path, content: bytes, edited: bytes) -> None:
    """Put the edited file in the place of the other, whole, with its mode. Raises ConfigChanged."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with replacing(path, "wb", created=_NEW_FILE) as out:
        out.write(edited)
        _require_unchanged(path, content)


def _require_unchanged(path: Path, content: bytes) -> None:
    if (path.read_bytes() if path.exists() else b"") != content:
        raise ConfigChanged(f"{path} was changed meanwhile.")
