"""Approaches at the command line: asking, answering, and what may not be asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from officer import Officer

ASK = "approach add N-0001 EDB"


def standing(officer: Officer, code: str = "AP-0001", more: str = "") -> dict[str, Any]:
    return officer.asks(f"approach show {code} {more}")


def note_codes(answer: dict[str, Any]) -> list[str]:
    return [note["code"] for note in answer["notes"]]


def test_a_need_is_presented_to_several_providers_in_one_request(fund: Officer) -> None:
    answer = fund.asks("approach add N-0001 EDB MBL --channel letter --reference L-7")
    assert [one["code"] for one in answer["registers"]] == ["AP-0001", "AP-0002"]
    shown = standing(fund, "AP-0002")
    assert (shown["need"], shown["provider"], shown["sent_on"]) == ("N-0001", "MBL", "2026-11-23")
    assert (shown["answer_by"], shown["standing"]) == ("2027-01-22", "waiting")
    listed = fund.asks("approach list")["rows"]
    assert [(one["code"], one["channel"], one["city"]) for one in listed] == [
        ("AP-0001", "letter", "MHD"),
        ("AP-0002", "letter", "MHD"),
    ]


def test_one_refusal_refuses_them_all(fund: Officer) -> None:
    fund.says(ASK)
    assert fund.refused("approach add N-0001 MBL EDB", 4, "AP-0001") == "already-asked"
    assert len(fund.asks("approach list")["rows"]) == 1


def test_an_answer_is_waited_for_as_long_as_is_set(
    fund: Officer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CITYFUND_APPROACH_DAYS", "10")
    fund.says(ASK)
    assert standing(fund)["answer_by"] == "2026-12-03"
    fund.says("approach add N-0002 EDB --answer-by 2026-11-30")
    assert standing(fund, "AP-0002")["answer_by"] == "2026-11-30"
    assert standing(fund, "AP-0002", "--as-of 2026-12-01")["standing"] == "silent"


def test_interested_and_declined_later_keeps_both_days(fund: Officer) -> None:
    fund.says(f"{ASK} --on 2026-10-01")
    fund.says("approach reply AP-0001 interested --on 2026-10-20")
    fund.says("approach reply AP-0001 declined --on 2026-11-02 --reason ticket --note 'too small'")
    shown = standing(fund)
    assert (shown["standing"], shown["reason"], shown["answered_on"]) == (
        "declined",
        "ticket",
        "2026-11-02",
    )
    assert shown["interested_on"] == "2026-10-20"
    assert standing(fund, more="--as-of 2026-11-01")["standing"] == "interested"
    assert standing(fund, more="--as-of 2026-10-19")["standing"] == "waiting"


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        ("approach reply AP-0001 declined", 3, ("reason",)),
        ("approach reply AP-0001 declined --reason dear", 3, ("dear",)),
        ("approach reply AP-0001 declined --reason other", 3, ("note",)),
        ("approach reply AP-0001 interested --reason price", 3, ("decline",)),
        ("approach reply AP-0001 interested --on 2026-09-30", 3, ("before",)),
        ("approach reply AP-0001 interested --on tomorrow", 3, ("future",)),
        ("approach reply AP-0001 perhaps", 2, ("perhaps",)),
        ("approach reply AP-0009 interested", 5, ("AP-0009",)),
    ],
)
def test_an_answer_that_says_too_little_or_too_much_is_refused(
    fund: Officer, line: str, code: int, words: tuple[str, ...]
) -> None:
    fund.says(f"{ASK} --on 2026-10-01")
    fund.refused(line, code, *words)


def test_an_answer_is_recorded_once(fund: Officer) -> None:
    fund.says(f"{ASK} --on 2026-10-01")
    fund.says("approach reply AP-0001 interested --on 2026-10-20")
    again = "approach reply AP-0001 interested --on"
    assert fund.refused(f"{again} 2026-10-21", 4, "2026-10-20") == "answered-already"
    assert fund.refused(f"{again} 2026-10-20", 4) == "nothing-to-change"
    fund.says("approach edit AP-0001 --interested-on 2026-10-19")
    fund.says("approach add N-0002 EDB --on 2026-10-01")
    fund.says("approach reply AP-0002 declined --reason price --on 2026-10-20")
    assert fund.refused("approach reply AP-0002 interested", 4, "declined") == "answered-already"


def test_what_was_withdrawn_takes_no_answer_and_counts_for_nobody(fund: Officer) -> None:
    fund.says(ASK)
    fund.says("approach withdraw AP-0001")
    assert fund.refused("approach reply AP-0001 interested", 4) == "parent-withdrawn"
    assert standing(fund)["standing"] == "withdrawn"
    fund.says(ASK)
    assert standing(fund, "AP-0002")["standing"] == "waiting"


def test_a_provider_is_asked_again_after_a_decline_or_a_silence(fund: Officer) -> None:
    fund.says(f"{ASK} --on 2026-08-01 --answer-by 2026-09-01")
    answer = fund.asks(f"{ASK} --on 2026-10-01")
    assert note_codes(answer) == ["asked-before"]
    assert "silent since 2026-09-01" in answer["notes"][0]["text"]
    fund.says("approach reply AP-0002 declined --on 2026-11-01 --reason risk")
    answer = fund.asks(ASK)
    assert "declined on 2026-11-01 for risk" in answer["notes"][0]["text"]


def test_a_need_with_nothing_open_is_presented_to_nobody(fund: Officer) -> None:
    fund.says("need withdraw N-0001 --yes")
    assert fund.refused(ASK, 4, "N-0001") == "nothing-open"
    fund.says("approach add N-0004 EDB")  # an amount that is not known yet is open


def test_a_need_whose_declaration_was_reversed_is_presented_to_nobody(fund: Officer) -> None:
    declared = fund.says("need add PRJ-0001 money '5 EUR' --code N-0009 --on 2026-10-01")
    entry = declared.split()[1]
    fund.says(f"journal reverse {entry} --reason slip --on 2026-10-01")
    assert fund.refused("approach add N-0009 EDB", 4, "N-0009") == "nothing-open"
    answer = fund.asks("approach add N-0009 EDB --on 2026-10-05")
    assert "nothing-open" in note_codes(answer)


def test_nobody_is_asked_who_is_withdrawn_or_the_fund_itself(fund: Officer) -> None:
    fund.says("provider retire EDB")
    assert fund.refused(ASK, 4, "EDB") == "parent-withdrawn"
    fund.says("office add MBL --code mbl")
    assert fund.refused("approach add N-0001 MBL", 4, "fund") == "broker-not-bank"


def test_a_pair_that_is_barred_whatever_the_instrument_is_not_asked(fund: Officer) -> None:
    fund.says("restriction add --providers EDB --authority Council --reason debarred --yes")
    assert fund.refused(ASK, 4, "RS-0001", "Council") == "restricted"
    fund.says("restriction edit RS-0001 --instruments grant --yes")
    fund.says(ASK)


@pytest.mark.parametrize(
    ("before", "code"),
    [
        ("need withdraw N-0001 --on 2026-10-01 --yes", "nothing-open"),
        ("provider retire EDB", "parent-withdrawn"),
        ("approach add N-0001 EDB --on 2026-09-20", "already-asked"),
        (
            "restriction add --providers EDB --authority Council --reason debarred --yes",
            "restricted",
        ),
    ],
)
def test_an_old_letter_is_recorded_with_a_note(fund: Officer, before: str, code: str) -> None:
    fund.says(before)
    answer = fund.asks(f"{ASK} --on 2026-10-05")
    assert code in note_codes(answer)


def test_an_old_letter_is_tested_on_the_day_it_was_sent(fund: Officer) -> None:
    fund.says("need withdraw N-0001 --on 2026-11-01 --yes")
    assert note_codes(fund.asks(f"{ASK} --on 2026-10-05")) == []


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("approach add N-0001 EDB --on tomorrow", 3),
        ("approach add N-0001 EDB --answer-by 2026-11-01", 3),
        ("approach add N-0001 EDB --on 2026-11-01 --sent-on 2026-11-02", 3),
        ("approach add N-0001 EDB MBL --code AP-X", 3),
        ("approach add N-0001", 2),
        ("approach add N-0009 EDB", 5),
    ],
)
def test_what_cannot_be_an_approach_is_refused(fund: Officer, line: str, code: int) -> None:
    fund.refused(line, code)


def test_the_offer_that_came_of_an_approach_has_its_provider_and_need(fund: Officer) -> None:
    fund.says("approach add N-0002 EDB")
    fund.says("approach offer AP-0001 '25 person-day' --code O-NEW --valid-until 2027-06-30")
    offer = fund.asks("offer show O-NEW")
    assert (offer["provider"], offer["factor"], offer["topics"]) == (
        "EDB",
        "expertise",
        ["metro"],
    )
    assert offer["origin"] == "approach:AP-0001"
    assert offer["came_from"] == [{"kind": "approach", "code": "AP-0001"}]
    assert standing(fund)["came_of"]["counts"] == {"offer": 1}


def test_need_provider_and_city_list_who_was_asked(fund: Officer) -> None:
    fund.says(f"{ASK} --on 2026-10-01")
    fund.says("approach reply AP-0001 declined --reason price --on 2026-10-09")
    for line in ("need show N-0001", "provider show EDB", "city show MHD"):
        (row,) = fund.asks(line)["approaches"]
        assert (row["code"], row["standing"], row["reason"]) == ("AP-0001", "declined", "price")
        assert "AP-0001" in fund.says(line)
        assert fund.asks(f"{line} --as-of 2026-09-30")["approaches"] == []


def test_a_need_says_what_was_declined_beside_what_the_offers_fail(fund: Officer) -> None:
    for code in ("B-1", "B-2"):
        fund.says(f"provider add {code} --code {code} --kind bank")
    fund.says("offer edit O-0001 --max-ticket '1M EUR'")
    fund.says("approach add N-0001 EDB B-1 B-2")
    assert fund.asks("need show N-0001")["declines"] == []
    for number, reason in ((1, "ticket"), (2, "ticket"), (3, "price")):
        fund.says(f"approach reply AP-000{number} declined --reason {reason}")
    ticket, price = fund.asks("need show N-0001")["declines"]
    assert (ticket["reason"], ticket["declined"]) == ("ticket", 2)
    assert price == {"reason": "price", "declined": 1, "failing": None, "change": None}
    shown = fund.says("need show N-0001")
    assert "2 declined for ticket; 0 offers fail ticket" in shown
    assert "1 declined for price" in shown

    fund.says("offer edit O-0001 --max-ticket '' --min-ticket '95M EUR'")
    (ticket, _) = fund.asks("need show N-0001")["declines"]
    assert ticket["failing"] == 1
    assert ticket["change"].startswith("O-0001 with a minimum ticket of ")
    told = "2 declined for ticket; 1 offer fails ticket; smallest change: O-0001 with a minimum"
    assert told in fund.says("need show N-0001")
    assert "declined for" not in fund.says("need show N-0001 --as-of 2026-11-22")


def test_a_receipt_of_several_approaches_has_a_line_for_each(fund: Officer) -> None:
    said = fund.says("approach add N-0001 EDB MBL")
    assert "AP-0001: need: N-0001; provider: EDB; sent on: 2026-11-23" in said
    assert "AP-0002: need: N-0001; provider: MBL; sent on: 2026-11-23" in said
    assert "{" not in said


def test_an_imported_answer_is_waited_for_as_long_as_is_set(
    fund: Officer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    table = tmp_path / "approaches.csv"
    table.write_text("code,need,provider,sent_on\nAP-0009,N-0001,EDB,2026-11-20\n")
    monkeypatch.setenv("CITYFUND_APPROACH_DAYS", "10")
    fund.says(f"import {table} --yes")
    assert standing(fund, "AP-0009")["answer_by"] == "2026-11-30"
    monkeypatch.delenv("CITYFUND_APPROACH_DAYS")
    assert "nothing" in fund.says(f"import {table} --yes").lower()
    assert standing(fund, "AP-0009")["answer_by"] == "2026-11-30"


def test_an_answer_dated_after_the_day_is_not_shown(fund: Officer) -> None:
    fund.says("approach add N-0001 EDB --on 2026-10-01")
    fund.says("approach reply AP-0001 interested --on 2026-10-20")
    fund.says("approach reply AP-0001 declined --on 2026-11-05 --reason price")
    answers = {
        "2026-10-10": ("waiting", None, None, None),
        "2026-11-01": ("interested", "2026-10-20", None, None),
        "2026-11-05": ("declined", "2026-10-20", "2026-11-05", "price"),
    }
    for day, expected in answers.items():
        (listed,) = fund.asks(f"approach list --as-of {day}")["rows"]
        for row in (listed, fund.asks(f"approach show AP-0001 --as-of {day}")):
            found = [row[name] for name in ("standing", "interested_on", "declined_on", "reason")]
            assert tuple(found) == expected, day


def test_another_origin_of_an_approach_is_explained_in_its_note(fund: Officer) -> None:
    fund.says("seat add MHD asia --role host --from 2010")
    fund.says("seat add MHD asia --role adviser --from 2011")
    fund.says("approach add N-0001 EDB --origin seat:ST-0001")
    line = "approach edit AP-0001 --origin seat:ST-0002"
    assert fund.refused(line, 2, "--reason of approaches", "--note") == "reason-missing"
    fund.says(f"{line} --note 'the adviser wrote first'")
