"""`cityfund provider`: the organisations that hold a factor. The fund itself is none of them."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.framework.command import Call, command, noun
from cli.framework.output import Column
from cli.framework.register_commands import (
    add_record,
    edit_record,
    emit_listing,
    set_withdrawn,
    withdrawn,
)
from cli.framework.register_options import code_argument, with_terms
from cli.framework.session import read_picture
from cli.views.history import emit_history
from cli.views.register import listing, provider_row

app = noun("Who holds a factor.")

ProviderCode = Annotated[str, code_argument("provider")]
_PEOPLE = [
    Column("code", "Provider", kind="code"),
    Column("name", "Name"),
    Column("kind", "Kind", kind="code"),
    Column("country_name", "Country"),
    Column("city", "Member city", kind="code"),
    Column("offers", "Offers", kind="number"),
    Column("sample", "Sample", kind="code"),
]


@command(app, "add", kind="write")
@with_terms("providers", arguments=("name",), required=("kind",), left_out=("withdrawn",))
def add(call: Call, **_terms: str) -> None:
    """Add a provider: a fund, bank, donor, firm, institute, association or member city."""
    add_record(call, "provider", arguments=("name",))


@command(app, "edit", kind="write")
@with_terms("providers", left_out=("code", "withdrawn"))
def edit(call: Call, provider: ProviderCode, **_terms: str) -> None:
    """Change terms of a provider; an empty text takes one away."""
    edit_record(call, "provider", provider)


@command(app, "list", dated=True)
def list_(
    call: Call,
    every: Annotated[bool, typer.Option("--all", help="Also the withdrawn ones.")] = False,
) -> None:
    """List the providers, with how many offers each has made."""
    with read_picture(call) as picture:
        of = [offer.provider for offer in picture.records("offer").values()]
        providers = picture.records("provider").values()
        rows = [{**provider_row(one), "offers": of.count(one.code)} for one in providers]
    columns = listing(call, "providers", _PEOPLE, ["offers"])
    emit_listing(call, rows, columns, schema="providers", gone=withdrawn, every=every)


@command(app, "show", dated=True)
def show(call: Call, provider: ProviderCode) -> None:
    """Show one provider: its terms, its offers and their deals."""
    from cli.views.member import emit_provider

    with read_picture(call) as picture:
        emit_provider(call, picture, provider)


@command(app, "history")
def history(call: Call, provider: ProviderCode) -> None:
    """Show every version of a provider, newest first: who, when, why and what changed."""
    emit_history(call, "provider", provider)


@command(app, "withdraw", kind="write")
def withdraw(call: Call, provider: ProviderCode) -> None:
    """Take a provider out of use: no new offer is put under it."""
    set_withdrawn(call, "provider", provider, withdrawn=True)


@command(app, "reinstate", kind="write")
def reinstate(call: Call, provider: ProviderCode) -> None:
    """Bring a withdrawn provider back into use."""
    set_withdrawn(call, "provider", provider, withdrawn=False)
