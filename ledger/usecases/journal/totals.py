"""Post what changes a total so that the totals stated for other days stay.

A total of a past day, and a reversal of one, change every later day. Where another total was stated
for a later day, the same request posts the compensating change there.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from ledger.core.dates import FutureDate
from ledger.core.factors import Side, Stage
from ledger.core.quantity import MAX_AMOUNT, format_quantity
from ledger.core.quantity_errors import QuantityTooLarge
from ledger.journal import moves
from ledger.journal.entries import (
    WAITING,
    Act,
    ActDetails,
    Draft,
    Movement,
    Posted,
    changes_a_total,
)
from ledger.journal.totals import (
    DatedChange,
    TotalChange,
    compensating_changes,
    in_force_on,
    lasting,
    stated_totals,
    total_left,
    total_on,
)
from ledger.store.journal.accounts import Account
from ledger.store.journal.entries import read_total_changes
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.usecases.journal.posting import post


@dataclass(frozen=True, slots=True, kw_only=True)
class Reversal:
    """An entry about to be reversed: the movements that do it, and its details."""

    posted: Posted
    movements: tuple[Movement, ...]
    details: ActDetails


@dataclass(frozen=True, slots=True, kw_only=True)
class TotalOfDay:
    """A total about to be stated of a need or an offer, zero for unknown."""

    account: Account
    total: int
    act: Act
    details: ActDetails


@dataclass(slots=True)
class _Plan:
    """What is posted around some reversals and a total of a day.

    `compensating` are the changes that keep other totals; `stated` the totals in the end, by the
    code of the need or offer; `left` the total that each reversal states, by the number of what it
    reverses; `change` what the total of the day changes it by.
    """

    compensating: list[tuple[Account, DatedChange]] = field(default_factory=list)
    stated: dict[str, list[TotalChange]] = field(default_factory=dict)
    left: dict[int, int | None] = field(default_factory=dict)
    change: int = 0


TakeBack = Callable[[UnitOfWork, Reversal, int | None], None]
"""Posts one reversal, with the total that it states."""


def post_compensated(
    uow: UnitOfWork,
    reversals: Sequence[Reversal] = (),
    take_back: TakeBack | None = None,
    stated: TotalOfDay | None = None,
    *,
    compensates: bool = True,
) -> int | None:
    """Post reversals, in their order, and a total of a day, with the compensating changes.

    What adds is posted first, so that in recorded order nothing is missing in between. Return the
    place of the stated total among the entries posted; None where the day has that total, so that
    there is nothing to post for it. Without `compensates` the caller posts what compensates.
    """
    place: int | None = None
    plan = _plan(uow, reversals, stated)
    if not compensates:
        plan.compensating.clear()
    _require_past(uow, plan, {one.details.effective_on for one in reversals})
    _require_room(plan, stated)
    _note_compensated(uow, plan)
    if stated is not None and plan.change > 0:
        place = _post_stated(uow, stated, plan.change)
    _post_compensating(uow, [one for one in plan.compensating if one[1].change > 0])
    for one in reversals:
        assert take_back is not None
        take_back(uow, one, plan.left.get(one.posted.number))
    if stated is not None and plan.change < 0:
        place = _post_stated(uow, stated, plan.change)
    _post_compensating(uow, [one for one in plan.compensating if one[1].change < 0])
    return place


def state_total(uow: UnitOfWork, stated: TotalOfDay) -> int | None:
    """Post a total of a day; return its place among the entries posted.

    None where the day has that total already.
    """
    day, account = stated.details.effective_on, stated.account
    if account.is_late(day):
        return post_compensated(uow, stated=stated)
    change = stated.total - account.balance.required
    return _post_stated(uow, stated, change) if change else None


def lower_between(
    uow: UnitOfWork, account: Account, total: int, details: ActDetails, until: date
) -> None:
    """Post a lower total of a day that counts until a later one; from then on it is as before.

    What adds is posted first, as it may be placed from the later day on. No other total is stated
    in between.
    """
    changes = total_changes(uow, account)
    fall, former = total_on(changes, details.effective_on) - total, total_on(changes, until)
    later = replace(details, effective_on=until)
    for stated, change, details_of in ((former, fall, later), (total, -fall, details)):
        movements = movements_of_change(account, change)
        post(uow, Draft(act=Act.REVISE, movements=movements, details=details_of, total=stated))


def _post_stated(uow: UnitOfWork, stated: TotalOfDay, change: int) -> int:
    movements = movements_of_change(stated.account, change)
    draft = Draft(act=stated.act, movements=movements, details=stated.details, total=stated.total)
    post(uow, draft)
    return uow.posted - 1


def _post_compensating(
    uow: UnitOfWork, compensating: Iterable[tuple[Account, DatedChange]]
) -> None:
    for account, (day, change) in compensating:
        details = ActDetails(effective_on=day, reason=uow.request.reason)
        movements = movements_of_change(account, change)
        post(uow, Draft(act=Act.REVISE, movements=movements, details=details))


def _plan(uow: UnitOfWork, reversals: Iterable[Reversal], stated: TotalOfDay | None) -> _Plan:
    plan = _Plan()
    by_account: dict[tuple[Side, str], list[Reversal]] = {}
    if stated is not None:
        by_account[stated.account.side, stated.account.code] = []
    for one in reversals:
        if changes_a_total(one.movements):
            first = one.movements[0]
            by_account.setdefault((first.side, first.account), []).append(one)
    for (side, code), own in by_account.items():
        account = uow.accounts.account(side, code)
        of_day = stated if stated is not None and stated.account is account else None
        _plan_account(uow, plan, account, own, of_day)
    return plan


def _plan_account(
    uow: UnitOfWork,
    plan: _Plan,
    account: Account,
    reversals: Sequence[Reversal],
    stated: TotalOfDay | None,
) -> None:
    before = total_changes(uow, account)
    after = [*before]
    for one in reversals:
        change = _change(uow, one.details.effective_on, after, one)
        plan.left[one.posted.number] = change.total
        after.append(change)
    without = after
    if stated is not None:
        day = stated.details.effective_on
        change = TotalChange(
            number=_next_number(after), effective_on=day, recorded_at=uow.now, total=stated.total
        )
        after = [*after, change]
    compensating = compensating_changes(before, after)
    if stated is not None:
        compensating = _take_out(
            plan, compensating, stated.total, stated.details.effective_on, before, without
        )
    plan.compensating += [(account, change) for change in compensating]
    plan.stated[account.code] = stated_totals(after)


def total_changes(uow: UnitOfWork, account: Account) -> list[TotalChange]:
    """Return the changes of a need's or an offer's total, those of this request included."""
    changes = read_total_changes(uow.connection, account.id)
    for one in uow.accounts.posted(account):
        change = -one.change_of(Stage.UNDECLARED)
        if change:
            draft = uow.drafts[one.number - WAITING]
            changes.append(
                TotalChange(
                    number=one.number,
                    effective_on=one.effective_on,
                    recorded_at=uow.now,
                    reverses=draft.reverses,
                    change=change,
                    total=draft.total,
                )
            )
    return changes


def _change(
    uow: UnitOfWork, day: date, changes: Sequence[TotalChange], reversal: Reversal
) -> TotalChange:
    number = reversal.posted.number
    target = next(one for one in changes if one.number == number)
    return TotalChange(
        number=_next_number(changes),
        effective_on=day,
        recorded_at=uow.now,
        reverses=number,
        change=-target.change,
        total=total_left(changes, target, day),
    )


def _next_number(changes: Iterable[TotalChange]) -> int:
    return max((one.number for one in changes), default=0) + 1


def _take_out(
    plan: _Plan,
    compensating: Sequence[DatedChange],
    total: int,
    day: date,
    before: Sequence[TotalChange],
    without: Sequence[TotalChange],
) -> list[DatedChange]:
    """Let the change of the day be that of the total stated; return the others.

    Where the reversals leave that day its total, the total stated changes what it would be if all
    others stayed, and a compensating change takes that back.
    """
    of_day = sum(one.change for one in compensating if one.effective_on == day)
    others = [one for one in compensating if one.effective_on != day]
    plan.change = of_day
    if not of_day:
        back = compensating_changes(before, without)
        reversed_ = total_on(without, day) + sum(one.change for one in back if one[0] <= day)
        plan.change = total - reversed_
        others += [DatedChange(day, -plan.change)] if plan.change else []
    return others


def _require_past(uow: UnitOfWork, plan: _Plan, reversed_on: Collection[date]) -> None:
    """Refuse to compensate on a day to come: only a clock that ran ahead has dated a total so.

    On a day on which this request reverses something it may.
    """
    for account, (day, _) in plan.compensating:
        if day <= uow.today or day in reversed_on:
            continue
        ahead = [
            one.number for one in lasting(total_changes(uow, account)) if one.effective_on == day
        ]
        raise FutureDate(
            f"The total of {account.side} {account.code} was changed by entry {ahead[-1]}, dated "
            f"{day}; today is {uow.today}.",
            why="A clock ran ahead then. An earlier total would be compensated for on that day, "
            "and nothing is dated in the future.",
            next_step="Reverse it first, and then repeat this: "
            f"cityfund journal reverse {ahead[-1]} --on {day} --reason TEXT",
        )


def _note_compensated(uow: UnitOfWork, plan: _Plan) -> None:
    for account, (day, _) in plan.compensating:
        one = in_force_on(plan.stated[account.code], day)
        if one is None:
            continue
        total = f"of {format_quantity(one.total, account.unit)}" if one.total else "unknown"
        uow.note(
            "later-total-kept",
            f"the total {total} from {one.effective_on} on stays: the compensating change is dated "
            f"{day}",
        )


def movements_of_change(account: Account, change: int) -> moves.Movements:
    """Return the movement that changes a total; a decrease takes only the free stage."""
    if change > 0:
        return moves.declaration_movements(account.side, account.code, account.unit, change)
    return moves.revision_movements(account.balance, account.balance.required + change)


def _require_room(plan: _Plan, stated: TotalOfDay | None) -> None:
    """Refuse increases that decreases follow, if all of them do not fit in between."""
    changes = [(account, one.change) for account, one in plan.compensating]
    if stated is not None:
        changes.append((stated.account, plan.change))
    for account in {one.code: one for one, _ in changes}.values():
        added = sum(change for one, change in changes if one is account and change > 0)
        if account.balance.free + added > MAX_AMOUNT:
            between = format_quantity(account.balance.free + added, account.unit)
            raise QuantityTooLarge(
                f"{account.side.capitalize()} {account.code} would have {between} before the "
                f"compensating change.",
                next_step="Give a smaller total, or lower the later totals first.",
            )
