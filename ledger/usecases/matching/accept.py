"""Taking a proposal up: its lines become introductions, all in one request, held until a date."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from ledger.core.dates import UntilInThePast
from ledger.core.errors import Detail, InvalidInput, NotFound, RefusedByRule
from ledger.core.factors import Side
from ledger.core.numbers import normalise_digits
from ledger.core.quantity import Quantity, format_amount
from ledger.journal.entries import ProposedLine
from ledger.journal.receipts import Receipt, balance_document
from ledger.matching.proposal import Line
from ledger.matching.stored import KeptProposal, misfits
from ledger.store.proposals import latest_code, read_proposal
from ledger.store.registers import find_code
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.usecases.deals.acts import Introduction, hold
from ledger.usecases.deals.terms import NoRate, agreed_rate, pairing_of
from ledger.usecases.matching.saved import NoProposal

_RANGE = re.compile(r"(?P<first>[0-9]{1,9})(?:-(?P<last>[0-9]{1,9}))?")
_MANY_LINES = 200


class UnreadableLines(InvalidInput):
    """What was typed for lines of a proposal names none."""

    code = "unreadable-lines"
    default_why = "Lines are numbers and ranges of them, with commas between."
    default_next = "Write them like 1-4,7, or leave them out for all that is not taken up yet."


class NoSuchLine(NotFound):
    """A proposal does not have the line that was named."""

    code = "no-such-line"
    default_next = "See its lines with: cityfund match show"


class LineTakenUp(RefusedByRule):
    """A line of a proposal was taken up before, or all of its lines were."""

    code = "line-taken-up"
    default_why = "A line is taken up once, whatever became of its introduction since."
    default_next = "See what became of each line: cityfund match show"


class NothingProposed(RefusedByRule):
    """A proposal without lines was to be taken up."""

    code = "nothing-proposed"
    default_why = "It found nothing that could be given to anybody."
    default_next = "See what stands in the way: cityfund match"


@dataclass(frozen=True, slots=True)
class Unfit:
    """A line that cannot be introduced as it was proposed, and every reason why."""

    number: int
    line: Line
    code: str
    why: str

    def document(self) -> dict[str, Any]:
        """Give it as a receipt lists what was left out."""
        sides = {"offer": self.line.offer, "need": self.line.need}
        return {"line": self.number, **sides, "code": self.code, "why": self.why}


class NoLongerFits(RefusedByRule):
    """Lines of a proposal do not fit any more, as things stand now; nothing was introduced."""

    code = "no-longer-fits"
    default_why = "A line is introduced as it was proposed, or not at all."

    unfit: Sequence[Unfit] = ()

    def details(self) -> list[Detail]:
        """Name each line with the sentences of the rules it fails."""
        return [
            Detail(f"line {one.number}: {one.line.offer} for {one.line.need}: {one.why}", parts)
            for one in self.unfit
            for parts in [one.document()]
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """What to take up: `proposal` and `lines` as typed (None: the latest, and all that is left).

    With `fitting`, lines that no longer fit are left out; else nothing is done for their sake.
    """

    until: date
    proposal: str | None = None
    lines: str | None = None
    fitting: bool = False


def accept(uow: UnitOfWork, said: Acceptance) -> Receipt:
    """Introduce lines of a proposal, each held until a date, and name the proposal in the journal.

    Raises `NoProposal`, `NoSuchLine`, `LineTakenUp`, `NothingProposed` and `NoLongerFits`.
    """
    if said.until < uow.day:
        raise UntilInThePast(f"The holds of {uow.day} cannot end on {said.until}.")
    kept = _found(uow, said.proposal)
    numbers, unfit = _asked(kept, said)
    if len(numbers) > _MANY_LINES:
        uow.accounts.read_everything()
    lines = dict(kept.numbered)
    taken = []
    for number in numbers:
        found = _take_up(uow, kept, number, lines[number], said)
        if isinstance(found, Unfit):
            unfit.append(found)
        else:
            taken.append((number, found))
    unfit.sort(key=lambda one: one.number)
    if unfit and not (said.fitting and taken):
        raise _no_longer_fit(kept, unfit, others=bool(taken))
    return _receipt(uow, kept, taken, unfit)


def _found(uow: UnitOfWork, typed: str | None) -> KeptProposal:
    connection = uow.connection
    code = latest_code(connection) if typed is None else find_code(connection, "proposal", typed)
    if code is None:
        raise NoProposal("There is no stored proposal to take up.")
    return read_proposal(connection, code)


def _asked(kept: KeptProposal, said: Acceptance) -> tuple[list[int], list[Unfit]]:
    """Give the lines to try, and with `fitting` those among them that were taken up before."""
    lines = dict(kept.numbered)
    if not lines:
        raise NothingProposed(f"Proposal {kept.code} has no lines.")
    if said.lines is None:
        if not kept.left:
            raise LineTakenUp(f"Every line of proposal {kept.code} was taken up already.")
        return kept.left, []
    wanted = numbers_typed(said.lines)
    for number in wanted:
        if number not in lines:
            raise NoSuchLine(
                f"Proposal {kept.code} has no line {number}.",
                why=f"Its lines are 1 to {len(lines)}.",
                next_step=f"See them with: cityfund match show {kept.code}",
            )
    before = [number for number in wanted if number in kept.taken]
    if before and not (said.fitting and len(before) < len(wanted)):
        raise _taken_up(kept, before)
    unfit = [
        Unfit(number, lines[number], LineTakenUp.code, _taken_words(kept, number))
        for number in before
    ]
    return [number for number in wanted if number not in kept.taken], unfit


def numbers_typed(text: str) -> list[int]:
    """Read numbers and ranges such as `1-4,7`, each number once, in order."""
    found: set[int] = set()
    for part in normalise_digits(text).replace(" ", "").split(","):
        match = _RANGE.fullmatch(part)
        if match is None:
            raise UnreadableLines(f"{text!r} names no lines.")
        first, last = int(match["first"]), int(match["last"] or match["first"])
        if last < first:
            raise UnreadableLines(f"{part!r} runs backwards.")
        # A range far beyond every proposal is told by its end, not spelled out.
        found.update(range(first, last + 1) if last - first < 10**6 else (first, last))
    return sorted(found)


def _taken_words(kept: KeptProposal, number: int) -> str:
    by = kept.taken[number]
    return f"it was taken up already: deal {by.deal}, entry {by.entry}"


def _taken_up(kept: KeptProposal, before: Sequence[int]) -> LineTakenUp:
    named = "; ".join(
        f"line {number} by deal {kept.taken[number].deal} (entry {kept.taken[number].entry})"
        for number in before[:5]
    )
    more = f"; and {len(before) - 5} more" if len(before) > 5 else ""  # noqa: PLR2004
    return LineTakenUp(
        f"Of proposal {kept.code} this was taken up already: {named}{more}.",
        next_step=f"See what became of each line: cityfund match show {kept.code}",
    )


def _take_up(
    uow: UnitOfWork, kept: KeptProposal, number: int, line: Line, said: Acceptance
) -> str | Unfit:
    """Introduce one line and give its deal's code; where it no longer fits, say why."""
    need, offer = (
        uow.accounts.account(Side.NEED, line.need),
        uow.accounts.account(Side.OFFER, line.offer),
    )
    try:
        rate = agreed_rate(uow, need, offer, uow.day, None).rate
    except NoRate:
        rate = None
    pairing = pairing_of(uow, need, offer, line.amount, line.rate, uow.day)
    failures = misfits(line, pairing, rate)
    if failures:
        why = "; ".join(f"{failure.rule}: {failure.sentence}" for failure in failures)
        return Unfit(number, line, failures[0].rule, why)
    introduction = Introduction(
        offer=offer.code,
        need=need.code,
        quantity=Quantity(line.amount, line.unit),
        until=said.until,
        details=replace(uow.details(), proposed=ProposedLine(kept.code, number)),
    )
    try:
        return hold(uow, introduction).code
    except RefusedByRule as refusal:
        # A hold that is refused has written nothing yet.
        return Unfit(number, line, refusal.code, f"{refusal.what} {refusal.why}")


def _no_longer_fit(kept: KeptProposal, unfit: Sequence[Unfit], *, others: bool) -> NoLongerFits:
    numbers = ", ".join(str(one.number) for one in unfit[:5])
    more = f" and {len(unfit) - 5} more" if len(unfit) > 5 else ""  # noqa: PLR2004
    word = "Line" if len(unfit) == 1 else "Lines"
    verb = "fits" if len(unfit) == 1 else "fit"
    only = unfit[0].why if len(unfit) == 1 else None
    next_step = "Match anew: cityfund match --save"
    if others:
        next_step = f"Take up those that fit with --fitting. {next_step}"
    refusal = NoLongerFits(
        f"{word} {numbers}{more} of proposal {kept.code} no longer {verb}; nothing was introduced.",
        why=None if only is None else f"{only.rstrip('.')}.",
        next_step=next_step,
    )
    refusal.unfit = tuple(unfit)
    return refusal


def _receipt(
    uow: UnitOfWork, kept: KeptProposal, taken: Sequence[tuple[int, str]], unfit: Iterable[Unfit]
) -> Receipt:
    lines = dict(kept.numbered)
    only = lines[taken[0][0]] if len(taken) == 1 else None
    sides: dict[str, Any] = {}
    if only is not None:
        sides["need"] = uow.accounts.account(Side.NEED, only.need).balance
        sides["offer"] = uow.accounts.account(Side.OFFER, only.offer).balance
        sides["deal"] = taken[0][1]
    return uow.receipt(
        proposal=kept.code,
        lines=tuple(_line_documents(uow, lines, taken)),
        left_out=tuple(one.document() for one in unfit),
        **sides,
    )


def _line_documents(
    uow: UnitOfWork, lines: dict[int, Line], taken: Sequence[tuple[int, str]]
) -> Iterator[dict[str, Any]]:
    # Each line that was taken up posted one entry, in their order.
    for entry, (number, deal) in zip(uow.entries, taken, strict=True):
        line = lines[number]
        yield {
            "line": number,
            "entry": entry,
            "deal": deal,
            "project": line.project,
            "offer": line.offer,
            "need": line.need,
            "quantity": format_amount(line.amount, line.unit.decimals),
            "unit": line.unit.code,
            "need_stands": balance_document(uow.accounts.account(Side.NEED, line.need).balance),
            "offer_stands": balance_document(uow.accounts.account(Side.OFFER, line.offer).balance),
        }
