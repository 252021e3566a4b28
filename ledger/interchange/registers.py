"""Read one row of a register by its specification, and by the rules that are its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from functools import cache, partial
from typing import Any, Final, NamedTuple

from ledger.core.factors import Factor
from ledger.core.numbers import normalise_digits
from ledger.core.partial_dates import PartialDate, first_day, last_day
from ledger.core.quantity import Unit
from ledger.interchange.cells import Cells, Lookups
from ledger.interchange.problems import Place
from ledger.reference.places import find_country, find_region
from ledger.reference.terms import find_instrument, find_seat_role, find_sector, find_status
from ledger.registers.network import DECIDING, MEASURED
from ledger.registers.pairs import DECLINE_REASONS, OTHER_REASON
from ledger.registers.spec import ColumnSpec, Kind, RegisterSpec, attribute_of
from ledger.registers.table import REGISTERS

MAX_RATE_PERCENT = 1000
_FACTORS = tuple(factor.value for factor in Factor)

Values = dict[str, Any]
"""What a row says, by column."""
Read = Callable[[Cells], Any]
"""What reads a cell, and notes it where it is bad."""


FINDERS: Mapping[str, Callable[[str], str]] = {
    "countries": lambda text: find_country(text).alpha2,
    "regions": lambda text: find_region(text).code,
    "sectors": lambda text: find_sector(text).code,
    "project_statuses": lambda text: find_status(text).code,
    "instruments": lambda text: find_instrument(text).code,
    "seat_roles": lambda text: find_seat_role(text).code,
}
"""What finds an entry of each reference vocabulary."""


def read_record(spec: RegisterSpec, cells: Cells) -> tuple[Any, int | None]:
    """Give the record that a row describes and its quantity, None where that is not known.

    Every bad cell is noted; the record of a row with one must not be used. A city's office
    that is not given is empty here: the plan finds it by region.
    """
    reading = reading_of(spec.name)
    values: Values = {**reading.empty, **_read_cells(reading, cells)}
    if reading.amounts:
        unit = unit_of_row(cells)
        values["unit"] = unit.code if unit is not None else ""
        for name in reading.amounts:
            values[name] = cells.amount(name, unit)
    return complete_record(spec, cells, values)


def complete_record(spec: RegisterSpec, cells: Cells, values: Values) -> tuple[Any, int | None]:
    """Make the record of what the cells of its row say, by the rules that are of several cells.

    What is wrong is noted with `cells`, of which nothing else is asked.
    """
    reading = reading_of(spec.name)
    for name, first in reading.ordered:
        _require_order(cells, name, values[first], values[name])
    if spec.name in _RULES:
        _RULES[spec.name](cells, values)
    if not spec.has_own_code:
        values["code"] = spec.code_from(values)
    quantity = values.pop("quantity", None) if spec.has_quantity else None
    for name in reading.renamed:
        values[attribute_of(name)] = values.pop(name)
    return spec.record_type(**values), quantity


def _read_cells(reading: Reading, cells: Cells) -> Values:
    values = {name: read(cells) for name, read in reading.always}
    optional = reading.optional
    values |= {name: optional[name](cells) for name in cells.values if name in optional}
    return values


class Reading(NamedTuple):
    """How the rows of a register are read: cells by themselves, amounts in the row's unit.

    Most cells of most rows are empty, so `empty` has what an optional column then says.
    """

    always: tuple[tuple[str, Read], ...]
    optional: Mapping[str, Read]
    empty: Mapping[str, Any]
    amounts: tuple[str, ...]
    ordered: tuple[tuple[str, str], ...]
    """Dates, each with the one that it may not precede."""
    renamed: tuple[str, ...]
    """Columns that a record has under another name."""


@cache
def reading_of(name: str) -> Reading:
    """Say how the rows of a register are read, once, because an import reads thousands."""
    columns = REGISTERS[name].columns
    # A unit is understood with the factor that it is a unit of, and amounts with their unit.
    alone = [one for one in columns if one.kind in _OF_KIND and one.vocabulary != "units"]
    optional = {one.name: _reader(one) for one in alone if not _is_always_read(one)}
    nothing = Cells(Place("", 0), {}, Lookups({}, date.min), {})
    return Reading(
        tuple((one.name, _reader(one)) for one in alone if _is_always_read(one)),
        optional,
        {name: read(nothing) for name, read in optional.items()},
        REGISTERS[name].amounts,
        tuple((one.name, one.not_before) for one in columns if one.not_before is not None),
        tuple(one.name for one in columns if one.attribute != one.name),
    )


def _is_always_read(column: ColumnSpec) -> bool:
    """Say whether a column is read even where its cell is empty: for what is missing, or today."""
    return column.required or column.default == "today"


def _reader(column: ColumnSpec) -> Read:
    read = _OF_KIND[column.kind](column)
    if not column.required or column.kind is Kind.TEXT:
        return read

    name, nothing = column.name, _NOTHING.get(column.kind, "")

    def required(cells: Cells) -> Any:
        if cells.values.get(name):
            return read(cells)
        cells.require(name)
        return nothing

    return required


_NOTHING: Mapping[Kind, Any] = {
    **dict.fromkeys((Kind.DATE, Kind.PARTIAL_DATE)),
    Kind.WHOLE: 0,
    Kind.DECIMAL: Decimal(0),
}
"""Stands in the place of a required value that is missing, where that is no text."""


def _code(column: ColumnSpec) -> Read:
    name, empty = column.name, "" if column.required or column.filled else column.default
    if column.words:
        words, words_name = tuple(word for word, _ in column.words), column.words_name or name
        return lambda cells: cells.choice(name, words, words_name) or empty
    if column.vocabulary is None:
        return lambda cells: cells.code(name) or empty
    find = FINDERS[column.vocabulary]
    return lambda cells: (
        (cells.known(name, cell, find) if (cell := cells.raw(name)) else None) or empty
    )


def _codes(column: ColumnSpec) -> Read:
    name = column.name
    if column.vocabulary is not None:
        find = FINDERS[column.vocabulary]
        return lambda cells: cells.known_each(name, find)
    if column.words:
        words, words_name = tuple(word for word, _ in column.words), column.words_name or name
        return lambda cells: cells.choices(name, words, words_name)
    return partial(Cells.texts if column.kind is Kind.TEXTS else Cells.codes, column=name)


def _text(column: ColumnSpec) -> Read:
    name = column.name
    if name in _NOTES:
        return partial(Cells.need_text if column.required else Cells.text, column=name)
    return partial(Cells.seen_text, column=name, required=column.required)


_NOTES: Final = frozenset({"note", "text"})
"""Columns of free text, often copied from elsewhere: what hides in it is shown, not refused."""


def _date(column: ColumnSpec) -> Read:
    name = column.name
    if column.default == "today":
        return lambda cells: cells.past_date(name) or cells.lookups.today
    return partial(Cells.past_date if column.past else Cells.date, column=name)


def _whole(column: ColumnSpec) -> Read:
    name, bounds = column.name, column.bounds or ()
    if column.default is None:
        return lambda cells: cells.whole(name, *bounds)
    default = int(column.default)
    return lambda cells: cells.whole(name, *bounds) or default


def _decimal(column: ColumnSpec) -> Read:
    name, bounds = column.name, column.bounds
    if bounds is None:
        return partial(Cells.decimal, column=name)
    return lambda cells: cells.signed_decimal(name, *bounds)


_FOLLOWING: Final = frozenset({"divisible", "office_given"})
"""Columns that follow from others of their row where they are empty."""
_OF_KIND: Mapping[Kind, Callable[[ColumnSpec], Read]] = {
    Kind.CODE: _code,
    Kind.CODES: _codes,
    Kind.TEXT: _text,
    Kind.TEXTS: _codes,
    Kind.DATE: _date,
    Kind.PARTIAL_DATE: lambda column: partial(
        Cells.partial_date, column=column.name, past=column.past
    ),
    Kind.YES_NO: lambda column: partial(
        Cells.yes_no,
        column=column.name,
        default=None if column.name in _FOLLOWING else column.default == "yes",
    ),
    Kind.WHOLE: _whole,
    Kind.DECIMAL: _decimal,
    Kind.ORIGIN: lambda column: partial(Cells.origin, column=column.name),
}


def _require_order(
    cells: Cells, column: str, first: date | PartialDate | None, last: date | PartialDate | None
) -> None:
    if first is not None and last is not None and last_day(last) < first_day(first):
        cells.problem(column, "out-of-order", f"The {column} {last} lies before {first}.")


def unit_of_row(cells: Cells) -> Unit | None:
    """Give the row's unit; money is counted in currencies and work is not."""
    key = (("unit", cells.values.get("factor")), cells.values.get("unit") or "")
    known = cells.lookups.seen.get(key)
    if isinstance(known, Unit):  # as in row after row
        return known
    match = cells.unit()
    factor = (cells.raw("factor") or "").casefold()
    if match is None or factor not in _FACTORS:
        return match
    if (factor == Factor.MONEY) != (match.kind == "money"):
        what = f"{match.code} is no unit of {factor}."
        hint = "Money is counted in a currency, work in a unit such as person-day, km or package."
        cells.problem("unit", "wrong-unit", what, hint)
        return match
    cells.lookups.seen[key] = match
    return match


def _require_quantity(cells: Cells, values: Values) -> None:
    """Refuse an instalment without a quantity: the bad cell stands in its place."""
    if values["quantity"] is None:
        cells.require("quantity")
        values["quantity"] = 0


def _complete_unit(cells: Cells, values: Values) -> None:
    """Find the kind of a unit; currencies are ISO 4217's, and a fund adds units of work."""
    known = cells.lookups.units.get(values["code"])
    values["kind"] = known.kind if known is not None else "work"
    values["name"] = values["name"] or values["code"]
    values["decimals"] = values["decimals"] or 0


def _complete_need(_: Cells, values: Values) -> None:
    values["factor"] = _factor(values)
    # A work is built by one builder unless stated otherwise (TABLES, needs).
    if values["divisible"] is None:
        values["divisible"] = values["factor"] is not Factor.IMPLEMENTATION


def _complete_offer(cells: Cells, values: Values) -> None:
    values["factor"] = _factor(values)
    least, most = values["min_ticket"], values["max_ticket"]
    if least is not None and most is not None and least > most:
        cells.problem("max_ticket", "out-of-order", "The largest ticket is below the smallest.")
    share = values["max_share"]
    if share is not None and not 0 < share <= 1:
        what = f"The largest share {share} is not above 0 and up to 1."
        cells.problem("max_share", "out-of-range", what, "Half is written 0.5.")
    # Percent per year is no exchange rate: zero is valid, and another limit applies.
    rate = values["rate"]
    if rate is not None and rate > MAX_RATE_PERCENT:
        cells.problem("rate", "out-of-range", f"{rate} percent a year is implausibly high.")


def _factor(values: Values) -> Factor:
    return Factor(values["factor"]) if values["factor"] else Factor.MONEY


def _complete_city(_: Cells, values: Values) -> None:
    """Find whether an officer named the office, unless the row says it."""
    if values["office_given"] is None:
        values["office_given"] = bool(values["office"])


def _require_target(cells: Cells, values: Values) -> None:
    """Refuse a restriction that targets nobody: it would bar nothing."""
    if not (values["countries"] or values["cities"] or values["providers"]):
        hint = "Name at least one of countries, cities and providers."
        cells.problem("countries", "missing-value", "The restriction targets nobody.", hint)


def _require_cover(cells: Cells, values: Values) -> None:
    """Refuse an exemption that says of nothing what it covers: it would lift the restriction."""
    names = [one.name for one in REGISTERS["exemption"].columns if one.kind is Kind.CODES]
    if not any(values[name] for name in names):
        hint = "Name at least one of providers, cities, projects, factors and sectors."
        what = "The exemption names nothing that it covers."
        cells.problem("providers", "missing-value", what, hint)


def _require_one_place(cells: Cells, values: Values) -> None:
    """Refuse a seat that is in no body and no office, or in both."""
    named = [name for name in ("body", "office") if values[name]]
    if len(named) != 1:
        what = "both a body and an office" if named else "neither a body nor an office"
        hint = "Name the one body or office that the seat is in."
        cells.problem("body", "one-place", f"The seat names {what}.", hint)


def _complete_approach(cells: Cells, values: Values) -> None:
    """Find the last day of waiting, and require of a decline its reason and its order."""
    sent = values["sent_on"]
    if values["answer_by"] is None and isinstance(sent, date):
        values["answer_by"] = sent + timedelta(days=cells.lookups.approach_days)
    interested, declined, reason = (
        values[name] for name in ("interested_on", "declined_on", "reason")
    )
    _require_order(cells, "declined_on", interested, declined)
    if declined is not None and reason is None:
        hint = f"It is one of {', '.join(DECLINE_REASONS)}."
        cells.problem("reason", "missing-value", "The reason of the decline is missing.", hint)
    if reason is not None and declined is None:
        hint = "Give the day on which it was declined, or leave the reason out."
        cells.problem("reason", "out-of-place", "Only a decline has a reason.", hint)
    if values["not_before"] is not None and declined is None:
        hint = "Give the day on which it was declined, or leave not_before out."
        what = "Only a declined pair stays out of proposals."
        cells.problem("not_before", "out-of-place", what, hint)
    if reason == OTHER_REASON and values["note"] is None:
        hint = "Say in the note why it was declined."
        cells.problem("note", "missing-value", "The reason other needs a note.", hint)


def _require_grade_or_measure(cells: Cells, values: Values) -> None:
    """Refuse a credential that is neither a grade nor a whole figure of a measure, or both."""
    given = [name for name in MEASURED if values[name] is not None]
    lacking = [name for name in MEASURED if values[name] is None]
    if values["grade"] is not None and given:
        what = f"It has a grade and a {given[0]}."
        cells.problem("grade", "grade-and-measure", what, "Record two credentials, one of each.")
    elif values["grade"] is None and not given:
        what = "The credential has neither a grade nor a measure."
        hint = f"Give a grade, or all of {', '.join(MEASURED)}."
        cells.problem("grade", "grade-or-measure", what, hint)
    elif given and lacking and not cells.bad:
        what = f"The {lacking[0]} is missing: the credential has a {given[0]}."
        hint = f"A figure has all of {', '.join(MEASURED)}."
        cells.problem(lacking[0], "missing-value", what, hint)


def _require_possible_value(cells: Cells, values: Values) -> None:
    """Refuse a share above one, and a number of seats that is not whole."""
    value = values["value"]
    if value is None:  # a bad cell, which is noted
        return
    if values["measure"] != DECIDING and value > 1:
        what = f"The value {value:f} of a share is above 1."
        cells.problem("value", "out-of-range", what, "Half is written 0.5.")
    elif values["measure"] == DECIDING and value != value.to_integral_value():
        what = f"The value {value:f} is not a whole number of seats."
        cells.problem("value", "not-whole", what, "Give the number of deciding seats.")


_AT: Final = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_TELEPHONE: Final = re.compile(r"\+?[0-9][0-9 ()./-]*(?:\s?(?:ext|x)\.?\s?[0-9]+)?")
_FEWEST_DIGITS: Final = 3
_LIKE_CODE: Final = "Write the record like PRJ-0042, or like project:PRJ-0042."


def _complete_about(cells: Cells, values: Values) -> None:
    """Take the kind of the record that is named from its code, where that is KIND:CODE."""
    kind, separator, code = values["record"].partition(":")
    if not separator:
        return
    said, kind = values["kind"], kind.strip().casefold()
    if kind not in REGISTERS:
        cells.problem("record", "unknown-word", f"{kind!r} is no kind of record.", _LIKE_CODE)
    elif said and said != kind:
        what = f"The record is written as a {kind}, and its kind as {said}."
        cells.problem("kind", "two-kinds", what, "Keep one of the two.")
    values["record"], values["kind"] = code.strip(), kind


def _complete_contact(cells: Cells, values: Values) -> None:
    """Refuse an address that nobody could be reached by."""
    _complete_about(cells, values)
    email, phone = values["email"], values["phone"]
    if email is not None and not _AT.fullmatch(email):
        what = f"{email!r} is not an email address."
        cells.problem("email", "bad-email", what, "Write it like name@example.org.")
    number = normalise_digits(phone or "")
    digits = sum(one.isdigit() for one in number)
    if phone is not None and not (_TELEPHONE.fullmatch(number) and digits >= _FEWEST_DIGITS):
        what = f"{phone!r} is not a telephone number."
        cells.problem("phone", "bad-phone", what, "Write it like +98 51 3841 0000.")


_RULES: Mapping[str, Callable[[Cells, Values], None]] = {
    "unit": _complete_unit,
    "city": _complete_city,
    "need": _complete_need,
    "offer": _complete_offer,
    "restriction": _require_target,
    "exemption": _require_cover,
    "seat": _require_one_place,
    "approach": _complete_approach,
    "credential": _require_grade_or_measure,
    "target": _require_possible_value,
    "note": _complete_about,
    "contact": _complete_contact,
    "owner": _complete_about,
    "instalment": _require_quantity,
    "reminder": _complete_about,
}
"""What is particular to the rows of one register."""
