"""Rights in the ledger that its own schema does not show are named: views, functions, tables."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing

import pytest
from postgres_server import Server
from raw import Raw
from world import World

from ledger.store.admin.reach import _schemas_before
from ledger.usecases.admin.health import _grants

GUEST = f"guest_{os.getpid()}"
FUNCTION = """CREATE FUNCTION beside.raise_all() RETURNS void LANGUAGE sql SECURITY DEFINER
    AS 'UPDATE public.balance SET free = free + 1'"""
ELSEWHERE = "beside.log"
TRIGGER = f"""CREATE TRIGGER calls BEFORE INSERT ON {ELSEWHERE}
    FOR EACH ROW EXECUTE FUNCTION public.cityfund_refuses()"""

WAYS = {
    "a function with its owner's rights": (
        (FUNCTION,),
        "others can execute them: beside.raise_all()",
        ("REVOKE EXECUTE ON FUNCTION beside.raise_all() FROM PUBLIC",),
    ),
    "a view that writes": (
        (
            "CREATE VIEW beside.all_balances AS SELECT * FROM public.balance",
            f"GRANT UPDATE ON beside.all_balances TO {GUEST}",
        ),
        f"UPDATE on balance through beside.all_balances (to {GUEST})",
        ("ALTER VIEW beside.all_balances SET (security_invoker = true)",),
    ),
    "a view over a view that shows disclosed texts": (
        (
            "CREATE VIEW beside.inner_one AS SELECT * FROM public.disclosure",
            "CREATE VIEW beside.outer_one AS SELECT text FROM beside.inner_one",
            f"GRANT SELECT (text) ON beside.outer_one TO {GUEST}",
        ),
        f"SELECT on disclosure through beside.outer_one (to {GUEST})",
        ("DROP VIEW beside.outer_one",),
    ),
    "a table with a rule": (
        (
            f"CREATE TABLE {ELSEWHERE} (note text)",
            f"CREATE RULE writes AS ON INSERT TO {ELSEWHERE} DO ALSO DELETE FROM public.balance",
            f"GRANT INSERT ON {ELSEWHERE} TO {GUEST}",
        ),
        f"INSERT on balance through {ELSEWHERE} (to {GUEST})",
        (f"DROP RULE writes ON {ELSEWHERE}",),
    ),
    "a guard on another table": (
        (
            f"CREATE TABLE {ELSEWHERE} (note text)",
            TRIGGER,
        ),
        f"cityfund_refuses() by calls on {ELSEWHERE}",
        (f"DROP TRIGGER calls ON {ELSEWHERE}",),
    ),
    "a table that adds rows": (
        ("CREATE TABLE beside.more () INHERITS (public.entry)",),
        "beside.more (of entry)",
        ("ALTER TABLE beside.more NO INHERIT public.entry",),
    ),
    "a table in a user's own schema": (
        (f"CREATE SCHEMA {GUEST}", f"CREATE TABLE {GUEST}.request (id integer)"),
        f"finds them first: {GUEST}.request",
        (f"DROP SCHEMA {GUEST} CASCADE",),
    ),
}


@pytest.fixture
def beside(world: World, request: pytest.FixtureRequest) -> Iterator[Raw]:
    """Give a session of the ledger's owner, who has a second schema in its database."""
    server: Server = request.getfixturevalue("postgresql_server")
    server.administer(f"CREATE ROLE {GUEST} NOLOGIN")
    with closing(Raw(world.url)) as raw:
        raw.execute("CREATE SCHEMA beside")
        yield raw
        raw.execute("DROP SCHEMA beside CASCADE")
        raw.execute(f"DROP SCHEMA IF EXISTS {GUEST} CASCADE")
    server.administer(f"DROP ROLE {GUEST}")


@pytest.mark.only_on("postgresql")
def test_every_way_from_another_schema_is_named_until_it_is_closed(
    world: World, beside: Raw
) -> None:
    assert _grants(world.ledger) == []
    for made, due, closed in WAYS.values():
        for statement in made:
            beside.execute(statement)
        said = _grants(world.ledger)
        assert [due in one for one in said] == [True], (due, said)
        for statement in closed:
            beside.execute(statement)
        assert _grants(world.ledger) == [], due
        beside.execute(f"DROP TABLE IF EXISTS {ELSEWHERE}")


@pytest.mark.only_on("postgresql")
def test_a_search_path_with_another_schema_first_is_named(
    world: World, beside: Raw, request: pytest.FixtureRequest
) -> None:
    server: Server = request.getfixturevalue("postgresql_server")
    for path, is_named in (
        ("beside, public", True),
        ('"$user", public', False),
        ('"beside, public"', False),  # one schema, whose name has a comma
        ('"a ""b"", c", Public', True),
    ):
        server.administer(f"ALTER ROLE {GUEST} SET search_path = {path}")
        said = _grants(world.ledger)
        assert [f"ALTER ROLE {GUEST} RESET search_path" in one for one in said] == [True] * is_named


@pytest.mark.parametrize(
    ("path", "before"),
    [
        ("beside, public", ["beside"]),
        ("Beside,PUBLIC", ["beside"]),
        ('"$user", pg_catalog, public', []),
        ('"beside, public"', []),
        ('"beside, public", "other ""one""", public, later', ["beside, public", 'other "one"']),
        ('""', []),
        ('"", "$user", "beside", public', ["beside"]),
    ],
)
def test_a_search_path_is_read_as_the_server_reads_it(path: str, before: list[str]) -> None:
    assert [*_schemas_before(path, "public")] == before
