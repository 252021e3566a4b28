"""Open the files of an import by its rule, before anything is loaded that works on their rows.

A file that cannot be opened is refused after little more than what a command that reads takes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from ledger.core.errors import LedgerError
from ledger.core.text import name_key
from ledger.interchange.reader import MAX_FILE_BYTES
from ledger.interchange.sources import Reading, Source, open_source

if TYPE_CHECKING:
    from ledger.interchange.mapping.rule import ImportRule

STANDARD_INPUT: Final = "-"
_NAME: Final = "standard input"
_AS_WRITTEN: Final = Reading()


class OpenedFile(NamedTuple):
    """A file that is open: its path, that or what was read of it, and the source of its records."""

    path: Path
    content: Path | bytes
    source: Source


def open_files(
    rule: ImportRule, paths: Iterable[Path], words: Sequence[str] = ()
) -> Iterator[OpenedFile]:
    """Open files by a rule, `-` from standard input: the first now, others when asked for.

    `words` are those that the rule has from the command. Raises what opening a file raises, and
    `BadReading` for a word that says nothing of a file.
    """
    reading = reading_of(rule)
    each = (_opened_by(rule, path, reading, words) for path in paths)
    first = next(each, None)
    return each if first is None else chain(iter((first,)), each)


def _opened_by(rule: ImportRule, path: Path, reading: Reading, words: Sequence[str]) -> OpenedFile:
    from ledger.interchange.mapping import readings  # noqa: PLC0415 - as the rule itself

    try:
        opened = _opened(path, reading)
    except LedgerError as error:
        file = _NAME if str(path) == STANDARD_INPUT else str(path)
        hint = readings.with_command(error.next_step, rule, file, words)
        raise error.with_next(hint) from error
    readings.require_use(words, opened.source)
    return opened


def _opened(path: Path, reading: Reading) -> OpenedFile:
    content: Path | bytes = path
    if str(path) == STANDARD_INPUT:
        content = sys.stdin.buffer.read(MAX_FILE_BYTES + 1)
    return OpenedFile(path, content, open_source(content, reading, _NAME))


def open_foreign(path: Path, reading: Reading = _AS_WRITTEN) -> Source:
    """Open a foreign file, `-` from standard input; raises what opening a file raises."""
    return _opened(path, reading).source


def reading_of(rule: ImportRule) -> Reading:
    """Give how the files of a rule are read.

    A shipped rule has not seen its files, and its user cannot change it: the row of names is found
    by the columns that it reads. A rule of one's own says where its table is.
    """
    from ledger.interchange.mapping.readings import shipped_of  # noqa: PLC0415 - as the rule itself

    about = rule.source
    return Reading(
        format=about.format,
        sheet=about.sheet,
        header=about.header,
        rows=about.rows,
        encoding=about.encoding,
        delimiter=about.delimiter,
        clean=about.clean,
        columns=tuple(_columns_needed(rule)) if shipped_of(rule) is not None else (),
    )


def reading_beside(rule: ImportRule, wanted: Iterable[str]) -> Reading:
    """Give how a file beside another is read: its format by itself, the rest as the other."""
    whole = reading_of(rule)
    columns = (frozenset((name_key(name.split("[]")[0]),)) for name in wanted)
    return Reading(
        encoding=whole.encoding,
        delimiter=whole.delimiter,
        clean=whole.clean,
        columns=tuple(columns) if whole.columns else (),
    )


def _columns_needed(rule: ImportRule) -> Iterator[frozenset[str]]:
    """Give what each column may be called that a table has to have."""
    about = rule.source
    others = tuple(f"{name}{mark}" for name in (*rule.join, *rule.beside) for mark in ".[")
    for name in rule.foreign_columns:
        if name in about.optional or name in rule.join or name.startswith(others):
            continue
        called = (name.split("[]")[0], *about.headings.get(name, ()))
        yield frozenset(map(name_key, called))
