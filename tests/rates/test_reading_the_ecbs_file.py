"""The ECB's file: every figure exactly as it is published, and nothing where nothing is."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from ledger.interchange.ecb import (
    EcbFile,
    NoEcbFile,
    NoQuotes,
    NotTheEcbsFile,
    Quote,
    is_ecb,
    of_known_currencies,
    read_ecb,
    select_quotes,
    shipped_file,
)
from ledger.interchange.problems import ImportRefused
from ledger.reference.units import iso4217_units

TODAY = date(2026, 11, 23)
WIDE = """Date,USD,JPY,HRK,EEK,
2026-10-30,1.1172,175.68,N/A,N/A,
2022-12-30,1.0666,140.66,7.5365,,
1999-01-04,1.1789,133.73,N/A,15.6466,
"""


def written(folder: Path, content: str | bytes, name: str = "eurofxref-hist.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def zipped(*names: str, content: str = WIDE) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, content)
    return packed.getvalue()


def read(folder: Path, content: str | bytes) -> EcbFile:
    return read_ecb(written(folder, content), TODAY)


def test_each_cell_is_a_rate_of_its_day_as_it_is_written(tmp_path):
    file = read(tmp_path, WIDE)

    assert file.quotes[:2] == (
        Quote(date(2026, 10, 30), "USD", "1.1172"),
        Quote(date(2026, 10, 30), "JPY", "175.68"),
    )
    assert file.days == (date(1999, 1, 4), date(2026, 10, 30))


def test_no_rate_is_neither_one_nor_zero(tmp_path):
    days = [quote.day for quote in read(tmp_path, WIDE).quotes if quote.currency == "HRK"]

    assert days == [date(2022, 12, 30)]


def test_the_archive_and_the_bare_table_are_the_same_rates(tmp_path):
    packed = read(tmp_path, zipped("eurofxref-hist.csv"))

    assert packed.quotes == read(tmp_path, WIDE).quotes
    assert packed.digest != read(tmp_path, WIDE).digest


def test_the_file_of_a_single_day_writes_its_date_in_words(tmp_path):
    file = read(tmp_path, "Date, USD, JPY, \n30 October 2026, 1.1172, 175.68, \n")

    assert file.quotes[1] == Quote(date(2026, 10, 30), "JPY", "175.68")


def test_the_file_that_comes_along_is_read_cell_by_cell(tmp_path):
    file = read_ecb(shipped_file(), TODAY)
    with zipfile.ZipFile(shipped_file()) as archive:
        rows = csv.DictReader(io.StringIO(archive.read("eurofxref-hist.csv").decode()))
        cells = {
            (date.fromisoformat(row["Date"]), code): Decimal(cell)
            for row in rows
            for code, cell in row.items()
            if code not in {"Date", ""} and cell not in {"N/A", ""}
        }

    assert len(file.quotes) == len(cells) > 150_000
    assert {(day, code): Decimal(figure) for day, code, figure in file.quotes} == cells


def test_without_the_package_there_is_no_file(monkeypatch):
    monkeypatch.setattr("ledger.interchange.ecb.find_spec", lambda _name: None)

    with pytest.raises(NoEcbFile, match="program is missing"):
        shipped_file()


def test_a_file_is_known_by_how_it_begins(tmp_path):
    assert is_ecb(shipped_file())
    assert is_ecb(written(tmp_path, WIDE))
    assert is_ecb(written(tmp_path, "\ufeff" + WIDE))
    assert is_ecb(written(tmp_path, "Date, USD, JPY, \n"))
    assert not is_ecb(written(tmp_path, "Date,Base,Quote,Rate\n2026-10-30,EUR,USD,1.1172\n"))
    assert not is_ecb(written(tmp_path, "date,base,quote,rate\n2026-10-30,EUR,USD,1.1172\n"))


def test_days_and_currencies_are_chosen(tmp_path):
    file = read(tmp_path, WIDE)

    assert len(select_quotes(file, date(2022, 12, 30), ()).quotes) == 5
    assert select_quotes(file, None, {"HRK"}).quotes == (
        Quote(date(2022, 12, 30), "HRK", "7.5365"),
    )
    with pytest.raises(NoQuotes, match="its last day is 2026-10-30"):
        select_quotes(file, date(2026, 11, 1), ())
    with pytest.raises(NoQuotes):
        select_quotes(file, None, {"IRR"})


def test_what_the_ledger_has_no_unit_for_is_left_out_and_counted(tmp_path):
    file = of_known_currencies(read(tmp_path, WIDE), iso4217_units())

    assert file.left_out == (("EEK", 1),)
    assert file.currencies == ["HRK", "JPY", "USD"]
    with pytest.raises(NoQuotes, match="EEK alone"):
        of_known_currencies(read(tmp_path, "Date,EEK\n1999-01-04,15.6466\n"), iso4217_units())


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("Date,USD\n2026-10-30,1e3\n", "2 USD: '1e3' is not a plain decimal"),
        ("Date,USD\n2026-10-30,-1.1\n", "2 USD: '-1.1' is not a plain decimal"),
        ("Date,USD\n2026-10-30,1\u066b1\n", "2 USD"),
        ("Date,USD\n2026-10-30,0.000\n", "2 USD: A rate is above zero"),
        ("Date,USD\n2026-02-30,1.1\n", "2 Date: '2026-02-30' is not a date"),
        ("Date,USD\n30 Octember 2026,1.1\n", "2 Date: '30 Octember 2026' is not a date"),
        ("Date,USD\n2026-11-24,1.1\n", "2 Date: 2026-11-24 lies in the future"),
        ("Date,USD\n2026-10-30,1.1\n2026-10-30,1.2\n", "3 Date: 2026-10-30 occurs twice"),
        ("Date,USD\n2026-10-30,1.1,7\n", "2: This row has 3 cells, not 2"),
        (b"Date,USD\n2026-10-30,1.\xff\n", "not UTF-8"),
        ('Date,USD\n2026-10-30,"1.1\n', "quote"),
    ],
)
def test_a_bad_cell_is_told_with_its_place(tmp_path, content, told):
    with pytest.raises(ImportRefused) as caught:
        read(tmp_path, content)

    assert told in "\n".join(caught.value.lines())


@pytest.mark.parametrize(
    "content",
    [
        "Day,USD\n2026-10-30,1.1\n",
        "Date,usd\n2026-10-30,1.1\n",
        "Date,USD,USD\n2026-10-30,1.1,1.2\n",
        "Date\n2026-10-30\n",
        b"PK\x03\x04 no archive at all",
        zipped("one.csv", "two.csv"),
        zipped("rates.xml"),
        zipped("eurofxref-hist.csv").replace(b"\x03\x04\x14", b"\x03\x04\x15")[:200],
    ],
)
def test_another_file_is_refused_for_what_it_is_not(tmp_path, content):
    with pytest.raises(NotTheEcbsFile):
        read(tmp_path, content)


def test_a_spoiled_archive_is_refused(tmp_path):
    packed = bytearray(zipped("eurofxref-hist.csv"))
    packed[60:64] = b"\xff\xff\xff\xff"

    with pytest.raises(NotTheEcbsFile, match="cannot be unpacked"):
        read(tmp_path, bytes(packed))


def test_an_archive_that_swells_is_not_read_to_its_end(tmp_path, monkeypatch):
    monkeypatch.setattr("ledger.interchange.ecb.MAX_FILE_BYTES", 50)

    with pytest.raises(NotTheEcbsFile, match="unpacks to more than 50 bytes"):
        read(tmp_path, zipped("eurofxref-hist.csv"))


def test_a_table_without_a_rate_is_refused(tmp_path):
    with pytest.raises(NoQuotes):
        read(tmp_path, "Date,USD\n2026-10-30,N/A\n")
