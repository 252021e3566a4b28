"""One project: its needs by factor, and the obstacles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from cli.framework.command import Call
from cli.framework.output import emit_record
from cli.framework.register_commands import Listing
from cli.views.balance import (
    bar_legend,
    bar_of,
    deal_lines,
    deals_of,
    gap_text,
    need_facts_row,
    stages_text,
    wrapped,
)
from cli.views.columns import columns
from cli.views.known_of import known_document, known_lines, read_known
from cli.views.origin import outcome_document, outcome_lines, read_outcome
from cli.views.register import country_name, need_row, register_row
from ledger.core.factors import Factor
from ledger.core.quantity import format_quantity
from ledger.gaps.completeness import ProjectState, project_state
from ledger.reference.terms import sectors
from ledger.registers.phases import in_order
from ledger.registers.records import Phase, Project
from ledger.registers.table import PROJECT

if TYPE_CHECKING:
    from ledger.eligibility.counts import EligibleCount
    from ledger.eligibility.rules import NeedFacts
    from ledger.store.session.snapshot import Reader, Snapshot

LIST_COLUMNS = columns(
    "code title (city) city_name sector status weight needs state", code="Project"
)
LIST_NARROW = [column for column in LIST_COLUMNS if column.key not in {"city", "sector", "weight"}]
MORE = ("office", "member", "needs", "state", "complete", "covered")
_TERMS = columns(
    "code former_codes title where sector_said status_said weight starts_on ends_on "
    "description recipient source state_said",
    code="Project",
    where="City",
)
_INDENT = "  "


def list_rows(snapshot: Snapshot) -> list[dict[str, Any]]:
    """Return a row for every project, with its number of needs and its state."""
    needs: dict[str, list[NeedFacts]] = {}
    for facts in snapshot.need_facts.values():
        needs.setdefault(facts.project.code, []).append(facts)
    return [
        {
            **register_row(snapshot, PROJECT, record),
            "office": snapshot.records("city")[record.city].office,
            "member": snapshot.is_member(snapshot.records("city")[record.city]),
            **_state_row(record, needs.get(record.code, [])),
        }
        for record in snapshot.records("project").values()
    ]


def list_projects(snapshot: Snapshot) -> Listing:
    """List projects with their cities, how many needs each has, and whether it is complete."""
    return Listing(
        list_rows(snapshot),
        LIST_COLUMNS,
        more=MORE,
        narrow=LIST_NARROW,
        hides=lambda row: row["status"] == "cancelled",
    )


def _state_row(record: Project, needs: list[NeedFacts]) -> dict[str, Any]:
    state = project_state([facts.balance for facts in needs], explained=False)
    return {
        "needs": len(needs),
        "state": state_name(record, state, needs),
        "complete": state.complete,
        "covered": state.covered,
    }


def state_name(record: Project, state: ProjectState, needs: list[NeedFacts]) -> str:
    """Name the state of a project: covered is the furthest, then complete."""
    if record.status == "cancelled":
        return "cancelled"
    if state.covered or state.complete:
        return "covered" if state.covered else "complete"
    if not needs:
        return "no needs"
    if all(one.balance.quantified and not one.balance.net for one in needs):
        return "withdrawn"
    return "open" if all(one.balance.quantified for one in needs) else "unknown"


def emit_project(call: Call, reader: Reader, code: str) -> None:
    """Write one project with its needs by factor, their gaps, offers and deals."""
    from ledger.usecases.eligible_offers import count_for  # noqa: PLC0415 - brings the store

    snapshot = reader.around("project", code, but=("approach",))
    needs = sorted(snapshot.needs_of(code), key=lambda facts: facts.need.code)
    counts = count_for(reader, snapshot, needs) if needs else {}
    record = snapshot.records("project")[code]
    city = snapshot.records("city")[record.city]
    state = project_state([facts.balance for facts in needs])
    outcome = read_outcome(reader, "project", code, has_origin=record.origin is not None)
    known = read_known(reader, "project", code, {"city": city.code})
    phases = in_order(snapshot.records("phase").values())
    row = {
        **register_row(snapshot, PROJECT, record),
        "former_codes": reader.former_codes("project", code),
        **_state_row(record, needs),
        "where": f"{city.name} ({city.code}), {country_name(city.country)}, office {city.office}",
        "sector_said": f"{record.sector} ({sectors()[record.sector].title})",
        "state_said": "\n".join(_state_lines(record, state, needs)),
        "status_said": "\n".join([record.status, *_dated(phases)]),
    }
    needs_documents = [need_document(snapshot, facts, counts[facts.need.code]) for facts in needs]
    shown = {key: row[key] for key in row if not key.endswith(("_said", "where"))}
    document = {
        "schema": "cityfund.project/1",
        **shown,
        "office": city.office,
        "reasons": list(state.reasons),
        "statuses": [
            {"status": one.status, "from": one.from_.isoformat(), "source": one.source}
            for one in phases
        ],
        "needs": needs_documents,
        **outcome_document(outcome),
        **known_document(known),
    }
    below = [
        *_factors(snapshot, needs, counts),
        *outcome_lines(outcome),
        *known_lines(known),
    ]
    emit_record(row, _TERMS, call.read, document=document, below=below)


def _dated(phases: Iterable[Phase]) -> Iterator[str]:
    """Say each phase with its first day."""
    yield from (f"{one.status} from {one.from_}" for one in phases)


def _state_lines(record: Project, state: ProjectState, needs: list[NeedFacts]) -> Iterator[str]:
    word = state_name(record, state, needs)
    yield {
        "cancelled": "cancelled: takes no new deals",
        "covered": "covered: every need is committed or delivered",
        "complete": "complete: nothing is open, but not all of it is committed",
        "no needs": "not complete: it has no needs",
        "withdrawn": "not complete: all its needs are withdrawn",
        "open": "not complete: a quantity is still open",
        "unknown": "not complete: an amount is not known yet",
    }[word]
    if word in {"complete", "open", "unknown"}:
        yield from (reason for reason in state.reasons if ":" in reason)


def need_document(
    snapshot: Snapshot, facts: NeedFacts, fit: EligibleCount | None
) -> dict[str, Any]:
    """Return a need with its balance, gap and deals."""
    code = facts.need.code
    return {
        **need_row(snapshot, code),
        **need_facts_row(facts.balance, fit),
        "deals": deals_of(snapshot, snapshot.deals_of(need=code)),
    }


def _factors(
    snapshot: Snapshot, needs: list[NeedFacts], counts: Mapping[str, EligibleCount]
) -> Iterator[str]:
    for factor in Factor:
        yield ""
        yield factor.value.upper()
        of_it = [facts for facts in needs if facts.need.factor is factor]
        if not of_it:
            yield f"{_INDENT}no needs"
        for facts in of_it:
            yield from _need(snapshot, facts, counts[facts.need.code])
    if any(facts.balance.quantified for facts in needs):
        yield ""
        yield bar_legend()


def _need(snapshot: Snapshot, facts: NeedFacts, fit: EligibleCount) -> Iterator[str]:
    need, balance = facts.need, facts.balance
    absent = "amount not known yet" if balance.declared else "not declared"
    unknown = f"{absent}, in {balance.unit.code}"
    required = format_quantity(balance.required, balance.unit) if balance.quantified else unknown
    parts = [
        need.code,
        required,
        need.topic or "",
        f"needed by {need.needed_by}" if need.needed_by else "",
        "" if need.divisible else "indivisible",
    ]
    yield from wrapped("  ".join(part for part in parts if part), _INDENT, _INDENT)
    inside = _INDENT * 2
    if balance.quantified:
        drawn = bar_of(balance)
        yield from wrapped(
            "  ".join(part for part in (drawn, stages_text(balance)) if part), inside
        )
    if lacks := gap_text(balance, fit):
        yield from wrapped(lacks, inside)
    yield from deal_lines(snapshot, snapshot.deals_of(need=need.code), inside, include_empty=False)
