"""Approaches: as rows of a list, each by itself, and under what they are about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from cli.framework.command import Call
from cli.framework.output import emit_record, emit_rows, section
from cli.framework.register_commands import Listing, withdrawn
from cli.views.columns import columns
from cli.views.origin import outcome_document, outcome_lines, read_outcome
from cli.views.register import record_row
from ledger.approaches.states import State, state_on
from ledger.registers.pairs import APPROACH

if TYPE_CHECKING:
    from ledger.registers.pairs import Approach
    from ledger.store.session.snapshot import Reader, Snapshot

APPROACH_COLUMNS = columns(
    "code need (project) project_title:3 city_name:2 factor:4 (provider) provider_name sent_on "
    "standing answered_on:1 reason answer_by",
    code="Approach",
    project_title="Title",
    provider="Provider code",
    standing="Answer",
    answered_on="Answered",
)
_MORE = (
    *("project", "project_title", "city", "city_name", "office", "factor", "sector", "topic"),
    *("provider_name", "standing", "answered_on"),
)
_TERMS = columns(
    "code need_said provider_said sent_on channel standing answered_on interested_on declined_on "
    "reason answer_by reference note",
    code="Approach",
    standing="Answer",
    answered_on="Answered",
)
_UNDER_NEED = columns("code provider_name sent_on standing answered_on reason", code="Approach")
_UNDER_CITY = columns(
    "code need provider_name sent_on standing answered_on reason", code="Approach"
)
_UNDER_PROVIDER = columns(
    "code need project_title city_name sent_on standing answered_on reason", code="Approach"
)


_SUGGESTED = columns(
    "provider provider_name (kind) (office) ground grounds left_out",
    ground="Order",
    provider="Code",
)


def approach_row(snapshot: Snapshot, approach: Approach) -> dict[str, Any]:
    """Return the row of an approach: where it stands, and what and whom it is about."""
    need = snapshot.records("need")[approach.need]
    project = snapshot.records("project")[need.project]
    city = snapshot.records("city")[project.city]
    state = state_on(approach, snapshot.day)
    answers = {
        State.INTERESTED: approach.interested_on,
        State.DECLINED: approach.declined_on,
    }
    return {
        **record_row(APPROACH.plural, approach),
        **_not_answered_by(approach, snapshot.day),
        "project": project.code,
        "project_title": project.title,
        "city": city.code,
        "city_name": city.name,
        "office": city.office,
        "factor": need.factor.value,
        "sector": project.sector,
        "topic": need.topic,
        "provider_name": snapshot.records("provider")[approach.provider].name,
        "standing": state.value,
        "answered_on": answers.get(state),
    }


def _not_answered_by(approach: Approach, day: date) -> dict[str, None]:
    """Leave out the answers that are dated after a day, and with a decline its reason."""
    later = dict.fromkeys(
        name
        for name in ("interested_on", "declined_on")
        if (answered := getattr(approach, name)) is not None and answered > day
    )
    return {**later, **({"reason": None} if "declined_on" in later else {})}


def approach_rows(snapshot: Snapshot, approaches: Iterable[Approach]) -> list[dict[str, Any]]:
    """Return the rows of approaches, those sent first ahead."""
    ordered = sorted(approaches, key=lambda one: (one.sent_on, one.code))
    return [approach_row(snapshot, one) for one in ordered]


def list_approaches(snapshot: Snapshot) -> Listing:
    """List approaches with where each stands on the day."""
    rows = approach_rows(snapshot, snapshot.records("approach").values())
    return Listing(rows, APPROACH_COLUMNS, more=_MORE, hides=withdrawn)


def emit_approach(call: Call, reader: Reader, code: str) -> None:
    """Write one approach: its terms, where it stands, and what came of it."""
    snapshot = reader.around("approach", code)
    outcome = read_outcome(reader, "approach", code)
    row = approach_row(snapshot, snapshot.records("approach")[code])
    document = {"schema": "cityfund.approach/1", **row, **outcome_document(outcome)}
    shown = {
        **row,
        "need_said": f"{row['need']} ({row['factor']} for {row['project_title']}, "
        f"{row['city_name']})",
        "provider_said": f"{row['provider_name']} ({row['provider']})",
    }
    below = outcome_lines(outcome)
    emit_record(shown, _TERMS, call.read, document=document, below=below)


def asked_of_need(snapshot: Snapshot, need: str) -> list[dict[str, Any]]:
    """Return the approaches that present a need."""
    every = snapshot.records("approach").values()
    return approach_rows(snapshot, [one for one in every if one.need == need])


def reasons_of_declines(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the reason of each approach that is declined."""
    return [str(row["reason"]) for row in rows if row["standing"] == State.DECLINED.value]


def under_need(rows: list[dict[str, Any]]) -> Iterator[str]:
    """Lay out the approaches that present a need."""
    yield from section("Who was asked", rows, _UNDER_NEED)


def under_needs(rows: list[dict[str, Any]]) -> Iterator[str]:
    """Lay out the approaches that present the needs of a city."""
    yield from section("Who was asked", rows, _UNDER_CITY)


def under_provider(rows: list[dict[str, Any]]) -> Iterator[str]:
    """Lay out the approaches to a provider."""
    yield from section("Asked for", rows, _UNDER_PROVIDER)


def emit_suggestions(call: Call, reader: Reader, need: str) -> None:
    """Write whom to ask for a need, then who is left out; both have their grounds."""
    from ledger.usecases.approaches.suggest import suggest  # noqa: PLC0415 - brings the store

    rows = [
        {
            "provider": one.provider.code,
            "provider_name": one.provider.name,
            "kind": one.provider.kind,
            "office": one.office,
            "ground": int(one.ground),
            "grounds": [reason.text for reason in one.reasons],
            "left_out": one.left_out,
        }
        for one in suggest(reader, need)
    ]
    head = {"schema": "cityfund.approach-suggestions/1", "need": need, "as_of": reader.day}
    emit_rows(rows, _SUGGESTED, call.read, head=head)
