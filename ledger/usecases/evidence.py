"""Seal the journal, list the seals, and prove that an entry is sealed.

Sealing reads and hashes outside any write; only the finished leaves are written in a transaction.
The first seal of a large ledger is made in parts, so that other writers are not blocked.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from functools import partial
from itertools import count, pairwise
from typing import Any, Final

from sqlalchemy import Connection

from ledger.core.dates import written_time
from ledger.core.errors import InvalidInput, NotFound, RefusedByRule
from ledger.core.quantity_errors import quote_text
from ledger.core.requests import Request
from ledger.evidence.canonical import ENTRY_TAG
from ledger.evidence.disclosures import Disclosure, SaltedTexts
from ledger.evidence.merkle import inclusion_paths, inclusion_spans, leaf_hash, node_hash
from ledger.evidence.proofs import DISCLOSABLE, PROOF_SCHEMA, SALTED_PROOF_SCHEMA
from ledger.evidence.tree_head import ENTRY_KIND, REQUEST_KIND, Seal, SealedLeaf
from ledger.journal.receipts import Receipt
from ledger.store.db.engine import on_server
from ledger.store.db.night_tables import adopted_row
from ledger.store.db.queries import first_receipt, read_settings
from ledger.store.evidence.disclosures import read_disclosures
from ledger.store.evidence.leaves import stream_leaves
from ledger.store.evidence.seals import (
    Batch,
    find_sealed_leaf,
    last_seal,
    read_batches,
    read_seals,
    stream_hashes,
    write_leaves,
)
from ledger.store.evidence.table_rows import NIGHT_TABLES, rows_to_adopt
from ledger.store.journal.entries import request_of_entry
from ledger.store.session.execute import execute
from ledger.store.session.ledger import Ledger, moment_of, running_write, stable_moment
from ledger.store.session.snapshot import Reader
from ledger.store.session.unit_of_work import UnitOfWork

RequestForPart = Callable[[int], Request]
"""Given the number of a part, from 1 on, makes the request of its seal."""

NOTHING_NEW: Final = "Nothing was recorded since the last seal that can be sealed by now."


class _AlreadySealed(Exception):
    """Another writer made the next seal in the meantime."""


def seal_journal(ledger: Ledger, request_for: RequestForPart) -> list[dict[str, Any]]:
    """Seal what was recorded and is not sealed yet; give the receipt of each part.

    There are none where nothing is new. A dry run makes the first part. Raises `CannotSeal`.
    """
    receipts = list(_stored_receipts(ledger, request_for))
    while not receipts or not _is_last(receipts[-1]):
        try:
            _seal_from(ledger, request_for, receipts)
        except _AlreadySealed:
            continue
        return receipts
    return receipts


def _stored_receipts(ledger: Ledger, request_for: RequestForPart) -> Iterator[dict[str, Any]]:
    with ledger.read() as connection:
        for part in count(1):
            request = request_for(part)
            receipt = None if request.key is None else first_receipt(connection, request)
            if receipt is None:
                return
            yield receipt


def _is_last(receipt: Mapping[str, Any]) -> bool:
    return bool(receipt["seal"]["complete"] or receipt.get("dry_run"))


def _seal_from(ledger: Ledger, request_for: RequestForPart, receipts: list[dict[str, Any]]) -> None:
    """Read on in one view of the ledger, and write each seal as soon as its leaves are there."""
    with ledger.read() as connection:
        for batch in read_batches(connection, stable_moment(connection)):
            request = request_for(len(receipts) + 1)
            receipts.append(execute(ledger, request, partial(write_seal, batch=batch)))
            if request.dry_run:
                return


LONG_HELD = timedelta(minutes=10)
"""A write that runs for longer is named."""


def held_back(ledger: Ledger) -> str | None:
    """Name the write that has held back seals and reports for long; None where none does."""
    if not on_server(ledger.engine):
        return None
    with ledger.read() as connection:
        moment = moment_of(connection)
        running = running_write(connection, moment)
        if running is None or running.process is None or moment - running.since <= LONG_HELD:
            return None
        since = written_time(running.since, read_settings(connection).zone)
    user = "" if running.user is None else f" of {running.user}"
    return (
        f"process {running.process}{user} on the database server may have been writing since "
        f"{since}, and nothing that was recorded since is sealed or reported as known; if it has "
        f"stalled, its user or an administrator ends it: "
        f"SELECT pg_terminate_backend({running.process})"
    )


def write_seal(uow: UnitOfWork, batch: Batch) -> Receipt:
    """Write what was read as the next seal, if it still is the next."""
    last = last_seal(uow.connection)
    if batch.number != (1 if last is None else last.number + 1):
        raise _AlreadySealed
    tree = batch.tree
    values = (batch.number, tree.size, tree.root(), tree.to_bytes(), batch.last_request)
    seal = Seal(*values, uow.now)
    write_leaves(uow.connection, batch.leaves)
    uow.add_rows(adopted_row, rows_to_adopt(uow.connection, NIGHT_TABLES))
    uow.add_seal(seal)
    document = seal_document(seal)
    return uow.receipt(seal={**document, "leaves": len(batch.leaves), "complete": batch.is_last})


def seal_document(seal: Seal) -> dict[str, Any]:
    """Give the number, the size and the root of a seal."""
    return {"number": seal.number, "size": seal.size, "root": seal.root.hex()}


def seal_rows(reader: Reader) -> list[dict[str, Any]]:
    """Give each seal as a row, the oldest first; `mark` is what to keep of it elsewhere."""
    seals, snapshot = read_seals(reader.connection), reader.snapshot()
    sizes = pairwise([0, *(seal.size for seal in seals)])
    return [
        {
            "seal": seal.number,
            "size": seal.size,
            "root": seal.root.hex(),
            "leaves": size - before,
            "sealed_at": None if seal.recorded_at is None else snapshot.local(seal.recorded_at),
            "mark": str(seal.tree_head),
        }
        for seal, (before, size) in zip(seals, sizes, strict=True)
    ]


class NotSealedYet(RefusedByRule, code="not-sealed-yet"):
    """An entry that no seal covers, or none of the size that was asked for."""

    default_why = "Only what a seal covers can be proven."
    default_next = (
        "Seal it: cityfund audit seal. On a shared ledger that takes in what is older than a "
        "minute."
    )


def not_sealed(what: str, seal: Seal | None) -> NotSealedYet:
    """Give the refusal to prove what no seal covers, or not the one that was asked for."""
    covers = (
        "There is no seal yet."
        if seal is None
        else f"Seal {seal.number} covers what was recorded before it."
    )
    return NotSealedYet(f"{what} is not sealed.", why=f"{NotSealedYet.default_why} {covers}")


class UnknownSeal(NotFound, code="unknown-seal"):
    """No seal covers that many leaves."""

    default_next = "List the seals with: cityfund audit seals"


class NotAsSealed(RefusedByRule, code="not-as-sealed"):
    """What was sealed is no longer what it was, so nothing is proven by it."""

    default_why = "The ledger was changed without its guards."
    default_next = "Find out what differs: cityfund check seals"


class UnknownDisclosure(InvalidInput, code="unknown-disclosure"):
    """A proof of an entry discloses no field of that name."""

    default_why = "A proof discloses who recorded an entry, and what was written with it."
    default_next = f"Name one of: {', '.join(DISCLOSABLE)}"


class NothingToDisclose(RefusedByRule, code="nothing-to-disclose"):
    """The entry has no text in that field."""

    default_why = "The field is empty, and what is empty is in no leaf."
    default_next = "Leave it out. See the entry with: cityfund journal show ENTRY"


class TextErased(RefusedByRule, code="text-erased"):
    """The text that a proof was to disclose was erased."""

    default_why = "Its hash is in the leaf for ever; what it was made of is gone."
    default_next = "Leave it out. Who kept a proof that discloses it can still verify that."


def disclosable(names: Iterable[str]) -> tuple[str, ...]:
    """Give the fields that were named, apart or with commas, once. Raises `UnknownDisclosure`."""
    fields = field_names(names)
    for name in fields:
        if name not in DISCLOSABLE:
            raise UnknownDisclosure(f"There is no field {quote_text(name)} to disclose.")
    return fields


def field_names(names: Iterable[str]) -> tuple[str, ...]:
    """Give the fields that were named, apart or with commas, once."""
    typed = [part.strip() for name in names for part in name.split(",")]
    return tuple(dict.fromkeys(map(_field, typed)))


def _field(typed: str) -> str:
    return typed.casefold().replace("-", "_").replace(" ", "_")


def prove(
    ledger: Ledger,
    number: int,
    size: int | None = None,
    disclosed: Iterable[str] = (),
    *,
    has_all: bool = True,
    paths: Paths | None = None,
) -> dict[str, Any]:
    """Give the proof of an entry as a document, against the newest seal or the one of a size.

    It discloses the fields that are named, or where it need not have all of them those that it has;
    the leaf of an entry recorded in an earlier format holds them as they are. `paths` are those
    read for all proofs of a packet.
    Raises `UnknownEntry`, `NotSealedYet`, `UnknownSeal`, `NotAsSealed`,
    `UnknownDisclosure`, `NothingToDisclose` and `TextErased`.
    """
    fields = disclosable(disclosed)
    with ledger.read() as connection:
        request = request_of_entry(connection, number)
        leaf = _leaf(connection, request, number)
        place = find_sealed_leaf(connection, ENTRY_KIND, str(number))
        seal = seal_of(connection, size)
        if place is None or seal is None or place.position >= seal.size:
            raise not_sealed(f"Entry {number}", seal)
        document = proof_document(connection, leaf, place, seal, paths or Paths())
        if leaf.startswith(_SALTED_ENTRY):
            document["schema"] = SALTED_PROOF_SCHEMA
            every = (
                read_disclosures(connection, request, ENTRY_KIND, number),
                read_disclosures(connection, request, REQUEST_KIND, request),
            )
            document["disclosed"] = _disclosed_fields(
                number, json.loads(leaf), fields, every, has_all=has_all
            )
        return document


_SALTED_ENTRY: Final = f'{{"$":"{ENTRY_TAG}{SaltedTexts.suffix}/'.encode()


def _disclosed_fields(
    number: int,
    leaf: Mapping[str, Any],
    fields: Iterable[str],
    disclosures: Iterable[Mapping[str, Disclosure]],
    *,
    has_all: bool,
) -> dict[str, dict[str, str]]:
    """Give the salt and text of each field, of the entry's own disclosures or its request's."""
    hashes = {**leaf, **leaf["said"]}
    disclosed = {}
    for field in fields:
        if field not in hashes and not has_all:
            continue
        if field not in hashes:
            raise NothingToDisclose(f"Entry {number} has no {field}.")
        found = next(
            one[field] for one in disclosures if field in one and one[field].hash == hashes[field]
        )
        if found.kept_hash is not None:
            raise TextErased(f"The {field} of entry {number} was erased.")
        disclosed[field] = {"salt": found.salt.hex(), "text": json.loads(found.text)}
    return disclosed


def _leaf(connection: Connection, request: int, number: int) -> bytes:
    leaves = stream_leaves(connection, request - 1, request, ENTRY_KIND)
    key = (ENTRY_KIND, str(number))
    match = next((leaf for leaf in leaves if (leaf.kind, leaf.reference) == key), None)
    if match is not None and match.erased_by is not None:
        raise TextErased(f"The content of entry {number} was erased by request {match.erased_by}.")
    if match is None or match.content is None:
        raise NotAsSealed(f"Entry {number} cannot be read as it was written.")
    return match.content


def seal_of(connection: Connection, size: int | None) -> Seal | None:
    """Give the seal of a size, or the newest; None without any. Raises `UnknownSeal`."""
    seals = read_seals(connection)
    if size is None:
        return seals[-1] if seals else None
    match = next((seal for seal in seals if seal.size == size), None)
    if match is None:
        sizes = ", ".join(str(seal.size) for seal in seals[-5:]) or "none"
        raise UnknownSeal(f"No seal covers {size} leaves.", why=f"The newest sizes are: {sizes}.")
    return match


class Paths:
    """What leads from leaves to the root of a seal; one pass over all hashes reads those expected.

    A leaf that was not expected takes a pass of its own.
    """

    def __init__(self, expected: Iterable[int] = ()) -> None:
        """Name the positions of the leaves that will be proven."""
        self._expected = frozenset(expected)
        self._read: dict[tuple[int, int], list[bytes]] = {}

    def of(self, connection: Connection, position: int, size: int) -> list[bytes]:
        """Give the path of a leaf in the tree of a seal's size."""
        if (position, size) not in self._read:
            wanted = {position, *(one for one in self._expected if one < size)}
            paths = inclusion_paths(wanted, size, stream_hashes(connection, size))
            self._read |= {(one, size): path for one, path in paths.items()}
        return self._read[position, size]


def proof_document(
    connection: Connection, content: bytes, place: SealedLeaf, seal: Seal, paths: Paths
) -> dict[str, Any]:
    """Lay a proof out, after going its way once. Raises `NotAsSealed` where that fails."""
    spans = inclusion_spans(place.position, seal.size)
    path = paths.of(connection, place.position, seal.size)
    root = leaf_hash(content)
    for span, step in zip(spans, path, strict=True):
        root = node_hash(root, step) if span.first > place.position else node_hash(step, root)
    if root != seal.root:
        raise NotAsSealed(f"{place.name.capitalize()} is not what was sealed.")
    return {
        "schema": PROOF_SCHEMA,
        "leaf": content.decode(),
        "position": place.position,
        "size": seal.size,
        "path": [step.hex() for step in path],
        "root": seal.root.hex(),
        "seal": seal.number,
        "sealed_at": seal.sealed_at,
    }
