"""Eight officers take a thousand each of an offer of five thousand, all at the same moment."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from acceptance_office import Office, need, offer, small

PROGRAM = "import sys; from cli.main import main; sys.stdin.readline(); sys.exit(main())"


def test_exactly_five_of_eight_get_their_thousand(ledger_url: str, tmp_path: Path) -> None:
    """No clock is moved here: the other processes would not see it."""
    office = Office(ledger_url, tmp_path)
    tables = {
        "needs": [need(f"N-{at}", "1000") for at in range(8)],
        "offers": [offer(quantity="5000")],
    }
    office.take_in(small(**tables))
    environment = {**os.environ, "CITYFUND_DB": office.url, "CITYFUND_ACTOR": "officer"}
    at_once = [
        subprocess.Popen(
            [
                *(sys.executable, "-c", PROGRAM, "deal", "introduce", "O-1", f"N-{at}"),
                *("1000 EUR", "--until", "2099-01-31", "--json"),
            ],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for at in range(8)
    ]
    for process in at_once:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    ends = [(process.communicate(timeout=120), process.returncode) for process in at_once]
    codes = sorted(code for _, code in ends)
    assert codes.count(0) == 5, ends
    assert set(codes) <= {0, 4, 6}
    (row,) = office.do("offer", "list")["rows"]
    assert row["available"] == "0.00"
    assert row["held"] == "5000.00"
    assert len(office.do("deal", "list")["rows"]) == 5
    office.checked()
