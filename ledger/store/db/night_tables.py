"""Tables of nights, statements, findings and seals; all append-only like the journal.

A night run records itself who started it and belongs to no request, because the effect of a night
on the ledger does not depend on how often it was started. The state of a finding is its last
event. The place of a leaf in the tree is fixed when it is sealed; a leaf is identified by its kind
and its reference, such as `entry` and `17` or `city` and `MHD/2`, and the leaf of a request comes
before those written under it.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    quoted_name,
)

from ledger.core.quantity import MAX_AMOUNT
from ledger.statements.differences import FindingKind
from ledger.statements.findings import FindingEvent
from ledger.statements.lines import LineKind
from ledger.store.db.types import (
    CODE,
    ROW_ID,
    CodeList,
    Instant,
    foreign_key,
    key_to,
    metadata,
    recorded_columns,
    request_column,
    row_id,
    word_column,
)

night_run = Table(
    "night_run",
    metadata,
    row_id(),
    Column("day", Date, nullable=False),
    # What was asked for; `whole` where that was a night as it should be, and no single steps.
    Column("steps", CodeList, nullable=False),
    Column("whole", Boolean, nullable=False),
    Column("actor", String(200), nullable=False),
    # PostgreSQL has a word of its own by this name.
    Column(quoted_name("system_user", quote=True), String(200), nullable=False),
    Column("host", String(255), nullable=False),
    Column("database_user", String(200)),
    Column("program", String(40), nullable=False),
    Column("started_at", Instant, nullable=False),
    Index("ix_night_run_day", "day"),
)
"""One row for each run of a night, written when it begins. It ended if all its steps did."""

night_step = Table(
    "night_step",
    metadata,
    key_to("run_id", "night_run.id"),
    Column("name", CODE, primary_key=True),
    Column("place", SmallInteger, nullable=False),
    # What came of it, as JSON: figures by name, findings, figures by office, sentences.
    Column("figures", Text, nullable=False),
    Column("findings", Text, nullable=False),
    Column("offices", Text, nullable=False),
    Column("lines", Text, nullable=False),
    Column("changed", Boolean, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("ended_at", Instant, nullable=False),
    sqlite_with_rowid=False,
)
"""What came of each step of a run, written when it ended."""

SNAPSHOT_STAGES: Final = ("free", "held", "committed", "delivered", "withdrawn")

gap_snapshot = Table(
    "gap_snapshot",
    metadata,
    key_to("need_id", "need.id"),
    Column("day", Date, primary_key=True),
    # Of several for one day the last taken is in force.
    Column("taken", SmallInteger, primary_key=True, autoincrement=False),
    # The project's status then: one that takes no new deals leaves the reports of gaps.
    Column("status", CODE, nullable=False),
    *(Column(name, BigInteger, nullable=False) for name in SNAPSHOT_STAGES),
    request_column(),
    *(CheckConstraint(f"{name} BETWEEN 0 AND {MAX_AMOUNT}", name=name) for name in SNAPSHOT_STAGES),
    sqlite_with_rowid=False,
)
"""Where a need stood at a night, a row only where that had changed since its last."""

LOCK_NAME: Final = "night"

night_lock = Table(
    "night_lock",
    metadata,
    Column("name", CODE, primary_key=True),
    CheckConstraint(f"name = '{LOCK_NAME}'", name="name"),
    sqlite_with_rowid=False,
)
"""The one row that a run on a server locks for as long as it lasts."""

DIGEST: Final = String(64)

statement = Table(
    "statement",
    metadata,
    row_id(),
    foreign_key("provider_id", "provider.id"),
    Column("code", String(64), nullable=False),
    # Of the whole file, which may hold several statements: one that was read is known again.
    Column("content_hash", DIGEST, nullable=False),
    Column("file_name", Text, nullable=False),
    Column("lines", Integer, nullable=False),
    *recorded_columns(),
    CheckConstraint("lines >= 0", name="lines"),
    UniqueConstraint("content_hash", "provider_id", "code"),
    Index("ix_statement_provider_id", "provider_id"),
)
"""One row for each statement of a provider in each file that was read; it may have no lines."""

statement_line = Table(
    "statement_line",
    metadata,
    key_to("statement_id", "statement.id"),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("number", String(80), nullable=False),
    Column("day", Date, nullable=False),
    word_column("kind", LineKind),
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
    word_column("kind", FindingKind),
    Column("subject", Text, nullable=False),
    Column("said", Text, nullable=False),
    Column("ours", Text),
    Column("theirs", Text),
    Column("difference", Text),
    Column("command", Text),
    foreign_key("provider_id", "provider.id", required=False),
    Column("statement", String(64)),
    Column("line", Text),
    foreign_key("deal_id", "deal.id", required=False),
    foreign_key("entry_id", "entry.id", required=False),
    Column("office", CODE),
    *recorded_columns(),
    # The file that it is about, or that holds its line, and the digest of its content.
    Column("file_name", Text),
    Column("content_hash", DIGEST),
)
"""What an officer has to look at, as it was first found. It never changes: its events do."""

finding_event = Table(
    "finding_event",
    metadata,
    key_to("finding_id", "finding.id"),
    Column("number", Integer, primary_key=True, autoincrement=False),
    word_column("event", FindingEvent),
    Column("reason", Text),
    *recorded_columns(),
    CheckConstraint("(number = 1) = (event = 'opened')", name="number"),
    CheckConstraint("event IN ('opened', 'settled', 'reopened', 'healed')", name="event"),
    sqlite_with_rowid=False,
)
"""What happened to a finding, in order: opened by a night, settled by an officer, healed."""

adopted_row = Table(
    "adopted_row",
    metadata,
    Column("table_name", String(40), primary_key=True),
    Column("key", String(120), primary_key=True),
    Column("place", Integer, nullable=False),
    request_column(),
    Index("ix_adopted_row_request_id", "request_id"),
    sqlite_with_rowid=False,
)
"""Rows that have a leaf under a later request: those of nights, and those of before such leaves.

`key` is the primary key of the row as text, its columns separated by `/`.
"""

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
    foreign_key("last_request", "request.id"),
    *recorded_columns(),
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

remaining_leaf = Table(
    "remaining_leaf",
    metadata,
    key_to("request_id", "request.id"),
    Column("kind", String(20), primary_key=True),
    Column("reference", Text, primary_key=True),
    Column("hash", DIGEST, nullable=False),
    sqlite_with_rowid=False,
)
"""What remained of a leaf that held a text as it was, once that text was erased.

`hash` is that of the leaf as it is without the text, and `request_id` the request that erased it,
or that of the upgrade for texts that were erased before. Later changes of the leaf's rows are found
by it: the sealed hash can no longer be recomputed.
"""
