"""`cityfund calendar`: everything that is due, as a file for a calendar."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from cli.framework.command import Call, command, standalone
from cli.framework.completion import complete_codes
from cli.framework.register_commands import resolve_code
from cli.framework.session import read_ledger
from cli.framework.terminal import note

if TYPE_CHECKING:
    from ledger.store.session.snapshot import Reader

app = standalone()

SCHEMA = "cityfund.calendar/1"


def _option(kind: str, words: str) -> object:
    return typer.Option(
        f"--{kind}", metavar="CODE", help=words, autocompletion=complete_codes(kind)
    )


@command(app, "calendar", kind="plain", dated=True)
def calendar(
    call: Call,
    office: Annotated[str | None, _option("office", "Only what concerns one office.")] = None,
    city: Annotated[str | None, _option("city", "Only what concerns one city.")] = None,
    provider: Annotated[str | None, _option("provider", "Only what concerns one provider.")] = None,
    file: Annotated[
        str | None, typer.Option("--output", metavar="FILE", help="Write to this file: due.ics.")
    ] = None,
) -> None:
    """Write everything that is due as an iCalendar file, which calendar programs read.

    These are needs by their needed-by date, the last days of holds and offers, deliveries and
    instalments, and answers to approaches. An event keeps its identity when its date changes.
    Offers of a provider that is no city concern every office.
    """
    from pathlib import Path

    from cli.framework.files import destination
    from cli.framework.output import emit_document
    from ledger.usecases.calendar import Concerned, read_calendar

    with read_ledger(call) as reader:
        concerned = Concerned(
            office=_code(reader, "office", office),
            city=_code(reader, "city", city),
            provider=_code(reader, "provider", provider),
        )
        due = read_calendar(reader, concerned, "cityfund")
    if call.format == "json":
        rows = [asdict(one) for one in due.rows]
        emit_document({"schema": SCHEMA, "as_of": due.day, "rows": rows}, call.read)
        return
    with destination(Path(file) if file else None) as out:
        out.write(due.text)
    if not due.rows:
        note(call, "Nothing is due: the calendar is empty.")


def _code(reader: Reader, kind: str, typed: str | None) -> str | None:
    return None if typed is None else resolve_code(reader, kind, typed)
