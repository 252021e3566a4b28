"""A listing of a register that reads only what its filters by codes can keep."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from cli.framework.command import Call, ReadOptions
from cli.framework.output import meets_filters
from cli.framework.register_commands import Listing, shown_rows
from cli.views.register import listed_columns

if TYPE_CHECKING:
    from ledger.registers.spec import RegisterSpec
    from ledger.store.session.snapshot import Reader, Snapshot


class NarrowedListing(NamedTuple):
    """The rows that filters can keep, and how they are to be filtered."""

    listing: Listing
    options: ReadOptions


def narrowed_listing(
    call: Call,
    reader: Reader,
    spec: RegisterSpec,
    others: Sequence[str],
    listed: Callable[[Snapshot], Listing],
    *,
    every: bool,
) -> NarrowedListing | None:
    """List what the filters of a call can keep; None where the whole register has to be read.

    It has to be where no row has a value that a filter asks for: a note then names those there are.
    """
    from ledger.store.session.narrowed import read_narrowed  # noqa: PLC0415 - where rows are kept

    read = call.read
    where = read.where if read.office is None else read.where[:-1]
    narrowed = read_narrowed(reader, spec.name, where, *others)
    if narrowed is None:
        return None
    known: dict[str, Mapping[str, Collection[str]]] = {**narrowed.names}

    def names(register: str) -> Mapping[str, Collection[str]]:
        if register not in known:
            known[register] = read.names(register)
        return known[register]

    listing, options = listed(narrowed.snapshot), replace(read, names=names)
    rows = shown_rows(listing, every=every)
    if not meets_filters(rows, listed_columns(call, spec, listing), options):
        return None
    return NarrowedListing(listing, options)
