"""How an explanation is shown: the answer in a sentence, what it rests on, then the table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from cli.framework.command import Call
from cli.framework.output import emit_rows
from cli.views.balance import brief
from cli.views.columns import columns
from cli.views.rate import note_old_rates

if TYPE_CHECKING:
    from ledger.matching.explain import Explanation, NeedRow, PairRow

_OFFERS = columns("offer provider_name:1 gives_text why_text with_text")
_NEEDS = columns(
    "need project:2 project_title:1 gives_text why_text with_text",
    project_title="Title",
    gives_text="Gets",
)
_OF_PROJECT = columns("need factor gets_text from_text:1 why", why="Blocked by")
_PAIR_DATA = columns(
    "offer provider provider_name need project project_title city_name eligible gives unit "
    "offer_gives offer_unit stays_with_offer reason why rules change command"
)
_NEED_DATA = columns("need factor topic open gets stays_open alone unit binding reason why offers")
_NAMED = {"need": "offers", "offer": "needs", "project": "needs"}
_SHORT = {"need": _OFFERS, "offer": _NEEDS, "project": _OF_PROJECT}


def emit_explanation(call: Call, explanation: Explanation) -> None:
    """Write an explanation in the format that was asked for."""
    for_people = call.for_people
    rows = [
        _row(row, explanation.kind, for_people=for_people, data=not call.as_documents)
        for row in explanation.rows
    ]
    data = _NEED_DATA if explanation.kind == "project" else _PAIR_DATA
    emit_rows(
        rows,
        _SHORT[explanation.kind] if for_people else data,
        call.read.without_filters(),
        head=explanation.head(),
        named=_NAMED[explanation.kind],
        above=list(_lines_above(explanation)),
    )
    note_old_rates(call, explanation.old_rates)


def _lines_above(explanation: Explanation) -> Iterator[str]:
    yield explanation.sentence
    for one in explanation.because:
        yield f"- {one.sentence}"
    if not explanation.proven:
        yield "Not everything here is proven: a limit of the search was reached."


def _row(row: PairRow | NeedRow, kind: str, *, for_people: bool, data: bool) -> dict[str, Any]:
    document = row.to_dict()
    if "changes" not in document:
        return {**document, **_need_texts(row)} if for_people else document  # type: ignore[arg-type]
    if for_people:
        return {**document, **_pair_texts(row, kind)}  # type: ignore[arg-type]
    if data:
        first: dict[str, Any] = next(iter(document["changes"]), {})
        rules = [failure["rule"] for failure in document["failures"]]
        document |= {"rules": rules, "change": first.get("words"), "command": first.get("command")}
    return document


def _pair_texts(row: PairRow, kind: str) -> dict[str, str]:
    listed_above = kind == "offer" and row.reason == "elsewhere" and not row.need_amount
    unit = row.pair.need.balance.unit
    others = [change.words for change in row.changes[1:]]
    first = row.changes[0].words if row.changes else ""
    return {
        "gives_text": brief(row.need_amount, unit) if row.need_amount else "",
        "why_text": "goes to the needs above" if listed_above else row.why,
        "with_text": " or ".join([first, *others[:1]]) if others else first,
    }


def _need_texts(row: NeedRow) -> dict[str, str]:
    return {"gets_text": _allocated_text(row), "from_text": ", ".join(row.offers)}


def _allocated_text(row: NeedRow) -> str:
    """Describe how much of a need is allocated: `all 60M EUR`, `10M of 40M EUR`."""
    if row.open is None:
        return "unknown"
    if not row.open:
        return "nothing open"
    total = brief(row.open, row.unit)
    if row.gets == row.open:
        return f"all {total}"
    part = brief(row.gets, row.unit).removesuffix(f" {row.unit.code}") if row.gets else "none"
    return f"{part} of {total}"
