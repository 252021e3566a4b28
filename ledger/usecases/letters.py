"""What letters and briefs say: values of one record and of all it belongs to, as plain text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from ledger.core.factors import Stage
from ledger.core.filters import Note, no_note
from ledger.core.text import cell_text
from ledger.deals.deal import Deal
from ledger.eligibility.rules import NeedFacts
from ledger.gaps.completeness import need_may_be_open
from ledger.letters.templates import Letter
from ledger.reference.places import countries
from ledger.reference.terms import instruments, project_statuses, sectors
from ledger.reports.language import Language, language_named, marked
from ledger.store.session.snapshot import Reader, Snapshot

Values = dict[str, str]

_ABSENT: Final = marked("not given")
_MAY_BE_EMPTY: Final = frozenset({"description"})
"""Values that stand by themselves, and are left out where there are none."""
_NOT_KNOWN: Final = marked("the amount is not known yet (in {unit})")


def letter_values(
    reader: Reader,
    letter: Letter,
    code: str,
    language: Language | None = None,
    note: Note = no_note,
) -> Values:
    """Give the values of a letter or a brief about a record, at the times of the reader.

    Words of the program, figures and days are those of a language, English where none is named.
    That an approach is withdrawn is noted.
    """
    writer = _Writer(reader, language or language_named(None), note)
    of_letter = {
        Letter.APPROACH: writer.of_approach,
        Letter.DEAL: writer.of_deal,
        Letter.PROJECT: writer.of_project,
    }
    absent = writer.language.text(_ABSENT)
    return {
        name: value or ("" if name in _MAY_BE_EMPTY else absent)
        for name, value in of_letter[letter](code).items()
    }


class _Writer:
    """Writes the values of letters in one language."""

    def __init__(self, reader: Reader, language: Language, note: Note) -> None:
        self._reader = reader
        self.language = language
        self._note = note

    def of_approach(self, code: str) -> Values:
        """Give the values of the letter of an approach."""
        snapshot = self._reader.around("approach", code)
        approach = snapshot.records("approach")[code]
        if approach.withdrawn:
            self._note(f"Approach {code} is withdrawn: it was recorded in error.")
        facts = snapshot.need_facts[approach.need]
        around = self._reader.around("project", facts.project.code)
        others = [one for one in around.need_facts.values() if one.need.code != approach.need]
        return {
            **self._of_need(snapshot, facts),
            "code": code,
            "date": self.language.day(approach.sent_on),
            "provider": _text(snapshot.records("provider")[approach.provider].name),
            "quantity": self._open(facts),
            "answer_by": self.language.day(approach.answer_by),
            "reference": _text(approach.reference),
            "needs": self._needs(others),
        }

    def of_deal(self, code: str) -> Values:
        """Give the values of the letter of a deal."""
        snapshot = self._reader.around("deal", code)
        balance = snapshot.deals[code]
        facts = snapshot.need_facts[balance.deal.need]
        unit = facts.balance.unit
        amounts = {
            stage.value: self.language.amount(balance.need.get(stage, 0), unit)
            for stage in (Stage.HELD, Stage.COMMITTED, Stage.DELIVERED)
        }
        offer = snapshot.offer_facts[balance.deal.offer]
        return {
            **self._of_need(snapshot, facts),
            **amounts,
            **self._of_terms(balance.deal),
            "code": code,
            "date": self.language.day(self._reader.day),
            "provider": _text(offer.provider.name),
        }

    def _of_terms(self, deal: Deal) -> Values:
        known = instruments()
        instrument = known[deal.instrument].name if deal.instrument in known else deal.instrument
        return {
            "offer": deal.offer,
            "need": deal.need,
            "instrument": self.language.text(_text(instrument)),
            "held_until": self.language.day(deal.held_until),
            "due_on": self.language.day(deal.due_on),
        }

    def of_project(self, code: str) -> Values:
        """Give the values of the brief of a project."""
        snapshot = self._reader.around("project", code)
        project = snapshot.records("project")[code]
        city = snapshot.records("city")[project.city]
        needs = [*snapshot.needs_of(code)]
        inhabitants = "" if city.population is None else self.language.number(city.population)
        return {
            **self._of_city(snapshot, project),
            "code": code,
            "date": self.language.day(self._reader.day),
            "status": self.language.text(project_statuses()[project.status].title),
            "starts_on": self.language.day(project.starts_on),
            "ends_on": self.language.day(project.ends_on),
            "population": inhabitants,
            "member_since": self.language.partial(snapshot.memberships.since_of(city)),
            "needs": self._needs(needs),
            "deals": self._deals(snapshot),
        }

    def _of_need(self, snapshot: Snapshot, facts: NeedFacts) -> Values:
        known = instruments()
        accepted = [known[one].name for one in facts.need.instruments if one in known]
        words = self.language.list(map(self.language.text, accepted))
        return {
            **self._of_city(snapshot, facts.project),
            "wanted": self._wanted(facts),
            "factor": self.language.text(facts.need.factor.value),
            "topic": _text(facts.need.topic),
            "needed_by": self.language.day(facts.need.needed_by),
            "instruments": words or self.language.text(marked("any")),
        }

    def _of_city(self, snapshot: Snapshot, project: Any) -> Values:
        city = snapshot.records("city")[project.city]
        country = countries().get(city.country)
        sector = sectors()[project.sector].title if project.sector in sectors() else ""
        name = city.country if country is None else self.language.text(country.name)
        return {
            "project": _text(project.title),
            "project_code": project.code,
            "sector": self.language.text(sector),
            "description": _text(project.description),
            "city": _text(self.language.city(city.name, city.name_local)),
            "country": name,
            "office": _text(snapshot.records("office")[city.office].name),
        }

    def _wanted(self, facts: NeedFacts) -> str:
        topic = f" ({_text(facts.need.topic)})" if facts.need.topic else ""
        return f"{self.language.text(facts.need.factor.value)}{topic}"

    def _open(self, facts: NeedFacts) -> str:
        unit = facts.balance.unit
        if not facts.balance.quantified:
            return self.language.say(_NOT_KNOWN, unit=self.language.text(unit.code))
        return self.language.amount(facts.balance.free, unit)

    def _needs(self, needs: Iterable[NeedFacts]) -> str:
        """List needs of which something is open or not known, each with how much."""
        lines = [
            f"- {self._wanted(one)}: {self._open(one)}"
            for one in sorted(needs, key=lambda facts: facts.need.code)
            if need_may_be_open(one.balance)
        ]
        return "\n".join(lines) or self.language.text(marked("none"))

    def _deals(self, snapshot: Snapshot) -> str:
        """List the deals of a project, each with what it has held, committed and delivered."""
        lines = []
        for code, balance in snapshot.deals.items():
            unit = snapshot.need_facts[balance.deal.need].balance.unit
            stages = [
                f"{self.language.text(stage.value)} {self.language.amount(amount, unit)}"
                for stage in (Stage.HELD, Stage.COMMITTED, Stage.DELIVERED)
                if (amount := balance.need.get(stage, 0))
            ]
            name = snapshot.offer_facts[balance.deal.offer].provider.name
            if stages:
                lines.append(f"- {name}: {self.language.list(stages)} ({code})")
        return "\n".join(lines) or self.language.text(marked("nothing yet"))


def _text(value: str | object | None) -> str:
    """Write a value on one line; nothing for none."""
    return " ".join((cell_text(value) or "").split())
