"""Errors of the command line: unknown commands, options, formats and columns.

What Typer could not parse becomes one of them, with a next step that fits.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from ledger.core.errors import Busy, ExitCode, InvalidInput, LedgerError, StorageTrouble, UsageError

CONFIG_KEYS = (
    *("db", "actor", "format", "inbox", "office", "rate_days", "approach_days"),
    *("pause_days", "missed_nights", "churn", "publisher", "oc4ids-prefix"),
)
CONFIG_FORMATS = ("table", "json", "csv", "md", "html", "tsv", "ndjson")


class UnknownCommand(UsageError, code="unknown-command"):
    """A noun or a verb the program does not have."""


class UnknownOption(UsageError, code="unknown-option"):
    """An option the command does not take."""


class MissingParameter(UsageError, code="missing-parameter"):
    """A required argument or option was left out."""


class BadUsage(UsageError, code="bad-usage"):
    """The command line cannot be read: too many words, an option without its value."""


class UnknownFormat(UsageError, code="unknown-format"):
    """An output format the command does not write."""


class UnknownEnding(UsageError, code="unknown-ending"):
    """A file to write has an ending that names no format."""

    default_next = "Name a file with one of these endings, or say the format with --format."


class BinaryToTerminal(UsageError, code="binary-to-terminal"):
    """A format that is not text would be written to a terminal."""

    default_why = "Its bytes mean nothing on a screen, and could steer the terminal."
    default_next = "Name a file with --output FILE."


class ShapeRefused(UsageError, code="shape-refused"):
    """A listing was asked for in an order, number or form that its answer cannot have."""

    default_why = "An option that cannot be honoured is refused, never ignored."
    default_next = "Choose another --format, such as csv, or leave the option out."


class LanguageRefused(UsageError, code="language-refused"):
    """A language was named for a format whose texts are in English."""

    default_why = "An option that cannot be honoured is refused, never ignored."


class NothingToStamp(UsageError, code="nothing-to-stamp"):
    """--stamp was given to a list that is not computed for a day."""

    default_why = "Only reports that say their day, and by which records, can be stamped."
    default_next = "Leave out --stamp."


class BadFilter(UsageError, code="bad-filter"):
    """A filter that is not a column, an operator and a value."""

    default_why = "A filter is a column, one of = != < > <= >=, and a value."
    default_next = "Write it as --where column=value; several filters must all hold."


class NoOfficeView(UsageError, code="no-office-view"):
    """An office's own view was asked of rows that belong to no city."""

    default_why = "A view that cannot be applied is refused, never ignored."
    default_next = "Leave out --office for this list."


class NoPlaceView(UsageError, code="no-place-view"):
    """A list was to be filtered by a city, a provider or a state that its rows do not lead to."""

    default_why = "A view that cannot be applied is refused, never ignored."
    default_next = "Leave out the option, or filter by one of the columns with --where."


class NeedsYes(UsageError, code="needs-yes"):
    """A destructive act without a person to ask."""

    default_why = "The command asks for confirmation, and there is no terminal to ask on."
    default_next = "Add --yes to confirm, or --dry-run to see the result first."


class NotConfirmed(LedgerError, code="not-confirmed"):
    """The confirmation was declined; nothing was changed."""

    exit_code = ExitCode.INTERRUPTED
    default_why = "You answered no."
    default_next = "Nothing was changed. Run the command again when you are sure."


class MovedOn(Busy, code="moved-on"):
    """Others wrote between the preview of an act and its confirmation."""

    default_why = "Others wrote meanwhile, and the act would no longer do what you agreed to."
    default_next = "Nothing was written. Run the command again, and look at the new preview."


class NotText(InvalidInput, code="not-text"):
    """An argument whose bytes are not text."""

    default_why = "The ledger stores text as Unicode, and these bytes are not Unicode."
    default_next = "Type the value again, in a terminal set to UTF-8."


class OutputIsDirectory(StorageTrouble, code="output-is-directory"):
    """The file to write is a directory."""

    default_why = "A directory cannot be replaced by a file."
    default_next = "Name a file with --output, for example one inside that directory."


class ReceiptNotWritten(StorageTrouble, code="receipt-not-written"):
    """An act was recorded, and its receipt could not be written."""

    default_why = "The act is recorded and stays recorded; only its receipt is missing."
    default_next = "Repeat the command with the key of its request."


class InvalidConfig(InvalidInput, code="invalid-config"):
    """The config file cannot be used."""

    default_why = f"The config file is TOML, with the keys {', '.join(CONFIG_KEYS)}, and profiles."
    default_next = "Correct that line, or move the file away to use the defaults."


class UnknownProfile(InvalidInput, code="unknown-profile"):
    """The profile that was chosen is not in the config file."""


class UntilMissing(UsageError, code="until-missing"):
    """An introduction came without the last day of its hold."""

    default_why = "An introduction holds the quantity until a date, so that no hold is unlimited."
    default_next = "Add --until DATE, or --commit if both sides have already signed."


def did_you_mean(typed: str, known: Sequence[str], otherwise: str) -> str:
    """Return the nearest known words as the next step, or another one if none is near."""
    from ledger.core.suggest import nearest  # noqa: PLC0415 - only where something was mistyped

    near = nearest(typed, known)
    return f"Did you mean {' or '.join(near)}?" if near else otherwise


_EXTRA = re.compile(r"Got unexpected extra arguments?(?:\(s\))? \((?P<words>.*)\)", re.DOTALL)
_NUMBER = re.compile(r"-[\d.]")
_PHRASES = frozenset({"quantity", "name", "title", "description", "note", "reason", "reference"})
"""Arguments and options that take several words; a code never does."""


def usage_error(error: Any) -> UsageError:
    """Return the refusal of a command line that Typer could not parse."""
    call = getattr(error, "ctx", None)
    path = call.command_path if call is not None else "cityfund"
    kind = type(error).__name__
    if kind == "NoSuchOption":
        return _unknown_option(error.option_name, call, path)
    refusal = MissingParameter if kind == "MissingParameter" else BadUsage
    if kind == "MissingParameter" and call is not None and error.param is not None:
        return _missing(error.param, call, path)
    match = _EXTRA.fullmatch(error.format_message())
    if match is not None and call is not None:
        return _too_many(match["words"], call, path)
    why = f"{path} could not parse the command line."
    return refusal(error.format_message(), why=why, next_step=f"See {path} --help.")


def _unknown_option(option: str, call: Any, path: str) -> UsageError:
    if _NUMBER.match(option):
        return UnknownOption(
            f"{path} takes no negative numbers, and has no option {option}.",
            why="A quantity is positive; the command determines its direction.",
            next_step="Omit the sign.",
        )
    if option == "--on" and getattr(getattr(call, "command", None), "kind", None) == "write":
        return UnknownOption(
            f"{path} has no option {option}.",
            why="What it records holds from the moment it is recorded; no other day can be given.",
            next_step=f"Leave it out; see {path} --help.",
        )
    params = call.command.params if call is not None else []
    bare = option.lstrip("-").casefold()
    shown = [one for one in params if not getattr(one, "hidden", False)]
    known = [name for one in shown for name in one.opts if name.startswith("--")]
    reordered = [name for name in known if _option_words(name) == _option_words(option)]
    if any(bare == one.name and one.param_type_name == "argument" for one in params):
        next_step = f"{bare.upper()} is an argument, not an option: {path} {_arguments(call)}"
    elif reordered:
        next_step = f"Did you mean {' or '.join(reordered)}?"
    else:
        next_step = did_you_mean(option, known, f"See {path} --help.")
    return UnknownOption(
        f"{path} has no option {option}.",
        why="Only the options listed in the command's help are accepted.",
        next_step=next_step,
    )


def _option_words(option: str) -> list[str]:
    return sorted(option.lstrip("-").casefold().split("-"))


def _missing(param: Any, call: Any, path: str) -> UsageError:
    if param.param_type_name == "argument":
        what, add = f"{_argument_name(param)} is missing.", f"Type {path} {_arguments(call)}"
    else:
        what = f"{param.opts[0]} is missing."
        add = f"Add {param.opts[0]} {param.metavar or 'VALUE'}"
    return MissingParameter(
        what, why=f"{path} requires it.", next_step=f"{add}; see {path} --help."
    )


def _too_many(extra: str, call: Any, path: str) -> UsageError:
    takes = _arguments(call)
    why = f"It takes {takes}, and options." if takes else "It takes options only."
    if not extra.strip():  # such as a variable of a script that is not set
        what = f"{path} got an unexpected empty argument: ''."
        return BadUsage(what, why=why, next_step="Omit it.")
    count = "an unexpected argument" if len(extra.split()) == 1 else "unexpected arguments"
    what = f"{path} got {count}: {extra}."
    return BadUsage(what, why=why, next_step=_quotes(extra, call) or f"See {path} --help.")


def _arguments(call: Any) -> str:
    arguments = [one for one in call.command.params if one.param_type_name == "argument"]
    return " ".join(_argument_name(one) for one in arguments if not getattr(one, "hidden", False))


def _argument_name(param: Any) -> str:
    name = argument_name(param)
    return name if param.required else f"[{name}]"


def argument_name(param: Any) -> str:
    """Name an argument as help does, without the marks around it."""
    return str(param.metavar or param.name).strip("[]{}").upper()


def _quotes(extra: str, call: Any) -> str | None:
    """Return a hint about a phrase typed without quotes."""
    typed = list(call.find_root().obj.argv)
    loose = extra.split()
    for place in range(1, len(typed)):
        if typed[place] != loose[0]:
            continue
        many = 1
        while many < len(loose) and typed[place : place + many + 1] == loose[: many + 1]:
            many += 1
        before, run = typed[place - 1], typed[place : place + many]
        param = _taker(before, call)
        if param is not None:
            flag = f"{param.opts[0]} " if param.param_type_name == "option" else ""
            return f'Put words that belong together in quotes: {flag}"{" ".join([before, *run])}"'
    return None


def _taker(word: str, call: Any) -> Any:
    """Find the parameter that took a word as its value."""
    for param in call.command.params:
        value = call.params.get(param.name)
        phrase = value == word and _is_phrase(param.name)
        if phrase or (isinstance(value, (list, tuple)) and word in value):
            return param
    return None


def _is_phrase(name: str) -> bool:
    return name in _PHRASES or name.endswith(("_ticket", "_local"))


def unknown_command(ctx: Any, typed: str, known: list[str]) -> UnknownCommand:
    """Make the refusal of a noun or verb that is not there, which names none that is hidden."""
    shown = [name for name in known if not ctx.command.get_command(ctx, name).hidden]
    return UnknownCommand(
        f"There is no command {ctx.command_path} {typed}.",
        why=f"The commands are: {', '.join(shown)}.",
        next_step=did_you_mean(typed, shown, f"See {ctx.command_path} --help."),
    )
