"""The overview of one furnished ledger, as a page in each language, and a browser for it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from ledgers import Ledgers, copy_or_new
from officer import Officer, Unheard, without_settings
from overview_world import BEGINNING, furnish
from playwright.sync_api import sync_playwright
from world import NOON, World

FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)


@pytest.fixture(scope="session")
def shown_once(run_ledgers: Ledgers, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Give the URL of a ledger that was furnished over three months."""
    with time_machine.travel(BEGINNING, tick=True), pytest.MonkeyPatch.context() as patched:
        without_settings(patched, tmp_path_factory.mktemp("shown"))
        url = run_ledgers.new()
        world = World(url)
        furnish(Officer(world, Unheard()))
        world.ledger.engine.dispose()
    run_ledgers.settle(url)
    return url


@pytest.fixture
def ledger_url(ledgers: Ledgers, request: pytest.FixtureRequest) -> str:
    return copy_or_new(ledgers, request, "shown")


@pytest.fixture
def shown(officer: Officer) -> Officer:
    """Give an officer before the furnished ledger."""
    return officer


@pytest.fixture(scope="session")
def pages_once(
    run_ledgers: Ledgers, shown_once: str, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    """Give the files of the page in each language."""
    folder = tmp_path_factory.mktemp("pages")
    made = {code: folder / f"overview-{code}.html" for code in ("en", "fa")}
    with time_machine.travel(NOON, tick=True), pytest.MonkeyPatch.context() as patched:
        without_settings(patched, folder)
        world = World(run_ledgers.copy(shown_once))
        officer = Officer(world, Unheard())
        for code, path in made.items():
            assert officer.tries(f"report overview --lang {code} --output {path}").code == 0
        world.ledger.engine.dispose()
    return made


def chromium() -> str | None:
    """Give the path of a Chromium."""
    return os.environ.get("CITYFUND_CHROMIUM") or shutil.which("chromium")


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Give a browser that a test of pages shares; without one these tests are skipped."""
    path = chromium()
    if path is None:
        pytest.skip("no Chromium: install Debian's chromium, or name one in CITYFUND_CHROMIUM")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=[*FLAGS])
        yield started
        started.close()
