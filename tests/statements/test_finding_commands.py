"""`cityfund finding` and the options of `reconcile`, as an officer and a script meet them."""

from __future__ import annotations

import json
from datetime import date

import pytest
from nights import put

from cli.main import main
from ledger.core.errors import ExitCode

COMMITTED = "BANK,2026-10,1,2026-10-02,commitment,D-0001,,,1000.00,EUR,LOAN-1"
DELIVERED = "BANK,2026-10,2,2026-10-10,delivery,D-0001,,,450.00,EUR,PAY-1"


@pytest.fixture
def types(world, tmp_path, capsys, monkeypatch):
    """Give a way to type commands on a ledger with one deal, and a statement that differs."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    world.need("5000 EUR")
    world.offer("9000 EUR")
    world.introduce("1000 EUR", directly=True, reference="LOAN-1", on=date(2026, 10, 2))
    world.deliver("400 EUR", reference="PAY-1", on=date(2026, 10, 10))
    put(tmp_path / "inbox", "a.csv", COMMITTED, DELIVERED)

    def typed(*words, code=ExitCode.DONE):
        capsys.readouterr()
        assert main([*words, "--db", world.url, "--actor", "leila"]) == code
        return capsys.readouterr()

    return typed


def night(types, *words, code=ExitCode.FINDINGS):
    told = types("reconcile", "--only", "statements", *words, "--json", code=code)
    return json.loads(told.out)


def test_the_night_tells_a_finding_with_three_numbers_and_its_command(types, tmp_path):
    answer = night(types, "--inbox", str(tmp_path / "inbox"))

    (found,) = answer["findings"]
    assert found["kind"] == "amount-differs"
    assert (found["ours"], found["theirs"], found["difference"]) == (
        *("400.00 EUR", "450.00 EUR"),
        "50.00 EUR",
    )
    assert found["command"].startswith("cityfund deal deliver D-0001 '50.00 EUR'")
    assert answer["steps"][0]["figures"]["confirmed"] == 1


def test_the_inbox_is_taken_from_the_environment_or_the_config_file(types, tmp_path, monkeypatch):
    inbox = str(tmp_path / "inbox")
    (tmp_path / "config" / "cityfund").mkdir(parents=True)
    (tmp_path / "config" / "cityfund" / "config.toml").write_text(f'inbox = "{inbox}"\n')
    assert night(types)["steps"][0]["figures"]["files_read"] == 1

    monkeypatch.setenv("CITYFUND_INBOX", str(tmp_path / "nowhere"))
    (found, *_) = night(types)["findings"]
    assert found["kind"] == "step-refused"
    assert "nowhere" in found["said"]


def test_findings_are_listed_shown_settled_and_opened_again(types, tmp_path):
    night(types, "--inbox", str(tmp_path / "inbox"))

    (row,) = json.loads(types("finding", "list", "--json").out)["rows"]
    assert (row["finding"], row["status"], row["deal"]) == ("F-0001", "open", "D-0001")
    assert "400.00 EUR" in types("finding", "list").out

    told = types("finding", "settle", "f-0001", "--reason", "they correct it in November").out
    assert "finding F-0001 is resolved" in told
    assert json.loads(types("finding", "list", "--json").out)["rows"] == []
    assert night(types, code=ExitCode.DONE)["findings"] == []
    shown = json.loads(types("finding", "show", "F-0001", "--json").out)
    assert shown["schema"] == "cityfund.finding/1"
    assert (shown["status"], shown["reason"]) == ("settled", "they correct it in November")
    assert [(event["event"], event["actor"]) for event in shown["events"]] == [
        ("opened", "leila"),
        ("settled", "leila"),
    ]

    types("finding", "reopen", "F-0001", "--reason", "they did not")
    (row,) = json.loads(types("finding", "list", "--all", "--json").out)["rows"]
    assert row["status"] == "open"


def test_refusals_say_what_to_do(types, tmp_path):
    night(types, "--inbox", str(tmp_path / "inbox"))

    assert "--reason" in types("finding", "settle", "F-0001", code=ExitCode.USAGE).err
    assert "finding list" in types("finding", "show", "F-0009", code=ExitCode.NOT_FOUND).err
    told = types("finding", "reopen", "F-0001", "--reason", "?", code=ExitCode.REFUSED).err
    assert "is open" in told
    types("reconcile", "--date-tolerance", "many", code=ExitCode.INVALID)
    types("reconcile", "--statement-rules", "nothing", code=ExitCode.NOT_FOUND)


def test_a_finding_is_filtered_and_written_as_csv(types, tmp_path):
    night(types, "--inbox", str(tmp_path / "inbox"))

    told = types("finding", "list", "--where", "kind=amount-differs", "--format", "csv").out

    head, row = told.splitlines()
    assert head.startswith("finding,status,kind,subject,ours,theirs,difference")
    assert row.startswith("F-0001,open,amount-differs,D-0001,400.00 EUR,450.00 EUR,50.00 EUR")
    assert (
        types("finding", "list", "--where", "kind=duplicate", "--format", "csv").out.count("\n")
        == 1
    )


def test_people_read_resolved_and_a_filter_takes_either_spelling(types, tmp_path):
    night(types, "--inbox", str(tmp_path / "inbox"))
    types("finding", "settle", "F-0001", "--reason", "they correct it in November")

    def listed(status: str) -> list[str]:
        where = ("--all", "--where", f"status={status}", "--json")
        return [row["status"] for row in json.loads(types("finding", "list", *where).out)["rows"]]

    assert listed("resolved") == listed("settled") == ["settled"]
    assert listed("auto-resolved") == listed("healed") == []
    for words in (("list", "--all"), ("show", "F-0001")):
        shown = types("finding", *words).out
        assert "resolved" in shown
        assert "settled" not in shown
    assert ",settled," in types("finding", "list", "--all", "--format", "csv").out


def test_people_read_auto_resolved_where_a_difference_is_gone(types, tmp_path):
    night(types, "--inbox", str(tmp_path / "inbox"))
    types("deal", "deliver", "D-0001", "50 EUR", "--on", "2026-10-10", "--reference", "PAY-1")
    night(types, code=ExitCode.DONE)

    where = ("--all", "--where", "status=AUTO-RESOLVED")
    assert "auto-resolved" in types("finding", "list", *where).out
    (row,) = json.loads(types("finding", "list", *where, "--json").out)["rows"]
    assert row["status"] == "healed"
    assert "auto-resolved" in types("finding", "show", "F-0001").out
