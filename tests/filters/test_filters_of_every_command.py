"""Every command either filters its rows by `--where` or refuses the option."""

from __future__ import annotations

import json
from collections.abc import Iterable
from operator import itemgetter
from typing import Any

import pytest
from every_command import every_command
from ledgers import Ledgers, copy_or_new
from officer import Officer, furnished

from ledger.core.factors import Factor

FILTERED = {
    "gaps report": "topic",
    "gaps trend": "city",
    "match propose": "city",
    "match list": "actor",
    "match show": "need",
    "match explain N-0001": "city",
    "match worth": "country",
    "match whatif --withdraw O-0001": "factor",
    "finding list": "kind",
    "approval list": "command",
    "approval rule list": "act",
    "approval standing list": "provider",
    "approach list": "provider",
    "approach suggest N-0002": "provider",
    "report pipeline --list": "provider",
    "need list": "topic",
    "need candidates N-0001": "provider_name",
    "offer list": "provider",
    "offer candidates O-0001": "project",
    "deal list": "offer",
    "project list": "city",
    "city list": "country",
    "provider list": "kind",
    "office list": "name",
    "restriction list": "authority",
    "restriction check O-0001 N-0001": "judgement",
    "report restrictions": "authority",
    "report coverage": "topic",
    "report offers": "provider",
    "report providers": "provider",
    "report cities": "city",
    "exemption list": "authority",
    "body list": "kind",
    "seat list": "role",
    "partnership list": "kind",
    "undertaking list": "by",
    "report partnerships": "status",
    "report seats": "role",
    "office reroute": "found",
    "note list": "text",
    "contact list": "name",
    "reminder list": "text",
    "owner list": "record",
    "credential list": "topic",
    "exchange standing metro": "standing",
    "exchange suggest metro": "standing",
    "meeting list": "name",
    "identifier list": "scheme",
    "attendance list": "presence",
    "motion list": "outcome",
    "target list": "measure",
    "phase list": "status",
    "instalment list": "deal",
    "limit list": "measure",
    "report engagement": "step",
    "unit list": "kind",
    "topic list": "topic",
    "rates show": "base",
    "rates history EUR USD": "source",
    "settings list": "name",
    "config list": "setting",
    "log": "command",
    "journal list": "act",
    "audit seals": "root",
    "query 'SELECT need, unit FROM v_gap'": "need",
    "codes sectors": "code",
    "find Line": "kind",
    "history MHD": "actor",
}
"""Every command that filters, in words that it takes, and a column of texts."""


def furnish(officer: Officer) -> None:
    """Fill a ledger with a row for every listing but that of findings."""
    world = officer.world
    world.city(name="Mashhad")
    world.need("100 EUR", "N-0001", topic="metro")
    world.need("10 person-day", "N-0002", factor=Factor.EXPERTISE)
    world.offer("50 EUR", "O-0001")
    officer.says("rates add EUR USD 1.1 --on 2026-11-20 --source test")
    officer.says("deal introduce O-0001 N-0001 '10 EUR' --until 2027-01-31")
    officer.says("approach add N-0001 BANK --on 2026-11-01")
    officer.says("restriction add --providers BANK --authority Council --reason debarred --yes")
    officer.says(
        "exemption add RS-0001 --projects PRJ-0001 --authority Treasury --reference L-1 "
        "--reason relief --from 2026-11-01 --until 2026-12-31"
    )
    officer.says("body add Metropolis --code METROPOLIS --kind association")
    officer.says("seat add MHD METROPOLIS --from 1993")
    officer.says("city add Lahore --code LHE --country PK")
    officer.says("partnership add LHE MHD --kind twinning --signed 2006")
    officer.says("partnership undertake PA-0001 'a library' --by MHD")
    officer.says("note add MHD 'The mayor asks'")
    officer.says("contact add MHD 'A. Karimi'")
    officer.says("owner add MHD sara")
    officer.says("remind MHD 2026-12-01 Call")
    officer.says("credential add MHD metro 'line 1' --grade good --as-of 2015 --source S")
    officer.says("meeting add --body METROPOLIS --name Assembly --from 2025-11-03")
    officer.says("meeting attend MT-0001 MHD --did spoke")
    officer.says("motion add --meeting MT-0001 --by MHD --what bank")
    officer.says("target add --body METROPOLIS --measure present --value 0.9 --by 2027-12-31")
    officer.says("identifier add projects PRJ-0001 iati X-1")
    officer.says("project edit PRJ-0001 --status implementation --on 2026-03-01")
    officer.says("instalment add D-0001 2027-01-01 '5 EUR'")
    officer.says("limit add cap number 5 --per provider")
    officer.says("match --save")
    officer.says("approval rule add commit --above '9000bn EUR'")
    officer.tries("approval rule add deliver")
    officer.says("approval standing add BANK '5M EUR' --until 2026-12-31")
    officer.says("reconcile")


@pytest.fixture(scope="session")
def listed_once(run_ledgers: Ledgers, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Give the URL of a ledger that was furnished once, for the tests to copy."""
    return furnished(run_ledgers, furnish, tmp_path_factory.mktemp("listed"))


@pytest.fixture
def ledger_url(ledgers: Ledgers, request: pytest.FixtureRequest) -> str:
    return copy_or_new(ledgers, request, "listed")


@pytest.fixture
def listed(officer: Officer) -> Officer:
    """Give a ledger with a row for every listing but that of findings."""
    return officer


COMMANDS = {
    name: any("--where" in param.opts for param in command.params)
    for name, command in sorted(every_command(), key=itemgetter(0))
}
"""Every command, and whether it takes the option."""


def _name(line: str) -> str:
    words = line.split()
    return next(" ".join(words[:many]) for many in (3, 2, 1) if " ".join(words[:many]) in COMMANDS)


def test_every_command_that_takes_the_option_is_tried_here() -> None:
    assert {name for name, takes in COMMANDS.items() if takes} == {*map(_name, FILTERED)}


def answers(officer: Officer, lines: Iterable[str]) -> dict[str, tuple[int, str]]:
    """Give the exit code of each line, and the code of its refusal."""
    done = {line: officer.tries(line, "--json") for line in lines}
    return {line: (one.code, json.loads(one.err)["code"]) for line, one in done.items()}


@pytest.mark.only_on("sqlite")
def test_a_command_that_does_not_filter_refuses_the_option(officer: Officer) -> None:
    lines = [f"{name} --where code=x" for name, takes in COMMANDS.items() if not takes]
    assert answers(officer, lines) == dict.fromkeys(lines, (2, "unknown-option"))


@pytest.mark.only_on("sqlite")
def test_an_unknown_column_is_refused(listed: Officer) -> None:
    lines = [f"{line} --where nowhere=x" for line in FILTERED]
    assert answers(listed, lines) == dict.fromkeys(lines, (2, "unknown-column"))


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize(
    ("sign", "refusal"),
    [("==", "operator-refused"), ("~", "bad-filter"), (">", "operator-refused")],
)
def test_an_operator_that_texts_do_not_have_is_refused(
    listed: Officer, sign: str, refusal: str
) -> None:
    lines = [f"{line} --where '{column}{sign}x'" for line, column in FILTERED.items()]
    assert answers(listed, lines) == dict.fromkeys(lines, (2, refusal))


@pytest.mark.only_on("sqlite")
def test_a_value_that_no_row_has_gives_no_rows_and_a_note(listed: Officer) -> None:
    for line, column in FILTERED.items():
        done = listed.tries(f"{line} --where {column}=nowhere --json")
        assert done.code == 0, done
        assert f"No row has {column}=nowhere." in done.err
        document = json.loads(done.out)
        assert line.startswith(UNLIKE_LISTINGS) or rows_of(document) == [], document


UNLIKE_LISTINGS = ("match explain", "match whatif", "gaps trend")
"""Commands whose answer has other rows than those that are filtered."""


def rows_of(document: dict[str, Any]) -> object:
    """Give the rows of an answer, by any of their names."""
    return next(document[name] for name in ("rows", "lines", "gaps") if name in document)


@pytest.mark.only_on("sqlite")
def test_quiet_leaves_out_the_note(listed: Officer) -> None:
    for line in ("gaps", "need list", "match"):
        assert listed.tries(f"{line} --where factor=nowhere -q").err == ""


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("gaps --where city=Mashhad", "N-0001 N-0002"),
        ("gaps --where city=mhd", "N-0001 N-0002"),
        ("gaps --where country=Iran", "N-0001 N-0002"),
        ("gaps --where country=IRN,FR", "N-0001 N-0002"),
        ("gaps --where region=Asia", "N-0001 N-0002"),
        ("gaps --where region=Africa", ""),
        ("gaps --where city=Asia", "N-0001 N-0002"),
        ("gaps --where project!=PRJ-0001", ""),
        ("gaps --where 'gap>=50 EUR'", "N-0001"),
        ("gaps --where unit=EUR --where 'gap>=50'", "N-0001"),
        ("need list --where city=Mashhad --where factor=expertise", "N-0002"),
        ("need list --where 'gap>0'", "N-0001 N-0002"),
        ("need list --where code=N-0001,N-0002 --where 'declared_on<2026-11-23'", "N-0001 N-0002"),
        ("project list --where city=Mashhad", "PRJ-0001"),
        ("city list --where country=Iran --where name=Mashhad", "MHD"),
        ("city list --where country=Africa", ""),
    ],
)
def test_names_and_parents_are_taken_as_well_as_codes(
    listed: Officer, line: str, wanted: str
) -> None:
    rows = listed.asks(line)["rows"]
    assert [row.get("need", row.get("code")) for row in rows] == wanted.split()


@pytest.mark.only_on("sqlite")
def test_a_figure_without_a_unit_is_refused_across_units(listed: Officer) -> None:
    commands = ("gaps", "gaps trend", "need list", "match", "match worth")
    lines = [f"{line} --where 'gap>1'" for line in commands]
    assert answers(listed, lines) == dict.fromkeys(lines, (3, "units-differ"))


def test_names_are_taken_on_each_engine(listed: Officer) -> None:
    for line in ("gaps", "need list"):
        rows = listed.asks(f"{line} --where city=MASHHAD,FR --where 'gap>0'")
        assert len(rows["rows"]) == 2
