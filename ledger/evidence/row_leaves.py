"""The canonical bytes of rows that are no record: of statements, findings and nights.

A row is one JSON object with the names of its columns in order; what is empty is left out. Whole
numbers are strings of digits, truth values 1 or 0, days ISO 8601, moments microseconds since 1970.

All rows of one table that one request wrote have one leaf, `cityfund.rows/1`: their number, and the
SHA-256 of their bytes in the order of their keys, a line each. In `cityfund.rows/2` the bytes have
salted hashes in place of the texts that can be erased. A row that was recorded before such
leaves, or that belongs to no request, is adopted by a later request: the leaf `cityfund.adopted/1`
names its table, its key and its place among those of the request, and holds the SHA-256 of its
bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from ledger.evidence.canonical import InvalidLeafValue, object_text, quoted

ROWS_TAG: Final = '"cityfund.rows/1"'
SALTED_ROWS_TAG: Final = '"cityfund.rows/2"'
ADOPTED_TAG: Final = '"cityfund.adopted/1"'

_NONE: Final[Mapping[str, str | None]] = {}


def row_bytes(
    names: Sequence[str], values: Sequence[Any], hashes: Mapping[str, str | None] = _NONE
) -> bytes:
    """Return the bytes of a row, given its columns in the order of their names.

    `hashes` are the salted hashes, as JSON, that stand in place of the texts of some columns.
    """
    pairs = zip(names, values, strict=True)
    return object_text(
        (quoted(name), hashes[name] if name in hashes else _cell_text(value))
        for name, value in pairs
    ).encode()


def _cell_text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, int):
        return f'"{int(value):d}"'
    raise InvalidLeafValue(value)


def rows_bytes(provenance: str, table: str, rows: Iterable[bytes], *, tag: str = ROWS_TAG) -> bytes:
    """Return the bytes of the leaf of the rows that one request wrote into a table."""
    digest, count = hashlib.sha256(), 0
    for row in rows:
        digest.update(row + b"\n")
        count += 1
    return object_text(
        (
            ('"$"', tag),
            ('"count"', f'"{count:d}"'),
            ('"hash"', quoted(digest.hexdigest())),
            ('"said"', provenance),
            ('"table"', quoted(table)),
        )
    ).encode()


def adopted_bytes(provenance: str, table: str, key: str, place: int, row: bytes) -> bytes:
    """Return the bytes of the leaf of a row that a later request adopted."""
    return object_text(
        (
            ('"$"', ADOPTED_TAG),
            ('"hash"', quoted(hashlib.sha256(row).hexdigest())),
            ('"key"', quoted(key)),
            ('"place"', f'"{place:d}"'),
            ('"said"', provenance),
            ('"table"', quoted(table)),
        )
    ).encode()
