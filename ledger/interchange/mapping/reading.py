"""Read the files of an import by a rule, each with those that belong to it."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Final

from ledger.interchange.mapping.apply import read_source, reading_of
from ledger.interchange.mapping.explain import Explanation
from ledger.interchange.mapping.given_units import Measures
from ledger.interchange.mapping.record_finder import KnownRecords
from ledger.interchange.mapping.rule import ImportRule
from ledger.interchange.mapping.rule_run import RuleRun
from ledger.interchange.reader import MAX_FILE_BYTES
from ledger.interchange.sources import Reading, Source, open_source

STANDARD_INPUT: Final = "-"
_NAME: Final = "standard input"
_CHUNK: Final = 1024 * 1024
_AS_WRITTEN: Final = Reading()


def read_files(run: RuleRun, paths: Iterable[Path]) -> dict[str, str]:
    """Read files by a rule, `-` from standard input; give the SHA-256 of each by its name.

    Raises what opening a file raises; what is wrong inside them is noted.
    """
    digests: dict[str, str] = {}
    for path in paths:
        content: Path | bytes = path
        if str(path) == STANDARD_INPUT:
            content = sys.stdin.buffer.read(MAX_FILE_BYTES + 1)
        source = open_source(content, reading_of(run.rule), _NAME)
        digests[source.name] = _digest(content)
        beside = _files_beside(run, path)
        digests |= {str(one): _digest(one) for one in beside.values() if one is not None}
        read_source(run, source, beside)
    return digests


def open_foreign(path: Path, reading: Reading = _AS_WRITTEN) -> Source:
    """Open a foreign file, `-` from standard input; raises what opening a file raises."""
    content: Path | bytes = path
    if str(path) == STANDARD_INPUT:
        content = sys.stdin.buffer.read(MAX_FILE_BYTES + 1)
    return open_source(content, reading, _NAME)


def explain_line(
    rule: ImportRule,
    paths: Iterable[Path],
    known: KnownRecords,
    line: int,
    measures: Measures | None = None,
) -> Explanation:
    """Say how the row on a line was read, of the first file that has one there."""
    explanation = Explanation(line, read=frozenset(rule.foreign_columns))
    run = RuleRun(rule, known, explanation=explanation, measures=measures)
    for path in paths:
        read_source(run, open_foreign(path, reading_of(rule)), _files_beside(run, path))
        if explanation.is_there:
            run.explanation = None
    return explanation


def _files_beside(run: RuleRun, path: Path) -> dict[str, Path | None]:
    """Give the files of the same folder that the rule reads, None for those that are not there."""
    names = {name: one.file for name, one in run.rule.beside.items()}
    names |= {name: one.file for name, one in run.rule.join.items()}
    found = {name: path.parent / file for name, file in names.items()}
    return {name: file if file.is_file() else None for name, file in found.items()}


def _digest(content: Path | bytes) -> str:
    if isinstance(content, bytes):
        return sha256(content).hexdigest()
    digest = sha256()
    with content.open("rb") as file:
        while block := file.read(_CHUNK):
            digest.update(block)
    return digest.hexdigest()
