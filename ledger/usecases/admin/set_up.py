"""Create a ledger or upgrade it: schema, reference tables, offices, settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from ledger.core.dates import ClockAhead, find_time_zone, zone_name
from ledger.core.errors import RefusedByRule
from ledger.core.quantity import find_unit
from ledger.core.requests import Request
from ledger.journal.receipts import Receipt
from ledger.reference.places import default_offices
from ledger.reference.units import iso4217_units, shipped_units
from ledger.store.admin.grants import has_grants
from ledger.store.db import engine as engines
from ledger.store.db import schema
from ledger.store.db.night_tables import adopted_row, remaining_leaf
from ledger.store.db.queries import BASE_CURRENCY, SCHEMA, TIME_ZONE, last_rows, read_settings
from ledger.store.db.reference import load_reference_tables
from ledger.store.db.sqlite import create_private_file
from ledger.store.evidence.remaining import remaining_leaves
from ledger.store.evidence.table_rows import NIGHT_TABLES, ROW_TABLES, rows_to_adopt
from ledger.store.registers import load_all
from ledger.store.session.execute import (
    require_short_pause,
    retry_on_conflict,
    run_handler,
    unit_of_work,
)
from ledger.store.session.ledger import Ledger, open_ledger, refuse_clock
from ledger.store.session.unit_of_work import UnitOfWork

FIRST_WITH_ROW_LEAVES: Final = "0039"
"""The schema from which on statements, findings and nights have leaves."""


FIRST_WITH_REMAINING_LEAVES: Final = "0046"
"""The schema from which on an erasure records what remains of leaves in earlier formats."""


class CalendarIsSet(RefusedByRule, code="calendar-is-set"):
    """`init` was asked to give an existing ledger another calendar or base currency."""

    default_why = "`init` never changes an existing ledger's time zone or base currency."
    default_next = (
        "Leave both options out; change the time zone with: "
        "cityfund settings edit --time-zone ZONE --reason TEXT"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerSettings:
    """What a new ledger is made with; None keeps what an existing one has.

    `machine_zone` is the time zone of a new ledger that is given none.
    """

    time_zone: str | None = None
    base_currency: str | None = None
    machine_zone: str | None = None


@dataclass(frozen=True, slots=True)
class SetUpResult:
    """What `init` or `db upgrade` did: the schema before (None: a new ledger) and after.

    `time_zone` is the one in force now. `rights_are_old` says that others than the owner have
    rights in the ledger of a server, which were given before the upgrade.
    """

    before: str | None
    after: str
    receipt: dict[str, Any] | None
    time_zone: str
    base_currency: str
    rights_are_old: bool = False


AgreeToClock = Callable[[ClockAhead], None]


def set_up(
    url: str,
    settings: LedgerSettings,
    request: Request,
    agree_to_clock: AgreeToClock = refuse_clock,
) -> SetUpResult:
    """Make the ledger at a URL, or upgrade it; doing it again changes nothing.

    Raises `ClockAhead` where something is written to an old ledger after a long pause.
    """
    if settings.time_zone is not None:
        find_time_zone(settings.time_zone)
    if settings.base_currency is not None:
        find_unit(settings.base_currency, iso4217_units())
    engine = engines.make_engine(url)
    create_private_file(engine)
    return upgrade_and_fill(Ledger(engine, agree_to_clock), settings, request)


def upgrade_ledger(
    url: str, request: Request, agree_to_clock: AgreeToClock = refuse_clock
) -> SetUpResult:
    """Bring an existing ledger to this program's schema and reference tables."""
    ledger = open_ledger(url, agree_to_clock)
    with engines.read_transaction(ledger.engine) as connection:
        if schema.current_revision(connection) is None:
            raise schema.NotALedger("This database is not a cityfund ledger.")
    return upgrade_and_fill(ledger, LedgerSettings(), request)


def upgrade_and_fill(ledger: Ledger, settings: LedgerSettings, request: Request) -> SetUpResult:
    """Migrate, put the guards up and fill what is missing, in one transaction: all or nothing.

    A change of the schema of an existing ledger is recorded, with the revisions before and after.
    """

    def attempt(tries: int, *, clock_is_right: bool = False) -> SetUpResult:
        with engines.upgrade_transaction(ledger.engine) as connection:
            before, after = schema.upgrade_schema(connection)
            last_recorded = last_rows(connection).moment
            uow = unit_of_work(connection, request, tries=tries)
            document = run_handler(uow, lambda uow: _fill(uow, settings, before, after))
            if uow.has_written and not clock_is_right:
                require_short_pause(connection, uow.now, last_recorded)
            settings_now = read_settings(connection)
            zone = zone_name(settings_now.zone, uow.now)
            rights_are_old = before not in {None, after} and has_grants(connection)
            return SetUpResult(
                *(before, after, document, zone, settings_now.base_currency, rights_are_old)
            )

    try:
        return retry_on_conflict(attempt)
    except ClockAhead as error:
        ledger.agree_to_clock(error)
        return retry_on_conflict(partial(attempt, clock_is_right=True))


def _fill(uow: UnitOfWork, settings: LedgerSettings, before: str | None, after: str) -> Receipt:
    # Offices come first and are never deleted: without any, no set-up was ever finished.
    is_new = not load_all(uow.connection, "office")
    load_reference_tables(uow.connection)
    for unit in shipped_units().values():
        if unit.code not in uow.units:
            uow.add_unit(unit)
    zone = settings.time_zone or (settings.machine_zone if is_new else None)
    _set(uow, TIME_ZONE, zone, str(uow.settings.zone), is_new=is_new)
    currency = settings.base_currency and settings.base_currency.upper()
    _set(uow, BASE_CURRENCY, currency, uow.settings.base_currency, is_new=is_new)
    if is_new:
        for office in default_offices():
            uow.add("office", office)
    if before is not None and before < FIRST_WITH_ROW_LEAVES:
        adopted = rows_to_adopt(uow.connection, (*ROW_TABLES, *NIGHT_TABLES))
        uow.add_rows(adopted_row, adopted)
    if before is not None and before < FIRST_WITH_REMAINING_LEAVES:
        uow.add_rows(remaining_leaf, [*remaining_leaves(uow.connection)])
    if before is None or before == after:
        return uow.receipt()
    uow.set_setting(SCHEMA, after)
    return uow.receipt(changes={SCHEMA: [before, after]})


def _set(uow: UnitOfWork, name: str, value: str | None, current: str, *, is_new: bool) -> None:
    if value is None or value == current:
        return
    if not is_new:
        raise CalendarIsSet(f"This ledger's {name.replace('_', ' ')} is {current}, not {value}.")
    uow.set_setting(name, value)
