"""What daily reads and an import cost as a ledger grows: processor seconds, a whole process each.

    python tests/benchmarks/bench_size.py
    python tests/benchmarks/bench_size.py --needs 100 10000 --engine both
    python tests/benchmarks/bench_size.py --needs 79134 --keep FOLDER

A ledger of each size is filled by one import of CSV files: 2.6 needs for each project, as many
offers as projects, 20 projects for each city, 10 offers for each provider, and a deal for one need
in ten. With `--keep` the ledgers stay in a folder, and are taken from there the next time.
"""

from __future__ import annotations

import argparse
import csv
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench_import import Spent, run
from bench_world import Place, SqlitePlace, asked_engines, place_of, say

SIZES = (100, 10_000, 79_134)
PER_PROJECT = 79_134 / 30_000
PER_CITY, PER_PROVIDER, PER_DEAL = 20, 10, 10
COUNTRIES = ("IR", "TR", "PK", "UZ", "KE", "BR", "IN", "EG", "NG", "VN", "PE", "GE")
SECTORS = ("transport", "transport.urban", "waterAndWaste", "education", "health", "energy")
TOPICS = ("metro", "bus rapid transit", "water reuse", "schools", "clinics", "solar roofs")
COMMANDS = (
    ("project show", ("project", "show", "PRJ-000007")),
    ("need show", ("need", "show", "N-000017")),
    ("need candidates", ("need", "candidates", "N-000017")),
    ("need list --where project=", ("need", "list", "--where", "project=PRJ-000007")),
    ("project list --where city=", ("project", "list", "--where", "city=CITY-00000")),
    ("offer list --where provider=", ("offer", "list", "--where", "provider=PROV-00000")),
    ("deal list --where project=", ("deal", "list", "--where", "project=PRJ-000000")),
    ("gaps --where project=", ("gaps", "--where", "project=PRJ-000007")),
    ("gaps --where city=", ("gaps", "--where", "city=CITY-00000")),
    ("status", ("status",)),
    ("gaps --json", ("gaps", "--json")),
)
COMPLETED = ("show N-", "need show N-00", "project show PRJ-")
"""Lines that are completed as bash does."""
_MANDATE = ("sectors", "countries", "min_ticket")
Tables = dict[str, list[tuple[object, ...]]]


def main() -> None:
    """Measure on each engine asked for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--needs", type=int, nargs="+", default=SIZES, help="sizes of ledgers")
    parser.add_argument("--only", default="", help="commands whose name has this text")
    parser.add_argument("--times", type=int, default=1, help="the least of so many is printed")
    parser.add_argument("--keep", type=Path, help="a folder for the ledgers, for SQLite alone")
    said, engines = asked_engines(parser)
    for engine in engines:
        if said.keep:
            said.keep.mkdir(exist_ok=True)
            measure(engine, SqlitePlace(said.keep), said)
            continue
        with place_of(engine) as place:
            measure(engine, place, said)


def measure(engine: str, place: Place, said: argparse.Namespace) -> None:
    """Fill a ledger of each size, then ask each for the same."""
    spent: dict[str, list[Spent]] = {}
    for needs in said.needs:
        kept = said.keep / f"of{needs}.db" if said.keep else None
        if kept is not None and kept.exists():
            url = f"sqlite:///{kept}"
            run(["db", "upgrade"], url)
        else:
            url = place.new(f"of{needs}")
            spent.setdefault("import", []).append(filled(url, needs))
        for name, words in COMMANDS:
            if said.only in name:
                some = [run([*words], url) for _ in range(said.times)]
                spent.setdefault(name, []).append(min(some, key=lambda one: one.busy))
        for line in COMPLETED:
            if said.only in (name := f"{line}<TAB>"):
                some = [completed(line, url) for _ in range(said.times)]
                spent.setdefault(name, []).append(min(some, key=lambda one: one.busy))
    say(f"{engine}: CPU s (MB) at {', '.join(f'{one:,}' for one in said.needs)} needs")
    for name, every in spent.items():
        cells = "".join(f"{one.busy:8.2f} ({one.megabytes:4.0f})" for one in every)
        say(f"  {name:30}{cells}")


def completed(line: str, url: str) -> Spent:
    """Complete a line, and give what it took."""
    asked = {"COMP_WORDS": f"cityfund {line}", "COMP_CWORD": str(len(line.split(" ")))}
    os.environ |= {**asked, "_CITYFUND_COMPLETE": "complete_bash"}
    spent = run([], url)
    del os.environ["_CITYFUND_COMPLETE"]
    return spent


def filled(url: str, needs: int) -> Spent:
    """Fill a ledger by one import; give what it took."""
    folder = Path(tempfile.mkdtemp())
    try:
        for name, lines in tables_of(needs).items():
            with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as out:
                csv.writer(out).writerows(lines)
        return run(["import", str(folder), "--yes"], url)
    finally:
        shutil.rmtree(folder)


def tables_of(needs: int) -> Tables:
    """Make the tables of a ledger of some needs."""
    projects = max(10, round(needs / PER_PROJECT))
    return {
        "cities": [("code", "name", "country"), *_cities(-(-projects // PER_CITY))],
        "providers": [
            ("code", "name", "kind"),
            *((f"PROV-{n:05}", f"Provider number {n}", "fund") for n in range(-(-projects // 10))),
        ],
        "projects": [("code", "title", "city", "sector"), *_projects(projects)],
        "needs": [
            ("code", "project", "factor", "topic", "quantity", "unit", "declared_on"),
            *_needs(needs, projects),
        ],
        "offers": [
            ("code", "provider", "factor", "quantity", "unit", "declared_on", *_MANDATE),
            *_offers(projects),
        ],
        "deals": [
            ("code", "offer", "need", "act", "quantity", "unit", "effective_on"),
            *_deals(needs, projects),
        ],
    }


def _cities(count: int) -> Iterator[tuple[object, ...]]:
    for number in range(count):
        yield f"CITY-{number:05}", f"City of number {number}", COUNTRIES[number % len(COUNTRIES)]


def _projects(count: int) -> Iterator[tuple[object, ...]]:
    for number in range(count):
        city = f"CITY-{number // PER_CITY:05}"
        title = f"Investment {number} of the plan"
        yield f"PRJ-{number:06}", title, city, SECTORS[number % len(SECTORS)]


def _needs(count: int, projects: int) -> Iterator[tuple[object, ...]]:
    for number in range(count):
        project = f"PRJ-{number * projects // count:06}"
        of_money = number % 4 != 1
        topic = TOPICS[number % len(TOPICS)] if number % 3 else ""
        quantity, unit = (100_000 + number % 9_000, "EUR") if of_money else (40, "person-day")
        factor = "money" if of_money else "expertise"
        yield f"N-{number:06}", project, factor, topic, quantity, unit, "2024-03-01"


def _offers(count: int) -> Iterator[tuple[object, ...]]:
    for number in range(count):
        provider = f"PROV-{number // PER_PROVIDER:05}"
        of_money = number % 5 != 1
        factor = "money" if of_money else "expertise"
        quantity, unit = (5_000_000, "EUR") if of_money else (400, "person-day")
        open_to_all = number % 10 == 0
        sectors = "" if open_to_all else SECTORS[number % len(SECTORS)]
        countries = "" if open_to_all else COUNTRIES[number % 7]
        ticket = 50_000 if of_money and number % 3 == 0 and not open_to_all else ""
        row = (f"O-{number:06}", provider, factor, quantity, unit, "2024-01-01")
        yield (*row, sectors, countries, ticket)


def _deals(needs: int, offers: int) -> Iterator[tuple[object, ...]]:
    for number in range(0, needs, PER_DEAL * 4):  # a need of money
        offer = f"O-{number // 40 * 10 % offers // 10 * 10:06}"
        code, need = f"D-{number:06}", f"N-{number:06}"
        yield code, offer, need, "committed", 50_000, "EUR", "2024-06-01"


if __name__ == "__main__":
    main()
