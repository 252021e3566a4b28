"""The disk of the power cuts keeps what was synced, and any part of what was not."""

from __future__ import annotations

import random

import pytest
from disk import SECTOR, Call, Disk

FILE, LOG = 1, 2
OLD, NEW = b"o" * (4 * SECTOR), b"n" * (4 * SECTOR)


def named(what: bytes, inode: int, name: str) -> Call:
    return Call(what, inode, 0, len(name), name.encode())


def written(inode: int, data: bytes, offset: int = 0) -> Call:
    return Call(b"W", inode, offset, len(data), data)


def synced(inode: int) -> Call:
    return Call(b"S", inode, 0, 0, b"")


FOLDER_SYNCED = Call(b"D", 9, 0, 0, b"")
MADE = (named(b"C", LOG, "log"), written(LOG, b"log"), synced(LOG))


def drawn(*calls: Call) -> list[dict[str, bytes]]:
    """Give what many power cuts leave of a file, after some calls."""
    left = []
    for seed in range(300):
        disk = Disk({"file": OLD})
        for call in (named(b"O", FILE, "file"), *calls):
            disk.happen(call)
        left.append(disk.after_a_power_cut(random.Random(seed)))
    return left


def test_what_was_synced_is_always_there() -> None:
    calls = (written(FILE, NEW), synced(FILE), *MADE, FOLDER_SYNCED)
    assert all(left == {"file": NEW, "log": b"log"} for left in drawn(*calls))


def test_what_was_not_synced_is_there_whole_in_part_or_not_at_all() -> None:
    found = {left["file"] for left in drawn(written(FILE, NEW))}
    assert {OLD, NEW} <= found
    sectors = {one[:SECTOR] + one[-SECTOR:] for one in found}
    assert {OLD[:SECTOR] + NEW[:SECTOR], NEW[:SECTOR] + OLD[:SECTOR]} <= sectors
    assert any(0 < one[:SECTOR].count(b"n") < SECTOR for one in found), "no sector is torn"
    assert all(len(one) == len(OLD) for one in found)


@pytest.mark.parametrize("calls", [MADE, (*MADE, named(b"U", 0, "log"))])
def test_a_name_is_not_sure_before_its_folder_is_synced(calls: tuple[Call, ...]) -> None:
    assert {left.get("log") for left in drawn(*calls)} == {None, b"log"}


def test_a_name_that_was_removed_stays_so_once_its_folder_is_synced() -> None:
    calls = (*MADE, FOLDER_SYNCED, named(b"U", 0, "log"), FOLDER_SYNCED)
    assert not any("log" in left for left in drawn(*calls))


def test_a_length_that_was_not_synced_is_not_sure() -> None:
    found = {len(left["file"]) for left in drawn(Call(b"T", FILE, 0, 0, b""))}
    assert {0, len(OLD)} <= found


def test_a_file_may_have_grown_over_what_it_never_got() -> None:
    found = {left["file"] for left in drawn(written(FILE, NEW, len(OLD)))}
    assert any(len(one) == len(OLD) + len(NEW) and NEW not in one for one in found)
