"""A command that lacks something, typed on a terminal, asks for it: one parameter at a time.

First its arguments in their order, then the options that are required, then those that a person
names. Before anything is written, a dry run shows what will be recorded, with the one line that
does the same, and one question is asked. Nothing is written before, so that Ctrl-C at any question
leaves the ledger unchanged.
"""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from cli.framework import error_output
from cli.framework.answers import WrongAnswer, checked, completions, is_pair
from cli.framework.command import Call, Session
from cli.framework.line_editor import Words, choices, read_line
from cli.framework.options import COMMON_PANEL, is_from_command_line
from cli.framework.session import ledger_of
from cli.framework.settings import mask_url
from cli.framework.terminal import print_to_stderr, tell, visible
from cli.framework.usage_errors import MissingParameter, NotConfirmed, argument_name
from ledger.core.errors import LedgerError, UsageError

if TYPE_CHECKING:
    from cli.framework.command import LedgerCommand

_NEVER_ASKED: Final = frozenset({"dry_run", "clock_is_right", "key", "yes"})
_AN_OPTION: Final = re.compile(r"--[a-z][a-z-]*")
_FEW: Final = 8
_LEAVES_OUT: Final = "Enter leaves it out."
_TO_OTHERS: Final = "Enter goes on to the other options."


class _Gathered:
    """The words of a command line while a person completes it."""

    def __init__(self, command: LedgerCommand, call: Call) -> None:
        self.command = command
        self.call = call
        self.typed = list(call.words)
        self.answers: dict[str, str] = {}

    def seen(self) -> Call:
        """Parse what is there so far, however much is missing."""
        seen = self.command.make_context(
            self.call.info_name, self.words(), parent=self.call.parent, resilient_parsing=True
        )
        assert isinstance(seen, Call)
        return seen

    def lacks(self) -> list[Any]:
        """Return the parameters that have no value yet and that a person may be asked for."""
        seen = self.seen()
        return [
            one
            for one in self.command.params
            if _may_be_asked(one) and one.name not in self.answers and not _is_given(seen, one)
        ]

    def words(self) -> list[str]:
        """Return the words of the line: what was typed, and what was answered behind it."""
        by_name = {one.name: one for one in self.command.params}
        options: list[str] = []
        arguments: list[str] = []
        for name, answer in self.answers.items():
            param = by_name[name]
            if param.param_type_name == "argument":
                arguments += shlex.split(answer) if param.nargs != 1 else [answer]
            else:
                options += _option_words(param, answer)
        if "--" in self.typed:
            return [*options, *self.typed, *arguments]
        if any(one.startswith("-") for one in arguments):
            return [*self.typed, *options, "--", *arguments]
        return [*self.typed, *arguments, *options]

    def line(self) -> str:
        """Return the one line that does the same."""
        argv = list(self.call.find_root().obj.argv)
        before = argv[: len(argv) - len(self.typed)]
        return mask_url(shlex.join(["cityfund", *before, *self.words()]))


def _option_words(param: Any, answer: str) -> list[str]:
    if getattr(param, "is_flag", False):
        return [param.opts[0]]
    return [param.opts[0], *(shlex.split(answer) if is_pair(param) else [answer])]


def _may_be_asked(param: Any) -> bool:
    return (
        param.name not in _NEVER_ASKED
        and param.name != "help"
        and not getattr(param, "hidden", False)
        and getattr(param, "rich_help_panel", None) != COMMON_PANEL
    )


def _is_given(call: Call, param: Any) -> bool:
    return is_from_command_line(call, param.name) and call.params.get(param.name) not in (None, ())


def complete_line(
    command: LedgerCommand, call: Call, refused: UsageError | None = None
) -> list[str]:
    """Ask for what a command line lacks, show what it will do, and return all of its words.

    `refused` is what the command said of the line as it is. Raises KeyboardInterrupt and
    NotConfirmed where a person does not go on, and the refusal of a line that is left as it is.
    """
    gathered = _Gathered(command, call)
    if command.kind == "write":
        ledger_of(gathered.seen())  # one that is not there is no question's fault
    lacking = gathered.lacks()
    for param in [one for one in lacking if one.param_type_name == "argument"]:
        if not _ask_for(gathered, param):  # what is behind it could not be told from it
            break
    for param in [one for one in lacking if one.param_type_name == "option" and one.required]:
        _ask_for(gathered, param)
    while refused is not None:
        tell(refused.what)
        if not _ask_for_what_is_named(gathered, refused):
            break
        refused = _missing_still(gathered)
    if command.kind == "write":
        _ask_for_options(gathered)
    if command.kind == "write" and not gathered.seen().params.get("dry_run"):
        _agree(gathered)
    else:
        _tell_line(gathered)
    return gathered.words()


def _missing_still(gathered: _Gathered) -> UsageError | None:
    """Return what a line that writes is refused for while a term is missing; None elsewhere."""
    if gathered.command.kind != "write":
        return None
    try:
        _dry_run(gathered)
    except MissingParameter as refused:
        return refused
    except LedgerError:  # said when all options are given
        return None
    return None


def _tell_line(gathered: _Gathered) -> None:
    """Say the one line that does the same: neither folded nor marked, so that it can be copied."""
    tell("In one line:")
    print_to_stderr(f"  {visible(gathered.line())}")


def _agree(gathered: _Gathered) -> None:
    """Show what will be written and ask once; what is refused can be changed until it is right."""
    while True:
        try:
            shown = _dry_run(gathered)
        except LedgerError as refused:
            _say_refusal(refused)
            if not (_ask_for_what_is_named(gathered, refused) or _change(gathered)):
                raise
        else:
            _confirm(gathered, shown)
            return


def _ask_for(gathered: _Gathered, param: Any, *, without: str = _LEAVES_OUT) -> bool:
    """Ask for one parameter until the answer can be right; return whether there is one.

    `without` says what an empty answer does where the parameter is an option of the command.
    """
    seen = gathered.seen()
    if getattr(param, "is_flag", False):
        gathered.answers[param.name] = ""
        return True
    name = _name(param)
    tell(f"{name}: {param.help or ''}{'' if param.required else f' {without}'}")
    before = ""
    while True:
        answer = read_line(f"{name}: ", lambda text: completions(seen, param, text))
        if not answer:
            if not param.required:
                return False
            tell(f"{name} is required.")
            _show(completions(seen, param, "")[:_FEW])
            continue
        try:
            gathered.answers[param.name] = checked(seen, param, answer)
        except WrongAnswer as wrong:
            if answer == before:  # the command itself has the last word
                gathered.answers[param.name] = answer
                return True
            tell(wrong.what)
            if wrong.near:
                tell("The nearest:")
                _show(wrong.near[:_FEW])
            before = answer
        else:
            return True


def _show(words: Words) -> None:
    for line in choices(words):
        tell(line)


def _name(param: Any) -> str:
    if param.param_type_name == "argument":
        return argument_name(param).rstrip(".")
    return str(param.opts[0])


def _ask_for_what_is_named(gathered: _Gathered, error: LedgerError) -> bool:
    """Ask for the first option that a refusal names and the line lacks; return if it is given."""
    if not isinstance(error, UsageError):
        return False
    lacking = {name: one for one in gathered.lacks() for name in one.opts}
    named = [one for one in _AN_OPTION.findall(f"{error.what} {error.next_step}") if one in lacking]
    # What is missing may be left only for another option that stands for it.
    without = _TO_OTHERS if isinstance(error, MissingParameter) else _LEAVES_OUT
    return bool(named) and _ask_for(gathered, lacking[named[0]], without=without)


def _ask_for_options(gathered: _Gathered) -> None:
    """Ask for the options that a person names, until none is named."""
    told = False
    while True:
        lacking = {_name(one): one for one in gathered.lacks() if one.param_type_name == "option"}
        if not lacking:
            return
        if not told:
            tell(f"More can be given: {', '.join(lacking)}. Enter goes on.")
            told = True
        param = _named(lacking, "Option: ")
        if param is None:
            return
        _ask_for(gathered, param)


def _change(gathered: _Gathered) -> bool:
    """Ask which answer to change, and for it again; return whether any is changed."""
    named = {_name(one): one for one in gathered.command.params if one.name in gathered.answers}
    named |= {_name(one): one for one in gathered.lacks()}
    tell(f"Name what to change: {', '.join(named)}. Enter stops.")
    param = _named(named, "Change: ")
    if param is None:
        return False
    _ask_for(gathered, param)
    return True


def _named(params: dict[str, Any], prompt: str) -> Any:
    """Ask for the name of a parameter, with or without its dashes; None where none is named."""
    words = [(name, one.help or "") for name, one in params.items()]
    bare = {name.lstrip("-").casefold(): one for name, one in params.items()}

    def complete(text: str) -> Words:
        begun = text.lstrip("-").casefold()
        return [pair for pair in words if pair[0].lstrip("-").casefold().startswith(begun)]

    while True:
        answer = read_line(prompt, complete)
        if not answer:
            return None
        wanted = answer.lstrip("-").casefold()
        begun = [one for name, one in bare.items() if name.startswith(wanted)]
        if wanted in bare or len(begun) == 1:
            return bare.get(wanted) or begun[0]
        tell(f"There is no {answer!r} here.")
        _show(complete(answer) or words[:_FEW])


def _say_refusal(error: LedgerError) -> None:
    report = error_output.of_refusal(error)
    error_output.print_error(report, as_json=False, color=True)


def _dry_run(gathered: _Gathered) -> list[str]:
    """Return the lines that say what a line will do, from its dry run."""
    words = ["--dry-run", *gathered.words()]
    trial = gathered.command.make_context(
        gathered.call.info_name, words, parent=gathered.call.parent
    )
    session = gathered.call.ensure_object(Session)
    session.previews = True
    try:
        with _held() as text, trial:
            gathered.command.invoke(trial)
    finally:
        session.previews = False
    return list(text())


@contextmanager
def _held() -> Iterator[Any]:
    from cli.framework.pager import HeldAnswer  # noqa: PLC0415 - where a person is asked

    terminal, held = sys.stdout, HeldAnswer(sys.stdout)
    sys.stdout = held
    try:
        yield lambda: held.getvalue().splitlines()
    finally:
        sys.stdout = terminal


def _confirm(gathered: _Gathered, shown: Iterable[str]) -> None:
    """Show what will be written and the line that does it; ask once, here or in the command."""
    session = gathered.call.ensure_object(Session)
    if not session.shows_itself:
        for line in shown:
            tell(line)
    _tell_line(gathered)
    if session.shows_itself or session.asks_itself:
        return
    if read_line("Record this? [y/N] ").casefold() not in {"y", "yes"}:
        raise NotConfirmed(f"{gathered.call.command_name} was not carried out.")
