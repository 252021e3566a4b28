"""The judge: whether a proposal keeps every rule of section 4, and what is wrong where not.

It reads a Case and a document of `cityfund match --format json`, recomputes everything in whole
numbers and exact fractions, and names each fault in words. It never looks for a better plan.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from judge_rules import broken_limits, broken_rules, complete_after, complete_before
from match_cases import DECIMALS, MONEY, Case, up

Document = dict[str, Any]
WRITTEN_TO = Fraction(1, 10**7)
"""How far a number of the second level may lie from what it stands for: its last place."""


NO_LESS = 10**30
"""More than any cap."""


@dataclass(frozen=True)
class Fault:
    """One thing wrong with a proposal: what it is about, and why in words."""

    about: str
    why: str

    def __str__(self) -> str:
        return f"{self.about}: {self.why}"


@dataclass(frozen=True)
class Given:
    """A line understood: whole smallest parts on both sides."""

    need: str
    offer: str
    amount: int
    cost: int

    @property
    def name(self) -> str:
        """Name the line in a fault."""
        return f"{self.offer} to {self.need}"


def faults(case: Case, document: Document) -> list[Fault]:
    """Give everything that is wrong with a proposal; an empty list accepts it."""
    unread, lines = _read(case, document)
    if unread:
        return unread
    found = [
        *_lines_alone(case, lines),
        *_sums(case, lines),
        *_conditions(case, lines),
        *_sequence(case, lines),
        *_caps(case, lines),
        *_order(case, lines),
        *_completes(case, document, lines),
    ]
    return found + list(_levels(case, document, lines))


def newly_complete(case: Case, lines: list[Given]) -> list[str]:
    """Name the projects that the lines complete and that were not complete before."""
    given = _by_need(lines)
    return sorted(
        one.code
        for one in case.projects
        if complete_after(case, one.code, given)
        and not complete_before(case, one.code)
        and floors_met(case, one.code, lines)
    )


def floors_met(case: Case, project: str, lines: list[Given]) -> bool:
    """Say whether the offers of every floor give a project enough."""
    for cap in case.caps:
        if cap.measure != "floor" or project not in cap.projects:
            continue
        money = [one for one in case.needs_of[project] if one.unit in MONEY]
        units = {one.unit for one in money}
        unit = units.pop() if len(units) == 1 else "EUR"

        def worth(need: str, amount: int, unit: str = unit) -> Fraction:
            one = case.need[need].unit
            rate = case.rate(one, unit) if one in MONEY else None
            return amount * (rate or 0) * Fraction(10) ** (DECIMALS[unit] - DECIMALS[one])

        least = cap.value * sum(worth(one.code, one.net) for one in money)
        there = sum(
            worth(need, amount)
            for (need, offer), (amount, _) in case.living.items()
            if offer in cap.offers and case.need[need].project == project
        )
        given = sum(
            worth(one.need, one.amount)
            for one in lines
            if one.offer in cap.offers and case.need[one.need].project == project
        )
        if there + given < least:
            return False
    return True


def level_values(case: Case, lines: list[Given]) -> tuple[int, Fraction]:
    """Give levels 1 and 2 of the lines, exactly."""
    weight = sum(case.project[code].weight for code in newly_complete(case, lines))
    coverage = Fraction(0)
    for line in lines:
        need = case.need[line.need]
        if need.net > 0:
            coverage += Fraction(case.project[need.project].weight * line.amount, need.net)
    return weight, coverage


def _by_need(lines: list[Given]) -> Counter[str]:
    given: Counter[str] = Counter()
    for line in lines:
        given[line.need] += line.amount
    return given


# Reading the document


def _read(case: Case, document: Document) -> tuple[list[Fault], list[Given]]:
    unread, lines = [], []
    if document.get("schema") != "cityfund.match/1":
        unread.append(Fault("document", f"its schema is {document.get('schema')!r}"))
    for at, line in enumerate(document["lines"]):
        try:
            lines.append(line_given(case, line))
        except (KeyError, ValueError) as wrong:
            unread.append(Fault(f"line {at + 1}", str(wrong)))
    return unread, lines


def line_given(case: Case, line: dict[str, Any]) -> Given:
    """Read a line; raises `ValueError` where it says something that is not so."""
    need, offer = case.need.get(line["need"]), case.offer.get(line["offer"])
    if need is None or offer is None:
        raise ValueError(f"nobody knows {line['offer']} or {line['need']}")
    stated = {"project": need.project, "factor": need.factor}
    stated |= {"unit": need.unit, "offer_unit": offer.unit}
    for key, true in stated.items():
        if line[key] != true:
            raise ValueError(f"{key} is {line[key]!r}, not {true!r}")
    rate = case.rate(need.unit, offer.unit)
    if rate is not None and Fraction(line["rate_exact"]) != rate:
        raise ValueError(f"rate is {line['rate_exact']}, not {rate}")
    amount = parts(line["quantity"], need.unit)
    return Given(need.code, offer.code, amount, parts(line["offer_quantity"], offer.unit))


def parts(text: str, unit: str) -> int:
    """Count the smallest parts in an amount written with exactly its unit's decimals."""
    whole, point, after = text.partition(".")
    digits = DECIMALS[unit]
    if not (whole + after).isdecimal() or len(after) != digits or bool(point) != bool(digits):
        raise ValueError(f"{text!r} is no amount of {unit} with {digits} decimals")
    return int(whole + after)


def written(amount: int, unit: str) -> str:
    """Write smallest parts with exactly the unit's decimals."""
    digits = DECIMALS[unit]
    text = str(amount).rjust(digits + 1, "0")
    return f"{text[:-digits]}.{text[-digits:]}" if digits else text


# What a proposal must keep


def _lines_alone(case: Case, lines: list[Given]) -> Iterator[Fault]:
    for line in lines:
        if not case.asked(line.need):
            yield Fault(line.name, "the need lies outside the selection")
        if line.amount <= 0:
            yield Fault(line.name, f"gives {line.amount}")
        for rule in broken_rules(case, line.need, line.offer):
            yield Fault(line.name, f"not eligible by the rule {rule}")
        for broken in broken_limits(case, line.need, line.offer, line.amount):
            yield Fault(line.name, broken)
        worth = case.worth(line.need, line.offer)
        if worth is not None and line.cost != up(line.amount * worth):
            yield Fault(line.name, f"costs {line.cost}, not {up(line.amount * worth)}")


def _sums(case: Case, lines: list[Given]) -> Iterator[Fault]:
    taken: Counter[str] = Counter()
    seen: Counter[tuple[str, str]] = Counter()
    takers: dict[str, set[str]] = {}
    for line in lines:
        taken[line.offer] += line.cost
        seen[line.need, line.offer] += 1
        takers.setdefault(line.need, set()).add(line.offer)
    for (need, offer), times in seen.items():
        if times > 1:
            yield Fault(f"{offer} to {need}", f"stands in {times} lines")
    for offer, cost in taken.items():
        if cost > case.available[offer]:
            yield Fault(offer, f"gives {cost}, has {case.available[offer]} available")
    for need, amount in _by_need(lines).items():
        if amount > case.open[need]:
            yield Fault(need, f"gets {amount}, has {case.open[need]} open")
        if not case.need[need].divisible and len(takers[need]) > 1:
            yield Fault(need, f"is indivisible and gets from {len(takers[need])} offers")


def _conditions(case: Case, lines: list[Given]) -> Iterator[Fault]:
    complete = set(newly_complete(case, lines))
    for line in lines:
        project = case.need[line.need].project
        if case.offer[line.offer].only_complete and project not in complete:
            yield Fault(line.name, f"on condition complete, and {project} does not end complete")


def _sequence(case: Case, lines: list[Given]) -> Iterator[Fault]:
    given = _by_need(lines)
    for need in sorted(given):
        for earlier in case.need[need].after:
            known = case.need[earlier].required is not None
            if not known or case.open[earlier] > given.get(earlier, 0):
                yield Fault(need, f"gets something, and {earlier}, which comes first, stays open")


def _caps(case: Case, lines: list[Given]) -> Iterator[Fault]:
    for cap in case.caps:
        for needs in case.scopes(cap) if cap.measure in {"quantity", "number", "share"} else ():
            mine = [one for one in lines if one.offer in cap.offers and one.need in needs]
            if not mine:
                continue
            placed: Counter[str] = Counter()
            for (need, offer), (amount, _) in case.living.items():
                if need in needs and offer in cap.offers:
                    placed[need] += amount
            if cap.measure == "number":
                before = {case.need[need].project for need in placed}
                after = before | {case.need[one.need].project for one in mine}
                if after > before and len(after) > cap.value:
                    yield Fault(cap.code, f"counts {sorted(after)}")
                continue
            for one in mine:
                placed[one.need] += one.amount
            most, unit = case.most_of(cap, needs)
            if (used := used_of(case, placed, unit)) > most:
                yield Fault(cap.code, f"has {used} of {most}")


def used_of(case: Case, placed: Counter[str], unit: str) -> int:
    """Count what is placed in needs in a unit: the sum of each currency is rounded up."""
    sums: Counter[str] = Counter()
    for need, amount in placed.items():
        sums[case.need[need].unit] += amount
    used = 0
    for one, amount in sums.items():
        rate = case.rate(one, unit)
        if rate is None:
            return NO_LESS  # what cannot be compared fits under no cap
        used += up(amount * rate * Fraction(10) ** (DECIMALS[unit] - DECIMALS[one]))
    return used


def _order(case: Case, lines: list[Given]) -> Iterator[Fault]:
    keys = [(case.need[one.need].project, one.need, one.offer) for one in lines]
    if keys != sorted(keys):
        yield Fault("lines", "are not in the order of project, need, offer")


def _completes(case: Case, document: Document, lines: list[Given]) -> Iterator[Fault]:
    true, stated = newly_complete(case, lines), document["complete"]
    for code in sorted(set(stated) - set(true)):
        yield Fault(code, "is said to end complete and does not, or was complete before")
    for code in sorted(set(true) - set(stated)):
        yield Fault(code, "ends complete and is not said to")
    if len(set(stated)) != len(stated):
        yield Fault("complete", "names a project twice")


# What a proposal says of itself


def _levels(case: Case, document: Document, lines: list[Given]) -> Iterator[Fault]:
    levels = {one["name"]: one for one in document["levels"]}
    for name, value in zip(("complete", "coverage"), level_values(case, lines), strict=True):
        if name not in levels:
            yield Fault(name, "is a level that is missing")
            continue
        yield from _level(levels[name], Fraction(value))
    if "deals" in levels and levels["deals"]["value"] != str(len(lines)):
        yield Fault("deals", f"is {levels['deals']['value']}, not {len(lines)}")


def _level(level: dict[str, str], value: Fraction) -> Iterator[Fault]:
    name = level["name"]
    try:
        stated, bound, gap = (Fraction(level[key]) for key in ("value", "bound", "gap"))
    except (KeyError, ValueError, TypeError):
        yield Fault(name, f"lacks a number: {level}")
        return
    # Weights are whole and written whole; what is written to some places may be rounded.
    rounding = WRITTEN_TO if value.denominator > 1 or "." in level["value"] else Fraction(0)
    if abs(stated - value) > rounding:
        yield Fault(name, f"its value is {level['value']}, not {value}")
    if bound < value - rounding:
        yield Fault(name, f"its bound {level['bound']} is below its value {value}")
    true_gap = (bound - stated) / max(Fraction(1), abs(bound))
    if abs(gap - true_gap) > WRITTEN_TO + 2 * rounding:
        yield Fault(name, f"its gap is {level['gap']}, not {true_gap}")
