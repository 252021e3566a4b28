"""An origin names one earlier record as `kind:code`; links are the origins of many records.

What came of a record is everything whose chain of origins leads to it. The order of recording does
not matter: a record may name one that was recorded later.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from functools import cached_property
from typing import Any, Final, NamedTuple

from ledger.core.errors import InvalidInput, RefusedByRule
from ledger.core.partial_dates import first_day, last_day
from ledger.core.suggest import did_you_mean
from ledger.registers.spec import RegisterSpec, attribute_of
from ledger.registers.table import origin_kinds

_SEPARATOR: Final = ":"


class BadOrigin(InvalidInput, code="bad-origin"):
    """An origin is not written as the kind and the code of a record that can be one."""

    default_why = "An origin is written as KIND:CODE."
    default_next = "Write it like approach:AP-0007."


class OriginCycle(RefusedByRule, code="origin-cycle"):
    """A record would come from what came of it."""

    default_why = "An origin is an earlier link of a chain, which never leads back to the record."
    default_next = "See the chain with `show`, and name another origin."


class Origin(NamedTuple):
    """A record that another came from: the name of its register, and its code."""

    kind: str
    code: str

    @property
    def text(self) -> str:
        """Give it as cells and options have it."""
        return f"{self.kind}{_SEPARATOR}{self.code}"


def parse_origin(text: str) -> Origin:
    """Read `kind:code`; the code is not looked up. Raises `BadOrigin`."""
    kind, separator, code = (part.strip() for part in text.partition(_SEPARATOR))
    known = origin_kinds()
    if not (separator and kind and code):
        raise BadOrigin(f"{text!r} is not an origin.")
    if kind.casefold() not in known:
        raise BadOrigin(
            f"{kind!r} cannot be an origin.",
            why=f"An origin is one of: {', '.join(known)}.",
            next_step=did_you_mean(kind, known) or None,
        )
    return Origin(kind.casefold(), code)


class Links:
    """The origins of records, each by its kind and code."""

    def __init__(self, origins: Mapping[Origin, Origin]) -> None:
        """Take the origin of each record that has one; a record is named as an origin would."""
        self._origins = origins

    @cached_property
    def _below(self) -> dict[Origin, list[Origin]]:
        below: defaultdict[Origin, list[Origin]] = defaultdict(list)
        for one, origin in self._origins.items():
            below[origin].append(one)
        return dict(below)

    def came_from(self, record: Origin) -> list[Origin]:
        """Give the chain of a record's origins, the nearest first."""
        return [*chain_of(record, self._origins.get)]

    def came_of(self, record: Origin) -> list[Origin]:
        """Give everything whose chain of origins leads to a record, the nearest first."""
        return all_below(record, lambda one: self._below.get(one, ()))

    def named(self, kind: str) -> list[str]:
        """Give the codes of the records of a register that others name as their origin."""
        return [one.code for one in self._below if one.kind == kind]

    def by_origin(self, kind: str) -> dict[str, list[Origin]]:
        """Give all that came of each record of a register, by its code."""
        found: defaultdict[str, list[Origin]] = defaultdict(list)
        for record in self._origins:
            for above in self.came_from(record):
                if above.kind == kind:
                    found[above.code].append(record)
        return dict(found)


def all_below(record: Origin, named_by: Callable[[Origin], Iterable[Origin]]) -> list[Origin]:
    """Give everything whose chain of origins leads to a record, the nearest first.

    `named_by` gives the records that name one as their origin.
    """
    found: dict[Origin, None] = {}
    waiting = [record]
    for one in waiting:
        for below in named_by(one):
            if below not in found and below != record:
                found[below] = None
                waiting.append(below)
    return [*found]


def chain_of(record: Origin, origin_of: Callable[[Origin], Origin | None]) -> Iterator[Origin]:
    """Give the chain of a record's origins, the nearest first; each once, were it a circle."""
    seen = {record}
    origin = origin_of(record)
    while origin is not None and origin not in seen:
        seen.add(origin)
        yield origin
        origin = origin_of(origin)


def require_no_cycle(
    record: Origin, origin: Origin, origin_of: Callable[[Origin], Origin | None]
) -> None:
    """Refuse an origin whose chain leads back to the record. Raises `OriginCycle`."""
    if origin == record:
        raise OriginCycle(f"{_named(record)} would come from itself.")
    if record in chain_of(origin, origin_of):
        raise OriginCycle(f"{_named(origin)} came of {record.kind} {record.code} already.")


def _named(record: Origin) -> str:
    return f"{record.kind.capitalize()} {record.code}"


class Span(NamedTuple):
    """The first and the last day that a date can mean; one day is both."""

    first: date
    last: date


def span_of(spec: RegisterSpec, record: Any) -> Span | None:
    """Give the days that the date of a record can mean; None where it has none."""
    if spec.dated_by is None:
        return None
    value = getattr(record, attribute_of(spec.dated_by))
    return None if value is None else Span(first_day(value), last_day(value))


def surely_later(one: Span | None, other: Span | None) -> bool:
    """Say whether one date lies after another whatever days they mean; not where one is unset."""
    return one is not None and other is not None and one.first > other.last


def counts_by_kind(records: Iterable[Origin]) -> dict[str, int]:
    """Count records by kind, in the order in which the kinds first come."""
    counts: dict[str, int] = {}
    for record in records:
        counts[record.kind] = counts.get(record.kind, 0) + 1
    return counts
