"""`cityfund office`: the fund's offices and the regions they look after."""

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
from cli.views.register import listing, office_row

app = noun("The fund's offices.")

OfficeCode = Annotated[str, code_argument("office")]
_PEOPLE = [
    Column("code", "Office", kind="code"),
    Column("name", "Name"),
    Column("host", "Hosted by"),
    Column("regions", "Regions (UN M49)"),
    Column("cities", "Cities", kind="number"),
]


@command(app, "add", kind="write")
@with_terms("offices", arguments=("name",), required=("code",), left_out=("withdrawn",))
def add(call: Call, **_terms: str) -> None:
    """Add an office of the fund; cities added from now on follow its regions."""
    add_record(call, "office", arguments=("name",))


@command(app, "edit", kind="write")
@with_terms("offices", left_out=("code", "withdrawn"))
def edit(call: Call, office: OfficeCode, **_terms: str) -> None:
    """Change terms of an office; an empty text takes one away."""
    edit_record(call, "office", office)


@command(app, "list", dated=True)
def list_(
    call: Call,
    every: Annotated[bool, typer.Option("--all", help="Also the withdrawn ones.")] = False,
) -> None:
    """List the offices, with how many cities each looks after."""
    with read_picture(call) as picture:
        of = [city.office for city in picture.records("city").values() if not city.withdrawn]
        offices = picture.records("office").values()
        rows = [{**office_row(one), "cities": of.count(one.code)} for one in offices]
    columns = listing(call, "offices", _PEOPLE, ["cities"])
    emit_listing(call, rows, columns, schema="offices", gone=withdrawn, every=every)


@command(app, "show", dated=True)
def show(call: Call, office: OfficeCode) -> None:
    """Show one office and the cities it looks after."""
    from cli.views.member import emit_office

    with read_picture(call) as picture:
        emit_office(call, picture, office)


@command(app, "history")
def history(call: Call, office: OfficeCode) -> None:
    """Show every version of an office, newest first: who, when, why and what changed."""
    emit_history(call, "office", office)


@command(app, "withdraw", kind="write")
def withdraw(call: Call, office: OfficeCode) -> None:
    """Take an office out of use: no new city is put under it."""
    set_withdrawn(call, "office", office, withdrawn=True)


@command(app, "reinstate", kind="write")
def reinstate(call: Call, office: OfficeCode) -> None:
    """Bring a withdrawn office back into use."""
    set_withdrawn(call, "office", office, withdrawn=False)
