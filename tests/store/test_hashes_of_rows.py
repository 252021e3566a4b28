"""The hash of a row: its columns by name, without what is empty, is a default or can be erased."""

from __future__ import annotations

import json
from hashlib import sha256

import pytest
from sqlalchemy import BigInteger, Column, Integer, LargeBinary, MetaData, Table, Text

from ledger.store.db.prepared import hashes_of_stored

TABLE = Table(
    "thing",
    MetaData(),
    Column("number", Integer, primary_key=True),
    Column("name", Text),
    Column("moment", BigInteger),
    Column("later", Integer, server_default="7"),
    Column("bytes", LargeBinary),
)


def by_hand(row: tuple[object, ...]) -> bytes:
    number, name, moment, later, content = row
    cells = {
        "bytes": None if content is None else bytes(content).hex(),
        "later": None if later == 7 else later,
        "moment": moment,
        "name": name,
        "number": number,
    }
    written = "".join(
        f'"{column}":{json.dumps(value, ensure_ascii=False)},'
        for column, value in cells.items()
        if value is not None
    )
    return sha256(f'"thing":{written}'.encode()).digest()


@pytest.mark.parametrize(
    "rows",
    [
        [(1, "a", 5, 7, None)],
        [(1, "a", 5, 7, None)] * 3,
        [(at, f"Road {at}", 5, 7, b"\x01") for at in range(20)],
        [(at, 'پل "یک"' if at % 2 else None, at or None, 7 + at % 2, None) for at in range(20)],
        [(at % 3, "a", -at, at, bytes([at])) for at in range(20)],
        [(1, None, None, 7, None), (1, None, None, 7, None)],
        [(at, "a", None, 8, b"") for at in range(5)],
    ],
)
def test_each_row_is_hashed_as_it_is_by_itself(rows: list[tuple[object, ...]]) -> None:
    columns = [*zip(*rows, strict=True)]
    assert hashes_of_stored(TABLE, columns) == [by_hand(row) for row in rows]
