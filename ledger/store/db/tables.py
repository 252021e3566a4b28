"""The tables, as SQLAlchemy Core sees them; the migrations make them, the guards protect them.

Registers are split in two, identity rows with what is fixed and version rows with the terms; both
are append-only. A version that is `in_error` hides its record, whose code is free for another one.
The tables of registers and of proposals are made when one is asked for, by its name here or by
`named`: most commands need few of them, and making one takes thousands of calls.
The journal is `entry` and `movement`. What changes is put in force by triggers: balances, and codes
and a project's city, which append-only rows of identity changes announce.
"""

from __future__ import annotations

from functools import cache
from threading import RLock
from typing import TYPE_CHECKING, Any, Final

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
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    quoted_name,
    true,
)

from ledger.core.factors import Side, Stage
from ledger.core.quantity import MAX_AMOUNT
from ledger.journal.entries import Act
from ledger.registers import table as registers
from ledger.registers.spec import ColumnSpec, Kind, RegisterSpec
from ledger.store.db import types
from ledger.store.db.types import (
    ROW_ID,
    SMALL,
    TYPES,
    VOCABULARIES,
    WORD_LENGTH,
    ExactDecimal,
    Instant,
    Word,
    code_type,
    foreign_key,
    key_to,
    recorded_columns,
    request_column,
    row_id,
    type_of,
    word_column,
)

metadata: Final = types.metadata
CODE: Final = types.CODE
IDENTITY_CHANGE: Final = "_identity_change"
FORMER: Final = "former_"

request = Table(
    "request",
    metadata,
    row_id(),
    Column("key", String(200), nullable=False, unique=True),
    Column("command", String(80), nullable=False),
    Column("input", Text, nullable=False),
    Column("actor", String(200), nullable=False),
    # PostgreSQL has a word of its own by this name.
    Column(quoted_name("system_user", quote=True), String(200), nullable=False),
    Column("host", String(255), nullable=False),
    Column("database_user", String(200)),
    Column("program", String(40), nullable=False),
    Column("recorded_at", Instant, nullable=False),
    # Of all leaves that are written under it: whether they hold texts, or salted hashes of them.
    Column("format", SmallInteger, nullable=False, server_default="1"),
    # The id of the transaction on a server, and of the server: see `ledger.store.db.running`.
    Column("transaction_id", BigInteger),
    Column("server_id", String(20)),
    # The newest request that was visible when this one began, and its hash.
    Column("parent_id", BigInteger),
    Column("parent_hash", String(64)),
)
"""One row for each write that was said: its key, and the input as it was typed."""

disclosure = Table(
    "disclosure",
    metadata,
    key_to("request_id", "request.id"),
    Column("kind", SmallInteger, primary_key=True, autoincrement=False),
    Column("record", BigInteger, primary_key=True, autoincrement=False),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("place", SmallInteger, primary_key=True, autoincrement=False),
    Column("field", String(60), nullable=False),
    Column("salt", LargeBinary, nullable=False),
    Column("text", Text, nullable=False),
    CheckConstraint("length(salt) = 16", name="salt"),
    sqlite_with_rowid=False,
)
"""What opens one field of a leaf, which holds the SHA-256 of the salt and the text.

`kind` is the place of the leaf's kind among `registers.LEAF_KINDS`; `record` and `version` are the
number of the request, entry or rate, with version 0, or the id and version of a record. The rows
stand in the order of leaves, and those of one leaf by the name of the field, numbered by `place`.
The text is canonical JSON; that of a request's input and receipt stands in their own columns alone.
"""

erasure = Table(
    "erasure",
    metadata,
    key_to("erased_request", "request.id"),
    Column("kind", SmallInteger, primary_key=True, autoincrement=False),
    Column("record", BigInteger, primary_key=True, autoincrement=False),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("place", SmallInteger, primary_key=True, autoincrement=False),
    Column("field", String(60), nullable=False),
    Column("hash", String(64)),
    Column("remains", Text, nullable=False),
    request_column(),
    CheckConstraint("erased_request < request_id", name="later"),
    CheckConstraint("remains = '[erased]' OR field IN ('input', 'receipt')", name="remains"),
    sqlite_with_rowid=False,
)
"""A text of a leaf that was erased on request, named as in `disclosure`, and what remains of it.

A guard deletes the disclosure and puts what remains in place of the text as the row is written. The
salted hash stands in the leaf as before; leaves of the first format have none. `request_id` is the
request that erased it. The salt of an input is kept, so that its key can still be compared.
"""

receipt = Table(
    "receipt",
    metadata,
    key_to("request_id", "request.id", ROW_ID),
    Column("body", Text, nullable=False),
    # Of the request, which later requests name; requests of earlier formats have none.
    Column("hash", String(64)),
    Index("ix_receipt_hash", "hash"),
)
"""The answer to a request, kept so that the same key gives the same receipt again."""

setting_version = Table(
    "setting_version",
    metadata,
    Column("name", CODE, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("value", Text, nullable=False),
    Column("reason", Text),
    *recorded_columns(),
    Column("format", SmallInteger, nullable=False),
    # A hidden row number would be a second key, and a way to replace a row round its guard.
    sqlite_with_rowid=False,
)

unit = Table(
    "unit",
    metadata,
    Column("code", CODE, primary_key=True),
    Column("decimals", SmallInteger, nullable=False),
    Column("kind", String(8), nullable=False),
    Column("name", Text, nullable=False),
    request_column(),
    CheckConstraint("decimals BETWEEN 0 AND 6", name="decimals"),
    CheckConstraint("kind IN ('money', 'work')", name="kind"),
    sqlite_with_rowid=False,
)

region = Table(
    "region",
    metadata,
    Column("code", CODE, primary_key=True),
    Column("name", Text, nullable=False),
    Column("parent", CODE, ForeignKey("region.code")),
)
country = Table(
    "country",
    metadata,
    Column("code", CODE, primary_key=True),
    Column("alpha3", CODE, nullable=False),
    Column("name", Text, nullable=False),
    Column("region", CODE, ForeignKey("region.code"), nullable=False),
    Column("subregion_name", Text, nullable=False),
)
sector = Table(
    "sector",
    metadata,
    Column("code", CODE, primary_key=True),
    Column("title", Text, nullable=False),
    Column("dac", CODE),
)
project_status = Table(
    "project_status",
    metadata,
    Column("code", CODE, primary_key=True),
    Column("title", Text, nullable=False),
    Column("active", Boolean, nullable=False),
)
instrument = Table(
    "instrument",
    metadata,
    Column("code", CODE, primary_key=True),
    Column("name", Text, nullable=False),
    Column("iati_finance_type", CODE),
)
seat_role = Table(
    "seat_role",
    metadata,
    Column("code", CODE, primary_key=True),
    Column("name", Text, nullable=False),
    Column("step", CODE, nullable=False),
)


def _stored(column: ColumnSpec) -> list[Any]:
    """Make what a register's table has for a column: the column itself, and its bounds."""
    name, filled = column.stored_name, column.is_always_filled
    if column.kind is Kind.ORIGIN:
        # What it refers to is in one of several tables: a guard stands for the foreign key.
        kind_name, id_name = column.stored_names
        return [Column(kind_name, String(WORD_LENGTH)), Column(id_name, BigInteger)]
    if column.register is not None and not column.is_list:
        return [foreign_key(name, f"{column.register}.id", required=filled)]
    if column.bounds is not None and column.kind is Kind.WHOLE and column.bounds[1] < SMALL:
        least, most = column.bounds
        bounds = CheckConstraint(f"{name} BETWEEN {least} AND {most}", name=name)
        return [Column(name, type_of(column), nullable=not filled), bounds]
    if column.vocabulary in VOCABULARIES and not column.is_list:
        refers = ForeignKey(VOCABULARIES[column.vocabulary])
        return [Column(name, type_of(column), refers, nullable=not filled)]
    if column.added_later:
        return [Column(name, type_of(column), nullable=False, server_default=_before(column))]
    return [Column(name, type_of(column), nullable=not filled)]


def _before(column: ColumnSpec) -> Any:
    """Give what records have in a column that was added later: yes or no, or an empty list."""
    if column.is_list:
        return ""
    return true() if column.default == "yes" else false()


def _register(spec: RegisterSpec, *more: Any) -> tuple[Table, Table]:
    """Make a register's two tables: what never changes, and the versions of its terms."""
    columns = [column for column in spec.stored if column.name != "code"]
    fixed = [part for column in columns if column.fixed for part in _stored(column)]
    terms = [part for column in columns if not column.fixed for part in _stored(column)]
    # Empty where it is as it was when the record was added.
    terms += [Column(one.stored_name, TYPES[one.kind]) for one in columns if one.corrected]
    identity = Table(
        spec.table,
        metadata,
        row_id(),
        Column("code", code_type(spec.column["code"]), nullable=False),
        # Two codes that differ only in capitals are one: the database compares them folded.
        Column("folded", Text, nullable=False),
        # The number in a code that the program made, so that the next one is a single look-up.
        Column("number", Integer),
        # How many records had the code before: each of them was recorded in error.
        Column("reuse", SmallInteger, nullable=False, server_default="0"),
        *fixed,
        request_column(),
        Index(f"ix_{spec.table}_number", "number"),
        Index(f"uq_{spec.table}_code_reuse", "code", "reuse", unique=True),
        Index(f"uq_{spec.table}_folded_reuse", "folded", "reuse", unique=True),
        *_reference_indexes(spec, spec.table, fixed=True),
        # A record of another register by its code, where several registers have one in common.
        *([Index(f"ix_{spec.table}_record", "record", "kind")] if spec.found_by else []),
        *more,
    )
    texts = {one.stored_name for one in columns if one.kind is Kind.TEXT and not one.vocabulary}
    versions = Table(
        f"{spec.table}_version",
        metadata,
        key_to(f"{spec.table}_id", f"{spec.table}.id", ROW_ID),
        Column("version", Integer, primary_key=True, autoincrement=False),
        *terms,
        Column("in_error", Boolean, nullable=False, server_default=false()),
        Column("reason", Text),
        *recorded_columns(),
        Column("format", SmallInteger, nullable=False),
        *_reference_indexes(spec, f"{spec.table}_version", fixed=False),
        *_origin_index(spec),
        sqlite_with_rowid=False,
        info={"texts": frozenset({"reason", *texts})},
    )
    if spec.until_acts:
        _identity_changes(spec)
    _order_origins(spec)
    return identity, versions


def _reference_indexes(spec: RegisterSpec, table: str, *, fixed: bool) -> list[Index]:
    """Index the columns that refer to another record, so that what stands under it is found."""
    columns = (spec.column[name] for name in spec.references if spec.column[name].fixed is fixed)
    return [Index(f"ix_{table}_{c.stored_name}", c.stored_name) for c in columns if not c.is_list]


def _origin_index(spec: RegisterSpec) -> list[Index]:
    """Index the origins of records, so that what came of another is found."""
    if spec.origin is None:
        return []
    return [Index(f"ix_{spec.name}_version_origin", *reversed(spec.origin.stored_names))]


def _identity_changes(spec: RegisterSpec) -> None:
    """Make the table of what changed in identity rows, each change with the version it came by."""
    name, owner, terms = f"{spec.name}{IDENTITY_CHANGE}", f"{spec.name}_id", f"{spec.name}_version"
    others = [
        (one.stored_name, one.register) for one in spec.until_acts if one.register is not None
    ]

    def values(former: str) -> list[Any]:
        return [
            Column(f"{former}code", CODE, nullable=False),
            Column(f"{former}folded", Text, nullable=False),
            Column(f"{former}number", Integer),
            *(foreign_key(f"{former}{column}", f"{register}.id") for column, register in others),
        ]

    Table(
        name,
        metadata,
        Column(owner, BigInteger, primary_key=True, autoincrement=False),
        Column("version", Integer, primary_key=True, autoincrement=False),
        *(*values(FORMER), *values(""), *recorded_columns()),
        ForeignKeyConstraint([owner, "version"], [f"{terms}.{owner}", f"{terms}.version"]),
        Index(f"ix_{name}_former_folded", "former_folded"),
        sqlite_with_rowid=False,
    )


@cache
def _made(register: str) -> None:
    """Make the tables of a register, after those that its own refer to.

    A record that another came from is written first, so the tables of the one depend on those of
    the other, whichever are made before. Threads wait for each other: a table is made once.
    """
    spec = registers.versioned()[register]
    with _MAKING:
        for other in spec.references.values():
            if other != register:
                _made(other)
        if spec.table not in metadata.tables:
            made = _register(spec, *([_of_holder()] if register in _ACCOUNTS else []))
            if register in OF_JOURNAL:
                globals().update(zip((register, f"{register}{_VERSION}"), made, strict=True))


_MAKING: Final = RLock()
_ACCOUNTS: Final = frozenset(side.value for side in Side)


def _order_origins(spec: RegisterSpec) -> None:
    """Let what came of a record be written after it, of the registers that are made so far."""
    made = metadata.tables
    later = [spec] if spec.origin is not None else []
    if spec.is_origin:
        later = [one for one in registers.versioned().values() if one.origin is not None]
    for one in later:
        versions = made.get(f"{one.name}_version")
        for kind in registers.origin_kinds():
            if versions is not None and kind in made:
                versions.add_is_dependent_on(made[kind])


holder = Table(
    "holder",
    metadata,
    row_id(),
    word_column("side", Side, required=True),
    Column("unit", CODE, ForeignKey("unit.code"), nullable=False),
    request_column(),
    CheckConstraint("side IN ('need', 'offer')", name="side"),
    UniqueConstraint("id", "unit"),
)
"""Accounts with stages: needs and offers, never the fund. Both share these ids."""


def _of_holder() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["id", "unit"], ["holder.id", "holder.unit"])


allowed_move = Table(
    "allowed_move",
    metadata,
    Column("act", Word(Act), primary_key=True),
    Column("side", Word(Side), primary_key=True),
    Column("from_stage", Word(Stage), primary_key=True),
    Column("to_stage", Word(Stage), primary_key=True),
    sqlite_with_rowid=False,
)

entry = Table(
    "entry",
    metadata,
    row_id(),
    word_column("act", Act),
    Column("effective_on", Date, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    request_column(),
    foreign_key("deal_id", "deal.id", required=False),
    Column("reference", Text),
    Column("reason", Text),
    Column("override", Text),
    Column("reverses", BigInteger, ForeignKey("entry.id")),
    Column("lines", SmallInteger, nullable=False),
    Column("format", SmallInteger, nullable=False),
    # The total said of a need or an offer, from the day of the entry on; zero is unknown.
    Column("total", BigInteger),
    # The codes of the exemptions that the act rests on; empty where its pair was not barred.
    Column("exemptions", Text),
    CheckConstraint("lines > 0", name="lines"),
    CheckConstraint("(act = 'reverse') = (reverses IS NOT NULL)", name="reverses"),
    Index("ix_entry_deal_id_effective_on", "deal_id", "effective_on"),
    Index("ix_entry_request_id", "request_id"),
    Index("ix_entry_reverses", "reverses"),
)

_AMOUNTS = f"BETWEEN 0 AND {MAX_AMOUNT}"

movement = Table(
    "movement",
    metadata,
    key_to("entry_id", "entry.id"),
    Column("line", SmallInteger, primary_key=True, autoincrement=False),
    foreign_key("holder_id", "holder.id"),
    foreign_key("deal_id", "deal.id", required=False),
    Column("unit", CODE, nullable=False),
    word_column("from_stage", Stage),
    word_column("to_stage", Stage),
    Column("amount", BigInteger, nullable=False),
    Column("effective_on", Date, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    CheckConstraint(f"amount BETWEEN 1 AND {MAX_AMOUNT}", name="amount"),
    CheckConstraint("from_stage <> to_stage", name="stages"),
    Index(
        "ix_movement_timeline",
        "holder_id",
        "effective_on",
        "recorded_at",
        "from_stage",
        "to_stage",
        "amount",
    ),
    Index("ix_movement_deal_id", "deal_id"),
    sqlite_with_rowid=False,
)

BALANCE_STAGES: Final = ("free", "held", "committed", "delivered", "withdrawn", "expired")


def _stage_columns(stages: tuple[str, ...]) -> list[Any]:
    # The checks stand on the table: on a column, a generated migration would leave them out.
    return [
        *(Column(stage, BigInteger, nullable=False) for stage in stages),
        *(CheckConstraint(f"{stage} {_AMOUNTS}", name=stage) for stage in stages),
    ]


balance = Table(
    "balance",
    metadata,
    key_to("holder_id", "holder.id", ROW_ID),
    *_stage_columns(BALANCE_STAGES),
)
"""What stands in each stage of a need or offer; `free` is its open or available stage."""

deal_balance = Table(
    "deal_balance",
    metadata,
    key_to("deal_id", "deal.id"),
    Column("side", Word(Side), primary_key=True),
    *_stage_columns(BALANCE_STAGES[1:4]),
    sqlite_with_rowid=False,
)

rate = Table(
    "rate",
    metadata,
    row_id(),
    Column("day", Date, nullable=False),
    Column("base", CODE, ForeignKey("unit.code"), nullable=False),
    Column("quote", CODE, ForeignKey("unit.code"), nullable=False),
    Column("rate", ExactDecimal, nullable=False),
    Column("source", Text),
    Column("withdrawn", Boolean, nullable=False),
    *recorded_columns(),
    CheckConstraint("CAST(rate AS NUMERIC) > 0", name="rate"),
    Index("ix_rate_lookup", "base", "quote", "day", "id"),
)
"""Exchange rates as they were learned; the latest recorded of a day and pair is in force."""

REFERENCE_TABLES: Final = (region, country, sector, project_status, instrument, seat_role)
MUTABLE_TABLES: Final = (balance, deal_balance)


if TYPE_CHECKING:
    # What `__getattr__` gives, so that a name that no table has is found before it is used.
    city: Table
    city_version: Table
    deal: Table
    deal_version: Table
    introduced_line: Table
    need: Table
    need_version: Table
    offer: Table
    offer_version: Table
    office: Table
    office_version: Table
    project: Table
    project_version: Table
    proposal: Table
    proposal_line: Table
    proposal_project: Table
    provider: Table
    provider_version: Table
else:

    def __getattr__(name: str) -> Table:
        """Give a table of a register or of proposals by its name, made when it is first asked."""
        if name in _OF_PROPOSALS:
            from ledger.store.db import proposal_tables  # noqa: PLC0415 - few commands need them

            return globals().setdefault(name, getattr(proposal_tables, name))
        register = name.removesuffix(_VERSION)
        if register not in OF_JOURNAL:
            message = f"module {__name__!r} has no attribute {name!r}"
            raise AttributeError(message)
        return named(register) if register == name else versions_of(register)


_OF_PROPOSALS: Final = ("proposal", "proposal_line", "proposal_project", "introduced_line")
_VERSION: Final = "_version"
OF_JOURNAL: Final = ("office", "city", "provider", "project", "need", "offer", "deal")
"""The registers that rows of the journal lead to; their tables are attributes of this module."""


def named(register: str) -> Table:
    """Give the table of a register's identity rows, by the register's name."""
    _made(register)
    return metadata.tables[registers.versioned()[register].table]


def versions_of(register: str) -> Table:
    """Give the table of the versions of a register's records."""
    _made(register)
    return metadata.tables[f"{registers.versioned()[register].table}_version"]


def identity_changes_of(register: str) -> Table | None:
    """Give the table of a register's identity changes; None where they never change."""
    _made(register)
    return metadata.tables.get(f"{register}{IDENTITY_CHANGE}")


def complete_metadata() -> MetaData:
    """Give the metadata with every table of the schema, those of nights and statements included.

    Most commands read and write without them, so they are made only where all are needed.
    """
    from ledger.store.db import approval_tables, night_tables, proposal_tables  # noqa: PLC0415

    assert proposal_tables.proposal.metadata is metadata
    assert night_tables.finding.metadata is metadata
    assert approval_tables.approval.metadata is metadata
    for register in registers.versioned():
        _made(register)
    _index_records_in_error()
    return metadata


@cache
def _index_records_in_error() -> None:
    """Index the few records in error; SQLAlchemy loads both dialects for it, which takes long.

    Two threads may ask for it at once, and an index that is defined twice cannot be created.
    """
    with _MAKING:
        _index_each()


def _index_each() -> None:
    for name, spec in registers.versioned().items():
        versions = versions_of(name)
        marked = versions.c.in_error
        owner = versions.c[f"{spec.table}_id"]
        index = f"ix_{versions.name}_in_error"
        if any(one.name == index for one in versions.indexes):
            continue
        Index(index, owner, sqlite_where=marked, postgresql_where=marked)


def every_table() -> tuple[Table, ...]:
    """Give every table of the schema in the order of their references."""
    return _in_order(len(complete_metadata().tables))


@cache
def _in_order(_count: int) -> tuple[Table, ...]:
    return tuple(metadata.sorted_tables)


def append_only_tables() -> tuple[Table, ...]:
    """Give every table whose rows never change."""
    changing = (*REFERENCE_TABLES, *MUTABLE_TABLES)
    return tuple(table for table in every_table() if table not in changing)
