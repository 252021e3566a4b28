"""The noun of a register: its verbs, made from its specification.

Each register is an attribute of this module, made when it is asked for. Registers with verbs of
their own have a module each: see `_OWN_MODULES` in `cli.framework.app`. What a verb does stands in
`cli.commands.register_verbs`, which is loaded where one runs: help does without.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from cli.framework.command import Call, command, noun
from cli.framework.options import flag_parameter, with_parameters
from cli.framework.register_options import (
    add_parameters,
    code_parameter,
    date_parameter,
    edit_parameters,
    quantity_parameter,
)
from ledger.registers.spec import attribute_of
from ledger.registers.table import REGISTERS, children_of

if TYPE_CHECKING:
    import typer

    from ledger.registers.spec import RegisterSpec

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
    *("undertake", "done", "reopen", "log", "attend"),
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
    of_offices: bool = True


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
        "retire": "Retire a provider: no new offer and approach, and its offers are proposed no "
        "longer.",
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
        "list": "List the people of cities and providers; those who left with --all.",
        "withdraw": "Withdraw a person who left: lists, briefs and records name them no longer.",
        "reinstate": "Reinstate a person who was withdrawn.",
        "all": "Include people who were withdrawn.",
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
            of_offices=verb.of_offices,
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
        from cli.commands import register_verbs

        register_verbs.add(call, spec)

    return Verb(add, dated=spec.has_quantity, destructive=spec.bars_pairs)


def _edit(spec: RegisterSpec) -> Verb:
    @with_parameters(*edit_parameters(spec))
    def edit(call: Call, **typed: str) -> None:
        from cli.commands import register_verbs

        register_verbs.edit(call, spec, typed[spec.name])

    # An empty text removes a term.
    named = frozenset(attribute_of(one.name) for one in spec.columns)
    dated = spec.has_quantity or spec.name in _DATED
    return Verb(edit, dated=dated, destructive=spec.bars_pairs, may_be_empty=named)


def _end(spec: RegisterSpec) -> Verb:
    @with_parameters(code_parameter(spec), date_parameter("until", "Its last day in force."))
    def end(call: Call, **typed: str) -> None:
        from cli.commands import register_verbs

        register_verbs.edit_days(call, spec, typed[spec.name], {"until": typed["until"]})

    return Verb(end, destructive=spec.bars_pairs)


def _confirm(spec: RegisterSpec) -> Verb:
    @with_parameters(
        code_parameter(spec),
        date_parameter("review", "The day of its next review.", required=False),
        date_parameter("until", "Its last day in force.", required=False),
    )
    def confirm(call: Call, **typed: str | None) -> None:
        from cli.commands import register_verbs

        register_verbs.confirm(call, spec, str(typed[spec.name]))

    return Verb(confirm, destructive=spec.bars_pairs)


def _list(spec: RegisterSpec, words: str) -> Verb:
    hides = spec.can_be_withdrawn or spec.name in _CLOSED

    @with_parameters(*([flag_parameter("every", "--all", words=words)] if hides else []))
    def list_(call: Call, **typed: bool) -> None:
        from cli.commands import register_verbs

        register_verbs.list_(call, spec, every=typed.get("every", True))

    return Verb(list_, "list", dated=True)


def _show(spec: RegisterSpec) -> Verb:
    @with_parameters(code_parameter(spec))
    def show_(call: Call, **typed: str) -> None:
        from cli.commands import register_verbs

        register_verbs.show(call, spec, typed[spec.name])

    return Verb(show_, "show", dated=True)


def _candidates(spec: RegisterSpec, words: str) -> Verb:
    @with_parameters(code_parameter(spec), flag_parameter("every", "--all", words=words))
    def candidates(call: Call, **typed: Any) -> None:
        from cli.views.candidate import emit_candidates

        emit_candidates(call, spec.name, typed[spec.name], every=typed["every"])

    return Verb(candidates, "list", dated=True, of_offices=False)


def _set(spec: RegisterSpec, *, withdrawn: bool) -> Verb:
    @with_parameters(code_parameter(spec, withdrawn=not withdrawn))
    def set_(call: Call, **typed: str) -> None:
        from cli.commands import register_verbs

        register_verbs.set_withdrawn(call, spec, typed[spec.name], withdrawn=withdrawn)

    return Verb(set_)


def _move(spec: RegisterSpec, verb: str) -> Verb:
    @with_parameters(code_parameter(spec, withdrawn=verb == "reinstate"), quantity_parameter(spec))
    def move(call: Call, **typed: Any) -> None:
        from cli.commands import register_verbs

        register_verbs.move(call, spec, verb, typed[spec.name], typed["quantity"])

    return Verb(move, dated=True, destructive=verb == "withdraw")


def _expire(spec: RegisterSpec) -> Verb:
    @with_parameters(code_parameter(spec))
    def expire(call: Call, **typed: str) -> None:
        from cli.commands import register_verbs

        register_verbs.expire(call, spec, typed[spec.name])

    return Verb(expire, dated=True)
