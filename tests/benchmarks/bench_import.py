"""What it costs to import: processor seconds and the most memory, a whole process each.

    python tests/benchmarks/bench_import.py
    python tests/benchmarks/bench_import.py --rows 30000 --engine both
    python tests/benchmarks/bench_import.py --projects 30000

A foreign file of a city's investments, a project and its need of money on each row, is imported by
a rule; then the same again, then its next edition, in which one row in a hundred has another
amount. The canonical tables of the same projects go into a ledger of their own. With `--projects`
the file goes into a ledger that has so many other projects already.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from bench_world import Place, asked_engines, fill, opened, place_of, say

ENTRY = "import sys; from cli.entry import main; sys.exit(main())"
CITIES, PER_HUNDRED = 300, 100
SECTORS = {"Transport": "transport", "Water": "waterAndWaste", "Schools": "education"}
RULE = """
[about]
name = "investments"
title = "Investments of cities"
source = "bench"
licence = "none"

[source]
names = ["*.csv"]
numbers = "1,234.5"
dates = "day-first"
countries = "any"

[maps.sector]
Transport = "transport"
Water = "waterAndWaste"
Schools = "education"

[row]
template = "INV-{id}"

[[output]]
table = "cities"

[output.columns]
code = { template = "CITY-{city_number}" }
name = { column = "city" }
country = { column = "country" }
office = "asia"

[[output]]
table = "projects"

[output.columns]
code = { template = "{row}" }
title = { column = "title" }
city = { template = "CITY-{city_number}" }
sector = { column = "sector" }
starts_on = { column = "begins" }

[[output]]
table = "needs"

[output.columns]
code = { template = "{row}-MONEY" }
project = { template = "{row}" }
factor = "money"
quantity = { column = "cost" }
unit = "EUR"
declared_on = { column = "begins" }
"""
FIELDS = ("id", "title", "city", "city_number", "country", "sector", "begins", "cost", "remark")


class Spent(NamedTuple):
    """Seconds of the processor and on the wall, and the most memory in megabytes."""

    busy: float
    wall: float
    megabytes: float


def main() -> None:
    """Measure on each engine asked for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=30_000, help="rows of the foreign file")
    parser.add_argument("--projects", type=int, default=0, help="that the ledger has already")
    said, engines = asked_engines(parser)
    for engine in engines:
        with place_of(engine) as place, tempfile.TemporaryDirectory() as folder:
            measure(engine, place, Path(folder), said)


def measure(engine: str, place: Place, folder: Path, said: argparse.Namespace) -> None:
    """Import everything, each into the ledger that it is meant for."""
    rule, first, edition = (folder / name for name in ("rule.toml", "first.csv", "edition.csv"))
    rule.write_text(RULE, encoding="utf-8")
    write_foreign(first, said.rows, raised=0)
    write_foreign(edition, said.rows, raised=1)
    tables = folder / "tables"
    write_canonical(tables, said.rows)
    ours, foreign = place.new("canonical"), place.new("foreign")
    if said.projects:
        for url in (ours, foreign):
            ledger = opened(url)
            fill(ledger, sides=4 * said.projects, deal_acts=0)
    by_rule = ("--rules", str(rule), "--source", "investments")
    say(f"{engine}: {said.rows:,} rows into a ledger of {said.projects:,} projects")
    for what, url, words in (
        ("canonical tables", ours, (str(tables),)),
        ("a file by a rule", foreign, (str(first), *by_rule)),
        ("the same again", foreign, (str(first), *by_rule)),
        ("its next edition", foreign, (str(edition), *by_rule)),
    ):
        one = run(["import", *words, "--yes"], url)
        say(f"  {what:18} {one.busy:6.2f} CPU s {one.wall:6.2f} s {one.megabytes:6.0f} MB")


def run(words: list[str], url: str) -> Spent:
    """Run a command as a process of its own; give what it spent."""
    start = time.perf_counter()
    environment = {**os.environ, "CITYFUND_DB": url}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # an officer's program is compiled once
    command = [sys.executable, "-c", ENTRY, *words]
    quiet = [(os.POSIX_SPAWN_OPEN, one, os.devnull, os.O_WRONLY, 0) for one in (1, 2)]
    number = os.posix_spawn(sys.executable, command, environment, file_actions=quiet)
    _, status, usage = os.wait4(number, 0)
    if status:
        raise SystemExit(f"{words} ended with {os.waitstatus_to_exitcode(status)}")
    wall = time.perf_counter() - start
    return Spent(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024)


def _projects(rows: int, *, raised: int) -> Iterator[tuple[int, int, str, str, int]]:
    """Give each project's number, city, sector, day of beginning and cost."""
    sectors = [*SECTORS]
    for number in range(rows):
        day = f"{2000 + number % 20}-{number % 12 + 1:02}-{number % 28 + 1:02}"
        cost = 100_000 + number * 7 + raised * (number % PER_HUNDRED == 0) * 1000
        yield number, number % CITIES, sectors[number % len(sectors)], day, cost


def write_foreign(path: Path, rows: int, *, raised: int) -> None:
    """Write the file of the cities, whose next edition has `raised` some costs."""
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(FIELDS)
        for number, city, sector, day, cost in _projects(rows, raised=raised):
            begins = "/".join(reversed(day.split("-")))
            title, place = f"Investment {number} of the plan", f"City of number {city}"
            money = f"{cost:,}.00"
            writer.writerow(
                (number, title, place, city, "Iran", sector, begins, money, "in the plan")
            )


def write_canonical(folder: Path, rows: int) -> None:
    """Write the tables of the same projects."""
    folder.mkdir()
    every = [*_projects(rows, raised=0)]
    tables: dict[str, list[tuple[object, ...]]] = {
        "cities": [("code", "name", "country", "office")],
        "projects": [("code", "title", "city", "sector", "starts_on")],
        "needs": [("code", "project", "factor", "quantity", "unit", "declared_on")],
    }
    tables["cities"] += [
        (f"CITY-{one}", f"City of number {one}", "IR", "asia") for one in range(min(CITIES, rows))
    ]
    for number, city, sector, day, cost in every:
        code, title = f"INV-{number}", f"Investment {number} of the plan"
        tables["projects"].append((code, title, f"CITY-{city}", SECTORS[sector], day))
        tables["needs"].append((f"{code}-MONEY", code, "money", cost, "EUR", day))
    for name, lines in tables.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows(lines)


if __name__ == "__main__":
    main()
