"""`history CODE`: what changed of any record, finding, entry and proposal."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from officer import NOON, Officer

pytestmark = pytest.mark.only_on("sqlite")


@pytest.fixture
def traded(officer: Officer) -> Officer:
    """Give a ledger with a deal, a finding and a stored proposal."""
    officer.world.need("100 EUR", "N-0001")
    officer.world.offer("50 EUR", "O-0001")
    return officer


def test_any_code_has_a_history(traded: Officer) -> None:
    traded.says("deal introduce O-0001 N-0001 '10 EUR' --until 2027-01-31 --reason met")
    entry = traded.asks("journal list --deal D-0001")["rows"][0]["entry"]
    deal, act = (traded.asks(f"history {code}") for code in ("d-0001", entry))
    assert (deal["schema"], deal["kind"], deal["code"]) == ("cityfund.history/1", "deal", "D-0001")
    assert (act["schema"], act["kind"], act["code"]) == ("cityfund.history/1", "entry", str(entry))
    (introduced,) = act["rows"]
    assert introduced["changes"][0]["quantity"] == "10.00"
    assert introduced.keys() == deal["rows"][0].keys()

    traded.says(f"journal reverse {entry} --reason slip --yes")
    reversal, first = traded.asks(f"history {entry}")["rows"]
    assert (first["entry"], reversal["entry"], reversal["reason"]) == (entry, entry + 1, "slip")
    assert f"entry {entry} reversed: 10 EUR" in traded.says(f"history {entry}")


def test_a_finding_and_a_proposal_have_one(traded: Officer, tmp_path: Path) -> None:
    (inbox := tmp_path / "inbox").mkdir()
    (inbox / "a.csv").write_text("provider,statement\na,?\n", encoding="utf-8")
    traded.tries(f"reconcile --only statements --inbox {inbox}")
    traded.says("finding resolve F-0001 --reason read")
    resolved, opened = traded.asks("history f-0001")["rows"]
    assert opened["changes"] == [{"field": "status", "from": None, "to": "opened"}]
    assert (resolved["changes"][0]["to"], resolved["reason"]) == ("resolved", "read")
    assert "resolved" in traded.says("history F-0001")

    traded.says("match --save")
    traded.says("match accept --until 2027-01-31 --yes")
    introduced, saved = traded.asks("history MAT-0001")["rows"]
    assert saved["changes"] == [{"field": "lines", "from": None, "to": 1}]
    assert introduced["changes"][0]["act"] == "introduce"


def test_a_code_of_several_registers_is_asked_for_by_its_register(traded: Officer) -> None:
    traded.says("provider add Mashhad --code MHD --kind city --city MHD")
    assert traded.refused("history MHD", 5, "history city:MHD", "history provider:MHD")
    assert traded.asks("history provider:MHD")["kind"] == "provider"


def test_a_record_in_error_has_a_history(traded: Officer) -> None:
    traded.says("city add Qom --code QOM --country IR")
    traded.says("undo --reason slip --yes")
    for typed in ("QOM", "city:qom"):
        assert traded.asks(f"history {typed}")["code"] == "QOM"
    assert traded.refused("history NOWHERE", 5, "NOWHERE") == "unknown-code"


def test_a_history_is_told_as_it_was_known(traded: Officer, tmp_path: Path) -> None:
    bar = "restriction add --code RS-1 --countries BR --authority Council --reason measures --yes"
    traded.says(bar)
    traded.says("deal introduce O-0001 N-0001 '10 EUR' --until 2027-01-31")
    entry = traded.asks("journal list --deal D-0001")["rows"][0]["entry"]
    (inbox := tmp_path / "inbox").mkdir()
    (inbox / "a.csv").write_text("provider,statement\na,?\n", encoding="utf-8")
    traded.tries(f"reconcile --only statements --inbox {inbox}")
    traded.says("match --save")
    earlier = traded.asks("history RS-1")["rows"][-1]["recorded_at"]
    with time_machine.travel(NOON + timedelta(hours=2), tick=False):
        traded.says("restriction edit RS-1 --until 2027-06-30 --reason lifted")
        traded.says("finding resolve F-0001 --reason read")
        traded.says("match accept --until 2027-01-31 --yes")
        traded.says(f"journal reverse {entry} --reason slip --yes")
        traded.says("restriction add --code RS-2 --countries BR --authority A --reason m --yes")
    with time_machine.travel(NOON + timedelta(hours=4), tick=False):
        then = f"--known-at {(NOON + timedelta(hours=1)).isoformat()}"
        for code in ("RS-1", entry, "D-0001", "F-0001", "MAT-0001"):
            known, now = (traded.asks(f"history {code} {at}")["rows"] for at in (then, ""))
            assert 0 < len(known) < len(now), code
            assert known == now[-len(known) :], code
        assert traded.asks(f"history RS-1 --known-at {earlier}")["rows"]
        assert traded.refused(f"history RS-2 {then}", 5, "RS-2") == "unknown-code"
        before = f"--known-at {(NOON - timedelta(hours=1)).isoformat()}"
        assert traded.refused(f"history F-0001 {before}", 5, "F-0001") == "not-there-then"
