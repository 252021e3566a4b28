"""A snapshot is a value: read at once, it outlives its transaction and holds what was asked for."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from datetime import date
from decimal import Decimal

import pytest
from world import World

from cli.main import main
from ledger.core.factors import Factor, Side
from ledger.rates.rates import Rate
from ledger.store import registers
from ledger.store.journal.balances import NOW, Times
from ledger.store.session.ledger import Ledger
from ledger.store.session.snapshot import RATES, UNITS, Snapshot

WHOLE = (*registers.STORED_REGISTERS, UNITS, RATES)
SHOWN = [
    ("office", "asia"),
    ("city", "MHD"),
    ("provider", "BANK"),
    ("project", "PRJ-0001"),
    ("need", "N-0001"),
    ("offer", "O-0001"),
    ("deal", "D-0001"),
]


@pytest.fixture
def metro(world: World) -> World:
    """Two cities with a project each, three needs, two offers, and deals between them."""
    world.need("10M EUR", code="N-0001", declared_on=date(2026, 1, 10))
    world.need("70 person-day", code="N-0002", factor=Factor.EXPERTISE)
    world.city("LHE", name="Lahore", country="PK")
    world.project("PRJ-0002", city="LHE")
    world.need("5M EUR", code="N-0003", project="PRJ-0002")
    world.offer("4M EUR", code="O-0001", declared_on=date(2026, 1, 10))
    world.provider("FUND")
    world.offer("9M EUR", code="O-0002", provider="FUND")
    world.introduce("1M EUR", until=date(2026, 12, 31), on=date(2026, 3, 1))
    world.introduce("2M EUR", need="N-0003", until=date(2026, 12, 31))
    world.commit("400000 EUR")
    world.introduce("3M EUR", offer="O-0002", until=date(2026, 12, 31))
    return world


def read(ledger: Ledger, *parts: str, times: Times = NOW) -> Snapshot:
    with ledger.reader(times) as reader:
        return reader.snapshot(*parts)


def around(ledger: Ledger, kind: str, code: str, times: Times = NOW) -> Snapshot:
    with ledger.reader(times) as reader:
        return reader.around(kind, code)


def test_a_snapshot_outlives_its_transaction(metro: World) -> None:
    metro.do(lambda uow: uow.add_rate(Rate(date(2026, 1, 1), "EUR", "USD", Decimal(2))))
    snapshot = read(metro.ledger, *WHOLE)
    metro.ledger.engine.dispose()

    assert snapshot.need_facts["N-0001"].balance.free == 6_000_000_00
    assert snapshot.offer_facts["O-0002"].balance.free == 6_000_000_00
    assert sorted(snapshot.deals) == ["D-0001", "D-0002", "D-0003"]
    assert snapshot.base_unit.code == "EUR"
    found = snapshot.rate_of("EUR", "USD")
    assert found is not None
    assert found.rate == 2


def test_a_snapshot_does_not_change(metro: World) -> None:
    snapshot = read(metro.ledger, "deal")
    metro.commit("100000 EUR")

    with pytest.raises(FrozenInstanceError):
        snapshot.day = date(2026, 1, 1)  # type: ignore[misc]
    assert snapshot.deals["D-0001"] != read(metro.ledger, "deal").deals["D-0001"]


def test_a_snapshot_holds_the_parts_that_were_asked_for_and_what_they_refer_to(
    metro: World,
) -> None:
    assert set(read(metro.ledger, "need").registers) == {"need", "project", "city", "office"}
    assert read(metro.ledger).registers == {}


@pytest.mark.parametrize(
    "times", [NOW, Times(as_of=date(2026, 2, 1)), Times(as_of=date(2026, 3, 1))]
)
@pytest.mark.parametrize("kind", [kind for kind, _ in SHOWN])
def test_a_record_read_by_itself_is_as_in_the_whole_ledger(
    metro: World, kind: str, times: Times
) -> None:
    whole = read(metro.ledger, *WHOLE, times=times)
    assert whole.records(kind) or kind == "deal"

    for code in whole.records(kind):
        part = around(metro.ledger, kind, code, times)
        assert part.records(kind)[code] == whole.records(kind)[code]
        for other in part.registers:
            assert part.records(other).items() <= whole.records(other).items()
        assert part.deals.items() <= whole.deals.items()
        for side in part.balances_by_side:
            assert part.balances(side).items() <= whole.balances(side).items()


@pytest.mark.parametrize(
    ("kind", "code", "deals"),
    [
        ("city", "LHE", {"D-0002"}),
        ("project", "PRJ-0001", {"D-0001", "D-0003"}),
        ("need", "N-0001", {"D-0001", "D-0003"}),
        ("need", "N-0002", set()),
        ("offer", "O-0001", {"D-0001", "D-0002"}),
        ("provider", "FUND", {"D-0003"}),
        ("deal", "D-0002", {"D-0002"}),
    ],
)
def test_a_record_comes_with_the_deals_under_it(
    metro: World, kind: str, code: str, deals: set[str]
) -> None:
    assert set(around(metro.ledger, kind, code).deals) == deals


def test_a_need_comes_without_the_other_needs(metro: World) -> None:
    part = around(metro.ledger, "need", "N-0001")

    assert set(part.need_facts) == {"N-0001"}
    assert set(part.balances(Side.OFFER)) == {"O-0001", "O-0002"}


@pytest.mark.parametrize(("kind", "code"), SHOWN)
def test_showing_a_record_reads_no_whole_register(
    metro: World, monkeypatch: pytest.MonkeyPatch, capsys, kind: str, code: str
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a whole register was read")

    monkeypatch.setattr(registers, "load_all", refuse)

    assert main([kind, "show", code, "--db", metro.url, "--json"]) == 0, capsys.readouterr().err
    assert f'"{code}"' in capsys.readouterr().out
