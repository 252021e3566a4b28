"""Suppositions: offers added, withdrawn or changed on a copy of what the ledger holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from ledger import acts
from ledger.eligibility_facts import NeedFacts, OfferFacts
from ledger.errors import UsageError
from ledger.factors import Side, Stage
from ledger.interchange.canonical import TABLES, Kind
from ledger.interchange.lines import register_line
from ledger.members import Provider
from ledger.offers import Offer
from ledger.quantity import Unit, format_quantity
from ledger.standing import Standing
from ledger.store.picture import Picture
from ledger.store.registers import find_code
from ledger.suggest import nearest
from ledger.usecases.explain import find_target
from ledger.usecases.register_terms import BadTerms
from ledger.usecases.supposed_terms import (
    UnreadableSupposition,
    offers_in,
    plain_amounts,
    read_record,
    require_field,
    typed_amount,
)

CHANGEABLE: Final[Mapping[str, tuple[str, ...]]] = {
    "offer": (
        *("quantity", "topics", "valid_from", "valid_until", "available_from", "sectors"),
        *("countries", "regions", "cities", "excluded_countries", "instruments", "min_ticket"),
        *("max_ticket", "max_share", "condition", "rate", "withdrawn"),
    ),
    "need": ("quantity", "topic", "needed_by", "divisible", "instruments"),
    "project": ("weight", "status", "sector"),
}
"""What may be supposed of a record: the terms that matching looks at."""

_SUPPOSED: Final = Provider(code="SUPPOSED", name="supposed", kind="fund")


class NothingSupposed(UsageError):
    """A what-if without a supposition."""

    code = "nothing-supposed"
    default_why = "What-if sets today's proposal beside the one of another world."
    default_next = (
        "Suppose something: --add-offer 'factor=money quantity=50M unit=EUR', --withdraw OFFER "
        "or --change OFFER field=value."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is supposed, as typed: offers to add, codes to withdraw, codes with field=value."""

    add_offers: Sequence[str] = ()
    withdraw: Sequence[str] = ()
    changes: Sequence[tuple[str, str]] = ()


@dataclass(slots=True)
class Supposed:
    """A copy of the needs and offers on which suppositions are made; `said` tells each."""

    needs: dict[str, NeedFacts]
    offers: dict[str, OfferFacts]
    units: Mapping[str, Unit]
    picture: Picture
    said: list[str] = field(default_factory=list)


def suppose(picture: Picture, wish: Wish) -> Supposed:
    """Make every supposition on a copy: withdrawals, then changes, then what is added.

    Raises `NothingSupposed`, `UnreadableSupposition`, `UnknownField`, `UnknownCode`, `BadTerms`,
    and what revising and withdrawing raise.
    """
    if not (wish.add_offers or wish.withdraw or wish.changes):
        raise NothingSupposed("Nothing is supposed.")
    needs, offers = dict(picture.need_facts), dict(picture.offer_facts)
    found = Supposed(needs, offers, picture.units, picture)
    for typed in wish.withdraw:
        _withdraw(found, find_code(picture.connection, Side.OFFER, typed))
    for typed, text in wish.changes:
        kind, code = find_target(picture, typed)
        _change(found, kind, code, text)
    for text in wish.add_offers:
        for cells in offers_in(text):
            _add(found, cells)
    return found


def _withdraw(found: Supposed, code: str) -> None:
    facts = found.offers[code]
    standing = moved(facts.standing, acts.withdraw(facts.standing, None))
    offer = replace(facts.offer, withdrawn=True)
    found.offers[code] = replace(facts, offer=offer, standing=standing)
    found.said.append(f"offer {code} withdrawn")


def _change(found: Supposed, kind: str, code: str, text: str) -> None:
    column, equals, value = text.partition("=")
    column = column.strip().casefold().replace("-", "_")
    if not equals or not column:
        raise UnreadableSupposition(f"{text!r} is not field=value.")
    require_field(kind, column, CHANGEABLE[kind])
    if kind == "project":
        _change_project(found, code, column, value.strip())
    elif kind == "need":
        _change_need(found, code, column, value.strip())
    else:
        _change_offer(found, code, column, value.strip())
    found.said.append(f"{kind} {code}: {column} {value.strip() or 'none'}")


def _change_project(found: Supposed, code: str, column: str, value: str) -> None:
    for need, facts in found.needs.items():
        if facts.project.code == code:
            cells = {**register_line("projects", facts.project), column: value}
            project = read_record(found.units, found.picture.day, "project", cells)
            found.needs[need] = replace(facts, project=project)


def _change_need(found: Supposed, code: str, column: str, value: str) -> None:
    facts = found.needs[code]
    unit = facts.standing.unit
    if column == "quantity":
        found.needs[code] = replace(facts, standing=_revised(found, facts.standing, value))
        return
    cells = {**register_line("needs", facts.need, unit), column: value}
    need, _ = read_record(found.units, found.picture.day, "need", cells)
    found.needs[code] = replace(facts, need=need)


def _change_offer(found: Supposed, code: str, column: str, value: str) -> None:
    facts = found.offers[code]
    before, standing = facts.offer, facts.standing
    if column == "quantity":
        found.offers[code] = replace(facts, standing=_revised(found, standing, value))
        return
    cells = {**register_line("offers", before, standing.unit), column: value}
    offer, _ = read_record(
        found.units, found.picture.day, "offer", plain_amounts(found.units, cells)
    )
    day = found.picture.day
    if before.has_expired(day) and not offer.has_expired(day) and standing.expired:
        standing = moved(standing, acts.reinstate(standing, Stage.EXPIRED, None))
    if before.withdrawn and not offer.withdrawn and standing.withdrawn:
        standing = moved(standing, acts.reinstate(standing, Stage.WITHDRAWN, None))
    if offer.withdrawn and standing.free:
        standing = moved(standing, acts.withdraw(standing, None))
    found.offers[code] = replace(facts, offer=offer, standing=standing)


def _revised(found: Supposed, standing: Standing, value: str) -> Standing:
    """Give a standing with another quantity in all. Raises `BelowWhatIsTaken` and `WrongUnit`."""
    quantity = typed_amount(found.units, "quantity", value, standing.unit)
    return moved(standing, acts.revise(standing, quantity))


def _add(found: Supposed, given: Mapping[str, str]) -> None:
    known = [one.name for one in TABLES["offers"].columns if one.kind is not Kind.SHOWN]
    for column in given:
        require_field("offer", column, known)
    cells: dict[str, str | None] = {"code": _free_code(found), "provider": _SUPPOSED.code}
    cells |= {column: text for column, text in given.items() if text}
    offer, amount = read_record(
        found.units, found.picture.day, "offer", plain_amounts(found.units, cells)
    )
    if amount is None:
        raise BadTerms("quantity: The quantity is missing.")
    if offer.code in found.offers:
        raise BadTerms(
            f"code: There is an offer {offer.code} already.",
            next_step=f"Leave the code out, or suppose --change {offer.code} field=value.",
        )
    _require_cities(found, offer)
    provider = found.picture.records("provider").get(offer.provider)
    unit = found.units[offer.unit]
    standing = Standing(Side.OFFER, offer.code, unit, {Stage.AVAILABLE: amount})
    facts = OfferFacts(offer, provider or replace(_SUPPOSED, code=offer.provider), standing)
    found.offers[offer.code] = facts
    shown = format_quantity(amount, unit)
    found.said.append(f"offer {offer.code} added: {offer.factor}, {shown}")


def _require_cities(found: Supposed, offer: Offer) -> None:
    cities = found.picture.records("city")
    for code in offer.cities:
        if code not in cities:
            near = nearest(code, cities)
            hint = f"Did you mean {' or '.join(near)}?" if near else None
            raise BadTerms(f"cities: There is no city {code!r}.", next_step=hint)


def _free_code(found: Supposed) -> str:
    number = 1
    while f"NEW-{number}" in found.offers:
        number += 1
    return f"NEW-{number}"


def moved(standing: Standing, movements: acts.Movements) -> Standing:
    """Give a standing as movements would leave it."""
    stages = dict(standing.stages)
    for one in movements:
        stages[one.from_stage] = stages.get(one.from_stage, 0) - one.amount
        stages[one.to_stage] = stages.get(one.to_stage, 0) + one.amount
    return replace(standing, stages=stages)
