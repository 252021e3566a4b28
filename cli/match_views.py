"""How a proposal is laid out: its document, and its lines as rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cli.output import Column

if TYPE_CHECKING:
    from ledger.eligibility_facts import NeedFacts
    from ledger.matching.kept import KeptProposal
    from ledger.matching.leftovers import OpenNeed
    from ledger.matching.proposal import Line, Proposal
    from ledger.store.picture import Picture

LINE_COLUMNS = [
    Column("line", "Line", kind="number"),
    Column("project", "Project", kind="code"),
    Column("title", "Title", table=False),
    Column("city_name", "City", table=False),
    Column("need", "Need", kind="code"),
    Column("factor", "Factor", spare=1),
    Column("topic", "Topic", table=False),
    Column("offer", "Offer", kind="code"),
    Column("provider", "Provider code", kind="code", table=False),
    Column("provider_name", "Provider", spare=2),
    Column("quantity", "Quantity", kind="amount", unit="unit"),
    Column("unit", "Unit", kind="code", table=False),
    Column("offer_quantity", "Of the offer", kind="amount", table=False),
    Column("offer_unit", "Offer unit", kind="code", table=False),
    Column("rate", "Rate", kind="number", table=False),
]
STATE_COLUMNS = [
    *LINE_COLUMNS,
    Column("state", "State", kind="code"),
    Column("deal", "Deal", kind="code", spare=3),
    Column("entry", "Entry", kind="number", spare=3),
    Column("why", "Why not"),
]
LIST_COLUMNS = [
    Column("proposal", "Proposal", kind="code"),
    Column("as_of", "Day", kind="date"),
    Column("selection", "Selected"),
    Column("complete", "Completes", kind="number"),
    Column("bound", "At most", kind="number"),
    Column("lines", "Lines", kind="number"),
    Column("taken_up", "Taken up", kind="number"),
    Column("recorded_at", "Recorded", kind="date", spare=3),
    Column("actor", "By", spare=2),
    Column("reason", "Why", spare=1),
]


def match_head(proposal: Proposal, seconds: float) -> dict[str, Any]:
    """Give what stands before the lines in `cityfund.match/1`."""
    return {
        "schema": "cityfund.match/1",
        "as_of": proposal.day,
        "solver": proposal.solver,
        "seconds": round(seconds, 3),
        "limited": proposal.limited,
        "limit": proposal.limit,
        "levels": proposal.levels(),
        "complete": list(proposal.complete),
        "without_rate": [
            {"need_unit": need, "offer_unit": offer} for need, offer in proposal.without_rate
        ],
    }


def project_rows(
    picture: Picture, codes: Iterable[str], weights: Mapping[str, int] | None = None
) -> list[dict[str, Any]]:
    """Lay out the projects that would become complete, at the weight they have or had."""
    projects, cities = picture.records("project"), picture.records("city")
    rows = []
    for code in codes:
        project = projects[code]
        rows.append(
            {
                "project": code,
                "title": project.title,
                "city": project.city,
                "city_name": cities[project.city].name,
                "weight": project.weight if weights is None else weights[code],
            }
        )
    return rows


def line_rows(picture: Picture, lines: Sequence[Line]) -> list[dict[str, Any]]:
    """Lay out a proposal's lines, numbered from one, with the names of both sides."""
    return [line_row(picture, number, line) for number, line in enumerate(lines, start=1)]


def line_row(picture: Picture, number: int, line: Line) -> dict[str, Any]:
    """Lay out one line of a proposal."""
    need, offer = picture.need_facts[line.need], picture.offer_facts[line.offer]
    return {
        "line": number,
        **line.to_dict(),
        "title": need.project.title,
        "city_name": need.city.name,
        "topic": need.need.topic,
        "provider": offer.provider.code,
        "provider_name": offer.provider.name,
    }


def open_rows(needs: Mapping[str, NeedFacts], left: Iterable[OpenNeed]) -> list[dict[str, Any]]:
    """Lay out what stays open, with the names of its projects."""
    return [
        {
            **one.to_dict(),
            "title": needs[one.need].project.title,
            "city_name": needs[one.need].city.name,
            "topic": needs[one.need].need.topic,
        }
        for one in left
    ]


def kept_head(picture: Picture, kept: KeptProposal) -> dict[str, Any]:
    """Give what stands before the lines of a stored proposal."""
    return {
        **match_head(kept.proposal, kept.milliseconds / 1000),
        "selection": list(kept.selection),
        "projects": project_rows(picture, kept.proposal.complete, kept.weights),
        "proposal": kept.code,
        "solved_on": kept.solved_on,
        "recorded_at": picture.local(kept.recorded_at),
        "actor": kept.actor,
        "reason": kept.reason,
    }


def state_rows(picture: Picture, kept: KeptProposal) -> list[dict[str, Any]]:
    """Lay out a stored proposal's lines, each with what has become of it."""
    from ledger.usecases.proposals import line_misfits  # noqa: PLC0415 - brings the store

    unfit = line_misfits(picture, kept)
    rows = []
    for number, line in kept.numbered:
        taken = kept.taken.get(number)
        state = "introduced" if taken else "unfit" if number in unfit else "open"
        why = "; ".join(f"{one.rule}: {one.sentence}" for one in unfit.get(number, ()))
        rows.append(
            {
                **line_row(picture, number, line),
                "state": state,
                "deal": taken.deal if taken else None,
                "entry": taken.entry if taken else None,
                "why": why or None,
            }
        )
    return rows


def list_row(picture: Picture, kept: KeptProposal) -> dict[str, Any]:
    """Lay out a stored proposal as a row of a list."""
    level = kept.proposal.complete_level
    return {
        "proposal": kept.code,
        "as_of": kept.proposal.day,
        "selection": list(kept.selection),
        "complete": str(level.value),
        "bound": str(level.bound),
        "lines": len(kept.proposal.lines),
        "taken_up": len(kept.taken),
        "solved_on": kept.solved_on,
        "recorded_at": picture.local(kept.recorded_at),
        "actor": kept.actor,
        "reason": kept.reason,
    }
