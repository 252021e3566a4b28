"""A little of everything an officer does, on one ledger: what the checks have to find in order."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import closing
from datetime import date
from decimal import Decimal

from bars import a_restriction, an_exemption
from raw import Raw
from remarks import a_limit
from world import World

from ledger.core.factors import Stage
from ledger.deals.instalments import instalment_of
from ledger.journal.entries import Act

LATER = date(2027, 12, 31)
_NAMED = re.compile(r'\b(?:UPDATE|INTO|FROM) +"?(\w+)')
"""The tables that a statement names."""


def live(world: World) -> None:
    """Let a year pass: three currencies, odd parts, reversals, expiry, an override, backdating."""
    world.do(lambda uow: uow.add("limit", a_limit("LIM-0", offers="offer=O-0003")))
    world.need("10000 EUR", "N-0001")
    world.offer("20000 USD", "O-0001")
    terms = {"until": LATER, "rate": Decimal("1.085")}
    world.introduce("33.33 EUR", **terms, on=date(2026, 3, 1))  # D-0001
    world.commit("10 EUR", on=date(2026, 3, 2))
    world.commit("11.11 EUR", on=date(2026, 3, 3))
    world.commit(on=date(2026, 3, 4))
    delivered = world.deliver("1 EUR", on=date(2026, 3, 5))["entry"]
    world.reverse(delivered)
    world.do(lambda uow: uow.add("instalment", instalment_of("D-0001", LATER, 1000, "EUR")))
    _three_decimals(world)
    _an_offer_that_ends(world)
    world.offer("900 EUR", "O-0004", countries=("BR",))
    world.introduce(
        "5 EUR", offer="O-0004", until=LATER, override="agreed by letter", on=date(2026, 8, 1)
    )
    world.withdraw("need", "N-0001", "7 EUR", on=date(2026, 2, 1))
    world.reinstate("need", "N-0001", "2 EUR")
    world.revise("need", "N-0001", "9000 EUR")
    _a_proposal(world)
    _an_exempted_deal(world)
    world.introduce("1 EUR", **terms, key="letter-7", directly=True)
    world.seal()
    world.edit("need", "N-0001", note="as agreed")
    world.seal()


def _three_decimals(world: World) -> None:
    world.need("1000000 JPY", "N-0002", project="PRJ-0002")
    world.offer("4 KWD", "O-0002")
    said = {"until": LATER, "rate": Decimal("0.0021"), "offer": "O-0002", "need": "N-0002"}
    world.introduce("7 JPY", **said)  # D-0002
    for part in ("1 JPY", "2 JPY", None):
        world.commit(part, "D-0002")
    world.deliver("3 JPY", "D-0002")
    world.deliver(None, "D-0002")
    world.give_back("5 JPY", "D-0002")
    world.release("5 JPY", "D-0002", from_stage=Stage.COMMITTED)


def _a_proposal(world: World) -> None:
    """Store a proposal of two lines that completes a project, and take one of them up."""
    for code in ("N-0004", "N-0005"):
        world.need("20 EUR", code, project="PRJ-0004")
    world.offer("50 EUR", "O-0006")
    world.save("project=PRJ-0004", reason="for the morning")
    world.accept("1", LATER)


def _an_exempted_deal(world: World) -> None:
    """Bar a provider, and let it deal for a year."""
    world.offer("100 EUR", "O-0007", provider="LISTED")
    barred = a_restriction("RS-0001", providers=("LISTED",))
    leave = an_exemption("EX-0001", "RS-0001", providers=("LISTED",))
    world.do(lambda uow: (uow.add("restriction", barred), uow.add("exemption", leave)))
    world.introduce("3 EUR", offer="O-0007", until=LATER)


def _an_offer_that_ends(world: World) -> None:
    world.offer("500 EUR", "O-0003", valid_until=date(2026, 6, 30))
    world.introduce("200 EUR", offer="O-0003", until=LATER, on=date(2026, 5, 1))  # D-0003
    world.expire("O-0003", on=date(2026, 7, 1))
    released = world.act(Act.RELEASE, "D-0003", on=date(2026, 7, 2))["entry"]
    undone = world.reverse(released, on=date(2026, 7, 3))["entry"]
    world.reverse(undone, on=date(2026, 7, 4))


_VALIDATE = """
DO $$
DECLARE one record;
BEGIN
    FOR one IN SELECT conrelid::regclass AS place, conname FROM pg_constraint
        WHERE NOT convalidated
    LOOP
        BEGIN
            EXECUTE format('ALTER TABLE %s VALIDATE CONSTRAINT %I', one.place, one.conname);
        EXCEPTION WHEN check_violation OR foreign_key_violation THEN
            NULL;
        END;
    END LOOP;
END $$
"""
"""Makes the constraints whole again that the rows of a server's ledger still fulfil."""


def attack(url: str, *statements: str) -> None:
    """Write past every guard and foreign key, as the database's owner could; guards go back.

    Where rows alone are changed, only the guards and keys of the tables that the statements name
    are in the way.
    """
    with closing(Raw(url)) as raw:
        tables = {name for one in statements for name in _NAMED.findall(one)}
        if not all(one.startswith(("UPDATE", "INSERT", "DELETE")) for one in statements):
            tables = {*raw.tables()}
        disarm, rearm = _DISARMING[raw.engine](raw, tables)
        raw.execute_all(disarm)
        for statement in statements:
            changed = raw.execute(statement).rowcount
            assert changed != 0, f"nothing was attacked by {statement}"
        raw.execute_all(rearm)
        if raw.engine == "postgresql":
            raw.execute(_VALIDATE)


def disarm(url: str) -> None:
    """Take every guard and foreign key out of action for good."""
    with closing(Raw(url)) as raw:
        statements, _ = _DISARMING[raw.engine](raw, {*raw.tables()})
        raw.execute_all(statements)


def _in_a_file(raw: Raw, tables: AbstractSet[str]) -> tuple[list[str], list[str]]:
    guards = raw.execute(
        "SELECT name, sql, tbl_name FROM sqlite_master WHERE type = 'trigger'"
    ).fetchall()
    for pragma in ("foreign_keys = OFF", "ignore_check_constraints = ON"):
        raw.execute(f"PRAGMA {pragma}")
    concerned = [(name, sql) for name, sql, table in guards if table in tables]
    return [f'DROP TRIGGER "{name}"' for name, _ in concerned], [sql for _, sql in concerned]


def _on_a_server(raw: Raw, tables: AbstractSet[str]) -> tuple[list[str], list[str]]:
    parts = raw.execute(
        "SELECT tgrelid::regclass, tgrelid::regclass, format('DISABLE TRIGGER %I', tgname),"
        " format('ENABLE %s TRIGGER %I',"
        "   CASE tgenabled WHEN 'A' THEN 'ALWAYS' ELSE '' END, tgname)"
        " FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
        " UNION ALL SELECT conrelid::regclass,"
        " CASE contype WHEN 'f' THEN confrelid ELSE conrelid END::regclass,"
        " format('DROP CONSTRAINT %I', conname),"
        " format('ADD CONSTRAINT %I %s NOT VALID', conname, pg_get_constraintdef(oid))"
        " FROM pg_constraint WHERE contype IN ('c', 'f') AND conrelid <> 0"
    ).fetchall()
    disarm: defaultdict[str, list[str]] = defaultdict(list)
    rearm: defaultdict[str, list[str]] = defaultdict(list)
    for table, other, off, on in parts:
        if tables & {table, other}:
            disarm[table].append(off)
            rearm[table].append(on)
    return _altering(disarm), _altering(rearm)


def _altering(parts: Mapping[str, Sequence[str]]) -> list[str]:
    return [f"ALTER TABLE {table} {', '.join(some)}" for table, some in parts.items()]


_DISARMING = {"sqlite": _in_a_file, "postgresql": _on_a_server}
