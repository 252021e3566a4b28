"""How fast an import posts its rows, beside the driver's executemany of the very same rows.

    python tests/benchmarks/bench_bulk.py
    python tests/benchmarks/bench_bulk.py --sides 2000 --deal-acts 6000 --engine both

A first ledger takes an import of canonical tables while its statements are taken down. Then empty
ledgers, equal in guards and indexes, take by turns the import and, in the same order, every row it
wrote: once by one executemany for each run of rows of a table (the mark), and once by the very
statements that the program sent, of which one may hold many rows. Each replay is counted against
the tables that it filled. Posting is what follows the preview: every act through its rules, the
rows, the commit; the whole import also reads and plans the files.
"""

from __future__ import annotations

import argparse
import csv
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import groupby
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from bench_world import (
    DECLARED,
    PER_PROJECT,
    Place,
    Statement,
    asked,
    asked_engines,
    deal_code,
    need_code,
    offer_code,
    opened,
    place_of,
    recorded,
    replay,
    say,
)

from ledger.core.memory import garbage_collection_paused
from ledger.interchange.planning.plan import read_incoming
from ledger.journal.receipts import Receipt
from ledger.store.session.execute import execute
from ledger.store.session.ledger import Ledger
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.usecases.interchange.import_tables import import_tables

_ACTS = ("introduced", "committed", "delivered")


def main() -> None:
    """Measure on each engine asked for."""
    parser = argparse.ArgumentParser(description="An import beside executemany.")
    parser.add_argument("-n", "--times", type=int, default=5)
    parser.add_argument("--sides", type=int, default=10_000, help="needs, and offers")
    parser.add_argument("--deal-acts", type=int, default=30_000, help="acts of deals")
    said, engines = asked_engines(parser)
    with tempfile.TemporaryDirectory() as folder:
        write_tables(Path(folder), said.sides, said.deal_acts)
        for engine in engines:
            with place_of(engine) as place:
                measure(engine, place, Path(folder), said.times)


def write_tables(folder: Path, sides: int, deal_acts: int) -> None:
    """Write the canonical tables of a pipeline: projects, needs, offers, and acts of deals."""
    projects = max(1, sides // PER_PROJECT)
    declared = DECLARED.isoformat()
    numbers = range(1, sides + 1)
    _write(folder, "cities", "code,name,country", [("MHD", "Mashhad", "IR")])
    _write(folder, "providers", "code,name,kind", [("BANK", "Bank", "bank")])
    rows = [
        (_project(number), f"Line {number}", "MHD", "transport.urban") for number in range(projects)
    ]
    _write(folder, "projects", "code,title,city,sector", rows)
    terms = ("money", "1000000", "EUR", declared)
    columns = "factor,quantity,unit,declared_on"
    needs = [(need_code(number), _project(number % projects), *terms) for number in numbers]
    _write(folder, "needs", f"code,project,{columns}", needs)
    offers = [(offer_code(number), "BANK", *terms) for number in numbers]
    _write(folder, "offers", f"code,provider,{columns}", offers)
    columns = "code,offer,need,act,quantity,unit,effective_on,reference"
    _write(folder, "deals", columns, (_deal_act(turn, sides) for turn in range(deal_acts)))


def _project(number: int) -> str:
    return f"PRJ-{number + 1:04}"


def _deal_act(turn: int, sides: int) -> tuple[str, ...]:
    phase, number = divmod(turn, sides)
    round_, act = divmod(phase, len(_ACTS))
    code, number = deal_code(round_ * sides + number + 1), number + 1
    day = (DECLARED + timedelta(days=1 + phase)).isoformat()
    pair = (offer_code((number + round_) % sides + 1), need_code(number))
    return (code, *pair, _ACTS[act], "1000", "EUR", day, f"paper-{turn}")


def _write(folder: Path, table: str, columns: str, rows: Iterable[tuple[str, ...]]) -> None:
    with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(columns.split(","))
        writer.writerows(rows)


def measure(engine: str, place: Place, folder: Path, times: int) -> None:
    """Record one import, then time others and the replay of its rows by turns."""
    first = opened(place.new("first"))
    with recorded(first.engine) as told:
        take_in(first, folder)
    first.engine.dispose()
    inserts = [one for one in told if one.sql.upper().startswith("INSERT")]
    runs = runs_of(inserts)
    spent: dict[str, list[Clock]] = {
        "executemany": [],
        "statements": [],
        "posting": [],
        "import": [],
    }
    for turn in range(times):
        whole, posting = take_in(opened(place.new(f"ours-{turn}")), folder)
        spent["import"].append(whole)
        spent["posting"].append(posting)
        for name, sent in (("executemany", runs), ("statements", inserts)):
            url = place.new(f"{name}-{turn}")
            spent[name].append(send(place, url, begin_of(told), sent, rows_of(runs)))
    report(engine, inserts, runs, spent)


class Run(NamedTuple):
    """Rows of one table that were written one after another, and the insert of one of them."""

    sql: str
    rows: Sequence[Sequence[Any]]


def runs_of(inserts: list[Statement]) -> list[Statement]:
    """Give the same rows in the same order, as one executemany for each run of rows of a table."""
    return [
        Statement(sql, [row for run in runs for row in run.rows], many=True)
        for sql, runs in groupby(map(_singly, inserts), key=lambda run: run.sql)
    ]


def _singly(one: Statement) -> Run:
    """Take a statement of many rows apart."""
    start, _, places = one.sql.partition(" VALUES ")
    first = places.partition(")")[0] + ")"
    assert places.replace(" ", "") == ",".join([first] * places.count("(")).replace(" ", "")
    width, flat = first.count(",") + 1, one.parameters
    rows = flat if one.many else [flat[at : at + width] for at in range(0, len(flat), width)]
    return Run(f"{start} VALUES {first}", rows)


def _table(sql: str) -> str:
    return sql.split(maxsplit=3)[2].strip('"')


def rows_of(runs: list[Statement]) -> Counter[str]:
    """Count the rows of each table."""
    counts: Counter[str] = Counter()
    for one in runs:
        counts[_table(one.sql)] += len(one.parameters)
    return counts


class Clock(NamedTuple):
    """A moment on the wall, and on this process's processor."""

    wall: float
    busy: float

    @classmethod
    def now(cls) -> Clock:
        return cls(time.perf_counter(), time.process_time())

    def since(self, start: Clock) -> Clock:
        return Clock(self.wall - start.wall, self.busy - start.busy)


def take_in(ledger: Ledger, folder: Path) -> tuple[Clock, Clock]:
    """Import a folder; give the time of all of it, and of what came after the preview."""
    agreed: list[Clock] = []
    start = Clock.now()
    with garbage_collection_paused():
        incoming = read_incoming([folder])
        request = asked("import", given={"content": incoming.digest()})

        def work(uow: UnitOfWork) -> Receipt:
            return import_tables(uow, incoming, lambda _: agreed.append(Clock.now()))

        execute(ledger, request, work)
        end = Clock.now()
    ledger.engine.dispose()
    return end.since(start), end.since(agreed[0])


def begin_of(told: list[Statement]) -> Statement:
    """Give the statement by which the program opened its write."""
    return next(one for one in reversed(told) if one.sql.startswith("BEGIN"))


def send(
    place: Place, url: str, begin: Statement, inserts: list[Statement], rows: Counter[str]
) -> Clock:
    """Insert recorded rows by the driver alone, in one transaction; give the time of it.

    Every one of the `rows` of each table has to be there after it.
    """
    raw = place.raw(url)
    before = {table: _count(raw, table) for table in rows}
    start = Clock.now()
    replay(raw, [begin, *inserts, Statement("COMMIT", ())])
    spent = Clock.now().since(start)
    written = {table: _count(raw, table) - before[table] for table in rows}
    assert written == rows, (written, rows)
    raw.close()
    return spent


def _count(raw: Any, table: str) -> int:
    (count,) = raw.cursor().execute(f'SELECT count(*) FROM "{table}"').fetchone()
    return int(count)


def report(
    engine: str,
    inserts: list[Statement],
    runs: list[Statement],
    spent: dict[str, list[Clock]],
) -> None:
    """Print what was measured."""
    counts = rows_of(runs)
    rows = counts.total()
    say(f"bulk posting: {engine}, {rows:,} rows by {len(inserts)} inserts, medians")
    say(f"  rows: {', '.join(f'{table} {count:,}' for table, count in counts.most_common())}")
    bare = median_clock(spent["executemany"])
    for name, clocks in spent.items():
        ours = median_clock(clocks)
        mark = " (mark: 1.60)" if name == "posting" else ""
        times = f"{ours.wall / bare.wall:.2f} times{mark}, processor {ours.busy / bare.busy:.2f}"
        speed = f"{rows / ours.wall:9,.0f} rows/s"
        calls = f" by {len(runs)} calls" if name == "executemany" else ""
        say(f"  {name:<12}{ours.wall:7.2f} s, processor {ours.busy:6.2f} s {speed} {times}{calls}")


def median_clock(spent: list[Clock]) -> Clock:
    """Give the medians of both clocks."""
    return Clock(*(median(column) for column in zip(*spent, strict=True)))


if __name__ == "__main__":
    main()
