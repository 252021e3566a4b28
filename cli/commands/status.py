"""`cityfund status`: what is to be done now, and a summary of the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.framework.command import Call, command, standalone
from cli.framework.completion import complete_codes
from cli.framework.ledger_names import shown_url
from cli.framework.output import emit_record, emit_rows
from cli.framework.receipts import gone_back, last_request, ledger_name
from cli.framework.register_commands import resolve_code
from cli.framework.session import read_ledger
from cli.framework.user_state import keep_visit, last_visit
from cli.views.since_night import NEW_COLUMNS, new_document, new_lines
from cli.views.status import OFFICE_COLUMNS, STATUS_TERMS, status_document, status_lines, status_row

if TYPE_CHECKING:
    from ledger.store.session.snapshot import Reader, Snapshot
    from ledger.usecases.since_night import NewSince

app = standalone()


@command(app, "status", kind="show", dated=True)
def status(
    call: Call,
    days: Annotated[str, typer.Option(help="How many days ahead to look.")] = "30",
    new: Annotated[
        bool, typer.Option("--new", help="Also list what is new since the last night, by office.")
    ] = False,
    office: Annotated[
        str | None,
        typer.Option(
            metavar="CODE",
            help="List and count what concerns one office; 'office' of the config is the default.",
            autocompletion=complete_codes("office"),
        ),
    ] = None,
    mine: Annotated[
        bool,
        typer.Option("--mine", help="Keep what is about records that you own, recorded or moved."),
    ] = False,
    every: Annotated[
        bool, typer.Option("--all", help="List all of each kind, not the first ten.")
    ] = False,
) -> None:
    """List what is to be done now, what others recorded since your last visit, and the counts.

    On the list are deliveries that are overdue or due, holds and offers that end, approaches
    without an answer, interest without a deal, needs whose day has passed or that no offer fits,
    and open findings. The last visit is kept on your machine.
    """
    from ledger.usecases.status import parse_days, read_status
    from ledger.usecases.status_data import read_status_data
    from ledger.usecases.worklist import read_worklist

    ahead, settings = parse_days(days), call.settings
    with read_ledger(call) as reader:
        kept = _office(call, reader, office)
        data = read_status_data(reader, ahead)
        snapshot, summary = data.snapshot, read_status(reader, ahead, data, office=kept)
        who = settings.actor if mine else None
        work = read_worklist(reader, data, ahead, office=kept, mine=who)
        others = _read_others(call, reader, snapshot, kept)
        since = _read_new(reader, kept) if new else None
        now = reader.moment
        approvals = _read_approvals(call, reader)
        gone = gone_back(reader.connection, last_request(settings))
    document = status_document(summary, shown_url(settings.db_url), snapshot, work, others)
    document |= approvals
    document |= {"ledger": ledger_name(settings), "office": kept, "gone_back": gone}
    rows_only = call.format in {"csv", "tsv", "ndjson", "md", "parquet"}
    if since is not None:
        document["new"] = new_document(since)
        if rows_only:
            emit_rows(document["new"]["rows"], NEW_COLUMNS, call.read)
            return
    if rows_only:
        emit_rows(document["offices"], OFFICE_COLUMNS, call.read)
        return
    row = status_row(document, settings.profile_of_ledger)
    below = [*status_lines(document, every=every)]
    if since is not None:
        below += new_lines(document["new"])
    emit_record(row, STATUS_TERMS, call.read, document=document, below=below)
    if call.format == "table" and call.read.as_of is None and call.read.known_at is None:
        keep_visit(settings, now)


def _office(call: Call, reader: Reader, typed: str | None) -> str | None:
    """Return the office asked for or set; None for all."""
    office = typed or call.settings.office
    return None if office is None else resolve_code(reader, "office", office)


def _read_approvals(call: Call, reader: Reader) -> dict[str, Any]:
    """Return the approvals that wait for this person's answer, and those given to them."""
    from ledger.store.unused_approvals import is_one_unused

    if not (reader.times.are_now and is_one_unused(reader.connection)):
        return {"approvals_waiting": [], "approvals_given": []}
    from cli.views.approval import approvals_for
    from ledger.store.approvals import identity_here, open_approvals

    identity = identity_here(reader.connection, call.settings.system_user)
    return approvals_for(open_approvals(reader.connection, reader.day), identity)


def _read_others(
    call: Call, reader: Reader, snapshot: Snapshot, office: str | None
) -> dict[str, Any] | None:
    """Return what others recorded since the last visit, if there was one and the times are now."""
    since = last_visit(call.settings)
    if since is None or not reader.times.are_now:
        return None
    from cli.views.activity import log_rows
    from ledger.usecases.worklist import read_others

    acts = read_others(reader, since, call.settings.actor, office)
    return {"since": snapshot.local(since), "rows": [*log_rows(snapshot, acts)]}


def _read_new(reader: Reader, office: str | None) -> NewSince:
    """Return what is new for one office, or for every one."""
    from ledger.usecases.since_night import read_new_since_last_night

    return read_new_since_last_night(reader).of_office(office)
