"""`cityfund match explain`: why something comes out of today's proposal as it does."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.explain_views import emit_explanation
from cli.frame import Call
from cli.session import ledger_of, times_of


def explain(
    call: Call,
    code: Annotated[str, typer.Argument(metavar="CODE", help="A project, a need or an offer.")],
) -> None:
    """Explain a project, need or offer: what it gets or gives today, what stands in the way."""
    from ledger.usecases.explain import ExplainQuery, explain

    ledger = ledger_of(call)
    where = [f"{column}={value}" for column, value in call.read.where]
    query = ExplainQuery(code=code, where=where, times=times_of(call, ledger))
    emit_explanation(call, explain(ledger, query))
