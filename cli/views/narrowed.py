"""A listing of a register that reads only what its filters by codes can keep."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from cli.framework.call_options import ReadOptions
from cli.framework.command import Call
from cli.framework.output import meets_filters
from ledger.reports.table import Column, ReportRow

if TYPE_CHECKING:
    from ledger.store.session.snapshot import Reader, Snapshot

Rows = Callable[["Snapshot"], tuple[Iterable[ReportRow], Sequence[Column]]]
"""Gives the rows of a listing that are filtered, and their columns."""
_OTHER_NAMES: Final[Mapping[str, str]] = MappingProxyType({})


class NarrowedRead(NamedTuple):
    """What filters can keep of a register, and how its rows are to be filtered."""

    snapshot: Snapshot
    options: ReadOptions


def narrowed_read(
    call: Call,
    reader: Reader,
    kind: str,
    others: Sequence[str],
    rows_of: Rows,
    also_called: Mapping[str, str] = _OTHER_NAMES,
) -> NarrowedRead | None:
    """Read what the filters of a call can keep; None where the whole register has to be read.

    It has to be where no row has a value that a filter asks for: a note then names those there are.
    """
    read = call.read
    if not read.where:
        return None
    from ledger.store.session.narrowed import read_narrowed  # noqa: PLC0415 - where rows are kept

    where = read.where if read.office is None else read.where[:-1]
    narrowed = read_narrowed(reader, kind, where, *others, also_called=also_called)
    if narrowed is None:
        return None
    known: dict[str, Mapping[str, Collection[str]]] = {**narrowed.names}

    def names(register: str) -> Mapping[str, Collection[str]]:
        if register not in known:
            known[register] = read.names(register)
        return known[register]

    options = replace(read, names=names)
    rows, columns = rows_of(narrowed.snapshot)
    if not meets_filters(rows, columns, options):
        return None
    return NarrowedRead(narrowed.snapshot, options)
