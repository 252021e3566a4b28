"""Taking rates in from a command: the ECB's file, or the canonical table by the common road."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from cli.frame import Call
from cli.import_views import agreed, agreement, emit_imported, say_incoming
from cli.rate_views import say_ecb
from cli.session import carried_out
from cli.usage import BadUsage

if TYPE_CHECKING:
    from ledger.interchange.incoming import Incoming
    from ledger.store.book import Ledger


def source_file(path: str | None, *, ecb: bool) -> Path:
    """Give the file to import: the one named, or the ECB's that comes with the program."""
    if path is not None and ecb:
        raise BadUsage(
            f"--ecb and {path} were both given.",
            why="--ecb is the file of the ECB that comes with the program.",
            next_step="Keep one of the two; the ECB's own file is known by its first line.",
        )
    if path is not None:
        return Path(path)
    from ledger.interchange.ecb import shipped_file  # noqa: PLC0415

    return shipped_file()


def codes_named(texts: Sequence[str] | None) -> list[str]:
    """Give the codes of a repeatable option whose texts may be lists."""
    return [code.strip() for text in texts or () for code in text.split(",") if code.strip()]


def import_ecb(
    call: Call, ledger: Ledger, path: Path, since: date | None, currencies: Sequence[str]
) -> None:
    """Import the ECB's rates after a preview."""
    from ledger.interchange.ecb import chosen, of_currencies, read_ecb  # noqa: PLC0415
    from ledger.usecases.import_rates import import_rates, preview_rates  # noqa: PLC0415
    from ledger.usecases.import_tables import uncollected  # noqa: PLC0415
    from ledger.usecases.rate_acts import currency  # noqa: PLC0415

    with ledger.picture() as picture:
        units, today = picture.units, picture.day
    wanted = {currency(units, code).code for code in currencies}
    with uncollected():
        file = of_currencies(chosen(read_ecb(path, today), since, wanted), units)
        say_ecb(call, file, (today - file.days[1]).days, wanted - set(file.currencies))
        content = {"content": file.digest}
        see = agreed(call, content, lambda request: preview_rates(ledger, request, file))
        receipt = carried_out(call, lambda uow: import_rates(uow, file, see), content)
    emit_imported(call, receipt)


def import_canonical(
    call: Call, ledger: Ledger, path: Path, since: date | None, currencies: Sequence[str]
) -> None:
    """Import rates of the canonical table as `cityfund import` does."""
    from ledger.interchange.incoming import read_incoming  # noqa: PLC0415
    from ledger.usecases.import_tables import import_tables, uncollected  # noqa: PLC0415
    from ledger.usecases.rate_acts import currency  # noqa: PLC0415

    with ledger.picture() as picture:
        units = picture.units
    wanted = {currency(units, code).code for code in currencies}
    incoming = _kept(read_incoming([path], as_table="rates"), since, wanted)
    say_incoming(call, incoming)
    content = {"content": incoming.digest()}
    see = agreement(call, ledger, incoming, content)
    with uncollected():
        receipt = carried_out(call, lambda uow: import_tables(uow, incoming, see), content)
    emit_imported(call, receipt)


def _kept(incoming: Incoming, since: date | None, currencies: set[str]) -> Incoming:
    """Keep the rows from a day on that name one of the currencies; raises `NoQuotes`."""
    if since is None and not currencies:
        return incoming
    from ledger.interchange.ecb import NoQuotes  # noqa: PLC0415

    tables = [
        replace(
            table,
            rows=[
                row
                for row in table.rows
                # A cell that is no day at all is kept: it is refused with its place.
                if (since is None or row.cells["date"] >= since.isoformat())
                and (not currencies or currencies & _named(row.cells))
            ],
        )
        for table in incoming.tables
    ]
    if not incoming.problems and not any(table.rows for table in tables):
        raise NoQuotes(f"{incoming.tables[0].file} has none of these rates.")
    return replace(incoming, tables=tuple(tables))


def _named(cells: dict[str, str]) -> set[str]:
    return {cells["base"].upper(), cells["quote"].upper()}
