"""The program's entry: runs one command and turns its end into an exit code.

Errors are caught here and nowhere else.
"""

from __future__ import annotations

import os
import sys
from typing import Any

import typer

from cli import errors_out
from cli.app import Root, build_root
from cli.frame import Session
from cli.usage import NotText
from ledger.errors import ExitCode, LedgerError

PROGRAM = "cityfund"


def main(argv: list[str] | None = None) -> int:
    """Run the command line and give the exit code."""
    try:
        return run(build_root(), sys.argv[1:] if argv is None else argv)
    except KeyboardInterrupt:  # before the command began, or while its end was being told
        return ExitCode.INTERRUPTED


def run(root: Root, argv: list[str]) -> int:
    """Run one command line under a root command and give the exit code."""
    if hasattr(sys.stdout, "reconfigure"):
        # What an old terminal cannot show is written as an escape, never a crash halfway.
        sys.stdout.reconfigure(errors="backslashreplace")
    session = Session(argv=tuple(argv))
    try:
        code = _run(root, argv, session)
        sys.stdout.flush()
    except BrokenPipeError:
        return _reader_left()
    except OSError as error:
        return _ended_by(error, errors_out.of_storage(error), session)
    return code


def _run(root: Root, argv: list[str], session: Session) -> int:
    try:
        return _invoke(root, argv, session)
    except typer.Exit as done:
        return int(done.exit_code)
    except LedgerError as error:
        return _ended_by(error, errors_out.of_refusal(error), session)
    except typer.TyperException as error:
        return _ended_by(error, errors_out.of_usage(error), session)
    except (KeyboardInterrupt, typer.Abort):
        return ExitCode.INTERRUPTED
    except OSError:
        raise  # told by the caller, where a failing flush ends up too
    except Exception as error:  # noqa: BLE001 - the last net: what falls here is a bug
        return _ended_by(error, errors_out.of_bug(error), session)


def _invoke(root: Root, argv: list[str], session: Session) -> int:
    # Answers a shell that asks for completions, and then does not come back.
    root._main_shell_completion({}, PROGRAM)  # noqa: SLF001 - Typer's own entry, there is no other
    _refuse_broken_text(argv)
    with root.make_context(PROGRAM, list(argv), obj=session) as call:
        answer: Any = root.invoke(call)
    return int(answer) if isinstance(answer, int) else ExitCode.DONE


def _refuse_broken_text(argv: list[str]) -> None:
    for text in argv:
        try:
            text.encode()
        except UnicodeEncodeError:
            raise NotText(f"The argument {text!a} is not valid text.") from None


def _ended_by(error: BaseException, trouble: errors_out.Trouble, session: Session) -> int:
    settings = session.settings
    configured = settings.format if settings is not None else None
    if type(error).__name__ == "NoArgsIsHelpError":  # the help has been shown, and says it all
        return trouble.exit_code
    if errors_out.wants_traceback(session.argv):
        errors_out.tell_traceback(error)
    errors_out.tell(
        trouble,
        as_json=errors_out.wants_json(session.argv, configured),
        color="--no-color" not in session.argv,
    )
    return trouble.exit_code


def _reader_left() -> int:
    """End quietly when the reader of a pipe has seen enough."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    return ExitCode.DONE


if __name__ == "__main__":
    sys.exit(main())
