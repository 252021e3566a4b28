"""Read the inbox, the folder with the statement files of providers.

The folder is only read: nothing in it is moved, renamed or deleted.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from ledger.core.errors import StorageTrouble
from ledger.core.files import read_at_most
from ledger.core.quantity import Unit
from ledger.core.suggest import did_you_mean
from ledger.core.text import normalised_code
from ledger.interchange.problems import SUGGESTIONS, FirstProblems, ImportProblem
from ledger.interchange.statements import (
    MAX_BYTES,
    StatementFile,
    digest,
    read_statement,
    too_large,
    with_problems,
)
from ledger.statements.lines import ReadLine
from ledger.statements.senders import Senders, providers_of

if TYPE_CHECKING:
    from ledger.interchange.mapping.rule import ImportRule

_PARTIAL = (".part", ".partial", ".crdownload", ".tmp", "~")


class InboxUnreadable(StorageTrouble, code="inbox-unreadable"):
    """The inbox is no folder, or may not be read."""

    default_why = "The night reads the providers' statements from there."
    default_next = "Make the folder, or name another with --inbox or CITYFUND_INBOX."


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbox:
    """What lies in the inbox: files with something new, and how many were read before."""

    files: tuple[StatementFile, ...] = ()
    skipped: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """What the files of an inbox are read by; `providers` are their codes by all that they had."""

    rules: Sequence[ImportRule]
    units: Mapping[str, Unit]
    providers: Mapping[str, str]
    today: date
    senders: Senders = ()


def read_inbox(
    folder: Path, reader: Reader, known: Collection[str], advance: Callable[[int], None]
) -> Inbox:
    """Read the files of a folder in the order of their names, but for those read before.

    Hidden files, folders and what is still on its way are passed over. Raises `InboxUnreadable`.
    """
    files: list[StatementFile] = []
    seen, skipped = set(known), 0
    for name, path in _paths(folder, reader.senders):
        file = _read(name, path, reader, seen)
        advance(1)
        if file is None:
            skipped += 1
            continue
        if not file.problems:
            seen.add(file.digest)
        files.append(file)
    return Inbox(files=tuple(files), skipped=skipped)


def _paths(folder: Path, senders: Senders) -> list[tuple[str, Path]]:
    """Give the files of the inbox, and those of the folders of senders, with their names in it."""
    try:
        inside = {*folder.iterdir()}
        for _, pattern in senders:
            if "/" in pattern:
                inside |= {*folder.glob(pattern)}
    except OSError as error:
        raise InboxUnreadable(f"The inbox {folder} cannot be read: {error.strerror}.") from error
    named = ((path.relative_to(folder).as_posix(), path) for path in inside)
    return sorted(
        (name, path)
        for name, path in named
        if path.is_file() and not path.name.startswith(".") and not path.name.endswith(_PARTIAL)
    )


def _read(name: str, path: Path, reader: Reader, known: Collection[str]) -> StatementFile | None:
    """Read a file; None where its content was read before."""
    name = name.encode(errors="backslashreplace").decode()  # bytes that are no text, too
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            return StatementFile(name, f"{size} bytes", problems=(too_large(name, size),))
        content = read_at_most(path, MAX_BYTES)
        if len(content) > MAX_BYTES:  # it grew, or said less of itself
            size = max(size, len(content))
            return StatementFile(name, f"{size} bytes", problems=(too_large(name, size),))
    except OSError as error:
        what = f"The file cannot be read: {error.strerror}."
        parsed = ImportProblem(name, 1, None, "cannot-read", what, "See who may read it.")
        return StatementFile(name, "unread", problems=(parsed,))
    if digest(content) in known:
        return None
    file = read_statement(name, content, reader.rules, reader.units, reader.today)
    if not file.problems:
        file = _of_known_providers(file, reader.providers)
    return file if file.problems else _of_its_sender(file, reader.senders)


def _of_known_providers(file: StatementFile, providers: Mapping[str, str]) -> StatementFile:
    """Spell the providers as the ledger does; a file of one it does not know is not taken."""
    spelt = {normalised_code(typed): code for typed, code in providers.items()}
    problems = FirstProblems()

    def of_known(read: ReadLine) -> ReadLine:
        code = spelt.get(normalised_code(read.line.provider))
        if code is None:
            what = f"There is no provider {read.line.provider!r}."
            is_early = len(problems) < SUGGESTIONS
            near = did_you_mean(read.line.provider, providers) if is_early else ""
            hint = near or "Add it: cityfund provider add"
            place = (file.name, read.file_line, "provider")
            problems.append(ImportProblem(*place, "unknown-code", what, hint))
            return read
        named = replace(read.line, provider=code, file=file.name, digest=file.digest)
        return ReadLine(named, read.file_line)

    lines, empty = tuple(map(of_known, file.lines)), tuple(map(of_known, file.empty_lines))
    if problems:
        return with_problems(file, problems)
    return replace(file, lines=lines, empty_lines=empty)


def _of_its_sender(file: StatementFile, senders: Senders) -> StatementFile:
    """Refuse a file with lines of a provider whose files have other names."""
    own = providers_of(file.name, senders)
    tied = {provider for provider, _ in senders}
    problems = FirstProblems()
    for read in (*file.lines, *file.empty_lines):
        provider = read.line.provider
        if provider in own or not (own or provider in tied):
            continue
        if own:
            what = f"The file is of {', '.join(sorted(own))}, and this line of {provider}."
        else:
            patterns = ", ".join(pattern for one, pattern in senders if one == provider)
            what = f"The files of {provider} are {patterns}, and this one is not."
        hint = "Find out who put the file here."
        place = (file.name, read.file_line, "provider")
        problems.append(ImportProblem(*place, "wrong-sender", what, hint))
    return with_problems(file, problems) if problems else file
