"""The versions of records that a write adds: in their order, and by register."""

from __future__ import annotations

import pytest

from ledger.journal.receipts import (
    BARS_DEALS,
    NEAR_DUPLICATE,
    OLD_NOTE,
    REPEATED_ACT,
    Note,
    RegisterChange,
    RegisterChanges,
)

NEW_CITY = RegisterChange("city", "MHD", 1)
EDITED_NEED = RegisterChange("need", "N-0001", 2)
NEW_NEED = RegisterChange("need", "N-0002", 1)
ADDED = [NEW_CITY, EDITED_NEED, NEW_NEED]


@pytest.fixture
def changes() -> RegisterChanges:
    changes = RegisterChanges()
    for one in ADDED:
        changes.add(one.kind, one.code, one.version)
    return changes


def test_versions_are_kept_in_the_order_in_which_they_were_added(changes: RegisterChanges) -> None:
    assert list(changes) == ADDED
    assert (changes[0], changes[-1], changes[1:]) == (NEW_CITY, NEW_NEED, [EDITED_NEED, NEW_NEED])
    assert len(changes) == 3
    assert len(RegisterChanges()) == 0


def test_versions_are_counted_by_register(changes: RegisterChanges) -> None:
    assert changes.counts == {"city": 1, "need": 2}
    assert changes.counts["offer"] == 0


def test_the_codes_of_a_register_are_those_of_its_versions(changes: RegisterChanges) -> None:
    assert list(changes.codes_of("need")) == ["N-0001", "N-0002"]
    assert list(changes.codes_of("city")) == ["MHD"]
    assert list(changes.codes_of("offer")) == []


def test_the_codes_of_edited_records_are_without_those_of_new_ones(
    changes: RegisterChanges,
) -> None:
    assert list(changes.codes_of("need", first=False)) == ["N-0001"]
    assert list(changes.codes_of("city", first=False)) == []


def test_a_person_is_asked_about_some_notes_and_told_others() -> None:
    asked = [Note(code, "Is it the same?") for code in (NEAR_DUPLICATE, REPEATED_ACT, BARS_DEALS)]
    assert [one.is_question for one in asked] == [True, True, True]
    told = [Note("new-topic", "Nothing else names it."), Note(OLD_NOTE, "bnk.csv: 2 lines")]
    assert [one.is_question for one in told] == [False, False]
