"""An officer's own rates: given, given again with a reason, withdrawn; every version readable."""

from __future__ import annotations

import pytest
from officer import Officer

SHEET = ("--source", "Central bank's sheet")


def rate(officer: Officer, pair: str, more: str = "") -> dict[str, object]:
    rows = officer.asks(f"rates show {pair} {more}")["rows"]
    assert len(rows) == 1
    return dict(rows[0])


def test_a_rate_of_ones_own_counts_from_its_day_on(officer: Officer) -> None:
    officer.says("rates add EUR IRR 48000.5 --on 2026-11-20", *SHEET)
    assert rate(officer, "EUR IRR") == {
        "base": "EUR",
        "quote": "IRR",
        "rate": "48000.5",
        "rate_date": "2026-11-20",
        "age_days": 3,
        "road": "direct",
        "source": SHEET[1],
        "rests_on": [
            {
                "date": "2026-11-20",
                "base": "EUR",
                "quote": "IRR",
                "rate": "48000.5",
                "source": SHEET[1],
            }
        ],
    }
    before = rate(officer, "irr eur", "--on 2026-11-19")
    assert (before["rate"], before["rate_date"], before["age_days"]) == (None, None, None)
    assert "cityfund rates add EUR IRR" in officer.tries("rates show IRR EUR --on 2026-11-19").err


def test_another_figure_for_the_day_is_a_version_with_its_reason(officer: Officer) -> None:
    officer.says("rates add EUR IRR 48000.5 --on 2026-11-20", *SHEET)
    told = officer.refused("rates add EUR IRR 48100 --on 2026-11-20", 2, "48000.5 already")
    assert told == "reason-missing"
    receipt = officer.asks("rates add EUR IRR 48100 --on 2026-11-20 --reason misread")
    assert receipt["notes"] == [
        {
            "code": "rate-replaced",
            "text": f"it stands instead of 48000.5 ({SHEET[1]}), which stays readable",
        },
    ]
    rows = officer.asks("rates history EUR IRR")["rows"]
    told_rows = [(row["rate"], row["version"], row["standing"], row["reason"]) for row in rows]
    assert told_rows == [
        ("48100", 2, "in force", "misread"),
        ("48000.5", 1, "superseded", None),
    ]
    assert rows[1]["superseded_at"] == rows[0]["recorded_at"]
    assert (rows[1]["superseded_at"], rows[0]["actor"]) != (None, "")


def test_a_withdrawn_rate_gives_way_to_the_day_before(officer: Officer) -> None:
    officer.says("rates add EUR IRR 48000 --on 2026-11-18")
    officer.says("rates add EUR IRR 4800 --on 2026-11-20")
    assert officer.refused("rates withdraw EUR IRR 2026-11-20", 2) == "reason-missing"
    said = officer.says("rates withdraw EUR IRR 2026-11-20 --reason 'a nought was lost'")
    assert "EUR in IRR on 2026-11-20 is now 48000, of 2026-11-18 (direct)" in said
    assert rate(officer, "EUR IRR")["rate"] == "48000"
    refusal = officer.refused("rates withdraw EUR IRR 2026-11-20 --reason again", 5, "2026-11-18")
    assert refusal == "no-such-rate"
    rows = officer.asks("rates history EUR IRR --revised")["rows"]
    assert [(row["standing"], row["reason"]) for row in rows] == [
        ("withdrawal", "a nought was lost"),
        ("withdrawn", None),
    ]
    officer.says("rates withdraw EUR IRR 2026-11-18 --reason 'not known at all'")
    assert rate(officer, "EUR IRR")["rate"] is None
    officer.says("rates add EUR IRR 47000 --on 2026-11-18")
    assert rate(officer, "EUR IRR")["rate"] == "47000"


def test_a_dry_run_and_a_repeated_key_write_nothing_more(officer: Officer) -> None:
    with officer.world.unchanged():
        assert "dry run" in officer.says("rates add EUR IRR 48000 --dry-run")
    line = "rates add EUR IRR 48000 --key sheet-7"
    officer.says(line)
    with officer.world.unchanged():
        assert officer.asks(line)["replayed"] is True
    assert officer.refused("rates add EUR IRR 48001 --key sheet-7", 4, "48001") == "key-reused"


@pytest.mark.parametrize(
    ("words", "exit_code", "code", "told"),
    [
        ("EUR XXQ 2", 3, "unknown-unit", "XXQ"),
        ("EUR km 2", 3, "wrong-unit", "km is no currency"),
        ("EUR eur 1", 3, "same-currency", "one currency"),
        ("EUR IRR 0", 3, "unusable-rate", "zero"),
        ("EUR IRR 0.000", 3, "unusable-rate", "zero"),
        ("EUR IRR 1e5", 3, "unusable-rate", "1e5"),
        ("EUR IRR 1,5", 3, "unusable-rate", "plain number"),
        ("EUR IRR 1.1234567890123", 3, "unusable-rate", "13 places"),
        ("EUR IRR 1234567890123456", 3, "unusable-rate", "1234567890123456"),
        ("EUR IRR NaN", 3, "unusable-rate", "NaN"),
        ("EUR IRR 5 --on 2026-11-24", 3, "future-date", "2026-11-24"),
    ],
)
def test_what_cannot_be_a_rate(
    officer: Officer, words: str, exit_code: int, code: str, told: str
) -> None:
    assert officer.refused(f"rates add {words}", exit_code, told) == code


def test_the_same_again_changes_nothing(officer: Officer) -> None:
    officer.says("rates add EUR IRR 48000", *SHEET)
    assert officer.refused("rates add EUR IRR 48000.00", 4, "48000 already") == "nothing-to-change"
    refusal = officer.refused("rates withdraw IRR EUR today --reason x", 5, "other way round")
    assert refusal == "no-such-rate"
    assert officer.refused("rates withdraw EUR EUR today --reason x", 3) == "same-currency"


def test_a_direct_rate_that_outranks_a_fresher_road_is_warned_of(officer: Officer) -> None:
    officer.says("rates add EUR USD 1.10 --on 2026-11-20")
    said = officer.says("rates add USD EUR 0.5 --on 2026-01-01")
    assert "USD in EUR stays at the newer inverse quote, of 2026-11-20" in said
    assert rate(officer, "USD EUR")["rate"] == "0.909090909091"
    assert "newer" not in officer.says("rates add GBP EUR 1.2 --on 2026-11-20")
    officer.says("rates add EUR JPY 165 --on 2026-11-20")
    assert "through EUR" in officer.says("rates add USD JPY 140 --on 2026-11-01")
    assert "no longer" not in officer.says("rates add USD JPY 141 --on 2026-11-02")


def test_a_quote_of_a_currency_that_joined_the_euro_is_refused(officer: Officer) -> None:
    officer.says("rates add EUR BGN 1.9558 --on 2025-12-31")
    for line in ("EUR BGN 1.95583 --on 2026-01-01", "bgn usd 1.7 --on 2026-11-20"):
        told = officer.refused(f"rates add {line}", 4, "1.95583", "2026-01-01", "2025/1409")
        assert told == "fixed-rate"


def test_persian_digits_are_the_digits_they_are(officer: Officer) -> None:
    officer.says("rates add EUR IRR ۴۸۰۰۰")
    assert rate(officer, "EUR IRR")["rate"] == "48000"


def test_one_currency_is_shown_in_the_base_currency_and_in_those_in_use(fund: Officer) -> None:
    fund.says("rates add EUR IRR 48000 --on 2026-11-20")
    fund.says("rates add EUR USD 1.2 --on 2026-11-21")
    rows = fund.asks("rates show USD")["rows"]
    assert [(r["quote"], r["rate"], r["road"], r["rate_date"]) for r in rows] == [
        ("EUR", "0.833333333333", "inverse", "2026-11-21"),
        ("IRR", "40000", "through EUR", "2026-11-20"),
    ]
    rows = fund.asks("rates show")["rows"]
    assert [(r["base"], r["quote"], r["rate"]) for r in rows] == [
        ("IRR", "EUR", "0.0000208333333333")
    ]
    fund.says("offer add EDB money '1M NGN' --on 2026-10-01")
    answer = fund.tries("rates show")
    assert "NGN" in answer.out
    assert "unknown" in answer.out
    assert "No rate on that date: NGN in EUR." in answer.err


def test_the_day_is_asked_for_once(officer: Officer) -> None:
    line = "rates show EUR USD --on 2026-11-01 --as-of 2026-11-02"
    assert officer.refused(line, 2, "2026-11-02") == "bad-usage"
    assert officer.asks("rates show EUR USD --on 2026-11-01")["as_of"] == "2026-11-01"
    assert officer.asks("rates show EUR USD --as-of 2026-11-01")["as_of"] == "2026-11-01"


def test_a_history_of_nothing_names_the_other_way_round(officer: Officer) -> None:
    officer.says("rates add EUR USD 1.2")
    assert officer.asks("rates history USD EUR")["rows"] == []
    assert "cityfund rates history EUR USD" in officer.tries("rates history USD EUR").err
    assert officer.refused("rates history USD USD", 3) == "same-currency"
