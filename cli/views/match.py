"""How a proposal is laid out: its document, and its lines as rows.

Writing a proposal out: just solved, or stored before; for people, or for machines.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cli.framework.command import Call
from cli.framework.output import Column, emit_rows, emit_text
from cli.framework.terminal import note
from cli.views.balance import wrapped
from cli.views.match_text import complete_lines, give_lines, open_lines, rate_lines, summary_lines

if TYPE_CHECKING:
    from ledger.eligibility.rules import NeedFacts
    from ledger.matching.open_needs import OpenNeed
    from ledger.matching.proposal import Line, Proposal
    from ledger.matching.stored import KeptProposal
    from ledger.store.session.snapshot import Picture
    from ledger.usecases.matching.propose import Matched

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
    from ledger.usecases.matching.saved import line_misfits  # noqa: PLC0415 - brings the store

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


Row = dict[str, Any]


def emit_matched(
    call: Call,
    matched: Matched,
    seconds: float,
    selection: Sequence[str],
    saved: Row | None = None,
) -> None:
    """Write a proposal that was just solved; `saved` is its receipt where it was stored."""
    from ledger.usecases.matching.propose import still_open  # noqa: PLC0415 - brings the store

    picture, proposal = matched.pipeline.picture, matched.proposal
    rows = line_rows(picture, proposal.lines)
    if call.format in {"csv", "md"}:
        emit_rows(rows, LINE_COLUMNS, call.read.without_filters())
        return
    projects = project_rows(picture, proposal.complete)
    left = open_rows(picture.need_facts, still_open(matched))
    if call.format == "json":
        head = {
            **match_head(proposal, seconds),
            "selection": list(selection),
            "projects": projects,
        }
        tail = {"open": left}
        plain = call.read.without_filters()
        emit_rows(rows, LINE_COLUMNS, plain, head=head, tail=tail, named="lines")
        return
    whole = call.read.output is not None
    if not matched.pipeline.built.problem.supplies:
        left = []  # that there are no offers has said it
    lines = [
        *summary_lines(proposal, selection, saved["proposal"] if saved else None),
        *(complete_lines(projects, whole=whole) if rows else _nothing_lines(matched)),
        *give_lines(rows, proposal.complete, whole=whole),
        *open_lines(left, whole=whole),
        *rate_lines(proposal),
    ]
    emit_text(lines, call.read)
    _next_steps(call, saved, some=bool(rows), left=left)


def _nothing_lines(matched: Matched) -> Iterator[str]:
    """Say why nothing at all is proposed."""
    problem = matched.pipeline.built.problem
    yield ""
    if not problem.demands:
        chosen = matched.pipeline.chosen is not None
        of = "of what was selected " if chosen else ""
        yield from wrapped(f"Nothing {of}is open with a known amount: there is nothing to match.")
    elif not problem.supplies:
        yield from wrapped(
            "No offer has anything available today: there is nothing to propose from. "
            "Record offers with cityfund offer add, or take them in with cityfund import."
        )
    else:
        yield from wrapped("None of the offers that are available can be given to what is open.")


def _next_steps(call: Call, saved: Row | None, *, some: bool, left: Sequence[Row]) -> None:
    if left:
        note(
            call,
            "For every offer and what stands in its way: cityfund match explain NEED",
        )
    if saved is not None:
        _note_saved(call, saved, some=some)
    elif some:
        note(call, "Nothing is stored yet. Store it: cityfund match --save")


def _note_saved(call: Call, saved: Row, *, some: bool) -> None:
    for text in saved.get("notes") or ():
        note(call, str(text))
    if saved.get("replayed"):
        note(call, "Said before: this is the first answer, and nothing was stored again.")
    if saved.get("dry_run"):
        note(call, "A dry run: nothing was stored.")
    elif some:
        code = saved["proposal"]
        note(
            call,
            f"Take it up, all or some lines: cityfund match accept --proposal {code} --until DATE",
        )


def emit_saved(call: Call, picture: Picture, kept: KeptProposal, saved: Row) -> None:
    """Write a stored proposal as the answer of storing it: the same each time it is said."""
    rows = line_rows(picture, kept.proposal.lines)
    if call.format == "json":
        head = {**kept_head(picture, kept), **{key: saved[key] for key in _SAID if key in saved}}
        emit_rows(rows, LINE_COLUMNS, call.read.without_filters(), head=head, named="lines")
        return
    if call.format in {"csv", "md"}:
        emit_rows(rows, LINE_COLUMNS, call.read.without_filters())
        return
    emit_text(_kept_lines(picture, kept, rows), call.read)
    _note_saved(call, saved, some=bool(rows))


_SAID = ("replayed", "dry_run", "notes", "key")


def _kept_lines(picture: Picture, kept: KeptProposal, rows: Sequence[Row]) -> list[str]:
    proposal = kept.proposal
    return [
        *summary_lines(proposal, kept.selection, kept.code),
        *complete_lines(project_rows(picture, proposal.complete, kept.weights)),
        *give_lines(rows, proposal.complete),
        *rate_lines(proposal),
    ]


def emit_kept(call: Call, picture: Picture, kept: KeptProposal) -> None:
    """Write a stored proposal with what has become of each of its lines."""
    rows = state_rows(picture, kept)
    if call.format != "table":
        head = kept_head(picture, kept)
        emit_rows(rows, STATE_COLUMNS, call.read, head=head, named="lines")
        return
    whole = call.read.output is not None
    summary = summary_lines(kept.proposal, kept.selection, kept.code)
    lines = [
        *summary,
        *_when_lines(picture, kept),
        *complete_lines(project_rows(picture, kept.proposal.complete, kept.weights), whole=whole),
        *give_lines(rows, kept.proposal.complete, whole=whole),
    ]
    emit_text(lines, replace(call.read, where=()))


def _when_lines(picture: Picture, kept: KeptProposal) -> Iterator[str]:
    solved = f"on entry {kept.solved_on}" if kept.solved_on else "before any entry"
    reason = f": {kept.reason}" if kept.reason else ""
    yield from wrapped(
        f"Solved {solved}, stored {picture.local(kept.recorded_at)} by {kept.actor}{reason}."
    )
    lines, taken = len(kept.proposal.lines), len(kept.taken)
    if lines:
        yield from wrapped(f"Taken up: {taken:,} of {lines:,} line{'' if lines == 1 else 's'}.")
