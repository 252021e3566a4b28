"""The pages for developers name files that exist, and the steps that an act really takes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from bench_structure import INTRODUCE, make_ledger_here, traced
from offences import assert_none

ROOT = Path(__file__).parents[2]
TOP = ("ledger", "cli", "migrations", "tests")
STEP = re.MULTILINE | re.DOTALL
PAGES = ("ARCHITECTURE.md", "CONTRIBUTING.md")


def text_of(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def paths_in(text: str) -> list[str]:
    """Give the files and folders of the repository that a text names in code quotes."""
    quoted = re.findall(r"`([\w./-]+)`", text)
    return [one for one in quoted if one.split("/")[0] in TOP and "/" in one]


@pytest.mark.parametrize("page", PAGES)
def test_every_file_that_a_page_names_exists(page):
    named = paths_in(text_of(page))

    assert len(named) > 10
    assert_none(one for one in named if not (ROOT / one).exists())


def test_every_table_that_a_step_names_is_in_its_file():
    """A step opens with its file; the tables to extend are named in capitals."""
    steps = re.findall(
        r"^\d+\. `([\w./]+\.py)`:(.*?)(?=^\d+\.|^$)", text_of("CONTRIBUTING.md"), STEP
    )
    named = [(path, one) for path, words in steps for one in re.findall(r"`([A-Z_]{4,})`", words)]

    assert len(named) > 8
    assert_none(
        f"{path}: {one}"
        for path, one in named
        if not re.search(rf"^{one}\b", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE)
    )


def test_the_act_passes_the_files_that_the_page_names(tmp_path):
    steps = text_of("ARCHITECTURE.md").split("<!-- path -->")[1].split("<!-- /path -->")[0]
    named = [one for one in paths_in(steps) if one.endswith(".py")]
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    make_ledger_here(url)
    entered = traced(INTRODUCE, url).files

    assert len(named) > 20
    assert_none(one for one in named if one not in entered)
