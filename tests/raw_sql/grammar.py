"""Attempts of somebody who goes round the program with raw SQL, drawn from a grammar.

Each is a handful of statements for one engine. Whatever they hit is drawn by chance: any table,
any column, values of every wrong kind, and every known way of putting the guards out of action.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import NamedTuple

from sqlalchemy import Column, Table

from ledger.store.db import tables
from migrations.guards import guards

TABLES = tables.every_table()
GUARDED = tables.append_only_tables()
BALANCES = (tables.balance, tables.deal_balance)
STAGES = (
    "undeclared", "open", "available", "held", "committed", "delivered", "withdrawn", "expired",
)  # fmt: skip
ACTS = (
    "declare", "revise", "introduce", "commit", "deliver", "release", "return", "withdraw",
    "expire", "reinstate", "reverse",
)  # fmt: skip
LATER = "(SELECT coalesce(max(id), 0) + 1 FROM entry)"
HUGE = ("4000000000000000001", "9223372036854775807", "-4000000000000000000", "1000000000000000000")


class Attempt(NamedTuple):
    """A kind of attempt, and its statements; a statement that is refused stops nobody."""

    kind: str
    statements: tuple[str, ...]


def attempts(engine: str, seed: int, count: int) -> Iterator[Attempt]:
    """Draw attempts; the same seed gives the same ones."""
    chance = Random(seed)
    kinds = _KINDS + (_ON_SERVER if engine == "postgresql" else _IN_FILE)
    for number in range(count):
        # Every kind has its turn, whatever the count.
        make = kinds[number % len(kinds)]
        kind = make.__name__.strip("_").replace("_", " ")
        yield Attempt(kind, tuple(make(chance, engine)))


_Make = Callable[[Random, str], list[str]]


def _columns(table: Table) -> list[str]:
    return [f'"{name}"' for name in table.columns.keys()]  # noqa: SIM118


def _any_table(chance: Random) -> Table:
    # The journal and what it rests on are what an attacker is after.
    favoured = (tables.movement, tables.entry, *BALANCES)
    return chance.choice(favoured) if chance.random() < 0.3 else chance.choice(TABLES)


def _column(chance: Random, table: Table) -> Column[object]:
    return chance.choice(list(table.columns))


def _value(chance: Random, table: Table, column: Column[object]) -> str:
    name = f'"{column.name}"'
    another = f"(SELECT max(other.{name}) FROM {table.name} AS other)"
    pool = [name, another, "NULL", "0", "1", "-1", "7", "'x'", "''", "'2026-02-30'", "'1999-01-01'",
            "'2026-11-22'", "'EUR'", "'USD'", "'need'", "'offer'", "'fund'", "1.5",
            f"{name} + 1", f"-{name}", "'0'", "'1.0850'", "'NaN'", *HUGE]  # fmt: skip
    pool += [f"'{chance.choice(STAGES)}'", f"'{chance.choice(ACTS)}'"]
    return chance.choice(pool)


def _where(chance: Random, table: Table) -> str:
    key = [f'"{column.name}"' for column in table.primary_key.columns]
    if not key or chance.random() < 0.3:
        return ""
    place = chance.randrange(4)
    listed = ", ".join(key)
    return (
        f" WHERE ({listed}) IN (SELECT {listed} FROM {table.name}"
        f" ORDER BY {listed} LIMIT 1 OFFSET {place})"
    )


def _update_any_cell(chance: Random, engine: str) -> list[str]:
    table = _any_table(chance)
    changes = {}
    for _ in range(chance.choice((1, 1, 2))):
        column = _column(chance, table)
        changes[column.name] = _value(chance, table, column)
    words = ", ".join(f'"{name}" = {value}' for name, value in changes.items())
    how = chance.choice(("OR REPLACE ", "OR IGNORE ", "OR FAIL ", "")) if engine == "sqlite" else ""
    return [f"UPDATE {how}{table.name} SET {words}{_where(chance, table)}"]


def _delete_any_row(chance: Random, engine: str) -> list[str]:
    del engine
    table = _any_table(chance)
    return [f"DELETE FROM {table.name}{_where(chance, table)}"]


def _insert_like(
    table: Table, changed: dict[str, str], where: str = "", verb: str = "INSERT", tail: str = ""
) -> str:
    names = _columns(table)
    values = [changed.get(name.strip('"'), name) for name in names]
    source = f"(SELECT * FROM {table.name}{where}) AS kept"
    return (
        f"{verb} INTO {table.name} ({', '.join(names)})"
        f" SELECT {', '.join(values)} FROM {source} WHERE 1 = 1{tail}"
    )


_KEYS = frozenset(
    {"id", "entry_id", "request_id", "holder_id", "deal_id", "proposal_id", "project_id"}
)


def _fresh(chance: Random, table: Table) -> dict[str, str]:
    """Give a row like another a key of its own."""
    new: dict[str, str] = {}
    number = chance.randrange(10_000, 99_999)
    for column in table.primary_key.columns:
        if column.name in {"version", "line", "position", "number"}:
            new[column.name] = f'"{column.name}" + {chance.choice((1, 1, 2))}'
        elif column.name == "code":
            new["code"] = f"'X{number % 100}'"
        elif column.name in _KEYS:
            new[column.name] = f'"{column.name}" + {chance.choice((1, number))}'
    if "folded" in table.columns:
        new |= {"code": f"'X-{number}'", "folded": f"'x-{number}'"}
    if table is tables.introduced_line:
        new["line"] = chance.choice(("line", "line + 1", "2"))
    if table is tables.request:
        new["key"] = f"'forged-{number}'"
    if table is tables.setting_version:
        new["value"] = chance.choice(("'UTC'", "'EUR'", "'Asia/Tehran'", "'x'"))
    return new


def _forge_a_row(chance: Random, engine: str) -> list[str]:
    del engine
    table = _any_table(chance)
    changed = _fresh(chance, table)
    for _ in range(chance.randrange(3)):
        column = _column(chance, table)
        changed[column.name] = _value(chance, table, column)
    return [_insert_like(table, changed, _where(chance, table))]


def _put_a_row_in_anothers_place(chance: Random, engine: str) -> list[str]:
    table = _any_table(chance)
    column = _column(chance, table)
    changed = {column.name: _value(chance, table, column)}
    if engine == "sqlite" and chance.random() < 0.6:
        verb = chance.choice(("INSERT OR REPLACE", "REPLACE", "INSERT OR IGNORE"))
        return [_insert_like(table, changed, _where(chance, table), verb)]
    key = ", ".join(f'"{one.name}"' for one in table.primary_key.columns) or '"version_num"'
    update = f' ON CONFLICT ({key}) DO UPDATE SET "{column.name}" = {changed[column.name]}'
    what = chance.choice((update, f" ON CONFLICT ({key}) DO NOTHING"))
    return [_insert_like(table, {}, _where(chance, table), tail=what)]


def _forge_an_entry(chance: Random, engine: str) -> list[str]:
    """Write an entry as the program would, but for one thing or two."""
    del engine
    act, side = chance.choice(ACTS), chance.choice(("need", "offer"))
    deal = chance.choice(("NULL", "deal_id", "(SELECT min(id) FROM deal)"))
    day = chance.choice(("effective_on", "'2026-11-22'", "'2026-03-02'", "'1999-01-01'"))
    entry = {
        "id": chance.choice((LATER, LATER, "id + 5000", "-1", "0")),
        "act": f"'{act}'",
        "effective_on": day,
        "deal_id": deal,
        "reverses": chance.choice(("NULL", "NULL", "id", "1")),
        "lines": chance.choice(("1", "2", "0", "lines")),
        "recorded_at": chance.choice(("recorded_at", "recorded_at", "recorded_at + 1", "5")),
        "request_id": chance.choice(("request_id", "1", "99999")),
    }
    last = " WHERE id = (SELECT max(id) FROM entry)"
    made = [_insert_like(tables.entry, entry, last)]
    for line in range(1, chance.choice((1, 2)) + 1):
        made += [_insert_like(tables.movement, _movement(chance, side, line), " LIMIT 1")]
    return made


def _movement(chance: Random, side: str, line: int) -> dict[str, str]:
    entry = "(SELECT {0} FROM entry WHERE id = (SELECT max(id) FROM entry))"
    free = "open" if side == "need" else "available"
    source = chance.choice((free, free, "held", "committed", "undeclared", *STAGES))
    target = chance.choice(("held", "committed", "withdrawn", "delivered", free, *STAGES))
    holder = chance.choice((side, side, "need", "offer"))
    unit = f"(SELECT unit FROM {holder} ORDER BY id LIMIT 1)"
    return {
        "entry_id": entry.format("id"),
        "line": chance.choice((f"{line}", f"{line}", "9", "-1")),
        "holder_id": f"(SELECT id FROM {holder} ORDER BY id LIMIT 1)",
        "deal_id": chance.choice(("NULL", entry.format("deal_id"), "2")),
        "unit": chance.choice((unit, unit, unit, "'USD'", "'x'")),
        "from_stage": f"'{source}'",
        "to_stage": f"'{target}'",
        "amount": chance.choice(("1", "100", "0", "-100", "33.5", "'many'", *HUGE)),
        "effective_on": chance.choice((entry.format("effective_on"), "'2026-02-02'")),
        "recorded_at": chance.choice((entry.format("recorded_at"), "5")),
    }


def _add_a_movement(chance: Random, engine: str) -> list[str]:
    """Add a line to an entry that is there already."""
    del engine
    changed = _movement(chance, chance.choice(("need", "offer")), chance.choice((1, 2, 3)))
    if chance.random() < 0.5:
        changed = {"line": "line + 1", "amount": changed["amount"]}
    return [_insert_like(tables.movement, changed, " LIMIT 1")]


def _change_a_balance(chance: Random, engine: str) -> list[str]:
    del engine
    table = chance.choice(BALANCES)
    stage = chance.choice(tables.BALANCE_STAGES[1:4])
    value = chance.choice((f"{stage} + 1", f"{stage} - 1", "-1", "0", "0.5", "'x'", *HUGE))
    return [f"UPDATE {table.name} SET {stage} = {value}{_where(chance, table)}"]


def _be_a_holder_twice(chance: Random, engine: str) -> list[str]:
    del engine
    table, other = chance.choice(((tables.need, tables.offer), (tables.offer, tables.need)))
    taken = {
        **_fresh(chance, table),
        "id": f"(SELECT min(id) FROM {other.name})",
        "unit": chance.choice(('"unit"', f"(SELECT unit FROM {other.name} ORDER BY id LIMIT 1)")),
    }
    return [_insert_like(table, taken, " LIMIT 1")]


def _leave_a_hole_in_versions(chance: Random, engine: str) -> list[str]:
    del engine
    versioned = [table for table in TABLES if table.name.endswith("_version")]
    table = chance.choice(versioned)
    step = chance.choice((0, -1, 2, 5, 100))
    return [_insert_like(table, {"version": f"version + {step}"}, _where(chance, table))]


def _move_the_program_on(chance: Random, engine: str) -> list[str]:
    del engine
    number = chance.choice(("'0001'", "'9999'", "''", "NULL", "'0002'", "'0003'"))
    return [
        chance.choice(
            (
                f"UPDATE alembic_version SET version_num = {number}",
                "DELETE FROM alembic_version",
                f"INSERT INTO alembic_version VALUES ({number})",
            )
        )
    ]


def _tamper(chance: Random, table: Table) -> str:
    """Change or remove something of a table that has no guards now."""
    if chance.random() < 0.3:
        return f"DELETE FROM {table.name}{_where(chance, table)}"
    column = _column(chance, table)
    value = _value(chance, table, column)
    return f'UPDATE {table.name} SET "{column.name}" = {value}{_where(chance, table)}'


def _drop_guards_and_tamper(chance: Random, engine: str) -> list[str]:
    table = chance.choice((*GUARDED, *BALANCES))
    on = f" ON {table.name}" if engine == "postgresql" else ""
    own = [name for name in guards(engine) if name.startswith(f"{table.name}_refuses")]
    dropped = chance.sample(own, chance.randint(1, len(own)))
    return [*(f"DROP TRIGGER {name}{on}" for name in dropped), _tamper(chance, table)]


_KINDS: tuple[_Make, ...] = (
    _update_any_cell, _delete_any_row, _forge_a_row, _put_a_row_in_anothers_place,
    _forge_an_entry, _forge_an_entry, _add_a_movement, _change_a_balance, _be_a_holder_twice,
    _leave_a_hole_in_versions, _drop_guards_and_tamper, _update_any_cell, _forge_a_row,
    _move_the_program_on,
)  # fmt: skip


def _switch_guards_off(chance: Random, engine: str) -> list[str]:
    del engine
    table = chance.choice((*GUARDED, *BALANCES))
    how = chance.choice(
        (
            f"ALTER TABLE {table.name} DISABLE TRIGGER ALL",
            f"ALTER TABLE {table.name} DISABLE TRIGGER USER",
            f"ALTER TABLE {table.name} DISABLE TRIGGER {table.name}_refuses_delete",
            f"ALTER TABLE {table.name} ENABLE REPLICA TRIGGER {table.name}_refuses_delete",
            "SET session_replication_role = replica",
            "SET LOCAL session_replication_role = 'replica'",
        )
    )
    return [how, _tamper(chance, table)]


def _replace_a_guards_function(chance: Random, engine: str) -> list[str]:
    functions = sorted(name for name in guards(engine) if name.endswith("()"))
    name = chance.choice(functions)
    table = chance.choice((*GUARDED, *BALANCES))
    lame = (
        f"CREATE OR REPLACE FUNCTION {name} RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$"
    )
    how = chance.choice((lame, lame, f"DROP FUNCTION {name} CASCADE", f"DROP FUNCTION {name}"))
    return [how, _tamper(chance, table)]


def _empty_a_table(chance: Random, engine: str) -> list[str]:
    del engine
    names = [table.name for table in chance.sample(TABLES, chance.choice((1, 1, 2)))]
    tail = chance.choice(("", " CASCADE", " RESTART IDENTITY CASCADE"))
    return [f"TRUNCATE {', '.join(names)}{tail}"]


def _make_a_rule(chance: Random, engine: str) -> list[str]:
    del engine
    table = chance.choice((*GUARDED, *BALANCES))
    event = chance.choice(("UPDATE", "DELETE", "INSERT"))
    other = chance.choice(BALANCES).name
    does = chance.choice(("NOTHING", f"UPDATE {other} SET held = held + 1"))
    rule = f"CREATE RULE away AS ON {event} TO {table.name} DO INSTEAD {does}"
    return [rule, _tamper(chance, table)]


def _merge_into_a_table(chance: Random, engine: str) -> list[str]:
    del engine
    table = _any_table(chance)
    column = _column(chance, table)
    key = [f'"{one.name}"' for one in table.primary_key.columns] or ['"code"']
    same = " AND ".join(f"kept.{name} = new.{name}" for name in key)
    does = chance.choice(
        (f'UPDATE SET "{column.name}" = {_value(chance, table, column)}', "DELETE", "DO NOTHING")
    )
    return [(f"MERGE INTO {table.name} AS kept USING {table.name} AS new ON {same}"
            f" WHEN MATCHED THEN {does}")]  # fmt: skip


def _update_from_another(chance: Random, engine: str) -> list[str]:
    del engine
    table, other = _any_table(chance), _any_table(chance)
    column = _column(chance, table)
    value = _value(chance, table, column)
    return [
        (
            f'UPDATE {table.name} SET "{column.name}" = {value}'
            f" FROM {other.name} AS beside WHERE beside IS NOT NULL"
        )
    ]


def _write_inside_a_query(chance: Random, engine: str) -> list[str]:
    del engine
    table = _any_table(chance)
    gone = f"DELETE FROM {table.name}{_where(chance, table)} RETURNING *"
    column = _column(chance, table)
    set_ = f'UPDATE {table.name} SET "{column.name}" = {_value(chance, table, column)} RETURNING *'
    return [
        chance.choice(
            (
                f"WITH gone AS ({gone}) SELECT count(*) FROM gone",
                f"WITH changed AS ({set_}) SELECT count(*) FROM changed",
                f"WITH gone AS ({gone}) INSERT INTO {table.name} SELECT * FROM gone",
                f"DO $$ BEGIN DELETE FROM {table.name}; END $$",
            )
        )
    ]


def _copy_rows_in(chance: Random, engine: str) -> list[str]:
    """Copy a row in; what stands after the dashes is the data."""
    del engine
    balance = f"COPY balance FROM STDIN -- {chance.randrange(1, 9)}\t5\t0\t0\t0\t0\t0"
    moved = "COPY movement FROM STDIN -- 1\t9\t1\t\\N\tEUR\topen\theld\t5\t2026-11-22\t5"
    region = "COPY region FROM STDIN -- XX\tNowhere\t\\N"
    program = "COPY balance FROM PROGRAM 'echo 1'"
    return [chance.choice((balance, moved, region, program))]


def _shadow_a_table(chance: Random, engine: str) -> list[str]:
    del engine
    table = chance.choice((*BALANCES, tables.entry, tables.holder, tables.allowed_move))
    shadow = f"CREATE TEMPORARY TABLE {table.name} AS SELECT * FROM {table.name}"
    return [shadow, *_add_a_movement(chance, "postgresql")]


_ON_SERVER: tuple[_Make, ...] = (
    _switch_guards_off, _replace_a_guards_function, _empty_a_table, _make_a_rule,
    _merge_into_a_table, _update_from_another, _write_inside_a_query, _copy_rows_in,
    _shadow_a_table,
)  # fmt: skip


def _write_to_the_schema(chance: Random, engine: str) -> list[str]:
    name = chance.choice(sorted(guards(engine)))
    table = chance.choice((*GUARDED, *BALANCES))
    how = chance.choice(
        (
            f"DELETE FROM sqlite_master WHERE name = '{name}'",
            f"UPDATE sqlite_master SET sql = replace(sql, 'ABORT', 'IGNORE') WHERE name = '{name}'",
            "DELETE FROM sqlite_master WHERE type = 'trigger'",
        )
    )
    return ["PRAGMA writable_schema = ON", how, "PRAGMA writable_schema = RESET",
            _tamper(chance, table)]  # fmt: skip


def _loosen_the_engine(chance: Random, engine: str) -> list[str]:
    loosening = chance.choice(
        (
            "PRAGMA ignore_check_constraints = ON",
            "PRAGMA recursive_triggers = ON",
            "PRAGMA foreign_keys = OFF",
            "PRAGMA defer_foreign_keys = ON",
            "PRAGMA legacy_alter_table = ON",
        )
    )
    then = chance.choice(_KINDS)
    return [loosening, *then(chance, engine)]


def _swap_a_table(chance: Random, engine: str) -> list[str]:
    del engine
    table = chance.choice((*GUARDED, *BALANCES))
    new, old = f"{table.name}_new", f"{table.name}_old"
    made = f"CREATE TABLE {new} AS SELECT * FROM {table.name}"
    away = chance.choice((f"ALTER TABLE {table.name} RENAME TO {old}", f"DROP TABLE {table.name}"))
    return [made, away, f"ALTER TABLE {new} RENAME TO {table.name}", _tamper(chance, table)]


def _make_a_trigger(chance: Random, engine: str) -> list[str]:
    del engine
    table = chance.choice(BALANCES)
    mine = f"CREATE TRIGGER mine AFTER UPDATE ON {table.name} BEGIN UPDATE {table.name}"
    return [f"{mine} SET held = held + 1; END", f"UPDATE {table.name} SET held = held"]


_IN_FILE: tuple[_Make, ...] = (
    _write_to_the_schema, _loosen_the_engine, _swap_a_table, _make_a_trigger,
)  # fmt: skip
