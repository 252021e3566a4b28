"""Which deals a line can be about, by the codes and the reference its provider gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ledger.core.text import normalised_code
from ledger.statements.lines import Books, DealFacts, Line


@dataclass(frozen=True, slots=True, eq=False)
class Scope:
    """The provider's deals that a line fits. `named` tells whether it names any by a code.

    One is made for all lines that give the same codes, and is the same as no other.

    `unknown` is the code that the ledger lacks, `foreign` what belongs to another party.
    """

    deals: tuple[str, ...] = ()
    named: bool = False
    unknown: str | None = None
    foreign: str | None = None
    among: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        """Have the deals at hand to be asked for one."""
        object.__setattr__(self, "among", frozenset(self.deals))


class Scopes:
    """Finds the scope of each line of one provider."""

    def __init__(self, provider: str, books: Books) -> None:
        """Sort the provider's deals by offer and by need."""
        self._provider = provider
        self._books = books
        own = books.deals_of(provider)
        self._all = Scope(tuple(deal.code for deal in own))
        self._found: dict[tuple[str | None, ...], Scope] = {}
        self._by_offer = _grouped([(normalised_code(deal.offer), deal.code) for deal in own])
        self._by_need = _grouped([(normalised_code(deal.need), deal.code) for deal in own])

    def of(self, line: Line) -> Scope:
        """Give the deals that every code of a line admits."""
        codes = (line.deal, line.offer, line.need)
        if codes not in self._found:
            self._found[codes] = self._find(line)
        return self._found[codes]

    def _find(self, line: Line) -> Scope:
        if line.deal is not None:
            return self._of_deal(line, self._books.deal(line.deal))
        if line.offer is None and line.need is None:
            return self._all
        wrong = self._wrong_offer(line) or self._wrong_need(line)
        if wrong is not None:
            return wrong
        if line.offer is None or line.need is None:
            index, code = (
                (self._by_need, line.need) if line.offer is None else (self._by_offer, line.offer)
            )
            return Scope(tuple(index.get(normalised_code(code or ""), ())), named=True)
        fitting = set(self._by_need.get(normalised_code(line.need), ()))
        found = self._by_offer.get(normalised_code(line.offer), ())
        return Scope(tuple(deal for deal in found if deal in fitting), named=True)

    def _of_deal(self, line: Line, deal: DealFacts | None) -> Scope:
        if deal is None:
            return Scope(named=True, unknown=f"deal {line.deal}")
        if deal.provider != self._provider:
            told = f"deal {deal.code} is of provider {deal.provider}"
            return Scope(named=True, foreign=told)
        for name, code, own in (("offer", line.offer, deal.offer), ("need", line.need, deal.need)):
            if code is not None and normalised_code(code) != normalised_code(own):
                told = f"deal {deal.code} is of {name} {own}, not {code}"
                return Scope((deal.code,), named=True, foreign=told)
        return Scope((deal.code,), named=True)

    def _wrong_offer(self, line: Line) -> Scope | None:
        if line.offer is None:
            return None
        holder = self._books.offers.get(normalised_code(line.offer))
        if holder is None:
            return Scope(named=True, unknown=f"offer {line.offer}")
        if holder != self._provider:
            told = f"offer {line.offer} is of provider {holder}"
            return Scope(named=True, foreign=told)
        return None

    def _wrong_need(self, line: Line) -> Scope | None:
        if line.need is not None and normalised_code(line.need) not in self._books.needs:
            return Scope(named=True, unknown=f"need {line.need}")
        return None


def _grouped(pairs: Sequence[tuple[str, str]]) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for key, code in pairs:
        found.setdefault(key, []).append(code)
    return found
