"""`cityfund doctor`: versions, settings and problems of the installation."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import ledger
from cli.framework.command import Call, command, standalone
from cli.framework.ledger_names import has_password, shown_url
from cli.framework.output import emit_document, emit_lines
from cli.framework.settings import GivenValues, given_values
from cli.framework.terminal import is_terminal
from ledger.core.dates import CLOCK_TOLERANCE
from ledger.core.errors import ExitCode
from ledger.core.text import counted
from ledger.reports.table import Column, record_chunks

if TYPE_CHECKING:
    from ledger.store.admin.server_facts import ServerFacts

SCHEMA = "cityfund.doctor/1"
PACKAGES = ("sqlalchemy", "alembic", "pydantic", "typer", "rich", "platformdirs", "psycopg")
_SQLITE = "sqlite:///"
_OTHERS = 0o077
_TOLD_HERE = frozenset({"schema-older", "schema-newer"})
_MEGABYTE = 1024 * 1024
_LEAST_FREE = 100 * _MEGABYTE
_MOST_DAYS_SINCE_BACKUP = 7

app = standalone()


@command(app, "doctor", kind="plain")
def doctor(call: Call) -> ExitCode:
    """Show versions, the place of the ledger and of the settings, and problems."""
    given = given_values(call.flags())
    server_facts, server_findings = _server(call.settings.db_url)
    ledger_facts, ledger_findings, notes = _ledger(call)
    backup_facts, backup_findings = _backup(call)
    facts = {**dict(_facts(call, given)), **server_facts, **ledger_facts, **backup_facts}
    findings = [
        *_findings(call),
        *_config_findings(given),
        *server_findings,
        *ledger_findings,
        *backup_findings,
    ]
    notes = [*_notes(call), *notes]
    if ledger_facts["time_zone"] is not None and backup_facts["last_backup"] is None:
        notes.append(
            "no backup of yours is known on this machine; make one: cityfund db backup FILE"
        )
    if call.format == "json":
        emit_document({"schema": SCHEMA, **facts, "findings": findings, "notes": notes})
    else:
        facts["disk_free"] = _megabytes(facts["disk_free"])
        lines = record_chunks(facts, [Column(key) for key in facts])
        emit_lines(line.rstrip("\n") for line in lines)
        emit_lines(f"finding: {text}" for text in findings)
        emit_lines(f"note: {text}" for text in notes)
    return ExitCode.FINDINGS if findings else ExitCode.DONE


def _ledger(call: Call) -> tuple[dict[str, object], list[str], list[str]]:
    """Return facts about the ledger, where one can be read, its problems and what may be meant."""
    from cli.framework.receipts import gone_back, last_request
    from cli.framework.session import ledger_of
    from ledger.core.errors import LedgerError
    from ledger.usecases.admin.code_collisions import code_collisions
    from ledger.usecases.admin.health import health_of
    from ledger.usecases.admin.settings import clock_corrections, clock_findings

    facts: dict[str, object] = {"time_zone": None, "clock_corrections": []}
    try:
        opened = ledger_of(call)
        facts["time_zone"] = opened.calendar().name
        with opened.read() as connection:
            facts["clock_corrections"] = clock_corrections(connection)
            clock = [*clock_findings(connection)]
            gone = gone_back(connection, last_request(call.settings))
        health = health_of(opened, call.settings.rate_days)
        collisions = code_collisions(opened)
    except LedgerError as error:
        # Where there is no ledger, that is said of the file or the server.
        told = [f"{error.what} {error.next_step}"] if error.code in _TOLD_HERE else []
        return facts, told, []
    found = [*filter(None, [gone]), *collisions, *clock, *health.findings]
    return {**facts, **health.facts}, found, health.notes


def _backup(call: Call) -> tuple[dict[str, object], list[str]]:
    """Return the last backup that this user made, which is known where the ledger is lost too."""
    from cli.framework.user_state import last_backup

    backup = last_backup(call.settings)
    if backup is None:
        return dict.fromkeys(("last_backup", "last_backup_file", "days_since_backup")), []
    made_at = backup.made_at.isoformat(timespec="seconds")
    days = (datetime.now(UTC) - backup.made_at).days
    facts: dict[str, object] = {
        "last_backup": made_at,
        "last_backup_file": backup.file,
        "days_since_backup": days,
    }
    old = (
        f"the last backup of yours was made {counted(days, 'day')} ago, into {backup.file}; "
        "make one: cityfund db backup FILE"
    )
    return facts, [old] if days > _MOST_DAYS_SINCE_BACKUP else []


def _notes(call: Call) -> list[str]:
    """Return what is accepted in the ledger, where one can be read, and worth a second look."""
    from cli.framework.session import ledger_of
    from ledger.core.errors import LedgerError
    from ledger.usecases.admin.network_notes import network_notes

    try:
        return network_notes(ledger_of(call))
    except LedgerError:
        return []


def _server(url: str) -> tuple[dict[str, object], list[str]]:
    """Return the facts about the database server of a URL, if it names one, and its problems."""
    if url.startswith(_SQLITE):
        return {}, []
    from ledger.core.errors import LedgerError
    from ledger.store.admin.server_facts import read_server_facts

    try:
        server = read_server_facts(url)
    except LedgerError as error:
        return {}, [f"{error.what} {error.why} {error.next_step}"]
    facts: dict[str, object] = {
        "server": server.version,
        "database_user": server.database_user,
        "database_encoding": server.encoding,
        "ledger_schema": server.revision,
        "line_encrypted": server.is_encrypted,
        "synchronous_standby": "none" if server.standbys == "" else server.standbys,
    }
    return facts, [*_server_findings(server)]


def _server_findings(facts: ServerFacts) -> Iterator[str]:
    if facts.revision is None:
        yield "there is no ledger at that URL yet; create one: cityfund init"
    if facts.encoding != "UTF8":
        yield f"the database encoding is {facts.encoding}; create the database again with UTF8"
    if not facts.is_durable:
        yield "the server may lose recorded acts; set fsync to on"
    if facts.is_superuser:
        yield "the database user is a superuser, whom the guards cannot stop; use another user"
    if facts.is_encrypted is False:
        yield (
            "the line to the database server is not encrypted, and others on the network can read "
            "it; require it in --db: ?sslmode=verify-full"
        )
    if abs(facts.clock_ahead) > CLOCK_TOLERANCE:
        minutes = counted(abs(facts.clock_ahead) // timedelta(minutes=1), "minute")
        yield f"this machine's clock is {minutes} off the clock of the server; correct it"


def _facts(call: Call, given: GivenValues) -> Iterator[tuple[str, object]]:
    import platform
    import sqlite3

    settings = call.settings
    yield "cityfund", ledger.__version__
    yield "python", platform.python_version()
    yield "sqlite", sqlite3.sqlite_version
    yield from ((name, _version(name)) for name in PACKAGES)
    yield "database", shown_url(settings.db_url)
    yield "database_mode", _mode(settings.db_url)
    yield "disk_free", _free(settings.db_url)
    yield "config_file", str(given.path) if given.path.exists() else None
    yield from _profile_facts(given)
    yield "actor", settings.actor
    yield "system_user", settings.system_user
    yield "host", settings.host
    yield "terminal", is_terminal(sys.stdout)
    yield "encoding", sys.stdout.encoding


def _profile_facts(given: GivenValues) -> Iterator[tuple[str, object]]:
    """Give the profile in force, what chose it, and the profiles that there are."""
    yield "profile", None if given.profile is None else given.profile.text
    yield "profile_given_by", None if given.profile is None else given.profile.place
    yield "profiles", sorted(given.profiles)


def _config_findings(given: GivenValues) -> Iterator[str]:
    """Find a config file with a password that others can read."""
    if os.name != "posix" or not given.path.exists():
        return
    urls = [one.get("db", "") for one in (given.stored, *given.profiles.values())]
    if any(map(has_password, urls)) and given.path.stat().st_mode & _OTHERS:
        yield f"other users can read a password in the config file: chmod 600 {given.path}"


def _version(name: str) -> str | None:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _file(db_url: str) -> Path | None:
    if not db_url.startswith(_SQLITE):
        return None
    path = Path(db_url.removeprefix(_SQLITE).partition("?")[0])
    return path if path.is_file() else None


def _mode(db_url: str) -> str | None:
    path = _file(db_url)
    return None if path is None else f"{path.stat().st_mode & 0o777:04o}"


def _free(db_url: str) -> int | None:
    """Return the bytes that are free where the file of the ledger lies."""
    path = _file(db_url)
    return None if path is None else shutil.disk_usage(path.parent).free


def _megabytes(count: object) -> str | None:
    return f"{count // _MEGABYTE:,} MB" if isinstance(count, int) else None


def _findings(call: Call) -> Iterator[str]:
    url = call.settings.db_url
    path = _file(url)
    if path is None and url.startswith(_SQLITE):
        yield "there is no ledger at that URL yet; create one: cityfund init"
    if path is not None and os.name == "posix" and path.stat().st_mode & _OTHERS:
        yield f"other users can read the ledger; restrict it: chmod 600 {path}"
    free = _free(url)
    if path is not None and free is not None and free < max(_LEAST_FREE, path.stat().st_size):
        yield f"only {_megabytes(free)} are free where the ledger lies; make room in {path.parent}"
