"""Append only: an attacker with the database and no program changes nothing that was written."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace as replaced
from datetime import date
from decimal import Decimal
from functools import partial

import psycopg
import pytest
from asks import an_approach
from bars import a_restriction, an_exemption
from bodies import a_body, a_seat
from credentials import a_figure, an_identifier
from gatherings import gather
from ledgers import Ledgers
from raw import Raw
from recorded_approvals import record_approvals
from recorded_night import record_night
from remarks import a_contact, a_limit, a_note, a_reminder, an_owner
from ties import a_partnership, an_undertaking
from world import World

from ledger.deals.instalments import instalment_of
from ledger.rates.rates import Rate
from ledger.registers.phases import phase_of
from ledger.store.db.tables import complete_metadata
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.usecases.erasure import erase
from ledger.usecases.registers.identity import edit_identity

Refusal = (sqlite3.IntegrityError, psycopg.IntegrityError)

APPEND_ONLY = [
    "adopted_row",
    "allowed_move",
    "approach",
    "approach_version",
    *("approval", "approval_answer", "approval_rule", "approval_use"),
    "attendance",
    "attendance_version",
    "body",
    "body_version",
    "city",
    "city_identity_change",
    "city_version",
    *("reminder", "reminder_version"),
    *("pair_limit", "pair_limit_version"),
    *("contact", "contact_version", "note", "note_version", "owner", "owner_version"),
    "credential",
    "credential_version",
    "deal",
    "deal_version",
    "disclosure",
    "entry",
    "erasure",
    "exemption",
    "exemption_version",
    "finding",
    "finding_event",
    "gap_snapshot",
    "holder",
    "identifier",
    "identifier_version",
    "introduced_line",
    "instalment",
    "instalment_version",
    "meeting",
    "meeting_version",
    "motion",
    "motion_version",
    "movement",
    "need",
    "need_version",
    "night_lock",
    "night_run",
    "night_step",
    "offer",
    "offer_version",
    "office",
    "office_version",
    "partnership",
    "partnership_version",
    "phase",
    "phase_version",
    "project",
    "project_identity_change",
    "project_version",
    "proposal",
    "proposal_line",
    "proposal_project",
    "provider",
    "provider_identity_change",
    "provider_version",
    "rate",
    "receipt",
    "remaining_leaf",
    "request",
    "restriction",
    "restriction_version",
    "seal",
    "sealed_leaf",
    "seat",
    "seat_version",
    "setting_version",
    "statement",
    *("standing_approval", "statement_line"),
    "undertaking",
    "undertaking_version",
    "target",
    "target_version",
    "unit",
]
"""Spelled out, so that a table that loses its guards is noticed."""


@pytest.fixture(scope="module")
def lived_in(run_ledgers: Ledgers) -> Iterator[World]:
    """Give a ledger with a row in every table; attacks leave it as it is, so one serves all."""
    world = World(run_ledgers.new())
    world.need("100 EUR")
    world.offer("80 EUR")
    world.introduce("50 EUR", on=date(2026, 3, 1))
    world.reverse(world.commit("20 EUR", on=date(2026, 3, 2))["entry"], on=date(2026, 3, 3))
    world.do(lambda uow: uow.add_rate(Rate(date(2026, 1, 1), "EUR", "USD", Decimal("1.1"))))
    world.need("10 EUR", "N-0002", project="PRJ-0002")
    world.save("project=PRJ-0002")
    world.accept()
    world.city("LHE")
    world.provider("SPARE")
    world.project("PRJ-0009", city="LHE")
    for kind, code in (("city", "LHE"), ("provider", "SPARE"), ("project", "PRJ-0009")):
        world.do(partial(edit, kind=kind, typed=code, code=f"{code}-1"))
    world.do(lambda uow: uow.set_setting("base_currency", "EUR"))
    world.do(bar_spare)
    world.do(lambda uow: uow.add("body", a_body()))
    world.do(lambda uow: uow.add("seat", a_seat()))
    world.do(ask_bank)
    world.do(lambda uow: uow.add("partnership", a_partnership(city="LHE-1")))
    world.do(lambda uow: uow.add("undertaking", an_undertaking()))
    world.do(lambda uow: uow.add("credential", a_figure()))
    world.do(lambda uow: uow.add("identifier", an_identifier()))
    world.do(lambda uow: uow.add("note", a_note()))
    world.do(lambda uow: uow.add("contact", a_contact()))
    world.do(lambda uow: uow.add("owner", an_owner()))
    world.do(lambda uow: uow.add("reminder", a_reminder()))
    world.do(lambda uow: gather(uow, "MHD"))
    dated = phase_of("PRJ-0001", "identification", date(2026, 1, 1))
    world.do(lambda uow: uow.add("phase", dated))
    due = instalment_of("D-0001", date(2027, 3, 1), 1000, "EUR")
    world.do(lambda uow: uow.add("instalment", due))
    world.do(lambda uow: uow.add("limit", a_limit(offers="offer=O-9999")))
    world.do(lambda uow: erase(uow, ["contact:CN-1"]), reason="asked for")
    record_night(world)
    record_approvals(world.ledger)
    world.seal()
    world.do(lambda uow: erase(uow, [f"night:{uow.today}"], ["actor"]), reason="asked for")
    yield world
    world.ledger.engine.dispose()


def edit(uow: UnitOfWork, kind: str, typed: str, code: str) -> None:
    stored = uow.find_record(kind, typed)
    edit_identity(uow, kind, stored, replaced(stored.record, code=code))


def bar_spare(uow: UnitOfWork) -> None:
    """Add a restriction on a provider without offers, and an exemption from it."""
    uow.add("restriction", a_restriction(providers=("SPARE-1",)))
    uow.add("exemption", an_exemption(projects=("PRJ-0001",)))


def ask_bank(uow: UnitOfWork) -> None:
    """Add an approach that came from another."""
    uow.add("approach", an_approach())
    uow.add("approach", an_approach("AP-2", origin="approach:AP-1"))


def a_row(raw: Raw, table: str) -> dict[str, object]:
    return raw.rows(f'SELECT * FROM "{table}" LIMIT 1')[0]


def insert(
    raw: Raw, table: str, row: dict[str, object], how: str = "INSERT", otherwise: str = ""
) -> None:
    columns = ", ".join(f'"{name}"' for name in row)
    marks = ", ".join("?" for _ in row)
    raw.execute(
        f'{how} INTO "{table}" ({columns}) VALUES ({marks}) {otherwise}', list(row.values())
    )


def update(raw: Raw, table: str) -> None:
    column = next(iter(a_row(raw, table)))
    raw.execute(f'UPDATE "{table}" SET "{column}" = "{column}"')


def delete(raw: Raw, table: str) -> None:
    raw.execute(f'DELETE FROM "{table}"')


def upsert(raw: Raw, table: str) -> None:
    keys = ", ".join(column.name for column in complete_metadata().tables[table].primary_key)
    row = a_row(raw, table)
    column = list(row)[-1]
    again = f'ON CONFLICT ({keys}) DO UPDATE SET "{column}" = excluded."{column}"'
    insert(raw, table, row, otherwise=again)


def update_or_replace(raw: Raw, table: str) -> None:
    row = a_row(raw, table)
    raw.execute(f'UPDATE OR REPLACE "{table}" SET "{list(row)[-1]}" = 1')


def replace(raw: Raw, table: str) -> None:
    insert(raw, table, a_row(raw, table), "INSERT OR REPLACE")


def ignore(raw: Raw, table: str) -> None:
    insert(raw, table, a_row(raw, table), "INSERT OR IGNORE")


def truncate(raw: Raw, table: str) -> None:
    raw.execute(f'TRUNCATE "{table}" CASCADE')


def truncate_what_it_stands_on(raw: Raw, table: str) -> None:
    every = ", ".join(f'"{name}"' for name in raw.tables())
    raw.execute(f'TRUNCATE "{table}", {every} RESTART IDENTITY')


def merge(raw: Raw, table: str) -> None:
    column = next(iter(a_row(raw, table)))
    raw.execute(
        f'MERGE INTO "{table}" AS kept USING (SELECT 1) AS one ON true'
        f' WHEN MATCHED THEN UPDATE SET "{column}" = kept."{column}"'
    )


def withstands(world: World, table: str, attack) -> None:
    with (
        world.unchanged(),
        closing(world.raw()) as raw,
        pytest.raises(Refusal, match=f"cityfund guard: ({table} |the table of allowed moves)"),
    ):
        attack(raw, table)


@pytest.mark.parametrize("attack", [update, delete, upsert])
@pytest.mark.parametrize("table", APPEND_ONLY)
def test_what_was_written_stays(lived_in, table, attack):
    withstands(lived_in, table, attack)


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("attack", [update_or_replace, replace, ignore])
@pytest.mark.parametrize("table", APPEND_ONLY)
def test_what_was_written_is_not_replaced(lived_in, table, attack):
    withstands(lived_in, table, attack)


@pytest.mark.only_on("postgresql")
@pytest.mark.parametrize("attack", [truncate, merge])
@pytest.mark.parametrize("table", APPEND_ONLY)
def test_what_was_written_is_neither_emptied_nor_merged(lived_in, table, attack):
    with (
        lived_in.unchanged(),
        closing(lived_in.raw()) as raw,
        # Whatever stands on the table is emptied with it, and may be asked first.
        pytest.raises(Refusal, match=r"cityfund guard: \w+ (is append-only|rows are kept), "),
    ):
        attack(raw, table)


@pytest.mark.only_on("postgresql")
@pytest.mark.parametrize("table", ["balance", "deal_balance", "region", "alembic_version"])
def test_nothing_is_emptied_together_with_the_rest(lived_in, table):
    with (
        lived_in.unchanged(),
        closing(lived_in.raw()) as raw,
        pytest.raises(Refusal, match="truncate refused"),
    ):
        truncate_what_it_stands_on(raw, table)


@pytest.mark.only_on("postgresql")
@pytest.mark.parametrize("table", [name for name in APPEND_ONLY if name != "allowed_move"])
def test_a_key_is_not_taken_twice(lived_in, table):
    """The constraint says so, if the guard of the row's own rules does not say so first."""
    words = f"duplicate key value|cityfund guard: {table} takes "
    with (
        lived_in.unchanged(),
        closing(lived_in.raw()) as raw,
        pytest.raises(psycopg.IntegrityError, match=words),
    ):
        insert(raw, table, a_row(raw, table))


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize(
    ("table", "key"),
    [
        *(
            (name, "code")
            for name in APPEND_ONLY
            if f"{name}_version" in APPEND_ONLY and name != "setting"
        ),
        ("proposal", "code"),
        ("request", "key"),
        ("entry", "reverses"),
    ],
)
def test_a_row_is_not_replaced_by_its_other_key(lived_in, table, key):
    with lived_in.unchanged(), closing(lived_in.raw()) as raw:
        row = raw.rows(f'SELECT * FROM "{table}" WHERE "{key}" IS NOT NULL LIMIT 1')[0]
        # Several entries may name the one they reverse, each after the one before was reversed.
        refusal = "reversed already" if key == "reverses" else "replace refused"
        with pytest.raises(sqlite3.IntegrityError, match=refusal):
            insert(raw, table, {**row, "id": 999_999}, "INSERT OR REPLACE")


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("table", APPEND_ONLY)
def test_no_table_has_a_hidden_key_that_its_guard_overlooks(lived_in, table):
    """SQLite's own row number replaces a row whose other keys are all new."""
    with closing(lived_in.raw()) as raw:
        try:
            hidden = raw.execute(f'SELECT rowid FROM "{table}" LIMIT 1').description[0][0]
        except sqlite3.OperationalError:
            return  # the table has no row numbers at all
        keys = [row[1] for row in raw.execute(f'PRAGMA table_info("{table}")') if row[5]]
    assert [hidden] == keys, "the row number is the primary key itself"


@pytest.mark.only_on("sqlite")
def test_a_unit_is_not_replaced_by_its_row_number(lived_in):
    row = {"rowid": 1, "code": "ZZZ", "decimals": 2, "kind": "money", "name": "z", "request_id": 1}
    with (
        lived_in.unchanged(),
        closing(lived_in.raw()) as raw,
        pytest.raises(sqlite3.Error),
    ):
        insert(raw, "unit", row, "INSERT OR REPLACE")


def test_every_table_of_the_ledger_is_guarded_or_known_to_change(lived_in):
    changing = {
        "alembic_version",
        "balance",
        "deal_balance",
        "country",
        "instrument",
        "project_status",
        "region",
        "seat_role",
        "sector",
    }

    assert set(lived_in.rows()) == set(APPEND_ONLY) | changing
