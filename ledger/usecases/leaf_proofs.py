"""Prove leaves of other kinds than entries: of records, requests, statements, findings, approvals.

The leaf of a record or a request holds codes, numbers and salted hashes; texts are disclosed by
name. Rows of statements, findings and approvals have a leaf for all that one request wrote into a
table: its proof has those rows, with hashes of their texts, of which those of what was named can be
disclosed. Rows recorded in an earlier format have their texts in the proof.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final

from sqlalchemy import Connection

from ledger.core.errors import InvalidInput, NotFound
from ledger.evidence.disclosures import Disclosure
from ledger.evidence.proofs import LEAF_PROOF_SCHEMA, ROWS_PROOF_SCHEMA
from ledger.evidence.row_leaves import SALTED_ROWS_TAG
from ledger.evidence.tree_head import (
    ADOPTED_KIND,
    ENTRY_KIND,
    REQUEST_KIND,
    ROWS_KIND,
    Seal,
    SealedLeaf,
)
from ledger.store.approvals import find_approval
from ledger.store.erasable import erasable_rows
from ledger.store.evidence.disclosures import disclosures_of_kind, read_disclosures
from ledger.store.evidence.erasures import (
    LeafKey,
    field_word,
    request_of_key,
    rows_of_approval,
    rows_of_finding,
    rows_of_statement,
)
from ledger.store.evidence.leaves import stream_leaves
from ledger.store.evidence.seals import (
    find_sealed_leaf,
    newest_sealed_version,
    request_of_sealed,
)
from ledger.store.evidence.table_rows import adopted_row, rows_of_request
from ledger.store.registers import STORED_REGISTERS, find_record
from ledger.store.session.ledger import Ledger
from ledger.store.statements.stored_findings import parse_finding_number, read_finding
from ledger.usecases.erasure import UnknownRequest, UnknownStatement
from ledger.usecases.evidence import (
    NotAsSealed,
    Paths,
    TextErased,
    not_sealed,
    proof_document,
    seal_of,
)

_STATEMENT: Final = "statement"
_FINDING: Final = "finding"
_APPROVAL: Final = "approval"


class MalformedLeafName(InvalidInput, code="malformed-leaf-name"):
    """What is to be proven is named in none of the ways that there are."""

    default_why = (
        "It is the number of an entry, KIND:CODE of a record, KIND:CODE/VERSION, request:KEY, "
        "finding:CODE, approval:CODE or statement:PROVIDER/CODE."
    )
    default_next = "Write it like 17, need:N-0001, need:N-0001/2 or finding:F-0001."


class UnknownVersion(NotFound, code="unknown-version"):
    """A record has no version of that number."""

    default_next = "See its versions: cityfund history CODE"


def prove_leaves(
    ledger: Ledger,
    named: str,
    size: int | None,
    disclosed: Iterable[str] = (),
    *,
    paths: Paths | None = None,
) -> Iterator[dict[str, Any]]:
    """Give the proof of each leaf that is meant, against the newest seal or the one of a size.

    Each discloses those of the fields named that it has; `paths` are those read for all proofs of
    a packet. Raises `MalformedLeafName`,
    `NotSealedYet`, `UnknownSeal`, `NotAsSealed`, `TextErased`, and what is raised for a record, a
    request, a finding, an approval or a statement that does not exist.
    """
    fields = tuple(disclosed)
    with ledger.read() as connection:
        seal = seal_of(connection, size)
        places: defaultdict[SealedLeaf | None, list[LeafKey]] = defaultdict(list)
        for place, row in _places(connection, named, 0 if seal is None else seal.size):
            places[place] += [] if row is None else [row]
        paths = paths or Paths(place.position for place in places if place is not None)
        for place, rows in places.items():
            if place is None or seal is None or place.position >= seal.size:
                raise not_sealed(named, seal)
            yield _proof(connection, place, seal, fields, rows, paths)


def sealed_positions(
    ledger: Ledger, entries: Iterable[int], named: Iterable[str], size: int
) -> frozenset[int]:
    """Give where the leaves of entries and of what is named stand among the first of that number.

    Raises what `prove_leaves` raises of a name.
    """
    with ledger.read() as connection:
        found = [find_sealed_leaf(connection, ENTRY_KIND, str(number)) for number in entries]
        found += (place for one in named for place, _ in _places(connection, one, size))
        return frozenset(one.position for one in found if one is not None and one.position < size)


def _places(
    connection: Connection, named: str, size: int
) -> Iterator[tuple[SealedLeaf | None, LeafKey | None]]:
    """Find where what is named stands in the tree, and each row; None for what is not sealed."""
    kind, _, code = named.strip().partition(":")
    kind = kind.casefold().replace("-", "_")
    if kind == REQUEST_KIND and code:
        number = request_of_key(connection, code)
        if number is None:
            raise UnknownRequest(f"There is no request with the key {code!r}.")
        yield find_sealed_leaf(connection, REQUEST_KIND, str(number)), None
    elif kind in STORED_REGISTERS and code:
        yield _place_of_record(connection, kind, code, size), None
    elif kind in {_STATEMENT, _FINDING, _APPROVAL} and code:
        for row in _rows(connection, kind, code):
            yield _place_of_row(connection, row), row
    else:
        raise MalformedLeafName(f"{named!r} is no leaf.")


def _place_of_record(connection: Connection, kind: str, typed: str, size: int) -> SealedLeaf | None:
    """Find the newest version of a record, or the one named; its code may be an earlier one."""
    code, _, version = typed.rpartition("/")
    if code and version.isascii() and version.isdigit():
        found = find_sealed_leaf(connection, kind, f"{code}/{version}")
        if found is not None:
            return found
        stored = find_record(connection, kind, code)
        code = stored.record.code
        if not 0 < int(version) <= stored.version:
            raise UnknownVersion(
                f"{kind} {code} has no version {int(version)}.",
                why=f"The newest is version {stored.version}.",
            )
        return find_sealed_leaf(connection, kind, f"{code}/{version}")
    return newest_sealed_version(
        connection, kind, find_record(connection, kind, typed).record.code, size
    )


def _rows(connection: Connection, kind: str, code: str) -> Iterable[LeafKey]:
    if kind == _FINDING:
        number = parse_finding_number(code)
        read_finding(connection, number)
        return rows_of_finding(connection, number)
    if kind == _APPROVAL:
        return rows_of_approval(connection, find_approval(connection, code).id)
    provider, _, name = code.partition("/")
    rows = [*rows_of_statement(connection, find_record(connection, "provider", provider).id, name)]
    if not rows:
        raise UnknownStatement(f"{provider} has no statement {name!r}.")
    return rows


def _place_of_row(connection: Connection, row: LeafKey) -> SealedLeaf | None:
    """Find the leaf of the rows of a request, or that of the row where a later one adopted it."""
    of_request = find_sealed_leaf(connection, ROWS_KIND, f"{row.kind}/{row.request}")
    if of_request is not None:
        return of_request
    key = f"{row.record}/{row.version}" if row.version else f"{row.record}"
    return find_sealed_leaf(connection, ADOPTED_KIND, f"{row.kind}/{key}")


def _proof(
    connection: Connection,
    place: SealedLeaf,
    seal: Seal,
    fields: Collection[str],
    named: Collection[LeafKey],
    paths: Paths,
) -> dict[str, Any]:
    request = request_of_sealed(connection, place.position)
    key = (place.kind, place.reference)
    only = ROWS_KIND if place.kind == ADOPTED_KIND else place.kind  # the two are read together
    leaves = stream_leaves(connection, request - 1, request, only)
    match = next((leaf for leaf in leaves if (leaf.kind, leaf.reference) == key), None)
    if match is not None and match.erased_by is not None:
        raise TextErased(f"A text of {place.name} was erased by request {match.erased_by}.")
    if match is None or match.content is None:
        raise NotAsSealed(f"{place.name.capitalize()} cannot be read as it was written.")
    document = proof_document(connection, match.content, place, seal, paths)
    leaf = json.loads(match.content)
    known = {
        one.hash: one
        for kind in {REQUEST_KIND, place.kind} - {ROWS_KIND, ADOPTED_KIND}
        for one in disclosures_of_kind(connection, request, kind)
        if one.kept_hash is None
    }
    document |= {"schema": LEAF_PROOF_SCHEMA, "disclosed": _disclosed(leaf, known, fields)}
    if f'"{leaf["$"]}"' != SALTED_ROWS_TAG:
        return {**document, "rows": _proven_rows(connection, place)}
    table, _, _ = place.reference.partition("/")
    rows = rows_of_request(connection, table, request, salted=True)
    texts = [*_texts_of_rows(connection, table, rows, fields, named)]
    return {**document, "schema": ROWS_PROOF_SCHEMA, "rows": rows, "row_texts": texts}


def _texts_of_rows(
    connection: Connection,
    table: str,
    rows: Iterable[str],
    fields: Collection[str],
    named: Collection[LeafKey],
) -> Iterator[dict[str, Any]]:
    """Give the salt and text of each field that rows of what was named have; by row and column."""
    one = erasable_rows().get(table)
    if one is None:
        return
    keys = {(row.record, row.version): row for row in named if row.kind == table}
    for at, row in enumerate(map(json.loads, rows)):
        record, version = (int(row[name]) if name else 0 for name in (one.record, one.version))
        key = keys.get((record, version))
        disclosures = {} if key is None else read_disclosures(connection, *key)
        for column, field in one.texts:
            if field_word(field) not in fields or field not in disclosures:
                continue
            found = disclosures[field]
            if found.kept_hash is not None:
                raise TextErased(f"The {field_word(field)} of a row of {table} was erased.")
            text = {"salt": found.salt.hex(), "text": json.loads(found.text)}
            yield {"row": at, "column": column, **text}


def _disclosed(
    leaf: Mapping[str, Any], known: Mapping[str, Disclosure], fields: Iterable[str]
) -> dict[str, dict[str, str]]:
    """Give the salt and text of each field that the leaf has the hash of."""
    hashes = {**leaf.get("record", {}), **leaf, **leaf["said"]}
    found = ((field, known.get(str(hashes.get(field)))) for field in fields)
    return {
        field: {"salt": one.salt.hex(), "text": json.loads(one.text)}
        for field, one in found
        if one is not None
    }


def _proven_rows(connection: Connection, place: SealedLeaf) -> list[str]:
    table, _, key = place.reference.partition("/")
    if place.kind == ROWS_KIND:
        return rows_of_request(connection, table, int(key))
    return [adopted_row(connection, table, key)] if place.kind == ADOPTED_KIND else []
