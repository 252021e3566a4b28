"""The noun of a register: its verbs, made from its specification.

The modules of single registers add what is their own. A register that has nothing of its own is
an attribute of this module, made when it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from cli.framework.command import Call, command, noun
from cli.framework.register_commands import (
    Listing,
    add_record,
    edit_record,
    emit_listing,
    move_quantity,
    resolve_code,
    set_withdrawn,
)
from cli.framework.register_options import (
    add_parameters,
    code_parameter,
    edit_parameters,
    flag_parameter,
    quantity_parameter,
    with_parameters,
)
from cli.framework.session import read_ledger
from ledger.registers.spec import attribute_of
from ledger.registers.table import REGISTERS, children_of

if TYPE_CHECKING:
    import typer

    from ledger.registers.spec import RegisterSpec
    from ledger.store.session.snapshot import Reader, Snapshot

ORDER = (
    *("add", "edit", "list", "show", "candidates", "history"),
    *("withdraw", "reinstate", "expire"),
)
"""The verbs of registers, as their help lists them."""


class Verb(NamedTuple):
    """What a verb of a register does, and which of the shared options it takes."""

    run: Callable[..., None]
    kind: str = "write"
    dated: bool = False
    may_be_empty: frozenset[str] = frozenset()


List = Callable[["Snapshot"], Listing]
Show = Callable[[Call, "Reader", str], None]
_NO_TEXTS: Mapping[str, str] = MappingProxyType({})
_NO_VERBS: Mapping[str, Verb] = MappingProxyType({})


def register_noun(
    spec: RegisterSpec,
    *,
    listing: List | None = None,
    parts: tuple[str, ...] = (),
    show: Show | None = None,
    own: Mapping[str, Verb] = _NO_VERBS,
    texts: Mapping[str, str] = _NO_TEXTS,
) -> typer.Typer:
    """Make the noun of a register with its verbs.

    `listing` gives what `list` lists, of a snapshot of the register and of `parts`, and `show`
    writes one record by its code; without them every column is listed and shown. `own` are verbs
    of the register alone, or in the place of the usual ones; `texts` are lines of help that say
    more than the usual ones, by verb, and `all` what `--all` adds to a list.
    """
    app = noun(spec.help)
    lines = {**_usual_texts(spec), **texts}
    verbs = {**_usual_verbs(spec, _list(spec, listing, parts, lines["all"]), show), **own}
    for name in sorted(verbs, key=ORDER.index):
        verb = verbs[name]
        if name not in own:
            verb.run.__doc__ = lines[name]
        add = command(app, name, kind=verb.kind, dated=verb.dated, may_be_empty=verb.may_be_empty)
        add(verb.run)
    return app


def __getattr__(name: str) -> typer.Typer:
    """Make the noun of a register that has no module of its own, by the register's name."""
    if name in REGISTERS:
        return register_noun(REGISTERS[name])
    raise AttributeError(name)


def _usual_texts(spec: RegisterSpec) -> dict[str, str]:
    one, name = spec.with_article, spec.name
    children = " and ".join(child.name for child, _ in children_of(name))
    under = f"; it takes no new {children}" if children else ""
    texts = {
        "add": f"Add {one}.",
        "edit": f"Change terms of {one}; an empty text removes a term.",
        "list": f"List the {spec.plural}.",
        "show": f"Show one {name}.",
        "history": f"Show every version of {one}, newest first: who, when, why and what changed.",
        "withdraw": f"Withdraw {one}{under}.",
        "reinstate": f"Reinstate a withdrawn {name}.",
        "all": "Include withdrawn records.",
    }
    if spec.has_quantity:
        texts["edit"] = (
            f"Change terms of {one}, or its quantity on a date; an empty text removes a term."
        )
        texts["history"] = (
            f"Show the changes of {one}, newest first: who, when, why, terms and quantity."
        )
    return texts


def _usual_verbs(spec: RegisterSpec, list_: Verb, show: Show | None) -> dict[str, Verb]:
    verbs = {"add": _add(spec)}
    if not spec.versioned:
        return verbs
    verbs |= {
        "edit": _edit(spec),
        "list": list_,
        "show": _show(spec, show),
        "history": _history(spec),
    }
    if spec.has_quantity:
        verbs |= {verb: _move(spec, verb) for verb in ("withdraw", "reinstate")}
    elif spec.can_be_withdrawn:
        verbs |= {"withdraw": _set(spec, withdrawn=True), "reinstate": _set(spec, withdrawn=False)}
    return verbs


def _add(spec: RegisterSpec) -> Verb:
    @with_parameters(*add_parameters(spec))
    def add(call: Call, **_typed: str) -> None:
        add_record(call, spec)

    return Verb(add)


def _edit(spec: RegisterSpec) -> Verb:
    @with_parameters(*edit_parameters(spec))
    def edit(call: Call, **typed: str) -> None:
        edit_record(call, spec, typed[spec.name])

    # An empty text removes a term.
    return Verb(edit, may_be_empty=frozenset(attribute_of(one.name) for one in spec.columns))


def _list(spec: RegisterSpec, listing: List | None, parts: tuple[str, ...], words: str) -> Verb:
    hides = listing is not None or spec.can_be_withdrawn
    more = [flag_parameter("every", "--all", words)] if hides else []

    @with_parameters(*more)
    def list_(call: Call, **typed: bool) -> None:
        from cli.views.register import listed_columns, plain_listing

        with read_ledger(call) as reader:
            snapshot = reader.snapshot(spec.name, *parts)
        listed = listing(snapshot) if listing is not None else plain_listing(snapshot, spec)
        columns = listed_columns(call, spec, listed)
        emit_listing(call, spec, listed, columns, every=typed.get("every", True))

    return Verb(list_, "list", dated=True)


def _show(spec: RegisterSpec, show: Show | None) -> Verb:
    @with_parameters(code_parameter(spec))
    def show_(call: Call, **typed: str) -> None:
        from cli.views.register import emit_plain

        with read_ledger(call) as reader:
            code = resolve_code(reader, spec.name, typed[spec.name])
            if show is not None:
                show(call, reader, code)
            else:
                emit_plain(call, reader, spec, code)

    return Verb(show_, "show", dated=True)


def _history(spec: RegisterSpec) -> Verb:
    @with_parameters(code_parameter(spec))
    def history(call: Call, **typed: str) -> None:
        from cli.views.history import emit_history

        emit_history(call, spec.name, typed[spec.name])

    return Verb(history, "list")


def _set(spec: RegisterSpec, *, withdrawn: bool) -> Verb:
    @with_parameters(code_parameter(spec))
    def set_(call: Call, **typed: str) -> None:
        set_withdrawn(call, spec, typed[spec.name], withdrawn=withdrawn)

    return Verb(set_)


def _move(spec: RegisterSpec, verb: str) -> Verb:
    @with_parameters(code_parameter(spec), quantity_parameter(spec))
    def move(call: Call, **typed: Any) -> None:
        move_quantity(call, spec, verb, typed[spec.name], typed["quantity"])

    return Verb(move)
