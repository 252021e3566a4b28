"""Acts of an import that are dated before it: the room for them counts, the terms of now do not."""

from __future__ import annotations

from pathlib import Path

from officer import Officer

HEADER = "code,offer,need,act,quantity,unit,effective_on\n"


def deals(folder: Path, quantity: int, day: str) -> Path:
    file = folder / "deals.csv"
    file.write_text(f"{HEADER}D-1,O-0001,N-0001,committed,{quantity},EUR,{day}\n")
    return file


def test_an_act_before_the_import_is_posted_outside_the_mandate(
    officer: Officer, tmp_path: Path
) -> None:
    officer.world.need("1000 EUR")
    officer.world.offer("1000 EUR")
    officer.says("offer edit O-0001 --countries KE --reason 'the mandate changed'")

    today = officer.tries(f"import {deals(tmp_path, 100, '2026-11-23')} --yes")
    assert "geography" in today.err
    done = officer.asks(f"import {deals(tmp_path, 100, '2026-11-01')} --yes")

    (note,) = [one for one in done["notes"] if one["code"] == "eligibility-not-tested"]
    assert "outside the present terms: 1 act;" in note["text"]
    shown = officer.asks(f"journal show {done['entries'][0]}")
    assert shown["override"].startswith("dated before its import")


def test_the_room_for_it_is_tested(officer: Officer, tmp_path: Path) -> None:
    officer.world.need("1000 EUR")
    officer.world.offer("1000 EUR")

    refused = officer.tries(f"import {deals(tmp_path, 1100, '2026-11-01')} --yes")

    assert "deals.csv:2" in refused.err


def test_what_is_within_the_mandate_needs_no_override(officer: Officer, tmp_path: Path) -> None:
    officer.world.need("1000 EUR")
    officer.world.offer("1000 EUR")

    done = officer.asks(f"import {deals(tmp_path, 100, '2026-11-01')} --yes")

    assert "eligibility-not-tested" not in {one["code"] for one in done["notes"]}
    assert officer.asks(f"journal show {done['entries'][0]}")["override"] is None


def test_a_restriction_bars_it_all_the_same(officer: Officer, tmp_path: Path) -> None:
    officer.world.need("1000 EUR")
    officer.world.offer("1000 EUR")
    officer.says(
        "restriction add --code R-1 --countries IR --from 2026-01-01 "
        "--authority board --reason sanctions"
    )

    refused = officer.tries(f"import {deals(tmp_path, 100, '2026-11-01')} --yes")

    assert refused.code != 0
    assert "R-1" in refused.err
