"""The terms of a register as options of a command: one option for each canonical column.

Names, help and order come from the canonical tables, so that the command line, an import and an
export never call a term by two names.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterable, Mapping
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.framework.command import Call
from cli.framework.completion import (
    complete_any,
    complete_codes,
    complete_currencies,
    complete_stored,
    complete_words,
)
from cli.framework.options import (
    flag_parameter,
    origin_parameters,
    quantity_argument,
    typed_origin,
)
from cli.framework.terminal import is_terminal, note
from cli.framework.usage_errors import MissingParameter
from ledger.registers.spec import ColumnSpec, Kind, RegisterSpec, attribute_of
from ledger.registers.table import versioned

if TYPE_CHECKING:
    from ledger.usecases.registers.parse import TypedTerms

_METAVARS = {
    Kind.CODE: "CODE",
    Kind.CODES: "CODE,...",
    Kind.TEXT: "TEXT",
    Kind.TEXTS: "TEXT,...",
    Kind.DATE: "DATE",
    Kind.PARTIAL_DATE: "DATE",
    Kind.YES_NO: "yes|no",
    Kind.WHOLE: "NUMBER",
    Kind.AMOUNT: "QUANTITY",
    Kind.DECIMAL: "NUMBER",
    Kind.ORIGIN: "KIND:CODE",
}
_CODE_HELP = "its code; the next free one if omitted"
_FORMER_DAY = "declared_on"
"""The term that was given with --declared-on, and is now with --on, as the day of every act."""
_NEW_CODE_HELP = "its new code, while only declarations rest on it; the old one stays an alias"
_YES_NO = (("yes", ""), ("no", ""))


def add_parameters(spec: RegisterSpec, *, insists: bool = True) -> list[inspect.Parameter]:
    """Return the parameters of adding: the required ones first, if the command `insists` on them.

    Terms can come from elsewhere too; what is then missing is refused with `require_terms`.
    """
    bare = [parameter(name, _argument(spec, spec.column[name])) for name in spec.arguments]
    made = [
        _optional(
            spec,
            column,
            required=insists and _is_asked_for(spec, column),
            hidden=column.name == _FORMER_DAY,
        )
        for column in _typed_columns(spec)
        if column.name not in spec.arguments and column.vocabulary != "units"
    ]
    return [*bare, *made, *_short_origins(spec), *_insisting(spec)]


def require_terms(call: Call, spec: RegisterSpec) -> None:
    """Refuse a call that lacks what adding a record asks for. Raises MissingParameter."""
    for column in _typed_columns(spec):
        if _is_asked_for(spec, column) and call.params.get(column.attribute) is None:
            raise MissingParameter(
                f"--{column.name.replace('_', '-')} is missing.",
                why=f"A {spec.name} cannot be without it.",
                next_step=f"Add it: {column.help}.",
            )


def edit_parameters(spec: RegisterSpec) -> list[inspect.Parameter]:
    """Return the parameters of editing: one record, and its terms; those that are fixed hidden."""
    return [
        code_parameter(spec),
        *(
            _optional(spec, _edited(column), hidden=column.fixed and not column.until_acts)
            for column in _typed_columns(spec)
            if column.name != "code" or column.until_acts
        ),
        *_short_origins(spec),
        *_insisting(spec),
    ]


def column_parameters(spec: RegisterSpec, names: Iterable[str]) -> list[inspect.Parameter]:
    """Return options for some columns of a register."""
    return [_optional(spec, spec.column[name]) for name in names]


def _short_origins(spec: RegisterSpec) -> list[inspect.Parameter]:
    return [] if spec.origin is None else origin_parameters(with_origin=False)


def _edited(column: ColumnSpec) -> ColumnSpec:
    return column._replace(option_help=_NEW_CODE_HELP) if column.name == "code" else column


def _insisting(spec: RegisterSpec) -> list[inspect.Parameter]:
    words = "Record it although its name is there already."
    return [flag_parameter("as_new", "--new", words=words)] if spec.compares_names else []


def note_former_day(call: Call) -> None:
    """Say on a terminal how the day of a declaration is given now."""
    if call.params.get(_FORMER_DAY) is not None and is_terminal(sys.stderr):
        note(call, "--declared-on is now --on; the next release drops the former name.")


def insists(call: Call) -> bool:
    """Return whether a call insists on a name that is there already."""
    return bool(call.params.get("as_new"))


def code_parameter(spec: RegisterSpec, *, withdrawn: bool = False) -> inspect.Parameter:
    """Return the parameter that names one record by its code; `withdrawn`: to be reinstated."""
    return parameter(spec.name, code_argument(spec.name, withdrawn=withdrawn))


def quantity_parameter(spec: RegisterSpec) -> inspect.Parameter:
    """Return the parameter that says how much of a record's quantity is meant."""
    words = f"How much, in the {spec.name}'s unit; everything if omitted."
    return parameter("quantity", quantity_argument(words), required=False)


def date_parameter(name: str, words: str, *, required: bool = True) -> inspect.Parameter:
    """Return an option that takes a day."""
    option = typer.Option(f"--{name}", metavar=_METAVARS[Kind.DATE], help=words)
    return parameter(name, option, required=required)


def term_parameters(spec: RegisterSpec, names: str, **also: str) -> list[inspect.Parameter]:
    """Return the parameters of some terms: arguments of the register first, else options.

    `also` gives a second name to the option of a column.
    """
    columns = [spec.column[name] for name in names.split()]
    bare = [one for one in columns if one.name in spec.arguments]
    options = [
        parameter(
            one.name,
            _option(spec, one, hidden=False, also=also.get(one.name)),
            many=one.is_list,
            required=_is_asked_for(spec, one),
        )
        for one in columns
        if one not in bare
    ]
    return [*(parameter(one.name, _argument(spec, one)) for one in bare), *options]


def _typed_columns(spec: RegisterSpec) -> list[ColumnSpec]:
    """Return the columns that a person types; being withdrawn has a command of its own."""
    left_out = {"withdrawn"} if spec.can_be_withdrawn else set()
    return [
        one for one in spec.in_tables if one.kind is not Kind.SHOWN and one.name not in left_out
    ]


def _is_asked_for(spec: RegisterSpec, column: ColumnSpec) -> bool:
    """Return whether a new record requires the option; the program makes many codes."""
    if column.name == "code":
        return spec.prefix is None
    return column.required and column.default is None


def _optional(
    spec: RegisterSpec, column: ColumnSpec, *, required: bool = False, hidden: bool = False
) -> inspect.Parameter:
    info = _option(spec, column, hidden=hidden)
    return parameter(column.name, info, many=column.is_list, required=required)


def parameter(
    name: str, info: Any, *, many: bool = False, required: bool = True
) -> inspect.Parameter:
    """Make a parameter of a command's function; `info` is Typer's argument or option."""
    annotated_type: Any = list[str] if many else str
    annotation: Any = Annotated[annotated_type if required else annotated_type | None, info]
    default = inspect.Parameter.empty if required else None
    return inspect.Parameter(
        attribute_of(name), inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation
    )


def _argument(spec: RegisterSpec, column: ColumnSpec) -> Any:
    if column.in_journal:
        return quantity_argument(_help(spec, column))
    return typer.Argument(
        metavar=column.name.upper(), help=_help(spec, column), autocompletion=_completer(column)
    )


def _option(
    spec: RegisterSpec, column: ColumnSpec, *, hidden: bool, also: str | None = None
) -> Any:
    return typer.Option(
        *([f"--{also}"] if also is not None else []),
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
        words = column.option_help or _CODE_HELP
    return f"{words[0].upper()}{words[1:].removesuffix('.')}."


def _completer(column: ColumnSpec) -> Any:
    if column.name in {"topic", "topics"}:
        return complete_stored("topics")
    if column.name == "record":
        return complete_any(*versioned())
    if column.vocabulary == "units":
        return complete_currencies
    if column.register is not None:
        return complete_codes(column.register)
    if column.vocabulary in _COMPLETED or column.words or column.kind is Kind.YES_NO:
        return complete_words(partial(_words, column))
    return None


_COMPLETED = {
    "countries": "name",
    "regions": "name",
    "sectors": "title",
    "project_statuses": "title",
    "instruments": "name",
    "seat_roles": "name",
}
"""The vocabularies whose entries are completed, and what says what an entry is."""


def _words(column: ColumnSpec) -> Iterable[tuple[str, str]]:
    """Return the words of a column, each with its description."""
    if column.vocabulary is None:
        return column.words or _YES_NO
    from ledger.reference import places, terms  # noqa: PLC0415 - only while completing

    tables = {**vars(places), **vars(terms)}
    entries: Mapping[str, Any] = tables[column.vocabulary]()
    about = _COMPLETED[column.vocabulary]
    return [(code, getattr(one, about)) for code, one in entries.items()]


def code_argument(kind: str, words: str = "", *, withdrawn: bool = False) -> Any:
    """Make the argument that names one record of a register by its code."""
    return typer.Argument(
        metavar=kind.upper(),
        help=words or f"The {kind}.",
        autocompletion=complete_codes(kind, withdrawn=withdrawn),
    )


def read_terms(call: Call, spec: RegisterSpec, *, today: date, adds: bool = False) -> TypedTerms:
    """Gather the terms really typed; days become ISO 8601, counted from `today`.

    An act that `adds` takes some of them without an option. Raises InvalidDate naming the option.
    """
    from ledger.core.text import list_cell  # noqa: PLC0415 - help does without
    from ledger.usecases.registers.parse import TypedTerms  # noqa: PLC0415 - for writing only

    typed = call.typed_input()
    terms: dict[str, str] = {}
    for column in spec.columns:
        value = typed_origin(call) if column.kind is Kind.ORIGIN else typed.get(column.attribute)
        if value is None:
            continue
        text = list_cell(",".join(value)) if isinstance(value, list) else str(value)
        terms[column.name] = plain_term(call, column, text, today)
    return TypedTerms(terms, {name: name.upper() for name in spec.arguments} if adds else {})


def plain_term(call: Call, column: ColumnSpec, text: str, today: date) -> str:
    """Return a term as typed, days in ISO 8601. Raises InvalidDate naming the option."""
    from ledger.core.dates import is_converted  # noqa: PLC0415 - help does without

    is_partial = column.kind is Kind.PARTIAL_DATE
    if column.kind is Kind.DATE or (is_partial and is_converted(text)):
        return _day(call, column.name, text, today)
    return text


def _day(call: Call, name: str, text: str, today: date) -> str:
    from cli.framework.session import typed_date  # noqa: PLC0415 - help does without
    from ledger.core.dates import InvalidDate  # noqa: PLC0415

    if not text.strip():
        return ""
    try:
        return typed_date(call, text, lambda: today).isoformat()
    except InvalidDate as error:
        raise error.with_what(f"--{name.replace('_', '-')}: {error.what}") from error
