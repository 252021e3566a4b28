"""Hand a new seal to a command of the owner's, which keeps it outside the ledger.

The command is run without a shell and gets the seal on its standard input: on one line, or as a
signed note where the night was given a key. It has a minute. Whatever becomes of it is a finding at
most: the seal is made, and the night goes on.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from ledger.core.errors import LedgerError
from ledger.usecases.night_step import Night, NightFinding, StepResult

MOST_SECONDS: Final = 60
"""After so long the command is ended, with what it has started."""

NOT_HANDED_OUT: Final = "seal-not-handed-out"


def hand_out_seal(night: Night, mark: str) -> StepResult:
    """Hand a new seal to the command of the night, signed where there is a key for it."""
    content, key = f"{mark}\n", night.options.signing_key
    if key is not None:
        from ledger.usecases.signing import sign_newest_seal  # noqa: PLC0415 - few nights sign

        try:
            content = str(sign_newest_seal(night.ledger, key).note)
        except (LedgerError, OSError) as error:
            return _not_handed_out(f"it cannot be signed: {error}")
    return hand_out(night.options.seal_to, content)


def hand_out(words: Sequence[str], content: str, seconds: int = MOST_SECONDS) -> StepResult:
    """Run a command with a text on its standard input; a failure is a finding."""
    fault = _run(words, content.encode(), seconds)
    if fault is None:
        return StepResult(lines=(f"The seal was handed to {words[0]}.",))
    return _not_handed_out(f"{words[0]} {fault}")


def _not_handed_out(why: str) -> StepResult:
    finding = NightFinding(
        kind=NOT_HANDED_OUT,
        subject="seal",
        sentence=f"The seal was not handed out: {why.rstrip('.')}.",
        command="cityfund audit seals",
    )
    return StepResult(findings=(finding,))


def _run(words: Sequence[str], content: bytes, seconds: int) -> str | None:
    """Run a command; return what went wrong, if anything did."""
    try:
        process = subprocess.Popen(  # noqa: S603 - the owner's own command, without a shell
            words, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, start_new_session=True
        )
    except (OSError, ValueError) as error:
        return f"cannot be run ({getattr(error, 'strerror', None) or error})"
    with process:
        try:
            process.communicate(content, timeout=seconds)
        except subprocess.TimeoutExpired:
            _end(process)
            return f"did not end within {seconds} seconds"
        except BaseException:
            _end(process)
            raise
    if process.returncode < 0:
        return f"was ended by signal {-process.returncode}"
    return None if process.returncode == 0 else f"ended with exit code {process.returncode}"


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a command with all that it has started."""
    with suppress(OSError):
        os.killpg(process.pid, signal.SIGKILL)
    if process.stdin is not None:
        with suppress(OSError):
            process.stdin.close()
