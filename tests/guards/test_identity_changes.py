"""Identity changes in the database: what its guards refuse, and what `check` names without them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date

import psycopg
import pytest
from raw import Raw
from world import World

from ledger.core.factors import Side
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.usecases.check import run_checks
from ledger.usecases.registers.identity import edit_identity
from migrations.guards import catalog

Refusal = (sqlite3.IntegrityError, psycopg.IntegrityError)


def rename(world: World, kind: str, typed: str, code: str) -> None:
    def work(uow: UnitOfWork) -> None:
        stored = uow.find_record(kind, typed)
        edit_identity(uow, kind, stored, replace(stored.record, code=code))

    world.do(work)


@pytest.fixture
def renamed(world: World) -> World:
    """Give a ledger in which a project was renamed, and another one was edited."""
    world.need("100 EUR")
    world.offer("80 EUR")
    world.project("PRJ-0002")
    rename(world, "project", "PRJ-0001", "LINE-3")
    world.do(
        lambda uow: uow.edit(
            "project",
            uow.find_record("project", "PRJ-0002"),
            replace(uow.find_record("project", "PRJ-0002").record, title="Tram"),
        )
    )
    return world


@pytest.fixture
def raw(renamed: World) -> Iterator[Raw]:
    with closing(Raw(renamed.url)) as raw:
        yield raw


CHANGE = (
    "INSERT INTO project_identity_change SELECT {owner}, {version}, {former}, {folded}, {number},"
    " {city}, {code}, {new}, {number}, {city}, request_id, recorded_at"
    " FROM project_version WHERE project_id = {owner} AND version = {version}"
)


def change(former: str, code: str, **terms: object) -> str:
    """Write an identity change; what is not said is as it would be."""
    values = {"owner": 2, "version": 2, "number": 2, "city": 1, **terms}
    values |= {"former": f"'{former}'", "folded": f"'{former.lower()}'"}
    return CHANGE.format(**values, code=f"'{code}'", new=f"'{code.lower()}'")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE project SET code = 'X', folded = 'x' WHERE id = 1",
        "UPDATE project SET code = 'PRJ-0001', folded = 'prj-0001' WHERE id = 1",
        "UPDATE project SET code = code WHERE id = 1",
        "UPDATE project SET city_id = city_id WHERE id = 2",
        "UPDATE project SET request_id = 1 WHERE id = 1",
        "UPDATE project_identity_change SET code = code",
        "DELETE FROM project_identity_change",
        change("PRJ-0002", "X"),
        change("PRJ-0002", "X", version=1),
        change("LINE-3", "X", owner=1, number=1),
        change("PRJ-0009", "X"),
        change("PRJ-0002", "LINE-3"),
        change("PRJ-0002", "PRJ-0001"),
    ],
)
def test_nothing_is_renamed_by_hand(renamed: World, raw: Raw, statement: str) -> None:
    with renamed.unchanged(), pytest.raises(Refusal, match="cityfund guard"):
        raw.execute(statement)


def announce(raw: Raw) -> None:
    """Add a version of the second project that announces a change, as the program would."""
    raw.execute(
        "INSERT INTO project_version SELECT project_id, 3, title, sector, status, weight,"
        " starts_on, ends_on, description, source, reason, request_id, recorded_at, 2, in_error,"
        " origin_kind, origin_id, recipient"
        " FROM project_version WHERE project_id = 2 AND version = 2"
    )


@pytest.mark.parametrize(
    "statement",
    [
        change("PRJ-0002", "PRJ-0002", version=3),
        change("PRJ-0002", "LINE-3", version=3),
        change("PRJ-0002", "PRJ-0001", version=3),
        change("PRJ-0003", "X", version=3),
        change("PRJ-0002", "X", version=3, number="'many'"),
    ],
)
def test_an_announced_change_is_of_what_it_was_and_to_what_is_free(
    raw: Raw, statement: str
) -> None:
    announce(raw)
    with pytest.raises((*Refusal, psycopg.DataError)):  # a text is no number on a server
        raw.execute(statement)


def test_the_database_refuses_a_change_that_an_act_rests_on(renamed: World) -> None:
    renamed.introduce("50 EUR", on=date(2026, 3, 1))

    def force(kind: str, code: str) -> None:
        def work(uow: UnitOfWork) -> None:
            stored = uow.find_record(kind, code)
            uow.edit(kind, stored, replace(stored.record, code="X"))

        renamed.do(work)

    for kind, code in (("project", "LINE-3"), ("provider", "BANK"), ("city", "MHD")):
        with renamed.unchanged(), pytest.raises(Exception, match="cityfund guard") as refused:
            force(kind, code)
        assert f"{kind}_identity_change" in str(refused.value)


def test_a_former_code_is_refused_by_the_database_too(renamed: World) -> None:
    with renamed.unchanged(), pytest.raises(Exception, match="takes no former code"):
        renamed.project("PRJ-0001")


UNGUARDED = {
    "UPDATE project SET code = 'X', folded = 'x' WHERE id = 1": "not as its last change made it",
    "UPDATE project_identity_change SET former_code = 'X'": "request-keys",
    "UPDATE project_identity_change SET number = 7": "not follow from its code",
    "UPDATE project_identity_change SET folded = 'line_3'": "not follow from its code",
    "UPDATE project_version SET format = 1 WHERE project_id = 1": "format 1",
    "UPDATE project_version SET format = 2 WHERE project_id = 2": "format 2",
    "UPDATE project SET code = 'PRJ-0001', folded = 'prj-0001' WHERE id = 2": "another record too",
}


@pytest.mark.parametrize("statement", UNGUARDED)
def test_what_is_changed_without_the_guards_is_named(
    renamed: World, raw: Raw, statement: str
) -> None:
    renamed.seal()
    assert [one.name for one in run_checks(renamed.ledger) if one.failures] == []
    for (drop,) in raw.execute(catalog.DROPS[renamed.engine]).fetchall():
        raw.execute(drop)
    raw.execute(statement)
    found = {one.name: " ".join(one.failures) for one in run_checks(renamed.ledger)}
    told = " ".join((name, words)[name == "append-only"] for name, words in found.items() if words)
    assert UNGUARDED[statement] in told
    assert found["seals"] or "number" in statement or "folded = 'line_3'" in statement


def test_an_account_of_a_renamed_project_goes_on(renamed: World) -> None:
    renamed.introduce("50 EUR", on=date(2026, 3, 1))
    assert renamed.stages(Side.NEED.value, "N-0001") == {"open": 5000, "held": 5000}
