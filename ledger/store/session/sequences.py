"""Numbers from the sequences of a server, on which many write at once."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Mapping
from typing import Final

from sqlalchemy import Connection, Table, text

from ledger.store.db import tables
from ledger.store.session.rows import Numbering

_LARGEST_BLOCK: Final = 1000


def numbered_tables() -> list[Table]:
    """Give the tables whose ids are counted by themselves, by name.

    Needs and offers have the ids of their holders.
    """
    own = [table for table in tables.every_table() if "id" in table.c]
    numbered = (table for table in own if table not in {tables.need, tables.offer})
    return sorted(numbered, key=lambda table: table.name)


def sequence_of(table: Table) -> str:
    """Name the sequence that a table's ids come from on a server."""
    return f"{table.name}_id_seq"


class SharedNumbering(Numbering):
    """Draws ids from sequences; codes go on from what was there before the write began.

    A `trial` draws nothing: it looks at the number that would come next, for what is rolled back
    anyway. Two who choose one code at once meet at its unique key, and one of them tries again;
    after some `tries` it leaps ahead by chance, so that many writers come apart.
    """

    def __init__(
        self,
        connection: Connection,
        largest_codes: Mapping[str, int],
        *,
        trial: bool = False,
        tries: int = 0,
    ) -> None:
        super().__init__()
        self._connection = connection
        self._offset = random.randrange(max(1, 2 * tries - 1))  # noqa: S311 (a code is no secret)
        self._largest_codes = largest_codes
        self._trial = trial
        self._blocks: dict[str, deque[int]] = {}
        self._drawn: dict[str, int] = {}

    def ids(self, table: Table, count: int) -> list[int]:
        """Draw exactly as many ids: from a block that was begun, and the rest from the sequence."""
        block = self._blocks.setdefault(table.name, deque())
        if len(block) < count:
            block.extend(self._draw(table, count - len(block)))
        return [block.popleft() for _ in range(count)]

    def next_id(self, table: Table) -> int:
        """Draw one id, from a block that grows with what the write needs."""
        block = self._blocks.setdefault(table.name, deque())
        if not block:
            drawn_count = self._drawn.get(table.name, 0)
            block.extend(self._draw(table, min(max(1, drawn_count), _LARGEST_BLOCK)))
        return block.popleft()

    def _draw(self, table: Table, count: int) -> list[int]:
        drawn_count = self._drawn.get(table.name, 0)
        self._drawn[table.name] = drawn_count + count
        name = sequence_of(table)
        if self._trial:
            next_ = f"SELECT last_value + CASE WHEN is_called THEN 1 ELSE 0 END FROM {name}"  # noqa: S608
            first = drawn_count + self._connection.execute(text(next_)).scalar_one()
            return list(range(first, first + count))
        draw = text("SELECT nextval(:name) FROM generate_series(1, :count)")
        return sorted(self._connection.execute(draw, {"name": name, "count": count}).scalars())

    def _largest(self, kind: str) -> int:
        return self._largest_codes.get(kind, 0) + self._offset
