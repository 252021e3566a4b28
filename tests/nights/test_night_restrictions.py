"""The night lists what restrictions catch, until the cause is gone, and changes nothing."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from nights_world import NOON, TODAY, Nights, days_from_now

from cli.main import main
from ledger.registers.records import Exemption, Restriction
from ledger.restrictions.acts import Restricted
from ledger.restrictions.bars import year_after
from ledger.store import restrictions as stored
from ledger.store.session.snapshot import Reader
from ledger.usecases.check import run_checks
from ledger.usecases.nights import restrictions
from ledger.usecases.nights.restrictions import KINDS


@pytest.fixture
def deal(nights: Nights) -> Nights:
    nights.need("1000 EUR")
    nights.offer("1000 EUR")
    nights.introduce("300 EUR", until=days_from_now(900))
    return nights


def bar(nights: Nights, **terms: Any) -> None:
    told = {"authority": "Council", "reason": "debarred", "providers": ("BANK",), **terms}
    nights.do(lambda uow: uow.add("restriction", Restriction(code="RS-0001", **told)))


def exempt(nights: Nights, code: str = "EX-0001", **terms: Any) -> None:
    told = {"authority": "Council", "reference": "L-1", "reason": "aid", "from_": TODAY,
            "until": days_from_now(30), "providers": ("BANK",), **terms}  # fmt: skip
    record = Exemption(code=code, restriction="RS-0001", **told)
    nights.do(lambda uow: uow.add("exemption", record))


def found(nights: Nights, **options: Any) -> list[tuple[str, str, str | None]]:
    done = nights.night(only=("restrictions",), **options)
    return [(one["kind"], one["subject"], one["ours"]) for one in done.findings]


def at(days: int) -> time_machine.travel:
    return time_machine.travel(NOON + timedelta(days=days), tick=True)


def test_without_a_restriction_no_register_is_read(
    deal: Nights, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(restrictions, "counted_deliveries")
    monkeypatch.delattr(stored, "load_all")
    monkeypatch.delattr(Reader, "snapshot")
    figures = deal.figures("restrictions")
    assert figures == {"restrictions": 0, **{kind.replace("-", "_"): 0 for kind in KINDS}}


def test_a_barred_hold_is_listed_until_it_is_released(deal: Nights) -> None:
    bar(deal)
    done = deal.night(only=("restrictions",))
    (finding,) = done.findings
    assert (finding["kind"], finding["subject"], finding["ours"], finding["office"]) == (
        "barred-hold", "D-0001", "300.00 EUR", "asia",
    )  # fmt: skip
    assert "RS-0001 (Council): debarred" in finding["said"]
    assert not done.changed
    deal.release()
    assert found(deal) == []


@pytest.mark.parametrize(("authority", "listed"), [("none", True), ("None", True), ("T", False)])
def test_what_nobody_gave_leave_for_stays_listed(
    deal: Nights, authority: str, listed: bool
) -> None:
    deal.commit("200 EUR")
    bar(deal)
    with pytest.raises(Restricted):
        deal.deliver("50 EUR")
    exempt(deal, authority=authority)
    deal.deliver("50 EUR")
    barred = [
        ("barred-hold", "D-0001", "100.00 EUR"),
        ("barred-commitment", "D-0001", "150.00 EUR"),
        ("barred-delivery", "D-0001", "50.00 EUR"),
    ]
    assert found(deal) == (barred if listed else [])
    assert not [one for one in run_checks(deal.ledger, ["restrictions"]) if one.failures]


def test_a_barred_commitment_is_listed_until_the_pair_is_exempted(deal: Nights) -> None:
    deal.commit("200 EUR")
    bar(deal)
    assert found(deal) == [
        ("barred-hold", "D-0001", "100.00 EUR"),
        ("barred-commitment", "D-0001", "200.00 EUR"),
    ]
    exempt(deal)
    assert found(deal) == []


def test_a_delivery_on_a_barred_day_is_listed_until_it_is_reversed(deal: Nights) -> None:
    deal.commit()
    delivery = deal.deliver()
    bar(deal, until=TODAY)
    with at(1):
        assert found(deal) == [("barred-delivery", "D-0001", "300.00 EUR")]
        deal.reverse(delivery["entry"])
        assert found(deal) == []


def test_a_delivery_before_the_bar_is_not_listed(deal: Nights) -> None:
    deal.commit()
    deal.deliver()
    bar(deal, from_=days_from_now(1))
    with at(2):
        assert found(deal) == []


def test_an_exemption_in_use_that_ends_soon_is_listed_until_another_follows(deal: Nights) -> None:
    bar(deal)
    exempt(deal, until=days_from_now(7))
    assert found(deal, warn_days=6) == []
    assert found(deal, warn_days=7) == [("exemption-ends", "EX-0001", None)]
    exempt(deal, "EX-0002", from_=days_from_now(8))
    assert found(deal, warn_days=7) == []


def test_an_exemption_that_no_deal_rests_on_ends_unnoticed(deal: Nights) -> None:
    bar(deal)
    exempt(deal, until=days_from_now(1))
    deal.release()
    assert found(deal) == []


def test_a_review_is_due_on_its_day(nights: Nights) -> None:
    nights.provider()
    bar(nights, review_on=days_from_now(1))
    assert found(nights) == []
    with at(1):
        (finding,) = nights.night(only=("restrictions",)).findings
        assert (finding["kind"], finding["subject"]) == ("review-due", "RS-0001")
        assert finding["command"] == "cityfund restriction confirm RS-0001 --review 2027-11-24"


@pytest.mark.every_engine
@pytest.mark.parametrize("review_on", [days_from_now(1), None])
def test_a_review_is_listed_until_its_restriction_is_confirmed(
    nights: Nights, capsys: pytest.CaptureFixture[str], review_on: date | None
) -> None:
    nights.provider()
    bar(nights, review_on=review_on)
    due = review_on or year_after(TODAY)
    options = ("--db", nights.url, "--actor", "admin", "--clock-is-right")
    night = ("reconcile", "--only", "restrictions", "--json", "--db", nights.url)
    days = (due - TODAY).days

    def listed() -> list[dict[str, Any]]:
        capsys.readouterr()
        main([*night, "--actor", "admin", "--clock-is-right"])
        return [dict(one) for one in json.loads(capsys.readouterr().out)["findings"]]

    with at(days - 1):
        assert listed() == []
    with at(days):
        (finding,) = listed()
        assert finding["said"] == (
            f"A review was due on {due} of restriction RS-0001 (Council): debarred."
        )
        _, *confirm = finding["command"].split()
        assert main([*confirm, *options]) == 0
        assert listed() == []
        assert confirm[-1] == year_after(due).isoformat()
    again = year_after(due)
    with at((again - TODAY).days):
        assert [one["kind"] for one in listed()] == ["review-due"]
        until = ("--until", again.isoformat())
        assert main(["restriction", "end", "RS-0001", *until, *options]) == 0
    with at((again - TODAY).days + 1):
        assert listed() == []


def test_a_review_without_a_day_is_due_a_year_after_the_newest_version() -> None:
    assert year_after(date(2026, 11, 23)) == date(2027, 11, 23)
    assert year_after(date(2028, 2, 29)) == date(2029, 2, 28)


@pytest.mark.parametrize("dry", [(), ("--dry-run",)])
def test_document_and_screen_show_what_is_caught(
    deal: Nights, capsys: pytest.CaptureFixture[str], dry: tuple[str, ...]
) -> None:
    bar(deal)
    words = ("reconcile", "--only", "restrictions", *dry, "--db", deal.url, "--actor", "admin")
    assert main([*words, "--json"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["steps"][0]["figures"]["barred_hold"] == 1
    assert document["findings"][0]["kind"] == "barred-hold"
    main([*words])
    out = capsys.readouterr().out
    assert "barred-hold" in out
    assert "RS-0001" in out
