"""An import is killed -9 at any moment: it is there whole, or not at all."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from attack_figures import count_cases
from hands import Hand, broken_checks, sizes, tell
from kill import killed_while, run_line, span_of

ROWS = 60
KEY = "the-list-of-may"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Write tables with a city, a project and its needs, half of them in deals."""
    tables = {
        "cities": ["code,name,country", "MHD,Mashhad,IR"],
        "providers": ["code,name,kind", "BANK,Bank,bank"],
        "projects": ["code,title,city,sector", "PRJ-1,Metro,MHD,transport.urban"],
        "needs": [
            "code,project,factor,quantity,unit,declared_on",
            *[f"N-{row},PRJ-1,money,{100 + row},EUR,2026-01-01" for row in range(ROWS)],
        ],
        "offers": [
            "code,provider,factor,quantity,unit,declared_on",
            "O-1,BANK,money,100000,EUR,2026-01-01",
        ],
        "deals": [
            "code,offer,need,act,quantity,unit,effective_on,held_until",
            *[
                f"D-{row},O-1,N-{row},introduced,100,EUR,2026-02-01,2099-01-01"
                for row in range(ROWS // 2)
            ],
        ],
    }
    written = tmp_path / "tables"
    written.mkdir()
    for name, lines in tables.items():
        (written / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return written


ENTRIES = ROWS + 1 + ROWS // 2


@pytest.mark.long
@pytest.mark.parametrize("kills", sizes(2, 200))
def test_an_import_is_there_whole_or_not_at_all(new_ledger, folder, kills, seed):
    line = ("import", str(folder), "--yes", "--key", KEY, "--json")
    run_line(new_ledger(), *line)
    longest = 1.2 * span_of(lambda: run_line(new_ledger(), *line))
    chance = random.Random(seed)
    whole = killed = 0
    for _ in range(kills):
        url = new_ledger()
        died = killed_while(
            url,
            lambda say, url=url: say(json.loads(run_line(url, *line).out)),
            chance.uniform(0, longest),
        )
        entries = len(Hand(url).entries())
        assert entries in {0, ENTRIES}
        assert entries == ENTRIES or not died.said, "acknowledged and lost"
        assert broken_checks(url) == []
        first, again = run_line(url, *line), run_line(url, *line)
        assert (first.code, again.code) == (0, 0), (first, again)
        receipts = [json.loads(told.out) for told in (first, again)]
        assert [receipt["replayed"] for receipt in receipts] == [entries == ENTRIES, True]
        receipts[0].pop("preview", None)  # it is of the planning, which a repetition does not do
        assert {**receipts[0], "replayed": True} == receipts[1]
        assert len(Hand(url).entries()) == ENTRIES
        whole += entries == ENTRIES
        killed += died.killed
    count_cases(kills)
    tell(
        f"killed while importing: {kills} kills ({killed} before the end), afterwards {whole} "
        f"whole and {kills - whole} not there at all, seed {seed}"
    )
