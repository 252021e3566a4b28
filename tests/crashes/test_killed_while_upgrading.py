"""Setting a ledger up, or upgrading it, is killed -9: it is old or new, never between.

Running it again completes it.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest
from attack_figures import count_cases
from hands import Hand, broken_checks, sizes, tell
from kill import killed_while, run_line, span_of
from ledgers import Ledgers
from sqlalchemy import Connection, inspect, text

from ledger.journal.entries import CANONICAL_FORMAT
from ledger.store.db import tables
from ledger.store.db.engine import make_engine, on_server, read_transaction, write_transaction
from ledger.store.db.schema import CURRENT_REVISION, current_revision
from ledger.store.registers import STORED_REGISTERS
from ledger.store.session.sequences import numbered_tables
from migrations import guards, views

pytestmark = pytest.mark.migrates

OLDER = "0001"


LATER_TABLES = (
    *("remaining_leaf", "erasure"),
    *("approval_use", "standing_approval", "approval_answer", "approval", "approval_rule"),
    "adopted_row",
    *("pair_limit_version", "pair_limit"),
    *("disclosure", "reminder_version", "reminder", "instalment_version", "instalment"),
    *("phase_version", "phase"),
    *("undertaking_version", "undertaking", "partnership_version", "partnership"),
    *("attendance_version", "attendance", "motion_version", "motion"),
    *("owner_version", "owner", "contact_version", "contact", "note_version", "note"),
    *("target_version", "target", "meeting_version", "meeting"),
    *("approach_version", "approach"),
    *("credential_version", "credential"),
    *("identifier_version", "identifier"),
    *("seat_version", "seat", "body_version", "body", "seat_role"),
    *("exemption_version", "exemption", "restriction_version", "restriction"),
    *("city_identity_change", "provider_identity_change", "project_identity_change"),
    *("finding_event", "finding", "statement_line", "statement"),
    *("gap_snapshot", "night_step", "night_run", "night_lock"),
    *("seal", "sealed_leaf"),
    *("introduced_line", "proposal_project", "proposal_line", "proposal"),
)
"""What later versions made, in an order in which it can be dropped."""

CODED = tuple(
    kept.identity.name
    for kept in STORED_REGISTERS.values()
    if kept.identity.name not in LATER_TABLES
)
WITH_ORIGIN = ("project", "offer", "deal")
TAKEN_BACK = (
    "UPDATE entry SET format = 1 WHERE total IS NOT NULL",
    "ALTER TABLE deal DROP COLUMN rate_exact",
    "ALTER TABLE entry DROP COLUMN total",
    "ALTER TABLE request DROP COLUMN format",
    *(
        f"ALTER TABLE request DROP COLUMN {name}"
        for name in ("transaction_id", "server_id", "parent_id", "parent_hash")
    ),
    "DROP INDEX ix_receipt_hash",
    "ALTER TABLE receipt DROP COLUMN hash",
    "ALTER TABLE entry DROP COLUMN exemptions",
    "ALTER TABLE need_version DROP COLUMN declared_on",
    "ALTER TABLE offer_version DROP COLUMN declared_on",
    "ALTER TABLE need_version DROP COLUMN after",
    "ALTER TABLE deal_version DROP COLUMN not_before",
    "ALTER TABLE project_version DROP COLUMN recipient",
    *(f"ALTER TABLE city_version DROP COLUMN {name}" for name in ("latitude", "longitude")),
    *(f"ALTER TABLE city_version DROP COLUMN {name}" for name in ("member", "office_given")),
    *(f"ALTER TABLE office_version DROP COLUMN {name}" for name in ("opened_on", "closed_on")),
    *(
        f"DROP INDEX ix_{name}"
        for name in (
            *("city_version_office_id", "provider_version_city_id"),
            *("project_city_id", "need_project_id", "offer_provider_id"),
        )
    ),
    *(f"DROP INDEX ix_{name}_version_origin" for name in WITH_ORIGIN),
    *(
        f"ALTER TABLE {name}_version DROP COLUMN origin_{part}"
        for name in WITH_ORIGIN
        for part in ("kind", "id")
    ),
    *(f"DROP INDEX ix_{name}_version_in_error" for name in CODED),
    *(f"ALTER TABLE {name}_version DROP COLUMN in_error" for name in CODED),
    *(f"DROP INDEX uq_{name}_{key}_reuse" for name in CODED for key in ("code", "folded")),
    *(f"ALTER TABLE {name} DROP COLUMN reuse" for name in CODED),
)
NAMED = ("office", "city", "provider", "project")
MARKS = tuple(f"{name}_in_error_meets_additions" for name in NAMED)
"""Triggers that ask for a later column."""

TAKEN_BACK_ON_SERVER = (
    "DROP INDEX ix_entry_reverses",
    "ALTER TABLE entry ADD CONSTRAINT uq_entry_reverses UNIQUE (reverses)",
    *(
        f"ALTER TABLE {name} ADD CONSTRAINT uq_{name}_{key} UNIQUE ({key})"
        for name in CODED
        for key in ("code", "folded")
    ),
)
"""What later versions changed in tables that were there; on SQLite such tables are made anew."""


def aged(url: str) -> str:
    """Take a ledger back to what the first version of the program made."""
    engine = make_engine(url)
    with write_transaction(engine) as connection:
        views.take_down(connection)
        if not on_server(connection):
            for name in filter(_names_later_tables, guards.present(connection)):
                connection.execute(text(f"DROP TRIGGER {name}"))
        for name in LATER_TABLES:
            connection.execute(text(f"DROP TABLE {name}"))
        take_back(connection)
        if on_server(connection):
            for statement in TAKEN_BACK_ON_SERVER:
                connection.execute(text(statement))
            for name in filter(_is_of_later_tables, guards.present(connection)):
                connection.execute(text(f"DROP FUNCTION {name}"))
        if on_server(connection):
            for table in numbered_tables():
                connection.execute(text(f"DROP SEQUENCE {table.name}_id_seq"))
        connection.execute(text("UPDATE alembic_version SET version_num = :old"), {"old": OLDER})
    engine.dispose()
    return url


def take_back(connection: Connection) -> None:
    """Drop later columns; on SQLite the guards that name them are made as they were."""
    standing = {} if on_server(connection) else guards.present(connection)
    if standing:
        guards.take_down(connection)
    if on_server(connection):
        for name, trigger in zip(NAMED, MARKS, strict=True):
            connection.execute(text(f"DROP TRIGGER {trigger} ON {name}_version"))
        for name in WITH_ORIGIN:
            guard = f"{name}_version_names_an_origin"
            connection.execute(text(f"DROP TRIGGER {guard} ON {name}_version"))
            connection.execute(text(f"DROP FUNCTION cityfund_{guard}()"))
    if on_server(connection):
        connection.execute(text("ALTER TABLE entry DISABLE TRIGGER USER"))
    for statement in TAKEN_BACK:
        connection.execute(text(statement))
    if on_server(connection):
        connection.execute(text("ALTER TABLE entry ENABLE TRIGGER USER"))
    for statement in standing.values():
        connection.execute(text(statement.replace(" AND kept.reuse = NEW.reuse", "")))


def _is_of_later_tables(guard: str) -> bool:
    erases = guard.endswith("_is_erased")
    return erases or guard.removeprefix("cityfund_").startswith(LATER_TABLES)


def _names_later_tables(guard: str) -> bool:
    """Say whether a guard of a table that was there looks into later ones."""
    words = guards.guards("sqlite")[guard]
    looks = any(one in words for one in ("_identity_change", "origin_kind", "FROM erasure"))
    return looks and not _is_of_later_tables(guard)


def found_at(url: str) -> str | None:
    """Give the revision a killed process left, after holding everything beside it to that."""
    engine = make_engine(url)
    with read_transaction(engine) as connection:
        revision = current_revision(connection)
        names = set(inspect(connection).get_table_names())
        if revision is None:
            assert names == set()
        else:
            due = set(guards.guards(connection.dialect.name))
            known = set(tables.complete_metadata().tables)
            if revision == OLDER:
                known -= set(LATER_TABLES)
                due = {name for name in due - {*MARKS} if not _is_of_later_tables(name)}
                due = {name for name in due if "_names_an_origin" not in name}
                if not on_server(connection):
                    due = {name for name in due if not _names_later_tables(name)}
            assert names == {*known, "alembic_version"}
            assert set(guards.present(connection)) == due
    engine.dispose()
    return revision


def killed_upgrades(
    make: Callable[[], str], line: tuple[str, ...], kills: int, seed: int
) -> Counter[str | None]:
    """Kill a command line at random moments, each time on a ledger of its own; count what is left.

    Every ledger is then completed by the same command line, and proven.
    """
    run_line(make(), *line)
    longest = 1.2 * span_of(lambda: run_line(make(), *line))
    chance = random.Random(seed)
    left: Counter[str | None] = Counter()
    for _ in range(kills):
        url = make()
        died = killed_while(
            url, lambda say, url=url: say(run_line(url, *line).code), chance.uniform(0, longest)
        )
        revision = found_at(url)
        assert not died.said or revision == CURRENT_REVISION, "acknowledged and lost"
        left[revision] += 1
        assert run_line(url, *line).code == 0
        assert found_at(url) == CURRENT_REVISION
        assert broken_checks(url) == []
    return left


@pytest.mark.long
@pytest.mark.parametrize("kills", sizes(1, 200))
def test_an_upgrade_is_done_or_not_done(ledgers: Ledgers, kills, seed):
    used = ledgers.new()
    officer = Hand(used)
    officer.need("1000 EUR")
    officer.offer("1000 EUR")
    officer.introduce("10 EUR")
    # An older ledger stores no totals, in entries of its format.
    before = [replace(one, total=None, format=CANONICAL_FORMAT) for one in officer.entries()]
    officer.ledger.engine.dispose()
    ledgers.settle(aged(used))
    assert run_line(ledgers.copy(used), "gaps").code == 7

    made: list[str] = []

    def make() -> str:
        made.append(ledgers.copy(used))
        return made[-1]

    left = killed_upgrades(make, ("db", "upgrade"), kills, seed)
    count_cases(kills)
    tell(f"killed while upgrading: {kills} kills, left at {dict(left)}, all completed, seed {seed}")

    assert set(left) <= {OLDER, CURRENT_REVISION}
    assert Hand(made[-1]).entries() == before


@pytest.mark.long
@pytest.mark.parametrize("kills", sizes(1, 50))
def test_a_new_ledger_is_there_or_not_there(ledgers: Ledgers, kills, seed):
    left = killed_upgrades(ledgers.empty, ("init",), kills, seed)
    count_cases(kills)
    tell(
        f"killed while setting up: {kills} kills, left at {dict(left)}, all completed, seed {seed}"
    )

    assert set(left) <= {None, CURRENT_REVISION}
