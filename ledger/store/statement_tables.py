"""The tables of statements: what providers sent, the findings it led to, and what became of them.

All are append-only like the journal. How a finding stands is what its last event says.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from ledger.journal import MAX_AMOUNT
from ledger.statements.facts import LineKind
from ledger.statements.keeping import Event
from ledger.statements.kinds import Kind
from ledger.store.table_parts import CODE, by_request, metadata, reference, row_id, word
from ledger.store.types import Instant

DIGEST: Final = String(64)

statement = Table(
    "statement",
    metadata,
    row_id(),
    reference("provider_id", "provider.id"),
    Column("code", String(64), nullable=False),
    # Of the whole file, which may hold several statements: one that was read is known again.
    Column("content_hash", DIGEST, nullable=False),
    Column("file_name", Text, nullable=False),
    Column("lines", Integer, nullable=False),
    by_request(),
    Column("recorded_at", Instant, nullable=False),
    CheckConstraint("lines > 0", name="lines"),
    UniqueConstraint("content_hash", "provider_id", "code"),
    Index("ix_statement_provider_id", "provider_id"),
)
"""One row for each statement of a provider in each file that was read."""

statement_line = Table(
    "statement_line",
    metadata,
    Column(
        "statement_id",
        BigInteger,
        ForeignKey("statement.id"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("number", String(80), nullable=False),
    Column("day", Date, nullable=False),
    word("kind", LineKind),
    # As the provider wrote them: they may be none that the ledger has.
    Column("deal", CODE),
    Column("offer", CODE),
    Column("need", CODE),
    Column("amount", BigInteger, nullable=False),
    Column("unit", CODE, ForeignKey("unit.code"), nullable=False),
    Column("reference", Text),
    Column("file_line", Integer, nullable=False),
    CheckConstraint(
        f"amount BETWEEN -{MAX_AMOUNT} AND {MAX_AMOUNT} AND amount <> 0", name="amount"
    ),
    CheckConstraint("kind IN ('commitment', 'delivery')", name="kind"),
    sqlite_with_rowid=False,
)
"""The lines of a statement, in the order of its file."""

finding = Table(
    "finding",
    metadata,
    row_id(),
    # A digest of what makes it the same finding on a later night.
    Column("key", DIGEST, nullable=False, unique=True),
    word("kind", Kind),
    Column("subject", Text, nullable=False),
    Column("said", Text, nullable=False),
    Column("ours", Text),
    Column("theirs", Text),
    Column("difference", Text),
    Column("command", Text),
    reference("provider_id", "provider.id", required=False),
    Column("statement", String(64)),
    Column("line", Text),
    reference("deal_id", "deal.id", required=False),
    reference("entry_id", "entry.id", required=False),
    Column("office", CODE),
    by_request(),
    Column("recorded_at", Instant, nullable=False),
)
"""What an officer has to look at, as it was first found. It never changes: its events do."""

finding_event = Table(
    "finding_event",
    metadata,
    Column(
        "finding_id", BigInteger, ForeignKey("finding.id"), primary_key=True, autoincrement=False
    ),
    Column("number", Integer, primary_key=True, autoincrement=False),
    word("event", Event),
    Column("reason", Text),
    by_request(),
    Column("recorded_at", Instant, nullable=False),
    CheckConstraint("(number = 1) = (event = 'opened')", name="number"),
    CheckConstraint("event IN ('opened', 'settled', 'reopened', 'healed')", name="event"),
    sqlite_with_rowid=False,
)
"""What happened to a finding, in order: opened by a night, settled by an officer, healed."""
