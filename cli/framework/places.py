"""Filters by city, provider, office and state, one rule for every list.

A list that has a column of that name is filtered by it; both cities of a partnership count. One
without is filtered by a column that says the same, and else by what its records lead to: see
`ledger.usecases.places`. A list whose records lead to no such place has no such filter.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple, NoReturn

from cli.framework.usage_errors import NoOfficeView, NoPlaceView
from ledger.registers.table import REGISTERS
from ledger.reports.table import Column, ReportRow

PlacesOf = Callable[[str, str], Mapping[str, tuple[str, ...]]]
"""Gives the codes of a place by the code of each record of a kind."""

_SAME: Final[Mapping[str, tuple[str, ...]]] = {
    "city": (),
    "provider": (),
    "office": ("city_office", "offices"),
    "state": ("standing", "status", "use", "outcome"),
}
"""The columns of other names that say a place, the first that a list has."""

_BEFORE_OWN: Final = {"office": "city_office"}
"""The columns that options go by, where the one of that name is about something else."""

_OF_PROVIDERS: Final = ("need", "deal", "approach")
"""The lists that say what a provider has to do with which need."""

_OF_NEEDS: Final = {f"{register} list": register for register in ("need", "project")}
"""The lists that are filtered by the providers of the deals and approaches of needs."""

_PAIRED: Final = {"city": "with_city"}
_TEXTS: Final = frozenset({"text", "code"})
_NAMED_BY: Final = (("kind", "record"), ("table", "record"))
"""The columns that name records of any register, each with that of their register."""

_LEADING: Final = {
    **{
        name: name
        for name in (
            *("deal", "need", "approach", "project", "offer", "city", "provider"),
            *("partnership", "restriction", "proposal"),
        )
    },
    "by": "city",
    "meeting": "meeting",
}
"""The columns with codes that lead to places, the nearest first, and the kinds of their records."""


class Place(NamedTuple):
    """How a list is filtered by a place: by which column, or by what its rows lead to."""

    column: Column
    values: Callable[[ReportRow], object]


def _nowhere(_kind: str, _place: str) -> Mapping[str, tuple[str, ...]]:
    return {}


class Placing(NamedTuple):
    """What the filters by places of one list go by.

    `title` is the command that lists, `asked` are the places that were named by options, and `own`
    those that only a column of the list answers to: the office of the settings, which limits no
    other list.
    """

    title: str = ""
    places_of: PlacesOf = _nowhere
    asked: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()


NOWHERE: Final = Placing()
"""For rows that are filtered by their own columns alone."""


def place_in(name: str, columns: Sequence[Column], placing: Placing) -> Place | None:
    """Return how a list of these columns is filtered by a place; None where it cannot be."""
    known = {column.key: column for column in columns}
    before = known.get(_BEFORE_OWN.get(name, ""))
    if before is not None and name in placing.asked:
        return _by_column(before)
    own, other = known.get(name), known.get(_PAIRED.get(name, ""))
    if own is not None and other is not None:
        return Place(own, lambda row: (row.get(own.key), row.get(other.key)))
    key = own.key if own is not None else same_column(name, known)
    if key in known and (own is not None or known[key].kind in _TEXTS):
        return _by_column(known[key])
    if name in placing.own:
        return None
    if name == "provider" and placing.title in _OF_NEEDS:
        return _by_parties(_OF_NEEDS[placing.title], placing.places_of)
    leads = _Leads(name, known, placing)
    return Place(Column(name, kind="code"), leads.values) if leads else None


def _by_column(column: Column) -> Place:
    return Place(column, lambda row: row.get(column.key))


def _by_parties(register: str, places_of: PlacesOf) -> Place:
    from ledger.usecases.places import PARTY  # noqa: PLC0415 - brings the store

    def values(row: ReportRow) -> tuple[str, ...]:
        return places_of(register, PARTY).get(str(row.get("code")), ())

    return Place(Column("provider", kind="code"), values)


def same_column(name: str, keys: Collection[str]) -> str:
    """Return the key of the column that says a place, or the name itself where none does."""
    if name in keys:
        return name
    return next((key for key in _SAME.get(name, ()) if key in keys), name)


def refuse_place(name: str, value: str, columns: Iterable[str]) -> NoReturn:
    """Refuse an option by a place that the rows of a list neither have nor lead to."""
    there = ", ".join(columns)
    why = f"A view that cannot be applied is refused, never ignored; the columns are: {there}."
    if name == "office":
        what = f"These rows belong to no office, so {value} has none of them."
        raise NoOfficeView(what, why=why)
    what = f"These rows have no {name} and lead to none: {name}={value}."
    if name == "provider":
        lists = " or ".join(f"cityfund {one} list --provider {value}" for one in _OF_PROVIDERS)
        raise NoPlaceView(what, why=why, next_step=f"See what it has to do with needs: {lists}")
    raise NoPlaceView(what, why=why)


class _Leads:
    """What the rows of a list lead to."""

    def __init__(self, place: str, known: Mapping[str, Column], placing: Placing) -> None:
        """Find the columns whose codes lead to the place."""
        self._place, self._places_of = place, placing.places_of
        self._acts = placing.title == "log"
        self._registers = ("kind", "code") if placing.title == "find" else None
        if self._registers is None:
            self._registers = next((one for one in _NAMED_BY if {*one} <= known.keys()), None)
        self._columns = [*_leading_columns(place, known, placing.title)]

    def __bool__(self) -> bool:
        """Say whether any row can lead to the place."""
        of_records = (self._acts or self._registers is not None) and self._place != "state"
        return bool(self._columns) or of_records

    def values(self, row: ReportRow) -> tuple[str, ...]:
        """Give the codes of the place that a row leads to."""
        found: dict[str, None] = {}
        for kind, code in self._records(row):
            for one in code if isinstance(code, (list, tuple)) else (code,):
                found.update(dict.fromkeys(self._of(kind, str(one))))
            if found and not self._acts:
                break
        return tuple(found)

    def _records(self, row: ReportRow) -> Iterator[tuple[str, object]]:
        if self._acts:
            for one in row.get("records") or ():  # type: ignore[attr-defined]
                yield one["kind"], one["code"]
        if self._registers is not None:
            kind, code = (row.get(key) for key in self._registers)
            yield _register(str(kind)), code
        for column, kind in self._columns:
            if row.get(column):
                yield kind, row[column]

    def _of(self, kind: str, code: str) -> tuple[str, ...]:
        return self._places_of(kind, self._place).get(code, ())


def _register(named: str) -> str:
    """Give the register that a row names, by itself or by its table."""
    return next((one.name for one in REGISTERS.values() if named == one.plural), named)


def _leading_columns(
    place: str, known: Mapping[str, Column], title: str
) -> Iterator[tuple[str, str]]:
    from ledger.usecases.places import leads_to  # noqa: PLC0415 - brings the store

    noun, _, verb = title.partition(" ")
    if verb == "list" and noun in REGISTERS and "code" in known and leads_to(noun, place):
        yield "code", noun
    for key, kind in _LEADING.items():
        if key in known and known[key].kind in _TEXTS and leads_to(kind, place):
            yield key, kind
