"""Leaves in their fixed order, their sealed places, seals, and the tree head kept elsewhere.

Leaves are ordered by the request they were written under: the request's own first, then its
entries, then versions by register. That order never changes: a kind of leaf added later comes last.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final, NamedTuple

from ledger.core.errors import InvalidInput
from ledger.core.numbers import normalise_digits

MOST_LEAVES: Final = 10**18 - 1
"""The largest size that a tree head may state."""

_HASH: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
_MARK: Final = re.compile(r"([1-9]\d{0,17}):([0-9a-f]{64})", re.ASCII)


class MalformedSeal(InvalidInput, code="malformed-seal"):
    """The text is not a size and a root."""

    default_why = "A seal is a number of leaves, a colon and a root of 64 hexadecimal digits."
    default_next = "Copy it from a nightly report or from: cityfund audit seals"


class TreeHead(NamedTuple):
    """A tree head as it is printed and kept elsewhere: SIZE:ROOT."""

    size: int
    root: bytes

    def __str__(self) -> str:
        return f"{self.size}:{self.root.hex()}"


def parse_tree_head(typed: str) -> TreeHead:
    """Parse a printed tree head; raises `MalformedSeal`."""
    match = _MARK.fullmatch(normalise_digits(typed).casefold())
    if match is None:
        raise MalformedSeal(f"{typed!r} is not a seal.")
    return TreeHead(int(match[1]), bytes.fromhex(match[2]))


class MalformedRequestHash(InvalidInput, code="malformed-request-hash"):
    """The text is not the hash of a request."""

    default_why = "The hash of a request has 64 hexadecimal digits."
    default_next = "Copy it from a receipt: request_hash in its JSON"


def parse_request_hash(typed: str) -> str:
    """Parse the hash of a request, as in receipts; raises `MalformedRequestHash`."""
    text = normalise_digits(typed).strip().casefold()
    if _HASH.fullmatch(text) is None:
        raise MalformedRequestHash(f"{typed!r} is not the hash of a request.")
    return text


REQUEST_KIND: Final = "request"
ENTRY_KIND: Final = "entry"
PROPOSAL_KIND: Final = "proposal"
ROWS_KIND: Final = "rows"
ADOPTED_KIND: Final = "adopted"
_BARE: Final = frozenset({REQUEST_KIND, ENTRY_KIND, PROPOSAL_KIND, "unit", "rate"})


def leaf_name(kind: str, reference: str) -> str:
    """Return the name of a leaf: `entry 17`, `city MHD, version 2`, `unit bus`."""
    if kind in {ROWS_KIND, ADOPTED_KIND}:
        table, _, key = reference.partition("/")
        return f"{kind} {table} {key}"
    if kind in _BARE or "/" not in reference:
        return f"{kind} {reference}"
    code, _, version = reference.rpartition("/")
    return f"{kind} {code}, version {version}"


class Leaf(NamedTuple):
    """A leaf as recomputed from the ledger's rows; without content if they are unreadable.

    `request` is the number of the request it was written under, `erased_by` that of the one that
    erased a text which the leaf held as it was, and `remained` the hash of what was left of it
    then, where that was recorded.
    """

    request: int
    kind: str
    reference: str
    content: bytes | None
    erased_by: int | None = None
    remained: str | None = None

    @property
    def name(self) -> str:
        """Return its name."""
        return leaf_name(self.kind, self.reference)


class SealedLeaf(NamedTuple):
    """A leaf as it was sealed: its position, its name, and the hash of its content."""

    position: int
    kind: str
    reference: str
    hash: bytes

    @property
    def name(self) -> str:
        """Return its name."""
        return leaf_name(self.kind, self.reference)


class Seal(NamedTuple):
    """A seal: the root over the first `size` leaves, which are all up to its last request's.

    `frontier` holds the peaks of the tree, from which the next seal continues;
    `request_recorded_at` is when the request of the seal was recorded, equal to `recorded_at`
    unless the ledger was changed. None stands for a moment that cannot be read.
    """

    number: int
    size: int
    root: bytes
    frontier: bytes
    last_request: int
    recorded_at: datetime | None
    request_recorded_at: datetime | None = None

    @property
    def tree_head(self) -> TreeHead:
        """Return the tree head to keep elsewhere."""
        return TreeHead(self.size, self.root)

    @property
    def sealed_at(self) -> str:
        """Return the time of the seal, as RFC 3339 in UTC."""
        return "" if self.recorded_at is None else _rfc3339(self.recorded_at)


def _rfc3339(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"
