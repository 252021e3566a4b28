"""`cityfund partnership`: lasting ties between two cities, and what their sides undertake."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import typer

from cli.commands.registers import Verb, register_noun
from cli.framework.command import Call
from cli.framework.completion import complete_codes
from cli.framework.options import comma_separated, with_parameters
from cli.framework.register_commands import resolve_typed_code
from cli.framework.register_options import (
    add_parameters,
    code_parameter,
    insists,
    parameter,
    read_terms,
    term_parameters,
)
from cli.framework.session import act
from cli.framework.usage_errors import BadUsage, MissingParameter
from ledger.registers.network import PARTNERSHIP, UNDERTAKING

if TYPE_CHECKING:
    import inspect
    from collections.abc import Mapping

    from ledger.journal.receipts import Receipt
    from ledger.registers.spec import RegisterSpec
    from ledger.store.session.unit_of_work import UnitOfWork
    from ledger.usecases.registers.parse import TypedTerms


def _add_parameters() -> list[inspect.Parameter]:
    """Return the parameters of adding: the two cities as words, or as options of scripts."""
    both = PARTNERSHIP.arguments
    complete = complete_codes("city")
    words = {
        name: typer.Argument(
            metavar=name.upper(),
            help=f"{PARTNERSHIP.column[name].help}; or with --city.",
            autocompletion=complete,
        )
        for name in both
    }
    named = {
        "named_city": typer.Option(
            "--city", metavar="CODE", help="A city of the two; repeatable.", autocompletion=complete
        ),
        "named_with_city": typer.Option(
            "--with-city", metavar="CODE", help="The other city.", autocompletion=complete
        ),
    }
    return [
        *(parameter(name, info, required=False) for name, info in words.items()),
        *(one for one in add_parameters(PARTNERSHIP) if one.name not in both),
        parameter("named_city", named["named_city"], many=True, required=False),
        parameter("named_with_city", named["named_with_city"], required=False),
    ]


@with_parameters(*_add_parameters())
def add(call: Call, **typed: Any) -> None:
    """Add a partnership of two cities: LHE MHD --kind twinning --signed 2006."""
    from dataclasses import replace

    from ledger.usecases.registers import records

    cities = _two_cities(typed)

    def work(uow: UnitOfWork) -> Receipt:
        terms = read_terms(call, PARTNERSHIP, today=uow.today, adds=True)
        both = dict(zip(PARTNERSHIP.arguments, cities, strict=True))
        whole = replace(terms, terms={**terms.terms, **both})
        return records.add(uow, PARTNERSHIP.name, whole, as_new=insists(call))

    act(call, work)


def _two_cities(typed: Mapping[str, Any]) -> list[str]:
    """Return the two cities, as words or options. Raises MissingParameter and BadUsage."""
    words = [typed[name] for name in PARTNERSHIP.arguments if typed[name] is not None]
    named = comma_separated(typed["named_city"])
    other = [typed["named_with_city"]] if typed["named_with_city"] is not None else []
    cities = [*words, *named, *other]
    if len(cities) < _PARTIES:
        raise MissingParameter(
            f"The partnership names {'only ' + cities[0] if cities else 'no city'}.",
            why="A partnership is a tie of two cities.",
            next_step="Name both: cityfund partnership add LHE MHD, or --city LHE --city MHD.",
        )
    if len(cities) > _PARTIES:
        raise BadUsage(
            f"{len(cities)} cities are named: {', '.join(cities)}.",
            why="A partnership is a tie of two cities.",
            next_step="Record one partnership for each pair of cities.",
        )
    return cities


_PARTIES: Final = 2
_YEAR_OR_MONTH: Final = re.compile(r"\s*\d{4}(-\d{2})?\s*")


def _take_partial_day(call: Call, column: str) -> Mapping[str, str]:
    """Take a year or a month that was typed as --on for a column in which it can stand.

    Gives the column's name then, as the officer typed it.
    """
    on = call.params.get("on")
    if on is not None and _YEAR_OR_MONTH.fullmatch(on) and not call.params.get(column):
        call.params |= {"on": None, column: on}
        source = call.get_parameter_source("on")
        assert source is not None, "it was typed"
        call.set_parameter_source(column, source)
        return {column: "--on"}
    return {}


def _read(
    call: Call, uow: UnitOfWork, spec: RegisterSpec, shown: Mapping[str, str], *, adds: bool = False
) -> TypedTerms:
    """Read the terms that were typed, those `shown` by the name under which they were."""
    from dataclasses import replace

    terms = read_terms(call, spec, today=uow.today, adds=adds)
    return replace(terms, shown={**terms.shown, **shown})


@with_parameters(code_parameter(PARTNERSHIP), *term_parameters(PARTNERSHIP, "ended", ended="until"))
def end(call: Call, **typed: str) -> None:
    """End a partnership: by --ended, else on the day of --on."""
    from ledger.usecases.registers import partnerships

    shown = _take_partial_day(call, "ended")

    def work(uow: UnitOfWork) -> Receipt:
        code = resolve_typed_code(uow, PARTNERSHIP.name, typed[PARTNERSHIP.name])
        return partnerships.end(uow, code, _read(call, uow, PARTNERSHIP, shown))

    act(call, work)


@with_parameters(
    *term_parameters(
        UNDERTAKING, "partnership what by host payer due_on lasts until note code", due_on="due"
    )
)
def undertake(call: Call, **_typed: str) -> None:
    """Record what a city of a partnership is to do."""
    from ledger.usecases.registers import records

    def work(uow: UnitOfWork) -> Receipt:
        terms = read_terms(call, UNDERTAKING, today=uow.today, adds=True)
        return records.add(uow, UNDERTAKING.name, terms)

    act(call, work)


@with_parameters(
    *term_parameters(UNDERTAKING, "partnership what by host payer done_on lasts until note code")
)
def log(call: Call, **_typed: str) -> None:
    """Record what a city of a partnership has done: by --done-on, else on the day of --on."""
    from ledger.usecases.registers import partnerships

    shown = _take_partial_day(call, "done_on")

    def work(uow: UnitOfWork) -> Receipt:
        return partnerships.log(uow, _read(call, uow, UNDERTAKING, shown, adds=True))

    act(call, work)


@with_parameters(code_parameter(UNDERTAKING), *term_parameters(UNDERTAKING, "done_on lasts until"))
def done(call: Call, **typed: str) -> None:
    """Record that an undertaking is done: by --done-on, else on the day of --on."""
    from ledger.usecases.registers import partnerships

    shown = _take_partial_day(call, "done_on")

    def work(uow: UnitOfWork) -> Receipt:
        code = resolve_typed_code(uow, UNDERTAKING.name, typed[UNDERTAKING.name])
        return partnerships.done(uow, code, _read(call, uow, UNDERTAKING, shown))

    act(call, work)


app = register_noun(
    PARTNERSHIP,
    own={
        "add": Verb(add),
        "end": Verb(end, dated=True),
        "undertake": Verb(undertake),
        "done": Verb(done, dated=True),
        "log": Verb(log, dated=True),
    },
)
