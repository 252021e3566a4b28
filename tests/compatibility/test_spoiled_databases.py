"""On a database spoiled on purpose, the checks of what was spoiled fail, and no others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from contextlib import contextmanager

import pytest
import spoiled_database as spoiled
from compatibility_checks import (
    ON_A_SERVER,
    ON_A_SERVERS_LEDGER,
    ON_ANY_DATABASE,
    ON_ANY_LEDGER,
    Check,
)
from concurrent_work import Refusal
from filled_ledger import SMALL, make_filled_ledger
from hands import tell
from ledgers import Ledgers
from server_checks import farthest_out_of_order
from sqlalchemy import Engine, text

from ledger.store.db import engine as engines
from ledger.store.db.sqlite import create_private_file

RACES = {"holds", "retries", "request-keys"}
"""Races end either way without an index, where a server watches whole tables and more writes
conflict, and where readers see half of what others write."""

Broken = Callable[..., set[str]]


@pytest.fixture(scope="session")
def small_ledger(run_ledgers: Ledgers) -> str:
    """Make a small filled ledger that others are copied from."""
    url = run_ledgers.empty()
    with opened(url) as engine:
        create_private_file(engine)
        make_filled_ledger(engine, SMALL)
    run_ledgers.settle(url)
    return url


@pytest.fixture
def broken(ledgers: Ledgers, small_ledger: str) -> Broken:
    """Give a function that spoils a filled ledger by SQL and names the checks that fail on it.

    Those of which it does not matter how they end are left out, or all but some.
    """

    def spoil(
        *statements: str, but: AbstractSet[str] = frozenset(), only: AbstractSet[str] = frozenset()
    ) -> set[str]:
        with opened(ledgers.copy(small_ledger)) as engine:
            with engines.write_transaction(engine) as connection:
                for statement in statements:
                    connection.execute(text(statement))
            checks = checks_on(engine)
            assert checks.keys() >= {*but, *only}
            names = only or checks.keys() - but
            return {
                name for name, check in checks.items() if name in names and fails(check, engine)
            }

    return spoil


@contextmanager
def opened(url: str) -> Iterator[Engine]:
    engine = engines.make_engine(url)
    yield engine
    engine.dispose()


def checks_on(engine: Engine) -> dict[str, Check]:
    """Give every check of this engine; those of an empty database work on a ledger as well."""
    of_a_server = {**ON_A_SERVER, **ON_A_SERVERS_LEDGER} if engines.on_server(engine) else {}
    return {**ON_ANY_DATABASE, **of_a_server, **ON_ANY_LEDGER}


def fails(check: Check, engine: Engine) -> bool:
    try:
        check(engine)
    except (AssertionError, *Refusal) as refused:
        tell(str(refused))
        return True
    return False


def test_an_unspoiled_database_passes_every_check(broken: Broken) -> None:
    assert broken() == set()


@pytest.mark.only_on("postgresql")
def test_spoiled_guards_plans_clocks_and_limits_of_a_server_fail(
    broken: Broken, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoiled.draw_twice(monkeypatch)
    spoiled.turn_clock_back(monkeypatch)
    spoiled.let_run_on(monkeypatch)
    spoiled.read_by(monkeypatch, "BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY")
    failed = broken(
        "DROP TRIGGER movement_refuses_delete ON movement",
        "DROP INDEX uq_need_folded_reuse",
        "ALTER TABLE deal_version DROP CONSTRAINT pk_deal_version",
        "DROP INDEX ix_movement_timeline",
        "DROP INDEX ix_entry_deal_id_effective_on",
        "ALTER TABLE request DROP CONSTRAINT uq_request_key",
        but=RACES,
    )
    assert failed == {
        "guards-stand", "guards-refuse", "numbers", "clock", "time-limit", "one-snapshot",
        "plan-balance", "plan-code", "plan-deals-of-need", "plan-timeline", "plan-last-act",
        "plan-request-key", "plan-first-act",
    }  # fmt: skip


@pytest.mark.only_on("sqlite")
def test_spoiled_guards_plans_and_limits_of_a_file_fail(
    broken: Broken, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoiled.read_by(monkeypatch, spoiled.NO_TRANSACTION)
    failed = broken(
        "DROP TRIGGER movement_refuses_delete",
        "DROP INDEX ix_deal_need_id",
        "DROP INDEX ix_movement_timeline",
        "DROP INDEX ix_entry_deal_id_effective_on",
        but=RACES,
    )
    assert failed == {
        "guards-stand", "guards-refuse", "one-snapshot",
        "plan-balance", "plan-deals-of-need", "plan-timeline", "plan-last-act", "plan-first-act",
    }  # fmt: skip


@pytest.mark.only_on("postgresql")
def test_missing_keys_and_indexes_fail(broken: Broken) -> None:
    failed = broken(
        "ALTER TABLE balance DROP CONSTRAINT pk_balance",
        "ALTER TABLE need_version DROP CONSTRAINT pk_need_version",
        "DROP INDEX ix_deal_need_id",
        but=RACES,
    )
    assert failed == {
        "guards-stand", "guards-refuse", "plan-balance", "plan-code", "plan-record",
        "plan-deals-of-need", "plan-needs-of-project",
    }  # fmt: skip


@pytest.mark.only_on("postgresql")
def test_writers_at_read_committed_lose_updates(
    broken: Broken, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoiled.write_by(monkeypatch, spoiled.READ_COMMITTED)
    lost = {"write-skew", "lost-update"}
    assert broken(only=lost) == lost


@pytest.mark.only_on("sqlite")
def test_writers_of_a_file_without_transactions_lose_updates_and_skew(
    broken: Broken, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoiled.write_by(monkeypatch, spoiled.NO_TRANSACTION)
    lost = {"write-skew", "lost-update", "time-limit"}
    assert broken(only=lost) == lost


def test_without_the_guard_that_keeps_balances_too_much_is_held(
    broken: Broken, ledgers: Ledgers
) -> None:
    drop = {
        "sqlite": "DROP TRIGGER movement_keeps_balance",
        "postgresql": "DROP TRIGGER movement_is_kept ON movement",
    }
    assert broken(drop[ledgers.engine]) == {"guards-stand", "guards-refuse", *RACES}


@pytest.mark.only_on("postgresql")
def test_without_the_guard_of_marks_something_is_recorded_under_an_error(broken: Broken) -> None:
    drop = "DROP TRIGGER city_in_error_meets_additions ON city_version"
    assert broken(drop) == {"guards-stand", "undone-additions"}


def test_writes_not_tried_again_and_forgotten_keys_fail(
    broken: Broken, ledgers: Ledgers, monkeypatch: pytest.MonkeyPatch
) -> None:
    if ledgers.engine == "sqlite":
        spoiled.write_by(monkeypatch, "BEGIN")
    spoiled.give_up_at_once(monkeypatch)
    spoiled.forget_keys(monkeypatch)
    not_repeated = {"retries", "request-keys"}
    assert broken(only=not_repeated) == not_repeated


def test_how_far_numbers_are_out_of_order() -> None:
    assert farthest_out_of_order([]) == 0
    assert farthest_out_of_order([1, 2, 3]) == 0
    assert farthest_out_of_order([5, 9, 4, 6]) == 5
