"""Bodies, seats and meetings as a Popolo document, written and read."""

from __future__ import annotations

import json
from pathlib import Path

from beginnings import beginning
from officer import Officer


def furnish_network(officer: Officer) -> None:
    """Record an association, its board, an office that is hosted, and seats."""
    officer.says("city add Mashhad --code MHD --country IR")
    officer.says("office edit asia --opened-on 2011")
    officer.says("body add Metropolis --code METROPOLIS --kind association --from 1985")
    officer.says("body add Board --code BOARD --kind board --parent METROPOLIS --seats 22")
    officer.says("seat add MHD METROPOLIS --from 1993 --source minutes")
    officer.says("seat add MHD BOARD --role board --from 2010-10 --until 2014-10-07")
    officer.says("seat add MHD asia --role host --from 2011")


network_once, ledger_url, network = beginning("network", furnish_network)


def exported(officer: Officer, folder: Path) -> dict[str, list[dict[str, object]]]:
    officer.says(f"export {folder} --format popolo")
    document: dict[str, list[dict[str, object]]] = json.loads((folder / "popolo.json").read_text())
    return document


def test_partial_dates_and_roles_stand_as_they_are(network: Officer, tmp_path: Path) -> None:
    document = exported(network, tmp_path / "out")
    organizations = {one["id"]: one for one in document["organizations"]}
    assert organizations["office:asia"]["founding_date"] == "2011"
    assert organizations["body:BOARD"] == {
        "id": "body:BOARD",
        "name": "Board",
        "classification": "board",
        "parent_id": "body:METROPOLIS",
        "seats": "22",
    }
    assert document["memberships"][1] == {
        "id": "seat:ST-0002",
        "area_id": "city:MHD",
        "organization_id": "body:BOARD",
        "role": "board",
        "start_date": "2010-10",
        "end_date": "2014-10-07",
    }
    told = network.tries(f"export {tmp_path / 'out'} --format popolo")
    assert (told.code, "not an empty folder" in told.err) == (74, True)


def test_what_was_written_is_read_as_the_same(network: Officer, tmp_path: Path) -> None:
    exported(network, tmp_path / "out")
    file = tmp_path / "out" / "popolo.json"
    answer = network.asks(f"import {file} --rules popolo --yes")
    assert answer["counts"]["registers"] == 0
    text = file.read_text().replace('"2014-10-07"', '"2014"').replace("city:MHD", "city:QOM")
    text = text.replace('"role": "host"', '"role": "observer"')
    file.write_text(text.replace("seat:ST-000", "seat:Q-").replace('"Mashhad"', '"Qom"'))
    network.says(f"import {file} --rules popolo --yes")
    seat = network.asks("seat show Q-2")
    assert (seat["city"], seat["body"], seat["until"]) == ("QOM", "BOARD", "2014")


def test_what_is_none_of_ours_is_told(network: Officer, tmp_path: Path) -> None:
    file = tmp_path / "parliament.json"
    document = {
        "organizations": [{"id": "senate", "name": "Senate", "classification": "chamber"}],
        "memberships": [
            {"id": "m1", "person_id": "p1", "organization_id": "senate"},
            {"id": "m2", "area_id": "city:MHD", "organization_id": "senate", "role": "observer"},
        ],
        "events": [{"name": "a debate"}],
    }
    file.write_text(json.dumps(document, indent=1))
    told = network.tries(f"import {file} --rules popolo --yes")
    assert told.code == 0, told
    assert "4 rows: 2 used, 2 left out" in told.err
    assert "memberships of no city in an organization" in told.err
    assert network.asks("body show senate")["kind"] == "other"
    assert network.asks("seat show m2")["role"] == "observer"
    file.write_text("[]")
    assert network.refused(f"import {file} --rules popolo --yes", 3, "Popolo") == "not-popolo"


def test_items_of_another_shape_are_left_out(network: Officer, tmp_path: Path) -> None:
    file = tmp_path / "odd.json"
    document = {
        "areas": [{"id": "city:QOM", "name": "Qom", "country_code": "IR", "other_names": ["Y"]}],
        "memberships": [{"id": "m1", "area_id": "city:MHD", "organization_id": 5}],
        "organizations": [
            {"id": "body:X", "name": "X", "classification": "board", "sources": ["a link"]}
        ],
        "events": [
            {
                "id": "meeting:Q-1",
                "name": "Session",
                "organization_id": "body:METROPOLIS",
                "start_date": "2008-10-22",
                "attendees": ["city:MHD", {"id": "city:MHD", "did": "spoke"}],
            }
        ],
    }
    file.write_text(json.dumps(document, indent=1))
    told = network.tries(f"import {file} --rules popolo --yes")
    assert (told.code, "Traceback" in told.err) == (0, False), told
    assert network.asks("meeting show Q-1")["attendance"][0]["city"] == "MHD"


def test_meetings_are_events_with_the_cities_that_attended(
    network: Officer, tmp_path: Path
) -> None:
    network.says("meeting add --body METROPOLIS --name Session --from 2008-10-22 --place Sydney")
    network.says("meeting attend MT-0001 MHD --did presented,proposed")
    [event] = exported(network, tmp_path / "out")["events"]
    assert (event["organization_id"], event["start_date"]) == ("body:METROPOLIS", "2008-10-22")
    assert event["attendees"] == [
        {
            "id": "city:MHD",
            "name": "Mashhad",
            "presence": "attended",
            "did": ["presented", "proposed"],
        }
    ]
    file = tmp_path / "out" / "popolo.json"
    assert network.asks(f"import {file} --rules popolo --yes")["counts"]["registers"] == 0
    file.write_text(file.read_text().replace("meeting:MT-0001", "meeting:Q-1").replace("22", "23"))
    network.says(f"import {file} --rules popolo --yes")
    assert network.asks("meeting show Q-1")["from"] == "2008-10-23"
