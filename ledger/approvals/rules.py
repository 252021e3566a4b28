"""Approval rules: which acts need an approval, from which amount on.

A rule names an act and may name an amount. What one request does of that act is added up, money
in other currencies at the rate of the act's day, each currency's sum rounded up; more than the
amount needs an approval. Without a rate it is not known to be less, so it needs one too. What
cannot be compared with the amount, such as days of work with euros, the rule does not concern.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from math import ceil
from typing import Final, NamedTuple

from ledger.core.errors import InvalidInput, NotFound, RefusedByRule
from ledger.core.factors import Side, Stage
from ledger.core.quantity import Unit, format_quantity
from ledger.journal.entries import Act, Draft, Movement

PREFIX: Final = "AR-"
"""How the codes of rules begin."""


class RuleAct(StrEnum):
    """What a rule can require an approval for; the last holds by itself while there is a rule."""

    COMMIT = "commit"
    DELIVER = "deliver"
    REVERSE = "reverse"
    OVERRIDE = "override"
    RESOLVE = "resolve-finding"
    POST = "post-deliveries"
    PROVIDER = "edit-provider"
    RESTRICTION = "restriction"
    EXEMPTION = "exemption"
    ERASE = "erase"
    RULE = "approval-rule"


WITH_AMOUNT: Final = frozenset(
    {RuleAct.COMMIT, RuleAct.DELIVER, RuleAct.REVERSE, RuleAct.OVERRIDE, RuleAct.POST}
)
"""The acts that move a quantity, so that a rule for them may name an amount."""

CHOSEN: Final = tuple(act for act in RuleAct if act is not RuleAct.RULE)
"""The acts that a rule can be added for."""

WORDS: Final = {
    RuleAct.COMMIT: "commitments",
    RuleAct.DELIVER: "deliveries",
    RuleAct.REVERSE: "reversals",
    RuleAct.OVERRIDE: "overrides",
    RuleAct.RESOLVE: "resolutions of findings",
    RuleAct.POST: "deliveries posted by the nightly run",
    RuleAct.PROVIDER: "edits of a provider",
    RuleAct.RESTRICTION: "restrictions",
    RuleAct.EXEMPTION: "exemptions",
    RuleAct.ERASE: "erasures",
    RuleAct.RULE: "changes of approval rules",
}


class BadApprovalRule(InvalidInput, code="bad-approval-rule"):
    """An approval rule names an act that there is none for, or an amount that it cannot have."""

    default_why = f"A rule is for one of: {', '.join(CHOSEN)}."
    default_next = "See what a rule is made of: cityfund approval rule add --help"


class UnknownApprovalRule(NotFound, code="unknown-approval-rule"):
    """There is no approval rule of that code."""

    default_why = "Rules are numbered AR-0001, AR-0002 as they are added."
    default_next = "List them with: cityfund approval rule list --all"


class ApprovalRuleEnded(RefusedByRule, code="approval-rule-ended"):
    """An approval rule to be ended is not in force any more."""

    default_why = "A rule is ended once; what is needed again is a new rule."
    default_next = "List those in force with: cityfund approval rule list"


class ApprovalRuleExists(RefusedByRule, code="approval-rule-exists"):
    """The same approval rule is in force already."""

    default_why = "Two rules for the same act and amount require one approval, as one does."
    default_next = "List those in force with: cityfund approval rule list"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalRule:
    """One rule in force. `amount` is in the smallest part of `unit`; None for any amount."""

    number: int
    act: RuleAct
    amount: int | None = None
    unit: Unit | None = None

    @property
    def code(self) -> str:
        """Give the code it goes by: AR-0001."""
        return rule_code(self.number)

    @property
    def sentence(self) -> str:
        """Describe what needs an approval by it."""
        above = ""
        if self.amount is not None and self.unit is not None:
            above = f" above {format_quantity(self.amount, self.unit)}"
        return f"{WORDS[self.act]}{above}"


def rule_code(number: int) -> str:
    """Give the code of a rule's number."""
    return f"{PREFIX}{number:04d}"


class Deed(NamedTuple):
    """One thing that a request does: which act, and how much of it on which day, if any."""

    act: RuleAct
    day: date
    unit: Unit | None = None
    amount: int = 0


class Need(NamedTuple):
    """A rule by which a request needs an approval, and why."""

    rule: str
    why: str


RateOf = Callable[[Unit, Unit, date], Fraction | None]
"""Gives the smallest parts of the second unit that one of the first is on a day."""


def needed(rules: Iterable[ApprovalRule], deeds: Sequence[Deed], rate_of: RateOf) -> list[Need]:
    """Give the rules by which the deeds of one request need an approval, with the reason of each.

    While there is a rule, a change of rules needs one.
    """
    found = []
    in_force = list(rules)
    for rule in in_force:
        own = [deed for deed in deeds if deed.act is rule.act]
        if own and (why := _why(rule, own, rate_of)) is not None:
            found.append(Need(rule.code, why))
    if in_force and any(deed.act is RuleAct.RULE for deed in deeds):
        code = min(in_force, key=lambda rule: rule.number).code
        found.append(Need(code, "changes of approval rules need an approval while there is a rule"))
    return found


def _why(rule: ApprovalRule, deeds: Sequence[Deed], rate_of: RateOf) -> str | None:
    need_one = f"{rule.sentence} need an approval by {rule.code}"
    if rule.amount is None or rule.unit is None:
        return need_one
    concerned = [one for one in deeds if one.unit and _is_comparable(rule.unit, one.unit)]
    total = total_in(rule.unit, concerned, rate_of)
    if total is None:
        return (
            f"{need_one}, and there is no rate by which this could be compared with it: without a "
            "rate it is not known to be less"
        )
    if total <= rule.amount:
        return None
    return f"{need_one}, and this is {format_quantity(total, rule.unit)}"


def total_in(unit: Unit, deeds: Iterable[Deed], rate_of: RateOf) -> int | None:
    """Add up deeds in a unit, each other unit's sum of a day rounded up; None without a rate."""
    sums: dict[tuple[Unit, date], int] = defaultdict(int)
    for deed in deeds:
        if deed.unit is not None:
            sums[deed.unit, deed.day] += deed.amount
    total = 0
    for (other, day), amount in sums.items():
        rate = Fraction(1) if other.code == unit.code else rate_of(other, unit, day)
        if rate is None:
            return None
        total += ceil(amount * rate)
    return total


def totals(deeds: Iterable[Deed]) -> list[str]:
    """Describe what a request does of each act that a rule can be for, with its total in a unit.

    An approval shows these lines to who gives it, and the check compares them with the entries.
    """
    acts: dict[RuleAct, dict[Unit, int]] = {}
    for deed in deeds:
        sums = acts.setdefault(deed.act, {})
        if deed.unit is not None:
            sums[deed.unit] = sums.get(deed.unit, 0) + deed.amount
    return [
        line
        for act in sorted(acts)
        for line in (
            [
                f"{WORDS[act]}: {format_quantity(amount, unit)} in all"
                for unit, amount in sorted(acts[act].items(), key=lambda one: one[0].code)
            ]
            or [WORDS[act]]
        )
    ]


def _is_comparable(unit: Unit, other: Unit) -> bool:
    return unit.code == other.code or unit.kind == other.kind == "money"


def deeds_of_draft(
    draft: Draft, unit_of: Callable[[str], Unit], *, at_night: bool
) -> Iterator[Deed]:
    """Give what an entry does that a rule can be for, whatever its act is called.

    What a reversal of a reversal commits or delivers again counts as a commitment or a delivery.
    """
    yield from deeds_of_entry(
        draft.act,
        draft.details.effective_on,
        draft.movements,
        unit_of,
        is_override=draft.details.override is not None,
        at_night=at_night,
    )


def deeds_of_entry(
    act: Act,
    day: date,
    movements: Sequence[Movement],
    unit_of: Callable[[str], Unit],
    *,
    is_override: bool,
    at_night: bool,
) -> Iterator[Deed]:
    """Give what an entry with these terms does that a rule can be for."""
    sides = {one.side: one for one in reversed(movements)}
    moved = sides.get(Side.NEED) or next(iter(movements), None)
    if moved is None:
        return
    unit = unit_of(moved.unit)
    if moved.side is Side.NEED:
        for one in movements:
            if one.side is Side.NEED and (kind := _kind_of(one)) is not None:
                yield Deed(kind, day, unit, one.amount)
                if kind is RuleAct.DELIVER and at_night:
                    yield Deed(RuleAct.POST, day, unit, one.amount)
    if act is Act.REVERSE:
        yield Deed(RuleAct.REVERSE, day, unit, moved.amount)
    if is_override:
        yield Deed(RuleAct.OVERRIDE, day, unit, moved.amount)


def _kind_of(movement: Movement) -> RuleAct | None:
    if movement.to_stage is Stage.COMMITTED and movement.from_stage in {Stage.OPEN, Stage.HELD}:
        return RuleAct.COMMIT
    return RuleAct.DELIVER if movement.to_stage is Stage.DELIVERED else None
