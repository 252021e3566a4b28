"""One grammar of rates: what is written is a rate everywhere or nowhere, and the same rate."""

from __future__ import annotations

import csv
import io
import shlex
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from officer import Officer

from ledger.deals.deal import RATE_PLACES
from ledger.interchange.acts import parse_deal_act_row, parse_rate_row
from ledger.interchange.cells import Cells, Lookups
from ledger.interchange.problems import Place
from ledger.rates.rates import MAX_RATE, RateFault, UnusableRate, is_rate, parse_rate, read_rate
from ledger.reference.units import shipped_units

TODAY = date(2026, 11, 23)
MOST, LEAST = "999999999999999.999999999999", "0.000000000001"
RATES = {
    "1.085": "1.085",
    "1.10": "1.10",
    " 01.5 ": "1.5",
    "۱٫۰۸۵": "1.085",
    "١.٥": "1.5",
    "7": "7",
    "1.1230000000000000": "1.123000000000",
    MOST: MOST,
    LEAST: LEAST,
}
NO_RATES = {
    "": "bad-number",
    ".5": "bad-number",
    "5.": "bad-number",
    "1,5": "bad-number",
    "48,000.5": "bad-number",
    "48 000": "bad-number",
    "1_0": "bad-number",
    "-1.1": "bad-number",
    "+1.1": "bad-number",
    "1e5": "bad-number",
    "1/3": "bad-number",
    "NaN": "bad-number",
    "Infinity": "bad-number",
    "१.५": "bad-number",
    "1.1 USD": "bad-number",
    "1.1234567890123": "bad-number",
    "0.0000000000001": "bad-number",
    "1000000000000000": "bad-number",
    "1000000000000000.5": "bad-number",
    "9" * 41: "bad-number",
    "0": "out-of-range",
    "0.000": "out-of-range",
}


@pytest.mark.parametrize(("text", "value"), RATES.items())
def test_what_is_a_rate(text: str, value: str) -> None:
    assert f"{parse_rate(text):f}" == value


@pytest.mark.parametrize(("text", "code"), NO_RATES.items())
def test_what_is_no_rate(text: str, code: str) -> None:
    fault = read_rate(text)
    assert isinstance(fault, RateFault)
    assert fault.code == code
    with pytest.raises(UnusableRate) as refused:
        parse_rate(text)
    told = (refused.value.what, refused.value.why, refused.value.next_step)
    assert told == (fault.what, fault.why, fault.next_step)
    assert all(told)


@pytest.mark.parametrize(
    ("value", "can_be"),
    {
        "1E+18": True,
        "1E+19": False,
        "1E-18": True,
        "1E-19": False,
        "1." + "1" * 39: True,
        "1." + "1" * 40: False,
        "0": False,
        "-1": False,
        "NaN": False,
        "Infinity": False,
    }.items(),
)
def test_what_can_be_the_rate_of_a_recorded_deal(value: str, can_be: bool) -> None:
    assert is_rate(Decimal(value)) is can_be


def test_a_long_text_that_is_no_rate_is_shown_by_its_beginning() -> None:
    for length, shown in ((60, "x" * 60), (61, "x" * 60 + "…")):
        fault = read_rate("x" * length)
        assert isinstance(fault, RateFault)
        assert fault.what.startswith(f"'{shown}' ")


@given(
    st.integers(1, MAX_RATE * 10**RATE_PLACES - 1),
    st.integers(0, RATE_PLACES),
    st.integers(0, 3),
    st.integers(0, 3),
    st.sampled_from(["0123456789.", "۰۱۲۳۴۵۶۷۸۹٫", "٠١٢٣٤٥٦٧٨٩٫"]),
)
def test_every_rate_within_the_limits_is_read_exactly(
    parts: int, places: int, before: int, behind: int, script: str
) -> None:
    parts %= MAX_RATE * 10**places
    value = Decimal(parts or 1).scaleb(-places)
    written = "0" * before + f"{value:f}" + ("0" * behind if places else "")
    assert parse_rate(written.translate(str.maketrans("0123456789.", script))) == value


def in_a_table(text: str) -> Decimal | None:
    """Read the rate of a row of `rates`; None where the row is refused."""
    cells = cells_of(text, date="2026-10-30", base="EUR", quote="USD")
    row = parse_rate_row(cells)
    return None if cells.bad else row.rate


def of_a_deal(text: str) -> Decimal | None:
    """Read the rate of a row of `deals`; None where the row is refused."""
    terms = {"code": "D-1", "offer": "O-1", "need": "N-1", "act": "introduced"}
    day = {"effective_on": "2026-10-30", "held_until": "2027-10-30"}
    cells = cells_of(text, quantity="1", unit="EUR", **terms, **day)
    row = parse_deal_act_row(cells)
    assert row is not None
    return None if cells.bad else row.rate


def cells_of(text: str, **values: str) -> Cells:
    lookups = Lookups(shipped_units(), TODAY)
    return Cells(Place("a.csv", 2), {**values, "rate": text}, lookups, {})


def typed(text: str) -> Decimal | None:
    try:
        return parse_rate(text)
    except UnusableRate:
        return None


ODDITIES = st.text("0123456789.,-+eE_'/ ٫٬۰۱٣०", min_size=1, max_size=12).filter(str.strip)
FIGURES = st.from_regex(r"\A[0-9]{1,17}(\.[0-9]{1,20})?\Z")


@given(ODDITIES | FIGURES | st.sampled_from([*RATES, *filter(str.strip, NO_RATES)]))
@example("1.1234567890123")
@example("1000000000000000")
def test_a_text_is_the_same_rate_or_none_in_every_place(text: str) -> None:
    assert in_a_table(text) == of_a_deal(text) == typed(text)


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("text", [*RATES, *filter(str.strip, NO_RATES)])
def test_every_command_agrees(officer: Officer, tmp_path: Path, text: str) -> None:
    officer.world.need("10 EUR")
    officer.world.offer("1000000000000000 USD")
    table = io.StringIO()
    rows = [("date", "base", "quote", "rate"), ("2026-10-30", "EUR", "USD", text)]
    csv.writer(table, lineterminator="\n").writerows(rows)
    file = tmp_path / "rates.csv"
    file.write_text(table.getvalue())
    quoted = shlex.quote(text)
    answers = [
        officer.tries(line)
        for line in (
            f"rates add --dry-run -- EUR USD {quoted}",
            "deal introduce O-0001 N-0001 '0.01 EUR' --commit --dry-run --rate=" + quoted,
            f"rates import --dry-run {shlex.quote(str(file))}",
        )
    ]
    expected = 0 if text in RATES else 3
    assert [answer.code for answer in answers] == [expected] * 3, answers
