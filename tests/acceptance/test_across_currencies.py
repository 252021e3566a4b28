"""Deals across currencies, in many parts: not one unit lost, nothing overdrawn, zero at the end."""

from __future__ import annotations

import random
from collections import Counter
from decimal import Decimal
from fractions import Fraction

import pytest
from acceptance_model import Pair, Published, find_rate, written
from acceptance_office import Office, Row, deal, need, offer, small

PAIRS = [
    ("EUR", "USD", "1.085"),
    ("USD", "JPY", "151.337"),
    ("JPY", "EUR", "0.0066667"),
    ("KWD", "IRR", "136427.881"),
    ("EUR", "IRR", "42015.5"),
    ("IRR", "KWD", "0.0000073299"),
    ("TND", "KRW", "437.77"),
    ("KRW", "TND", "0.00228431"),
    ("EUR", "EUR", "1"),
]
MOST = 4 * 10**18
"""The largest quantity, in smallest parts."""

UNTIL = "2027-01-31"


def _pair(need_unit: str, offer_unit: str, required: int, put_up: int) -> Pair:
    return Pair(need_unit, offer_unit, Counter(open=required), Counter(available=put_up))


def _declare(office: Office, pair: Pair) -> None:
    office.take_in(
        small(
            needs=[need(quantity=written(pair.need["open"], pair.need_unit), unit=pair.need_unit)],
            offers=[
                offer(
                    quantity=written(pair.offer["available"], pair.offer_unit),
                    unit=pair.offer_unit,
                )
            ],
        )
    )


def _same(receipt: dict[str, object], pair: Pair) -> None:
    assert receipt["need"] == pair.need_side("N-1")
    assert receipt["offer"] == pair.offer_side("O-1")


@pytest.mark.parametrize(("need_unit", "offer_unit", "typed"), PAIRS)
def test_random_parts_one_by_one(
    office: Office, need_unit: str, offer_unit: str, typed: str
) -> None:
    chance = random.Random(f"{need_unit}{offer_unit}{typed}")
    rate = Fraction(typed)
    pair = _pair(need_unit, offer_unit, chance.randrange(10**4, 10**7), 10**13)
    _declare(office, pair)
    code = "D-0001"
    said = () if need_unit == offer_unit else ("--rate", typed)
    first = chance.randrange(1, pair.need["open"] // 2)
    assert pair.hold(code, first, rate)
    _same(office.do(*_introduce(pair, first), "--until", UNTIL, *said), pair)
    more = chance.randrange(1, pair.need["open"])
    assert pair.hold(code, more, rate)
    _same(office.do(*_introduce(pair, more), "--until", UNTIL, *said), pair)
    own = pair.deals[code].need
    for _ in range(9):
        verb, source, target, words = chance.choice(
            [
                ("commit", "held", "committed", ()),
                ("release", "held", "free", ()),
                ("deliver", "committed", "delivered", ()),
                ("release", "committed", "free", ("--committed",)),
                ("return", "delivered", "committed", ()),
            ]
        )
        if not own[source]:
            continue
        part = chance.choice([1, own[source], chance.randint(1, own[source])])
        assert pair.move(code, source, target, part)
        quantity = f"{written(part, need_unit)} {need_unit}"
        _same(office.do("deal", verb, code, quantity, *words), pair)
    for verb, source, target, words in (
        ("commit", "held", "committed", ()),
        ("deliver", "committed", "delivered", ()),
        ("return", "delivered", "committed", ()),
        ("release", "committed", "free", ("--committed",)),
    ):
        if own[source]:
            part = own[source]
            pair.move(code, source, target, part)
            quantity = f"{written(part, need_unit)} {need_unit}"
            _same(office.do("deal", verb, code, quantity, *words), pair)
    # Everything came back: both sides are where they began, to the last unit.
    assert not any(pair.deals[code].offer.values())
    office.checked()


def _introduce(pair: Pair, part: int) -> tuple[str, ...]:
    quantity = f"{written(part, pair.need_unit)} {pair.need_unit}"
    return ("deal", "introduce", "O-1", "N-1", quantity)


@pytest.mark.parametrize("seed", range(4))
def test_many_parts_at_once_by_import(office: Office, seed: int) -> None:
    """Hundreds of acts in one file, several deals of one pair at different rates."""
    chance = random.Random(seed)
    need_unit, offer_unit, typed = chance.choice(PAIRS[:-1])
    pair = _pair(need_unit, offer_unit, chance.randrange(10**6, 10**9), 10**16)
    _declare(office, pair)
    rows: list[Row] = []
    rates = {f"D-{number}": str(Decimal(typed) * number) for number in (1, 2, 3)}
    for number in range(150):
        code = chance.choice(list(rates))
        act, amount, extra = _next_act(chance, pair, code, Fraction(rates[code]))
        if not amount:
            continue
        row = deal(code, act, written(amount, need_unit), "2026-03-01", unit=need_unit)
        row |= {"reference": f"R{number:04}", **extra}
        if act == "introduced" and not any(other["code"] == code for other in rows):
            row["rate"] = rates[code]
        rows.append(row)
    # One day orders its acts by what they are; give each a day of its own instead.
    for at, row in enumerate(rows):
        month, day = divmod(at, 28)
        row["effective_on"] = f"2026-{month + 2:02}-{day + 1:02}"
        if row["act"] == "introduced":
            row["held_until"] = UNTIL
    assert len(rows) > 50
    office.take_in({"deals": rows})
    listed = {row["deal"]: row for row in office.do("deal", "list")["rows"]}
    for code, own in pair.deals.items():
        for stage in ("held", "committed", "delivered"):
            assert listed[code][stage] == written(own.need[stage], need_unit)
            assert listed[code][f"offer_{stage}"] == written(own.offer[stage], offer_unit)
    row = office.gap("N-1")
    for stage in ("held", "committed", "delivered"):
        assert row[stage] == written(pair.need[stage], need_unit)
    office.checked()


def _next_act(
    chance: random.Random, pair: Pair, code: str, rate: Fraction
) -> tuple[str, int, dict[str, str]]:
    own = pair.deals[code].need if code in pair.deals else Counter()
    act, source, target, extra = chance.choice(
        [
            ("introduced", "", "", {}),
            ("committed", "held", "committed", {}),
            ("delivered", "committed", "delivered", {}),
            ("returned", "delivered", "committed", {}),
            ("released", "held", "free", {}),
            ("released", "committed", "free", {"from_stage": "committed"}),
        ]
    )
    if act == "introduced":
        amount = chance.randint(1, max(1, pair.need["open"] // 4))
        return (act, amount, {}) if pair.hold(code, amount, rate) else (act, 0, {})
    if not own[source]:
        return act, 0, {}
    amount = chance.choice([1, own[source], chance.randint(1, own[source])])
    pair.move(code, source, target, amount)
    return act, amount, extra


def test_a_side_worth_nothing_writes_no_movement(office: Office) -> None:
    """One rial is worth less than a yen: the first hold takes a whole yen, the next parts none."""
    pair = _pair("IRR", "JPY", 1_000_00, 10)
    _declare(office, pair)
    pair.hold("D-0001", 1_000_00, Fraction("0.0035"))
    words = _introduce(pair, 1_000_00)
    _same(office.do(*words, "--until", UNTIL, "--rate", "0.0035"), pair)
    assert pair.offer["held"] == 4
    pair.move("D-0001", "held", "committed", 1)
    receipt = office.do("deal", "commit", "D-0001", "0.01 IRR")
    _same(receipt, pair)
    movements = office.do("journal", "show", receipt["entry"])["movements"]
    assert [one["side"] for one in movements] == ["need"]
    pair.move("D-0001", "committed", "delivered", 1)
    _same(office.do("deal", "deliver", "D-0001"), pair)
    pair.move("D-0001", "held", "committed", 999_99)
    _same(office.do("deal", "commit", "D-0001"), pair)
    pair.move("D-0001", "committed", "delivered", 999_99)
    _same(office.do("deal", "deliver", "D-0001"), pair)
    assert pair.offer["delivered"] == 4
    office.checked()


def test_the_largest_amounts(office: Office) -> None:
    """Up to 4*10^18 smallest parts on each side; one more is refused, and so is a worth above."""
    pair = _pair("IRR", "EUR", MOST, MOST)
    _declare(office, pair)
    rate = Fraction("0.99999999")
    pair.hold("D-0001", MOST - 1, rate)
    _same(office.do(*_introduce(pair, MOST - 1), "--until", UNTIL, "--rate", "0.99999999"), pair)
    for part in (1, 33_333_333_333_333_333, 7):
        pair.move("D-0001", "held", "committed", part)
        _same(office.do("deal", "commit", "D-0001", f"{written(part, 'IRR')} IRR"), pair)
    pair.move("D-0001", "held", "free", pair.deals["D-0001"].need["held"])
    _same(office.do("deal", "release", "D-0001"), pair)
    code, _ = office.refuse(
        "import", office.write({"needs": [need("N-2", written(MOST + 1, "EUR"))]}), "--yes"
    )
    assert code == 3
    code, _ = office.refuse(
        *("deal", "introduce", "O-1", "N-1", "1000000000000 IRR", "--until", UNTIL),
        *("--rate", "42015.5"),
    )
    assert code in {3, 4}
    office.checked()


def test_sums_beyond_sixty_four_bits(office: Office) -> None:
    """A hundred and twenty needs of 4*10^18 add up to more than a machine word holds."""
    most = written(MOST, "EUR")
    office.take_in(
        small(
            needs=[need(f"N-{number}", most) for number in range(120)],
            offers=[offer(quantity=most)],
        )
    )
    office.do("deal", "introduce", "O-1", "N-0", f"{most} EUR", "--commit")
    answer = office.gaps()
    (total,) = [row for row in answer["totals"] if not row.get("in_base")]
    assert total["required"] == written(120 * MOST, "EUR")
    assert total["gap"] == written(119 * MOST, "EUR")
    (row,) = office.gaps("--by", "factor,unit")["rows"]
    assert row["required"] == written(120 * MOST, "EUR")
    assert row["committed"] == written(MOST, "EUR")
    assert row["coverage"] == "0.0083"
    office.checked()


RATES = [
    ("2026-01-01", "EUR", "USD", "1.085"),
    ("2026-03-01", "EUR", "USD", "1.1"),
    ("2026-01-01", "EUR", "IRR", "42015.5"),
    ("2026-01-01", "USD", "JPY", "151.3"),
    ("2026-01-01", "KWD", "EUR", "3.0303"),
    ("2026-06-01", "USD", "EUR", "0.93"),
]


@pytest.mark.parametrize(
    ("need_unit", "offer_unit", "day"),
    [
        ("EUR", "USD", "2026-02-28"),
        ("EUR", "USD", "2026-03-01"),
        ("EUR", "USD", "2026-07-01"),
        ("USD", "EUR", "2026-05-31"),
        ("USD", "EUR", "2026-06-01"),
        ("JPY", "USD", "2026-07-01"),
        ("USD", "IRR", "2026-04-01"),
        ("IRR", "USD", "2026-04-01"),
        ("KWD", "USD", "2026-01-01"),
        ("IRR", "KWD", "2026-01-01"),
    ],
)
def test_the_rate_comes_from_the_table(
    office: Office, need_unit: str, offer_unit: str, day: str
) -> None:
    published = [Published(at, base, quote, Fraction(rate)) for at, base, quote, rate in RATES]
    rate = find_rate(published, need_unit, offer_unit, day)
    assert rate is not None
    columns = ("date", "base", "quote", "rate")
    office.take_in({"rates": [dict(zip(columns, row, strict=True)) for row in RATES]})
    pair = _pair(need_unit, offer_unit, 10**9, 10**15)
    _declare(office, pair)
    assert pair.hold("D-0001", 987_654_321, rate)
    receipt = office.do(*_introduce(pair, 987_654_321), "--until", UNTIL, "--on", day)
    _same(receipt, pair)
    (row,) = office.do("deal", "list")["rows"]
    assert Fraction(row["rate_exact"]) == rate
    assert abs(Fraction(row["rate"]) / rate - 1) * 10**11 * 2 <= 1


def test_no_rate_is_no_rate_of_one(office: Office) -> None:
    columns = ("date", "base", "quote", "rate")
    office.take_in({"rates": [dict(zip(columns, row, strict=True)) for row in RATES]})
    pair = _pair("NGN", "USD", 10**9, 10**15)
    _declare(office, pair)
    code, error = office.refuse(*_introduce(pair, 5), "--until", UNTIL)
    assert code in {3, 4, 5}
    assert "rate" in str(error)
    row = office.gap("N-1")
    assert row["gap_base"] is None


def test_a_rate_of_the_past_only(office: Office) -> None:
    """A rate published after the day of the act is not known on that day."""
    office.take_in({"rates": [{"date": "2026-05-01", "base": "EUR", "quote": "USD", "rate": "2"}]})
    pair = _pair("EUR", "USD", 10**9, 10**15)
    _declare(office, pair)
    words = (*_introduce(pair, 5), "--until", UNTIL, "--on", "2026-04-30")
    code, _ = office.refuse(*words)
    assert code in {3, 4, 5}
    office.do(*words[:-1], "2026-05-01")
