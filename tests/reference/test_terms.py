"""Sectors, statuses and instruments, held against the published codelists where they are near."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from offences import assert_none

from ledger.reference.errors import (
    UnknownInstrument,
    UnknownReference,
    UnknownSeatRole,
    UnknownSector,
    UnknownStatus,
)
from ledger.reference.terms import (
    find_instrument,
    find_seat_role,
    find_sector,
    find_status,
    instruments,
    project_statuses,
    sector_and_above,
    sectors,
)
from ledger.registers.records import ACTIVE_STATUSES

CODELISTS = Path(__file__).parents[3] / "shared" / "data" / "codelists"


def published(name: str) -> list[dict[str, str]]:
    path = CODELISTS / f"{name}.csv"
    if not path.exists():
        pytest.skip("the shared codelists are not beside this repository")
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def active(name: str) -> set[str]:
    return {row["code"] for row in published(name) if row["status"] == "active"}


def test_every_published_sector_is_here_and_no_other() -> None:
    assert [row["Code"] for row in published("projectSector")] == list(sectors())


def test_every_published_status_is_here_and_no_other() -> None:
    assert [row["Code"] for row in published("projectStatus")] == list(project_statuses())


def test_every_sector_names_an_active_purpose_code() -> None:
    assert {sector.dac for sector in sectors().values()} <= active("Sector")


def test_every_finance_type_is_an_active_one() -> None:
    types = {i.iati_finance_type for i in instruments().values() if i.iati_finance_type}
    assert types <= active("FinanceType")


def test_instruments_are_those_the_tables_promise() -> None:
    assert " ".join(instruments()) == (
        "grant loan concessional-loan equity guarantee bond in-kind reimbursable-grant "
        "subordinated-loan results-based"
    )


def test_an_instrument_without_a_finance_type_says_why() -> None:
    without = [i for i in instruments().values() if i.iati_finance_type is None]
    assert [i.code for i in without] == ["in-kind", "results-based"]
    assert all(i.note for i in without)


def test_a_sector_knows_what_lies_above_it() -> None:
    assert sector_and_above("transport.urban") == ("transport.urban", "transport")
    assert sector_and_above("health") == ("health",)


def test_every_wider_sector_is_a_sector() -> None:
    assert_none(code for code in sectors() if not set(sector_and_above(code)) <= set(sectors()))


def test_statuses_that_take_deals_are_published_ones() -> None:
    assert set(ACTIVE_STATUSES) <= set(project_statuses())


def test_terms_are_found_in_any_case() -> None:
    assert find_sector("Transport.Urban").code == "transport.urban"
    assert find_sector("WATERANDWASTE").code == "waterAndWaste"
    assert find_status("Implementation").code == "implementation"
    assert find_instrument("Grant").code == "grant"


@pytest.mark.parametrize(
    ("find", "typed", "refusal", "suggested"),
    [
        (find_sector, "transport.urbn", UnknownSector, "transport.urban"),
        (find_sector, "Urban transport", UnknownSector, "transport.urban"),
        (find_status, "prepration", UnknownStatus, "preparation"),
        (find_instrument, "grants", UnknownInstrument, "grant"),
        (find_seat_role, "boards", UnknownSeatRole, "board"),
        (find_instrument, "concessional loan", UnknownInstrument, "concessional-loan"),
    ],
)
def test_a_wrong_term_suggests_the_nearest(
    find: Callable[[str], object], typed: str, refusal: type[UnknownReference], suggested: str
) -> None:
    with pytest.raises(refusal) as caught:
        find(typed)
    assert suggested in caught.value.next_step
