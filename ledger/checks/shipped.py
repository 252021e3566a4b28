"""Checks of what the program ships into the database: its reference tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ledger.checks.findings import CheckResult, Findings

Rows = Mapping[Any, Mapping[str, Any]]
"""The rows of a table by their code."""


def reference(shipped: Mapping[str, Rows], kept: Mapping[str, Rows]) -> CheckResult:
    """Compare the reference tables in the database, row by row, with those of the program."""
    findings = Findings("reference")
    for table, due in shipped.items():
        there = kept[table]
        findings.examined += len(due)
        for code in sorted(due.keys() | there.keys(), key=str):
            if code not in there:
                findings.fail(f"{table} {code} is missing")
            elif code not in due:
                findings.fail(f"{table} {code} is none that the program ships")
            elif dict(there[code]) != dict(due[code]):
                changed = [name for name, value in due[code].items() if there[code][name] != value]
                findings.fail(f"{table} {code} has another {', '.join(changed)} than shipped")
    return findings.result()
