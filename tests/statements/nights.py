"""The step of statements, called as a night calls it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from world import World

from ledger.store.statements.stored_findings import StoredFinding, read_findings
from ledger.usecases.night_step import Night, NightOptions, Operator, StepResult
from ledger.usecases.nights.statements import statements_step

TODAY = date(2026, 11, 23)
WHO = Operator(actor="night", system_user="tester", host="office")


def a_night(
    world: World, inbox: Path | None = None, *, day: date = TODAY, dry: bool = False, **options: Any
) -> StepResult:
    """Do the step of a night."""
    if options.get("post_deliveries"):
        options.setdefault("senders", (("BANK", "*"),))
    told = NightOptions(dry_run=dry, statements={"inbox": inbox, **options})
    return statements_step(Night(ledger=world.ledger, day=day, run=1, who=WHO, options=told))


def findings(world: World) -> list[StoredFinding]:
    """Read every finding that is kept."""
    with world.ledger.read() as connection:
        return read_findings(connection)


HEADER = "provider,statement,line,date,kind,deal,offer,need,quantity,unit,reference\n"


def put(inbox: Path, name: str, *rows: str) -> Path:
    """Put a file of canonical lines into the inbox."""
    inbox.mkdir(exist_ok=True)
    path = inbox / name
    path.write_text(HEADER + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return path
