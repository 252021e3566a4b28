"""A record much like one that is there already is questioned before it is recorded."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

import pytest
from officer import Officer

from ledger.core.text import name_key


@pytest.fixture
def fund(officer: Officer) -> Officer:
    officer.says("city add Mashhad --code MHD --country IR --name-local مشهد")
    officer.says("provider add 'Example Development Bank' --code EDB --kind bank --country DE")
    officer.says("project add 'Metro Line 4' --code P1 --city MHD --sector transport.urban")
    return officer


def answers(monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    """Sit at a terminal, and answer every question so."""
    monkeypatch.setattr("cli.framework.terminal.is_terminal", lambda _stream: True)
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{answer}\n" * 3))


def noted(receipt: dict[str, Any]) -> list[str]:
    return [one["text"] for one in receipt["notes"] if one["code"] == "near-duplicate"]


CITY = "city MHD (Mashhad) of IR has this name already"
BANK = "provider EDB (Example Development Bank) of DE has this name already"
LINE = "project P1 (Metro Line 4) of MHD has this title already"
MEMBER = "Mashhad is member city MHD: a provider that is the city has --kind city --city MHD"
MANY = 50
ALIKE = [
    ("city add MASHHAD --country IR", CITY),
    ("city add 'Holy City' --name-local مشهد --country IR", CITY),
    ("provider add 'Example  Development-Bank.' --kind bank --country DE", BANK),
    ("provider add 'example development bank' --kind bank", BANK),
    ("project add 'METRO line-4' --city MHD --sector transport.urban", LINE),
    ("provider add mashhad --kind institute --country IR", MEMBER),
]
DIFFERENT = [
    "city add Mashhad --country PK",
    "provider add 'Example Development Bank' --kind bank --country FR",
    "project add 'Metro Line 14' --city MHD --sector transport.urban",
    "provider add Mashhad --kind city --city MHD --country IR",
    "provider add Mashhad --kind firm --country PK",
]


@pytest.mark.parametrize(("line", "text"), ALIKE)
def test_a_script_gets_a_note_and_new_insists(fund: Officer, line: str, text: str) -> None:
    assert noted(fund.asks(f"{line} --dry-run")) == [text]
    assert not noted(fund.asks(f"{line} --dry-run --new"))
    assert noted(fund.asks(line)) == [text]


@pytest.mark.parametrize("line", DIFFERENT)
def test_what_is_elsewhere_or_otherwise_named_is_not_questioned(fund: Officer, line: str) -> None:
    assert not noted(fund.asks(line))


def test_a_new_name_of_a_record_is_questioned_and_its_own_is_not(fund: Officer) -> None:
    fund.says("city add Tus --code TUS --country IR")
    assert noted(fund.asks("city edit TUS --name mashhad")) == [CITY]
    assert not noted(fund.asks("city edit TUS --population 5"))
    assert not noted(fund.asks("project edit P1 --title 'METRO line 4'"))


def test_a_person_is_asked_and_a_no_writes_nothing(
    fund: Officer, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = "city add MASHHAD --code MH2 --country IR"
    answers(monkeypatch, "n")
    with fund.world.unchanged():
        refused = fund.tries(line)
    assert refused.code == 130
    assert f"C{CITY[1:]}. Record it all the same? [y/N]" in refused.err
    answers(monkeypatch, "y")
    assert fund.tries(line).code == 0
    assert fund.world.record("city", "MH2").name == "MASHHAD"
    answers(monkeypatch, "n")
    assert fund.tries("city add mashhad --code MH3 --country IR --new").code == 0
    assert "Record it" not in fund.tries("city add Tus --code TUS --country IR").err


def test_an_import_lists_them_in_its_preview(fund: Officer, tmp_path: Path) -> None:
    file = tmp_path / "cities.csv"
    file.write_text("code,name,country\nMH2,Mashhad,IR\nTUS,Tus,IR\nTU2,TUS,IR\n")
    preview = fund.tries("import --dry-run", str(file))
    assert preview.err.count(f"MH2: {CITY}") == 1
    texts = noted(fund.asks("import --yes", str(file)))
    assert texts == [f"MH2: {CITY}", "TU2: city TUS (Tus) of IR has this name already"]


def test_of_many_records_of_one_name_the_first_three_are_named(
    fund: Officer, tmp_path: Path
) -> None:
    file = tmp_path / "projects.csv"
    rows = [f"L{number:02},Bus lane,MHD,transport.urban\n" for number in range(MANY)]
    file.write_text("".join(["code,title,city,sector\n", *rows]))
    few = [f"project L{number:02} (Bus lane) of MHD has this title already" for number in range(3)]
    few.append("more records than these 3 have this name")

    texts = noted(fund.asks("import --yes", str(file)))

    assert [one for one in texts if one.startswith("L03: ")] == [f"L03: {one}" for one in few[:3]]
    assert texts[-4:] == [f"L{MANY - 1}: {one}" for one in few]
    assert len(texts) == 1 + 2 + 3 + 4 * (MANY - 4)
    assert noted(fund.asks("project add 'bus lane' --city MHD --sector transport.urban")) == few


def test_names_are_compared_without_accents_points_and_capitals() -> None:
    assert name_key("São Paulo") == name_key("SAO-PAULO.")
    assert name_key("Línea 2") != name_key("Línea 12")
    assert name_key("بانك ملی") == name_key("بانک ملي")
