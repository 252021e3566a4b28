"""What-if: today's proposal compared with that of a scenario. Nothing is written.

A scenario adds, withdraws or changes offers, needs and projects on a copy of the ledger's day. Its
values are parsed by the same cells as an import.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from ledger.core.errors import InvalidInput, UsageError
from ledger.core.factors import Side, Stage
from ledger.core.quantity import Unit, format_amount, format_quantity, parse_quantity
from ledger.core.suggest import did_you_mean
from ledger.core.text import list_cell, normalised_code
from ledger.eligibility.rules import NeedFacts, OfferFacts
from ledger.interchange.cells import Lookups, neutral_text
from ledger.interchange.reader import read_paths
from ledger.interchange.writer import register_line
from ledger.journal import moves
from ledger.journal.balance import Balance
from ledger.matching.comparison import Comparison
from ledger.registers.records import Offer, Provider
from ledger.registers.spec import Kind
from ledger.registers.table import OFFER, REGISTERS
from ledger.solver.options import UNLIMITED, SolverOptions
from ledger.store.registers import find_code
from ledger.store.session.ledger import Ledger
from ledger.store.session.snapshot import Reader, Snapshot
from ledger.usecases.matching.explaining.explain import find_target
from ledger.usecases.matching.propose import (
    MATCHED,
    MatchQuery,
    build_pipeline,
    read_pipeline,
    solve_pipeline,
)
from ledger.usecases.registers.parse import (
    FREE_TEXT,
    BadTerms,
    parse_named,
    read_terms,
    refusal_of,
)

_FIELD = re.compile(r"(?:^|\s)([a-z_]+)=")
_AMOUNTS = ("quantity", "min_ticket", "max_ticket")


class UnreadableSupposition(UsageError, code="unreadable-supposition"):
    """A supposition that is not made of field=value."""

    default_why = "Fields are the columns of the canonical tables, each with its value behind =."
    default_next = "Write it like 'factor=money quantity=50M unit=EUR sectors=transport'."


class UnknownField(InvalidInput, code="unknown-field"):
    """A supposition names a field that the record does not have, or that never changes."""


def require_field(kind: str, column: str, known: Sequence[str]) -> None:
    """Refuse a field that a record does not have, or of which nothing can be supposed."""
    if column in known:
        return
    article = "an" if kind == "offer" else "a"
    raise UnknownField(
        f"There is no field {column!r} to suppose of {article} {kind}.",
        why=f"The fields are {', '.join(known)}.",
        next_step=did_you_mean(column, known) or "Name one of those.",
    )


def offers_in(text: str) -> Iterable[dict[str, str]]:
    """Parse an offer from field=value pairs, or offers from a CSV file in canonical columns."""
    if "=" not in text:
        reading = read_paths([Path(text)], "offers")
        if reading.problems:
            raise refusal_of(reading.problems)
        return [row.cells for table in reading.tables for row in table.rows]
    matches = list(_FIELD.finditer(text))
    if not matches or text[: matches[0].start()].strip():
        raise UnreadableSupposition(f"{text!r} does not begin with field=value.")
    field_ends = [*(match.start() for match in matches[1:]), len(text)]
    fields = [
        (match[1], _cell("offer", match[1], text[match.end() : end].strip()))
        for match, end in zip(matches, field_ends, strict=True)
    ]
    for name, count in Counter(name for name, _ in fields).items():
        if count > 1:
            raise UnreadableSupposition(f"{text!r} gives {name} twice.")
    return [dict(fields)]


def _cell(kind: str, name: str, text: str) -> str:
    column = REGISTERS[kind].column.get(name)
    return list_cell(text) if column is not None and column.is_list else text


def plain_amounts(
    units: Mapping[str, Unit], cells: Mapping[str, str | None]
) -> dict[str, str | None]:
    """Accept quantity and tickets with their unit; that of the quantity is the offer unit."""
    converted = dict(cells)
    unit = units.get(cells.get("unit") or "")
    for column in _AMOUNTS:
        text = converted.get(column)
        if not text or (column == "quantity" and unit is not None and text[-1].isdigit()):
            continue
        if unit is None:
            quantity = parse_quantity(text, units)
            unit = quantity.unit
            converted["unit"] = unit.code
        quantity = parse_named(units, column, text, unit, default_unit=unit)
        converted[column] = format_amount(quantity.amount, unit.decimals)
    return converted


CHANGEABLE: Final[Mapping[str, tuple[str, ...]]] = {
    "offer": (
        *("quantity", "topics", "valid_from", "valid_until", "available_from", "sectors"),
        *("countries", "regions", "cities", "excluded_countries", "instruments", "min_ticket"),
        *("max_ticket", "max_share", "condition", "rate", "withdrawn"),
    ),
    "need": ("quantity", "topic", "needed_by", "divisible", "instruments"),
    "project": ("weight", "status", "sector"),
}
"""The fields of a record that a scenario may change: the terms that matching looks at."""

_SUPPOSED: Final = Provider(code="SUPPOSED", name="supposed", kind="fund")


class NothingSupposed(UsageError, code="nothing-supposed"):
    """A what-if without a supposition."""

    default_why = "What-if sets today's proposal beside the one of another world."
    default_next = (
        "Suppose something: --add-offer 'factor=money quantity=50M unit=EUR', --withdraw OFFER, "
        "--change OFFER field=value or --lift RESTRICTION."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIfRequest:
    """The suppositions as typed: offers to add, codes to withdraw, codes with field=value.

    `lift` are restrictions that are supposed to bar nothing.
    """

    add_offers: Sequence[str] = ()
    withdraw: Sequence[str] = ()
    changes: Sequence[tuple[str, str]] = ()
    lift: Sequence[str] = ()


@dataclass(slots=True)
class Scenario:
    """A copy of the needs and offers with suppositions applied, which `suppositions` lists."""

    needs: dict[str, NeedFacts]
    offers: dict[str, OfferFacts]
    units: Mapping[str, Unit]
    snapshot: Snapshot
    aliases: Mapping[str, Mapping[str, str]]
    suppositions: list[str] = field(default_factory=list)


def build_scenario(reader: Reader, snapshot: Snapshot, wish: WhatIfRequest) -> Scenario:
    """Build a scenario: withdrawals first, then changes, additions, and what is lifted.

    Raises `NothingSupposed`, `UnreadableSupposition`, `UnknownField`, `UnknownCode`, `BadTerms`,
    and what revising and withdrawing raise.
    """
    if not (wish.add_offers or wish.withdraw or wish.changes or wish.lift):
        raise NothingSupposed("Nothing is supposed.")
    needs, offers = dict(snapshot.need_facts), dict(snapshot.offer_facts)
    aliases = {kind: _normalised(reader.aliases(kind)) for kind in ("city", "provider")}
    scenario = Scenario(needs, offers, snapshot.units, snapshot, aliases)
    for typed in wish.withdraw:
        _withdraw(scenario, find_code(reader.connection, Side.OFFER, typed))
    for typed, text in wish.changes:
        kind, code = find_target(reader, snapshot, typed)
        _change(scenario, kind, code, text)
    for text in wish.add_offers:
        for cells in offers_in(text):
            _add(scenario, cells)
    _lift(scenario, [find_code(reader.connection, "restriction", one) for one in wish.lift])
    return scenario


def _lift(scenario: Scenario, codes: Sequence[str]) -> None:
    """Leave restrictions out of what bars the offers."""
    if not codes:
        return
    kept = scenario.snapshot.restrictions.without(codes)
    for code, facts in scenario.offers.items():
        scenario.offers[code] = replace(facts, restrictions=kept)
    scenario.suppositions += [f"restriction {code} lifted" for code in codes]


def _normalised(aliases: Mapping[str, str]) -> dict[str, str]:
    return {normalised_code(former): code for former, code in aliases.items()}


def _withdraw(scenario: Scenario, code: str) -> None:
    facts = scenario.offers[code]
    balance = after_movements(facts.balance, moves.withdrawal_movements(facts.balance, None))
    offer = replace(facts.offer, withdrawn=True)
    scenario.offers[code] = replace(facts, offer=offer, balance=balance)
    scenario.suppositions.append(f"offer {code} withdrawn")


def _change(scenario: Scenario, kind: str, code: str, text: str) -> None:
    column, equals, value = text.partition("=")
    column = column.strip().casefold().replace("-", "_")
    if not equals or not column:
        raise UnreadableSupposition(f"{text!r} is not field=value.")
    require_field(kind, column, CHANGEABLE[kind])
    if column == "quantity":
        table: dict[str, Any] = scenario.needs if kind == "need" else scenario.offers
        _revise(scenario, table, code, value.strip())
    else:
        _CHANGES[kind](scenario, code, column, _cell(kind, column, value.strip()))
    scenario.suppositions.append(f"{kind} {code}: {column} {value.strip() or 'none'}")


def _change_project(scenario: Scenario, code: str, column: str, value: str) -> None:
    for need, facts in scenario.needs.items():
        if facts.project.code == code:
            cells = {**register_line("projects", facts.project), column: value}
            project, _ = _read(scenario, "project", cells)
            scenario.needs[need] = replace(facts, project=project)


def _change_need(scenario: Scenario, code: str, column: str, value: str) -> None:
    facts = scenario.needs[code]
    unit = facts.balance.unit
    cells = {**register_line("needs", facts.need, unit), column: value}
    need, _ = _read(scenario, "need", cells)
    scenario.needs[code] = replace(facts, need=need)


def _change_offer(scenario: Scenario, code: str, column: str, value: str) -> None:
    facts = scenario.offers[code]
    before, balance = facts.offer, facts.balance
    cells = {**register_line("offers", before, balance.unit), column: value}
    offer, _ = _read(scenario, "offer", plain_amounts(scenario.units, cells))
    offer = _by_codes_of_now(scenario, offer)
    day = scenario.snapshot.day
    for stage, ended, ends in (
        (Stage.EXPIRED, before.has_expired(day), offer.has_expired(day)),
        (Stage.WITHDRAWN, before.withdrawn, offer.withdrawn),
    ):
        if ended and not ends and balance.stages.get(stage):
            movements = moves.reinstatement_movements(balance, stage, None)
            balance = after_movements(balance, movements)
    if offer.withdrawn and balance.free:
        balance = after_movements(balance, moves.withdrawal_movements(balance, None))
    scenario.offers[code] = replace(facts, offer=offer, balance=balance)


_CHANGES: Final = {"project": _change_project, "need": _change_need, "offer": _change_offer}


def _revise(scenario: Scenario, table: dict[str, Any], code: str, value: str) -> None:
    """Change the total of a need or an offer. Raises `BelowQuantityInUse` and `WrongUnit`."""
    balance = table[code].balance
    unit = balance.unit
    quantity = parse_named(scenario.units, "quantity", value, unit, default_unit=unit)
    balance = after_movements(balance, moves.revision_movements(balance, quantity.amount))
    table[code] = replace(table[code], balance=balance)


def _add(scenario: Scenario, fields: Mapping[str, str]) -> None:
    columns = [one.name for one in OFFER.columns if one.kind is not Kind.SHOWN]
    for column in fields:
        require_field("offer", column, columns)
    cells: dict[str, str | None] = {"code": _next_free_code(scenario), "provider": _SUPPOSED.code}
    cells |= {column: text for column, text in fields.items() if text}
    offer, amount = _read(scenario, "offer", plain_amounts(scenario.units, cells))
    offer = _by_codes_of_now(scenario, offer)
    if amount is None:
        raise BadTerms("quantity: The quantity is missing.")
    if offer.code in scenario.offers:
        raise BadTerms(
            f"code: There is an offer {offer.code} already.",
            next_step=f"Leave the code out, or suppose --change {offer.code} field=value.",
        )
    _require_cities(scenario, offer)
    snapshot = scenario.snapshot
    provider = snapshot.records("provider").get(offer.provider)
    provider = provider or replace(_SUPPOSED, code=offer.provider)
    unit = scenario.units[offer.unit]
    balance = Balance(Side.OFFER, offer.code, unit, {Stage.AVAILABLE: amount})
    country = snapshot.country_of(provider)
    facts = OfferFacts(offer, provider, balance, country, snapshot.restrictions)
    scenario.offers[offer.code] = facts
    shown = format_quantity(amount, unit)
    scenario.suppositions.append(f"offer {offer.code} added: {offer.factor}, {shown}")


def _by_codes_of_now(scenario: Scenario, offer: Offer) -> Offer:
    """Give an offer whose provider and cities are named by the codes that they have now."""
    cities, providers = scenario.aliases["city"], scenario.aliases["provider"]
    return replace(
        offer,
        provider=providers.get(normalised_code(offer.provider), offer.provider),
        cities=tuple(cities.get(normalised_code(one), one) for one in offer.cities),
    )


def _require_cities(scenario: Scenario, offer: Offer) -> None:
    cities = scenario.snapshot.records("city")
    for code in offer.cities:
        if code not in cities:
            hint = did_you_mean(code, cities, limit=3) or None
            raise BadTerms(f"cities: There is no city {code!r}.", next_step=hint)


def _next_free_code(scenario: Scenario) -> str:
    number = 1
    while f"NEW-{number}" in scenario.offers:
        number += 1
    return f"NEW-{number}"


def _read(scenario: Scenario, kind: str, cells: Mapping[str, str | None]) -> tuple[Any, int | None]:
    """Read the cells of a record, taken literally, and its quantity. Raises `BadTerms`."""
    columns = REGISTERS[kind].column
    literal = {
        name: neutral_text(text) if columns[name].kind in FREE_TEXT else text
        for name, text in cells.items()
        if text
    }
    return read_terms(Lookups(scenario.units, scenario.snapshot.day), kind, literal)


def after_movements(balance: Balance, movements: moves.Movements) -> Balance:
    """Return a balance after movements."""
    stages = dict(balance.stages)
    for one in movements:
        stages[one.from_stage] = stages.get(one.from_stage, 0) - one.amount
        stages[one.to_stage] = stages.get(one.to_stage, 0) + one.amount
    return replace(balance, stages=stages)


def what_if(
    ledger: Ledger, query: MatchQuery, wish: WhatIfRequest, options: SolverOptions = UNLIMITED
) -> Comparison:
    """Compare today's proposal with that of a scenario, over the same selection.

    Raises what `build_scenario` and `read_pipeline` raise.
    """
    with ledger.reader(query.times) as reader:
        snapshot = reader.snapshot(*MATCHED)
        supposed = build_scenario(reader, snapshot, wish)
        pipeline = read_pipeline(reader, snapshot, query)
    scenario = build_pipeline(
        snapshot,
        pipeline.selected,
        needs=supposed.needs,
        offers=supposed.offers,
        pauses=pipeline.pauses,
        stored_baseline=pipeline.stored_baseline,
        churn=pipeline.churn,
        limits=pipeline.limits,
    )
    baseline = pipeline.stored_baseline
    return Comparison(
        suppositions=tuple(supposed.suppositions),
        today=solve_pipeline(pipeline, options).proposal,
        scenario=solve_pipeline(scenario, options).proposal,
        baseline=None if baseline is None else baseline.stored.code,
        old_rates=snapshot.rate_of.old(query.rate_days),
    )
