"""What is new since the last night: in the night's report and in `status --new`, by office."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from nights_world import NOON, TODAY, Nights, days_from_now

from cli.main import main
from ledger.registers.pairs import Approach
from ledger.registers.records import Exemption, Restriction


def at(days: int, hours: int = 0) -> time_machine.travel:
    return time_machine.travel(NOON + timedelta(days=days, hours=hours), tick=True)


@pytest.fixture
def fund(nights: Nights) -> Iterator[Nights]:
    """A need without an offer and one with, a night on the first day, and the day after it."""
    nights.need("1000 EUR")
    nights.city("SAO", country="BR", office="americas")
    nights.project("PRJ-0002", city="SAO", title="A tram")
    nights.need("500 EUR", project="PRJ-0002", code="N-0002", topic="tram")
    nights.provider()
    nights.night()
    with at(0, 6):
        yield nights


def new_of(nights: Nights, capsys: pytest.CaptureFixture[str], *more: str) -> dict[str, Any]:
    capsys.readouterr()
    assert main(["status", "--new", "--json", "--db", nights.url, *more]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)["new"]
    return found


def rows_of(found: dict[str, Any]) -> list[tuple[str, str, str, list[str]]]:
    return [(one["office"], one["kind"], one["subject"], one["offers"]) for one in found["rows"]]


def test_where_no_night_was_finished_that_is_said(
    nights: Nights, capsys: pytest.CaptureFixture[str]
) -> None:
    assert new_of(nights, capsys) == {"since": None, "offices": [], "rows": []}
    assert main(["status", "--new", "--db", nights.url]) == 0
    assert "no night was finished before" in capsys.readouterr().out
    nights.night(only=("lapse",))
    assert new_of(nights, capsys)["since"] is None


def test_a_need_that_an_offer_now_fits_is_new_under_the_office_of_its_city(
    fund: Nights, capsys: pytest.CaptureFixture[str]
) -> None:
    assert rows_of(new_of(fund, capsys)) == []
    fund.offer("700 EUR", topics=("tram",))
    found = new_of(fund, capsys)
    assert rows_of(found) == [("americas", "offer-fits", "N-0002", ["O-0001"])]
    (row,) = found["rows"]
    assert row["command"] == "cityfund need candidates N-0002"
    assert row["sentence"] == "Offer O-0001 now fits need N-0002 of PRJ-0002."
    assert found["offices"] == [
        {"office": "americas", "offer_fits": 1, "offer_lapsed": 0, "answer_due": 0,
         "newly_barred": 0},
    ]  # fmt: skip
    assert rows_of(new_of(fund, capsys, "--office", "asia")) == []
    assert rows_of(new_of(fund, capsys, "--office", "AMERICAS")) == rows_of(found)


def test_what_was_new_before_the_last_night_is_no_longer(
    fund: Nights, capsys: pytest.CaptureFixture[str]
) -> None:
    fund.offer("700 EUR")
    with at(1):
        report = fund.night().new
        assert report is not None
        assert [(row.kind, row.need) for row in report.rows] == [
            ("offer-fits", "N-0002"), ("offer-fits", "N-0001"),
        ]  # fmt: skip
    with at(1, 6):
        assert rows_of(new_of(fund, capsys)) == []
    with at(2):
        again = fund.night().new
        assert again is not None
        assert again.rows == ()


def test_an_offer_that_lapsed_is_listed_under_each_open_need_that_it_fitted(
    fund: Nights, capsys: pytest.CaptureFixture[str]
) -> None:
    fund.offer("700 EUR", valid_until=days_from_now(1))
    with at(1):
        fund.night()
    with at(2):
        report = fund.night().new
        assert report is not None
        lapsed = [(row.office, row.kind, row.need, row.offers) for row in report.rows]
        assert lapsed == [
            ("americas", "offer-lapsed", "N-0002", ("O-0001",)),
            ("asia", "offer-lapsed", "N-0001", ("O-0001",)),
        ]
    with at(2, 6):  # the officer in the morning sees what the night did
        assert [row[1] for row in rows_of(new_of(fund, capsys))] == ["offer-lapsed"] * 2
    with at(3):
        fund.night()
    with at(3, 6):
        assert rows_of(new_of(fund, capsys)) == []


def test_an_approach_is_due_once_on_its_last_day(
    fund: Nights, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = Approach(
        code="AP-0001", need="N-0001", provider="BANK", sent_on=TODAY, answer_by=days_from_now(1)
    )
    fund.do(lambda uow: uow.add("approach", asked))
    assert rows_of(new_of(fund, capsys)) == []
    with at(1):
        assert rows_of(new_of(fund, capsys)) == [("asia", "answer-due", "AP-0001", [])]
        fund.night()
    with at(1, 6):
        assert rows_of(new_of(fund, capsys)) == [("asia", "answer-due", "AP-0001", [])]
    with at(2):
        report = fund.night().new
        assert report is not None
        assert report.rows == ()


def test_a_restriction_catches_a_hold_and_a_proposal_until_an_exemption(
    fund: Nights, capsys: pytest.CaptureFixture[str]
) -> None:
    fund.offer("700 EUR")
    fund.introduce("300 EUR", until=days_from_now(900))
    with at(1):
        fund.night()
    with at(1, 6):
        told = {"authority": "Council", "reason": "debarred", "providers": ("BANK",)}
        fund.do(lambda uow: uow.add("restriction", Restriction(code="RS-0001", **told)))
        found = new_of(fund, capsys)
        kinds = {(one["kind"], one["subject"], one["need"]) for one in found["rows"]}
        assert ("newly-barred", "D-0001", "N-0001") in kinds
        assert any(subject.startswith("MAT-") for _, subject, _ in kinds)
        (hold,) = (one for one in found["rows"] if one["subject"] == "D-0001")
        assert (hold["restriction"], hold["command"]) == ("RS-0001", "cityfund deal show D-0001")
        assert "is now barred by RS-0001 (Council): debarred" in hold["sentence"]
        leave = Exemption(
            code="EX-0001", restriction="RS-0001", authority="Council", reference="L-1",
            reason="aid", from_=TODAY, until=days_from_now(30), providers=("BANK",),
        )  # fmt: skip
        fund.do(lambda uow: uow.add("exemption", leave))
        assert rows_of(new_of(fund, capsys)) == []


def test_an_open_approach_that_a_restriction_now_bars_is_new(
    fund: Nights, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["approach", "add", "N-0002", "BANK", "--db", fund.url])
    assert rows_of(new_of(fund, capsys)) == []
    bar = Restriction(
        code="RS-0001", authority="Council", reason="debarred", providers=("BANK",), from_=TODAY
    )
    fund.do(lambda uow: uow.add("restriction", bar))
    (row,) = new_of(fund, capsys)["rows"]
    assert (row["kind"], row["subject"], row["restriction"]) == (
        "newly-barred", "AP-0001", "RS-0001",
    )  # fmt: skip
    assert (
        "asked of BANK for need N-0002 is now barred by RS-0001 (Council): debarred"
        in row["sentence"]
    )
    with at(1):
        fund.night()
        assert rows_of(new_of(fund, capsys)) == []


def test_the_report_of_the_night_has_the_section_and_counts_it_by_office(
    fund: Nights, capsys: pytest.CaptureFixture[str]
) -> None:
    fund.offer("700 EUR", topics=("tram",))
    with at(1):
        capsys.readouterr()
        assert main(["reconcile", "--json", "--time-limit", "0", "--db", fund.url]) in (0, 1)
        document = json.loads(capsys.readouterr().out)
        assert rows_of(document["new"]) == [("americas", "offer-fits", "N-0002", ["O-0001"])]
        assert document["new"]["since"]["night"] == str(TODAY)
        assert main(["reconcile", "--time-limit", "0", "--db", fund.url]) in (0, 1)
        text = capsys.readouterr().out
        assert f"New since the night of {TODAY} (run 1):" in text
        assert "americas: Offer O-0001 now fits need N-0002 of PRJ-0002." in text
        assert main(["status", "--db", fund.url]) == 0
        assert "1 need that an offer newly fits" in capsys.readouterr().out


def test_missed_nights_report_what_is_new_since_the_last_that_was_done(fund: Nights) -> None:
    fund.offer("700 EUR", topics=("tram",))
    with at(3):
        *before, last = fund.reconcile().nights
        assert len(before) == 2
        assert all(one.new is None for one in before)
        assert last.new is not None
        assert last.new.since is not None
        assert last.new.since.run.day == TODAY
        assert [row.need for row in last.new.rows] == ["N-0002"]


def test_a_first_night_has_nothing_to_compare_with(nights: Nights) -> None:
    new = nights.night().new
    assert new is not None
    assert new.since is None


def test_spreadsheets_get_a_row_for_each_thing_that_is_new(
    fund: Nights, capsys: pytest.CaptureFixture[str]
) -> None:
    fund.offer("700 EUR", topics=("tram",))
    capsys.readouterr()
    assert main(["status", "--new", "--format", "csv", "--db", fund.url]) == 0
    head, row = capsys.readouterr().out.splitlines()
    assert head.split(",")[:5] == ["office", "kind", "city", "project", "need"]
    assert row.startswith("americas,offer-fits,SAO,PRJ-0002,N-0002,N-0002,")
