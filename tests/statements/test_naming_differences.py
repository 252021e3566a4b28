"""Which difference a line that agrees with no entry is found to be, and what is missing there."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from reconciling import (
    BANK,
    COMMITMENT,
    FIRM,
    GBP,
    JPY,
    TODAY,
    USD,
    day,
    deal,
    entry,
    ledger,
    line,
    nameless,
    reconcile,
)

from ledger.statements.passes import compare_statements

TWO_DEALS = (deal(), deal(2))
OF_A_FIRM = (deal(), deal(9, provider=FIRM))
PAY = {"reference": "PAY-1"}


def differences(*arguments):
    return reconcile(*arguments)[1]


# Another party


def test_a_line_that_names_another_providers_deal_is_of_the_wrong_party():
    facts = ledger(entry(1, 400), deals=OF_A_FIRM)

    assert differences(facts, line(1, 400, deal="D-9")) == ["wrong-party: 1 / 1 of D-9"]
    assert differences(facts, line(1, 400, offer="O-9")) == ["wrong-party: 1 / 1 of D-1"]
    assert differences(facts, line(1, 401, deal="D-9"))[0] == "wrong-party: 1 / none of D-9"
    assert differences(facts, line(1, 401, offer="O-9"))[0] == "wrong-party: 1 / none of no deal"


@pytest.mark.parametrize(("on", "entries"), [(6, "none"), (7, "1"), (13, "1"), (14, "none")])
def test_the_entry_meant_is_of_the_amount_within_three_days(on, entries):
    facts = ledger(entry(1, 400), deals=OF_A_FIRM)

    assert differences(facts, line(1, 400, on, deal="D-9"))[0] == (
        f"wrong-party: 1 / {entries} of D-9"
    )


def test_the_entry_meant_has_no_other_reference():
    facts = ledger(entry(1, 400, reference="OURS"), deals=OF_A_FIRM)

    assert differences(facts, line(1, 400, deal="D-9"))[0] == "wrong-party: 1 / 1 of D-9"
    assert differences(facts, line(1, 400, deal="D-9", reference="THEIRS"))[0] == (
        "wrong-party: 1 / none of D-9"
    )


def test_the_entry_meant_is_in_the_deal_that_the_line_names():
    facts = ledger(entry(1, 400, deal="D-2"), entry(2, 400), deals=TWO_DEALS)

    assert differences(facts, line(1, 400, deal="D-1", offer="O-2"))[0] == (
        "wrong-party: 1 / 2 of D-1"
    )


def test_a_reference_of_another_providers_entry_shows_the_party():
    facts = ledger(entry(1, 400), entry(2, 70, 90, deal="D-9", **PAY), deals=OF_A_FIRM)

    for codes in ({"deal": "D-1"}, {"deal": None}, {"deal": "D-9"}):
        assert differences(facts, line(1, 70, **PAY, **codes))[0] == (
            f"wrong-party: 1 / 2 of {codes['deal'] if codes['deal'] == 'D-9' else 'D-9'}"
        )
    assert "wrong-party" not in str(differences(facts, line(1, 70, reference="PAY-2")))
    assert "wrong-party" not in str(differences(facts, line(1, 70, kind=COMMITMENT, **PAY)))


def test_a_reference_of_an_own_entry_shows_no_other_party():
    facts = ledger(entry(1, 400, **PAY), entry(2, 70, deal="D-9", **PAY), deals=OF_A_FIRM)

    assert differences(facts, line(1, 70, **PAY)) == ["amount-differs: 1 / 1 of D-1"]


def test_lines_after_one_of_another_party_are_looked_at_too():
    facts = ledger(entry(1, 70, deal="D-9", **PAY), entry(2, 80, deal="D-9", **PAY),
                   deals=OF_A_FIRM)  # fmt: skip

    assert differences(facts, line(1, 70, **PAY), line(2, 80, **PAY), line(3, 9, deal="D-9")) == [
        "wrong-party: 1 / 1 of D-9",
        "wrong-party: 2 / 2 of D-9",
        "wrong-party: 3 / none of D-9",
    ]


def test_a_line_meant_for_another_deal_of_the_provider_is_of_the_wrong_party():
    facts = ledger(entry(1, 400, deal="D-2"), deals=TWO_DEALS)

    assert differences(facts, line(1, 400)) == ["wrong-party: 1 / 1 of D-2"]
    assert differences(facts, line(1, 400, deal="D-7")) == ["wrong-party: 1 / 1 of D-2"]


@pytest.mark.parametrize(("on", "is_meant"), [(6, False), (7, True), (13, True), (14, False)])
def test_the_other_deal_is_found_by_the_amount_within_three_days(on, is_meant):
    facts = ledger(entry(1, 400, deal="D-2"), deals=TWO_DEALS)

    assert ("wrong-party" in str(differences(facts, line(1, 400, on)))) is is_meant


def test_the_other_deal_is_found_by_the_reference_before_the_day():
    facts = ledger(entry(1, 400, deal="D-2"), entry(2, 400, 12, deal="D-2", **PAY), deals=TWO_DEALS)

    assert differences(facts, line(1, 400, **PAY))[0] == "wrong-party: 1 / 2 of D-2"
    assert differences(facts, line(1, 400))[0] == "wrong-party: 1 / 1 of D-2"


def test_an_entry_with_another_reference_is_not_the_one_meant():
    facts = ledger(entry(1, 400, deal="D-2", reference="OURS"), deals=TWO_DEALS)

    assert differences(facts, line(1, 400))[0] == "wrong-party: 1 / 1 of D-2"
    assert differences(facts, line(1, 400, **PAY))[0] == "unknown-here: 1 / none of D-1"


def test_an_entry_that_another_line_refers_to_is_not_the_one_meant():
    facts = ledger(entry(1, 400, deal="D-2", **PAY), deals=TWO_DEALS)
    lines = line(1, 400, 11), line(2, 350, deal="D-2", **PAY)

    assert differences(facts, *lines) == [
        "amount-differs: 2 / 1 of D-2",
        "unknown-here: 1 / none of D-1",
    ]


def test_a_line_whose_own_deal_has_its_reference_is_not_meant_for_another():
    facts = ledger(entry(1, 400, deal="D-2"), entry(2, 90, **PAY), deals=TWO_DEALS)

    assert differences(facts, line(1, 400, **PAY))[0] == "amount-differs: 1 / 2 of D-1"


def test_a_line_without_codes_is_of_no_other_deal_but_the_next_line_is():
    facts = ledger(entry(1, 400, deal="D-2"), deals=TWO_DEALS)

    assert "wrong-party: 2 / 1 of D-2" in differences(facts, nameless(1, 9), line(2, 400))


@pytest.mark.parametrize("codes", [{"deal": "D-7"}, {"offer": "O-7"}, {"need": "N-7"}])
def test_a_line_that_names_what_the_ledger_lacks_is_found_by_its_reference(codes):
    told = line(1, 400, **PAY, **codes)

    assert differences(ledger(entry(1, 400, **PAY)), told) == ["wrong-party: 1 / 1 of D-1"]
    (unknown,) = compare_statements(BANK, [told], ledger(), TODAY).differences
    ((name, code),) = codes.items()
    assert (unknown.kind, unknown.other) == ("unknown-here", f"{name} {code}")


# The sign, the day, the amount


def test_the_amount_with_the_opposite_sign():
    facts = ledger(entry(1, 400))

    assert differences(facts, line(1, -400)) == ["sign-differs: 1 / 1 of D-1"]
    assert differences(ledger(entry(1, -400)), line(1, 400)) == ["sign-differs: 1 / 1 of D-1"]
    assert "sign-differs" not in str(differences(facts, line(1, -401)))
    assert "sign-differs" not in str(differences(facts, line(1, -400, 14)))


def test_the_amount_on_another_day():
    facts = ledger(entry(1, 400), entry(2, 400, 90))

    assert differences(facts, line(1, 400, 20))[0] == "date-differs: 1 / 1 of D-1"
    assert differences(facts, line(1, 400, 60))[0] == "date-differs: 1 / 2 of D-1"


@pytest.mark.parametrize(("on", "kind"), [(102, "date-differs"), (103, "unknown-here")])
def test_a_day_is_wrong_by_a_quarter_at_most(on, kind):
    assert differences(ledger(entry(1, 400)), line(1, 400, on))[0].startswith(kind)


def test_a_day_may_be_wrong_by_any_time_under_one_reference():
    facts = ledger(entry(1, 400, **PAY))

    for codes in ({"deal": "D-1"}, {"deal": None}):
        assert differences(facts, line(1, 400, 200, **PAY, **codes)) == [
            "date-differs: 1 / 1 of D-1"
        ]


def test_an_entry_that_another_line_refers_to_is_not_that_of_another_day():
    facts = ledger(entry(1, 400, reference="A"))

    for on in (10, 20):
        assert differences(facts, line(1, 400, on), line(2, 390, reference="A")) == [
            "amount-differs: 2 / 1 of D-1",
            "unknown-here: 1 / none of D-1",
        ]


def test_an_entry_under_another_reference_is_not_that_of_another_day():
    facts = ledger(entry(1, 400, reference="OURS"))

    assert differences(facts, line(1, 400, 20)) == ["date-differs: 1 / 1 of D-1"]
    assert differences(facts, line(1, 400, 20, **PAY))[0] == "unknown-here: 1 / none of D-1"


def test_a_line_without_codes_and_reference_differs_from_nothing():
    facts = ledger(entry(1, 400))

    for other in (nameless(1, 400, 20), nameless(1, -400), nameless(1, 390)):
        assert differences(facts, other)[0] == "unknown-here: 1 / none of no deal"


def test_another_amount():
    facts = ledger(entry(1, 400))

    assert differences(facts, line(1, 390)) == ["amount-differs: 1 / 1 of D-1"]
    assert differences(facts, line(1, -390))[0] == "unknown-here: 1 / none of D-1"
    assert differences(facts, line(1, 0)) == ["amount-differs: 1 / 1 of D-1"]
    assert differences(ledger(entry(1, -400)), line(1, -1)) == ["amount-differs: 1 / 1 of D-1"]
    assert differences(ledger(entry(1, 0)), line(1, 1)) == ["amount-differs: 1 / 1 of D-1"]


def test_amounts_with_one_reference_are_compared_on_any_day():
    facts = ledger(entry(1, 400, **PAY))

    for codes in ({"deal": "D-1"}, {"deal": None}):
        assert differences(facts, line(1, 390, 200, **PAY, **codes)) == [
            "amount-differs: 1 / 1 of D-1"
        ]


def test_an_amount_under_another_reference_is_another_payment():
    facts = ledger(entry(1, 400, reference="OURS"))

    assert differences(facts, line(1, 390))[0] == "amount-differs: 1 / 1 of D-1"
    assert differences(facts, line(1, 390, **PAY))[0] == "unknown-here: 1 / none of D-1"
    assert differences(ledger(entry(1, 400)), line(1, 390, **PAY))[0] == (
        "amount-differs: 1 / 1 of D-1"
    )


def test_the_amount_of_an_act_recorded_for_the_line_is_compared_on_any_day():
    facts = ledger(entry(1, 400, 200, reference="S/1"))

    assert differences(facts, line(1, 390)) == ["amount-differs: 1 / 1 of D-1"]


def test_of_several_entries_the_nearest_is_compared():
    facts = ledger(entry(1, 400, 8), entry(2, 400, 11), entry(3, 500, 12, reference="S/1"))

    assert differences(facts, line(1, 390))[0] == "amount-differs: 1 / 2 of D-1"
    near = ledger(entry(1, 400, 12), entry(2, 400, 12), entry(3, 500, 11, reference="S/1"))
    assert differences(near, line(1, 390))[0] == "amount-differs: 1 / 3 of D-1"
    assert differences(near, line(2, 390))[0] == "amount-differs: 2 / 3 of D-1"
    far = ledger(entry(1, 400, 12), entry(3, 500, 30, reference="S/1"))
    assert differences(far, line(1, 390))[0] == "amount-differs: 1 / 1 of D-1"


# The unit and the rate


def test_the_figure_in_another_unit():
    facts = ledger(entry(1, 400))

    assert differences(facts, line(1, 400, unit=USD)) == ["unit-differs: 1 / 1 of D-1"]
    assert differences(facts, line(1, 4, unit=JPY)) == ["unit-differs: 1 / 1 of D-1"]
    assert differences(facts, line(1, 777, unit=USD)) == ["unit-differs: 1 / 1 of D-1"]
    assert differences(facts, line(1, 777, 14, unit=USD))[0] == "unknown-here: 1 / none of D-1"


def test_the_entry_of_the_figure_goes_before_a_nearer_one():
    facts = ledger(entry(1, 300), entry(2, 400, 12))

    assert differences(facts, line(1, 400, unit=USD))[0] == "unit-differs: 1 / 2 of D-1"
    assert differences(facts, line(1, 4, unit=JPY))[0] == "unit-differs: 1 / 2 of D-1"
    assert differences(facts, line(1, 500, unit=USD))[0] == "unit-differs: 1 / 1 of D-1"


def test_a_figure_with_decimals_is_no_amount_of_a_unit_without():
    facts = ledger(entry(1, 300), entry(2, 4, 12, deal="D-2"),
                   deals=[deal(offer="O-1"), deal(2, offer="O-1", need_unit=JPY)])  # fmt: skip

    assert differences(facts, line(1, 4_00, offer="O-1", unit=USD))[0] == (
        "unit-differs: 1 / 2 of D-2"
    )
    assert differences(facts, line(1, 4_50, offer="O-1", unit=USD))[0] == (
        "unit-differs: 1 / 1 of D-1"
    )


def test_the_figure_of_one_side_in_the_unit_of_the_other():
    facts = ledger(
        entry(1, 4_000, theirs=4_800), deals=[deal(offer_unit=USD, rate=Fraction("1.2"))]
    )

    assert differences(facts, line(1, 4_000, unit=USD)) == ["unit-differs: 1 / 1 of D-1"]
    assert differences(facts, line(1, 4_800)) == ["unit-differs: 1 / 1 of D-1"]
    assert differences(facts, line(1, 4_100, unit=GBP)) == ["unit-differs: 1 / 1 of D-1"]
    assert differences(facts, line(1, 4_100, unit=USD)) == ["amount-differs: 1 / 1 of D-1"]


def test_an_amount_that_the_rounding_of_the_rate_explains():
    crossing = deal(offer_unit=USD, rate=Fraction("1.2"))
    facts = ledger(
        entry(1, 4_000, 8, theirs=4_800),
        entry(2, 4_000, 9, theirs=4_800),
        entry(3, 5_000, theirs=6_000),
        deals=[crossing],
    )

    assert differences(facts, line(1, 4_801, unit=USD))[0] == "rate-rounding: 1 / 2 of D-1"
    assert differences(facts, line(1, 4_750, unit=USD))[0] == "amount-differs: 1 / 3 of D-1"
    plain = ledger(entry(1, 4_800), deals=[deal()])
    assert differences(plain, line(1, 4_801))[0] == "amount-differs: 1 / 1 of D-1"


def test_of_several_roundings_that_of_the_reference_is_named():
    crossing = deal(offer_unit=USD, rate=Fraction("1.2"))
    facts = ledger(
        entry(1, 4_000, theirs=4_800), entry(2, 4_000, 13, theirs=4_800, **PAY), deals=[crossing]
    )

    assert differences(facts, line(1, 4_801, unit=USD, **PAY))[0] == "rate-rounding: 1 / 2 of D-1"


@pytest.mark.parametrize(
    ("reference", "codes", "kind"),
    [
        ("PAY-1", {}, "rate-rounding: 1 / 1 of D-1"),
        ("PAY-1", {"deal": None}, "rate-rounding: 1 / 1 of D-1"),
        ("S/1", {}, "rate-rounding: 1 / 1 of D-1"),
        ("S/1", {"deal": None}, "unknown-here: 1 / none of no deal"),
        (None, {}, "unknown-here: 1 / none of D-1"),
    ],
)
def test_a_rounded_act_of_another_day_is_named_by_the_reference_or_the_line(reference, codes, kind):
    crossing = deal(offer_unit=USD, rate=Fraction("1.2"))
    facts = ledger(entry(1, 4_000, 28, theirs=4_800, reference=reference), deals=[crossing])
    told = line(1, 4_801, unit=USD, reference="PAY-1", **codes)

    assert differences(facts, told)[0] == kind


# What is missing


@pytest.mark.parametrize(
    ("on", "is_missing"), [(0, False), (1, True), (31, True), (32, True), (61, True), (62, False)]
)
def test_an_entry_is_missing_in_the_months_from_the_first_line_to_the_last(on, is_missing):
    facts = ledger(entry(1, 400, 20), entry(2, 500, 45), entry(3, 70, on))

    assert differences(facts, line(1, 400, 20), line(2, 500, 45)) == (
        ["missing-there: none / 3 of D-1"] if is_missing else []
    )


def test_nothing_is_missing_after_today():
    facts = ledger(entry(1, 400), entry(2, 70, 20), entry(3, 80, 21))

    assert reconcile(facts, line(1, 400), today=day(20)) == (
        1,
        ["missing-there: none / 2 of D-1"],
    )


def test_nothing_is_missing_of_a_kind_or_provider_that_no_line_is_about():
    facts = ledger(
        entry(1, 400),
        entry(2, 70, kind=COMMITMENT),
        entry(3, 80, deal="D-9"),
        entry(4, 90),
        deals=OF_A_FIRM,
    )

    assert reconcile(facts, line(1, 400)) == (1, ["missing-there: none / 4 of D-1"])
    assert reconcile(facts) == (0, [])


def test_what_was_undone_is_not_missing():
    facts = ledger(
        entry(1, 400),
        entry(2, 70),
        entry(3, -70, 11),
        entry(4, 70, 12),
        entry(5, -30),
        entry(6, 30),
        entry(7, 70, 13, kind=COMMITMENT),
        entry(8, -70, 13, deal="D-2"),
        deals=TWO_DEALS,
    )

    assert differences(facts, line(1, 400)) == [
        "missing-there: none / 4 of D-1",
        "missing-there: none / 8 of D-2",
    ]


def test_missing_entries_are_told_in_recorded_order():
    facts = ledger(entry(1, 400), entry(2, 70), entry(3, 80), entry(4, 70))

    assert differences(facts, line(1, 400)) == [
        f"missing-there: none / {number} of D-1" for number in (2, 3, 4)
    ]


def test_a_return_agrees_with_a_return():
    facts = ledger(entry(1, 400), entry(2, -100, 12))

    assert reconcile(facts, line(1, 400), line(2, -100, 12)) == (2, [])


def test_codes_are_compared_without_regard_to_case():
    facts = ledger(entry(1, 400), deals=[replace(deal(), offer="o-ß", need="N-1")])

    assert reconcile(facts, line(1, 400, offer="O-SS", need="n-1")) == (1, [])
