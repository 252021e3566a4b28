"""The check of proposals: each is complete, and introductions match the lines they name."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from ledger.checks.result import CheckReport, CheckResult
from ledger.checks.rows import CheckContext
from ledger.deals.deal import offer_amount_to_hold
from ledger.journal.entries import EXEMPTED_FORMAT, PROPOSED_FORMAT


class ProposedLineRow(NamedTuple):
    """One stored line, its amounts unchecked; `rate` is None if it is not a rate."""

    line: Any
    offer_id: int
    need_id: int
    need_amount: int
    need_unit: str
    offer_amount: int
    offer_unit: str
    rate: Fraction | None


class ProposedRow(NamedTuple):
    """One proposal with its lines; without a `code`, rows whose proposal is missing.

    `weights` are those of the projects it would complete, `levels` the value and the bound of level
    1, then of level 2.
    """

    name: str
    code: str | None
    announced: Any
    levels: tuple[Decimal | None, ...]
    lines: tuple[ProposedLineRow, ...]
    weights: tuple[Any, ...]


class IntroducedRow(NamedTuple):
    """An entry and the line that it names, field by field; None where either is missing."""

    entry: int
    proposal: str
    line: Any
    act: str | None
    format: int | None
    sides: tuple[int | None, int | None]
    proposed_sides: tuple[int | None, int | None]
    rates: tuple[Fraction | None, Fraction | None]
    amounts: tuple[Any, Any]


def check_proposals(
    proposed: Iterable[ProposedRow],
    introduced: Iterable[IntroducedRow],
    unnamed: Iterable[int],
    context: CheckContext,
) -> CheckResult:
    """Check each proposal against its own counts, and each introduction against its line.

    `unnamed` are the entries in the format of a proposal's line that name none.
    """
    report = CheckReport("proposals")
    for row in proposed:
        report.examined += 1 + len(row.lines)
        for wrong in _wrongs(row, context):
            report.fail(f"{row.name} {wrong}")
    for one in introduced:
        report.examined += 1
        if not _is_of_its_line(one):
            report.fail(f"entry {one.entry} is not what line {one.line} of {one.proposal} proposed")
    for number in unnamed:
        report.fail(f"entry {number} was made from a proposal and names no line")
    return report.result()


def _wrongs(row: ProposedRow, context: CheckContext) -> Iterable[str]:
    if row.code is None:
        yield "is missing, and lines or projects name it"
        return
    numbers = [line.line for line in row.lines]
    if numbers != list(range(1, len(numbers) + 1)) or len(numbers) != row.announced:
        shown = ", ".join(map(str, numbers[:5])) or "none"
        yield f"announced {row.announced} lines and has {len(numbers)} (from {shown})"
    complete, *_ = row.levels
    if complete is None or not all(type(one) is int for one in row.weights):
        yield "has no number of what it completes"
    elif sum(row.weights) != complete:
        yield f"completes {complete} in weight; its projects make {sum(row.weights)}"
    if None in row.levels or any(_above(*row.levels[at : at + 2]) for at in (0, 2)):
        yield "is worth more than the bound it gives"
    for line in row.lines:
        if not _is_whole(line, context):
            yield f"line {line.line} does not join a need and an offer by amounts at its rate"


def _above(value: Decimal | None, bound: Decimal | None) -> bool:
    return value is not None and bound is not None and value > bound


def _is_whole(line: ProposedLineRow, context: CheckContext) -> bool:
    sides = context.accounts.get(line.need_id), context.accounts.get(line.offer_id)
    amounts = (line.need_amount, line.offer_amount)
    if None in sides or line.rate is None or not all(type(one) is int for one in amounts):
        return False
    units = [context.units.get(code) for code in (line.need_unit, line.offer_unit)]
    named = [(side.side, side.unit) for side in sides if side is not None]
    if named != [("need", line.need_unit), ("offer", line.offer_unit)] or None in units:
        return False
    decimals = [unit.decimals for unit in units if unit is not None]
    return line.offer_amount == offer_amount_to_hold(line.need_amount, line.rate, *decimals)


def _is_of_its_line(one: IntroducedRow) -> bool:
    pairs = (one.sides, one.amounts, one.rates)
    return (
        one.act == "introduce"
        and one.format in (PROPOSED_FORMAT, EXEMPTED_FORMAT)
        and one.sides == one.proposed_sides
        and all(None not in pair for pair in pairs)
        and one.rates[0] == one.rates[1]
        and one.amounts[0] == one.amounts[1]
    )
