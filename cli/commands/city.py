"""`cityfund city`: the member cities."""

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
from cli.views.register import city_row, listing

app = noun("Member cities.")

CityCode = Annotated[str, code_argument("city")]
_PEOPLE = [
    Column("code", "City", kind="code"),
    Column("name", "Name"),
    Column("name_local", "Local name"),
    Column("country_name", "Country"),
    Column("office", "Office", kind="code"),
    Column("member_since", "Member since", kind="date"),
]
_NARROW = [column for column in _PEOPLE if column.key != "name_local"]


@command(app, "add", kind="write")
@with_terms("cities", arguments=("name",), required=("country",), left_out=("withdrawn",))
def add(call: Call, **_terms: str) -> None:
    """Add a member city; its office is found by its country where none is named."""
    add_record(call, "city", arguments=("name",))


@command(app, "edit", kind="write")
@with_terms("cities", left_out=("code", "withdrawn"))
def edit(call: Call, city: CityCode, **_terms: str) -> None:
    """Change terms of a city; an empty text takes one away."""
    edit_record(call, "city", city)


@command(app, "list", dated=True)
def list_(
    call: Call,
    every: Annotated[bool, typer.Option("--all", help="Also the withdrawn ones.")] = False,
) -> None:
    """List the member cities."""
    with read_picture(call) as picture:
        rows = [city_row(city) for city in picture.records("city").values()]
    columns = listing(call, "cities", _PEOPLE, narrow=_NARROW)
    emit_listing(call, rows, columns, schema="cities", gone=withdrawn, every=every)


@command(app, "show", dated=True)
def show(call: Call, city: CityCode) -> None:
    """Show one city: its terms, its projects, and the deals of their needs."""
    from cli.views.member import emit_city

    with read_picture(call) as picture:
        emit_city(call, picture, city)


@command(app, "history")
def history(call: Call, city: CityCode) -> None:
    """Show every version of a city, newest first: who, when, why and what changed."""
    emit_history(call, "city", city)


@command(app, "withdraw", kind="write")
def withdraw(call: Call, city: CityCode) -> None:
    """Take a city out of use: no new project is put under it."""
    set_withdrawn(call, "city", city, withdrawn=True)


@command(app, "reinstate", kind="write")
def reinstate(call: Call, city: CityCode) -> None:
    """Bring a withdrawn city back into use."""
    set_withdrawn(call, "city", city, withdrawn=False)
