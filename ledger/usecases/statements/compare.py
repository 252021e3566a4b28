"""What a night finds of statements, told as findings: differences, bad files, silent providers.

Posting the deliveries that statements add to committed deals, each once for ever.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from hashlib import sha256

from sqlalchemy import Connection

from ledger.core.dates import ClockSteppedBack, day_of
from ledger.core.errors import InvalidInput, RefusedByRule
from ledger.core.factors import Side
from ledger.core.quantity import Quantity
from ledger.interchange.problems import Problem
from ledger.interchange.statements import StatementFile
from ledger.journal.entries import Act, ActDetails
from ledger.journal.receipts import Receipt
from ledger.statements.describe import Posting, Told, posting_of, told
from ledger.statements.lines import Kind, Line, Tolerance, in_force
from ledger.statements.passes import compare
from ledger.store.session.execute import Handler, execute
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.store.statements.deals import read_books
from ledger.store.statements.statements import (
    last_read_at,
    outstanding_since,
    read_statements,
    recorded_through,
)
from ledger.usecases.deals import acts
from ledger.usecases.deals.acts import DealAct
from ledger.usecases.night_step import Night

DIFFERENCES = frozenset(Kind) - {Kind.FILE, Kind.SILENT}
"""The kinds that are looked for every night, whether or not there is an inbox."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyComparison:
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
) -> CopyComparison:
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
    return CopyComparison(
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
    sent: Mapping[str, datetime] = last_read_at(connection)
    for provider, first_deal in sorted(outstanding_since(connection).items()):
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


def post(night: Night, postings: Iterable[Posting]) -> tuple[list[str], list[str]]:
    """Post what was not posted before; tell what was, and what the ledger refused and why."""
    posted, refused = list[str](), list[str]()
    # In the order of their days: a deal takes no act dated before its last.
    for posting in sorted(postings, key=lambda one: one.line.day):
        line = posting.line
        name = sha256(f"{line.provider}\0{line.statement}\0{line.number}".encode()).hexdigest()
        request = night.request(
            f"delivery:{posting.deal}",
            given={
                "provider": line.provider,
                "statement": line.statement,
                "line": line.number,
                "date": line.day.isoformat(),
                "quantity": posting.quantity,
                "reference": posting.reference,
            },
            key=f"delivery:{line.provider}:{name[:32]}",
            reason=f"statement {line.statement} of {line.provider}, line {line.number}",
        )
        told = f"{posting.quantity} for deal {posting.deal}, {posting.reference}"
        try:
            answer = execute(night.ledger, request, _delivering(posting))
        except ClockSteppedBack:
            raise
        except (RefusedByRule, InvalidInput) as error:
            refused.append(f"Not posted: {told}. {error.what}")
        else:
            if not answer["replayed"]:
                posted.append(told)
    return posted, refused


def _delivering(posting: Posting) -> Handler:
    def work(uow: UnitOfWork) -> Receipt:
        deal = uow.accounts.deal(posting.deal)
        unit = uow.accounts.account(Side.NEED, deal.record.need).unit
        details = ActDetails(
            effective_on=posting.line.day,
            reference=posting.reference,
            reason=uow.request.reason,
        )
        delivery = DealAct(
            deal=deal.code,
            act=Act.DELIVER,
            quantity=Quantity(posting.amount, unit),
            details=details,
        )
        return acts.act_on(uow, delivery)

    return work
