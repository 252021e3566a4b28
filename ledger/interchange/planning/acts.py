"""Plan the dated acts of an import in an executable order, and check stated totals against them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

from ledger.core.factors import Side, Stage
from ledger.core.text import text_key
from ledger.interchange.planning.act_order import ActRow, in_order
from ledger.interchange.planning.context import SIDE_OF_TABLE, Planning
from ledger.interchange.planning.editions import plan_editions, retain_reversed
from ledger.interchange.planning.offer_quantities import offer_quantities_as_rates
from ledger.interchange.planning.steps import TABLE_OF, Add, ImportStep, Revise, same
from ledger.interchange.problems import Codes, Place
from ledger.interchange.records import ChangeRow, DealActRow
from ledger.interchange.repeats.state import DEALS
from ledger.journal.entries import Act
from ledger.journal.receipts import REPEATED_ACT, Note
from ledger.journal.totals import lasting

_FIXED_TERMS = ("offer", "need", "instrument", "rate")
"""The terms of a deal that never change; its sides stand in its first row."""

_OPENS = frozenset({Act.INTRODUCE, Act.COMMIT})

_INSTEAD = {
    Act.INTRODUCE: "To hold more, add an `introduced` row; to hold less, a `released` row.",
    Act.COMMIT: "For more, add a `committed` row; for less, `released` with from_stage committed.",
    Act.DELIVER: "For more, add a `delivered` row; for less, a `returned` row.",
    Act.RELEASE: "To release more, add a `released` row; to hold again, an `introduced` row.",
    Act.RETURN: "For more, add a `returned` row; to deliver again, a `delivered` row.",
}
_INSTEAD_OF_CHANGE = "To change what was declared, change the quantity, or add a `revised` row."


def plan_acts(planning: Planning) -> list[ImportStep]:
    """Give the acts to post in an order that can be done, and the ones the ledger has already."""
    planning.cancelled = _cancelled(planning)
    changes = [_change_with_known_codes(planning, row) for row in planning.tables.changes]
    deals = _deals_with_known_codes(planning)
    _note_unknown_reversals(planning, [*changes, *deals])
    deals, corrections, differences = plan_editions(planning, deals)
    rows = in_order([*changes, *deals], planning.holdings.deals)
    return [*corrections, *_subtract_posted(planning, rows), *differences]


class _Numbered(NamedTuple):
    """An act of the ledger that a file came from: its number there, its day, what it reverses."""

    number: int
    effective_on: date
    reverses: int | None


def _cancelled(planning: Planning) -> frozenset[int]:
    """Return the numbers of acts that were reversed on their own day, and of their reversals."""
    rows: Iterable[ActRow] = (*planning.tables.changes, *planning.tables.deals)
    numbered = [
        _Numbered(row.sequence, row.effective_on, row.reverses)
        for row in rows
        if row.sequence is not None
    ]
    return frozenset(one.number for one in numbered) - {one.number for one in lasting(numbered)}


def _change_with_known_codes(planning: Planning, row: ChangeRow) -> ChangeRow:
    code = planning.find(TABLE_OF[row.side], row.code, row.place, "code")
    row = row._replace(code=code) if code != row.code else row
    _check_against(planning, row, row.side, code, "code")
    return row


def _deals_with_known_codes(planning: Planning) -> list[DealActRow]:
    """Spell the codes of every act as the ledger does and test it against what it rests on."""
    deals = Codes(planning.holdings.deals)
    for row in planning.tables.deals:
        deals.add(row.code)
    rows = [_act_with_known_codes(planning, row, deals) for row in planning.tables.deals]
    rows = offer_quantities_as_rates(planning, rows)
    _check_terms(planning, rows)
    for row in rows:
        if row.sequence is None:
            planning.own.add(DEALS, row.code, _cells(row), row.place)
    return rows


def _cells(row: DealActRow) -> dict[str, str]:
    """Give what a source says of an act; its amount counts the smallest part."""
    cells = {"act": row.act.value, "amount": str(row.amount), "unit": row.unit}
    cells["effective_on"] = row.effective_on.isoformat()
    if row.reference is not None:
        cells["reference"] = row.reference
    if row.from_stage is not Stage.HELD:
        cells["from_stage"] = row.from_stage.value
    return cells


def _act_with_known_codes(planning: Planning, row: DealActRow, deals: Codes) -> DealActRow:
    row = row._replace(
        code=deals.find(row.code) or row.code,
        offer=planning.find("offers", row.offer, row.place, "offer"),
        need=planning.find("needs", row.need, row.place, "need"),
        origin=planning.find_origin(row.origin, row.place),
    )
    _check_against(planning, row, Side.NEED, row.need, "need")
    _check_against(planning, row, Side.OFFER, row.offer, "offer")
    return row


def _check_against(planning: Planning, row: ActRow, side: Side, code: str, column: str) -> None:
    """Note an act in a wrong unit, or before what it rests on was declared."""
    terms = planning.terms_of(side, code)
    if terms is None:
        return
    of_offer = isinstance(row, DealActRow) and side is Side.OFFER
    if not of_offer and terms.unit != row.unit:
        what = f"The {side} {code} is counted in {terms.unit}, not in {row.unit}."
        planning.problem(row.place, "unit", "wrong-unit", what)
    if row.effective_on < terms.declared_on and row.sequence not in planning.cancelled:
        what = f"{row.effective_on} is before the {side} {code} was declared ({terms.declared_on})."
        hint = f"Correct the date, or the declared_on of a new {side} ({column} {code})."
        planning.problem(row.place, "effective_on", "before-declaration", what, hint)


def _check_terms(planning: Planning, rows: Iterable[DealActRow]) -> None:
    """Note rows that contradict their deal's terms, and deals that never begin."""
    terms: dict[str, dict[str, Any]] = {}
    opened = set(planning.holdings.deals)
    rows = list(rows)
    opened.update(row.code for row in rows if row.act in _OPENS)
    opened.update(planning.tables.broken.get("deals", ()))
    for row in rows:
        known = terms.get(row.code)
        if known is None:
            deal = planning.holdings.deals.get(row.code)
            names = _FIXED_TERMS[:2] if deal is None else _FIXED_TERMS
            known = terms[row.code] = {name: getattr(deal or row, name) for name in names}
            if deal is not None and deal.rate_exact is not None:
                known["rate"] = deal.rate_exact
        _note_contradictions(planning, row, known)
        if row.code not in opened and "deals" not in planning.tables.unread:
            what = f"The deal {row.code} was never introduced nor committed."
            hint = "Its first row is `introduced`, or `committed` for a direct commitment."
            planning.problem(row.place, "code", "deal-not-opened", what, hint)


def _note_contradictions(planning: Planning, row: DealActRow, known: dict[str, Any]) -> None:
    for column in _FIXED_TERMS:
        value = getattr(row, column)
        if value is None:
            continue
        before = known.setdefault(column, value)
        if before != value:
            what = f"The deal {row.code} has {column} {before}; here it is {value}."
            hint = "These terms of a deal never change: other terms are another deal."
            planning.problem(row.place, column, "other-terms", what, hint)


def _note_unknown_reversals(planning: Planning, rows: list[ActRow]) -> None:
    sequences = {row.sequence for row in rows if row.sequence is not None}
    for row in rows:
        if row.act is not Act.REVERSE or row.reverses is None:
            continue
        if row.reverses not in sequences and not planning.tables.broken:
            what = f"The act {row.reverses} that this row reverses is not in the import."
            hint = "A reversal is imported together with the act that it takes back."
            planning.problem(row.place, "reverses", "unknown-sequence", what, hint)
        elif row.sequence is None or row.sequence <= row.reverses:
            what = "A reversal has a sequence, after that of the act it reverses."
            planning.problem(row.place, "sequence", "out-of-order", what)


def _subtract_posted(planning: Planning, rows: Iterable[ActRow]) -> list[ImportStep]:
    """Separate acts to post from acts already posted, matching each posted amount once."""
    remaining: dict[Any, list[int]] = {}
    steps: list[ImportStep] = []
    for row in rows:
        is_deal = isinstance(row, DealActRow)
        posted: Mapping[Any, tuple[int, ...]] = planning.holdings.changes
        if is_deal:
            posted = planning.holdings.deal_acts
        amounts = remaining.setdefault(row.key, list(posted.get(row.key, ())))
        if row.amount in amounts:
            amounts.remove(row.amount)
            if isinstance(row, DealActRow):
                _note_changed_terms(planning, row)
                retain_reversed(planning, row)
            steps.append(same("deals" if is_deal else "changes"))
        elif amounts:
            _note_changed_act(planning, row)
        else:
            steps.append(row)
    _note_repeated(planning, steps)
    return steps


def _note_repeated(planning: Planning, steps: Iterable[ImportStep]) -> None:
    """Note acts to post that are recorded, or in a row before, with the reference in other form."""
    rows = [one for one in steps if isinstance(one, DealActRow) and one.sequence is None]
    days = {row.key[:3] for row in rows}
    there = {
        (*key[:3], _reference_key(key.reference), amount)
        for key, amounts in planning.holdings.deal_acts.items()
        for amount in amounts
        if key[:3] in days
    }
    for row in rows:
        act = (*row.key[:3], _reference_key(row.reference), row.amount)
        if act in there:
            where = f"{row.place.file}:{row.place.line}"
            what = f"deal {row.code} has this act already: {row.act} on {row.effective_on}"
            text = f"{where}: {what}, with the reference {row.reference} in another form"
            planning.notes.append(Note(REPEATED_ACT, text))
        there.add(act)


def _reference_key(reference: str | None) -> str | None:
    return None if reference is None else text_key(reference)


_EDITED_BY = {
    "held_until": "--until",
    "due_on": "--due",
    "note": "--note",
    "origin": "--origin",
    "not_before": "--not-before",
}
"""The terms of a deal that can change, and the option of `deal edit` that changes each."""


def _note_changed_terms(planning: Planning, row: DealActRow) -> None:
    """Note a term that a posted act's deal never had: a file repeated after an edit is none."""
    versions = planning.holdings.deal_versions.get(row.code, ())
    for column, option in _EDITED_BY.items():
        value = getattr(row, column)
        if column == "held_until" and row.act is not Act.INTRODUCE:
            continue
        if value is None or value in {getattr(version, column) for version in versions}:
            continue
        what = f"This act of {row.code} is posted, and its deal never had {column} {value}."
        hint = f"Change it with: cityfund deal edit {row.code} {option}"
        planning.problem(row.place, column, "changed-act", what, hint)


def _note_changed_act(planning: Planning, row: ActRow) -> None:
    what = f"This act of {row.code} on {row.effective_on} is posted with another quantity."
    instead = _INSTEAD.get(row.act) if isinstance(row, DealActRow) else _INSTEAD_OF_CHANGE
    hint = instead or "Reverse it in the ledger, then record what is right."
    planning.problem(row.place, "quantity", "changed-act", what, hint)


_Key = tuple[Side, str]


def combine_totals(
    planning: Planning,
    acts: Iterable[ImportStep],
    registers: list[ImportStep],
    revisions: list[Revise],
) -> tuple[list[ImportStep], list[Revise]]:
    """Let changes of quantity speak for the totals they make up; note totals they contradict.

    A new need or offer whose changes are in the import is added without a quantity: its history
    declares it. A total that differs from the ledger's only by the changes to post is no revision.
    """
    posted = [step for step in acts if isinstance(step, ChangeRow)]
    _note_missing(planning, {(row.side, row.code) for row in posted})
    if not posted:
        return registers, revisions
    sums = _sums(planning, posted)
    _note_undeclared(planning, posted, registers)
    for key, change in sums.items():
        stated, place = planning.totals.get(key, (None, None))
        total = planning.holdings.required.get(key, 0) + change
        if stated is not None and place is not None and stated != total:
            _note_other_total(planning, key, place)
    additions = [
        step._replace(quantity=None) if isinstance(step, Add) and _key(step) in sums else step
        for step in registers
    ]
    return additions, [step for step in revisions if (step.side, step.code) not in sums]


def _note_missing(planning: Planning, with_changes: set[_Key]) -> None:
    """Note offers without a quantity, unless changes tell it or the ledger has none either.

    An offer whose declaration was reversed has a total of zero, and is exported so.
    """
    if planning.tables.broken.get("changes") or "changes" in planning.tables.unread:
        return
    for key, (quantity, place) in planning.totals.items():
        side, code = key
        known = code in planning.holdings.of("offers") and key not in planning.holdings.required
        if side is Side.OFFER and quantity is None and key not in with_changes and not known:
            planning.problem(place, "quantity", "missing-value", "The quantity is missing.")


def _key(step: Add) -> _Key | None:
    side = SIDE_OF_TABLE.get(step.kind)
    return None if side is None else (side, step.record.code)


def _sums(planning: Planning, posted: list[ChangeRow]) -> dict[_Key, int]:
    """Add up what the changes to post do to each total; a reversal takes back what it names."""
    by_sequence = {row.sequence: row for row in planning.tables.changes if row.sequence}
    sums: dict[_Key, int] = {}
    for row in posted:
        key = row.side, row.code
        sums[key] = sums.get(key, 0) + _net(row, by_sequence)
    return sums


def _net(row: ChangeRow, by_sequence: dict[int, ChangeRow]) -> int:
    """Give what one change adds to the total: withdrawing and lapsing leave it as it was."""
    sign = 1
    while row.act is Act.REVERSE:
        target = by_sequence.get(row.reverses or 0)
        if target is None or (target.sequence or 0) >= (row.sequence or 0):
            return 0
        row, sign = target, -sign
    return sign * row.amount if row.act in {Act.DECLARE, Act.REVISE} else 0


def _note_undeclared(
    planning: Planning, posted: list[ChangeRow], registers: Iterable[ImportStep]
) -> None:
    """Note the first change of a new need or offer that is not its declaration."""
    undeclared = {_key(step) for step in registers if isinstance(step, Add)}
    for row in posted:
        key = row.side, row.code
        if key in undeclared:
            undeclared.discard(key)
            if row.act is not Act.DECLARE:
                what = f"The first change of the new {row.side} {row.code} must be `declared`."
                planning.problem(row.place, "act", "not-declared", what)


def _note_other_total(planning: Planning, key: _Key, place: Place) -> None:
    side, code = key
    what = f"The changes of {side} {code} do not add up to this quantity."
    hint = "Give the total of all that was declared and revised, or leave the changes out."
    planning.problem(place, "quantity", "other-total", what, hint)
