"""Who leads in a topic, and which cities could serve a need: what an officer is told."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import time_machine
from officer import Officer
from world import NOON

TOPIC = "bus-rapid-transit"


def standings(officer: Officer, options: str = "") -> list[tuple[str, str]]:
    rows = officer.asks(f"exchange standing {TOPIC} {options}")["rows"]
    return [(row["city"], row["standing"]) for row in rows]


def suggested(officer: Officer, line: str = "N-1") -> list[str]:
    return [row["city"] for row in officer.asks(f"exchange suggest {line}")["rows"]]


def of_city(officer: Officer, city: str, line: str = "N-1") -> dict[str, Any]:
    rows = officer.asks(f"exchange suggest {line}")["rows"]
    return next(row for row in rows if row["city"] == city)


def deliver(officer: Officer, quantity: str = "10 person-day") -> None:
    officer.says(f"deal introduce O-1 N-1 '{quantity}' --commit --on 2026-02-01")
    officer.says("deal deliver D-0001 --on 2026-03-01 --yes")


def test_standing_names_what_it_rests_on(cities: Officer) -> None:
    assert standings(cities) == [
        ("SAO", "credentialed"),
        ("TEH", "credentialed"),
        ("BOG", "credentialed"),
        ("KHI", "declared"),
    ]
    answer = cities.asks("exchange standing 'Bus RAPID transit'")
    assert (answer["schema"], answer["topic"]) == ("cityfund.exchange/1", TOPIC)
    assert answer["rows"][0]["ranks"] == ["1 of 2 by passengers a day (2013)"]
    assert answer["rows"][1]["measures"][0]["place"] == 2
    assert answer["rows"][2]["grades"] == ["gold: El Dorado (2013)"]
    assert answer["rows"][3]["offers"] == ["O-1"]
    assert {"as_of", "known_at", "rule", "not_counted"} <= answer.keys()


def test_what_was_delivered_to_other_cities_proves_a_standing_from_that_day(
    cities: Officer,
) -> None:
    deliver(cities)
    row = cities.asks(f"exchange standing {TOPIC}")["rows"][0]
    assert (row["city"], row["standing"], row["served"]) == ("KHI", "proven", ["MHD"])
    assert row["deliveries"] == [{"quantity": "10.00", "unit": "person-day"}]
    assert row["delivered"] == ["10.00 person-day"]
    assert standings(cities, "--as-of 2026-02-28")[-1] == ("KHI", "declared")
    cities.says("deal return D-0001 '10 person-day'")
    assert standings(cities)[-1] == ("KHI", "declared")


def test_a_city_proves_nothing_by_serving_itself(cities: Officer) -> None:
    cities.says("provider add 'City of Mashhad' --code MHDP --kind city --city MHD")
    cities.says(
        f"offer add MHDP expertise '9 person-day' --code O-2 --topics {TOPIC} --on 2026-01-10"
    )
    cities.says("deal introduce O-2 N-1 '9 person-day' --commit --on 2026-02-01")
    cities.says("deal deliver D-0001 --on 2026-03-01 --yes")
    assert "MHD" not in dict(standings(cities))


def test_a_credential_counts_from_its_time_on_and_until_its_end(cities: Officer) -> None:
    assert standings(cities, "--as-of 2012-12-31") == []
    cities.says("credential edit CR-S --until 2020")
    assert "SAO" not in dict(standings(cities))
    assert "SAO" in dict(standings(cities, "--as-of 2020-12-31"))


def test_an_offer_that_is_over_declares_nothing(cities: Officer) -> None:
    cities.says("offer edit O-1 --valid-until 2026-06-30")
    assert "KHI" not in dict(standings(cities))
    assert "KHI" in dict(standings(cities, "--as-of 2026-06-30"))


def test_a_topic_that_nobody_has_is_not_found(cities: Officer) -> None:
    assert cities.refused("exchange standing brt", 5, TOPIC) == "unknown-topic"


def test_credentials_without_a_date_are_counted_and_said(cities: Officer) -> None:
    cities.says("credential edit CR-T --as-of ''")
    answer = cities.asks(f"exchange standing {TOPIC}")
    assert answer["not_counted"]["credentials_without_date"] == 1
    assert "Not counted" in cities.tries(f"exchange standing {TOPIC}").err


def test_cities_are_suggested_in_the_order_of_their_columns(cities: Officer) -> None:
    assert suggested(cities) == ["KHI", "SAO", "TEH", "BOG"]
    assert suggested(cities, "N-1 --order region,population") == ["TEH", "KHI", "BOG", "SAO"]
    assert suggested(cities, "N-1 --order city") == ["BOG", "KHI", "SAO", "TEH"]
    row = of_city(cities, "TEH")
    assert (row["region"], row["population_ratio"]) == ("sub-region", "3.0000")
    assert (row["best_rank"], row["rank"], row["ranked"]) == (
        "2 of 2 by passengers a day (2013)",
        2,
        2,
    )
    assert of_city(cities, "KHI")["offers"] == ["O-1"]
    assert of_city(cities, "SAO")["region"] is None


def test_all_columns_are_printed(cities: Officer) -> None:
    text = cities.says("exchange suggest N-1 --format csv")
    rows = {row["city"]: row for row in csv.DictReader(io.StringIO(text))}
    assert rows["KHI"]["offers"] == "O-1"
    assert rows["SAO"]["ranks"] == "1 of 2 by passengers a day (2013)"
    assert {"standing", "partnership", "region", "population_ratio", "busy", "barred_by"} <= set(
        rows["SAO"]
    )


def test_a_barred_city_stands_at_the_end_with_the_restriction(cities: Officer) -> None:
    cities.says(
        "restriction add --code RS-1 --countries IR --binds-countries PK,CO --authority Council "
        "--reason war --yes"
    )
    assert suggested(cities) == ["SAO", "TEH", "BOG", "KHI"]
    assert of_city(cities, "KHI")["barred_by"] == ["RS-1"]
    assert of_city(cities, "BOG")["barred_by"] == ["RS-1"]
    assert of_city(cities, "SAO")["barred_by"] == []


def test_a_city_that_has_another_provider_free_is_not_barred(cities: Officer) -> None:
    cities.says(
        "restriction add --code RS-1 --providers KHIP --authority Council --reason fraud --yes"
    )
    assert of_city(cities, "KHI")["barred_by"] == ["RS-1"]
    cities.says("provider add 'Karachi Transit' --code KHIQ --kind city --city KHI --new")
    assert of_city(cities, "KHI")["barred_by"] == []


def test_how_busy_a_city_is_counts_its_living_deals(cities: Officer) -> None:
    cities.says("deal introduce O-1 N-1 '10 person-day' --until 2027-01-01")
    assert of_city(cities, "KHI")["busy"] == 1
    cities.says("deal release D-0001 --yes")
    assert of_city(cities, "KHI")["busy"] == 0


def test_a_city_is_told_for_all_its_open_needs_and_a_topic_without_asker(cities: Officer) -> None:
    cities.says("need add BRT expertise '5 person-day' --code N-3 --topic metro --on 2026-01-10")
    cities.says("need add BRT expertise '5 person-day' --code N-4 --on 2026-01-10")
    cities.says("credential add BOG metro 'line 1' --grade good --source S")
    answer = cities.asks("exchange suggest MHD")
    assert {(row["need"], row["city"]) for row in answer["rows"] if row["need"] == "N-3"} == {
        ("N-3", "BOG")
    }
    assert answer["not_counted"]["needs_without_topic"] == 1
    assert suggested(cities, f"'{TOPIC}'") == ["KHI", "SAO", "TEH", "BOG"]
    rows = cities.asks(f"exchange suggest {TOPIC}")["rows"]
    assert {row["need"] for row in rows} == {None}


def test_what_has_no_topic_or_date_is_counted_once_for_all_needs_of_a_city(cities: Officer) -> None:
    cities.says("need add BRT expertise '5 person-day' --code N-3 --topic metro --on 2026-01-10")
    cities.says("need add BRT expertise '5 person-day' --code N-4 --topic Metro --on 2026-01-10")
    cities.says("need add BRT expertise '5 person-day' --code N-5 --on 2026-01-10")
    cities.says("credential add BOG metro 'line 1' --grade good --source S")
    cities.says("deal introduce O-1 N-5 '1 person-day' --commit --override agreed --on 2026-02-01")
    cities.says("deal deliver D-0001 --on 2026-03-01 --yes")
    counted = cities.asks("exchange suggest MHD")["not_counted"]
    assert counted["deliveries_without_topic"] == 1
    assert counted["credentials_without_date"] == 1


def test_what_is_not_counted_is_of_the_cities_that_a_filter_keeps(cities: Officer) -> None:
    cities.says("credential add BOG metro 'line 1' --grade good --source S")
    cities.says("credential add SAO metro 'line 2' --grade good --source S --as-of 2020")
    for line in ("exchange standing metro", "exchange suggest metro"):
        key = "credentials_without_date"
        assert cities.asks(line)["not_counted"][key] == 1
        assert cities.asks(f"{line} --where city=BOG")["not_counted"][key] == 1
        assert cities.asks(f"{line} --where city=SAO")["not_counted"][key] == 0


def test_what_is_no_question_of_expertise_is_refused(cities: Officer) -> None:
    cities.says("need add BRT expertise '5 person-day' --code N-4 --on 2026-01-10")
    assert cities.refused("exchange suggest N-2", 4, "money") == "not-expertise"
    assert cities.refused("exchange suggest N-4", 4, "topic") == "topic-missing"
    line = "exchange suggest N-1 --as-of 2026-01-09"
    assert cities.refused(line, 5, "at that time") == "unknown-subject"
    assert cities.refused("exchange suggest monorail", 5, "monorail") == "unknown-subject"
    assert cities.refused("exchange suggest N-1 --order rnak", 2, "rank") == "unknown-order"


def test_a_word_that_is_a_city_and_a_topic_is_refused(cities: Officer) -> None:
    cities.says("credential edit CR-B --topic mhd")
    said = cities.refused("exchange suggest MHD", 5, "city MHD", "topic mhd")
    assert said == "ambiguous-code"


def test_a_withdrawn_city_is_not_suggested(cities: Officer) -> None:
    cities.says("city retire SAO")
    assert "SAO" not in suggested(cities)
    assert "SAO" in dict(standings(cities))


def test_an_exchange_is_read_as_it_was_known(cities: Officer) -> None:
    with time_machine.travel(NOON + timedelta(minutes=10), tick=True):
        cities.says("credential edit CR-S --value 1 --reason misread")
        line = f"exchange standing {TOPIC}"
        now, then = (
            {row["city"]: row["ranks"][:1] for row in cities.asks(f"{line} {when}")["rows"]}
            for when in ("", f"--known-at {(NOON + timedelta(minutes=5)).isoformat()}")
        )
    assert now["SAO"] == then["TEH"] == ["2 of 2 by passengers a day (2013)"]
    assert then["SAO"] == ["1 of 2 by passengers a day (2013)"]


def test_a_city_that_is_asked_becomes_a_provider_and_is_approached(cities: Officer) -> None:
    answer = cities.asks("exchange accept N-1 SAO")
    assert (answer["recorded"]["code"], answer["recorded"]["provider"]) == ("AP-0001", "SAO")
    assert "provider-made" in {one["code"] for one in answer["notes"]}
    provider = cities.asks("provider show SAO")
    assert (provider["kind"], provider["city"], provider["country"]) == ("city", "SAO", "BR")
    assert of_city(cities, "SAO")["busy"] == 1
    assert cities.refused("exchange accept N-1 SAO", 4, "AP-0001") == "already-asked"
    assert of_city(cities, "SAO", "N-1 --as-of 2026-11-22")["busy"] == 0


def test_partnerships_in_force_come_before_none_and_are_the_origin(cities: Officer) -> None:
    cities.says("partnership add MHD TEH --kind twinning --signed 1990 --code PA-1")
    cities.says("partnership add BOG MHD --kind memorandum --signed 2026-03 --code PA-2")
    cities.says("partnership add SAO MHD --kind twinning --signed 1990 --ended 2020 --code PA-3")
    assert [of_city(cities, city)["partnership"] for city in ("TEH", "BOG", "SAO", "KHI")] == [
        *("sleeping", "new"),
        *(None, None),
    ]
    assert suggested(cities, "N-1 --order partnership") == ["BOG", "TEH", "KHI", "SAO"]
    assert cities.asks("exchange accept N-1 TEH")["recorded"]["origin"] == "partnership:PA-1"
    assert "origin" not in cities.asks("exchange accept N-1 SAO")["recorded"]
    assert of_city(cities, "TEH")["partnership"] == "active"


def test_a_city_that_is_a_provider_already_is_asked_as_that_one(cities: Officer) -> None:
    assert cities.asks("exchange accept N-1 KHI")["recorded"]["provider"] == "KHIP"
    assert len(cities.asks("provider list")["rows"]) == 1
    cities.says("approach reply AP-0001 declined --reason capacity")
    assert of_city(cities, "KHI")["busy"] == 0


def test_a_code_that_another_provider_has_is_left_to_it(cities: Officer) -> None:
    cities.says("provider add 'Soil and Ocean' --code SAO --kind firm")
    assert cities.asks("exchange accept N-1 SAO")["recorded"]["provider"] == "PRV-0001"


def test_who_may_not_be_asked_is_refused_and_nothing_is_made(cities: Officer) -> None:
    assert cities.refused("exchange accept N-1 MHD", 4, "itself") == "own-need"
    assert cities.refused("exchange accept N-2 SAO", 4, "money") == "not-expertise"
    cities.says("restriction add --code RS-1 --cities MHD --authority Council --reason war --yes")
    assert cities.refused("exchange accept N-1 SAO", 4, "RS-1") == "restricted"
    cities.says("restriction end RS-1 --until 2026-11-01 --yes")
    cities.says("city retire BOG")
    assert cities.refused("exchange accept N-1 BOG", 4, "BOG") == "parent-withdrawn"


def test_an_office_sees_its_own_cities(cities: Officer) -> None:
    answer = cities.asks(f"exchange standing {TOPIC} --office asia")
    assert [row["city"] for row in answer["rows"]] == ["TEH", "KHI"]
    assert [row["code"] for row in cities.asks("credential list --office asia")["rows"]] == ["CR-T"]
    assert [row["city"] for row in cities.asks("exchange suggest N-1 --office asia")["rows"]] == [
        "KHI",
        "TEH",
    ]


def test_what_a_city_presented_is_shown_and_is_no_standing(cities: Officer) -> None:
    cities.says("body add Metropolis --code METROPOLIS --kind association")
    cities.says("meeting add --body METROPOLIS --name Assembly --from 2026-05-10 --code MT-1")
    for city, presence in (("TEH", "attended"), ("MHD", "online"), ("BOG", "apologies")):
        topics = "" if presence == "apologies" else f"--did presented --topics {TOPIC}"
        cities.says(f"attendance add --meeting MT-1 --city {city} --presence {presence} {topics}")
    rows = {row["city"]: row for row in cities.asks(f"exchange standing {TOPIC}")["rows"]}
    assert {city: row["presented"] for city, row in rows.items() if row["presented"]} == {
        "TEH": ["MT-1"],
        "MHD": ["MT-1"],
    }
    assert (rows["MHD"]["standing"], rows["TEH"]["standing"]) == ("none", "credentialed")
    assert "MHD" not in dict(standings(cities, "--as-of 2026-05-09"))
    assert "MHD" not in {row["city"] for row in cities.asks(f"exchange suggest {TOPIC}")["rows"]}
