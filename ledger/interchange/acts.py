"""Parse one row of the tables aliases, deals, changes or rates."""

from __future__ import annotations

from decimal import Decimal

from ledger.core.factors import Side, Stage
from ledger.core.quantity import Unit
from ledger.deals.deal import BrokerNotBank
from ledger.interchange.cells import Cells
from ledger.interchange.records import (
    CHANGE_ACTS,
    COMPENSATED,
    DEAL_ACTS,
    AliasRow,
    ChangeRow,
    DealActRow,
)
from ledger.interchange.registers import FINDERS
from ledger.journal.entries import Act
from ledger.rates.rates import Rate
from ledger.registers.table import by_plural

MAX_SEQUENCE = 2**62


def parse_deal_act_row(cells: Cells) -> DealActRow:
    """Understand one act of a deal."""
    measured_in = cells.unit()
    word = _act_word(cells)
    act = DEAL_ACTS.get(word or "", Act.INTRODUCE)
    cells.require("act", "quantity")
    typed = cells.raw("instrument")
    instrument = cells.known("instrument", typed, FINDERS["instruments"]) if typed else None
    effective_on = cells.need_past_date("effective_on")
    held_until = cells.date("held_until")
    if held_until is not None and held_until < effective_on:
        what = f"The hold ends on {held_until}, before it begins on {effective_on}."
        cells.problem("held_until", "out-of-order", what)
    not_before, reason = cells.date("not_before"), cells.text("reason")
    if not_before is not None and (act is not Act.RELEASE or reason is None):
        what = "Only a release with a reason keeps its pair out of proposals."
        cells.problem("not_before", "out-of-place", what)
    elif not_before is not None and not_before <= effective_on:
        what = f"{not_before} is not after the release of {effective_on}."
        cells.problem("not_before", "out-of-order", what)
    return DealActRow(
        code=cells.need_code("code"),
        offer=cells.need_code("offer"),
        need=cells.need_code("need"),
        act=act,
        amount=cells.amount("quantity", measured_in) or 0,
        unit=measured_in.code if measured_in else "",
        effective_on=effective_on,
        reference=cells.text("reference"),
        instrument=cells.known("instrument", instrument, FINDERS["instruments"])
        if instrument
        else None,
        held_until=held_until,
        due_on=cells.date("due_on"),
        rate=cells.deal_rate(),
        offer_quantity=cells.decimal("offer_quantity"),
        note=cells.text("note"),
        override=cells.text("override"),
        reason=reason,
        from_stage=_from_stage(cells, act),
        passed_to=_stage(cells, "passed_to", (Stage.EXPIRED, Stage.WITHDRAWN)),
        sequence=cells.whole("sequence", 1, MAX_SEQUENCE),
        reverses=_reverses(cells, act),
        origin=cells.origin("origin"),
        not_before=not_before,
        place=cells.place,
    )


def _act_word(cells: Cells) -> str | None:
    """Give what was done in the words of the table; a deposit is refused for what it is."""
    if (cells.raw("act") or "").casefold().startswith("deposit"):
        error = BrokerNotBank("Nothing can be deposited with the fund.")
        cells.problem("act", error.code, f"{error.what} {error.why}", error.next_step)
        return None
    return cells.choice("act", tuple(DEAL_ACTS), "act of a deal")


def parse_change_row(cells: Cells) -> ChangeRow:
    """Understand one act on a need's or offer's own quantity."""
    measured_in = cells.unit()
    word = cells.choice("act", (*CHANGE_ACTS, COMPENSATED), "change")
    act = Act.REVISE if word == COMPENSATED else CHANGE_ACTS.get(word or "", Act.DECLARE)
    cells.require("table", "act", "quantity")
    side = cells.choice("table", (Side.NEED.value, Side.OFFER.value), "side: need or offer")
    revises = act in {Act.REVISE, Act.REVERSE}
    amount = cells.signed_amount if revises else cells.amount
    if act is Act.EXPIRE and side == Side.NEED:
        cells.problem("act", "unknown-word", "Only an offer expires.", "A need is withdrawn.")
    return ChangeRow(
        side=Side(side) if side else Side.NEED,
        code=cells.need_code("code"),
        act=act,
        amount=amount("quantity", measured_in) or 0,
        unit=measured_in.code if measured_in else "",
        effective_on=cells.need_past_date("effective_on"),
        reference=cells.text("reference"),
        reason=cells.text("reason"),
        from_stage=_reinstated_from(cells, act),
        sequence=cells.whole("sequence", 1, MAX_SEQUENCE),
        reverses=_reverses(cells, act),
        total=_total(cells, act, measured_in),
        compensating=word == COMPENSATED,
        place=cells.place,
    )


def _total(cells: Cells, act: Act, unit: Unit | None) -> int | None:
    """Return the total that a declaration or a revision states; zero is unknown.

    It comes with the history of another ledger: elsewhere the amount says what the total becomes.
    """
    cell = cells.raw("total")
    of_total = act in {Act.DECLARE, Act.REVISE}
    if cell is not None and not (of_total and cells.raw("sequence")):
        what = "Only what another ledger declared or revised has a total, with its sequence."
        cells.problem("total", "out-of-place", what, "Leave the cell empty.")
        return None
    return 0 if cell is not None and not cell.strip("0.") else cells.amount("total", unit)


def parse_alias_row(cells: Cells) -> AliasRow:
    """Understand one former code."""
    tables = tuple(plural for plural, spec in by_plural().items() if spec.until_acts)
    cells.require("table")
    return AliasRow(
        table=cells.choice("table", tables, "table whose codes can change") or "",
        alias=cells.need_code("alias"),
        code=cells.need_code("code"),
        place=cells.place,
    )


def parse_rate_row(cells: Cells) -> Rate:
    """Understand one published rate between two currencies."""
    cells.require("date", "rate")
    base, quote = cells.unit("base"), cells.unit("quote")
    for column, figure in (("base", base), ("quote", quote)):
        if figure is not None and figure.kind != "money":
            cells.problem(column, "wrong-unit", f"{figure.code} is not a currency.")
    if base is not None and base == quote:
        cells.problem("quote", "same-currency", f"A rate from {base.code} to itself is always 1.")
    return Rate(
        day=cells.past_date("date") or cells.lookups.today,
        base=base.code if base else "",
        quote=quote.code if quote else "",
        rate=cells.rate("rate") or Decimal(1),
        source=cells.text("source"),
    )


def _stage(cells: Cells, column: str, stages: tuple[Stage, ...]) -> Stage | None:
    word = cells.choice(column, tuple(stage.value for stage in stages), "stage")
    return Stage(word) if word else None


def _from_stage(cells: Cells, act: Act) -> Stage:
    stage = _stage(cells, "from_stage", (Stage.HELD, Stage.COMMITTED))
    if stage is Stage.COMMITTED and act is not Act.RELEASE:
        what = "Only a release names a stage other than held."
        cells.problem("from_stage", "out-of-place", what, "Leave the cell empty.")
    return stage or Stage.HELD


def _reinstated_from(cells: Cells, act: Act) -> Stage | None:
    stage = _stage(cells, "from_stage", (Stage.WITHDRAWN, Stage.EXPIRED))
    if act is Act.REINSTATE:
        cells.require("from_stage")
    return stage


def _reverses(cells: Cells, act: Act) -> int | None:
    if act is Act.REVERSE:
        cells.require("reverses")
    return cells.whole("reverses", 1, MAX_SEQUENCE)
