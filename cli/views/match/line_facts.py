"""What a proposal says of its lines beside them: how likely they are, and their reserves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cli.views.balance import wrapped
from cli.views.columns import columns
from ledger.core.text import counted, joined_words
from ledger.matching.likelihood import ENOUGH
from ledger.matching.reserves import NO_RESERVE, reserve_cells

if TYPE_CHECKING:
    from ledger.matching.likelihood import Likelihood
    from ledger.matching.reserves import LineReserve
    from ledger.store.session.snapshot import Snapshot

Row = dict[str, Any]

LIKELIHOOD_COLUMNS = columns("likelihood:2", likelihood="Like introductions taken up")
_NAMES = {"kind": "kind of provider"}
RESERVE_COLUMNS = columns("(reserve) (reserve_shared) (reserve_enough)")


def with_likelihoods(
    rows: Sequence[Row], likelihoods: Sequence[Likelihood | None], *, as_text: bool
) -> list[Row]:
    """Return the rows of lines, each with its likelihood: as in JSON, or as text for a cell."""
    documents = (None if one is None else one.to_dict() for one in likelihoods)
    return [
        {**row, "likelihood": likelihood_text(one) if as_text else one}
        for row, one in zip(rows, documents, strict=True)
    ]


def likelihood_text(likelihood: Mapping[str, Any] | None) -> str:
    """Describe a likelihood: `7 of 12 (same provider and factor)`, or that there are too few."""
    if likelihood is None:
        return "too few"
    same = joined_words([_NAMES.get(one, one) for one in likelihood["alike"]])
    return f"{likelihood['taken']:,} of {likelihood['asked']:,} (same {same})"


def likelihood_lines(rows: Sequence[Row]) -> Iterator[str]:
    """State the rule of the figures, and for how many lines there are too few."""
    if not rows:
        return
    too_few = sum(row["likelihood"] is None for row in rows)
    yield ""
    if too_few < len(rows):
        yield from wrapped(
            "Taken up: how many of the like introductions and approaches that were decided by the "
            "day were committed. A hold that ended without a commitment, and an approach that was "
            "declined or is silent, were not taken up."
        )
    if too_few:
        of = f" for {too_few:,} of {counted(len(rows), 'line')}" if too_few < len(rows) else ""
        yield from wrapped(
            f"How often like introductions are taken up is not given{of}: fewer than {ENOUGH} have "
            "been decided."
        )


def with_reserves(
    rows: Sequence[Row], reserves: Sequence[LineReserve | None] | None, snapshot: Snapshot
) -> list[Row]:
    """Return the rows of lines, each with its reserve; without names where none were asked for."""
    if reserves is None:
        return [row | NO_RESERVE for row in rows]
    lines: dict[str, list[int]] = {}
    for row, one in zip(rows, reserves, strict=True):
        if one is not None:
            lines.setdefault(one.offer, []).append(row["line"])
    return [
        row | reserve_cells(one) | {"reserve_text": _reserve_text(row, one, lines, snapshot)}
        for row, one in zip(rows, reserves, strict=True)
    ]


def _reserve_text(
    row: Row, reserve: LineReserve | None, lines: Mapping[str, Sequence[int]], snapshot: Snapshot
) -> str:
    if reserve is None:
        return "no reserve: no other offer can take over all of it"
    offer = snapshot.offer_facts.get(reserve.offer)
    name = f" {offer.provider.name}" if offer is not None else ""
    text = f"reserve: {reserve.offer}{name}"
    others = [str(one) for one in lines[reserve.offer] if one != row["line"]]
    if not others:
        return text
    noun = "line" if len(others) == 1 else "lines"
    suffices = "with enough for all" if reserve.enough else "without enough for all"
    return f"{text}, also of {noun} {joined_words(others)}, {suffices}"


def of_line_texts(row: Row) -> Iterator[str]:
    """Give what is said under a line: its likelihood if there is one, its reserve if asked for."""
    if row.get("likelihood") is not None:
        yield f"like introductions taken up: {likelihood_text(row['likelihood'])}"
    if "reserve_text" in row:
        yield row["reserve_text"]


def reserve_lines(rows: Sequence[Row]) -> Iterator[str]:
    """Count the lines by their reserves, where they were asked for."""
    if not rows or "reserve_text" not in rows[0]:
        return
    without = sum(row["reserve"] is None for row in rows)
    shared = sum(row["reserve_shared"] is True for row in rows)
    own = len(rows) - without - shared
    yield ""
    their = "has an offer of its own" if len(rows) == 1 else "have an offer of their own"
    yield from wrapped(
        f"Reserves: {own:,} of {counted(len(rows), 'line')} {their}, "
        f"{counted(shared, 'shares', 'share')} one, {counted(without, 'has', 'have')} none."
    )
