"""How fast the program starts, beside bare Typer apps: processor seconds and their ratio.

    python tests/benchmarks/bench_start.py                       help, and daily reads
    python tests/benchmarks/bench_start.py -n 50 offer list      help, and another reading command

Reading commands are run on a ledger of 100 needs, or on the one that CITYFUND_DB names, beside a
bare Typer app that makes one SQLAlchemy Core select of it. The alternatives run by turns, so that a
slow moment of the machine hits both; the least of each counts. A daily read may take 1.3 times as
much as the bare app. At the end stands what a TAB takes behind `show PRJ-` on 10,000 projects, by
the processor and by the clock: at most 250 ms.
"""

from __future__ import annotations

import argparse
import os
import shlex
import sys
import tempfile
from pathlib import Path

from bench_reading import run
from bench_size import PER_PROJECT, filled
from bench_world import place_of, say

BARE_HELP = '''
import typer

app = typer.Typer()


@app.command()
def add(name: str, note: str = ""):
    """Add one."""


@app.command()
def edit(code: str, name: str = ""):
    """Edit one."""


@app.command(name="list")
def list_(where: str = ""):
    """List them."""


@app.command()
def show(code: str):
    """Show one."""


@app.command()
def remove(code: str):
    """Remove one."""


app()
'''

BARE_SELECT = '''
import os

import typer

app = typer.Typer()


@app.command(name="list")
def list_(where: str = ""):
    """List the offers' codes."""
    from sqlalchemy import column, create_engine, select, table

    engine = create_engine(os.environ["CITYFUND_DB"])
    with engine.connect() as connection:
        for (code,) in connection.execute(select(column("code")).select_from(table("offer"))):
            print(code)


@app.command()
def show(code: str):
    """Show one."""


app()
'''
ENTRY = "import sys; from cli.entry import main; sys.exit(main())"


DAILY = ("need list --limit 1", "city list", "project show PRJ-000007", "need show N-000017")
COMPLETE_WORDS = "cityfund show PRJ-"
PROJECTS = 10_000
COMPLETE_MARK = 250
"""Milliseconds by the clock that completing may take."""
MARK = 1.3
"""How many times a bare app's processor time a daily read may take."""


def main() -> None:
    """Measure what was asked for and print it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("-n", "--times", type=int, default=15)
    parser.add_argument("command", nargs="*", help="a reading command, such as: offer list")
    asked = parser.parse_args()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # an officer's program is compiled once
    with tempfile.TemporaryDirectory() as folder, place_of("sqlite") as place:
        bare = Path(folder) / "bare.py"
        bare.write_text(BARE_HELP)
        compare("--help", ["--help"], [str(bare), "--help"], asked.times)
        if "CITYFUND_DB" not in os.environ:
            os.environ["CITYFUND_DB"] = place.new("start")
            filled(os.environ["CITYFUND_DB"], 100)
        bare.write_text(BARE_SELECT)
        for line in (shlex.join(asked.command),) if asked.command else DAILY:
            compare(line, shlex.split(line), [str(bare), "list"], asked.times)
        if not asked.command:
            os.environ["CITYFUND_DB"] = place.new("complete")
            filled(os.environ["CITYFUND_DB"], round(PROJECTS * PER_PROJECT))
            complete(asked.times)


def complete(times: int) -> None:
    """Complete codes as bash does, some times, and print the least that it took."""
    os.environ |= {
        "_CITYFUND_COMPLETE": "complete_bash",
        "COMP_WORDS": COMPLETE_WORDS,
        "COMP_CWORD": str(COMPLETE_WORDS.count(" ")),
    }
    spent = [run([sys.executable, "-c", ENTRY]) for _ in range(times + 1)][1:]
    busy, taken = min(one.busy for one in spent) * 1000, min(one.wall for one in spent) * 1000
    over = "" if taken <= COMPLETE_MARK else f"  over {COMPLETE_MARK} ms"
    say(f"{COMPLETE_WORDS}<TAB> {busy:9.1f} ms, {taken:.1f} ms by the clock{over}")


def compare(name: str, ours: list[str], bare: list[str], times: int) -> None:
    """Run two programs by turns and print the least of each and their ratio."""
    spent: dict[str, list[float]] = {"ours": [], "bare": []}
    programs = {"ours": ["-c", ENTRY, *ours], "bare": bare}
    for turn in range(times + 1):
        for label, words in programs.items():
            taken = run([sys.executable, *words]).busy
            if turn:  # the first fills the caches
                spent[label].append(taken)
    mine, theirs = (min(spent[label]) * 1000 for label in ("ours", "bare"))
    over = "" if mine <= MARK * theirs else f"  over {MARK}"
    say(f"{name:<24} {mine:7.1f} ms   bare {theirs:7.1f} ms   ratio {mine / theirs:.2f}{over}")


if __name__ == "__main__":
    main()
