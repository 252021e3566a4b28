"""How the pipeline of approaches is shown: by stage, by group and stage, or one by one."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cli.framework.command import Call
from cli.framework.output import day_text, emit_rows, filter_rows
from cli.framework.terminal import draws_blocks, note
from cli.views.columns import columns
from ledger.approaches.pipeline import (
    COLUMNS,
    RULE,
    Case,
    PipelineStage,
    StageRow,
    need_counts,
    stage_rows,
)
from ledger.core.errors import UsageError
from ledger.core.filters import UnknownColumn
from ledger.core.suggest import did_you_mean
from ledger.core.text import counted
from ledger.reports.bars import share_bar

if TYPE_CHECKING:
    from ledger.usecases.approaches.pipeline import PipelineReport

_BAR = 12
_STAGES = [stage.value for stage in PipelineStage]
_CASE_COLUMNS = columns(
    "code need (project) project_title:3 city_name:2 (city) (office) factor:4 (sector) (topic) "
    "(provider) provider_name (provider_kind) (channel) (actor) (month) stage standing reason "
    f"{' '.join(f'({stage}_on)' for stage in _STAGES)}",
    code="Approach",
    project_title="Title",
    provider="Provider code",
    standing="Answer",
    stage="Reached",
)
_STAGE_COLUMNS = columns(
    "stage approaches bar of_sent? of_before?:1 days?:2 days_of:3",
    bar="Share",
    of_sent="Of sent",
    of_before="Of before",
    days="Days since before",
    days_of="Days of",
)


def columns_named(texts: Sequence[str]) -> list[str]:
    """Return the columns that a report is grouped by. Raises UnknownColumn."""
    names = [text.strip().casefold().replace("-", "_") for text in texts]
    for name in names:
        if name not in COLUMNS:
            raise _unknown(name)
    return names


def _unknown(name: str) -> UsageError:
    return UnknownColumn(
        f"The pipeline is not grouped by {name!r}.",
        why=f"Its columns are: {', '.join(COLUMNS)}.",
        next_step=did_you_mean(name, COLUMNS) or "Choose one of these.",
    )


def emit_pipeline(
    call: Call, report: PipelineReport, by: Sequence[str], *, one_by_one: bool
) -> None:
    """Write the report: its stages, those of each group, or the approaches behind them."""
    cases = {one.code: one for one in report.cases}
    rows = [_case_row(one) for one in report.cases]
    kept = [*filter_rows(rows, _CASE_COLUMNS, call.read)]
    head = {
        "schema": "cityfund.pipeline/1",
        "as_of": report.as_of,
        "known_at": report.known_at,
        "from": report.first,
        "to": report.last,
        "by": list(by),
        "rule": RULE,
    }
    chosen = [cases[row["code"]] for row in kept]
    needs = need_counts(report.needs, chosen)._asdict()
    left_out = {
        "withdrawn": _withdrawn_count(call, report),
        "undeclared": report.not_counted["undeclared"],
    }
    tail: dict[str, object] = {"needs": needs, "not_counted": left_out}
    unfiltered = call.read.without_filters()
    if one_by_one:
        emit_rows(kept, _CASE_COLUMNS, unfiltered, head=head, tail=tail)
    else:
        shown = [*columns(" ".join(by)), *_STAGE_COLUMNS] if by else _STAGE_COLUMNS
        groups = [_stage_row(row, by) for row in stage_rows(chosen, by)]
        if call.draws:
            blocks = draws_blocks(sys.stdout)
            bars = [share_bar(row["of_sent"], _BAR, unicode=blocks) for row in groups]
            groups = [{**row, "bar": bar} for row, bar in zip(groups, bars, strict=True)]
        else:
            shown = [one for one in shown if one.key != "bar"]
        emit_rows(groups, shown, unfiltered, head=head, tail=tail)
    if call.format == "table":
        for line in _notes(report, len(chosen), needs, left_out):
            note(call, line)


def _case_row(case: Case) -> dict[str, Any]:
    return {
        "code": case.code,
        "need": case.need,
        **case.row,
        "stage": case.stage.value,
        "standing": case.state.value,
        **{f"{stage}_on": case.days.get(stage) for stage in PipelineStage},
    }


def _stage_row(row: StageRow, by: Sequence[str]) -> dict[str, Any]:
    terms = row._asdict()
    return {**dict(zip(by, terms.pop("group"), strict=True)), **terms}


def _withdrawn_count(call: Call, report: PipelineReport) -> int:
    """Count the withdrawn approaches that the filters keep."""
    rows, silent = map(_case_row, report.withdrawn), replace(call.read, quiet=True)
    return sum(1 for _ in filter_rows(rows, _CASE_COLUMNS, silent))


def _notes(
    report: PipelineReport, count: int, needs: dict[str, int], left_out: dict[str, int]
) -> Iterator[str]:
    yield f"{day_text(report.as_of, report.known_at)}: {counted(count, 'approach', 'approaches')}."
    yield (
        f"Needs: {needs['asked']:,} presented to somebody, {needs['interested']:,} with interest, "
        f"{needs['without']:,} presented to nobody."
    )
    yield f"Formula: {RULE}."
    if withdrawn := left_out["withdrawn"]:
        yield f"Not counted: {withdrawn:,} withdrawn, recorded in error."
    if undeclared := left_out["undeclared"]:
        yield f"Not counted: {undeclared:,} of needs that were declared after the day."
