"""The check of approvals: every request judged by the rules and the rates known then.

A rule counts for what was recorded after it, until it is ended. Where several write at once, a
request of the time in which a change of the rules may not have been visible passes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from itertools import chain
from typing import Final, NamedTuple

from ledger.approvals.approval import approval_code
from ledger.approvals.rules import (
    ApprovalRule,
    Deed,
    RuleAct,
    deeds_of_entry,
    needed,
    rule_code,
    totals,
)
from ledger.approvals.standing import StandingApproval
from ledger.checks.approved_lines import ApprovedLines, movements_of
from ledger.checks.journal_pass import JournalCheck
from ledger.checks.limits import RatesAt
from ledger.checks.mandate import LATE_BY, stored_day
from ledger.checks.result import CheckResult
from ledger.checks.rows import CheckContext, EntryRow, RunningBalances
from ledger.core.factors import Side
from ledger.core.quantity import Unit
from ledger.journal.entries import (
    CANONICAL_FORMAT,
    CHAINED_FORMAT,
    SALTED_FORMAT,
    Act,
    Movement,
)

AT_NIGHT: Final = "reconcile"

_WITHOUT_DIGEST: Final = frozenset({CANONICAL_FORMAT, SALTED_FORMAT, CHAINED_FORMAT})
"""The formats of requests whose approvals show no hash of all entries."""


class RuleRow(NamedTuple):
    """A rule with the request that added it, and the one that ended it, each with its moment."""

    number: int
    act: str
    amount: int | None
    unit: str | None
    added: tuple[int, int]
    ended: tuple[int, int] | None


class RequestRow(NamedTuple):
    """A request as far as approvals ask for it."""

    id: int
    key: str
    command: str
    identity: str
    recorded_at: int


class UseRow(NamedTuple):
    """By what a request was recorded: an approval with its answer, or a standing approval.

    `asked_format` is the format of the request that asked for the approval.
    """

    approval: int | None
    asked_format: int | None
    key: str | None
    command: str | None
    lines: str | None
    answer: str | None
    valid_until: str | None
    answered_by: str | None
    answered_in: int | None
    standing: int | None


class AnswerRow(NamedTuple):
    """An answer with who asked, and who answered."""

    approval: int
    asked_by: str
    answered_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalRows:
    """What is stored of approvals. `other_deeds` are those of requests beside their entries.

    `ended` are the standing approvals that were ended, each with the request and its moment, and
    `providers` those whose deliveries a request recorded by a standing approval.
    """

    rules: tuple[RuleRow, ...] = ()
    other_deeds: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    uses: Mapping[int, UseRow] = field(default_factory=dict)
    answers: tuple[AnswerRow, ...] = ()
    standing: Mapping[int, StandingApproval] = field(default_factory=dict)
    ended: Mapping[int, tuple[int, int]] = field(default_factory=dict)
    providers: Mapping[int, frozenset[str]] = field(default_factory=dict)
    requests: Callable[[Iterable[int]], Iterator[RequestRow]] = lambda _ids: iter(())


_Sums = dict[tuple[RuleAct, date, str], int]


def _faults_beforehand(
    request: RequestRow, given: StandingApproval, deeds: list[Deed], day: str
) -> Iterator[tuple[bool, str]]:
    is_delivery = {deed.act for deed in deeds} <= {RuleAct.DELIVER, RuleAct.POST}
    yield request.command != AT_NIGHT, "is for nights only"
    yield day > given.until.isoformat(), f"held until {given.until}"
    yield given.given_by == request.identity, "its own identity gave"
    yield not is_delivery, "is for deliveries only"


class Approvals(JournalCheck):
    """No request that needed an approval was recorded without one by another identity."""

    name = "approvals"

    def __init__(self, context: CheckContext, rows: ApprovalRows, rates_at: RatesAt) -> None:
        """Start with what is stored; without rules no entry is followed."""
        super().__init__(context)
        self._rows, self._rates_at = rows, rates_at
        self._first = min((rule.added[0] for rule in rows.rules), default=None)
        self._sums: defaultdict[int, _Sums] = defaultdict(dict)
        self._lines = ApprovedLines(context)

    def before(self, entry: EntryRow, balances: RunningBalances) -> None:
        """Add up what each request does."""
        if self._first is None or entry.request_id < self._first:
            return
        day = stored_day(entry.effective_on)
        if day is None:
            return
        try:
            act, movements = Act(entry.act), movements_of(entry, self.context)
        except (ValueError, KeyError):
            return  # other checks report it
        use = self._rows.uses.get(entry.request_id)
        if use is not None and use.approval is not None:
            deal = entry.deal_id
            is_new = deal is not None and not any(balances.of_deal(deal, side) for side in Side)
            self._lines.add(entry, day, act, movements, is_new_deal=is_new)
        sums = self._sums[entry.request_id]
        for deed in self._deeds(entry, day, act, movements):
            if deed.unit is not None:
                key = deed.act, deed.day, deed.unit.code
                sums[key] = sums.get(key, 0) + deed.amount

    def _deeds(
        self, entry: EntryRow, day: date, act: Act, movements: Sequence[Movement]
    ) -> Iterator[Deed]:
        return deeds_of_entry(
            act,
            day,
            movements,
            self.context.units.__getitem__,
            is_override=entry.override is not None,
            at_night=False,
        )

    def finish(self) -> CheckResult:
        """Judge each request, each answer, and what standing approvals covered."""
        for answer in self._rows.answers:
            self.report.examined += 1
            if answer.asked_by == answer.answered_by:
                code = approval_code(answer.approval)
                self.report.fail(f"{code} was answered by {answer.asked_by}, who asked for it")
        concerned = {
            *self._sums,
            *(one for one in self._rows.other_deeds if self._first is not None),
        }
        for request in self._rows.requests(sorted(concerned)):
            self.report.examined += 1
            self._judge(request)
        self._judge_totals()
        return self.report.result()

    def _judge(self, request: RequestRow) -> None:
        deeds = [*self._deeds_of(request)]
        rules = [*self._in_force(request)]
        needs = needed(rules, deeds, self._rate_of(request.recorded_at))
        if not needs:
            return
        use = self._rows.uses.get(request.id)
        wrong = "has no approval" if use is None else self._wrong(request, use, deeds)
        if wrong is not None:
            named = f"request {request.id} ({request.command})"
            self.report.fail(f"{named} {wrong}: {'; '.join(one.why for one in needs)}")

    def _deeds_of(self, request: RequestRow) -> Iterator[Deed]:
        for (act, day, unit), amount in self._sums.get(request.id, {}).items():
            yield Deed(act, day, self.context.units[unit], amount)
            if act is RuleAct.DELIVER and request.command == AT_NIGHT:
                yield Deed(RuleAct.POST, day, self.context.units[unit], amount)
        for other in self._rows.other_deeds.get(request.id, ()):
            yield Deed(RuleAct(other), date.min)

    def _in_force(self, request: RequestRow) -> Iterator[ApprovalRule]:
        """Give the rules that the request must have seen: in force before it began."""
        late_by = 0 if self.context.one_writer else LATE_BY
        for rule in self._rows.rules:
            if not self._is_past(rule.added, request) or self._is_ended(rule, request, late_by):
                continue
            unit = None if rule.unit is None else self.context.units.get(rule.unit)
            if rule.act in set(RuleAct):
                yield ApprovalRule(
                    number=rule.number, act=RuleAct(rule.act), amount=rule.amount, unit=unit
                )
            else:
                self.report.fail(f"{rule_code(rule.number)} is for {rule.act!r}, which is no act")

    @staticmethod
    def _is_ended(rule: RuleRow, request: RequestRow, late_by: int) -> bool:
        if rule.ended is None:
            return False
        number, moment = rule.ended
        return number < request.id or (moment - late_by < request.recorded_at and late_by > 0)

    def _wrong(self, request: RequestRow, use: UseRow, deeds: list[Deed]) -> str | None:
        """Say what is wrong with the approval that a request names; None where nothing is."""
        if use.standing is not None:
            given = self._rows.standing.get(use.standing)
            if given is None:
                return f"names standing approval {use.standing}, which is missing"
            day = self.context.day_of(request.recorded_at)
            code = given.code
            beforehand = _faults_beforehand(request, given, deeds, day)
            faults: Iterable[tuple[bool, str]] = chain(beforehand, self._faults_of(request, given))
        else:
            code, faults = approval_code(use.approval or 0), self._faults(request, use, deeds)
        fault = next((words for is_wrong, words in faults if is_wrong), None)
        return None if fault is None else f"names {code}, which {fault}"

    def _faults_of(
        self, request: RequestRow, given: StandingApproval
    ) -> Iterator[tuple[bool, str]]:
        """Say what is wrong with the provider, or the time, of what a standing approval covered."""
        others = self._rows.providers.get(request.id, frozenset()) - {given.provider}
        yield bool(others), f"is for {given.provider} and not for {', '.join(sorted(others))}"
        ended = self._rows.ended.get(given.number)
        yield ended is not None and self._is_past(ended, request), "had been ended"

    def _is_past(self, moment: tuple[int, int], request: RequestRow) -> bool:
        """Say whether a request must have seen what another one recorded."""
        number, recorded_at = moment
        late_by = 0 if self.context.one_writer else LATE_BY
        return number < request.id and recorded_at + late_by <= request.recorded_at

    def _faults(
        self, request: RequestRow, use: UseRow, deeds: list[Deed]
    ) -> Iterator[tuple[bool, str]]:
        is_later = use.answered_in is None or use.answered_in >= request.id
        day, until = self.context.day_of(request.recorded_at), use.valid_until
        yield use.answer != "given", "was not given"
        yield use.key != request.key, "was asked for under another key"
        yield use.command != request.command, "was asked for by another command"
        has_digest = use.asked_format not in _WITHOUT_DIGEST
        agrees = self._lines.agree(request.id, use.lines, totals(deeds), has_digest=has_digest)
        yield not agrees, "was given for something else"
        yield use.answered_by == request.identity, "its own identity gave"
        yield is_later and self.context.one_writer, "was given later"
        yield until is not None and day > until, f"was good until {until}"

    def _judge_totals(self) -> None:
        """Report standing approvals by which more was recorded than they cover, in their unit."""
        for given in self._rows.standing.values():
            self.report.examined += 1
            used = sum(one.amount for one in given.used if one.unit == given.unit)
            if used > given.amount:
                self.report.fail(f"{given.code} covers less than was recorded by it")

    def _rate_of(self, moment: int) -> Callable[[Unit, Unit, date], Fraction | None]:
        def rate_of(unit: Unit, other: Unit, day: date) -> Fraction | None:
            found = self._rates_at(day, moment)(unit.code, other.code)
            if found is None:
                return None
            return found.rate * Fraction(10) ** (other.decimals - unit.decimals)

        return rate_of
