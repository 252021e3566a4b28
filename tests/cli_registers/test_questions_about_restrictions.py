"""What bars a pair, for whom that is not known, and what each restriction bars in all."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from officer import Officer

BAR = "restriction add --countries IR --authority Council --reason measures --yes"
LEAVE = (
    "exemption add RS-0001 --code EX-1 --cities MHD --authority Treasury --reference L-1 "
    "--reason relief --from 2026-11-01 --until 2026-12-31"
)


@pytest.fixture
def barred(fund: Officer) -> Officer:
    fund.says(BAR)
    return fund


def test_a_pair_is_checked(barred: Officer) -> None:
    said = barred.tries("restriction check O-0001 N-0001 --json")
    assert said.code == 1
    assert '"judgement": "barred"' in said.out
    barred.says(LEAVE)
    answer = barred.asks("restriction check O-0001 N-0001")
    assert answer["free"] is True
    (row,) = answer["rows"]
    assert (row["restriction"], row["judgement"], row["exemption"]) == ("RS-0001", "exempt", "EX-1")
    ended = barred.tries("restriction check O-0001 N-0001 --as-of 2026-10-31")
    assert ended.code == 1


def test_a_pair_of_an_unknown_country_is_not_free(fund: Officer) -> None:
    fund.says("offer add MBL money '1M EUR' --code O-UNK")
    assert fund.asks("restriction check")["rows"] == []
    fund.says("restriction add --countries TR --authority Council --reason measures --yes")
    said = fund.tries("restriction check O-UNK N-0001 --json")
    assert said.code == 1
    assert '"judgement": "unknown"' in said.out
    listed = fund.tries("restriction check --json")
    assert listed.code == 1
    assert '"provider": "MBL"' in listed.out
    assert '"O-UNK"' in listed.out
    fund.says("provider edit MBL --country FR")
    assert fund.asks("restriction check O-UNK N-0001")["rows"] == []


def test_half_a_pair_is_refused(fund: Officer) -> None:
    assert fund.refused("restriction check O-0001", 2, "need") == "missing-parameter"


def test_the_report_says_what_each_restriction_bars(barred: Officer) -> None:
    barred.says("restriction edit RS-0001 --until 2026-12-01 --review-on 2026-11-01 --yes")
    barred.says(
        "restriction add --providers EDB --factors expertise --authority Bank --reason fraud --yes"
    )
    report = barred.asks("report restrictions")
    assert report["schema"] == "cityfund.restrictions/1"
    assert {"as_of", "known_at", "rule", "rows", "not_counted"} <= report.keys()
    first, second = report["rows"]
    assert (first["standing"], first["review_due"], second["standing"]) == (
        "ending",
        True,
        "in force",
    )
    gap = barred.asks("need show N-0001")["gap"]
    assert (first["pairs"], first["needs"], first["gap"]) == (1, 1, [f"{gap} EUR"])
    assert (second["pairs"], second["needs"], second["gap"]) == (0, 0, [])
    cells = [*csv.DictReader(io.StringIO(barred.says("report restrictions --format csv")))]
    assert [(one["restriction"], one["pairs"]) for one in cells] == [
        ("RS-0001", "1"),
        ("RS-0002", "0"),
    ]


def test_what_the_report_could_not_count_is_of_the_restrictions_shown(barred: Officer) -> None:
    barred.says("need add PRJ-0001 expertise '? person-day' --on 2026-01-10")
    barred.says(
        "restriction add --providers EDB --factors money --authority Bank --reason fraud --yes"
    )

    def counted(more: str = "") -> list[int]:
        report = barred.asks(f"report restrictions{more}")
        return [one["number"] for one in report["not_counted"]]

    every, without_country = counted()
    assert every > 0
    assert counted(" --where restriction=RS-0002")[0] < every
    assert counted(" --where restriction=RS-0002")[1] == 0
    assert counted(" --where restriction=RS-0001") == [every, without_country]
    assert counted(" --where authority=nobody") == [0, 0]


def test_ended_restrictions_are_reported_when_asked_for(barred: Officer) -> None:
    barred.says("restriction end RS-0001 --until 2026-11-01 --yes")
    assert barred.asks("report restrictions")["rows"] == []
    (row,) = barred.asks("report restrictions --all")["rows"]
    assert (row["standing"], row["pairs"]) == ("ended", 0)
    (then,) = barred.asks("report restrictions --as-of 2026-11-01")["rows"]
    assert then["standing"] == "ending"


def test_an_empty_register_has_no_rows(fund: Officer) -> None:
    report = fund.asks("report restrictions")
    assert report["rows"] == []


def test_a_lifted_restriction_is_supposed(barred: Officer) -> None:
    assert barred.asks("match")["lines"] == []
    answer = barred.asks("match whatif --lift rs-0001")
    assert [(one["offer"], one["need"], one["today"]) for one in answer["lines"]] == [
        ("O-0001", "N-0001", "0.00")
    ]
    assert answer["supposed"] == ["restriction RS-0001 lifted"]


def test_a_supposed_offer_of_a_barred_provider_is_barred(barred: Officer) -> None:
    offer = "provider=EDB factor=money quantity=1M unit=EUR"
    assert barred.asks(f"match whatif --add-offer '{offer}'")["lines"] == []


def test_a_restriction_dated_back_lists_the_acts_done_meanwhile(fund: Officer) -> None:
    fund.says("deal introduce O-0001 N-0001 '1M EUR' --commit --on 2026-11-20")
    fund.says("deal deliver D-0001 '1 EUR' --on 2026-11-21")
    notes = fund.asks(f"{BAR} --from 2026-11-21 --dry-run")["notes"]
    (acts,) = [one["text"] for one in notes if one["code"] == "acts-while-barred"]
    assert "deliver 1.00 EUR of D-0001 on 2026-11-21" in acts
    assert "2026-11-20" not in acts
    fund.says(f"{BAR} --from 2026-11-21")
    said = fund.tries("reconcile --only restrictions --json")
    assert said.code == 1
    assert '"barred-delivery"' in said.out


def test_a_restriction_recorded_in_error_is_left_out_everywhere(
    barred: Officer, tmp_path: Path
) -> None:
    barred.says("undo --reason slip --yes")
    assert barred.asks("restriction list")["rows"] == []
    assert barred.asks("report restrictions --all")["rows"] == []
    assert barred.asks("restriction check")["rows"] == []
    assert barred.asks("restriction check O-0001 N-0001")["rows"] == []
    assert [one["eligible"] for one in barred.asks("need candidates N-0001")["rows"]] == [True]
    assert [one["offer"] for one in barred.asks("match")["lines"]] == ["O-0001"]
    (row,) = [one for one in barred.asks("gaps")["rows"] if one["need"] == "N-0001"]
    assert row["eligible_offers"] == 1
    barred.says(f"export {tmp_path / 'tables'}")
    table = (tmp_path / "tables" / "restrictions.csv").read_text(encoding="utf-8")
    assert len(table.splitlines()) == 1
    barred.says("deal introduce O-0001 N-0001 '1M EUR' --commit")
    night = barred.tries("reconcile --only restrictions --json")
    assert '"restrictions": 0' in night.out
    assert barred.refused("match whatif --lift RS-0001", 5) == "unknown-code"
