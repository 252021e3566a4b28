"""`cityfund query`: one reading statement over the views and tables, in every format."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Annotated, Any, Final

import typer

from cli.framework.command import Call, command, standalone
from cli.framework.output import emit_rows
from cli.framework.session import ledger_of
from ledger.reports.table import Column

app = standalone()
_LOOKED_AT: Final = 1_000
"""How many rows tell what the columns hold, before the first is written."""


@command(app, "query")
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
        rows = (dict(zip(result.columns, row, strict=True)) for row in result.rows)
        first = list(islice(rows, _LOOKED_AT))
        columns = _columns(result.columns, first)
        emit_rows(_all(first, rows), columns, call.read, head={"schema": "cityfund.query/1"})


def _all(first: list[dict[str, Any]], rest: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    return chain(first, rest)


def _columns(names: Sequence[str], rows: Sequence[dict[str, Any]]) -> list[Column]:
    """Make the columns: their headings are the names that the statement gives them."""
    from ledger.reports.answers import columns_of

    kinds = {column.key: column.kind for column in columns_of(rows)}
    return [Column(name, name, kind=kinds.get(name, "text")) for name in names]
