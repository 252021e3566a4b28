"""The definitions of exchanges between cities, read word by word over rows as told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from typing import Any

from network_read_naively import THERE, Naive, days_of, share
from network_told import CITIES, NEEDS, OFFERS, QUANTITY, TOPIC, Row


class NaiveExchange(Naive):
    """Standings and suggestions, as of a day and as known at a moment."""

    def amount(self, deal: str, stage: str) -> int:
        return sum(one.change.get(stage, 0) for one in self.moves if one.deal == deal)

    def deals(self) -> Iterator[tuple[str, str, str]]:
        """Give each deal that there was by the day, with its offer and its need."""
        yield from sorted({(one.deal, one.offer, one.need) for one in self.moves})

    def served(self, city: str) -> dict[str, int]:
        """Give the other cities that a city has delivered to, and how many days."""
        found: Counter[str] = Counter()
        for deal, offer, need in self.deals():
            if OFFERS[offer] == city != NEEDS[need]:
                found[NEEDS[need]] += self.amount(deal, "delivered")
        return {other: days for other, days in found.items() if days}

    def in_force(self, one: Row) -> bool:
        begun = not one.get("as_of") or days_of(one["as_of"])[0] <= self.day
        return begun and (not one.get("until") or days_of(one["until"])[1] >= self.day)

    def on_topic(self) -> dict[str, Row]:
        return {
            code: one
            for code, one in self.credentials.items()
            if one["topic"].lower() == TOPIC and self.in_force(one)
        }

    def ranks(self) -> dict[str, tuple[int, int]]:
        """Rank the cities by the newest figure of each."""
        newest: dict[str, Fraction] = {}
        for city in CITIES:
            own = [
                ((days_of(one["as_of"]) if one.get("as_of") else (date.min, date.min)), code, one)
                for code, one in self.on_topic().items()
                if one["city"] == city and "measure" in one
            ]
            if own:
                newest[city] = Fraction(max(own, key=lambda row: row[:2])[2]["value"])
        return {
            city: (1 + len([1 for other in newest.values() if other > value]), len(newest))
            for city, value in newest.items()
        }

    def free(self, offer: str) -> int:
        row = self.offers[offer]
        if days_of(row["declared_on"])[0] > self.day:
            return 0
        taken = [
            self.amount(deal, stage)
            for deal, own, _ in self.deals()
            for stage in ("held", "committed", "delivered")
            if own == offer
        ]
        return QUANTITY - sum(taken)

    def is_over(self, offer: str) -> bool:
        until = self.offers[offer]["valid_until"]
        return bool(until) and date.fromisoformat(until) < self.day

    def available(self, city: str) -> list[str]:
        """Give the offers of a city of which something can be taken up on the day."""
        return sorted(
            code
            for code in self.offers
            if OFFERS[code] == city and self.free(code) > 0 and not self.is_over(code)
        )

    def topics(self, offer: str) -> list[str]:
        return [one.lower() for one in self.offers[offer]["topics"].split(",") if one]

    def declares(self, city: str) -> list[str]:
        return [code for code in self.available(city) if TOPIC in self.topics(code)]

    def presented(self, city: str) -> list[str]:
        return sorted(
            row["meeting"]
            for row in self.attendance
            if row["city"] == city
            and row.get("topics", "").lower() == TOPIC
            and row["presence"] in THERE
            and self.meetings[row["meeting"]].get("cancelled") != "yes"
        )

    def standing(self, city: str) -> str:
        if self.served(city):
            return "proven"
        if any(one["city"] == city for one in self.on_topic().values()):
            return "credentialed"
        return "declared" if self.declares(city) else "none"

    def standings(self) -> dict[str, dict[str, Any]]:
        """Give `exchange standing` of the topic, by city."""
        ranks, found = self.ranks(), {}
        for city in CITIES:
            if self.standing(city) == "none" and not self.presented(city):
                continue
            found[city] = {
                "standing": self.standing(city),
                "served": sorted(self.served(city)),
                "delivered": [
                    f"{days}.00 person-day" for days in (sum(self.served(city).values()),) if days
                ],
                "credentials": sorted(
                    code for code, one in self.on_topic().items() if one["city"] == city
                ),
                "offers": self.declares(city),
                "places": [ranks[city]] if city in ranks else [],
                "presented": self.presented(city),
            }
        return found

    def bars(self, city: str, asker: str) -> list[str]:
        """Name the restrictions in force on the provider of a city, or on the city that asks."""
        return sorted(
            code
            for code, one in self.rows("restriction").items()
            if (one.get("providers") == f"P-{city}" or one.get("cities") == asker)
            and one["from"] <= self.day.isoformat() <= one["until"]
        )

    def eligible(self, city: str) -> list[str]:
        """Give the offers that fit the needs: those that name the topic, or none."""
        return [code for code in self.available(city) if TOPIC in (self.topics(code) or [TOPIC])]

    def busy(self, city: str) -> int:
        deals = [
            deal
            for deal, offer, _ in self.deals()
            if OFFERS[offer] == city
            and (self.amount(deal, "held") or self.amount(deal, "committed"))
        ]
        asked = [
            one
            for one in self.rows("approach").values()
            if one["provider"] == f"P-{city}"
            and one["sent_on"] <= self.day.isoformat()
            and one.get("declined_on", "9") > self.day.isoformat()
            and (
                one.get("interested_on", "9") <= self.day.isoformat()
                or one["answer_by"] >= self.day.isoformat()
            )
        ]
        return len(deals) + len(asked)

    def partnerships(self) -> dict[str, dict[str, Any]]:
        """Give the status and the outcome of `report partnerships`, by code."""
        found, day = {}, self.day
        since = day.replace(year=day.year - 2)
        for code, one in self.rows("partnership").items():
            signed = days_of(one["signed"])[0] if one.get("signed") else None
            if signed is not None and signed > day:
                continue
            traces = [one for one in self.traces(code) if one[0] <= day]
            if one.get("ended") and days_of(one["ended"])[1] < day:
                status = "ended"
            elif any(on >= since for on, _ in traces):
                status = "active"
            elif signed is not None and signed >= since:
                status = "new"
            else:
                status = "sleeping"
            reached = [outcome for _, outcome in traces]
            outcome = next((one for one in FURTHEST_FIRST if one in reached), "none")
            found[code] = {"status": status, "outcome": outcome}
        return found

    def traces(self, code: str) -> Iterator[tuple[date, str | None]]:
        """Give the days on which a tie showed life, each with what was reached by it."""
        below = {
            kind: [
                other
                for other, row in self.rows(kind).items()
                if self.leads_to(row, code, "partnership")
            ]
            for kind in ("partnership", "approach", "meeting", "deal")
        }
        for row in self.rows("undertaking").values():
            if row["partnership"] in {code, *below["partnership"]} and row.get("done_on"):
                yield days_of(row["done_on"])[0], "done"
        for one in below["approach"]:
            row = self.rows("approach")[one]
            yield date.fromisoformat(row["sent_on"]), "asked"
            if row.get("interested_on"):
                yield date.fromisoformat(row["interested_on"]), "interested"
            if row.get("declined_on"):
                yield date.fromisoformat(row["declined_on"]), None
        for one in below["meeting"]:
            row = self.rows("meeting")[one]
            if row.get("cancelled") != "yes":
                yield self.on(row), None
        for move in self.moves:
            if move.deal in below["deal"] and move.reverses is None and self.stands(move):
                yield move.day, move.reaches

    def tie_of(self, city: str, asker: str) -> str | None:
        """Give the status of the liveliest partnership in force of two cities."""
        rows, pair = self.rows("partnership"), {city, asker}
        own = [
            one["status"]
            for code, one in self.partnerships().items()
            if {rows[code]["city"], rows[code]["with_city"]} == pair
        ]
        in_force = [status for status in own if status != "ended"]
        return min(in_force, key=TIES.index, default=None)

    def suggestions(self, need: str) -> list[dict[str, Any]]:
        """Give `exchange suggest` of a need, in its order."""
        asker, ranks = NEEDS[need], self.ranks()
        found = []
        for city in CITIES:
            offers = self.eligible(city)
            if city == asker or city in self.withdrawn_on:
                continue
            if self.standing(city) == "none" and not offers:
                continue
            bars = self.bars(city, asker)
            found.append(
                {
                    "city": city,
                    "offers": [] if bars else offers,
                    "standing": self.standing(city),
                    "rank": ranks.get(city, (None, None))[0],
                    "ranked": ranks.get(city, (None, None))[1],
                    "partnership": self.tie_of(city, asker),
                    "region": REGIONS.get(frozenset((CITIES[city], CITIES[asker]))),
                    "population_ratio": self.ratio(city, asker),
                    "busy": self.busy(city),
                    "barred_by": bars,
                }
            )
        return sorted(found, key=_in_order)

    def ratio(self, *cities: str) -> str | None:
        """Write how many times as large the larger of two cities is."""
        known = [self.rows("city")[city].get("population") or "0" for city in cities]
        small, large = sorted(map(int, known))
        return share(large, small)


REGIONS = {frozenset(("IR", "PK")): "sub-region"}
"""What two of the countries lie in together."""
TIES = ("active", "new", "sleeping", None)
"""The statuses of a partnership in force, and that there is none, in their order."""
FURTHEST_FIRST = ("delivered", "committed", "done", "held", "interested", "asked")
STANDINGS = ("proven", "credentialed", "declared", "none")


def _in_order(row: dict[str, Any]) -> tuple[Any, ...]:
    unknown = row["rank"] is None
    ratio = row["population_ratio"]
    return (
        bool(row["barred_by"]),
        not row["offers"],
        STANDINGS.index(row["standing"]),
        unknown,
        0 if unknown else Fraction(row["rank"], row["ranked"]),
        TIES.index(row["partnership"]),
        row["region"] != "sub-region",
        ratio is None,
        Fraction(ratio or 0),
        row["busy"],
        row["city"],
    )
