"""The command framework: the call, the shared options, the groups of verbs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from functools import cache, cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

import typer
from typer.core import TyperCommand, TyperGroup

from cli.framework.options import (
    PLACES,
    PLAIN_FORMATS,
    READ_FORMATS,
    READING,
    SHAPES,
    SHARED_FLAGS,
    PlainHelp,
    ShortHelp,
    comma_separated,
    is_default,
    is_from_command_line,
    is_typed_by_a_person,
    shared_parameters,
    take_as_typed,
)
from cli.framework.settings import Settings, resolve
from cli.framework.usage_errors import (
    BadUsage,
    MissingParameter,
    ShapeRefused,
    UnknownFormat,
    UntilMissing,
    did_you_mean,
)

if TYPE_CHECKING:
    # The store brings SQLAlchemy, which help and completion do without.
    from cli.framework.call_options import ReadOptions, Shape, WriteOptions
    from ledger.core.errors import UsageError
    from ledger.store.session.ledger import Calendar, Ledger

_NOT_INPUT = frozenset(
    {"key", "lang", "dry_run", "format", "json", "output", "db", "actor", "yes", "where", "profile"}
    | {"quiet", "verbose", "debug", "no_color", "again", "as_new", "clock_is_right"}
    | {"sort", "limit", "columns", "stamp"}
)
_MOST_ROWS = 1_000_000_000
_Function = TypeVar("_Function", bound=Callable[..., Any])


@dataclass(slots=True)
class Session:
    """The state shared by the calls of one run; each part is made on first use.

    `ledger` and `calendar` belong to `cli.framework.session`: one command opens its ledger once.
    `recorded` says what is done already, and how to have its receipt again, once an act is
    recorded; before that Ctrl-C answers `interrupted`. `around_answer` is for what is read.
    `take_names` puts codes in the place of names that a person types. `complete_line` asks a
    person for what a command lacks, `is_asking` says that it did; its dry run, which `previews`,
    says whether the command `asks_itself` before it acts, and `shows_itself` what it will do.
    `lead_to` reads which places the records of a register lead to.
    """

    argv: tuple[str, ...] = ()
    settings: Settings | None = field(default=None)
    ledger: Ledger | None = field(default=None)
    calendar: Calendar | None = field(default=None)
    clock_is_right: bool = False
    recorded: str | None = None
    interrupted: str = "Interrupted; nothing was recorded."
    around_answer: Callable[[], AbstractContextManager[None]] = nullcontext
    take_names: Callable[[Call], object] = lambda _: None
    complete_line: Callable[..., list[str] | None] = lambda *_: None
    is_asking: bool = False
    asks_itself: bool = False
    shows_itself: bool = False
    previews: bool = False
    lead_to: Callable[[Call, str, str], Mapping[str, tuple[str, ...]]] = lambda *_: {}


class Call(typer.Context):
    """One call of a command: its settings, its shared options, and what was really typed.

    `words` are those of its command line behind the name of the command.
    """

    words: tuple[str, ...] = ()

    @property
    def settings(self) -> Settings:
        """Return the settings of this run. Raises InvalidConfig."""
        session = self.ensure_object(Session)
        if session.settings is None:
            session.settings = resolve(self.flags())
        return session.settings

    def remember(self, recorded: str) -> None:
        """Store what this run has recorded, in case its receipt cannot be written."""
        self.ensure_object(Session).recorded = recorded

    @property
    def read(self) -> ReadOptions:
        """Return a reading command's shared options.

        Raises UnknownFormat, BadFilter and UnknownLanguage.
        """
        from cli.framework.call_options import (  # noqa: PLC0415 - help does without
            ReadOptions,
            typed_filters,
        )

        output = self.params.get("output")
        asked = [name for name in PLACES if name in self._places and self.params.get(name)]
        by_setting = None if "office" in asked else self._office_by_setting()
        office = by_setting if "office" not in asked else self.params["office"]
        where = typed_filters(self.params, asked, office)
        return ReadOptions(
            format=self.format,
            title=self.command_name,
            shape=self._shape(),
            filters=where,
            where=where,
            office=office,
            is_by_setting=by_setting is not None,
            asked=frozenset(asked),
            places=cache(partial(self.ensure_object(Session).lead_to, self)),
            output=None if output in {None, "-"} else Path(output),
            as_of=self.params.get("as_of"),
            known_at=self.params.get("known_at"),
            color=self.settings.color,
            names=self._names,
            quiet=self.settings.quiet,
            lang=self.lang,
        )

    @property
    def lang(self) -> str | None:
        """Return the language that was named. Raises UnknownLanguage."""
        named = self.params.get("lang")
        if named is None:
            return None
        from ledger.reports.language import language_named  # noqa: PLC0415 - help does without

        return language_named(named).code

    def _shape(self) -> Shape:
        """Return how a list is shaped. Raises InvalidCount."""
        from cli.framework.call_options import Shape  # noqa: PLC0415 - help does without
        from ledger.core.numbers import parse_count  # noqa: PLC0415 - as above

        names = getattr(self.command, "shapes", ())
        asked = {name: self.params.get(name) for name in names}
        limit = asked.get("limit")
        return Shape(
            sort=tuple(comma_separated(asked.get("sort"))),
            limit=None if limit is None else parse_count(limit, "rows", most=_MOST_ROWS),
            columns=tuple(comma_separated(asked.get("columns"))),
            stamp=bool(asked.get("stamp")),
        )

    def _office_by_setting(self) -> str | None:
        """Return the office of the settings, unless a filter names one."""
        of_offices = getattr(self.command, "of_offices", True)
        if "office" not in self._places or not of_offices or self.settings.office is None:
            return None
        from cli.framework.call_options import filtered_column  # noqa: PLC0415 - as above

        named = (filtered_column(text) for text in self.params.get("where") or ())
        return None if "office" in named else self.settings.office

    @property
    def _places(self) -> frozenset[str]:
        """Return the places by whose options a list is filtered."""
        places: frozenset[str] = getattr(self.command, "places", frozenset())
        return places

    def _names(self, register: str) -> Mapping[str, Collection[str]]:
        """Read the names that codes of a register answer to in filters."""
        from ledger.store.register_codes import names_by_code  # noqa: PLC0415 - brings the store

        ledger = self.ensure_object(Session).ledger
        if ledger is None:
            return {}
        with ledger.reader() as reader:
            return names_by_code(reader.connection, register)

    @property
    def write(self) -> WriteOptions:
        """Return a writing command's shared options. Raises UnknownFormat."""
        from cli.framework.call_options import WriteOptions  # noqa: PLC0415 - help does without

        given = {name: self.params.get(name) for name in ("key", "on", "reason")}
        return WriteOptions(
            format=self.format,
            dry_run=bool(self.params.get("dry_run")),
            yes=bool(self.params.get("yes")),
            **given,
        )

    @cached_property
    def format(self) -> str:
        """Return the format to answer in: the one asked for, the configured one, or a table."""
        formats = getattr(self.command, "formats", PLAIN_FORMATS)
        flags = self.flags()
        asked = flags.get("format")
        if flags.get("json") and asked not in {None, "json"}:
            raise BadUsage(
                f"--json and --format {asked} were both given.",
                why="--json is short for --format json, and an answer has one format.",
                next_step="Keep one of the two.",
            )
        asked = "json" if flags.get("json") else asked or self._format_by_name()
        if asked is None:
            configured = self.settings.format
            return configured if configured is not None and configured in formats else "table"
        if asked not in formats:
            raise UnknownFormat(
                f"{self.command_path} does not write {asked!r}.",
                why=f"It writes {', '.join(formats)}.",
                next_step=did_you_mean(asked, list(formats), "Choose one of these."),
            )
        return str(asked)

    @property
    def has_shape(self) -> bool:
        """Return whether rows or columns were asked for in an order or number of their own."""
        return any(self.params.get(name) for name in getattr(self.command, "shapes", ()))

    @property
    def as_documents(self) -> bool:
        """Return whether each row is a JSON document, without what only people read."""
        return self.format in {"json", "ndjson"}

    @property
    def for_people(self) -> bool:
        """Return whether people read the answer, in a format that shows texts and headings."""
        return self.format in {"table", "md", "html"}

    @property
    def draws(self) -> bool:
        """Return whether bars of characters are part of the answer: a screen reader spells them."""
        return self.format in {"table", "md"}

    def _format_by_name(self) -> str | None:
        """Return the format given by the ending of the output file, if any."""
        from cli.framework.files import format_by_name  # noqa: PLC0415 - where a file is named

        output = self.params.get("output")
        return None if output in {None, "-"} else format_by_name(output)

    @property
    def command_path(self) -> str:
        """Return the command as people type it, without the verb that its noun stands for."""
        if self.parent is not None and is_default(self.parent.command, self.info_name):
            return str(self.parent.command_path)
        return str(super().command_path)

    @property
    def command_name(self) -> str:
        """Return the command as typed after the program's name: `deal introduce`."""
        names = [call.info_name or "" for call in self._line()][:-1]
        if names and is_default(getattr(self.parent, "command", None), names[0]):
            names = names[1:]
        return " ".join(reversed(names))

    def typed_input(self) -> dict[str, object]:
        """Return every argument and option the user gave, as typed; what only steers is left out.

        Repeatable ones are lists of texts, flags booleans, all others texts.
        """
        typed: dict[str, object] = {}
        for param in self.command.params:
            if param.name in _NOT_INPUT or not is_from_command_line(self, param.name):
                continue
            value = self.params.get(param.name)
            typed[param.name] = list(value) if isinstance(value, (list, tuple)) else value
        return typed

    def flags(self) -> Mapping[str, Any]:
        """Return the shared options really given, after the command or else before it."""
        given: dict[str, Any] = {}
        for call in self._line():
            chosen: dict[str, Any] = {}
            for name in SHARED_FLAGS:
                if name in call.params and is_from_command_line(call, name):
                    chosen[name] = call.params[name]
            if "format" in given or "json" in given:  # one choice, made in two spellings
                chosen.pop("format", None)
                chosen.pop("json", None)
            given = {**chosen, **given}
        return given

    def _line(self) -> Iterator[Any]:
        call: Any = self
        while call is not None:
            yield call
            call = call.parent


class LedgerCommand(ShortHelp, TyperCommand):
    """A command that does something; carries the shared options of its kind."""

    context_class = Call
    kind: ClassVar[str] = "plain"
    dated: ClassVar[bool] = False
    destructive: ClassVar[bool] = False
    saves: ClassVar[bool] = False
    writes: ClassVar[tuple[str, ...]] = ()
    prose: ClassVar[bool] = False
    converts: ClassVar[bool] = False
    of_offices: ClassVar[bool] = True
    on: ClassVar[str] = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Add the shared options of the command's kind after its own."""
        super().__init__(*args, **kwargs)
        take_as_typed(self.params)
        named = ("dated", "destructive", "saves", "converts", "on")
        shared = shared_parameters(self.kind, **{name: getattr(self, name) for name in named})
        own = {param.name for param in self.params}
        self.shapes = frozenset(SHAPES if self.kind == "list" else ()) - own
        self.places = frozenset(PLACES if self.kind == "list" else ()) - own
        self._shared = frozenset(param.name for param in shared) - own
        self.params = [*self.params, *(param for param in shared if param.name not in own)]

    @property
    def formats(self) -> tuple[str, ...]:
        """Return the formats this command can answer in."""
        return (*(READ_FORMATS if self.kind in READING else PLAIN_FORMATS), *self.writes)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse the command line; errors refer to the help of this command.

        What is missing is asked for where a person types.
        """
        ctx.words = tuple(args)
        try:
            return super().parse_args(ctx, args)
        except typer.TyperException as error:
            if getattr(error, "ctx", self) is None:
                error.ctx = ctx  # type: ignore[attr-defined]
            is_missing = type(error).__name__ == "MissingParameter"
            words = self._completed(ctx) if is_missing else None
            if words is None:
                raise
        ctx.params.clear()
        return super().parse_args(ctx, words)

    def _completed(self, ctx: Any, refused: UsageError | None = None) -> list[str] | None:
        """Ask a person, once and unless --yes was typed, for what a line lacks; None elsewhere."""
        session: Session = ctx.ensure_object(Session)
        agreed = {"--yes", "-y"}.intersection(ctx.words)
        if agreed or session.is_asking or ctx.resilient_parsing or not is_typed_by_a_person():
            return None
        session.is_asking = True
        return session.complete_line(self, ctx, refused)

    def invoke(self, ctx: Any) -> Any:
        """Call the command's function with its own parameters; the shared ones stay on the call.

        The format and the settings are settled first, so that a wrong one is refused before
        anything is done. What the function misses is asked for where a person types.
        """
        try:
            return self._invoke(ctx)
        except (MissingParameter, UntilMissing) as refused:
            words = self._completed(ctx, refused)
            if words is None:
                raise
        with self.make_context(ctx.info_name, words, parent=ctx.parent) as whole:
            return self._invoke(whole)

    def _invoke(self, ctx: Any) -> Any:
        assert self.callback is not None
        assert ctx.format in self.formats
        self._refuse_what_cannot_be_honoured(ctx)
        if self.kind == "plain" or self.saves:  # some of these write in several steps
            ctx.ensure_object(Session).interrupted = "Interrupted; what was written before stays."
        if is_typed_by_a_person():
            ctx.ensure_object(Session).take_names(ctx)
        own = {name: value for name, value in ctx.params.items() if name not in self._shared}
        reads = self.kind in READING and ctx.read.output is None
        with ctx.ensure_object(Session).around_answer() if reads else nullcontext():
            return ctx.invoke(self.callback, **own)

    def _refuse_what_cannot_be_honoured(self, ctx: Any) -> None:
        """Refuse a language, format or shape that the answer could not have, before the work."""
        if "html" in self.formats and ctx.params.get("lang") is not None:
            from cli.framework.files import require_language_goes  # noqa: PLC0415 - few name one

            require_language_goes(ctx.lang, ctx.format, self.formats, ctx.command_path)
        if self.kind not in READING or (ctx.format == "table" and not ctx.has_shape):
            return
        from cli.framework import files  # noqa: PLC0415 - few formats need it

        files.require_format_goes(ctx.format, ctx.read.output)
        if self.prose and ctx.format == "table" and ctx.has_shape:
            raise ShapeRefused(f"{ctx.command_path} answers with a text, which has no such rows.")
        if ctx.params.get("stamp"):
            files.require_stamp_goes(ctx.format)


class VerbGroup(PlainHelp, TyperGroup):
    """A noun and its verbs; `default_verb` is what the noun does when no verb is named."""

    context_class = Call
    default_verb: ClassVar[str | None] = None

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the default verb before words that name none; --help is then that verb's."""
        named = args[:1] and args[0] in self.commands
        if self.default_verb is None or named or (ctx.resilient_parsing and not args):
            return super().parse_args(ctx, args)
        if not ctx.resilient_parsing:
            self.commands[self.default_verb].epilog = self._others()
        return super().parse_args(ctx, [self.default_verb, *args])

    def shell_complete(self, ctx: Any, incomplete: str) -> list[Any]:
        """Complete the verbs; behind a noun that does something by itself, its options too."""
        if incomplete.startswith("-") and self.default_verb is not None:
            return self.commands[self.default_verb].shell_complete(ctx, incomplete)
        return super().shell_complete(ctx, incomplete)

    def _others(self) -> str:
        descriptions = [
            f"{name}: {(one.help or '').splitlines()[0]}"
            for name, one in self.commands.items()
            if name != self.default_verb and not one.hidden
        ]
        heading = ["Other commands, each with its own --help:"] if descriptions else []
        return "\n\n".join([*heading, *descriptions])

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the verb. Raises UnknownCommand naming the nearest."""
        if args[0] not in self.commands and not ctx.resilient_parsing:
            return ctx.find_root().command.former_command(ctx, args, list(self.commands))
        return super().resolve_command(ctx, args)


def noun(help_line: str, *, default: str | None = None) -> typer.Typer:
    """Make the app of a noun with verbs; `default` names the verb of the noun standing alone."""
    return typer.Typer(
        cls=type("VerbGroup", (VerbGroup,), {"default_verb": default}),
        help=help_line,
        no_args_is_help=default is None,
        add_completion=False,
        pretty_exceptions_enable=False,
    )


def standalone() -> typer.Typer:
    """Make the app of a standalone command, such as `status`."""
    return typer.Typer(add_completion=False, pretty_exceptions_enable=False)


def command(
    app: typer.Typer,
    name: str,
    *,
    kind: str = "list",
    dated: bool = False,
    saves: bool = False,
    destructive: bool = False,
    hidden: bool = False,
    may_be_empty: frozenset[str] = frozenset(),
    writes: tuple[str, ...] = (),
    prose: bool = False,
    converts: bool = False,
    of_offices: bool = True,
    on: str = "",
) -> Callable[[_Function], _Function]:
    """Register a function as a command of a kind: `list`, `show`, `write` or `plain`.

    A reading command takes --output, with `dated` the two times and, where it lists rows, --where
    and the options of places; one that `saves` its answer on request also --reason, --key and
    --dry-run. A writing command takes these, with `dated` --on, with `destructive` --yes.
    `may_be_empty` names the parameters in which an empty text has a meaning, `writes` the formats
    that the command has in addition. The table of one that answers in `prose` is a text; one that
    `converts` amounts takes --currency; the office of the settings limits no list that is not
    `of_offices`; `on` describes --on where that is not the date of the act.
    """
    assert kind in {*READING, "write", "plain"}, kind
    traits: dict[str, Any] = {"kind": kind, "dated": dated, "saves": saves, "on": on}
    traits |= {"destructive": destructive, "may_be_empty": may_be_empty, "writes": writes}
    traits |= {"prose": prose, "converts": converts, "of_offices": of_offices}
    made = partial(app.command, name, cls=type("Command", (LedgerCommand,), traits), hidden=hidden)
    return lambda function: made(help=_flowing(function.__doc__ or ""))(function)


def _flowing(words: str) -> str:
    """Join the lines of each paragraph of a help text: a terminal has a width of its own."""
    return "\n\n".join(" ".join(one.split()) for one in words.split("\n\n"))
