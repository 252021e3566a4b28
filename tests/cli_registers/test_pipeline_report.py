"""The report of the pipeline at the command line: its stages, groups, filters and two times."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
import time_machine
from officer import Officer


@pytest.fixture
def asked(fund: Officer) -> Officer:
    """Give an officer with four approaches, of which one led to a delivery and one is an error."""
    fund.says("approach add N-0001 EDB --on 2026-09-01 --channel letter")
    fund.says("approach add N-0001 MBL --on 2026-09-02 --answer-by 2026-09-20")
    fund.says("approach add N-0002 EDB --on 2026-10-01 --channel call")
    fund.says("approach add N-0003 MBL --on 2026-10-05")
    fund.says("approach withdraw AP-0004")
    fund.says("approach reply AP-0001 interested --on 2026-09-11")
    fund.says("approach reply AP-0003 declined --reason ticket --on 2026-10-09")
    fund.says("approach offer AP-0001 '9M EUR' --code O-NEW --on 2026-09-15")
    fund.says("deal introduce O-NEW N-0001 '1M EUR' --commit --on 2026-10-01")
    fund.says("deal deliver D-0001 --on 2026-11-01 --yes")
    return fund


def counts(answer: dict[str, Any]) -> dict[str, int]:
    return {row["stage"]: row["approaches"] for row in answer["rows"]}


def test_every_stage_is_counted_with_its_shares_and_days(asked: Officer) -> None:
    answer = asked.asks("report pipeline")
    assert answer["schema"] == "cityfund.pipeline/1"
    assert counts(answer) == {
        "sent": 3,
        "waiting": 0,
        "silent": 1,
        "answered": 2,
        "interested": 1,
        "offered": 1,
        "held": 1,
        "committed": 1,
        "delivered": 1,
    }
    rows = {row["stage"]: row for row in answer["rows"]}
    assert (rows["answered"]["of_sent"], rows["answered"]["days"]) == ("0.6666", 8)
    assert (rows["interested"]["of_before"], rows["offered"]["days"]) == ("0.5000", 4)
    assert (rows["delivered"]["days"], rows["delivered"]["days_of"]) == (31, 1)
    assert answer["needs"] == {"without": 2, "asked": 2, "interested": 1}
    assert answer["not_counted"] == {"withdrawn": 1, "undeclared": 0}


def test_it_is_as_of_a_day_and_as_known_at_a_moment(asked: Officer) -> None:
    then = counts(asked.asks("report pipeline --as-of 2026-10-08"))
    assert (then["answered"], then["committed"], then["delivered"]) == (1, 1, 0)
    assert then["waiting"] == 1
    with time_machine.travel("2026-11-24T12:00:00Z", tick=False):
        asked.says("deal edit D-0001 --origin '' --reason misread")
        asked.says("offer edit O-NEW --origin '' --reason misread")
        assert counts(asked.asks("report pipeline"))["offered"] == 0
        known = counts(asked.asks("report pipeline --known-at 2026-11-24T11:00:00"))
    assert known["delivered"] == 1


def test_a_span_counts_what_was_sent_in_it(asked: Officer) -> None:
    answer = asked.asks("report pipeline --from 2026-09-02 --to 2026-09-30")
    assert counts(answer)["sent"] == 1
    asked.refused("report pipeline --from 2026-10-01 --to 2026-09-01", 3)


def test_groups_and_filters_are_by_the_columns_of_approaches(asked: Officer) -> None:
    rows = asked.asks("report pipeline --by provider,channel")["rows"]
    sent = {(r["provider"], r["channel"]): r["approaches"] for r in rows if r["stage"] == "sent"}
    assert sent == {("EDB", "call"): 1, ("EDB", "letter"): 1, ("MBL", None): 1}
    assert counts(asked.asks("report pipeline --where reason=ticket"))["sent"] == 1
    behind = asked.asks("report pipeline --list --where reason=ticket")["rows"]
    assert [(one["code"], one["stage"], one["actor"]) for one in behind] == [
        ("AP-0003", "answered", "sara")
    ]
    assert asked.refused("report pipeline --by colour", 2) == "unknown-column"


def test_only_the_withdrawn_that_the_filters_keep_are_not_counted(asked: Officer) -> None:
    withdrawn = {
        line: asked.asks(f"report pipeline {line}")["not_counted"]["withdrawn"]
        for line in ("", "--where provider=MBL", "--where provider=EDB", "--list --where need=N-1")
    }
    assert withdrawn == {
        "": 1, "--where provider=MBL": 1, "--where provider=EDB": 0, "--list --where need=N-1": 0,
    }  # fmt: skip


def test_an_unanswered_approach_says_that_its_need_was_withdrawn(asked: Officer) -> None:
    asked.says("approach add N-0003 MBL --on 2026-10-06")
    asked.says("need withdraw N-0003 --yes")
    behind = asked.asks("report pipeline --list --where reason=need-withdrawn")["rows"]
    assert [one["code"] for one in behind] == ["AP-0005"]


def test_a_reversed_delivery_falls_back_and_a_return_does_not(asked: Officer) -> None:
    asked.says("deal return D-0001 '1M EUR' --on 2026-11-05")
    assert counts(asked.asks("report pipeline"))["delivered"] == 1
    entries = asked.asks("deal show D-0001")["acts"]
    numbers = {one["act"]: one["entry"] for one in entries}
    asked.says(f"journal reverse {numbers['return']} --reason slip --yes")
    asked.says(f"journal reverse {numbers['deliver']} --reason slip --yes")
    after = counts(asked.asks("report pipeline"))
    assert (after["committed"], after["delivered"]) == (1, 0)


def test_csv_has_every_column_and_an_empty_ledger_has_a_report(fund: Officer) -> None:
    rows = [*csv.DictReader(io.StringIO(fund.says("report pipeline --format csv")))]
    assert [row["approaches"] for row in rows] == ["0"] * 9


BEFORE_ITS_NEED = "2026-01-05"
"""A day between an old letter and the declaration of the need that it presented."""


@pytest.fixture
def late(asked: Officer) -> Officer:
    """Give an officer who enters a letter that is older than the declaration of its need."""
    asked.says("approach add N-0002 MBL --on 2026-01-02")
    return asked


@pytest.mark.parametrize(
    "line",
    [
        *("approach list", "report pipeline", "report pipeline --list", "report partnerships"),
        *("report pipeline --by sector", "provider show MBL", "city list", "need list", "gaps"),
        *(
            "city show MHD",
            "office show asia",
            "status",
            "status --new",
            "calendar",
            "report seats",
        ),
        *("report overview", "exchange standing metro", "report restrictions"),
    ],
)
def test_a_day_before_the_need_of_an_old_letter_can_be_read(late: Officer, line: str) -> None:
    late.says(f"{line} --as-of {BEFORE_ITS_NEED}")


def test_an_approach_is_there_from_the_declaration_of_its_need_on(late: Officer) -> None:
    answer = late.asks(f"report pipeline --as-of {BEFORE_ITS_NEED}")
    assert counts(answer)["sent"] == 0
    assert answer["not_counted"] == {"withdrawn": 0, "undeclared": 1}
    said = late.tries(f"report pipeline --as-of {BEFORE_ITS_NEED}")
    assert "1 of needs that were declared after the day" in said.err
    assert late.refused(f"approach show AP-0005 --as-of {BEFORE_ITS_NEED}", 5)
    now = late.asks("report pipeline")
    assert (counts(now)["sent"], now["not_counted"]["undeclared"]) == (4, 0)
