"""The noun of a register: its verbs, made from its specification.

Each register is an attribute of this module, made when it is asked for. Registers with verbs of
their own have a module each: see `_OWN_MODULES` in `cli.framework.app`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from cli.framework.command import Call, command, noun
from cli.framework.options import flag_parameter, with_parameters
from cli.framework.register_commands import (
    Listing,
    emit_listing,
    resolve_code,
    resolve_typed_code,
    shown_rows,
)
from cli.framework.register_options import (
    add_parameters,
    code_parameter,
    date_parameter,
    edit_parameters,
    insists,
    note_former_day,
    plain_term,
    quantity_parameter,
    read_terms,
)
from cli.framework.session import act, read_ledger
from ledger.core.factors import Side
from ledger.registers.spec import attribute_of
from ledger.registers.table import REGISTERS, children_of

if TYPE_CHECKING:
    import typer

    from ledger.journal.receipts import Receipt
    from ledger.registers.spec import RegisterSpec
    from ledger.reports.table import Column, ReportRow
    from ledger.store.session.snapshot import Reader, Snapshot
    from ledger.store.session.unit_of_work import UnitOfWork

ORDER = (
    *(
        "add",
        "reply",
        "offer",
        "edit",
        "list",
        "show",
        "candidates",
        "suggest",
        "letter",
        "brief",
    ),
    *("withdraw", "reinstate", "retire", "cancel", "restore"),
    *("expire", "confirm", "end", "check", "reroute"),
    *("undertake", "done", "log", "attend"),
)
"""The verbs of registers, as their help lists them."""


class Verb(NamedTuple):
    """What a verb of a register does, and which of the shared options it takes."""

    run: Callable[..., object]
    kind: str = "write"
    dated: bool = False
    destructive: bool = False
    saves: bool = False
    may_be_empty: frozenset[str] = frozenset()


List = Callable[["Snapshot"], Listing]
Show = Callable[[Call, "Reader", str], None]
_LISTED_WITH = {
    "office": ("city", "seat"),
    "provider": ("offer",),
    "offer": ("city",),
    "project": ("need",),
    "body": ("seat",),
    "meeting": ("attendance",),
}
"""Registers whose records are counted in the listing of another."""
_NARROWED = frozenset({"project", "need", "offer", "approach"})
"""Registers of which a list with filters by codes reads only what these can keep."""
_CLOSED = ("project", "need")
"""Registers whose lists leave out what is closed although nothing of them is withdrawn whole."""
_DATED = ("project",)
"""Registers of which a term is true from a day on, that of --on: the status of a project."""
_NO_VERBS: Mapping[str, Verb] = MappingProxyType({})
_TEXTS: Mapping[str, Mapping[str, str]] = {
    "office": {
        "add": "Add an office of the fund; new cities of its regions are assigned to it.",
        "list": "List the offices with their numbers of cities.",
        "show": "Show one office: its hosts, cities, projects, gaps, approaches and deals.",
    },
    "city": {
        "add": "Add a city; the default office is the one of its region.",
        "list": "List the cities, and whether each is a member.",
        "show": "Show one city: membership, seats, ties, projects, offers, credentials, deals, and "
        "who was asked.",
    },
    "provider": {
        "add": "Add a provider: a fund, bank, donor, firm, institute, association or member city.",
        "list": "List the providers with their numbers of offers.",
        "show": "Show one provider: its terms, its offers and their deals.",
    },
    "project": {
        "edit": "Change terms of a project, such as its status; an empty text removes a term.",
        "list": "List projects with their cities, numbers of needs, and states.",
        "show": "Show one project: its needs by factor, gaps, eligible offers and deals.",
        "all": "Include cancelled projects.",
    },
    "need": {
        "add": 'Add a need to a project: PRJ-0001 money "40M EUR", or "? EUR" while not known.',
        "list": "List needs with their quantities and gaps.",
        "show": "Show one need: its terms, its quantities by stage, eligible offers and deals.",
        "withdraw": "Withdraw the open quantity of a need, or a part of it.",
        "reinstate": "Reinstate the withdrawn quantity of a need, or a part of it.",
        "candidates": "Show every offer for a need: eligible or not, the possible amount, the "
        "failed rules.",
        "every": "Include exhausted offers, and offers of other factors.",
    },
    "approach": {
        "list": "List approaches with where each stands, and what was answered.",
        "show": "Show one approach: its terms, where it stands, and what came of it.",
        "withdraw": "Withdraw an approach that was recorded in error; it counts nowhere.",
    },
    "partnership": {
        "add": "Add a partnership of two cities: LHE MHD --kind twinning --signed 2006.",
        "list": "List the partnerships with their cities and kinds.",
        "show": "Show one partnership: its status and outcome, and what its cities undertake.",
    },
    "offer": {
        "add": 'Add an offer of a provider with its mandate: BANK money "90M EUR" --sectors '
        "transport.",
        "list": "List offers with their available quantities, mandates and validity.",
        "show": "Show one offer: its terms, its mandate, its quantities by stage, and its deals.",
        "withdraw": "Withdraw the available quantity of an offer, or a part; all of it ends the "
        "offer.",
        "reinstate": "Reinstate the withdrawn or expired quantity of an offer, or a part of it.",
        "expire": "Expire the available quantity of an offer whose validity has ended.",
        "candidates": "Show every need for an offer: eligible or not, the possible amount, the "
        "failed rules.",
        "every": "Include needs with nothing open, and needs of other factors.",
    },
    "contact": {
        "add": "Add a person of a city or a provider: MHD 'A. Karimi' --role mayor.",
    },
    "reminder": {
        "add": "Remember something of a record on a day: D-0001 2027-01-15 'Ask for the report'.",
    },
    "owner": {
        "add": "Name who looks after a city, provider, project or deal: PRJ-0042 sara.",
    },
    "meeting": {
        "list": "List the meetings, with how many cities were there.",
        "show": "Show one meeting: its terms, who attended, and the motions made there.",
    },
}
"""Lines of help that say more than the usual ones, by register and verb.

`all` is what `--all` adds to a list, `every` what it adds to the candidates.
"""


_LISTS: Final = {
    "office": "member.list_offices",
    "city": "member_list.list_cities",
    "provider": "member_list.list_providers",
    "project": "project.list_projects",
    "need": "need.list_needs",
    "offer": "need.list_offers",
    "approach": "approach.list_approaches",
    "body": "seat.list_bodies",
    "contact": "activity.list_contacts",
    "credential": "exchange.list_credentials",
    "meeting": "meeting.list_meetings",
    "note": "activity.list_notes",
    "owner": "activity.list_owners",
    "partnership": "partnership.list_partnerships",
    "reminder": "activity.list_reminders",
    "seat": "seat.list_seats",
    "undertaking": "partnership.list_undertakings",
}
"""How a register lists its records where that is more than their columns: by a view's function."""

_SHOWN: Final = {
    "office": "member.emit_office",
    "city": "member.emit_city",
    "provider": "member.emit_provider",
    "project": "project.emit_project",
    "need": "need.emit_need",
    "offer": "need.emit_offer",
    "approach": "approach.emit_approach",
    "body": "seat.emit_body",
    "meeting": "meeting.emit_meeting",
    "partnership": "partnership.emit_partnership",
}
"""How a register shows one of its records."""


def _view(functions: Mapping[str, str], name: str) -> Any:
    """Return a function of a register's own view; None where it is shown by its columns.

    Only that function's module is loaded: together the views load half of the program.
    """
    if name not in functions:
        return None
    module, _, function = functions[name].partition(".")
    return getattr(import_module(f"cli.views.{module}"), function)


def register_noun(spec: RegisterSpec, *, own: Mapping[str, Verb] = _NO_VERBS) -> typer.Typer:
    """Make the noun of a register with its verbs.

    `own` are verbs of the register alone, or in the place of the usual ones.
    """
    app = noun(spec.help)
    lines = {**_usual_texts(spec), **_TEXTS.get(spec.name, {})}
    verbs = {**_usual_verbs(spec, lines), **own}
    for name in sorted(verbs, key=ORDER.index):
        verb = verbs[name]
        if name not in own:
            verb.run.__doc__ = lines[name]
        add = command(
            app,
            name,
            kind=verb.kind,
            dated=verb.dated,
            destructive=verb.destructive,
            saves=verb.saves,
            may_be_empty=verb.may_be_empty,
        )
        add(verb.run)
    return app


def __getattr__(name: str) -> typer.Typer:
    """Make the noun of a register by its name."""
    if name in REGISTERS:
        return register_noun(REGISTERS[name])
    raise AttributeError(name)


_FEW = 2
"""How many registers under another its help names."""


def _usual_texts(spec: RegisterSpec) -> dict[str, str]:
    one, name = spec.with_article, spec.name
    # A partnership stands under each of its two cities.
    below = dict.fromkeys(child.name for child, _ in children_of(name))
    children = " and ".join(below) if len(below) <= _FEW else "records under it"
    under = f"; it takes no new {children}" if children else ""
    texts = {
        "add": f"Add {one}.",
        "edit": f"Change terms of {one}; an empty text removes a term.",
        "list": f"List the {spec.plural}.",
        "show": f"Show one {name}.",
        "withdraw": f"Withdraw {one}{under}.",
        "reinstate": f"Reinstate a withdrawn {name}.",
        "retire": f"Retire {one}{under}; it stays in history and reports.",
        "restore": f"Restore a retired {name}.",
        "end": f"End {one}: set its last day in force.",
        "confirm": f"Confirm that {one} stands: set the day of its next review, or its last day.",
        "all": "Include withdrawn records.",
    }
    if spec.has_quantity:
        texts["edit"] = (
            f"Change terms of {one}, or its quantity on a date; an empty text removes a term."
        )
    return texts


def _usual_verbs(spec: RegisterSpec, lines: Mapping[str, str]) -> dict[str, Verb]:
    verbs = {"add": _add(spec)}
    if not spec.versioned:
        return verbs
    verbs |= {
        "edit": _edit(spec),
        "list": _list(spec, lines["all"]),
        "show": _show(spec),
    }
    if spec.can_be_ended:
        verbs["end"] = _end(spec)
    if "review_on" in spec.column:
        verbs["confirm"] = _confirm(spec)
    if spec.has_quantity:
        verbs |= {verb: _move(spec, verb) for verb in ("withdraw", "reinstate")}
        verbs["candidates"] = _candidates(spec, lines["every"])
        if "valid_until" in spec.column:
            verbs["expire"] = _expire(spec)
    elif spec.can_be_withdrawn:
        takes_out, brings_back = spec.leaving
        verbs |= {takes_out: _set(spec, withdrawn=True), brings_back: _set(spec, withdrawn=False)}
    return verbs


def _add(spec: RegisterSpec) -> Verb:
    @with_parameters(*add_parameters(spec))
    def add(call: Call, **_typed: str) -> None:
        from ledger.usecases.registers import measured, records

        def work(uow: UnitOfWork) -> Receipt:
            terms = read_terms(call, spec, today=uow.today, adds=True)
            if spec.has_quantity:
                return measured.add_measured(uow, Side(spec.name), terms)
            return records.add(uow, spec.name, terms, as_new=insists(call))

        note_former_day(call)
        act(call, work)

    return Verb(add, dated=spec.has_quantity, destructive=spec.bars_pairs)


def _edit(spec: RegisterSpec) -> Verb:
    @with_parameters(*edit_parameters(spec))
    def edit(call: Call, **typed: str) -> None:
        from ledger.usecases.registers import measured, records

        def work(uow: UnitOfWork) -> Receipt:
            code = resolve_typed_code(uow, spec.name, typed[spec.name])
            terms = read_terms(call, spec, today=uow.today)
            if spec.has_quantity:
                return measured.edit_measured(uow, Side(spec.name), code, terms)
            return records.edit(uow, spec.name, code, terms, as_new=insists(call))

        act(call, work)

    # An empty text removes a term.
    named = frozenset(attribute_of(one.name) for one in spec.columns)
    dated = spec.has_quantity or spec.name in _DATED
    return Verb(edit, dated=dated, destructive=spec.bars_pairs, may_be_empty=named)


def _end(spec: RegisterSpec) -> Verb:
    @with_parameters(code_parameter(spec), date_parameter("until", "Its last day in force."))
    def end(call: Call, **typed: str) -> None:
        _edit_terms(call, spec, typed[spec.name], {"until": typed["until"]})

    return Verb(end, destructive=spec.bars_pairs)


def _confirm(spec: RegisterSpec) -> Verb:
    @with_parameters(
        code_parameter(spec),
        date_parameter("review", "The day of its next review.", required=False),
        date_parameter("until", "Its last day in force.", required=False),
    )
    def confirm(call: Call, **typed: str | None) -> None:
        from cli.framework.usage_errors import MissingParameter

        days = {"review_on": typed["review"], "until": typed["until"]}
        given = {column: day for column, day in days.items() if day is not None}
        if not given:
            raise MissingParameter(
                "Neither --review nor --until is given.",
                why="A confirmation says how long the record stands, or when to look again.",
                next_step="Add --review DATE, or --until DATE for its last day in force.",
            )
        _edit_terms(call, spec, str(typed[spec.name]), given)

    return Verb(confirm, destructive=spec.bars_pairs)


def _edit_terms(call: Call, spec: RegisterSpec, typed: str, days: Mapping[str, str]) -> None:
    """Edit the dates of one record, as typed."""
    from ledger.usecases.registers import records
    from ledger.usecases.registers.parse import TypedTerms

    def work(uow: UnitOfWork) -> Receipt:
        terms = {
            name: plain_term(call, spec.column[name], day, uow.today) for name, day in days.items()
        }
        code = resolve_typed_code(uow, spec.name, typed)
        return records.edit(uow, spec.name, code, TypedTerms(terms))

    act(call, work)


def _list(spec: RegisterSpec, words: str) -> Verb:
    hides = spec.can_be_withdrawn or spec.name in _CLOSED

    @with_parameters(*([flag_parameter("every", "--all", words=words)] if hides else []))
    def list_(call: Call, **typed: bool) -> None:
        from cli.views.register import listed_columns, plain_listing

        listing: List | None = _view(_LISTS, spec.name)
        every = typed.get("every", True)

        def listed_of(snapshot: Snapshot) -> Listing:
            return listing(snapshot) if listing is not None else plain_listing(snapshot, spec)

        def rows_of(snapshot: Snapshot) -> tuple[Iterable[ReportRow], Sequence[Column]]:
            listed = listed_of(snapshot)
            return shown_rows(listed, every=every), listed_columns(call, spec, listed)

        others = _LISTED_WITH.get(spec.name, ())
        with read_ledger(call) as reader:
            narrowed = None
            if call.read.where and spec.name in _NARROWED:
                from cli.views.narrowed import narrowed_read

                narrowed = narrowed_read(call, reader, spec.name, others, rows_of)
            if narrowed is None:
                listed, options = listed_of(reader.snapshot(spec.name, *others)), None
            else:
                listed, options = listed_of(narrowed.snapshot), narrowed.options
        columns = listed_columns(call, spec, listed)
        emit_listing(call, spec, listed, columns, every=every, options=options)

    return Verb(list_, "list", dated=True)


def _show(spec: RegisterSpec) -> Verb:
    @with_parameters(code_parameter(spec))
    def show_(call: Call, **typed: str) -> None:
        from cli.views.register import emit_plain

        show: Show | None = _view(_SHOWN, spec.name)
        with read_ledger(call) as reader:
            code = resolve_code(reader, spec.name, typed[spec.name])
            if show is not None:
                show(call, reader, code)
            else:
                emit_plain(call, reader, spec, code)

    return Verb(show_, "show", dated=True)


def _candidates(spec: RegisterSpec, words: str) -> Verb:
    @with_parameters(code_parameter(spec), flag_parameter("every", "--all", words=words))
    def candidates(call: Call, **typed: Any) -> None:
        from cli.views.candidate import emit_candidates

        emit_candidates(call, spec.name, typed[spec.name], every=typed["every"])

    return Verb(candidates, "list", dated=True)


def _set(spec: RegisterSpec, *, withdrawn: bool) -> Verb:
    @with_parameters(code_parameter(spec, withdrawn=not withdrawn))
    def set_(call: Call, **typed: str) -> None:
        from ledger.usecases.registers import retire

        def work(uow: UnitOfWork) -> Receipt:
            code = resolve_typed_code(uow, spec.name, typed[spec.name])
            return retire.set_withdrawn(uow, spec.name, code, withdrawn=withdrawn)

        act(call, work)

    return Verb(set_)


def _move(spec: RegisterSpec, verb: str) -> Verb:
    @with_parameters(code_parameter(spec, withdrawn=verb == "reinstate"), quantity_parameter(spec))
    def move(call: Call, **typed: Any) -> None:
        from ledger.usecases.registers import quantities

        def work(uow: UnitOfWork) -> Receipt:
            code = resolve_typed_code(uow, spec.name, typed[spec.name])
            change = quantities.withdraw if verb == "withdraw" else quantities.reinstate
            return change(uow, Side(spec.name), code, typed["quantity"])

        act(call, work, asks=verb == "withdraw" and typed["quantity"] is None)

    return Verb(move, dated=True, destructive=verb == "withdraw")


def _expire(spec: RegisterSpec) -> Verb:
    @with_parameters(code_parameter(spec))
    def expire(call: Call, **typed: str) -> None:
        from ledger.usecases.registers.quantities import expire

        act(call, lambda uow: expire(uow, resolve_typed_code(uow, spec.name, typed[spec.name])))

    return Verb(expire, dated=True)
