"""Apply an import rule: foreign records in, canonical rows out, each with its foreign line."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatch
from pathlib import Path
from types import MappingProxyType
from typing import Final

from ledger.core.errors import LedgerError
from ledger.interchange.mapping.beside import Content
from ledger.interchange.mapping.file_run import FileRun
from ledger.interchange.mapping.opening import reading_of
from ledger.interchange.mapping.readings import shipped_of, with_command
from ledger.interchange.mapping.record_finder import Finders
from ledger.interchange.mapping.rule import ImportRule
from ledger.interchange.mapping.rule_run import RuleRun
from ledger.interchange.problems import ImportProblem
from ledger.interchange.reader import RawTable
from ledger.interchange.rule_report import RuleReport
from ledger.interchange.sources import Source, open_source

_NOTHING_BESIDE: Final[Mapping[str, Content]] = MappingProxyType({})


def read_source(
    run: RuleRun, source: Source, beside: Mapping[str, Content] = _NOTHING_BESIDE
) -> None:
    """Read a file by a rule, with the contents of those that belong to it by their names there."""
    about = run.rule.about
    report = RuleReport(about.name, about.title, about.source, about.licence, source.name)
    report.expected_name = any(
        fnmatch(Path(source.name).name.casefold(), name.casefold())
        for name in run.rule.source.names
    )
    run.reports.append(report)
    before = len(run.problems)
    FileRun(run, source, report).read(beside)
    if len(run.problems) == before or shipped_of(run.rule) is None:
        return
    for at, problem in enumerate(run.problems[before:], before):
        hint = with_command(problem.next, run.rule, source.name)
        if hint != problem.next:
            run.problems[at] = problem._replace(next=hint)
            break  # once for a file


def apply_rule(
    rule: ImportRule,
    content: bytes,
    file: str,
    *,
    finders: Finders | None = None,
    beside: Mapping[str, Content] = _NOTHING_BESIDE,
    problems: list[ImportProblem] | None = None,
) -> tuple[list[RawTable], RuleReport, list[ImportProblem]]:
    """Turn a foreign file into canonical text tables, with a report that accounts for every row.

    Rows keep the foreign file's line, and cells the foreign column's name, for later problems.
    `finders` know the records of the ledger, and the new ones of files read before; `beside` has
    the contents of the files that belong to this one, by the names that the rule gives them.
    What is wrong is added to `problems`, where such a list is given.
    """
    run = RuleRun(rule, finders=finders or {}, problems=[] if problems is None else problems)
    try:
        read_source(run, open_source(content, reading_of(rule), file), beside)
    except LedgerError as error:
        about = rule.about
        report = RuleReport(about.name, about.title, about.source, about.licence, file)
        return [], report, [ImportProblem(file, 1, None, error.code, error.what, error.next_step)]
    return run.finish(), run.reports[0], run.problems
