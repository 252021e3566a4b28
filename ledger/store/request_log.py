"""Requests and their receipts: what was said before, and the answer it was given."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, select

from ledger import __version__
from ledger.requests import Request, require_same
from ledger.store import tables
from ledger.store.prepared import Prepared


def first_receipt(connection: Connection, request: Request) -> dict[str, Any] | None:
    """Give the receipt of the same request said before, marked replayed; None where it is new.

    Raises `KeyReused` where the key came with another command or input.
    """
    if request.key is None:
        return None
    kept = connection.execute(
        select(tables.request.c.command, tables.request.c.input, tables.receipt.c.body)
        .join(tables.receipt, tables.receipt.c.request_id == tables.request.c.id)
        .where(tables.request.c.key == request.key)
    ).first()
    if kept is None:
        return None
    again = replace(request, given=json.loads(_as_kept(request.given)))
    require_same(request.key, (kept.command, json.loads(kept.input)), again)
    document: dict[str, Any] = json.loads(kept.body)
    return {**document, "replayed": True}


def last_request(connection: Connection) -> tuple[int, datetime | None]:
    """Give the id and the moment of the last request; zero and None in a ledger that has none."""
    row = _LAST.first(connection)
    return (0, None) if row is None else (row[0], row[1])


_LAST: Final = Prepared(
    select(tables.request.c.id, tables.request.c.recorded_at)
    .order_by(tables.request.c.id.desc())
    .limit(1)
)


def request_row(
    identity: int, key: str, request: Request, now: datetime, database_user: str | None
) -> dict[str, Any]:
    """Lay a request out as the row that is kept of it."""
    return {
        "id": identity,
        "key": key,
        "command": request.command,
        "input": _as_kept(request.given),
        "actor": request.actor,
        "system_user": request.system_user,
        "host": request.host,
        "database_user": database_user,
        "program": f"cityfund {__version__}",
        "recorded_at": now,
    }


def receipt_row(identity: int, document: Mapping[str, Any]) -> dict[str, Any]:
    """Lay the answer to a request out as the row that is kept of it."""
    body = json.dumps(document, ensure_ascii=False, sort_keys=True)
    return {"request_id": identity, "body": body}


def _as_kept(given: Mapping[str, Any]) -> str:
    """Give an input as the text it is kept as; in it a tuple and a list are the same."""
    return json.dumps(given, ensure_ascii=False, sort_keys=True)
