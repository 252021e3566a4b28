"""The inbox: what is read, what is skipped, and what a file that cannot be taken is told as."""

from __future__ import annotations

import os
from datetime import date

import pytest
from nights import HEADER, a_night, findings, put

from ledger.interchange import statements as reading
from ledger.interchange.mapping.loading import parse_rule
from ledger.statements.differences import FindingKind


@pytest.fixture
def fund(world):
    """Give a world with one deal: 1000 EUR committed, 400 delivered."""
    world.need("5000 EUR")
    world.offer("9000 EUR")
    world.introduce("1000 EUR", directly=True, reference="LOAN-1", on=world_day(2))
    world.deliver("400 EUR", reference="PAY-1", on=world_day(10))
    return world


def world_day(day):
    return date(2026, 10, day)


COMMITTED = "BANK,2026-10,1,2026-10-02,commitment,D-0001,,,1000.00,EUR,LOAN-1"
DELIVERED = "BANK,2026-10,2,2026-10-10,delivery,D-0001,,,400.00,EUR,PAY-1"


def test_a_file_is_read_once_whatever_it_is_called(fund, tmp_path):
    inbox = tmp_path / "inbox"
    path = put(inbox, "a.csv", COMMITTED, DELIVERED)

    first = a_night(fund, inbox)
    path.rename(inbox / "b.csv")
    with fund.unchanged():
        second = a_night(fund, inbox)

    assert (first.figures["files_read"], first.figures["confirmed"]) == (1, 2)
    assert (second.figures["files_read"], second.figures["files_skipped"]) == (0, 1)
    assert second.figures["confirmed"] == 2
    assert (first.changed, second.changed) == (True, False)
    assert first.findings == second.findings == ()


def test_two_files_of_one_content_are_read_once(fund, tmp_path):
    inbox = tmp_path / "inbox"
    put(inbox, "a.csv", COMMITTED, DELIVERED)
    put(inbox, "b.csv", COMMITTED, DELIVERED)

    came = a_night(fund, inbox)

    assert (came.figures["files_read"], came.figures["files_skipped"]) == (1, 1)
    assert came.figures["lines"] == 2
    assert came.findings == ()


def test_files_stay_as_they_are(fund, tmp_path):
    inbox = tmp_path / "inbox"
    put(inbox, "a.csv", COMMITTED)
    (inbox / "bad.csv").write_text("nothing", encoding="utf-8")
    before = {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in inbox.iterdir()}

    a_night(fund, inbox)

    after = {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in inbox.iterdir()}
    assert after == before


BAD = {
    "empty": (b"", "empty.csv:1", "is empty"),
    "header alone": (HEADER.encode(), ":1", "a header and no line"),
    "half written": (f"{HEADER}{COMMITTED}\nBANK,2026-10,2,20".encode(), ":3", "4 cells"),
    "open quote": (f'{HEADER}BANK,"2026-10,1,2026-10-02\n'.encode(), ":2", "never closed"),
    "latin-1": (f"{HEADER}BANK,M\xe4rz,1\n".encode("latin-1"), ":2", "not UTF-8"),
    "utf-16": (HEADER.encode("utf-16"), ":1", "not a text file"),
    "wrong header": (b"bank,line,amount\nA,1,2\n", ":1 amount", "no column 'amount'"),
    "semicolons": (HEADER.replace(",", ";").encode(), ":1", "not separated by commas"),
    "no number": (f"{HEADER}{COMMITTED.replace('1000.00', 'many')}\n".encode(), ":2 quantity",
                  "not a number"),
    "ambiguous": (f"{HEADER}{COMMITTED.replace('1000.00', '1.000')}\n".encode(), ":2 quantity",
                  "more decimals"),
    "year 1605": (f"{HEADER}{COMMITTED.replace('2026-10-02', '1605-07-10')}\n".encode(),
                  ":2 date", "another calendar"),
    "unknown provider": (f"{HEADER}{COMMITTED.replace('BANK', 'BNAK')}\n".encode(), ":2 provider",
                         "Did you mean BANK?"),
    "unknown unit": (f"{HEADER}{COMMITTED.replace('EUR', 'EURO')}\n".encode(), ":2 unit", "EURO"),
}  # fmt: skip


@pytest.mark.parametrize("trouble", BAD)
def test_a_bad_file_is_a_finding_that_says_where_and_the_rest_goes_on(fund, tmp_path, trouble):
    content, place, words = BAD[trouble]
    inbox = tmp_path / "inbox"
    put(inbox, "good.csv", COMMITTED, DELIVERED)
    (inbox / f"{trouble}.csv").write_bytes(content)

    came = a_night(fund, inbox)

    assert (came.figures["files_read"], came.figures["files_bad"]) == (1, 1)
    assert came.figures["confirmed"] == 2
    (found,) = came.findings
    assert found.kind == FindingKind.FILE
    assert found.subject == f"{trouble}.csv"
    assert place in found.sentence
    assert words in found.sentence
    assert found.command == "cityfund finding resolve F-0001 --reason TEXT"


def test_a_bad_file_that_is_put_right_heals(fund, tmp_path):
    inbox = tmp_path / "inbox"
    put(inbox, "a.csv", COMMITTED, DELIVERED[:20])
    a_night(fund, inbox)
    again = a_night(fund, inbox)
    assert (again.figures["opened"], again.figures["open"]) == (0, 1)

    put(inbox, "a.csv", COMMITTED, DELIVERED)
    healed = a_night(fund, inbox)

    assert healed.figures["healed"] == 1
    assert healed.lines == ("Auto-resolved: F-0001.",)
    assert healed.findings == ()
    assert [event.event for event in findings(fund)[0].events] == ["opened", "healed"]


def test_without_an_inbox_a_bad_file_is_not_thought_to_be_gone(fund, tmp_path):
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / "bad.csv").write_bytes(b"")
    a_night(fund, tmp_path / "inbox")

    assert a_night(fund).figures["open"] == 1


def test_a_huge_file_is_not_even_opened(fund, tmp_path, monkeypatch):
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    with (inbox / "huge.csv").open("wb") as out:
        os.ftruncate(out.fileno(), reading.MAX_BYTES + 1)

    (found,) = a_night(fund, inbox).findings

    assert "holds 33,554,433 bytes" in found.sentence


def test_a_file_of_very_many_lines_is_refused(fund, tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "MAX_LINES", 1)
    put(tmp_path / "inbox", "long.csv", COMMITTED, DELIVERED)

    (found,) = a_night(fund, tmp_path / "inbox").findings

    assert "2 lines; no more than 1" in found.sentence


def test_what_is_hidden_or_on_its_way_is_passed_over(fund, tmp_path):
    inbox = tmp_path / "inbox"
    (inbox / "old").mkdir(parents=True)
    for name in (".a.csv.swp", "b.csv.part", "c.csv~"):
        (inbox / name).write_bytes(b"")

    came = a_night(fund, inbox)

    assert came.findings == ()


def test_persian_digits_and_separators_are_read(fund, tmp_path):
    put(
        tmp_path / "inbox",
        "fa.csv",
        "BANK,۲۰۲۶-۱۰,۱,۲۰۲۶-۱۰-۰۲,commitment,D-۰۰۰۱,,,۱٬۰۰۰٫۰۰,EUR,LOAN-1",
        "bank,2026-10,2,2026-10-10,Delivery,d-0001,,,٤٠٠٫٠٠,eur,",
    )

    came = a_night(fund, tmp_path / "inbox")

    assert (came.figures["confirmed"], came.findings) == (2, ())


@pytest.mark.parametrize("written", ["-100.00", "\u2212100.00", "(100.00)"])
def test_what_came_back_is_written_with_a_minus_or_in_brackets(fund, tmp_path, written):
    fund.give_back("100 EUR", on=world_day(20))
    back = f"BANK,2026-10,3,2026-10-20,delivery,D-0001,,,{written},EUR,"
    put(tmp_path / "inbox", "a.csv", COMMITTED, DELIVERED, back)

    came = a_night(fund, tmp_path / "inbox")

    assert (came.figures["confirmed"], came.findings) == (3, ())


RULE = """
[about]
name = "bank-list"
title = "The bank's list of payments"
source = "BANK"
licence = "none"

[file]
names = ["payments*.csv"]
delimiter = ";"

[row]
template = "{No}"

[maps.What]
Zahlung = "delivery"
Zusage = "commitment"

[[output]]
table = "statements"

[output.columns]
provider = { constant = "BANK" }
statement = { column = "Period" }
line = { column = "No" }
date = { column = "Day" }
kind = { column = "What" }
deal = { column = "Deal" }
quantity = { column = "Amount" }
unit = { constant = "EUR" }
"""


def test_a_foreign_file_is_read_by_an_import_rule(fund, tmp_path):
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "Payments-10.csv").write_text(
        "No;Period;Day;What;Deal;Amount\n"
        "1;2026-10;2026-10-02;Zusage;D-0001;1000\n"
        "2;2026-10;2026-10-10;Zahlung;D-0001;some\n",
        encoding="utf-8",
    )
    rules = (parse_rule(RULE, "rule.toml"),)

    (found,) = a_night(fund, inbox, rules=rules).findings
    assert "Payments-10.csv:3 Amount" in found.sentence

    text = (inbox / "Payments-10.csv").read_text(encoding="utf-8").replace("some", "400")
    (inbox / "Payments-10.csv").write_text(text, encoding="utf-8")
    came = a_night(fund, inbox, rules=rules)
    assert (came.figures["confirmed"], came.figures["healed"], came.findings) == (2, 1, ())


def test_a_dry_run_compares_and_writes_nothing(fund, tmp_path):
    put(tmp_path / "inbox", "a.csv", COMMITTED, DELIVERED.replace("400", "300"))

    with fund.unchanged():
        came = a_night(fund, tmp_path / "inbox", dry=True)

    assert [finding.kind for finding in came.findings] == [FindingKind.AMOUNT]
    assert not came.changed


@pytest.mark.parametrize(
    "line",
    ["half a line", "NOBODY,2026-10,1,no day,gift,D-1,,,much,XXX,", "," * 10 + "x"],
)
def test_of_a_file_of_broken_lines_the_first_thousand_problems_are_kept(fund, tmp_path, line):
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    content = f"{HEADER.strip()}\n" + f"{line}\n" * 3000
    (inbox / "broken.csv").write_text(content, encoding="utf-8")
    file = reading.read_statement("broken.csv", content.encode(), (), {}, world_day(20))
    assert len(file.problems) == 1000
    assert file.more_problems >= 2000
    (found,) = a_night(fund, inbox).findings
    assert found.sentence.count("more problems") == 1
