"""Add an approval rule, and end one; while there is one, both need an approval themselves."""

from __future__ import annotations

from ledger.approvals.rules import (
    CHOSEN,
    WITH_AMOUNT,
    ApprovalRule,
    ApprovalRuleEnded,
    ApprovalRuleExists,
    BadApprovalRule,
    RuleAct,
    UnknownApprovalRule,
    rule_code,
)
from ledger.core.quantity import format_quantity, parse_quantity
from ledger.core.suggest import did_you_mean
from ledger.journal.receipts import Receipt
from ledger.store.approvals import last_version, next_number, parse_rule_number, read_rules
from ledger.store.db.approval_tables import approval_rule
from ledger.store.session.unit_of_work import UnitOfWork


def add_rule(uow: UnitOfWork, typed_act: str, above: str | None) -> Receipt:
    """Add a rule for an act, from an amount on or for any.

    Raises `BadApprovalRule`, `ApprovalRuleExists`, and what a quantity that cannot be read raises.
    """
    act = _act(typed_act)
    quantity = None if above is None else parse_quantity(above, uow.units)
    if quantity is not None and act not in WITH_AMOUNT:
        raise BadApprovalRule(
            f"A rule for {act} has no amount.",
            why=f"Amounts have: {', '.join(sorted(WITH_AMOUNT))}.",
            next_step="Leave out --above.",
        )
    rule = ApprovalRule(
        number=next_number(uow.connection, approval_rule),
        act=act,
        amount=None if quantity is None else quantity.amount,
        unit=None if quantity is None else quantity.unit,
    )
    for one in read_rules(uow.connection, uow.units):
        if (one.act, one.amount, one.unit) == (rule.act, rule.amount, rule.unit):
            raise ApprovalRuleExists(f"{one.code} requires an approval for {one.sentence} already.")
    _store(uow, rule, version=1)
    uow.note("approval-rule", f"{rule.code}: {rule.sentence} need an approval by another person")
    recorded = {"approval_rule": rule.code, "act": act.value}
    if quantity is not None:
        recorded["above"] = format_quantity(quantity.amount, quantity.unit)
    return uow.receipt(recorded=recorded)


def end_rule(uow: UnitOfWork, typed: str) -> Receipt:
    """End a rule. Raises `UnknownApprovalRule` and `ApprovalRuleEnded`."""
    number = parse_rule_number(typed)
    last = last_version(uow.connection, approval_rule, number)
    if last is None:
        raise UnknownApprovalRule(f"There is no approval rule {rule_code(number)}.")
    if not last.in_force:
        raise ApprovalRuleEnded(f"{rule_code(number)} was ended already.")
    unit = None if last.unit is None else uow.units[last.unit]
    rule = ApprovalRule(number=number, act=last.act, amount=last.amount, unit=unit)
    _store(uow, rule, version=last.version + 1)
    uow.note("approval-rule", f"{rule.code}, {rule.sentence}, is ended")
    return uow.receipt(
        recorded={"approval_rule": rule.code}, changes={"status": ["in force", "ended"]}
    )


def _act(typed: str) -> RuleAct:
    word = typed.strip().lower()
    if word not in CHOSEN:
        raise BadApprovalRule(
            f"There is no approval rule for {typed!r}.",
            next_step=did_you_mean(word, CHOSEN) or None,
        )
    return RuleAct(word)


def _store(uow: UnitOfWork, rule: ApprovalRule, *, version: int) -> None:
    row = {
        "number": rule.number,
        "version": version,
        "act": rule.act,
        "amount": rule.amount,
        "unit": None if rule.unit is None else rule.unit.code,
        "in_force": version == 1,
        "reason": uow.request.reason,
        "recorded_at": uow.now,
    }
    uow.add_rows(approval_rule, [row])
