"""The command that is suggested for a difference: it makes the ledger agree with the provider.

There is none where the statement is wrong, only its form differs, or the ledger would refuse the
command: an officer then resolves the finding with a reason.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from shlex import join

from ledger.core.factors import Side
from ledger.core.quantity import quantity_text
from ledger.core.text import normalised_code
from ledger.deals.deal import decimal_rate, offer_amount_to_hold
from ledger.statements.differences import Difference, FindingKind
from ledger.statements.facts import DealEntry, DealFacts, Lapse, LedgerFacts, act_key, amount_in
from ledger.statements.lines import LineKind, StatementLine


def suggested_command(
    provider: str, difference: Difference, facts: LedgerFacts, today: date
) -> str | None:
    """Return the suggested command of a difference; None if an officer has to judge."""
    if difference.doubtful:
        return None
    deal = facts.deal(difference.deal) if difference.deal else None
    match difference.kind:
        case FindingKind.MISSING:
            return _reversal(difference.entries[0], facts, provider)
        case FindingKind.AMOUNT:
            assert deal is not None
            return _Act(difference.lines[0], deal, facts, today).for_amount(difference.entries[0])
        case FindingKind.UNKNOWN if deal is not None:
            return _Act(difference.lines[0], deal, facts, today).for_line()
        case FindingKind.UNKNOWN if difference.other is None:
            return _new_deal(difference.lines[0], facts, today)
        case _:
            return None


def _reversal(entry: DealEntry, facts: LedgerFacts, provider: str) -> str | None:
    """Return the command that reverses an act, if what it moved is still where it moved it."""
    deal, amount = facts.deal_of(entry), abs(entry.need_amount)
    match entry.kind, entry.need_amount > 0:
        case LineKind.COMMITMENT, False:
            is_there = _are_free(deal, amount, facts)
        case LineKind.DELIVERY, True:
            is_there = deal.delivered >= amount
        case _:
            is_there = deal.committed >= amount
    reason = f"in no statement of {provider}"
    words = ("journal", "reverse", str(entry.number), "--reason", reason)
    return _command_line(*words) if is_there else None


class _Act:
    """The act on a deal that a line asks for, and the command that records it."""

    def __init__(
        self, line: StatementLine, deal: DealFacts, facts: LedgerFacts, today: date
    ) -> None:
        self._line, self._deal, self._facts = line, deal, facts
        self._day = min(line.day, today)

    def for_line(self) -> str | None:
        """Return the command that records the whole line."""
        return self._command(self._need_amount(self._line.amount), self._line.reference)

    def for_amount(self, entry: DealEntry) -> str | None:
        """Return the command that records what the line has more, or less, than an entry."""
        line = self._line
        ours = amount_in(entry, self._deal, line.unit.code)
        assert ours is not None
        same = line.reference_key is not None and entry.reference_key == line.reference_key
        return self._command(
            self._need_amount(line.amount - ours), line.reference if same else None
        )

    def _need_amount(self, amount: int) -> int:
        """Return an amount of the line in the need's unit, rounded to whole parts."""
        deal = self._deal
        if self._line.unit.code == deal.need_unit.code or not deal.is_cross_currency:
            return amount
        if self._line.unit.code != deal.offer_unit.code:
            return 0
        shift = deal.need_unit.decimals - deal.offer_unit.decimals
        return round(amount / deal.rate * Fraction(10) ** shift)

    def _command(self, amount: int, reference: str | None) -> str | None:
        deal = self._deal
        match self._line.kind, amount > 0:
            case _ if amount == 0:
                return None
            case LineKind.COMMITMENT, True:
                return self._commitment(amount, reference)
            case LineKind.DELIVERY, False:
                words, is_there = ["return", deal.code], deal.delivered >= -amount
            case kind, _:
                committed = self._facts.lowest_committed(deal, self._day)
                is_there = committed >= abs(amount)
                words = ["deliver" if kind is LineKind.DELIVERY else "release", deal.code]
        options = ["--committed"] if words[0] == "release" else []
        return self._recorded_by(words, amount, options, self._day, reference) if is_there else None

    def _commitment(self, amount: int, reference: str | None) -> str | None:
        """Return the command that commits an amount: of a hold, of a lapsed hold, or directly."""
        deal, day, facts = self._deal, self._day, self._facts
        lapses = [lapse for lapse in deal.lapses if lapse.day > day]
        in_time = deal.held_until is None or day <= deal.held_until
        restorable = _restorable(deal, lapses[0], facts) if lapses else 0
        if in_time and amount <= deal.held + restorable:
            return self._recorded_by(["commit", deal.code], amount, [], day, reference)
        terms = _terms_to_introduce(deal)
        if terms is None or not _are_free(deal, amount, facts):
            return None
        # What was on hold on the day is free from the day on which it lapsed.
        day = max([day, *(lapse.day for lapse in lapses)])
        words = ["introduce", deal.offer, deal.need]
        return self._recorded_by(words, amount, ["--commit", *terms], day, reference)

    def _recorded_by(
        self, words: list[str], amount: int, options: list[str], day: date, reference: str | None
    ) -> str:
        # An act of another day is matched with the line by its citation: its day does not match.
        cited = reference if day == self._line.day and reference else self._line.citation
        quantity = quantity_text(abs(amount), self._deal.need_unit)
        key = act_key(self._deal.code, self._line.kind, day, amount, cited)
        tail = _tail(self._line, day, cited, is_again=key in self._facts.acts)
        return _command_line("deal", *words, quantity, *options, *tail)


def _new_deal(line: StatementLine, facts: LedgerFacts, today: date) -> str | None:
    """Return the command that introduces the two sides that a line of no one deal names."""
    if line.kind is LineKind.DELIVERY or line.amount < 0 or line.offer is None or line.need is None:
        return None
    need, offer = facts.free_of(Side.NEED, line.need), facts.free_of(Side.OFFER, line.offer)
    if need is None or offer is None or need.unit.code != line.unit.code:
        return None
    least = line.amount if offer.unit.code == need.unit.code else 1
    if need.amount < line.amount or offer.amount < least:
        return None
    day = min(line.day, today)
    cited = line.reference if day == line.day and line.reference else line.citation
    codes = (normalised_code(line.offer), normalised_code(line.need))
    is_again = any(
        act_key(deal.code, line.kind, day, line.amount, cited) in facts.acts
        for deal in facts.deals_of[line.provider]
        if (normalised_code(deal.offer), normalised_code(deal.need)) == codes
    )
    words = ["introduce", line.offer, line.need, quantity_text(line.amount, line.unit), "--commit"]
    return _command_line("deal", *words, *_tail(line, day, cited, is_again=is_again))


def _tail(line: StatementLine, day: date, reference: str, *, is_again: bool) -> list[str]:
    """Return the options that end a command; a day to come is left out, and the act is today's."""
    on = [] if line.day > day else ["--on", day.isoformat()]
    return [*on, "--reference", reference, *(["--again"] if is_again else [])]


def _terms_to_introduce(deal: DealFacts) -> list[str] | None:
    """Return the options with which a further part joins a deal; None where no option does."""
    options = [] if deal.instrument is None else ["--instrument", deal.instrument]
    if deal.is_cross_currency:
        rate = decimal_rate(deal.rate)
        if Fraction(rate) != deal.rate:
            return None
        options += ["--rate", f"{rate:f}"]
    return options


def _restorable(deal: DealFacts, lapse: Lapse, facts: LedgerFacts) -> int:
    """Return the amount of a lapse if all of it can be restored, else zero."""
    need = facts.free_of(Side.NEED, deal.need)
    if lapse.passed_on:
        return lapse.amount if need is not None and lapse.amount <= need.amount else 0
    return lapse.amount if _are_free(deal, lapse.amount, facts) else 0


def _are_free(deal: DealFacts, amount: int, facts: LedgerFacts) -> bool:
    """Return whether a need's amount is open, and as much of the offer available."""
    decimals = deal.need_unit.decimals, deal.offer_unit.decimals
    need, offer = facts.free_of(Side.NEED, deal.need), facts.free_of(Side.OFFER, deal.offer)
    if need is None or offer is None or amount > need.amount:
        return False
    return offer_amount_to_hold(amount, deal.rate, *decimals) <= offer.amount


def _command_line(*words: str) -> str:
    return join(["cityfund", *words])
