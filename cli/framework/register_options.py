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
from ledger.interchange.canonical import TABLES, Column, Kind

if TYPE_CHECKING:
    from ledger.usecases.registers.parse import Said

_Function = TypeVar("_Function", bound=Callable[..., Any])
_LISTS = frozenset({Kind.CODES, Kind.TEXTS})
_METAVARS = {
    Kind.CODE: "CODE",
    Kind.CODES: "CODE;...",
    Kind.TEXT: "TEXT",
    Kind.TEXTS: "TEXT;...",
    Kind.DATE: "DATE",
    Kind.YES_NO: "yes|no",
    Kind.WHOLE: "NUMBER",
    Kind.AMOUNT: "QUANTITY",
    Kind.DECIMAL: "NUMBER",
}
_HELP = {
    ("needs", "quantity"): 'all that is required: "40M EUR"; "? EUR" where not yet known',
    ("needs", "divisible"): "may several offers share it; yes, but for building no",
    ("offers", "quantity"): 'all that is put up, never the remainder: "40M EUR"',
    ("offers", "min_ticket"): 'smallest part for one need: "1M EUR"',
    ("offers", "max_ticket"): 'largest part for one need: "10M EUR"',
}
_CODE_HELP = "its code, short and human; the next free one if left out"
_REGISTERS = {
    "office": "office",
    "city": "city",
    "cities": "city",
    "project": "project",
    "provider": "provider",
}


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
    columns = {one.name: one for one in TABLES[table].columns if one.kind is not Kind.SHOWN}
    options = [name for name in columns if name not in arguments and name not in left_out]

    def give(function: _Function) -> _Function:
        own = [
            parameter
            for parameter in inspect.signature(function, eval_str=True).parameters.values()
            if parameter.kind is not inspect.Parameter.VAR_KEYWORD
        ]
        bare = [_parameter(name, _argument(table, columns[name])) for name in arguments]
        made = [
            _parameter(
                name,
                _option(table, columns[name], hidden=name in hidden),
                many=columns[name].kind in _LISTS,
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


def _argument(table: str, column: Column) -> Any:
    return typer.Argument(
        metavar=column.name.upper(), help=_help(table, column), autocompletion=_completer(column)
    )


def _option(table: str, column: Column, *, hidden: bool) -> Any:
    return typer.Option(
        f"--{column.name.replace('_', '-')}",
        metavar=_METAVARS[column.kind],
        help=_help(table, column),
        autocompletion=_completer(column),
        show_default=False,
        hidden=hidden,
    )


def _help(table: str, column: Column) -> str:
    words = _HELP.get((table, column.name), column.help)
    if column.name == "code" and table not in {"units", "offices"}:
        words = _CODE_HELP
    return f"{words[0].upper()}{words[1:]}."


def _completer(column: Column) -> Any:
    if column.name in _REGISTERS:
        return complete_codes(_REGISTERS[column.name])
    words = _WORDS.get(column.name)
    if words is None:
        return None

    def complete(incomplete: str) -> list[tuple[str, str]]:
        typed = incomplete.casefold()
        return [(code, about) for code, about in words() if code.casefold().startswith(typed)]

    return complete


def _factors() -> Iterable[tuple[str, str]]:
    from ledger.core.factors import Factor  # noqa: PLC0415 - only while completing

    return [(factor.value, "") for factor in Factor]


def _kinds() -> Iterable[tuple[str, str]]:
    from ledger.registers.records import PROVIDER_KINDS  # noqa: PLC0415

    return [(kind, "") for kind in PROVIDER_KINDS]


def _reference(name: str, about: str) -> Callable[[], Iterable[tuple[str, str]]]:
    def words() -> Iterable[tuple[str, str]]:
        from ledger import reference  # noqa: PLC0415

        found: Mapping[str, Any] = getattr(reference, name)()
        return [(code, getattr(one, about)) for code, one in found.items()]

    return words


_COUNTRIES = _reference("countries", "name")
_SECTORS = _reference("sectors", "title")
_WORDS: dict[str, Callable[[], Iterable[tuple[str, str]]]] = {
    "factor": _factors,
    "kind": _kinds,
    "country": _COUNTRIES,
    "countries": _COUNTRIES,
    "excluded_countries": _COUNTRIES,
    "sector": _SECTORS,
    "sectors": _SECTORS,
    "status": _reference("project_statuses", "title"),
    "instruments": _reference("instruments", "name"),
    "regions": _reference("regions", "name"),
    "condition": lambda: [("complete", "only where the project ends complete")],
    "divisible": lambda: [("yes", ""), ("no", "")],
    "sample": lambda: [("yes", ""), ("no", "")],
}


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
    for column in TABLES[table].columns:
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
