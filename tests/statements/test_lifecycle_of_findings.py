"""How a night's findings are compared with the stored ones, and how events determine a status."""

from __future__ import annotations

import pytest

from ledger.statements.differences import FindingKind
from ledger.statements.findings import (
    FindingChanges,
    FindingEvent,
    FindingRecord,
    FindingState,
    compare_findings,
    finding_code,
    finding_number,
)

KIND = FindingKind.AMOUNT


def record(name: str, kind: FindingKind = KIND) -> FindingRecord:
    return FindingRecord(kind=kind, identity=(name,), subject="D-1", sentence=name)


def changes(last: FindingEvent, *, is_found: bool, compared: tuple[FindingKind, ...] = (KIND,)):
    """Give what one night does to a stored finding."""
    stored = {record("one").key: FindingState(7, KIND, last)}
    return compare_findings(stored, [record("one")] if is_found else [], compared)


@pytest.mark.parametrize("last", FindingEvent)
def test_an_open_finding_that_is_no_longer_found_is_resolved(last):
    is_open = last in {FindingEvent.OPENED, FindingEvent.REOPENED}

    gone = changes(last, is_found=False)

    assert gone == FindingChanges(auto_resolved=(7,) if is_open else ())
    assert bool(gone) is is_open


def test_a_finding_whose_kind_was_not_compared_stays():
    assert not changes(FindingEvent.OPENED, is_found=False, compared=(FindingKind.DATE,))


@pytest.mark.parametrize("last", FindingEvent)
def test_only_a_finding_that_resolved_itself_is_opened_again(last):
    again = (7,) if last is FindingEvent.AUTO_RESOLVED else ()

    found = changes(last, is_found=True)

    assert found == FindingChanges(reopened=again)
    assert bool(found) is bool(again)


def test_a_finding_that_is_not_stored_is_opened_once():
    new = compare_findings({}, [record("one"), record("two"), record("one")], ())

    assert new == FindingChanges(opened=(record("one"), record("two")))
    assert new


def test_changes_are_in_the_order_of_the_findings_numbers():
    def stored(last: FindingEvent) -> dict[str, FindingState]:
        return {record(f"{n}").key: FindingState(n, KIND, last) for n in (3, 1, 2)}

    found = [record(f"{n}") for n in (2, 3, 1)]

    gone = compare_findings(stored(FindingEvent.OPENED), [], [KIND])
    again = compare_findings(stored(FindingEvent.AUTO_RESOLVED), found, [KIND])
    assert gone.auto_resolved == again.reopened == (1, 2, 3)


@pytest.mark.parametrize(
    ("event", "word"),
    [
        (FindingEvent.OPENED, "opened"),
        (FindingEvent.REOPENED, "reopened"),
        (FindingEvent.RESOLVED, "resolved"),
        (FindingEvent.AUTO_RESOLVED, "auto-resolved"),
    ],
)
def test_an_event_has_a_word_for_people(event, word):
    assert event.word == word


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("F-0042", 42),
        ("f-42", 42),
        ("42", 42),
        ("F-", None),
        ("D-42", None),
        ("F-1234567890", None),
    ],
)
def test_a_finding_is_named_by_its_code_or_number(typed, number):
    assert finding_number(typed) == number
    assert number is None or finding_code(number) == "F-0042"
