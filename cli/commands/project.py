"""`cityfund project`: cities' undertakings, logged with their needs and seen at a glance."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.framework.command import Call, command, noun
from cli.framework.register_commands import code_typed, edit_record, emit_listing
from cli.framework.register_options import code_argument, said, with_terms
from cli.framework.session import act, read_picture
from cli.views.history import emit_history
from cli.views.project import LIST_COLUMNS, LIST_NARROW, MORE, emit_project, list_rows
from cli.views.register import listing

app = noun("Cities' undertakings.")

ProjectCode = Annotated[str, code_argument("project")]
_NEED = (
    'A need of it, once for each: "money 40M EUR", "expertise 120 person-day metro", "money ? EUR".'
)


@command(app, "add", kind="write")
@with_terms("projects", arguments=("title",), required=("city", "sector"))
def add(
    call: Call,
    *,
    need: Annotated[
        list[str] | None, typer.Option("--need", metavar='"FACTOR QUANTITY [TOPIC]"', help=_NEED)
    ] = None,
    **_terms: str,
) -> None:
    """Log a project and its needs, all in one request."""
    from ledger.usecases.registers.projects import add_project

    act(
        call,
        lambda uow: add_project(
            uow, said(call, "projects", today=uow.today, arguments=["title"]), need or ()
        ),
    )


@command(app, "edit", kind="write")
@with_terms("projects", left_out=("code",), hidden=("city",))
def edit(call: Call, project: ProjectCode, **_terms: str) -> None:
    """Change terms of a project, its status among them; an empty text takes one away."""
    edit_record(call, "project", project)


@command(app, "list", dated=True)
def list_(
    call: Call,
    every: Annotated[bool, typer.Option("--all", help="Also the cancelled ones.")] = False,
) -> None:
    """List projects with their cities, how many needs each has, and whether it is complete."""
    with read_picture(call) as picture:
        rows = list_rows(picture)
    columns = listing(call, "projects", LIST_COLUMNS, MORE, narrow=LIST_NARROW)
    emit_listing(
        call,
        rows,
        columns,
        schema="projects",
        gone=lambda row: row["status"] == "cancelled",
        every=every,
    )


@command(app, "show", dated=True)
def show(call: Call, project: ProjectCode) -> None:
    """Show one project at a glance: the three factors, what is missing, and who could help."""
    with read_picture(call) as picture:
        emit_project(call, picture, project)


@command(app, "history")
def history(call: Call, project: ProjectCode) -> None:
    """Show every version of a project, newest first: who, when, why and what changed."""
    emit_history(call, "project", project)


@command(app, "withdraw", kind="write")
def withdraw(call: Call, project: ProjectCode) -> None:
    """Cancel a project and withdraw all that is open of its needs, in one request."""
    from ledger.usecases.registers.retire import withdraw_project

    act(call, lambda uow: withdraw_project(uow, code_typed(uow, "project", project)))


@command(app, "reinstate", kind="write")
def reinstate(
    call: Call,
    project: ProjectCode,
    status: Annotated[
        str | None, typer.Option(help="The status it comes back in; identification if left out.")
    ] = None,
) -> None:
    """Bring a cancelled project back, with all that was withdrawn of its needs."""
    from ledger.usecases.registers.retire import reinstate_project

    act(call, lambda uow: reinstate_project(uow, code_typed(uow, "project", project), status))
