"""The root command: knows every word by name and help line, and loads one when it is used.

The words `cityfund` knows, and the module each is loaded from when it is used.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from importlib import import_module
from typing import Any, NamedTuple

import typer
import typer.main
from typer.core import TyperCommand, TyperGroup

import ledger
from cli.framework.command import Call, VerbGroup, unknown_command
from cli.framework.options import PlainHelp, shared_parameters, take_as_typed
from ledger.registers import table as registers

DAILY = "Daily work"
REGISTERS = "Registers"
BOOKS = "Journal and tables"
SET_UP = "Set-up"


class Word(NamedTuple):
    """One noun or command: its line in the help, and where its Typer app is found."""

    name: str
    help: str
    panel: str
    module: str
    attribute: str = "app"


_DAILY_NOUNS = ("need", "offer", "deal")
_REGISTER_NOUNS = ("project", "city", "provider", "office", "unit")
"""The registers whose commands have a module; those of all others follow from their columns."""


def _register_word(name: str, panel: str) -> Word:
    return Word(name, registers.REGISTERS[name].help, panel, f"cli.commands.{name}")


WORDS = (
    Word("gaps", "What is still missing, need by need.", DAILY, "cli.commands.gaps"),
    Word(
        "match",
        "Propose the allocations that complete the most projects.",
        DAILY,
        "cli.commands.match",
    ),
    Word("reconcile", "The nightly run, by hand or by a timer.", DAILY, "cli.commands.reconcile"),
    Word("finding", "Findings of the nightly run.", DAILY, "cli.commands.finding"),
    *(_register_word(name, DAILY) for name in _DAILY_NOUNS),
    *(_register_word(name, REGISTERS) for name in _REGISTER_NOUNS),
    *(
        Word(name, spec.help, REGISTERS, "cli.commands.registers", name)
        for name, spec in registers.REGISTERS.items()
        if name not in (*_DAILY_NOUNS, *_REGISTER_NOUNS)
    ),
    Word("rates", "Exchange rates.", REGISTERS, "cli.commands.rates"),
    Word(
        "journal", "Recorded entries, reversals, seals and proofs.", BOOKS, "cli.commands.journal"
    ),
    Word(
        "check", "Check the rules of the ledger against the journal.", BOOKS, "cli.commands.check"
    ),
    Word(
        "import", "Import tables, and other files by an import rule.", BOOKS, "cli.commands.import_"
    ),
    Word("export", "Export the canonical tables.", BOOKS, "cli.commands.export"),
    Word("init", "Create or upgrade the ledger.", SET_UP, "cli.commands.init"),
    Word(
        "demo",
        "Play the demonstration on a ledger of its own.",
        SET_UP,
        "cli.commands.demo",
    ),
    Word("status", "Summary of the ledger, and what lapses soon.", SET_UP, "cli.commands.status"),
    Word(
        "doctor",
        "Versions, settings and problems of the installation.",
        SET_UP,
        "cli.commands.doctor",
    ),
    Word("db", "The database: upgrade, copy, backup, restore.", SET_UP, "cli.commands.db"),
)

HELP = "The ledger of a development fund that works as a broker: needs, offers, deals, gaps."


class Root(PlainHelp, TyperGroup):
    """The program itself. Help and completion see only the table of words."""

    context_class = Call

    def __init__(self, words: Sequence[Word] = WORDS, **attrs: Any) -> None:
        """Take the table of words beside what any group of Typer's takes."""
        super().__init__(**attrs)
        self.words = {word.name: word for word in words}

    @cached_property
    def _stand_ins(self) -> dict[str, TyperCommand]:
        return {
            word.name: TyperCommand(word.name, help=word.help, rich_help_panel=word.panel)
            for word in self.words.values()
        }

    def list_commands(self, ctx: Any) -> list[str]:
        """Give the commands in the order of the help."""
        del ctx
        return list(self.words)

    def get_command(self, ctx: Any, cmd_name: str) -> TyperCommand | None:
        """Give a stand-in with a name and a help line; nothing is loaded."""
        del ctx
        return self._stand_ins.get(cmd_name)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Load the command that is to run. Raises UnknownCommand naming the nearest."""
        word = self.words.get(args[0])
        if word is not None:
            return word.name, load(word), args[1:]
        if ctx.resilient_parsing:
            return None, None, args[1:]
        raise unknown_command(ctx, args[0], list(self.words))


def load(word: Word) -> Any:
    """Import a word's module and make its command."""
    app = getattr(import_module(word.module), word.attribute)
    cls = app.info.cls
    if isinstance(cls, type) and issubclass(cls, VerbGroup):
        made: Any = typer.main.get_group(app)
    else:
        made = typer.main.get_command(app)
    made.name = word.name
    return made


def _show_version(value: bool) -> None:  # noqa: FBT001 - Typer's callback shape
    if value:
        typer.echo(f"cityfund {ledger.__version__}")
        raise typer.Exit


def _version_option() -> Any:
    app = typer.Typer(add_completion=False)

    @app.command()
    def root(
        version: bool = typer.Option(  # noqa: FBT001
            False,  # noqa: FBT003
            "--version",
            is_eager=True,
            expose_value=False,
            callback=_show_version,
            show_default=False,
            help="Show the version and exit.",
        ),
    ) -> None:
        """Hold the one option that is the root's alone."""

    return typer.main.get_command(app).params[0]


def build_root(words: Sequence[Word] = WORDS) -> Root:
    """Make the program's root command over a table of words."""
    completion = typer.main.get_install_completion_arguments()
    params = [_version_option(), *shared_parameters("root"), *completion]
    take_as_typed(params)
    return Root(
        words,
        name="cityfund",
        help=HELP,
        params=params,
        no_args_is_help=True,
        subcommand_metavar="NOUN VERB ...",
        context_settings={"help_option_names": ["--help", "-h"]},
    )
