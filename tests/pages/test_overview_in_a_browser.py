"""The overview in a browser: no request, nothing overflows, and nothing serious for axe-core."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = pytest.mark.only_on("sqlite")
SIZES = {"phone": (360, 740), "desktop": (1280, 900), "print": (1047, 740)}
_OVERFLOWING = """() => [...document.querySelectorAll('main *')]
    .filter(one => !one.closest('.scroll, svg'))
    .filter(one => one.getBoundingClientRect().right > innerWidth + 1
        || one.getBoundingClientRect().left < -1)
    .map(one => one.outerHTML.slice(0, 80))"""
_TEXTS_OUTSIDE = """() => [...document.querySelectorAll('svg text')].filter(one => {
    const own = one.getBBox(), box = one.ownerSVGElement.viewBox.baseVal;
    return own.x < -1 || own.x + own.width > box.width + 1 || own.y + own.height > box.height + 4;
}).map(one => one.textContent)"""
_TEXTS_OVER_EACH_OTHER = """() => [...document.querySelectorAll('svg')].flatMap(svg => {
    const boxes = [...svg.querySelectorAll('text')].map(one => [one.textContent, one.getBBox()]);
    return boxes.flatMap(([name, one], place) => boxes.slice(place + 1)
        .filter(([_, other]) => one.x < other.x + other.width - 1 && other.x < one.x + one.width - 1
            && one.y < other.y + other.height - 2 && other.y < one.y + one.height - 2)
        .map(([other]) => name + ' | ' + other));
})"""


@pytest.fixture(params=SIZES)
def size(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=["en", "fa"])
def opened(
    request: pytest.FixtureRequest, size: str, browser: Any, pages_once: dict[str, Path]
) -> Any:
    """Open the page of a language at a size; requests and errors are remembered with it."""
    width, height = SIZES[size]
    page = browser.new_page(viewport={"width": width, "height": height})
    page.remembered = []
    page.on("request", lambda one: page.remembered.append(one.url))
    page.on("pageerror", lambda one: page.remembered.append(str(one)))
    page.on("console", lambda one: page.remembered.append(one.text))
    page.on("dialog", lambda one: page.remembered.append(one.message))
    if size == "print":
        page.emulate_media(media="print")
    page.goto(pages_once[request.param].as_uri())
    yield page
    page.close()


def test_the_page_asks_for_nothing_overflows_nowhere_and_can_be_read(opened: Any) -> None:
    own = opened.url
    assert [one for one in opened.remembered if one not in {own, "data:,"}] == []
    wide = opened.evaluate("document.documentElement.scrollWidth")
    assert wide <= opened.viewport_size["width"]
    assert opened.evaluate(_OVERFLOWING) == []
    assert opened.evaluate(_TEXTS_OUTSIDE) == []
    assert opened.evaluate(_TEXTS_OVER_EACH_OTHER) == []


def test_axe_finds_nothing_serious(opened: Any, size: str) -> None:
    if size == "desktop":
        pytest.skip("the smallest size and paper are the hardest")
    found = Axe().run(opened).response["violations"]
    serious = [one for one in found if one["impact"] in {"serious", "critical"}]
    assert [(one["id"], one["nodes"][0]["html"][:100]) for one in serious] == []


def test_printed_pages_cut_no_number(browser: Any, pages_once: dict[str, Path]) -> None:
    page = browser.new_page(viewport={"width": 1047, "height": 740})
    page.emulate_media(media="print")
    page.goto(pages_once["en"].as_uri())
    heights = page.evaluate(
        "[...document.querySelectorAll('td.n')].map(one => one.getClientRects().length && "
        "[...(() => { const r = document.createRange(); r.selectNodeContents(one); "
        "return r.getClientRects() })()].length)"
    )
    assert {*heights} <= {0, 1}
    assert page.evaluate("getComputedStyle(document.querySelector('nav')).display") == "none"
    page.close()
