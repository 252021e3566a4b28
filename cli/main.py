"""The program's entry: runs one command and turns its end into an exit code.

Errors are caught here and nowhere else.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Final

import typer

from cli.framework import error_output
from cli.framework.app import Root, build_root
from cli.framework.command import Call, Session
from cli.framework.settings import is_text
from cli.framework.terminal import (
    can_ask,
    can_flush,
    discard,
    fitted,
    is_terminal,
    print_to_stderr,
)
from cli.framework.usage_errors import NotText, ReceiptNotWritten, usage_error
from ledger.core.errors import ExitCode, LedgerError, UsageError

PROGRAM = "cityfund"
COMPLETES = "_CITYFUND_COMPLETE"
"""The variable by which a shell asks for completions."""


_WHEN_CLOSED: Final = (
    ("stdin", os.O_RDONLY, "r"),
    ("stdout", os.O_RDONLY, "w"),  # an answer that is written there fails as on a closed descriptor
    ("stderr", os.O_WRONLY, "w"),  # messages get lost, and the exit code says enough
)


def main(argv: list[str] | None = None) -> int:
    """Run the command line and give the exit code."""
    try:
        return run(build_root(), sys.argv[1:] if argv is None else argv)
    except KeyboardInterrupt:  # before the command began, or during the report of its end
        _say_interrupted(Session())
        return ExitCode.INTERRUPTED


def run(root: Root, argv: list[str]) -> int:
    """Run one command line under a root command and give the exit code."""
    _open_closed_streams()
    if hasattr(sys.stdout, "reconfigure"):
        # What an old terminal cannot show is written as an escape, never a crash halfway.
        sys.stdout.reconfigure(errors="backslashreplace")
    session = Session(
        tuple(argv),
        take_names=_take_names,
        around_answer=_around_answer,
        complete_line=_complete_line,
        lead_to=_lead_to,
    )
    try:
        code = _run(root, argv, session)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader of a pipe has seen enough
        discard(sys.stdout)
        return ExitCode.DONE
    except OSError as error:
        if error.filename is None and not can_flush(sys.stdout):
            error.filename = "standard output"
        discard(sys.stdout)
        return _ended_by(error, _of_storage(error, session), session)
    return code


def _around_answer() -> AbstractContextManager[None]:
    """Give what an answer is written within: on a terminal, what pages it if it is long."""
    if not is_terminal(sys.stdout):
        return nullcontext()
    from cli.framework.pager import paged  # noqa: PLC0415 - on a terminal only

    return paged()


def _lead_to(call: Call, register: str, place: str) -> Mapping[str, tuple[str, ...]]:
    """Read which places the records of a register lead to, at the times of the report."""
    from cli.framework.session import read_ledger  # noqa: PLC0415 - brings the store
    from ledger.usecases.places import places_of  # noqa: PLC0415 - as above

    with read_ledger(call) as reader:
        return places_of(reader, register, place)


def _take_names(call: Call) -> None:
    from cli.framework.names import take_names  # noqa: PLC0415 - where a person types

    take_names(call)


def _complete_line(command: Any, call: Call, refused: UsageError | None) -> list[str] | None:
    """Ask for what a line lacks, where somebody is there who can answer and reads no JSON."""
    if not can_ask() or error_output.wants_json(call.ensure_object(Session).argv):
        return None
    from cli.framework.asking import complete_line  # noqa: PLC0415 - where something is missing

    return complete_line(command, call, refused)


def _open_closed_streams() -> None:
    """Open a null device for each standard stream that was closed when the program started.

    Otherwise Python has no stream object for it, and the next file that is opened, perhaps the
    ledger, takes its descriptor and is written into.
    """
    for name, access, mode in _WHEN_CLOSED:
        if getattr(sys, name) is None:
            handle = os.open(os.devnull, access)  # the lowest descriptor that is free: its own
            setattr(sys, name, open(handle, mode, encoding="utf-8"))  # noqa: PTH123, SIM115


def _of_storage(error: OSError, session: Session) -> error_output.ErrorReport:
    report = error_output.of_storage(error)
    if session.recorded is None:
        return report
    return error_output.of_refusal(
        ReceiptNotWritten(f"The receipt could not be written. {report.what}")
    )


def _run(root: Root, argv: list[str], session: Session) -> int:
    try:
        return _invoke(root, argv, session)
    except typer.Exit as done:
        return int(done.exit_code)
    except LedgerError as error:
        return _ended_by(error, error_output.of_refusal(error), session)
    except typer.TyperException as error:
        return _ended_by(error, error_output.of_refusal(usage_error(error)), session)
    except (KeyboardInterrupt, typer.Abort):
        _say_interrupted(session)
        return ExitCode.INTERRUPTED
    except SystemExit:  # Rich ends the process itself where the reader of a help page has left
        raise BrokenPipeError from None
    except OSError:
        raise  # reported by the caller, where a failing flush ends up too
    except Exception as error:  # noqa: BLE001 - the last net: a damaged ledger, or a bug
        return _ended_by(error, _of_damage_or_bug(error, session), session)


def _of_damage_or_bug(error: Exception, session: Session) -> error_output.ErrorReport:
    """Report the damage of the ledger where its checks find any, else the error as a bug."""
    if session.settings is None:
        return error_output.of_bug(error)
    from ledger.usecases.admin.damage import find_damage  # noqa: PLC0415 - after an error only

    try:
        damage = find_damage(session.settings.db_url)
    except Exception:  # noqa: BLE001 - what stops the search is no answer; the error itself is
        damage = None
    return error_output.of_bug(error) if damage is None else error_output.of_refusal(damage)


def _say_interrupted(session: Session) -> None:
    """Say what was recorded, or that nothing was; below what a terminal shows of Ctrl-C."""
    line = session.interrupted if session.recorded is None else session.recorded
    print_to_stderr(f"\n{fitted(line, sys.stderr)}" if is_terminal(sys.stderr) else line)


def _invoke(root: Root, argv: list[str], session: Session) -> int:
    _answer_completion(root)
    _refuse_broken_text(argv)
    with root.make_context(PROGRAM, list(argv), obj=session) as call:
        answer: Any = root.invoke(call)
    return int(answer) if isinstance(answer, int) else ExitCode.DONE


def _answer_completion(root: Root) -> None:
    """Answer a shell that asks for completions; does not come back where one does."""
    if COMPLETES in os.environ:
        from cli.framework.completion import answer_shells  # noqa: PLC0415 - only where one asks

        answer_shells()
    try:
        root._main_shell_completion({}, PROGRAM)  # noqa: SLF001 - Typer's own, there is no other
    except SystemExit as answered:
        raise typer.Exit(ExitCode.USAGE if answered.code else ExitCode.DONE) from None


def _refuse_broken_text(argv: list[str]) -> None:
    for text in argv:
        if not is_text(text):
            raise NotText(f"The argument {text!a} is not valid text.")


def _ended_by(error: BaseException, report: error_output.ErrorReport, session: Session) -> int:
    settings = session.settings
    configured = settings.format if settings is not None else None
    if type(error).__name__ == "NoArgsIsHelpError":  # the help has been shown, and says it all
        return report.exit_code
    if session.recorded is not None:
        report = report._replace(next=session.recorded)
    try:
        if error_output.wants_traceback(session.argv):
            error_output.print_traceback(error)
        error_output.print_error(
            report,
            as_json=error_output.wants_json(session.argv, configured),
            color="--no-color" not in session.argv,
        )
    except OSError:  # standard error cannot be written either: the exit code is all there is
        discard(sys.stderr)
    return report.exit_code


if __name__ == "__main__":
    sys.exit(main())
