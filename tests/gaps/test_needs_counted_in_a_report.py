"""Eligible offers are counted of the needs that are printed or filtered by it, and of no others."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest
from world import World

from ledger.core.factors import Factor
from ledger.core.filters import no_note
from ledger.eligibility.rules import NeedFacts
from ledger.usecases import eligible_offers
from ledger.usecases.gaps import GapQuery, report_gaps
from ledger.usecases.matching.propose import MATCHED
from ledger.usecases.matching.select import selected_needs


@pytest.fixture
def metro(world: World) -> World:
    world.need("10M EUR", code="N-0001")
    world.need("5M EUR", code="N-0002", topic="metro")
    world.need("70 person-day", code="N-0003", factor=Factor.EXPERTISE)
    world.project("PRJ-0002", status="cancelled")
    world.need("1M EUR", code="N-0004", project="PRJ-0002")
    world.offer("4M EUR")
    return world


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The needs whose eligible offers are counted."""
    codes: list[str] = []

    def noting(count: Callable[..., object]) -> Callable[..., object]:
        def noted(needs: Iterable[NeedFacts], *others: object) -> object:
            chosen = [*needs]
            codes.extend(facts.need.code for facts in chosen)
            return count(chosen, *others)

        return noted

    for name in ("count_eligible", "count_alike"):
        monkeypatch.setattr(eligible_offers, name, noting(getattr(eligible_offers, name)))
    return codes


@pytest.mark.parametrize(
    ("where", "printed"),
    [
        ((), "N-0001 N-0002 N-0003"),
        (("topic=metro",), "N-0002"),
        (("need=N-0001", "need=N-0003"), "N-0001 N-0003"),
        (("need=N-0009",), ""),
    ],
)
def test_only_the_printed_needs_are_counted(
    metro: World, counted: list[str], where: tuple[str, ...], printed: str
) -> None:
    report = report_gaps(metro.ledger, GapQuery(where=where))

    assert [row.need for row in report.rows] == printed.split()
    assert sorted(counted) == printed.split()


@pytest.mark.parametrize(
    ("where", "printed"),
    [
        (("eligible_offers=1",), "N-0001 N-0002"),
        (("eligible_offers=0",), "N-0003"),
        (("eligible_offers=0", "eligible_offers=1", "topic=metro"), "N-0002"),
    ],
)
def test_filters_on_the_count_keep_what_was_counted(
    metro: World, where: tuple[str, ...], printed: str
) -> None:
    report = report_gaps(metro.ledger, GapQuery(where=where))

    assert [row.need for row in report.rows] == printed.split()


@pytest.mark.parametrize(
    ("where", "selected", "asked"),
    [
        (("topic=metro",), "N-0002", ""),
        (("topic=metro", "eligible_offers=1"), "N-0002", "N-0002"),
        (("eligible_offers=0",), "N-0003", "N-0001 N-0002 N-0003"),
    ],
)
def test_a_selection_counts_only_where_a_filter_asks(
    metro: World, counted: list[str], where: tuple[str, ...], selected: str, asked: str
) -> None:
    with metro.ledger.reader() as reader:
        found = selected_needs(reader, reader.snapshot(*MATCHED), where, no_note)

    assert found == {*selected.split()}
    assert sorted(counted) == asked.split()
