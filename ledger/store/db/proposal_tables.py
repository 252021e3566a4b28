"""Tables of proposals: what matching proposed, line by line, and which lines were carried out.

All are append-only. They are made when a command asks `ledger.store.db.tables` for one of them.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
)

from ledger.core.quantity import MAX_AMOUNT
from ledger.store.db.types import (
    CODE,
    CodeList,
    ExactDecimal,
    ExactFraction,
    foreign_key,
    key_to,
    metadata,
    recorded_columns,
    row_id,
)

proposal = Table(
    "proposal",
    metadata,
    row_id(),
    Column("code", CODE, nullable=False, unique=True),
    Column("folded", Text, nullable=False, unique=True),
    Column("number", Integer),
    Column("day", Date, nullable=False),
    # The filters as typed, as a JSON list: what was matched.
    Column("selection", Text, nullable=False),
    Column("solver", Text, nullable=False),
    Column("limited", Boolean, nullable=False),
    Column("milliseconds", BigInteger, nullable=False),
    *(
        Column(f"{level}_{what}", ExactDecimal, nullable=False)
        for level in ("complete", "coverage")
        for what in ("value", "bound")
    ),
    Column("cost", ExactDecimal, nullable=False),
    Column("cost_unit", CODE, ForeignKey("unit.code"), nullable=False),
    Column("cost_unknown", Integer, nullable=False),
    # Pairs of units left out because no rate is known, each as EUR/USD.
    Column("without_rate", CodeList, nullable=False),
    # The last entry there was when it was solved.
    foreign_key("solved_on", "entry.id", required=False),
    Column("lines", Integer, nullable=False),
    Column("reason", Text),
    *recorded_columns(),
    CheckConstraint("lines >= 0", name="lines"),
    Index("ix_proposal_number", "number"),
)
"""What matching proposed at a moment; it changes nothing, and is never changed."""

proposal_line = Table(
    "proposal_line",
    metadata,
    key_to("proposal_id", "proposal.id"),
    Column("line", Integer, primary_key=True, autoincrement=False),
    foreign_key("offer_id", "offer.id"),
    foreign_key("need_id", "need.id"),
    Column("need_amount", BigInteger, nullable=False),
    Column("need_unit", CODE, ForeignKey("unit.code"), nullable=False),
    Column("offer_amount", BigInteger, nullable=False),
    Column("offer_unit", CODE, ForeignKey("unit.code"), nullable=False),
    Column("rate", ExactDecimal, nullable=False),
    Column("rate_exact", ExactFraction),
    CheckConstraint(f"need_amount BETWEEN 1 AND {MAX_AMOUNT}", name="need_amount"),
    CheckConstraint(f"offer_amount BETWEEN 1 AND {MAX_AMOUNT}", name="offer_amount"),
    sqlite_with_rowid=False,
)

proposal_project = Table(
    "proposal_project",
    metadata,
    key_to("proposal_id", "proposal.id"),
    key_to("project_id", "project.id"),
    Column("weight", SmallInteger, nullable=False),
    CheckConstraint("weight BETWEEN 1 AND 100", name="weight"),
    sqlite_with_rowid=False,
)
"""The projects that a proposal would complete, at the weight they had."""

introduced_line = Table(
    "introduced_line",
    metadata,
    key_to("entry_id", "entry.id"),
    Column("proposal_id", BigInteger, nullable=False),
    Column("line", Integer, nullable=False),
    ForeignKeyConstraint(
        ["proposal_id", "line"], ["proposal_line.proposal_id", "proposal_line.line"]
    ),
    UniqueConstraint("proposal_id", "line"),
    sqlite_with_rowid=False,
)
"""Which line of which proposal an introduction was made from; a line is taken up once."""
