"""The terms of a register as options of a command: one option for each canonical column.

Names, help and order come from the canonical tables, so that the command line, an import and an
export never call a term by two names.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from cli.framework.command import Call
from cli.framework.completion import complete_codes
from ledger.registers.spec import ColumnSpec, Kind, RegisterSpec
from ledger.registers.table import by_plural

if TYPE_CHECKING:
    from ledger.usecases.registers.parse import Said

_Function = TypeVar("_Function", bound=Callable[..., Any])
_METAVARS = {
    Kind.CODE: "CODE",
    Kind.CODES: "CODE;...",
    Kind.TEXT: "TEXT",
    Kind.TEXTS: "TEXT;...",
    Kind.DATE: "DATE",
    Kind.PARTIAL_DATE: "TEXT",
    Kind.YES_NO: "yes|no",
    Kind.WHOLE: "NUMBER",
    Kind.AMOUNT: "QUANTITY",
    Kind.DECIMAL: "NUMBER",
}
_CODE_HELP = "its code, short and human; the next free one if left out"
_YES_NO = (("yes", ""), ("no", ""))


def with_terms(
    table: str,
    *,
    arguments: Sequence[str] = (),
    required: Collection[str] = (),
    left_out: Collection[str] = (),
    hidden: Collection[str] = (),
) -> Callable[[_Function], _Function]:
    """Give a command's function the columns of a table as parameters, in place of its `**`.

    `arguments` come first and bare, `required` options have to be given, `hidden` ones are
    taken but not shown in the help; `left_out` and columns for the reader are not there.
    """
    spec = by_plural()[table]
    columns = {one.name: one for one in spec.columns if one.kind is not Kind.SHOWN}
    options = [name for name in columns if name not in arguments and name not in left_out]

    def give(function: _Function) -> _Function:
        own = [
            parameter
            for parameter in inspect.signature(function, eval_str=True).parameters.values()
            if parameter.kind is not inspect.Parameter.VAR_KEYWORD
        ]
        bare = [_parameter(name, _argument(spec, columns[name])) for name in arguments]
        made = [
            _parameter(
                name,
                _option(spec, columns[name], hidden=name in hidden),
                many=columns[name].is_list,
                required=name in required,
            )
            for name in options
        ]
        function.__signature__ = inspect.Signature([*own, *bare, *made])  # type: ignore[attr-defined]
        return function

    return give


def _parameter(
    name: str, info: Any, *, many: bool = False, required: bool = True
) -> inspect.Parameter:
    kept: Any = list[str] if many else str
    annotation: Any = Annotated[kept if required else kept | None, info]
    default = inspect.Parameter.empty if required else None
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation
    )


def _argument(spec: RegisterSpec, column: ColumnSpec) -> Any:
    return typer.Argument(
        metavar=column.name.upper(), help=_help(spec, column), autocompletion=_completer(column)
    )


def _option(spec: RegisterSpec, column: ColumnSpec, *, hidden: bool) -> Any:
    return typer.Option(
        f"--{column.name.replace('_', '-')}",
        metavar=_METAVARS[column.kind],
        help=_help(spec, column),
        autocompletion=_completer(column),
        show_default=False,
        hidden=hidden,
    )


def _help(spec: RegisterSpec, column: ColumnSpec) -> str:
    words = column.option_help or column.help
    if column.name == "code" and spec.prefix is not None:
        words = _CODE_HELP
    return f"{words[0].upper()}{words[1:]}."


def _completer(column: ColumnSpec) -> Any:
    if column.register is not None:
        return complete_codes(column.register)
    if column.vocabulary in _COMPLETED or column.words or column.kind is Kind.YES_NO:
        return _complete_words(column)
    return None


_COMPLETED = {
    "countries": "name",
    "regions": "name",
    "sectors": "title",
    "project_statuses": "title",
    "instruments": "name",
}
"""The vocabularies whose entries are completed, and what says what an entry is."""


def _complete_words(column: ColumnSpec) -> Callable[[str], list[tuple[str, str]]]:
    def complete(incomplete: str) -> list[tuple[str, str]]:
        typed = incomplete.casefold()
        return [
            (code, about) for code, about in _words(column) if code.casefold().startswith(typed)
        ]

    return complete


def _words(column: ColumnSpec) -> Iterable[tuple[str, str]]:
    """Give what may stand in a column, each word with what it is."""
    if column.vocabulary is None:
        return column.words or _YES_NO
    from ledger import reference  # noqa: PLC0415 - only while completing

    entries: Mapping[str, Any] = getattr(reference, column.vocabulary)()
    about = _COMPLETED[column.vocabulary]
    return [(code, getattr(one, about)) for code, one in entries.items()]


def code_argument(kind: str, words: str = "") -> Any:
    """Make the argument that names one record of a register by its code."""
    return typer.Argument(
        metavar=kind.upper(), help=words or f"The {kind}.", autocompletion=complete_codes(kind)
    )


def said(call: Call, table: str, *, today: date, arguments: Collection[str] = ()) -> Said:
    """Gather the terms really typed; days become ISO 8601, counted from `today`.

    `arguments` are the columns that were typed bare. Raises InvalidDate naming the option.
    """
    from ledger.usecases.registers.parse import Said  # noqa: PLC0415 - for writing only

    typed = call.typed_input()
    terms: dict[str, str] = {}
    for column in by_plural()[table].columns:
        value = typed.get(column.name)
        if value is None:
            continue
        text = ";".join(map(str, value)) if isinstance(value, list) else str(value)
        terms[column.name] = _day(column.name, text, today) if column.kind is Kind.DATE else text
    return Said(terms, {name: name.upper() for name in arguments})


def _day(name: str, text: str, today: date) -> str:
    from cli.framework.dates import InvalidDate, parse_date  # noqa: PLC0415 - help does without

    if not text.strip():
        return ""
    try:
        return parse_date(text, today=lambda: today).isoformat()
    except InvalidDate as error:
        raise error.with_what(f"--{name.replace('_', '-')}: {error.what}") from error
