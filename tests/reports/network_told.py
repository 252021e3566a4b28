"""A random network as it is told to a ledger, row by row, and kept as it was told.

What a test knows of the ledger is this: which rows were recorded at which moment, as texts. The
readings of `network_read_naively` ask nothing else.
"""

from __future__ import annotations

import random
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

import time_machine
from world import NOON, World

from ledger.core.errors import LedgerError
from ledger.core.factors import Factor
from ledger.journal.entries import Act
from ledger.usecases.registers import records
from ledger.usecases.registers.parse import TypedTerms
from ledger.usecases.registers.retire import set_withdrawn

Row = dict[str, str]
CITIES = {"LHE": "PK", "MHD": "IR", "PAR": "FR", "SAO": "BR"}
BODIES = ("METRO", "WOMEN")
NEEDS = {"N-1": "MHD", "N-2": "PAR"}
OFFERS = {"O-1": "SAO", "O-2": "LHE", "O-3": "MHD", "O-4": "SAO"}
GIVERS = sorted({*OFFERS.values()})
TOPIC = "metro"
QUANTITY = 60
FIRST = date(2024, 1, 1)
SPAN = 1040
"""How many days after the first the last day of the facts is."""
DAY = timedelta(days=1)
LAST = FIRST + SPAN * DAY
STEP = timedelta(hours=7)
"""How long after one another the rows are recorded: three or four on each day."""


class Recorded(NamedTuple):
    """One row as it was recorded: the whole of it, with what an edit changed."""

    at: datetime
    table: str
    code: str
    row: Row


class Move(NamedTuple):
    """One act of a deal: what it added to and took from each stage, on a day.

    `reaches` is the stage it got the deal to, if any, and `reverses` the number of another act.
    """

    at: datetime
    number: int
    deal: str
    offer: str
    need: str
    day: date
    change: dict[str, int]
    reaches: str | None = None
    reverses: int | None = None


@dataclass
class Told:
    """All that was recorded, in its order."""

    rows: list[Recorded] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)

    def known(self, table: str, at: datetime) -> dict[str, Row]:
        """Give the rows of a table as known at a moment, by code."""
        return {one.code: one.row for one in self.rows if one.table == table and one.at <= at}

    def withdrawn_on(self, at: datetime) -> dict[str, date]:
        """Give the day on which each city was withdrawn, as known at a moment."""
        found: dict[str, date] = {}
        for one in self.rows:
            if one.table == "city" and one.at <= at and one.row.get("withdrawn") == "yes":
                found.setdefault(one.code, one.at.date())
        return found

    def moves_by(self, day: date, at: datetime) -> list[Move]:
        """Give the acts that are dated on or before a day and were known at a moment."""
        return [one for one in self.moves if one.day <= day and one.at <= at]


class Teller:
    """Tells a ledger what is drawn; what it refuses was never told."""

    def __init__(self, world: World) -> None:
        self.world, self.told, self.now = world, Told(), NOON
        self._counts: dict[str, int] = {}

    def code(self, prefix: str) -> str:
        self._counts[prefix] = self._counts.get(prefix, 0) + 1
        return f"{prefix}-{self._counts[prefix]}"

    def add(self, table: str, code: str, **terms: str) -> None:
        typed = {name: text for name, text in terms.items() if text}
        own = {} if table == "attendance" else {"code": code}
        self._do(lambda uow: records.add(uow, table, TypedTerms({**own, **typed})))
        self._keep(table, code, typed)

    def edit(self, table: str, code: str, **terms: str) -> None:
        before = self.told.known(table, self.moment)[code]
        typed = dict(terms)
        self._do(lambda uow: records.edit(uow, table, code, TypedTerms(typed)))
        self._keep(table, code, {**before, **typed})

    def withdraw_city(self, code: str) -> None:
        before = self.told.known("city", self.moment)[code]
        self._do(lambda uow: set_withdrawn(uow, "city", code, withdrawn=True))
        self._keep("city", code, {**before, "withdrawn": "yes"})

    def offer(self, code: str, row: Row) -> None:
        until = row["valid_until"]
        self.world.offer(
            f"{QUANTITY} person-day",
            code,
            provider=f"P-{OFFERS[code]}",
            factor=Factor.EXPERTISE,
            topics=tuple(one for one in row["topics"].split(",") if one),
            declared_on=date.fromisoformat(row["declared_on"]),
            valid_until=date.fromisoformat(until) if until else None,
            origin=row["origin"] or None,
        )
        self._keep("offer", code, row)

    def introduce(self, offer: str, need: str, days: int, on: date, origin: str) -> str:
        terms: dict[str, Any] = {"origin": origin} if origin else {}
        receipt = self.world.introduce(
            f"{days} person-day", offer, need, until=date(2099, 1, 1), on=on, **terms
        )
        deal = receipt["deal"]
        if deal not in self.told.known("deal", self.moment):  # a second hold of a pair adds to it
            # A deal takes the origin of its offer unless it is told another one.
            origin = origin or self.told.known("offer", self.moment)[offer]["origin"]
            self._keep("deal", deal, {"offer": offer, "need": need, "origin": origin})
        self._move(receipt, deal, on, {"held": days}, reaches="held")
        return str(deal)

    def act(self, deal: str, act: Act, days: int, on: date) -> None:
        receipt = self.world.act(act, deal, f"{days} person-day", on=on)
        before, after = _STAGES[act]
        reaches = after if act in {Act.COMMIT, Act.DELIVER} else None
        self._move(receipt, deal, on, {before: -days, after: days}, reaches=reaches)

    def reverse(self, move: Move, on: date) -> None:
        receipt = self.world.reverse(move.number, on=on)
        change = {stage: -days for stage, days in move.change.items()}
        self._move(receipt, move.deal, on, change, reverses=move.number)

    @property
    def moment(self) -> datetime:
        return self.now.astimezone(UTC)

    def _do(self, work: Any) -> None:
        self.world.do(work)

    def _keep(self, table: str, code: str, row: Row) -> None:
        self.told.rows.append(Recorded(self.moment, table, code, row))

    def _move(
        self, receipt: dict[str, Any], deal: str, on: date, change: dict[str, int], **more: Any
    ) -> None:
        own = self.told.known("deal", self.moment)[deal]
        terms = (deal, own["offer"], own["need"], on, change)
        self.told.moves.append(Move(self.moment, receipt["entry"], *terms, **more))


_STAGES = {
    Act.COMMIT: ("held", "committed"),
    Act.DELIVER: ("committed", "delivered"),
    Act.RELEASE: ("held", "open"),
    Act.RETURN: ("delivered", "committed"),
}


def furnish(teller: Teller) -> None:
    """Record four cities, of which three give expertise and two ask for it, and two bodies."""
    world = teller.world
    for at, (code, country) in enumerate(CITIES.items()):
        terms = {"name": code.title(), "country": country, "population": f"{(at + 1) * 1000}"}
        teller.add("city", code, **terms)
    for city in GIVERS:
        world.provider(f"P-{city}", kind="city", city=city)
    for need, city in NEEDS.items():
        world.project(f"PRJ-{need}", city=city)
        expertise = {"factor": Factor.EXPERTISE, "topic": TOPIC, "declared_on": FIRST}
        world.need(f"{QUANTITY} person-day", need, project=f"PRJ-{need}", **expertise)
    teller.add("body", "METRO", name="Metropolis", kind="association", **{"from": "2024-02"})
    teller.add("body", "WOMEN", name="Women", kind="office")


ROLES = ("member", "member", "observer", "adviser", "board", "board", "chair", "candidate")
PRESENCES = ("attended", "attended", "part", "online", "apologies", "absent")


class Chance(random.Random):
    """Draws days, dates of three lengths, and whether something is so."""

    def day(self, last: int = SPAN) -> date:
        return FIRST + timedelta(days=self.randint(0, last))

    def days_in_order(self) -> list[date]:
        return sorted((self.day(), self.day()))

    def partial(self, often: float = 1, last: int = SPAN) -> str:
        text = self.day(last).isoformat()
        return text[: self.choice((4, 7, 10))] if self.random() < often else ""

    def often(self, share: float) -> bool:
        return self.random() < share


class Turn:
    """Draws one row or act after another, and tells it."""

    def __init__(self, teller: Teller, chance: Chance) -> None:
        self.teller, self.chance = teller, chance
        self.reversed_on = FIRST

    def known(self, table: str) -> list[str]:
        return [*self.teller.told.known(table, self.teller.moment)]

    def one_of(self, table: str) -> str:
        return self.chance.choice(self.known(table) or ["-"])

    def city(self) -> str:
        return self.chance.choice([*CITIES])

    def origin(self, share: float = 0.4, *more: str) -> str:
        kinds = ("seat", "meeting", "approach", "partnership", "credential", *more)
        every = [f"{kind}:{code}" for kind in kinds for code in self.known(kind)]
        return self.chance.choice(every) if every and self.chance.often(share) else ""

    def origin_of_deal(self) -> str:
        """Draw an origin of an offer or a deal: an approach more often than all others."""
        return self.origin(0.6, *("approach",) * 5, "partnership")

    def seat(self) -> None:
        terms = {"city": self.city(), "role": self.chance.choice(ROLES), "origin": self.origin()}
        terms |= {"from": self.chance.partial(0.7, last=700), "until": self.chance.partial(0.4)}
        place = self.chance.choice((*BODIES, *BODIES, "asia"))
        terms["office" if place == "asia" else "body"] = place
        self.teller.add("seat", self.teller.code("ST"), **terms)

    def meeting(self) -> None:
        code, complete = self.teller.code("MT"), self.chance.often(0.4)
        terms = {"body": self.chance.choice(BODIES), "name": code, "origin": self.origin()}
        terms |= {"from": f"{self.chance.day()}", "complete": "yes" if complete else "no"}
        self.teller.add("meeting", code, **terms)

    def attendance(self) -> None:
        meeting, city = self.one_of("meeting"), self.city()
        presence = self.chance.choice(PRESENCES)
        done = self.chance.sample(("spoke", "chaired"), self.chance.randint(0, 2))
        terms = {"presence": presence, "did": ";".join(done) if presence in PRESENCES[:4] else ""}
        terms["topics"] = self.chance.choice(("", TOPIC, "Metro", "water"))
        code = f"{meeting}/{city}"
        if code in self.known("attendance"):
            self.teller.edit("attendance", code, **terms)
        else:
            self.teller.add("attendance", code, meeting=meeting, city=city, **terms)

    def motion(self) -> None:
        terms = {"meeting": self.one_of("meeting"), "by": self.city(), "what": "a bank"}
        self.teller.add("motion", self.teller.code("MO"), **terms)

    def target(self) -> None:
        first, by = self.chance.days_in_order()
        terms = {"body": self.chance.choice(BODIES), "from": f"{first}", "by": f"{by}"}
        terms["city"] = self.city() if self.chance.often(0.5) else ""
        terms["measure"] = self.chance.choice(("present", "effective"))
        terms["value"] = self.chance.choice(("0", "0.5", "0.6667", "1"))
        self.teller.add("target", self.teller.code("TG"), **terms)

    def credential(self) -> None:
        figure = {"measure": "km", "value": self.chance.choice(("1", "2.5", "4")), "unit": "km"}
        code = self.teller.code("CR")
        terms = {"city": self.city(), "what": code, "source": "S"}
        terms |= {"topic": self.chance.choice((TOPIC, "Metro", "water"))}
        terms |= {"as_of": self.chance.partial(0.8), "until": self.chance.partial(0.3)}
        terms |= {"grade": "gold"} if self.chance.often(0.4) else {**figure, "better": "higher"}
        self.teller.add("credential", code, **terms)

    def offer(self) -> None:
        code = self.chance.choice([*OFFERS])
        if code in self.known("offer"):
            return
        topics = self.chance.choice(("", TOPIC, TOPIC, "METRO,water", "water"))
        declared = self.chance.day(300)
        until = self.chance.day() if self.chance.often(0.4) else None
        row = {"topics": topics, "declared_on": f"{declared}", "valid_until": f"{until or ''}"}
        self.teller.offer(code, {**row, "origin": self.origin_of_deal()})

    def approach(self) -> None:
        sent = self.chance.day()
        terms = {"need": self.chance.choice([*NEEDS]), "sent_on": f"{sent}"}
        terms |= {"provider": f"P-{self.chance.choice(GIVERS)}"}
        terms |= {"answer_by": f"{sent + timedelta(days=200)}"}
        if self.chance.often(0.5):
            answered = sent + timedelta(days=self.chance.randint(0, 90))
            terms["interested_on"] = f"{min(answered, LAST)}"
        if self.chance.often(0.3):
            answered = sent + timedelta(days=self.chance.randint(90, 150))
            terms |= {"declined_on": f"{min(answered, LAST)}", "reason": "price"}
        terms["origin"] = self.origin()
        self.teller.add("approach", self.teller.code("AP"), **terms)

    def restriction(self) -> None:
        first, last = self.chance.days_in_order()
        terms = {"authority": "A", "reason": "R"}
        if self.chance.often(0.5):
            terms["cities"] = self.city()
        else:
            terms["providers"] = f"P-{self.chance.choice(GIVERS)}"
        code = self.teller.code("RS")
        self.teller.add("restriction", code, **terms, **{"from": f"{first}", "until": f"{last}"})

    def partnership(self) -> None:
        city, other = sorted(self.chance.sample([*CITIES], 2))
        signed = self.chance.partial(0.7)
        terms = {"city": city, "with_city": other, "signed": signed}
        terms |= {"kind": self.chance.choice(("twinning", "memorandum"))}
        terms |= {"ended": self.chance.partial(0.3), "origin": self.origin()}
        self.teller.add("partnership", self.teller.code("PA"), **terms)

    def undertaking(self) -> None:
        tie = self.one_of("partnership")
        cities = self.teller.told.known("partnership", self.teller.moment)[tie]
        terms = {"by": cities[self.chance.choice(("city", "with_city"))], "what": "a visit"}
        terms |= {"due_on": f"{self.chance.day()}", "done_on": self.chance.partial(0.6)}
        self.teller.add("undertaking", self.teller.code("UT"), partnership=tie, **terms)

    def deal(self) -> None:
        offer, need = self.one_of("offer"), self.chance.choice([*NEEDS])
        on = self.chance.day(400) + timedelta(days=300)
        days, origin = self.chance.randint(10, 25), self.origin_of_deal()
        deal = self.teller.introduce(offer, need, days, on, origin)
        for act in (Act.COMMIT, Act.DELIVER):
            if self.chance.often(0.7):
                on += self.chance.randint(0, 60) * DAY
                self.teller.act(deal, act, self.chance.randint(5, 9), on)

    def later_act(self) -> None:
        act = self.chance.choice((Act.COMMIT, Act.DELIVER, Act.DELIVER, *_STAGES))
        # An act before a reversal that it needs lets the reversal be dated anew, by more entries.
        on = max(self.chance.day(300) + timedelta(days=740), self.reversed_on)
        self.teller.act(self.one_of("deal"), act, self.chance.randint(1, 8), on)

    def reversal(self) -> None:
        moves = self.teller.told.moves
        if moves:
            on = self.chance.day(40) + 1000 * DAY
            self.teller.reverse(self.chance.choice(moves[-3:]), on)
            self.reversed_on = max(self.reversed_on, on)

    def edit(self) -> None:
        table = self.chance.choice(("seat", "meeting", "body", "credential", "city"))
        yes_no = ("no", "yes")
        terms: Row = {
            "seat": {"until": self.chance.partial(0.7)},
            "meeting": {
                "cancelled": self.chance.choice(yes_no),
                "complete": self.chance.choice(yes_no),
            },
            "body": {"until": self.chance.partial(0.7)},
            "credential": {"until": self.chance.partial(0.7)},
            "city": {"population": self.chance.choice(("", "500", "9000"))},
        }[table]
        self.teller.edit(table, self.one_of(table), **terms)

    def withdrawal(self) -> None:
        if self.chance.often(0.5):
            self.teller.withdraw_city(self.city())


BEGINNING = {
    Turn.seat: 5,
    Turn.meeting: 5,
    Turn.offer: 5,
    Turn.credential: 4,
    Turn.target: 1,
    Turn.restriction: 2,
    Turn.partnership: 4,
    Turn.approach: 4,
}
MIDDLE = {Turn.attendance: 8, Turn.motion: 1, Turn.deal: 6, Turn.approach: 3, Turn.meeting: 1}
MIDDLE[Turn.undertaking] = 4
END = {
    Turn.later_act: 7,
    Turn.reversal: 1,
    Turn.edit: 4,
    Turn.withdrawal: 1,
    Turn.attendance: 3,
    Turn.seat: 1,
}
"""How many turns there are of each kind, in three parts: later ones name what was told before."""


def tell(world: World, seed: int) -> Told:
    """Tell an empty ledger a random network, some hours after one another; give what was told."""
    teller, chance = Teller(world), Chance(seed)
    with time_machine.travel(NOON, tick=False):
        furnish(teller)
    turn = Turn(teller, chance)
    for part in (BEGINNING, MIDDLE, END):
        every = [kind for kind, count in part.items() for _ in range(count)]
        for kind in chance.sample(every, len(every)):
            teller.now += STEP
            with time_machine.travel(teller.now, tick=False), suppress(LedgerError, KeyError):
                kind(turn)
    return teller.told
