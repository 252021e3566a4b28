"""Settings, strongest first: flags, CITYFUND_* variables, the config file, defaults."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cli.framework.usage_errors import NotText
from ledger.core.errors import InvalidInput

APPLICATION = "cityfund"
CONFIG_KEYS = (
    *("db", "actor", "format", "inbox", "office", "rate_days", "approach_days"),
    *("publisher", "oc4ids-prefix"),
)
DEFAULT_PUBLISHER = "XI-CITYFUND"
DEFAULT_OC4IDS_PREFIX = "oc4ids-000000"
CONFIG_FORMATS = ("table", "json", "csv", "md", "html", "tsv", "ndjson")
_AUTHORITY_PASSWORD = re.compile(r"(://[^:@/\s]*):(\S*)@")
_QUERY_PASSWORD = re.compile(r"(?i)((?:ssl)?passw(?:or)?d|pwd)=([^&\s'\"]*)")
_MOST_BYTES = 64 * 1024
_TOML_LINE = re.compile(r"at line (\d+)")


def _listed(names: tuple[str, ...]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}"


class InvalidConfig(InvalidInput, code="invalid-config"):
    """The config file cannot be used."""

    default_why = f"The config file is TOML, with the keys {_listed(CONFIG_KEYS)}."
    default_next = "Correct that line, or move the file away to use the defaults."


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What one run works with. `system_user` and `host` are recorded beside every write."""

    db_url: str
    actor: str
    system_user: str
    host: str
    quiet: bool = False
    verbose: bool = False
    debug: bool = False
    color: bool = True
    format: str | None = None
    inbox: str | None = None
    office: str | None = None
    rate_days: int | None = None
    approach_days: int | None = None
    publisher: str = DEFAULT_PUBLISHER
    oc4ids_prefix: str = DEFAULT_OC4IDS_PREFIX


def mask_url(text: str) -> str:
    """Hide every password of database URLs in a text, in the authority and in the query."""
    return _QUERY_PASSWORD.sub(r"\1=***", _AUTHORITY_PASSWORD.sub(r"\1:***@", text))


def resolve(flags: Mapping[str, Any], environ: Mapping[str, str] | None = None) -> Settings:
    """Resolve every setting from the given flags, the environment and the config file."""
    env = os.environ if environ is None else environ
    config = read_config(config_path())
    system = system_user()
    return Settings(
        db_url=flags.get("db")
        or _text_in(env, "CITYFUND_DB")
        or config.get("db")
        or default_db_url(),
        actor=flags.get("actor")
        or _text_in(env, "CITYFUND_ACTOR")
        or config.get("actor")
        or _login_name(system),
        system_user=system,
        host=host_name(),
        quiet=bool(flags.get("quiet")),
        verbose=bool(flags.get("verbose")),
        debug=bool(flags.get("debug")) or is_set(env, "CITYFUND_DEBUG"),
        color=not flags.get("no_color") and not env.get("NO_COLOR"),
        format=config.get("format"),
        inbox=_text_in(env, "CITYFUND_INBOX") or config.get("inbox"),
        office=_text_in(env, "CITYFUND_OFFICE") or config.get("office"),
        rate_days=_days("rate_days", env, config),
        approach_days=_days("approach_days", env, config),
        publisher=_identity("publisher", env, config) or DEFAULT_PUBLISHER,
        oc4ids_prefix=_identity("oc4ids-prefix", env, config) or DEFAULT_OC4IDS_PREFIX,
    )


_DAYS = {
    "rate_days": "reports name the rates that rest on older quotes",
    "approach_days": "so long an answer to an approach is waited for",
}
"""The settings that are a number of days, and what each is for."""


def _days(name: str, environ: Mapping[str, str], config: Mapping[str, str]) -> int | None:
    variable = f"CITYFUND_{name.upper()}"
    text = _text_in(environ, variable) or config.get(name)
    if text is None:
        return None
    from ledger.core.numbers import whole_numeral  # noqa: PLC0415 - only where it is set

    days = whole_numeral(text)
    if days is None:
        raise InvalidConfig(
            f"The setting {name} is {text!r}.",
            why=f"It is a number of days: {_DAYS[name]}.",
            next_step=f"Set {variable}, or {name} in the config file, to one such as 30.",
        )
    return days


_IDENTITIES = {
    "publisher": (re.compile(r"[^\s/&|?]+"), "an identifier of an organisation, without spaces"),
    "oc4ids-prefix": (re.compile(r"oc4ids-[a-z0-9]{6}"), "oc4ids- and six letters or digits"),
}
"""The settings that identify the fund to others: the form of each, and the words for it."""


def _identity(name: str, environ: Mapping[str, str], config: Mapping[str, str]) -> str | None:
    variable = f"CITYFUND_{name.upper().replace('-', '_')}"
    text = _text_in(environ, variable) or config.get(name)
    form, words = _IDENTITIES[name]
    if text is None or form.fullmatch(text):
        return text
    raise InvalidConfig(
        f"The setting {name} is {text!r}.",
        why=f"It is {words}.",
        next_step=f"Set {variable}, or {name} in the config file, to such a one.",
    )


def _text_in(environ: Mapping[str, str], name: str) -> str | None:
    """Return the text of a variable, None where it has none. Raises `NotText`."""
    text = environ.get(name)
    if text is not None and not is_text(text):
        raise NotText(f"The variable {name} is not valid text.")
    return text


def is_text(text: str) -> bool:
    """Return whether a text is valid Unicode."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def is_set(environ: Mapping[str, str], name: str) -> bool:
    """Return whether a variable is on; empty, 0, no and false are off."""
    return environ.get(name, "").strip().casefold() not in {"", "0", "no", "false"}


def config_path() -> Path:
    """Return the path of the config file, which need not exist."""
    import platformdirs  # noqa: PLC0415 - kept off the path of help and completion

    return platformdirs.user_config_path(APPLICATION, appauthor=False) / "config.toml"


def default_db_path() -> Path:
    """Return the path of the default ledger, a SQLite file."""
    import platformdirs  # noqa: PLC0415 - kept off the path of help and completion

    return platformdirs.user_data_path(APPLICATION, appauthor=False) / f"{APPLICATION}.db"


def default_db_url() -> str:
    """Return the default ledger as a URL."""
    return f"sqlite:///{default_db_path()}"


def read_config(path: Path) -> dict[str, str]:
    """Read the config file; no file is an empty one. Raises InvalidConfig naming the line."""
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
        if len(content) > _MOST_BYTES:
            raise InvalidConfig(f"{path} is larger than {_MOST_BYTES // 1024} KiB.")
        text = content.decode("utf-8-sig")
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except UnicodeDecodeError as error:
        raise InvalidConfig(f"{path} is not UTF-8 text.") from error
    import tomllib  # noqa: PLC0415 - only where there is a file to read

    try:
        config = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = _TOML_LINE.search(str(error))
        where = f"{path}, line {line[1]}" if line else f"{path}, at its end"
        raise InvalidConfig(f"{where}: this is not TOML ({error}).") from error
    except ValueError as error:  # a number of thousands of digits
        raise InvalidConfig(f"{path} cannot be read: {error}.") from error
    except RecursionError as error:
        raise InvalidConfig(f"{path} is nested too deeply.") from error
    for key, value in config.items():
        _check_key(path, text, key, value)
    return config


def _check_key(path: Path, text: str, key: str, value: object) -> None:
    where = f"{path}, line {_line_of(text, key)}"
    if key not in CONFIG_KEYS:
        raise InvalidConfig(f"{where}: there is no setting called {key}.")
    if not isinstance(value, str) or not value:
        raise InvalidConfig(f"{where}: {key} must be a text in quotes.")
    if "\0" in value:
        raise InvalidConfig(f"{where}: {key} contains a null character.")
    if key == "format" and value not in CONFIG_FORMATS:
        raise InvalidConfig(f"{where}: format must be one of {', '.join(CONFIG_FORMATS)}.")


def _line_of(text: str, key: str) -> int:
    pattern = re.compile(rf"\s*\[*\s*['\"]?{re.escape(key)}\b")
    lines = text.splitlines()
    return next((n for n, line in enumerate(lines, 1) if pattern.match(line)), 1)


def system_user() -> str:
    """Return the name of the account the process runs as; the environment cannot change it."""
    try:
        import pwd  # noqa: PLC0415 - not on every system

        return pwd.getpwuid(os.getuid()).pw_name
    except (ImportError, KeyError):
        return _login_name(f"uid-{os.getuid()}" if hasattr(os, "getuid") else "unknown")


def _login_name(otherwise: str) -> str:
    import getpass  # noqa: PLC0415 - only where no actor was named

    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return otherwise


def host_name() -> str:
    """Return the name of this machine."""
    if hasattr(os, "uname"):
        return os.uname().nodename
    import platform  # noqa: PLC0415 - the slower way, where there is no other

    return platform.node()


def machine_zone() -> str:
    """Return the IANA name of the machine's time zone; UTC where none is named."""
    from ledger.core.dates import UnknownTimeZone, find_time_zone  # noqa: PLC0415 - for init only

    told = os.environ.get("TZ", "").removeprefix(":") or os.path.realpath("/etc/localtime")
    name = told.rpartition("zoneinfo/")[2]
    try:
        find_time_zone(name)
    except UnknownTimeZone:
        return "UTC"
    return "UTC" if name in _NAMES_OF_UTC else name


_NAMES_OF_UTC = frozenset({"Etc/UTC", "Etc/UCT", "Etc/Universal", "Etc/Zulu", "UCT", "Zulu"})


def is_plain() -> bool:
    """Return whether the environment asks for text without colours and bold letters."""
    if os.environ.get("NO_COLOR"):
        return True
    return os.name == "posix" and os.environ.get("TERM", "") in {"", "dumb"}
