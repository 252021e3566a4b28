"""An officer who reads a bank's statements at the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from nights import HEADER, put
from officer import Officer

__all__ = ["HEADER", "StatementOffice"]


def furnish(officer: Officer) -> None:
    """Record the city, the project, the bank and its offer."""
    officer.says("city add Mashhad --code MHD --country IR")
    officer.says("provider add 'Alpha Bank' --code BANK --kind bank")
    officer.says("project add Metro --city MHD --sector transport.urban --code P1")
    officer.says("offer add BANK money '100000 EUR' --code O1 --on 2026-01-01")


def furnish_with_need(officer: Officer) -> None:
    """Record all of that, and a commitment to a need."""
    furnish(officer)
    StatementOffice(officer, Path()).commits("N1")


class StatementOffice:
    """One city, project and bank with the offer O1; statements are put into an inbox."""

    def __init__(self, officer: Officer, folder: Path) -> None:
        """Sit down before a ledger that was furnished."""
        self.officer = officer
        self.inbox = folder / "inbox"
        self.says = officer.says

    def commits(self, need: str, quantity: str = "5000 EUR") -> None:
        """Record a need and a commitment of all of it by the offer."""
        self.says(f"need add P1 money '{quantity}' --code {need} --on 2026-01-01")
        self.says(f"deal introduce O1 {need} '{quantity}' --commit --on 2026-02-01")

    def delivers(self, deal: str, quantity: str, on: str, reference: str = "") -> None:
        """Record a delivery."""
        cited = f"--reference '{reference}'" if reference else ""
        self.says(f"deal deliver {deal} '{quantity}' --on {on} {cited}")

    def sends(self, name: str, *rows: str) -> None:
        """Put a file of the bank's canonical lines into the inbox."""
        put(self.inbox, name, *(f"BANK,{row}" for row in rows))

    def night(self, *words: str) -> dict[str, Any]:
        """Compare the statements, and return the answer."""
        line = f"reconcile --only statements --inbox '{self.inbox}' --json"
        done = self.officer.tries(line, *words)
        assert done.code in {0, 1}, done
        answer: dict[str, Any] = json.loads(done.out)
        return answer

    def findings(self, *words: str) -> list[dict[str, Any]]:
        """Compare the statements, and return the open findings as they are listed."""
        self.night(*words)
        rows: list[dict[str, Any]] = self.officer.asks("finding list")["rows"]
        return rows
