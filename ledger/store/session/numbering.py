"""Where a write draws the numbers of its rows and codes, and how often its codes were used before.

Numbers are drawn under the write lock, or on a server from sequences in blocks, which may leave
holes: `ledger/store/session/sequences.py`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection, Select, Table, bindparam, func, select

from ledger.core.text import normalised_code
from ledger.store.db.prepared import Prepared
from ledger.store.db.queries import codes_had
from ledger.store.registers import STORED_REGISTERS, identity_of


class Numbering:
    """Where a write draws the numbers of its new rows and codes from.

    Codes continue after the largest known number, those of this write included.
    """

    def __init__(self) -> None:
        self._last: dict[str, int] = {}

    def ids(self, table: Table, count: int) -> list[int]:
        """Draw as many ids of a table, in order."""
        raise NotImplementedError

    def next_id(self, table: Table) -> int:
        """Draw one id of a table."""
        return self.ids(table, 1)[0]

    def _largest(self, kind: str) -> int:
        raise NotImplementedError

    def code_number(self, kind: str) -> int:
        """Draw the number of a code such as PRJ-0043: the one after the largest."""
        number = max(self._last.get(kind, 0), self._largest(kind)) + 1
        self._last[kind] = number
        return number

    def note_code_number(self, kind: str, number: int | None) -> None:
        """Take note of the number in a code that this write gave a record."""
        if number is not None:
            self._last[kind] = max(self._last.get(kind, 0), number)


class LockedNumbering(Numbering):
    """Counts on from the largest there is: the one writer there can be knows it."""

    def __init__(self, connection: Connection, **last: int) -> None:
        """Start; `last` gives the last id of a table where it is known, by the table's name."""
        super().__init__()
        self._connection = connection
        self._last_ids = last
        self._largest_codes: dict[str, int] = {}

    def ids(self, table: Table, count: int) -> list[int]:
        """Draw the ids after the largest."""
        if table.name not in self._last_ids:
            self._last_ids[table.name] = _last_id(table).value(self._connection) or 0
        first = self._last_ids[table.name] + 1
        self._last_ids[table.name] += count
        return list(range(first, first + count))

    def next_id(self, table: Table) -> int:
        """Draw the id after the largest."""
        number = self._last_ids.get(table.name)
        if number is None:
            return self.ids(table, 1)[0]
        self._last_ids[table.name] = number + 1
        return number + 1

    def _largest(self, kind: str) -> int:
        if kind not in self._largest_codes:
            table = identity_of(kind)
            number, identity = _last_code(table).rows(self._connection)[0]
            self._largest_codes[kind] = number or 0
            self._last_ids.setdefault(table.name, identity or 0)
        return self._largest_codes[kind]


@cache
def _last_id(table: Table) -> Prepared:
    return Prepared(select(func.max(table.c.id)))


@cache
def _last_code(table: Table) -> Prepared:
    # Two questions, so that each is answered by the end of an index.
    last = [select(func.max(table.c[name])).scalar_subquery() for name in ("number", "id")]
    return Prepared(select(*last))


class CodeUses:
    """How many records had a code before a new one, now or formerly: each is recorded in error."""

    def __init__(self, connection: Connection) -> None:
        """Start with no register read."""
        self._connection = connection
        self.reads_singly = _SINGLY
        """How many new records of a register are looked up one by one before it is read once."""
        self._by_kind: dict[str, dict[str, int]] = {}
        self._asked: Counter[str] = Counter()
        self._new: set[str] = set()

    def new(self, code: str) -> str:
        """Take note of a code that was made just now, and that no record had before; give it."""
        self._new.add(code)
        return code

    def of(self, kind: str, codes: Iterable[str]) -> int:
        """Count the records that had one of the codes a new record begins with.

        Those of the first few codes are looked up, and for more a register is read once.
        """
        uses = self._by_kind.get(kind)
        if uses is not None and not uses:  # as nearly always: no record is in error
            return 0
        known = [normalised_code(code) for code in codes if code not in self._new]
        if not known:
            return 0
        if uses is not None:
            return max([uses.get(code, 0) for code in known])
        self._asked[kind] += 1
        if self._asked[kind] <= self.reads_singly:
            return max(self._read(kind, known).values(), default=0)
        uses = self._by_kind[kind] = self._read(kind)
        return max([uses.get(code, 0) for code in known])

    def _read(self, kind: str, codes: Sequence[str] | None = None) -> dict[str, int]:
        of_all, of_some = _code_uses(kind)
        if codes is None:
            return dict(self._connection.execute(of_all).all())
        return dict(self._connection.execute(of_some, {"codes": codes}).all())


@cache
def _code_uses(kind: str) -> tuple[Select[Any], Select[Any]]:
    """Select how often each code was used that records in error had: of all, and of some codes."""
    register = STORED_REGISTERS[kind]
    versions = register.versions.c
    had = codes_had(kind).c
    ever = select(versions[register.owner]).where(versions.in_error)
    freed = select(had.folded).where(had.id.in_(ever))
    query = select(had.folded, func.max(had.reuse) + 1).group_by(had.folded)
    some = had.folded.in_(bindparam("codes", expanding=True))
    return query.where(had.folded.in_(freed)), query.where(some, had.id.in_(ever))


_SINGLY: Final = 5
"""Of how few new records reading a whole register would take longer."""
