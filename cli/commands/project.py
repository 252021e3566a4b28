"""`cityfund project`: cities' undertakings, logged with their needs and seen at a glance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.commands.registers import Verb, register_noun
from cli.framework.command import Call
from cli.framework.register_commands import Listing, code_typed
from cli.framework.register_options import add_parameters, code_argument, said, with_parameters
from cli.framework.session import act
from ledger.registers.table import PROJECT

if TYPE_CHECKING:
    from ledger.store.session.snapshot import Picture

ProjectCode = Annotated[str, code_argument("project")]
_NEED = (
    'A need of it, once for each: "money 40M EUR", "expertise 120 person-day metro", "money ? EUR".'
)


@with_parameters(*add_parameters(PROJECT))
def add(
    call: Call,
    *,
    need: Annotated[
        list[str] | None, typer.Option("--need", metavar='"FACTOR QUANTITY [TOPIC]"', help=_NEED)
    ] = None,
    **_typed: str,
) -> None:
    """Log a project and its needs, all in one request."""
    from ledger.usecases.registers.projects import add_project

    act(
        call,
        lambda uow: add_project(uow, said(call, PROJECT, today=uow.today, adds=True), need or ()),
    )


def listing(picture: Picture) -> Listing:
    """Give what `project list` lists."""
    from cli.views.project import list_projects

    return list_projects(picture)


def show(call: Call, picture: Picture, typed: str) -> None:
    """Write one project."""
    from cli.views.project import emit_project

    emit_project(call, picture, typed)


def withdraw(call: Call, project: ProjectCode) -> None:
    """Cancel a project and withdraw all that is open of its needs, in one request."""
    from ledger.usecases.registers.retire import withdraw_project

    act(call, lambda uow: withdraw_project(uow, code_typed(uow, "project", project)))


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


app = register_noun(
    PROJECT,
    listing=listing,
    show=show,
    own={"add": Verb(add), "withdraw": Verb(withdraw), "reinstate": Verb(reinstate)},
    texts={
        "edit": "Change terms of a project, its status among them; an empty text takes one away.",
        "list": "List projects with their cities, how many needs each has, and whether it is "
        "complete.",
        "show": "Show one project at a glance: the three factors, what is missing, and who could "
        "help.",
        "all": "Also the cancelled ones.",
    },
)
