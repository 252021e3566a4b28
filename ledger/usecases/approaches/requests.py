"""Asking providers for a need, recording what they answer, and the offer that comes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final, NamedTuple

from ledger.approaches.states import (
    OPEN,
    AlreadyAsked,
    AnsweredAlready,
    NothingOpen,
    State,
    answer_text,
    last_of_pair,
    state_on,
)
from ledger.core.dates import require_not_future
from ledger.core.errors import NothingToChange, RefusedByRule
from ledger.core.factors import Side
from ledger.interchange.writer import register_line
from ledger.journal.receipts import Receipt
from ledger.origins.links import Origin
from ledger.registers.pairs import APPROACH, Approach
from ledger.registers.records import Need, Provider, Restriction
from ledger.restrictions.acts import Restricted
from ledger.restrictions.bars import parties_terms
from ledger.store.journal.balances import Times
from ledger.store.journal.entries import without_declaration
from ledger.store.registers import load_by
from ledger.store.session.restrictions import country_of
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.usecases.origins import known_origin, note_origin
from ledger.usecases.receipt_terms import changed_terms, recorded_terms
from ledger.usecases.registers.measured import add_measured
from ledger.usecases.registers.parse import BadTerms, TypedTerms, as_cells, parse_record
from ledger.usecases.registers.quantities import balance_on
from ledger.usecases.registers.records import put_code
from ledger.usecases.registers.rules import (
    ParentWithdrawn,
    offices_of,
    refuse_the_fund,
    refuse_withdrawn,
    require_free,
)

KIND: Final = APPROACH.name


def add_approaches(
    uow: UnitOfWork,
    need: str,
    providers: Sequence[str],
    typed_terms: TypedTerms,
    answer_days: int,
) -> Receipt:
    """Ask providers for a need, all of them or none, on one day.

    What was sent before today and should not have been is recorded with a note. Raises `BadTerms`,
    `UnknownCode`, `FutureDate`, `BrokerNotBank`, `ParentWithdrawn`, `NothingOpen`, `AlreadyAsked`
    and `Restricted`.
    """
    wanted: Need = uow.find_record("need", need).record
    records = [uow.find_record("provider", one).record for one in providers]
    _require_once(records, typed_terms)
    added = [
        _add(uow, wanted, provider, typed_terms, answer_days)
        for provider in {one.code: one for one in records}.values()
    ]
    recorded = recorded_terms(uow, KIND, added[0])
    if len(added) > 1:
        recorded["approaches"] = [recorded_terms(uow, KIND, one) for one in added]
    return uow.receipt(recorded=recorded)


def _require_once(providers: Sequence[Provider], typed_terms: TypedTerms) -> None:
    """Refuse a code for several approaches, and terms that would be those of each."""
    if len(providers) > 1 and typed_terms.terms.get("code"):
        raise BadTerms(
            f"--code: {len(providers)} approaches cannot have one code.",
            next_step="Leave --code out, or ask one provider.",
        )


def _add(
    uow: UnitOfWork,
    need: Need,
    provider: Provider,
    typed_terms: TypedTerms,
    answer_days: int,
) -> Approach:
    cells = as_cells(KIND, typed_terms) | {"need": need.code, "provider": provider.code}
    put_code(uow, KIND, cells)
    if cells.get("origin"):
        cells["origin"] = known_origin(uow, cells["origin"]) or ""
    sent = _put_day(uow, cells, typed_terms)
    if not cells.get("answer_by"):
        cells["answer_by"] = (sent + timedelta(days=answer_days)).isoformat()
    approach: Approach = parse_record(uow, KIND, cells, typed_terms)[0]
    if typed_terms.terms.get("code"):
        require_free(uow, KIND, approach.code)
    refuse_the_fund(provider, offices_of(uow).values())
    _test(uow, need, provider, approach)
    uow.add(KIND, approach)
    note_origin(uow, KIND, approach)
    return approach


def _put_day(uow: UnitOfWork, cells: dict[str, str], typed_terms: TypedTerms) -> date:
    """Set the day it was sent: the given one, else the request's date."""
    day = cells.get("sent_on")
    if day and uow.request.on is not None and day != uow.day.isoformat():
        raise BadTerms(
            f"{typed_terms.name_of('sent_on')} {day} and --on {uow.day} are two days.",
            why="An approach is sent on one day.",
            next_step="Keep one of the two.",
        )
    sent = date.fromisoformat(day) if day else uow.day
    require_not_future(sent, uow.today)
    cells["sent_on"] = sent.isoformat()
    return sent


def require_askable(uow: UnitOfWork, approach: Approach) -> None:
    """Refuse an imported approach of today that may not be asked; what was sent before is history.

    What is open of its need depends on acts that follow in the import. Raises what `add_approaches`
    does, but `NothingOpen`.
    """
    if approach.sent_on >= uow.today:
        provider: Provider = uow.record("provider", approach.provider)
        refuse_the_fund(provider, offices_of(uow).values())
        need: Need = uow.record("need", approach.need)
        for test in (_require_in_use, _require_unbarred, _require_first):
            test(uow, need, provider, approach)


def _test(uow: UnitOfWork, need: Need, provider: Provider, approach: Approach) -> None:
    """Refuse what may not be asked; of what was sent before today it is noted."""
    for test in (_require_in_use, _require_open, _require_unbarred, _require_first):
        try:
            test(uow, need, provider, approach)
        except RefusedByRule as error:
            if approach.sent_on >= uow.today:
                raise
            uow.note(error.code, f"{error.what} It was sent on {approach.sent_on} all the same")


def _require_in_use(uow: UnitOfWork, need: Need, provider: Provider, _approach: Approach) -> None:
    """Refuse who or what is withdrawn. Raises `ParentWithdrawn`."""
    refuse_withdrawn(uow, "provider", provider)
    refuse_withdrawn(uow, "need", need)


def _require_open(uow: UnitOfWork, need: Need, _provider: Provider, approach: Approach) -> None:
    """Refuse a need of which nothing is open; an unknown amount is. Raises `NothingOpen`."""
    account = uow.accounts.account(Side.NEED, need.code)
    if approach.sent_on < need.declared_on:
        raise NothingOpen(f"Need {need.code} was declared on {need.declared_on}.")
    balance = balance_on(uow, account, approach.sent_on)
    if balance.quantified and balance.free <= 0:
        raise NothingOpen(f"Nothing is open of need {need.code} on {approach.sent_on}.")
    times = Times(as_of=approach.sent_on)
    if not balance.quantified and without_declaration(uow.connection, times, [account.id]):
        raise NothingOpen(f"The declaration of need {need.code} was reversed.")


def _require_unbarred(uow: UnitOfWork, need: Need, provider: Provider, approach: Approach) -> None:
    """Refuse a pair that is barred whatever the instrument. Raises `Restricted`."""
    bars = bars_of_pair(uow, need, provider, approach.sent_on)
    if bars:
        pair = f"Provider {provider.code} and need {need.code}"
        raise Restricted.by(bars, pair, approach.sent_on)


def bars_of_pair(
    uow: UnitOfWork, need: Need, provider: Provider, day: date
) -> Sequence[Restriction]:
    """Return the restrictions that bar a provider from a need on a day."""
    project = uow.record("project", need.project)
    city = uow.record("city", project.city)
    terms = parties_terms(need, project, city, provider, country_of(uow, provider))
    return uow.restrictions.judge(terms, day).bars


def _require_first(uow: UnitOfWork, need: Need, provider: Provider, approach: Approach) -> None:
    """Refuse to ask again while the last approach stands; else note what was answered.

    Raises `AlreadyAsked`.
    """
    earlier = [one for one in approaches_to(uow, need.code) if one.provider == provider.code]
    last = last_of_pair(earlier, approach.sent_on)
    if last is None:
        return
    said = answer_text(last, approach.sent_on)
    if state_on(last, approach.sent_on) in OPEN:
        raise AlreadyAsked(
            f"Provider {provider.code} was asked for need {need.code} on {last.sent_on}: "
            f"{last.code}, {said}.",
            next_step=f"Record the answer with: cityfund approach reply {last.code}",
        )
    uow.note("asked-before", f"{provider.code} was asked before ({last.code}): {said}")


def approaches_to(uow: UnitOfWork, need: str) -> list[Approach]:
    """Read the approaches that present a need, those of this request included."""
    uow.flush_registers()
    stored = load_by(uow.connection, KIND, "need_id", uow.id_of("need", need))
    return [one.record for one in stored]


_ANSWERS: Final[Mapping[str, str]] = {
    State.INTERESTED: "interested_on",
    State.DECLINED: "declined_on",
}
ANSWERS: Final = tuple(map(str, _ANSWERS))
"""What a provider can answer."""


class Answer(NamedTuple):
    """What was answered to an approach, and of a decline why; the day is the request's."""

    approach: str
    answer: str
    reason: str | None = None
    note: str | None = None
    reference: str | None = None
    not_before: date | None = None


def reply(uow: UnitOfWork, answer: Answer) -> Receipt:
    """Record an answer. Raises `BadTerms`, `FutureDate`, `AnsweredAlready`, `ParentWithdrawn`."""
    kept = uow.find_record(KIND, answer.approach)
    before: Approach = kept.record
    column = _ANSWERS[answer.answer]
    require_not_future(uow.day, uow.today)
    _require_unanswered(uow, before, answer, column)
    terms = {}
    for name in ("reason", "note", "reference"):
        text = getattr(answer, name)
        if text is not None:
            terms[name] = text
    if answer.not_before is not None:
        terms["not_before"] = answer.not_before.isoformat()
    typed_terms = TypedTerms(terms).dated(column, uow.day)
    line = {**register_line(APPROACH.plural, before), **as_cells(KIND, typed_terms)}
    after, _ = parse_record(uow, KIND, line, typed_terms)
    uow.edit(KIND, kept, after)
    return uow.receipt(changes=changed_terms(uow, KIND, before, after))


def _require_unanswered(uow: UnitOfWork, approach: Approach, answer: Answer, column: str) -> None:
    code = approach.code
    if approach.withdrawn:
        raise ParentWithdrawn(
            f"Approach {code} is withdrawn: it was recorded in error.",
            next_step=f"Answer another one, or bring it back: cityfund approach reinstate {code}",
        )
    correct = f"Correct it with: cityfund approach edit {code} --{column.replace('_', '-')} DATE"
    answered = getattr(approach, column)
    if answered == uow.day:
        raise NothingToChange(f"Approach {code} was {answer.answer} on {answered} already.")
    if answered is not None:
        what = f"Approach {code} was answered already: {answer.answer} on {answered}."
        raise AnsweredAlready(what, next_step=correct)
    if answer.answer == State.INTERESTED and approach.declined_on is not None:
        raise AnsweredAlready(
            f"Approach {code} was declined on {approach.declined_on}.",
            why="An interest after a decline is the answer to another approach.",
            next_step=f"Ask again: cityfund approach add {approach.need} {approach.provider}",
        )


def offer_of(uow: UnitOfWork, typed: str, terms: TypedTerms) -> Receipt:
    """Add an offer that came of an approach: of its provider, the need's factor and topic.

    Raises what adding an offer does.
    """
    approach: Approach = uow.find_record(KIND, typed).record
    need: Need = uow.record("need", approach.need)
    topic = {} if need.topic is None else {"topics": need.topic}
    own = {
        "provider": approach.provider,
        "factor": need.factor.value,
        "origin": Origin(KIND, approach.code).text,
    }
    return add_measured(uow, Side.OFFER, replace(terms, terms={**topic, **terms.terms, **own}))
