"""Approvals as they are stored: the rules in force, and what was asked for, answered and used."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, FromClause, Select, func, select, union

from ledger.approvals.approval import PREFIX, Approval, State, UnknownApproval, approval_code
from ledger.approvals.rules import PREFIX as RULE_PREFIX
from ledger.approvals.rules import ApprovalRule, Deed, RuleAct, UnknownApprovalRule
from ledger.approvals.standing import PREFIX as STANDING_PREFIX
from ledger.approvals.standing import StandingApproval, UnknownStandingApproval
from ledger.core.factors import Side, Stage
from ledger.core.numbers import normalise_digits, whole_numeral
from ledger.core.quantity import Unit
from ledger.core.text import ERASED
from ledger.store.db import engine as engines
from ledger.store.db import tables
from ledger.store.db.approval_tables import (
    approval,
    approval_answer,
    approval_rule,
    approval_use,
    standing_approval,
)

_AS_STORED: Final = ("number", "act", "amount", "unit")

IDENTITY_FIELDS: Final = frozenset({"database_user", "system_user"})
"""The columns of a request that say who made it."""


def identity_in(request: FromClause) -> ColumnElement[str]:
    """Select the identity of who made a request: the database user, else the system's."""
    return func.coalesce(request.c.database_user, request.c.system_user)


def requests_of_approvals(connection: Connection, requests: Iterable[int]) -> list[int]:
    """Give those requests whose identity an approval rests on, in the order of their numbers.

    They asked for one, answered it, were recorded by it, or gave a standing approval.
    """
    ids = [*requests]
    resting = (approval, approval_answer, approval_use, standing_approval)
    found = union(
        *(select(one.c.request_id).where(one.c.request_id.in_(ids)) for one in resting)
    ).subquery()
    return [*connection.execute(select(found.c.request_id).order_by(found.c.request_id)).scalars()]


def read_rules(connection: Connection, units: Mapping[str, Unit]) -> list[ApprovalRule]:
    """Read the rules in force, in the order in which they were added."""
    return [
        _rule(units, *row) for *row, in_force in connection.execute(_last_versions()) if in_force
    ]


def _rule(units: Mapping[str, Unit], number: int, act: Any, amount: Any, unit: Any) -> ApprovalRule:
    named = None if unit is None else units[unit]
    return ApprovalRule(number=number, act=act, amount=amount, unit=named)


def _last_versions() -> Select[Any]:
    later = approval_rule.alias("later")
    newest = select(func.max(later.c.version)).where(later.c.number == approval_rule.c.number)
    return (
        select(*approval_rule.c[(*_AS_STORED, "in_force")])
        .where(approval_rule.c.version == newest.scalar_subquery())
        .order_by(approval_rule.c.number)
    )


def rule_rows(connection: Connection) -> Iterator[dict[str, Any]]:
    """Give every rule with who added it, and who ended it, in the order of their numbers."""
    request = tables.request
    query = (
        select(
            *approval_rule.c[(*_AS_STORED, "version", "reason", "recorded_at")],
            request.c.actor,
            identity_in(request).label("identity"),
        )
        .join(request, request.c.id == approval_rule.c.request_id)
        .order_by(approval_rule.c.number, approval_rule.c.version)
    )
    for row in connection.execute(query):
        yield dict(row._mapping)  # noqa: SLF001 - its public name


def next_number(connection: Connection, numbered: FromClause) -> int:
    """Give the number that the next rule, or standing approval, has."""
    return (connection.execute(select(func.max(numbered.c.number))).scalar() or 0) + 1


def last_version(connection: Connection, numbered: FromClause, number: int) -> Any:
    """Give the last version of a rule or standing approval by its number; None where none is."""
    query = (
        select(numbered)
        .where(numbered.c.number == number)
        .order_by(numbered.c.version.desc())
        .limit(1)
    )
    return connection.execute(query).first()


def parse_rule_number(typed: str) -> int:
    """Read a rule's code as typed: AR-0001, in any capitals, or 1. Raises `UnknownApprovalRule`."""
    number = parse_number(typed, RULE_PREFIX)
    if number is None:
        raise UnknownApprovalRule(f"{typed!r} is no approval rule's code.")
    return number


def parse_standing_number(typed: str) -> int:
    """Read a standing approval's code as typed. Raises `UnknownStandingApproval`."""
    number = parse_number(typed, STANDING_PREFIX)
    if number is None:
        raise UnknownStandingApproval(f"There is no standing approval {typed}.")
    return number


def parse_number(typed: str, prefix: str) -> int | None:
    """Read the number in a code as typed; None where it is none."""
    plain = normalise_digits(typed.strip()).upper().removeprefix(prefix)
    number = whole_numeral(plain)
    return number if number is not None and 0 < number < 2**31 else None


def read_standing(
    connection: Connection, units: Mapping[str, Unit], provider: str | None = None
) -> list[StandingApproval]:
    """Read the standing approvals, of a provider or all, with what was recorded by each."""
    last: dict[int, Any] = {}
    query = _standing()
    if provider is not None:
        query = query.where(tables.provider.c.code == provider)
    givers: dict[int, str] = {}
    for row in connection.execute(query):
        last[row.number] = row
        givers.setdefault(row.number, row.identity)
    return [
        StandingApproval(
            number=number,
            provider=row.code,
            amount=row.amount,
            unit=units[row.unit],
            until=row.until,
            given_by=givers[number],
            in_force=bool(row.in_force),
            used=tuple(_used(connection, units, number)),
        )
        for number, row in last.items()
    ]


def _standing() -> Select[Any]:
    request, provider = tables.request, tables.provider
    return (
        select(
            *standing_approval.c["number", "version", "amount", "unit", "until", "in_force"],
            provider.c.code,
            identity_in(request).label("identity"),
        )
        .join(request, request.c.id == standing_approval.c.request_id)
        .join(provider, provider.c.id == standing_approval.c.provider_id)
        .order_by(standing_approval.c.number, standing_approval.c.version)
    )


def _used(connection: Connection, units: Mapping[str, Unit], number: int) -> Iterator[Deed]:
    """Give what was delivered by a standing approval."""
    entry, movement = tables.entry, tables.movement
    query = (
        select(entry.c.effective_on, movement.c.unit, movement.c.amount)
        .join(approval_use, approval_use.c.request_id == entry.c.request_id)
        .join(movement, movement.c.entry_id == entry.c.id)
        .join(tables.holder, tables.holder.c.id == movement.c.holder_id)
        .where(approval_use.c.standing == number)
        .where(movement.c.to_stage == Stage.DELIVERED, tables.holder.c.side == Side.NEED)
    )
    for day, unit, amount in connection.execute(query):
        yield Deed(RuleAct.DELIVER, day, units[unit], amount)


_asking, _answering = tables.request.alias("asking"), tables.request.alias("answering")


def _approvals() -> Select[Any]:
    return (
        select(
            *approval.c["id", "key", "command", "effect_hash", "rules", "lines", "expires_on"],
            approval_answer.c.answer,
            approval_answer.c.valid_until,
            approval_answer.c.reason.label("answer_reason"),
            identity_in(_asking).label("asked_by"),
            identity_in(_answering).label("answered_by"),
            approval_use.c.request_id.isnot(None).label("is_used"),
        )
        .join(_asking, _asking.c.id == approval.c.request_id)
        .outerjoin(approval_answer, approval_answer.c.approval_id == approval.c.id)
        .outerjoin(_answering, _answering.c.id == approval_answer.c.request_id)
        .outerjoin(approval_use, approval_use.c.approval_id == approval.c.id)
        .order_by(approval.c.id)
    )


def read_approvals(connection: Connection, *where: ColumnElement[bool]) -> list[Approval]:
    """Read approvals as they stand, in the order in which they were asked for."""
    return [
        Approval(
            **{
                **row._mapping,  # noqa: SLF001 - its public name
                "lines": (ERASED,) if row.lines == ERASED else tuple(json.loads(row.lines)),
                "is_used": bool(row.is_used),
            }
        )
        for row in connection.execute(_approvals().where(*where))
    ]


def approvals_for(connection: Connection, key: str) -> list[Approval]:
    """Read what was asked for under a request key."""
    return read_approvals(connection, approval.c.key == key)


def is_key_known(connection: Connection, key: str) -> bool:
    """Say whether a key is that of a request, or was asked for by an approval."""
    requests = select(tables.request.c.id).where(tables.request.c.key == key)
    if connection.execute(requests.limit(1)).first() is not None:
        return True
    return (
        connection.execute(select(approval.c.id).where(approval.c.key == key)).first() is not None
    )


def unanswered_approvals(connection: Connection, command: str) -> list[Approval]:
    """Read what was asked for and has no answer, for a command."""
    unanswered = approval_answer.c.approval_id.is_(None)
    return read_approvals(connection, approval.c.command == command, unanswered)


def identity_here(connection: Connection, system_user: str) -> str:
    """Give as whom this connection reads: the database user, or in a file the system's."""
    if not engines.on_server(connection):
        return system_user
    return str(connection.execute(select(func.session_user())).scalar_one())


def open_approvals(connection: Connection, today: date) -> list[Approval]:
    """Read what waits for an answer, and what was given and is not recorded yet."""
    unused = approval_use.c.request_id.is_(None)
    found = read_approvals(connection, unused)
    return [one for one in found if one.state(today) in {State.WAITING, State.GIVEN}]


def find_approval(connection: Connection, typed: str) -> Approval:
    """Find an approval by its code as typed. Raises `UnknownApproval`."""
    number = parse_number(typed, PREFIX)
    if number is None:
        raise UnknownApproval(f"{typed!r} is no approval's code.")
    found = read_approvals(connection, approval.c.id == number)
    if not found:
        raise UnknownApproval(f"There is no approval {approval_code(number)}.")
    return found[0]
