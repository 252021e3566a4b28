"""The named checks of `cityfund check`: each rule of the ledger, recomputed from the journal.

Every check is pure: it takes rows and returns a `CheckResult`. Those of the journal share one pass
in recorded order; memory grows with needs, offers and deals, not with entries.
"""

from __future__ import annotations

from typing import Final

from ledger.checks.result import MOST_LISTED, CheckReport, CheckResult

__all__ = ["CHECKS", "MOST_LISTED", "CheckReport", "CheckResult"]

CHECKS: Final = {
    "balanced": "each movement takes a positive whole number of its holder's unit",
    "allowed-moves": "each movement is one of the allowed moves",
    "nothing-below-zero": "no stage falls below zero, in recorded order",
    "timeline": "no stage falls below zero, in the order of effective dates",
    "both-sides": "a deal moves both of its sides together, by the rule of parts",
    "append-only": "entries and versions run on without a hole; reversals mirror what they undo",
    "guards": "the database holds the rules by itself",
    "reference": "the reference tables are those the program ships",
    "broker": "whatever has stages is a need or an offer, never the fund",
    "resolved-once": "what is held is committed or released once",
    "request-keys": "each write has one request, one key and one receipt",
    "two-times": "no act is dated in the future, before a declaration or out of order",
    "exact": "amounts are whole and within 10^17, rates exact, days and words such as there are",
    "mandate": "each hold lies within its offer's mandate as known then, or says why not",
    "proposals": "each proposal is whole, and what names a line of one introduces that line",
    "statements": "each statement is whole, and what happened to a finding can follow as it does",
    "nights": "runs begin one after another, and each has the steps it was asked for, in order",
    "snapshots": "what a night kept of a need is where the journal says it stood then",
    "balances": "the kept balances equal a replay of the journal",
    "seals": "what was sealed is still what it was, and each seal goes on from the one before",
}
"""Every check by name, in the order of the results, with the rule it checks."""
