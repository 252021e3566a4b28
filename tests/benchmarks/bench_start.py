"""How fast the program starts, beside bare Typer apps: processor seconds and their ratio.

    python tests/benchmarks/bench_start.py                       help, and daily reads
    python tests/benchmarks/bench_start.py -n 50 offer list      help, and another reading command

Reading commands are run on a ledger of 100 needs, or on the one that CITYFUND_DB names, beside a
bare Typer app that makes one SQLAlchemy Core select of it. The alternatives run by turns, so that a
slow moment of the machine hits both; the least of each counts. A daily read may take 1.3 times as
much as the bare app. At the end stands what a TAB takes on 10,000 projects, by the processor and by
the clock, for codes, names and the words of lists: at most 250 ms of both, where the machine is
idle. `--completing` measures that alone.
"""

from __future__ import annotations

import argparse
import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

from bench_reading import run
from bench_size import PER_PROJECT, filled
from bench_world import Place, place_of, say

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
COMPLETED = (
    *("show PRJ-", "project show PRJ-00", "need show N-", "offer show O-", "deal show D-"),
    *("city show City", "provider show Prov", "city add X --country Ni", "office show a"),
    *("need list --topic me", "office add X --regions West", "finding show F-", "journal show 1"),
    *("gaps --where na", "gaps --sort ga", "check bal", "config set office as"),
)
"""Lines that are completed: codes, names, and the words of lists."""
FINDINGS = 100
PROJECTS = 10_000
COMPLETE_MARK = 250
"""Milliseconds of processor time that completing may take."""
MARK = 1.3
"""How many times a bare app's processor time a daily read may take."""


def main() -> None:
    """Measure what was asked for and print it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("-n", "--times", type=int, default=15)
    parser.add_argument("--completing", action="store_true", help="measure what a TAB takes alone")
    parser.add_argument("command", nargs="*", help="a reading command, such as: offer list")
    asked = parser.parse_args()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # an officer's program is compiled once
    with tempfile.TemporaryDirectory() as folder, place_of("sqlite") as place:
        if asked.completing:
            complete(place, Path(folder), asked.times)
            return
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
            complete(place, Path(folder), asked.times)


def complete(place: Place, folder: Path, times: int) -> None:
    """Complete each line as bash does, some times, and print the least that it took."""
    os.environ["CITYFUND_DB"] = place.new("complete")
    filled(os.environ["CITYFUND_DB"], round(PROJECTS * PER_PROJECT))
    for number in range(FINDINGS):  # a statement that cannot be read is a finding
        (folder / f"{number}.csv").write_text("provider,statement\n?,?\n")
    ours = [sys.executable, "-c", ENTRY]
    night = [*ours, "reconcile", "--only", "statements", "--inbox", str(folder)]
    subprocess.run(night, stdout=subprocess.DEVNULL, check=False)
    for line in COMPLETED:
        words = f"cityfund {line}"
        os.environ |= {"COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
        os.environ["_CITYFUND_COMPLETE"] = "complete_bash"
        answer = subprocess.run(ours, capture_output=True, text=True, check=True)
        spent = [run(ours) for _ in range(times)]
        busy, taken = min(one.busy for one in spent) * 1000, min(one.wall for one in spent) * 1000
        over = "" if busy <= COMPLETE_MARK else f"  over {COMPLETE_MARK} ms"
        count = len(answer.stdout.splitlines())
        say(f"{line + '<TAB>':<28} {count:6,} words {busy:7.1f} ms, {taken:.1f} by the clock{over}")
    del os.environ["_CITYFUND_COMPLETE"]


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
