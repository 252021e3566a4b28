"""A project at a glance: what it needs of the three factors, and what stands in the way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from cli.frame import Call
from cli.output import Column, emit_record
from cli.register_reading import meant
from cli.register_rows import country_name, need_row, project_row
from cli.standing_views import (
    bar_legend,
    deal_lines,
    deals_of,
    lack_said,
    need_facts_row,
    standing_lines,
)
from ledger.completeness import ProjectState, project_state
from ledger.factors import Factor
from ledger.quantity import format_quantity

if TYPE_CHECKING:
    from ledger.buckets import EligibleCount
    from ledger.eligibility_facts import NeedFacts
    from ledger.store.picture import Picture

LIST_COLUMNS = [
    Column("code", "Project", kind="code"),
    Column("title", "Title"),
    Column("city", "City code", kind="code", table=False),
    Column("city_name", "City"),
    Column("sector", "Sector", kind="code"),
    Column("status", "Status", kind="code"),
    Column("weight", "Weight", kind="number"),
    Column("needs", "Needs", kind="number"),
    Column("state", "State", kind="code"),
]
MORE = ("needs", "state", "complete", "covered")
_TERMS = [
    Column("code", "Project"),
    Column("title", "Title"),
    Column("where", "City"),
    Column("sector", "Sector"),
    Column("status", "Status"),
    Column("weight", "Weight"),
    Column("starts_on", "Starts on"),
    Column("ends_on", "Ends on"),
    Column("description", "About"),
    Column("source", "Source"),
    Column("state_said", "State"),
]
_INDENT = "  "


def list_rows(picture: Picture) -> list[dict[str, Any]]:
    """Lay every project out, with how many needs it has and whether it is complete."""
    needs: dict[str, list[NeedFacts]] = {}
    for facts in picture.need_facts.values():
        needs.setdefault(facts.project.code, []).append(facts)
    return [
        {**project_row(picture, record), **_state_row(needs.get(record.code, []))}
        for record in picture.records("project").values()
    ]


def _state_row(needs: list[NeedFacts]) -> dict[str, Any]:
    state = project_state([facts.standing for facts in needs])
    return {
        "needs": len(needs),
        "state": state_word(state, needs),
        "complete": state.complete,
        "covered": state.covered,
    }


def state_word(state: ProjectState, needs: list[NeedFacts]) -> str:
    """Say in a word how far a project is: covered is the furthest, then complete."""
    if state.covered or state.complete:
        return "covered" if state.covered else "complete"
    if not needs:
        return "no needs"
    if all(one.standing.quantified and not one.standing.net for one in needs):
        return "withdrawn"
    return "open" if all(one.standing.quantified for one in needs) else "unknown"


def emit_project(call: Call, picture: Picture, typed: str) -> None:
    """Write one project with its needs by factor, their gaps, offers and deals."""
    from ledger.usecases.gaps import count  # noqa: PLC0415 - brings the store

    code = meant(picture, "project", typed)
    needs = sorted(picture.needs_of(code), key=lambda facts: facts.need.code)
    counts = count(picture) if needs else {}
    record = picture.records("project")[code]
    city = picture.records("city")[record.city]
    state = project_state([facts.standing for facts in needs])
    row = {
        **project_row(picture, record),
        **_state_row(needs),
        "where": f"{city.name} ({city.code}), {country_name(city.country)}, office {city.office}",
        "state_said": "\n".join(_state_said(state, needs)),
    }
    told = [need_document(picture, facts, counts[facts.need.code]) for facts in needs]
    shown = {key: row[key] for key in row if key not in {"where", "state_said"}}
    document = {
        "schema": "cityfund.project/1",
        **shown,
        "office": city.office,
        "reasons": list(state.reasons),
        "needs": told,
    }
    below = _factors(needs, counts, {one["code"]: one["deals"] for one in told})
    emit_record(row, _TERMS, call.read, document=document, below=below)


def _state_said(state: ProjectState, needs: list[NeedFacts]) -> Iterator[str]:
    yield {
        "covered": "covered: all that is needed is committed or delivered",
        "complete": "complete: nothing is open, but not all of it is committed",
        "no needs": "neither complete nor covered: it has no needs",
        "withdrawn": "neither complete nor covered: all of its needs are withdrawn",
        "open": "not complete: something is still open",
        "unknown": "not complete: an amount is not known yet",
    }[state_word(state, needs)]
    if needs and state.reasons and not state.covered:
        yield from (reason for reason in state.reasons if ":" in reason)


def need_document(
    picture: Picture, facts: NeedFacts, found: EligibleCount | None
) -> dict[str, Any]:
    """Give a need with where it stands, what it lacks, and its deals."""
    code = facts.need.code
    return {
        **need_row(picture, code),
        **need_facts_row(facts.standing, found),
        "deals": deals_of(picture, picture.deals_of(need=code)),
    }


def _factors(
    needs: list[NeedFacts],
    counts: Mapping[str, EligibleCount],
    deals: Mapping[str, list[dict[str, Any]]],
) -> Iterator[str]:
    for factor in Factor:
        yield ""
        yield factor.value.upper()
        of_it = [facts for facts in needs if facts.need.factor is factor]
        if not of_it:
            yield f"{_INDENT}nothing asked for"
        for facts in of_it:
            yield from _need(facts, counts[facts.need.code], deals[facts.need.code])
    if any(facts.standing.quantified for facts in needs):
        yield ""
        yield bar_legend()


def _need(facts: NeedFacts, found: EligibleCount, deals: list[dict[str, Any]]) -> Iterator[str]:
    need, standing = facts.need, facts.standing
    required = format_quantity(standing.required, standing.unit) if standing.quantified else ""
    parts = [
        need.code,
        required,
        need.topic or "",
        f"needed by {need.needed_by}" if need.needed_by else "",
        "" if need.divisible else "by one offer only",
    ]
    yield f"{_INDENT}{'  '.join(part for part in parts if part)}"
    inside = _INDENT * 2
    yield from standing_lines(standing, inside)
    yield f"{inside}{lack_said(standing, found)}"
    living = [row for row in deals if _lives(row)]
    yield from deal_lines(living, without="need", indent=inside)


def _lives(row: Mapping[str, Any]) -> bool:
    return any(row[stage].strip("0.") for stage in ("held", "committed", "delivered"))
