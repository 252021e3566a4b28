"""Find out whether an unexpected error comes of a damaged ledger."""

from __future__ import annotations

from typing import Final

from ledger.core.errors import CannotOpen
from ledger.store.db.errors import LedgerDamaged, NotADatabase
from ledger.store.session.ledger import Ledger, open_ledger
from ledger.usecases.check import run_checks

_NEXT: Final = (
    "See all that is wrong: cityfund check. Keep a copy of the ledger, then restore the last "
    "backup: cityfund db restore FILE --db URL"
)


def find_damage(url: str) -> CannotOpen | None:
    """Give the refusal for a ledger that fails its checks; None where it passes all of them.

    Raises what opening it raises, and what stops its checks although none of them has failed.
    """
    ledger = open_ledger(url)
    try:
        return _damage_of(ledger)
    except (LedgerDamaged, NotADatabase) as damage:
        return damage
    finally:
        ledger.engine.dispose()


def _damage_of(ledger: Ledger) -> LedgerDamaged | None:
    for names in (["file"], None):
        for result in run_checks(ledger, names):
            if not result.ok:
                return LedgerDamaged(
                    "The ledger holds what this program never wrote.",
                    why=f"The check {result.name} says: {result.failures[0]}.",
                    next_step=None if result.name == "file" else _NEXT,
                )
    return None
