"""Erase texts of leaves on request: personal data goes, and every seal and proof still holds.

Numbers, dates, codes and amounts stay. A text that stands in several leaves of one request goes
from all of them. Rows of statements, findings and answers to approvals have no hash of their own
in a leaf: once a text of theirs is erased, the sealed hash is taken for what it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from ledger.core.errors import InvalidInput, NotFound, RefusedByRule
from ledger.evidence.disclosures import COMMON_FIELDS, LARGE_FIELDS
from ledger.evidence.tree_head import ENTRY_KIND, REQUEST_KIND
from ledger.journal.receipts import Receipt
from ledger.store.approvals import IDENTITY_FIELDS, find_approval, requests_of_approvals
from ledger.store.db import tables
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
    rows_of_finding,
    rows_of_statement,
    texts_of,
)
from ledger.store.journal.entries import entry_number, request_of_entry
from ledger.store.registers import STORED_REGISTERS
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.store.statements.findings import parse_finding_number, read_finding
from ledger.usecases.journal.reversal import require_reason

_STATEMENT: Final = "statement"
_FINDING: Final = "finding"
_APPROVAL: Final = "approval"
_REPEATED: Final = (*COMMON_FIELDS, *LARGE_FIELDS)
"""What a request repeats of the texts of its leaves."""


class MalformedErasure(InvalidInput, code="malformed-erasure"):
    """What is to be erased is named in none of the ways that there are."""

    default_why = (
        "It is entry:NUMBER, request:KEY, statement:PROVIDER/CODE, finding:CODE, approval:CODE, or "
        "the kind and code of a record."
    )
    default_next = "Write it like contact:CN-0001, entry:17 or request:letter-7."


class UnknownStatement(NotFound, code="unknown-statement"):
    """The provider has no statement of that code."""

    default_why = "A statement is named by its provider and its own code, as its file names it."
    default_next = "See the findings about it with: cityfund finding list --all"


class UnknownRequest(NotFound, code="unknown-request"):
    """There is no request with that key."""

    default_why = "A request is named by its key, which its receipt shows."
    default_next = "See the keys of entries with: cityfund journal list --columns entry,key"


class NothingToErase(RefusedByRule, code="nothing-to-erase"):
    """There is no text left that could be erased there."""

    default_why = "Its fields are empty, or were erased before."
    default_next = "Leave out --field to erase every text of it."


class IdentityNeeded(RefusedByRule, code="identity-needed"):
    """The identity behind an approval was to be erased: who asked, answered, or recorded by it."""

    default_why = "Without it, who asked for an approval could be who gave it."
    default_next = "Name the fields to be erased: --field actor,host,input,receipt"


def erase(uow: UnitOfWork, named: Sequence[str], fields: Sequence[str] = ()) -> Receipt:
    """Erase the texts of what is named, or some fields of it; all of it or nothing.

    Raises `MalformedErasure`, `UnknownRequest`, `UnknownEntry`, `UnknownCode`, `NothingToErase`,
    `IdentityNeeded` and `ReasonMissing`.
    """
    require_reason(uow, "Nothing is erased without a reason.")
    found: dict[tuple[LeafKey, str], ErasedText] = {}
    for one in named:
        texts = [*_texts(uow, one, fields)]
        if not texts:
            raise NothingToErase(f"There is nothing to erase of {one}.")
        found |= {(text.leaf, text.field): text for text in texts}
    _require_identities_remain(uow, found.values())
    overwrite_what_is_deleted(uow.connection)
    uow.add_rows(tables.erasure, [text.row for text in found.values()])
    leaves = len({leaf for leaf, _ in found})
    uow.note("erased", f"{_count(len(found), 'text')} of {_count(leaves, 'leaf')} erased for ever")
    return uow.receipt()


def _require_identities_remain(uow: UnitOfWork, texts: Iterable[ErasedText]) -> None:
    requests = {one.leaf.request for one in texts if one.field in IDENTITY_FIELDS}
    resting = requests_of_approvals(uow.connection, requests)
    if resting:
        raise IdentityNeeded(f"Request {resting[0]} keeps its identity: an approval rests on it.")


def _count(number: int, what: str) -> str:
    plural = {"leaf": "leaves"}.get(what, f"{what}s")
    return f"{number} {what if number == 1 else plural}"


def _texts(uow: UnitOfWork, named: str, fields: Sequence[str]) -> Iterator[ErasedText]:
    leaves = [*_leaves(uow, named)]
    for leaf in leaves:
        yield from chosen(texts_of(uow.connection, leaf), fields)
    for request in sorted({leaf.request for leaf in leaves if leaf.kind != REQUEST_KIND}):
        texts = texts_of(uow.connection, leaf_of_request(request))
        yield from chosen((one for one in texts if one.field in _REPEATED), fields)


def _leaves(uow: UnitOfWork, named: str) -> Iterable[LeafKey]:
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
    if kind == _STATEMENT and "/" in code:
        return _rows_of_statement(uow, *code.split("/", 1))
    if kind == _FINDING and code:
        number = parse_finding_number(code)
        read_finding(uow.connection, number)
        return rows_of_finding(uow.connection, number)
    if kind == _APPROVAL and code:
        return row_of_answer(uow.connection, find_approval(uow.connection, code).id)
    raise MalformedErasure(f"{named!r} cannot be erased.")


def _rows_of_statement(uow: UnitOfWork, provider: str, code: str) -> list[LeafKey]:
    rows = [*rows_of_statement(uow.connection, uow.find_record("provider", provider).id, code)]
    if not rows:
        raise UnknownStatement(f"{provider} has no statement {code!r}.")
    return rows
