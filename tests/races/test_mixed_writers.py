"""Eight processes do anything at any time while two read: reports and books add up."""

from __future__ import annotations

from collections import Counter

import pytest
from adding_up import Reader
from attack_figures import count_cases
from hands import DONE, FORKING, Ending, Hand, Job, broken_checks, hands, sizes, tell
from mixed_acts import Mixer
from weakened import tear

WRITERS, READERS = 8, 2


class Anybody(Mixer, Reader):
    """Plays or reads, whichever it is asked to; it knows when the reading is over."""

    def __init__(self, url: str, over) -> None:
        super().__init__(url)
        self.over = over

    def read_on(self):
        return self.watch(self.over)


class TornReader(Anybody):
    """The same, but each of its queries sees a moment of its own."""

    def read_on(self):
        tear(self.ledger.engine)
        return self.watch(self.over)


def mix(url: str, opened: type[Anybody], seed: int, acts: int) -> tuple[list[Ending], list[Ending]]:
    """Let eight write and two read; give how all of them ended."""
    Mixer(url).open_up()
    over = FORKING.Event()
    jobs = [Job("play", (f"{seed}-{number}", acts)) for number in range(WRITERS)]
    with hands(WRITERS + READERS, lambda: opened(url, over)) as everybody:
        everybody.begin([*jobs, *[Job("read_on")] * READERS])
        written = [everybody.ending(number) for number in range(WRITERS)]
        over.set()
        read = [everybody.ending(WRITERS + number) for number in range(READERS)]
    assert {ending.name for ending in (*written, *read)} == {DONE}, (written, read)
    return written, read


@pytest.mark.parametrize("acts", sizes(6, 500))
def test_every_report_adds_up_while_eight_processes_write(new_ledger, acts, seed):
    url = new_ledger()
    written, read = mix(url, Anybody, seed, acts)
    told: Counter[str] = sum((ending.answer[0] for ending in written), Counter())
    readings = [ending.answer[0] for ending in read]
    entries = len(Hand(url).entries())
    count_cases(told.total())
    tell(f"mixed hands: {told.total()} acts, {entries} entries, readings {readings}, seed {seed}")
    tell(f"  {dict(sorted(told.items()))}")

    assert [wrong for ending in written for wrong in ending.answer[1]] == []
    assert [fault for ending in read for fault in ending.answer[1]] == []
    assert broken_checks(url) == []


def test_a_reader_of_many_moments_is_found_out(new_ledger, seed):
    """A control: reports that are not of one moment do not add up, and the reader says so."""
    _, read = mix(new_ledger(), TornReader, seed, 15)
    wrong = [fault for ending in read for fault in ending.answer[1]]
    tell(f"control torn reading: {len(wrong)} faults seen, seed {seed}")

    assert wrong
