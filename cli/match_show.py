"""Writing a proposal out: just solved, or stored before; for people, or for machines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cli.frame import Call
from cli.match_text import complete_lines, give_lines, open_lines, rate_lines, summary_lines
from cli.match_views import (
    LINE_COLUMNS,
    STATE_COLUMNS,
    kept_head,
    line_rows,
    match_head,
    open_rows,
    project_rows,
    state_rows,
)
from cli.output import emit_rows, emit_text
from cli.standing_views import wrapped
from cli.terminal import note

if TYPE_CHECKING:
    from ledger.matching.kept import KeptProposal
    from ledger.store.picture import Picture
    from ledger.usecases.propose import Matched

Row = dict[str, Any]


def emit_matched(
    call: Call,
    matched: Matched,
    seconds: float,
    selection: Sequence[str],
    saved: Row | None = None,
) -> None:
    """Write a proposal that was just solved; `saved` is its receipt where it was stored."""
    from ledger.usecases.propose import still_open  # noqa: PLC0415 - brings the store

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
