"""How a brief is shown: as text, Markdown or a page, section by section."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from cli.framework.command import Call
from cli.framework.output import emit_document, emit_lines, table_lines
from cli.views.columns import columns
from ledger.reports.table import Column

if TYPE_CHECKING:
    from pathlib import Path

    from ledger.store.session.snapshot import Reader
    from ledger.usecases.brief import Brief

SCHEMA = "cityfund.brief/1"


class _Section(NamedTuple):
    """A section of a brief: its key in JSON, its heading, and the columns of its table."""

    key: str
    heading: str
    columns: Sequence[Column]


def _shown(fields: str, **titles: str) -> list[Column]:
    """Make columns whose amounts are written already, each with its unit."""
    made = columns(fields, **titles)
    return [replace(one, kind="text") if one.kind == "amount" else one for one in made]


_SECTIONS = (
    _Section("next_steps", "Next steps", _shown("day record what state", what="What is due")),
    _Section(
        "needs",
        "Needs",
        _shown("code project title factor topic required held committed delivered gap needed_by"),
    ),
    _Section(
        "offers",
        "Offers",
        _shown("code provider name factor available held committed valid_until"),
    ),
    _Section(
        "deals",
        "Deals",
        _shown("code provider name project title held committed delivered held_until due_on"),
    ),
    _Section(
        "approaches",
        "Approaches",
        _shown("code need provider name sent_on state answer_by reference"),
    ),
    _Section("people", "People", _shown("kind record name role email phone")),
    _Section("owners", "Owners", _shown("kind record owner")),
    _Section("references", "References", _shown("date record act reference")),
    _Section("identifiers", "Identifiers", _shown("kind record scheme id", id="Identifier")),
    _Section("notes", "Notes", _shown("date kind record text", text="Note")),
    _Section(
        "acts", "Recorded since", _shown("recorded_at actor command about what", command="Act")
    ),
)
_SUBJECT = {
    "title": "Title",
    "name_local": "Local name",
    "city": "City",
    "country": "Country",
    "office": "Office",
    "status": "Status",
    "sector": "Sector",
}


def emit_brief(call: Call, reader: Reader, brief: Brief, output: Path | None) -> None:
    """Write a brief in the format that was asked for."""
    document = _document(reader, brief)
    options = replace(call.read, output=output)
    if call.format == "json":
        emit_document(document, options)
    elif call.format == "md":
        emit_lines(_markdown(document), options)
    elif call.format == "html":
        emit_lines(["".join(_page(document)).rstrip("\n")], options)
    else:
        emit_lines(_text(document), options)


def _document(reader: Reader, brief: Brief) -> dict[str, Any]:
    snapshot = reader.snapshot()
    steps = [
        {**one._asdict(), "state": "overdue" if one.day < snapshot.day else "to come"}
        for one in brief.next_steps
    ]
    acts = _acts(reader, brief)
    return {
        "schema": SCHEMA,
        "about": brief.title,
        "as_of": snapshot.day,
        "known_at": snapshot.known_at,
        "since": brief.since,
        "subjects": list(brief.subjects),
        "next_steps": steps,
        "needs": list(brief.needs),
        "offers": list(brief.offers),
        "deals": list(brief.deals),
        "approaches": list(brief.approaches),
        "people": list(brief.people),
        "owners": list(brief.owners),
        "references": list(brief.references),
        "identifiers": list(brief.identifiers),
        "notes": list(brief.notes),
        "acts": acts,
    }


def _acts(reader: Reader, brief: Brief) -> list[dict[str, Any]]:
    """Return what was recorded since the day that was asked for, as the log shows it."""
    if brief.since is None:
        return []
    from cli.views.activity import log_rows  # noqa: PLC0415 - only where it is asked for
    from ledger.core.dates import first_moment  # noqa: PLC0415 - as above
    from ledger.usecases.activity import acts_about  # noqa: PLC0415 - as above

    snapshot = reader.snapshot()
    since = first_moment(brief.since, snapshot.zone)
    return [*log_rows(snapshot, acts_about(reader, brief.under, since))]


def _facts(document: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the lines above the sections: the day, and the subject's own terms where it is one."""
    facts = [("As of", str(document["as_of"]))]
    if document["since"] is not None:
        facts.append(("Notes and acts since", str(document["since"])))
    subjects = document["subjects"]
    if len(subjects) == 1:
        (one,) = subjects
        return [
            *((words, str(one[key])) for key, words in _SUBJECT.items() if one.get(key)),
            *facts,
        ]
    named = [f"{one['kind']} {one['code']} {one['title'] or ''}".strip() for one in subjects]
    return [("About", "; ".join(named)), *facts]


def _filled(document: dict[str, Any]) -> Iterator[tuple[str, Sequence[Column], list[Any]]]:
    """Give the sections that have rows, with the columns in which any has a value."""
    for key, heading, shown in _SECTIONS:
        rows = document[key]
        if rows:
            used = [one for one in shown if any(row.get(one.key) for row in rows)]
            yield heading, used, rows


def _title(document: dict[str, Any]) -> str:
    return f"Brief: {document['about']}"


def _text(document: dict[str, Any]) -> Iterator[str]:
    yield _title(document)
    for words, value in _facts(document):
        yield f"{words}: {value}"
    sections = [*_filled(document)]
    for heading, shown, rows in sections:
        yield ""
        yield heading
        yield from table_lines(rows, shown)
    if not sections:
        yield ""
        yield "Nothing is recorded under it."


def _markdown(document: dict[str, Any]) -> Iterator[str]:
    from ledger.reports.formats import escaped, markdown_chunks  # noqa: PLC0415 - this format alone

    yield f"# {escaped(_title(document))}"
    yield ""
    for words, value in _facts(document):
        yield f"- {words}: {escaped(value)}"
    for heading, shown, rows in _filled(document):
        yield ""
        yield f"## {heading}"
        yield ""
        yield "".join(markdown_chunks(rows, shown)).rstrip("\n")


def _page(document: dict[str, Any]) -> Iterator[str]:
    from ledger.reports.html import page_chunks, table_html  # noqa: PLC0415 - this format alone

    def body() -> Iterator[str]:
        for heading, shown, rows in _filled(document):
            yield from table_html(rows, shown, heading)

    return page_chunks(_title(document), body(), facts=_facts(document))
