"""A new code that mixes scripts, or looks like one in another script, is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from officer import Officer

from ledger.reference.confusables import CodeShapes, mixes_scripts

CYRILLIC = "\u0421\u041c\u0420"
"""Looks like the Latin CMP."""


@pytest.mark.parametrize(
    "code", ["PRJ-0042", "مشهد", "東京タワー", "서울市", "ДОМ-7", "PRJ-۴۲", "Ünal", "تهران-1"]
)
def test_a_code_of_one_way_of_writing_mixes_nothing(code: str) -> None:
    assert not mixes_scripts(code)


@pytest.mark.parametrize("code", ["PRJ-Д", "МHD", "αb", "MHD-مشهد", "東京Д"])
def test_letters_of_several_scripts_are_found(code: str) -> None:
    assert mixes_scripts(code)


@pytest.mark.parametrize(
    ("there", "new", "taken"),
    [
        ("CMP", CYRILLIC, True),
        (CYRILLIC, "CMP", True),
        ("cmp", CYRILLIC, True),
        ("AHA", "\u0391\u0397\u0391", True),
        ("O1", "0I", False),
        ("CMP", "CMQ", False),
        ("CMP", "\u0421\u041c\u0416", False),
        ("مشهدی", "مشهدي", False),
    ],
)
def test_codes_of_two_scripts_with_one_skeleton_look_alike(
    there: str, new: str, taken: bool
) -> None:
    assert CodeShapes([there]).alike(new) == (there if taken else None)


def collisions(officer: Officer) -> list[str]:
    """Give what the doctor finds about codes; it finds more about the tests' server."""
    answer = officer.tries("doctor --json")
    findings: list[str] = json.loads(answer.out)["findings"]
    assert answer.code == (1 if findings else 0)
    return [text for text in findings if text.startswith("city")]


def test_commands_and_imports_refuse_alike(officer: Officer, tmp_path: Path) -> None:
    officer.says("city add Campinas --code CMP --country BR")
    line = f"city add Kampina --country BR --code {CYRILLIC}"
    assert officer.refused(line, 4, "city CMP") == "confusable-code"
    mixed = f"city add Kampina --country BR --code C{CYRILLIC}"
    assert officer.refused(mixed, 3, "Cyrillic, Latin") == "mixed-scripts"
    file = tmp_path / "cities.csv"
    rows = [f"{CYRILLIC},Kampina,BR", f"C{CYRILLIC},Kampine,BR", "CMQ,Kampino,BR"]
    file.write_text("\n".join(["code,name,country", *rows]), encoding="utf-8")
    answer = officer.tries("import --yes", str(file))
    assert answer.code == 3
    assert "looks like city CMP" in answer.err
    assert "letters of several scripts" in answer.err
    assert collisions(officer) == []


def test_existing_codes_stay_and_doctor_lists_those_that_collide(officer: Officer) -> None:
    world = officer.world
    for code in ("CMP", CYRILLIC, "МHD"):
        world.city(code, country="BR", office="americas")
    assert sorted(collisions(officer)) == [
        "city code МHD mixes scripts",
        f"city codes CMP and {CYRILLIC} look alike in different scripts",
    ]
    assert officer.asks(f"city show {CYRILLIC}")["code"] == CYRILLIC
