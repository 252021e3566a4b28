"""The code lists of the program, one by one: what a cell of a file or an option may hold.

`cityfund codes` lists them, and a template offers them where a city fills in a cell.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from ledger.core.errors import NotFound
from ledger.core.quantity import Unit
from ledger.core.suggest import nearest
from ledger.reference.places import countries, regions
from ledger.reference.terms import instruments, project_statuses, sectors
from ledger.reference.units import shipped_units
from ledger.registers.table import PROVIDER_KINDS

Codes = list[dict[str, object]]


class UnknownCodeList(NotFound, code="unknown-code-list"):
    """There is no code list of this name."""


def _sectors() -> Codes:
    return [{"code": one.code, "title": one.title, "dac": one.dac} for one in sectors().values()]


def _statuses() -> Codes:
    return [{"code": one.code, "title": one.title} for one in project_statuses().values()]


def _instruments() -> Codes:
    return [
        {
            "code": one.code,
            "name": one.name,
            "iati_finance_type": one.iati_finance_type,
            "note": one.note or None,
        }
        for one in instruments().values()
    ]


def _kinds() -> Codes:
    return [{"code": one, "name": one.capitalize()} for one in PROVIDER_KINDS]


def _countries() -> Codes:
    known = regions()
    return [
        {
            "code": one.alpha2,
            "alpha3": one.alpha3,
            "name": one.name,
            "region": known[one.region].name,
        }
        for one in countries().values()
    ]


def _regions() -> Codes:
    return [
        {"code": one.code, "name": one.name, "level": one.level, "parent": one.parent}
        for one in regions().values()
    ]


_LISTS: Final[Mapping[str, Callable[[], Codes]]] = {
    "sectors": _sectors,
    "statuses": _statuses,
    "instruments": _instruments,
    "kinds": _kinds,
    "countries": _countries,
    "regions": _regions,
}
CODE_LISTS: Final = ("sectors", "statuses", "instruments", "kinds", "units", "countries", "regions")


def require_code_list(name: str) -> None:
    """Refuse a name that is no code list. Raises `UnknownCodeList`."""
    if name not in CODE_LISTS:
        near = nearest(name, CODE_LISTS)
        raise UnknownCodeList(
            f"There is no code list {name}.",
            why=f"The code lists are: {', '.join(CODE_LISTS)}.",
            next_step=f"Did you mean {' or '.join(near)}?" if near else "Name one of these.",
        )


def code_list(name: str, units: Mapping[str, Unit] | None = None) -> Codes:
    """Give the codes of a list, each with what it means; `units` are those of a ledger."""
    if name != "units":
        return _LISTS[name]()
    known = shipped_units() if units is None else units
    ordered = sorted(known.values(), key=lambda unit: (unit.kind == "money", unit.code))
    return [
        {"code": one.code, "name": one.name, "kind": one.kind, "decimals": one.decimals}
        for one in ordered
    ]
