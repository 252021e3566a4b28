"""What is new since the last night, by office: a part of the status and of the night's report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from cli.framework.output import table_lines
from cli.views.columns import attributes, columns

if TYPE_CHECKING:
    from ledger.usecases.since_night import NewSince

NEW_COLUMNS: Final = columns(
    "office kind city:1 project:1 need subject:1 sentence command:1 restriction:2 (offers_counted)",
    kind="What",
    sentence="New",
    command="Shows more",
)
_COUNT_COLUMNS: Final = columns(
    "office offer_fits offer_lapsed answer_due newly_barred",
    offer_fits="Needs an offer fits",
    offer_lapsed="With offers lapsed",
    answer_due="Answers due",
    newly_barred="Barred",
)
_MOST_LINES: Final = 20
"""The number of lines of one office and kind that people read; all of them are counted."""


def new_document(new: NewSince) -> dict[str, Any]:
    """Return what is new as a part of a JSON answer."""
    since = new.since
    counts = new.counts()
    return {
        "since": None
        if since is None
        else {
            "run": since.run.id,
            "night": str(since.run.day),
            "known_at": since.known_at.isoformat(),
            "day": str(since.day),
        },
        "offices": [
            {"office": office, **{key: counts[office].get(key, 0) for key in _KINDS}}
            for office in sorted(counts)
        ],
        "rows": [
            {
                **attributes(row, "office city project need subject sentence command restriction"),
                "kind": row.kind.value,
                "offers": list(row.offers),
                "offers_counted": row.offers_counted,
            }
            for row in new.rows
        ],
    }


_KINDS: Final = ("offer_fits", "offer_lapsed", "answer_due", "newly_barred")


def new_lines(document: Mapping[str, Any]) -> Iterator[str]:
    """Describe what is new for people."""
    since = document["since"]
    yield ""
    if since is None:
        yield "New since the last night: not known, for no night was finished before."
        return
    head = f"New since the night of {since['night']} (run {since['run']})"
    if not document["rows"]:
        yield f"{head}: nothing."
        return
    yield f"{head}:"
    yield from table_lines(document["offices"], _COUNT_COLUMNS)
    for (office, _), group in groupby(
        document["rows"], key=lambda row: (row["office"], row["kind"])
    ):
        rows = list(group)
        yield ""
        for row in rows[:_MOST_LINES]:
            yield f"{office}: {row['sentence']}"
            yield f"  {row['command']}"
        if len(rows) > _MOST_LINES:
            yield f"{office}: {len(rows) - _MOST_LINES:,} more: cityfund status --new --format csv"
