"""Rights that the program grants are a request; those that were changed without it are noticed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing

import pytest
from officer import Officer
from postgres_server import Server
from raw import Raw
from world import World

from ledger.store.admin.grants import Role
from ledger.usecases.admin.health import _grants

PID = os.getpid()
NAMES = {role: f"given_{role}_{PID}" for role in Role}
APPLY = "db grants --apply " + " ".join(f"--{role} {name}" for role, name in NAMES.items())


@pytest.fixture
def owner(
    world: World, capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest
) -> Iterator[Officer]:
    """Give the owner of a ledger on a server that has the roles."""
    server: Server = request.getfixturevalue("postgresql_server")
    server.administer(*(f"CREATE ROLE {name} NOLOGIN" for name in NAMES.values()))
    yield Officer(world, capsys)
    everyone = ", ".join(NAMES.values())
    with closing(Raw(world.url)) as raw:
        for what in ("ALL TABLES IN SCHEMA public", "ALL SEQUENCES IN SCHEMA public"):
            raw.execute(f"REVOKE ALL ON {what} FROM {everyone}")
        raw.execute(f"REVOKE ALL ON SCHEMA public FROM {everyone}")
    server.administer(f"DROP ROLE {everyone}")


def noticed(world: World) -> list[str]:
    return [one for one in _grants(world.ledger) if "last granted" in one]


@pytest.mark.only_on("postgresql")
def test_granting_is_a_request_and_other_changes_are_noticed(owner: Officer) -> None:
    world = owner.world
    assert noticed(world) == [], "what was never granted by the program is not compared"
    owner.says(APPLY)
    (act,) = [one for one in owner.asks("log")["rows"] if one["command"] == "db grants"]
    assert {"kind": "setting", "code": "rights", "version": 1} in act["records"]
    assert f"{NAMES[Role.OFFICER]}: none" in act["what"]
    assert f"{NAMES[Role.OFFICER]}: INSERT on " in act["what"]
    assert noticed(world) == []
    assert owner.refused(APPLY, 4) == "nothing-to-change"

    with closing(Raw(world.url)) as raw:
        raw.execute(f"GRANT UPDATE ON balance TO {NAMES[Role.OFFICER]}")
    (said,) = noticed(world)
    assert "cityfund db grants --apply" in said
    owner.says(APPLY)
    assert noticed(world) == []
    assert len(owner.asks("settings list")["rows"]) == 2
    for beside in ("UPDATE (free) ON balance", "EXECUTE ON FUNCTION cityfund_refuses()"):
        with closing(Raw(world.url)) as raw:
            raw.execute(f"GRANT {beside} TO {NAMES[Role.OFFICER]}")
        assert len(noticed(world)) == 1, beside
        with closing(Raw(world.url)) as raw:
            raw.execute(f"REVOKE {beside} FROM {NAMES[Role.OFFICER]}")
        assert noticed(world) == []


@pytest.mark.only_on("postgresql")
def test_a_role_that_is_not_there_is_refused(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (
        Officer(world, capsys).refused("db grants --apply --officer nobody_at_all", 5)
        == "unknown-role"
    )


@pytest.mark.only_on("sqlite")
def test_a_file_has_no_roles(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert Officer(world, capsys).refused("db grants --apply", 4) == "no-rights-in-file"
