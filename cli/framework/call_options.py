"""The shared options of a call as values: how a reading or a writing command was asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cli.framework.options import typed_filter

if TYPE_CHECKING:
    from cli.framework.places import Placing
    from ledger.reports.language import Language
    from ledger.reports.table import Column


NAMED: Final = re.compile(r"[^=!<>]+")
"""What a filter begins with: the column that it names."""


def _no_names(_register: str) -> dict[str, Collection[str]]:
    return {}


def _no_places(_register: str, _place: str) -> dict[str, tuple[str, ...]]:
    return {}


def typed_filters(
    params: Mapping[str, Any], asked: Iterable[str], office: str | None
) -> tuple[str, ...]:
    """Return the filters of a call, those by options behind others, and that of an office last.

    Raises BadFilter.
    """
    texts = [*(params.get("where") or ())]
    texts += [f"{name}={params[name]}" for name in asked if name != "office"]
    texts += [] if office is None else [f"office={office}"]
    return tuple(map(typed_filter, texts))


def filtered_column(text: str) -> str:
    """Return the key of the column that a filter names."""
    from ledger.core.filters import column_key  # noqa: PLC0415 - only where rows are filtered

    name = NAMED.match(text)
    return column_key(name[0]) if name else ""


@dataclass(frozen=True, slots=True)
class Shape:
    """Which rows and columns of a listing are shown, in which order.

    `sort` names columns, a `-` before one turns its order; `stamp` adds the times as columns.
    """

    sort: tuple[str, ...] = ()
    limit: int | None = None
    columns: tuple[str, ...] = ()
    stamp: bool = False

    def __bool__(self) -> bool:
        """Say whether anything was asked for."""
        return self != Shape()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOptions:
    """How a reading command was asked to answer. Times are as typed; see `ledger.core.dates`.

    `office` is the one whose rows are kept, which is the last filter of `where` too. One that
    `is_by_setting` keeps those of lists with a column that says an office, and no others.

    `names` gives the names that codes of a register answer to in filters, `places` what its records
    lead to, and `asked` are the places that options name. `title` is the command, and `filters` are
    those that were typed, for answers that say how they were asked for.
    """

    format: str
    title: str = ""
    shape: Shape = Shape()
    filters: tuple[str, ...] = ()
    where: tuple[str, ...] = ()
    office: str | None = None
    is_by_setting: bool = False
    output: Path | None = None
    as_of: str | None = None
    known_at: str | None = None
    color: bool = True
    names: Callable[[str], Mapping[str, Collection[str]]] = _no_names
    places: Callable[[str, str], Mapping[str, tuple[str, ...]]] = _no_places
    asked: frozenset[str] = frozenset()
    quiet: bool = False
    lang: str | None = None

    @property
    def placing(self) -> Placing:
        """Return what filters by places go by; the office of the settings by a column alone."""
        from cli.framework.places import Placing  # noqa: PLC0415 - only where rows are filtered

        own = frozenset(("office",) if self.is_by_setting else ())
        return Placing(self.title, self.places, self.asked | own, own)

    def honoring(self, columns: Sequence[Column]) -> ReadOptions:
        """Return the options without the office of the settings where no column says an office."""
        if not self.is_by_setting:
            return self
        from cli.framework.places import place_in  # noqa: PLC0415 - only under that setting

        if place_in("office", columns, self.placing) is not None:
            return self
        return replace(self.without_office(), filters=self.filters[:-1])

    @property
    def filtering(self) -> tuple[tuple[str, ...], Placing, Language | None]:
        """Return the filters, what those by places go by, and the language of headings."""
        return self.where, self.placing, self.language

    @property
    def language(self) -> Language | None:
        """Return the language of a page or a workbook, if one was named."""
        if self.lang is None:
            return None
        from ledger.reports.language import language_named  # noqa: PLC0415 - few answers have one

        return language_named(self.lang)

    def without_filters(self) -> ReadOptions:
        """Return the same options for rows that were filtered already."""
        return replace(self, where=(), office=None)

    def without_office(self) -> ReadOptions:
        """Return the same options for rows of one office already."""
        if self.office is None:
            return self
        return replace(self, where=self.where[:-1], office=None, is_by_setting=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteOptions:
    """How an act was asked for. `on` is as typed; see `ledger.core.dates`."""

    format: str
    dry_run: bool = False
    key: str | None = None
    on: str | None = None
    reason: str | None = None
    yes: bool = False
