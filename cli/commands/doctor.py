"""`cityfund doctor`: what the program runs on, for a report of trouble."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import ledger
from cli.frame import Call, command, word
from cli.output import Column, emit_document, emit_lines
from cli.settings import config_path, mask_url
from cli.terminal import is_terminal
from ledger.errors import ExitCode
from ledger.reports.text_table import record_chunks

SCHEMA = "cityfund.doctor/1"
PACKAGES = ("sqlalchemy", "alembic", "pydantic", "typer", "rich", "platformdirs", "psycopg")
_SQLITE = "sqlite:///"
_OTHERS = 0o077

app = word()


@command(app, "doctor", kind="plain")
def doctor(call: Call) -> ExitCode:
    """Show versions, where the ledger and the settings are, and what looks wrong."""
    facts = dict(_facts(call))
    findings = list(_findings(call))
    if call.format == "json":
        emit_document({"schema": SCHEMA, **facts, "findings": findings})
    else:
        lines = record_chunks(facts, [Column(key) for key in facts])
        emit_lines(line.rstrip("\n") for line in lines)
        emit_lines(f"finding: {text}" for text in findings)
    return ExitCode.FINDINGS if findings else ExitCode.DONE


def _facts(call: Call) -> Iterator[tuple[str, object]]:
    import platform
    import sqlite3

    settings, config = call.settings, config_path()
    yield "cityfund", ledger.__version__
    yield "python", platform.python_version()
    yield "sqlite", sqlite3.sqlite_version
    yield from ((name, _version(name)) for name in PACKAGES)
    yield "database", mask_url(settings.db_url)
    yield "database_mode", _mode(settings.db_url)
    yield "config_file", str(config) if config.exists() else None
    yield "actor", settings.actor
    yield "system_user", settings.system_user
    yield "host", settings.host
    yield "terminal", is_terminal(sys.stdout)
    yield "encoding", sys.stdout.encoding


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


def _findings(call: Call) -> Iterator[str]:
    url = call.settings.db_url
    path = _file(url)
    if path is None and url.startswith(_SQLITE):
        yield "there is no ledger at that URL yet: cityfund init makes one"
    if path is not None and os.name == "posix" and path.stat().st_mode & _OTHERS:
        yield f"others can read the ledger: chmod 600 {path}"
