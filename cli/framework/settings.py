"""Settings, strongest first: flags, CITYFUND_* variables, a profile, the config file, defaults."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple

from cli.framework.usage_errors import InvalidConfig, NotText, UnknownProfile

APPLICATION = "cityfund"
DEFAULT_PUBLISHER = "XI-CITYFUND"
DEFAULT_OC4IDS_PREFIX = "oc4ids-000000"
# Passwords in a URL. Patterns are compiled where they are used, which few commands do.
_IN_AUTHORITY = r"(://[^:@/\s]*):(\S*)@"
_IN_QUERY = r"(?i)((?:ssl)?passw(?:or)?d|pwd)=([^&\s'\"]*)"
_BY_FLAG: Final = frozenset(("db", "actor"))
_WITHOUT_VARIABLE: Final = frozenset(("format",))


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What one run works with. `system_user` and `host` are recorded beside every write.

    The usual ledger is that of the config file outside of profiles, or the default; another one
    is named by `profile_of_ledger`, the profile that has its address.
    """

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
    pause_days: int | None = None
    missed_nights: int | None = None
    churn: str | None = None
    publisher: str = DEFAULT_PUBLISHER
    oc4ids_prefix: str = DEFAULT_OC4IDS_PREFIX
    profile: str | None = None
    is_usual_ledger: bool = True
    profile_of_ledger: str | None = None


class SettingValue(NamedTuple):
    """A value that was given for a setting: by what kind of source, and by which one of them.

    The sources are flag, environment, profile, file and default, strongest first.
    """

    text: str
    source: str
    place: str


@dataclass(frozen=True, slots=True)
class GivenValues:
    """Where the values of settings are looked for. A profile that was chosen is there."""

    flags: Mapping[str, Any]
    environ: Mapping[str, str]
    path: Path
    stored: Mapping[str, str] = field(default_factory=dict)
    profiles: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    profile: SettingValue | None = None

    def value_of(self, key: str) -> SettingValue | None:
        """Return the strongest value given for a setting. Raises NotText."""
        flag = self.flags.get(key) if key in _BY_FLAG else None
        if flag:
            return SettingValue(str(flag), "flag", f"--{key}")
        variable = variable_of(key)
        typed = None if variable is None else _text_in(self.environ, variable)
        if typed:
            return SettingValue(typed, "environment", str(variable))
        if self.profile is not None:
            own = self.profiles[self.profile.text].get(key)
            if own is not None:
                return SettingValue(own, "profile", self.profile.text)
        text = self.stored.get(key)
        return None if text is None else SettingValue(text, "file", str(self.path))

    def section(self, profile: str) -> Mapping[str, str]:
        """Return the values of a profile. Raises UnknownProfile."""
        if profile not in self.profiles:
            raise _unknown_profile(profile, self.path, list(self.profiles))
        return self.profiles[profile]

    def text_of(self, key: str) -> str | None:
        """Return the text of the strongest value given for a setting."""
        value = self.value_of(key)
        return None if value is None else value.text


def variable_of(key: str) -> str | None:
    """Return the variable of the environment that sets a setting, if one does."""
    if key in _WITHOUT_VARIABLE:
        return None
    return f"CITYFUND_{key.upper().replace('-', '_')}"


def given_values(flags: Mapping[str, Any], environ: Mapping[str, str] | None = None) -> GivenValues:
    """Read what is given for settings. Raises InvalidConfig and UnknownProfile."""
    env = os.environ if environ is None else environ
    path = config_path()
    stored, profiles = _stored_in(path)
    given = GivenValues(flags, env, path, stored, profiles, _chosen_profile(flags, env))
    if given.profile is not None:
        given.section(given.profile.text)
    return given


def _stored_in(path: Path) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    if not path.exists():
        return {}, {}
    from cli.framework.config_file import read_config  # noqa: PLC0415 - only where there is one

    return read_config(path)


def _chosen_profile(flags: Mapping[str, Any], environ: Mapping[str, str]) -> SettingValue | None:
    flag = flags.get("profile")
    if flag:
        return SettingValue(str(flag), "flag", "--profile")
    text = _text_in(environ, "CITYFUND_PROFILE")
    return SettingValue(text, "environment", "CITYFUND_PROFILE") if text else None


def _unknown_profile(name: str, path: Path, known: list[str]) -> UnknownProfile:
    from cli.framework.usage_errors import did_you_mean  # noqa: PLC0415 - for a refusal alone
    from ledger.core.text import joined_words  # noqa: PLC0415 - as above

    there = f"It has {joined_words(known)}." if known else "It has no profiles."
    create = f"Create it: cityfund config set profile.{name}.db URL"
    return UnknownProfile(
        f"There is no profile {name!r}.",
        why=f"A profile is a section [profile.NAME] of {path}. {there}",
        next_step=did_you_mean(name, known, create),
    )


def mask_url(text: str) -> str:
    """Hide every password of database URLs in a text, in the authority and in the query."""
    return re.sub(_IN_QUERY, r"\1=***", re.sub(_IN_AUTHORITY, r"\1:***@", text))


def resolve(flags: Mapping[str, Any], environ: Mapping[str, str] | None = None) -> Settings:
    """Resolve every setting. Raises InvalidConfig and UnknownProfile."""
    given = given_values(flags, environ)
    env = given.environ
    system = system_user()
    db_url = given.text_of("db") or default_db_url()
    is_usual = _is_usual(db_url, given)
    return Settings(
        db_url=db_url,
        actor=given.text_of("actor") or login_name(system),
        system_user=system,
        host=host_name(),
        quiet=bool(flags.get("quiet")),
        verbose=bool(flags.get("verbose")),
        debug=bool(flags.get("debug")) or is_set(env, "CITYFUND_DEBUG"),
        color=not flags.get("no_color") and not env.get("NO_COLOR"),
        format=given.text_of("format"),
        inbox=given.text_of("inbox"),
        office=given.text_of("office"),
        rate_days=_days("rate_days", given),
        approach_days=_days("approach_days", given),
        pause_days=_days("pause_days", given),
        missed_nights=_days("missed_nights", given),
        churn=given.text_of("churn"),
        publisher=_identity("publisher", given) or DEFAULT_PUBLISHER,
        oc4ids_prefix=_identity("oc4ids-prefix", given) or DEFAULT_OC4IDS_PREFIX,
        profile=None if given.profile is None else given.profile.text,
        is_usual_ledger=is_usual,
        profile_of_ledger=None if is_usual else _profile_of(db_url, given),
    )


def _is_usual(db_url: str, given: GivenValues) -> bool:
    return db_url == (given.stored.get("db") or default_db_url())


def _profile_of(db_url: str, given: GivenValues) -> str | None:
    """Name the profile that has the address of a ledger, the chosen one first."""
    chosen: tuple[str, ...] = () if given.profile is None else (given.profile.text,)
    names = (*chosen, *given.profiles)
    return next((name for name in names if given.profiles[name].get("db") == db_url), None)


DAYS = {
    "rate_days": "reports name the rates that rest on older quotes",
    "approach_days": "so long an answer to an approach is waited for",
    "pause_days": "a write that comes later after the last one asks whether the clock is right",
    "missed_nights": "so many nights that were missed are caught up without asking",
}
"""The settings that are a number of days, and what each is for."""


def _days(name: str, given: GivenValues) -> int | None:
    text = given.text_of(name)
    return None if text is None else days_of(name, text)


def days_of(name: str, text: str) -> int:
    """Return the days that a setting is set to. Raises InvalidConfig."""
    from ledger.core.numbers import whole_numeral  # noqa: PLC0415 - only where it is set

    days = whole_numeral(text)
    if days is None:
        raise InvalidConfig(
            f"The setting {name} is {text!r}.",
            why=f"It is a number of days: {DAYS[name]}.",
            next_step=f"Set {variable_of(name)}, or {name} in the config file, to one such as 30.",
        )
    return days


IDENTITIES = {
    "publisher": (r"[^\s/&|?]+", "an identifier of an organisation, without spaces"),
    "oc4ids-prefix": (r"oc4ids-[a-z0-9]{6}", "oc4ids- and six letters or digits"),
}
"""The settings that identify the fund to others: the form of each, and the words for it."""


def _identity(name: str, given: GivenValues) -> str | None:
    text = given.text_of(name)
    return None if text is None else identity_of(name, text)


def identity_of(name: str, text: str) -> str:
    """Return the identity that a setting is set to. Raises InvalidConfig."""
    form, words = IDENTITIES[name]
    if re.fullmatch(form, text):
        return text
    raise InvalidConfig(
        f"The setting {name} is {text!r}.",
        why=f"It is {words}.",
        next_step=f"Set {variable_of(name)}, or {name} in the config file, to such a one.",
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


def write_privately(path: Path, text: str) -> None:
    """Put a text in place of a file that only this user reads: the whole of it, or nothing.

    A machine that keeps no files is no obstacle.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:  # noqa: PTH123 - a handle
            out.write(text)
        beside.replace(path)


def default_db_path() -> Path:
    """Return the path of the default ledger, a SQLite file."""
    import platformdirs  # noqa: PLC0415 - kept off the path of help and completion

    return platformdirs.user_data_path(APPLICATION, appauthor=False) / f"{APPLICATION}.db"


def default_db_url() -> str:
    """Return the default ledger as a URL."""
    return f"sqlite:///{default_db_path()}"


def system_user() -> str:
    """Return the name of the account the process runs as; the environment cannot change it."""
    try:
        import pwd  # noqa: PLC0415 - not on every system

        return pwd.getpwuid(os.geteuid()).pw_name
    except (ImportError, KeyError):
        return login_name(f"uid-{os.geteuid()}" if hasattr(os, "geteuid") else "unknown")


def login_name(otherwise: str) -> str:
    """Return the name that the person logged in by."""
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
