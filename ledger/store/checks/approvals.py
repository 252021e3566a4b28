"""Rows for the check of approvals, read as stored and without assumptions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection, Select, bindparam, select

from ledger.approvals.rules import RuleAct
from ledger.approvals.standing import StandingApproval
from ledger.checks.approvals import AnswerRow, ApprovalRows, RequestRow, RuleRow, UseRow
from ledger.core.quantity import Unit
from ledger.statements.findings import FindingEvent
from ledger.store.approvals import identity_in, read_standing
from ledger.store.checks.journal import moment, raw, stream
from ledger.store.db import tables
from ledger.store.db.approval_tables import (
    approval,
    approval_answer,
    approval_rule,
    approval_use,
    standing_approval,
)
from ledger.store.db.night_tables import finding_event
from ledger.store.db.queries import chunked

_VERSIONS: Final = {
    "provider": RuleAct.PROVIDER,
    "restriction": RuleAct.RESTRICTION,
    "exemption": RuleAct.EXEMPTION,
}


def read_approval_rows(connection: Connection, units: Mapping[str, Unit]) -> ApprovalRows:
    """Read the rules with what was asked, answered and used; little where there is no rule."""
    rules = tuple(_rules(connection))
    return ApprovalRows(
        rules=rules,
        other_deeds=_other_deeds(connection) if rules else {},
        uses=dict(_uses(connection)),
        answers=tuple(_answers(connection)),
        standing=_standing(connection, units),
        ended=_ended(connection),
        providers=_providers(connection),
        requests=lambda ids: _requests(connection, ids),
    )


def _standing(connection: Connection, units: Mapping[str, Unit]) -> dict[int, StandingApproval]:
    return {one.number: one for one in read_standing(connection, units)}


def _ended(connection: Connection) -> dict[int, tuple[int, int]]:
    """Read which request ended each standing approval, and when."""
    ended = connection.execute(_endings())
    return {number: (request, recorded) for number, request, recorded in ended}


@cache
def _endings() -> Select[Any]:
    standing = standing_approval.c
    query = select(standing.number, standing.request_id, moment(standing.recorded_at))
    return query.where(standing.in_force.is_(False))


def _providers(connection: Connection) -> dict[int, frozenset[str]]:
    """Read whose offers each request moved that was recorded by a standing approval."""
    found: defaultdict[int, set[str]] = defaultdict(set)
    for request, provider in connection.execute(_moved_offers()):
        found[request].add(provider)
    return {request: frozenset(providers) for request, providers in found.items()}


@cache
def _moved_offers() -> Select[Any]:
    entry, deal, offer = tables.entry.c, tables.deal.c, tables.offer.c
    return (
        select(approval_use.c.request_id, tables.provider.c.code)
        .join(tables.entry, entry.request_id == approval_use.c.request_id)
        .join(tables.deal, deal.id == entry.deal_id)
        .join(tables.offer, offer.id == deal.offer_id)
        .join(tables.provider, tables.provider.c.id == offer.provider_id)
        .where(approval_use.c.standing.is_not(None))
        .distinct()
    )


def _rules(connection: Connection) -> Iterator[RuleRow]:
    found: dict[int, RuleRow] = {}
    for number, act, amount, unit, in_force, request, recorded in connection.execute(_versions()):
        if in_force and number not in found:
            found[number] = RuleRow(number, act, amount, unit, (request, recorded), None)
        elif number in found:
            found[number] = found[number]._replace(ended=(request, recorded))
    return iter(found.values())


@cache
def _versions() -> Select[Any]:
    rule = approval_rule.c
    return (
        select(*map(raw, rule["number", "act", "amount", "unit", "in_force", "request_id"]))
        .add_columns(moment(rule.recorded_at))
        .order_by(rule.number, rule.version)
    )


def _other_deeds(connection: Connection) -> dict[int, tuple[str, ...]]:
    """Read what requests did beside their entries that a rule can be for."""
    first, done = _deeds()
    since = {"since": connection.execute(first).scalar() or 0}
    deeds: defaultdict[int, list[str]] = defaultdict(list)
    for act, query in done:
        for request in connection.execute(query, since).scalars():
            deeds[request].append(act.value)
    return {request: tuple(acts) for request, acts in deeds.items()}


@cache
def _deeds() -> tuple[Select[Any], Sequence[tuple[RuleAct, Select[Any]]]]:
    """Select the request of the first rule, and of each kind of act the requests after `since`."""
    rule, event = approval_rule.c.request_id, finding_event.c
    requests: list[tuple[RuleAct, Select[Any]]] = []
    for kind, act in _VERSIONS.items():
        version = tables.versions_of(kind).c
        query = select(version.request_id)
        if kind == "provider":
            query = query.where(version.version > 1)
        requests.append((act, query))
    resolved = select(event.request_id).where(event.event == FindingEvent.RESOLVED)
    requests += [
        (RuleAct.RESOLVE, resolved),
        (RuleAct.ERASE, select(tables.erasure.c.request_id)),
        (RuleAct.RULE, select(rule)),
    ]
    done = [
        (act, query.where(query.selected_columns[0] > bindparam("since")).distinct())
        for act, query in requests
    ]
    return select(rule).order_by(rule).limit(1), done


def _uses(connection: Connection) -> Iterator[tuple[int, UseRow]]:
    for request, *rest in connection.execute(_used()):
        yield request, UseRow(*rest)


@cache
def _used() -> Select[Any]:
    asking, answering = tables.request.alias("asking"), tables.request.alias("answering")
    use, answer = approval_use.c, approval_answer.c
    return (
        select(
            use.request_id,
            use.approval_id,
            asking.c.format,
            *map(raw, approval.c["key", "command", "lines"]),
            *map(raw, answer["answer", "valid_until"]),
            identity_in(answering),
            answer.request_id,
            use.standing,
        )
        .outerjoin(approval, approval.c.id == use.approval_id)
        .outerjoin(asking, asking.c.id == approval.c.request_id)
        .outerjoin(approval_answer, answer.approval_id == use.approval_id)
        .outerjoin(answering, answering.c.id == answer.request_id)
    )


def _answers(connection: Connection) -> Iterator[AnswerRow]:
    for row in connection.execute(_answered()):
        yield AnswerRow(*row)


@cache
def _answered() -> Select[Any]:
    asking, answering = tables.request.alias("asking"), tables.request.alias("answering")
    return (
        select(approval.c.id, identity_in(asking), identity_in(answering))
        .join(approval_answer, approval_answer.c.approval_id == approval.c.id)
        .join(asking, asking.c.id == approval.c.request_id)
        .join(answering, answering.c.id == approval_answer.c.request_id)
    )


def _requests(connection: Connection, ids: Iterable[int]) -> Iterator[RequestRow]:
    request: Any = tables.request
    query = select(
        *request.c["id", "key", "command"], identity_in(request), moment(request.c.recorded_at)
    )
    for chunk in chunked([*ids]):
        for row in stream(connection, query.where(request.c.id.in_(chunk))):
            yield RequestRow(*row)
