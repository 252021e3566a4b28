"""Post imported acts by the rules of an officer's acts, on the dates of the rows.

A row with a sequence is history of another ledger and was checked there under the terms of its
day. Where today's terms would refuse it, the act is posted with an override that says so.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from ledger.core.errors import RefusedByRule
from ledger.core.factors import FREE_STAGE, Side, Stage
from ledger.core.quantity import Quantity, format_quantity
from ledger.core.text import counted
from ledger.interchange.records import ChangeRow, DealActRow
from ledger.journal import moves
from ledger.journal.entries import Act, ActDetails, Draft, Posted, changes_a_total
from ledger.journal.totals import stated_totals
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.usecases.deals import acts
from ledger.usecases.deals.acts import DealAct, Introduction
from ledger.usecases.deals.correction import Correction, NewDay, correct_with_days
from ledger.usecases.deals.lapsed_holds import lapse_after
from ledger.usecases.journal.posting import post
from ledger.usecases.journal.reversal import reverse_posted
from ledger.usecases.journal.totals import TotalOfDay, state_total, total_changes
from ledger.usecases.registers.quantities import balance_on, expire_offer

BEFORE_IMPORT = "dated before its import: the terms of its day are not known, and were not tested"
HISTORY_OVERRIDE = "recorded in the ledger this was exported from, under the terms of its day"


class OfferQuantityDiffers(RefusedByRule, code="offer-quantity-differs"):
    """A row gives another quantity of the offer than its deal's rate and stages do."""

    default_why = "A part moves the offer's side by the rate of its deal, rounded to whole parts."
    default_next = "Correct the quantity of the offer, or leave it out."


class HistoryImporter:
    """Posts imported acts, remembering the number each row's sequence was given here."""

    def __init__(self, uow: UnitOfWork) -> None:
        """Post within this unit of work."""
        self._uow = uow
        self._posted: dict[int, Posted] = {}
        self._untested = 0
        self._days: dict[int, NewDay] = {}
        self._corrected: frozenset[int] = frozenset()

    def post_act(self, row: DealActRow) -> None:
        """Post one act of a deal; its first one opens the deal."""
        if row.act is Act.REVERSE:
            self._reverse(row, row.passed_to)
        elif row.offer_quantity is None or row.sequence is not None:
            self._post_deal_act(row)
        else:
            with self._uow.undone_on_refusal():
                self._post_deal_act(row)
                self._require_offer_quantity(row.offer_quantity, row.offer)
        self._remember(row)

    def _post_deal_act(self, row: DealActRow) -> None:
        if row.act is Act.INTRODUCE or (row.act is Act.COMMIT and not self._holds(row)):
            self._hold(row)
        else:
            self._advance(row)

    def _require_offer_quantity(self, quantity: Decimal, offer: str) -> None:
        """Refuse an act whose quantity of the offer is not what was posted for it."""
        posted = self._uow.last_posted
        assert posted is not None
        unit = self._uow.accounts.account(Side.OFFER, offer).unit
        moved = (one for one in posted.movements if one.side is Side.OFFER and one.deal)
        amount = sum(one.amount for one in moved)
        if amount != Fraction(quantity) * 10**unit.decimals:
            raise OfferQuantityDiffers(
                f"The offer's side of this act is {format_quantity(amount, unit)}, "
                f"not {quantity:f} {unit.code}."
            )

    def _holds(self, row: DealActRow) -> bool:
        """Say whether the deal holds something that a commitment can draw on."""
        deal = self._uow.accounts.known_deal(row.code)
        if deal is None:
            return False
        held = bool(deal.stages[Side.NEED].get(Stage.HELD))
        return held or lapse_after(self._uow, deal, row.effective_on) is not None

    def _hold(self, row: DealActRow) -> None:
        need = self._uow.accounts.account(Side.NEED, row.need)
        introduction = Introduction(
            offer=row.offer,
            need=row.need,
            quantity=Quantity(row.amount, need.unit),
            details=self._untested_details(row),
            directly=row.act is Act.COMMIT,
            until=row.held_until,
            due_on=row.due_on,
            rate=row.rate,
            instrument=row.instrument,
            note=row.note,
            code=row.code,
            # History says whether there was one; elsewhere an empty cell leaves it to the offer.
            origin=row.origin or ("" if row.sequence is not None else None),
        )
        acts.hold(self._uow, introduction)
        self._count_untested()

    def _untested_details(self, row: DealActRow) -> ActDetails:
        """Give the details of an act with what stands for the terms of its day, where needed."""
        history = HISTORY_OVERRIDE if row.sequence is not None else None
        if history is None and row.effective_on < self._uow.today:
            history = BEFORE_IMPORT
        return _details_of(row, row.override or history)

    def _count_untested(self) -> None:
        details = self._uow.last_details
        self._untested += details is not None and details.override == BEFORE_IMPORT

    def note_untested(self) -> None:
        """Say how many acts are outside the terms of now, and were posted by their date."""
        if self._untested:
            acts = counted(self._untested, "act")
            text = f"dated before the import and outside the present terms: {acts}"
            self._uow.note("eligibility-not-tested", f"{text}; only the room for them was tested")

    def _advance(self, row: DealActRow) -> None:
        deal = self._uow.accounts.deal(row.code)
        need = self._uow.accounts.account(Side.NEED, deal.record.need)
        commits = row.act is Act.COMMIT
        act = DealAct(
            deal=deal.code,
            act=row.act,
            details=self._untested_details(row) if commits else _details_of(row),
            quantity=Quantity(row.amount, need.unit),
            from_stage=row.from_stage,
        )
        if row.act is Act.RELEASE and row.sequence is not None:
            acts.release_into(self._uow, act, row.passed_to)
        else:
            acts.advance(self._uow, act)
        if commits:
            self._count_untested()
        if row.due_on or row.not_before or row.note:
            self._uow.edit_deal(
                deal.code,
                due_on=row.due_on or deal.record.due_on,
                not_before=row.not_before or deal.record.not_before,
                note=row.note or deal.record.note,
            )

    def correct_declaration(self, side: Side, code: str, day: date, reason: str) -> None:
        """Correct the day of the first total of a need or an offer; a later one stays as it is."""
        account = self._uow.accounts.account(side, code)
        stated = stated_totals(total_changes(self._uow, account))
        if stated:
            self.correct_date(stated[0].number, day, reason)

    def expect_date(self, entry: int, day: date, reason: str) -> None:
        """Take the day that an act will be corrected to, be it with an earlier act."""
        self._days[entry] = NewDay(day, self._uow.request.reason or reason)

    def correct_date(self, entry: int, day: date, reason: str) -> None:
        """Correct the day of an act in the ledger, as an officer does, with a reason of its own.

        Acts that depend on it, and whose day is expected to change, are corrected with it.
        """
        if entry in self._corrected:
            return
        request = self._uow.request
        self._uow.request = replace(request, reason=request.reason or reason)
        try:
            _, corrected = correct_with_days(self._uow, entry, Correction(on=day), self._days)
            self._corrected |= corrected
        finally:
            self._uow.request = request

    def post_change(self, row: ChangeRow) -> None:
        """Post one act on a need's or an offer's own quantity."""
        if row.act is Act.REVERSE:
            self._reverse(row, None)
        elif row.act is Act.EXPIRE and row.sequence is None:
            offer = self._uow.accounts.account(row.side, row.code)
            expire_offer(self._uow, offer, row.effective_on, row.reference)
        else:
            self._post_change(row, self._change(row), _details_of(row))
        self._remember(row)

    def _post_change(self, row: ChangeRow, movements: moves.Movements, details: ActDetails) -> None:
        """Post a change with the total that its row states, else what its amount makes of its day.

        The later totals of a row that is no history stay.
        """
        account, total = self._uow.accounts.account(row.side, row.code), row.total
        states = changes_a_total(movements) and not row.compensating
        if states and total is None:
            total = balance_on(self._uow, account, row.effective_on).required + row.amount
        if states and total is not None and row.sequence is None:
            stated = TotalOfDay(account=account, total=total, act=row.act, details=details)
            state_total(self._uow, stated)
            return
        post(self._uow, Draft(act=row.act, movements=movements, details=details, total=total))

    def _change(self, row: ChangeRow) -> moves.Movements:
        account = self._uow.accounts.account(row.side, row.code)
        free = FREE_STAGE[row.side]
        match row.act:
            case Act.DECLARE:
                return moves.declaration_movements(row.side, row.code, account.unit, row.amount)
            case Act.REVISE:
                return moves.revision_movements(
                    account.balance, account.balance.required + row.amount
                )
            case Act.WITHDRAW:
                return moves.stage_movements(account.balance, free, Stage.WITHDRAWN, row.amount)
            case Act.EXPIRE:
                return moves.stage_movements(account.balance, free, Stage.EXPIRED, row.amount)
            case _:
                source = row.from_stage or Stage.WITHDRAWN
                return moves.stage_movements(account.balance, source, free, row.amount)

    def _reverse(self, row: DealActRow | ChangeRow, passed_to: Stage | None) -> None:
        assert row.reverses is not None
        offers = {
            one.account: passed_to
            for one in self._posted[row.reverses].movements
            if one.side is Side.OFFER
        }
        posted, details = self._posted[row.reverses], _details_of(row)
        is_history = row.sequence is not None
        reverse_posted(self._uow, posted, details, offers, compensates=not is_history)

    def _remember(self, row: DealActRow | ChangeRow) -> None:
        if row.sequence is not None:
            posted = self._uow.last_posted
            assert posted is not None
            self._posted[row.sequence] = posted


def _details_of(row: DealActRow | ChangeRow, override: str | None = None) -> ActDetails:
    return ActDetails(
        effective_on=row.effective_on,
        reference=row.reference,
        reason=row.reason,
        override=override,
    )
