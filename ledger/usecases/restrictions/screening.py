"""Screen a list of names: each that is like a provider or a city becomes a finding, once.

The list is not stored. A pair of a record and an entry of the list that an officer resolved stays
resolved, whenever the list is screened again. A person decides what a likeness means.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final, NamedTuple

from ledger.core.errors import InvalidInput
from ledger.core.numbers import whole_numeral
from ledger.interchange.canonical import LISTED
from ledger.interchange.cells import Cells, Lookups
from ledger.interchange.mapping.apply import apply_rule
from ledger.interchange.mapping.rule import ImportRule
from ledger.interchange.problems import ImportRefused, Place
from ledger.interchange.reader import RawTable, parse_table, read_content
from ledger.journal.receipts import Receipt
from ledger.reference.errors import UnknownCountry
from ledger.reference.places import find_country, find_country_by_name
from ledger.registers.records import City, Provider, country_of
from ledger.restrictions.names import ComparedNames, compared_name
from ledger.statements.differences import FindingKind
from ledger.statements.findings import FindingChanges, FindingRecord, finding_code
from ledger.store.registers import load_all
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.store.statements.findings import finding_states, store_changes
from ledger.usecases.restrictions.barring import suggested_command

AT_LEAST: Final = 95
"""The likeness, of 100, from which on two names are listed unless another one is asked for."""

_LIKENESSES: Final = range(50, 101)


class LikenessOutOfRange(InvalidInput, code="likeness-out-of-range"):
    """The least likeness of two names is no whole number from 50 to 100."""

    default_why = "At 100 the compared forms are equal; below 50 everything is like everything."
    default_next = "Give a number such as 95, or leave it out."


def parse_likeness(text: str | None) -> int:
    """Read the least likeness that is asked for. Raises `LikenessOutOfRange`."""
    if text is None:
        return AT_LEAST
    number = whole_numeral(text)
    if number is None or number not in _LIKENESSES:
        raise LikenessOutOfRange(f"{text!r} is no likeness of names.")
    return number


class ListedName(NamedTuple):
    """An entry of a list: a name with its country where that is known, its days and grounds."""

    name: str
    country: str | None
    first: date | None
    last: date | None
    grounds: str | None
    reference: str | None

    @property
    def identity(self) -> str:
        """What makes it the same entry in another file: the list's own number, else its name."""
        return self.reference or f"{compared_name(self.name)}/{self.country or ''}"


@dataclass(frozen=True, slots=True)
class NameList:
    """A list as read: its name, who publishes it, its entries and the countries not understood."""

    name: str
    authority: str
    entries: tuple[ListedName, ...]
    unknown_countries: tuple[str, ...]


def read_list(path: Path, rule: ImportRule | None, today: date) -> NameList:
    """Read a file of names, by a rule or with the canonical columns.

    Raises `ImportRefused` with all that is wrong in the file, and what reading a file raises.
    """
    content, lookups = read_content(path), Lookups({}, today)
    if rule is None:
        table, problems = parse_table(content, table=LISTED.name, file=str(path))
        tables = [] if table is None else [table]
        name, authority = path.stem, path.stem
    else:
        tables, _, problems = apply_rule(rule, content, str(path))
        name, authority = rule.about.name, rule.about.source
    unknown: dict[str, None] = {}
    entries = [*_entries(tables, lookups, unknown)] if not problems else []
    wrong = [*problems, *lookups.problems]
    if wrong:
        raise ImportRefused(wrong)
    return NameList(name, authority, tuple(entries), tuple(unknown))


def _entries(
    tables: Iterable[RawTable], lookups: Lookups, unknown: dict[str, None]
) -> Iterator[ListedName]:
    for table in (one for one in tables if one.table == LISTED.name):
        for row in table.rows:
            cells = Cells(Place(table.file, row.line), row.cells, lookups, table.columns)
            cells.require("name")
            typed = cells.text("country")
            country = None if typed is None else _country(typed)
            if typed is not None and country is None:
                unknown[typed] = None
            yield ListedName(
                cells.text("name") or "",
                country,
                cells.date("from"),
                cells.date("until"),
                cells.text("grounds"),
                cells.text("reference"),
            )


def _country(text: str) -> str | None:
    """Return the country of an ISO code or of an English name; None where it is neither."""
    for find in (find_country, find_country_by_name):
        with suppress(UnknownCountry):
            return find(text).alpha2
    return None


class ComparedRecord(NamedTuple):
    """A provider or a city by one of its names, and its country where that is known."""

    kind: str
    code: str
    name: str
    country: str | None
    office: str | None = None


class NameMatch(NamedTuple):
    """A record and an entry of the list whose names are alike, and how much, of 100."""

    record: ComparedRecord
    entry: ListedName
    likeness: int


def match_names(
    records: Sequence[ComparedRecord], entries: Iterable[ListedName], least: int
) -> list[NameMatch]:
    """Compare every entry with every record; countries agree where both are known.

    Of the names of one record the one most alike counts.
    """
    names = ComparedNames(one.name for one in records)
    best: dict[tuple[str, str, str], NameMatch] = {}
    for entry in entries:
        for place, likeness in names.like(entry.name, least):
            record = records[place]
            if None not in (record.country, entry.country) and record.country != entry.country:
                continue
            key = (record.kind, record.code, entry.identity)
            if key not in best or best[key].likeness < likeness:
                best[key] = NameMatch(record, entry, likeness)
    return sorted(best.values(), key=lambda one: (one.record.kind, one.record.code, -one.likeness))


@dataclass(frozen=True, slots=True, kw_only=True)
class Screening:
    """What is screened: a list, and the least likeness of names."""

    listed: NameList
    least: int = AT_LEAST


def screen(uow: UnitOfWork, screening: Screening) -> Receipt:
    """Record a finding of every match that was not found before; list those that are open.

    Entries whose last day has passed are left out, and counted.
    """
    listed = screening.listed
    current = [one for one in listed.entries if one.last is None or one.last >= uow.today]
    records = _compared_records(uow)
    found = [
        (_finding(listed, match), match) for match in match_names(records, current, screening.least)
    ]
    states = finding_states(uow.connection)
    fresh = [record for record, _ in found if record.key not in states]
    ids = store_changes(uow, FindingChanges(opened=tuple(fresh)), "")
    numbers = dict(zip((one.key for one in fresh), ids, strict=True))
    rows, counts = [], Counter(new=len(fresh))
    for record, match in found:
        state = states.get(record.key)
        is_open = state is None or state.last.leaves_open
        counts["open" if is_open else "dismissed"] += 1
        if is_open:
            identity = numbers[record.key] if state is None else state.id
            rows.append(_row(finding_code(identity), match))
    for typed in listed.unknown_countries:
        uow.note("country-not-known", f"{typed} is no country of ours, and counts as not known")
    return uow.receipt(
        counts={
            "list": listed.name,
            "entries": len(listed.entries),
            "ended": len(listed.entries) - len(current),
            "names": len(records),
            "new": counts["new"],
            "open": counts["open"],
            "dismissed": counts["dismissed"],
            "matches": rows,
        }
    )


def _compared_records(uow: UnitOfWork) -> list[ComparedRecord]:
    """Read the names of providers and cities that are not withdrawn."""
    cities: Mapping[str, City] = _records(uow, "city")
    providers: Mapping[str, Provider] = _records(uow, "provider")

    def of_city(code: str) -> str:
        return cities[code].country

    compared = [
        ComparedRecord("provider", one.code, one.name, country_of(one, of_city))
        for one in providers.values()
        if not one.withdrawn
    ]
    compared += (
        ComparedRecord("city", one.code, name, one.country, one.office)
        for one in cities.values()
        for name in (one.name, one.name_local)
        if name and not one.withdrawn
    )
    return compared


def _records(uow: UnitOfWork, kind: str) -> dict[str, Any]:
    return {code: stored.record for code, stored in load_all(uow.connection, kind).items()}


def _finding(listed: NameList, match: NameMatch) -> FindingRecord:
    record, entry = match.record, match.entry
    span = f"{entry.first or 'the beginning'} to {entry.last or 'no end'}"
    return FindingRecord(
        kind=FindingKind.NAME_MATCH,
        identity=(listed.name, record.kind, record.code, entry.identity),
        subject=record.code,
        sentence=(
            f"{record.kind.capitalize()} {record.code} ({record.name}) is like {entry.name} of "
            f"the list {listed.name}, {match.likeness} of 100; listed from {span}"
            f"{f', for: {entry.grounds}' if entry.grounds else ''}."
        ),
        ours=record.name,
        theirs=entry.name,
        difference=str(match.likeness),
        command=_command(listed, match),
        provider=record.code if record.kind == "provider" else None,
        office=record.office,
    )


def _command(listed: NameList, match: NameMatch) -> str:
    """Return the line that makes the bar, for an officer who has found that it is the same."""
    record, entry = match.record, match.entry
    terms = {
        "providers" if record.kind == "provider" else "cities": record.code,
        "authority": listed.authority,
        "reason": entry.grounds or f"listed in {listed.name}",
        "reference": entry.reference,
        "from": _iso(entry.first),
        "until": _iso(entry.last),
        "source": listed.name,
    }
    return suggested_command(terms)


def _row(code: str, match: NameMatch) -> dict[str, Any]:
    record, entry = match.record, match.entry
    return {
        "finding": code,
        "kind": record.kind,
        "code": record.code,
        "name": record.name,
        "listed": entry.name,
        "likeness": match.likeness,
        "country": entry.country,
        "from": _iso(entry.first),
        "until": _iso(entry.last),
        "grounds": entry.grounds,
        "reference": entry.reference,
    }


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
