"""What a night finds of statements, told as findings: differences, bad files, silent providers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from sqlalchemy import Connection

from ledger.dating import day_of
from ledger.interchange.problems import Problem
from ledger.interchange.statements import StatementFile
from ledger.statements.commands import Posting, posting_of
from ledger.statements.compare import compare
from ledger.statements.facts import Line, Tolerance
from ledger.statements.in_force import in_force
from ledger.statements.kinds import Kind
from ledger.statements.telling import Told, told
from ledger.store.statement_books import read_books
from ledger.store.statement_changes import recorded_through
from ledger.store.statements import last_read, living_since, read_statements

DIFFERENCES = frozenset(Kind) - {Kind.FILE, Kind.SILENT}
"""The kinds that are looked for every night, whether or not there is an inbox."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What comparing all statements with the ledger came to.

    `through` is the last request it took account of, `unchanged` how many providers it left
    alone, since everything agreed the last time and nothing was recorded of them since.
    """

    through: int = 0
    unchanged: int = 0
    lines: int = 0
    confirmed: int = 0
    told: tuple[Told, ...] = ()
    postings: tuple[Posting, ...] = ()


def compare_all(
    connection: Connection,
    fresh: Iterable[Sequence[Line]],
    today: date,
    tolerance: Tolerance,
    unchanged: Collection[str] = (),
) -> Compared:
    """Compare every statement that is kept, and those that are `fresh`, provider by provider.

    Of the providers that are `unchanged` every line is confirmed as it was.
    """
    through = recorded_through(connection)
    kept = [statement.lines for statement in read_statements(connection)]
    by_provider = in_force([*kept, *fresh])
    alone = {name for name in unchanged if name in by_provider}
    alone -= {line.provider for lines in fresh for line in lines}
    looked_at = sorted(by_provider.keys() - alone)
    books = read_books(connection, [line for name in looked_at for line in by_provider[name]])
    confirmed = sum(len(by_provider[name]) for name in alone)
    found, postings = list[Told](), list[Posting]()
    for provider in looked_at:
        answer = compare(provider, by_provider[provider], books, today, tolerance)
        confirmed += answer.confirmed
        for difference in answer.differences:
            found.append(told(provider, difference, books, today))
            posting = posting_of(difference, books)
            if posting is not None:
                postings.append(posting)
    return Compared(
        through=through,
        unchanged=len(alone),
        lines=sum(map(len, by_provider.values())),
        confirmed=confirmed,
        told=tuple(found),
        postings=tuple(postings),
    )


def bad_files(files: Iterable[StatementFile]) -> Iterator[Told]:
    """Tell of each file that could not be taken: where, what, and how much more is wrong."""
    for file in files:
        if file.problems:
            first = min(file.problems, key=_place)
            more = len(file.problems) - 1
            also = f" {more:,} more of its places are wrong." if more else ""
            yield Told(
                kind=Kind.FILE,
                identity=(file.name, file.digest, first.code),
                subject=file.name,
                said=f"{first}{also} Nothing of the file was taken.",
                line=str(first.line),
            )


def _place(problem: Problem) -> tuple[int, str]:
    return problem.line, problem.column or ""


def silent_providers(
    connection: Connection, night: date, most: int, zone: tzinfo
) -> Iterator[Told]:
    """Tell of each provider with living deals that has sent nothing for more than `most` days."""
    sent: Mapping[str, datetime] = last_read(connection)
    for provider, first_deal in sorted(living_since(connection).items()):
        since = day_of(sent[provider], zone) if provider in sent else first_deal
        days = (night - since).days
        if days > most:
            last = f"since {since}" if provider in sent else f"ever; its first deal is of {since}"
            yield Told(
                kind=Kind.SILENT,
                identity=(provider, since.isoformat()),
                subject=provider,
                said=f"Provider {provider} has living deals, and has sent no statement {last}.",
                ours=f"{most} days",
                theirs=f"{days} days",
                difference=f"{days - most} days",
                provider=provider,
            )
