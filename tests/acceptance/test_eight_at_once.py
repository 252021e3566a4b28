"""Eight officers take a thousand each of an offer of five thousand, all at the same moment."""

from __future__ import annotations

import os
from pathlib import Path

from acceptance_office import Office, need, offer, small
from forked import Forked

from cli.main import main


def test_exactly_five_of_eight_get_their_thousand(ledger_url: str, tmp_path: Path) -> None:
    """No clock is moved here: the other processes would not see it."""
    office = Office(ledger_url, tmp_path)
    tables = {
        "needs": [need(f"N-{at}", "1000") for at in range(8)],
        "offers": [offer(quantity="5000")],
    }
    office.take_in(small(**tables))
    environment = {**os.environ, "CITYFUND_DB": office.url, "CITYFUND_ACTOR": "officer"}
    words = ("1000 EUR", "--until", "2099-01-31", "--json")
    at_once = [
        Forked(main, ["deal", "introduce", "O-1", f"N-{at}", *words], environment, waits=True)
        for at in range(8)
    ]
    for process in at_once:
        process.go()
    ends = [process.ends() for process in at_once]
    codes = sorted(end.returncode for end in ends)
    assert codes.count(0) == 5, ends
    assert set(codes) <= {0, 4, 6}
    (row,) = office.do("offer", "list")["rows"]
    assert row["available"] == "0.00"
    assert row["held"] == "5000.00"
    assert len(office.do("deal", "list")["rows"]) == 5
    office.checked()
