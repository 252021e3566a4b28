"""The output of an import: the files read, the preview, the confirmation, the result."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeVar

from cli.framework.command import Call, Session
from cli.framework.output import emit_document, emit_lines
from cli.framework.receipts import ledger_lines, note_texts, with_ledger
from cli.framework.session import request_of
from cli.framework.terminal import confirm, note
from cli.framework.usage_errors import BadUsage
from cli.views.columns import attributes

if TYPE_CHECKING:
    from ledger.interchange.planning.rates import RatePlan
    from ledger.interchange.planning.steps import ImportPlan
    from ledger.interchange.reader import Incoming
    from ledger.interchange.rule_report import RuleReport
    from ledger.store.session.ledger import Ledger
    from ledger.store.session.unit_of_work import UnitOfWork

P = TypeVar("P", "ImportPlan", "RatePlan")


_HELD: Final = "cityfund.notes"
"""The key of the notes of a call that are written once its import has succeeded."""


def date_edition(call: Call, day: str | None) -> None:
    """Let an import take effect on the day of an edition. Raises BadUsage for two days."""
    if day is None:
        return
    on = call.params.get("on")
    if on is not None and on != day:
        raise BadUsage(
            f"--on {on} and --edition-date {day} were both given.",
            why="What an edition changes takes effect on one day.",
            next_step="Keep one of the two.",
        )
    call.params["on"] = day


def print_incoming(call: Call, incoming: Incoming) -> None:
    """Print the ignored files, and how many rows a rule left out; their lines with --verbose."""
    for name in incoming.ignored_files:
        _note(call, f"ignored: {name} is not named after a table")
    for report in incoming.reports:
        for line in report.lines(every=call.settings.verbose):
            _note(call, line)


def _note(call: Call, line: str) -> None:
    """Write a note; for a script that nobody watches, only once the import has succeeded.

    What such a script reads of a refusal is one JSON object.
    """
    if call.format == "json" and (call.write.yes or call.write.dry_run):
        call.meta.setdefault(_HELD, []).append(line)
    else:
        note(call, line)


def confirm_plan(
    call: Call, ledger: Ledger, content: Mapping[str, str], make_plan: Callable[[UnitOfWork], P]
) -> Callable[[P], None]:
    """Show the plan, ask, and return the check that the import equals it.

    --yes and --dry-run answer beforehand: then the preview is shown while it is done.
    """
    if call.write.yes or call.write.dry_run:
        return _PreviewPrinter(call)
    from ledger.usecases.interchange.import_tables import (  # noqa: PLC0415
        preview,
        require_agreed_plan,
    )

    plan = preview(ledger, request_of(call, also_given=content), make_plan)
    if plan is not None:
        _PreviewPrinter(call)(plan)
        for line in ledger_lines(call):
            note(call, line)
        confirm(call, "Import this?")
    return require_agreed_plan(plan)


class _PreviewPrinter:
    """Shows the preview of a plan, once for as long as it stays the same."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._lines: list[str] = []

    def __call__(self, plan: ImportPlan | RatePlan) -> None:
        lines = [*map(str, plan.tallies()), *plan.highlights()]
        if lines != self._lines:
            for line in lines:
                _note(self._call, line)
        self._lines = lines


def emit_imported(
    call: Call,
    receipt: dict[str, Any],
    reports: Iterable[RuleReport] = (),
    *,
    previewed: Collection[ImportPlan] = (),
) -> None:
    """Write what the import did: the counts by table, and for scripts the whole receipt.

    The notes of the plan that was `previewed` were shown before; those that posting made are shown
    here.
    """
    from ledger.interchange.planning.steps import few  # noqa: PLC0415

    for line in call.meta.get(_HELD, ()):
        note(call, line)
    if call.format == "json":
        document = {**_without_state(receipt), "reports": [_document(one) for one in reports]}
        for plan in previewed:
            document["preview"] = plan.document()
        emit_document(document)
        return
    lines = _summary_lines(receipt, previews=call.ensure_object(Session).previews)
    emit_lines(lines if call.settings.quiet else with_ledger(call, lines))
    for plan in previewed:
        if plan.changes_nothing:  # what changes something was shown before
            for line in plan.missed():
                note(call, line)
    shown = {one.text for plan in previewed if not plan.changes_nothing for one in plan.notes}
    for line in few([text for text in note_texts(receipt) if text not in shown]):
        note(call, line)


def _without_state(receipt: Mapping[str, Any]) -> dict[str, Any]:
    """Give a receipt without the packed state of its source, which nobody reads."""
    source = receipt.get("source")
    if source is None:
        return {**receipt}
    return {**receipt, "source": {name: source[name] for name in source if name != "state"}}


def _summary_lines(receipt: dict[str, Any], *, previews: bool) -> list[str]:
    tables = receipt["counts"]["tables"]
    new = sum(one["new"] for one in tables.values())
    changed = sum(one["changed"] for one in tables.values())
    same = sum(one["same"] for one in tables.values())
    counted = f"{new:,} new, {changed:,} changed, {same:,} unchanged"
    if previews and (new or changed):
        return [f"This will be imported: {counted}."]
    if receipt.get("dry_run"):
        return [f"dry run · {counted}. Nothing was written."]
    if receipt.get("replayed"):
        return [f"Already recorded: {counted}. Nothing was written."]
    if not new and not changed and not same:
        return ["Nothing to import: no row gives a record."]
    if not new and not changed:
        return [f"Nothing to import: the ledger has all rows already ({same:,})."]
    entries = receipt["entries"]
    span = f" · entries {entries[0]} to {entries[-1]}" if entries else ""
    return [f"imported · {counted}{span}"]


def _document(report: RuleReport) -> dict[str, Any]:
    return {
        **attributes(report, "rule file rows used"),
        "left_out": [{"line": one.line, "reason": one.reason} for one in report.left_out],
        "repeated": [{"line": one.line, "first_line": one.first_line} for one in report.once],
        "not_made": [
            {"table": table, "test": test, "count": count}
            for (table, test), count in sorted(report.unmade.items())
        ],
        "bad_cells": [
            {"table": table, "column": column, "count": count}
            for (table, column), count in sorted(report.bad.items())
        ],
        "unread_cells": [
            {"column": column, "count": count} for column, count in sorted(report.unread.items())
        ],
    }
