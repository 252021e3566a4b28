"""Tampering with a sealed ledger by raw SQL, drawn by chance: what is done, and what it hits.

Guards do not act. Every cell of every row that is kept for ever may be edited, every row deleted,
rows added, two exchanged, the end cut off; an attacker who can do this can also seal the result.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from random import Random
from typing import Any, NamedTuple, Protocol

from sqlalchemy import Boolean, Column, Date, Integer, LargeBinary, Table

from ledger.evidence.tree_head import TreeHead, leaf_name
from ledger.store.db import night_tables, tables
from ledger.store.db.types import Instant, Word
from ledger.store.erasable import ROW_PLACES
from ledger.store.registers import LEAF_KINDS, STORED_REGISTERS

_REGISTERED = (
    *("office", "city", "provider", "project", "need", "offer", "deal"),
    *("restriction", "exemption", "body", "seat", "approach"),
    *("partnership", "undertaking", "credential"),
    *("meeting", "attendance", "motion", "target"),
    "identifier",
    *("note", "contact", "owner"),
    *("phase", "instalment", "reminder", "pair_limit"),
)
_NAMED = {
    *("request", "receipt", "disclosure", "setting_version", "unit", "holder", "entry"),
    *("movement", "rate"),
    *("proposal", "proposal_line", "proposal_project", "introduced_line", "seal", "sealed_leaf"),
    *("statement", "statement_line", "finding", "finding_event", "gap_snapshot"),
    *("night_run", "night_step", "adopted_row", "erasure", "remaining_leaf"),
    *("approval", "approval_answer", "approval_rule", "approval_use", "standing_approval"),
    *_REGISTERED,
    *(f"{kind}_version" for kind in _REGISTERED),
}
SEALED_TABLES = tuple(table for table in tables.every_table() if table.name in _NAMED)
"""All whose rows are in leaves, or are the leaves and the seals themselves."""
assert len(SEALED_TABLES) == len(_NAMED)

_WRITTEN_UNDER = [
    (table.name, "request_id")
    for table in SEALED_TABLES
    if "request_id" in table.c and table is not night_tables.seal
]

_TABLES = {place: table for table, place in ROW_PLACES.items()}

KINDS = {register.identity.name: kind for kind, register in STORED_REGISTERS.items()}
"""The register of each table of identity rows."""

Row = Mapping[str, Any]


class Sql(Protocol):
    """A database to tamper with: one statement after another, `?` for each value."""

    def run(self, statement: str, values: tuple[Any, ...] = ()) -> None:
        """Run a statement; raises `Refused` where the database has no such value."""

    def rows(self, table: str) -> list[Row]:
        """Read a table."""


class Refused(Exception):
    """What the columns of the engine do not take."""


class Tampering(NamedTuple):
    """What was done, in words, and what a check has to name: any of these.

    The check of seals does, but for the format of a request: that is in no leaf, but in its hash.
    """

    kind: str
    done: str
    names: tuple[str, ...]
    check: str = "seals"


class Attacker:
    """Knows the rows of an honest sealed ledger, and tampers with a copy of it."""

    def __init__(self, rows: Mapping[str, list[Row]], marks: tuple[TreeHead, ...]) -> None:
        self.marks = marks
        last = max(row["last_request"] for row in rows["seal"])
        self.last = last
        self.rows = {name: [row for row in kept if _covered(name, row, last)]
                     for name, kept in rows.items()}  # fmt: skip
        self.codes = {
            (kind, row["id"]): row["code"] for table, kind in KINDS.items() for row in rows[table]
        }
        self.sides = {row["id"]: row["side"] for row in rows["holder"]}
        self.statements = {row["id"]: row["request_id"] for row in rows["statement"]}
        self.proposals = {row["id"]: row["code"] for row in rows["proposal"]}

    def names(self, table: str, row: Row) -> tuple[str, ...]:
        """Give what the leaf of a row is called; of a record, its first version's."""
        if table.endswith("_version") and table != "setting_version":
            name = table.removesuffix("_version")
            kind = KINDS[name]
            code = self.codes[kind, row[f"{name}_id"]]
            return (leaf_name(kind, f"{code}/{row['version']}"),)
        if table in KINDS:
            return (leaf_name(KINDS[table], f"{row['code']}/1"),)
        if table == "disclosure":
            return (self._disclosed(row),)
        return tuple(_NAMES[table](self, row))

    def _disclosed(self, row: Row) -> str:
        """Give what the leaf is called that holds the hash of a disclosure."""
        if row["kind"] in _TABLES:
            return f"rows {_TABLES[row['kind']]} {row['request_id']}"
        kind, record = LEAF_KINDS[row["kind"]], row["record"]
        if kind in STORED_REGISTERS:
            return leaf_name(kind, f"{self.codes[kind, record]}/{row['version']}")
        return leaf_name(kind, self.proposals[record] if kind == "proposal" else str(record))

    def edit(self, sql: Sql, chance: Random) -> Tampering:
        """Change one cell."""
        table = chance.choice([one for one in SEALED_TABLES if self.rows[one.name]])
        row = chance.choice(self.rows[table.name])
        column = chance.choice(list(table.columns))
        new = self._another(table, column, row, chance)
        where, key = _key(table, row)
        sql.run(f'UPDATE {table.name} SET "{column.name}" = ? WHERE {where}', (new, *key))
        done = f"{table.name} {key}: {column.name} = {new!r}, was {row[column.name]!r}"
        check = "chain" if column is tables.request.c.format else "seals"
        return Tampering("edit", done, self.names(table.name, row), check)

    def delete(self, sql: Sql, chance: Random) -> Tampering:
        """Remove one row."""
        table = chance.choice([one for one in SEALED_TABLES if self.rows[one.name]])
        row = chance.choice(self.rows[table.name])
        where, key = _key(table, row)
        sql.run(f"DELETE FROM {table.name} WHERE {where}", key)
        return Tampering("delete", f"{table.name} {key}", self.names(table.name, row))

    def delete_an_entry(self, sql: Sql, chance: Random) -> Tampering:
        """Remove an entry with its movements and, where it was alone, with its request."""
        entry = chance.choice(self.rows["entry"])
        number, request = entry["id"], entry["request_id"]
        sql.run("DELETE FROM movement WHERE entry_id = ?", (number,))
        sql.run("DELETE FROM entry WHERE id = ?", (number,))
        names = (f"entry {number}",)
        if sum(row["request_id"] == request for row in self.rows["entry"]) == 1:
            sql.run("DELETE FROM receipt WHERE request_id = ?", (request,))
            sql.run("DELETE FROM request WHERE id = ?", (request,))
            names = (f"request {request}",)
        return Tampering("delete an entry", str(number), names)

    def insert(self, sql: Sql, chance: Random) -> Tampering:
        """Add an entry, a version, a movement, a unit, a rate or a leaf like one that is there."""
        kind = chance.choice(("entry", "version", "movement", "unit", "rate", "sealed_leaf"))
        if kind == "entry":
            entry, number = chance.choice(self.rows["entry"]), 90_000 + chance.randrange(1000)
            self._copy(sql, "entry", entry, id=number, reverses=None)
            for line in (one for one in self.rows["movement"] if one["entry_id"] == entry["id"]):
                self._copy(sql, "movement", line, entry_id=number)
            return Tampering("insert", f"entry like {entry['id']}", (f"entry {number}",))
        if kind == "version":
            table = f"{chance.choice(list(KINDS))}_version"
            row = chance.choice(self.rows[table])
            new = {**row, "version": row["version"] + 50}
            self._copy(sql, table, new)
            return Tampering("insert", f"{table} {new}", self.names(table, new))
        if kind == "movement":
            row = chance.choice(self.rows["movement"])
            self._copy(sql, "movement", row, line=row["line"] + 7)
            return Tampering("insert", f"movement {row}", self.names("movement", row))
        row = chance.choice(self.rows[kind])
        fresh: dict[str, Any] = {"unit": {"code": "zz"}, "rate": {"id": 77}}.get(kind, {})
        if kind == "sealed_leaf":
            fresh = {"position": 1 + max(one["position"] for one in self.rows[kind]),
                     "reference": "999"}  # fmt: skip
        self._copy(sql, kind, row, **fresh)
        return Tampering("insert", f"{kind} {fresh}", self.names(kind, {**row, **fresh}))

    def insert_a_request(self, sql: Sql, chance: Random) -> Tampering:
        """Add a whole request with its receipt and an entry, numbered among what was sealed."""
        gone = [n for n in range(1, self.last) if n not in {r["id"] for r in self.rows["request"]}]
        entry = chance.choice(self.rows["entry"])
        request = next(r for r in self.rows["request"] if r["id"] == entry["request_id"])
        receipt = next(r for r in self.rows["receipt"] if r["request_id"] == request["id"])
        number = chance.choice(gone) if gone else -chance.randrange(1, 99)
        number = max(number, 0)  # before the first request there is room for one
        self._copy(sql, "request", request, id=number, key=f"forged-{chance.random()}")
        self._copy(sql, "receipt", receipt, request_id=number)
        self._copy(sql, "entry", entry, id=95_000, request_id=number, reverses=None)
        return Tampering("insert a request", str(number), (f"request {number}", "entry 95000"))

    def exchange(self, sql: Sql, chance: Random) -> Tampering:
        """Let two rows change places: two requests, two entries, or two sealed leaves."""
        table, key = chance.choice(
            (("entry", "id"), ("request", "id"), ("sealed_leaf", "position"))
        )
        first, second = chance.sample(self.rows[table], 2)
        one, other = first[key], second[key]
        children = {"entry": [("movement", "entry_id")], "request": _WRITTEN_UNDER}
        away = 10**6
        for name, column in [(table, key), *children.get(table, [])]:
            for old, new in ((one, away), (other, one), (away, other)):
                sql.run(f"UPDATE {name} SET {column} = ? WHERE {column} = ?", (new, old))
        names = [*self.names(table, first), *self.names(table, second)]
        return Tampering("exchange", f"{table} {one} and {other}", tuple(names))

    def cut(self, sql: Sql, chance: Random) -> Tampering:
        """Take the ledger back to what it was at an earlier seal, without a trace."""
        *earlier, _ = self.rows["seal"]
        seal = chance.choice(earlier)
        last, size = seal["last_request"], seal["size"]
        sql.run("DELETE FROM sealed_leaf WHERE position >= ?", (size,))
        sql.run("DELETE FROM seal WHERE number > ?", (seal["number"],))
        sql.run(
            "DELETE FROM movement WHERE entry_id IN (SELECT id FROM entry WHERE request_id > ?)",
            (last,),
        )
        keeps = seal["request_id"]
        for table in reversed(SEALED_TABLES):
            own = {"request": "id", "receipt": "request_id"}.get(table.name)
            if own is not None:
                sql.run(f"DELETE FROM {table.name} WHERE {own} > ? AND {own} <> ?", (last, keeps))
            elif "request_id" in table.c and table is not night_tables.seal:
                sql.run(f"DELETE FROM {table.name} WHERE request_id > ?", (last,))
        return Tampering("cut", f"after seal {seal['number']}", (f"the ledger has {size}",))

    def _copy(self, sql: Sql, table: str, row: Row, **changed: Any) -> None:
        new = {**row, **changed}
        names = ", ".join(f'"{name}"' for name in new)
        marks = ", ".join("?" for _ in new)
        sql.run(f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(new.values()))

    def _says_the_same(self, table: Table, column: Column[Any], row: Row, new: Any) -> bool:
        """Say whether a corrected term is read alike: where a version has none, its record does."""
        register = STORED_REGISTERS[KINDS[table.name.removesuffix("_version")]]
        if column.name not in register.corrected:
            return False
        owner = row[register.owner]
        (first,) = (
            one[column.name] for one in self.rows[register.identity.name] if one["id"] == owner
        )
        return str(new or first) == str(row[column.name] or first)

    def _another(self, table: Table, column: Column[Any], row: Row, chance: Random) -> Any:
        """Give a cell another value, of its column's kind or of none."""
        old = row[column.name]
        others = [one[column.name] for one in self.rows[table.name] if one[column.name] != old]
        pool = [*others[:3], *_values(column, old, chance)]
        if column.nullable and old not in (None, ""):
            pool.append(None)
        # Nothing, no and an empty text are the same to whoever reads the ledger.
        pool = [new for new in pool if new != old and not (not new and not old)]
        if table.name.endswith("_version") and table.name != "setting_version":
            pool = [new for new in pool if not self._says_the_same(table, column, row, new)]
        if not pool:
            raise Refused(column.name)
        return chance.choice(pool)


def _values(column: Column[Any], old: Any, chance: Random) -> Iterator[Any]:
    if isinstance(column.type, Boolean):
        yield not old
    elif isinstance(column.type, LargeBinary):
        yield chance.randbytes(len(bytes(old)))
        yield bytes(old)[:-1] + bytes([bytes(old)[-1] ^ 1])
    elif isinstance(column.type, Date):
        yield "1999-12-31"
    elif isinstance(column.type, (Integer, Instant)):
        yield (old or 0) + chance.choice((1, -1, 1000))
    elif isinstance(column.type, Word):
        yield chance.choice([word.value for word in column.type.words])
    else:
        yield f"{old or ''}0"
        yield chance.choice(("x", "1", " ", "é"))


def _covered(table: str, row: Row, last: int) -> bool:
    """Say whether a row was there at the last seal: one seal's own request never was."""
    if table == "request":
        return row["id"] <= last
    return table == "seal" or row.get("request_id", 0) <= last


def _key(table: Table, row: Row) -> tuple[str, tuple[Any, ...]]:
    names = list(table.primary_key.columns.keys())
    where = " AND ".join(f'"{name}" = ?' for name in names)
    return where, tuple(row[name] for name in names)


def _of_holder(attacker: Attacker, row: Row) -> Iterator[str]:
    side = attacker.sides[row["id"]]
    yield leaf_name(side, f"{attacker.codes[side, row['id']]}/1")


def _of_proposal(attacker: Attacker, row: Row) -> Iterator[str]:
    yield f"proposal {attacker.proposals[row['proposal_id']]}"


def _of_leaf(attacker: Attacker, row: Row) -> Iterator[str]:
    del attacker
    yield leaf_name(row["kind"], row["reference"])
    yield f"comes {row['position']}"
    yield f"after leaf {row['position'] - 1}"
    yield f"leaf {row['position']}"
    yield "leaves are sealed"


_NAMES: Mapping[str, Callable[[Attacker, Row], Iterator[str]]] = {
    "request": lambda _, row: iter([f"request {row['id']}"]),
    "receipt": lambda _, row: iter([f"request {row['request_id']}"]),
    "entry": lambda _, row: iter([f"entry {row['id']}"]),
    "movement": lambda _, row: iter([f"entry {row['entry_id']}"]),
    "setting_version": lambda _, row: iter(
        [leaf_name("setting", f"{row['name']}/{row['version']}")]
    ),
    "unit": lambda _, row: iter([f"unit {row['code']}"]),
    "rate": lambda _, row: iter([f"rate {row['id']}"]),
    "proposal": lambda _, row: iter([f"proposal {row['code']}"]),
    "proposal_line": _of_proposal,
    "proposal_project": _of_proposal,
    "introduced_line": lambda _, row: iter([f"entry {row['entry_id']}"]),
    "holder": _of_holder,
    "seal": lambda _, row: iter(
        [f"seal {row['number']}", f"seal {row['number'] + 1}", "the last seal has"]
    ),
    "sealed_leaf": _of_leaf,
    **{
        name: lambda _, row, name=name: iter([f"rows {name} {row['request_id']}"])
        for name in (
            *("statement", "finding", "finding_event", "gap_snapshot"),
            *("approval", "approval_answer", "approval_rule", "approval_use"),
            *("standing_approval", "remaining_leaf"),
        )
    },
    "statement_line": lambda attacker, row: iter(
        [f"rows statement_line {attacker.statements[row['statement_id']]}"]
    ),
    "night_run": lambda _, row: iter([f"adopted night_run {row['id']}"]),
    "night_step": lambda _, row: iter([f"adopted night_step {row['run_id']}/{row['name']}"]),
    "adopted_row": lambda _, row: iter([f"adopted {row['table_name']} {row['key']}"]),
}
