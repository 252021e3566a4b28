"""How an explanation is shown: the answer in a sentence, what it rests on, then the table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from cli.framework.command import Call
from cli.framework.output import Column, emit_rows
from ledger.core.quantity import Unit, format_quantity, short_quantity

if TYPE_CHECKING:
    from ledger.matching.explain import Explanation, NeedRow, PairRow

_PEOPLE = frozenset({"table", "md"})
_GIVES = Column("gives_said", "Gives", kind="number")
_WHY = Column("why_said", "Why not more")
_WITH = Column("with_said", "Would fit with")
_OFFERS = [
    Column("offer", "Offer", kind="code"),
    Column("provider_name", "Provider", spare=1),
    _GIVES,
    _WHY,
    _WITH,
]
_NEEDS = [
    Column("need", "Need", kind="code"),
    Column("project", "Project", kind="code", spare=2),
    Column("project_title", "Title", spare=1),
    Column("gives_said", "Gets", kind="number"),
    _WHY,
    _WITH,
]
_OF_PROJECT = [
    Column("need", "Need", kind="code"),
    Column("factor", "Factor", kind="code"),
    Column("gets_said", "Gets", kind="number"),
    Column("from_said", "From", kind="code", spare=1),
    Column("why", "Blocked by"),
]
_PAIR_DATA = [
    *map(Column, ("offer", "provider", "provider_name", "need", "project", "project_title")),
    *map(Column, ("city_name", "eligible", "gives", "unit", "offer_gives", "offer_unit")),
    *map(Column, ("stays_with_offer", "reason", "why", "rules", "change", "command")),
]
_NEED_DATA = [
    *map(Column, ("need", "factor", "topic", "open", "gets", "stays_open", "alone", "unit")),
    *map(Column, ("binding", "reason", "why", "offers")),
]
_NAMED = {"need": "offers", "offer": "needs", "project": "needs"}
_SHORT = {"need": _OFFERS, "offer": _NEEDS, "project": _OF_PROJECT}


def emit_explanation(call: Call, explanation: Explanation) -> None:
    """Write an explanation in the format that was asked for."""
    for_people = call.format in _PEOPLE
    rows = [
        _row(row, explanation.kind, for_people=for_people, data=call.format == "csv")
        for row in explanation.rows
    ]
    columns = _SHORT[explanation.kind] if for_people else _data_columns(explanation.kind)
    emit_rows(
        rows,
        columns,
        call.read.without_filters(),
        head=explanation.head(),
        named=_NAMED[explanation.kind],
        above=list(_lines_above(explanation)),
    )


def _data_columns(kind: str) -> list[Column]:
    return _NEED_DATA if kind == "project" else _PAIR_DATA


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
        "gives_said": brief(row.need_amount, unit) if row.need_amount else "",
        "why_said": "goes to the needs above" if listed_above else row.why,
        "with_said": " or ".join([first, *others[:1]]) if others else first,
    }


def _need_texts(row: NeedRow) -> dict[str, str]:
    return {"gets_said": _allocated_text(row), "from_said": ", ".join(row.offers)}


def _allocated_text(row: NeedRow) -> str:
    """Say what of a need the proposal places: `all 60M EUR`, `10M of 40M EUR`, `none of 5M EUR`."""
    if row.open is None:
        return "unknown"
    if not row.open:
        return "nothing open"
    total = brief(row.open, row.unit)
    if row.gets == row.open:
        return f"all {total}"
    part = brief(row.gets, row.unit).removesuffix(f" {row.unit.code}") if row.gets else "none"
    return f"{part} of {total}"


def brief(amount: int, unit: Unit) -> str:
    """Write an amount in short where that is exact, else in full."""
    short = short_quantity(amount, unit)
    return format_quantity(amount, unit) if short.startswith("≈") else short
