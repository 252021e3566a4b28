"""An act that rests on an exemption names it, and the check judges every act by what was known."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest
from bars import a_restriction, an_exemption
from complete_ledger import attack
from officer import Officer
from world import World

from ledger.journal.entries import CANONICAL_FORMAT, EXEMPTED_FORMAT
from ledger.store.journal.entries import read_entries
from ledger.usecases.check import run_checks

LATER = date(2027, 12, 31)
A_MINUTE_EARLIER = "SET recorded_at = recorded_at - 60000000"
"""Far enough for a write on a server to have seen it for sure."""


@pytest.fixture
def barred(world: World) -> World:
    """Give a world with a hold from before, and then a bar on its pair with leave for a year."""
    world.need("1000 EUR")
    world.offer("1000 EUR")
    world.introduce("100 EUR", until=LATER)
    world.do(lambda uow: uow.add("restriction", a_restriction(providers=("BANK",))))
    world.do(lambda uow: uow.add("exemption", an_exemption(cities=("MHD",))))
    return world


def named(world: World) -> list[tuple[str, tuple[str, ...], int]]:
    with world.ledger.read() as connection:
        return [
            (one.act.value, one.exemptions, one.format)
            for one in read_entries(connection)
            if one.deal is not None
        ]


def failures(world: World, check: str = "restrictions") -> tuple[str, ...]:
    (result,) = run_checks(world.ledger, [check])
    return result.failures


def test_an_act_names_what_it_rests_on_and_others_name_nothing(barred: World) -> None:
    receipt = barred.commit("60 EUR")
    assert "rests-on-exemption" in {one["code"] for one in receipt["notes"]}
    barred.release("10 EUR")
    assert named(barred) == [
        ("introduce", (), CANONICAL_FORMAT),
        ("commit", ("EX-1",), EXEMPTED_FORMAT),
        ("release", (), CANONICAL_FORMAT),
    ]
    assert [one.failures for one in run_checks(barred.ledger) if one.failures] == []


def test_a_proposals_line_and_an_exemption_are_named_together(barred: World) -> None:
    barred.release()
    barred.save()
    barred.accept()
    (entry,) = [one for one in named(barred) if one[0] == "introduce"][1:]
    assert entry == ("introduce", ("EX-1",), EXEMPTED_FORMAT)
    assert [one.failures for one in run_checks(barred.ledger) if one.failures] == []


def test_both_exemptions_are_named_where_two_restrictions_bar(barred: World) -> None:
    barred.do(lambda uow: uow.add("restriction", a_restriction("RS-2", cities=("MHD",))))
    barred.do(lambda uow: uow.add("exemption", an_exemption("EX-0", "RS-2", factors=("money",))))
    barred.commit("60 EUR")
    assert named(barred)[-1][1] == ("EX-0", "EX-1")
    assert failures(barred) == ()


def test_the_check_examines_holds_commitments_and_deliveries(barred: World) -> None:
    barred.commit("60 EUR")
    barred.deliver("10 EUR")
    barred.release("5 EUR")
    (result,) = run_checks(barred.ledger, ["restrictions"])
    assert (result.examined, result.ok) == (3, True)


def test_the_check_names_an_act_that_nothing_allowed(barred: World) -> None:
    barred.commit("60 EUR")
    attack(
        barred.url,
        f"UPDATE restriction_version {A_MINUTE_EARLIER}",
        f"UPDATE exemption_version {A_MINUTE_EARLIER}, until = '2026-02-01'",
    )
    told = " ".join(failures(barred))
    assert "deal D-0001 was barred on 2026-11-23 by RS-1, as known when it was recorded" in told
    assert "does not rest on EX-1" in told


def test_the_check_judges_by_what_was_known_and_not_by_what_came_later(barred: World) -> None:
    barred.commit("60 EUR")
    leave = an_exemption(cities=("MHD",), until=date(2026, 2, 1))
    barred.do(lambda uow: uow.edit("exemption", uow.find_record("exemption", "EX-1"), leave))
    earlier = a_restriction("RS-2", cities=("MHD",))
    barred.do(lambda uow: uow.add("restriction", earlier))
    assert failures(barred) == ()


def test_the_check_counts_the_request_and_not_its_parts(barred: World) -> None:
    """A bar lets a figure be corrected downward: what is posted again raises nothing."""
    barred.commit("60 EUR")
    entry = barred.deliver("40 EUR")["entry"]
    leave = an_exemption(cities=("MHD",), until=date(2026, 2, 1))
    barred.do(lambda uow: uow.edit("exemption", uow.find_record("exemption", "EX-1"), leave))
    officer = f"journal correct {entry} --quantity '30 EUR' --reason misread"
    Officer(barred, _Unheard()).says(officer)
    assert failures(barred) == ()


class _Unheard:
    def readouterr(self) -> tuple[str, str]:
        return "", ""


def test_a_restriction_in_error_bars_nothing_and_the_check_knows(barred: World) -> None:
    officer = Officer(barred, _Unheard())
    for code in ("EX-1", "RS-1"):
        with barred.ledger.read() as connection:
            kind = "exemption" if code == "EX-1" else "restriction"
            key = connection.exec_driver_sql(
                f"SELECT key FROM request JOIN {kind} ON {kind}.request_id = request.id"
            ).scalar_one()
        officer.says(f"undo {key} --reason slip --yes")
    barred.commit("60 EUR")
    assert named(barred)[-1] == ("commit", (), CANONICAL_FORMAT)
    attack(barred.url, f"UPDATE restriction_version {A_MINUTE_EARLIER}")
    assert failures(barred) == ()


def test_an_exemption_is_not_undone_under_an_act(barred: World) -> None:
    officer = Officer(barred, _Unheard())
    committed = barred.commit("60 EUR")["entry"]
    with barred.ledger.read() as connection:
        key = connection.exec_driver_sql(
            "SELECT key FROM request JOIN exemption ON exemption.request_id = request.id"
        ).scalar_one()
    assert officer.tries(f"undo {key} --reason slip --yes").code == 4
    barred.reverse(committed)
    officer.says(f"undo {key} --reason slip --yes")
    assert failures(barred, "in-error") == ()
    assert failures(barred) == ()


def test_an_act_on_an_exemption_in_error_is_found(barred: World) -> None:
    barred.commit("60 EUR")
    attack(barred.url, "UPDATE exemption_version SET in_error = TRUE")
    assert any("rests on exemption EX-1" in one for one in failures(barred, "in-error"))


def test_the_journal_and_the_exported_tables_show_it(
    barred: World, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    officer = Officer(barred, capsys)
    entry = barred.commit("60 EUR")["entry"]
    assert officer.asks(f"journal show {entry}")["exemptions"] == ["EX-1"]
    assert "EX-1" in officer.says(f"journal show {entry}")
    officer.says(f"export {tmp_path / 'tables'}")
    with (tmp_path / "tables" / "deals.csv").open(encoding="utf-8") as file:
        assert [row["exemptions"] for row in csv.DictReader(file)] == ["", "EX-1"]
