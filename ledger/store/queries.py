"""Small queries that both reading and writing use: settings and units."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, bindparam, select

from ledger.quantity import Unit
from ledger.store import tables
from ledger.store.prepared import Prepared

DEFAULT_SETTINGS: Final = {"time_zone": "UTC", "base_currency": "EUR"}


_SETTINGS: Final = select(tables.setting_version.c.name, tables.setting_version.c.value).order_by(
    tables.setting_version.c.name, tables.setting_version.c.version
)


_SETTINGS_NOW: Final = Prepared(_SETTINGS)


def read_settings(connection: Connection, known_at: datetime | None = None) -> dict[str, str]:
    """Read the ledger's settings, as now or as known at a moment."""
    if known_at is None:
        rows = _SETTINGS_NOW.rows(connection)
    else:
        query = _SETTINGS.where(tables.setting_version.c.recorded_at <= known_at)
        rows = [tuple(row) for row in connection.execute(query)]
    # Later versions overwrite earlier ones of the same name as the rows come in order.
    return {**DEFAULT_SETTINGS, **dict(rows)}


class StoredUnits(Mapping[str, Unit]):
    """The units of the ledger by code: each is read when it is first asked for, or all at once.

    An act names one or two of nearly two hundred.
    """

    def __init__(self, connection: Connection) -> None:
        """Start with none read."""
        self._connection = connection
        self._read: dict[str, Unit] = {}
        self._all_are_read = False

    def __getitem__(self, code: str) -> Unit:
        """Give a unit by its exact code; KeyError where there is none."""
        if code not in self._read and not self._all_are_read:
            row = _UNIT.first(self._connection, code=code)
            if row is not None:
                self._read[code] = Unit(*row)
        return self._read[code]

    def __iter__(self) -> Iterator[str]:
        """Give every code."""
        return iter(self._every())

    def __len__(self) -> int:
        """Count them."""
        return len(self._every())

    def add(self, unit: Unit) -> None:
        """Take in a unit that this transaction has just added."""
        self._read[unit.code] = unit

    def _every(self) -> dict[str, Unit]:
        if not self._all_are_read:
            self._read = {**read_units(self._connection), **self._read}
            self._all_are_read = True
        return self._read


_UNITS: Final = select(*(tables.unit.c[name] for name in ("code", "decimals", "kind", "name")))
_UNIT: Final = Prepared(_UNITS.where(tables.unit.c.code == bindparam("code")))


def read_units(connection: Connection) -> dict[str, Unit]:
    """Read every unit by its code."""
    return {row[0]: Unit(*row) for row in connection.execute(_UNITS)}
