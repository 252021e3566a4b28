"""What the night is told about providers' statements: where they lie, and how they are read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.frame import Call

Inbox = Annotated[
    str | None,
    typer.Option(
        "--inbox", metavar="FOLDER", help="Where providers' statements lie.", show_default=False
    ),
]
Rules = Annotated[
    list[str] | None,
    typer.Option(
        "--statement-rules",
        metavar="FILE|NAME",
        help="Read files of the names in this import rule by it; repeatable.",
    ),
]
ToleranceDays = Annotated[
    str, typer.Option("--date-tolerance", metavar="N", help="Days two dates may lie apart.")
]
SilentDays = Annotated[
    str | None,
    typer.Option("--silent-days", metavar="N", help="Find providers silent for longer."),
]
PostDeliveries = Annotated[
    bool,
    typer.Option(
        "--post-deliveries", help="Post deliveries that a statement adds to a committed deal."
    ),
]


def statement_options(
    call: Call,
    inbox: str | None,
    rules: Sequence[str] | None,
    tolerance: str,
    silent: str | None,
    *,
    post: bool,
) -> dict[str, Any]:
    """Give the options of the step as it takes them. Raises what loading a rule raises."""
    from ledger.usecases.import_tables import load_rule_named  # noqa: PLC0415
    from ledger.usecases.status import days_typed  # noqa: PLC0415

    folder = inbox or call.settings.inbox
    return {
        "inbox": None if folder is None else Path(folder),
        "rules": tuple(load_rule_named(one) for one in rules or ()),
        "tolerance_days": days_typed(tolerance, "--date-tolerance"),
        "silent_days": None if silent is None else days_typed(silent, "--silent-days"),
        "post_deliveries": post,
    }
