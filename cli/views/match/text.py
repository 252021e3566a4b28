"""A proposal in lines for people: complete projects, allocations, open needs; and its acceptance.

On a terminal long parts are cut short, and what is left out is counted; a pipe or a file gets all.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from cli.framework.command import Call
from cli.framework.output import emit_document, emit_lines, table_lines
from cli.framework.receipts import ledger_lines, with_ledger
from cli.framework.terminal import is_terminal
from cli.views.balance import wrapped
from cli.views.columns import columns
from cli.views.match.changes import change_text
from cli.views.match.line_facts import of_line_texts
from ledger.core.quantity import format_quantity
from ledger.core.text import counted
from ledger.reports.table import grouped, one_line

if TYPE_CHECKING:
    from ledger.matching.plan import Level, SearchLimit
    from ledger.matching.proposal import Proposal

Row = dict[str, Any]
_MOST_COMPLETE, _MOST_GIVEN, _MOST_OPEN = 30, 15, 10
"""How many projects each part lists on a terminal."""

_PROJECT_COLUMNS = columns("project title city_name weight")

_LIMIT_REACHED: dict[str | None, str] = {
    "time": "The time limit was reached: with more time there may be a better one.",
    "work": "The work limit was reached: there may be a better one.",
    None: "A limit of time or work was reached: there may be a better one.",
}


def summary_lines(
    proposal: Proposal, selection: Sequence[str], saved_as: str | None
) -> Iterator[str]:
    """Summarise a proposal: its day and selection, its levels, and how far they are proven."""
    of = f" for {' and '.join(selection)}" if selection else ""
    name = f"Proposal {saved_as}" if saved_as else "Proposal"
    yield from wrapped(one_line(f"{name} of {proposal.day}{of}"))
    yield from wrapped(
        f"{_completes(proposal)}: {proven(proposal.complete_level, proposal.limit)}."
    )
    coverage = proposal.coverage_level
    yield from wrapped(
        f"Coverage gained {_short(coverage.value)}: {proven(coverage, proposal.limit)}."
    )
    yield from _cost_lines(proposal)
    if proposal.limit_reached:
        yield from wrapped(_LIMIT_REACHED[proposal.limit])


def _completes(proposal: Proposal) -> str:
    """Describe how many projects a proposal completes, their weight, and its lines."""
    lines, projects = len(proposal.lines), len(proposal.complete)
    phrase = counted(lines, "line")
    if not projects:
        return f"{phrase}, and no project becomes complete"
    verb = "complete" if lines != 1 else "completes"
    weight = _short(proposal.complete_level.value)
    in_all = " in all" if projects > 1 else ""
    return f"{phrase} {verb} {counted(projects, 'project')} of weight {weight}{in_all}"


def proven(level: Level, limit: SearchLimit | None) -> str:
    """Describe a bound: the most possible, how much more might be, or none computed."""
    more = level.bound - level.value
    if more <= 0:
        return "the most possible"
    if not level.is_bound_computed:
        within = "before the work limit" if limit == "work" else "in the time given"
        return f"no bound was computed {within}, so more may be possible"
    if level.value <= 0:
        return f"at most {_short(level.bound)} might be possible"
    percent = 100 * more / level.value
    more_text = "less than 0.1" if percent < Fraction(1, 10) else f"at most {_percent(percent)}"
    return f"{more_text} % more might be possible ({_short(level.bound)})"


def _percent(value: Fraction) -> str:
    """Write a percentage to one place, rounded up: a bound is never understated."""
    tenths = -(-value * 10 // 1)
    return f"{tenths // 10}" if tenths % 10 == 0 else f"{tenths // 10}.{tenths % 10}"


def _short(value: Fraction) -> str:
    if value.denominator == 1:
        return f"{value.numerator:,}"
    parts = round(value * 100)
    return f"{parts // 100:,}.{parts % 100:02d}"


def _cost_lines(proposal: Proposal) -> Iterator[str]:
    cost = proposal.cost
    money = sum(line.unit.kind == "money" for line in proposal.lines)
    if not money:
        return
    unknown = (
        f"; of {cost.unknown:,} of {counted(money, 'line')} the cost is not known"
        if cost.unknown
        else ""
    )
    if cost.unknown == money:
        yield from wrapped("The yearly cost of the money is unknown for every line.")
        return
    yield from wrapped(
        f"The money costs {format_quantity(round(cost.amount), cost.unit)} a year{unknown}."
    )


def floor_lines(floors: Sequence[Mapping[str, Any]], *, is_proven: bool) -> Iterator[str]:
    """Say how many floors are met, and name each that is not with its shortfall."""
    if not floors:
        return
    short = [one for one in floors if float(one["shortfall"])]
    noun = "Floor" if len(floors) == 1 else "Floors"
    if not short:
        yield from wrapped(f"{noun} met: {len(floors):,}.")
        return
    how = "" if is_proven else " Whether more is possible is not proven."
    yield from wrapped(f"{noun} not met: {len(short):,} of {len(floors):,}.{how}")
    for one in short:
        yield from wrapped(one_line(floor_text(one)), "  ", "     ")


def floor_text(floor: Mapping[str, Any]) -> str:
    """Describe a floor with what is placed, proposed and missing."""
    of = f" of {floor['group']}" if floor["group"] else ""
    least, placed, proposed, short = (
        _amount(floor, key) for key in ("least", "placed", "proposed", "shortfall")
    )
    return (
        f"{floor['limit']}{of} asks for at least {least}: {placed} placed, {proposed} proposed, "
        f"{short} short"
    )


def _amount(floor: Mapping[str, Any], key: str) -> str:
    if floor["unit"] is not None:
        return f"{grouped(floor[key])} {floor['unit']}"
    return counted(int(floor[key]), "project")


def complete_lines(rows: Sequence[Row], *, in_full: bool = False) -> Iterator[str]:
    """List the projects that would become complete."""
    if not rows:
        return
    shown = _cut(rows, None if in_full else _MOST_COMPLETE)
    yield ""
    yield "Would become complete"
    yield from table_lines(shown, _PROJECT_COLUMNS)
    yield from _more(len(rows) - len(shown), "project")


def allocation_lines(
    rows: Sequence[Row], complete: Sequence[str], *, in_full: bool = False
) -> Iterator[str]:
    """List the allocations by project; those that become complete come first."""
    if not rows:
        return
    yield ""
    yield "Allocations"
    ends = set(complete)
    groups = [(code, list(members)) for code, members in groupby(rows, key=itemgetter("project"))]
    groups.sort(key=lambda group: group[0] not in ends)
    shown = _cut(groups, None if in_full else _MOST_GIVEN)
    for code, members in shown:
        yield from wrapped(_project_text(members[0], "" if code in ends else "in part"), "  ")
        for row in members:
            yield from wrapped(line_text(row), "  ", "     ")
            changed = change_text(row)
            if changed is not None:
                yield from wrapped(one_line(changed), "       ")
            for text in of_line_texts(row):
                yield from wrapped(one_line(text), "       ")
            if "state" in row:
                yield from wrapped(one_line(state_text(row)), "       ")
    yield from _more(len(groups) - len(shown), "project")


def _project_text(row: Row, also: str) -> str:
    tail = f", {also}" if also else ""
    return one_line(f"{row['project']} {row['title']}, {row['city_name']}{tail}")


def line_text(row: Row) -> str:
    """Describe a line: need, quantity, offer and provider, and the rate between currencies."""
    topic = f" for {row['topic']}" if row["topic"] else ""
    text = (
        f"{row['line']:>3}  {row['need']} {row['factor']}{topic}: "
        f"{grouped(row['quantity'])} {row['unit']} from {row['offer']} {row['provider_name']}"
    )
    if row["unit"] != row["offer_unit"]:
        text += (
            f" ({grouped(row['offer_quantity'])} {row['offer_unit']}, "
            f"1 {row['unit']} = {row['rate']} {row['offer_unit']})"
        )
    return one_line(text)


def state_text(row: Row) -> str:
    """Describe the state of a line of a stored proposal."""
    if row["state"] == "introduced":
        return f"introduced as {row['deal']}, entry {row['entry']}"
    if row["state"] == "unfit":
        return f"no longer fits: {row['why']}"
    return "not accepted yet; it fits"


def open_lines(rows: Sequence[Row], *, in_full: bool = False) -> Iterator[str]:
    """List the open needs of incomplete projects, and what blocks them."""
    if not rows:
        return
    yield ""
    yield "Open needs, and what blocks them"
    groups = [list(group) for _, group in groupby(rows, key=itemgetter("project"))]
    shown = _cut(groups, None if in_full else _MOST_OPEN)
    for group in shown:
        yield from wrapped(_project_text(group[0], ""), "  ")
        for row in group:
            topic = f" for {row['topic']}" if row["topic"] else ""
            amount = "" if row["open"] is None else f" {grouped(row['open'])} {row['unit']} open;"
            text = f"{row['need']} {row['factor']}{topic}:{amount} {row['why']}"
            yield from wrapped(one_line(text), "    ")
    yield from _more(len(groups) - len(shown), "project")


def rate_lines(proposal: Proposal) -> Iterator[str]:
    """List the pairs of currencies without a rate, and the next step."""
    if not proposal.without_rate:
        return
    pairs = ", ".join(f"{need} to {offer}" for need, offer in proposal.without_rate)
    yield ""
    yield from wrapped(f"Left out, no rate known: {pairs}.")
    yield from wrapped(
        "Import rates with cityfund rates import, or add one with cityfund rates add."
    )


def _cut(rows: Sequence[Any], most: int | None) -> Sequence[Any]:
    return rows[:most] if is_terminal(sys.stdout) else rows


def _more(count: int, what: str) -> Iterator[str]:
    if count > 0:
        yield from wrapped(
            f"… and {counted(count, f'more {what}')}; a pipe or --output FILE gets them all.",
            "  ",
        )


_COLUMNS = columns(
    "line entry deal quantity[unit] need need_left offer offer_left[offer_unit]",
    quantity="Held",
    need="Of need",
    need_left="Still open",
    offer="From offer",
    offer_left="Still available",
)


def emit_accepted(call: Call, receipt: Mapping[str, Any]) -> None:
    """Write the receipt of accepting a proposal: its deals, balances, and lines left out."""
    if call.format == "json":
        emit_document(receipt)
        return
    lines = with_ledger(call, _receipt_lines(receipt))
    emit_lines([next(lines)] if call.settings.quiet else lines)


def accept_preview_lines(call: Call, receipt: Mapping[str, Any]) -> Iterator[str]:
    """Give the lines that say what accepting will do, from the receipt of its dry run."""
    headline, *lines = _receipt_lines({**receipt, "dry_run": False, "entries": [0]})
    yield f"This will be recorded: {headline.partition(' · ')[2]}"
    yield from ledger_lines(call)
    yield from lines


def _receipt_lines(receipt: Mapping[str, Any]) -> Iterator[str]:
    lines, left_out = receipt["lines"], receipt["left_out"]
    count = counted(len(lines), "line")
    summary = f"{count} of proposal {receipt['proposal']} introduced"
    yield f"{_entries(receipt)} · {summary}"
    yield from table_lines([_row(line) for line in lines], _COLUMNS)
    if left_out:
        word = (
            "This line no longer fits and was"
            if len(left_out) == 1
            else "These no longer fit and were"
        )
        yield f"{word} left out:"
    for one in left_out:
        text = f"line {one['line']}: {one['offer']} for {one['need']}: {one['why']}"
        yield from wrapped(one_line(text), "  ")
    if receipt.get("replayed"):
        yield "Already recorded; this is the original receipt."
    if receipt.get("dry_run"):
        yield "Dry run: nothing was written."


def _entries(receipt: Mapping[str, Any]) -> str:
    if receipt.get("dry_run"):
        return "dry run"
    numbers = receipt["entries"]
    if len(numbers) == 1:
        return f"entry {numbers[0]}"
    return f"entries {numbers[0]} to {numbers[-1]}"


def _row(line: Mapping[str, Any]) -> dict[str, Any]:
    need, offer = line["need_stands"], line["offer_stands"]
    return {
        **line,
        "need_left": grouped(need["open"]),
        "offer_left": offer["available"],
        "offer_unit": offer["unit"],
    }
