"""Find records by what a person knows of them: a code, a name, an identifier, a note, a reference.

Records are ranked by the best of their texts, and grouped by register, the one with the best first.
Where no code, name or identifier fits, names with small typing errors are looked for too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple

from ledger.core.suggest import nearest
from ledger.lookup.query import Query, parse_query, search_key
from ledger.lookup.ranks import Fitter, Part, excerpt, rank_of
from ledger.registers.table import REGISTERS, versioned
from ledger.statements.findings import finding_number
from ledger.store.lookup import (
    RecordText,
    kinds_of_code,
    names_that_may_fit,
    near_texts,
    texts_that_may_fit,
)
from ledger.store.registers import AmbiguousCode, UnknownCode, find_code, find_hidden
from ledger.store.session.snapshot import Reader

_PLACES: Final = {
    kind: place
    for place, kind in enumerate(
        dict.fromkeys(("project", "city", "provider", "need", "offer", "deal", *REGISTERS))
    )
}
"""The order of registers that fit equally well."""

_NEAREST: Final = 3
_NO_RANK: Final = 99
_FINDING, _ENTRY = "finding", "entry"
_NUMBERED: Final = (_FINDING, _ENTRY)
_NOUNS: Final = {"proposal": "match", _ENTRY: "journal"}
"""The nouns that are not called as the records they show."""


class Match(NamedTuple):
    """A record that fits: what of it does, and that text."""

    kind: str
    code: str
    name: str | None
    matched: str
    text: str
    rank: int


@dataclass(frozen=True)
class Search:
    """What a search found, and where it is nothing, the names that are nearest."""

    query: Query
    found: tuple[Match, ...]
    nearest: tuple[Match, ...] = ()


def search(reader: Reader, text: str) -> Search:
    """Look for a text in all registers. Raises `NothingToFind`."""
    query = parse_query(text)
    best = _best(texts_that_may_fit(reader.connection, query), Fitter(query))
    if not any(one.matched_as < Part.REFERENCE for one in best.values()):
        names = names_that_may_fit(reader.connection, query)
        for key, one in _best(names, Fitter(query, tolerant=True)).items():
            if key not in best or one.found.rank < best[key].found.rank:
                best[key] = one
        if not best:
            return Search(query, (), nearest_records(reader, text))
    return Search(query, tuple(_grouped(one.found for one in best.values())))


def record_of_code(reader: Reader, typed: str) -> tuple[str, str]:
    """Give the register and the code of the one record that a code names, or KIND:CODE.

    Findings count as a register, and so do entries, by their numbers. Raises `AmbiguousCode`, and
    `UnknownCode` with what is nearest.
    """
    if (spelt := _kind_and_code(typed)) is not None:
        kind, code = spelt
        return kind, find_code(reader.connection, kind, code, reader.times.known_at)
    kinds = _kinds_of(reader, typed)
    if len(kinds) == 1:
        return kinds[0]
    if kinds:
        named = ", ".join(f"{kind} {code}" for kind, code in kinds)
        ways = " or ".join(f"cityfund {noun_of(kind)} show {code}" for kind, code in kinds)
        raise AmbiguousCode(
            f"{typed} could be {named}.",
            why="Records of several registers have this code.",
            next_step=f"Show one of them: {ways}",
        )
    near = nearest_records(reader, typed)
    hint = " or ".join(f"{one.code} ({one.kind} {one.name or one.code})" for one in near)
    raise UnknownCode(
        f"Nothing has the code {typed!r}.",
        why="No register has it, and it is no finding and no entry.",
        next_step=f"Did you mean {hint}?" if hint else f"Look for it: cityfund find {typed}",
    )


def _kinds_of(reader: Reader, typed: str) -> list[tuple[str, str]]:
    """Give every register that has a code, with the code of its record."""
    kinds = kinds_of_code(reader.connection, typed, reader.times.known_at)
    if finding_number(typed) is not None and not typed.isdecimal():
        kinds.append((_FINDING, typed))
    if typed.isdecimal():
        kinds.append((_ENTRY, typed))
    return kinds


def record_with_history(reader: Reader, typed: str) -> tuple[str, str]:
    """Give the register and the code of the one record whose history is asked for.

    A record in error has a history too, where no other has its code. Raises as `record_of_code`.
    """
    kind, colon, code = typed.partition(":")
    if colon and kind.casefold() in _NUMBERED:
        return kind.casefold(), code
    named = _kind_and_code(typed)
    kinds, code = (versioned(), typed) if named is None else ((named[0],), named[1])
    try:
        return record_of_code(reader, typed)
    except UnknownCode:
        for one in kinds:
            error = find_hidden(reader.connection, one, code)
            if error is not None:
                return one, str(error.record.code)
        raise
    except AmbiguousCode as error:
        if named is not None:
            raise
        found = [f"cityfund history {one}:{code}" for one, code in _kinds_of(reader, typed)]
        raise AmbiguousCode(
            error.what, why=error.why, next_step=f"Name its register: {' or '.join(found)}"
        ) from None


def _kind_and_code(typed: str) -> tuple[str, str] | None:
    """Read KIND:CODE."""
    kind, colon, code = typed.partition(":")
    return (kind.casefold(), code) if colon and kind.casefold() in versioned() else None


def noun_of(kind: str) -> str:
    """Give the noun of the command line that shows a kind of record."""
    return _NOUNS.get(kind, kind)


class _Ranked(NamedTuple):
    found: Match
    matched_as: Part


def _best(texts: Iterable[RecordText], fitter: Fitter) -> dict[tuple[str, str], _Ranked]:
    """Give the best text of each record that has one which fits."""
    best: dict[tuple[str, str], _Ranked] = {}
    codes = frozenset(fitter.query.codes)
    for one in texts:
        fit = fitter.fit(one.text)
        if one.part is Part.CODE and one.code.casefold() in codes:
            rank: int | None = 0
        else:
            rank = None if fit is None else rank_of(one.part, fit)
        if rank is None:
            continue
        key = one.kind, one.code
        if key not in best or rank < best[key].found.rank:
            text = excerpt(one.text, fitter.query)
            found = Match(one.kind, one.code, one.name, one.column, text, rank)
            best[key] = _Ranked(found, one.part)
    return best


def _grouped(matches: Iterable[Match]) -> list[Match]:
    """Put the records of a register together, the register with the best one first."""
    ranked = sorted(matches, key=lambda one: (one.rank, _place(one), one.code))
    firsts: dict[str, int] = {}
    for place, one in enumerate(ranked):
        firsts.setdefault(one.kind, place)
    return sorted(ranked, key=lambda one: firsts[one.kind])


def _place(one: Match) -> int:
    return _PLACES.get(one.kind, len(_PLACES))


def nearest_records(reader: Reader, text: str) -> tuple[Match, ...]:
    """Give the records whose codes or names are nearest to a text that none has."""
    key = search_key(text)
    if not key:
        return ()
    by_text: dict[str, list[RecordText]] = {}
    for one in near_texts(reader.connection, Query(text, key)):
        by_text.setdefault(one.text, []).append(one)
    found = {
        (one.kind, one.code): Match(one.kind, one.code, one.name, one.column, one.text, _NO_RANK)
        for near in nearest(text, by_text, _NEAREST)
        for one in by_text[near]
    }
    return tuple(found.values())[:_NEAREST]
