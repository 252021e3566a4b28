"""--city, --provider, --office and --state filter every list that leads to one."""

from __future__ import annotations

import re

import pytest
from beginnings import beginning
from officer import Officer
from test_filters_of_every_command import FILTERED, furnish, rows_of

from ledger.reports.language import language_named

_TIME = re.compile(r'"seconds": [0-9.]+')
PLACES = {"city": "MHD", "provider": "BANK", "office": "asia", "state": "nowhere"}
NO_ROWS = ("gaps trend", "match explain", "match whatif")
"""Reports that answer with other rows than those that are filtered."""
NONE = ("body list", "unit list", "topic list", "rates show", "settings list", "audit seals")
TAKES = {
    "gaps report": "city provider office state",
    "match propose": "city state",
    "match list": "city provider office",
    "match show": "city provider office state",
    "match worth": "city state",
    "finding list": "city provider office state",
    "approach list": "city provider office state",
    "approach suggest N-0002": "city provider office",
    "report pipeline --list": "city provider office state",
    "need list": "city provider office state",
    "need candidates N-0001": "city provider office",
    "offer list": "city provider office state",
    "offer candidates O-0001": "city provider office",
    "deal list": "city provider office state",
    "project list": "city provider office state",
    "city list": "city office",
    "provider list": "city provider office",
    "office list": "office",
    "restriction list": "city provider office",
    "restriction check O-0001 N-0001": "city provider office",
    "report restrictions": "city provider office state",
    "report coverage": "city office state",
    "report offers": "city provider office state",
    "report providers": "city provider office",
    "report cities": "city office",
    "exemption list": "city provider office",
    "seat list": "city office",
    "partnership list": "city office",
    "undertaking list": "city office state",
    "report partnerships": "city office state",
    "report seats": "city office",
    "office reroute": "city office",
    "note list": "city provider office",
    "contact list": "city provider office",
    "reminder list": "city provider office",
    "owner list": "city provider office",
    "credential list": "city office",
    "exchange standing metro": "city office state",
    "exchange suggest metro": "city office state",
    "meeting list": "city office",
    "identifier list": "city provider office",
    "attendance list": "city office",
    "motion list": "city office state",
    "target list": "city office",
    "limit list": "state",
    "approval list": "state",
    "approval rule list": "state",
    "approval standing list": "city provider office state",
    "phase list": "city office state",
    "instalment list": "city provider office state",
    "report engagement": "city office",
    "log": "city provider office",
    "journal list": "city provider office state",
    "query 'SELECT need, unit FROM v_gap'": "city office",
    "codes sectors": "",
    "find Line": "city provider office",
    "config list": "",
    **dict.fromkeys(NONE, ""),
    **{line: "" for line in FILTERED if "history" in line},
    "rates history EUR USD": "state",
}
"""The options by which each list is filtered; others are refused."""
OTHERWISE = {("seat list", "office"), ("report seats", "office"), ("log", "office")}
"""Options that are more than a filter: the office of a seat is where it is held."""
OWN = {"match propose": "office", "match worth": "office", "city history MHD": "city"}
OWN |= {"provider history BANK": "provider", "office history asia": "office"}
"""Options of these names that a command has of its own."""


def furnish_listed(officer: Officer) -> None:
    """Fill a ledger with a row for every listing but that of findings."""
    furnish(officer)
    officer.says("offer add BANK money '7 EUR' --code O-REST")
    officer.says("provider add Fund --code FUND --kind fund")
    officer.says("offer add FUND money '7 EUR' --code O-FUND")
    officer.says("provider add 'City works' --code WORKS --kind city --city MHD")
    officer.says("offer add WORKS money '7 EUR' --code O-CITY")


listed_once, ledger_url, listed = beginning("listed", furnish_listed)


def test_every_list_is_named_here() -> None:
    others = {line for line in FILTERED if line.startswith(NO_ROWS)}
    assert {*TAKES} == {*FILTERED} - others


@pytest.mark.only_on("sqlite")
def test_each_list_takes_the_options_of_the_places_its_records_lead_to(listed: Officer) -> None:
    for line, takes in TAKES.items():
        for place, value in PLACES.items():
            if place == OWN.get(line):
                continue
            done = listed.tries(f"{line} --{place} {value}", "--json")
            if place in takes.split():
                assert done.code == 0, (line, place, done)
                # Both forms are one filter.
                if (line, place) not in OTHERWISE:
                    same = listed.tries(f"{line} --where {place}={value}", "--json")
                    assert _TIME.sub("", same.out) == _TIME.sub("", done.out), (line, place)
            else:
                assert done.code == 2, (line, place, done)
                refusal = "no-office-view" if place == "office" else "no-place-view"
                assert refusal in done.err, (line, place, done)
                assert "the columns are: " in done.err, (line, place, done)


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize(
    ("line", "codes"),
    [
        ("offer list --provider BANK", "O-0001 O-REST"),
        ("offer list --provider bank --state idle", "O-REST"),
        ("offer list --city Mashhad", "O-CITY"),
        ("offer list --city MHD --provider FUND", ""),
        ("provider list --office asia", "WORKS"),
        ("need list --city MHD,LHE --state open", "N-0001 N-0002"),
        ("need list --office Asia", "N-0001 N-0002"),
        ("deal list --city Iran --provider BANK --office asia --state held", "D-0001"),
        ("need list --provider BANK", "N-0001"),
        ("need list --provider FUND", ""),
        ("project list --provider bank", "PRJ-0001"),
        ("project list --provider FUND,WORKS", ""),
        ("gaps --provider BANK", "N-0001"),
        ("gaps --provider FUND --city MHD", ""),
        ("deal list --provider FUND", ""),
        ("instalment list --provider BANK --state held", "D-0001"),
        ("partnership list --city MHD", "PA-0001"),
        ("partnership list --city LHE", "PA-0001"),
        ("undertaking list --city LHE", "UT-0001"),
        ("meeting list --city MHD", "MT-0001"),
        ("meeting list --city LHE", ""),
        ("note list --city MHD", "NT-0001"),
        ("note list --city LHE", ""),
        ("note list --provider BANK", ""),
        ("identifier list --city Mashhad", "projects"),
        ("match list --city MHD", "MAT-0001"),
        ("match list --provider FUND", ""),
        ("journal list --provider FUND --city MHD", ""),
        ("journal list --state held", "4"),
        ("exemption list --city MHD", "EX-0001"),
        ("restriction list --provider BANK", "RS-0001"),
        ("restriction list --city MHD", ""),
        ("find Line --city LHE", ""),
        ("report offers --city MHD", "O-CITY"),
        ("report providers --provider Bank", "BANK"),
        ("gaps --state implementation", "N-0001 N-0002"),
        ("gaps --city Lahore", ""),
    ],
)
def test_the_rows_that_are_kept(listed: Officer, line: str, codes: str) -> None:
    rows = rows_of(listed.asks(line))
    assert isinstance(rows, list)
    first = [str(row.get("code") or next(iter(row.values()))) for row in rows]
    assert sorted(first) == codes.split(), rows


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("line", ["report coverage", "match propose", "phase list", "gaps trend"])
def test_lists_without_a_provider_name_those_that_have_one(listed: Officer, line: str) -> None:
    told = "cityfund need list --provider BANK or cityfund deal list --provider BANK or "
    approaches = "cityfund approach list --provider BANK"
    assert listed.refused(f"{line} --provider BANK", 2, told, approaches) == "no-place-view"
    for one in ("need", "deal", "approach"):
        rows = listed.asks(f"{one} list --provider BANK")["rows"]
        assert [row.get("need") or row["code"] for row in rows] == ["N-0001"]


@pytest.mark.only_on("sqlite")
def test_closed_records_are_listed_where_their_state_is_asked_for(listed: Officer) -> None:
    listed.says("offer withdraw O-REST --yes --reason dropped")
    listed.says("need withdraw N-0002 --yes --reason dropped")
    assert [row["code"] for row in listed.asks("offer list --state withdrawn")["rows"]] == [
        "O-REST"
    ]
    assert [row["code"] for row in listed.asks("need list --state withdrawn")["rows"]] == ["N-0002"]


@pytest.mark.only_on("sqlite")
def test_what_records_lead_to_is_read_as_it_was_known(listed: Officer) -> None:
    listed.says("instalment add D-0001 2027-02-01 '1 EUR'")
    assert listed.asks("note list --city MHD --as-of 2026-11-23")["rows"]
    assert not listed.asks("instalment list --city MHD --known-at 2026-11-01T12:00")["rows"]


@pytest.mark.only_on("sqlite")
def test_columns_answer_to_their_headings_as_shown_and_to_their_keys(listed: Officer) -> None:
    for line, heading, key in (
        ("need list", "Title", "project_title"),
        ("deal list", "Project code", "project"),
        ("offer list", "offered", "quantity"),
        ("project list", "Project", "code"),
        ("approach list", "answered", "answered_on"),
        ("gaps", "Fit", "eligible_offers"),
        ("report offers", "Use", "use"),
        ("journal list", "Date", "effective_on"),
        ("city list", "local name", "name_local"),
        ("match show", "Why not", "why"),
    ):
        sort = [listed.says(f"{line} --format csv", "--sort", one) for one in (heading, key)]
        assert sort[0] == sort[1], line
        chosen = [listed.says(f"{line} --format csv", "--columns", one) for one in (heading, key)]
        assert chosen[0] == chosen[1], line
        kept = [
            listed.says(f"{line} --format csv -q", "--where", f"{one}=") for one in (heading, key)
        ]
        assert kept[0] == kept[1], line


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("line", FILTERED)
def test_a_heading_chooses_and_sorts_by_the_column_that_stands_under_it(
    listed: Officer, line: str
) -> None:
    table = listed.tries(f"{line} --format md").out
    if "\n|" not in f"\n{table}":
        return
    head, _, *rows = map(_cells, (row for row in table.splitlines() if row.startswith("|")))
    places = [at for at, heading in enumerate(head) if heading and head.count(heading) == 1]
    chosen = [head[at] for at in reversed(places)]  # in another order than by themselves
    said = listed.tries(f"{line} --format md --columns", ",".join(chosen)).out
    found, _, *cells = map(_cells, (row for row in said.splitlines() if row.startswith("|")))
    assert found == chosen, line
    assert cells == [[row[at] for at in reversed(places)] for row in rows], line
    assert listed.tries(f"{line} --format md --sort", ",".join(chosen)).code in {0, 1}


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]]


@pytest.mark.only_on("sqlite")
def test_a_heading_of_several_columns_is_refused_with_their_keys(listed: Officer) -> None:
    query = "query 'SELECT 1 AS a_b, 2 AS \"A B\"'"
    for option in ("--sort", "--columns"):
        refused = listed.refused(f"{query} {option} a-b", 2, "a_b, A B", "key")
        assert refused == "ambiguous-column"
    assert listed.refused(f"{query} --where a-b=1", 2, "a_b, A B") == "ambiguous-column"
    assert listed.asks(query, "--columns", "A B")["rows"] == [{"A B": 2}]


@pytest.mark.only_on("sqlite")
def test_headings_of_a_page_in_another_language_are_taken(listed: Officer) -> None:
    heading = language_named("fa").text("Factor")
    assert heading != "Factor"
    page = "need list --format html --lang fa"
    assert listed.says(page, "--where", f"{heading}=money") == listed.says(
        page, "--where", f"{heading}=money", "--sort", heading
    )
    assert "N-0002" not in listed.says(page, "--where", f"{heading}=money")
    assert listed.refused(f"need list --where {heading}=money", 2) == "unknown-column"
