"""`cityfund match`: the pairings that complete the most projects, and what to do with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.commands.match_explain import explain
from cli.frame import Call, command, noun
from cli.match_views import LINE_COLUMNS, match_head
from cli.output import emit_rows
from cli.session import ledger_of, times_of

if TYPE_CHECKING:
    from ledger.usecases.propose import Matched

app = noun("Propose pairings, and take proposals up.", default="propose")
command(app, "explain", dated=True)(explain)


@command(app, "propose", dated=True)
def propose(call: Call) -> None:
    """Propose the pairings that complete the most projects."""
    from time import monotonic

    from ledger.solving.effort import Effort
    from ledger.usecases.propose import MatchQuery, match

    ledger = ledger_of(call)
    where = [f"{column}={value}" for column, value in call.read.where]
    begun = monotonic()
    matched = match(ledger, MatchQuery(where=where, times=times_of(call, ledger)), Effort())
    _show(call, matched, monotonic() - begun)


def _show(call: Call, matched: Matched, seconds: float) -> None:
    lines = [line.to_dict() for line in matched.proposal.lines]
    head = match_head(matched.proposal, seconds)
    emit_rows(lines, LINE_COLUMNS, call.read.without_filters(), head=head, named="lines")
