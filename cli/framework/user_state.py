"""What is kept of ledgers on a user's machine, never in them: last visits, last backups.

The files are in the user's state folder. Ledgers and actors are named in them by hashes, so that
they hold neither address nor name. Where one cannot be read or written, nothing was kept.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

from cli.framework.settings import APPLICATION, Settings, mask_url, write_privately

_VISITS: Final = "visits.json"
_BACKUPS: Final = "backups.json"


def last_visit(settings: Settings) -> datetime | None:
    """Return when the actor last looked at the status of the ledger; None at the first time."""
    return _moment(_read(_VISITS).get(_visit_key(settings)))


def keep_visit(settings: Settings, moment: datetime) -> None:
    """Keep that the actor has looked now; a machine that keeps no files is no obstacle."""
    _keep(_VISITS, _visit_key(settings), moment.isoformat())


class Backup(NamedTuple):
    """When a ledger was backed up, and into which file."""

    made_at: datetime
    file: str


def last_backup(settings: Settings) -> Backup | None:
    """Return the last backup of the ledger that this user made here; None where none is known."""
    stored = _read(_BACKUPS).get(_ledger_key(settings))
    if not isinstance(stored, dict):
        return None
    made_at, file = _moment(stored.get("made_at")), stored.get("file")
    return Backup(made_at, file) if made_at is not None and isinstance(file, str) else None


def keep_backup(settings: Settings, backup: Backup) -> None:
    """Keep that the ledger was backed up; a machine that keeps no files is no obstacle."""
    value = {"made_at": backup.made_at.isoformat(), "file": backup.file}
    _keep(_BACKUPS, _ledger_key(settings), value)


def state_path(name: str) -> Path:
    """Return the path of a file, which need not exist."""
    import platformdirs  # noqa: PLC0415 - kept off the path of help and completion

    return platformdirs.user_state_path(APPLICATION, appauthor=False) / name


def _keep(name: str, key: str, value: object) -> None:
    write_privately(state_path(name), json.dumps({**_read(name), key: value}))


def _read(name: str) -> dict[str, Any]:
    try:
        found = json.loads(state_path(name).read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _moment(stored: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(stored) if isinstance(stored, str) else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None


def _visit_key(settings: Settings) -> str:
    return _hash(f"{settings.db_url}\0{settings.actor}")


def _ledger_key(settings: Settings) -> str:
    """Name a ledger by its address alone: from any folder, and whatever its password is."""
    from ledger.core.errors import LedgerError  # noqa: PLC0415 - for backups alone
    from ledger.store.db.engine import absolute_url  # noqa: PLC0415

    try:
        url = absolute_url(settings.db_url)
    except LedgerError:  # no address of a ledger: doctor says so
        url = settings.db_url
    return _hash(mask_url(url))


def _hash(text: str) -> str:
    from hashlib import sha256  # noqa: PLC0415 - for the few commands that keep something

    return sha256(text.encode()).hexdigest()
