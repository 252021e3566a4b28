"""`cityfund match explain`: the answer first, then what it rests on, in every format."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import sys
from pathlib import Path

import pexpect
import pytest
from officer import Officer
from terminals import shown

from ledger.core.errors import ExitCode


def test_a_project_that_lost_names_the_factor_and_the_winners(short: Officer) -> None:
    answer = short.asks("match explain prj-0004")

    assert answer["schema"] == "cityfund.explanation/1"
    assert (answer["kind"], answer["code"], answer["outcome"]) == ("project", "PRJ-0004", "lost")
    assert answer["binding_factors"] == ["money"]
    assert answer["contest"] == {
        "possible": True,
        "level_1_falls_at_least": "4",
        "level_1_falls_at_most": "4",
        "loses": ["PRJ-0001", "PRJ-0003"],
        "gains": [],
    }
    assert [row["need"] for row in answer["needs"]] == ["N-0006", "N-0007"]


def test_what_a_lost_project_is_told_is_what_its_weight_would_change(short: Officer) -> None:
    """Heavier than both that win, it wins, and they lose."""
    before = short.asks("match")

    short.says("project edit PRJ-0004 --weight 8")

    after = short.asks("match")
    assert set(before["complete"]) - set(after["complete"]) == {"PRJ-0001", "PRJ-0003"}
    assert "PRJ-0004" in after["complete"]


def test_a_near_miss_is_told_with_the_one_change_that_mends_it(short: Officer) -> None:
    answer = short.asks("match explain N-0008")

    nearest = next(one for one in answer["offers"] if not one["eligible"])
    assert nearest["offer"] == "O-0002"
    assert nearest["failures"][0]["rule"] == "geography"
    assert nearest["changes"][0] == {
        "kind": "offer",
        "code": "O-0002",
        "column": "countries",
        "value": "PK;IR;GH",
        "before": "PK;IR",
        "words": "country GH added",
        "command": "cityfund match whatif --change O-0002 'countries=PK;IR;GH'",
    }


def test_a_told_change_made_in_earnest_makes_the_pair_eligible(short: Officer) -> None:
    short.says("offer edit O-0002 --countries PK --countries IR --countries GH")

    answer = short.asks("match explain N-0008")

    assert {one["offer"] for one in answer["offers"] if one["eligible"]} == {"O-0002", "O-0006"}


def test_an_offer_says_what_it_gives_and_what_stays(short: Officer) -> None:
    answer = short.asks("match explain O-0006")

    assert (
        answer["sentence"]
        == "O-0006 gives 2.5M EUR of its 4M EUR to N-0008; 1.5M EUR stay with it."
    )
    assert answer["because"] == [
        {"reason": "largest", "sentence": "1 need got the largest part its ticket or share allows."}
    ]


def test_an_offer_that_does_not_fit_says_of_how_many_needs(short: Officer) -> None:
    short.says("offer edit O-0003 --countries GH")
    short.says("offer edit O-0006 --countries US")

    of_one, of_many = (short.asks(f"match explain {code}") for code in ("O-0003", "O-0006"))

    assert of_one["because"][0]["sentence"] == "It does not fit the one need of its factor."
    assert of_many["because"][0]["sentence"] == "It fits none of the 5 needs of its factor."


def test_a_sentence_comes_before_the_table(short: Officer) -> None:
    lines = short.says("match explain PRJ-0005").splitlines()

    assert lines[0] == "PRJ-0005 cannot end complete: its money cannot be placed (N-0008)."
    assert lines[3].split() == [
        *("Need", "Factor", "Gets", "From", "Blocked", "by"),
    ]


def test_csv_has_one_row_for_each_offer(short: Officer) -> None:
    rows = list(csv.DictReader(io.StringIO(short.says("match explain N-0005 --format csv"))))

    assert [row["offer"] for row in rows] == ["O-0001", "O-0006", "O-0002"]
    assert rows[1]["rules"] == "sector"
    assert rows[1]["change"] == "sector transport.urban added"


def test_markdown_has_the_answer_and_the_table(short: Officer) -> None:
    said = short.says("match explain N-0005 --format md")

    assert said.startswith("N-0005 ends placed: 30M EUR from O-0001.\n\n| Offer |")


def test_what_was_not_selected_says_so(short: Officer) -> None:
    assert short.asks("match explain N-0001 --office africa")["outcome"] == "not-selected"
    assert short.asks("match explain O-0003 --where factor=money")["outcome"] == "nothing"


def test_a_need_that_was_not_selected_keeps_its_project_open(short: Officer) -> None:
    answer = short.asks("match explain PRJ-0001 --factor money")

    assert answer["sentence"] == (
        "PRJ-0001 cannot end complete: its implementation stays open (N-0002)."
    )
    assert answer["because"][0]["reason"] == "selection"


def test_a_code_that_there_is_none_of_names_the_nearest(short: Officer) -> None:
    assert short.refused("match explain PRJ-0", ExitCode.NOT_FOUND, "PRJ-0001") == "ambiguous-code"
    assert short.refused("match explain PRJ-9", ExitCode.NOT_FOUND, "PRJ-0001") == "unknown-code"


def test_a_day_before_everything_knows_nothing_to_explain(short: Officer) -> None:
    short.refused("match explain N-0001 --as-of 2020-01-01", ExitCode.NOT_FOUND)


def test_the_same_ledger_gives_the_same_bytes(short: Officer) -> None:
    for code in ("PRJ-0002", "N-0003", "O-0001"):
        assert short.says(f"match explain {code} --json") == short.says(
            f"match explain {code} --json"
        )


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("columns", [80, 120])
@pytest.mark.parametrize("code", ["PRJ-0004", "N-0003", "O-0001"])
def test_a_terminal_shows_nothing_wider_than_itself(
    short: Officer, columns: int, code: str
) -> None:
    said = shown(short.world.url, ["match", "explain", code], columns, NO_COLOR="1")
    assert said.code == 0
    assert code in said.text
    assert max(len(line.rpartition("\r")[2]) for line in said.lines) <= columns


@pytest.mark.only_on("sqlite")
def test_a_real_terminal_shows_the_same(short: Officer, tmp_path: Path) -> None:
    env = {**os.environ, "HOME": str(tmp_path), "TERM": "xterm", "NO_COLOR": "1"}
    program = "import sys; from cli.main import main; sys.exit(main())"
    words = ["-c", program, "--db", short.world.url, "match", "explain", "PRJ-0004"]
    child = pexpect.spawn(
        sys.executable, words, env=env, encoding="utf-8", timeout=60, dimensions=(50, 80)
    )
    read = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", child.read()).replace("\r\n", "\n")
    assert "PRJ-0004" in read
    assert max(len(line.rpartition("\r")[2]) for line in read.split("\n")) <= 80


def test_json_is_one_document_of_stable_keys(short: Officer) -> None:
    answer = json.loads(short.says("match explain N-0003 --json"))

    assert list(answer)[:8] == [
        *("schema", "as_of", "kind", "code", "outcome", "sentence", "because", "proven"),
    ]
    assert list(answer["offers"][0]) == [
        *("offer", "provider", "provider_name", "need", "project", "project_title", "city_name"),
        *("eligible", "gives", "unit", "offer_gives", "offer_unit", "stays_with_offer"),
        *("failures", "changes", "reason", "why", "elsewhere"),
    ]
