"""The figures of a finding, what its sentence says, and the deliveries it proposes."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from reconciling import (
    BANK,
    COMMITMENT,
    EUR,
    GBP,
    JPY,
    TODAY,
    USD,
    deal,
    entry,
    ledger,
    line,
    nameless,
)

from ledger.core.quantity import Unit
from ledger.statements.describe import describe_difference, proposed_delivery
from ledger.statements.differences import Difference, FindingKind, UnclearSum
from ledger.statements.facts import DealEntry
from ledger.statements.findings import FindingRecord
from ledger.statements.lines import StatementLine

KWD = Unit("KWD", 3, "money", "Kuwaiti dinar")
KIND = FindingKind
CROSSING = deal(offer_unit=USD, rate=Fraction("1.2"))


def finding(
    kind: FindingKind,
    lines: tuple[StatementLine, ...] = (),
    entries: tuple[DealEntry, ...] = (),
    of: Any = deal(),  # noqa: B008 - a frozen value
    other: str | None = None,
) -> FindingRecord:
    """Describe a difference of a deal, or of none."""
    code = None if of is None else of.code
    difference = Difference(kind=kind, lines=lines, entries=entries, deal=code, other=other)
    facts = ledger(*entries, deals=[deal(9) if of is None else of])
    return describe_difference(BANK, difference, facts, TODAY)


def figures(*arguments: Any, **terms: Any) -> tuple[str | None, ...]:
    """Give ours, theirs and the difference of a finding."""
    record = finding(*arguments, **terms)
    return record.ours, record.theirs, record.difference


HALVES = line(7, 150), line(8, 250)


@pytest.mark.parametrize(
    ("kind", "lines", "entries", "expected"),
    [
        (KIND.AMOUNT, (line(1, 390),), (entry(1, 400),), ("4.00 EUR", "3.90 EUR", "-0.10 EUR")),
        (KIND.SIGN, (line(1, -400),), (entry(1, 400),), ("4.00 EUR", "-4.00 EUR", "-8.00 EUR")),
        (KIND.SPLIT, HALVES, (entry(1, 400),), ("4.00 EUR", "4.00 EUR", "0.00 EUR")),
        (
            KIND.MERGED,
            (line(1, 390),),
            (entry(1, 150), entry(2, 250)),
            ("4.00 EUR", "3.90 EUR", "-0.10 EUR"),
        ),
        (KIND.DUPLICATE, (line(1, 390),), (), ("3.90 EUR", "7.80 EUR", "3.90 EUR")),
        (KIND.UNKNOWN, (line(1, 390),), (), ("0.00 EUR", "3.90 EUR", "3.90 EUR")),
        (KIND.PARTY, (line(1, 390),), (entry(1, 390),), ("0.00 EUR", "3.90 EUR", "3.90 EUR")),
        (KIND.MISSING, (), (entry(1, 400),), ("4.00 EUR", "0.00 EUR", "-4.00 EUR")),
        (
            KIND.DATE,
            (line(1, 400, 20),),
            (entry(1, 400, 10),),
            ("2026-10-10", "2026-10-20", "10 days"),
        ),
    ],
)
def test_a_finding_has_our_figure_theirs_and_the_difference(kind, lines, entries, expected):
    assert figures(kind, lines, entries) == expected


def test_figures_are_in_the_unit_of_the_line():
    entries = (entry(1, 4_000, theirs=4_800),)

    assert figures(KIND.ROUNDING, (line(1, 4_801, unit=USD),), entries, CROSSING) == (
        *("48.00 USD", "48.01 USD"),
        "0.01 USD",
    )
    assert figures(KIND.AMOUNT, (line(1, 4_100),), entries, CROSSING)[0] == "40.00 EUR"
    assert figures(KIND.MISSING, (), entries, CROSSING)[0] == "40.00 EUR"
    assert figures(KIND.MERGED, (line(1, 4_100, unit=GBP),), entries, CROSSING)[0] == "0.00 GBP"


@pytest.mark.parametrize(
    ("told", "of", "expected"),
    [
        (line(1, 4_100, unit=GBP), deal(), ("40.00 EUR", "41.00 GBP", "1.00")),
        (line(1, 41, unit=JPY), deal(), ("40.00 EUR", "41 JPY", "1.00")),
        (line(1, 41_500, unit=KWD), deal(), ("40.00 EUR", "41.500 KWD", "1.500")),
        (line(1, 4_700, unit=GBP), CROSSING, ("48.00 USD", "47.00 GBP", "-1.00")),
        (line(1, 4_300, unit=GBP), CROSSING, ("40.00 EUR", "43.00 GBP", "3.00")),
        (line(1, 4_100, unit=USD), CROSSING, ("40.00 EUR", "41.00 USD", "1.00")),
        (line(1, 4_100), CROSSING, ("48.00 USD", "41.00 EUR", "-7.00")),
        (line(1, 47, unit=JPY), CROSSING, ("48.00 USD", "47 JPY", "-1.00")),
    ],
)
def test_figures_in_different_units_are_those_of_the_nearer_side(told, of, expected):
    assert figures(KIND.UNIT, (told,), (entry(1, 4_000, theirs=4_800),), of) == expected


def test_sides_without_decimals_are_compared_as_whole_figures():
    in_yen = deal(offer_unit=JPY, rate=Fraction(160))
    record = (entry(1, 4_000, theirs=6_400),)

    assert figures(KIND.UNIT, (line(1, 640_100, unit=USD),), record, in_yen) == (
        *("6400 JPY", "6401.00 USD"),
        "1.00",
    )


def test_a_finding_names_its_statement_its_lines_its_deal_and_its_entry():
    of = deal(office="asia")

    both = finding(KIND.SPLIT, HALVES, (entry(3, 400), entry(4, 1)), of)
    missing = finding(KIND.MISSING, (), (entry(3, 400),), of)
    unknown = finding(KIND.UNKNOWN, (nameless(7, 150),), of=None)

    assert (both.subject, both.deal, both.office, both.entry) == ("D-1", "D-1", "asia", 3)
    assert (both.provider, both.statement, both.line) == (BANK, "S", "7+8")
    assert (missing.statement, missing.line, missing.entry) == (None, None, 3)
    assert (unknown.subject, unknown.deal, unknown.office, unknown.entry) == (
        *(BANK, None, None),
        None,
    )


@pytest.mark.parametrize(
    ("kind", "lines", "entries", "words"),
    [
        (KIND.AMOUNT, (line(7, 390),), (entry(3, 400),), "line 7|3.90 EUR|deal D-1|entry 3|4.00"),
        (KIND.SPLIT, HALVES, (entry(3, 400),), "lines 7, 8|1.50 EUR and 2.50 EUR|4.00 EUR"),
        (
            KIND.MERGED,
            (line(7, 400),),
            (entry(3, 150), entry(4, 250)),
            "line 7|4.00 EUR|1.50 EUR|entry 3|2.50 EUR|entry 4",
        ),
        (KIND.DUPLICATE, (line(7, 390, 20),), (), "Statement S|2026-10-20|3.90 EUR delivered"),
        (KIND.UNKNOWN, (line(7, 390, kind=COMMITMENT),), (), "committed|nothing that matches"),
        (KIND.MISSING, (), (entry(3, 400, 12),), f"{BANK}|4.00 EUR|2026-10-12|entry 3"),
        (KIND.DATE, (line(7, 400, 20),), (entry(3, 400, 10),), "2026-10-20|2026-10-10"),
    ],
)
def test_a_finding_says_what_was_compared(kind, lines, entries, words):
    sentence = finding(kind, lines, entries).sentence

    assert [word for word in words.split("|") if word not in sentence] == []


def test_the_subject_of_merged_acts_is_their_deals():
    acts = [entry(number, 100, deal=f"D-{number}") for number in (2, 1, 3)]
    deals = [deal(number, office=f"office-{number}") for number in range(1, 12)]
    many = [entry(number, 100, deal=f"D-{number}") for number in range(1, 12)]

    def subject(kind: FindingKind, *entries: DealEntry) -> str:
        difference = Difference(kind=kind, lines=(line(7, 400),), entries=entries)
        record = describe_difference(BANK, difference, ledger(*entries, deals=deals), TODAY)
        assert (record.deal, record.office) == (None, None)
        return record.subject

    assert subject(KIND.MERGED, *acts, entry(4, 100, deal="D-2")) == "D-2+D-1+D-3"
    assert subject(KIND.MERGED, *many[:9]) == "D-1+D-2+D-3+D-4+D-5+D-6+D-7+D-8+1 more"
    assert subject(KIND.PARTY, *acts) == BANK


def test_a_finding_says_what_the_ledger_lacks_or_has_instead():
    unknown = finding(KIND.UNKNOWN, (line(7, 390),), other="deal D-7").sentence
    party = finding(KIND.PARTY, (line(7, 390),), other="it is deal D-2").sentence

    assert "no deal D-7" in unknown
    assert "nothing that matches" not in unknown
    assert "it is deal D-2" in party


def test_a_finding_repeats_the_codes_and_the_reference_of_the_line():
    named = finding(KIND.UNKNOWN, (line(7, 390, offer="O-1", need="N-1", reference="PAY-1"),))
    plain = finding(KIND.UNKNOWN, (nameless(7, 390),), of=None)

    assert "for offer O-1, need N-1 (PAY-1) on" in named.sentence
    assert "for deal" not in named.sentence
    assert "delivered on 2026-10-10" in plain.sentence


def test_an_entry_in_two_units_is_told_in_both():
    entries = (entry(3, 4_000, theirs=4_800),)

    crossing = finding(KIND.ROUNDING, (line(7, 4_801, unit=USD),), entries, CROSSING).sentence
    plain = finding(KIND.AMOUNT, (line(7, 390),), (entry(3, 400),)).sentence

    assert "40.00 EUR = 48.00 USD" in crossing
    assert "=" not in plain


def test_one_day_of_several_lines_is_told_once():
    twice = finding(KIND.SPLIT, HALVES, (entry(3, 400),)).sentence
    apart = finding(KIND.SPLIT, (line(7, 150), line(8, 250, 11)), (entry(3, 400),)).sentence

    assert twice.count("2026-10-10") == 2  # theirs and ours
    assert "2026-10-10, 2026-10-11" in apart


def test_a_finding_is_the_same_while_its_lines_entries_and_figures_are():
    lines, entries = (line(7, 390),), (entry(3, 400),)
    first = finding(KIND.AMOUNT, lines, entries)

    assert finding(KIND.AMOUNT, lines, entries).key == first.key
    assert replace(first, sentence="other words", command=None).key == first.key
    for other in (
        finding(KIND.SIGN, lines, entries),
        finding(KIND.AMOUNT, (line(8, 390),), entries),
        finding(KIND.AMOUNT, lines, (entry(4, 400),)),
        finding(KIND.AMOUNT, (line(7, 391),), entries),
        finding(KIND.AMOUNT, lines, (entry(3, 401),)),
    ):
        assert other.key != first.key


def test_the_key_of_a_finding_is_that_of_earlier_releases():
    record = replace(finding(KIND.AMOUNT, (line(7, 390),), (entry(3, 400),)), identity=("بانک",))

    assert record.key.startswith("063de11e7698c827")


# Sums that are unclear


def unclear(sums: UnclearSum, *items: StatementLine | DealEntry) -> FindingRecord:
    """Describe the sets of acts that add up to a line, or of lines that add up to an act."""
    difference = Difference(
        kind=KIND.UNCLEAR,
        lines=tuple(one for one in items if isinstance(one, StatementLine)),
        entries=tuple(one for one in items if isinstance(one, DealEntry)),
        deal="D-1",
        unclear=sums,
    )
    return describe_difference(BANK, difference, ledger(*difference.entries), TODAY)


def test_the_sets_of_acts_that_add_up_to_a_line_are_counted_and_shown():
    acts = entry(1, 100), entry(2, 300), entry(3, 150), entry(4, 250)
    one = unclear(UnclearSum(count=1, sets=(acts[:2],)), line(7, 400), *acts[:2])
    two = unclear(UnclearSum(count=2, sets=(acts[:2], acts[2:])), line(7, 400), *acts)
    many = unclear(UnclearSum(count=1_200, sets=(acts[:2], acts[2:])), line(7, 400), *acts)
    whole = "Statement S, line 7: 4.00 EUR delivered for deal D-1 on 2026-10-10."
    first = "(1) 1.00 EUR of deal D-1 (entry 1) + 3.00 EUR of deal D-1 (entry 2)"
    second = "(2) 1.50 EUR of deal D-1 (entry 3) + 2.50 EUR of deal D-1 (entry 4)"

    assert one.sentence == (
        f"{whole} One set of acts adds up to it, but another line needs the same acts;"
        f" none is asserted: {first}."
    )
    assert (one.ours, one.theirs, one.difference) == ("1 set", "4.00 EUR", None)
    assert two.sentence == (
        f"{whole} 2 sets of acts add up to it; none is asserted. {first}; {second}."
    )
    assert (two.ours, two.theirs) == ("2 sets", "4.00 EUR")
    assert many.sentence == (
        f"{whole} 1,200 sets of acts add up to it; none is asserted. The first 2:"
        f" {first}; {second}."
    )


def test_the_sets_of_lines_that_add_up_to_an_act_are_counted_and_shown():
    lines = line(7, 150), line(8, 250)
    found = unclear(UnclearSum(count=1, sets=(lines,)), *lines, entry(3, 400))

    assert found.sentence == (
        "The ledger has 4.00 EUR delivered on 2026-10-10 for deal D-1 (entry 3). One set of lines"
        " adds up to it, but another act needs the same lines; none is asserted:"
        " (1) 1.50 EUR of line 7 + 2.50 EUR of line 8."
    )
    assert (found.ours, found.theirs, found.difference) == ("4.00 EUR", "1 set", None)
    whole = line(9, 400)
    either = unclear(UnclearSum(count=2, sets=((whole,), lines)), *lines, whole, entry(3, 400))
    assert either.sentence.endswith(
        "2 sets of lines add up to it; none is asserted."
        " (1) 4.00 EUR of line 9; (2) 1.50 EUR of line 7 + 2.50 EUR of line 8."
    )


def test_of_a_sum_that_was_not_searched_to_the_end_no_set_is_shown():
    found = unclear(UnclearSum(complete=False), line(7, 400))

    assert found.sentence.endswith(
        "Whether acts add up to it was not searched to the end; no set is asserted."
    )
    assert (found.ours, found.theirs) == ("not searched to the end", "4.00 EUR")


@pytest.mark.parametrize(("count", "rest"), [(8, "line 8"), (9, "1 more"), (10, "2 more")])
def test_of_a_large_set_the_first_eight_are_shown(count, rest):
    lines = tuple(line(number, 1) for number in range(1, count + 1))
    found = unclear(UnclearSum(count=1, sets=(lines,)), *lines, entry(3, count))

    shown = found.sentence.split("(1) ")[1].removesuffix(".").split(" + ")
    assert shown[:7] == [f"0.01 EUR of line {number}" for number in range(1, 8)]
    assert len(shown) == min(count, 9)
    assert shown[-1].endswith(rest)


# Deliveries to be posted


@pytest.mark.parametrize(("amount", "is_proposed"), [(-1, 0), (0, 0), (1, 1), (500, 1), (501, 0)])
def test_a_delivery_of_what_is_committed_at_most_is_proposed(amount, is_proposed):
    difference = Difference(kind=KIND.UNKNOWN, lines=(line(7, amount),), deal="d-1")

    proposal = proposed_delivery(difference, ledger(deals=[deal(committed=500)]))

    assert (proposal is not None) == is_proposed


def test_a_proposed_delivery_has_the_reference_of_the_line_or_its_number():
    facts = ledger(deals=[deal(committed=500)])

    def proposed(told: StatementLine, code: str | None = "D-1", kind: FindingKind = KIND.UNKNOWN):
        return proposed_delivery(Difference(kind=kind, lines=(told,), deal=code), facts)

    plain = proposed(line(7, 400))
    assert plain is not None
    assert (plain.deal, plain.amount, plain.quantity, plain.reference) == (
        *("D-1", 400, "4.00 EUR"),
        "S/7",
    )
    referred = proposed(line(7, 400, reference="PAY-1"))
    assert referred is not None
    assert referred.reference == "PAY-1"
    assert proposed(line(7, 400), None) is None
    assert proposed(line(7, 400), "D-7") is None
    assert proposed(line(7, 400), kind=KIND.AMOUNT) is None
    assert proposed(line(7, 400, kind=COMMITMENT)) is None
    assert proposed(line(7, 400, unit=USD)) is None


def test_a_delivery_is_proposed_in_the_unit_of_the_need():
    facts = ledger(deals=[deal(offer_unit=USD, committed=500)])

    for unit, is_proposed in ((EUR, True), (USD, False)):
        difference = Difference(kind=KIND.UNKNOWN, lines=(line(7, 400, unit=unit),), deal="D-1")
        assert (proposed_delivery(difference, facts) is not None) is is_proposed
