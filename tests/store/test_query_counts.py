"""How many statements an act or a report takes: bounded, however much the ledger holds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from bars import a_restriction
from remarks import a_limit
from sent import recorded
from sqlalchemy import Connection, func, select
from world import World

from ledger.core.factors import Side
from ledger.evidence.tree_head import ENTRY_KIND, REQUEST_KIND, Leaf
from ledger.interchange.planning.plan import read_incoming
from ledger.interchange.repeats.state import SourceTerms
from ledger.journal.receipts import Receipt
from ledger.registers.records import Project
from ledger.store import registers
from ledger.store.checks.journal import MANDATE_REGISTERS
from ledger.store.db import tables
from ledger.store.evidence.leaves import stream_leaves
from ledger.store.journal import balances
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.usecases.check import run_checks
from ledger.usecases.interchange.import_tables import import_tables
from ledger.usecases.interchange.sources import with_terms
from ledger.usecases.undo import undo


def statements(world: World, work: Callable[[], object]) -> list[str]:
    """Give what an act or a report asks, but for what begins and ends it and the line to it."""
    with recorded(world.ledger.engine) as told:
        work()
    about = ("BEGIN", "COMMIT", "SELECT set_config", "select pg_catalog", "show ")
    return [one.sql for one in told if not one.sql.startswith(about) and "alembic" not in one.sql]


def reading(world: World, look: Callable[[Connection], object]) -> Callable[[], None]:
    def looking() -> None:
        with world.ledger.read() as connection:
            look(connection)

    return looking


MOST_OF_A_HOLD = {"sqlite": 17, "postgresql": 20}
"""Statements of an introduction that opens a deal, seven inserts among them."""

MOST_OF_ENTRIES = 8
"""Statements for the leaves of entries: the requests, the entries with what is in them, texts."""


@pytest.fixture
def metro(world: World) -> World:
    world.need("100 EUR")
    world.offer("100 EUR")
    world.introduce("1 EUR")
    return world


@pytest.mark.parametrize("kind", registers.STORED_REGISTERS)
def test_a_register_is_read_in_one_statement(metro, kind):
    told = statements(
        metro, reading(metro, lambda connection: registers.load_all(connection, kind))
    )

    assert len(told) == 1


def test_where_everything_stands_is_read_in_one_statement(metro):
    for look in (
        lambda connection: balances.account_stages(connection, Side.NEED),
        balances.deal_stages,
    ):
        assert len(statements(metro, reading(metro, look))) == 1


def test_the_journal_is_read_in_one_statement(metro):
    assert len(statements(metro, metro.entries)) == 1


def test_the_leaves_of_many_accounts_are_read_in_as_many_statements_as_of_one(metro):
    def newest() -> int:
        with metro.ledger.read() as connection:
            return connection.execute(select(func.max(tables.request.c.id))).scalar_one()

    def introduce(first: int, count: int) -> tuple[int, int]:
        before = newest()
        for number in range(first, first + count):
            metro.need("10 EUR", code=f"N-{number:04}")
            metro.offer("10 EUR", code=f"O-{number:04}")
            metro.introduce("1 EUR", offer=f"O-{number:04}", need=f"N-{number:04}")
        return before, newest()

    def leaves(after: int, through: int) -> int:
        def look(connection: Connection) -> None:
            assert all(leaf.content for leaf in stream_leaves(connection, after, through))

        return len(statements(metro, reading(metro, look)))

    assert leaves(*introduce(3, 12)) == leaves(*introduce(15, 1))


def test_leaves_of_one_kind_are_read_without_the_tables_of_the_others(metro):
    metro.introduce("1 EUR")
    found: dict[str | None, list[Leaf]] = {}

    def leaves(only: str | None) -> int:
        def look(connection: Connection) -> None:
            found[only] = [*stream_leaves(connection, 0, 10**9, only)]

        return len(statements(metro, reading(metro, look)))

    assert leaves(ENTRY_KIND) <= MOST_OF_ENTRIES < leaves(None)
    kinds = {REQUEST_KIND, ENTRY_KIND}
    assert found[ENTRY_KIND] == [one for one in found[None] if one.kind in kinds]
    assert {one.kind for one in found[ENTRY_KIND]} == kinds


def test_a_hold_asks_no_more_of_a_need_with_many_deals(metro):
    few = len(statements(metro, lambda: metro.introduce("1 EUR")))
    for number in range(2, 12):
        metro.offer("100 EUR", code=f"O-{number:04}")
        metro.introduce("1 EUR", offer=f"O-{number:04}")

    assert len(statements(metro, lambda: metro.introduce("1 EUR"))) == few


def test_a_hold_reads_each_record_with_its_balances_in_one_statement(metro):
    metro.offer("100 EUR", code="O-0002")

    told = statements(metro, lambda: metro.introduce("1 EUR", offer="O-0002"))

    read = [one for one in told if one.startswith("SELECT") and "version" in one]
    assert len(read) == len(
        ("offer", "need", "deals of the need", "project", "city", "provider", "settings")
    )
    assert len(told) <= MOST_OF_A_HOLD[metro.engine]


def test_an_act_is_compared_with_earlier_ones_only_where_its_day_has_any(world):
    world.need("100 EUR")
    world.offer("100 EUR")
    world.introduce("1 EUR", on=date(2026, 11, 19), again=False)

    def comparisons(day: date) -> int:
        told = statements(world, lambda: world.commit("0.01 EUR", on=day, again=False))
        return sum("SELECT entry.id, entry.effective_on, entry.reference" in one for one in told)

    assert [comparisons(date(2026, 11, day)) for day in (20, 20, 19, 21)] == [0, 1, 1, 0]


def test_an_act_asks_no_more_of_a_ledger_with_a_longer_history(metro):
    few = len(statements(metro, lambda: metro.commit("0.01 EUR")))
    for _ in range(10):
        metro.commit("0.01 EUR")

    assert len(statements(metro, lambda: metro.commit("0.01 EUR"))) == few


def _tables_of_deals(folder: Path, mark: str, count: int) -> list[Path]:
    """Write tables of so many projects, each with a need, an offer, and a deal of two late acts."""
    of = "factor,quantity,unit,declared_on"
    deal = "D-{0},O-{0},N-{0},{1},50,EUR,2024-0{2}-01,"
    tables = {
        "projects": ("code,title,city,sector", ["P-{0},Line {0},MHD,transport.urban"]),
        "needs": (f"code,project,{of}", ["N-{0},P-{0},money,100,EUR,2024-01-01"]),
        "offers": (f"code,provider,{of}", ["O-{0},BANK,money,100,EUR,2024-01-01"]),
        "deals": (
            "code,offer,need,act,quantity,unit,effective_on,reference",
            [deal + "letter {0}", deal + "contract {0}"],
        ),
    }
    paths = []
    for table, (head, lines) in tables.items():
        acts = [("introduced", 6), ("committed", 7)]
        rows = [
            line.format(f"{mark}{row}", *act)
            for line, act in zip(lines, acts, strict=False)
            for row in range(count)
        ]
        paths.append(folder / f"{table}.csv")
        paths[-1].write_text("\n".join([head, *rows]), encoding="utf-8")
    return paths


ROWS_OF_A_DEAL = 20
"""Those of its project, sides and holders with versions, and of its entries with movements."""
ROWS_OF_A_STATEMENT = 25
"""So many rows at least are written at once where there are enough of a table."""


def test_an_import_asks_no_more_for_more_deals_and_writes_them_at_once(world, tmp_path):
    world.city()
    world.provider()

    def told(mark: str, count: int) -> list[str]:
        read = read_incoming(_tables_of_deals(tmp_path, mark, count))
        incoming = with_terms(read, SourceTerms(source=mark), None)

        def take_in(uow: UnitOfWork) -> Receipt:
            return import_tables(uow, incoming, lambda _: None)

        return statements(world, lambda: world.do(take_in, "import"))

    told("A", 3)  # what is asked of an empty ledger alone
    few, many = told("B", 3), told("C", 60)

    def asks(one: str) -> bool:
        return one.startswith("SELECT") and "nextval" not in one  # numbers come in blocks

    questions = [sum(map(asks, sent)) for sent in (few, many)]
    assert questions[0] == questions[1]
    rows = (60 - 3) * ROWS_OF_A_DEAL
    written = [sum(one.startswith("INSERT") for one in sent) for sent in (few, many)]
    assert written[1] - written[0] <= rows / ROWS_OF_A_STATEMENT


MOST_OF_AN_UNDO = {"sqlite": 25, "postgresql": 44}
"""Statements of an undo of an addition: a server is asked twice for what is recorded under it."""


def test_restrictions_are_read_for_acts_that_they_may_bar_and_once_for_many(metro):
    metro.do(lambda uow: uow.add("restriction", a_restriction(countries=("BR",))))

    def readings(work: Callable[[], object]) -> int:
        told = statements(metro, work)
        return sum("binds_countries" in one for one in told)

    assert readings(lambda: metro.introduce("3 EUR")) == 1
    assert readings(lambda: metro.commit("2 EUR")) == 0, "nothing of them changed since"
    metro.do(lambda uow: uow.add("restriction", a_restriction("RS-2", countries=("BR",))))

    assert readings(lambda: metro.release("1 EUR")) == 0, "a release is barred by none"
    assert readings(lambda: metro.deliver("1 EUR")) == 1


def test_undo_asks_no_register_by_itself(metro, engine_name):
    added = Project("TRAM", "Tram", "MHD", "transport.urban")

    def adding(uow: UnitOfWork) -> Receipt:
        uow.add("project", added)
        return uow.receipt()

    metro.do(adding, key="added")
    told = statements(metro, lambda: metro.do(lambda uow: undo(uow, "added"), reason="a slip"))

    assert len(told) <= MOST_OF_AN_UNDO[engine_name], len(told)


def test_checks_of_acts_read_the_versions_of_each_register_once(metro):
    metro.do(lambda uow: uow.add("restriction", a_restriction()))
    metro.do(lambda uow: uow.add("limit", a_limit()))
    names = ("mandate", "restrictions", "limits", "sequence")
    told = statements(metro, lambda: run_checks(metro.ledger, names))

    for kind in MANDATE_REGISTERS:
        versions = registers.STORED_REGISTERS[kind].versions.name
        read = [one for one in told if f"FROM {versions} JOIN" in " ".join(one.split())]
        assert len(read) == 1, (kind, read)
