"""`cityfund finding` and the options of `reconcile`, as an officer and a script meet them."""

from __future__ import annotations

import json
from datetime import date

import pytest
from nights import put

from cli.main import main
from ledger.core.errors import ExitCode
from ledger.store.completion import complete_findings

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


def test_an_open_finding_is_completed_by_its_code(types, tmp_path, world):
    night(types, "--inbox", str(tmp_path / "inbox"))
    assert complete_findings(world.url, "f-") == [("F-0001", "amount-differs D-0001")]

    types("finding", "resolve", "F-0001", "--reason", "said by telephone")
    assert complete_findings(world.url, "") == []


def test_the_inbox_is_taken_from_the_environment_or_the_config_file(types, tmp_path, monkeypatch):
    inbox = str(tmp_path / "inbox")
    (tmp_path / "config" / "cityfund").mkdir(parents=True)
    (tmp_path / "config" / "cityfund" / "config.toml").write_text(f'inbox = "{inbox}"\n')
    assert night(types)["steps"][0]["figures"]["files_read"] == 1

    monkeypatch.setenv("CITYFUND_INBOX", str(tmp_path / "nowhere"))
    (found, *_) = night(types)["findings"]
    assert found["kind"] == "step-refused"
    assert "nowhere" in found["said"]


def test_findings_are_listed_shown_resolved_and_opened_again(types, tmp_path):
    night(types, "--inbox", str(tmp_path / "inbox"))

    (row,) = json.loads(types("finding", "list", "--json").out)["rows"]
    assert (row["finding"], row["status"], row["deal"]) == ("F-0001", "open", "D-0001")
    assert "400.00 EUR" in types("finding", "list").out

    told = types("finding", "resolve", "f-0001", "--reason", "they correct it in November").out
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

    assert "--reason" in types("finding", "resolve", "F-0001", code=ExitCode.USAGE).err
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
    types("finding", "resolve", "F-0001", "--reason", "they correct it in November")

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


# What people read, and may copy


def large(types, tmp_path):
    """Deliver and report large amounts, more of them than were recorded."""
    types("need", "edit", "N-0001", "--quantity", "5000000 EUR", "--on", "2026-10-31")
    types("offer", "edit", "O-0001", "--quantity", "9000000 EUR", "--on", "2026-10-31")
    types("deal", "introduce", "O-0001", "N-0001", "2000000 EUR", "--commit", "--on", "2026-11-01")
    types("deal", "deliver", "D-0001", "1234567.50 EUR", "--on", "2026-11-20", "--reference", "L")
    put(tmp_path / "inbox", "a.csv", COMMITTED, DELIVERED,
        "BANK,2026-11,1,2026-11-20,delivery,D-0001,,,1200000.00,EUR,L")  # fmt: skip
    return night(types, "--inbox", str(tmp_path / "inbox"))


def test_a_list_shows_provider_statement_and_grouped_amounts(types, tmp_path):
    large(types, tmp_path)

    shown = types("finding", "list").out

    for text in ("Provider", "BANK", "Statement", "2026-11", "1,234,567.50 EUR", "-34,567.50 EUR"):
        assert text in shown
    assert "1234567.50 EUR" in types("finding", "list", "--json").out


def test_a_negative_amount_is_no_formula_in_csv(types, tmp_path):
    large(types, tmp_path)

    table = types("finding", "list", "--format", "csv").out

    assert ",1234567.50 EUR,1200000.00 EUR,-34567.50 EUR," in table


def test_the_suggested_command_stands_on_a_line_of_its_own(types, tmp_path):
    answer = large(types, tmp_path)

    suggested = {one["code"]: one["command"] for one in answer["findings"]}
    assert len(suggested) > 1
    reported = types("reconcile", "--only", "statements", code=ExitCode.FINDINGS).out
    for code, command in suggested.items():
        assert command in types("finding", "list").out.splitlines()
        assert command in types("finding", "show", code).out.splitlines()
        assert command in reported.splitlines()


def test_the_command_shown_is_that_of_the_last_comparison(types, tmp_path):
    types("deal", "deliver", "D-0001", "25 EUR", "--on", "2026-10-12")
    put(tmp_path / "inbox", "a.csv", COMMITTED, DELIVERED.replace("450", "400"))
    night(types, "--inbox", str(tmp_path / "inbox"))
    assert "cityfund journal reverse" in types("finding", "list").out

    put(tmp_path / "inbox", "b.csv", "BANK,2026-10,7,2026-10-30,delivery,,,,25.00,EUR,X")
    night(types, "--inbox", str(tmp_path / "inbox"))

    assert "cityfund journal reverse" not in types("finding", "list").out
    assert "cityfund journal reverse" not in types("finding", "show", "F-0001").out


def test_the_former_name_of_resolve_still_works_and_is_not_shown(types, tmp_path, capsys):
    night(types, "--inbox", str(tmp_path / "inbox"))

    assert "resolved" in types("finding", "settle", "F-0001", "--reason", "asked them").out
    assert main(["finding", "--help"]) == ExitCode.DONE
    told = capsys.readouterr().out
    assert "resolve" in told
    assert "settle" not in told
    assert all(one["ok"] for one in json.loads(types("check", "--json").out)["checks"])


def test_a_resolved_finding_leaves_the_status_at_once(types, tmp_path):
    types("reconcile", "--inbox", str(tmp_path / "inbox"), code=ExitCode.FINDINGS)
    before = json.loads(types("status", "--json").out)["night"]
    assert (before["findings"], before["steps"]["statements"]["open"]) == (1, 1)

    types("finding", "resolve", "F-0001", "--reason", "they correct it in November")

    after = json.loads(types("status", "--json").out)["night"]
    assert (after["findings"], after["steps"]["statements"]["open"]) == (0, 0)
    assert "findings: none" in types("status").out

    types("finding", "reopen", "F-0001", "--reason", "they did not")
    assert json.loads(types("status", "--json").out)["night"]["findings"] == 1
