"""Speed of the formats: CSV against the csv module fed from a cursor, Parquet, and a workbook.

CSV, Parquet and JSON are given the lines of a cursor as `cityfund query` gives them, and once
more rows by their keys, as lists and reports give them.

    python tests/benchmarks/bench_export.py [--rows 1000000] [--sheet 500000]

Rows are made by the database, seven columns each, and written to a file in a temporary folder.
Figures are processor seconds, and the most memory that a process of its own took.
"""

from __future__ import annotations

import argparse
import csv
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from ledger.reports.answers import Answer, Table
from ledger.reports.formats import csv_chunks, json_rows_chunks, ndjson_chunks
from ledger.reports.parquet import write_parquet
from ledger.reports.table import Column, Lines
from ledger.reports.workbook import write_workbook

KEYS = ("entry", "act", "effective_on", "holder", "amount", "unit", "reference")
COLUMNS = [
    Column(
        key, kind={"entry": "number", "effective_on": "date", "amount": "amount"}.get(key, "text")
    )
    for key in KEYS
]
QUERY = """
WITH RECURSIVE line (entry) AS (SELECT 1 UNION ALL SELECT entry + 1 FROM line WHERE entry < ?)
SELECT entry, 'introduce', date('2020-01-01', '+' || (entry % 2000) || ' days'),
    'N-' || (entry % 10000), (entry % 1000000) || '.25', 'EUR', 'letter, no. ' || entry
FROM line
"""


def cursor(rows: int) -> sqlite3.Cursor:
    return sqlite3.connect(":memory:").execute(QUERY, (rows,))


def records(rows: int) -> Iterator[dict[str, object]]:
    for line in cursor(rows):
        yield dict(zip(KEYS, line, strict=True))


def lines(rows: int) -> Lines:
    made = cursor(rows)
    return Lines(KEYS, iter(lambda: made.fetchmany(1_000), []))


def by_csv_module(path: Path, rows: int) -> None:
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(KEYS)
        writer.writerows(cursor(rows))


def as_csv(path: Path, rows: int) -> None:
    with path.open("w", encoding="utf-8", newline="") as out:
        out.writelines(csv_chunks(lines(rows), COLUMNS))


def as_csv_by_keys(path: Path, rows: int) -> None:
    with path.open("w", encoding="utf-8", newline="") as out:
        out.writelines(csv_chunks(records(rows), COLUMNS))


def as_json(path: Path, rows: int) -> None:
    with path.open("w", encoding="utf-8", newline="") as out:
        out.writelines(json_rows_chunks({"schema": "x/1"}, lines(rows), {}))


def as_ndjson(path: Path, rows: int) -> None:
    with path.open("w", encoding="utf-8", newline="") as out:
        out.writelines(ndjson_chunks(lines(rows)))


def by_polars(path: Path, rows: int) -> None:
    pl.DataFrame(cursor(rows).fetchall(), schema=KEYS, orient="row").write_parquet(path)


def as_parquet(path: Path, rows: int) -> None:
    with path.open("w+b") as out:
        write_parquet(out, lines(rows), COLUMNS)


def as_workbook(path: Path, rows: int) -> None:
    with path.open("w+b") as out:
        write_workbook(out, Answer("entries", Table("entries", COLUMNS, records(rows))))


WAYS = {
    one.__name__: one
    for one in (
        by_csv_module,
        as_csv,
        as_csv_by_keys,
        as_json,
        as_ndjson,
        by_polars,
        as_parquet,
        as_workbook,
    )
}


def measure(name: str, rows: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        started = time.process_time()
        WAYS[name](Path(folder) / "out", rows)
        seconds = time.process_time() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{name:15} {rows:>9,} rows  {seconds:6.1f} s  {peak:6.0f} MB", flush=True)  # noqa: T201 - what it is for


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--sheet", type=int, default=500_000)
    options.add_argument("--only", choices=WAYS)
    asked = options.parse_args()
    if asked.only:
        measure(asked.only, asked.rows)
        return
    for name in WAYS:
        rows = asked.sheet if name == "as_workbook" else asked.rows
        words = [sys.executable, __file__, "--only", name, "--rows", str(rows)]
        subprocess.run(words, check=True)


if __name__ == "__main__":
    main()
