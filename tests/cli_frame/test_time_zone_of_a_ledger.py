"""A new ledger takes the machine's time zone unless it is told one, and shows it."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
import time_machine
from ledgers import Ledgers

from cli.main import main


def made(capsys: pytest.CaptureFixture[str], url: str, *words: str) -> str:
    capsys.readouterr()
    assert main(["init", "--db", url, *words]) == 0
    return capsys.readouterr().out


def answer(capsys: pytest.CaptureFixture[str], url: str, name: str) -> dict[str, str]:
    capsys.readouterr()
    assert main([name, "--db", url, "--json"]) in {0, 1}
    document: dict[str, str] = json.loads(capsys.readouterr().out)
    return document


@pytest.mark.parametrize(
    ("machine", "zone"),
    [
        ("Asia/Tehran", "Asia/Tehran"),
        (":/usr/share/zoneinfo/Africa/Accra", "Africa/Accra"),
        ("Etc/UTC", "UTC"),
        ("CET-1CEST", "UTC"),
    ],
)
def test_a_new_ledger_takes_the_machines_time_zone(
    ledgers: Ledgers,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    machine: str,
    zone: str,
) -> None:
    monkeypatch.setenv("TZ", machine)
    url = ledgers.empty()

    assert f"Time zone: {zone}. Base currency: EUR." in made(capsys, url)
    assert answer(capsys, url, "status")["time_zone"] == zone
    assert answer(capsys, url, "doctor")["time_zone"] == zone


def test_what_init_is_told_is_stronger_and_another_machine_changes_nothing(
    ledgers: Ledgers, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Asia/Tehran")
    url = ledgers.empty()
    assert "Time zone: Europe/Paris." in made(capsys, url, "--time-zone", "Europe/Paris")

    assert "Time zone: Europe/Paris." in made(capsys, url)
    assert json.loads(made(capsys, url, "--json"))["time_zone"] == "Europe/Paris"


def test_the_day_of_a_new_ledger_is_that_of_the_machine(
    ledgers: Ledgers, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    url = ledgers.empty()
    with time_machine.travel(datetime(2026, 11, 23, 21, tzinfo=UTC)):
        monkeypatch.setenv("TZ", "Asia/Tehran")  # travelling sets the zone too
        made(capsys, url)
        assert answer(capsys, url, "status")["as_of"] == "2026-11-24"
