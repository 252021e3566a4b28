"""The figures of attacks count what the tests tried, and what went undetected."""

from __future__ import annotations

import pytest
from attack_figures import Cases, cases_of, scenario

BYTES = "tests/attacks/test_mutated_bytes.py::test_a_thousand[postgresql]"


@pytest.mark.parametrize(
    ("nodeid", "expected"),
    [
        (BYTES, "attacks: mutated bytes, postgresql"),
        ("tests/storage_faults/test_power_cuts.py::test_one[40]", "storage_faults: power cuts"),
        ("tests/docs/test_pages.py::test_one", None),
    ],
)
def test_a_scenario_is_a_file_on_an_engine(nodeid: str, expected: str | None) -> None:
    assert scenario(nodeid) == expected


@pytest.mark.parametrize(
    ("counted", "passed", "expected"),
    [
        ([], True, Cases(1, 1, 0)),
        ([], False, Cases(1, 0, 0)),
        ([[20, 19, 1], [5, 5, 0]], False, Cases(25, 24, 1)),
    ],
)
def test_a_test_without_figures_is_one_case(
    counted: list[list[int]], passed: bool, expected: Cases
) -> None:
    assert cases_of([("cases", counted)], passed=passed) == expected
