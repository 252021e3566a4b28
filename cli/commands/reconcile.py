"""`cityfund reconcile`: the nightly run, and its schedule as a crontab line or systemd units.

A printed schedule contains no password: a database URL with one goes into an environment file that
only its owner can read.
"""

from __future__ import annotations

import re
import shlex
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date as Date  # noqa: N812 - `date` is an option here
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from cli.framework.call_options import ReadOptions
from cli.framework.command import Call, command, noun
from cli.framework.files import require_place_for
from cli.framework.ledger_names import has_password
from cli.framework.options import comma_separated
from cli.framework.output import emit_document, emit_lines
from cli.framework.receipts import with_ledger
from cli.framework.session import agree_to_clock, churn_of, ledger_of, optional_date
from cli.framework.signing import command_words, nightly_key
from cli.framework.terminal import note
from cli.framework.usage_errors import BadUsage
from cli.views.night import watch_of
from cli.views.reconcile import reconcile_document, reconcile_lines
from ledger.core.errors import ExitCode, InvalidInput

if TYPE_CHECKING:
    from ledger.usecases.nights.run import ReconcileResult

Inbox = Annotated[
    str | None,
    typer.Option(
        "--inbox", metavar="FOLDER", help="The folder of providers' statements.", show_default=False
    ),
]
Rules = Annotated[
    list[str] | None,
    typer.Option(
        "--statement-rules",
        metavar="FILE|NAME",
        help="Read matching files by this import rule; repeatable.",
    ),
]
ToleranceDays = Annotated[
    str, typer.Option("--date-tolerance", metavar="N", help="Days by which two dates may differ.")
]
SilentDays = Annotated[
    str | None,
    typer.Option(
        "--silent-days", metavar="N", help="Report providers without a statement for longer."
    ),
]
PostDeliveries = Annotated[
    bool,
    typer.Option(
        "--post-deliveries", help="Post deliveries of committed deals found in statements."
    ),
]


SendersOption = Annotated[
    list[str] | None,
    typer.Option(
        "--sender",
        metavar="PROVIDER=PATTERN",
        help="The files of a provider: BANK=bank-*.csv or BANK=bank/*; repeatable.",
    ),
]


def statement_options(call: Call) -> dict[str, Any]:
    """Return the options of the step for statements. Raises what loading a rule raises."""
    from ledger.usecases.interchange.import_tables import load_rule_named
    from ledger.usecases.status import parse_days

    given = call.params
    folder, silent = given["inbox"] or call.settings.inbox, given["silent_days"]
    senders = tuple(_senders(given["sender"]))
    if given["post_deliveries"] and not senders:
        raise BadUsage(
            "--post-deliveries needs --sender.",
            why="Anybody can put a file in the inbox; deliveries are posted from files that are "
            "tied to their provider alone.",
            next_step="Add --sender 'PROVIDER=PATTERN' for each provider, such as 'BANK=bank/*'.",
        )
    return {
        "inbox": None if folder is None else Path(folder),
        "rules": tuple(load_rule_named(one) for one in _rules(given["statement_rules"])),
        "tolerance_days": parse_days(given["date_tolerance"], "--date-tolerance"),
        "silent_days": None if silent is None else parse_days(silent, "--silent-days"),
        "post_deliveries": given["post_deliveries"],
        "senders": senders,
    }


def _senders(typed: Iterable[str] | None) -> Iterator[tuple[str, str]]:
    """Read which files each provider sends. Raises BadUsage."""
    for text in typed or ():
        provider, _, pattern = (part.strip() for part in text.partition("="))
        if not provider or not pattern or ".." in pattern or pattern.startswith("/"):
            raise BadUsage(
                f"{text!r} does not say which files a provider sends.",
                why="It is a provider's code, =, and a pattern of names within the inbox.",
                next_step="Write it like --sender 'BANK=bank-*.csv' or --sender 'BANK=bank/*'.",
            )
        yield provider, pattern


def _rules(typed: Iterable[str] | None) -> Iterator[str]:
    """Give the rules named; a file whose path has a comma is one rule."""
    for text in typed or ():
        yield from [text] if Path(text).exists() else comma_separated([text])


app = noun("The nightly run: lapse, compare, record, propose, check, seal.", default="night")


@command(app, "night", kind="plain")
def night(
    call: Call,
    only: Annotated[
        list[str] | None,
        typer.Option("--only", metavar="STEP", help="Only these: lapse,gaps; repeatable."),
    ] = None,
    date: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="Run the night of that date (default: today)."),
    ] = None,
    warn_days: Annotated[
        str, typer.Option(metavar="N", help="Warn about holds and offers that lapse within N days.")
    ] = "7",
    time_limit: Annotated[
        str, typer.Option(metavar="SECONDS", help="Time limit of the matching.")
    ] = "120",
    inbox: Inbox = None,  # noqa: ARG001 - read by statement_options
    statement_rules: Rules = None,  # noqa: ARG001 - read by statement_options
    date_tolerance: ToleranceDays = "3",  # noqa: ARG001 - read by statement_options
    silent_days: SilentDays = None,  # noqa: ARG001 - read by statement_options
    post_deliveries: PostDeliveries = False,  # noqa: ARG001 - read by statement_options
    sender: SendersOption = None,  # noqa: ARG001 - read by statement_options
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show the result, write nothing.")
    ] = False,
    clock_is_right: Annotated[  # noqa: ARG001 - read by agree_to_clock
        bool,
        typer.Option(
            "--clock-is-right",
            help="Write after a long pause, and catch up any number of missed nights.",
        ),
    ] = False,
    missed_nights: Annotated[
        str | None,
        typer.Option(
            "--missed-nights",
            metavar="N",
            help="Catch up so many missed nights without asking; 7 unless set otherwise.",
            show_default=False,
        ),
    ] = None,
    seal_to: Annotated[
        str | None,
        typer.Option(
            "--seal-to",
            metavar="COMMAND",
            help="Run this with each new seal on its input, to keep it outside the ledger.",
            show_default=False,
        ),
    ] = None,
    sign: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Sign each new seal with the key in this file."),
    ] = None,
    report: Annotated[
        str | None,
        typer.Option("--output", metavar="FILE", help="Also write the report to this file."),
    ] = None,
) -> ExitCode:
    """Do the nightly run, missed nights first; exit code 1 if there are findings.

    With --quiet it writes nothing where there are none.
    """
    from ledger.solver.options import parse_seconds
    from ledger.usecases.night_step import NightOptions, Operator
    from ledger.usecases.nights.run import reconcile
    from ledger.usecases.status import parse_days

    file = None if report is None else ReadOptions(format="table", output=Path(report))
    if file is not None and file.output is not None:
        require_place_for(file.output)
    options = NightOptions(
        warn_days=parse_days(warn_days, "--warn-days"),
        solve_seconds=parse_seconds(time_limit),
        churn=churn_of(call),
        dry_run=dry_run,
        only=tuple(comma_separated(only)),
        missed_nights=_nights_unasked(call, missed_nights),
        statements=statement_options(call),
        seal_to=command_words(seal_to),
        signing_key=nightly_key(sign, seal_to),
    )
    who = Operator(
        actor=call.settings.actor, system_user=call.settings.system_user, host=call.settings.host
    )
    answer = reconcile(
        ledger_of(call),
        who,
        options,
        watch_of(call),
        day=optional_date(call, date),
        agree=partial(_agree_to_nights, call),
    )
    return _write(call, answer, file)


def _nights_unasked(call: Call, typed: str | None) -> int:
    """Return how many missed nights are caught up without asking."""
    from ledger.core.dates import MOST_UNASKED
    from ledger.usecases.status import parse_days

    if typed is not None:
        return parse_days(typed, "--missed-nights")
    nights = call.settings.missed_nights
    return MOST_UNASKED if nights is None else nights


def _write(call: Call, answer: ReconcileResult, file: ReadOptions | None) -> ExitCode:
    """Write the report, to a file too; nothing to people who asked for findings alone."""
    document = reconcile_document(answer)
    if not answer.dry_run:
        call.remember(
            f"recorded as run {document['run']}; the same command is safe to repeat "
            "and prints the report again"
        )
    found = any(one.findings for one in answer.nights)
    as_json = call.format == "json"
    if found or as_json or not call.settings.quiet:
        _report(call, document, None, as_json=as_json)
    if file is not None:
        _report(call, document, file, as_json=str(file.output).casefold().endswith(".json"))
    return ExitCode.FINDINGS if found else ExitCode.DONE


def _agree_to_nights(call: Call, missed: Sequence[Date]) -> None:
    """Ask whether many missed nights are to be caught up; raises ClockAhead in a script."""
    from ledger.core.dates import ClockAhead

    what = f"{len(missed)} nights were missed, {missed[0]} to {missed[-1]}"
    question = "Is the clock right, and are they to be caught up?"
    agree_to_clock(call, ClockAhead(f"{what}."), question)


def _report(
    call: Call, document: Mapping[str, Any], file: ReadOptions | None, *, as_json: bool
) -> None:
    if as_json:
        emit_document(document, file)
    else:
        emit_lines(with_ledger(call, reconcile_lines(document)), file)


@command(app, "install", kind="plain")
def install(
    call: Call,
    cron: Annotated[bool, typer.Option("--cron", help="Print a crontab line.")] = False,
    systemd: Annotated[bool, typer.Option("--systemd", help="Print systemd units.")] = False,
    at: Annotated[
        str, typer.Option(metavar="HH:MM", help="The time, by the machine's clock.")
    ] = "02:30",
    environment: Annotated[
        str | None,
        typer.Option("--env-file", metavar="FILE", help="The file with the CITYFUND_* variables."),
    ] = None,
    inbox: Inbox = None,
) -> None:
    """Print the schedule of the nightly run: a crontab line or systemd units.

    The crontab's line has --quiet: cron sends mail only where there is something to look at.
    """
    from cli.framework.settings import config_path
    from ledger.store.db.engine import absolute_url

    if cron == systemd:
        raise BadUsage(
            "Neither or both of --cron and --systemd were given.",
            why="The nightly run is scheduled by one of the two.",
            next_step="Use the one that your machine has.",
        )
    file = Path(environment) if environment is not None else config_path().with_name("night.env")
    one = timer(
        absolute_url(call.settings.db_url),
        at=at,
        environment=file.absolute(),
        actor=call.flags().get("actor"),
        user=call.settings.system_user,
        inbox=None if inbox is None else Path(inbox).absolute(),
        quiet=cron,
    )
    files = cron_files(one) if cron else systemd_files(one)
    if call.format == "json":
        emit_document(install_document(one, files))
        return
    for path, content in files.items():
        emit_lines(content.splitlines() if cron else [f"# {path}", *content.splitlines(), ""])
    for words in what_to_do(one, cron=cron):
        note(call, words)
    if inbox is not None and not Path(inbox).is_dir():
        note(
            call, f"The inbox {Path(inbox).absolute()} is no folder yet: make it before the night."
        )


SCHEMA: Final = "cityfund.install/1"
UNIT: Final = "cityfund-night"
_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")


class NoTimeOfDay(InvalidInput, code="no-time-of-day"):
    """The time of the nightly run is not a time of day."""

    default_why = "A time of day is written as hours and minutes, 00:00 to 23:59."
    default_next = "Write it like --at 02:30."


class CannotSchedule(InvalidInput, code="cannot-schedule"):
    """A path or a URL holds what a crontab or a unit cannot: the end of a line."""

    default_why = "Each entry of a crontab or a unit is one line."
    default_next = "Rename the ledger, the inbox or the environment file."


@dataclass(frozen=True, slots=True, kw_only=True)
class Timer:
    """A scheduled command: its `words`, its time, and the file with its environment.

    `needs_file` says that the command does not work without that file.
    """

    words: Sequence[str]
    environment: Path
    needs_file: bool
    hour: int
    minute: int
    user: str

    def __post_init__(self) -> None:
        """Refuse characters that would break a line."""
        for word in (*self.words, str(self.environment)):
            if not word.isprintable():
                raise CannotSchedule(
                    f"{word!r} contains a character that a crontab or a unit cannot hold."
                )


def program() -> list[str]:
    """Return the command that starts this program."""
    named = Path(sys.argv[0])
    if named.name == "cityfund" and named.is_file():
        return [str(named.absolute())]
    executable = shutil.which("cityfund")
    return [executable] if executable is not None else [sys.executable, "-m", "cli.main"]


def timer(
    db_url: str,
    *,
    at: str,
    environment: Path,
    actor: str | None,
    user: str,
    inbox: Path | None = None,
    quiet: bool = False,
) -> Timer:
    """Make the schedule. Raises `NoTimeOfDay` and `CannotSchedule`."""
    time = _TIME.fullmatch(at)
    if time is None:
        raise NoTimeOfDay(f"{at!r} is not a time of day.")
    secret = has_password(db_url)
    named = [] if secret else ["--db", db_url]
    acting = [] if actor is None else ["--actor", actor]
    reading = [] if inbox is None else ["--inbox", str(inbox)]
    silent = ["--quiet"] if quiet else []
    return Timer(
        words=[*program(), "reconcile", *named, *acting, *reading, *silent],
        environment=environment,
        needs_file=secret,
        hour=int(time[1]),
        minute=int(time[2]),
        user=user,
    )


def cron_files(one: Timer) -> Mapping[str, str]:
    """Return the crontab's line, to be added with `crontab -e`."""
    file = shlex.quote(str(one.environment))
    read = f". {file}" if one.needs_file else f"if [ -r {file} ]; then . {file}; fi"
    command = f"set -a; {read}; set +a; {shlex.join(one.words)}"
    # To cron a bare percent sign is the end of the command.
    line = f"{one.minute} {one.hour} * * * " + command.replace("%", "\\%")
    return {"crontab": f"{line}\n"}


def systemd_files(one: Timer) -> Mapping[str, str]:
    """Return the service and its timer, to be put under /etc/systemd/system."""
    optional = "" if one.needs_file else "-"
    file = str(one.environment).replace("%", "%%")
    service = (
        "[Unit]\n"
        "Description=Nightly run of a cityfund ledger\n\n"
        "[Service]\n"
        "Type=oneshot\n"
        f"User={one.user}\n"
        f"EnvironmentFile={optional}{file}\n"
        f"ExecStart={' '.join(map(_unit_word, one.words))}\n"
        "# Exit code 1: the run is complete, with findings.\n"
        "SuccessExitStatus=1\n"
    )
    timed = (
        "[Unit]\n"
        "Description=Nightly run of a cityfund ledger\n\n"
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
    """Return the files as a JSON document."""
    return {
        "schema": SCHEMA,
        "environment_file": str(one.environment),
        "needs_environment_file": one.needs_file,
        "files": [{"path": path, "content": content} for path, content in files.items()],
    }


def what_to_do(one: Timer, *, cron: bool) -> list[str]:
    """Return the instructions for the administrator."""
    instructions = []
    if one.needs_file:
        instructions.append(
            f"The database URL contains a password: write CITYFUND_DB=URL into {one.environment}, "
            "and make that file readable by its owner only (chmod 600)."
        )
    if cron:
        instructions.append(f"Add the line to the crontab of {one.user}: crontab -e")
    else:
        instructions.append(f"Save the files there, then: systemctl enable --now {UNIT}.timer")
    return instructions
