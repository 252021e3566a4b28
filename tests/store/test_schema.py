"""The schema and its guards: what the migrations make is what the program reads and writes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, Connection, inspect
from world import World

from ledger.store.db import schema
from ledger.store.db.engine import make_engine, read_transaction, write_transaction
from ledger.store.db.tables import complete_metadata
from ledger.store.erasable import erasable_tables
from ledger.store.session.ledger import open_ledger
from migrations.guards import due, guards, present

pytestmark = pytest.mark.migrates

ROOT = Path(__file__).parents[2]

APPEND_ONLY = (
    *("allowed_move", "city", "city_version", "deal", "deal_version", "entry", "holder"),
    *("introduced_line", "proposal", "proposal_line", "proposal_project"),
    *("movement", "need", "need_version", "offer", "offer_version", "office", "office_version"),
    *("project", "project_version", "provider", "provider_version", "rate", "receipt"),
    *("request", "disclosure", "erasure", "seal", "sealed_leaf", "setting_version", "unit"),
    *("gap_snapshot", "night_lock", "night_run", "night_step", "adopted_row"),
    "remaining_leaf",
    *("finding", "finding_event", "statement", "statement_line"),
    *("approval", "approval_answer", "approval_rule", "approval_use", "standing_approval"),
    *("restriction", "restriction_version", "exemption", "exemption_version"),
    *("body", "body_version", "seat", "seat_version"),
    *("approach", "approach_version"),
    *("partnership", "partnership_version", "undertaking", "undertaking_version"),
    *("credential", "credential_version"),
    *("identifier", "identifier_version"),
    *("meeting", "meeting_version", "attendance", "attendance_version"),
    *("motion", "motion_version", "target", "target_version"),
    *("note", "note_version", "contact", "contact_version", "owner", "owner_version"),
    *("phase", "phase_version"),
    *("instalment", "instalment_version"),
    *("reminder", "reminder_version"),
    *("pair_limit", "pair_limit_version"),
    *("city_identity_change", "provider_identity_change", "project_identity_change"),
)
ORIGINS = ("approach", "partnership", "seat", "meeting")
KEPT_FROM = ("update", "delete", "replace")

GUARDS = {
    *(
        f"{table}_refuses_{what}"
        for table in APPEND_ONLY
        for what in ("update", "delete", "replace")
    ),
    *(f"{kind}_version_comes_from_another" for kind in ORIGINS),
    *(f"{kind}_version_names_an_origin" for kind in ("deal", "offer", "project", *ORIGINS)),
    "disclosure_is_erased",
    *(f"{one.table.name}_is_erased" for one in erasable_tables()),
    "approach_version_follows",
    "balance_keeps_holder",
    "balance_refuses_delete",
    "balance_refuses_replace",
    "city_version_follows",
    "exemption_version_follows",
    "restriction_version_follows",
    "body_version_follows",
    "seat_version_follows",
    "partnership_version_follows",
    "undertaking_version_follows",
    "credential_version_follows",
    "identifier_version_follows",
    *(f"{name}_version_follows" for name in ("meeting", "attendance", "motion", "target")),
    *(f"{name}_version_follows" for name in ("note", "contact", "owner")),
    "phase_version_follows",
    "instalment_version_follows",
    "reminder_version_follows",
    "pair_limit_version_follows",
    *(
        f"{kind}_{does}"
        for kind in ("city", "provider", "project")
        for does in ("takes_free_code", "identity_change_follows", "identity_change_counts")
    ),
    "deal_balance_keeps_deal",
    "deal_joins_one_factor",
    "deal_balance_refuses_delete",
    "deal_balance_refuses_replace",
    "deal_has_balance",
    "deal_version_follows",
    "entry_is_reversed_once",
    "entry_is_an_act",
    "entry_follows_reversed",
    "holder_has_balance",
    "allowed_move_is_closed",
    "movement_is_allowed",
    "movement_keeps_balance",
    "movement_keeps_deal_balance",
    "movement_keeps_timeline",
    "need_is_its_own_holder",
    "need_version_follows",
    "offer_is_its_own_holder",
    "offer_version_follows",
    "office_version_follows",
    "finding_event_follows",
    "introduced_line_is_its_entrys",
    "night_run_follows",
    "night_step_was_asked_for",
    "project_version_follows",
    "proposal_line_was_announced",
    "provider_version_follows",
    "seal_follows",
    "sealed_leaf_follows",
    "setting_version_follows",
    "statement_line_was_announced",
    *("approval_answer_is_anothers", "approval_rule_follows", "approval_use_is_covered"),
    *("erasure_keeps_identities", "standing_approval_follows"),
}
"""Every guard on SQLite by name, so that one that is lost on the way is noticed."""


def scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    return ScriptDirectory.from_config(config)


def test_the_guards_are_these():
    assert set(guards("sqlite")) == GUARDS


@pytest.mark.only_on("sqlite")
def test_a_ledger_stands_under_every_guard(world):
    with world.ledger.read() as connection:
        assert set(present(connection)) == set(due(connection))


def test_the_schema_is_the_one_the_program_knows(world):
    with world.ledger.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})

        assert compare_metadata(context, complete_metadata()) == []


def checks(connection: Connection, schema: str | None = None) -> dict[str, dict[str, str]]:
    """Give each table's checks, in the words in which the database keeps them."""
    inspector = inspect(connection)
    return {
        name: {
            str(one["name"]): one["sqltext"]
            for one in inspector.get_check_constraints(name, schema=schema)
        }
        for name in complete_metadata().tables
    }


@pytest.mark.only_on("sqlite")
def test_every_check_of_a_table_stands_in_the_database(world):
    """Comparing schemas overlooks checks, and it is they that keep stages from below zero."""
    with world.ledger.read() as connection:
        assert checks(connection) == {
            name: {
                str(one.name): str(one.sqltext)
                for one in table.constraints
                if isinstance(one, CheckConstraint)
            }
            for name, table in complete_metadata().tables.items()
        }


@pytest.mark.only_on("postgresql")
def test_every_check_of_a_table_stands_on_the_server(world):
    """The server keeps checks in words of its own, so the tables are made once more beside."""
    with write_transaction(world.ledger.engine, commit=False) as connection:
        connection.exec_driver_sql("CREATE SCHEMA wanted")
        beside = connection.execution_options(schema_translate_map={None: "wanted"})
        complete_metadata().create_all(beside, checkfirst=False)
        assert checks(connection, "public") == checks(connection, "wanted")
        assert checks(connection, "public")["balance"]


def test_the_migrations_have_one_head_and_the_program_knows_it():
    assert scripts().get_heads() == [schema.CURRENT_REVISION]


def test_the_program_knows_every_migration():
    known = [script.revision for script in scripts().walk_revisions()]

    assert tuple(reversed(known)) == schema.KNOWN_REVISIONS


@pytest.mark.only_on("sqlite")
def test_an_upgrade_puts_lost_guards_back(world, monkeypatch):
    """A ledger one step behind gets its guards anew, whatever has become of the old ones."""
    with write_transaction(world.ledger.engine) as connection:
        where = " ON entry" if world.engine == "postgresql" else ""
        connection.exec_driver_sql(f"DROP TRIGGER entry_refuses_update{where}")
        assert "entry_refuses_update" not in present(connection)
        schema._run_migrations(connection)

        assert set(present(connection)) == set(due(connection))


def test_a_ledger_is_not_downgraded(world):
    from alembic import command  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    with world.unchanged(), write_transaction(world.ledger.engine, commit=False) as connection:
        config.attributes["connection"] = connection
        with pytest.raises(NotImplementedError, match="backup"):
            command.downgrade(config, "base")


def alembic(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "alembic", *words],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_developer_may_run_alembic_itself(ledgers):
    url = ledgers.empty()
    assert alembic("upgrade", "head", CITYFUND_DB=url).returncode == 0
    told = alembic("-x", f"url={url}", "current")

    assert f"{schema.CURRENT_REVISION} (head)" in told.stdout
    with read_transaction(make_engine(url)) as connection:
        assert set(present(connection)) == set(due(connection))


def test_alembic_asks_for_the_database():
    told = alembic("current")

    assert told.returncode == 2
    assert "CITYFUND_DB" in told.stdout


@pytest.mark.only_on("sqlite")
def test_foreign_keys_hold_and_commits_are_durable(world: World):
    with open_ledger(world.url).read() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("foreign_keys", "journal_mode", "synchronous", "trusted_schema")
        }

    assert pragmas == {
        "foreign_keys": 1,
        "journal_mode": "wal",
        "synchronous": 2,
        "trusted_schema": 0,
    }


def test_threads_that_ask_at_once_get_each_table_and_index_once():
    script = """
from threading import Thread
from ledger.store.db import tables
failed = []
def ask():
    try:
        tables.complete_metadata()
    except Exception as error:
        failed.append(error)
asking = [Thread(target=ask) for _ in range(8)]
[one.start() for one in asking]
[one.join() for one in asking]
names = [index.name for table in tables.metadata.tables.values() for index in table.indexes]
assert (failed, len(names)) == ([], len({*names})), (failed, names)
"""
    subprocess.run([sys.executable, "-c", script], check=True)
