"""`cityfund query`: one reading statement over the views and tables, in every format."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Annotated

import typer

from cli.framework.command import Call, command, standalone
from cli.framework.output import emit_rows
from cli.framework.session import ledger_of
from ledger.reports.table import Column, Lines, ReportRow

app = standalone()


@command(app, "query", of_offices=False)
def query(
    call: Call,
    statement: Annotated[str, typer.Argument(help="One SELECT, over v_gap and other views.")],
) -> None:
    """Run one reading statement of SQL over the ledger, and write its rows in any format.

    The views, their columns and how other tools open them: the page on notebooks. Nothing can be
    written: use the commands, whose acts are journalled.
    """
    from ledger.store.admin.query import run_query

    with ledger_of(call).read() as connection, run_query(connection, statement) as result:
        first = next(result.blocks, [])
        rows = Lines(result.columns, chain([first] if first else [], result.blocks))
        columns = _columns(result.columns, [*Lines(result.columns, iter([first]))])
        emit_rows(rows, columns, call.read, head={"schema": "cityfund.query/1"})


def _columns(names: Sequence[str], rows: Sequence[ReportRow]) -> list[Column]:
    """Make the columns from the first rows: their headings are the statement's names of them."""
    from ledger.reports.answers import columns_of

    kinds = {column.key: column.kind for column in columns_of(rows)}
    return [Column(name, name, kind=kinds.get(name, "text")) for name in names]
