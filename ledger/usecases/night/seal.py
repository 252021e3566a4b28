"""The sixth step: what was recorded since the last seal goes into the tree, with its root told."""

from __future__ import annotations

from typing import Any, Final

from ledger.store.seals import last_seal
from ledger.usecases.night.steps import Night, StepResult
from ledger.usecases.seal import NOTHING_NEW, seal_journal

NAME: Final = "seal"


def step(night: Night) -> StepResult:
    """Seal the journal, in as many parts as it takes; what an earlier run sealed stays as it is.

    `entries` is the size of the seal, `entries:root` what to keep of it outside the ledger.
    """
    receipts = seal_journal(night.ledger, lambda part: night.request(f"{NAME}:{part}"))
    made = [one["seal"] for one in receipts if not one["replayed"]]
    newest = made[-1] if made else _newest(night)
    figures: dict[str, int | str] = {
        "seal": 0, "entries": 0, "new": sum(one["leaves"] for one in made)
    }  # fmt: skip
    lines: tuple[str, ...] = (NOTHING_NEW,) if not made else ()
    if newest is not None:
        figures |= {"seal": newest["number"], "entries": newest["size"], "root": newest["root"]}
        lines = (*lines, f"Keep this outside the ledger: {newest['size']}:{newest['root']}")
    return StepResult(figures=figures, lines=lines, changed=bool(made) and not night.dry_run)


def _newest(night: Night) -> dict[str, Any] | None:
    with night.ledger.read() as connection:
        seal = last_seal(connection)
    if seal is None:
        return None
    return {"number": seal.number, "size": seal.size, "root": seal.root.hex()}
