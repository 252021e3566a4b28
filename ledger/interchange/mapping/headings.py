"""What the columns of a rule are called in a file, where its headings differ from their names.

Headings are compared as names are: capitals, accents, spaces, line ends and signs do not count. A
heading that is exactly the name comes before all others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from ledger.core.text import name_key
from ledger.interchange.mapping.paths import ALL


class Doubt(NamedTuple):
    """A heading that can be read in two ways."""

    column: str
    code: str
    what: str
    hint: str


class Headings(NamedTuple):
    """What columns are called in a file: the heading of each, where it is not its name.

    `notes` name the headings that were not read because an earlier alternative is there too.
    """

    called: dict[str, str]
    doubts: tuple[Doubt, ...]
    notes: tuple[str, ...]


def headings_of(
    header: Iterable[str] | None, alternatives: Mapping[str, Iterable[str]], names: Iterable[str]
) -> Headings:
    """Find the columns of a rule in a header: by their names, else by the first alternative."""
    every, names = dict.fromkeys(header or ()), [one for one in names if ALL not in one]
    alike: dict[str, list[str]] = {}
    for heading in every:
        alike.setdefault(name_key(heading), []).append(heading)
    called: dict[str, str] = {}
    doubts: list[Doubt] = []
    passed_over: dict[str, str] = {}
    for name in (one for one in names if one not in every):
        for spelling in (name, *alternatives.get(name, ())):
            there = [spelling] if spelling in every else alike.get(name_key(spelling), [])
            if not there or not name_key(spelling):
                continue
            if name not in called:
                called[name] = there[0]
                doubts += _several(name, there)
            passed_over[there[0]] = name
    doubtful = {one.column for one in doubts}
    read = {*names, *called.values()}
    notes = (
        f"the column {called[name]!r} is read as {name}, and {heading!r} is not"
        for heading, name in passed_over.items()
        if heading not in read and name not in doubtful
    )
    return Headings(called, (*doubts, *_shared(every, called, names)), tuple(notes))


def _several(name: str, headings: list[str]) -> Iterator[Doubt]:
    if len(headings) > 1:
        what = f"The columns {_listed(headings)} can each be {name!r}, which the rule reads."
        yield Doubt(name, "several-columns", what, f"Call the one that is meant {name!r}.")


def _shared(
    every: Iterable[str], called: Mapping[str, str], names: Iterable[str]
) -> Iterator[Doubt]:
    """Find the headings that would be read as two columns of the rule."""
    readers: dict[str, list[str]] = {heading: [] for heading in every}
    for name in names:
        heading = called.get(name, name)
        if heading in readers:
            readers[heading].append(name)
    for heading, of_rule in readers.items():
        if len(of_rule) > 1:
            what = f"The column {heading!r} would be read as {_listed(of_rule)}."
            yield Doubt(heading, "column-for-two", what, "Call each column by its own name.")


def _listed(names: list[str]) -> str:
    return " and ".join(map(repr, names))
