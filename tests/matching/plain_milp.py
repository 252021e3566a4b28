"""The best proposal of a middle case by another road: one plain variable per pair, for CP-SAT.

A constraint solver over whole numbers: no float decides, and an optimum is proven or not given.
"""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from math import ceil, lcm
from typing import NamedTuple

from island_search import Plan
from judge import used_of
from match_cases import DECIMALS, MONEY, Case, CaseCap
from ortools.sat.python import cp_model
from pair_ranges import Pair, may_end_complete, pairs_of

ROOM = 2**59
WORK = 300.0
"""The most that an optimum may take, in the solver's own measure: a busy machine is no reason."""


class NotProven(Exception):
    """The solver gave up before it had proven an optimum; it lies between `least` and `most`.

    `weight` is that of the complete projects where it was the coverage that was not proven.
    """

    def __init__(
        self, said: str, least: Fraction, most: Fraction, weight: int | None = None
    ) -> None:
        super().__init__(f"{said}: between {float(least)} and {float(most)}")
        self.least, self.most, self.weight = least, most, weight


class TooLarge(Exception):
    """The numbers of a case do not fit the solver's 64 bits."""


class Proven(NamedTuple):
    """Levels 1 and 2 at their optimum, and one plan that reaches both."""

    weight: int
    coverage: Fraction
    gives: Plan


def best_of(case: Case, work: float = WORK) -> Proven:
    """Find the optimum of a case: first the weight of complete projects, then the coverage."""
    return _Model(case, work).solved()


def least_shortfall(case: Case, work: float = WORK) -> tuple[Proven, Fraction]:
    """Find the optimum of a case, and the least shortfall of the plans that reach it."""
    model = _Model(case, work)
    proven = model.solved()
    return proven, model.least_shortfall(proven.coverage)


def fits(case: Case) -> bool:
    """Say whether the model's numbers stay well inside the solver's 64 bits."""
    model = _Model(case, 0)
    gain = model.gain()
    scale = lcm(1, *(each.denominator for each in gain.values()))
    largest = [int(gain[pair] * scale) * pair.high for pair in model.pairs]
    largest += [max(pair.worth.as_integer_ratio()) * pair.high for pair in model.pairs]
    return sum(largest) < ROOM


class _Model:
    def __init__(self, case: Case, work: float) -> None:
        self.case = case
        self.work = work
        self.pairs = pairs_of(case)
        self.model = cp_model.CpModel()
        self.ends = {code: self.model.new_bool_var(code) for code in self._may_end()}
        self.given = {pair: self._given(pair) for pair in self.pairs}
        self._needs()
        self._offers()
        self._sequence()
        self._caps()

    def solved(self) -> Proven:
        """Solve for the weight, hold it, and solve for the coverage."""
        weights = {code: self.case.project[code].weight for code in self.ends}
        total = sum(weights[code] * end for code, end in self.ends.items())
        self.model.maximize(total)
        solver, weight = self._solve(1)
        self.model.add(total >= weight)
        self._start_from(solver)
        gain = self.gain()
        scale = lcm(1, *(each.denominator for each in gain.values()))
        self.model.maximize(sum(int(gain[pair] * scale) * x for pair, x in self.given.items()))
        solver, _ = self._solve(scale, weight)
        # The solver's own figure is a float; the amounts it found are whole.
        coverage = sum(gain[pair] * solver.value(x) for pair, x in self.given.items())
        gives = {(p.need, p.offer): solver.value(x) for p, x in self.given.items()}
        gives = {pair: amount for pair, amount in gives.items() if amount}
        return Proven(weight, Fraction(coverage), gives)

    def least_shortfall(self, coverage: Fraction) -> Fraction:
        """Hold the coverage, and find the least sum of what is missing, as shares of goals."""
        gain = self.gain()
        scale = lcm(1, *(each.denominator for each in gain.values()))
        covered = sum(int(gain[pair] * scale) * x for pair, x in self.given.items())
        self.model.add(covered >= int(coverage * scale))
        shares = [self._missing(one) for one in self.case.caps if "goal" in one.measure]
        common = lcm(1, *(share.denominator for _, share in shares))
        if common > 10**12:
            raise TooLarge
        self.model.minimize(sum(int(share * common) * missing for missing, share in shares))
        solver, _ = self._solve(1)
        return sum((solver.value(missing) * share for missing, share in shares), Fraction(0))

    def _missing(self, goal: CaseCap) -> tuple[cp_model.IntVar, Fraction]:
        """Make what is missing of a goal; say what one of it is as a share of the goal."""
        case, least = self.case, int(goal.value)
        living = [
            (need, amount)
            for (need, offer), (amount, _) in case.living.items()
            if offer in goal.offers and case.need[need].project in goal.projects
        ]
        given = {
            pair: x
            for pair, x in self.given.items()
            if pair.offer in goal.offers and case.need[pair.need].project in goal.projects
        }
        if goal.measure == "goal-number":
            before = {case.need[need].project for need, _ in living}
            new: dict[str, list[cp_model.IntVar]] = {}
            for pair, x in given.items():
                new.setdefault(case.need[pair.need].project, []).append(x)
            counted = []
            for project in sorted(new.keys() - before):
                is_counted = self.model.new_bool_var(f"{goal.code} counts {project}")
                self.model.add(sum(new[project]) >= is_counted)
                counted.append(is_counted)
            missing = self.model.new_int_var(0, least, f"{goal.code} misses")
            self.model.add(missing >= least - len(before) - sum(counted))
            return missing, Fraction(1, least)
        rates = {
            one.code: (case.rate(one.unit, goal.unit) or Fraction(0))
            * Fraction(10) ** (DECIMALS[goal.unit] - DECIMALS[one.unit])
            if one.unit in MONEY
            else Fraction(0)
            for one in case.needs
        }
        asked = least - sum((amount * rates[need] for need, amount in living), Fraction(0))
        used = {pair.need for pair in given}
        scale = lcm(asked.denominator, *(rates[one].denominator for one in used))
        if scale * least > 10**12:
            raise TooLarge
        missing = self.model.new_int_var(0, scale * least, f"{goal.code} misses")
        towards = sum(int(rates[pair.need] * scale) * x for pair, x in given.items())
        self.model.add(missing >= int(asked * scale) - towards)
        return missing, Fraction(1, least * scale)

    def _may_end(self) -> list[str]:
        return may_end_complete(self.case, self.pairs)

    def gain(self) -> dict[Pair, Fraction]:
        """Give what one smallest part given through a pair adds to the coverage."""
        case = self.case
        need_of = {pair: case.need[pair.need] for pair in self.pairs}
        return {
            pair: Fraction(case.project[need.project].weight, need.net)
            for pair, need in need_of.items()
        }

    def _given(self, pair: Pair) -> cp_model.IntVar:
        """Make a pair's amount: nothing, or from its least to its most."""
        name = f"{pair.offer} to {pair.need}"
        domain = cp_model.Domain.from_intervals([[0, 0], [pair.low, pair.high]])
        amount = self.model.new_int_var_from_domain(domain, name)
        project = self.case.need[pair.need].project
        if not self.case.offer[pair.offer].only_complete:
            return amount
        if project in self.ends:
            self.model.add(amount <= pair.high * self.ends[project])
        else:
            self.model.add(amount == 0)
        return amount

    def _needs(self) -> None:
        """Give no need more than is open, and all of it where its project ends complete."""
        for need in self.case.needs:
            mine = [x for pair, x in self.given.items() if pair.need == need.code]
            open_ = self.case.open[need.code]
            if mine:
                self.model.add(sum(mine) <= open_)
            if need.project in self.ends and open_ > 0:
                self.model.add(sum(mine) >= open_ * self.ends[need.project])

    def _offers(self) -> None:
        """Take no more from an offer than it has available, each line's cost rounded up."""
        for offer in self.case.offers:
            costs = [self._cost(pair) for pair in self.pairs if pair.offer == offer.code]
            if costs:
                self.model.add(sum(costs) <= self.case.available[offer.code])

    def _sequence(self) -> None:
        """Give a need something only where those that come first end placed."""
        for need in self.case.needs:
            for code in need.after:
                earlier = self.case.need[code]
                if earlier.required is not None and not self.case.open[code]:
                    continue
                mine = [x for pair, x in self.given.items() if pair.need == code]
                placed = self.model.new_bool_var(f"{code} before {need.code}")
                if earlier.required is None or not mine:
                    self.model.add(placed == 0)
                else:
                    self.model.add(sum(mine) >= self.case.open[code] * placed)
                for pair, x in self.given.items():
                    if pair.need == need.code:
                        self.model.add(x <= pair.high * placed)

    def _caps(self) -> None:
        """Keep every cap, with what lives under it already."""
        case = self.case
        for cap in case.caps:
            if cap.measure == "floor":
                self._floor(cap)
            if cap.measure not in {"quantity", "number", "share"}:
                continue
            for needs in case.scopes(cap):
                given = {
                    pair: x
                    for pair, x in self.given.items()
                    if pair.offer in cap.offers and pair.need in needs
                }
                placed = Counter[str]()
                for (need, offer), (amount, _) in case.living.items():
                    if need in needs and offer in cap.offers:
                        placed[need] += amount
                if cap.measure == "number":
                    self._number(int(cap.value), given, placed)
                elif given:
                    self._quantity(*case.most_of(cap, needs), given, placed)

    def _floor(self, cap: CaseCap) -> None:
        case = self.case
        for project in sorted(cap.projects & self.ends.keys()):
            money = [one for one in case.needs_of[project] if one.unit in MONEY]
            units = {one.unit for one in money}
            unit = units.pop() if len(units) == 1 else "EUR"
            rates = {
                one.code: (case.rate(one.unit, unit) or Fraction(0))
                * Fraction(10) ** (DECIMALS[unit] - DECIMALS[one.unit])
                for one in money
            }
            least = cap.value * sum(one.net * rates[one.code] for one in money)
            least -= sum(
                amount * rates[need]
                for (need, offer), (amount, _) in case.living.items()
                if offer in cap.offers and need in rates
            )
            scale = lcm(least.denominator, *(one.denominator for one in rates.values()))
            terms = [
                int(rates[pair.need] * scale) * x
                for pair, x in self.given.items()
                if pair.need in rates and pair.offer in cap.offers
            ]
            if least > 0:
                self.model.add(sum(terms) >= int(least * scale) * self.ends[project])

    def _number(self, most: int, given: dict[Pair, cp_model.IntVar], placed: Counter[str]) -> None:
        counted = {self.case.need[need].project for need in placed}
        new: dict[str, cp_model.IntVar] = {}
        for pair, x in given.items():
            project = self.case.need[pair.need].project
            if project not in counted:
                if project not in new:
                    new[project] = self.model.new_bool_var(f"counts {project}")
                self.model.add(x <= pair.high * new[project])
        self.model.add(sum(new.values()) <= max(0, most - len(counted)))

    def _quantity(
        self, most: int, unit: str, given: dict[Pair, cp_model.IntVar], placed: Counter[str]
    ) -> None:
        if used_of(self.case, placed, unit) > most:
            for x in given.values():
                self.model.add(x == 0)
            return
        sums = []
        for one in {self.case.need[pair.need].unit for pair in given} | {
            self.case.need[need].unit for need in placed
        }:
            there = sum(n for need, n in placed.items() if self.case.need[need].unit == one)
            more = [x for pair, x in given.items() if self.case.need[pair.need].unit == one]
            rate = self.case.rate(one, unit)
            if rate is None:
                for x in more:
                    self.model.add(x == 0)
                continue
            rate *= Fraction(10) ** (DECIMALS[unit] - DECIMALS[one])
            in_unit = self.model.new_int_var(0, most, f"{one} in {unit}")
            self.model.add(rate.denominator * in_unit >= rate.numerator * (there + sum(more)))
            sums.append(in_unit)
        self.model.add(sum(sums) <= most)

    def _cost(self, pair: Pair) -> cp_model.LinearExprT:
        worth = pair.worth
        if worth.denominator == 1:
            return worth.numerator * self.given[pair]
        cost = self.model.new_int_var(0, self.case.available[pair.offer], f"cost of {pair[:2]}")
        self.model.add(worth.denominator * cost >= worth.numerator * self.given[pair])
        return cost

    def _start_from(self, solver: cp_model.CpSolver) -> None:
        for amount in self.given.values():
            self.model.add_hint(amount, solver.value(amount))

    def _solve(self, scale: int, weight: int | None = None) -> tuple[cp_model.CpSolver, int]:
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = 1
        solver.parameters.max_deterministic_time = self.work
        status = solver.solve(self.model)
        if status != cp_model.OPTIMAL:
            found = status == cp_model.FEASIBLE
            least = Fraction(round(solver.objective_value), scale) if found else Fraction(0)
            most = Fraction(ceil(solver.best_objective_bound), scale)
            said = f"{self.case.name}: {solver.status_name(status)}"
            raise NotProven(said, least, most, weight)
        return solver, round(solver.objective_value)
