"""The test of a request against the approval rules, once its effect is planned.

It is asked of every write whose ledger has a rule, in the one place that stores receipts, so that
no command can go past it. What is refused is asked for by a second, small transaction.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from itertools import chain, count
from shlex import quote
from typing import Any, Final

from sqlalchemy import select

from ledger.approvals.approval import (
    APPROVAL_DAYS,
    Approval,
    ApprovalExpired,
    ApprovalForOtherEffect,
    ApprovalNeeded,
    State,
    approval_code,
    require_usable,
)
from ledger.approvals.effect import EffectDigest, bound_to
from ledger.approvals.lines import MOST_LINES, EntriesDigest, EntryTerms, entry_line
from ledger.approvals.rules import Deed, Need, RuleAct, deeds_of_draft, needed, totals
from ledger.approvals.standing import StandingApproval, covering
from ledger.core.errors import LedgerError, NotFound, RefusedByRule
from ledger.core.factors import Side
from ledger.core.quantity import Unit
from ledger.core.requests import NotApproved, Request
from ledger.journal.entries import WAITING, Draft
from ledger.journal.receipts import Receipt
from ledger.rates.rates import find_rate
from ledger.statements.findings import FindingEvent, finding_code
from ledger.store.approvals import (
    approvals_for,
    is_key_known,
    read_rules,
    read_standing,
    unanswered_approvals,
)
from ledger.store.db import tables
from ledger.store.db.approval_tables import approval, approval_rule, approval_use
from ledger.store.registers import STORED_REGISTERS
from ledger.store.session.unit_of_work import UnitOfWork

ASKING: Final = "approval ask"
"""The command that a waiting approval is recorded under."""

AT_NIGHT: Final = "reconcile"
"""The command that a night's requests are recorded under; a night asks for nothing."""

_OF_KIND: Final = {
    "provider": RuleAct.PROVIDER,
    "restriction": RuleAct.RESTRICTION,
    "exemption": RuleAct.EXEMPTION,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """An approval to be asked for, for a request that was rolled back without it.

    `key` is None where none was given: the request then goes by the code of its approval.
    """

    key: str | None
    command: str
    effect: str
    rules: tuple[str, ...]
    lines: tuple[str, ...]
    on: date | None


def identity_of_writer(uow: UnitOfWork) -> str:
    """Give as whom the request is made: the database user, else the system's."""
    return uow.start.database_user or uow.request.system_user


def require_approved(uow: UnitOfWork, receipt: Receipt) -> Receipt:
    """Refuse a request that needs an approval it does not have; else record by which it is made.

    A dry run is told so by a note; one of a night is refused, as the night would be. Raises
    `ApprovalNeeded` and the other refusals of approvals.
    """
    needs = needed(read_rules(uow.connection, uow.units), [*_deeds(uow)], _rate_of(uow))
    if not needs:
        _require_own_key(uow)
        return receipt
    if uow.request.dry_run and uow.request.command != AT_NIGHT:
        noted = len(uow.notes)
        uow.note("approval-needed", f"another person has to approve this: {_reasons(needs)}")
        return replace(receipt, notes=(*receipt.notes, *[*uow.notes][noted:]))
    _require_one(uow, receipt, needs)
    return receipt


def _require_own_key(uow: UnitOfWork) -> None:
    """Refuse another act under the key of one that waits for an approval, or has it.

    What was approved could not be recorded any more. Raises `ApprovalForOtherEffect`.
    """
    if uow.request.key is None:
        return
    known = [one for one in approvals_for(uow.connection, uow.key) if not one.is_used]
    if not known or bound_to(uow.key, _effect(uow)) in {one.effect_hash for one in known}:
        return
    raise _is_key_of(known[-1])


def _is_key_of(approval_: Approval) -> ApprovalForOtherEffect:
    return ApprovalForOtherEffect(
        f"The key {approval_.key} is that of {approval_.code}, which was asked for by "
        f"{approval_.asked_by}.",
        next_step="Repeat the command with another --key, or without one.",
    )


def _reasons(needs: list[Need]) -> str:
    return "; ".join(one.why for one in needs)


def _require_one(uow: UnitOfWork, receipt: Receipt, needs: list[Need]) -> None:
    if uow.request.command == AT_NIGHT and (standing := _standing(uow)) is not None:
        uow.add_rows(approval_use, [{"approval_id": None, "standing": standing.number}])
        return
    effect = _effect(uow)
    known = approvals_for(uow.connection, uow.key)
    same = [one for one in known if one.effect_hash == bound_to(uow.key, effect)]
    if same:
        try:
            require_usable(same[-1], identity_of_writer(uow), uow.today)
        except ApprovalExpired as error:
            raise _not_approved(uow, receipt, needs, effect, error) from error
        uow.add_rows(approval_use, [{"approval_id": same[-1].id, "standing": None}])
        return
    unused = [one for one in known if not one.is_used]
    if unused and unused[-1].asked_by != identity_of_writer(uow):
        raise _is_key_of(unused[-1])
    if known:
        refusal: RefusedByRule = ApprovalForOtherEffect(
            f"{known[-1].code} was asked for under this key, for something else than this would "
            "record now."
        )
    else:
        why = f"{_capitalised(_reasons(needs))}."
        refusal = ApprovalNeeded("This needs an approval by another person.", why=why)
    raise _not_approved(uow, receipt, needs, effect, refusal)


def _standing(uow: UnitOfWork) -> StandingApproval | None:
    """Give the standing approval that covers what a night records of one provider, if one does."""
    deals = {draft.deal for draft in uow.drafts}
    if None in deals:
        return None
    offers = {uow.accounts.deal(str(deal)).record.offer for deal in deals}
    providers = {uow.accounts.account(Side.OFFER, offer).record.provider for offer in offers}
    if len(providers) != 1:
        return None
    (provider,) = providers
    return covering(
        read_standing(uow.connection, uow.units, provider),
        provider,
        [*_deeds(uow)],
        identity_of_writer(uow),
        uow.today,
        _rate_of(uow),
    )


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]


def _not_approved(
    uow: UnitOfWork, receipt: Receipt, needs: list[Need], effect: str, refusal: RefusedByRule
) -> Exception:
    """Give what ends the write: with the approval to be asked for, which a night never asks for."""
    if uow.request.command == AT_NIGHT:
        return refusal
    dated = any(draft.details.effective_on == uow.day for draft in uow.drafts)
    asked = Asked(
        key=uow.request.key,
        command=uow.request.command,
        effect=effect,
        rules=tuple(dict.fromkeys(one.rule for one in needs)),
        lines=(*_head(uow), *_few([*_lines(uow, receipt)]), *_all_entries(uow)),
        on=uow.day if dated and uow.request.on is None else None,
    )
    return NotApproved(refusal, asked)


def ask(uow: UnitOfWork, asked: Asked) -> Receipt:
    """Record that an approval waits for an answer, once for the same effect of the same asker."""
    waiting = _waiting(uow, asked)
    if waiting is not None:
        return uow.receipt(recorded={"approval": waiting.code, "key": waiting.key})
    (identity,) = uow.new_ids(approval, 1)
    key = asked.key or _free_key(uow, approval_code(identity))
    row = {
        "id": identity,
        "key": key,
        "command": asked.command,
        "effect_hash": bound_to(key, asked.effect),
        "rules": asked.rules,
        "lines": json.dumps(asked.lines, ensure_ascii=False),
        "expires_on": uow.today + timedelta(days=APPROVAL_DAYS),
        "recorded_at": uow.now,
    }
    uow.add_rows(approval, [row])
    return uow.receipt(recorded={"approval": approval_code(identity), "key": key})


def _free_key(uow: UnitOfWork, code: str) -> str:
    """Give the key of a request that has none: the code of its approval, or the next one free."""
    keys = chain((code,), (f"{code}-{number}" for number in count(2)))
    return next(key for key in keys if not is_key_known(uow.connection, key))


def _waiting(uow: UnitOfWork, asked: Asked) -> Approval | None:
    """Give what was asked for already and waits, for the same effect and under the same key."""
    unanswered = unanswered_approvals(uow.connection, asked.command)
    for one in unanswered:
        is_key = one.key == asked.key if asked.key else one.has_own_key
        is_same = one.effect_hash == bound_to(one.key, asked.effect)
        is_mine = one.asked_by == identity_of_writer(uow)
        if is_key and is_same and is_mine and one.state(uow.today) is State.WAITING:
            return one
    return None


def request_to_ask(request: Request, asked: Asked) -> Request:
    """Give the request under which an approval is asked for."""
    given = {"command": asked.command, "key": asked.key, "effect": asked.effect}
    return replace(request, command=ASKING, given=given, key=None, on=None, reason=None)


def refused_with(refusal: RefusedByRule, asked: Asked, recorded: Mapping[str, str]) -> LedgerError:
    """Give the refusal with what to do: who approves it, and how it is repeated."""
    code, key = recorded["approval"], quote(recorded["key"])
    on = "" if asked.on is None else f" --on {asked.on}"
    return refusal.with_next(
        f"{code} waits for another person: cityfund approval give {code}. Then repeat the command "
        f"with --key {key}{on}"
    )


def _deeds(uow: UnitOfWork) -> Iterator[Deed]:
    """Give what the request does that a rule can be for."""
    at_night = uow.request.command == AT_NIGHT
    for draft in uow.drafts:
        yield from deeds_of_draft(draft, uow.units.__getitem__, at_night=at_night)
    for change in uow.changes:
        if change.kind in _OF_KIND and (change.kind != "provider" or change.version > 1):
            yield Deed(_OF_KIND[change.kind], uow.day)
    if uow.rows_written[approval_rule.name]:
        yield Deed(RuleAct.RULE, uow.day)
    if uow.rows_written[tables.erasure.name]:
        yield Deed(RuleAct.ERASE, uow.day)
    if _resolved(uow):
        yield Deed(RuleAct.RESOLVE, uow.day)


def _resolved(uow: UnitOfWork) -> list[tuple[int, str | None]]:
    """Give the findings that this request resolves, with the reason."""
    if not uow.rows_written["finding_event"]:
        return []
    from ledger.store.db.night_tables import finding_event  # noqa: PLC0415 - few requests do

    uow.flush_registers()
    event = finding_event.c
    query = select(event.finding_id, event.reason).where(
        event.request_id == uow.request_id, event.event == FindingEvent.RESOLVED
    )
    return [(row.finding_id, row.reason) for row in uow.connection.execute(query)]


def _rate_of(uow: UnitOfWork) -> Callable[[Unit, Unit, date], Fraction | None]:
    def rate_of(unit: Unit, other: Unit, day: date) -> Fraction | None:
        found = find_rate(uow.rates, unit.code, other.code, day)
        if found is None:
            return None
        return found.rate * Fraction(10) ** (other.decimals - unit.decimals)

    return rate_of


def _effect(uow: UnitOfWork) -> str:
    request = uow.request
    digest = EffectDigest(request.command, uow.changes)
    given = {name: value for name, value in request.given.items() if name != "on"}
    digest.add_rows("given", [given])
    for draft in uow.drafts:
        digest.add_draft(draft)
    for side, code, version in sorted(_bases(uow)):
        digest.add_basis(side, code, version)
    for change in uow.changes:
        digest.add_change(change, _terms(uow, change.kind, change.code))
    digest.add_rows("count", [dict(uow.rows_written)])
    return digest.hex()


def _bases(uow: UnitOfWork) -> set[tuple[str, str, int]]:
    """Give the versions of the needs, offers and deals that the entries move."""
    found = set()
    for draft in uow.drafts:
        for one in draft.movements:
            account = uow.accounts.account(one.side, one.account)
            found.add((one.side.value, account.code, account.version))
        if draft.deal is not None:
            deal = uow.accounts.deal(draft.deal)
            found.add(("deal", deal.code, deal.version))
    return found


def _terms(uow: UnitOfWork, kind: str, code: str) -> dict[str, Any] | None:
    """Give the terms of a record as the request leaves them; None where it has none to show."""
    if kind not in STORED_REGISTERS:
        return None
    try:
        return asdict(uow.record(kind, code))
    except NotFound:  # hidden by this request
        return None


def _few(lines: list[str]) -> list[str]:
    if len(lines) <= MOST_LINES:
        return lines
    return [*lines[:MOST_LINES], f"and {len(lines) - MOST_LINES} lines more"]


def _head(uow: UnitOfWork) -> Iterator[str]:
    """Describe the command with its reason, and how much it does in all of what rules are for."""
    typed = ", ".join(f"{name} {_shown(value)}" for name, value in uow.request.given.items())
    yield f"{uow.request.command}: {typed}" if typed else uow.request.command
    if uow.request.reason and "reason" not in uow.request.given:
        yield f"reason: {uow.request.reason}"
    yield from totals(_deeds(uow))


def _lines(uow: UnitOfWork, receipt: Receipt) -> Iterator[str]:
    """Describe what the request would record, one by one, for who approves it."""
    for draft in uow.drafts:
        yield _line_of(uow, draft)
    for change in uow.changes:
        yield f"{change.kind} {change.code}, version {change.version}"
    for name, (before, after) in (receipt.changes or {}).items():
        yield f"{name}: {before} → {after}"
    for name, value in (receipt.recorded or {}).items():
        if not uow.drafts and not uow.changes:
            yield f"{name}: {value}"
    for identity, reason in _resolved(uow):
        yield f"finding {finding_code(identity)} resolved: {reason}"


def _shown(value: object) -> str:
    return "; ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def _line_of(uow: UnitOfWork, draft: Draft) -> str:
    return entry_line(_terms_of(draft), uow.units.__getitem__)


def _all_entries(uow: UnitOfWork) -> Iterator[str]:
    """Give the line that stands for all entries, where more would be recorded than are shown."""
    if len(uow.drafts) <= MOST_LINES:
        return
    digest = EntriesDigest()
    opened = {one.code for one in uow.changes if one.kind == "deal" and one.version == 1}
    for draft in uow.drafts:
        introduces = draft.deal in opened
        here = draft.reverses is not None and draft.reverses >= WAITING
        digest.add(_terms_of(draft), introduces=introduces, reverses_here=here)
    yield digest.line


def _terms_of(draft: Draft) -> EntryTerms:
    return EntryTerms(
        act=draft.act,
        movements=draft.movements,
        deal=draft.deal,
        effective_on=draft.details.effective_on,
        reverses=draft.reverses,
        override=draft.details.override,
    )
