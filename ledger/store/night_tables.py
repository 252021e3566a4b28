"""The tables of the night: its runs and their steps, what was missing each day, and the lock.

A run says itself who, where and when, and belongs to no request: what a night does to the ledger
is the same however often it had to be begun.
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
    SmallInteger,
    String,
    Table,
    Text,
    quoted_name,
)

from ledger.journal import MAX_AMOUNT
from ledger.store.table_parts import CODE, by_request, metadata, row_id
from ledger.store.types import CodeList, Instant

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
    Column("run_id", BigInteger, ForeignKey("night_run.id"), primary_key=True, autoincrement=False),
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
    Column("need_id", BigInteger, ForeignKey("need.id"), primary_key=True, autoincrement=False),
    Column("day", Date, primary_key=True),
    # Of several for one day the last taken is in force.
    Column("taken", SmallInteger, primary_key=True, autoincrement=False),
    # The project's status then: one that takes no new deals leaves the reports of gaps.
    Column("status", CODE, nullable=False),
    *(Column(name, BigInteger, nullable=False) for name in SNAPSHOT_STAGES),
    by_request(),
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
