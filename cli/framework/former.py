"""Former names of commands: they do the same for one release, and no help or completion shows them.

A noun that does not know its verb asks here, so that no other command loads any of this.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from cli.framework.terminal import is_terminal, note
from cli.framework.usage_errors import unknown_command
from ledger.core.requests import FORMER_NAMES
from ledger.registers.table import versioned

if TYPE_CHECKING:
    from collections.abc import Callable

HISTORY: Final = "history"
_READING: Final = {
    "journal seals": "audit seals",
    "journal prove": "audit prove",
    "journal verify-proof": "audit verify",
}


def former_names() -> dict[str, str]:
    """Give the words of each former name, and what the command is called now."""
    histories = {f"{kind} {HISTORY}": HISTORY for kind in versioned()}
    return {**FORMER_NAMES, **_READING, **histories}


def former_command(
    call: Any, args: list[str], known: list[str], load: Callable[[str], Any]
) -> tuple[str, Any, list[str]]:
    """Find what the words of a call are called now, as a group finds its commands.

    `load` gives the command of a noun or word. Raises UnknownCommand naming the nearest of the
    `known` verbs where what was typed is no former name.
    """
    typed = f"{call.info_name} {args[0]}"
    now = former_names().get(typed)
    if now is None:
        raise unknown_command(call, args[0], known)
    noun, _, verb = now.partition(" ")
    command = load(noun)
    if verb:
        return args[0], _Former(typed, now, command.commands[verb]), args[1:]
    return args[0], _FormerHistory(typed, now, command), args[1:]


@dataclass(frozen=True, slots=True)
class _Former:
    """What stands for a command under its former name, until it is called."""

    typed: str
    now: str
    command: Any

    def make_context(self, _name: str, args: list[str], parent: Any) -> Any:
        """Make the call of the command as it is called now."""
        noun, _, verb = self.now.partition(" ")
        parent.info_name = noun  # answers and errors name the command that is carried out
        return self.noted(self.command.make_context(verb, args, parent))

    def noted(self, call: Any) -> Any:
        """Say on a terminal what the command is called now."""
        if is_terminal(sys.stderr):
            names = f"cityfund {self.typed} is now cityfund {self.now}"
            note(call, f"{names}; the next release drops the former name.")
        return call


class _FormerHistory(_Former):
    """The history of a record by the noun of its register, which stands before the code now."""

    __slots__ = ()

    def make_context(self, _name: str, args: list[str], parent: Any) -> Any:
        """Make the call of the history of a code of the register."""
        made = self.command.make_context(self.now, args, parent.find_root())
        made.params["code"] = f"{parent.info_name}:{made.params['code']}"
        return self.noted(made)
