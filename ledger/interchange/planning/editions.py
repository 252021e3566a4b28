"""Plan what a new edition of a source posts, and report what of it was reversed or corrected."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from ledger.core.quantity import Unit, format_quantity
from ledger.interchange.planning.context import Planning
from ledger.interchange.planning.steps import (
    CorrectDate,
    CorrectDeclaration,
    ImportStep,
    PostedAct,
    Restate,
    same,
)
from ledger.interchange.problems import Place
from ledger.interchange.records import DEAL_ACTS, ActKey, DealActRow
from ledger.interchange.repeats.editions import DateChange, Edition, edition_of, in_their_order
from ledger.interchange.repeats.preview import Change, Retained
from ledger.interchange.repeats.state import DEALS, StatedRow, stated_act
from ledger.journal.entries import Act

_WORD_OF = {act: word for word, act in DEAL_ACTS.items()}
"""What the table calls each act of a deal."""

_Planned = tuple[list[DealActRow], list[ImportStep], list[ImportStep]]


def act_text(cells: Mapping[str, str], units: Mapping[str, Unit]) -> str | None:
    """Name an act as a source stated it; None where the cells are not of an act."""
    if "act" not in cells:
        return None
    amount = format_quantity(int(cells["amount"]), units[cells["unit"]])
    return f"{_WORD_OF[Act(cells['act'])]} {amount} on {cells['effective_on']}"


def plan_editions(planning: Planning, rows: Sequence[DealActRow]) -> _Planned:
    """Take out of the rows of deals what their source stated earlier, under an edition.

    Return the rows that are left, what comes before their acts, and what comes after them.
    """
    terms = planning.terms_of_source
    if terms.edition != "restate" or terms.edition_on is None:
        return [*rows], [], []
    by_deal: dict[str, list[DealActRow]] = {}
    for row in rows:
        if row.sequence is None:
            by_deal.setdefault(row.code, []).append(row)
    left = [row for row in rows if row.sequence is not None]
    if terms.gone == "release":
        for code in planning.holdings.stated.state.rows.get(DEALS, ()):
            by_deal.setdefault(code, [])
    first: list[ImportStep] = []
    last: list[ImportStep] = []
    for code, now in by_deal.items():
        before = _stated_before(planning, code, now)
        edition = edition_of(
            before,
            now,
            terms.edition_on,
            as_row=lambda row: _row_of(planning, row),
            releases=terms.gone == "release",
        )
        left += edition.new
        first += [*_same(planning, edition), *_corrections(planning, edition.moved)]
        last += _differences(planning, code, edition)
        planning.superseded += edition.superseded
        planning.released += edition.released
        planning.offers_spared |= {
            planning.holdings.deals[code].offer
            for row in edition.gone
            if code in planning.holdings.deals and int(row.cells["amount"])
        }
    return left, first, last


def _stated_before(planning: Planning, code: str, now: Iterable[DealActRow]) -> list[StatedRow]:
    """Give what the source said of a deal; where it kept nothing yet, what the ledger has of it."""
    state = planning.holdings.stated.state
    if state.rows:
        return [*state.of(DEALS, code)]
    keys = dict.fromkeys(row.key for row in now)
    posted = (one for one in planning.holdings.posted.get(code, ()) if one.key in keys)
    unit = {row.key: row.unit for row in now}
    return [stated_act(code, _cells(one, unit[one.key])) for one in posted]


def _cells(one: PostedAct, unit: str) -> dict[str, str]:
    key = one.key
    cells = {"act": key.act.value, "amount": str(one.amount), "unit": unit}
    cells["effective_on"] = key.effective_on.isoformat()
    return cells if key.reference is None else {**cells, "reference": key.reference}


def _row_of(planning: Planning, row: StatedRow) -> DealActRow:
    """Give the act of a row that is gone, with the sides of its deal."""
    deal = planning.holdings.deals[row.code]
    cells, state = row.cells, planning.holdings.stated.state
    return DealActRow(
        code=row.code,
        offer=deal.offer,
        need=deal.need,
        act=Act(cells["act"]),
        amount=int(cells["amount"]),
        unit=cells["unit"],
        effective_on=date.fromisoformat(cells["effective_on"]),
        reference=cells.get("reference"),
        place=state.place(row),
    )


def _same(planning: Planning, edition: Edition) -> Iterator[ImportStep]:
    for row in edition.same:
        retain_reversed(planning, row)
        yield same(DEALS)


def retain_reversed(planning: Planning, row: DealActRow) -> None:
    """Report an act that the source repeats and that was reversed since: it stays reversed."""
    alike = [
        one
        for one in planning.holdings.posted.get(row.code, ())
        if (one.key, one.amount) == (row.key, row.amount)
    ]
    if alike and all(one.reversed_by is not None for one in alike):
        _retain(planning, row.key, alike[-1], _amount(planning, row), row.place)


def _retain(planning: Planning, key: ActKey, one: PostedAct, stated: str, place: Place) -> None:
    now = f"reversed by entry {one.reversed_by}"
    planning.retain(Retained(DEALS, key.deal, _WORD_OF[key.act], now, stated, place))


def _amount(planning: Planning, row: DealActRow, amount: int | None = None) -> str:
    unit = planning.holdings.of("units")[row.unit]
    return format_quantity(row.amount if amount is None else amount, unit)


def _corrections(planning: Planning, moved: Iterable[DateChange]) -> Iterator[ImportStep]:
    """Correct the days of acts; one that was reversed or corrected since stays as it is."""
    for before, row in moved:
        day = date.fromisoformat(before.cells["effective_on"])
        key = row.key._replace(effective_on=day)
        alike = [one for one in planning.holdings.posted.get(row.code, ()) if one.key == key]
        there = next((one for one in alike if one.reversed_by is None), None)
        if there is None:
            if alike:
                _retain(planning, key, alike[-1], f"{_amount(planning, row)} on {day}", row.place)
            yield same(DEALS)
            continue
        texts = day.isoformat(), row.effective_on.isoformat()
        column = f"{_WORD_OF[row.act]} effective_on"
        planning.restated.append(Change(DEALS, row.code, column, *texts, row.place))
        reason = _reason(planning, f"{column} {texts[0]} → {texts[1]}")
        yield CorrectDate(row.code, there.number, row.effective_on, reason, row.place)


def _differences(planning: Planning, code: str, edition: Edition) -> Iterator[ImportStep]:
    """Post what an edition adds and takes; an act that was reversed outright stays so."""
    reasons: list[str] = []
    rows: list[DealActRow] = []
    posted = planning.holdings.posted.get(code, ())
    for one in edition.restated:
        own = [each for each in posted if each.key.act is one.act[0]]
        texts = [_amount(planning, one.row, amount) for amount in (one.before, one.now)]
        if own and all(each.reversed_by is not None for each in own):
            _retain(planning, one.row.key, own[-1], texts[1], one.row.place)
            continue
        word = _WORD_OF[one.act[0]]
        planning.restated.append(Change(DEALS, code, word, texts[0], texts[1], one.row.place))
        reasons.append(f"{word} {texts[0]} → {texts[1]}")
        rows += one.posted
    reason = _reason(planning, "; ".join(reasons))
    for row in in_their_order(rows):
        # What a source states of others' acts is not judged by the terms of the edition's day.
        override = row.override or (reason if row.act is Act.COMMIT else None)
        yield Restate(row._replace(reason=row.reason or reason, override=override))


def _reason(planning: Planning, what: str) -> str:
    terms = planning.terms_of_source
    return f"edition of {terms.source}, {terms.edition_on}: {what}"


def corrected_declarations(planning: Planning) -> list[CorrectDeclaration]:
    """Correct the days of declarations that the edition dates earlier."""
    return [
        CorrectDeclaration(side, code, day, _reason(planning, f"declared on {day}"), place)
        for (side, code), (day, place) in planning.redeclared.items()
    ]
