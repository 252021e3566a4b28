"""Compare statements with the ledger and report differences, bad files and silent providers.

Deliveries that statements add to committed deals are posted on request, each only once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from functools import partial
from hashlib import sha256

from sqlalchemy import Connection

from ledger.core.dates import ClockSteppedBack, day_of
from ledger.core.errors import InvalidInput, RefusedByRule
from ledger.core.factors import Side
from ledger.core.quantity import Quantity
from ledger.core.requests import Request
from ledger.core.text import counted
from ledger.interchange.problems import ImportProblem
from ledger.interchange.statements import StatementFile
from ledger.journal.entries import Act, ActDetails
from ledger.journal.receipts import Receipt
from ledger.statements.describe import (
    describe_difference,
    describe_replacement,
)
from ledger.statements.differences import FindingKind
from ledger.statements.findings import FindingRecord
from ledger.statements.lines import StatementLine
from ledger.statements.passes import compare_statements
from ledger.statements.postings import Posting, proposed_postings
from ledger.statements.senders import file_text
from ledger.statements.versions import current_lines
from ledger.store.session.execute import execute
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.store.statements.deals import read_ledger_facts
from ledger.store.statements.statements import (
    last_read_at,
    outstanding_since,
    read_statements,
    recorded_through,
)
from ledger.usecases.deals import acts
from ledger.usecases.deals.acts import DealAct
from ledger.usecases.night_step import Night

DIFFERENCES = frozenset(FindingKind) - {
    FindingKind.FILE,
    FindingKind.SILENT,
    FindingKind.NAME_MATCH,
}
"""The kinds that every night compares, with or without an inbox."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementComparison:
    """The result of comparing all statements with the ledger.

    `through` is the last request it covers, `unchanged` the number of providers that were
    skipped because everything agreed last time and nothing was recorded of them since. The lines
    `ahead` are compared when their day has come.
    """

    through: int = 0
    unchanged: int = 0
    lines: int = 0
    ahead: tuple[StatementLine, ...] = ()
    confirmed: int = 0
    findings: tuple[FindingRecord, ...] = ()
    postings: tuple[Posting, ...] = ()


def compare_all(
    connection: Connection,
    fresh: Iterable[Sequence[StatementLine]],
    today: date,
    tolerance: int,
    unchanged: Collection[str] = (),
    known_through: date | None = None,
) -> StatementComparison:
    """Compare all stored statements, and the `fresh` ones, provider by provider.

    All lines of `unchanged` providers count as confirmed. Lines dated after `known_through`, the
    day on which the comparison is made, are left for later.
    """
    known_through = known_through or today
    through = recorded_through(connection)
    stored = [statement.lines for statement in read_statements(connection)]
    current = current_lines([*stored, *fresh])
    by_provider = {name: one.through(known_through) for name, one in current.items()}
    unchanged_now = {name for name in unchanged if name in by_provider}
    unchanged_now -= {line.provider for lines in fresh for line in lines}
    compared = sorted(by_provider.keys() - unchanged_now)
    facts = read_ledger_facts(
        connection, [line for name in compared for line in by_provider[name].lines]
    )
    confirmed = sum(len(by_provider[name].lines) for name in unchanged_now)
    described, postings = list[FindingRecord](), list[Posting]()
    for provider in compared:
        lines, replaced = by_provider[provider].lines, by_provider[provider].replaced
        left_out = [line for one in replaced for line in one.lines]
        answer = compare_statements(provider, lines, facts, today, tolerance, left_out)
        confirmed += answer.confirmed
        described += [describe_replacement(provider, one) for one in replaced]
        described += [
            describe_difference(provider, one, facts, today) for one in answer.differences
        ]
        postings += proposed_postings(answer.differences, answer.agreed, facts)
    return StatementComparison(
        through=through,
        unchanged=len(unchanged_now),
        lines=sum(len(one.lines) for one in by_provider.values()),
        ahead=tuple(
            line for one in current.values() for line in one.lines if line.day > known_through
        ),
        confirmed=confirmed,
        findings=tuple(described),
        postings=tuple(postings),
    )


_DIGITS = 64
"""How many digits a digest has; a file that could not be read has none."""


def bad_files(files: Iterable[StatementFile]) -> Iterator[FindingRecord]:
    """Report each file that could not be read: the first problem, and the number of others."""
    for file in files:
        if file.problems:
            first = min(file.problems, key=_place)
            more = len(file.problems) - 1 + file.more_problems
            also = f" {counted(more, 'more problem')}." if more else ""
            yield FindingRecord(
                file_name=file.name,
                content_hash=file.digest if len(file.digest) == _DIGITS else None,
                kind=FindingKind.FILE,
                identity=(file.name, file.digest, first.code),
                subject=file.name,
                sentence=f"{first}{also} Nothing was read from the file.",
                line=str(first.line),
            )


def _place(problem: ImportProblem) -> tuple[int, str]:
    return problem.line, problem.column or ""


def silent_providers(
    connection: Connection, night: date, most: int, zone: tzinfo
) -> Iterator[FindingRecord]:
    """Report each provider with open deals and no statement for more than `most` days."""
    sent: Mapping[str, datetime] = last_read_at(connection)
    for provider, first_deal in sorted(outstanding_since(connection).items()):
        since = day_of(sent[provider], zone) if provider in sent else first_deal
        days = (night - since).days
        if days > most:
            last = f"since {since}" if provider in sent else f"ever; its first deal is of {since}"
            yield FindingRecord(
                kind=FindingKind.SILENT,
                identity=(provider, since.isoformat()),
                subject=provider,
                sentence=f"Provider {provider} has open deals and has sent no statement {last}.",
                ours=_days(most),
                theirs=_days(days),
                difference=_days(days - most),
                provider=provider,
            )


def post(night: Night, postings: Iterable[Posting]) -> tuple[list[str], list[str]]:
    """Post new deliveries; return what was posted, and what was refused and why."""
    posted, refused = list[str](), list[str]()
    for posting in sorted(postings, key=lambda one: one[0].line.day):
        descriptions = [
            f"{'return of ' if one.amount < 0 else ''}{one.quantity} for deal {one.deal}, "
            f"{one.reference}"
            for one in posting
        ]
        try:
            answer = execute(
                night.ledger, _request(night, posting), partial(_post, posting=posting)
            )
        except ClockSteppedBack:
            raise
        except (RefusedByRule, InvalidInput) as error:
            refused.append(f"Not posted: {' and '.join(descriptions)}. {error.what}")
        else:
            if not answer["replayed"]:
                posted += descriptions
    return posted, refused


def _request(night: Night, posting: Posting) -> Request:
    """Make the request under which a posting is recorded, once for the same lines."""
    deal, line = posting[0].deal, posting[0].line
    names = "\0".join(f"{one.line.statement}\0{one.line.number}" for one in posting)
    name = sha256(f"{line.provider}\0{names}".encode()).hexdigest()
    given = [
        {
            "provider": one.line.provider,
            "statement": one.line.statement,
            "line": one.line.number,
            "date": one.line.day.isoformat(),
            "quantity": one.quantity,
            "reference": one.reference,
        }
        for one in posting
    ]
    lines = " and ".join(_named(one.line) for one in posting)
    return night.request(
        f"delivery:{deal}",
        given=given[0] if len(given) == 1 else {"payment": given[0], "cancellation": given[1]},
        key=f"delivery:{line.provider}:{name[:32]}",
        reason=lines,
    )


def _named(line: StatementLine) -> str:
    named = f"statement {line.statement} of {line.provider}, line {line.number}"
    return f"{named}{file_text(line)}"


def _post(uow: UnitOfWork, posting: Posting) -> Receipt:
    """Post a delivery, or a payment and its return."""
    for delivery in posting:
        deal = uow.accounts.deal(delivery.deal)
        unit = uow.accounts.account(Side.NEED, deal.record.need).unit
        line = delivery.line
        details = ActDetails(
            effective_on=line.day,
            reference=delivery.reference,
            reason=_named(line),
        )
        act = DealAct(
            deal=deal.code,
            act=Act.DELIVER if delivery.amount > 0 else Act.RETURN,
            quantity=Quantity(abs(delivery.amount), unit),
            details=details,
        )
        acts.advance(uow, act)
    return acts.receipt(uow, uow.accounts.deal(posting[0].deal))


def _days(count: int) -> str:
    """Write a number of days as a figure, whose thousands are set apart where it is shown."""
    return f"{count} {'day' if count == 1 else 'days'}"
