"""A new code that mixes scripts, or looks like one in another script, is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from officer import Officer

from ledger.reference.confusables import CodeShapes, mixes_scripts

CYRILLIC = "\u0421\u041c\u0420"
"""Looks like the Latin CMP."""
CYRILLIC_COP = "\u0421\u041e\u0420"


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


def test_units_are_compared_as_other_codes(officer: Officer, tmp_path: Path) -> None:
    officer.says("unit add cope --decimals 0")
    lookalike = "\u0441\u043e\u0440\u0435"
    for code, exit_code, said, error in (
        (lookalike, 4, "unit cope", "confusable-code"),
        ("c\u043ere", 3, "Cyrillic, Latin", "mixed-scripts"),
        ("\uff23ope", 4, "cope", "already-there"),
    ):
        assert officer.refused(f"unit add {code} --decimals 0", exit_code, said) == error
    file = tmp_path / "units.csv"
    file.write_text(f"code,decimals\n{lookalike},0\nc\u043ere,0\ntree,0\n", encoding="utf-8")
    answer = officer.tries("import --yes", str(file))
    assert answer.code == 3
    assert "looks like unit cope" in answer.err
    assert "letters of several scripts" in answer.err


def test_new_deals_of_an_import_are_compared_as_other_codes(
    officer: Officer, tmp_path: Path
) -> None:
    officer.world.need("10M EUR")
    officer.world.offer("10M EUR")
    officer.says("deal introduce O-0001 N-0001 '1M EUR' --until 2027-01-01")
    file = tmp_path / "deals.csv"
    head = "code,offer,need,act,quantity,unit,effective_on,held_until"
    rows = ["COP", CYRILLIC_COP, "D\u0421", "D-0001"]
    terms = "O-0001,N-0001,introduced,1000,EUR,2026-11-01,2027-01-01"
    file.write_text("\n".join([head, *(f"{code},{terms}" for code in rows)]), encoding="utf-8")
    answer = officer.tries("import --yes", str(file))
    assert answer.code == 3
    assert "looks like deal COP" in answer.err
    assert "letters of several scripts" in answer.err
    assert "2 problems" in answer.err


def test_existing_codes_stay_and_doctor_lists_those_that_collide(officer: Officer) -> None:
    world = officer.world
    for code in ("CMP", CYRILLIC, "МHD"):
        world.city(code, country="BR", office="americas")
    assert sorted(collisions(officer)) == [
        "city code МHD mixes scripts",
        f"city codes CMP and {CYRILLIC} look alike in different scripts",
    ]
    assert officer.asks(f"city show {CYRILLIC}")["code"] == CYRILLIC


def test_former_codes_collide_with_those_of_others_only(officer: Officer) -> None:
    officer.says("city add Campinas --code CMP --country BR")
    officer.says("city edit CMP --code cmp")
    officer.says("city edit cmp --code CAM")
    assert collisions(officer) == []
    line = f"city add Kampina --country BR --code {CYRILLIC}"
    assert officer.refused(line, 4, "city CMP") == "confusable-code"
    officer.world.city(CYRILLIC, country="BR", office="americas")
    assert collisions(officer) == [
        f"city codes CMP and {CYRILLIC} look alike in different scripts",
    ]
