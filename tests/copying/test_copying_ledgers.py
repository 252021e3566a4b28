"""A ledger copied to any engine is the same ledger, to the byte, and goes on as one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from copying import broken, carry_on, leaves, left_in, quietly
from hypothesis import HealthCheck
from hypothesis.stateful import run_state_machine_as_test
from hypothesis_profiles import examples
from ledgers import Ledgers
from sqlalchemy.engine import make_url
from test_machine import AnyOfficer
from world import World

from cli.main import main
from ledger.core.requests import KeyReused
from ledger.evidence.tree_head import ADOPTED_KIND, ROWS_KIND
from ledger.usecases.admin.copy import copy_ledger


@pytest.mark.every_engine
def test_every_entry_version_and_row_arrives(furnished: World, elsewhere: Ledgers) -> None:
    moved = copy_ledger(furnished.url, target := elsewhere.empty(), quietly).compared
    assert moved is not None
    there, here = World(target), furnished.rows()
    assert leaves(target) == leaves(furnished.url)
    assert moved.entries == len(furnished.entries()) == len(there.entries())
    assert moved.rows == sum(map(len, here.values())) - len(here["alembic_version"])
    assert {name: len(rows) for name, rows in there.rows().items()} == {
        name: len(rows) for name, rows in here.items()
    }
    assert broken(target) == []
    there.ledger.engine.dispose()


def test_there_and_back_is_where_it_was(
    furnished: World, elsewhere: Ledgers, ledgers: Ledgers
) -> None:
    there = copy_ledger(furnished.url, away := elsewhere.empty(), quietly)
    back = copy_ledger(away, home := ledgers.empty(), quietly)
    assert there == back
    assert World(home).rows() == furnished.rows()
    assert broken(home) == []


def test_a_copy_carries_on_with_the_next_numbers(furnished: World, elsewhere: Ledgers) -> None:
    copy_ledger(furnished.url, target := elsewhere.empty(), quietly)
    carry_on(World(target))
    carry_on(furnished)
    assert broken(target) == []


def test_what_was_said_before_is_said_twice_on_a_copy(furnished: World, elsewhere: Ledgers) -> None:
    said = {"given": {"quantity": "1 EUR"}, "key": "letter-8"}
    first = furnished.withdraw("need", "N-0001", "1 EUR", **said)
    copy_ledger(furnished.url, target := elsewhere.empty(), quietly)
    there = World(target)
    assert there.withdraw("need", "N-0001", "1 EUR", **said) == {**first, "replayed": True}
    with there.refuses(KeyReused, "quantity: first '1 EUR', now '2 EUR'"):
        there.withdraw("need", "N-0001", "2 EUR", key="letter-8", given={"quantity": "2 EUR"})


def test_a_copy_of_an_empty_ledger_begins_at_one(
    ledger_url: str, elsewhere: Ledgers, world: World
) -> None:
    copy_ledger(ledger_url, target := elsewhere.empty(), quietly)
    there = World(target)
    there.need("1 EUR")
    assert [entry.number for entry in there.entries()] == [1]


def test_nothing_is_left_beside_a_copy_in_a_file(furnished: World, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "house"
    copy_ledger(furnished.url, f"sqlite:///{folder}/ledger.db", quietly)
    assert left_in(folder) == {"ledger.db"}


def test_an_empty_file_may_become_a_copy(furnished: World, tmp_path: Path) -> None:
    (tmp_path / "made.db").touch(mode=0o644)
    copy_ledger(furnished.url, f"sqlite:///{tmp_path}/made.db", quietly)
    assert leaves(f"sqlite:///{tmp_path}/made.db") == leaves(furnished.url)


@pytest.mark.only_on("postgresql")
def test_a_ledger_from_a_server_keeps_the_holes_in_its_numbers(
    furnished: World, elsewhere: Ledgers
) -> None:
    with closing(furnished.raw()) as raw:
        raw.execute("SELECT nextval('entry_id_seq') FROM generate_series(1, 5)")
    furnished.withdraw("need", "N-0001", "1 EUR")
    last, *before = sorted((entry.number for entry in furnished.entries()), reverse=True)
    assert last == before[0] + 6
    copy_ledger(furnished.url, target := elsewhere.empty(), quietly)
    there = World(target)
    there.withdraw("need", "N-0001", "2 EUR")
    assert there.entries()[-1].number == last + 1
    assert broken(target) == []


@pytest.mark.parametrize(
    ("verb", "words"),
    [("copy", ("--to", "{target}")), ("backup", ("{file}",)), ("restore", ("{file}",))],
)
def test_what_was_compared_is_told(
    furnished: World,
    elsewhere: Ledgers,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    verb: str,
    words: tuple[str, ...],
) -> None:
    places = {"target": elsewhere.empty(), "file": str(tmp_path / "ledger.backup")}
    db = furnished.url
    if verb == "restore":
        main(["db", "backup", places["file"], "--db", db])
        db = places["target"]
    capsys.readouterr()
    line = ["db", verb, *(word.format(**places) for word in words), "--db", db]
    assert main([*line, "--json"]) == 0
    document = json.loads(told := capsys.readouterr().out)
    rows = {ROWS_KIND, ADOPTED_KIND}  # compared, but neither entries nor versions
    proven = [leaf for leaf in leaves(furnished.url) if leaf.kind not in rows]
    everything = b"".join(leaf.content + b"\n" for leaf in proven)
    assert document["schema"] == f"cityfund.{verb}/1"
    assert document["sha256"] == hashlib.sha256(everything).hexdigest()
    assert document["entries"] == len(furnished.entries())
    assert document["entries"] + document["versions"] == len(proven)
    for url in (db, places["target"]):
        assert (password := make_url(url).password) is None or password not in told


def move_on(officer: AnyOfficer, away: Ledgers) -> None:
    """Copy what an officer has done, and let the copy do something more."""
    copy_ledger(officer.fund.world.url, target := away.empty(), quietly)
    assert leaves(target) == leaves(officer.fund.world.url)
    world = World(target)
    world.need("1 EUR", code="N-77")
    world.ledger.engine.dispose()
    assert broken(target) == []
    away.drop_all()


@pytest.mark.draws
def test_whatever_an_officer_did_arrives(opened: Callable[[], str], elsewhere: Ledgers) -> None:
    class Mover(AnyOfficer):
        def agrees_with_the_oracle(self) -> None:
            """Compare at the end alone: after every act, the tests of the machine do."""

        def teardown(self) -> None:
            super().agrees_with_the_oracle()
            move_on(self, elsewhere)
            super().teardown()

    Mover.opened = staticmethod(opened)
    run_state_machine_as_test(
        Mover,
        settings=examples(3, stateful_step_count=25, suppress_health_check=list(HealthCheck)),
    )


@pytest.fixture
def opened(ledgers: Ledgers) -> Callable[[], str]:
    """Give what opens a ledger with needs and offers, and drops the one opened before."""
    import both_books  # noqa: PLC0415
    import time_machine  # noqa: PLC0415

    url = ledgers.new()
    with time_machine.travel(both_books.NOON - timedelta(minutes=1), tick=True):
        both_books.build(url)
    ledgers.settle(url)

    def another() -> str:
        return ledgers.copy(url)

    return another
