"""What a night says while it runs: a line for who watches, JSON lines for a log."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from cli.frame import Call
from cli.terminal import is_terminal, note, say_beside

if TYPE_CHECKING:
    from ledger.usecases.night.running import Event


def watch_of(call: Call) -> Callable[[Event], None]:
    """Give what is told of the events of a night, by where standard error goes."""
    if call.settings.quiet:
        return lambda _event: None
    if is_terminal(sys.stderr):
        return lambda event: _tell(call, event)
    return _log


def _tell(call: Call, event: Event) -> None:
    if event.what == "run-begun":
        note(call, f"Night of {event.night}.")
    elif event.what == "step-begun":
        note(call, f"  {event.step} ...")
    elif event.what == "say":
        note(call, f"  {event.more['words']}")


def _log(event: Event) -> None:
    if event.what == "advance":
        return
    line: dict[str, Any] = {
        "at": datetime.now(UTC).isoformat(),
        "event": event.what,
        "night": event.night.isoformat(),
        "run": event.run or None,
    }
    if event.step is not None:
        line["step"] = event.step
    say_beside(json.dumps({**line, **event.more}, ensure_ascii=False))
