"""Lists on the command line are separated by commas, or given by repeating an option."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from officer import Officer


@pytest.mark.parametrize(
    "words",
    [
        "--sectors transport,health,education",
        "--sectors 'transport, health' --sectors education",
        "--sectors 'transport;health' --sectors education",
        "--sectors 'transport;health,education,'",
    ],
)
def test_a_list_is_typed_with_commas_by_repetition_or_as_a_cell(fund: Officer, words: str) -> None:
    fund.says(f"offer add EDB money '1M EUR' --code O-X {words}")
    assert fund.world.record("offer", "O-X").sectors == ("transport", "health", "education")
    fund.says(f"offer edit O-0001 {words} --topics 'Metro line, bus'")
    offer = fund.world.record("offer", "O-0001")
    assert offer.sectors == ("transport", "health", "education")
    assert offer.topics == ("Metro line", "bus")
    fund.says("offer edit O-0001 --sectors ''")
    assert fund.world.record("offer", "O-0001").sectors == ()


def test_other_commands_take_lists_with_commas_too(fund: Officer, tmp_path: Path) -> None:
    checks = fund.asks("check balances,guards two-times")["checks"]
    assert [one["name"] for one in checks] == ["guards", "two-times", "balances"]
    fund.says("export --table needs,offers", str(tmp_path / "out"))
    assert {one.name for one in (tmp_path / "out").iterdir()} == {"needs.csv", "offers.csv"}
    night = json.loads(fund.says("reconcile --only lapse,gaps --json"))
    assert [step["name"] for step in night["steps"]] == ["lapse", "gaps"]


def test_a_supposed_offer_takes_lists_with_commas(fund: Officer) -> None:
    change = ["--change", "O-0001", "sectors=health, education"]
    answer = fund.asks("match whatif --withdraw O-0001,O-0002", *change)
    assert answer["supposed"] == [
        "offer O-0001 withdrawn",
        "offer O-0002 withdrawn",
        "offer O-0001: sectors health, education",
    ]
