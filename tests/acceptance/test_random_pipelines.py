"""Gap reports over random pipelines, each row and total beside a count over every pair."""

from __future__ import annotations

import random
from collections import Counter
from fractions import Fraction
from typing import Any

import pytest
from acceptance_model import (
    DECIMALS,
    REGIONS,
    Pair,
    Published,
    Row,
    World,
    find_rate,
    half_even,
    office_of,
    parts,
    region_name,
    written,
)
from acceptance_office import Office
from hands import seeds

TODAY = "2026-11-23"
SECTORS = ["transport", "transport.urban", "transport.air", "health", "energy"]
TOPICS = ["monorail", "metro", "bus-rapid-transit"]
INSTRUMENTS = ["grant", "loan", "guarantee"]
STATUSES = ["", "identification", "preparation", "implementation", "completion", "cancelled"]
UNITS = {
    "money": ["EUR", "EUR", "USD", "JPY", "IRR", "KWD"],
    "expertise": ["person-day", "person-month"],
    "implementation": ["package", "km"],
}
RATES = [
    ("2026-01-01", "EUR", "USD", "1.085"),
    ("2026-01-01", "EUR", "JPY", "163.4"),
    ("2026-06-01", "EUR", "USD", "1.12345678"),
    ("2026-01-01", "KWD", "EUR", "3.0303"),
]
COLUMNS = {
    "need": (
        *("code", "project", "factor", "topic", "quantity", "unit", "declared_on", "needed_by"),
        *("divisible", "instruments"),
    ),
    "offer": (
        *("code", "provider", "factor", "topics", "quantity", "unit", "declared_on"),
        *("valid_from", "valid_until", "available_from", "sectors", "countries", "regions"),
        *("cities", "excluded_countries", "instruments", "min_ticket", "max_ticket", "max_share"),
    ),
}


def some(chance: random.Random, words: list[str], often: float) -> str:
    """Choose a few words of a list, or none."""
    if chance.random() > often:
        return ""
    return ";".join(chance.sample(words, chance.randint(1, min(3, len(words)))))


def day(chance: random.Random, often: float, years: tuple[int, ...] = (2026, 2027)) -> str:
    """Choose a day, or none."""
    if chance.random() > often:
        return ""
    return f"{chance.choice(years)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"


def pipeline(seed: int) -> dict[str, list[Row]]:
    """Make a pipeline of a few cities, projects, needs and offers."""
    chance = random.Random(seed)
    cities = [
        {"code": f"C{at}", "name": f"City {at}", "country": country}
        for at, country in enumerate(chance.sample(list(REGIONS), 6))
    ]
    projects = [
        {
            "code": f"PRJ-{at}",
            "title": f"Project {at}",
            "city": chance.choice(cities)["code"],
            "sector": chance.choice(SECTORS),
            "status": chance.choice(STATUSES),
        }
        for at in range(9)
    ]
    needs, offers = [], []
    for at in range(24):
        factor = chance.choice(["money", "money", "expertise", "implementation"])
        unit = chance.choice(UNITS[factor])
        # Small numbers meet tickets and shares at their very edges.
        amount = written(
            chance.randint(1, 400) * 10 ** DECIMALS[unit] // chance.choice([1, 3]), unit
        )
        needs.append(
            {
                "code": f"N-{at:02}",
                "project": chance.choice(projects)["code"],
                "factor": factor,
                "topic": chance.choice(["", *TOPICS]),
                "quantity": "" if chance.random() < 0.1 else amount,
                "unit": unit,
                "declared_on": f"2026-0{chance.randint(1, 9)}-01",
                "needed_by": day(chance, 0.5),
                "divisible": chance.choice(["yes", "yes", "no"]),
                "instruments": some(chance, INSTRUMENTS, 0.4),
            }
        )
    countries = [city["country"] for city in cities]
    regions = sorted({code for country in countries for code in REGIONS[country]})
    for at in range(30):
        factor = chance.choice(["money", "money", "expertise", "implementation"])
        unit = chance.choice(UNITS[factor])
        scale = 10 ** DECIMALS[unit]
        first, last = sorted([day(chance, 1), day(chance, 1)])
        low, high = sorted(chance.randint(1, 300) * scale for _ in range(2))
        offers.append(
            {
                "code": f"O-{at:02}",
                "provider": "B1",
                "factor": factor,
                "topics": some(chance, TOPICS, 0.3),
                "quantity": written(chance.randint(1, 500) * scale, unit),
                "unit": unit,
                "declared_on": f"2026-0{chance.randint(1, 9)}-01",
                "valid_from": first if chance.random() < 0.3 else "",
                "valid_until": last if chance.random() < 0.3 else "",
                "available_from": day(chance, 0.3),
                "sectors": some(chance, SECTORS, 0.4),
                "countries": some(chance, countries, 0.2),
                "regions": some(chance, regions, 0.2),
                "cities": some(chance, [city["code"] for city in cities], 0.2),
                "excluded_countries": some(chance, countries, 0.15),
                "instruments": some(chance, INSTRUMENTS, 0.3),
                "min_ticket": written(low, unit) if chance.random() < 0.3 else "",
                "max_ticket": written(high, unit) if chance.random() < 0.3 else "",
                "max_share": chance.choice(["", "", "", "0.5", "0.333", "1", "0.001"]),
            }
        )
    return {
        "cities": cities,
        "providers": [{"code": "B1", "name": "Bank", "kind": "bank"}],
        "projects": projects,
        "needs": needs,
        "offers": offers,
        "rates": [dict(zip(("date", "base", "quote", "rate"), row, strict=True)) for row in RATES],
    }


def balance(tables: dict[str, list[Row]], on: str) -> World:
    """Say where everything stands before any deal, on a day."""
    stages = {
        row["code"]: Counter({free: parts(row["quantity"], row["unit"])})
        for table, free in (("needs", "open"), ("offers", "available"))
        for row in tables[table]
        if row["quantity"] and row["declared_on"] <= on
    }
    for row in (*tables["needs"], *tables["offers"]):
        stages.setdefault(row["code"], Counter())
    return World(
        *(
            {row["code"]: row for row in tables[name]}
            for name in ("cities", "projects", "needs", "offers")
        ),
        rates=[Published(at, base, quote, Fraction(rate)) for at, base, quote, rate in RATES],
        stages=stages,
        living={},
        day=on,
    )


def deals_of(world: World, seed: int) -> list[Row]:
    """Introduce pairs that the model finds eligible, and take some of them further."""
    chance = random.Random(seed)
    rows: list[Row] = []
    pairs = [(need, offer) for need in world.needs for offer in world.offers]
    chance.shuffle(pairs)
    for need, offer in pairs:
        if len(rows) > 24 or world.failed(need, offer):
            continue
        deal = _deal(chance, world, need, offer, f"D-{len(rows)}")
        if deal is not None:
            rows.append(deal)
    return rows


def _deal(chance: random.Random, world: World, need: str, offer: str, code: str) -> Row | None:
    wants, has = world.needs[need], world.offers[offer]
    rate = find_rate(world.rates, wants["unit"], has["unit"], world.day)
    open_now = world.stages[need]["open"]
    if rate is None or not open_now:
        return None
    pair = Pair(wants["unit"], has["unit"], world.stages[need], world.stages[offer])
    amount = open_now if wants["divisible"] == "no" else chance.randint(1, open_now)
    stage = chance.choice(["held", "committed"])
    kept = {code: Counter(stages) for code, stages in world.stages.items()}
    if not pair.hold(code, amount, rate, stage):
        return None
    deal = pair.deals[code]
    world.stages[need], world.stages[offer] = kept[need], kept[offer]
    if _outside(world, need, offer, amount, deal.offer[stage]):
        return None
    world.stages[need], world.stages[offer] = pair.need, pair.offer
    world.living[offer, need] = (amount, deal.offer[stage])
    act = "introduced" if stage == "held" else "committed"
    return {
        "code": code,
        "offer": offer,
        "need": need,
        "act": act,
        "quantity": written(amount, wants["unit"]),
        "unit": wants["unit"],
        "effective_on": world.day,
        "held_until": "2027-12-31" if act == "introduced" else "",
    }


def _outside(world: World, need: str, offer: str, amount: int, worth: int) -> bool:
    """Say whether exactly this amount breaks a ticket or a share (nothing lives here yet)."""
    has = world.offers[offer]
    low, high = (
        parts(has[column], has["unit"]) if has[column] else None
        for column in ("min_ticket", "max_ticket")
    )
    share = Fraction(has["max_share"] or 1)
    return (
        (low is not None and worth < low)
        or (high is not None and worth > high)
        or amount > int(share * world.net(need))
    )


def expected(world: World, need: str) -> dict[str, Any]:
    """Write the row of a need from the model."""
    row = world.needs[need]
    project = world.projects[row["project"]]
    city = world.cities[project["city"]]
    unit, known = row["unit"], bool(row["quantity"])
    stages = world.stages[need]
    net, closed = world.net(need), stages["committed"] + stages["delivered"]
    base, rate_date = _in_base(world, unit, net - closed) if known else (None, None)
    return {
        "need": need,
        "project": row["project"],
        "title": project["title"],
        "city": city["code"],
        "city_name": city["name"],
        "country": city["country"],
        "region": region_name(city["country"]),
        "office": office_of(city["country"]),
        "sector": project["sector"],
        "factor": row["factor"],
        "topic": row["topic"] or None,
        "unit": unit,
        "required": written(net + stages["withdrawn"], unit) if known else None,
        "withdrawn": written(stages["withdrawn"], unit),
        "delivered": written(stages["delivered"], unit),
        "committed": written(stages["committed"], unit),
        "held": written(stages["held"], unit),
        "gap": written(net - closed, unit) if known else None,
        "coverage": written(closed * 10_000 // net, "4") if known and net else None,
        "needed_by": row["needed_by"] or None,
        "gap_base": base if row["factor"] == "money" else None,
        "rate_date": rate_date if row["factor"] == "money" else None,
    }


DECIMALS["4"] = 4


def _in_base(world: World, unit: str, gap: int) -> tuple[str | None, str | None]:
    rate = find_rate(world.rates, unit, "EUR", world.day)
    if rate is None:
        return None, None
    amount = half_even(gap * rate * Fraction(10) ** (2 - DECIMALS[unit]))
    days = [each.day for each in world.rates if {each.base, each.quote} == {unit, "EUR"}]
    known = [at for at in days if at <= world.day]
    return written(int(amount), "EUR"), max(known) if known else None


def compare(world: World, answer: dict[str, Any], *, every_project: bool) -> None:
    """Hold a whole report against the model."""
    takes_deals = {"", "identification", "preparation", "implementation"}
    due = [
        code
        for code, row in sorted(world.needs.items(), key=lambda item: (item[1]["project"], item[0]))
        if row["declared_on"] <= world.day
        and (every_project or world.projects[row["project"]]["status"] in takes_deals)
    ]
    rows = answer["rows"]
    assert [row["need"] for row in rows] == due
    for row in rows:
        wanted = expected(world, row["need"])
        assert {key: row[key] for key in wanted} == wanted
        eligible = [o for o in world.offers if not world.failed(row["need"], o)]
        assert row["eligible_offers"] == len(eligible), (row, eligible)
        if not eligible:
            assert row["main_obstacle"], row
    _compare_totals(rows, answer["totals"])


def _compare_totals(rows: list[dict[str, Any]], totals: list[dict[str, Any]]) -> None:
    plain = {(t["factor"], t["unit"]): t for t in totals if not t.get("in_base")}
    assert set(plain) == {(row["factor"], row["unit"]) for row in rows}
    for (factor, unit), total in plain.items():
        mine = [row for row in rows if (row["factor"], row["unit"]) == (factor, unit)]
        counted = [row for row in mine if row["required"] is not None]
        assert total["counted"] == len(counted)
        assert total["not_counted"] == len(mine) - len(counted)
        assert total["rule"]
        for column in ("required", "gap"):
            amount = sum(parts(row[column], unit) for row in counted)
            assert total[column] == (written(amount, unit) if counted else None)
    money = [row for row in rows if row["factor"] == "money"]
    in_base = [total for total in totals if total.get("in_base")]
    if money and in_base:
        (total,) = in_base
        counted = [row for row in money if row["gap_base"] is not None]
        assert (total["counted"], total["not_counted"]) == (
            len(counted),
            len(money) - len(counted),
        )
        gap = sum(parts(row["gap_base"], "EUR") for row in counted)
        assert total["gap"] == (written(gap, "EUR") if counted else None)


@pytest.mark.parametrize("seed", seeds(2, 8))
def test_before_and_after_deals(office: Office, seed: int) -> None:
    tables = pipeline(seed)
    office.take_in(tables)
    for on in ("2026-03-15", "2026-07-01", TODAY):
        before = balance(tables, on)
        compare(before, office.gaps("--all", "--as-of", on), every_project=True)
    world = balance(tables, TODAY)
    compare(world, office.gaps(), every_project=False)
    deals = deals_of(world, seed)
    assert deals
    office.take_in({"deals": deals})
    compare(world, office.gaps("--all"), every_project=True)
    office.checked()


@pytest.mark.parametrize("seed", range(3))
def test_what_the_model_refuses_is_refused(office: Office, seed: int) -> None:
    """Of the pairs that fail, some are tried in full: each is refused, by the model's rules."""
    tables = pipeline(seed)
    office.take_in(tables)
    world = balance(tables, TODAY)
    chance = random.Random(seed)
    pairs = [(need, offer) for need in world.needs for offer in world.offers]
    for need, offer in chance.sample(pairs, 12):
        failed = world.failed(need, offer)
        row = world.needs[need]
        amount = parts(row["quantity"] or "1", row["unit"])
        words = ("deal", "introduce", offer, need, f"{written(amount, row['unit'])} {row['unit']}")
        if failed:
            code, error = office.refuse(*words, "--until", "2027-12-31")
            assert code in {3, 4}, error


@pytest.mark.parametrize("seed", range(2))
def test_candidates_name_every_rule_they_fail(office: Office, seed: int) -> None:
    tables = pipeline(seed)
    office.take_in(tables)
    world = balance(tables, TODAY)
    office.take_in({"deals": deals_of(world, seed)})
    for need in list(world.needs)[:6]:
        rows = office.do("need", "candidates", need, "--all")["rows"]
        assert {row["offer"] for row in rows} == set(world.offers)
        _same_verdicts(world, rows)
        fewest = [len(row["failures"]) for row in rows]
        assert fewest == sorted(fewest)
        shown = office.do("need", "candidates", need)["rows"]
        able = {o for o in world.offers if not world.failed(need, o)}
        assert {row["offer"] for row in shown if row["eligible"]} == able
    for offer in list(world.offers)[:6]:
        rows = office.do("offer", "candidates", offer, "--all")["rows"]
        assert {row["need"] for row in rows} <= set(world.needs)
        _same_verdicts(world, rows)


def _same_verdicts(world: World, rows: list[dict[str, Any]]) -> None:
    for row in rows:
        wanted = world.failed(row["need"], row["offer"])
        assert {failure["rule"] for failure in row["failures"]} == wanted - {"room"}, row
        if row["eligible"]:
            assert not wanted - {"room"}, row
