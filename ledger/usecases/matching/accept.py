"""Accept a proposal: its lines become introductions in one request, held until a date."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple

from ledger.core.dates import UntilInThePast
from ledger.core.errors import Detail, InvalidInput, NotFound, RefusedByRule
from ledger.core.factors import Side
from ledger.core.numbers import normalise_digits
from ledger.core.quantity import Quantity, format_amount
from ledger.core.text import first_few
from ledger.deals.deal import exact_rate
from ledger.journal.entries import ProposedLine
from ledger.journal.receipts import Receipt, balance_document
from ledger.matching.proposal import Line
from ledger.matching.stored import StoredProposal, line_failures
from ledger.store.registers import UnknownCode
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.usecases.deals.acts import Introduction, hold
from ledger.usecases.deals.terms import NoRate, agreed_rate, pairing_of
from ledger.usecases.matching.saved import find_proposal

_RANGE = re.compile(r"(?P<first>[0-9]{1,9})(?:-(?P<last>[0-9]{1,9}))?")
_MANY_LINES = 200
_MOST_NAMED = 5


class UnreadableLines(InvalidInput, code="unreadable-lines"):
    """What was typed for lines of a proposal names none."""

    default_why = "Lines are numbers and ranges of them, with commas between."
    default_next = "Write them like 1-4,7, or leave them out for all that is not accepted yet."


class NoSuchLine(NotFound, code="no-such-line"):
    """A proposal does not have the line that was named."""

    default_next = "See its lines with: cityfund match show"


class LineTakenUp(RefusedByRule, code="line-taken-up"):
    """A line of a proposal was accepted before, or all of its lines were."""

    default_why = "A line is accepted once, even if its introduction was released since."
    default_next = "See the state of each line: cityfund match show"


class NothingProposed(RefusedByRule, code="nothing-proposed"):
    """A proposal without lines was to be accepted."""

    default_why = "It found no offer that could serve a need."
    default_next = "See what blocks the needs: cityfund match"


@dataclass(frozen=True, slots=True)
class UnfitLine:
    """A line that cannot be introduced as it was proposed, and every reason why."""

    number: int
    line: Line
    code: str
    why: str

    def document(self) -> dict[str, Any]:
        """Return the line as a receipt lists it among those left out."""
        sides = {"offer": self.line.offer, "need": self.line.need}
        return {"line": self.number, **sides, "code": self.code, "why": self.why}


class _Introduced(NamedTuple):
    """A line that was introduced: its number, its deal, and the place of its entry among all."""

    number: int
    deal: str
    place: int


class NoLongerFits(RefusedByRule, code="no-longer-fits"):
    """Lines of a proposal do not fit any more, as things stand now; nothing was introduced."""

    default_why = "A line is introduced as it was proposed, or not at all."

    unfit: Sequence[UnfitLine] = ()

    def details(self) -> list[Detail]:
        """Name each line with the rules it fails."""
        return [
            Detail(f"line {one.number}: {one.line.offer} for {one.line.need}: {one.why}", parts)
            for one in self.unfit
            for parts in [one.document()]
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """The lines to accept: `proposal` and `lines` as typed (None: the latest, and all open lines).

    With `fitting`, lines that no longer fit are left out; otherwise they refuse the request.
    """

    until: date
    proposal: str | None = None
    lines: str | None = None
    fitting: bool = False


def accept(uow: UnitOfWork, acceptance: Acceptance) -> Receipt:
    """Introduce lines of a proposal, each held until a date, and name the proposal in the journal.

    Raises `NoProposal`, `NoSuchLine`, `LineTakenUp`, `NothingProposed` and `NoLongerFits`.
    """
    if acceptance.until < uow.day:
        raise UntilInThePast(f"The holds of {uow.day} cannot end on {acceptance.until}.")
    stored = find_proposal(uow.connection, acceptance.proposal)
    numbers, unfit = _lines_to_accept(stored, acceptance)
    if len(numbers) > _MANY_LINES:
        uow.accounts.read_everything()
    lines = dict(stored.numbered_lines)
    introduced = []
    for number in numbers:
        result = _introduce_line(uow, stored, number, lines[number], acceptance)
        if isinstance(result, UnfitLine):
            unfit.append(result)
        else:
            introduced.append(_Introduced(number, result, uow.posted - 1))
    unfit.sort(key=lambda one: one.number)
    if unfit and not (acceptance.fitting and introduced):
        raise _no_longer_fits(stored, unfit, others=bool(introduced))
    return _receipt(uow, stored, introduced, unfit)


def _lines_to_accept(
    stored: StoredProposal, acceptance: Acceptance
) -> tuple[list[int], list[UnfitLine]]:
    """Return the lines to introduce, and with `fitting` those accepted before."""
    lines = dict(stored.numbered_lines)
    if not lines:
        raise NothingProposed(f"Proposal {stored.code} has no lines.")
    if acceptance.lines is None:
        if not stored.open_lines:
            raise LineTakenUp(f"Every line of proposal {stored.code} was accepted already.")
        return stored.open_lines, []
    requested = parse_line_numbers(acceptance.lines)
    for number in requested:
        if number not in lines:
            raise NoSuchLine(
                f"Proposal {stored.code} has no line {number}.",
                why=f"Its lines are 1 to {len(lines)}.",
                next_step=f"See them with: cityfund match show {stored.code}",
            )
    accepted_before = [number for number in requested if number in stored.accepted]
    if accepted_before and not (acceptance.fitting and len(accepted_before) < len(requested)):
        raise _already_accepted(stored, accepted_before)
    unfit = [
        UnfitLine(number, lines[number], LineTakenUp.code, _accepted_before_text(stored, number))
        for number in accepted_before
    ]
    return [number for number in requested if number not in stored.accepted], unfit


def parse_line_numbers(text: str) -> list[int]:
    """Parse numbers and ranges such as `1-4,7`, each number once, in order."""
    numbers: set[int] = set()
    for part in normalise_digits(text).replace(" ", "").split(","):
        match = _RANGE.fullmatch(part)
        if match is None:
            raise UnreadableLines(f"{text!r} names no lines.")
        first, last = int(match["first"]), int(match["last"] or match["first"])
        if last < first:
            raise UnreadableLines(f"{part!r} runs backwards.")
        # Of a range beyond every proposal, only the ends are listed.
        numbers.update(range(first, last + 1) if last - first < 10**6 else (first, last))
    return sorted(numbers)


def _accepted_before_text(stored: StoredProposal, number: int) -> str:
    line = stored.accepted[number]
    return f"it was accepted already: deal {line.deal}, entry {line.entry}"


def _already_accepted(stored: StoredProposal, accepted_before: Sequence[int]) -> LineTakenUp:
    lines = [(number, stored.accepted[number]) for number in accepted_before]
    named = [f"line {number} by deal {one.deal} (entry {one.entry})" for number, one in lines]
    return LineTakenUp(
        f"Of proposal {stored.code} this was accepted already: "
        f"{first_few(named, _MOST_NAMED, '; ')}.",
        next_step=f"See the state of each line: cityfund match show {stored.code}",
    )


def _introduce_line(
    uow: UnitOfWork, stored: StoredProposal, number: int, line: Line, acceptance: Acceptance
) -> str | UnfitLine:
    """Introduce one line and return the code of its deal, or why it no longer fits."""
    try:
        need = uow.accounts.account(Side.NEED, line.need)
        offer = uow.accounts.account(Side.OFFER, line.offer)
    except UnknownCode as error:
        return UnfitLine(number, line, error.code, f"{error.what} {error.why}")
    try:
        agreed = agreed_rate(uow, need, offer, uow.day, None)
        rate = exact_rate(agreed.rate, agreed.rate_exact)
    except NoRate:
        rate = None
    pairing = pairing_of(uow, need, offer, line.amount, line.rate, uow.day)
    failures = line_failures(line, pairing, rate)
    if failures:
        why = "; ".join(f"{failure.rule}: {failure.sentence}" for failure in failures)
        return UnfitLine(number, line, failures[0].rule, why)
    introduction = Introduction(
        offer=offer.code,
        need=need.code,
        quantity=Quantity(line.amount, line.unit),
        until=acceptance.until,
        details=replace(uow.details(), proposed=ProposedLine(stored.code, number)),
    )
    try:
        return hold(uow, introduction).code
    except RefusedByRule as refusal:
        # A refused hold has written nothing yet.
        return UnfitLine(number, line, refusal.code, f"{refusal.what} {refusal.why}")


def _no_longer_fits(
    stored: StoredProposal, unfit: Sequence[UnfitLine], *, others: bool
) -> NoLongerFits:
    numbers = first_few([str(one.number) for one in unfit], _MOST_NAMED)
    only = len(unfit) == 1
    subject, verb = ("Line", "fits") if only else ("Lines", "fit")
    next_step = "Match anew: cityfund match --save"
    if others:
        next_step = f"Accept those that fit with --fitting. {next_step}"
    refusal = NoLongerFits(
        f"{subject} {numbers} of proposal {stored.code} no longer {verb}; nothing was introduced.",
        why=f"{unfit[0].why.rstrip('.')}." if only else None,
        next_step=next_step,
    )
    refusal.unfit = tuple(unfit)
    return refusal


def _receipt(
    uow: UnitOfWork,
    stored: StoredProposal,
    introduced: Sequence[_Introduced],
    unfit: Iterable[UnfitLine],
) -> Receipt:
    lines = dict(stored.numbered_lines)
    only = lines[introduced[0].number] if len(introduced) == 1 else None
    sides: dict[str, Any] = {}
    if only is not None:
        sides["need"] = uow.accounts.account(Side.NEED, only.need).balance
        sides["offer"] = uow.accounts.account(Side.OFFER, only.offer).balance
        sides["deal"] = introduced[0].deal
    return uow.receipt(
        proposal=stored.code,
        lines=tuple(_line_documents(uow, lines, introduced)),
        left_out=tuple(one.document() for one in unfit),
        **sides,
    )


def _line_documents(
    uow: UnitOfWork, lines: dict[int, Line], introduced: Sequence[_Introduced]
) -> Iterator[dict[str, Any]]:
    entries = uow.entries
    for number, deal, place in introduced:
        line = lines[number]
        yield {
            "line": number,
            "entry": entries[place],
            "deal": deal,
            "project": line.project,
            "offer": line.offer,
            "need": line.need,
            "quantity": format_amount(line.amount, line.unit.decimals),
            "unit": line.unit.code,
            "need_stands": balance_document(uow.accounts.account(Side.NEED, line.need).balance),
            "offer_stands": balance_document(uow.accounts.account(Side.OFFER, line.offer).balance),
        }
