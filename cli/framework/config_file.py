"""Reads the config file: settings by their names, and profiles, which are sections of it.

A profile is a table `[profile.NAME]` with the same keys. Each value is a text in quotes.
"""

from __future__ import annotations

import re
import stat
from pathlib import Path
from typing import Any, Final, NamedTuple

from cli.framework.usage_errors import CONFIG_FORMATS, CONFIG_KEYS, InvalidConfig
from ledger.core.files import parse_toml, read_at_most

PROFILES: Final = "profile"
_MOST_BYTES: Final = 64 * 1024
_TOML_LINE: Final = re.compile(r"at line (\d+)")
PROFILE_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")


class ConfigFile(NamedTuple):
    """What a config file says: outside its profiles, and in each of them."""

    values: dict[str, str]
    profiles: dict[str, dict[str, str]]


def read_config(path: Path) -> ConfigFile:
    """Read the config file; no file is an empty one. Raises InvalidConfig naming the line."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # a pipe would be waited for
            raise InvalidConfig(f"{path} is not a file.")
        content = read_at_most(path, _MOST_BYTES)
    except (FileNotFoundError, NotADirectoryError):
        return ConfigFile({}, {})
    return parse_config(path, content)


def parse_config(path: Path, content: bytes) -> ConfigFile:
    """Parse the bytes of a config file. Raises InvalidConfig naming the line."""
    if len(content) > _MOST_BYTES:
        raise InvalidConfig(f"{path} is larger than {_MOST_BYTES // 1024} KiB.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidConfig(f"{path} is not UTF-8 text.") from error
    config = _parse_toml(path, text)
    profiles = config.pop(PROFILES, {})
    if not isinstance(profiles, dict):
        where = f"{path}, line {_line_of(text, PROFILES)}"
        raise InvalidConfig(f"{where}: a profile is a section, headed [profile.NAME].")
    for key, value in config.items():
        _check_value(path, text, key, value)
    for name, section in profiles.items():
        _check_profile(path, text, name, section)
    return ConfigFile(config, profiles)


def _parse_toml(path: Path, text: str) -> dict[str, Any]:
    import tomllib  # noqa: PLC0415 - only where there is a file to read

    try:
        return parse_toml(text)
    except tomllib.TOMLDecodeError as error:
        line = _TOML_LINE.search(str(error))
        where = f"{path}, line {line[1]}" if line else f"{path}, at its end"
        raise InvalidConfig(f"{where}: this is not TOML ({error}).") from error
    except ValueError as error:  # a number of thousands of digits
        raise InvalidConfig(f"{path} cannot be read: {error}.") from error
    except RecursionError as error:
        raise InvalidConfig(f"{path} is nested too deeply.") from error


def _check_profile(path: Path, text: str, name: str, section: object) -> None:
    start = _line_of_section(text, name)
    where = f"{path}, line {start}"
    if not PROFILE_NAME.fullmatch(name):
        raise InvalidConfig(
            f"{where}: {name!r} is no name of a profile.",
            why="It consists of letters, digits, - and _.",
        )
    if not isinstance(section, dict):
        raise InvalidConfig(f"{where}: a profile is a section, headed [profile.NAME].")
    for key, value in section.items():
        _check_value(path, text, key, value, first=start)


def _check_value(path: Path, text: str, key: str, value: object, *, first: int = 1) -> None:
    where = f"{path}, line {_line_of(text, key, first)}"
    if key not in CONFIG_KEYS:
        raise InvalidConfig(f"{where}: there is no setting called {key}.")
    if not isinstance(value, str) or not value:
        raise InvalidConfig(f"{where}: {key} must be a text in quotes.")
    if "\0" in value:
        raise InvalidConfig(f"{where}: {key} contains a null character.")
    if key == "format" and value not in CONFIG_FORMATS:
        raise InvalidConfig(f"{where}: format must be one of {', '.join(CONFIG_FORMATS)}.")


def _line_of(text: str, key: str, first: int = 1) -> int:
    return _first_line(text, rf"\s*\[*\s*['\"]?{re.escape(key)}\b", first)


def _line_of_section(text: str, name: str) -> int:
    return _first_line(text, rf"\s*\[?\s*profile\s*\.\s*['\"]?{re.escape(name)}\b")


def _first_line(text: str, pattern: str, first: int = 1) -> int:
    begins = re.compile(pattern)
    numbered = list(enumerate(text.splitlines(), 1))
    return next((n for n, line in numbered[first - 1 :] if begins.match(line)), first)
