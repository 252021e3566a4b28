"""Refusals of the command line itself: what was typed is not a command the program has."""

from __future__ import annotations

from ledger.errors import ExitCode, InvalidInput, LedgerError, StorageTrouble, UsageError
from ledger.suggest import nearest


class UnknownCommand(UsageError):
    """A noun or a verb the program does not have."""

    code = "unknown-command"


class UnknownOption(UsageError):
    """An option the command does not take."""

    code = "unknown-option"


class MissingParameter(UsageError):
    """A required argument or option was left out."""

    code = "missing-parameter"


class BadUsage(UsageError):
    """The command line cannot be read: too many words, an option without its value."""

    code = "bad-usage"


class UnknownFormat(UsageError):
    """An output format the command does not write."""

    code = "unknown-format"


class UnknownColumn(UsageError):
    """A filter names a column that the listing does not have."""

    code = "unknown-column"


class BadFilter(UsageError):
    """A filter that is not column=value."""

    code = "bad-filter"
    default_why = "A filter names one column and the value to keep."
    default_next = "Write it as --where column=value, once for each column."


class NeedsYes(UsageError):
    """A destructive act without a person to ask."""

    code = "needs-yes"
    default_why = "The act cannot be taken back by itself, and there is no terminal to ask on."
    default_next = "Add --yes if you mean it, or --dry-run to see what it would do."


class NotConfirmed(LedgerError):
    """The person at the terminal said no; nothing was changed."""

    code = "not-confirmed"
    exit_code = ExitCode.INTERRUPTED
    default_why = "You answered no."
    default_next = "Nothing was changed. Run the command again when you are sure."


class NotText(InvalidInput):
    """An argument whose bytes are not text."""

    code = "not-text"
    default_why = "The ledger keeps text as Unicode, and these bytes are none."
    default_next = "Type the value again, in a terminal set to UTF-8."


class OutputIsDirectory(StorageTrouble):
    """The file to write is a directory."""

    code = "output-is-directory"
    default_why = "A directory cannot be replaced by a file."
    default_next = "Name a file with --output, for example one inside that directory."


class ReceiptNotWritten(StorageTrouble):
    """An act was recorded, and its receipt could not be written."""

    code = "receipt-not-written"
    default_why = "The act is done, and stays done; only what was to be said of it is lost."
    default_next = "Repeat the command with the key of its request, not without."


def did_you_mean(typed: str, known: list[str], otherwise: str) -> str:
    """Say the nearest of the known words as a next step, or what to do where none is near."""
    near = nearest(typed, known)
    return f"Did you mean {' or '.join(near)}?" if near else otherwise


class UntilMissing(UsageError):
    """An introduction came without the last day of its hold."""

    code = "until-missing"
    default_why = "An introduction holds the quantity until a date, so that no hold lasts for ever."
    default_next = "Say --until DATE, or --commit where both sides have signed already."


def require_until(until: str | None, *, commit: bool) -> None:
    """Refuse a hold without its last day, and a direct commitment with one."""
    if until is None and not commit:
        raise UntilMissing("The hold has no last day.")
    if until is not None and commit:
        raise BadUsage(
            "--until and --commit were both given.",
            why="A commitment is not held until a date: it stands until delivered or released.",
            next_step="Keep one of the two.",
        )
