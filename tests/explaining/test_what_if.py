"""What-if is what a copy of the ledger would propose, were it really changed; nothing is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from officer import Officer

from ledger.core.errors import ExitCode


def sides(answer: dict[str, Any]) -> tuple[Any, Any]:
    """Give what is compared of one side with a proposal: both proven levels, and what ends.

    An offer that is added in earnest has another code, so of plans as good another may be told.
    """
    return answer["levels"][:2], answer["complete"]


def supposed(officer: Officer, *words: str) -> dict[str, Any]:
    """Suppose something, and hold the ledger to staying as it is."""
    with officer.world.unchanged():
        return officer.asks("match whatif", *words)


@pytest.mark.parametrize(
    ("suppose", "do"),
    [
        (("--withdraw", "O-0001"), ["offer withdraw O-0001"]),
        (
            ("--change", "O-0001", "min_ticket=40M EUR"),
            ["offer edit O-0001 --min-ticket '40M EUR'"],
        ),
        (
            ("--change", "O-0002", "quantity=75M", "--change", "O-0002", "countries=PK;IR;GH"),
            ["offer edit O-0002 --quantity '75M EUR' --countries PK --countries IR --countries GH"],
        ),
        (("--change", "prj-0004", "weight=9"), ["project edit PRJ-0004 --weight 9"]),
        (
            ("--change", "PRJ-0001", "status=completion"),
            ["project edit PRJ-0001 --status completion"],
        ),
        (("--change", "N-0003", "divisible=no"), ["need edit N-0003 --divisible no"]),
        (
            ("--change", "N-0004", "quantity=60 person-day"),
            ["need edit N-0004 --quantity '60 person-day'"],
        ),
        (("--change", "O-0006", "max_share="), ["offer edit O-0006 --max-share ''"]),
        (
            ("--add-offer", "factor=money quantity=50M unit=EUR sectors=transport"),
            ["offer add BANK money '50M EUR' --sectors transport"],
        ),
        (
            (
                *("--add-offer", "factor=money quantity=9M EUR min_ticket=1M countries=GH"),
                *("--withdraw", "O-0005"),
            ),
            [
                "offer add BANK money '9M EUR' --min-ticket '1M EUR' --countries GH",
                "offer withdraw O-0005",
            ],
        ),
    ],
)
def test_then_is_what_the_change_made_in_earnest_would_propose(
    short: Officer, suppose: tuple[str, ...], do: list[str]
) -> None:
    today = short.asks("match")
    answer = supposed(short, *suppose)

    for line in do:
        short.says(line)

    then = short.asks("match")
    assert sides(answer["today"]) == sides(today)
    assert sides(answer["then"]) == sides(then)
    assert set(answer["gained"]) == set(then["complete"]) - set(today["complete"])
    assert set(answer["lost"]) == set(today["complete"]) - set(then["complete"])


def test_lines_that_differ_lead_from_one_proposal_to_the_other(short: Officer) -> None:
    answer = supposed(short, "--withdraw", "O-0002")
    before = {(one["need"], one["offer"]): one["quantity"] for one in short.asks("match")["lines"]}

    short.says("offer withdraw O-0002")

    after = {(one["need"], one["offer"]): one["quantity"] for one in short.asks("match")["lines"]}
    told = {(one["need"], one["offer"]): (one["today"], one["then"]) for one in answer["lines"]}
    for pair in {*before, *after}:
        if before.get(pair) == after.get(pair):
            assert pair not in told
        else:
            was, will = (float(side.get(pair, 0)) for side in (before, after))
            assert tuple(map(float, told[pair])) == (was, will)


def test_a_longer_validity_brings_back_what_lapsed(short: Officer) -> None:
    short.says("offer edit O-0005 --valid-until 2026-11-22")
    assert "PRJ-0001" not in short.asks("match")["complete"]

    answer = supposed(short, "--change", "O-0005", "valid_until=2027-01-31")

    assert "PRJ-0001" in answer["gained"]


def test_every_command_that_an_explanation_names_lets_the_pair_meet(short: Officer) -> None:
    """The words are typed as they stand there, and the offer then fits the need."""
    answer = short.asks("match explain N-0008")
    commands = [change["command"] for one in answer["offers"] for change in one["changes"]]
    assert commands
    for command in commands:
        short.asks(command.removeprefix("cityfund "))


def test_a_file_of_offers_is_supposed_whole(short: Officer, tmp_path: Path) -> None:
    file = tmp_path / "offers.csv"
    file.write_text(
        "code,provider,factor,quantity,unit,sectors\n"
        "X-1,BANK,money,40000000,EUR,transport\nX-2,Someone,expertise,90,person-day,\n"
    )

    answer = supposed(short, "--add-offer", str(file))

    assert answer["supposed"] == [
        "offer X-1 added: money, 40,000,000.00 EUR",
        "offer X-2 added: expertise, 90.00 person-day",
    ]
    assert answer["gained"]


def test_the_screen_says_first_what_is_gained_and_lost(short: Officer) -> None:
    said = short.says("match whatif --add-offer 'factor=money quantity=30M EUR'").splitlines()

    assert said[0].startswith("PRJ-0002")
    assert said[0].endswith("would become complete as well; none would be lost.")
    assert said[1] == "- supposed: offer NEW-1 added: money, 30,000,000.00 EUR"
    assert "Level" in said[3]


def test_nothing_that_matters_says_that_the_same_end_complete(short: Officer) -> None:
    said = short.says("match whatif --change O-0001 rate=3").splitlines()

    assert said[0] == "The same projects would become complete."
    assert said[-1] == "No line would differ."


@pytest.mark.parametrize(
    ("words", "exit_code", "code", "named"),
    [
        ((), ExitCode.USAGE, "nothing-supposed", "--add-offer"),
        (("--withdraw", "O-00022"), ExitCode.NOT_FOUND, "unknown-code", "O-0002"),
        (("--change", "O-00022", "rate=1"), ExitCode.NOT_FOUND, "unknown-code", "O-0002"),
        (("--change", "O-0002", "min_tickt=1M"), ExitCode.INVALID, "unknown-field", "min_ticket"),
        (("--change", "O-0002", "code=O-9"), ExitCode.INVALID, "unknown-field", "quantity"),
        (("--change", "N-0001", "max_share=1"), ExitCode.INVALID, "unknown-field", "divisible"),
        (("--change", "O-0002", "rate"), ExitCode.USAGE, "unreadable-supposition", "field=value"),
        (("--add-offer", "money quantity=5M EUR"), ExitCode.USAGE, "unreadable-supposition", "="),
        (
            ("--add-offer", "factor=money factor=money"),
            ExitCode.USAGE,
            "unreadable-supposition",
            "twice",
        ),
        (("--change", "O-0002", "max_share=2"), ExitCode.INVALID, "bad-terms", "0.5"),
        (("--change", "O-0002", "min_ticket=5M USD"), ExitCode.INVALID, "wrong-unit", "USD"),
        (("--change", "O-0002", "quantity=5x"), ExitCode.INVALID, "unknown-unit", "quantity"),
        (("--change", "PRJ-0001", "weight=900"), ExitCode.INVALID, "bad-terms", "100"),
        (("--add-offer", "factor=mony quantity=5M EUR"), ExitCode.INVALID, "bad-terms", "money"),
        (("--add-offer", "factor=money unit=EUR"), ExitCode.INVALID, "bad-terms", "quantity"),
        (
            ("--add-offer", "factor=money quantity=5M EUR cities=MHDD"),
            ExitCode.INVALID,
            "bad-terms",
            "MHD",
        ),
        (
            ("--add-offer", "code=O-0001 factor=money quantity=5M EUR"),
            ExitCode.INVALID,
            "bad-terms",
            "--change O-0001",
        ),
        (("--add-offer", "offers.csv"), ExitCode.STORAGE, "cannot-read-file", "offers.csv"),
    ],
)
def test_what_cannot_be_supposed_is_refused(
    short: Officer, words: tuple[str, ...], exit_code: ExitCode, code: str, named: str
) -> None:
    with short.world.unchanged():
        answer = short.tries("match whatif", *words, "--json")

    assert answer.code == exit_code, answer
    assert f'"code": "{code}"' in answer.err
    assert named in answer.err


def test_what_already_lives_cannot_be_supposed_away(short: Officer) -> None:
    short.says("deal introduce O-0001 N-0001 '60M EUR' --until 2026-12-31")

    assert short.refused(
        "match whatif --change O-0001 quantity=50M", ExitCode.REFUSED, "60,000"
    ) == ("below-what-is-taken")
    short.says("deal introduce O-0001 N-0005 '10M EUR' --until 2026-12-31")
    refused = short.refused("match whatif --withdraw O-0001", ExitCode.REFUSED, "O-0001")
    assert refused == "nothing-to-move"
