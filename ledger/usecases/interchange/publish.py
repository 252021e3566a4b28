"""Publish a ledger in another standard: read what is told, and write it in that standard's form.

Only money is told, and of it what is committed or delivered: no standard has holds, expertise or
implementation. All that is not told is counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

from ledger.core.errors import RefusedByRule
from ledger.core.factors import Factor, Side, Stage
from ledger.core.text import normalised_code
from ledger.interchange.standards.fts import CURRENCY, fts_table
from ledger.interchange.standards.grants import grants_file
from ledger.interchange.standards.iati import iati_file
from ledger.interchange.standards.oc4ids import oc4ids_package
from ledger.interchange.standards.publication import (
    Flow,
    Identifiers,
    Publication,
    PublishedDeal,
    PublishedNeed,
    PublishedProject,
    Written,
)
from ledger.interchange.writer import new_file, write_text
from ledger.journal.balance import Balance
from ledger.journal.entries import Entry
from ledger.rates.rates import rate_finder
from ledger.reference.places import countries
from ledger.registers.records import Need
from ledger.registers.table import IDENTIFIED_TABLES, IDENTIFIER, REGISTERS
from ledger.store.journal.entries import deal_entries
from ledger.store.rates import read_day_rates
from ledger.store.session.snapshot import UNITS, Reader, Snapshot

_RENAMED: Final = frozenset(name for name, spec in REGISTERS.items() if spec.until_acts)
"""The registers whose records can be given another code."""

_PLACED: Final = frozenset({Stage.COMMITTED, Stage.DELIVERED})


class NothingToPublish(RefusedByRule, code="nothing-to-publish"):
    """The ledger has nothing that a standard tells, and no file of it may be empty."""

    default_next = "Export the tables instead: cityfund export FOLDER"


class Standard(NamedTuple):
    """A standard: what its file is called in a folder, and how it is written."""

    file: str
    write: Callable[[Publication, Reader], Written]


def _fts(publication: Publication, reader: Reader) -> Written:
    return fts_table(publication, reader.units([CURRENCY])[CURRENCY], partial(_rate_on, reader, {}))


STANDARDS: Final[Mapping[str, Standard]] = {
    "iati": Standard("iati-activities.xml", lambda publication, _: iati_file(publication)),
    "oc4ids": Standard("oc4ids.json", lambda publication, _: oc4ids_package(publication)),
    "360giving": Standard("360giving.json", lambda publication, _: grants_file(publication)),
    "fts": Standard("fts_incoming_funding.csv", _fts),
}
"""Each standard by the name of its format; the names of files are those that its rule reads."""


class Published(NamedTuple):
    """What was published: the file, how many of what are in it, and what is not told by reason."""

    file: Path
    counts: Mapping[str, int]
    made: Mapping[tuple[str, str], str]
    left_out: Mapping[str, int]


def publish(reader: Reader, path: Path, standard: str, identifiers: Identifiers) -> Published:
    """Write the ledger in a standard: as a file, if its path ends like one, else into a folder.

    Raises `NothingToPublish`, `ExportFolderInUse` and `CannotWriteExport`.
    """
    form = STANDARDS[standard]
    told = form.write(read_publication(reader, identifiers), reader)
    if not all(told.counts[name] for name in [*told.counts][:1]):
        raise NothingToPublish(
            f"There are no {next(iter(told.counts))} to write.",
            why=f"A file of {standard} has at least one.",
        )
    if path.suffix.casefold() == Path(form.file).suffix:
        with new_file(path) as out:
            out.write(told.text.encode())
        file = path
    else:
        write_text(path, form.file, told.text)
        file = path / form.file
    return Published(file, told.counts, identifiers.made, told.left_out)


def read_publication(reader: Reader, identifiers: Identifiers) -> Publication:
    """Read what is published, as it was at the reader's times."""
    identifier = IDENTIFIER.name
    snapshot = reader.snapshot(
        "deal", "need", "offer", "project", "city", "provider", identifier, UNITS
    )
    identifiers.stated = _stated(reader, snapshot)
    left_out: Counter[str] = Counter()
    deals: dict[str, list[PublishedDeal]] = {}
    for need, deal in _deals(snapshot, _flows(deal_entries(reader.connection, reader.times))):
        deals.setdefault(need, []).append(deal)
    needs: dict[str, list[PublishedNeed]] = {}
    for code, need in snapshot.records("need").items():
        if need.declared_on > snapshot.day:
            continue
        if need.factor != Factor.MONEY:
            left_out["needs for expertise or implementation"] += 1
            continue
        balance = snapshot.balances(Side.NEED)[code]
        left_out["needs with amounts that are only held"] += bool(balance.held)
        needs.setdefault(need.project, []).append(_need(need, balance, deals.get(code, ())))
    cities = snapshot.records("city")
    projects = [
        PublishedProject(
            project,
            cities[project.city],
            countries()[cities[project.city].country].name,
            tuple(needs.get(code, ())),
        )
        for code, project in snapshot.records("project").items()
    ]
    return Publication(
        projects, identifiers, reader.moment, snapshot.day, snapshot.base_currency, left_out
    )


def _stated(reader: Reader, snapshot: Snapshot) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """Give the identifiers in use by table and code, each with its scheme.

    One that was recorded before the code of its record changed is found by the former code.
    """
    stated: dict[tuple[str, str], list[tuple[str, str]]] = {}
    codes: dict[str, dict[str, str]] = {}
    for one in snapshot.records(IDENTIFIER.name).values():
        if one.table not in codes:
            register = IDENTIFIED_TABLES[one.table]
            former = reader.aliases(register) if register in _RENAMED else {}
            codes[one.table] = {normalised_code(old): new for old, new in former.items()}
            codes[one.table] |= {normalised_code(now): now for now in former.values()}
        code = codes[one.table].get(normalised_code(one.record), one.record)
        if not one.withdrawn:
            of_record = stated.setdefault((one.table, normalised_code(code)), [])
            of_record.append((one.scheme.casefold(), one.id))
    return stated


def _need(need: Need, balance: Balance, deals: Iterable[PublishedDeal]) -> PublishedNeed:
    required = balance.net if balance.quantified else None
    return PublishedNeed(need.code, balance.unit, need.declared_on, required, tuple(deals))


def _deals(
    snapshot: Snapshot, flows: Mapping[str, Mapping[date, tuple[int, int]]]
) -> Iterator[tuple[str, PublishedDeal]]:
    """Give the deals of needs for money that have anything committed, each with its need."""
    needs, offers = snapshot.records("need"), snapshot.records("offer")
    providers = snapshot.records("provider")
    for code, deal in snapshot.records("deal").items():
        need = needs[deal.need]
        days = {day: amounts for day, amounts in flows.get(code, {}).items() if any(amounts)}
        if need.factor != Factor.MONEY or not days:
            continue
        provider = providers[offers[deal.offer].provider]
        told = tuple(Flow(day, *days[day]) for day in sorted(days))
        unit = snapshot.units[need.unit]
        yield need.code, PublishedDeal(code, provider, deal.instrument, unit, told)


def _flows(entries: Iterable[Entry]) -> dict[str, dict[date, tuple[int, int]]]:
    """Sum by deal and day what is committed, with what is delivered of it, and delivered.

    What was reversed on the same day leaves nothing.
    """
    flows: dict[str, dict[date, tuple[int, int]]] = {}
    for entry in entries:
        assert entry.deal is not None, "an entry of a deal names it"
        of_deal = flows.setdefault(entry.deal, {})
        for one in entry.movements:
            if one.side is not Side.NEED:
                continue
            committed, delivered = of_deal.get(entry.effective_on, (0, 0))
            placed = (one.to_stage in _PLACED) - (one.from_stage in _PLACED)
            arrived = (one.to_stage is Stage.DELIVERED) - (one.from_stage is Stage.DELIVERED)
            of_deal[entry.effective_on] = (
                committed + placed * one.amount,
                delivered + arrived * one.amount,
            )
    return flows


def _rate_on(
    reader: Reader, known: dict[tuple[str, date], Fraction | None], unit: str, day: date
) -> Fraction | None:
    """Find how many of a currency were one US dollar on a day."""
    if (unit, day) not in known:
        rates = read_day_rates(reader.connection, day, reader.times.known_at)
        found = rate_finder(rates, day)(CURRENCY, unit)
        known[unit, day] = None if found is None else found.rate
    return known[unit, day]
