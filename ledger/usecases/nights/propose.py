"""The sixth step: solve the proposal for the morning, outside any write.

It is stored once for a night, and only if it differs from the last stored one.
"""

from __future__ import annotations

from collections import Counter
from typing import Final

from ledger.matching.proposal import Proposal
from ledger.solver.options import SolverOptions
from ledger.store.db.queries import first_receipt
from ledger.store.session.execute import execute
from ledger.usecases.matching.propose import MatchQuery, MatchResult
from ledger.usecases.matching.saved import SolvedProposal, solve_now, store
from ledger.usecases.night_step import Night, StepResult, earlier_step

NAME: Final = "propose"


def propose_step(night: Night) -> StepResult:
    """Propose over all that is open and available, unless an earlier run of this night did."""
    requests, previous = earlier_step(night, NAME)
    if previous is not None:
        message = "Nothing was recorded since an earlier run of this night proposed."
        return StepResult(figures=previous.figures, offices=previous.offices, lines=(message,))
    solved_proposal = solve_now(
        night.ledger,
        MatchQuery(churn=night.options.churn),
        SolverOptions(night.options.solve_seconds),
    )
    proposal = solved_proposal.matched.proposal
    code = _code_of_same(solved_proposal.matched)
    to_store = proposal.lines and code is None and _can_be_stored(night)
    if to_store:
        code = _store(night, solved_proposal)
    is_new = bool(to_store) and not night.dry_run
    level = proposal.complete_level
    return StepResult(
        figures={
            "proposal": code or "",
            "projects_completed": len(proposal.complete),
            "weight": str(level.value),
            "bound": str(level.bound),
            "lines": len(proposal.lines),
            "limited": int(proposal.limit_reached),
            **_floor_figures(proposal),
            # Storing it is a request too; what others recorded meanwhile is for the next run.
            "requests": requests + is_new,
        },
        lines=_message(code, to_store=bool(to_store)),
        offices=_by_office(solved_proposal),
        changed=is_new,
    )


def _floor_figures(proposal: Proposal) -> dict[str, int]:
    """Give the goals and how many of them the proposal does not meet, where there are any."""
    if proposal.floors is None:
        return {}
    goals = proposal.floors.goals
    return {"floors": len(goals), "floors_short": sum(one.missing > 0 for one in goals)}


def _code_of_same(matched: MatchResult) -> str | None:
    """Give the code of the baseline if it is equal and no line of it was introduced."""
    baseline, proposal = matched.pipeline.stored_baseline, matched.proposal
    if baseline is None or baseline.stored.accepted or not proposal.lines:
        return None
    last = baseline.stored.proposal
    same = (last.lines, last.complete) == (proposal.lines, proposal.complete)
    return baseline.stored.code if same else None


def _can_be_stored(night: Night) -> bool:
    """Say whether this night has not stored one yet: a second run changes nothing."""
    with night.ledger.read() as connection:
        return first_receipt(connection, night.request(NAME)) is None


def _store(night: Night, solved_proposal: SolvedProposal) -> str:
    receipt = execute(
        night.ledger, night.request(NAME), lambda uow: store(uow, solved_proposal, MatchQuery())
    )
    return str(receipt["proposal"])


def _message(code: str | None, *, to_store: bool) -> tuple[str, ...]:
    if code is None:
        return ()
    how = "New proposal" if to_store else "Unchanged proposal"
    return (f"{how}: cityfund match show {code}",)


def _by_office(solved_proposal: SolvedProposal) -> dict[str, dict[str, int]]:
    proposal, needs = (
        solved_proposal.matched.proposal,
        solved_proposal.matched.pipeline.snapshot.need_facts,
    )
    office_of = {facts.project.code: facts.city.office for facts in needs.values()}
    lines = Counter(office_of[line.project] for line in proposal.lines)
    complete = Counter(office_of[project] for project in proposal.complete)
    return {
        office: {"lines_proposed": lines[office], "projects_completed": complete[office]}
        for office in sorted(lines)
    }
