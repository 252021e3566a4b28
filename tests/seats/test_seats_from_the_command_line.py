"""Bodies and seats through the command line: what is refused, noted, ended and shown."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from beginnings import beginning
from officer import Officer


def furnish_network(officer: Officer) -> None:
    """Record an association, its board, and three cities."""
    officer.says("city add Mashhad --code MHD --country IR")
    officer.says("city add Paris --code PAR --country FR")
    officer.says("city add 'New York' --code NYC --country US --member no")
    officer.says("body add Metropolis --code METROPOLIS --kind association --from 1985")
    officer.says("body add Board --code BOARD --kind board --parent METROPOLIS --seats 1")
    officer.says("seat add MHD METROPOLIS --from 1993")


network_once, ledger_url, network = beginning("network", furnish_network)


def test_a_city_that_joined_left_and_joined_again_has_two_seats(network: Officer) -> None:
    line = "seat add MHD METROPOLIS --from 2001"
    assert network.refused(line, 4, "ST-0001", "from 1993, without end") == "seat-overlaps"
    network.says("seat end ST-0001 --until 2001")
    network.says(line)
    assert network.refused("seat edit ST-0001 --until 2003", 4, "ST-0002") == "seat-overlaps"
    rows = network.asks("seat list")["rows"]
    assert [(one["from"], one["until"]) for one in rows] == [("1993", "2001"), ("2001", None)]


def test_what_was_undone_is_tested_as_well(network: Officer) -> None:
    network.says("seat end ST-0001 --until 2001 --key ending")
    network.says("seat add MHD METROPOLIS --from 2005")
    line = "undo ending --reason slip --yes"
    assert network.refused(line, 4, "ST-0002") == "seat-overlaps"


def test_other_roles_other_cities_and_other_bodies_do_not_overlap(network: Officer) -> None:
    network.says("seat add MHD METROPOLIS --role observer --from 1993")
    network.says("seat add PAR METROPOLIS --from 1993")
    network.says("seat add MHD BOARD --from 1993")
    network.says("check")


def test_an_office_has_one_host_at_a_time(network: Officer) -> None:
    network.says("seat add MHD asia --role host --from 2011")
    line = "seat add PAR asia --role host --from 2013"
    assert network.refused(line, 4, "ST-0002") == "already-hosted"
    network.says("seat end ST-0002 --until 2012")
    network.says("seat add PAR METROPOLIS --role host --from 2013")
    network.says("seat add MHD METROPOLIS --role host --from 2013")
    network.says(line)
    office = network.asks("office show asia")
    assert (office["host"], office["host_typed"]) == ("PAR", False)
    assert [one["city"] for one in office["hosts"]] == ["PAR", "MHD"]


def test_the_typed_host_is_marked_until_a_seat_says_it(network: Officer) -> None:
    assert network.asks("office show hq")["host_typed"] is True
    assert "Paris (typed)" in network.says("office show hq")
    network.says("seat add PAR hq --role host --from 2010")
    network.says("seat add MHD hq --role candidate --until 2010-10")
    office = network.asks("office show hq")
    assert (office["host"], office["host_typed"]) == ("PAR", False)
    assert [(one["city"], one["until"]) for one in office["candidates"]] == [("MHD", "2010-10")]


def test_a_seat_is_in_one_body_or_office(network: Officer) -> None:
    assert network.refused("seat add MHD", 3, "neither a body nor an office") == "bad-terms"
    line = "seat add MHD --body BOARD --office asia"
    assert network.refused(line, 3, "both a body and an office") == "bad-terms"
    assert network.refused("seat add MHD BOARD --office asia", 3, "one body or office") == (
        "bad-terms"
    )
    network.says("body add Asia --code asia --kind office")
    assert network.refused("seat add MHD asia", 5, "--body asia", "--office asia") == (
        "ambiguous-code"
    )
    network.says("seat add MHD --office asia --role host")
    assert network.refused("seat add MHD NOWHERE", 5, "body list") == "unknown-code"
    line = "seat add MHD BOARD --role captain"
    assert network.refused(line, 3, "captain", "list of roles") == "bad-terms"


def test_what_a_seat_is_never_changes_and_its_dates_are_in_order(network: Officer) -> None:
    line = "seat edit ST-0001 --role board"
    assert network.refused(line, 4, "role of seat ST-0001 is member") == "fixed-term"
    line = "seat edit ST-0001 --until 1992"
    assert network.refused(line, 3, "lies before 1993") == "out-of-order"
    assert network.refused("seat edit ST-0001 --from 2030", 3, "future") == "future-date"
    network.says("seat edit ST-0001 --until 2090")
    network.says("city retire PAR")
    assert network.refused("seat add PAR METROPOLIS", 4, "PAR") == "parent-withdrawn"


@pytest.mark.parametrize(
    ("line", "until", "begins"),
    [
        ("seat add MHD BOARD --role board --from 1993 --until 1992", "1992", "1993"),
        ("seat add MHD BOARD --from 2003-05 --until 2003-04", "2003-04", "2003-05"),
        ("seat add MHD asia --role host --from 2011-03-02 --until 2011-03-01", "2011-03-01", None),
        ("seat edit ST-0001 --until 1992-12-31", "1992-12-31", "1993"),
        ("seat edit ST-0001 --from 2004 --until 2003", "2003", "2004"),
        ("seat end ST-0001 --until 1990", "1990", "1993"),
    ],
)
def test_a_seat_that_ends_before_it_begins_is_refused_as_out_of_order(
    network: Officer, line: str, until: str, begins: str | None
) -> None:
    assert network.refused(line, 3, f"--until: The until {until} lies before") == "out-of-order"
    (problem,) = json.loads(network.tries(line, "--json").err)["problems"]
    assert (problem["column"], problem["code"]) == ("--until", "out-of-order")
    assert begins is None or problem["what"].endswith(f"before {begins}.")
    told = network.tries(line).err
    assert told.count("lies before") == 1, "the problem is in the first sentence, and there alone"


def test_a_seat_begins_and_ends_within_one_year_or_month(network: Officer) -> None:
    network.says("seat add MHD BOARD --role board --from 2003-05 --until 2003")
    network.says("seat add MHD BOARD --role adviser --from 2003 --until 2003-01-01")


def test_a_table_of_seats_out_of_order_is_refused_at_its_cell(
    network: Officer, tmp_path: Path
) -> None:
    table = tmp_path / "seats.csv"
    table.write_text(
        "code,city,body,role,from,until\n"
        "S-1,MHD,BOARD,board,2003-05,2003\nS-2,MHD,BOARD,chair,2003,2002-12\n"
    )
    assert network.refused(f"import {table} --yes", 3) == "import-refused"
    (problem,) = json.loads(network.tries(f"import {table} --yes", "--json").err)["problems"]
    place = (Path(problem["file"]).name, problem["line"], problem["column"], problem["code"])
    assert place == ("seats.csv", 3, "until", "out-of-order")
    table.write_text("code,city,body,role,from\nS-1,MHD,BOARD,board,2090\n")
    (problem,) = json.loads(network.tries(f"import {table} --yes", "--json").err)["problems"]
    assert (problem["column"], problem["code"]) == ("from", "future-date")


def test_more_deciding_seats_than_there_are_is_a_note(network: Officer) -> None:
    network.says("seat add MHD BOARD --role board --from 2010 --until 2013")
    said = network.says("seat add PAR BOARD --role chair --from 2012")
    assert "body BOARD has 1 deciding seat, and 2 are in force on 2012-01-01" in said
    assert "2 are in force on 2012-01-01" in network.tries("doctor").out
    said = network.says("body edit BOARD --seats 2")
    assert "deciding seats" not in said
    assert "BOARD" not in network.tries("doctor").out


def test_doctor_notes_seats_outside_their_body_and_cities_in_two(network: Officer) -> None:
    network.says("body add Women --code WOMEN --kind office --parent METROPOLIS --from 2007")
    network.says("body add Youth --code YOUTH --kind office --parent METROPOLIS --until 2020")
    network.says("seat add MHD WOMEN --role host --from 2006")
    network.says("seat add PAR YOUTH --role host --until 2021")
    network.says("seat add MHD BOARD --role board")
    told = network.tries("doctor")
    assert "note: seat ST-0002 begins 2006, before its body WOMEN (2007)" in told.out
    assert "note: body YOUTH ends 2020, before its seat ST-0003 (2021)" in told.out
    assert "note: city MHD has seats in several bodies of METROPOLIS: BOARD, WOMEN" in told.out


def test_a_body_is_no_part_of_itself(network: Officer) -> None:
    line = "body edit METROPOLIS --parent BOARD"
    assert network.refused(line, 4, "METROPOLIS in BOARD in METROPOLIS") == "body-in-circle"
    assert network.refused("body edit BOARD --parent BOARD", 4) == "body-in-circle"


def test_only_members_have_projects(network: Officer) -> None:
    line = "project add Tram --city NYC --sector transport"
    assert network.refused(line, 4, "not a member") == "not-a-member"
    network.says("project add Tram --city PAR --sector transport")
    line = "city edit PAR --member no"
    assert network.refused(line, 4, "PRJ-0001") == "not-a-member"
    network.says("city edit NYC --member yes")
    network.says("project add Tram --city NYC --sector transport --new")


def test_who_has_left_the_association_is_no_member_and_keeps_its_projects(
    network: Officer,
) -> None:
    network.says("project add Metro --city MHD --sector transport --need 'money 5 EUR'")
    network.says("city edit MHD --member-since 1994")
    network.says("settings edit --association METROPOLIS")
    line = "city edit MHD --member-since 1995"
    assert network.refused(line, 4, "since 1993", "ST-0001") == "shown-from-seat"
    assert network.asks("city show MHD")["member_since"] == "1993"
    network.says("seat end ST-0001 --until 2020")
    member = {one["code"]: one["member"] for one in network.asks("city list")["rows"]}
    assert member == {"MHD": False, "NYC": False, "PAR": True}
    assert [row["member"] for row in network.asks("gaps --where member=no")["rows"]] == [False]
    assert network.asks("status")["counts"]["cities"] == {"total": 1, "withdrawn": 0, "others": 2}
    rows = {one["code"]: one for one in network.asks("office list")["rows"]}
    assert [(rows[code]["cities"], rows[code]["others"]) for code in ("asia", "hq")] == [
        (0, 1),
        (1, 0),
    ]
    assert "Not members" in network.says("office list")
    network.says("project add Bus --city MHD --sector transport")
    network.says("settings edit --association ''")
    assert network.asks("city show MHD")["member"] is True


def test_cities_follow_the_regions_unless_an_officer_named_their_office(network: Officer) -> None:
    network.says("city add Qom --code QOM --country IR --office asia")
    said = network.says("office edit asia --regions 145")
    assert "countries are in no office's regions, with 2 member cities among them: MHD, QOM" in said
    network.says("office edit hq --regions '150;034'")
    rows = network.asks("office reroute")["rows"]
    assert [(one["city"], one["office"], one["found"]) for one in rows] == [("MHD", "asia", "hq")]
    network.says("office reroute --yes")
    cities = {one["code"]: one["office"] for one in network.asks("city list")["rows"]}
    assert (cities["MHD"], cities["QOM"]) == ("hq", "asia")
    assert network.asks("office reroute")["rows"] == []
    said = network.says("office retire africa")
    assert "countries are in no office's regions" in said
    assert "countries are in no office's regions" in network.tries("doctor").out


def test_bodies_and_seats_come_and_go_as_tables_in_any_order(
    network: Officer, tmp_path: Path
) -> None:
    (tmp_path / "bodies.csv").write_text(
        "code,name,kind,parent,from\nSUB,Sub,committee,TOP,2001\nTOP,Top,network,,1990-05\n"
    )
    (tmp_path / "seats.csv").write_text(
        "code,city,body,office,role,from,until\n"
        "S-1,MHD,SUB,,adviser,2007,\nS-2,PAR,,asia,host,2011,2014-03-01\n"
    )
    network.says(f"import {tmp_path} --yes")
    network.says(f"export {tmp_path / 'out'} --table bodies,seats")
    assert "SUB,Sub,committee,TOP,,2001,,," in (tmp_path / "out" / "bodies.csv").read_text()
    seats = (tmp_path / "out" / "seats.csv").read_text()
    assert "S-2,PAR,,asia,host,2011,2014-03-01,,," in seats
    network.says(f"import {tmp_path / 'out'} --yes")
    (tmp_path / "seats.csv").write_text(
        "code,city,body,role,from\nS-3,MHD,SUB,adviser,2008\nS-4,MHD,,member,2008\n"
    )
    told = network.tries(f"import {tmp_path / 'seats.csv'} --yes")
    assert (told.code, "neither a body nor an office" in told.err) == (3, True)
    (tmp_path / "seats.csv").write_text("code,city,body,role,from\nS-3,MHD,SUB,adviser,2008\n")
    told = network.tries(f"import {tmp_path / 'seats.csv'} --yes")
    assert (told.code, "seats.csv:2 from: Seat S-3" in told.err) == (3, True)
