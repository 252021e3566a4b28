"""Files that repeat the line numbers of a statement: new versions, and numbers that begin anew."""

from __future__ import annotations

from dataclasses import replace

import pytest
from beginnings import beginning
from reconciling import day, line
from statement_office import StatementOffice, furnish_with_need

from ledger.statements.versions import current_lines

banked_once, ledger_url, banked = beginning("banked", furnish_with_need)


@pytest.fixture
def office(banked, tmp_path):
    return StatementOffice(banked, tmp_path)


def lines_of(*files):
    current = current_lines(files)["BANK"]
    return [(one.number, one.day.isoformat()) for one in current.lines]


def left_out(*files):
    return [
        (one.statement, [line.number for line in one.lines])
        for one in current_lines(files)["BANK"].replaced
    ]


def test_numbers_that_begin_anew_replace_no_line_of_other_days():
    week, next_week = [line(1, 5, 2), line(2, 6, 3)], [line(1, 7, 9), line(2, 8, 10)]

    assert lines_of(week, next_week) == [
        ("1", "2026-10-02"),
        ("2", "2026-10-03"),
        ("1 (2)", "2026-10-09"),
        ("2 (2)", "2026-10-10"),
    ]
    assert left_out(week, next_week) == []


def test_a_new_version_replaces_the_part_it_repeats():
    week, next_week = [line(1, 5, 2)], [line(1, 7, 9)]

    assert lines_of(week, next_week, [line(1, 8, 9)]) == [
        ("1", "2026-10-02"),
        ("1 (2)", "2026-10-09"),
    ]
    assert [
        one.amount for one in current_lines([week, next_week, [line(1, 8, 9)]])["BANK"].lines
    ] == [5, 8]


def test_a_file_with_new_numbers_continues_the_statement():
    assert lines_of([line(1, 5, 2)], [line(2, 6, 2)]) == [("1", "2026-10-02"), ("2", "2026-10-02")]


def test_a_file_with_new_numbers_leaves_all_parts_before_it():
    files = [[line(number, 5, number)] for number in (1, 2, 3, 4)]

    assert [number for number, _ in lines_of(*files)] == ["1", "2", "3", "4"]
    assert left_out(*files) == []


def test_lines_through_a_day_are_those_that_are_not_dated_ahead():
    current = current_lines([[line(1, 5, 9), line(2, 6, 10), line(3, 7, 11)]])["BANK"]

    through = current.through(day(10))

    assert [one.number for one in through.lines] == ["1", "2"]
    assert [one.number for one in current.lines] == ["1", "2", "3"]


def test_a_new_version_without_a_line_of_its_days_replaces_it():
    first, second = [line(1, 5, 2), line(2, 6, 2)], [line(1, 5, 2)]

    assert lines_of(first, second) == [("1", "2026-10-02")]
    assert left_out(first, second) == []


def test_lines_of_other_days_that_a_new_version_leaves_out_are_told():
    first, second = [line(1, 5, 2), line(2, 6, 20)], [line(1, 5, 2)]

    assert lines_of(first, second) == [("1", "2026-10-02")]
    assert left_out(first, second) == [("S", ["2"])]
    assert left_out(first, second, [line(1, 5, 2), line(2, 6, 20)]) == [("S", ["2"])]


def test_a_new_version_replaces_its_months_from_the_first_day_to_the_last():
    first = [line(1, 5, 1), line(2, 6, 15), line(3, 7, 31)]

    assert lines_of(first, [line(2, 6, 15)]) == [("2", "2026-10-15")]
    assert left_out(first, [line(2, 6, 15)]) == [("S", ["1", "3"])]


def test_a_new_version_keeps_the_lines_of_other_months():
    first, second = [line(1, 5, 20), line(2, 6, 40)], [line(1, 5, 40), line(2, 6, 41)]

    assert lines_of(first, second) == [
        ("1", "2026-10-20"),
        ("1 (2)", "2026-11-09"),
        ("2", "2026-11-10"),
    ]


def test_numbers_told_apart_are_none_that_the_provider_uses():
    first, second = [line(1, 5, 2), line(1, 5, 2)], [line(1, 7, 9)]
    twice = [first[0], replace(first[1], number="1 (2)")]

    assert [number for number, _ in lines_of(twice, second)] == ["1", "1 (2)", "1 (3)"]


def test_a_finding_of_a_month_stays_open_when_the_next_begins_anew(office):
    office.delivers("D-0001", "1000 EUR", "2026-03-02", "PAY-1")
    office.delivers("D-0001", "500 EUR", "2026-04-02", "PAY-2")
    office.sends("a-march.csv", "2026,1,2026-03-02,delivery,D-0001,,,900,EUR,PAY-1")
    (march,) = office.findings()

    office.sends("b-april.csv", "2026,1,2026-04-02,delivery,D-0001,,,500,EUR,PAY-2")
    night = office.night()

    assert [one["code"] for one in night["findings"]] == [march["finding"]]
    assert night["steps"][0]["figures"]["confirmed"] == 1


def test_lines_that_a_later_file_leaves_out_are_a_finding(office):
    office.delivers("D-0001", "1000 EUR", "2026-03-02")
    office.delivers("D-0001", "500 EUR", "2026-03-20")
    office.sends(
        "a.csv",
        "2026-03,1,2026-03-02,delivery,D-0001,,,1000,EUR,",
        "2026-03,2,2026-03-20,delivery,D-0001,,,500,EUR,",
    )
    assert office.findings() == []

    office.sends("b.csv", "2026-03,1,2026-03-02,delivery,D-0001,,,1000.00,EUR,")
    replaced, missing = office.findings()

    assert (replaced["kind"], replaced["statement"], replaced["line"], replaced["ours"]) == (
        *("replaced-lines", "2026-03", "2"),
        "1 line",
    )
    assert "500.00 EUR on 2026-03-20" in replaced["said"]
    assert missing["kind"] == "missing-there"
    assert "reverse" not in missing["command"]
