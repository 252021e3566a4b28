"""The canonical bytes of all that the ledger's evidence covers: what a Merkle leaf hashes.

They cover entries, versions of records, rates, proposals, and each request with its receipt.

A leaf of the ledger's tree (RFC 9162) hashes these bytes, so for one format they never change.
Each format is one JSON object in UTF-8, keys sorted, no white space, text as it was recorded:

- the first key, `$`, is the kind of leaf and its format, so no entry can pass for a version;
- whole numbers are strings of digits, so no reader's floating point can touch one; amounts count
  the smallest part of the unit beside them; decimals are the digits that were recorded;
- dates are ISO 8601, moments RFC 3339 in UTC with six decimals and `Z`;
- other records are named by their codes, never by the database's ids; the second record of a
  code, whose first was recorded in error, as `N-0001 (2)`;
- what is None, empty or no is left out: a field that is added later changes no older bytes.

Entries that name the line of a proposal are of format 2, which says it in `proposed`. Entries that
change a total are of format 3, which says in `total` the total that was said, zero for an unknown
one; those recorded before are of format 1, as all other entries. Entries that rest on exemptions
are of format 4, which names them in `exemptions`, and may name a line too. Requests are of format
2 where they have a hash, and name the request before them in `parent`, by its number and hash.
Versions are of format 1, and of format 2 where the code of the record changed, or the city of a
project. A code in a leaf is the one that its request recorded it under.

A leaf says `cityfund.entry/1` where it holds its texts as recorded, and
`cityfund.entry.salted/1` where salted hashes stand for them: see `ledger.evidence.disclosures`.
All that is recorded since the second was introduced is written in it.

The bytes are built directly from values as the tables hold them, and no value is trusted: what is
not a text or a number where one belongs raises `InvalidLeafValue` or another ValueError or
TypeError. Building records first took several times as long as all hashing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from json.encoder import encode_basestring
from typing import Any, Final

ENTRY_TAG: Final = "cityfund.entry"
VERSION_TAG: Final = "cityfund.version"
REQUEST_TAG: Final = "cityfund.request"
RATE_TAG: Final = "cityfund.rate"
PROPOSAL_TAG: Final = "cityfund.proposal"

ENTRY_NOTES: Final = ("override", "reason", "reference")
"""The texts of an entry that an officer gives, in the order of their names."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_PLAIN_FORMAT: Final = 1
_CHAINED_FORMAT: Final = 2

quoted: Final[Callable[[str], str]] = encode_basestring
"""Formats a text as JSON does; raises TypeError for anything else."""

_PROPOSED: Final = '"proposed":{},'

Part = tuple[str, str | None]
"""A key with its value as JSON; None if the value is omitted."""


class InvalidLeafValue(ValueError):
    """A value that the program would never have written there."""


class PlainTexts:
    """Formats the texts of a leaf as recorded."""

    suffix: str = ""

    def tag(self, kind: str, layout: int) -> str:
        """Format the kind of a leaf and its format."""
        return f'"{kind}{self.suffix}/{layout:d}"'

    def text(self, field: str, value: Any) -> str | None:
        """Format the text of a field; None if it is empty."""
        del field
        return text_or_none(value)

    def of_request(self, field: str) -> str | None:
        """Format what a request gives to several of its leaves, where that is a part of its own."""
        del field
        return None

    def require_complete(self) -> None:
        """Refuse a leaf that leaves out something that was stored for it."""


PLAIN_TEXTS: Final = PlainTexts()


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


def no_or_none(value: Any) -> str | None:
    """Format a truth value; a true one is omitted."""
    if type(value) not in {bool, int} or value not in {0, 1}:
        raise InvalidLeafValue(value)
    return None if value else "false"


def list_or_none(value: Any, separator: str) -> str | None:
    """Format a list of codes that is stored as one text."""
    if value is None or value == "":
        return None
    return f"[{','.join(map(quoted, value.split(separator)))}]"


def object_text(parts: Iterable[Part]) -> str:
    """Format an object whose keys are in order and whose values are JSON already."""
    return "{" + ",".join([f"{key}:{value}" for key, value in parts if value is not None]) + "}"


def provenance_text(
    texts: PlainTexts,
    key: str,
    actor: str,
    system_user: str,
    host: str,
    database_user: str | None,
) -> str:
    """Format the provenance of a request, as in every leaf."""
    return object_text(
        (
            ('"actor"', texts.text("actor", actor)),
            ('"database_user"', texts.text("database_user", database_user)),
            ('"host"', texts.text("host", host)),
            ('"key"', text_or_none(key)),
            ('"system_user"', texts.text("system_user", system_user)),
        )
    )


def request_bytes(
    texts: PlainTexts,
    provenance: str,
    command: str,
    given: str,
    program: str,
    receipt: str | None,
    recorded_at: int,
    *,
    own_hash: str | None = None,
    parent: tuple[int, str] | None = None,
    transaction: tuple[int | None, str | None] = (None, None),
) -> bytes:
    """Return the bytes of a request.

    One with a hash is of format 2, and names its `parent` by number and hash, if it has one.
    On a server it names its `transaction` by the id of that and of the server.
    """
    return object_text(
        (
            ('"$"', texts.tag(REQUEST_TAG, _PLAIN_FORMAT if own_hash is None else _CHAINED_FORMAT)),
            ('"command"', text_or_none(command)),
            ('"hash"', text_or_none(own_hash)),
            ('"input"', texts.text("input", given)),
            ('"parent"', None if parent is None else _parent_text(*parent)),
            ('"program"', text_or_none(program)),
            ('"reason"', texts.of_request("reason")),
            ('"receipt"', texts.text("receipt", receipt)),
            ('"recorded_at"', timestamp_text(recorded_at)),
            ('"said"', provenance),
            ('"server"', text_or_none(transaction[1])),
            ('"source"', texts.of_request("source")),
            ('"transaction"', number_or_none(transaction[0])),
        )
    ).encode()


def _parent_text(request: int, request_hash: str) -> str:
    return object_text((('"hash"', quoted(request_hash)), ('"request"', number_or_none(request))))


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
    texts: PlainTexts,
    provenance: str,
    number: int,
    act: str,
    effective_on: str,
    recorded_at: int,
    notes: Sequence[str | None],
    reverses: int | None,
    layout: int,
    deal: str | None,
    proposed: str | None,
    movements: Iterable[str],
    total: int | None = None,
    exemptions: str | None = None,
) -> bytes:
    """Return the bytes of an entry; `notes` are its override, reason and reference.

    `deal`, the line that was `proposed`, the movements and the exemptions are JSON already.
    """
    override, reason, reference = map(texts.text, ENTRY_NOTES, notes)
    deal_part = "" if deal is None else f'"deal":{deal},'
    reversed_entry = "" if reverses is None else f'"reverses":"{reverses:d}",'
    said_total = "" if total is None else f',"total":"{total:d}"'
    rests_on = "" if exemptions is None else f'"exemptions":{exemptions},'
    return (
        f'{{"$":{texts.tag(ENTRY_TAG, layout)},"act":{quoted(act)},{deal_part}'
        f'"effective_on":{quoted(effective_on)},{rests_on}"movements":[{",".join(movements)}],'
        f'"number":"{number:d}",'
        f"{_part('override', override)}"
        f"{'' if proposed is None else _PROPOSED.format(proposed)}{_part('reason', reason)}"
        f'"recorded_at":{timestamp_text(recorded_at)},{_part("reference", reference)}'
        f'{reversed_entry}"said":{provenance}{said_total}}}'
    ).encode()


def _part(name: str, value: str | None) -> str:
    return f'"{name}":{value},' if value else ""


def version_bytes(
    texts: PlainTexts,
    provenance: str,
    kind: str,
    code: str,
    version: int,
    record: str,
    recorded_at: int,
    reason: str | None,
    layout: int,
    in_error: str | None = None,
) -> bytes:
    """Return the bytes of a version; `record` and `in_error` are JSON already."""
    hides = "" if in_error is None else f'"in_error":{in_error},'
    given = _part("reason", texts.text("reason", reason))
    return (
        f'{{"$":{texts.tag(VERSION_TAG, layout)},"code":{quoted(code)},{hides}'
        f'"kind":{quoted(kind)},{given}"record":{record},'
        f'"recorded_at":{timestamp_text(recorded_at)},"said":{provenance},"version":"{version:d}"}}'
    ).encode()


def rate_bytes(
    texts: PlainTexts,
    provenance: str,
    number: int,
    day: str,
    base: str,
    quote: str,
    rate: str,
    source: str | None,
    withdrawn: Any,
    recorded_at: int,
) -> bytes:
    """Return the bytes of an exchange rate, of its base into its quote."""
    return object_text(
        (
            ('"$"', texts.tag(RATE_TAG, _PLAIN_FORMAT)),
            ('"base"', quoted(base)),
            ('"day"', quoted(day)),
            ('"number"', number_or_none(number)),
            ('"quote"', quoted(quote)),
            ('"rate"', quoted(rate)),
            ('"recorded_at"', timestamp_text(recorded_at)),
            ('"said"', provenance),
            ('"source"', texts.text("source", source)),
            ('"withdrawn"', true_or_none(withdrawn)),
        )
    ).encode()


def proposed_text(proposal: str, line: int) -> str:
    """Format the line of a proposal that an introduction was made from."""
    return object_text((('"line"', number_or_none(line)), ('"proposal"', quoted(proposal))))


def proposal_bytes(
    texts: PlainTexts,
    provenance: str,
    code: str,
    record: str,
    recorded_at: int,
    reason: str | None,
) -> bytes:
    """Return the bytes of a proposal; `record` is JSON already."""
    return object_text(
        (
            ('"$"', texts.tag(PROPOSAL_TAG, _PLAIN_FORMAT)),
            ('"code"', quoted(code)),
            ('"reason"', texts.text("reason", reason)),
            ('"record"', record),
            ('"recorded_at"', timestamp_text(recorded_at)),
            ('"said"', provenance),
        )
    ).encode()
