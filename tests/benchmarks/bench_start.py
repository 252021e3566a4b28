"""How fast the program starts, beside bare Typer apps; prints medians and ratios.

    python tests/benchmarks/bench_start.py                       help beside a bare app's help
    python tests/benchmarks/bench_start.py -n 50 offer list      and a reading command

A reading command is run on the ledger that CITYFUND_DB names, beside a bare Typer app that makes
one SQLAlchemy Core select of it. The alternatives run by turns, so that a slow moment of the
machine hits both.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

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


def main() -> None:
    """Measure what was asked for and print it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("-n", "--times", type=int, default=30)
    parser.add_argument("command", nargs="*", help="a reading command, such as: offer list")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bare = Path(folder) / "bare.py"
        ours = [sys.executable, "-c", ENTRY]
        bare.write_text(BARE_HELP)
        compare("--help", [*ours, "--help"], [sys.executable, str(bare), "--help"], asked.times)
        if asked.command:
            if "CITYFUND_DB" not in os.environ:
                parser.error("CITYFUND_DB must name the ledger to read")
            bare.write_text(BARE_SELECT)
            words = [*ours, *asked.command]
            name = " ".join(asked.command)
            compare(name, words, [sys.executable, str(bare), "list"], asked.times)


def compare(name: str, ours: list[str], bare: list[str], times: int) -> None:
    """Run two programs by turns and print the median of each and their ratio."""
    seconds: dict[str, list[float]] = {"ours": [], "bare": []}
    for turn in range(times + 1):
        for label, words in (("ours", ours), ("bare", bare)):
            start = time.perf_counter()
            subprocess.run(words, stdout=subprocess.DEVNULL, check=True)
            if turn:  # the first fills the caches
                seconds[label].append(time.perf_counter() - start)
    mine, theirs = (statistics.median(seconds[label]) * 1000 for label in ("ours", "bare"))
    print(f"{name:<24} {mine:7.1f} ms   bare {theirs:7.1f} ms   ratio {mine / theirs:.2f}")  # noqa: T201


if __name__ == "__main__":
    main()
