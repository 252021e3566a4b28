"""What tables are made of: the metadata that all share, and the columns that most have."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, MetaData, String

from ledger.store.types import Word

CODE: Final = String(64)
ROW_ID: Final = BigInteger().with_variant(Integer, "sqlite")
"""SQLite's own row number has to be declared INTEGER."""

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


def row_id() -> Column[int]:
    """Make the `id` of a table whose rows are numbered."""
    # Ids are assigned by the program, so that a batch of rows goes in by one compiled insert.
    return Column("id", ROW_ID, primary_key=True, autoincrement=False)


def reference(name: str, target: str, *, required: bool = True) -> Column[int]:
    """Make a column that refers to a row of another table."""
    return Column(name, BigInteger, ForeignKey(target), nullable=not required)


def by_request() -> Column[int]:
    """Make the column that says under which request a row was written."""
    return reference("request_id", "request.id")


def word(name: str, words: type[StrEnum], *, required: bool = True) -> Column[Any]:
    """Make a column of one of an enumeration's words."""
    return Column(name, Word(words), nullable=not required)
