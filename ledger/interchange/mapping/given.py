"""Rows of the table `given`, gathered over a whole import and written as providers, offers, deals.

One provider, one offer and one deal stand for all that is said of one need, provider and
instrument. What is delivered is part of what is committed: at each day as much is committed as was
stated to be, or as was delivered by then, whichever is more.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any, Final, NamedTuple

from ledger.core.numbers import format_decimal
from ledger.core.text import normalised_code
from ledger.deals.deal import exact_text
from ledger.interchange.mapping.codes import code_of, slug
from ledger.interchange.mapping.given_units import NO_MEASURES, Conversion, Measures, StatedAct
from ledger.interchange.mapping.problems import BadCell
from ledger.interchange.problems import ImportProblem
from ledger.interchange.reader import RawRow, RawTable

PROVIDERS: Final = ("code", "name", "kind", "country")
OFFERS: Final = (
    *("code", "provider", "factor", "topics", "quantity", "unit", "declared_on"),
    *("cities", "instruments"),
)
DEALS: Final = (
    *("code", "offer", "need", "act", "quantity", "unit", "effective_on"),
    *("reference", "instrument", "from_stage", "rate_exact"),
)
_DEFAULT_KIND: Final = "donor"
_RELEASED_FROM: Final = "committed"


class _Fact(NamedTuple):
    """What one row says: amounts of a day, and where it stands."""

    day: str
    committed: Decimal
    delivered: Decimal
    reference: str
    unit: str
    file: str
    line: int


class _Act(NamedTuple):
    """What makes an act the same act again, within a deal."""

    act: str
    day: str
    reference: str


@dataclass(slots=True)
class GivenRows:
    """All rows of `given` of one import, by need, provider and instrument.

    `cells_of` gives the cells that the import itself has of a record, by table and code; `known`
    are the records of the ledger by table. Where it `raises` what is required, a new need without a
    quantity requires what it was given. `measures` convert what is given in a currency that is not
    its need's.
    """

    cells_of: Callable[[str, str], dict[str, str] | None]
    known: Mapping[str, Collection[Any]]
    raises: bool = False
    measures: Measures = NO_MEASURES
    facts: dict[_Key, list[_Fact]] = field(default_factory=dict)
    providers: dict[str, tuple[str, str, RawRow]] = field(default_factory=dict)
    columns: dict[str, str] = field(default_factory=dict)
    today: date | None = None
    later: int = 0
    """How many rows are dated after today: what has not happened is not posted yet."""
    moved: int = 0
    """How many rows are dated before their need was declared: they count from that day on."""
    overdrawn: list[str] = field(default_factory=list)
    """The deals of which more is taken back than was given, with the rest, which is not posted."""
    _by_code: dict[tuple[str, str], Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Index the records of the ledger."""
        for table in ("needs", "projects", "providers"):
            for record in self.known.get(table, ()):
                self._by_code[table, normalised_code(record.code)] = record

    def record(self, table: str, code: str) -> Any:
        """Give a record of the ledger, None if it is not there."""
        return self._by_code.get((table, normalised_code(code)))

    def term(self, table: str, code: str, name: str) -> str:
        """Give a term of a record of this import or of the ledger, as a cell."""
        cells = self.cells_of(table, code)
        if cells is not None and cells.get(name):
            return cells[name]
        value = getattr(self.record(table, code), name, None)
        return "" if value is None else str(value)

    def unit_of(self, need: str) -> str:
        """Give the unit of a need."""
        return self.term("needs", need, "unit")

    def add(self, file: str, line: int, cells: Mapping[str, str], name: str) -> bool:
        """Keep a row; say whether it posts anything. `name` is what the provider is called.

        Raises `BadCell` where it lacks what it has to say.
        """
        amounts = [_amount(cells, one) for one in ("committed", "delivered")]
        if not any(amounts):
            return False
        if self.today is not None and cells["date"] > self.today.isoformat():
            self.later += 1
            return True
        need, provider, instrument = (cells.get(one, "") for one in _KEY)
        fact = _Fact(
            cells["date"],
            amounts[0],
            amounts[1],
            cells.get("reference", ""),
            cells.get("unit", ""),
            file,
            line,
        )
        self.facts.setdefault((need, provider, instrument), []).append(fact)
        if provider not in self.providers:
            named = {
                "code": provider,
                "name": cells.get("provider_name") or name or provider,
                "kind": cells.get("provider_kind") or _DEFAULT_KIND,
                "country": cells.get("country", ""),
            }
            self.providers[provider] = (file, provider, RawRow(line, named))
        return True

    def tables(self, problems: list[ImportProblem]) -> list[RawTable]:
        """Write the rows of the three tables; what is wrong with some is noted."""
        made: dict[tuple[str, str], RawTable] = {}

        def put(table: str, header: tuple[str, ...], file: str, row: RawRow) -> None:
            key = table, file
            if key not in made:
                made[key] = RawTable(table, file, header, [], self.columns)
            made[key].rows.append(row)

        self.overdrawn += [
            f"{deal_code(*key)} {format_decimal(rest)}"
            for key, facts in self.facts.items()
            if (rest := _beyond_given(facts))
        ]
        posting = {key: facts for key, facts in self.facts.items() if _acts_of(facts)[0]}
        giving = {provider for _, provider, _ in posting}
        for code, (file, _, row) in self.providers.items():
            is_known = self.record("providers", code) or self.cells_of("providers", code)
            if code in giving and not is_known:
                put("providers", PROVIDERS, file, row)
        conversions = {key: self._conversion(key, facts) for key, facts in posting.items()}
        self._declare_needs(conversions)
        for key, facts in posting.items():
            conversion = conversions[key]
            if isinstance(conversion, ImportProblem):
                problems.append(conversion)
                continue
            offer, deals = self._offer_and_deals(key, facts, conversion)
            put("offers", OFFERS, facts[0].file, offer)
            for file, deal in deals:
                put("deals", DEALS, file, deal)
        return [*made.values()]

    def _conversion(self, key: _Key, facts: list[_Fact]) -> Conversion | ImportProblem | None:
        """Give what converts the rows of one deal, None where they are in the unit of its need.

        The rate is that of the deal, else that of the first day.
        """
        unit = self.unit_of(key[0])
        units = {one.unit or unit for one in facts}
        other = next((one for one in facts if unit and one.unit and one.unit != unit), None)
        if other is None:
            return None

        def problem(code: str, what: str, hint: str) -> ImportProblem:
            return ImportProblem(other.file, other.line, None, code, what, hint)

        what = f"{other.unit} is given to {key[0]}, which is counted in {unit}."
        need, offer = (self.measures.units.get(one) for one in (unit, other.unit))
        if need is None or offer is None or {need.kind, offer.kind} != {"money"}:
            return problem("other-unit", what, "Only currencies are converted.")
        if len(units) > 1:
            named = ", ".join(sorted(units))
            what = f"{key[1]} gives to {key[0]} in several units: {named}."
            return problem("other-unit", what, "One deal has one; give the others another code.")
        rate = self.measures.rate_of(deal_code(*key))
        first = min(one.day for one in facts)
        day = date.fromisoformat(max(first, self.term("needs", key[0], "declared_on")))
        is_new = rate is None
        rate = rate or self.measures.rate_on(unit, other.unit, day)
        if rate is None:
            hint = "Import the rates of that day: cityfund rates import FILE"
            return problem("no-rate", f"{what} No rate from {unit} is known on {day}.", hint)
        return Conversion(need, offer, rate, is_new=is_new)

    def _declare_needs(self, conversions: Mapping[_Key, Conversion | ImportProblem | None]) -> None:
        """Say of new needs what their rows leave open: the day, and what they require.

        They are declared on the first day of what is given to them. Where what is given raises what
        is required, those without a quantity require what they were given.
        """
        given: dict[str, dict[_Key, list[_Fact]]] = {}
        for key, facts in self.facts.items():
            given.setdefault(key[0], {})[key] = facts
        for need, of_need in given.items():
            cells = self.cells_of("needs", need)
            if cells is None or self.record("needs", need) is not None:
                continue
            first = min(one.day for facts in of_need.values() for one in facts)
            cells["declared_on"] = cells.get("declared_on") or first
            if self.raises and not cells.get("quantity"):
                totals = (_most(facts, conversions.get(key)) for key, facts in of_need.items())
                total = sum(totals, Decimal(0))
                cells["quantity"] = format_decimal(total) if total else ""

    def _offer_and_deals(
        self, key: _Key, facts: list[_Fact], conversion: Conversion | None
    ) -> tuple[RawRow, list[tuple[str, RawRow]]]:
        need, provider, instrument = key
        code = deal_code(need, provider, instrument)
        unit = self.unit_of(need) or next((one.unit for one in facts if one.unit), "")
        declared = self.term("needs", need, "declared_on")
        self.moved += sum(fact.day < declared for fact in facts)
        facts = [fact._replace(day=max(fact.day, declared)) for fact in facts]
        acts, total = _acts_of(facts)
        posted = _needed(acts, conversion)
        rate = exact_text(conversion.rate) if conversion is not None and conversion.is_new else ""
        project = self.term("needs", need, "project")
        first = min(one.day for one in facts)
        offer = {
            "code": code,
            "provider": provider,
            "factor": self.term("needs", need, "factor"),
            "topics": self.term("needs", need, "topic"),
            "quantity": format_decimal(total),
            "unit": unit if conversion is None else conversion.offer.code,
            "declared_on": first,
            "cities": self.term("projects", project, "city"),
            "instruments": instrument,
        }
        deals = [
            (
                fact.file,
                RawRow(
                    fact.line,
                    {
                        "code": code,
                        "offer": code,
                        "need": need,
                        "act": act.act,
                        "quantity": format_decimal(amount),
                        "unit": unit,
                        "effective_on": act.day,
                        "reference": act.reference,
                        "instrument": instrument,
                        "from_stage": _RELEASED_FROM if act.act == "released" else "",
                        "rate_exact": rate,
                    },
                ),
            )
            for (act, (_, fact)), amount in zip(acts.items(), posted, strict=True)
            if amount
        ]
        return RawRow(facts[0].line, offer), deals


def _needed(
    acts: Mapping[_Act, tuple[Decimal, _Fact]], conversion: Conversion | None
) -> list[Decimal]:
    """Give the amounts of acts in the unit of their need."""
    if conversion is None:
        return [amount for amount, _ in acts.values()]
    return conversion.needed(StatedAct(act.act, amount) for act, (amount, _) in acts.items())


def _most(facts: list[_Fact], conversion: Conversion | ImportProblem | None) -> Decimal:
    """Give the most that was ever committed, in the unit of the need."""
    acts, total = _acts_of(facts)
    if not isinstance(conversion, Conversion):
        return total
    level = most = Decimal(0)
    for act, amount in zip(acts, _needed(acts, conversion), strict=True):
        level += amount * {"committed": 1, "released": -1}.get(act.act, 0)
        most = max(most, level)
    return most


_Key = tuple[str, str, str]
"""Need, provider and instrument."""
_KEY: Final = ("need", "provider", "instrument")


def deal_code(need: str, provider: str, instrument: str) -> str:
    """Give the code of the offer and the deal of one need, provider and instrument."""
    parts = (need, provider, slug(instrument)) if instrument else (need, provider)
    return code_of("-".join(parts))


def require_given(cells: Mapping[str, str]) -> None:
    """Refuse a row that does not say who gives to what when; raises `BadCell`."""
    for name in ("need", "provider"):
        if not cells.get(name):
            raise BadCell(None, "missing-value", f"The {name} is missing.")
    amounts = [_amount(cells, one) for one in ("committed", "delivered")]
    if any(amounts) and not cells.get("date"):
        raise BadCell(None, "missing-value", "The date is missing.")


def _amount(cells: Mapping[str, str], name: str) -> Decimal:
    text = cells.get(name, "")
    return Decimal(text) if text else Decimal(0)


def _beyond_given(facts: Iterable[_Fact]) -> Decimal:
    """Give how much more is taken back than was committed or delivered, whichever is more."""
    committed = delivered = Decimal(0)
    for fact in facts:
        committed += fact.committed
        delivered += fact.delivered
    return -min(committed, delivered, Decimal(0))


def _acts_of(facts: Iterable[_Fact]) -> tuple[dict[_Act, tuple[Decimal, _Fact]], Decimal]:
    """Give the acts of a deal, each with its amount and its first row, and all that is committed.

    Amounts of one day and reference are one act. An amount below zero takes back what was said
    before: delivered, it is returned, and what is then neither stated nor delivered is released.
    """
    acts: dict[_Act, tuple[Decimal, _Fact]] = {}
    stated = arrived = delivered = level = most = Decimal(0)

    def post(act: str, fact: _Fact, amount: Decimal) -> None:
        if amount > 0:
            key = _Act(act, fact.day, fact.reference)
            before, first = acts.get(key, (Decimal(0), fact))
            acts[key] = before + amount, first

    for _, of_day in groupby(sorted(facts, key=lambda one: one.day), key=lambda one: one.day):
        rows = [*of_day]
        for fact in rows:
            stated += max(fact.committed, Decimal(0))
            post("committed", fact, stated - level)
            level = max(level, stated)
        for fact in rows:
            arrived += fact.delivered
            now = max(arrived, Decimal(0))
            post("committed", fact, now - level)
            level = max(level, now)
            post("delivered" if now > delivered else "returned", fact, abs(now - delivered))
            delivered = now
        most = max(most, level)
        for fact in rows:
            stated += min(fact.committed, Decimal(0))
            if min(fact.committed, fact.delivered) < 0:
                kept = max(stated, delivered)
                post("released", fact, level - kept)
                level = min(level, kept)
    return acts, most
