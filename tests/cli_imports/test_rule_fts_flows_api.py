"""The rule for flows as the API of FTS gives them: objects of several types in two lists."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest
from officer import Officer
from posted_amounts import exported

pytestmark = pytest.mark.only_on("sqlite")
"""What a file holds is read before a ledger is opened, whichever engine keeps it."""

Flow = dict[str, Any]
COUNTRIES = {
    1: ("Ukraine", "UA"),
    2: ("Syrian Arab Republic", "SY"),
    3: ("Türkiye", "TR"),
    4: ("Congo, The Democratic Republic of the", "CD"),
    5: ("Venezuela, Bolivarian Republic of", "VE"),
    6: ("occupied Palestinian territory", "PS"),
}
"""Countries as FTS writes them, each by the seed of its file."""


def thing(kind: str, number: int, name: str, **more: Any) -> Flow:
    return {"type": kind, "id": str(number), "name": name, "behavior": "single", **more}


def donor(random: Random) -> list[Flow]:
    number = random.randrange(5)
    kind = ["Government", "NGO", "UN agency", "Pooled fund", "Other"][number]
    return [thing("Organization", number, f"Donor {number}", organizationTypes=[kind])]


def flow(random: Random, number: int, country: int, **changed: Any) -> Flow:
    """Make one flow; the objects of a list come in any order."""
    plan = random.randrange(3)
    to = [
        thing("Organization", 99, "World Food Programme"),
        thing("UsageYear", 41, "2024"),
        thing("Plan", 900 + plan, f"Response Plan {plan}"),
        thing("Location", country, COUNTRIES[country][0]),
    ]
    source = [thing("Location", 7, "Norway"), *donor(random)]
    random.shuffle(to)
    random.shuffle(source)
    return {
        "id": str(number),
        "amountUSD": random.choice([random.randrange(1, 10**7), random.randrange(10**9) / 100]),
        "budgetYear": None,
        "contributionType": random.choice(["financial", "in kind"]),
        "date": f"2024-{random.randrange(1, 13):02}-01T00:00:00{random.choice(['', '.000'])}Z",
        "decisionDate": None,
        "flowType": "Standard",
        "status": random.choice(["paid", "commitment"]),
        "boundary": "incoming",
        "onBoundary": "single",
        "sourceObjects": source,
        "destinationObjects": to,
        **changed,
    }


def left_out(random: Random, country: int) -> dict[str, Flow]:
    """Give a flow for each reason to leave one out."""
    plan, place = thing("Plan", 900, "Plan"), thing("Location", country, COUNTRIES[country][0])
    second = thing("Location", 8, "Peru")
    changes: dict[str, Flow] = {
        "a pledge": {"status": "pledge"},
        "parked": {"flowType": "Parked"},
        "not incoming": {"boundary": "internal"},
        "shared by several plans or countries": {"onBoundary": "shared"},
        "outside of any plan": {"destinationObjects": [place]},
        "to several plans": {"destinationObjects": [plan, place, thing("Plan", 1, "Other")]},
        "to several countries": {"destinationObjects": [plan, place, second]},
        "no country": {"destinationObjects": [plan]},
    }
    return {
        reason: flow(random, 1000 + at, country, **change)
        for at, (reason, change) in enumerate(changes.items())
    }


def written(path: Path, flows: list[Flow]) -> Path:
    head = {"incoming": {"flowCount": len(flows)}}
    document = {"status": "ok", "data": {**head, "flows": flows}}
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    return path


def placed(officer: Officer) -> tuple[Decimal, Decimal]:
    """Give what is committed in all, delivered or not, and what is delivered."""
    columns = "SUM(committed_minor + delivered_minor) AS placed, SUM(delivered_minor) AS delivered"
    (row,) = officer.asks(f'query "SELECT {columns} FROM v_deal"')["rows"]
    return Decimal(row["placed"]) / 100, Decimal(row["delivered"]) / 100


def stated(flows: list[Flow]) -> tuple[Decimal, Decimal]:
    """Add the flows up a second way."""
    every = sum(Decimal(str(one["amountUSD"])) for one in flows)
    paid = sum(Decimal(str(one["amountUSD"])) for one in flows if one["status"] == "paid")
    return Decimal(every), Decimal(paid)


@pytest.mark.parametrize("country", COUNTRIES)
def test_flows_of_the_api_and_their_next_edition(
    officer: Officer, tmp_path: Path, country: int
) -> None:
    random = Random(country)
    flows = [flow(random, number, country) for number in range(40)]
    others = left_out(random, country)
    path = written(tmp_path / "flows.json", [*flows, *others.values()])
    command = f"import {path} --rules fts-flows-api"
    done = officer.tries(command, "--yes")
    assert (done.code, "48 rows: 40 used, 8 left out" in done.err) == (0, True), done.err
    for reason in others:
        assert f"left out, {reason}: 1" in done.err
    assert placed(officer) == stated(flows)
    assert "Nothing to import" in officer.says(command, "--yes")
    cities = exported(officer, tmp_path / "first", "cities")
    assert [one["country"] for one in cities] == [COUNTRIES[country][1]]

    raised, lowered, moved = flows[0], flows[1], flows[2]
    raised["amountUSD"] += 1000
    lowered["amountUSD"] /= 2
    lowered["amountUSD"] = float(f"{lowered['amountUSD']:.2f}")
    moved["date"] = "2023-12-31T00:00:00Z"
    edition = [*flows[:3], *flows[4:], flow(random, 41, country)]
    written(path, edition)
    preview = officer.tries(command, "--dry-run")
    assert (preview.code, "that the file no longer has" in preview.err) == (0, True)
    assert officer.tries(command, "--yes").code == 0
    assert placed(officer) == stated([*edition, flows[3]])
    assert "Nothing to import" in officer.says(command, "--yes")
    assert officer.tries("check").code == 0


def test_a_flow_of_two_donors_is_given_by_both_together(officer: Officer, tmp_path: Path) -> None:
    random = Random(1)
    both = [thing("Organization", 1, "Oxfam"), thing("Organization", 2, "Caritas")]
    path = written(tmp_path / "flows.json", [flow(random, 1, 1, sourceObjects=both)])
    officer.says(f"import {path} --rules fts-flows-api --yes")
    names = [one["name"] for one in exported(officer, tmp_path / "out", "providers")]
    assert names == ["Oxfam, Caritas"]


def test_flows_of_no_source_are_given_by_one_that_is_not_named(
    officer: Officer, tmp_path: Path
) -> None:
    path = written(tmp_path / "flows.json", [flow(Random(1), 1, 1, sourceObjects=[])])
    officer.says(f"import {path} --rules fts-flows-api --yes")
    (provider,) = exported(officer, tmp_path / "out", "providers")
    assert provider["name"] == "A source that FTS does not name"
