"""The root command: lists every command by name and help line, and loads one when it is used.

The table of commands names the module from which each is loaded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from functools import cached_property
from importlib import import_module
from typing import Any, NamedTuple

import typer
import typer.main
from typer.core import TyperCommand, TyperGroup

import ledger
from cli.framework.command import Call, VerbGroup
from cli.framework.options import (
    PlainHelp,
    flag_parameter,
    shared_parameters,
    take_as_typed,
    typer_parameters,
)
from cli.framework.usage_errors import unknown_command
from ledger.registers import table as registers

DAILY = "Daily work"
REGISTERS = "Registers"
BOOKS = "Journal and tables"
ADMINISTRATION = "Administration"
LEARNING = "Help"


class CommandEntry(NamedTuple):
    """One noun or command: its line in the help, and where its Typer app is found."""

    name: str
    help: str
    panel: str
    module: str
    attribute: str = "app"


_DAILY_NOUNS = ("need", "approach", "offer", "deal")
_REGISTER_NOUNS = ("project", "city", "provider", "office", "unit")
_OWN_MODULES = frozenset(
    {
        "approach",
        "deal",
        "meeting",
        "note",
        "office",
        "owner",
        "partnership",
        "project",
        "reminder",
        "restriction",
        "seat",
        "undertaking",
        "unit",
    }
)
"""The registers whose commands have a module; those of all others follow from their columns."""


def _register_entry(name: str, panel: str) -> CommandEntry:
    spec = registers.REGISTERS[name]
    if name in _OWN_MODULES:
        return CommandEntry(name, spec.help, panel, f"cli.commands.{name}")
    return CommandEntry(name, spec.help, panel, "cli.commands.registers", name)


COMMAND_TABLE = (
    CommandEntry(
        "status", "What is to be done now, and what lapses soon.", DAILY, "cli.commands.status"
    ),
    CommandEntry("gaps", "What is still missing, need by need.", DAILY, "cli.commands.gaps"),
    CommandEntry(
        "match",
        "Propose the allocations that complete the most projects.",
        DAILY,
        "cli.commands.match",
    ),
    CommandEntry(
        "reconcile", "The nightly run, by hand or by a timer.", DAILY, "cli.commands.reconcile"
    ),
    CommandEntry(
        "brief",
        "One page about a record, an office or what you look after.",
        DAILY,
        "cli.commands.brief",
    ),
    CommandEntry(
        "find", "Find records by code, name, identifier or note.", DAILY, "cli.commands.find"
    ),
    CommandEntry("show", "Show the record of any code.", DAILY, "cli.commands.show"),
    CommandEntry(
        "history", "What changed of any record, when and by whom.", DAILY, "cli.commands.history"
    ),
    CommandEntry(
        "remind", "Remember something of a record on a day.", DAILY, "cli.commands.remind"
    ),
    CommandEntry(
        "done",
        "Say that what a reminder asks for is done.",
        DAILY,
        "cli.commands.remind",
        "done_app",
    ),
    CommandEntry(
        "approval",
        "What another person has to approve, and the rules for it.",
        DAILY,
        "cli.commands.approval",
    ),
    CommandEntry("finding", "Findings of the nightly run.", DAILY, "cli.commands.finding"),
    CommandEntry(
        "calendar", "Everything that is due, as a calendar file.", DAILY, "cli.commands.calendar"
    ),
    *(_register_entry(name, DAILY) for name in _DAILY_NOUNS),
    *(_register_entry(name, REGISTERS) for name in _REGISTER_NOUNS),
    *(
        _register_entry(name, REGISTERS)
        for name in registers.REGISTERS
        if name not in (*_DAILY_NOUNS, *_REGISTER_NOUNS)
    ),
    CommandEntry("report", "Reports on the network.", REGISTERS, "cli.commands.report"),
    CommandEntry(
        "screen",
        "Compare a list of names with providers and cities.",
        REGISTERS,
        "cli.commands.screen",
    ),
    CommandEntry(
        "topic",
        "Topics of needs, offers, partnerships and credentials.",
        REGISTERS,
        "cli.commands.topic",
    ),
    CommandEntry(
        "exchange",
        "City to city: who leads in a topic, and who could serve a need for expertise.",
        REGISTERS,
        "cli.commands.exchange",
    ),
    CommandEntry("rates", "Exchange rates.", REGISTERS, "cli.commands.rates"),
    CommandEntry("journal", "Recorded entries, and their reversal.", BOOKS, "cli.commands.journal"),
    CommandEntry(
        "log", "Every recorded act: who, when, and about what.", BOOKS, "cli.commands.log"
    ),
    CommandEntry("undo", "Undo your last request.", BOOKS, "cli.commands.undo"),
    CommandEntry(
        "import", "Import tables, and other files by an import rule.", BOOKS, "cli.commands.import_"
    ),
    CommandEntry("export", "Export the canonical tables.", BOOKS, "cli.commands.export"),
    CommandEntry(
        "query", "One SELECT over the ledger, in every format.", BOOKS, "cli.commands.query"
    ),
    CommandEntry("codes", "Code lists: sectors, units and others.", BOOKS, "cli.commands.codes"),
    CommandEntry("init", "Create or upgrade the ledger.", ADMINISTRATION, "cli.commands.init"),
    CommandEntry(
        "config",
        "Your configuration: each setting, where it comes from, and profiles.",
        ADMINISTRATION,
        "cli.commands.config",
    ),
    CommandEntry(
        "settings",
        "Settings of the ledger: its time zone, and what reports count by.",
        ADMINISTRATION,
        "cli.commands.settings",
    ),
    CommandEntry(
        "doctor",
        "Versions, settings and problems of the installation.",
        ADMINISTRATION,
        "cli.commands.doctor",
    ),
    CommandEntry(
        "check",
        "Check the rules of the ledger against the journal.",
        ADMINISTRATION,
        "cli.commands.check",
    ),
    CommandEntry(
        "audit",
        "Seals of the records, and proofs against them.",
        ADMINISTRATION,
        "cli.commands.audit",
    ),
    CommandEntry(
        "db",
        "The database: upgrade, copy, backup, restore, a wrong clock.",
        ADMINISTRATION,
        "cli.commands.db",
    ),
    CommandEntry(
        "help", "What all commands have in common, by topic.", LEARNING, "cli.commands.help"
    ),
    CommandEntry(
        "demo",
        "Play the demonstration on a ledger of its own.",
        LEARNING,
        "cli.commands.demo",
    ),
)

HELP = "The ledger of a development fund that works as a broker: needs, offers, deals, gaps."


class Root(PlainHelp, TyperGroup):
    """The program itself. Help and completion see only the table of words."""

    context_class = Call

    def __init__(self, entries: Sequence[CommandEntry] = COMMAND_TABLE, **attrs: Any) -> None:
        """Take the table of commands and the arguments of a Typer group."""
        super().__init__(**attrs)
        self.entries = {entry.name: entry for entry in entries}

    @cached_property
    def _stand_ins(self) -> dict[str, TyperCommand]:
        return {
            entry.name: TyperCommand(entry.name, help=entry.help, rich_help_panel=entry.panel)
            for entry in self.entries.values()
        }

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the commands in the order of the help."""
        del ctx
        return list(self.entries)

    def get_command(self, ctx: Any, cmd_name: str) -> TyperCommand | None:
        """Return a stand-in with a name and a help line; nothing is loaded."""
        del ctx
        return self._stand_ins.get(cmd_name)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Load the command that is to run. Raises UnknownCommand naming the nearest."""
        entry = self.entries.get(args[0])
        if entry is not None:
            return entry.name, load(entry), args[1:]
        if ctx.resilient_parsing:
            return None, None, args[1:]
        raise unknown_command(ctx, args[0], list(self.entries))

    def former_command(self, ctx: Any, args: list[str], known: list[str]) -> Any:
        """Find the command whose former name was typed. Raises UnknownCommand where none was."""
        from cli.framework.former import former_command  # noqa: PLC0415 - rarely typed

        return former_command(ctx, args, known, lambda name: load(self.entries[name]))


def load(entry: CommandEntry) -> Any:
    """Import the module of an entry and make its command."""
    app = getattr(import_module(entry.module), entry.attribute)
    cls = app.info.cls
    if isinstance(cls, type) and issubclass(cls, VerbGroup):
        made: Any = _noun(app)
    else:
        made = typer.main.get_command(app)
    made.name = entry.name
    return made


def _noun(app: typer.Typer) -> Any:
    """Make the command of a noun without its verbs: the one that is asked for is made alone."""
    bare = copy(app)
    bare.registered_commands = []
    made: Any = typer.main.get_group(bare)
    made.commands = _Verbs(app, made.commands)
    return made


class _Verbs(Mapping[str, TyperCommand]):
    """The verbs of a noun by name, in their order; each is made when it is first asked for."""

    def __init__(self, app: typer.Typer, groups: Mapping[str, Any]) -> None:
        """Start; `groups` are nouns within the noun, made already."""
        self._app = app
        self._infos = {info.name: info for info in app.registered_commands if info.name}
        self._made: dict[str, Any] = dict(groups)
        self._names = (*self._infos, *groups)

    def __getitem__(self, name: str) -> Any:
        if name not in self._made:
            self._made[name] = typer.main.get_command_from_info(
                self._infos[name],
                pretty_exceptions_short=self._app.pretty_exceptions_short,
                rich_markup_mode=self._app.rich_markup_mode,
            )
        return self._made[name]

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def _show_version(value: bool) -> None:  # noqa: FBT001 - Typer's callback shape
    if value:
        typer.echo(f"cityfund {ledger.__version__}")
        raise typer.Exit


_VERSION = flag_parameter(
    "version",
    "--version",
    words="Show the version and exit.",
    is_eager=True,
    expose_value=False,
    callback=_show_version,
)


def build_root(entries: Sequence[CommandEntry] = COMMAND_TABLE) -> Root:
    """Make the root command from a table of commands."""
    completion = typer.main.get_install_completion_arguments()
    params = [*typer_parameters(_VERSION), *shared_parameters("root"), *completion]
    take_as_typed(params)
    return Root(
        entries,
        name="cityfund",
        help=HELP,
        params=params,
        no_args_is_help=True,
        subcommand_metavar="NOUN VERB ...",
        context_settings={"help_option_names": ["--help", "-h"]},
    )
