"""Each report against a naive reading of its definition, on drawn needs, offers and deals."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction
from typing import Any

from gap_positions import CITIES, DAY, EUR, IRR, JPY, PERSON_DAY, USD, in_euro, many_rows
from hypothesis import given
from hypothesis import strategies as st
from summary_worlds import PROVIDERS, days_between, offers, signed_deals

from ledger.core.factors import Factor
from ledger.core.quantity import Unit
from ledger.eligibility.rules import OfferFacts
from ledger.gaps.completeness import ProjectState
from ledger.gaps.rows import GapRow
from ledger.summaries.amounts import Amount, rates_used
from ledger.summaries.cities import CityRecords, Given, city_rows
from ledger.summaries.coverage import COLUMNS, base_coverage
from ledger.summaries.offers import offer_rows, offer_totals
from ledger.summaries.providers import PutUp, SignedDeal, provider_rows

UNITS = {one.code: one for one in (EUR, USD, JPY, IRR, PERSON_DAY)}
EURO_OF = {"EUR": Fraction(1), "USD": 1 / Fraction("1.085")}
"""The rates of the worlds; the rial has none."""


def euros(amount: int, unit: Unit) -> int | None:
    """Convert cents half-even, by the definition."""
    rate = EURO_OF.get(unit.code)
    return None if rate is None else round(amount * rate)


def floored(part: int, whole: int) -> Decimal | None:
    """Divide with four places, rounded down."""
    if whole <= 0:
        return None
    quotient = Fraction(part, whole) * 10_000
    return (
        Decimal(quotient.numerator // quotient.denominator)
        .scaleb(-4)
        .quantize(Decimal("0.0001"), ROUND_FLOOR)
    )


def known(amounts: Iterable[int | None]) -> list[int]:
    return [one for one in amounts if one is not None]


@given(many_rows(), st.lists(st.sampled_from(COLUMNS), max_size=2, unique=True))
def test_coverage_in_the_base_currency_is_as_defined(rows: list[GapRow], by: list[str]) -> None:
    groups = base_coverage(rows, by, UNITS, in_euro())
    money = [row for row in rows if row.factor is Factor.MONEY]
    assert sum(one.needs for one in groups) == len(money)
    for group in groups:
        own = [row for row in money if all(str(row.cell(k)) == str(v) for k, v in group.keys)]
        quantified = [row for row in own if row.required is not None]
        nets = [euros((row.required or 0) - row.withdrawn, UNITS[row.unit]) for row in quantified]
        gaps = [euros(row.gap or 0, UNITS[row.unit]) for row in quantified]
        assert group.needs == len(own)
        assert group.unknown == len(own) - len(quantified)
        assert group.without_rate == nets.count(None) == len(quantified) - group.counted
        if not known(nets):
            assert (group.net, group.closed, group.gap, group.coverage) == (None,) * 4
            continue
        net, gap = sum(known(nets)), sum(known(gaps))
        assert (group.net, group.gap, group.closed) == (net, gap, net - gap)
        assert group.coverage == floored(net - gap, net)
        has_dollars = any(row.unit == "USD" for row in quantified)
        assert group.rate_date == (date(2026, 11, 20) if has_dollars else None)


def naive_use(facts: OfferFacts, within: int) -> str:
    """Read the definition of the use of an offer once more."""
    offer, stages = facts.offer, facts.balance
    taken = bool(stages.held or stages.committed or stages.delivered)
    if not stages.free and not stages.expired and taken:
        return "used up"
    ended = offer.valid_until is not None and offer.valid_until < DAY
    if not stages.free or ended or offer.withdrawn:
        return "over"
    soon = [DAY + timedelta(days=number) for number in range(within + 1)]
    if offer.valid_until in soon:
        return "lapsing"
    if offer.valid_from is not None and offer.valid_from > DAY:
        return "not begun"
    return "in use" if taken else "idle"


@given(offers(), st.integers(0, 60))
def test_offers_are_as_defined(drawn: list[OfferFacts], within: int) -> None:
    rows = offer_rows(drawn, DAY, in_euro(), within)
    by_code = {row.offer.code: row for row in rows}
    assert {*by_code} == {one.offer.code for one in drawn if sum(one.balance.stages.values())}
    for facts in drawn:
        if facts.offer.code not in by_code:
            continue
        row, stages = by_code[facts.offer.code], facts.balance
        assert row.use.value == naive_use(facts, within)
        put_up = stages.free + stages.held + stages.committed + stages.delivered + stages.expired
        assert row.used == floored(stages.committed + stages.delivered, put_up)
        until = facts.offer.valid_until
        left = None if until is None or until < DAY else days_between(DAY, until)
        assert row.days_left == left
        assert row.available_base == euros(stages.free, stages.unit)
    totals = offer_totals(rows, in_euro())
    for total in totals:
        own = [
            row
            for row in rows
            if row.offer.factor is total.factor and (total.in_base or row.unit == total.unit)
        ]
        idle = [row.facts.balance.free if row.use.value == "idle" else 0 for row in own]
        summed = [
            euros(n, row.unit) if total.in_base else n for n, row in zip(idle, own, strict=True)
        ]
        assert total.idle == (sum(known(summed)) if known(summed) else None)
        assert (total.offers, total.not_counted) == (len(own), summed.count(None))


@given(offers(), signed_deals())
def test_providers_are_as_defined(drawn: list[OfferFacts], deals: list[SignedDeal]) -> None:
    put_up = [
        PutUp(
            provider=one.provider.code,
            factor=one.offer.factor,
            unit=one.balance.unit,
            amount=one.balance.required,
        )
        for one in drawn
    ]
    rows = provider_rows(
        [(one, one.country) for one in PROVIDERS.values()], put_up, deals, DAY, in_euro()
    )
    made = {(one.provider, one.factor, one.unit.code) for one in (*put_up, *deals)}
    assert [(row.provider.code, row.factor, row.unit.code) for row in rows] == sorted(
        made, key=lambda key: (key[0], [*Factor].index(key[1]), key[2])
    )
    for row in rows:
        own = [one for one in deals if is_of(one, row)]
        assert row.offered == sum(one.amount for one in put_up if is_of(one, row))
        promised = sum(one.committed for one in own) + sum(one.delivered for one in own)
        delivered = sum(one.delivered for one in own)
        assert (row.promised, row.delivered, row.deals) == (promised, delivered, len(own))
        assert row.share_delivered == floored(delivered, promised)
        late, overdue = [], 0
        for one in own:
            if one.due_on is None:
                continue
            last = DAY if one.committed else one.delivered_on
            if last is not None and last > one.due_on:
                late.append(days_between(one.due_on, last))
            if one.due_on < DAY:
                overdue += one.committed
        late.sort()
        middle = late[: (len(late) + 1) // 2]
        assert row.late == len(late)
        assert row.overdue == overdue
        assert row.days_late == (middle[-1] if middle else None)
        assert row.most_days_late == (late[-1] if late else None)
        assert row.promised_base == euros(promised, row.unit)
        assert row.delivered_base == euros(delivered, row.unit)


def is_of(one: Any, row: Any) -> bool:
    of_row = row.provider.code, row.factor, row.unit
    return bool((one.provider, one.factor, one.unit) == of_row)


@given(many_rows(), st.lists(st.tuples(st.booleans(), st.booleans()), max_size=3))
def test_cities_are_as_defined(rows: list[GapRow], states: list[tuple[bool, bool]]) -> None:
    given_away = Given(offers=1, deals=1, delivered=[Amount(500, EUR), Amount(0, USD)])
    records = [
        CityRecords(
            city=city,
            member=True,
            rows=[row for row in rows if row.city == code],
            states=[ProjectState(complete=one, covered=other) for one, other in states],
            given=given_away,
        )
        for code, city in CITIES.items()
    ]
    made = city_rows(records, UNITS, in_euro())
    assert [row.city.code for row in made] == sorted(CITIES)
    for row in made:
        own = [one for one in rows if one.city == row.city.code]
        quantified = [one for one in own if one.required is not None]
        assert (row.needs, row.unknown) == (len(own), len(own) - len(quantified))
        assert row.needs_covered == sum(one.gap == 0 for one in quantified)
        assert row.complete == sum(one for one, _ in states)
        assert row.covered == sum(other for _, other in states)
        money = [one for one in quantified if one.factor is Factor.MONEY]
        nets = [euros((one.required or 0) - one.withdrawn, UNITS[one.unit]) for one in money]
        gaps = known(euros(one.gap or 0, UNITS[one.unit]) for one in money)
        assert row.without_rate == nets.count(None)
        if known(nets):
            net = sum(known(nets))
            assert (row.net_base, row.gap_base) == (net, sum(gaps))
            assert row.coverage == floored(net - sum(gaps), net)
        else:
            assert (row.net_base, row.gap_base, row.coverage) == (None, None, None)
        lacking = {one.unit for one in quantified if one.gap}
        assert [text.split()[-1] for text in row.gaps] == sorted(lacking)
        assert row.to_dict(EUR)["gives"] == ["5.00 EUR"]


def test_rates_are_named_with_their_day_and_currencies_without_one_too() -> None:
    base = in_euro()
    used, without = rates_used([EUR, USD, IRR, USD, PERSON_DAY], EUR, base._rates)
    assert [(one.unit, one.base, one.date) for one in used] == [("USD", "EUR", date(2026, 11, 20))]
    assert without == ["IRR"]
