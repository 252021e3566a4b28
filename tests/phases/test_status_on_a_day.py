"""The status of a project on a day: the naive reading, and what every reader of the ledger says."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from hypothesis_profiles import examples
from ledgers import Ledgers
from officer import Heard, Officer
from world import World, asked

from ledger.core.factors import Side
from ledger.journal.receipts import Receipt
from ledger.registers.phases import phase_of, status_on
from ledger.registers.records import Project
from ledger.store.journal.balances import Times
from ledger.store.session.execute import execute
from ledger.store.session.snapshot import Reader
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.usecases.deals.terms import need_facts

STATUSES = ("identification", "preparation", "implementation", "completion", "cancelled")
FIRST = date(2024, 1, 1)
days = st.integers(0, 40).map(lambda number: FIRST + timedelta(days=number))
histories = st.lists(st.tuples(days, st.sampled_from(STATUSES)), max_size=8)


def naive(history: list[tuple[date, str]], first: str, day: date) -> str:
    """Walk through the changes of a project day by day, the last said of a day counting."""
    by_day = dict(history)
    status = first if not by_day else by_day[min(by_day)]
    for number in range((day - FIRST).days + 1):
        status = by_day.get(FIRST + timedelta(days=number), status)
    return status


@given(histories, days)
def test_the_status_of_a_day_is_that_of_a_walk_through_the_days(
    history: list[tuple[date, str]], day: date
) -> None:
    project = Project("P", "Metro", "LHE", "transport.urban", "identification")
    phases = [phase_of("P", status, one) for one, status in dict(history).items()]
    assert status_on(project, phases, day) == naive(history, project.status, day)


@pytest.fixture
def metro(officer: Officer) -> Officer:
    """Give an officer whose ledger has a project in implementation since 2020, and an offer."""
    officer.says("city add Lahore --code LHE --country PK")
    officer.says("provider add Bank --code BANK --kind bank")
    officer.says(
        "project add Metro --city LHE --sector transport.urban --starts-on 2020-01-01",
        *("--status", "implementation"),
    )
    officer.says("need add PRJ-0001 money '10M EUR' --on 2022-01-01")
    officer.says("offer add BANK money '20M EUR' --on 2022-01-01")
    return officer


def statuses(officer: Officer, *options: str) -> list[str]:
    return [row["status"] for row in officer.asks("project list --all", *options)["rows"]]


def gaps(officer: Officer, *options: str) -> list[str]:
    return [row["need"] for row in officer.asks("gaps", *options)["rows"]]


def phases(officer: Officer) -> list[tuple[str, str]]:
    return [(row["from"], row["status"]) for row in officer.asks("phase list")["rows"]]


@pytest.mark.draws
def test_every_day_of_a_snapshot_has_the_status_of_the_naive_reading(metro: Officer) -> None:
    """Histories are recorded and read in a request that is rolled back."""

    @examples(25)
    @given(histories)
    def holds(history: list[tuple[date, str]]) -> None:
        def record(uow: UnitOfWork) -> Receipt:
            for day, status in dict(history).items():
                uow.add("phase", phase_of("PRJ-0001", status, day))
            uow.flush_registers()
            for number in (0, 7, 20, 33, 41):
                day = FIRST + timedelta(days=number)
                snapshot = Reader(uow.connection, Times(as_of=day), uow.now).snapshot("need")
                expected = naive(history, "implementation", day)
                assert snapshot.records("project")["PRJ-0001"].status == expected
                assert snapshot.need_facts["N-0001"].project.status == expected
                need = uow.accounts.account(Side.NEED, "N-0001")
                facts = need_facts(uow, need, day, with_regions=False)
                assert facts.project.status == expected
            return uow.receipt()

        execute(metro.world.ledger, asked("phase add", dry_run=True), record)

    holds()


def test_a_status_holds_from_its_day_on_for_every_reader(metro: Officer) -> None:
    answer = metro.asks("project edit PRJ-0001 --status completion --on 2024-06-01")
    assert answer["changes"] == {"status": ["implementation", "completion"]}
    assert phases(metro) == [("2020-01-01", "implementation"), ("2024-06-01", "completion")]
    assert statuses(metro) == statuses(metro, "--as-of", "2024-06-01") == ["completion"]
    assert statuses(metro, "--as-of", "2024-05-31") == ["implementation"]
    assert statuses(metro, "--as-of", "2019-01-01") == ["implementation"]
    assert gaps(metro) == gaps(metro, "--as-of", "2024-06-01") == []
    assert gaps(metro, "--as-of", "2024-05-31") == ["N-0001"]
    shown = metro.asks("project show PRJ-0001 --as-of 2023-01-01")
    assert (shown["status"], len(shown["statuses"])) == ("implementation", 1)
    assert "completion from 2024-06-01" in metro.says("project show PRJ-0001")
    match = metro.asks("match --as-of 2024-05-31")
    assert [line["need"] for line in match["lines"]] == ["N-0001"]
    assert metro.asks("match --as-of 2024-06-01")["lines"] == []
    said = metro.asks("report coverage --by status --as-of 2024-05-31")["rows"]
    assert [row["status"] for row in said] == ["implementation"]


def test_an_act_asks_the_status_of_its_own_day(metro: Officer) -> None:
    metro.says("project edit PRJ-0001 --status completion --on 2024-06-01")
    line = "deal introduce O-0001 N-0001 '1M EUR' --until 2099-01-01"
    assert metro.refused(line, 4, "completion") == "outside-mandate"
    assert metro.refused(f"{line} --on 2024-06-01", 4, "completion") == "outside-mandate"
    metro.says(f"{line} --on 2024-05-31")
    # What is corrected later is judged by what was known when the act was recorded.
    metro.says("project edit PRJ-0001 --status cancelled --on 2024-01-01")
    assert metro.refused(f"{line} --on 2024-05-31", 4, "cancelled") == "outside-mandate"
    checks = {one["name"]: one for one in metro.asks("check")["checks"]}
    assert all(one["ok"] for one in checks.values()), checks
    assert checks["mandate"]["examined"] == 1


def test_what_was_known_then_is_read_by_both_times(metro: Officer) -> None:
    with time_machine.travel("2026-11-24T12:00Z"):
        metro.says("project edit PRJ-0001 --status completion --on 2024-06-01")
        known = ("--as-of", "2024-07-01", "--known-at", "2026-11-23T13:00Z")
        assert statuses(metro, *known) == ["implementation"]
        assert statuses(metro, "--known-at", "2026-11-23T13:00Z") == ["implementation"]
        assert statuses(metro, "--as-of", "2024-07-01") == ["completion"]


def test_a_status_without_a_day_holds_from_the_day_of_recording(metro: Officer) -> None:
    metro.says("project edit PRJ-0001 --status completion")
    assert phases(metro) == [("2020-01-01", "implementation"), ("2026-11-23", "completion")]
    assert gaps(metro, "--as-of", "2026-11-22") == ["N-0001"]
    # On one day the last word counts.
    metro.says("project edit PRJ-0001 --status preparation")
    assert phases(metro) == [("2020-01-01", "implementation"), ("2026-11-23", "preparation")]
    metro.says("project cancel PRJ-0001 --yes")
    assert phases(metro)[-1] == ("2026-11-23", "cancelled")
    metro.says("project restore PRJ-0001")
    assert phases(metro)[-1] == ("2026-11-23", "identification")
    assert all(one["ok"] for one in metro.asks("check")["checks"])


def test_the_first_status_held_until_a_change_before_its_recording(officer: Officer) -> None:
    officer.says("city add Lahore --code LHE --country PK")
    officer.says("project add Metro --city LHE --sector transport.urban")
    assert phases(officer) == []
    officer.says("project edit PRJ-0001 --status completion --on 2026-03-01")
    assert phases(officer) == [("2026-02-28", "identification"), ("2026-03-01", "completion")]
    assert statuses(officer) == ["completion"]
    assert statuses(officer, "--as-of", "2026-01-01") == ["identification"]


def test_an_earlier_status_leaves_the_newest(metro: Officer) -> None:
    metro.says("project edit PRJ-0001 --status completion --on 2024-06-01")
    said = metro.says("project edit PRJ-0001 --status preparation --on 2018-01-01 --weight 7")
    assert "until 2020-01-01, when implementation begins" in said
    assert statuses(metro) == ["completion"]
    assert metro.asks("project show PRJ-0001")["weight"] == 7
    assert statuses(metro, "--as-of", "2019-01-01") == ["preparation"]


def test_phases_are_added_and_corrected_by_their_own_commands(metro: Officer) -> None:
    metro.says("phase add PRJ-0001 completion --from 2025-01-01 --source 'the council'")
    assert statuses(metro) == ["completion"]
    metro.says("phase edit PRJ-0001/2025-01-01 --status cancelled")
    assert statuses(metro) == ["cancelled"]
    shown = metro.asks("history phase:PRJ-0001/2025-01-01")["rows"]
    assert [row["version"] for row in shown] == [2, 1]
    metro.says("undo --reason slip --yes")
    assert statuses(metro) == ["completion"]
    metro.says("undo --reason slip --yes")
    metro.says("undo --reason slip --yes")
    assert all(one["ok"] for one in metro.asks("check")["checks"])


def test_an_undone_change_of_status_leaves_nothing(metro: Officer) -> None:
    metro.says("project edit PRJ-0001 --status completion --on 2024-06-01")
    metro.says("undo --reason slip --yes")
    assert (statuses(metro), phases(metro)) == (["implementation"], [])
    metro.says("project edit PRJ-0001 --status completion --on 2024-06-01")
    metro.says("project edit PRJ-0001 --status preparation --on 2019-01-01")
    key = metro.asks("journal list --json")
    assert key is not None
    assert statuses(metro) == ["completion"]


def test_what_cannot_be_is_refused(metro: Officer) -> None:
    edit = "project edit PRJ-0001"
    assert metro.refused(f"{edit} --status built --on 2024-06-01", 3, "built") == "bad-terms"
    assert (
        metro.refused(f"{edit} --status completion --on 2027-01-01", 3, "future") == "future-date"
    )
    line = "phase add PRJ-0001 completion --from"
    assert metro.refused(f"{line} 2027-01-01", 3, "2027") == "future-date"
    metro.says(f"{line} 2024-06-01")
    assert metro.refused(f"{line} 2024-06-01", 4, "2024-06-01") == "already-there"
    again = f"{edit} --status completion --on 2024-06-01"
    assert metro.refused(again, 4, "2024-06-01") == "nothing-to-change"
    assert metro.refused(f"{edit} --code METRO", 4, "2024-06-01") == "acts-rest-on-record"
    early = "project cancel PRJ-0001 --yes --on 2024-05-01"
    assert metro.refused(early, 4, "completion", "2024-06-01") == "later-status"


def export(officer: Officer, folder: Path, *options: str) -> dict[str, list[dict[str, str]]]:
    officer.says("export", str(folder), *options)
    return {
        one.stem: [*csv.DictReader(one.read_text(encoding="utf-8-sig").splitlines())]
        for one in folder.glob("*.csv")
    }


def test_the_table_goes_round(
    metro: Officer, tmp_path: Path, ledgers: Ledgers, capsys: Heard
) -> None:
    metro.says("project add Tram --city LHE --sector transport.urban --starts-on 2021-01-01")
    metro.says("project add Bus --city LHE --sector transport.urban --status preparation")
    metro.says("project edit PRJ-0001 --status completion --on 2024-06-01")
    tables = export(metro, tmp_path / "one")
    assert [tuple(row.values())[:3] for row in tables["project_statuses"]] == [
        ("PRJ-0001", "implementation", "2020-01-01"),
        ("PRJ-0001", "completion", "2024-06-01"),
        ("PRJ-0002", "identification", "2021-01-01"),
        ("PRJ-0003", "preparation", "2026-11-23"),
    ]
    said = metro.says("import", str(tmp_path / "one"), "--yes")
    assert "has all rows already (15)" in said
    as_of = export(metro, tmp_path / "then", "--as-of", "2024-05-31")
    assert as_of["projects"][0]["status"] == "implementation"
    assert len(as_of["project_statuses"]) == 2
    other = Officer(World(ledgers.new()), capsys)
    other.says("import", str(tmp_path / "one"), "--yes")
    assert export(other, tmp_path / "two") == tables
    assert statuses(other) == statuses(metro)
    assert statuses(other, "--as-of", "2024-05-31") == statuses(metro, "--as-of", "2024-05-31")
    assert all(one["ok"] for one in other.asks("check")["checks"])


def written(folder: Path, **tables: str) -> str:
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return str(folder)


def test_a_table_of_statuses_says_the_status_of_its_projects(
    metro: Officer, tmp_path: Path
) -> None:
    rows = "project,status,from\nNEW,preparation,2023-01-01\nNEW,completion,2025-01-01\n"
    rows += "PRJ-0001,cancelled,2025-05-01\n"
    projects = "code,title,city,sector\nNEW,Tram,LHE,transport.urban\n"
    folder = written(tmp_path, projects=projects, project_statuses=rows)
    metro.says("import --yes", folder)
    assert statuses(metro) == ["completion", "cancelled"]
    assert metro.world.record("project", "NEW").status == "completion"
    assert "has all rows already (4)" in metro.says("import --yes", folder)
    disagrees = written(
        tmp_path,
        projects="code,title,city,sector,status\nNEW,Tram,LHE,transport.urban,preparation\n",
        project_statuses="project,status,from\nNEW,cancelled,2026-01-01\n",
    )
    answer = metro.tries("import --yes", disagrees)
    assert answer.code == 3
    assert "status-disagrees" in metro.tries("import --yes --json", disagrees).err
    twice = "project,status,from\nNEW,cancelled,2026-01-01\nNEW,completion,2026-01-01\n"
    (tmp_path / "projects.csv").unlink()
    folder = written(tmp_path, project_statuses=twice)
    assert "twice" in metro.tries("import --yes --json", folder).err
