"""`cityfund help`: what all commands have in common, topic by topic."""

from __future__ import annotations

import sys
from typing import Annotated, Final

import typer

from cli.framework.command import Call, command, standalone
from cli.framework.output import emit_document, emit_lines
from cli.framework.usage_errors import did_you_mean
from ledger.core.errors import UsageError

TOPICS: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "dates": (
        "Days and times, as they are typed.",
        (
            "A day is written 2026-03-01, or today, yesterday, tomorrow.",
            "A Jalali day of the years 1300 to 1499 is converted and said back: 1405-07-01.",
            "Digits may be Persian or Arabic.",
            "--on DATE says when an act took effect; without it, today by the ledger's time zone.",
            "--as-of DATE shows the state at the end of a day, --known-at TIME what was recorded",
            "by a moment. With both, a report is the same for ever.",
            "",
            "  cityfund gaps --as-of 2026-11-22",
            "  cityfund gaps --as-of yesterday --known-at 2026-11-23T11:00Z",
        ),
    ),
    "quantities": (
        "Amounts with their unit, as they are typed.",
        (
            "A quantity is a number and a unit: 40M EUR, 1.5bn IRR, 120 person-day, €40M.",
            "K, M and bn are thousands, millions and thousands of millions. What could be read in",
            "two ways, such as $ or 1,234, is refused and not guessed.",
            "? EUR is a quantity that is not known yet; 0 is none.",
            "Units: cityfund unit list. A unit of work is added with cityfund unit add.",
            "",
            '  cityfund need add P-1 money "40M EUR" --topic metro --dry-run',
            '  cityfund need add P-1 expertise "? person-day" --topic metro --dry-run',
        ),
    ),
    "filters": (
        "Which rows of a list are kept, and how they are shown.",
        (
            "--where COLUMN=VALUE keeps rows; != leaves them out, < > <= >= compare.",
            "Several values are alternatives (country=IR,TR), as is the same column said again;",
            "filters of several columns all hold. A column is named by its key or its heading.",
            "Codes answer to names and to what contains them: country=Iran, region=Africa.",
            "--city, --provider, --office and --state are short for --where city=... and so on.",
            "A list without such a column follows its records: an offer has its provider's city,",
            "and a need has the providers of its deals and approaches.",
            "--sort COLUMN (-COLUMN turns it), --limit N, --columns COLUMN,... shape a list;",
            "--format and --output write it: csv, xlsx, json and others.",
            "",
            "  cityfund gaps --where country=IR --where 'gap>1M EUR' --sort -gap",
            "  cityfund need list --where factor=money,expertise --columns need,quantity --limit 5",
        ),
    ),
    "exit-codes": (
        "How a command ends, for scripts.",
        (
            "0    done",
            "1    done, with findings (check, doctor, reconcile), or unproven (audit verify)",
            "2    usage: the command line cannot be understood",
            "3    invalid input: a value, a file or a setting",
            "4    refused by a rule of the ledger",
            "5    not found",
            "6    busy: locked, or changed meanwhile",
            "7    the database cannot be opened, or its schema is not current",
            "70   a fault of the program",
            "74   trouble with a disk or a file",
            "130  interrupted",
            "With --json a refusal is a document on standard error, with code, what, why and next.",
            "",
            "  cityfund check --json",
            "  cityfund status --quiet",
        ),
    ),
    "configuration": (
        "Which ledger, person, office and format a command works with.",
        (
            "A flag is strongest (--db, --actor), then a variable (CITYFUND_DB, CITYFUND_ACTOR,",
            "CITYFUND_OFFICE), then the profile that is chosen, then the config file, then the",
            "default. cityfund config list shows each value and where it comes from.",
            "cityfund config set KEY VALUE changes the file; office is the one whose rows lists",
            "and status keep, and --office CODE names another for one command.",
            "A profile is a section of the file: cityfund config set profile.NAME.db URL creates",
            "one, --profile NAME or CITYFUND_PROFILE chooses it.",
            "",
            "  cityfund config list",
            "  cityfund config set profile.training.db sqlite:///training.db",
        ),
    ),
    "code-lists": (
        "The codes that columns and options take.",
        (
            "cityfund codes LIST shows a list: sectors, statuses, instruments, kinds, units or",
            "countries. Countries are ISO 3166 codes or English names, regions those of UN M49,",
            "currencies those of ISO 4217. The codes of records are shown by cityfund NOUN list:",
            "capitals do not count, and where only one code begins so, its beginning is enough to",
            "read it.",
            "",
            "  cityfund codes sectors",
            "  cityfund codes units --json",
        ),
    ),
}
"""Each topic with its line and its text, which ends with two examples."""

app = standalone()


class UnknownHelpTopic(UsageError, code="unknown-help-topic"):
    """Help was asked for on something that is no topic."""

    default_why = f"The topics are: {', '.join(TOPICS)}."


def _complete_topic(incomplete: str) -> list[str]:
    return [name for name in TOPICS if name.startswith(incomplete)]


@command(app, "help", kind="plain")
def help_(
    call: Call,
    topic: Annotated[
        str | None, typer.Argument(help="One of the topics.", autocompletion=_complete_topic)
    ] = None,
    man: Annotated[
        bool, typer.Option("--man", help="Write the manual page of all commands, for man.")
    ] = False,
) -> None:
    """Explain what all commands have in common: dates, quantities, filters, codes, exit codes.

    The manual page is read with: cityfund help --man | man -l -
    """
    if man:
        _write_manual(call, topic)
        return
    named = None if topic is None else topic.casefold()
    if named is not None and named not in TOPICS:
        otherwise = "See cityfund help, or a command's own --help."
        next_step = did_you_mean(named, list(TOPICS), otherwise)
        raise UnknownHelpTopic(f"There is no topic {topic!r}.", next_step=next_step)
    if call.format == "json":
        shown = TOPICS if named is None else {named: TOPICS[named]}
        topics = [
            {"topic": one, "about": line, "text": [*text]} for one, (line, text) in shown.items()
        ]
        emit_document({"schema": "cityfund.help/1", "topics": topics})
    elif named is None:
        emit_lines([f"{name:<13} {line}" for name, (line, _) in TOPICS.items()])
        emit_lines(["", "cityfund help TOPIC explains one, cityfund COMMAND --help a command."])
    else:
        emit_lines([TOPICS[named][0], "", *TOPICS[named][1]])


def _write_manual(call: Call, topic: str | None) -> None:
    from cli.framework.usage_errors import BadUsage
    from cli.views.manual import manual_lines

    if topic is not None or call.format == "json":
        raise BadUsage(
            "--man was given with a topic, or with --json.",
            why="The manual page is one text with all topics.",
            next_step="Leave out the other one.",
        )
    sys.stdout.writelines(f"{line}\n" for line in manual_lines(TOPICS))
