"""Commands on the registers: adding, editing, withdrawing, reinstating; resolving and listing."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from cli.framework.command import Call
from cli.framework.terminal import is_terminal, note
from ledger.core.errors import NotFound

if TYPE_CHECKING:
    from cli.framework.call_options import ReadOptions
    from ledger.registers.spec import RegisterSpec
    from ledger.reports.table import Column
    from ledger.store.session.snapshot import Reader
    from ledger.store.session.unit_of_work import UnitOfWork


class Listing(NamedTuple):
    """The rows of a register, and how they are listed.

    `people` are the columns for people, `narrow` those for a narrow screen, `more` the columns
    of ours that machines get behind the canonical ones. Rows that `hides` are listed only where
    all are asked for.
    """

    rows: list[dict[str, Any]]
    people: Sequence[Column]
    more: Sequence[str] = ()
    narrow: Sequence[Column] = ()
    hides: Callable[[Mapping[str, Any]], bool] | None = None


def resolve_typed_code(uow: UnitOfWork, kind: str, typed: str) -> str:
    """Return the code meant; on a terminal, where it is seen, a unique beginning is enough."""
    if not (is_terminal(sys.stdin) and is_terminal(sys.stdout)):
        return typed
    from ledger.store.registers import find_code  # noqa: PLC0415

    return find_code(uow.connection, kind, typed)


class NotThereThen(NotFound, code="not-there-then"):
    """The record exists, but did not at the times that were asked for."""

    default_why = "It was recorded or declared after the date of the report."
    default_next = "Omit --as-of and --known-at, or give a later date."


def resolve_code(reader: Reader, kind: str, typed: str) -> str:
    """Return the code of the record a reader means, a unique beginning of it included.

    Raises `UnknownCode`, `AmbiguousCode` and `NotThereThen`.
    """
    from ledger.store.registers import find_code  # noqa: PLC0415 - brings SQLAlchemy

    code = find_code(reader.connection, kind, typed, reader.times.known_at)
    if not reader.existed(kind, code):
        raise NotThereThen(f"{kind.capitalize()} {code} was not in the ledger at that time.")
    return code


def emit_listing(
    call: Call,
    spec: RegisterSpec,
    listing: Listing,
    columns: Sequence[Column],
    *,
    every: bool,
    options: ReadOptions | None = None,
) -> None:
    """Write the rows of a register; without `every` the hidden rows are counted in a note.

    `options` are those of the call, unless others are given.
    """
    from cli.framework.output import emit_rows  # noqa: PLC0415 - help does without

    kept = shown_rows(listing, every=every)
    hidden = len(listing.rows) - len(kept)
    rows: Iterable[Mapping[str, Any]] = kept
    if call.as_documents:
        # Texts for people are no part of the JSON document.
        rows = ({column.key: row[column.key] for column in columns} for row in kept)
    head = {"schema": f"cityfund.{spec.plural}/1"}
    emit_rows(rows, columns, options or call.read, head=head, narrow=listing.narrow)
    if hidden and call.format == "table":
        note(call, f"{hidden:,} withdrawn hidden; --all shows them.")


def asks_for_state(options: ReadOptions) -> bool:
    """Return whether a filter is by the state of records, which shows the closed ones as well."""
    if not options.where:
        return False
    from cli.framework.call_options import filtered_column  # noqa: PLC0415 - only with filters

    return any(filtered_column(text) in {"state", "status"} for text in options.where)


def shown_rows(listing: Listing, *, every: bool) -> list[dict[str, Any]]:
    """Return the rows of a listing, without those that it hides unless `every` is asked for."""
    hides = listing.hides
    return [row for row in listing.rows if every or hides is None or not hides(row)]


def withdrawn(row: Mapping[str, Any]) -> bool:
    """Return whether a row is of a withdrawn record."""
    return bool(row["withdrawn"])
