"""A ledger of many deals, the statements its providers would send, and differences planted there.

Every deal is in one of several currencies or in days of work, many across two currencies, and is
delivered in parts. A difference is planted in a deal of its own, so that each has to be found and
rightly named by itself. The same seed gives the same corpus.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from pathlib import Path
from random import Random

from world import NEW_YEAR, World

from ledger.core.factors import Factor, Side
from ledger.core.quantity import Quantity, format_amount
from ledger.journal.entries import Act, ActDetails
from ledger.registers.records import Need, Offer
from ledger.statements.differences import FindingKind
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.usecases.deals.acts import DealAct, Introduction, advance, hold
from ledger.usecases.registers import quantities

CONFIRMED = "confirmed"
CLASSES = (
    CONFIRMED,
    *(
        FindingKind.AMOUNT,
        FindingKind.DATE,
        FindingKind.UNIT,
        FindingKind.SIGN,
        FindingKind.SPLIT,
        FindingKind.MERGED,
    ),
    *(
        FindingKind.DUPLICATE,
        FindingKind.UNKNOWN,
        FindingKind.MISSING,
        FindingKind.PARTY,
        FindingKind.ROUNDING,
    ),
)
PROVIDERS = ("ALPHA", "BETA", "GAMMA", "DELTA")
DECIMALS = {"EUR": 2, "USD": 2, "CHF": 2, "JPY": 0, "KRW": 0, "KWD": 3, "BHD": 3, "person-day": 2}
COLUMNS = (
    *("provider", "statement", "line", "date", "kind", "deal", "offer", "need"),
    *("quantity", "unit", "reference"),
)
SPAN = (date(2026, 2, 1), date(2026, 10, 1))


@dataclass(frozen=True, kw_only=True)
class Told:
    """A line as a provider would write it. `entry` is the act of ours that it tells of."""

    provider: str
    day: date
    kind: str
    deal: str
    offer: str
    need: str
    amount: int
    unit: str
    reference: str | None
    entry: int
    need_amount: int
    name: str = ""

    def cells(self, statement: str, named_by: str) -> list[str]:
        """Give the cells of the line in the canonical table."""
        sign = "-" if self.amount < 0 else ""
        written = format_amount(abs(self.amount), DECIMALS[self.unit])
        deal = self.deal if named_by == "deal" else ""
        pair = (self.offer, self.need) if named_by == "pair" else ("", "")
        return [
            *(self.provider, statement, self.name, self.day.isoformat(), self.kind, deal, *pair),
            *(sign + written, self.unit, self.reference or ""),
        ]


@dataclass
class Corpus:
    """What providers say, and what has to be found in it: the kind, and lines or an entry."""

    lines: list[tuple[Told, str]] = field(default_factory=list)
    planted: set[tuple[str, str]] = field(default_factory=set)
    confirmed: int = 0


@dataclass(frozen=True, kw_only=True)
class MadeDeal:
    """A deal that was made, with its acts in the words of both sides."""

    code: str
    provider: str
    rate: Decimal
    units: tuple[str, str]
    acts: tuple[Told, ...]


def make_deals(world: World, random: Random, count: int) -> list[MadeDeal]:
    """Make providers and deals with commitments and partial deliveries, in one write."""
    for provider in PROVIDERS:
        world.provider(provider)
    world.project()
    made: list[MadeDeal] = []
    world.do(lambda uow: made.extend(_deal(uow, random, at) for at in range(1, count + 1)))
    return _numbered(world, made)


def _deal(uow: UnitOfWork, random: Random, at: int) -> MadeDeal:
    unit = random.choice(("EUR", "USD", "KWD", "person-day"))
    crosses = unit != "person-day" and random.random() < 0.5
    other = random.choice([one for one in ("EUR", "USD", "JPY", "KWD") if one != unit])
    offer_unit = other if crosses else unit
    factor = Factor.EXPERTISE if unit == "person-day" else Factor.MONEY
    rate = Decimal(random.randrange(10**10, 3 * 10**12)) / 10**10 if crosses else None
    provider = random.choice(PROVIDERS)
    names = (f"N-{at:04d}", f"O-{at:04d}", f"D-{at:04d}")
    sides = (
        Need(code=names[0], project="PRJ-0001", factor=factor, unit=unit, declared_on=NEW_YEAR),
        Offer(code=names[1], provider=provider, factor=factor, unit=offer_unit,
              declared_on=NEW_YEAR),
    )  # fmt: skip
    total = random.randrange(10**6, 10**8)
    for side, record in zip((Side.NEED, Side.OFFER), sides, strict=True):
        uow.add(side.value, record)
        much = total if side is Side.NEED else 10**14
        quantities.set_quantity(uow, uow.accounts.account(side, record.code), much, NEW_YEAR)
    day = SPAN[0] + timedelta(days=random.randrange(60))
    reference = _reference(random, at, 0)
    introduction = Introduction(
        offer=names[1],
        need=names[0],
        quantity=Quantity(total, uow.units[unit]),
        details=ActDetails(effective_on=day, reference=reference),
        directly=True,
        rate=rate,
        code=names[2],
    )
    deal = hold(uow, introduction)
    acts = [_told(names, provider, "commitment", day, reference, (total, _last(uow, "offer")))]
    part = total // 7
    for number in range(1, random.randrange(4, 6)):
        day += timedelta(days=random.choice((1, 2, 20, 30)))
        amount = part * number // 2 + random.randrange(1, 1000)
        reference = _reference(random, at, number)
        delivery = DealAct(
            deal=deal.code,
            act=Act.DELIVER,
            quantity=Quantity(amount, uow.units[unit]),
            details=ActDetails(effective_on=day, reference=reference),
        )
        advance(uow, delivery)
        acts.append(
            _told(names, provider, "delivery", day, reference, (amount, _last(uow, "offer")))
        )
    acts = [replace(one, unit=unit) for one in acts]
    return MadeDeal(code=names[2], provider=provider, rate=deal.record.rate,
                    units=(unit, offer_unit), acts=tuple(acts))  # fmt: skip


def _last(uow: UnitOfWork, side: str) -> int:
    posted = uow.last_posted
    assert posted is not None
    return sum(one.amount for one in posted.movements if one.side == side)


def _reference(random: Random, at: int, number: int) -> str | None:
    return f"PAY-{at}-{number}" if random.random() < 0.7 else None


def _told(
    names: Sequence[str],
    provider: str,
    kind: str,
    day: date,
    reference: str | None,
    amounts: tuple[int, int],
) -> Told:
    return Told(provider=provider, day=day, kind=kind, deal=names[2], offer=names[1],
                need=names[0], amount=amounts[1], unit="", reference=reference, entry=0,
                need_amount=amounts[0])  # fmt: skip


def _numbered(world: World, made: Iterable[MadeDeal]) -> list[MadeDeal]:
    """Give each act the number of its entry."""
    numbers = defaultdict(list)
    for entry in world.entries():
        if entry.deal is not None:
            numbers[entry.deal].append(entry.number)
    return [
        replace(
            deal,
            acts=tuple(
                replace(act, entry=number)
                for act, number in zip(deal.acts, numbers[deal.code], strict=True)
            ),
        )
        for deal in made
    ]


def make_corpus(deals: Sequence[MadeDeal], random: Random, each: int) -> Corpus:
    """Write every deal's lines, and plant each class so many times, in a deal of its own."""
    corpus = Corpus()
    left = list(deals)
    random.shuffle(left)
    for kind in CLASSES * each:
        at = next(at for at, deal in enumerate(left) if _fits(kind, deal))
        deal = left.pop(at)
        _plant(corpus, random, kind, deal, deals)
    for deal in left:
        _clean(corpus, random, deal)
    return corpus


def _fits(kind: str, deal: MadeDeal) -> bool:
    if kind == FindingKind.ROUNDING:
        return deal.units[0] != deal.units[1] and _rounded_otherwise(deal) is not None
    if kind == FindingKind.MERGED:
        return _close_pair(deal) is not None
    return True


def _close_pair(deal: MadeDeal) -> tuple[Told, Told] | None:
    pairs = zip(deal.acts[1:], deal.acts[2:], strict=False)
    return next((pair for pair in pairs if (pair[1].day - pair[0].day).days <= 2), None)


def _rounded_otherwise(deal: MadeDeal) -> int | None:
    """Give the first delivery's amount at a rate of six digits, where that is another."""
    act = deal.acts[1]
    rate = Context(prec=6, rounding=ROUND_HALF_EVEN).plus(deal.rate)
    shift = DECIMALS[deal.units[1]] - DECIMALS[deal.units[0]]
    exact = act.need_amount * Fraction(rate) * Fraction(10) ** shift
    theirs = round(exact)
    return theirs if theirs != act.amount and theirs > 0 else None


def _in_some_unit(random: Random, deal: MadeDeal) -> tuple[Told, ...]:
    """Tell a deal's acts in the need's unit or in the offer's, as its provider counts."""
    if random.random() < 0.5:
        return tuple(replace(act, amount=act.need_amount, unit=deal.units[0]) for act in deal.acts)
    return tuple(replace(act, unit=deal.units[1]) for act in deal.acts)


def _clean(corpus: Corpus, random: Random, deal: MadeDeal) -> None:
    _add(corpus, random, deal, _in_some_unit(random, deal))


def _add(corpus: Corpus, random: Random, deal: MadeDeal, lines: Iterable[Told]) -> None:
    named_by = random.choice(("deal", "pair"))
    for line in lines:
        name = f"{len(corpus.lines) + 1}"
        corpus.lines.append((replace(line, name=name), named_by))
        corpus.confirmed += 1


def _plant(
    corpus: Corpus, random: Random, kind: str, deal: MadeDeal, deals: Sequence[MadeDeal]
) -> None:
    lines = list(_in_some_unit(random, deal))
    if kind == FindingKind.ROUNDING:
        lines = [replace(act, unit=deal.units[1]) for act in deal.acts]
    place = random.randrange(1, len(lines))
    if kind == FindingKind.MERGED:
        pair = _close_pair(deal)
        assert pair is not None
        place = deal.acts.index(pair[0])
    if kind == FindingKind.ROUNDING:
        place = 1
    changed, confirmed = _changed(random, kind, deal, lines, place, deals)
    rest = [line for line in lines if line not in confirmed]
    _add(corpus, random, deal, rest)
    named_by = "deal" if kind == FindingKind.PARTY else random.choice(("deal", "pair"))
    names = []
    for line in changed:
        name = f"{len(corpus.lines) + 1}"
        corpus.lines.append((replace(line, name=name), named_by))
        names.append(name)
    if kind == CONFIRMED:
        corpus.confirmed += len(names)
    elif kind == FindingKind.MISSING:
        corpus.planted.add((kind, str(lines[place].entry)))
    else:
        corpus.planted.add((kind, "+".join(names)))


def _changed(
    random: Random,
    kind: str,
    deal: MadeDeal,
    lines: list[Told],
    place: int,
    deals: Sequence[MadeDeal],
) -> tuple[list[Told], list[Told]]:
    """Give the lines of a planted difference, and those of the deal that they stand for."""
    line = lines[place]
    if kind == FindingKind.MERGED:
        second = lines[place + 1]
        both = replace(second, amount=line.amount + second.amount, reference=None)
        return [both], [line, second]
    if kind in {FindingKind.DUPLICATE, FindingKind.UNKNOWN}:
        return [line if kind == FindingKind.DUPLICATE else _unheard_of(random, line)], []
    if kind == FindingKind.MISSING:
        return [], [line]
    if kind == FindingKind.PARTY:
        wrong = random.choice([one for one in deals if one.code != deal.code])
        return [replace(line, deal=wrong.code)], [line]
    if kind == FindingKind.SPLIT:
        part = line.amount // random.randrange(3, 6)
        day = line.day + timedelta(days=random.randrange(3))
        rest = replace(line, amount=line.amount - part, day=day)
        return [replace(line, amount=part), rest], [line]
    return [_altered(random, kind, deal, line)], [line]


def _unheard_of(random: Random, line: Told) -> Told:
    new = replace(line, amount=line.amount + 17, reference=f"NEW-{line.deal}")
    new = replace(new, day=line.day + timedelta(days=1))
    return new if random.random() < 0.5 else replace(new, deal="D-9999")


def _altered(random: Random, kind: str, deal: MadeDeal, line: Told) -> Told:
    """Give a line with one thing in it that is not as it should be, or hardly."""
    if kind == FindingKind.AMOUNT:
        return replace(line, amount=line.amount + random.choice((-1, 1)) * (line.amount // 11 + 3))
    if kind == FindingKind.DATE:
        return replace(line, day=line.day + timedelta(days=random.randrange(5, 40)))
    if kind == FindingKind.SIGN:
        return replace(line, amount=-line.amount)
    if kind == FindingKind.ROUNDING:
        return replace(line, amount=_rounded_otherwise(deal))
    if kind == FindingKind.UNIT:
        alike = [one for one in DECIMALS if DECIMALS[one] == DECIMALS[line.unit]]
        return replace(line, unit=random.choice([one for one in alike if one not in deal.units]))
    return replace(line, day=line.day + timedelta(days=random.randrange(-2, 3)))


def write_files(corpus: Corpus, folder: Path) -> None:
    """Write the lines into files: a statement for each provider and month, several in some."""
    folder.mkdir(exist_ok=True)
    statements: dict[tuple[str, str], list[list[str]]] = defaultdict(list)
    for line, named_by in corpus.lines:
        statement = f"{line.provider[:1]}{line.day:%Y-%m}"
        statements[line.provider, statement].append(line.cells(statement, named_by))
    files: dict[str, list[list[str]]] = defaultdict(list)
    for (provider, statement), cells in statements.items():
        name = f"{provider}.csv" if provider == PROVIDERS[0] else f"{provider}-{statement}.csv"
        files[name] += cells
    for name, rows in files.items():
        with (folder / name).open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows([COLUMNS, *rows])
