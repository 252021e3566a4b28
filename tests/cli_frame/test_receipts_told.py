"""A receipt told to a person."""

from __future__ import annotations

from cli.framework.receipts import render_receipt


def told(verb: str, **receipt: object) -> list[str]:
    return list(render_receipt({"entry": None, "replayed": False, **receipt}, verb))


def test_a_register_change_names_what_changed() -> None:
    change = {"kind": "project", "code": "PRJ-0001", "version": 1}
    assert told("add", registers=[change]) == ["done · project PRJ-0001 added"]
    assert told("edit", registers=[{**change, "version": 3}])[1] == "  project PRJ-0001: version 3"


def test_what_is_new_is_told_once() -> None:
    kinds = (("project", "PRJ-0001"), ("need", "N-0001"), ("need", "N-0002"))
    changes = [{"kind": kind, "code": code, "version": 1} for kind, code in kinds]
    terms = {"factor": "money", "quantity": "30000000.00", "unit": "EUR"}
    need = {"code": "N-0001", "project": "PRJ-0001", **terms}
    recorded = {"code": "PRJ-0001", "title": "A tram line", "needs": [need]}
    notes = [{"code": "closed", "text": "project PRJ-0001 is in status completed"}]
    assert told("add", registers=changes, recorded=recorded, notes=notes) == [
        "done · project PRJ-0001 added",
        "  title: A tram line",
        "  need N-0001: factor: money; quantity: 30,000,000.00 EUR",
        "  need N-0002: new",
        "note: project PRJ-0001 is in status completed",
    ]


def test_a_change_is_told_before_and_after() -> None:
    changes = {"name_local": [None, "x"], "sectors": [["transport", "health"], []]}
    assert told("edit", changes=changes)[1:] == [
        "  name local: none → x",
        "  sectors: transport, health → none",
    ]


def test_several_entries_are_all_named() -> None:
    need = {"code": "N-1", "unit": "km", "open": "0.000"}
    lines = told("introduce", entry=18, entries=[17, 18], deal="D-1", need=need, offer=None)
    assert lines[0] == "entries 17, 18 · deal D-1 introduced"
    assert lines[-1].split() == ["need", "N-1", "0.000", "km"]


def test_a_replay_a_dry_run_and_notes_are_said() -> None:
    assert "original receipt" in told("commit", entry=4, deal="D-1", replayed=True)[-1]
    dry = told(
        "commit",
        entry=4,
        deal="D-1",
        dry_run=True,
        notes=[{"code": "tight", "text": "tight\x1b[31m"}],
    )
    assert dry[0] == "dry run · deal D-1 committed"
    assert dry[1] == "note: tight<U+001B>[31m"
    assert dry[-1] == "Dry run: nothing was written."
