"""Differences planted in the statements of many deals: each is found, rightly named, and no other.

A ledger of several currencies and of days of work, delivered in parts; twelve classes, the first
of which is that nothing differs.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from random import Random

import pytest
from corpus import CLASSES, make_corpus, make_deals, write_files
from nights import a_night, findings
from world import World

from ledger.statements.differences import FindingKind


def seek(world: World, inbox: Path, seed: int, each: int, spare: int) -> None:
    """Plant each class so many times, and hold what a night finds to what was planted."""
    random = Random(seed)
    deals = make_deals(world, random, len(CLASSES) * each + spare)
    corpus = make_corpus(deals, random, each)
    write_files(corpus, inbox)

    came = a_night(world, inbox)

    found = {
        (one.kind.value, str(one.entry) if one.kind is FindingKind.MISSING else str(one.line))
        for one in findings(world)
    }
    told = f"seed {seed}"
    assert found == corpus.planted, told
    assert Counter(kind for kind, _ in found) == dict.fromkeys(CLASSES[1:], each), told
    assert came.figures["confirmed"] == corpus.confirmed, told
    assert came.figures["lines"] == len(corpus.lines), told


@pytest.mark.parametrize("seed", [1, 2])
def test_each_is_found_and_rightly_named(world, tmp_path, seed):
    seek(world, tmp_path / "inbox", seed, each=5, spare=30)


@pytest.mark.soak
@pytest.mark.parametrize("seed", [11, 12, 13])
def test_fifty_of_each_are_found_and_rightly_named(world, tmp_path, seed):
    seek(world, tmp_path / "inbox", seed, each=50, spare=200)


@pytest.mark.parametrize("seed", [3])
def test_clean_statements_find_nothing(world, tmp_path, seed):
    random = Random(seed)
    corpus = make_corpus(make_deals(world, random, 60), random, each=0)
    write_files(corpus, tmp_path / "inbox")

    came = a_night(world, tmp_path / "inbox")

    assert findings(world) == []
    assert came.findings == ()
    assert came.figures["confirmed"] == came.figures["lines"] == len(corpus.lines)
