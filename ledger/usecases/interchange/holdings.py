"""What an import reads of the ledger: whole registers, each once, and what its tables touch."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, Final

from ledger.core.factors import Side
from ledger.interchange.planning.context import REGISTER_OF_TABLE
from ledger.interchange.planning.steps import Holdings
from ledger.registers.phases import phases_by_project
from ledger.registers.records import Phase
from ledger.registers.table import PHASE, PROJECT
from ledger.store.journal import balances
from ledger.store.journal.balances import Times
from ledger.store.journal.entries import deal_entries, quantity_entries
from ledger.store.phases import implied_phases
from ledger.store.rates import read_rates
from ledger.store.register_codes import former_codes
from ledger.store.registers import StoredRecord, load_all
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.store.versions import read_all_versions
from ledger.usecases.interchange.export import amounts_by_key, journal_rows, posted_acts
from ledger.usecases.interchange.rooms import read_rooms
from ledger.usecases.interchange.sources import Sources

_NAMING_DEALS: Final = frozenset({"notes", "owners", "instalments", "reminders"})
"""The tables beside that of deals whose rows can name one."""


class StoredRegisters:
    """The registers of the ledger as an import finds them; each is read when it is first asked."""

    def __init__(self, uow: UnitOfWork) -> None:
        """Read nothing yet."""
        self._uow = uow
        self._stored: dict[str, dict[str, StoredRecord]] = {}

    def of(self, kind: str) -> dict[str, StoredRecord]:
        """Give every record of a register by code."""
        if kind not in self._stored:
            self._stored[kind] = load_all(self._uow.connection, kind)
        return self._stored[kind]

    def records(self, kind: str) -> Mapping[str, Any]:
        """Give the same without ids and versions; units too, which have none."""
        if kind == "unit":
            return self._uow.units
        return {code: row.record for code, row in self.of(kind).items()}


class _Registers(Mapping[str, Mapping[str, Any]]):
    """The records of each table, read when they are first asked for."""

    def __init__(self, stored: StoredRegisters) -> None:
        self._stored = stored
        self._read: dict[str, Mapping[str, Any]] = {}

    def __getitem__(self, table: str) -> Mapping[str, Any]:
        if table not in self._read:
            self._read[table] = self._stored.records(REGISTER_OF_TABLE[table])
        return self._read[table]

    def __iter__(self) -> Iterator[str]:
        return iter(REGISTER_OF_TABLE)

    def __len__(self) -> int:
        return len(REGISTER_OF_TABLE)


class _Totals(Mapping[tuple[Side, str], int]):
    """Totals of needs and offers, added up when the first one is asked for."""

    def __init__(self, read: Callable[[], dict[tuple[Side, str], int]]) -> None:
        self._make = read
        self._totals: dict[tuple[Side, str], int] | None = None

    def _all(self) -> dict[tuple[Side, str], int]:
        if self._totals is None:
            self._totals = self._make()
        return self._totals

    def __getitem__(self, key: tuple[Side, str]) -> int:
        return self._all()[key]

    def __iter__(self) -> Iterator[tuple[Side, str]]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())


def read_holdings(
    uow: UnitOfWork,
    tables: Collection[str],
    sources: Sources,
    stored: StoredRegisters,
    *,
    rooms: bool = False,
) -> Holdings:
    """Read of the journal and the rates what `tables` touch; registers and totals when asked."""
    connection, on = uow.connection, uow.request.on
    has_deals = "deals" in tables
    names_deals = has_deals or rooms or not _NAMING_DEALS.isdisjoint(tables)
    deals = stored.records("deal") if names_deals else {}
    acts, _ = journal_rows(deal_entries(connection) if has_deals else (), deals)
    _, changes = journal_rows(quantity_entries(connection) if "changes" in tables else (), {})
    rates = read_rates(connection) if "rates" in tables else {}
    required_on = _Totals(lambda: _required(uow, stored, Times(as_of=on)))
    return Holdings(
        registers=_Registers(stored),
        aliases={
            table: former_codes(connection, kind) for table, kind in REGISTER_OF_TABLE.items()
        },
        required=_Totals(lambda: _required(uow, stored, balances.NOW)),
        required_on=None if on is None else required_on,
        deals=deals,
        deal_versions=read_all_versions(connection, "deal") if has_deals else {},
        posted=posted_acts(acts),
        rooms=read_rooms(connection) if rooms else {},
        deal_acts=amounts_by_key(acts),  # type: ignore[arg-type]  # keys of deal acts only
        changes=amounts_by_key(changes),  # type: ignore[arg-type]  # keys of changes only
        rates=rates,
        implied=_implied_phases(uow, stored) if PHASE.plural in tables else {},
        stated=sources.own,
    )


def _implied_phases(uow: UnitOfWork, stored: StoredRegisters) -> dict[str, Phase]:
    """Give the one phase of each project without a recorded one."""
    phases = phases_by_project(one.record for one in stored.of(PHASE.name).values())
    projects = stored.of(PROJECT.name).values()
    return implied_phases(uow.connection, uow.settings.zone, projects, phases)


def _required(
    uow: UnitOfWork, stored: StoredRegisters, times: Times
) -> dict[tuple[Side, str], int]:
    """Give all that each need requires and each offer has in total; unknown ones are left out."""
    required = balances.required_amounts(uow.connection, times)
    return {
        (side, code): total
        for side in Side
        for code, row in stored.of(side.value).items()
        if (total := required.get(row.id))
    }
