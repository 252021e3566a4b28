"""The feed of changes: what was recorded, in the order of the tree, to be followed without gaps.

An event is given once it is settled: where many write, a request can end after one with a higher
number, so the feed goes no further than the last request before which none can still be written,
as seals do. Events therefore come in one order that never changes, on every engine, and each has a
cursor to go on from.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import dropwhile
from typing import Any, Final, NamedTuple

from ledger.core.errors import InvalidInput, NotFound
from ledger.core.numbers import normalise_digits
from ledger.core.quantity import Unit
from ledger.evidence.tree_head import ADOPTED_KIND, ENTRY_KIND, REQUEST_KIND, ROWS_KIND
from ledger.journal.entries import Entry
from ledger.store.db.queries import read_units
from ledger.store.evidence import feed
from ledger.store.evidence.feed import PlacedLeaf, RecordedRequest, RecordedVersion
from ledger.store.evidence.seals import last_stable_request
from ledger.store.journal.entries import entry_number, request_of_entry
from ledger.store.registers import STORED_REGISTERS
from ledger.store.session.ledger import Ledger, stable_moment
from ledger.store.session.snapshot import Reader

MOST_REQUESTS: Final = 200
"""The number of requests that are read at a time; memory grows with what they wrote."""


class NoCursor(InvalidInput, code="no-cursor"):
    """What was typed is neither a cursor nor the number of an entry."""

    default_why = "A feed goes on after an entry, or after the cursor of an event."
    default_next = "Copy the cursor of the last event that was read, such as 17.2."


class UnknownCursor(NotFound, code="unknown-cursor"):
    """No request of the ledger has the number that a cursor begins with."""

    default_why = "The cursor is of another ledger."
    default_next = "Follow the feed from its beginning: leave --since out."


class Cursor(NamedTuple):
    """The place of an event: its request, and which of that request's events it is."""

    request: int
    event: int

    def __str__(self) -> str:
        return f"{self.request}.{self.event}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEvent:
    """One thing that was recorded.

    `position` and `hash` are those of its leaf in the tree; a finding and a seal have none of their
    own, and give those of their request. `entry` or `version` is what a leaf of that kind is of,
    `terms` what a finding or a seal says.
    """

    cursor: Cursor
    kind: str
    reference: str
    position: int
    hash: bytes | None
    request: RecordedRequest
    entry: Entry | None = None
    version: RecordedVersion | None = None
    terms: dict[str, Any] = field(default_factory=dict)


@dataclass
class Feed:
    """A place in the feed of one ledger, from which it is read on again and again."""

    ledger: Ledger
    since: str | None = None
    units: dict[str, Unit] = field(default_factory=dict)
    _after: int = 0
    _position: int = 0
    _skip_through: Cursor | str | None = None
    _is_placed: bool = False

    def read(self) -> Iterator[FeedEvent]:
        """Give the events that are settled and were not given yet, each once.

        Raises `NoCursor`, `UnknownCursor` and `UnknownEntry` the first time.
        """
        with self.ledger.reader() as reader:
            last = last_stable_request(reader.connection, stable_moment(reader.connection))
            if not self._is_placed and not self._place(reader, last):
                return
            while self._after < last:
                through = feed.request_at(reader.connection, self._after, MOST_REQUESTS, last)
                yield from self._events(reader, through)
                self._after = through

    def _place(self, reader: Reader, last: int) -> bool:
        """Find where to begin: after an entry, after a cursor, or at the beginning.

        What is not settled has no place yet.
        """
        if self.since is not None:
            self._skip_through, request = _read_place(reader, self.since)
            if request > last:
                return False
            self._after, self._position = feed.place_before(reader.connection, request)
        self._is_placed = True
        return True

    def _events(self, reader: Reader, through: int) -> Iterator[FeedEvent]:
        """Give the events of a span of requests, without those that were given before."""
        connection, after = reader.connection, self._after
        leaves = [*feed.placed_leaves(connection, after, through, self._position)]
        self._position += len(leaves)
        self.units = read_units(connection)
        events = _span(reader, leaves, after, through)
        wanted, self._skip_through = self._skip_through, None
        if isinstance(wanted, Cursor):
            events = dropwhile(lambda one: one.cursor <= wanted, events)
        elif wanted is not None:
            events = _after_entry(events, wanted)
        yield from events


def _read_place(reader: Reader, typed: str) -> tuple[Cursor | str, int]:
    """Read what the feed goes on after, and the request that it is of."""
    text = normalise_digits(typed.strip())
    request, point, event = text.partition(".")
    if not point:
        number = entry_number(text)
        return str(number), request_of_entry(reader.connection, number)
    if not (_is_number(request) and _is_number(event)):
        raise NoCursor(f"{typed!r} is neither a cursor nor the number of an entry.")
    cursor = Cursor(int(request), int(event))
    if not feed.requests_within(reader.connection, cursor.request - 1, cursor.request):
        raise UnknownCursor(f"No request of this ledger has the number {cursor.request}.")
    return cursor, cursor.request


_MOST_DIGITS: Final = 18


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS


def _after_entry(events: Iterator[FeedEvent], number: str) -> Iterator[FeedEvent]:
    """Give the events after that of an entry."""
    for one in events:
        if one.kind == ENTRY_KIND and one.reference == number:
            break
    yield from events


_Made = tuple[PlacedLeaf, str, str, dict[str, Any]]


def _span(
    reader: Reader, leaves: list[PlacedLeaf], after: int, through: int
) -> Iterator[FeedEvent]:
    """Give the events of the leaves of a span, and its findings and seals after their request."""
    connection = reader.connection
    kinds = {leaf.kind for leaf in leaves}
    requests = feed.requests_within(connection, after, through)
    entries = feed.entries_within(connection, after, through) if ENTRY_KIND in kinds else {}
    versions = {
        kind: feed.versions_within(connection, kind, after, through)
        for kind in STORED_REGISTERS
        if kind in kinds
    }
    others = {
        "finding": feed.findings_within(connection, after, through),
        "seal": feed.seals_within(connection, after, through),
    }
    for request, own in _by_request(leaves):
        head, *rest = (leaf for leaf in own if leaf.kind not in {ROWS_KIND, ADOPTED_KIND})
        made: list[_Made] = [(leaf, leaf.kind, leaf.reference, {}) for leaf in rest]
        for kind, found in others.items():
            made += [(head, kind, str(one[kind]), one) for one in found.get(request, ())]
        for number, (leaf, kind, reference, terms) in enumerate(made, start=1):
            of_kind = versions.get(kind, {}).get(request)
            yield FeedEvent(
                cursor=Cursor(request, number),
                kind=kind,
                reference=reference,
                position=leaf.position,
                hash=leaf.hash,
                request=requests[request],
                entry=entries.get(reference) if kind == ENTRY_KIND else None,
                version=next(of_kind, None) if of_kind is not None else None,
                terms=terms,
            )


def _by_request(leaves: list[PlacedLeaf]) -> Iterator[tuple[int, list[PlacedLeaf]]]:
    """Group the leaves by their request, whose own comes first."""
    own: list[PlacedLeaf] = []
    for leaf in leaves:
        if leaf.kind == REQUEST_KIND and own:
            yield own[0].request, own
            own = []
        own.append(leaf)
    if own:
        yield own[0].request, own
