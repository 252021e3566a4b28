"""The canonical bytes of all that the ledger's evidence covers: what a Merkle leaf hashes.

An entry, a version of a record, a rate, and each request: what was said, by whom, and the answer.

A leaf of the ledger's tree (RFC 9162) hashes these bytes, so for one format they never change.
Each format is one JSON object in UTF-8, keys sorted, no white space, text as it was recorded:

- the first key, `$`, is the kind of leaf and its format, so no entry can pass for a version;
- whole numbers are strings of digits, so no reader's floating point can touch one; amounts count
  the smallest part of the unit beside them; decimals are the digits that were recorded;
- dates are ISO 8601, moments RFC 3339 in UTC with six decimals and `Z`;
- other records are named by their codes, never by the database's ids;
- what is None, empty or no is left out: a field that is added later changes no older bytes.

Entries that name the line of a proposal are of format 2, which says it in `proposed`; all others,
and all versions, are of format 1.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple

from ledger.errors import CannotOpen
from ledger.journal import CANONICAL_FORMAT, PROPOSED_FORMAT, Entry, Movement
from ledger.rates import Rate

ENTRY_TAG: Final = "cityfund.entry"
VERSION_TAG: Final = "cityfund.version"
REQUEST_TAG: Final = "cityfund.request"
RATE_TAG: Final = "cityfund.rate"
PROPOSAL_TAG: Final = "cityfund.proposal"
FORMATS: Final = {
    ENTRY_TAG: (CANONICAL_FORMAT, PROPOSED_FORMAT),
    VERSION_TAG: (CANONICAL_FORMAT,),
    REQUEST_TAG: (CANONICAL_FORMAT,),
    RATE_TAG: (CANONICAL_FORMAT,),
    PROPOSAL_TAG: (CANONICAL_FORMAT,),
}


class UnknownLayout(CannotOpen):
    """An entry was written in a layout of canonical bytes that this program does not know."""

    code = "unknown-layout"
    default_why = "A newer version of cityfund wrote it."
    default_next = "Install the newer cityfund: pip install --upgrade cityfund"


class Said(NamedTuple):
    """Who said a request, as every leaf names it: its key, the actor, and where from."""

    key: str
    actor: str
    system_user: str
    host: str
    database_user: str | None = None


def canonical_entry(entry: Entry) -> bytes:
    """Give the bytes of a journal entry with all its movements; raises `UnknownLayout`."""
    said = Said(entry.request_key, entry.actor, entry.system_user, entry.host, entry.database_user)
    body = {
        "act": entry.act,
        "deal": entry.deal,
        "effective_on": entry.effective_on,
        "movements": [_movement(movement) for movement in entry.movements],
        "number": entry.number,
        "override": entry.override,
        "proposed": None if entry.proposed is None else entry.proposed._asdict(),
        "reason": entry.reason,
        "recorded_at": entry.recorded_at,
        "reference": entry.reference,
        "reverses": entry.reverses,
    }
    return _bytes(ENTRY_TAG, entry.format, body, said)


def canonical_version(
    kind: str,
    code: str,
    version: int,
    record: Any,
    recorded_at: datetime,
    said: Said,
    reason: str | None = None,
    format: int = 1,  # noqa: A002 (the same word as an entry's)
) -> bytes:
    """Give the bytes of one version of a register's record; raises `UnknownLayout`.

    `kind` is the register's name, `record` a domain record or a mapping of its terms.
    """
    body = {
        "code": code,
        "kind": kind,
        "reason": reason,
        "record": _terms(record),
        "recorded_at": recorded_at,
        "version": version,
    }
    return _bytes(VERSION_TAG, format, body, said)


def canonical_request(
    command: str,
    given: str,
    program: str,
    recorded_at: datetime,
    said: Said,
    receipt: str | None = None,
    format: int = 1,  # noqa: A002 (the same word as an entry's)
) -> bytes:
    """Give the bytes of a request: its input and its receipt as the texts they were kept as.

    Raises `UnknownLayout`.
    """
    body = {
        "command": command,
        "input": given,
        "program": program,
        "receipt": receipt,
        "recorded_at": recorded_at,
    }
    return _bytes(REQUEST_TAG, format, body, said)


def canonical_rate(
    number: int,
    rate: Rate,
    recorded_at: datetime,
    said: Said,
    *,
    withdrawn: bool = False,
    format: int = 1,  # noqa: A002 (the same word as an entry's)
) -> bytes:
    """Give the bytes of an exchange rate as it was learned; raises `UnknownLayout`."""
    body = {"number": number, **_terms(rate), "recorded_at": recorded_at, "withdrawn": withdrawn}
    return _bytes(RATE_TAG, format, body, said)


def canonical_proposal(
    code: str,
    record: Mapping[str, Any],
    recorded_at: datetime,
    said: Said,
    reason: str | None = None,
    format: int = 1,  # noqa: A002 (the same word as an entry's)
) -> bytes:
    """Give the bytes of what matching proposed: `record` holds its terms, lines and projects.

    Raises `UnknownLayout`.
    """
    body = {"code": code, "reason": reason, "record": record, "recorded_at": recorded_at}
    return _bytes(PROPOSAL_TAG, format, body, said)


def _movement(movement: Movement) -> dict[str, Any]:
    # Its line is its place in the list.
    return {
        "amount": movement.amount,
        "deal": movement.deal,
        "from": movement.from_stage,
        "holder": movement.holder,
        "side": movement.side,
        "to": movement.to_stage,
        "unit": movement.unit,
    }


def _terms(record: Any) -> dict[str, Any]:
    if isinstance(record, Mapping):
        return dict(record)
    return {field.name: getattr(record, field.name) for field in fields(record)}


def _bytes(tag: str, layout: int, body: Mapping[str, Any], said: Said) -> bytes:
    if layout not in FORMATS[tag]:
        raise UnknownLayout(f"Format {layout} of {tag} is not known to this program.")
    document = _plain({"$": f"{tag}/{layout}", "said": said._asdict(), **body})
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8")


def _plain(value: Any) -> Any:
    """Give a value as JSON strings, lists, objects and `true`; asserts that nothing else is in."""
    if isinstance(value, str):  # most are, and asking for the others first costs as much again
        return str(value)
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items() if not _left_out(one)}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    return value if isinstance(value, bool) else _written(value)


def _written(value: Any) -> str:
    """Write one value in its only form."""
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        moment = value.astimezone(UTC).isoformat(timespec="microseconds")
        return moment.removesuffix("+00:00") + "Z"
    assert isinstance(value, date), f"{type(value)} has no canonical bytes"
    return value.isoformat()


def _left_out(value: Any) -> bool:
    """Say whether a value is None, empty or no; a zero is a value like any other."""
    return value is None or value is False or (isinstance(value, (str, tuple, list)) and not value)
