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
from ledger.interchange.problems import ImportProblem
from ledger.interchange.statements import StatementFile
from ledger.journal.entries import Act, ActDetails
from ledger.journal.receipts import Receipt
from ledger.statements.describe import (
    FindingRecord,
    ProposedDelivery,
    describe_difference,
    proposed_delivery,
)
from ledger.statements.lines import FindingKind, StatementLine, current_lines
from ledger.statements.passes import compare_statements
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

DIFFERENCES = frozenset(FindingKind) - {FindingKind.FILE, FindingKind.SILENT}
"""The kinds that every night compares, with or without an inbox."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementComparison:
    """The result of comparing all statements with the ledger.

    `through` is the last request it covers, `unchanged` the number of providers that were
    skipped because everything agreed last time and nothing was recorded of them since.
    """

    through: int = 0
    unchanged: int = 0
    lines: int = 0
    confirmed: int = 0
    findings: tuple[FindingRecord, ...] = ()
    deliveries: tuple[ProposedDelivery, ...] = ()


def compare_all(
    connection: Connection,
    fresh: Iterable[Sequence[StatementLine]],
    today: date,
    tolerance: int,
    unchanged: Collection[str] = (),
) -> StatementComparison:
    """Compare all stored statements, and the `fresh` ones, provider by provider.

    All lines of `unchanged` providers count as confirmed.
    """
    through = recorded_through(connection)
    stored = [statement.lines for statement in read_statements(connection)]
    by_provider = current_lines([*stored, *fresh])
    unchanged_now = {name for name in unchanged if name in by_provider}
    unchanged_now -= {line.provider for lines in fresh for line in lines}
    compared = sorted(by_provider.keys() - unchanged_now)
    facts = read_ledger_facts(connection, [line for name in compared for line in by_provider[name]])
    confirmed = sum(len(by_provider[name]) for name in unchanged_now)
    described, deliveries = list[FindingRecord](), list[ProposedDelivery]()
    for provider in compared:
        answer = compare_statements(provider, by_provider[provider], facts, today, tolerance)
        confirmed += answer.confirmed
        for difference in answer.differences:
            described.append(describe_difference(provider, difference, facts, today))
            delivery = proposed_delivery(difference, facts)
            if delivery is not None:
                deliveries.append(delivery)
    return StatementComparison(
        through=through,
        unchanged=len(unchanged_now),
        lines=sum(map(len, by_provider.values())),
        confirmed=confirmed,
        findings=tuple(described),
        deliveries=tuple(deliveries),
    )


def bad_files(files: Iterable[StatementFile]) -> Iterator[FindingRecord]:
    """Report each file that could not be read: the first problem, and the number of others."""
    for file in files:
        if file.problems:
            first = min(file.problems, key=_place)
            more = len(file.problems) - 1
            also = f" {more:,} more problems." if more else ""
            yield FindingRecord(
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
                ours=f"{most} days",
                theirs=f"{days} days",
                difference=f"{days - most} days",
                provider=provider,
            )


def post(night: Night, deliveries: Iterable[ProposedDelivery]) -> tuple[list[str], list[str]]:
    """Post new deliveries; return what was posted, and what was refused and why."""
    posted, refused = list[str](), list[str]()
    for delivery in sorted(deliveries, key=lambda one: one.line.day):
        line = delivery.line
        name = sha256(f"{line.provider}\0{line.statement}\0{line.number}".encode()).hexdigest()
        request = night.request(
            f"delivery:{delivery.deal}",
            given={
                "provider": line.provider,
                "statement": line.statement,
                "line": line.number,
                "date": line.day.isoformat(),
                "quantity": delivery.quantity,
                "reference": delivery.reference,
            },
            key=f"delivery:{line.provider}:{name[:32]}",
            reason=f"statement {line.statement} of {line.provider}, line {line.number}",
        )
        description = f"{delivery.quantity} for deal {delivery.deal}, {delivery.reference}"
        try:
            answer = execute(night.ledger, request, partial(_deliver, delivery=delivery))
        except ClockSteppedBack:
            raise
        except (RefusedByRule, InvalidInput) as error:
            refused.append(f"Not posted: {description}. {error.what}")
        else:
            if not answer["replayed"]:
                posted.append(description)
    return posted, refused


def _deliver(uow: UnitOfWork, delivery: ProposedDelivery) -> Receipt:
    deal = uow.accounts.deal(delivery.deal)
    unit = uow.accounts.account(Side.NEED, deal.record.need).unit
    details = ActDetails(
        effective_on=delivery.line.day, reference=delivery.reference, reason=uow.request.reason
    )
    quantity = Quantity(delivery.amount, unit)
    act = DealAct(deal=deal.code, act=Act.DELIVER, quantity=quantity, details=details)
    return acts.act_on(uow, act)
