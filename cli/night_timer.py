"""The lines that let a machine run the night by itself: a crontab's, or systemd's two units.

What is printed holds no password: a database whose URL has one is named in an environment file
that only its owner can read.
"""

from __future__ import annotations

import re
import shlex
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cli.settings import mask_url
from ledger.errors import InvalidInput

SCHEMA: Final = "cityfund.install/1"
UNIT: Final = "cityfund-night"
_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")


class NoTimeOfDay(InvalidInput):
    """The time for the night is none that a clock shows."""

    code = "no-time-of-day"
    default_why = "A time of day is written with hours and minutes, 00:00 to 23:59."
    default_next = "Write it like --at 02:30."


class CannotSchedule(InvalidInput):
    """A path or a URL holds what a crontab or a unit cannot: the end of a line."""

    code = "cannot-schedule"
    default_why = "Crontabs and units are made of lines."
    default_next = "Put the ledger, or the environment file, under another name."


@dataclass(frozen=True, slots=True, kw_only=True)
class Timer:
    """What is to run at what time: `words` of the command, and the file with its environment.

    `needs_file` says that the command does not work without that file.
    """

    words: Sequence[str]
    environment: Path
    needs_file: bool
    hour: int
    minute: int
    user: str

    def __post_init__(self) -> None:
        """Refuse what would break the line it stands in."""
        for word in (*self.words, str(self.environment)):
            if not word.isprintable():
                raise CannotSchedule(f"{word!r} cannot stand in a crontab or a unit.")


def program() -> list[str]:
    """Give the words that start this program from anywhere."""
    named = Path(sys.argv[0])
    if named.name == "cityfund" and named.is_file():
        return [str(named.absolute())]
    found = shutil.which("cityfund")
    return [found] if found is not None else [sys.executable, "-m", "cli.main"]


def timer(db_url: str, *, at: str, environment: Path, actor: str | None, user: str) -> Timer:
    """Put together what is to run. Raises `NoTimeOfDay` and `CannotSchedule`."""
    time = _TIME.fullmatch(at)
    if time is None:
        raise NoTimeOfDay(f"{at!r} is no time of day.")
    secret = mask_url(db_url) != db_url
    named = [] if secret else ["--db", db_url]
    acting = [] if actor is None else ["--actor", actor]
    return Timer(
        words=[*program(), "reconcile", *named, *acting],
        environment=environment,
        needs_file=secret,
        hour=int(time[1]),
        minute=int(time[2]),
        user=user,
    )


def cron_files(one: Timer) -> Mapping[str, str]:
    """Give the crontab's line, to be added with `crontab -e`."""
    file = shlex.quote(str(one.environment))
    read = f". {file}" if one.needs_file else f"if [ -r {file} ]; then . {file}; fi"
    command = f"set -a; {read}; set +a; {shlex.join(one.words)}"
    # To cron a bare percent sign is the end of the command.
    line = f"{one.minute} {one.hour} * * * " + command.replace("%", "\\%")
    return {"crontab": f"{line}\n"}


def systemd_files(one: Timer) -> Mapping[str, str]:
    """Give the service and its timer, to be put under /etc/systemd/system."""
    optional = "" if one.needs_file else "-"
    file = str(one.environment).replace("%", "%%")
    service = (
        "[Unit]\n"
        "Description=The night of a cityfund ledger\n\n"
        "[Service]\n"
        "Type=oneshot\n"
        f"User={one.user}\n"
        f"EnvironmentFile={optional}{file}\n"
        f"ExecStart={' '.join(map(_unit_word, one.words))}\n"
        "# 1 says that there are findings to look at, and the run was done.\n"
        "SuccessExitStatus=1\n"
    )
    timed = (
        "[Unit]\n"
        "Description=Every night for a cityfund ledger\n\n"
        "[Timer]\n"
        f"OnCalendar=*-*-* {one.hour:02}:{one.minute:02}:00\n"
        "Persistent=true\n\n"
        "[Install]\n"
        "WantedBy=timers.target\n"
    )
    folder = "/etc/systemd/system"
    return {f"{folder}/{UNIT}.service": service, f"{folder}/{UNIT}.timer": timed}


def _unit_word(word: str) -> str:
    """Quote a word as systemd reads it: it fills in what follows % and $."""
    for sign, escaped in (("\\", "\\\\"), ('"', '\\"'), ("%", "%%"), ("$", "$$")):
        word = word.replace(sign, escaped)
    return f'"{word}"'


def install_document(one: Timer, files: Mapping[str, str]) -> dict[str, Any]:
    """Give the files as a JSON document."""
    return {
        "schema": SCHEMA,
        "environment_file": str(one.environment),
        "needs_environment_file": one.needs_file,
        "files": [{"path": path, "content": content} for path, content in files.items()],
    }


def what_to_do(one: Timer, *, cron: bool) -> list[str]:
    """Say what an administrator does with what was printed."""
    told = []
    if one.needs_file:
        told.append(
            f"The database's URL holds a password: write CITYFUND_DB=URL into {one.environment}, "
            "and keep that file to its owner (chmod 600)."
        )
    if cron:
        told.append(f"Add the line to the crontab of {one.user}: crontab -e")
    else:
        told.append(f"Put the files there, then: systemctl enable --now {UNIT}.timer")
    return told
