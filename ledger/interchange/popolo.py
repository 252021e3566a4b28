"""Popolo, the common format of organisations and memberships, written and read as JSON.

Bodies and offices are organizations, cities areas, seats memberships of an area in an organization.
Partial dates stand as they are, for Popolo has them too. Each id is a register and a code, such as
`body:METROPOLIS`; an organization with another kind of id is a body with that id for its code.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from ledger.core.errors import InvalidInput
from ledger.interchange.reader import Incoming, RawRow, RawTable, decode
from ledger.interchange.rule_report import RuleReport, SkippedRow
from ledger.registers.network import BODY_KINDS

NAME: Final = "popolo"
_OFFICE: Final = "fund office"
_OTHER: Final = "other"
_LISTS: Final = ("areas", "organizations", "memberships", "events")
_Item = Mapping[str, Any]
Rows = Mapping[str, Iterable[Mapping[str, str | None]]]
"""Rows of canonical tables, by table."""


class NotPopolo(InvalidInput, code="not-popolo"):
    """A file that was to be read as Popolo is not a JSON document of its lists."""

    default_why = f"A Popolo document has lists of {', '.join(_LISTS)}."
    default_next = "Export one to see its form: cityfund export --format popolo FOLDER"


def popolo_document(rows: Rows) -> dict[str, Any]:
    """Write rows of cities, offices, bodies, seats, meetings and attendance as one document."""
    cities = [*rows.get("cities", ())]
    areas = {row["code"]: row for row in cities}
    return {
        "areas": [_area(row) for row in cities],
        "organizations": [
            *(_office(row) for row in rows.get("offices", ())),
            *(_body(row) for row in rows.get("bodies", ())),
        ],
        "memberships": [_membership(row) for row in rows.get("seats", ())],
        "events": [*_events(rows, areas)],
    }


def _filled(item: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in item.items() if value not in (None, "", [])}


def _id(register: str, code: str | None) -> str | None:
    return f"{register}:{code}" if code else None


def _area(row: Mapping[str, str | None]) -> dict[str, Any]:
    return _filled(
        {
            "id": _id("city", row["code"]),
            "name": row["name"],
            "classification": "city",
            "country_code": row["country"],
            "other_names": [{"name": row["name_local"]}] if row.get("name_local") else [],
        }
    )


def _office(row: Mapping[str, str | None]) -> dict[str, Any]:
    return _filled(
        {
            "id": _id("office", row["code"]),
            "name": row["name"],
            "classification": _OFFICE,
            "founding_date": row.get("opened_on"),
            "dissolution_date": row.get("closed_on"),
        }
    )


def _body(row: Mapping[str, str | None]) -> dict[str, Any]:
    return _filled(
        {
            "id": _id("body", row["code"]),
            "name": row["name"],
            "classification": row["kind"],
            "parent_id": _id("body", row.get("parent")),
            "founding_date": row.get("from"),
            "dissolution_date": row.get("until"),
            "seats": row.get("seats"),
            "description": row.get("note"),
            "sources": _sources(row),
        }
    )


def _sources(row: Mapping[str, str | None]) -> list[dict[str, str]]:
    source = row.get("source")
    return [{"note": source}] if source else []


def _membership(row: Mapping[str, str | None]) -> dict[str, Any]:
    return _filled(
        {
            "id": _id("seat", row["code"]),
            "area_id": _id("city", row["city"]),
            "organization_id": _id("body", row.get("body")) or _id("office", row.get("office")),
            "role": row["role"],
            "start_date": row.get("from"),
            "end_date": row.get("until"),
            "description": row.get("note"),
            "origin": row.get("origin"),
            "sources": _sources(row),
        }
    )


def _events(
    rows: Rows, areas: Mapping[str | None, Mapping[str, str | None]]
) -> Iterator[dict[str, Any]]:
    present: dict[str | None, list[dict[str, Any]]] = {}
    for row in rows.get("attendance", ()):
        attendee = {
            "id": _id("city", row["city"]),
            "name": areas[row["city"]]["name"] if row["city"] in areas else None,
            "presence": row["presence"],
            "did": (row.get("did") or "").split(";") if row.get("did") else [],
            "topics": row.get("topics"),
            "description": row.get("note"),
        }
        present.setdefault(row["meeting"], []).append(_filled(attendee))
    for row in rows.get("meetings", ()):
        yield _filled(
            {
                "id": _id("meeting", row["code"]),
                "name": row["name"],
                "classification": row.get("kind"),
                "organization_id": _id("body", row["body"]),
                "start_date": row["from"],
                "end_date": row.get("until"),
                "location": row.get("place"),
                "status": "cancelled" if row.get("cancelled") == "yes" else None,
                "attendance_complete": row.get("complete") == "yes" or None,
                "attendees": present.get(row["code"], []),
                "description": row.get("note"),
                "origin": row.get("origin"),
                "sources": _sources(row),
            }
        )


def read_popolo(content: bytes, file: str) -> Incoming:
    """Read a Popolo document as rows of canonical tables. Raises `NotPopolo`."""
    text, problems = decode(content, file)
    if text is None:
        return Incoming((), tuple(problems))
    document = _document(text, file)
    report = RuleReport(NAME, "Popolo", "a Popolo document", "not stated", file)
    reading = _Reading(text, file, report)
    for name in _LISTS:
        for number, item in enumerate(document.get(name) or (), start=1):
            report.rows += 1
            reading.take(name, number, item)
    return Incoming(tuple(reading.tables()), (), reports=(report,))


def _document(text: str, file: str) -> Mapping[str, Any]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotPopolo(f"{file} is not JSON: {error}.") from error
    lists = document if isinstance(document, dict) else {}
    if not any(isinstance(lists.get(name), list) for name in _LISTS):
        raise NotPopolo(f"{file} has none of the lists of a Popolo document.")
    return {name: lists[name] for name in _LISTS if isinstance(lists.get(name), list)}


class _Reading:
    """The rows of a document, as they are read; what is none of ours goes to the report."""

    def __init__(self, text: str, file: str, report: RuleReport) -> None:
        self._text, self._file, self._report = text, file, report
        self._rows: dict[str, list[RawRow]] = {}

    def tables(self) -> Iterator[RawTable]:
        """Give the tables that have rows; each has the columns that one of its rows fills."""
        for table, rows in self._rows.items():
            header = tuple(dict.fromkeys(name for row in rows for name in row.cells))
            filled = [RawRow(row.line, {**dict.fromkeys(header, ""), **row.cells}) for row in rows]
            yield RawTable(table, self._file, header, filled)

    def take(self, name: str, number: int, item: Any) -> None:
        """Take an item of a list; without an id of its own it is none of ours."""
        identity = item.get("id") if isinstance(item, dict) else None
        if not isinstance(identity, str) or not identity.strip():
            self._leave_out(number, f"{name} without an id")
            return
        line = self._line(identity)
        reason = _READERS[name](self, line, item)
        if reason is None:
            self._report.used += 1
        else:
            self._leave_out(line, reason)

    def _leave_out(self, line: int, reason: str) -> None:
        self._report.left_out.append(SkippedRow(line, reason))

    def _line(self, identity: str) -> int:
        """Find the line on which an id first stands."""
        at = self._text.find(json.dumps(identity, ensure_ascii=False))
        return 1 + self._text.count("\n", 0, max(at, 0))

    def add(self, table: str, line: int, cells: Mapping[str, object]) -> None:
        """Add a row, without the cells that say nothing."""
        texts = {name: str(cell).strip() for name, cell in cells.items() if cell is not None}
        self._rows.setdefault(table, []).append(RawRow(line, texts))

    def area(self, line: int, item: _Item) -> str | None:
        """Read a city; other areas are none of ours."""
        register, code = _parts(item["id"], "")
        if register != "city":
            return "areas that are no cities"
        local = _items(item.get("other_names"))
        cells = {
            "code": code,
            "name": item.get("name"),
            "country": item.get("country_code"),
            "name_local": next((one.get("name") for one in local), None),
        }
        self.add("cities", line, cells)
        return None

    def organization(self, line: int, item: _Item) -> str | None:
        """Read an office of the fund, or a body."""
        register, code = _parts(item["id"], "body")
        dates = item.get("founding_date"), item.get("dissolution_date")
        if register == "office":
            cells = {"code": code, "name": item.get("name")}
            self.add("offices", line, {**cells, "opened_on": dates[0], "closed_on": dates[1]})
            return None
        kind = str(item.get("classification") or "").casefold()
        self.add(
            "bodies",
            line,
            {
                "code": code,
                "name": item.get("name"),
                "kind": kind if kind in BODY_KINDS else _OTHER,
                "parent": _code(item.get("parent_id"), "body"),
                "seats": item.get("seats"),
                "from": dates[0],
                "until": dates[1],
                "source": _source(item),
                "note": item.get("description"),
            },
        )
        return None

    def membership(self, line: int, item: _Item) -> str | None:
        """Read a seat of a city; memberships of persons and others are none of ours."""
        city = _code(item.get("area_id"), "city")
        organization = item.get("organization_id")
        if city is None or not isinstance(organization, str) or not organization:
            return "memberships of no city in an organization"
        register, place = _parts(organization, "body")
        self.add(
            "seats",
            line,
            {
                "code": _parts(item["id"], "seat")[1],
                "city": city,
                register: place,
                "role": item.get("role"),
                "from": item.get("start_date"),
                "until": item.get("end_date"),
                "source": _source(item),
                "origin": item.get("origin"),
                "note": item.get("description"),
            },
        )
        return None

    def event(self, line: int, item: _Item) -> str | None:
        """Read a meeting of a body, with the cities that attended it."""
        body = _code(item.get("organization_id"), "body")
        if body is None:
            return "events of no organization"
        code = _parts(item["id"], "meeting")[1]
        self.add(
            "meetings",
            line,
            {
                "code": code,
                "body": body,
                "name": item.get("name"),
                "kind": item.get("classification"),
                "from": item.get("start_date"),
                "until": item.get("end_date"),
                "place": item.get("location"),
                "complete": "yes" if item.get("attendance_complete") else None,
                "cancelled": "yes" if item.get("status") == "cancelled" else None,
                "source": _source(item),
                "origin": item.get("origin"),
                "note": item.get("description"),
            },
        )
        for attendee in _items(item.get("attendees")):
            city = _code(attendee.get("id"), "city")
            if city is not None:
                cells = {"meeting": code, "city": city, "topics": attendee.get("topics")}
                did = attendee.get("did")
                words = (
                    [one for one in did if isinstance(one, str)] if isinstance(did, list) else ()
                )
                cells |= {"did": ";".join(words) or None}
                cells |= {"presence": attendee.get("presence") or "attended"}
                self.add("attendance", line, {**cells, "note": attendee.get("description")})
        return None


_READERS: Final[Mapping[str, Callable[[_Reading, int, _Item], str | None]]] = {
    "areas": _Reading.area,
    "organizations": _Reading.organization,
    "memberships": _Reading.membership,
    "events": _Reading.event,
}


def _parts(identity: str, register: str) -> tuple[str, str]:
    """Split an id into a register and a code; one of another form is a code of `register`."""
    kind, colon, code = identity.partition(":")
    known = ("city", "body", "office", "seat", "meeting")
    return (kind, code) if colon and kind in known else (register, identity)


def _code(identity: object, register: str) -> str | None:
    """Give the code in an id of one register; None where there is none."""
    if not isinstance(identity, str) or not identity:
        return None
    kind, code = _parts(identity, register)
    return code if kind == register else None


def _source(item: _Item) -> str | None:
    """Give what a source says of itself: its note, else its address."""
    sources = _items(item.get("sources"))
    return next((one.get("note") or one.get("url") for one in sources), None)


def _items(value: object) -> list[_Item]:
    """Give the objects of a list; what is no object, or no list, is left out."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
