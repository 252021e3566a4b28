"""Understand one row of a register: offices, cities, providers, projects, needs, offers, units."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from ledger.core.factors import Factor
from ledger.core.quantity import Unit
from ledger.interchange.cells import Cells
from ledger.reference import (
    find_country,
    find_instrument,
    find_region,
    find_sector,
    find_status,
)
from ledger.registers.records import (
    CONDITION_COMPLETE,
    PROVIDER_KINDS,
    WEIGHT_RANGE,
    City,
    Need,
    Offer,
    Office,
    Project,
    Provider,
)

if TYPE_CHECKING:
    from datetime import date

MAX_DECIMALS = 6
MAX_RATE_PERCENT = 1000
_MEMBER_SINCE = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?")
_FACTORS = tuple(factor.value for factor in Factor)


def country_code(text: str) -> str:
    """Give the alpha-2 code of a country; raises `UnknownCountry`."""
    return find_country(text).alpha2


def region_code(text: str) -> str:
    """Give the UN M49 code of a region by code or name; raises for an unknown one."""
    return find_region(text).code


def sector_code(text: str) -> str:
    """Give a sector's code; raises for an unknown one."""
    return find_sector(text).code


def status_code(text: str) -> str:
    """Give a project status; raises for an unknown one."""
    return find_status(text).code


def instrument_code(text: str) -> str:
    """Give an instrument's code; raises for an unknown one."""
    return find_instrument(text).code


def itself(code: str) -> str:
    """Give the code: the finders above already return codes."""
    return code


def unit(cells: Cells) -> Unit:
    """Understand a unit of work that the fund adds; currencies are ISO 4217's, never added."""
    code = cells.need_code("code")
    decimals = cells.whole("decimals", 0, MAX_DECIMALS)
    if cells.raw("decimals") is None:
        cells.missing("decimals")
    name = cells.text("name") or code
    known = cells.lookups.units.get(code)
    kind = known.kind if known is not None else "work"
    return Unit(code=code, decimals=decimals or 0, kind=kind, name=name)


def office(cells: Cells) -> Office:
    """Understand an office."""
    return Office(
        code=cells.need_code("code"),
        name=cells.need_text("name"),
        host=cells.text("host"),
        regions=cells.known_each("regions", region_code, itself),
        withdrawn=cells.yes_no("withdrawn", default=False),
    )


def city(cells: Cells) -> City:
    """Understand a city. An office not given is empty here: the plan finds it by region."""
    return City(
        code=cells.need_code("code"),
        name=cells.need_text("name"),
        country=_country(cells) or _missing(cells, "country"),
        office=cells.code("office") or "",
        name_local=cells.text("name_local"),
        member_since=_member_since(cells),
        population=cells.whole("population"),
        geonames_id=cells.whole("geonames_id", 1),
        withdrawn=cells.yes_no("withdrawn", default=False),
    )


def provider(cells: Cells) -> Provider:
    """Understand a provider."""
    return Provider(
        code=cells.need_code("code"),
        name=cells.need_text("name"),
        kind=cells.choice("kind", PROVIDER_KINDS, "kind of provider") or _missing(cells, "kind"),
        country=_country(cells),
        city=cells.code("city"),
        sample=cells.yes_no("sample", default=False),
        withdrawn=cells.yes_no("withdrawn", default=False),
    )


def project(cells: Cells) -> Project:
    """Understand a project."""
    sector, status = cells.raw("sector"), cells.raw("status")
    starts_on, ends_on = cells.date("starts_on"), cells.date("ends_on")
    _in_order(cells, "ends_on", starts_on, ends_on)
    return Project(
        code=cells.need_code("code"),
        title=cells.need_text("title"),
        city=cells.need_code("city"),
        sector=(cells.known("sector", sector, sector_code) if sector else None)
        or _missing(cells, "sector"),
        status=(cells.known("status", status, status_code) if status else None) or "identification",
        weight=cells.whole("weight", *WEIGHT_RANGE) or 1,
        starts_on=starts_on,
        ends_on=ends_on,
        description=cells.text("description"),
        source=cells.text("source"),
    )


def need(cells: Cells) -> tuple[Need, int | None]:
    """Understand a need and its quantity, None while that is unknown."""
    factor, measured_in = _factor(cells), _unit(cells)
    declared_on = cells.past_date("declared_on") or cells.lookups.today
    needed_by = cells.date("needed_by")
    record = Need(
        code=cells.need_code("code"),
        project=cells.need_code("project"),
        factor=factor,
        unit=measured_in.code if measured_in else "",
        declared_on=declared_on,
        topic=cells.text("topic"),
        needed_by=needed_by,
        # A work is built by one builder unless said otherwise (TABLES, needs).
        divisible=cells.yes_no("divisible", default=factor is not Factor.IMPLEMENTATION),
        instruments=cells.known_each("instruments", instrument_code, itself),
        note=cells.text("note"),
    )
    return record, cells.amount("quantity", measured_in)


def offer(cells: Cells) -> tuple[Offer, int | None]:
    """Understand an offer with its mandate, and its quantity; whether it may be None is planned."""
    factor, measured_in = _factor(cells), _unit(cells)
    min_ticket = cells.amount("min_ticket", measured_in)
    max_ticket = cells.amount("max_ticket", measured_in)
    if min_ticket is not None and max_ticket is not None and min_ticket > max_ticket:
        cells.problem("max_ticket", "out-of-order", "The largest ticket is below the smallest.")
    valid_from, valid_until = cells.date("valid_from"), cells.date("valid_until")
    _in_order(cells, "valid_until", valid_from, valid_until)
    record = Offer(
        code=cells.need_code("code"),
        provider=cells.need_code("provider"),
        factor=factor,
        unit=measured_in.code if measured_in else "",
        declared_on=cells.past_date("declared_on") or cells.lookups.today,
        topics=cells.texts("topics"),
        valid_from=valid_from,
        valid_until=valid_until,
        available_from=cells.date("available_from"),
        sectors=cells.known_each("sectors", sector_code, itself),
        countries=cells.known_each("countries", country_code, itself),
        regions=cells.known_each("regions", region_code, itself),
        cities=cells.codes("cities"),
        excluded_countries=cells.known_each("excluded_countries", country_code, itself),
        instruments=cells.known_each("instruments", instrument_code, itself),
        min_ticket=min_ticket,
        max_ticket=max_ticket,
        max_share=_share(cells),
        condition=cells.choice("condition", (CONDITION_COMPLETE,), "condition"),
        rate=_interest_rate(cells),
        note=cells.text("note"),
        withdrawn=cells.yes_no("withdrawn", default=False),
    )
    return record, cells.amount("quantity", measured_in)


def _missing(cells: Cells, column: str) -> str:
    """Note an empty required cell; a filled one has its own problem already."""
    if cells.raw(column) is None:
        cells.missing(column)
    return ""


def _country(cells: Cells) -> str | None:
    cell = cells.raw("country")
    return cells.known("country", cell, country_code) if cell else None


def _factor(cells: Cells) -> Factor:
    word = cells.choice("factor", _FACTORS, "factor") or _missing(cells, "factor")
    return Factor(word) if word else Factor.MONEY


def _unit(cells: Cells) -> Unit | None:
    """Give the row's unit; money is counted in currencies and work is not."""
    found = cells.unit()
    factor = (cells.raw("factor") or "").casefold()
    if found is None or factor not in _FACTORS:
        return found
    if (factor == Factor.MONEY) != (found.kind == "money"):
        what = f"{found.code} is no unit of {factor}."
        hint = "Money is counted in a currency, work in a unit such as person-day, km or package."
        cells.problem("unit", "wrong-unit", what, hint)
    return found


def _in_order(cells: Cells, column: str, first: date | None, last: date | None) -> None:
    if first is not None and last is not None and last < first:
        cells.problem(column, "out-of-order", f"The {column} {last} lies before {first}.")


def _member_since(cells: Cells) -> str | None:
    text = cells.raw("member_since")
    if text is not None and not _MEMBER_SINCE.fullmatch(text):
        what = f"{text!r} is neither a year nor a date."
        cells.problem("member_since", "bad-date", what, "Write 1998 or 1998-05-01.")
    elif text is not None and len(text) == len("1998-05-01"):
        cells.date("member_since")
    return text


def _share(cells: Cells) -> Decimal | None:
    share = cells.decimal("max_share")
    if share is not None and not 0 < share <= 1:
        what = f"The largest share {share} is not above 0 and up to 1."
        cells.problem("max_share", "out-of-range", what, "Half is written 0.5.")
    return share


def _interest_rate(cells: Cells) -> Decimal | None:
    """Give percent per year: no exchange rate, so zero is one, and it has its own limit."""
    rate = cells.decimal("rate")
    if rate is not None and rate > MAX_RATE_PERCENT:
        cells.problem("rate", "out-of-range", f"{rate} percent a year is beyond belief.")
    return rate
