"""No command records what needs an approval without one by another identity.

Every writing command of the program is typed where every act needs an approval, by one person
alone, and random histories of two are played. What was recorded is then judged from the tables, by
rules that are written a second time here.
"""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest
from example_ledger import furnish, write_files
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ledgers import Ledgers, copy_or_new
from officer import Officer, furnished
from people import Person
from raw import Raw
from test_receipts_of_every_command import OTHER_PARTS, SHORT_ANSWERS, TERMS
from world import World

from ledger.approvals.rules import CHOSEN
from ledger.usecases.check import run_checks

pytestmark = pytest.mark.only_on("sqlite")

LINES = {
    **TERMS,
    **{name: parts[0] for name, parts in OTHER_PARTS.items()},
    **SHORT_ANSWERS,
    "approval rule add": "reverse --above '7 EUR'",
}
NEED_ONE = {
    "commitments": "SELECT e.request_id FROM entry e JOIN movement m ON m.entry_id = e.id "
    "WHERE m.to_stage = 'committed' AND m.from_stage IN ('open', 'held')",
    "deliveries": "SELECT e.request_id FROM entry e JOIN movement m ON m.entry_id = e.id "
    "WHERE m.to_stage = 'delivered'",
    "reversals": "SELECT request_id FROM entry WHERE reverses IS NOT NULL",
    "overrides": "SELECT request_id FROM entry WHERE override IS NOT NULL",
    "findings": "SELECT request_id FROM finding_event WHERE event = 'settled'",
    "providers": "SELECT request_id FROM provider_version WHERE version > 1",
    "restrictions": "SELECT request_id FROM restriction_version",
    "exemptions": "SELECT request_id FROM exemption_version",
    "erasures": "SELECT request_id FROM erasure",
    "rules": "SELECT request_id FROM approval_rule WHERE number > 1 OR version > 1",
}
APPROVED = """SELECT u.request_id FROM approval_use u
    JOIN request made ON made.id = u.request_id
    JOIN approval_answer a ON a.approval_id = u.approval_id AND a.answer = 'given'
    JOIN request other ON other.id = a.request_id
    JOIN approval asked ON asked.id = u.approval_id AND asked.key = made.key
    WHERE other.system_user <> made.system_user"""


def furnish_with_rules(officer: Officer) -> None:
    """Let every act need an approval, on a ledger on which each of the lines can be carried out."""
    furnish(officer)
    sara, lea = (Person(officer.world, officer._capsys, name) for name in ("sara", "lea"))
    for number, act in enumerate(CHOSEN):
        line = f"approval rule add {act} --key rule-{number}"
        sara.tries(line)
        with closing(officer.world.raw()) as raw:
            (newest,) = raw.execute("SELECT max(id) FROM approval").fetchall()[0]
        lea.says(f"approval give APR-{newest:04d}")
        sara.says(line)


@pytest.fixture(scope="session")
def ruled_once(run_ledgers: Ledgers, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Give the URL of a ledger with a rule for every act, for the tests to copy."""
    return furnished(run_ledgers, furnish_with_rules, tmp_path_factory.mktemp("ruled"))


@pytest.fixture
def ledger_url(ledgers: Ledgers, request: pytest.FixtureRequest) -> str:
    return copy_or_new(ledgers, request, "ruled")


@pytest.fixture
def ruled(officer: Officer) -> Officer:
    """Give a ledger in which every act needs an approval."""
    return officer


def not_approved(raw: Raw, since: int) -> list[tuple[str, int]]:
    """Give what was recorded after a request that needed an approval and has none by another."""
    approved = {request for (request,) in raw.execute(APPROVED).fetchall()}
    return [
        (name, request)
        for name, query in NEED_ONE.items()
        for (request,) in raw.execute(query).fetchall()
        if request > since and request not in approved
    ]


def last_request(raw: Raw) -> int:
    return int(raw.execute("SELECT max(id) FROM request").fetchall()[0][0])


REFUSED = {
    *("finding resolve", "deal commit", "deal deliver", "provider edit", "provider retire"),
    *("provider restore", "restriction add", "restriction edit", "restriction confirm"),
    *("exemption add", "exemption edit", "journal reverse", "journal correct"),
    *("approval rule add", "approval rule end"),
}
"""Commands that have to be refused without an approval as they are typed here."""


@pytest.mark.parametrize("command", LINES)
def test_no_command_goes_round_them(ruled: Officer, tmp_path: Path, command: str) -> None:
    world = ruled.world
    sara = Person(world, ruled._capsys, "sara")
    write_files(tmp_path)
    (tmp_path / "list.csv").write_text("name\nBank of nowhere\n", encoding="utf-8")
    words = LINES[command]
    if "{withdrawal}" in words:
        last = sara.asks("journal list --need N-0001")["rows"][-1]["entry"]
        words = words.replace("{withdrawal}", str(last))
    words = words.format(folder=tmp_path)
    codes = set()
    with closing(world.raw()) as raw:
        since = last_request(raw)
        for key in ("", " --key k1-again", " --key APR-0003"):
            done = sara.tries(f"{command} {words}{key}", "--json")
            codes.add(json.loads(done.err.splitlines()[-1])["code"] if done.code == 4 else "")
            assert not_approved(raw, since) == []
    assert ("approval-needed" in codes) >= (command in REFUSED), codes
    (checked,) = run_checks(world.ledger, ["approvals"])
    assert checked.ok, checked.failures


ACTS = (
    'deal commit D-0001 "{} EUR"',
    'deal deliver D-0002 "{} EUR"',
    'deal introduce O-0001 N-0001 "{} EUR" --commit',
    "journal reverse {} --reason slip --yes",
    "provider edit BANK --country {}",
    "approval rule add deliver --above '{} EUR'",
    "approval rule end AR-000{}",
    "approval give APR-00{:02d}",
    "approval refuse APR-00{:02d} --reason no",
)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["sara", "lea"]),
        st.sampled_from(ACTS),
        st.sampled_from([1, 2, 3, 9, 16, 17, 18, 19]),
        st.sampled_from(["", " --key APR-0016", " --key APR-0017", " --key APR-0018"]),
    ),
    min_size=3,
    max_size=14,
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_no_history_of_two_people_goes_round_them(
    officer: Officer, ledgers: Ledgers, ruled_once: str, steps: list[tuple[str, str, int, str]]
) -> None:
    world = World(ledgers.furnished(ruled_once))
    people = {name: Person(world, officer._capsys, name) for name in ("sara", "lea")}
    with closing(world.raw()) as raw:
        since = last_request(raw)
    for name, line, number, key in steps:
        word = ("IR", "FR", "DE")[number % 3] if "country" in line else number
        answers = "give" in line or "refuse" in line
        people[name].tries(f"{line.format(word)}{'' if answers else key}")
    with closing(world.raw()) as raw:
        assert not_approved(raw, since) == []
    (checked,) = run_checks(world.ledger, ["approvals"])
    assert checked.ok, checked.failures
    world.ledger.engine.dispose()
