"""How a proposal is shown, just solved or stored: for people in lines, for machines as rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cli.framework.command import Call
from cli.framework.output import emit_lines, emit_rows, filter_rows
from cli.framework.receipts import note_texts, with_ledger
from cli.framework.session import rate_days_of
from cli.framework.terminal import note
from cli.views.balance import wrapped
from cli.views.columns import attributes, columns
from cli.views.match.changes import (
    CHANGE_COLUMNS,
    change_lines,
    dropped_lines,
    with_changes,
)
from cli.views.match.line_facts import (
    LIKELIHOOD_COLUMNS,
    RESERVE_COLUMNS,
    likelihood_lines,
    reserve_lines,
    with_likelihoods,
    with_reserves,
)
from cli.views.match.recorded import RecordedFacts
from cli.views.match.text import (
    allocation_lines,
    complete_lines,
    floor_lines,
    open_lines,
    rate_lines,
    summary_lines,
)
from cli.views.rate import note_old_rates
from ledger.core.text import counted
from ledger.matching.likelihood import RULE
from ledger.matching.line_changes import changes_record
from ledger.rates.rates import OldRate, old_rates

if TYPE_CHECKING:
    from ledger.eligibility.rules import NeedFacts
    from ledger.matching.open_needs import OpenNeed
    from ledger.matching.proposal import Line, Proposal
    from ledger.matching.stored import StoredProposal
    from ledger.store.session.snapshot import Snapshot
    from ledger.usecases.matching.propose import MatchResult
    from ledger.usecases.matching.saved import SolvedProposal

LINE_COLUMNS = columns(
    "line project (title) (city_name) need factor:1 (topic) offer (provider) "
    "provider_name:2 quantity[unit] (unit) (offer_quantity) (offer_unit) (rate) "
    "(rate_exact)",
    provider="Provider code",
    offer_quantity="Of the offer",
)
PROPOSED_COLUMNS = [*LINE_COLUMNS, *CHANGE_COLUMNS, *LIKELIHOOD_COLUMNS, *RESERVE_COLUMNS]
STATE_COLUMNS = [
    *LINE_COLUMNS,
    *columns("state deal:3 entry:3 why", why="Why not"),
    *columns("(change) (before) (change_reason) (likelihood)"),
    *RESERVE_COLUMNS,
]
LIST_COLUMNS = columns(
    "proposal as_of selection complete bound lines taken_up recorded_at:3 actor:2 reason:1",
    as_of="Day",
    selection="Selected",
    complete="Completes",
    bound="At most",
    reason="Why",
)


def match_head(proposal: Proposal, seconds: float) -> dict[str, Any]:
    """Return the head of `cityfund.match/1`, before the lines."""
    return {
        "schema": "cityfund.match/1",
        "as_of": proposal.day,
        "solver": proposal.solver,
        "seconds": round(seconds, 3),
        "limited": proposal.limit_reached,
        "limit": proposal.limit,
        "levels": proposal.levels(),
        "complete": list(proposal.complete),
        "without_rate": [
            {"need_unit": need, "offer_unit": offer} for need, offer in proposal.without_rate
        ],
    }


def project_rows(
    snapshot: Snapshot, codes: Iterable[str], weights: Mapping[str, int] | None = None
) -> list[dict[str, Any]]:
    """Return the projects that would become complete, at their present or stored weights."""
    projects, cities = snapshot.records("project"), snapshot.records("city")
    return [
        {
            "project": code,
            **attributes(projects[code], "title city"),
            "city_name": cities[projects[code].city].name,
            "weight": projects[code].weight if weights is None else weights[code],
        }
        if code in projects  # else it was recorded in error
        else {"project": code, "title": None, "city": None, "city_name": None}
        | {"weight": None if weights is None else weights[code]}
        for code in codes
    ]


def line_rows(snapshot: Snapshot, lines: Sequence[Line]) -> list[dict[str, Any]]:
    """Return the lines of a proposal, numbered from one, with the names of both sides."""
    return [line_row(snapshot, number, line) for number, line in enumerate(lines, start=1)]


def line_row(snapshot: Snapshot, number: int, line: Line) -> dict[str, Any]:
    """Return the row of one line of a proposal; no names of what was recorded in error since."""
    need, offer = snapshot.need_facts.get(line.need), snapshot.offer_facts.get(line.offer)
    return {
        "line": number,
        **line.to_dict(),
        "title": need and need.project.title,
        "city_name": need and need.city.name,
        "topic": need and need.need.topic,
        "provider": offer and offer.provider.code,
        "provider_name": offer and offer.provider.name,
    }


def open_rows(
    needs: Mapping[str, NeedFacts], open_needs: Iterable[OpenNeed]
) -> list[dict[str, Any]]:
    """Return the open needs, with the names of their projects."""
    return [
        {
            **one.to_dict(),
            "title": needs[one.need].project.title,
            "city_name": needs[one.need].city.name,
            "topic": needs[one.need].need.topic,
        }
        for one in open_needs
    ]


def stored_head(snapshot: Snapshot, stored: StoredProposal) -> dict[str, Any]:
    """Return the head of a stored proposal, before its lines."""
    return {
        **match_head(stored.proposal, stored.milliseconds / 1000),
        "selection": list(stored.selection),
        "projects": project_rows(snapshot, stored.proposal.complete, stored.weights),
        "proposal": stored.code,
        "solved_on": stored.solved_on,
        "recorded_at": snapshot.local(stored.recorded_at),
        **attributes(stored, "actor reason"),
    }


def state_rows(snapshot: Snapshot, stored: StoredProposal) -> list[dict[str, Any]]:
    """Return the lines of a stored proposal, each with its state."""
    from ledger.usecases.matching.saved import failures_by_line  # noqa: PLC0415 - brings the store

    failures = failures_by_line(snapshot, stored)
    rows = []
    for number, line in stored.numbered_lines:
        accepted = stored.accepted.get(number)
        state = "introduced" if accepted else "unfit" if number in failures else "open"
        why = "; ".join(f"{one.rule}: {one.sentence}" for one in failures.get(number, ()))
        rows.append(
            {
                **line_row(snapshot, number, line),
                "state": state,
                "deal": accepted.deal if accepted else None,
                "entry": accepted.entry if accepted else None,
                "why": why or None,
            }
        )
    return rows


def list_row(snapshot: Snapshot, stored: StoredProposal) -> dict[str, Any]:
    """Return the row of a stored proposal in a list."""
    level = stored.proposal.complete_level
    return {
        "proposal": stored.code,
        "as_of": stored.proposal.day,
        "selection": list(stored.selection),
        "complete": str(level.value),
        "bound": str(level.bound),
        "lines": len(stored.proposal.lines),
        "taken_up": len(stored.accepted),
        "solved_on": stored.solved_on,
        "recorded_at": snapshot.local(stored.recorded_at),
        **attributes(stored, "actor reason"),
    }


Row = dict[str, Any]


def emit_match_result(
    call: Call, solved: SolvedProposal, selection: Sequence[str], receipt: Row | None = None
) -> None:
    """Write a proposal that was just solved; `receipt` is of storing it, if it was stored."""
    from ledger.usecases.matching.propose import open_needs  # noqa: PLC0415 - brings the store

    match_result = solved.matched
    snapshot, proposal = match_result.pipeline.snapshot, match_result.proposal
    record = changes_record(proposal, match_result.line_changes)
    rows = with_changes(line_rows(snapshot, proposal.lines), record, proposal.lines)
    as_text = call.format not in {"table", "json"}
    rows = with_likelihoods(rows, solved.likelihoods, as_text=as_text)
    rows = with_reserves(rows, solved.reserves, snapshot)
    changed = [*change_lines(record, rows, coverage=proposal.levels()[1]["value"])]
    floors = proposal.floors.to_list() if proposal.floors else []
    is_proven = proposal.floors is None or not proposal.floors.gap
    short = [*floor_lines(floors, is_proven=is_proven)]
    plain = call.read.without_filters()
    pairs = [(line.unit.code, line.offer_unit.code) for line in proposal.lines]
    old = old_rates(snapshot.rate_of, pairs, snapshot.day, rate_days_of(call))
    note_old_rates(call, old)
    projects = project_rows(snapshot, proposal.complete)
    open_need_rows = open_rows(snapshot.need_facts, open_needs(match_result))
    if call.format != "table":
        head = {
            **match_head(proposal, solved.milliseconds / 1000),
            "old_rates": [one.to_dict() for one in old],
            "selection": list(selection),
            "projects": projects,
            "baseline": record and record["baseline"],
            "dropped": record["dropped"] if record else [],
            "floors": floors,
            "likelihood_rule": RULE,
        }
        tail = {"open": open_need_rows}
        notes = [*short, *changed, *dropped_lines(record, in_full=True)]
        emit_rows(
            rows,
            PROPOSED_COLUMNS,
            plain,
            head=head,
            tail=tail,
            named="lines",
            above=notes if call.format == "md" else (),
            notes=notes,
        )
        return
    in_full = call.read.output is not None
    if not match_result.pipeline.built.problem.offers:
        open_need_rows = []  # the lines above say that there are no offers
    lines = [
        *summary_lines(proposal, selection, receipt["proposal"] if receipt else None),
        *short,
        *changed,
        *(complete_lines(projects, in_full=in_full) if rows else _nothing_lines(match_result)),
        *allocation_lines(rows, proposal.complete, in_full=in_full),
        *reserve_lines(rows),
        *likelihood_lines(rows),
        *dropped_lines(record, in_full=in_full),
        *open_lines(open_need_rows, in_full=in_full),
        *rate_lines(proposal),
    ]
    emit_lines(lines if receipt is None else with_ledger(call, lines), call.read)
    _next_steps(call, receipt, has_lines=bool(rows), open_need_rows=open_need_rows)


def _nothing_lines(match_result: MatchResult) -> Iterator[str]:
    """Describe why nothing is proposed."""
    problem = match_result.pipeline.built.problem
    yield ""
    if not problem.needs:
        chosen = match_result.pipeline.selected is not None
        of = "of what was selected " if chosen else ""
        yield from wrapped(f"Nothing {of}is open with a known amount: there is nothing to match.")
    elif not problem.offers:
        yield from wrapped(
            "No offer has anything available today: there is nothing to propose from. "
            "Record offers with cityfund offer add, or import them with cityfund import."
        )
    else:
        yield from wrapped("Nothing is proposed: what blocks each open need is listed below.")


def _next_steps(
    call: Call, receipt: Row | None, *, has_lines: bool, open_need_rows: Sequence[Row]
) -> None:
    if open_need_rows:
        note(call, "All offers of a need, and what blocks each: cityfund match explain NEED")
    if receipt is not None:
        _note_saved(call, receipt, has_lines=has_lines)
    elif has_lines:
        note(call, "Nothing is stored yet. Store it: cityfund match --save")


def _note_saved(call: Call, receipt: Row, *, has_lines: bool) -> None:
    for text in note_texts(receipt):
        note(call, text)
    if receipt.get("replayed"):
        note(call, "Already recorded; this is the original receipt.")
    if receipt.get("dry_run"):
        note(call, "Dry run: nothing was stored.")
    elif has_lines:
        code = receipt["proposal"]
        note(
            call,
            f"Take it up, all or some lines: cityfund match accept --proposal {code} --until DATE",
        )


def emit_saved(
    call: Call,
    snapshot: Snapshot,
    stored: StoredProposal,
    receipt: Row,
    old: Sequence[OldRate],
) -> None:
    """Write a stored proposal as the answer of storing it: the same for each repetition."""
    note_old_rates(call, old)
    recorded = RecordedFacts(stored, receipt)
    stored = recorded.with_levels()
    as_text = call.format not in {"table", "json"}
    rows = recorded.rows(line_rows(snapshot, stored.proposal.lines), snapshot, as_text=as_text)
    if call.format != "table":
        receipt_keys = ("replayed", "dry_run", "notes", "key")
        head = {
            **recorded.head(stored_head(snapshot, stored)),
            "old_rates": [one.to_dict() for one in old],
            **{key: receipt[key] for key in receipt_keys if key in receipt},
        }
        emit_rows(rows, PROPOSED_COLUMNS, call.read.without_filters(), head=head, named="lines")
        return
    lines = [
        *_stored_lines(snapshot, stored, rows, recorded.lines(rows)),
        *reserve_lines(rows),
        *likelihood_lines(rows),
        *dropped_lines(recorded.changes),
        *rate_lines(stored.proposal),
    ]
    emit_lines(with_ledger(call, lines), call.read)
    _note_saved(call, receipt, has_lines=bool(rows))


def _stored_lines(
    snapshot: Snapshot,
    stored: StoredProposal,
    rows: Sequence[Row],
    when: Iterable[str] = (),
    *,
    in_full: bool = False,
) -> Iterator[str]:
    proposal = stored.proposal
    yield from summary_lines(proposal, stored.selection, stored.code)
    yield from when
    projects = project_rows(snapshot, proposal.complete, stored.weights)
    yield from complete_lines(projects, in_full=in_full)
    yield from allocation_lines(rows, proposal.complete, in_full=in_full)


def emit_stored(
    call: Call,
    snapshot: Snapshot,
    stored: StoredProposal,
    receipt: Mapping[str, Any],
    old: Sequence[OldRate],
) -> None:
    """Write a stored proposal with the state of each line, and what its receipt keeps of it."""
    note_old_rates(call, old)
    recorded, every = RecordedFacts(stored, receipt), state_rows(snapshot, stored)
    if recorded.has_facts:
        stored = recorded.with_levels()
        as_text = call.format not in {"table", "json"}
        every = recorded.rows(every, snapshot, as_text=as_text)
    rows = [*filter_rows(every, STATE_COLUMNS, call.read)]
    plain = call.read.without_filters()
    if call.format != "table":
        head = stored_head(snapshot, stored)
        if recorded.has_facts:
            head = recorded.head(head)
        head["old_rates"] = [one.to_dict() for one in old]
        emit_rows(rows, STATE_COLUMNS, plain, head=head, named="lines")
        return
    in_full = call.read.output is not None
    told = recorded.lines(every) if recorded.has_facts else ()
    when = [*_when_lines(snapshot, stored), *told]
    lines = [
        *_stored_lines(snapshot, stored, rows, when, in_full=in_full),
        *reserve_lines(rows),
        *dropped_lines(recorded.changes, in_full=in_full),
    ]
    emit_lines(lines, plain)


def _when_lines(snapshot: Snapshot, stored: StoredProposal) -> Iterator[str]:
    basis = f"on entry {stored.solved_on}" if stored.solved_on else "before any entry"
    reason = f": {stored.reason}" if stored.reason else ""
    yield from wrapped(
        f"Solved {basis}, stored {snapshot.local(stored.recorded_at)} by {stored.actor}{reason}."
    )
    lines, accepted = len(stored.proposal.lines), len(stored.accepted)
    if lines:
        yield from wrapped(f"Taken up: {accepted:,} of {counted(lines, 'line')}.")
