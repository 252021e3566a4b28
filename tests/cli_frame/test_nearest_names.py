"""The nearest of the known names."""

from __future__ import annotations

from ledger.core.suggest import nearest

CODES = [f"PRJ-{number:04}" for number in range(1, 200)]


def test_case_zeros_and_dashes_do_not_count() -> None:
    assert nearest("prj42", CODES)[0] == "PRJ-0042"


def test_a_slip_of_the_finger_is_found() -> None:
    assert nearest("comit", ["commit", "deliver", "introduce"]) == ("commit",)
    assert nearest("PRJ-0024", [*CODES, "O-1"], limit=1) == ("PRJ-0024",)


def test_nothing_near_is_nothing() -> None:
    assert nearest("xyz", CODES) == ()
    assert nearest("", CODES) == ()
    assert nearest("PRJ-1", []) == ()


def test_no_more_than_asked_for_and_each_once() -> None:
    found = nearest("PRJ-1", [*CODES, *CODES], limit=2)
    assert found[0] == "PRJ-0001"
    assert len(set(found)) == len(found) == 2
