"""An import from paths to plan: what a use-case calls before it opens a transaction."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from ledger.interchange.canonical import STATEMENTS
from ledger.interchange.plan import plan_import
from ledger.interchange.problems import Problem
from ledger.interchange.reader import (
    RawTable,
    StatementsNotImported,
    content_of,
    digest_of,
    read_paths,
)
from ledger.interchange.rows import understand
from ledger.interchange.steps import Holdings, ImportPlan

if TYPE_CHECKING:
    # pydantic behind a rule is only wanted where a rule is used.
    from ledger.interchange.import_rules import ImportRule
    from ledger.interchange.rule_report import RuleReport


@dataclass(frozen=True, slots=True)
class Incoming:
    """What lies in the files of an import, not yet held against a ledger."""

    tables: tuple[RawTable, ...]
    problems: tuple[Problem, ...]
    passed_over: tuple[str, ...] = ()
    reports: tuple[RuleReport, ...] = ()
    unread: frozenset[str] = frozenset()

    def digest(self) -> str:
        """Give a SHA-256 over what was read, to tell a repeated import from a changed file."""
        return digest_of([table.file for table in self.tables])


def read_incoming(
    paths: Iterable[Path], *, as_table: str | None = None, rule: ImportRule | None = None
) -> Incoming:
    """Read canonical files or folders, or with a rule the foreign files that it is for.

    Raises what `read_paths` raises; what is wrong inside the files comes back as problems.
    """
    if rule is None:
        read = read_paths(paths, as_table)
        return Incoming(read.tables, read.problems, read.passed_over, unread=read.unread)
    if any(output.table == STATEMENTS.name for output in rule.output):
        raise StatementsNotImported(f"The rule {rule.about.name} makes statements.")
    from ledger.interchange.apply_rule import apply_rule  # noqa: PLC0415 - as above

    tables: list[RawTable] = []
    problems: list[Problem] = []
    reports: list[RuleReport] = []
    for path in paths:
        made, report, found = apply_rule(rule, content_of(path), str(path))
        tables.extend(made)
        reports.append(report)
        problems.extend(found)
    unread = frozenset(output.table for output in rule.output) if problems else frozenset()
    return Incoming(tuple(tables), tuple(problems), reports=tuple(reports), unread=unread)


def plan_incoming(incoming: Incoming, holdings: Holdings, today: date) -> ImportPlan:
    """Plan an import against what the ledger holds, with every problem from file to ledger.

    The plan may be carried out only if it has no problems. `holdings.units` are the units that
    count; `today` is the ledger's day.
    """
    tables, unclear = understand(incoming.tables, holdings.units, today)
    tables.unread = incoming.unread
    plan = plan_import(tables, holdings)
    return replace(plan, problems=(*incoming.problems, *unclear, *plan.problems))
