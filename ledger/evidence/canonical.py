"""The canonical bytes of all that the ledger's evidence covers: what a Merkle leaf hashes.

They cover entries, versions of records, rates, proposals, and each request with its receipt.

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

The second half of the module builds the same bytes directly from values as the tables hold them; a
test holds both halves to the same output. It trusts no value: what is not a text or a number where
one belongs raises `InvalidLeafValue` or another ValueError or TypeError. Building records first
took several times as long as all hashing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from json.encoder import encode_basestring
from typing import Any, Final, NamedTuple

from ledger.core.errors import CannotOpen
from ledger.journal.entries import CANONICAL_FORMAT, PROPOSED_FORMAT, Entry, Movement
from ledger.rates.rates import Rate
from ledger.registers.spec import column_of

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


class UnknownLayout(CannotOpen, code="unknown-layout"):
    """An entry has a format of canonical bytes that this program does not know."""

    default_why = "A newer version of cityfund wrote it."
    default_next = "Install the newer cityfund: pip install --upgrade cityfund"


class Provenance(NamedTuple):
    """The provenance of a request, as in every leaf: key, actor, system user and host."""

    key: str
    actor: str
    system_user: str
    host: str
    database_user: str | None = None


def canonical_entry(entry: Entry) -> bytes:
    """Return the bytes of a journal entry with all its movements; raises `UnknownLayout`."""
    provenance = Provenance(
        entry.request_key, entry.actor, entry.system_user, entry.host, entry.database_user
    )
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
    return _bytes(ENTRY_TAG, entry.format, body, provenance)


def canonical_version(
    kind: str,
    code: str,
    version: int,
    record: Any,
    recorded_at: datetime,
    provenance: Provenance,
    reason: str | None = None,
    format: int = 1,  # noqa: A002 (the same word as an entry's)
) -> bytes:
    """Return the bytes of one version of a register's record; raises `UnknownLayout`.

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
    return _bytes(VERSION_TAG, format, body, provenance)


def canonical_request(
    command: str,
    given: str,
    program: str,
    recorded_at: datetime,
    provenance: Provenance,
    receipt: str | None = None,
    format: int = 1,  # noqa: A002 (the same word as an entry's)
) -> bytes:
    """Return the bytes of a request, with its input and its receipt as the stored texts.

    Raises `UnknownLayout`.
    """
    body = {
        "command": command,
        "input": given,
        "program": program,
        "receipt": receipt,
        "recorded_at": recorded_at,
    }
    return _bytes(REQUEST_TAG, format, body, provenance)


def canonical_rate(
    number: int,
    rate: Rate,
    recorded_at: datetime,
    provenance: Provenance,
    *,
    withdrawn: bool = False,
    format: int = 1,  # noqa: A002 (the same word as an entry's)
) -> bytes:
    """Return the bytes of an exchange rate as it was recorded; raises `UnknownLayout`."""
    body = {"number": number, **_terms(rate), "recorded_at": recorded_at, "withdrawn": withdrawn}
    return _bytes(RATE_TAG, format, body, provenance)


def canonical_proposal(
    code: str,
    record: Mapping[str, Any],
    recorded_at: datetime,
    provenance: Provenance,
    reason: str | None = None,
    format: int = 1,  # noqa: A002 (the same word as an entry's)
) -> bytes:
    """Return the bytes of a proposal: `record` holds its terms, lines and projects.

    Raises `UnknownLayout`.
    """
    body = {"code": code, "reason": reason, "record": record, "recorded_at": recorded_at}
    return _bytes(PROPOSAL_TAG, format, body, provenance)


def _movement(movement: Movement) -> dict[str, Any]:
    # Its line is its position in the list.
    return {
        "amount": movement.amount,
        "deal": movement.deal,
        "from": movement.from_stage,
        "holder": movement.account,
        "side": movement.side,
        "to": movement.to_stage,
        "unit": movement.unit,
    }


def _terms(record: Any) -> dict[str, Any]:
    if isinstance(record, Mapping):
        return dict(record)
    return {column_of(field.name): getattr(record, field.name) for field in fields(record)}


def _bytes(tag: str, layout: int, body: Mapping[str, Any], provenance: Provenance) -> bytes:
    if layout not in FORMATS[tag]:
        raise UnknownLayout(f"Format {layout} of {tag} is unknown to this program.")
    document = _plain({"$": f"{tag}/{layout}", "said": provenance._asdict(), **body})
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8")


def _plain(value: Any) -> Any:
    """Convert a value to JSON strings, lists, objects and `true`; asserts on anything else."""
    # Most are texts, and testing for the others first costs as much again.
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items() if not _is_omitted(one)}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    return value if isinstance(value, bool) else _value_text(value)


def _value_text(value: Any) -> str:
    """Format one value in its only form."""
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        moment = value.astimezone(UTC).isoformat(timespec="microseconds")
        return moment.removesuffix("+00:00") + "Z"
    assert isinstance(value, date), f"{type(value)} has no canonical bytes"
    return value.isoformat()


def _is_omitted(value: Any) -> bool:
    """Return whether a value is None, empty or false; a zero is a value."""
    return value is None or value is False or (isinstance(value, (str, tuple, list)) and not value)


_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_PLAIN_FORMAT: Final = 1

quoted: Final[Callable[[str], str]] = encode_basestring
"""Formats a text as JSON does; raises TypeError for anything else."""

_PROPOSED: Final = '"proposed":{},'

Part = tuple[str, str | None]
"""A key with its value as JSON; None if the value is omitted."""


class InvalidLeafValue(ValueError):
    """A value that the program would never have written there."""


@lru_cache(maxsize=4096, typed=True)
def timestamp_text(microseconds: int) -> str:
    """Format a timestamp that is stored as microseconds since 1970."""
    if type(microseconds) is not int:
        raise InvalidLeafValue(microseconds)
    moment = _EPOCH + timedelta(microseconds=microseconds)
    return f'"{moment.isoformat(timespec="microseconds").removesuffix("+00:00")}Z"'


def text_or_none(value: Any) -> str | None:
    """Format a text; None if it is empty."""
    return quoted(value) if value is not None and value != "" else None


def number_or_none(value: Any) -> str | None:
    """Format a whole number as its digits."""
    return None if value is None else f'"{value:d}"'


def true_or_none(value: Any) -> str | None:
    """Format a true value; a false one is omitted."""
    if type(value) not in {bool, int} or value not in {0, 1}:
        raise InvalidLeafValue(value)
    return "true" if value else None


def list_or_none(value: Any, separator: str) -> str | None:
    """Format a list of codes that is stored as one text."""
    if value is None or value == "":
        return None
    return f"[{','.join(map(quoted, value.split(separator)))}]"


def object_text(parts: Iterable[Part]) -> str:
    """Format an object whose keys are in order and whose values are JSON already."""
    return "{" + ",".join(f"{key}:{value}" for key, value in parts if value is not None) + "}"


def provenance_text(
    key: str, actor: str, system_user: str, host: str, database_user: str | None
) -> str:
    """Format the provenance of a request, as in every leaf."""
    return object_text(
        (
            ('"actor"', text_or_none(actor)),
            ('"database_user"', text_or_none(database_user)),
            ('"host"', text_or_none(host)),
            ('"key"', text_or_none(key)),
            ('"system_user"', text_or_none(system_user)),
        )
    )


def request_bytes(
    command: str, given: str, program: str, receipt: str | None, recorded_at: int, provenance: str
) -> bytes:
    """Return the bytes of a request."""
    return object_text(
        (
            ('"$"', f'"{REQUEST_TAG}/{_PLAIN_FORMAT}"'),
            ('"command"', text_or_none(command)),
            ('"input"', text_or_none(given)),
            ('"program"', text_or_none(program)),
            ('"receipt"', text_or_none(receipt)),
            ('"recorded_at"', timestamp_text(recorded_at)),
            ('"said"', provenance),
        )
    ).encode()


def movement_text(
    side: str,
    holder: str,
    unit: str,
    from_stage: str,
    to_stage: str,
    amount: int,
    deal: str | None,
) -> str:
    """Format one movement; `deal` is JSON already."""
    deal_part = "" if deal is None else f'"deal":{deal},'
    return (
        f'{{"amount":"{amount:d}",{deal_part}"from":{quoted(from_stage)},"holder":{quoted(holder)},'
        f'"side":{quoted(side)},"to":{quoted(to_stage)},"unit":{quoted(unit)}}}'
    )


def entry_bytes(
    number: int,
    act: str,
    effective_on: str,
    recorded_at: int,
    texts: Sequence[str | None],
    reverses: int | None,
    layout: int,
    deal: str | None,
    proposed: str | None,
    movements: Iterable[str],
    provenance: str,
) -> bytes:
    """Return the bytes of an entry; `texts` are its override, reason and reference.

    `deal`, the line that was `proposed` and the movements are JSON already.
    """
    override, reason, reference = texts
    deal_part = "" if deal is None else f'"deal":{deal},'
    reversed_entry = "" if reverses is None else f'"reverses":"{reverses:d}",'
    return (
        f'{{"$":"{ENTRY_TAG}/{layout:d}","act":{quoted(act)},{deal_part}'
        f'"effective_on":{quoted(effective_on)},"movements":[{",".join(movements)}],'
        f'"number":"{number:d}",'
        f"{_part('override', override)}"
        f"{'' if proposed is None else _PROPOSED.format(proposed)}{_part('reason', reason)}"
        f'"recorded_at":{timestamp_text(recorded_at)},{_part("reference", reference)}'
        f'{reversed_entry}"said":{provenance}}}'
    ).encode()


def _part(name: str, value: str | None) -> str:
    return f'"{name}":{quoted(value)},' if value else ""


def version_bytes(
    kind: str,
    code: str,
    version: int,
    record: str,
    recorded_at: int,
    reason: str | None,
    layout: int,
    provenance: str,
) -> bytes:
    """Return the bytes of a version; `record` is JSON already."""
    return (
        f'{{"$":"{VERSION_TAG}/{layout:d}","code":{quoted(code)},"kind":{quoted(kind)},'
        f'{_part("reason", reason)}"record":{record},"recorded_at":{timestamp_text(recorded_at)},'
        f'"said":{provenance},"version":"{version:d}"}}'
    ).encode()


def rate_bytes(
    number: int,
    day: str,
    pair: tuple[str, str],
    rate: str,
    source: str | None,
    withdrawn: Any,
    recorded_at: int,
    provenance: str,
) -> bytes:
    """Return the bytes of an exchange rate, of its base into its quote."""
    base, quote = pair
    return object_text(
        (
            ('"$"', f'"{RATE_TAG}/{_PLAIN_FORMAT}"'),
            ('"base"', quoted(base)),
            ('"day"', quoted(day)),
            ('"number"', number_or_none(number)),
            ('"quote"', quoted(quote)),
            ('"rate"', quoted(rate)),
            ('"recorded_at"', timestamp_text(recorded_at)),
            ('"said"', provenance),
            ('"source"', text_or_none(source)),
            ('"withdrawn"', true_or_none(withdrawn)),
        )
    ).encode()


def proposed_text(proposal: str, line: int) -> str:
    """Format the line of a proposal that an introduction was made from."""
    return object_text((('"line"', number_or_none(line)), ('"proposal"', quoted(proposal))))


def proposal_bytes(
    code: str, record: str, recorded_at: int, reason: str | None, provenance: str
) -> bytes:
    """Return the bytes of a proposal; `record` is JSON already."""
    return object_text(
        (
            ('"$"', f'"{PROPOSAL_TAG}/{_PLAIN_FORMAT}"'),
            ('"code"', quoted(code)),
            ('"reason"', text_or_none(reason)),
            ('"record"', record),
            ('"recorded_at"', timestamp_text(recorded_at)),
            ('"said"', provenance),
        )
    ).encode()
