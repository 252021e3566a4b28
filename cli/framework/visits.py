"""When somebody last looked at the status of a ledger: kept on their machine, never in the ledger.

The file is in the user's state folder. It holds a time for each ledger and actor, and neither
address nor name. Where it cannot be read or written, nobody has visited.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from cli.framework.settings import APPLICATION, Settings


def visits_path() -> Path:
    """Return the path of the file, which need not exist."""
    import platformdirs  # noqa: PLC0415 - kept off the path of help and completion

    return platformdirs.user_state_path(APPLICATION, appauthor=False) / "visits.json"


def last_visit(settings: Settings) -> datetime | None:
    """Return when the actor last looked; None at the first time."""
    try:
        moment = datetime.fromisoformat(_read()[_key(settings)])
    except (KeyError, TypeError, ValueError):
        return None
    return moment if moment.tzinfo is not None else None


def keep_visit(settings: Settings, moment: datetime) -> None:
    """Keep that the actor has looked now; a machine that keeps no files is no obstacle."""
    path = visits_path()
    visits = {**_read(), _key(settings): moment.isoformat()}
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:  # noqa: PTH123 - a handle
            json.dump(visits, out)
        beside.replace(path)


def _read() -> dict[str, Any]:
    try:
        found = json.loads(visits_path().read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _key(settings: Settings) -> str:
    from hashlib import sha256  # noqa: PLC0415 - for the status alone

    return sha256(f"{settings.db_url}\0{settings.actor}".encode()).hexdigest()
