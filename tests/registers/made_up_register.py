"""A register that the program does not know, defined by one specification.

Run as a program, it adds the specification to the table before anything reads it, makes its
tables (which a migration would make), and says each of the command lines that it reads.
"""

from __future__ import annotations

import io
import json
import sys
from contextlib import redirect_stderr, redirect_stdout

from sqlalchemy import inspect

from ledger.registers import table
from ledger.registers.spec import ColumnSpec, Kind, RegisterSpec, required

WORKSHOP = RegisterSpec(
    name="workshop",
    plural="workshops",
    help="Workshops that cities hold.",
    prefix="WS",
    title="name",
    parents=("city",),
    arguments=("name",),
    columns=(
        required("code", Kind.CODE, "the row's identity, short and human", fixed=True),
        required("name", Kind.TEXT, "what the workshop is called"),
        required("city", Kind.CODE, "code of the host", fixed=True, register="city"),
        ColumnSpec("city_name", Kind.SHOWN, "the host's name", name_of="city"),
        ColumnSpec(
            "form",
            Kind.CODE,
            "training or session",
            words=(("training", "hands on"), ("session", "")),
            words_name="form of workshop",
            default="session",
        ),
        ColumnSpec("guests", Kind.CODES, "providers that are invited", register="provider"),
        ColumnSpec("topics", Kind.TEXTS, "what it is about"),
        ColumnSpec("planned", Kind.PARTIAL_DATE, "year, month or day of the plan"),
        ColumnSpec("from", Kind.DATE, "first day"),
        ColumnSpec("until", Kind.DATE, "last day", not_before="from"),
        ColumnSpec("seats", Kind.WHOLE, "how many take part", bounds=(1, 500), default="20"),
        ColumnSpec("share", Kind.DECIMAL, "share of those who came"),
        ColumnSpec("open", Kind.YES_NO, "may anybody come", default="yes"),
        ColumnSpec("reason", Kind.TEXT, "why it is held"),
        ColumnSpec("withdrawn", Kind.YES_NO, "yes when it is no longer in use", default="no"),
    ),
)


def main() -> None:
    """Say command lines, given as JSON, and print what each answered."""
    table.REGISTERS[WORKSHOP.name] = WORKSHOP
    url, lines = sys.argv[1], json.load(sys.stdin)
    _make_tables(url)
    json.dump([_answer(url, line) for line in lines], sys.stdout)


def _make_tables(url: str) -> None:
    """Do what a migration does: take the guards down, make the tables, put all guards up."""
    from ledger.store.db.engine import make_engine, write_transaction  # noqa: PLC0415 - reads the table
    from ledger.store.db.tables import complete_metadata, named, versions_of  # noqa: PLC0415
    from migrations import guards  # noqa: PLC0415

    with write_transaction(make_engine(url)) as connection:
        if inspect(connection).has_table(WORKSHOP.name):
            return
        guards.take_down(connection)
        ours = [named(WORKSHOP.name), versions_of(WORKSHOP.name)]
        complete_metadata().create_all(connection, ours)
        guards.put_up(connection)


def _answer(url: str, line: list[str]) -> tuple[int, str, str]:
    from cli.main import main as say  # noqa: PLC0415 - reads the table

    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = say(["--db", url, "--actor", "sara", *line])
    return code, out.getvalue(), err.getvalue()


if __name__ == "__main__":
    main()
