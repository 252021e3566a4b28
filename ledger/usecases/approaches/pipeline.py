"""Report the pipeline: the approaches of a span with how far each got by a day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from ledger.approaches.pipeline import NEED_WITHDRAWN, Case, Days, days_made, days_reached
from ledger.approaches.states import State, state_on
from ledger.core.factors import Side
from ledger.core.text import cell_text
from ledger.gaps.trend import SpanBackwards
from ledger.registers.pairs import Approach
from ledger.store.approaches import actors_of_approaches
from ledger.store.journal.reached import stages_reached
from ledger.store.origins import read_links
from ledger.store.registers import load_all, load_where
from ledger.store.session.snapshot import Reader, Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineReport:
    """The approaches of the cohort, the needs there are, and how many were left out and why."""

    as_of: date
    known_at: datetime | None
    first: date | None
    last: date | None
    cases: list[Case]
    needs: list[str]
    not_counted: dict[str, int]
    withdrawn: list[Case] = field(default_factory=list)
    """The approaches that were left out, for they were recorded in error."""


def report_pipeline(
    reader: Reader, first: date | None = None, last: date | None = None
) -> PipelineReport:
    """Read the cohort of a span and how far each approach got by the reader's day.

    Raises `SpanBackwards`.
    """
    if first is not None and last is not None and last < first:
        raise SpanBackwards(
            f"The span ends on {last}, before it begins on {first}.",
            why="A span runs from an earlier day to a later one.",
        )
    snapshot = reader.snapshot("approach", "need")
    day = snapshot.day
    until = min(last or day, day)
    sent = _sent(snapshot.records("approach").values(), first, until)
    counted = [one for one in sent if not one.withdrawn]
    made = _came_of(reader, day)
    actors = actors_of_approaches(reader.connection) if sent else {}
    return PipelineReport(
        as_of=day,
        known_at=snapshot.known_at,
        first=first,
        last=last,
        cases=[_case(snapshot, one, made.get(one.code, {}), actors) for one in counted],
        needs=[code for code in snapshot.records("need") if not _is_withdrawn(snapshot, code)],
        not_counted={
            "withdrawn": len(sent) - len(counted),
            "undeclared": _undeclared_count(reader, first, until, sent),
        },
        withdrawn=[_case(snapshot, one, {}, actors) for one in sent if one.withdrawn],
    )


def _sent(every: Iterable[Approach], first: date | None, until: date) -> list[Approach]:
    return [one for one in every if (first or date.min) <= one.sent_on <= until]


def _undeclared_count(
    reader: Reader, first: date | None, until: date, counted: Iterable[Approach]
) -> int:
    """Count the approaches sent in a span about needs that are declared only after the day."""
    if reader.times.as_of is None:  # needs are not declared in the future
        return 0
    every = load_all(reader.connection, "approach", reader.known_at).values()
    codes = {one.code for one in _sent((one.record for one in every), first, until)}
    return len(codes - {one.code for one in counted})


def _came_of(reader: Reader, day: date) -> dict[str, Days]:
    """Read the days on which offers and deals came of approaches, and how far the deals got."""
    links = read_links(reader.connection, reader.times.known_at)
    records = {one for every in links.by_origin("approach").values() for one in every}
    deals = [one.code for one in records if one.kind == "deal"]
    return days_made(
        links,
        offers=_offer_days(reader, (one.code for one in records if one.kind == Side.OFFER)),
        deals=stages_reached(reader.connection, deals, reader.times, day),
        day=day,
    )


def _offer_days(reader: Reader, codes: Iterable[str]) -> dict[str, date]:
    records = load_where(reader.connection, "offer", "code", [*codes], reader.times.known_at)
    return {code: one.record.declared_on for code, one in records.items()}


def _is_withdrawn(snapshot: Snapshot, need: str) -> bool:
    balance = snapshot.need_facts[need].balance
    return balance.quantified and balance.net == 0


def _case(snapshot: Snapshot, approach: Approach, made: Days, actors: Mapping[str, str]) -> Case:
    state = state_on(approach, snapshot.day)
    return Case(
        code=approach.code,
        need=approach.need,
        state=state,
        row=_row(snapshot, approach, state, actors),
        days=days_reached(approach, made, snapshot.day),
    )


def _row(
    snapshot: Snapshot, approach: Approach, state: State, actors: Mapping[str, str]
) -> dict[str, Any]:
    facts = snapshot.need_facts[approach.need]
    provider = snapshot.records("provider")[approach.provider]
    return {
        "provider": provider.code,
        "provider_kind": provider.kind,
        "factor": facts.need.factor.value,
        "sector": facts.project.sector,
        "topic": facts.need.topic,
        "office": facts.city.office,
        "city": facts.city.code,
        "channel": approach.channel,
        "actor": actors.get(approach.code),
        "month": (cell_text(approach.sent_on) or "")[:7],
        "reason": _reason(snapshot, approach, state),
        "provider_name": provider.name,
        "project": facts.project.code,
        "project_title": facts.project.title,
        "city_name": facts.city.name,
    }


def _reason(snapshot: Snapshot, approach: Approach, state: State) -> str | None:
    """Give why an approach was declined by the day, or that its need was withdrawn unanswered."""
    if state is State.DECLINED:
        return approach.reason
    unanswered = state in {State.WAITING, State.SILENT}
    return NEED_WITHDRAWN if unanswered and _is_withdrawn(snapshot, approach.need) else None
