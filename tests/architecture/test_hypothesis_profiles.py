"""Property tests try the same examples wherever they run, unless a search is asked for."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
CONTINUOUS_INTEGRATION = {"CI", "GITHUB_ACTIONS", "GITLAB_CI"}


def loaded(**variables: str) -> str:
    """Describe the settings that a fresh process with these variables ends up with."""
    script = "import hypothesis_profiles as p; p.load(); print(p.settings.default)"
    usual = {
        name: value
        for name, value in os.environ.items()
        if name not in CONTINUOUS_INTEGRATION | {"HYPOTHESIS_PROFILE"}
    }
    return subprocess.run(
        [sys.executable, "-c", script],
        cwd=TESTS, env={**usual, **variables}, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip


@pytest.mark.parametrize("variable", sorted(CONTINUOUS_INTEGRATION))
def test_continuous_integration_changes_nothing(variable: str) -> None:
    by_default = loaded()

    assert "derandomize=True" in by_default
    assert "deadline=None" in by_default
    assert loaded(**{variable: "true"}) == by_default


def test_a_search_is_asked_for_by_its_profile() -> None:
    searching = loaded(HYPOTHESIS_PROFILE="soak")

    assert "derandomize=False" in searching
    assert "max_examples=2000" in searching


def test_long_runs_try_all_that_a_test_asks_for() -> None:
    assert "max_examples=40" in loaded()
    assert "max_examples=100" in loaded(HYPOTHESIS_PROFILE="full")


def test_long_runs_have_the_property_tests_too() -> None:
    line = [sys.executable, "-m", "pytest", "-q", "-n", "0", "--collect-only", "-m", "soak"]
    files = ["acts/test_splitting_parts.py", "machine/test_one_deal_in_parts.py"]
    told = subprocess.run(
        [*line, *files], cwd=TESTS, capture_output=True, text=True, check=True
    ).stdout  # fmt: skip
    for file in files:
        assert f"{file}: " in told or f"{file}::" in told, told
