"""The named checks of `cityfund check`: each rule of the ledger, recomputed from the journal.

Every check is pure: it takes rows and returns a `CheckResult`. Those of the journal share one pass
in recorded order; memory grows with needs, offers and deals, not with entries.
"""

from __future__ import annotations

from typing import Final

from ledger.checks.result import MOST_LISTED, CheckReport, CheckResult

__all__ = ["CHECKS", "MOST_LISTED", "CheckReport", "CheckResult"]

CHECKS: Final = {
    "file": "the database's file is whole: its pages, its cells and its references",
    "balanced": "each movement takes a positive whole number of its account's unit",
    "allowed-moves": "each movement is one of the allowed moves",
    "nothing-below-zero": "no stage falls below zero, in recorded order",
    "timeline": "no stage falls below zero, in the order of effective dates",
    "totals": "each stated total equals the sum of the entries until its days",
    "both-sides": "a deal moves both of its sides together, by the rule of parts",
    "append-only": "entries and versions have no gaps; reversals mirror what they reverse",
    "guards": "the database enforces the rules itself",
    "reference": "the reference tables are those of the program",
    "broker": "every account is a need or an offer, never the fund",
    "in-error": "no record rests on one recorded in error, which holds no quantity",
    "phases": "the status of each project is that of its newest phase",
    "instalments": "no more of a deal is due in parts than was ever held or committed of it",
    "resolved-once": "a hold is committed or released once",
    "request-keys": "each write has one request, one key and one receipt",
    "chain": "each request names an earlier one by its hash, and remembered ones are there",
    "two-times": "no act is dated or stamped in the future, before a declaration or out of order",
    "exact": "amounts are whole and within 4*10^18, rates exact, dates and keywords valid",
    "mandate": "each hold is within its offer's mandate as known then, or has an override",
    "restrictions": "no act raised what a pair had that was barred then, as known then",
    "sequence": "no need was committed before those that it comes after, or has an override",
    "limits": "no hold or direct commitment exceeded a cap known then, or it has an override",
    "approvals": "what needed an approval then has one by another identity",
    "proposals": "each proposal is complete, and introductions match the lines they name",
    "statements": "each statement is complete, and the events of findings are in a valid order",
    "nights": "runs begin one after another, and each has its requested steps, in order",
    "snapshots": "each gap snapshot equals the journal at its time",
    "balances": "the stored balances equal a replay of the journal",
    "seals": "sealed leaves are unchanged, and each seal extends the one before",
}
"""Every check by name, in the order of the results, with the rule it checks."""
