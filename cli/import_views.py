"""What an import shows: what it read, the preview, the question, and what was done."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from cli.frame import Call
from cli.output import emit_document, emit_lines
from cli.terminal import confirm, note

if TYPE_CHECKING:
    from ledger.interchange.incoming import Incoming
    from ledger.interchange.rule_report import RuleReport
    from ledger.interchange.steps import ImportPlan


def say_incoming(call: Call, incoming: Incoming) -> None:
    """Say what was passed over, and what a rule left out and why."""
    for name in incoming.passed_over:
        note(call, f"passed over: {name} is not named after a table")
    for report in incoming.reports:
        for line in report.lines():
            note(call, line)


def confirmation(call: Call) -> Callable[[ImportPlan], None]:
    """Make what shows the preview and asks; --yes and --dry-run answer beforehand."""

    def ask(plan: ImportPlan) -> None:
        for tally in plan.tallies():
            note(call, str(tally))
        confirm(call, "Import this?")

    return ask


def emit_imported(call: Call, receipt: dict[str, Any], incoming: Incoming) -> None:
    """Write what the import did: the counts by table, and for scripts the whole receipt."""
    if call.format == "json":
        reports = [_document(report) for report in incoming.reports]
        emit_document({**receipt, "reports": reports})
        return
    emit_lines(_told(receipt))


def _told(receipt: dict[str, Any]) -> list[str]:
    tables = receipt["counts"]["tables"]
    new = sum(one["new"] for one in tables.values())
    changed = sum(one["changed"] for one in tables.values())
    same = sum(one["same"] for one in tables.values())
    counted = f"{new:,} new, {changed:,} changed, {same:,} as they were"
    if receipt.get("dry_run"):
        return [f"dry run · {counted}. Nothing was written."]
    if receipt.get("replayed"):
        return [f"Said before: {counted}. Nothing was written again."]
    if not new and not changed:
        return [f"Nothing to do: the ledger has every row already ({same:,})."]
    entries = receipt["entries"]
    span = f" · entries {entries[0]} to {entries[-1]}" if entries else ""
    return [f"imported · {counted}{span}"]


def _document(report: RuleReport) -> dict[str, Any]:
    return {
        "rule": report.rule,
        "file": report.file,
        "rows": report.rows,
        "used": report.used,
        "left_out": [{"line": one.line, "reason": one.reason} for one in report.left_out],
    }
