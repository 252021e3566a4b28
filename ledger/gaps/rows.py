"""Gap rows: what every need still lacks, exact, with unknown amounts apart from zero."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ledger.approaches.states import Asked
from ledger.core.factors import Factor
from ledger.core.quantity import Unit, format_amount
from ledger.eligibility.rules import NeedFacts
from ledger.reference.places import subregion_name
from ledger.registers.records import ACTIVE_STATUSES, City

if TYPE_CHECKING:
    from ledger.eligibility.counts import EligibleCount
    from ledger.rates.rates import RateFinder

COVERAGE_PLACES = 4
_NO_COVERAGE: Final = Decimal((0, (0,), -COVERAGE_PLACES))
_written: Final = lru_cache(maxsize=1024)(format_amount)
"""Writes an amount: in most needs several stages hold the same, above all nothing."""
NOBODY_ASKED: Final[Mapping[str, Asked]] = MappingProxyType({})
_NOT_ASKED: Final = Asked()
_NOT_COUNTED: Final[Mapping[str, EligibleCount]] = MappingProxyType({})


class GapRow(NamedTuple):
    """One need's gap. Amounts are in the smallest part of `unit`, base ones of the base currency.

    None is unknown: `required`, `gap` and `coverage` of a need whose amount was never given, or
    whose declaration was reversed (`quantity_absent` says which),
    `gap_base` if no rate is known or the need is not money, `eligible_offers` if they were not
    counted. `rate_date` is the oldest day of the quotes used, None in the base currency. `asked`,
    `interested` and `declined` count the approaches that present the need.
    """

    need: str
    project: str
    title: str
    city: str
    city_name: str
    country: str
    region: str
    office: str
    sector: str
    factor: Factor
    topic: str | None
    unit: str
    required: int | None
    delivered: int
    committed: int
    held: int
    withdrawn: int
    gap: int | None
    coverage: Decimal | None
    needed_by: date | None
    gap_base: int | None
    rate_date: date | None
    eligible_offers: int | None
    main_obstacle: str | None
    status: str
    obstacle_rule: str | None
    quantity_absent: str | None
    member: bool
    asked: int
    interested: int
    declined: int
    decimals: int
    base_decimals: int
    required_base: int | None

    def counted(self, count: EligibleCount) -> GapRow:
        """Return the row with the count of the offers that the need could turn to."""
        return self._replace(
            eligible_offers=count.eligible,
            main_obstacle=count.obstacle,
            obstacle_rule=count.obstacle_rule,
        )

    def cell(self, column: str) -> str | int | None:
        """Return one column for machines: amounts as exact decimal text, dates as ISO 8601."""
        value = getattr(self, column)
        if value is None:
            return None
        if column in AMOUNT_COLUMNS:
            return format_amount(value, self.decimals)
        if column == "gap_base":
            return format_amount(value, self.base_decimals)
        return value if isinstance(value, int) else str(value)

    def to_dict(self) -> dict[str, str | int | None]:
        """Return the row as in `cityfund.gaps/1`, every column in order, each as its `cell`."""
        row: dict[str, Any] = dict(zip(COLUMNS, self, strict=False))  # without what is not shown
        for column in AMOUNT_COLUMNS:
            if row[column] is not None:
                row[column] = _written(row[column], self.decimals)
        if row["gap_base"] is not None:
            row["gap_base"] = _written(row["gap_base"], self.base_decimals)
        for column in _WRITTEN:
            if row[column] is not None:
                row[column] = str(row[column])
        return row


TEXT_COLUMNS = frozenset(
    (
        *("need", "project", "title", "city", "city_name", "country", "region", "office"),
        *(
            "sector",
            "factor",
            "topic",
            "unit",
            "main_obstacle",
            "status",
            "obstacle_rule",
            "quantity_absent",
            "member",
        ),
    )
)
AMOUNT_COLUMNS = frozenset(("required", "delivered", "committed", "held", "withdrawn", "gap"))
COUNTED_COLUMNS = frozenset(("eligible_offers", "main_obstacle", "obstacle_rule"))
"""The columns of the offers that a need could turn to, which take the longest to find."""
DATE_COLUMNS = frozenset(("needed_by", "rate_date"))
COLUMNS = tuple(
    name for name in GapRow._fields if name not in ("decimals", "base_decimals", "required_base")
)
"""Every column of a row in the order of the answer."""
_WRITTEN: Final = ("factor", "coverage", *sorted(DATE_COLUMNS))
"""The columns beside amounts whose values are neither plain text nor a whole number."""


def coverage_ratio(closed: int, net: int) -> Decimal | None:
    """Return committed + delivered over required - withdrawn, rounded down to four places.

    None if the divisor is zero: there is nothing to cover.
    """
    if net <= 0:
        return None
    if not closed:
        return _NO_COVERAGE
    parts = closed * 10**COVERAGE_PLACES // net
    return Decimal((0, tuple(map(int, str(parts))), -COVERAGE_PLACES))


class BaseCurrency:
    """Converts money into the ledger's base currency, with one lookup per unit."""

    def __init__(self, unit: Unit, rates: RateFinder) -> None:
        """Take the base currency, and the finder of rates for one day."""
        self.unit = unit
        self._rates = rates
        self._ratios: dict[str, tuple[int, int, date | None] | None] = {}

    def convert(self, amount: int, unit: Unit) -> int | None:
        """Return an amount in the base currency, rounded half-even; None without a rate."""
        ratio = self._ratio(unit)
        if ratio is None:
            return None
        whole, rest = divmod(amount * ratio[0], ratio[1])
        twice = 2 * rest
        return whole + (twice > ratio[1] or (twice == ratio[1] and whole % 2 == 1))

    def rate_date(self, unit: Unit) -> date | None:
        """Return the day of the rate used; None without one, or if none was needed."""
        ratio = self._ratio(unit)
        return ratio[2] if ratio is not None else None

    def _ratio(self, unit: Unit) -> tuple[int, int, date | None] | None:
        if unit.code not in self._ratios:
            self._ratios[unit.code] = self._find_ratio(unit)
        return self._ratios[unit.code]

    def _find_ratio(self, unit: Unit) -> tuple[int, int, date | None] | None:
        if unit.code == self.unit.code:
            return 1, 1, None
        conversion = self._rates(unit.code, self.unit.code) if unit.kind == "money" else None
        if conversion is None:
            return None
        over, under = conversion.rate.as_integer_ratio()
        return over * 10**self.unit.decimals, under * 10**unit.decimals, conversion.day


IsMember = Callable[[City], bool]
"""Says whether a city is a member on the day of the rows."""


def _by_register(city: City) -> bool:
    return city.member


def gap_row(
    facts: NeedFacts,
    base: BaseCurrency,
    is_member: IsMember = _by_register,
    *,
    count: EligibleCount | None = None,
    asked: Asked = _NOT_ASKED,
) -> GapRow:
    """Return one need's gap row at the times of its facts.

    `count` is that of its eligible offers, where they were counted, and `asked` of its approaches.
    """
    need, project, city, balance = facts.need, facts.project, facts.city, facts.balance
    unit, known, required = balance.unit, balance.quantified, balance.required
    net, closed = balance.net, balance.committed + balance.delivered
    gap = net - closed
    required_base = base.convert(required, unit) if known else None
    gap_base = required_base if gap == required or not known else base.convert(gap, unit)
    return GapRow(
        need=need.code,
        project=project.code,
        title=project.title,
        city=city.code,
        city_name=city.name,
        country=city.country,
        region=subregion_name(city.country),
        office=city.office,
        sector=project.sector,
        factor=need.factor,
        topic=need.topic,
        unit=unit.code,
        required=required if known else None,
        delivered=balance.delivered,
        committed=balance.committed,
        held=balance.held,
        withdrawn=balance.withdrawn,
        gap=gap if known else None,
        coverage=coverage_ratio(closed, net) if known else None,
        needed_by=need.needed_by,
        gap_base=gap_base,
        rate_date=base.rate_date(unit) if known else None,
        eligible_offers=count and count.eligible,
        main_obstacle=count and count.obstacle,
        status=project.status,
        obstacle_rule=count and count.obstacle_rule,
        quantity_absent=balance.quantity_absent,
        member=is_member(city),
        asked=asked.asked,
        interested=asked.interested,
        declined=asked.declined,
        decimals=unit.decimals,
        base_decimals=base.unit.decimals,
        required_base=required_base,
    )


def reported(needs: Iterable[NeedFacts], *, include_inactive: bool = False) -> list[NeedFacts]:
    """Return the needs that have rows, ordered by project, then need code.

    Projects whose status takes no new deals are omitted unless `include_inactive`.
    """
    chosen = [
        facts for facts in needs if include_inactive or facts.project.status in ACTIVE_STATUSES
    ]
    chosen.sort(key=lambda facts: (facts.project.code, facts.need.code))
    return chosen


def gap_rows(
    needs: Iterable[NeedFacts],
    base: BaseCurrency,
    *,
    include_inactive: bool = False,
    is_member: IsMember = _by_register,
    asked: Mapping[str, Asked] = NOBODY_ASKED,
    counts: Mapping[str, EligibleCount] = _NOT_COUNTED,
) -> list[GapRow]:
    """Return the rows of the needs that are `reported`, in their order.

    `asked` counts the approaches that present each need, `counts` the eligible offers.
    """
    rows = []
    for facts in reported(needs, include_inactive=include_inactive):
        code = facts.need.code
        count, approaches = counts.get(code), asked.get(code, _NOT_ASKED)
        rows.append(gap_row(facts, base, is_member, count=count, asked=approaches))
    return rows
