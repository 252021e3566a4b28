"""Make the bar that a finding of a name suggests, and resolve the finding in the same request."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import replace

from ledger.core.errors import RefusedByRule
from ledger.journal.receipts import Receipt
from ledger.statements.differences import FindingKind
from ledger.statements.findings import FindingEvent
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.store.statements.findings import add_events
from ledger.store.statements.stored_findings import parse_finding_number, read_finding
from ledger.usecases.registers import records
from ledger.usecases.registers.parse import TypedTerms
from ledger.usecases.statements.findings import FindingNotOpen

_COMMAND = "cityfund restriction add"


class NoNameMatch(RefusedByRule, code="no-name-match"):
    """A restriction was to be made from a finding that is of no name on a list."""

    default_why = "Only a name on a list says whom a restriction targets, and by whose authority."
    default_next = "List the findings with: cityfund finding list --where kind=name-match"


def suggested_command(terms: Mapping[str, str | None]) -> str:
    """Return the line that makes a restriction of some terms."""
    words = (f"--{name} {shlex.quote(text)}" for name, text in terms.items() if text)
    return f"{_COMMAND} {' '.join(words)}"


def suggested_terms(command: str | None) -> dict[str, str]:
    """Return the terms of the restriction that a command makes."""
    words = shlex.split((command or "").removeprefix(_COMMAND))
    pairs = zip(words[::2], words[1::2], strict=True)
    return {name.removeprefix("--"): text for name, text in pairs}


def bar_by_finding(uow: UnitOfWork, typed: str, given: TypedTerms) -> Receipt:
    """Add a restriction by a finding's terms, of which those given are others.

    Raises `NoNameMatch`, `FindingNotOpen` and what adding a restriction raises.
    """
    finding = read_finding(uow.connection, parse_finding_number(typed))
    if finding.kind is not FindingKind.NAME_MATCH:
        raise NoNameMatch(f"Finding {finding.code} is {finding.kind}.")
    if not finding.last.event.leaves_open:
        raise FindingNotOpen(f"Finding {finding.code} is {finding.last.event.word}.")
    terms = {**suggested_terms(finding.command), **given.terms}
    receipt = records.add(uow, "restriction", replace(given, terms=terms))
    code = receipt.registers[-1].code
    add_events(uow, [finding.id], FindingEvent.RESOLVED, f"barred by restriction {code}")
    uow.note("finding-state", f"finding {finding.code} is resolved: {finding.sentence}")
    return uow.receipt(recorded=receipt.recorded)
