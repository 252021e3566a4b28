"""The definitions of what restrictions bar and what approaches reach, read over rows as told."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from exchanges_read_naively import NaiveExchange
from network_told import NEEDS, OFFERS, QUANTITY, Row

ENDING = timedelta(days=30)
STAGES = ("held", "committed", "delivered")


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
        """Give the counts of `report pipeline`, in which nothing came of an approach."""
        day = self.day.isoformat()
        sent = [one for one in self.rows("approach").values() if one["sent_on"] <= day]
        interested = [one for one in sent if one.get("interested_on", "9") <= day]
        unanswered = [one for one in sent if one not in interested]
        silent = [one for one in unanswered if one["answer_by"] < day]
        counts = {
            "sent": len(sent),
            "waiting": len(unanswered) - len(silent),
            "silent": len(silent),
            "answered": len(interested),
            "interested": len(interested),
            **dict.fromkeys(("offered", *STAGES), 0),
        }
        return {stage: {"approaches": count} for stage, count in counts.items()}
