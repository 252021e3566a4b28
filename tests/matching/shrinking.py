"""Making a case that is answered wrongly smaller, as long as the answer stays wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from typing import Any

from match_cases import Case


def shrunk(case: Case, still_wrong: Callable[[Case], bool]) -> Case:
    """Drop parts and terms of a case, one after another, while it stays wrong."""
    found = True
    while found:
        found = False
        for smaller in _smaller(case):
            if still_wrong(smaller):
                case, found = smaller, True
                break
    return case


def _smaller(case: Case) -> Iterator[Case]:
    for part in ("needs", "offers", "deals", "projects", "rates"):
        parts = getattr(case, part)
        for place, one in enumerate(parts):
            fewer = replace(case, **{part: (*parts[:place], *parts[place + 1 :])})
            if _whole(fewer):
                yield fewer
            for plainer in _plainer(one):
                changed = replace(case, **{part: (*parts[:place], plainer, *parts[place + 1 :])})
                if _whole(changed):
                    yield changed
    if case.selection is not None:
        yield replace(case, selection=None)


def _plainer(one: Any) -> Iterator[Any]:
    """Give a record with one term left out."""
    for term in fields(one):
        if term.default is not getattr(one, term.name) and term.default in {None, False, (), 1}:
            yield replace(one, **{term.name: term.default})
    if hasattr(one, "divisible") and not one.divisible:
        yield replace(one, divisible=True)


def _whole(case: Case) -> bool:
    """Say whether nothing in a case names what is not there, and nothing is overdrawn."""
    projects = {one.code for one in case.projects}
    deals = all(one.need in case.need and one.offer in case.offer for one in case.deals)
    if not deals or not all(need.project in projects for need in case.needs):
        return False
    amounts = [*case.open.values(), *case.available.values()]
    return min(amounts, default=0) >= 0
