"""What is recorded of an act beside what it moves."""

from __future__ import annotations

from datetime import date

import pytest

from ledger.core.text import ControlCharacter
from ledger.journal.entries import ActDetails

DAY = date(2026, 11, 23)


def test_texts_are_kept_without_space_around_them_and_an_empty_one_is_none():
    details = ActDetails(effective_on=DAY, reference=" Letter 12 ", override="  ")

    assert (details.reference, details.override) == ("Letter 12", None)
    assert ActDetails(effective_on=DAY, override=" agreed ").override == "agreed"
    assert ActDetails(effective_on=DAY, reference=" ").reference is None


@pytest.mark.parametrize("name", ["reference", "override"])
def test_a_text_with_a_control_character_is_refused_by_its_name(name):
    with pytest.raises(ControlCharacter, match=name):
        ActDetails(effective_on=DAY, **{name: "Letter\x07"})
