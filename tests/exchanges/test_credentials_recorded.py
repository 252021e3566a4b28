"""Credentials: what an officer records, what is refused, and what other screens say of them."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from credentials import a_figure
from officer import Officer
from world import World

from ledger.core.partial_dates import PartialDate
from ledger.store import registers
from ledger.store.session import credentials as of_credentials

FIGURE = (
    "credential add MHD bus-rapid-transit lanes --measure 'passengers a day' --value 5 "
    "--unit passengers --better higher --source S"
)


def test_a_grade_or_a_figure_is_recorded_as_it_was_published(cities: Officer) -> None:
    shown = cities.asks("credential show CR-S")
    assert (shown["measure"], shown["value"], shown["as_of"]) == (
        "passengers a day",
        "3194000",
        "2013",
    )
    assert (shown["city"], shown["city_name"]) == ("SAO", "São Paulo")
    answer = cities.asks(
        "credential add MHD metro 'line 1' --grade good --as-of 2015-06 --until 2020 --source S"
    )
    assert answer["recorded"]["code"] == "CR-0001"
    assert answer["recorded"]["as_of"] == "2015-06"


@pytest.mark.parametrize(
    ("terms", "word"),
    [
        ("--source S", "neither a grade nor a measure"),
        ("--grade gold --measure m --source S", "a grade and a measure"),
        ("--measure m --value 1 --better higher --source S", "--unit"),
        ("--measure m --value -1 --unit u --better higher --source S", "--value"),
        ("--measure m --value 1 --unit u --better more --source S", "--better"),
        ("--grade gold --as-of 2027 --source S", "--as-of"),
        ("--grade gold --as-of 2015 --until 2014 --source S", "--until"),
    ],
)
def test_terms_that_do_not_make_a_credential_are_refused(
    cities: Officer, terms: str, word: str
) -> None:
    line = f"credential add MHD bus-rapid-transit lanes {terms}"
    assert cities.refused(line, 3, word) in {
        "bad-terms",
        "future-date",
        "missing-parameter",
        "out-of-order",
    }


def test_a_city_has_one_figure_of_a_measure_at_one_time(cities: Officer) -> None:
    again = (
        "credential add SAO 'BUS rapid-transit' again --measure 'Passengers-a-day' --value 7 "
        "--unit passengers --better higher --source S --as-of "
    )
    assert cities.refused(f"{again} 2013", 4, "CR-S") == "already-credentialed"
    cities.says(f"{again} 2014 --code CR-9")
    assert cities.refused("credential edit CR-9 --as-of 2013", 4, "CR-S") == "already-credentialed"
    cities.says("credential edit CR-9 --value 8")


def test_a_city_has_one_grade_of_a_thing_at_one_time(cities: Officer) -> None:
    line = "credential add BOG bus-rapid-transit {} --grade silver --as-of 2013 --source S"
    assert cities.refused(line.format("'El dorado'"), 4, "CR-B") == "already-credentialed"
    cities.says(line.format("'Calle 80'"))


def test_the_better_value_of_a_measure_is_the_same_in_every_city(cities: Officer) -> None:
    line = FIGURE.replace("higher", "lower")
    assert cities.refused(line, 4, "CR-S", "higher") == "better-differs"
    cities.says(line.replace("bus-rapid-transit", "metro"))
    assert cities.refused("credential edit CR-S --better lower", 4, "CR-T") == "better-differs"


def test_a_withdrawn_city_gets_no_credential(cities: Officer) -> None:
    cities.says("city retire MHD")
    assert cities.refused(FIGURE, 4, "MHD") == "parent-withdrawn"


def test_an_import_refuses_what_an_officer_may_not_record(cities: Officer, tmp_path: Path) -> None:
    rows = [
        ("CR-1", "MHD", "brt", "lanes", "", "km", "1", "km", "higher", "2013"),
        ("CR-2", "SAO", "brt", "lanes", "", "km", "1", "km", "lower", "2013"),
        ("CR-3", "MHD", "BRT", "line", "", "KM", "2", "km", "higher", "2013"),
        ("CR-4", "MHD", "brt", "line", "", "", "", "", "", "2013"),
    ]
    for refused, code in ((rows[:2], "better-differs"), (rows[::2], "already-credentialed")):
        with cities.world.unchanged():
            said = cities.tries(f"import {written(tmp_path, refused)} --yes --json")
        assert (said.code, code in said.err) == (3, True), said
    with cities.world.unchanged():
        said = cities.tries(f"import {written(tmp_path, rows[3:])} --yes --json")
    assert "grade-or-measure" in said.err
    cities.says(f"import {written(tmp_path, rows[:1])} --yes")


COLUMNS = ("code", "city", "topic", "what", "grade", "measure", "value", "unit", "better", "as_of")


def written(folder: Path, rows: list[tuple[str, ...]]) -> Path:
    path = folder / "credentials.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow((*COLUMNS, "source"))
        out.writerows((*row, "S") for row in rows)
    return path


def test_credentials_are_exported_and_imported_as_they_are(cities: Officer, tmp_path: Path) -> None:
    before = [cities.asks(f"credential show {code}") for code in ("CR-B", "CR-S", "CR-T")]
    cities.says(f"export {tmp_path / 'tables'}")
    cities.says("credential edit CR-S --value 1 --as-of 2014-01-31")
    cities.says("credential edit CR-B --grade silver")
    cities.says(f"import {tmp_path / 'tables' / 'credentials.csv'} --yes")
    assert [cities.asks(f"credential show {code}") for code in ("CR-B", "CR-S", "CR-T")] == before
    assert "has all rows already (3)" in cities.says(
        f"import {tmp_path / 'tables' / 'credentials.csv'} --yes"
    )


def test_a_city_shows_its_credentials(cities: Officer) -> None:
    assert [
        (one["code"], one["in_force"]) for one in cities.asks("city show SAO")["credentials"]
    ] == [("CR-S", True)]
    said = cities.says("city show SAO")
    assert "CREDENTIALS" in said
    assert "3194000 passengers, passengers a day (2013)" in said
    assert not cities.asks("city show SAO --as-of 2012-12-31")["credentials"][0]["in_force"]


def test_a_new_topic_is_said_with_the_nearest_in_use(cities: Officer) -> None:
    notes = cities.asks("credential add MHD brt lanes --grade bronze --source S")["notes"]
    assert [one["text"] for one in notes if one["code"] == "new-topic"] == [
        "the topic brt is not in use yet; the nearest in use is bus-rapid-transit"
    ]
    assert not cities.asks("credential edit CR-B --topic 'bus rapid-transit'")["notes"]
    notes = cities.asks("credential edit CR-B --topic buss-rapid-transit")["notes"]
    assert "nearest in use is bus-rapid-transit" in notes[0]["text"]


def test_topics_are_counted_and_renamed_in_credentials_too(cities: Officer) -> None:
    (row,) = cities.asks("topic list")["rows"]
    assert row == {
        "topic": "bus-rapid-transit",
        "spellings": ["bus-rapid-transit", "Bus rapid transit"],
        "needs": 1,
        "offers": 1,
        "partnerships": 0,
        "credentials": 3,
    }
    answer = cities.asks("topic rename bus-rapid-transit brt --yes")
    assert "needs 1, offers 1, partnerships 0, credentials 3" in answer["notes"][0]["text"]
    assert [cities.asks(f"credential show {one}")["topic"] for one in ("CR-B", "CR-S")] == [
        "brt"
    ] * 2


def test_a_rename_that_makes_one_evidence_of_two_is_refused(cities: Officer) -> None:
    cities.says("credential add BOG brt 'El Dorado' --grade gold --as-of 2013 --source S")
    line = "topic rename brt bus-rapid-transit --yes"
    assert cities.refused(line, 4, "CR-B") == "already-credentialed"


def test_a_city_has_one_grade_of_a_thing_without_a_time(cities: Officer) -> None:
    line = "credential add BOG bus-rapid-transit 'Calle 80' --grade silver --source S"
    cities.says(line)
    assert cities.refused(line, 4, "CR-0001") == "already-credentialed"
    cities.says(f"{line} --as-of 2013")


def test_a_direction_that_was_corrected_binds_no_more(cities: Officer) -> None:
    line = FIGURE.replace("passengers a day", "minutes between buses")
    cities.says(f"{line} --code CR-M")
    cities.says("credential edit CR-M --better lower")
    assert cities.refused(line.replace("MHD", "BOG"), 4, "CR-M") == "better-differs"
    cities.says(line.replace("MHD", "BOG").replace("higher", "lower"))


def test_credentials_of_other_times_are_not_read_beside_new_ones(
    ledger_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(f"sqlite:///{ledger_path}")
    world.city("MHD")
    read = [0]
    records = registers.stored_records

    def noted(kind: str, rows: Any) -> list[Any]:
        found = [*records(kind, rows)]
        read[0] += len(found)
        return found

    for module in (registers, of_credentials):
        monkeypatch.setattr(module, "stored_records", noted)
    taken = []
    for times in (range(1950, 1960), range(1960, 2000), range(2000, 2010)):
        added = [a_figure(f"CR-{year}", as_of=PartialDate(str(year))) for year in times]
        read[0] = 0
        world.do(lambda uow, added=added: [uow.add("credential", one) for one in added])
        taken.append(read[0])
    world.ledger.engine.dispose()
    assert taken[0] == taken[2]
    assert taken[1] == 4 * taken[0]
