"""Every command of the program, as its own table of commands loads it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cli.framework.app import COMMAND_TABLE, load


def every_command() -> Iterator[tuple[str, Any]]:
    """Give each command by its words, hidden ones too: `deal introduce`, `reconcile night`."""
    todo: list[tuple[str, Any]] = [(entry.name, load(entry)) for entry in COMMAND_TABLE]
    while todo:
        name, command = todo.pop()
        verbs = getattr(command, "commands", {})
        todo += [(f"{name} {verb}", one) for verb, one in verbs.items()]
        if not verbs:
            yield name, command
