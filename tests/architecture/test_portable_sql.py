"""The SQL of the product is what PostgreSQL-compatible distributed engines have as well.

The texts are scanned; and what is really sent to a server while a ledger is made and worked with
is written down and looked at.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from complete_ledger import live
from ledgers import Ledgers
from offences import assert_none
from portable_scan import FORBIDDEN, calls, constructs, statements, texts
from world import World, asked

from ledger.store.db import postgresql, tables
from ledger.usecases.admin.set_up import LedgerSettings, set_up, upgrade_ledger
from migrations import guards

ROOT = Path(__file__).parents[2]
SOURCES = sorted(
    path
    for folder in ("ledger/store", "migrations")
    for path in (ROOT / folder).rglob("*")
    if path.suffix in {".py", ".sql"} and "sqlite" not in path.relative_to(ROOT).parts
)


ALLOWED = {
    # One run of the night at a time: a row that nothing else ever touches is locked at once, or
    # not at all. Engines that speak PostgreSQL have that.
    "ledger/store/nights/lock.py": ["with_for_update"],
}
LOCKED_BY_GUARDS = {
    "migrations/guards/postgresql/named.sql": ["FOR UPDATE"],
    "migrations/guards/postgresql/naming.sql": ["FOR KEY SHARE"] * 6,
    "migrations/guards/origins.py": ["FOR KEY SHARE", "FOR SHARE"],
}
"""The guards that lock rows, each the row of one record that others name.

What a foreign key does to that row is done in words for a record that a list names, or that a later
version brings back, and against it where the record is marked as in error. The compatibility tests
try it.
"""


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_no_text_asks_for_what_other_engines_lack() -> None:
    assert_none(
        f"{named(path)}: {seen.construct}, {seen.words!r}"
        for path in SOURCES
        if named(path) not in LOCKED_BY_GUARDS
        for text in texts(path)
        for seen in constructs(text)
    )
    for name, words in LOCKED_BY_GUARDS.items():
        assert [seen.words for text in texts(ROOT / name) for seen in constructs(text)] == words


def test_no_call_asks_for_what_other_engines_lack() -> None:
    asked = {named(path): list(calls(path)) for path in SOURCES if path.suffix == ".py"}

    assert_none(
        f"{name}: {found}" for name, found in asked.items() if found != ALLOWED.get(name, [])
    )
    assert set(ALLOWED) <= set(asked)


def test_the_scan_looks_at_guards_views_migrations_and_the_store() -> None:
    names = {named(path) for path in SOURCES}

    assert "migrations/guards/postgresql/movement.sql" in names
    assert "migrations/views/v_gap.sql" in names
    assert "migrations/versions/0001_first_schema.py" in names
    assert "ledger/store/session/sequences.py" in names
    assert any("nextval" in text for text in texts(ROOT / "ledger/store/session/sequences.py"))


SAMPLES = {
    "advisory locks": ["SELECT pg_advisory_xact_lock(1)", "select PG_TRY_ADVISORY_LOCK(7)"],
    "locks on tables": ["LOCK TABLE entry", "lock entry in exclusive mode"],
    "notifications": ["LISTEN posted", "NOTIFY posted, 'x'", "SELECT pg_notify('a', 'b')"],
    "deferred constraints": [
        "FOREIGN KEY (a) REFERENCES b DEFERRABLE", "x INITIALLY DEFERRED",
        "SET CONSTRAINTS ALL DEFERRED",
    ],
    "numbers without gaps": [
        "id SERIAL PRIMARY KEY", "id bigserial", "id BIGINT GENERATED ALWAYS AS IDENTITY",
        "SELECT currval('entry_id_seq')",
    ],
    "trigger depth": ["IF pg_trigger_depth() > 1 THEN"],
    "locked rows": [
        "SELECT 1 FROM balance FOR UPDATE NOWAIT", "SELECT 1 FOR NO KEY UPDATE",
        "SELECT 1 FROM entry FOR KEY SHARE",
    ],
    "temporary tables": ["CREATE TEMP TABLE x (a int)", "create temporary table x ()"],
    "exclusion constraints": ["EXCLUDE USING gist (a WITH &&)"],
    "transition tables": ["REFERENCING NEW TABLE AS fresh"],
    "large objects": ["SELECT lo_create(0)"],
    "cursors that outlive": ["DECLARE c CURSOR WITH HOLD FOR SELECT 1"],
    "system columns": ["SELECT ctid FROM entry"],
    "constraint triggers": ["CREATE CONSTRAINT TRIGGER t AFTER INSERT ON entry"],
}  # fmt: skip


@pytest.mark.parametrize("construct", FORBIDDEN)
def test_the_scan_sees_a_forbidden_construct(construct: str) -> None:
    for sample in SAMPLES[construct]:
        assert construct in {seen.construct for seen in constructs(sample)}, sample


@pytest.mark.parametrize(
    "harmless",
    [
        "SELECT 1 -- LOCK TABLE entry",
        "/* pg_advisory_lock */ SELECT 1",
        "BEFORE UPDATE ON entry FOR EACH ROW EXECUTE FUNCTION x()",
        "SELECT set_config('lock_timeout', '30s', false)",
        "UPDATE balance SET held = 1",
    ],
)
def test_the_scan_leaves_harmless_words_alone(harmless: str) -> None:
    assert constructs(harmless) == []


def test_the_scan_sees_sql_in_modules(tmp_path: Path) -> None:
    module = tmp_path / "bad.py"
    module.write_text(
        '"""LOCK TABLE in a docstring is told to people."""\n'
        "from sqlalchemy import Identity, text\n"
        'name = "entry"\n'
        'text(f"LOCK TABLE {name}")\n'
        'text("SELECT 1 " "FOR UPDATE")\n'
        "query.with_for_update()\n"
        "Column(Identity(), ForeignKey('a.b', deferrable=True))\n",
        encoding="utf-8",
    )

    seen = Counter(one.construct for text in texts(module) for one in constructs(text))
    assert seen == {"locks on tables": 1, "locked rows": 1}
    assert sorted(calls(module)) == ["Identity", "deferrable=True", "with_for_update"]


@pytest.mark.parametrize(
    ("sql", "count"),
    [
        ("SELECT 1", 1),
        ("SELECT 1;", 1),
        ("SELECT ';'", 1),
        ("CREATE TABLE a (b int); CREATE TABLE c (d int)", 2),
        ("CREATE FUNCTION f() AS $function$ BEGIN; END; $function$", 1),
        ("SELECT 1 -- one; two", 1),
        ("BEGIN; SELECT 1; COMMIT;", 3),
    ],
)
def test_statements_are_counted(sql: str, count: int) -> None:
    assert statements(sql) == count


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Write down every statement that the driver sends: not all come by way of SQLAlchemy."""
    asked: list[str] = []
    for kind in (psycopg.Cursor, psycopg.ServerCursor):
        for name in ("execute", "executemany"):
            monkeypatch.setattr(kind, name, _noting(getattr(kind, name), asked))
    usual = psycopg.Connection.execute
    monkeypatch.setattr(psycopg.Connection, "execute", _noting(usual, asked))
    return asked


def _noting(usual: Callable[..., Any], asked: list[str]) -> Callable[..., Any]:
    def noting(self: Any, query: Any, *more: Any, **how: Any) -> Any:
        asked.append(query.decode() if isinstance(query, bytes) else str(query))
        return usual(self, query, *more, **how)

    return noting


def portable(sent: list[str]) -> None:
    several = [sql for sql in sent if statements(sql) != 1]
    assert several == []
    ends = ("_meets_additions()", "_terms_meet_undo()", "_names_an_origin()")
    locking = {
        statement
        for name, statement in guards.guards("postgresql").items()
        if name.endswith((*ends, "_comes_from_another()", "_terms_meet_partnerships()"))
    }
    siblings = "SELECT pg_advisory_xact_lock"  # of records of one parent, `session/siblings.py`
    others = [sql for sql in sent if sql not in locking and not sql.startswith(siblings)]
    assert [seen for sql in others for seen in constructs(sql)] == []


@pytest.mark.migrates
@pytest.mark.only_on("postgresql")
def test_a_ledger_is_made_and_upgraded_in_single_portable_statements(
    ledgers: Ledgers, sent: list[str]
) -> None:
    url = ledgers.empty()
    sent.clear()
    set_up(url, LedgerSettings(), asked("init"))
    upgrade_ledger(url, asked("db upgrade"))

    made = [sql for sql in sent if "CREATE" in sql.upper()]
    assert sum("CREATE TRIGGER" in sql for sql in made) > 50
    assert sum("CREATE TABLE" in sql for sql in made) > 20
    portable(sent)


@pytest.mark.only_on("postgresql")
def test_every_act_is_made_of_single_portable_statements(world: World, sent: list[str]) -> None:
    live(world)

    assert sum(sql == postgresql.BEGIN_WRITING for sql in sent) > 20
    assert sum(sql.startswith("INSERT") for sql in sent) > 50
    portable(sent)


_ROWS = " UNION ALL ".join(
    f"SELECT '{name}', to_jsonb(kept)->>'{key}', kept.xmin::text, kept.xmax::text"
    f" FROM {name} AS kept"
    for name, key in (
        (table.name, table.primary_key.columns.keys()[0]) for table in tables.every_table()
    )
)


class SearchMonitor:
    """Sees which rows that were there before an act the act has written or locked."""

    def __init__(self, world: World) -> None:
        self.world, self.raw = world, world.raw()
        self.touched: list[set[tuple[str, str]]] = []

    def during(self, act: Callable[[], object]) -> None:
        before = self._rows()
        act()
        after = self._rows()
        self.touched.append({row[:2] for row in before - after})

    def _rows(self) -> set[tuple[Any, ...]]:
        return set(map(tuple, self.raw.execute(_ROWS).fetchall()))

    def by_every_act(self) -> set[tuple[str, str]]:
        return set.intersection(*self.touched)


def writes(world: World, number: int) -> list[Callable[[], object]]:
    """Give an officer's day on records of his own, one act of each kind."""
    need, offer, deal = (f"{letter}-{number:04}" for letter in "NOD")
    project = f"PRJ-{number:04}"
    pair = {"need": need, "offer": offer}
    return [
        lambda: world.city(f"C{number}"),
        lambda: world.provider(f"P{number}"),
        lambda: world.project(project, city=f"C{number}"),
        lambda: world.need("100 EUR", need, project=project),
        lambda: world.offer("100 EUR", offer, provider=f"P{number}"),
        lambda: world.introduce("20 EUR", **pair),
        lambda: world.commit("10 EUR", deal),
        lambda: world.deliver("5 EUR", deal),
        lambda: world.give_back("2 EUR", deal),
        lambda: world.release("5 EUR", deal),
        lambda: world.revise("need", need, "90 EUR"),
        lambda: world.withdraw("offer", offer, "3 EUR"),
        lambda: world.reinstate("offer", offer, "1 EUR"),
        lambda: world.edit("need", need, note="x"),
        lambda: world.reverse(max(entry.number for entry in world.entries())),
    ]


@pytest.fixture
def watch(world: World) -> Iterator[SearchMonitor]:
    watching = SearchMonitor(world)
    yield watching
    watching.raw.close()


@pytest.mark.only_on("postgresql")
def test_no_row_is_written_or_locked_by_every_act(world: World, watch: SearchMonitor) -> None:
    for act in writes(world, 1):
        watch.during(act)

    assert any(watch.touched)
    assert watch.by_every_act() == set()
    # Nor by most: of what many acts share, none writes it but those on the same need or offer.
    shared = Counter(row for touched in watch.touched for row in touched)
    busiest = {table for (table, _), count in shared.items() if count > len(watch.touched) / 2}
    assert busiest <= {"balance", "deal_balance", "holder"}


@pytest.mark.only_on("postgresql")
def test_acts_on_different_records_touch_no_row_together(
    world: World, watch: SearchMonitor
) -> None:
    """Two officers who work on different needs and offers stand in nobody's way."""
    mine, yours = writes(world, 1), writes(world, 2)
    sides: list[set[tuple[str, str]]] = []
    for acts in (mine, yours):
        watch.touched.clear()
        for act in acts:
            watch.during(act)
        sides.append(set().union(*watch.touched))

    # A reference to a register is shared by all who refer to it, and keeps nobody waiting.
    together = {table for table, _ in sides[0] & sides[1]}
    assert together <= {"unit", "office", "country", "sector", "project_status"}


@pytest.mark.only_on("postgresql")
def test_the_watch_sees_a_row_that_every_act_writes(world: World, watch: SearchMonitor) -> None:
    watch.raw.execute(
        "CREATE FUNCTION counts() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN UPDATE unit SET name = name WHERE code = 'EUR'; RETURN NULL; END $$"
    )
    watch.raw.execute("ALTER TABLE unit DISABLE TRIGGER unit_refuses_update")
    watch.raw.execute(
        "CREATE TRIGGER counted AFTER INSERT ON request FOR EACH ROW EXECUTE FUNCTION counts()"
    )
    for act in writes(world, 1):
        watch.during(act)

    assert watch.by_every_act() == {("unit", "EUR")}
