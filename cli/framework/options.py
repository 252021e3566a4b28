"""The options that commands share: every command's, a reading command's, a writing command's.

Each is a parameter of a function, added to every command of its kind by `cli.framework.command`;
the commands' own functions never list them.

Values of options and arguments are taken as typed. Typer converts every value through pydantic,
whose import takes longer than a whole reading command. The framework's parameters are text or
flags, which need no conversion, so they are given a converter that passes them through.
Parameters of other types keep Typer's own.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterable
from functools import cache
from typing import Annotated, Any, ClassVar, TypeVar

import typer
import typer.main

from cli.framework.settings import is_plain
from cli.framework.usage_errors import BadFilter, BadUsage
from ledger.registers.table import origin_kinds

_Function = TypeVar("_Function", bound=Callable[..., Any])
_PASSED_THROUGH = (str, bool, list[str])

ClockIsRight = Annotated[
    bool, typer.Option("--clock-is-right", help="Write after 40 days without a write.")
]
"""For writing commands of their own kind; `agree_to_clock` reads it."""

TWO_WORDS = "CODE FIELD=VALUE"
"""The metavar of options that take a code and what changes of it, as two words."""


class _AsTyped:
    """Typer's converter interface for values that are already what they should be."""

    def coerce(self, value: Any, *, param: Any, ctx: Any) -> Any:
        """Return the value itself; a repeatable option that was not given is an empty tuple."""
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
        """Parse the command line. Raises BadUsage for an empty text."""
        rest: list[str] = super().parse_args(ctx, args)  # type: ignore[misc]
        for param in self.params:
            if param.name in self.may_be_empty or ctx.resilient_parsing:
                continue
            if is_from_command_line(ctx, param.name) and _has_empty(ctx.params.get(param.name)):
                raise _empty_text(ctx, param)
        return rest

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Show the help, without colours and bold letters where these are not wanted."""
        from typer import rich_utils  # noqa: PLC0415 - for help alone

        rich_utils.COLOR_SYSTEM = None if is_plain() else "auto"
        super().format_help(ctx, formatter)  # type: ignore[misc]

    def get_help_option(self, ctx: Any) -> Any:
        """Return the help option, its value passed through."""
        option = super().get_help_option(ctx)  # type: ignore[misc]
        take_as_typed([option])
        return option


class ShortHelp(PlainHelp):
    """Mixed into a command: its help has the options of every command in one line, and examples."""

    epilog: str | None

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help."""
        from cli.framework.examples import examples_of  # noqa: PLC0415 - for help alone

        every, epilog = self.params, self.epilog
        is_common = [getattr(one, "rich_help_panel", None) == COMMON_PANEL for one in every]
        common = [one for one, there in zip(every, is_common, strict=True) if there]
        self.params = [one for one, there in zip(every, is_common, strict=True) if not there]
        self.epilog = "\n\n".join(filter(None, (_in_one_line(common), epilog)))
        try:
            super().format_help(ctx, formatter)
        finally:
            self.params, self.epilog = every, epilog
        # They are not folded: what is copied from a terminal is one line again.
        examples = examples_of(_words_of(ctx))
        for line in ("Examples:", *examples, "") if examples else ():
            typer.echo(f" {line}")


def _words_of(ctx: Any) -> str:
    """Return the command by all of its words, without that of the program."""
    words: list[str] = []
    while ctx.parent is not None:
        words.insert(0, ctx.info_name)
        ctx = ctx.parent
    return " ".join(words)


def _in_one_line(params: Iterable[Any]) -> str:
    """Return the options in one line; the help of the program itself describes them."""
    words = (" ".join(filter(None, (one.opts[0], one.metavar))) for one in params)
    return f"{COMMON_PANEL}: {', '.join(words)}. See cityfund --help."


def comma_separated(texts: Iterable[str] | None) -> list[str]:
    """Return the values of a repeatable option whose texts may be lists: `--by country,factor`."""
    return [one.strip() for text in texts or () for one in text.split(",") if one.strip()]


def is_default(group: Any, verb: str | None) -> bool:
    """Return whether a noun standing alone means this verb of it."""
    default = getattr(group, "default_verb", None)
    return default is not None and default == verb


def is_from_command_line(ctx: Any, name: str) -> bool:
    """Return whether a parameter's value came from the command line itself."""
    source = ctx.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def is_typed_by_a_person() -> bool:
    """Return whether a person types the command on a terminal, and sees the answer there."""
    try:
        return sys.stdin.isatty() and is_seen_by_a_person()
    except ValueError:  # closed
        return False


def is_seen_by_a_person() -> bool:
    """Return whether the answer is written to a terminal."""
    return not sys.stdout.closed and sys.stdout.isatty()


def _has_empty(value: object) -> bool:
    if isinstance(value, (list, tuple)):
        return any(map(_has_empty, value))
    return value == ""


def _empty_text(ctx: Any, param: Any) -> BadUsage:
    is_argument = param.param_type_name == "argument"
    name = str(param.metavar or param.name).upper() if is_argument else param.opts[0]
    return BadUsage(
        f"{name} is empty.",
        why=f"{ctx.command_path} does not accept an empty text here.",
        next_step="Give a value." if param.required else "Give a value, or omit it.",
    )


def quantity_argument(words: str) -> Any:
    """Make the argument for a quantity, which has its own error for an empty text."""
    return typer.Argument(help=words, callback=_refuse_empty_quantity)


def quantity_option(words: str) -> Any:
    """Make the option for a quantity, which has its own error for an empty text."""
    return typer.Option(help=words, callback=_refuse_empty_quantity)


def _refuse_empty_quantity(value: str | None) -> str | None:
    if value == "":
        from ledger.core.quantity_errors import EmptyQuantity  # noqa: PLC0415 - rarely needed

        raise EmptyQuantity("The quantity is empty.")
    return value


def take_as_typed(params: Iterable[Any]) -> None:
    """Let every text or flag parameter skip Typer's conversion.

    A repeatable option with the metavar TWO_WORDS takes a pair of words each time: Typer has no
    type for that, the parser below it does.
    """
    for param in params:
        if param.metavar == TWO_WORDS:
            param.nargs = 2
        if param.metavar is None or param.param_type_name == "argument":
            # Typer writes the name of the Python type, which says nothing to people.
            param.display_type_rich = _no_type
        descriptor = getattr(param, "type_descriptor", None)
        # Without these attributes Typer has changed inside: conversion still works, only slower.
        if descriptor is None or not hasattr(param, "_runtime_param"):
            continue
        if descriptor.annotation in _PASSED_THROUGH:
            param._runtime_param = _AsTyped()  # noqa: SLF001 - the one place that reaches in


def _no_type(*, ctx: Any) -> None:
    """Say nothing of the type of a parameter whose name says enough."""
    del ctx


COMMON_PANEL = "Common options"
READ_PANEL = "Report options"
WRITE_PANEL = "Recording options"
READING = ("list", "show")
"""The kinds of commands that read: a list can be filtered by --where, one record cannot."""

READ_FORMATS = ("table", "json", "csv", "md", "html", "xlsx", "tsv", "ndjson", "parquet")
PLAIN_FORMATS = ("table", "json")
STAMPED_FORMATS = ("csv", "tsv", "ndjson", "parquet", "xlsx")
"""The formats to which --stamp adds columns."""
PLACES = ("city", "provider", "office", "state")
"""The parameters that keep the rows of a place, or in a state: see `cli.framework.places`."""
SHAPES = ("sort", "limit", "columns", "stamp")
"""The parameters that say which rows and columns of a list are shown, and in which order."""


def _complete_format(incomplete: str) -> list[str]:
    return [name for name in READ_FORMATS if name.startswith(incomplete)]


def _text(flag: str, metavar: str, words: str, panel: str, **more: Any) -> inspect.Parameter:
    many = more.pop("many", False)
    value_type: Any = list[str] if many else str
    option = typer.Option(
        flag, metavar=metavar, help=words, rich_help_panel=panel, show_default=False, **more
    )
    return inspect.Parameter(
        flag.removeprefix("--").replace("-", "_"),
        inspect.Parameter.KEYWORD_ONLY,
        default=None,
        annotation=Annotated[value_type | None, option],
    )


def flag_parameter(
    name: str, *flags: str, words: str, panel: str | None = None, **more: Any
) -> inspect.Parameter:
    """Make the parameter of an option that is given or not."""
    option = typer.Option(*flags, help=words, rich_help_panel=panel, show_default=False, **more)
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=False, annotation=Annotated[bool, option]
    )


def _flag(flag: str, *short: str, words: str, panel: str) -> inspect.Parameter:
    name = flag.removeprefix("--").replace("-", "_")
    return flag_parameter(name, flag, *short, words=words, panel=panel)


def _format_option(formats: tuple[str, ...]) -> inspect.Parameter:
    words = "The format of the answer."
    return _text(
        "--format", "|".join(formats), words, COMMON_PANEL, autocompletion=_complete_format
    )


def _complete_profiles(incomplete: str) -> list[tuple[str, str]]:
    from cli.framework.completion import complete_profiles  # noqa: PLC0415 - only while completing

    return complete_profiles(incomplete)


SHARED_FLAGS = ("db", "actor", "profile", "quiet", "verbose", "debug", "no_color", "format", "json")
"""The parameters that stand before a command or after it."""
_COMMON = (
    _flag("--json", words="Short for --format json.", panel=COMMON_PANEL),
    _text("--db", "URL", "The ledger's database.", COMMON_PANEL, envvar="CITYFUND_DB"),
    _text("--actor", "NAME", "The person acting.", COMMON_PANEL, envvar="CITYFUND_ACTOR"),
    _text(
        "--profile",
        "NAME",
        "The profile of the configuration.",
        COMMON_PANEL,
        envvar="CITYFUND_PROFILE",
        autocompletion=_complete_profiles,
    ),
    _flag("--quiet", "-q", words="Print the answer only.", panel=COMMON_PANEL),
    _flag("--verbose", "-v", words="Print more on standard error.", panel=COMMON_PANEL),
    _flag("--debug", words="Show the traceback of an error.", panel=COMMON_PANEL),
    _flag("--no-color", words="Write without colours.", panel=COMMON_PANEL),
)


def _complete_columns(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    from cli.framework.completion import complete_columns  # noqa: PLC0415 - only while completing

    return complete_columns(ctx, incomplete)


def _complete(kind: str) -> Callable[[typer.Context, str], list[tuple[str, str]]]:
    def complete(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
        from cli.framework.completion import complete_codes  # noqa: PLC0415 - while completing

        return complete_codes(kind)(ctx, incomplete)

    return complete


def _complete_currencies(incomplete: str) -> list[tuple[str, str]]:
    from cli.framework.completion import complete_currencies  # noqa: PLC0415 - as above

    return complete_currencies(incomplete)


_WHERE = _text(
    "--where",
    "FILTER",
    "Keep rows: country=Iran, 'gap>1M EUR'.",
    READ_PANEL,
    many=True,
    autocompletion=_complete_columns,
)
_PLACES = (
    _text("--city", "CODE", "Rows of this city.", READ_PANEL, autocompletion=_complete("city")),
    _text(
        "--provider",
        "CODE",
        "Rows of this provider.",
        READ_PANEL,
        autocompletion=_complete("provider"),
    ),
    _text(
        "--office", "CODE", "Rows of this office.", READ_PANEL, autocompletion=_complete("office")
    ),
    _text("--state", "WORD", "Rows in this state.", READ_PANEL),
)
_OUTPUT = _text("--output", "FILE", "Write to this file.", READ_PANEL)
_LANG = _text("--lang", "CODE", "Language of a page or a workbook: en, fa.", READ_PANEL)
_SHAPED = (
    _text(
        "--sort",
        "COLUMN,...",
        "In this order; -COLUMN turns it.",
        READ_PANEL,
        many=True,
        autocompletion=_complete_columns,
    ),
    _text("--limit", "N", "The first N rows.", READ_PANEL),
    _text(
        "--columns",
        "COLUMN,...",
        "These columns, in this order.",
        READ_PANEL,
        many=True,
        autocompletion=_complete_columns,
    ),
    _flag("--stamp", words="Add as-of, known-at and base currency as columns.", panel=READ_PANEL),
)
_CURRENCY = _text(
    "--currency",
    "CODE",
    "Convert money to it, not to the base.",
    READ_PANEL,
    autocompletion=_complete_currencies,
)
_DATED = (
    _text("--as-of", "DATE", "The state at the end of that day.", READ_PANEL),
    _text("--known-at", "TIME", "As recorded by that time.", READ_PANEL),
)
_ON = "The date of the act (default: today)."
_RECORDING = (
    _text("--reason", "TEXT", "The reason, for the journal.", WRITE_PANEL),
    _text("--key", "KEY", "Request key: makes it safe to repeat.", WRITE_PANEL),
    _flag("--dry-run", words="Show the result, write nothing.", panel=WRITE_PANEL),
    _flag("--clock-is-right", words="Write after 40 days without a write.", panel=WRITE_PANEL),
)
_YES = _flag("--yes", "-y", words="Do not ask for confirmation.", panel=WRITE_PANEL)


def with_parameters(*parameters: inspect.Parameter) -> Callable[[_Function], _Function]:
    """Add parameters to a command's function, in place of its `**`."""

    def decorate(function: _Function) -> _Function:
        own = [
            parameter
            for parameter in inspect.signature(function, eval_str=True).parameters.values()
            if parameter.kind is not inspect.Parameter.VAR_KEYWORD
        ]
        function.__signature__ = inspect.Signature([*own, *parameters])  # type: ignore[attr-defined]
        return function

    return decorate


_ORIGIN_OF = "origin_"
"""What the names of parameters begin with that name an origin of one kind."""


def origin_parameters(*, with_origin: bool = True) -> list[inspect.Parameter]:
    """Return the options that name what a record came from: one, and a short one for each kind."""
    words = "What it came from: approach:AP-0007."
    own = typer.Option("--origin", metavar="KIND:CODE", help=words)
    made = [_optional_text("origin", own)] if with_origin else []
    return [*made, *map(_short_origin, origin_kinds())]


def _short_origin(kind: str) -> inspect.Parameter:
    from cli.framework.completion import complete_codes  # noqa: PLC0415 - it knows of commands

    words = f"Short for --origin {kind}:CODE."
    option = typer.Option(
        f"--{kind}", metavar="CODE", help=words, autocompletion=complete_codes(kind)
    )
    return _optional_text(f"{_ORIGIN_OF}{kind}", option)


def _optional_text(name: str, option: Any) -> inspect.Parameter:
    return inspect.Parameter(
        name,
        inspect.Parameter.KEYWORD_ONLY,
        default=None,
        annotation=Annotated[str | None, option],
    )


def typed_origin(call: Any) -> str | None:
    """Return the origin that was typed, as `kind:code`; an empty text is none.

    Raises BadUsage where several options name one.
    """
    kinds = {f"{_ORIGIN_OF}{kind}": kind for kind in origin_kinds()}
    given = {name: call.params.get(name) for name in ("origin", *kinds)}
    typed = {name: text for name, text in given.items() if text is not None}
    if len(typed) > 1:
        flags = [f"--{kinds.get(name, name)}" for name in typed]
        raise BadUsage(
            f"{' and '.join(flags)} were given together.",
            why="A record came from one other record.",
            next_step="Keep one of them.",
        )
    for name, text in typed.items():
        return f"{kinds[name]}:{text}" if name in kinds and text else str(text)
    return None


def typer_parameters(*parameters: inspect.Parameter) -> tuple[Any, ...]:
    """Return Typer's parameters for those of a function."""
    app = typer.Typer(add_completion=False)

    @app.command()
    @with_parameters(*parameters)
    def template(**_options: Any) -> None: ...

    return tuple(typer.main.get_command(app).params)


@cache
def shared_parameters(
    kind: str,
    *,
    dated: bool = False,
    destructive: bool = False,
    saves: bool = False,
    converts: bool = False,
    on: str = "",
) -> tuple[Any, ...]:
    """Return the shared parameters of a command of a kind; `on` describes its --on, if given."""
    parameters: list[inspect.Parameter] = []
    if saves:
        parameters += _RECORDING
    if kind == "list":
        parameters += (_WHERE, *_PLACES, *_SHAPED)
    if kind in READING:
        parameters += (_OUTPUT, _LANG)
    if kind == "write":
        if dated:
            parameters.append(_text("--on", "DATE", on or _ON, WRITE_PANEL))
        parameters += _RECORDING
    elif dated:
        parameters += _DATED
    if converts:
        parameters.append(_CURRENCY)
    if destructive:
        parameters.append(_YES)
    formats = PLAIN_FORMATS if kind in {"write", "plain"} else READ_FORMATS
    params = typer_parameters(*parameters, _format_option(formats), *_COMMON)
    take_as_typed(params)
    return params


def typed_filter(text: str) -> str:
    """Return a filter without spaces around its operator. Raises BadFilter."""
    from ledger.core.filters import plain_filter  # noqa: PLC0415 - help does without

    plain = plain_filter(text)
    if plain is None:
        raise BadFilter(f"The filter {text!r} is not valid.")
    return plain
