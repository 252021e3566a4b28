"""`cityfund project`: the projects of member cities, with their needs."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.commands.registers import Verb, register_noun
from cli.framework.command import Call
from cli.framework.letters import letter_command
from cli.framework.options import with_parameters
from cli.framework.register_commands import resolve_typed_code
from cli.framework.register_options import (
    add_parameters,
    code_argument,
    insists,
    read_terms,
)
from cli.framework.session import act
from ledger.registers.table import PROJECT

ProjectCode = Annotated[str, code_argument("project")]
_NEED = 'A need, repeatable: "money 40M EUR", "expertise 120 person-day metro" or "money ? EUR".'


@with_parameters(*add_parameters(PROJECT))
def add(
    call: Call,
    *,
    need: Annotated[
        list[str] | None, typer.Option("--need", metavar='"FACTOR QUANTITY [TOPIC]"', help=_NEED)
    ] = None,
    **_typed: str,
) -> None:
    """Add a project with its needs, in one request."""
    from ledger.usecases.registers.projects import add_project

    act(
        call,
        lambda uow: add_project(
            uow,
            read_terms(call, PROJECT, today=uow.today, adds=True),
            need or (),
            as_new=insists(call),
        ),
    )


def cancel(call: Call, project: ProjectCode) -> None:
    """Cancel a project and withdraw the open quantities of its needs, in one request."""
    from ledger.usecases.registers.retire import withdraw_project

    act(
        call,
        lambda uow: withdraw_project(uow, resolve_typed_code(uow, "project", project)),
        asks=True,
    )


def restore(
    call: Call,
    project: ProjectCode,
    status: Annotated[
        str | None, typer.Option(help="The new status (default: identification).")
    ] = None,
) -> None:
    """Restore a cancelled project, with the withdrawn quantities of its needs."""
    from ledger.usecases.registers.retire import reinstate_project

    act(
        call,
        lambda uow: reinstate_project(uow, resolve_typed_code(uow, "project", project), status),
    )


app = register_noun(
    PROJECT,
    own={
        "add": Verb(add, dated=True),
        "brief": Verb(
            letter_command("project", "Write the two pages on a project that a provider wants."),
            "plain",
        ),
        "cancel": Verb(cancel, dated=True, destructive=True),
        "restore": Verb(restore, dated=True),
    },
)
