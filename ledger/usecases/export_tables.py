"""Exporting a whole ledger as canonical tables, so that it can be imported again elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from ledger.errors import InvalidInput
from ledger.factors import Side
from ledger.interchange.canonical import TABLES
from ledger.interchange.lines import Line, act_line, change_line, rate_line, register_line
from ledger.interchange.records import ChangeRow
from ledger.journal import Act
from ledger.reference import countries, shipped_units
from ledger.store.journal import deal_entries, quantity_entries
from ledger.store.picture import Picture
from ledger.store.rates import read_rates
from ledger.usecases.history import rows_of

_PLAIN = {"offices": "office", "cities": "city", "providers": "provider", "projects": "project"}
_SIDES = {"needs": Side.NEED, "offers": Side.OFFER}


class UnknownExport(InvalidInput):
    """A table was named that no export has."""

    code = "unknown-export"
    default_next = "Name one of them, or none for all."


def tables_named(names: Iterable[str] | None) -> tuple[str, ...]:
    """Give the tables to export, all where none is named; raises `UnknownExport`."""
    asked = [name.casefold() for name in names or ()]
    for name in asked:
        if name not in TABLES:
            raise UnknownExport(
                f"There is no table {name!r}.", why=f"The tables are: {', '.join(TABLES)}."
            )
    return tuple(name for name in TABLES if not asked or name in asked)


def export_lines(picture: Picture, table: str) -> Iterable[Line]:
    """Give the rows of one canonical table, ordered by code, acts in recorded order."""
    if table in _PLAIN:
        records = picture.records(_PLAIN[table])
        shown = _SHOWN.get(table, _nothing)
        return (
            register_line(table, records[code], shown=shown(picture, records[code]))
            for code in sorted(records)
        )
    if table in _SIDES:
        return _measured(picture, table)
    return _OTHERS[table](picture)


def _nothing(picture: Picture, record: Any) -> dict[str, str | None]:
    del picture, record
    return {}


def _country_name(picture: Picture, record: Any) -> dict[str, str | None]:
    del picture
    country = countries().get(record.country)
    return {"country_name": None if country is None else country.name}


def _city_name(picture: Picture, record: Any) -> dict[str, str | None]:
    return {"city_name": picture.records("city")[record.city].name}


def _project_title(picture: Picture, record: Any) -> dict[str, str | None]:
    return {"project_title": picture.records("project")[record.project].title}


def _provider_name(picture: Picture, record: Any) -> dict[str, str | None]:
    return {"provider_name": picture.records("provider")[record.provider].name}


_SHOWN: Mapping[str, Callable[[Picture, Any], dict[str, str | None]]] = {
    "cities": _country_name,
    "providers": _country_name,
    "projects": _city_name,
    "needs": _project_title,
    "offers": _provider_name,
}
"""Names beside codes, for whoever reads the file; an import passes them over."""


def _measured(picture: Picture, table: str) -> Iterator[Line]:
    side = _SIDES[table]
    records, standings = picture.records(side.value), picture.standings(side)
    for code in sorted(records):
        standing = standings[code]
        quantity = standing.required if standing.quantified else None
        shown = _SHOWN[table](picture, records[code])
        yield register_line(table, records[code], standing.unit, quantity, shown)


def _units(picture: Picture) -> Iterator[Line]:
    shipped = shipped_units()
    for code in sorted(picture.units):
        if code not in shipped:
            yield register_line("units", picture.units[code])


def _deals(picture: Picture) -> Iterator[Line]:
    deals = picture.records("deal")
    acts, _ = rows_of(deal_entries(picture.connection), deals)
    return (act_line(row, picture.units[row.unit]) for row in acts)


def _changes(picture: Picture) -> Iterator[Line]:
    _, changes = rows_of(quantity_entries(picture.connection), {})
    told = _told_by_their_register(picture, changes)
    for row in changes:
        if (row.side, row.code) not in told:
            yield change_line(row, picture.units[row.unit])


def _told_by_their_register(
    picture: Picture, changes: Iterable[ChangeRow]
) -> set[tuple[Side, str]]:
    """Find the needs and offers whose only change is the declaration their own row tells."""
    by_holder: dict[tuple[Side, str], list[ChangeRow]] = {}
    for row in changes:
        by_holder.setdefault((row.side, row.code), []).append(row)
    records: dict[Side, Any] = {side: picture.records(side.value) for side in Side}
    return {
        (side, code)
        for (side, code), rows in by_holder.items()
        if len(rows) == 1
        and rows[0].act is Act.DECLARE
        and rows[0].effective_on == records[side][code].declared_on
        and rows[0].reference is None
    }


def _rates(picture: Picture) -> Iterator[Line]:
    found = read_rates(picture.connection)
    return (rate_line(found[key]) for key in sorted(found))


_OTHERS = {"units": _units, "deals": _deals, "changes": _changes, "rates": _rates}
