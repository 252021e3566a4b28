"""Reading the registers from a command: which record is meant, which are listed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cli.frame import Call
from cli.output import Column, emit_rows
from cli.terminal import note
from ledger.errors import NotFound

if TYPE_CHECKING:
    from ledger.store.picture import Picture


class NotThereThen(NotFound):
    """The record exists, but did not at the times that were asked for."""

    code = "not-there-then"
    default_why = "It was recorded, or declared, later than the report looks."
    default_next = "Leave --as-of and --known-at out, or give a later day."


def meant(picture: Picture, kind: str, typed: str) -> str:
    """Give the code of the record a reader means, a unique beginning of it included.

    Raises `UnknownCode`, `AmbiguousCode` and `NotThereThen`.
    """
    from ledger.store.registers import find_code  # noqa: PLC0415 - brings SQLAlchemy

    code = find_code(picture.connection, kind, typed)
    if code not in picture.records(kind):
        raise NotThereThen(f"{kind.capitalize()} {code} was not in the ledger then.")
    return code


def emit_listing(
    call: Call,
    rows: Iterable[Mapping[str, Any]],
    columns: Sequence[Column],
    *,
    schema: str,
    gone: Callable[[Mapping[str, Any]], bool] | None = None,
    every: bool = True,
    narrow: Sequence[Column] = (),
) -> None:
    """Write the rows of a register; without `every` those that are `gone` are left out, and said.

    `schema` is the plural that names the JSON document.
    """
    found = list(rows)
    kept = found if every or gone is None else [row for row in found if not gone(row)]
    if call.format == "json":
        # What is only said for people stays out of what scripts rely on.
        kept = [{column.key: row[column.key] for column in columns} for row in kept]
    emit_rows(kept, columns, call.read, head={"schema": f"cityfund.{schema}/1"}, narrow=narrow)
    hidden = len(found) - len(kept)
    if hidden and call.format == "table":
        note(call, f"{hidden:,} withdrawn not shown; --all shows them.")


def withdrawn(row: Mapping[str, Any]) -> bool:
    """Say whether a row is of a record that was taken out of use."""
    return bool(row["withdrawn"])
