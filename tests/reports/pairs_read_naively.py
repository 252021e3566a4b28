"""The definitions of what restrictions bar and what approaches reach, read over rows as told."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from exchanges_read_naively import NaiveExchange
from network_told import NEEDS, OFFERS, QUANTITY, Row

ENDING = timedelta(days=30)
STAGES = ("held", "committed", "delivered")
PIPELINE = ("sent", "answered", "interested", "offered", *STAGES)


class NaivePairs(NaiveExchange):
    """Reports of restrictions and approaches, as of a day and as known at a moment."""

    def standing_of(self, one: Row) -> str:
        first, last = date.fromisoformat(one["from"]), date.fromisoformat(one["until"])
        if self.day < first:
            return "to come"
        if self.day > last:
            return "ended"
        return "ending" if last <= self.day + ENDING else "in force"

    def taken(self, need: str, *stages: str) -> int:
        return sum(
            self.amount(deal, stage)
            for deal, _, own in self.deals()
            for stage in stages
            if own == need
        )

    def kept_apart(self, code: str, one: Row, need: str) -> list[str]:
        """Give the offers with something left that fit a need but for a restriction."""
        return [
            offer
            for offer, city in OFFERS.items()
            if offer in self.offers
            and offer in self.eligible(city)
            and code in self.bars(city, NEEDS[need])
            and (one.get("providers") == f"P-{city}" or one.get("cities") == NEEDS[need])
        ]

    def restrictions(self) -> dict[str, dict[str, Any]]:
        """Give `report restrictions --all`, by code."""
        found = {}
        for code, one in self.rows("restriction").items():
            pairs = {
                need: self.kept_apart(code, one, need)
                for need in NEEDS
                if self.taken(need, *STAGES) < QUANTITY
            }
            barred = [need for need, offers in pairs.items() if offers]
            gap = sum(QUANTITY - self.taken(need, "committed", "delivered") for need in barred)
            found[code] = {
                "standing": self.standing_of(one),
                "pairs": sum(map(len, pairs.values())),
                "needs": len(barred),
                "gap": [f"{gap}.00 person-day"] if barred else [],
            }
        return found

    def pipeline(self) -> dict[str, dict[str, Any]]:
        """Give the counts of `report pipeline`, and the days from stage to stage."""
        day = self.day.isoformat()
        rows = self.rows("approach").items()
        cohort = {code: one for code, one in rows if one["sent_on"] <= day}
        reached = [self.reached_by(code, one) for code, one in cohort.items()]
        unanswered = [
            one
            for one in cohort.values()
            if min(one.get("interested_on", "9"), one.get("declined_on", "9")) > day
        ]
        silent = [one for one in unanswered if one["answer_by"] < day]
        found: dict[str, dict[str, Any]] = {
            "waiting": {"approaches": len(unanswered) - len(silent)},
            "silent": {"approaches": len(silent)},
        }
        for before, stage in pairwise((None, *PIPELINE)):
            took = sorted(
                (one[stage] - one[before]).days
                for one in reached
                if before is not None and before in one and stage in one
            )
            found[stage] = {
                "approaches": len([1 for one in reached if stage in one]),
                "days": took[(len(took) - 1) // 2] if took else None,
                "days_of": len(took),
            }
        return found

    def reached_by(self, code: str, one: Row) -> dict[str, date]:
        """Give the first day by the day on which an approach reached each of its stages."""
        every = [("sent", one["sent_on"])]
        for column, stage in (("interested_on", "interested"), ("declined_on", "declined")):
            if one.get(column):
                every += [("answered", one[column]), (stage, one[column])]
        for row in self.offers.values():
            if self.leads_to(row, code, "approach"):
                every.append(("offered", row["declared_on"]))
        for move in self.moves:
            deal = self.rows("deal")[move.deal]
            if move.reaches and self.stands(move) and self.leads_to(deal, code, "approach"):
                further = STAGES[: STAGES.index(move.reaches) + 1]
                every += [(stage, f"{move.day}") for stage in ("offered", *further)]
        days: dict[str, date] = {}
        for stage, text in every:
            on = date.fromisoformat(text)
            if on <= self.day:
                days[stage] = min(on, days.get(stage, on))
        return days
