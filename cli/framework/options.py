"""The options that commands share: every command's, a reading command's, a writing command's.

Each group is written once, as the parameters of a template function, and added to every command
of its kind by `cli.framework.command`; the commands' own functions never list them.

Values of options and arguments are taken as typed.

Typer converts every value through pydantic, whose import takes longer than a whole reading
command. The framework's parameters are text or flags, which need no conversion, so they are given
a converter that passes them through. Parameters of other types keep Typer's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import Annotated, Any, ClassVar

import typer
import typer.main

from cli.framework.usage_errors import BadUsage
from ledger.core.errors import LedgerError

_PASSED_THROUGH = (str, bool, list[str])

TWO_WORDS = "CODE FIELD=VALUE"
"""The metavar of options that take a code and what changes of it, as two words."""


class _AsTyped:
    """Typer's converter interface for values that are already what they should be."""

    def coerce(self, value: Any, *, param: Any, ctx: Any) -> Any:
        """Give the value itself; a repeatable option that was not given is an empty tuple."""
        del ctx
        if value is None and (param.multiple or param.nargs == -1):
            return ()
        return value


class PlainHelp:
    """Mixed into a command: its --help is an ordinary flag, and empty texts are refused.

    A variable of a script that is not set becomes an empty text: it must not stand for a default,
    such as the whole quantity or another ledger. `may_be_empty` names the exceptions.
    """

    may_be_empty: ClassVar[frozenset[str]] = frozenset()
    params: list[Any]

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse the command line. Raises BadUsage or EmptyQuantity for an empty text."""
        rest: list[str] = super().parse_args(ctx, args)  # type: ignore[misc]
        for param in self.params:
            if param.name in self.may_be_empty or ctx.resilient_parsing:
                continue
            if is_from_command_line(ctx, param.name) and _has_empty(ctx.params.get(param.name)):
                raise _empty_text(ctx, param)
        return rest

    def get_help_option(self, ctx: Any) -> Any:
        """Give the help option, its value passed through."""
        option = super().get_help_option(ctx)  # type: ignore[misc]
        take_as_typed([option])
        return option


def is_from_command_line(ctx: Any, name: str) -> bool:
    """Return whether a parameter's value came from the command line itself."""
    source = ctx.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def _has_empty(value: object) -> bool:
    if isinstance(value, (list, tuple)):
        return any(map(_has_empty, value))
    return value == ""


def _empty_text(ctx: Any, param: Any) -> LedgerError:
    is_argument = param.param_type_name == "argument"
    if is_argument and param.name == "quantity":
        from ledger.core.quantity_errors import EmptyQuantity  # noqa: PLC0415 - rarely needed

        return EmptyQuantity("The quantity is empty.")
    name = str(param.metavar or param.name).upper() if is_argument else param.opts[0]
    return BadUsage(
        f"{name} is empty.",
        why=f"{ctx.command_path} does not accept an empty text here.",
        next_step="Give a value." if param.required else "Give a value, or omit it.",
    )


def take_as_typed(params: Iterable[Any]) -> None:
    """Let every text or flag parameter skip Typer's conversion.

    A repeatable option with the metavar TWO_WORDS takes a pair of words each time: Typer has no
    type for that, the parser below it does.
    """
    for param in params:
        if param.metavar == TWO_WORDS:
            param.nargs = 2
        descriptor = getattr(param, "type_descriptor", None)
        # Without these attributes Typer has changed inside: conversion still works, only slower.
        if descriptor is None or not hasattr(param, "_runtime_param"):
            continue
        if descriptor.annotation in _PASSED_THROUGH:
            param._runtime_param = _AsTyped()  # noqa: SLF001 - the one place that reaches in


COMMON_PANEL = "Common options"
READ_PANEL = "Report options"
WRITE_PANEL = "Recording options"
READING = ("list", "show")
"""The kinds of commands that read: a list can be filtered by --where, one record cannot."""

READ_FORMATS = ("table", "json", "csv", "md")
PLAIN_FORMATS = ("table", "json")
FILE_ENDINGS = ("csv", "json", "md", "xlsx", "ods", "parquet", "html")
"""Endings of a file's name that say its format, so that none holds what its name does not say."""


def _complete_format(incomplete: str) -> list[str]:
    return [name for name in READ_FORMATS if name.startswith(incomplete)]


def _text(flag: str, metavar: str, words: str, panel: str, **more: Any) -> Any:
    return typer.Option(
        flag, metavar=metavar, help=words, rich_help_panel=panel, show_default=False, **more
    )


def _flag(flags: tuple[str, ...], words: str, panel: str) -> Any:
    return typer.Option(*flags, help=words, rich_help_panel=panel, show_default=False)


_DB = _text("--db", "URL", "The ledger's database.", COMMON_PANEL, envvar="CITYFUND_DB")
_ACTOR = _text("--actor", "NAME", "The person acting.", COMMON_PANEL, envvar="CITYFUND_ACTOR")
_QUIET = _flag(("--quiet", "-q"), "Print the answer only.", COMMON_PANEL)
_VERBOSE = _flag(("--verbose", "-v"), "Print more on standard error.", COMMON_PANEL)
_DEBUG = _flag(("--debug",), "Show the traceback of an error.", COMMON_PANEL)
_NO_COLOR = _flag(("--no-color",), "Write without colours.", COMMON_PANEL)
_JSON = _flag(("--json",), "Short for --format json.", COMMON_PANEL)


def _format_option(formats: tuple[str, ...]) -> Any:
    words = "The format of the answer."
    return _text(
        "--format", "|".join(formats), words, COMMON_PANEL, autocompletion=_complete_format
    )


def _common(
    *,
    format: Annotated[str | None, _format_option(PLAIN_FORMATS)] = None,  # noqa: A002
    json: Annotated[bool, _JSON] = False,
    db: Annotated[str | None, _DB] = None,
    actor: Annotated[str | None, _ACTOR] = None,
    quiet: Annotated[bool, _QUIET] = False,
    verbose: Annotated[bool, _VERBOSE] = False,
    debug: Annotated[bool, _DEBUG] = False,
    no_color: Annotated[bool, _NO_COLOR] = False,
) -> None:
    """Hold the options every command takes, before or after it."""


def _read_format(
    *,
    format: Annotated[str | None, _format_option(READ_FORMATS)] = None,  # noqa: A002
) -> None:
    """Hold the choice of format where rows are written."""


_WHERE = _text("--where", "FILTER", "Keep rows: country=IR, gap>=1M, due_on<=DATE.", READ_PANEL)
_OUTPUT = _text("--output", "FILE", "Write to this file.", READ_PANEL)
_AS_OF = _text("--as-of", "DATE", "The state at the end of that day.", READ_PANEL)
_KNOWN_AT = _text("--known-at", "TIME", "As recorded by that time.", READ_PANEL)


def _list(*, where: Annotated[list[str] | None, _WHERE] = None) -> None:
    """Hold what every list and report of rows takes."""


def _read(*, output: Annotated[str | None, _OUTPUT] = None) -> None:
    """Hold what every list, show and report takes."""


def _dated(
    *,
    as_of: Annotated[str | None, _AS_OF] = None,
    known_at: Annotated[str | None, _KNOWN_AT] = None,
) -> None:
    """Hold the two times a report can be asked for."""


_DRY_RUN = _flag(("--dry-run",), "Show the result, write nothing.", WRITE_PANEL)
_KEY = _text("--key", "KEY", "Request key: makes it safe to repeat.", WRITE_PANEL)
_ON = _text("--on", "DATE", "The date of the act (default: today).", WRITE_PANEL)
_REASON = _text("--reason", "TEXT", "The reason, for the journal.", WRITE_PANEL)
_YES = _flag(("--yes", "-y"), "Do not ask for confirmation.", WRITE_PANEL)


def _write(
    *,
    on: Annotated[str | None, _ON] = None,
    reason: Annotated[str | None, _REASON] = None,
    key: Annotated[str | None, _KEY] = None,
    dry_run: Annotated[bool, _DRY_RUN] = False,
) -> None:
    """Hold what every act takes."""


def _destructive(*, yes: Annotated[bool, _YES] = False) -> None:
    """Hold the answer to the question a destructive act asks."""


def _parameters(template: Callable[..., None]) -> list[Any]:
    app = typer.Typer(add_completion=False)
    app.command()(template)
    params = list(typer.main.get_command(app).params)
    take_as_typed(params)
    return params


@cache
def shared_parameters(
    kind: str, *, dated: bool = False, destructive: bool = False
) -> tuple[Any, ...]:
    """Return the shared parameters of a command: `list`, `show`, `write`, `plain` or `root`."""
    common = _parameters(_common)
    if kind in {*READING, "root"}:
        common[0] = _parameters(_read_format)[0]
    own: list[Any] = []
    if kind == "list":
        own += _parameters(_list)
    if kind in READING:
        own += _parameters(_read)
    if kind == "write":
        own += _parameters(_write)
    if dated:
        own += _parameters(_dated)
    if destructive:
        own += _parameters(_destructive)
    return (*own, *common)
