"""The power fails at any call, and the disk keeps any part of what was not synced.

Nothing acknowledged is lost, nothing is left half, and a repeated request is done once.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from attack_figures import count_cases
from hands import sizes, tell
from officers import a_plan
from storage import Case, Ended, Fault, Kind, Storage, url_in
from verdicts import Verdict, judge

ACTS = 6
WAYS = (
    # Each act over a connection of its own, as commands are: the log ends with each.
    Case(Fault(Kind.NONE), acts=ACTS),
    # All over one connection, whose log is written into the file now and then, and begun anew.
    Case(
        Fault(Kind.NONE), acts=2 * ACTS, one_connection=True, pragmas=("wal_autocheckpoint = 40",)
    ),
)
NOT_DURABLE = "synchronous = OFF"


@dataclass
class Figures:
    """What came of many power cuts."""

    cuts: int = 0
    acknowledged: int = 0
    torn: int = 0
    verdicts: list[Verdict] = field(default_factory=list)

    @property
    def lost(self) -> int:
        return sum(bool(one.lost) for one in self.verdicts)

    @property
    def half(self) -> int:
        return sum(bool(one.half) for one in self.verdicts)

    @property
    def wrong(self) -> list[Verdict]:
        return [one for one in self.verdicts if not one.is_clean]


def cut_the_power(
    storage: Storage, cuts: int, seed: int, place: Path, *, pragmas: tuple[str, ...] = ()
) -> Figures:
    """Cut the power so many times, each at a call that is drawn, and judge what is left."""
    chance = random.Random(seed)
    ways = [replace(way, pragmas=(*way.pragmas, *pragmas)) for way in WAYS]
    calls = [storage.run(replace(way, seed=seed, name="whole")).calls for way in ways]
    assert min(calls) > ACTS, calls
    figures = Figures()
    for number in range(cuts):
        which = number % len(ways)
        kind = chance.choice((Kind.CUT_BEFORE, Kind.CUT_AFTER))
        case = replace(
            ways[which],
            fault=Fault(kind, first=chance.randint(1, calls[which])),
            name=f"cut-{number}",
            seed=chance.randrange(2**32),
        )
        _cut_once(storage, case, chance, place / str(number), figures)
    return figures


def _cut_once(
    storage: Storage, case: Case, chance: random.Random, place: Path, figures: Figures
) -> None:
    ended = storage.run(case)
    left = storage.disk_after(ended).after_a_power_cut(chance)
    place.mkdir()
    for name, content in left.items():
        (place / name).write_bytes(content)
    said = [one for one in ended.said if one[0] == "act"]
    plan = a_plan(case.name, case.acts, random.Random(case.seed))
    figures.cuts += 1
    figures.acknowledged += len(said)
    figures.torn += _is_torn(ended, left)
    figures.verdicts.append(judge(url_in(place), case.name, plan, said))
    storage.forget(ended)


def _is_torn(ended: Ended, left: dict[str, bytes]) -> bool:
    """Say whether the disk holds other files than the process had seen."""
    seen = {
        path.name: path.read_bytes()
        for path in ended.folder.iterdir()
        if not path.name.endswith("-shm")
    }
    return seen != left


@pytest.mark.long
@pytest.mark.parametrize("cuts", sizes(16, 2000))
def test_a_power_cut_loses_nothing_and_leaves_nothing_half(
    storage: Storage, cuts: int, seed: int, tmp_path: Path
) -> None:
    figures = cut_the_power(storage, cuts, seed, tmp_path)
    tell(
        f"power cuts: {figures.cuts} tried, {figures.acknowledged} acts acknowledged, "
        f"{figures.lost} lost, {figures.half} half; in {figures.torn} the disk had less than the "
        f"process had written, seed {seed}"
    )
    count_cases(figures.cuts, lost=len(figures.wrong))
    assert figures.wrong == []
    assert figures.cuts == cuts
    assert figures.torn > cuts / 4


def test_without_syncing_power_cuts_are_found_to_lose_acts(
    storage: Storage, seed: int, tmp_path: Path
) -> None:
    figures = cut_the_power(storage, 12, seed, tmp_path, pragmas=(NOT_DURABLE,))
    assert figures.lost, Counter(one.is_clean for one in figures.verdicts)
