"""Tables of approvals: the rules, what was asked for and answered, and what was recorded by it.

All are append-only. Rules and standing approvals are versions of a number: the last says whether
it is in force. Who asked, answered and acted is the identity of the request a row belongs to.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
)

from ledger.approvals.approval import Answer
from ledger.approvals.rules import RuleAct
from ledger.core.quantity import MAX_AMOUNT
from ledger.store.db.types import (
    CODE,
    CodeList,
    foreign_key,
    key_to,
    metadata,
    recorded_columns,
    row_id,
    word_column,
)

approval_rule = Table(
    "approval_rule",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, primary_key=True, autoincrement=False),
    word_column("act", RuleAct),
    # Above which a request needs an approval; None for any amount, and where there is none.
    Column("amount", BigInteger),
    Column("unit", CODE, ForeignKey("unit.code")),
    Column("in_force", Boolean, nullable=False),
    Column("reason", Text),
    *recorded_columns(),
    CheckConstraint(f"amount BETWEEN 0 AND {MAX_AMOUNT}", name="amount"),
    CheckConstraint("(amount IS NULL) = (unit IS NULL)", name="unit"),
    sqlite_with_rowid=False,
)
"""What needs an approval: a rule is added by its first version, and ended by its second."""

approval = Table(
    "approval",
    metadata,
    row_id(),
    # Of the request that needs it, which is recorded under it once it may be.
    Column("key", String(200), nullable=False),
    Column("command", String(80), nullable=False),
    Column("effect_hash", String(64), nullable=False),
    Column("rules", CodeList, nullable=False),
    # What the request would record, a line each, as it is shown to who answers.
    Column("lines", Text, nullable=False),
    Column("expires_on", Date, nullable=False),
    *recorded_columns(),
    Index("ix_approval_key", "key"),
)
"""What waits, or waited, for an approval; written when the act was refused without one."""

approval_answer = Table(
    "approval_answer",
    metadata,
    key_to("approval_id", "approval.id"),
    word_column("answer", Answer),
    # The last day on which what was approved can be recorded.
    Column("valid_until", Date, nullable=False),
    Column("reason", Text),
    *recorded_columns(),
    CheckConstraint("answer IN ('given', 'refused')", name="answer"),
    sqlite_with_rowid=False,
)
"""The one answer to an approval, by another identity than who asked."""

standing_approval = Table(
    "standing_approval",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, primary_key=True, autoincrement=False),
    foreign_key("provider_id", "provider.id"),
    Column("amount", BigInteger, nullable=False),
    Column("unit", CODE, ForeignKey("unit.code"), nullable=False),
    Column("until", Date, nullable=False),
    Column("in_force", Boolean, nullable=False),
    Column("reason", Text),
    *recorded_columns(),
    CheckConstraint(f"amount BETWEEN 1 AND {MAX_AMOUNT}", name="amount"),
    Index("ix_standing_approval_provider_id", "provider_id"),
    sqlite_with_rowid=False,
)
"""What the nightly run may record of a provider's deliveries without asking, up to an amount."""

approval_use = Table(
    "approval_use",
    metadata,
    key_to("request_id", "request.id"),
    foreign_key("approval_id", "approval.id", required=False),
    # The number of the standing approval that covers it, where no other does.
    Column("standing", Integer),
    CheckConstraint("(approval_id IS NULL) <> (standing IS NULL)", name="one"),
    Index("ix_approval_use_approval_id", "approval_id", unique=True),
    sqlite_with_rowid=False,
)
"""By which approval a request was recorded that needed one."""

APPROVAL_TABLES = (approval_rule, approval, approval_answer, standing_approval, approval_use)
"""All of them, in the order of their references."""
