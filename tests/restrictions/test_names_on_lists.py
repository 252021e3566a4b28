"""How alike two names are, and the names found by likeness."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.restrictions.names import ComparedNames, compared_name, likeness


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Société Générale S.A.", "SOCIETE GENERALE"),
        ("Impresa S.p.A.", "IMPRESA SPA"),
        ("Khatam, Builders (Pvt.) Ltd.", "Builders Khatam"),
        ("ＡＣＭＥ Gmbh", "Acme"),
        ("Stroy-Invest OOO", "OOO STROY INVEST"),
    ],
)
def test_case_marks_punctuation_legal_forms_and_order_do_not_count(one: str, other: str) -> None:
    assert compared_name(one) == compared_name(other)


def test_a_name_of_legal_forms_alone_keeps_them() -> None:
    assert compared_name("Company Ltd.") == "company ltd"
    assert compared_name("...") == ""


TEXTS = st.text("abc ", max_size=8)


def common(one: str, other: str) -> int:
    """Give the longest common subsequence by its definition."""
    if not one or not other:
        return 0
    if one[-1] == other[-1]:
        return 1 + common(one[:-1], other[:-1])
    return max(common(one[:-1], other), common(one, other[:-1]))


@given(st.text("abc", max_size=6), st.text("abc", max_size=6))
def test_the_likeness_is_twice_the_common_part_by_both_lengths(one: str, other: str) -> None:
    both = len(one) + len(other)
    assert likeness(one, other) == (200 * common(one, other) // both if both else 100)


@given(st.lists(TEXTS, max_size=6), TEXTS, st.integers(50, 100))
def test_no_name_that_is_like_another_is_passed_over(
    names: list[str], name: str, least: int
) -> None:
    forms, wanted = [compared_name(one) for one in names], compared_name(name)
    due = {
        (place, likeness(wanted, form))
        for place, form in enumerate(forms)
        if form and wanted and likeness(wanted, form) >= least
    }
    assert set(ComparedNames(names).like(name, least)) == due
