"""`--on` is an option of the commands on which it has an effect, and of no others."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from every_command import every_command
from ledgers import Ledgers, copy_or_new
from officer import Officer
from test_receipts_of_every_command import OTHER_PARTS, TERMS
from world import NOON

from cli.framework import register_options

pytestmark = pytest.mark.only_on("sqlite")

DATED = {name for name, one in every_command() if any("--on" in each.opts for each in one.params)}
LINES = {
    **TERMS,
    **{name: f"{rest} --reason slip" for name, (rest, *_) in OTHER_PARTS.items()},
    "offer edit": "O-0001 --quantity '90M EUR'",
    "project edit": "P-1 --status preparation",
    "partnership end": "PA-0001",
    "partnership done": "UT-0001",
    "partnership log": "PA-0001 'a visit' --by TBZ",
    "rates add": "EUR USD 1.20 --source bank --reason misread",
}
"""What is typed behind each command, without a day."""
ELSEWHERE = {
    "deal deposit": "is always refused",
    "rates show": "reads; there it is the day of --as-of",
    "import tables": "dates changed quantities: tests/interchange",
    "match accept": "dates the holds: tests/proposals",
    "undo": "dates the reversals: tests/usecases",
    "need edit": "dates the total: tests/cli_registers",
    "offer edit": "as need edit",
}
"""Commands whose receipts do not show the day, and why they take one."""
UNDATED = (
    *("city edit MHD --name Meshed", "city retire MHD", "deal edit D-0001 --note later"),
    *("finding resolve F-0001 --reason read", "topic rename metro subway --yes", "audit seal"),
    *("rates withdraw EUR USD 2026-11-20 --reason slip", "remind MHD 2026-12-02 Call"),
    *("unit add kwh --name Kilowatt --decimals 1", "contact add MHD A", "screen names.csv"),
)


@pytest.fixture
def ledger_url(ledgers: Ledgers, request: pytest.FixtureRequest) -> str:
    return copy_or_new(ledgers, request, "furnished")


@pytest.fixture(name="furnished")
def furnished_ledger(officer: Officer) -> Officer:
    """Give a ledger on which each of the lines can be carried out."""
    return officer


def test_a_day_changes_what_is_recorded_or_is_refused(furnished: Officer, tmp_path: Path) -> None:
    withdrawal = furnished.asks("journal list --need N-0001")["rows"][-1]["entry"]
    with time_machine.travel(NOON + timedelta(minutes=5), tick=False):
        for name in sorted(DATED - ELSEWHERE.keys()):
            rest = LINES[name].format(withdrawal=withdrawal, folder=tmp_path)
            line = f"{name} {rest} --dry-run --key k --json"
            today, earlier = furnished.tries(line), furnished.tries(f"{line} --on 2026-11-22")
            assert today.code == 0, today
            assert today != earlier, name


@pytest.mark.parametrize("line", UNDATED)
def test_where_it_would_change_nothing_it_is_refused(officer: Officer, line: str) -> None:
    assert officer.refused(f"{line} --on 2026-11-22", 2, "the moment it is recorded")


def test_a_command_that_records_nothing_is_not_said_to_record(officer: Officer) -> None:
    done = officer.tries("need list --on 2026-11-22")
    assert done.code == 2
    assert "has no option --on" in done.err
    assert "recorded" not in done.err


@pytest.mark.parametrize(
    "line",
    [
        "need edit N-0001 --note smaller",
        "offer edit O-0001 --note smaller",
        "project edit P-1 --weight 3",
        "partnership end PA-0001 --ended 2026-10",
        "partnership done UT-0001 --done-on 2026-11-20",
        "note add MHD Called --date 2026-11-20",
    ],
)
def test_a_day_of_nothing_is_refused(furnished: Officer, line: str) -> None:
    assert furnished.refused(f"{line} --on 2026-11-22", 3, "--on") == "date-not-used"


def test_the_former_option_does_the_same_and_is_not_shown(
    furnished: Officer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with time_machine.travel(NOON + timedelta(minutes=5), tick=False):
        for line in ("need add P-1 money '5 EUR'", "offer add BANK money '5 EUR'"):
            more = "2026-11-20 --dry-run --key k --json"
            former = furnished.tries(f"{line} --declared-on {more}")
            assert former == furnished.tries(f"{line} --on {more}")
            assert former.code == 0
            assert "--declared-on" not in furnished.says(f"{' '.join(line.split()[:2])} --help")
            monkeypatch.setattr(register_options, "is_terminal", lambda _: True)
            assert (
                "--declared-on is now --on" in furnished.tries(f"{line} --declared-on {more}").err
            )
            monkeypatch.undo()


def test_the_help_of_a_correction_says_whose_date_is_kept(officer: Officer) -> None:
    helps = (officer.says(f"journal {verb} --help") for verb in ("correct", "reverse"))
    of_correction, of_reversal = (" ".join(one.split()) for one in helps)
    assert "The right date (default: the entry's)." in of_correction
    assert "(default: today)" not in of_correction
    assert "The date of the act (default: today)." in of_reversal
