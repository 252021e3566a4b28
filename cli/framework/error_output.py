"""Prints errors for people and scripts: what, why and what to do, in three lines."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any, NamedTuple

from cli.framework.settings import is_set, mask_url
from cli.framework.terminal import fitted, has_color, visible
from ledger.core.errors import Detail, ExitCode, LedgerError, StorageTrouble

SCHEMA = "cityfund.error/1"
_PREFIXES = (("error", "\x1b[1;31m"), ("why", "\x1b[2m"), ("do", "\x1b[36m"))
_RESET = "\x1b[0m"
_DETAILS_SHOWN = 50


class ErrorReport(NamedTuple):
    """The printed parts of an error."""

    code: str
    exit_code: ExitCode
    what: str
    why: str
    next: str
    details: Sequence[Detail] = ()


def of_refusal(error: LedgerError) -> ErrorReport:
    """Report a refusal of the ledger."""
    return ErrorReport(
        error.code, error.exit_code, error.what, error.why, error.next_step, error.details()
    )


def of_storage(error: OSError) -> ErrorReport:
    """Report an error of a file or disk."""
    reason = error.strerror or str(error)
    what = f"{error.filename}: {reason}." if error.filename is not None else f"{reason}."
    return ErrorReport(
        StorageTrouble.code,
        ExitCode.STORAGE,
        what,
        "The system refused to read or write.",
        "Check the name, the permissions and the free space, then run the command again.",
    )


def of_bug(error: BaseException) -> ErrorReport:
    """Report an unexpected exception."""
    message_lines = str(error).strip().splitlines()
    what = f"{type(error).__name__}: {message_lines[0]}" if message_lines else type(error).__name__
    return ErrorReport(
        "bug",
        ExitCode.BUG,
        what,
        "This is a bug in cityfund, not something you did.",
        "Run the command again with --debug and report the traceback.",
    )


def wants_json(argv: Sequence[str], configured: str | None = None) -> bool:
    """Return whether JSON was asked for, even if the command line cannot be parsed."""
    chosen = configured
    words = list(argv[: argv.index("--")] if "--" in argv else argv)
    for word, following in zip(words, [*words, ""][1:], strict=True):
        if word == "--json":
            return True
        if word == "--format":
            chosen = following
        elif word.startswith("--format="):
            chosen = word.removeprefix("--format=")
    return chosen == "json"


def wants_traceback(argv: Sequence[str]) -> bool:
    """Return whether tracebacks were asked for."""
    return "--debug" in argv or is_set(os.environ, "CITYFUND_DEBUG")


def print_error(report: ErrorReport, *, as_json: bool, color: bool) -> None:
    """Write the error to standard error: three lines, or one JSON object."""
    lines = (mask_url(report.what), mask_url(report.why), mask_url(report.next))
    if as_json:
        import json  # noqa: PLC0415 - only where asked for

        keys = ("what", "why", "next")
        answer: dict[str, Any] = {
            "schema": SCHEMA,
            "code": report.code,
            **dict(zip(keys, lines, strict=True)),
        }
        if report.details:
            answer["problems"] = [dict(detail.parts) for detail in report.details]
        print(json.dumps(answer, ensure_ascii=False), file=sys.stderr)  # noqa: T201
        return
    _print_details(report.details)
    colored = has_color(sys.stderr, wanted=color)
    for (prefix, paint), text in zip(_PREFIXES, lines, strict=True):
        if text:
            label = f"{paint}{prefix}:{_RESET}" if colored else f"{prefix}:"
            line = fitted(f"{prefix}: {visible(text)}", sys.stderr)
            print(line.replace(f"{prefix}:", label, 1), file=sys.stderr)  # noqa: T201


def _print_details(details: Sequence[Detail]) -> None:
    """Print the single errors above the three lines, which are read last."""
    lines = [detail.line for detail in details if detail.line]
    for line in lines[:_DETAILS_SHOWN]:
        print(visible(mask_url(line)), file=sys.stderr)  # noqa: T201
    if len(lines) > _DETAILS_SHOWN:
        more = len(lines) - _DETAILS_SHOWN
        errors = "error" if more == 1 else "errors"
        print(f"... and {more:,} more {errors}; --json lists them all.", file=sys.stderr)  # noqa: T201


def print_traceback(error: BaseException) -> None:
    """Write the traceback to standard error, without passwords."""
    import traceback  # noqa: PLC0415 - only where asked for

    text = "".join(traceback.format_exception(error))
    print(mask_url(text), end="", file=sys.stderr)  # noqa: T201
