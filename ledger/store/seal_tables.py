"""The tables of the seals: which leaf stands where in the tree, and the tree's root at each size.

A leaf's place is fixed when it is sealed. It is known by its kind and its reference, such as
`entry` and `17` or `city` and `MHD/2`; a request's leaf comes before all that was written under it.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from ledger.store.table_parts import ROW_ID, by_request, metadata, reference
from ledger.store.types import Instant

seal = Table(
    "seal",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("size", BigInteger, nullable=False),
    Column("root", LargeBinary, nullable=False),
    # The roots of the complete trees that make up this one, the largest first: the next seal goes
    # on from them and reads no older leaf.
    Column("frontier", LargeBinary, nullable=False),
    # All that was written under requests up to this one is covered.
    reference("last_request", "request.id"),
    by_request(),
    Column("recorded_at", Instant, nullable=False),
    CheckConstraint("size > 0", name="size"),
    CheckConstraint("length(root) = 32", name="root"),
)

sealed_leaf = Table(
    "sealed_leaf",
    metadata,
    Column("position", ROW_ID, primary_key=True, autoincrement=False),
    Column("kind", String(20), nullable=False),
    Column("reference", Text, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    CheckConstraint("position >= 0", name="position"),
    CheckConstraint("length(hash) = 32", name="hash"),
    UniqueConstraint("kind", "reference"),
)
