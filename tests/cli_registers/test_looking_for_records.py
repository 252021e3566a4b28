"""Looking for records: `find` over all registers, `show` of any code, names in place of codes."""

from __future__ import annotations

import os
import pty
import shlex
import sys
from termios import tcsetwinsize

import pexpect
import pytest
from ledgers import Ledgers, copy_or_new
from officer import Officer, furnished
from pexpect.fdpexpect import fdspawn

from cli.framework.app import build_root, load
from cli.main import main
from ledger.store.registers import CODED_KINDS
from ledger.usecases.lookup import noun_of

SEMNAN = "\u0633\u0645\u0646\u0627\u0646"
ARABIC_LETTERS = "\u0643\u0631\u0645\u0627\u0646\u064a"
PERSIAN_LETTERS = "\u06a9\u0631\u0645\u0627\u0646\u06cc"


def furnish(officer: Officer) -> None:
    """Record what names, notes, references and identifiers are to be found in."""
    for line in (
        f"city add Semnan --code SMN --country IR --name-local {SEMNAN}",
        "city add 'S\u00e3o Paulo' --code SAO --country BR",
        f"city add Kerman --code KER --country IR --name-local {PERSIAN_LETTERS}",
        "provider add 'Green Fund' --kind fund --code GF",
        "provider add 'Green Fund' --kind bank --code GF-2 --new",
        "provider add 'Semnan Bank' --kind bank --code SMN",
        "project add 'Metro line 2' --city SMN --sector transport",
        "need add PRJ-0001 money '10M EUR' --code N-1 --note 'Letter of the mayor on rails'",
        "offer add GF money '5M EUR' --code O-1",
        "deal introduce O-1 N-1 '1M EUR' --until 2099-01-01 --reference 'Contract 77/B'",
        "identifier add projects PRJ-0001 iati XM-DAC-928-77",
        "city edit KER --code KRM",
        "note add project:PRJ-0001 'Called the governor'",
    ):
        officer.says(line)


@pytest.fixture(scope="session")
def desk_once(run_ledgers: Ledgers, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Furnish the ledger."""
    return furnished(run_ledgers, furnish, tmp_path_factory.mktemp("desk"))


@pytest.fixture
def ledger_url(ledgers: Ledgers, request: pytest.FixtureRequest) -> str:
    """Give a copy of that ledger."""
    return copy_or_new(ledgers, request, "desk")


@pytest.fixture
def desk(officer: Officer) -> Officer:
    """Give an officer of that ledger."""
    return officer


def kinds_and_codes(officer: Officer, words: str) -> list[tuple[str, str, str]]:
    rows = officer.asks(f"find {words}")["rows"]
    return [(one["kind"], one["code"], one["matched"]) for one in rows]


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("smn", ("city", "SMN", "code")),
        ("semnan", ("city", "SMN", "name")),
        (SEMNAN, ("city", "SMN", "name_local")),
        (SEMNAN[:4], ("city", "SMN", "name_local")),
        (ARABIC_LETTERS, ("city", "KRM", "name_local")),
        ("'sao paulo'", ("city", "SAO", "name")),
        ("paulo", ("city", "SAO", "name")),
        ("semnam", ("city", "SMN", "name")),
        ("smenan", ("city", "SMN", "name")),
        ("'sao paolo'", ("city", "SAO", "name")),
        ("prj1", ("project", "PRJ-0001", "code")),
        ("line metro", ("project", "PRJ-0001", "title")),
        ("ker", ("city", "KRM", "former code")),
        ("XM-DAC-928-77", ("project", "PRJ-0001", "identifier iati")),
        ("'contract 77'", ("deal", "D-0001", "reference")),
        ("mayor", ("need", "N-1", "note")),
        ("'called the governor'", ("note", "NT-0001", "text")),
    ],
)
def test_a_record_is_first_that_fits_best(
    desk: Officer, words: str, first: tuple[str, str, str]
) -> None:
    assert kinds_and_codes(desk, words)[0] == first


def test_records_of_a_register_stand_together_with_what_names_them(desk: Officer) -> None:
    found = kinds_and_codes(desk, "semnan")
    assert found == [("city", "SMN", "name"), ("provider", "SMN", "name")]
    (note,) = desk.asks("find rails")["rows"]
    assert note == {
        "kind": "need",
        "code": "N-1",
        "name": "Metro line 2",
        "matched": "note",
        "text": "Letter of the mayor on rails",
    }
    table = desk.says("find green fund --limit 1").splitlines()
    assert [line.split() for line in table] == [
        ["Kind", "Code", "Name", "Matched", "Text"],
        ["provider", "GF", "Green", "Fund", "name", "Green", "Fund"],
    ]
    assert desk.says("find green --where kind=provider --format csv").splitlines()[1:] == [
        "provider,GF,Green Fund,name,Green Fund",
        "provider,GF-2,Green Fund,name,Green Fund",
    ]


def test_nothing_is_said_with_what_is_nearest(desk: Officer) -> None:
    told = desk.tries("find smm")
    assert told.code == 0
    assert "Nothing has 'smm'. Did you mean SMN (city SMN)" in told.err
    near = desk.asks("find qqq")
    assert (near["rows"], near["nearest"]) == ([], [])
    assert desk.refused("find '!!'", 3, "nothing to look for") == "nothing-to-find"


def test_undone_records_are_not_found(desk: Officer) -> None:
    desk.says("city add Nishapur --code NSH --country IR")
    desk.says("undo --yes --reason 'not a member'")
    assert kinds_and_codes(desk, "nishapur") == []


def test_the_record_of_any_code_is_shown_as_by_its_own_command(desk: Officer) -> None:
    for code, noun in (("PRJ-0001", "project"), ("n-1", "need"), ("D-0001", "deal")):
        assert desk.says(f"show {code}") == desk.says(f"{noun} show {code}")
    assert desk.says("show CITY:smn") == desk.says("city show SMN")
    assert desk.asks("show 1")["entry"] == 1
    assert desk.asks("show KER")["code"] == "KRM"
    csv = desk.says("show GF-2 --format csv --as-of 2099-01-01")
    assert csv == desk.says("provider show GF-2 --format csv --as-of 2099-01-01")
    told = desk.tries("show SMN")
    assert (told.code, "city SMN, provider SMN" in told.err) == (5, True), told
    assert desk.refused("show SMN", 5, "cityfund provider show SMN") == "ambiguous-code"
    assert desk.refused("show Semnam", 5, "SMN (city Semnan)") == "unknown-code"


def at_the_terminal(officer: Officer, line: str) -> tuple[int, str]:
    """Say a line on a terminal; give the exit code and all that is shown."""
    words = ["--db", officer.world.url, "--actor", "sara", *shlex.split(line)]
    process, terminal = pty.fork()
    if not process:
        code = 70
        try:
            sys.stdin, sys.stdout, sys.stderr = (
                os.fdopen(number, mode, encoding="utf-8")
                for number, mode in enumerate(("r", "w", "w"))
            )
            os.environ |= {"TERM": "xterm", "NO_COLOR": "1"}
            code = main(words)
            sys.stdout.flush()
            sys.stderr.flush()
        finally:
            os._exit(code)
    tcsetwinsize(terminal, (60, 200))
    screen = fdspawn(terminal, timeout=60, encoding="utf-8")
    screen.expect(pexpect.EOF)
    screen.close()
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), str(screen.before).replace(
        "\u200e", ""
    )


def test_a_unique_name_stands_for_a_code_on_a_terminal(desk: Officer) -> None:
    code, shown = at_the_terminal(desk, "city show semnan")
    assert (code, "Semnan: city SMN" in shown, "Iran" in shown) == (0, True, True), shown
    code, shown = at_the_terminal(desk, f"project add Tram --city {SEMNAN} --sector transport")
    assert (code, f"{SEMNAN}: city SMN" in shown) == (0, True), shown
    assert desk.asks("project show PRJ-0002")["city"] == "SMN"
    code, shown = at_the_terminal(desk, "show 'metro line 2'")
    assert (code, "Metro line 2: project PRJ-0001" in shown) == (0, True), shown
    code, shown = at_the_terminal(desk, "provider show 'Green Fund' --json")
    assert (code, "provider GF, provider GF-2" in shown) == (5, True), shown
    assert '"ambiguous-name"' in shown
    code, shown = at_the_terminal(desk, "city show Semnam")
    assert (code, "There is no city 'Semnam'" in shown) == (5, True), shown


def test_a_name_is_no_code_in_a_script(desk: Officer) -> None:
    assert desk.refused("city show Semnan", 5, "There is no city") == "unknown-code"
    assert desk.refused("project add Tram --city Semnan --sector transport", 5, "city")


def test_every_kind_of_record_has_a_command_that_shows_it() -> None:
    root = build_root()
    for kind in (*CODED_KINDS, "finding", "entry"):
        assert "show" in load(root.entries[noun_of(kind)]).commands, kind
