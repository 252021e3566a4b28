"""Erase texts of leaves on request: personal data goes, and every seal and proof still holds.

Numbers, dates, codes and amounts stay. A text that stands in several leaves of one request goes
from all of them. Reports of nights, and what was recorded in an earlier format, have no hash of
their texts in a leaf: once one is erased, the hash of what remains is recorded with the erasure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final

from ledger.approvals.approval import State
from ledger.approvals.rules import UnknownApprovalRule, rule_code
from ledger.approvals.standing import UnknownStandingApproval, standing_code
from ledger.core.dates import parse_day
from ledger.core.errors import InvalidInput, NotFound, RefusedByRule
from ledger.core.text import counted
from ledger.evidence.disclosures import COMMON_FIELDS, LARGE_FIELDS
from ledger.evidence.tree_head import ENTRY_KIND, REQUEST_KIND
from ledger.journal.receipts import Receipt
from ledger.store.approvals import (
    IDENTITY_FIELDS,
    find_approval,
    parse_rule_number,
    parse_standing_number,
    requests_of_approvals,
)
from ledger.store.db import tables
from ledger.store.db.night_tables import adopted_row, remaining_leaf
from ledger.store.erasable import OF_NIGHTS
from ledger.store.evidence.erasures import (
    ErasedText,
    LeafKey,
    chosen,
    leaf_of_entry,
    leaf_of_request,
    leaves_of_record,
    overwrite_what_is_deleted,
    request_of_key,
    row_of_answer,
    rows_of_approval,
    rows_of_finding,
    rows_of_night,
    rows_of_rule,
    rows_of_statement,
    texts_of,
)
from ledger.store.evidence.remaining import differing_leaf, remaining_leaves
from ledger.store.evidence.table_rows import NIGHT_TABLES, rows_to_adopt
from ledger.store.journal.entries import entry_number, request_of_entry
from ledger.store.registers import STORED_REGISTERS
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.store.statements.stored_findings import parse_finding_number, read_finding
from ledger.usecases.journal.reversal import require_reason

_STATEMENT: Final = "statement"
_FINDING: Final = "finding"
_APPROVAL: Final = "approval"
_LINES: Final = "lines"
_RULE: Final = "approval_rule"
_STANDING: Final = "standing_approval"
_NIGHT: Final = "night"
_REPEATED: Final = (*COMMON_FIELDS, *LARGE_FIELDS)
"""What a request repeats of the texts of its leaves."""


class MalformedErasure(InvalidInput, code="malformed-erasure"):
    """What is to be erased is named in none of the ways that there are."""

    default_why = (
        "It is entry:NUMBER, request:KEY, statement:PROVIDER/CODE, finding:CODE, approval:CODE, "
        "approval-rule:CODE, standing-approval:CODE, night:DATE, or the kind and code of a record."
    )
    default_next = "Write it like contact:CN-0001, entry:17 or request:letter-7."


class UnknownStatement(NotFound, code="unknown-statement"):
    """The provider has no statement of that code."""

    default_why = "A statement is named by its provider and its own code, as its file names it."
    default_next = "See the findings about it with: cityfund finding list --all"


class UnknownNight(NotFound, code="unknown-night"):
    """No run of a night of that day was recorded."""

    default_why = "A night is named by its day, whenever it was run."
    default_next = "See when the last night was run: cityfund status"


class UnknownRequest(NotFound, code="unknown-request"):
    """There is no request with that key."""

    default_why = "A request is named by its key, which its receipt shows."
    default_next = "See the keys of entries with: cityfund journal list --columns entry,key"


class NothingToErase(RefusedByRule, code="nothing-to-erase"):
    """There is no text left that could be erased there."""

    default_why = "Its fields are empty, or were erased before."
    default_next = "Leave out --field to erase every text of it."


class LeafDiffers(RefusedByRule, code="leaf-differs"):
    """A leaf was to lose a text that is not what it was when it was sealed."""

    default_why = "Once a text of it is erased, nothing could show any more what was changed."
    default_next = "See what differs: cityfund check seals"


class ApprovalOpen(RefusedByRule, code="approval-open"):
    """The lines of an approval were to be erased that waits, or is given and not used yet."""

    default_why = "They show what was asked for to who answers and to who records it."
    default_next = "Erase the reason of its answer alone, with --field reason, or wait for its end."


class IdentityNeeded(RefusedByRule, code="identity-needed"):
    """The identity behind an approval was to be erased: who asked, answered, or recorded by it."""

    default_why = "Without it, who asked for an approval could be who gave it."
    default_next = "Name the fields to be erased: --field actor,host,input,receipt"


def erase(uow: UnitOfWork, named: Sequence[str], fields: Sequence[str] = ()) -> Receipt:
    """Erase the texts of what is named, or some fields of it; all of it or nothing.

    Raises `MalformedErasure`, `UnknownRequest`, `UnknownEntry`, `UnknownCode`, `UnknownStatement`,
    `UnknownFinding`, `UnknownApproval`, `UnknownApprovalRule`, `UnknownStandingApproval`,
    `UnknownNight`, `InvalidDate`, `NothingToErase`, `ApprovalOpen`, `IdentityNeeded`,
    `LeafDiffers` and `ReasonMissing`.
    """
    require_reason(uow, "Nothing is erased without a reason.")
    found: dict[tuple[LeafKey, str], ErasedText] = {}
    for one in named:
        texts = [*_texts(uow, one, fields)]
        if not texts:
            raise NothingToErase(f"There is nothing to erase of {one}.")
        found |= {(text.leaf, text.field): text for text in texts}
    _require_identities_remain(uow, found.values())
    _require_sealed_leaves(uow, found.values())
    overwrite_what_is_deleted(uow.connection)
    uow.add_rows(tables.erasure, [text.row for text in found.values()])
    _record_what_remains(uow, found)
    leaves = len({leaf for leaf, _ in found})
    what = f"{counted(len(found), 'text')} of {counted(leaves, 'leaf', 'leaves')}"
    uow.note("erased", f"{what} erased for ever")
    return uow.receipt()


def _record_what_remains(uow: UnitOfWork, erased: Iterable[tuple[LeafKey, str]]) -> None:
    """Record what remains of leaves that held the texts themselves, so that it is compared."""
    uow.flush_registers()
    if any(leaf.kind in OF_NIGHTS for leaf, _ in erased):
        uow.add_rows(adopted_row, rows_to_adopt(uow.connection, NIGHT_TABLES))
    uow.add_rows(remaining_leaf, [*remaining_leaves(uow.connection, uow.request_id)])


def _require_sealed_leaves(uow: UnitOfWork, texts: Iterable[ErasedText]) -> None:
    differs = differing_leaf(uow.connection, [one.leaf for one in texts if one.hash is None])
    if differs is not None:
        raise LeafDiffers(f"{differs} is not what was sealed: none of its texts are erased.")


def _require_identities_remain(uow: UnitOfWork, texts: Iterable[ErasedText]) -> None:
    requests = {one.leaf.request for one in texts if one.field in IDENTITY_FIELDS}
    resting = requests_of_approvals(uow.connection, requests)
    if resting:
        raise IdentityNeeded(f"Request {resting[0]} keeps its identity: an approval rests on it.")


def _texts(uow: UnitOfWork, named: str, fields: Sequence[str]) -> Iterator[ErasedText]:
    leaves = [*_leaves(uow, named, fields)]
    for leaf in leaves:
        yield from chosen(texts_of(uow.connection, leaf), fields)
    without_request = {REQUEST_KIND, *OF_NIGHTS}
    for request in sorted({leaf.request for leaf in leaves if leaf.kind not in without_request}):
        texts = texts_of(uow.connection, leaf_of_request(request))
        yield from chosen((one for one in texts if one.field in _REPEATED), fields)


def _leaves(uow: UnitOfWork, named: str, fields: Sequence[str]) -> Iterable[LeafKey]:
    kind, _, code = named.strip().partition(":")
    kind = kind.casefold().replace("-", "_")
    if kind == REQUEST_KIND and code:
        number = request_of_key(uow.connection, code)
        if number is None:
            raise UnknownRequest(f"There is no request with the key {code!r}.")
        return [leaf_of_request(number)]
    if kind == ENTRY_KIND and code:
        number = entry_number(code)
        return [leaf_of_entry(request_of_entry(uow.connection, number), number)]
    if kind in STORED_REGISTERS and code:
        return leaves_of_record(uow.connection, kind, uow.find_record(kind, code).id)
    if kind == _APPROVAL and code:
        return _rows_of_approval(uow, code, fields)
    if kind in _ROWS and code and ("/" in code or kind != _STATEMENT):
        return _ROWS[kind](uow, code)
    raise MalformedErasure(f"{named!r} cannot be erased.")


def _rows_of_finding(uow: UnitOfWork, code: str) -> Iterable[LeafKey]:
    number = parse_finding_number(code)
    read_finding(uow.connection, number)
    return rows_of_finding(uow.connection, number)


def _rows_of_approval(uow: UnitOfWork, code: str, fields: Sequence[str]) -> Iterable[LeafKey]:
    found = find_approval(uow.connection, code)
    if found.state(uow.today) not in {State.WAITING, State.GIVEN}:
        return rows_of_approval(uow.connection, found.id)
    if not fields or _LINES in fields:
        raise ApprovalOpen(f"{found.code} is still open.")
    return row_of_answer(uow.connection, found.id)


def _rows_of_rule(uow: UnitOfWork, code: str) -> Iterable[LeafKey]:
    number = parse_rule_number(code)
    rows = [*rows_of_rule(uow.connection, _RULE, number)]
    if not rows:
        raise UnknownApprovalRule(f"There is no approval rule {rule_code(number)}.")
    return rows


def _rows_of_night(uow: UnitOfWork, day: str) -> Iterable[LeafKey]:
    rows = [*rows_of_night(uow.connection, parse_day(day))]
    if not rows:
        raise UnknownNight(f"No night of {day} was recorded.")
    return rows


def _rows_of_standing(uow: UnitOfWork, code: str) -> Iterable[LeafKey]:
    number = parse_standing_number(code)
    rows = [*rows_of_rule(uow.connection, _STANDING, number)]
    if not rows:
        raise UnknownStandingApproval(f"There is no standing approval {standing_code(number)}.")
    return rows


def _rows_of_statement(uow: UnitOfWork, named: str) -> Iterable[LeafKey]:
    provider, _, code = named.partition("/")
    rows = [*rows_of_statement(uow.connection, uow.find_record("provider", provider).id, code)]
    if not rows:
        raise UnknownStatement(f"{provider} has no statement {code!r}.")
    return rows


_ROWS: Final[Mapping[str, Callable[[UnitOfWork, str], Iterable[LeafKey]]]] = {
    _STATEMENT: _rows_of_statement,
    _FINDING: _rows_of_finding,
    _RULE: _rows_of_rule,
    _STANDING: _rows_of_standing,
    _NIGHT: _rows_of_night,
}
"""What finds the rows of what is no record, by the word that it is named by."""
