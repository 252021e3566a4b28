"""Append only: an attacker with the file and no program changes nothing that was written."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from raw import Raw
from world import World

from ledger.rates import Rate

pytestmark = pytest.mark.only_on("sqlite")

APPEND_ONLY = [
    "allowed_move",
    "city",
    "city_version",
    "deal",
    "deal_version",
    "entry",
    "holder",
    "movement",
    "need",
    "need_version",
    "offer",
    "offer_version",
    "office",
    "office_version",
    "project",
    "project_version",
    "provider",
    "provider_version",
    "rate",
    "receipt",
    "request",
    "setting_version",
    "unit",
]
"""Spelled out, so that a table that loses its guards is noticed."""


@pytest.fixture(scope="module")
def lived_in(template_ledger: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Give a ledger with a row in every table; attacks leave it as it is, so one serves all."""
    path = tmp_path_factory.mktemp("attacked") / "ledger.db"
    world = World(f"sqlite:///{shutil.copy(template_ledger, path)}")
    world.need("100 EUR")
    world.offer("80 EUR")
    world.introduce("50 EUR", on=date(2026, 3, 1))
    world.reverse(world.commit("20 EUR", on=date(2026, 3, 2))["entry"], on=date(2026, 3, 3))
    world.do(lambda uow: uow.add_rate(Rate(date(2026, 1, 1), "EUR", "USD", Decimal("1.1"))))
    world.do(lambda uow: uow.set_setting("base_currency", "EUR"))
    yield world
    world.ledger.engine.dispose()


def a_row(raw: Raw, table: str) -> dict[str, object]:
    cursor = raw.execute(f'SELECT * FROM "{table}" LIMIT 1')
    return dict(zip([column[0] for column in cursor.description], cursor.fetchone(), strict=True))


def insert(raw: Raw, table: str, row: dict[str, object], how: str = "INSERT") -> None:
    columns = ", ".join(f'"{name}"' for name in row)
    marks = ", ".join("?" for _ in row)
    raw.execute(f'{how} INTO "{table}" ({columns}) VALUES ({marks})', list(row.values()))


def update(raw: Raw, table: str) -> None:
    column = next(iter(a_row(raw, table)))
    raw.execute(f'UPDATE "{table}" SET "{column}" = "{column}"')


def update_or_replace(raw: Raw, table: str) -> None:
    row = a_row(raw, table)
    raw.execute(f'UPDATE OR REPLACE "{table}" SET "{list(row)[-1]}" = 1')


def delete(raw: Raw, table: str) -> None:
    raw.execute(f'DELETE FROM "{table}"')


def replace(raw: Raw, table: str) -> None:
    insert(raw, table, a_row(raw, table), "INSERT OR REPLACE")


def upsert(raw: Raw, table: str) -> None:
    row = a_row(raw, table)
    column, marks = next(iter(row)), ", ".join("?" for _ in row)
    raw.execute(
        f'INSERT INTO "{table}" VALUES ({marks}) ON CONFLICT DO UPDATE '
        f'SET "{column}" = excluded."{column}"',
        list(row.values()),
    )


def ignore(raw: Raw, table: str) -> None:
    insert(raw, table, a_row(raw, table), "INSERT OR IGNORE")


@pytest.mark.parametrize("attack", [update, update_or_replace, delete, replace, upsert, ignore])
@pytest.mark.parametrize("table", APPEND_ONLY)
def test_what_was_written_stays(lived_in, table, attack):
    with (
        lived_in.unchanged(),
        closing(lived_in.raw()) as raw,
        pytest.raises(sqlite3.IntegrityError, match=f"cityfund guard: {table} "),
    ):
        attack(raw, table)


@pytest.mark.parametrize(
    ("table", "key"),
    [
        *(
            (name, "code")
            for name in APPEND_ONLY
            if f"{name}_version" in APPEND_ONLY and name != "setting"
        ),
        ("request", "key"),
        ("entry", "reverses"),
    ],
)
def test_a_row_is_not_replaced_by_its_other_key(lived_in, table, key):
    with lived_in.unchanged(), closing(lived_in.raw()) as raw:
        query = f'SELECT * FROM "{table}" WHERE "{key}" IS NOT NULL LIMIT 1'
        raw.connection.row_factory = sqlite3.Row
        row = dict(raw.execute(query).fetchone())
        with pytest.raises(sqlite3.IntegrityError, match="replace refused"):
            insert(raw, table, {**row, "id": 999_999}, "INSERT OR REPLACE")


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
        "sector",
    }

    assert set(lived_in.rows()) == set(APPEND_ONLY) | changing
