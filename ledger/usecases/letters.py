"""What letters and briefs say: values of one record and of all it belongs to, as plain text."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from ledger.core.factors import Stage
from ledger.core.quantity import format_quantity
from ledger.core.text import cell_text
from ledger.deals.deal import Deal
from ledger.eligibility.rules import NeedFacts
from ledger.letters.templates import Letter
from ledger.reference.places import countries
from ledger.reference.terms import instruments, project_statuses, sectors
from ledger.store.session.snapshot import Reader, Snapshot

Values = dict[str, str]

_ABSENT: Final = "not given"
_MAY_BE_EMPTY: Final = frozenset({"description"})
"""Values that stand by themselves, and are left out where there are none."""
_NOT_KNOWN: Final = "the amount is not known yet"


def letter_values(reader: Reader, letter: Letter, code: str) -> Values:
    """Give the values of a letter or a brief about a record, at the times of the reader."""
    of_letter = {
        Letter.APPROACH: _of_approach,
        Letter.DEAL: _of_deal,
        Letter.PROJECT: _of_project,
    }
    values = of_letter[letter](reader, code)
    return {
        name: value or ("" if name in _MAY_BE_EMPTY else _ABSENT) for name, value in values.items()
    }


def _of_approach(reader: Reader, code: str) -> Values:
    snapshot = reader.around("approach", code)
    approach = snapshot.records("approach")[code]
    facts = snapshot.need_facts[approach.need]
    around = reader.around("project", facts.project.code)
    others = [one for one in around.need_facts.values() if one.need.code != approach.need]
    return {
        **_of_need(snapshot, facts),
        "code": code,
        "date": _text(approach.sent_on),
        "provider": _text(snapshot.records("provider")[approach.provider].name),
        "quantity": _open(facts),
        "answer_by": _text(approach.answer_by),
        "reference": _text(approach.reference),
        "needs": _needs(others),
    }


def _of_deal(reader: Reader, code: str) -> Values:
    snapshot = reader.around("deal", code)
    balance = snapshot.deals[code]
    facts = snapshot.need_facts[balance.deal.need]
    unit = facts.balance.unit
    amounts = {
        stage.value: format_quantity(balance.need.get(stage, 0), unit)
        for stage in (Stage.HELD, Stage.COMMITTED, Stage.DELIVERED)
    }
    offer = snapshot.offer_facts[balance.deal.offer]
    return {
        **_of_need(snapshot, facts),
        **amounts,
        **_of_terms(balance.deal),
        "code": code,
        "date": _text(reader.day),
        "provider": _text(offer.provider.name),
    }


def _of_terms(deal: Deal) -> Values:
    known = instruments()
    instrument = known[deal.instrument].name if deal.instrument in known else deal.instrument
    return {
        "offer": deal.offer,
        "need": deal.need,
        "instrument": _text(instrument),
        "held_until": _text(deal.held_until),
        "due_on": _text(deal.due_on),
    }


def _of_project(reader: Reader, code: str) -> Values:
    snapshot = reader.around("project", code)
    project = snapshot.records("project")[code]
    city = snapshot.records("city")[project.city]
    needs = [*snapshot.needs_of(code)]
    population = "" if city.population is None else f"{city.population:,}"
    return {
        **_of_city(snapshot, project),
        "code": code,
        "date": _text(reader.day),
        "status": project_statuses()[project.status].title,
        "starts_on": _text(project.starts_on),
        "ends_on": _text(project.ends_on),
        "population": population,
        "member_since": _text(city.member_since),
        "needs": _needs(needs),
        "deals": _deals(snapshot),
    }


def _of_need(snapshot: Snapshot, facts: NeedFacts) -> Values:
    accepted = [instruments()[one].name for one in facts.need.instruments if one in instruments()]
    return {
        **_of_city(snapshot, facts.project),
        "wanted": _wanted(facts),
        "factor": facts.need.factor.value,
        "topic": _text(facts.need.topic),
        "needed_by": _text(facts.need.needed_by),
        "instruments": ", ".join(accepted) or "any",
    }


def _of_city(snapshot: Snapshot, project: Any) -> Values:
    city = snapshot.records("city")[project.city]
    country = countries().get(city.country)
    return {
        "project": _text(project.title),
        "project_code": project.code,
        "sector": sectors()[project.sector].title if project.sector in sectors() else "",
        "description": _text(project.description),
        "city": _text(city.name),
        "country": city.country if country is None else country.name,
        "office": _text(snapshot.records("office")[city.office].name),
    }


def _wanted(facts: NeedFacts) -> str:
    topic = f" ({_text(facts.need.topic)})" if facts.need.topic else ""
    return f"{facts.need.factor.value}{topic}"


def _open(facts: NeedFacts) -> str:
    if not facts.balance.quantified:
        return f"{_NOT_KNOWN} (in {facts.balance.unit.code})"
    return format_quantity(facts.balance.free, facts.balance.unit)


def _needs(needs: Iterable[NeedFacts]) -> str:
    """List needs, each with what is open of it."""
    lines = [
        f"- {_wanted(one)}: {_open(one)}"
        for one in sorted(needs, key=lambda facts: facts.need.code)
    ]
    return "\n".join(lines) or "none"


def _deals(snapshot: Snapshot) -> str:
    """List the deals of a project, each with what it has held, committed and delivered."""
    lines = []
    for code, balance in snapshot.deals.items():
        unit = snapshot.need_facts[balance.deal.need].balance.unit
        stages = [
            f"{stage} {format_quantity(amount, unit)}"
            for stage in (Stage.HELD, Stage.COMMITTED, Stage.DELIVERED)
            if (amount := balance.need.get(stage, 0))
        ]
        name = snapshot.offer_facts[balance.deal.offer].provider.name
        if stages:
            lines.append(f"- {name}: {', '.join(stages)} ({code})")
    return "\n".join(lines) or "nothing yet"


def _text(value: date | str | object | None) -> str:
    """Write a value on one line; nothing for none."""
    return " ".join((cell_text(value) or "").split())
