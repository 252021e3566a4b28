"""Read the files of an import by a rule, each with those that belong to it."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Final

from ledger.interchange.mapping.apply import read_source
from ledger.interchange.mapping.explain import Explanation
from ledger.interchange.mapping.given_units import Measures
from ledger.interchange.mapping.opening import OpenedFile
from ledger.interchange.mapping.record_finder import KnownRecords
from ledger.interchange.mapping.rule import ImportRule
from ledger.interchange.mapping.rule_run import RuleRun

_CHUNK: Final = 1024 * 1024


def read_files(run: RuleRun, files: Iterable[OpenedFile]) -> dict[str, str]:
    """Read files by a rule; give the SHA-256 of each by its name.

    Raises what opening a file raises; what is wrong inside them is noted.
    """
    digests: dict[str, str] = {}
    for path, content, source in files:
        digests[source.name] = _digest(content)
        beside = _files_beside(run, path)
        digests |= {str(one): _digest(one) for one in beside.values() if one is not None}
        read_source(run, source, beside)
    return digests


def explain_line(
    rule: ImportRule,
    files: Iterable[OpenedFile],
    known: KnownRecords,
    line: int,
    measures: Measures | None = None,
) -> Explanation:
    """Say how the row on a line was read, of the first file that has one there."""
    explanation = Explanation(line, read=frozenset(rule.foreign_columns))
    run = RuleRun(rule, known, explanation=explanation, measures=measures)
    for path, _, source in files:
        read_source(run, source, _files_beside(run, path))
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
