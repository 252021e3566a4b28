"""The scope of a line: the deals it can refer to, by the codes that its provider gives."""

from __future__ import annotations

from dataclasses import dataclass, field

from ledger.core.text import normalised_code
from ledger.statements.facts import DealFacts, LedgerFacts
from ledger.statements.lines import StatementLine, grouped


@dataclass(frozen=True, slots=True, eq=False)
class Scope:
    """The provider's deals that a line matches. `has_codes` says whether the line gives any code.

    One scope is made for all lines that give the same codes, and is equal to no other.

    `unknown` is the code that the ledger lacks, `foreign` what belongs to another party.
    """

    deals: tuple[str, ...] = ()
    has_codes: bool = False
    unknown: str | None = None
    foreign: str | None = None
    deal_set: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        """Build the set for membership tests."""
        object.__setattr__(self, "deal_set", frozenset(self.deals))


class Scopes:
    """Determines the scope of each line of one provider."""

    def __init__(self, provider: str, facts: LedgerFacts) -> None:
        """Index the provider's deals by offer and by need."""
        self._provider = provider
        self._facts = facts
        own = facts.deals_of[provider]
        self._all = Scope(tuple(deal.code for deal in own))
        self._scopes: dict[tuple[str | None, ...], Scope] = {}
        self._by_offer = grouped((normalised_code(deal.offer), deal.code) for deal in own)
        self._by_need = grouped((normalised_code(deal.need), deal.code) for deal in own)

    def for_line(self, line: StatementLine) -> Scope:
        """Return the deals that every code of a line admits."""
        codes = (line.deal, line.offer, line.need)
        if codes not in self._scopes:
            self._scopes[codes] = self._find(line)
        return self._scopes[codes]

    def _find(self, line: StatementLine) -> Scope:
        if line.deal is not None:
            return self._of_deal(line, self._facts.deal(line.deal))
        if line.offer is None and line.need is None:
            return self._all
        wrong = self._wrong_offer(line) or self._wrong_need(line)
        if wrong is not None:
            return wrong
        if line.offer is None or line.need is None:
            index, code = (
                (self._by_need, line.need) if line.offer is None else (self._by_offer, line.offer)
            )
            return Scope(tuple(index.get(normalised_code(code or ""), ())), has_codes=True)
        fitting = set(self._by_need.get(normalised_code(line.need), ()))
        result = self._by_offer.get(normalised_code(line.offer), ())
        return Scope(tuple(deal for deal in result if deal in fitting), has_codes=True)

    def _of_deal(self, line: StatementLine, deal: DealFacts | None) -> Scope:
        if deal is None:
            return Scope(has_codes=True, unknown=f"deal {line.deal}")
        if deal.provider != self._provider:
            reason = f"deal {deal.code} is of provider {deal.provider}"
            return Scope(has_codes=True, foreign=reason)
        for name, code, own in (("offer", line.offer, deal.offer), ("need", line.need, deal.need)):
            if code is not None and normalised_code(code) != normalised_code(own):
                reason = f"deal {deal.code} is of {name} {own}, not {code}"
                return Scope((deal.code,), has_codes=True, foreign=reason)
        return Scope((deal.code,), has_codes=True)

    def _wrong_offer(self, line: StatementLine) -> Scope | None:
        if line.offer is None:
            return None
        owner = self._facts.offers.get(normalised_code(line.offer))
        if owner is None:
            return Scope(has_codes=True, unknown=f"offer {line.offer}")
        if owner != self._provider:
            reason = f"offer {line.offer} is of provider {owner}"
            return Scope(has_codes=True, foreign=reason)
        return None

    def _wrong_need(self, line: StatementLine) -> Scope | None:
        if line.need is not None and normalised_code(line.need) not in self._facts.needs:
            return Scope(has_codes=True, unknown=f"need {line.need}")
        return None
