"""The pipeline: how far approaches got by a day, and how long each stage took.

The cohort is the approaches sent in a span that are not withdrawn. An approach has *answered* if
the provider was interested or declined, *offered* if an offer or a deal came of it, and *held*,
*committed* and *delivered* by the furthest that any deal which came of it ever reached by the day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, NamedTuple

from ledger.approaches.states import State
from ledger.core.factors import Stage
from ledger.core.text import commonest_spellings, text_key
from ledger.origins.links import Links, Origin
from ledger.registers.pairs import Approach


class PipelineStage(StrEnum):
    """How far an approach got, in order."""

    SENT = "sent"
    ANSWERED = "answered"
    INTERESTED = "interested"
    OFFERED = "offered"
    HELD = "held"
    COMMITTED = "committed"
    DELIVERED = "delivered"


RULE: Final = (
    "approaches sent in the span, not withdrawn; answered: interested or declined; offered: an "
    "offer or a deal came of it; held, committed, delivered: the furthest that any deal which came "
    "of it ever reached by the day, reversals folded in; of sent and of before: the count divided "
    "by that of sent and by that of the stage before, four places, rounded down, unknown where the "
    "divisor is zero; days: the lower median of the days since the stage before, over the "
    "approaches that reached both"
)
"""What the report says of its figures."""

NEED_WITHDRAWN: Final = "need-withdrawn"
"""The reason column of an approach never answered whose need was withdrawn."""

COLUMNS: Final = (
    *("provider", "provider_kind", "factor", "sector", "topic", "office", "city", "channel"),
    *("actor", "month", "reason"),
)
"""The columns that the report is grouped by."""

_PLACES: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One approach of the cohort: its columns, where it stands, and the day it reached each stage.

    `row` has the columns of `COLUMNS`, and what a list of approaches shows beside them.
    """

    code: str
    need: str
    state: State
    row: Mapping[str, Any]
    days: Mapping[PipelineStage, date] = field(default_factory=dict)

    @property
    def stage(self) -> PipelineStage:
        """Give the furthest stage."""
        return max(self.days, key=list(PipelineStage).index)


Days = dict[PipelineStage, date]
"""The first day on which each stage was reached."""

_OF_STAGE: Final = {
    Stage.HELD: PipelineStage.HELD,
    Stage.COMMITTED: PipelineStage.COMMITTED,
    Stage.DELIVERED: PipelineStage.DELIVERED,
}


def days_made(
    links: Links,
    *,
    offers: Mapping[str, date],
    deals: Mapping[str, Mapping[Stage, date]],
    day: date,
) -> dict[str, Days]:
    """Give the days of what came of each approach by a day, by its code.

    `offers` has the day of each offer's declaration, `deals` how far each deal got.
    """
    made: dict[Origin, Days] = {
        Origin("offer", code): {PipelineStage.OFFERED: declared}
        for code, declared in offers.items()
        if declared <= day
    }
    for code, reached in deals.items():
        days = {_OF_STAGE[stage]: on for stage, on in reached.items()}
        made[Origin("deal", code)] = {PipelineStage.OFFERED: min(days.values()), **days}
    return {
        code: _first_of(made.get(one, {}) for one in every)
        for code, every in links.by_origin("approach").items()
    }


def _first_of(every: Iterable[Days]) -> Days:
    first: Days = {}
    for days in every:
        for stage, day in days.items():
            first[stage] = min(day, first.get(stage, day))
    return first


def days_reached(approach: Approach, made: Days, day: date) -> Days:
    """Give the first day on which an approach reached each stage by a day."""
    days = {PipelineStage.SENT: approach.sent_on}
    given = [one for one in (approach.interested_on, approach.declined_on) if one and one <= day]
    if given:
        days[PipelineStage.ANSWERED] = min(given)
    if approach.interested_on in given and approach.interested_on is not None:
        days[PipelineStage.INTERESTED] = approach.interested_on
    return {**days, **made}


class StageRow(NamedTuple):
    """One stage of a group: how many reached it, its shares, and the days since the one before.

    Those who wait and those who are silent have a row too, with their share of sent alone.
    """

    group: tuple[Any, ...]
    stage: str
    approaches: int
    of_sent: Decimal | None
    of_before: Decimal | None
    days: int | None
    days_of: int


class NeedCounts(NamedTuple):
    """How many needs nobody was asked for, somebody was, and somebody was interested in."""

    without: int
    asked: int
    interested: int


def share(part: int, whole: int) -> Decimal | None:
    """Give a share of four places, rounded down; None where there is nothing to divide by."""
    if whole == 0:
        return None
    return Decimal(part * 10**_PLACES // whole).scaleb(-_PLACES)


def lower_median(values: Sequence[int]) -> int | None:
    """Give the middle value, of two the lower; None of none."""
    return sorted(values)[(len(values) - 1) // 2] if values else None


def stage_rows(cases: Iterable[Case], by: Sequence[str] = ()) -> Iterator[StageRow]:
    """Give the rows of the report: every stage of each group, the groups in order."""
    every = list(cases)
    spelling = _spelling(every)
    groups: dict[tuple[Any, ...], list[Case]] = {} if by else {(): []}
    for one in every:
        key = tuple(spelling(column, one.row[column]) for column in by)
        groups.setdefault(key, []).append(one)
    for group in sorted(groups, key=lambda key: [(one is None, str(one)) for one in key]):
        yield from _rows_of_group(group, groups[group])


def _spelling(cases: Iterable[Case]) -> Callable[[str, Any], Any]:
    """Give what spells the value of a column: topics that are one are spelt as one."""
    spelt = commonest_spellings(one.row["topic"] for one in cases if one.row["topic"])
    return lambda column, value: (
        spelt[text_key(value)] if column == "topic" and value is not None else value
    )


def _rows_of_group(group: tuple[Any, ...], cases: Sequence[Case]) -> Iterator[StageRow]:
    sent = before = len(cases)
    previous: PipelineStage | None = None
    for stage in PipelineStage:
        reached = [one for one in cases if stage in one.days]
        days = [
            (one.days[stage] - one.days[previous]).days
            for one in reached
            if previous is not None and previous in one.days
        ]
        yield StageRow(
            group,
            stage.value,
            len(reached),
            share(len(reached), sent),
            None if previous is None else share(len(reached), before),
            lower_median(days),
            len(days),
        )
        if previous is None:
            yield from _unanswered(group, cases)
        before, previous = len(reached), stage


def _unanswered(group: tuple[Any, ...], cases: Sequence[Case]) -> Iterator[StageRow]:
    for state in (State.WAITING, State.SILENT):
        count = sum(one.state is state for one in cases)
        yield StageRow(group, state.value, count, share(count, len(cases)), None, None, 0)


def need_counts(needs: Iterable[str], cases: Iterable[Case]) -> NeedCounts:
    """Count needs by whether anybody was asked for them, and was interested."""
    every = set(needs)
    asked: set[str] = set()
    interested: set[str] = set()
    for one in cases:
        if one.need in every:
            asked.add(one.need)
            if PipelineStage.INTERESTED in one.days:
                interested.add(one.need)
    return NeedCounts(len(every) - len(asked), len(asked), len(interested))
