"""Every check of a database, by name: it gives its figures, or raises an AssertionError."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import guard_checks
import plan_checks
import server_checks
import transaction_checks
import writer_checks
from sqlalchemy import Engine

Check = Callable[[Engine], str]

ON_ANY_DATABASE: Mapping[str, Check] = {
    "write-skew": transaction_checks.write_skew,
    "lost-update": transaction_checks.lost_update,
    "one-snapshot": transaction_checks.one_snapshot,
    "time-limit": server_checks.time_limit,
}
"""On an empty database of either engine."""

ON_A_SERVER: Mapping[str, Check] = {"clock": server_checks.clock}
"""On an empty database of a server; a SQLite ledger goes by this machine's own clock."""

ON_ANY_LEDGER: Mapping[str, Check] = {
    "guards-stand": guard_checks.guards_stand,
    "guards-refuse": guard_checks.guards_refuse,
    "holds": writer_checks.holds,
    "retries": writer_checks.retries,
    "undone-additions": writer_checks.undone_additions,
    "request-keys": writer_checks.request_keys,
    **plan_checks.PLANS,
}
"""On a filled ledger of either engine."""

ON_A_SERVERS_LEDGER: Mapping[str, Check] = {"numbers": server_checks.unique_numbers}
"""On a filled ledger of a server; on SQLite only one writer counts at a time, under its lock."""
