"""The page on matching as something to run, on real needs and a modelled supply.

    python tests/docs/matching_page.py     writes what its commands print now into the page

It needs the files of the Transit Costs Project, the World Bank and the European Central Bank in
`../shared/data`. Read the difference before you commit it.
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from contextlib import chdir
from datetime import UTC, datetime
from pathlib import Path

import time_machine
from modelled_supply import write_supply
from readme import console_blocks, run, said_in, with_blocks

import cli

PAGE = Path(cli.__file__).parent / "docs" / "matching.md"
DATA = Path(__file__).parents[3] / "shared" / "data"
TRANSIT = DATA / "transit" / "transit_cost_city_projects.csv"
WORLDBANK = DATA / "worldbank" / "worldbank_urban_subset.csv"
RATES = DATA / "fx" / "eurofxref-hist.zip"
DAY = datetime(2026, 11, 24, 12, tzinfo=UTC)
"""The day of the page; on another, other rates would be found."""

_HEAD = re.compile(r"(.*?) \| head -(\d+)")


def lay_out(folder: Path) -> None:
    """Put the files that the page's commands name into a folder."""
    for file in (TRANSIT, RATES):
        shutil.copy(file, folder)
    (folder / "supply").mkdir()
    write_supply(WORLDBANK, TRANSIT, folder / "supply")


def printed(command: str) -> str:
    """Run a command of the page; give all it prints, or its first lines where it says `head`."""
    cut = _HEAD.fullmatch(command)
    if cut is None:
        return run(command)
    lines = run(cut[1]).splitlines(keepends=True)
    return "".join(lines[: int(cut[2])])


def answers(text: str) -> list[tuple[str, str, str]]:
    """Give each command of the page with what it prints now and what stands there."""
    return [
        (said.command, printed(said.command), said.printed)
        for block in console_blocks(text)
        for said in said_in(block)
    ]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place, chdir(place), time_machine.travel(DAY):
        lay_out(Path(place))
        new = with_blocks(PAGE.read_text(encoding="utf-8"), printed)
    PAGE.write_text(new, encoding="utf-8")
    sys.exit(0)
