"""`cityfund match explain`: why something comes out of today's proposal as it does."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.framework.command import Call
from cli.framework.completion import complete_any
from cli.framework.match_query import FactorAlone, Office, Projects, TimeLimit
from cli.framework.session import ledger_of
from cli.views.explain import emit_explanation


def explain(
    call: Call,
    code: Annotated[
        str,
        typer.Argument(
            help="A project, a need or an offer.",
            autocompletion=complete_any("project", "need", "offer"),
        ),
    ],
    office: Office = None,
    project: Projects = None,
    factor: FactorAlone = None,
    time_limit: TimeLimit = None,
) -> None:
    """Explain a project, need or offer: its allocation today, and what blocks it."""
    from cli.framework.match_query import query_of, solving_shown
    from ledger.solver.options import SolverOptions, parse_seconds
    from ledger.usecases.matching.explain import explain

    seconds = parse_seconds(time_limit)
    ledger = ledger_of(call)
    query = query_of(call, ledger, office=office, projects=project or (), factor=factor)
    with solving_shown(call) as on_progress:
        result = explain(ledger, code, query, SolverOptions(seconds, on_progress))
    emit_explanation(call, result)
