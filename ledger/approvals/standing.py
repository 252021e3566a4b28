"""Standing approvals: what the nightly run may record of a provider's deliveries without asking.

One names a provider, an amount for all that is recorded by it together, and a last day. It covers
what another identity than its giver's records, money in other currencies at the rate of the day,
each currency's sum rounded up; without a rate it covers nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from ledger.approvals.rules import Deed, RateOf, RuleAct, total_in
from ledger.core.errors import InvalidInput, NotFound, RefusedByRule
from ledger.core.quantity import Unit

PREFIX: Final = "SA-"
"""How the codes of standing approvals begin."""

_COVERED: Final = frozenset({RuleAct.DELIVER, RuleAct.POST})


class BadStandingApproval(InvalidInput, code="bad-standing-approval"):
    """A standing approval has a last day that is past."""

    default_why = "It covers deliveries from now on."
    default_next = "See what it is made of: cityfund approval standing add --help"


class UnknownStandingApproval(NotFound, code="unknown-standing-approval"):
    """There is no standing approval of that code."""

    default_why = "Standing approvals are numbered SA-0001, SA-0002 as they are given."
    default_next = "List them with: cityfund approval standing list --all"


class StandingApprovalEnded(RefusedByRule, code="standing-approval-ended"):
    """A standing approval to be ended is not in force any more."""

    default_why = "It is ended once; what is needed again is a new one."
    default_next = "List those in force with: cityfund approval standing list"


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingApproval:
    """One standing approval. `amount` is in the smallest part of `unit`, `used` what it covered."""

    number: int
    provider: str
    amount: int
    unit: Unit
    until: date
    given_by: str
    in_force: bool = True
    used: tuple[Deed, ...] = ()

    @property
    def code(self) -> str:
        """Give the code it goes by: SA-0001."""
        return standing_code(self.number)

    def covers(
        self, provider: str, deeds: Sequence[Deed], identity: str, today: date, rate_of: RateOf
    ) -> bool:
        """Say whether deliveries of a provider, recorded by an identity today, are covered."""
        if not self.in_force or provider != self.provider or today > self.until:
            return False
        if identity == self.given_by or not {deed.act for deed in deeds} <= _COVERED:
            return False
        delivered = [deed for deed in deeds if deed.act is RuleAct.DELIVER]
        total = total_in(self.unit, [*self.used, *delivered], rate_of)
        return total is not None and total <= self.amount


def standing_code(number: int) -> str:
    """Give the code of a standing approval's number."""
    return f"{PREFIX}{number:04d}"


def covering(
    approvals: Iterable[StandingApproval],
    provider: str,
    deeds: Sequence[Deed],
    identity: str,
    today: date,
    rate_of: RateOf,
) -> StandingApproval | None:
    """Give the first standing approval that covers deliveries; None where none does."""
    return next(
        (one for one in approvals if one.covers(provider, deeds, identity, today, rate_of)), None
    )
