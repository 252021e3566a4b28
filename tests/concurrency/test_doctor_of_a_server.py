"""The doctor looks at the server under the ledger, too."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from ledgers import Ledgers

from cli.main import main
from ledger.core.errors import ExitCode
from ledger.store.admin import server_facts
from ledger.store.admin.server_facts import ServerFacts, read_server_facts
from ledger.store.db.schema import CURRENT_REVISION

pytestmark = pytest.mark.only_on("postgresql")


def told(url: str, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    code = main(["doctor", "--json", "--db", url])
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert code == (ExitCode.FINDINGS if answer["findings"] else ExitCode.DONE)
    return answer


def test_it_says_who_is_known_there_and_what_may_be_lost(ledger_url: str, capsys) -> None:
    answer = told(ledger_url, capsys)

    assert answer["server"].startswith("PostgreSQL ")
    assert answer["schema"] == "cityfund.doctor/1"
    assert (answer["database_user"], answer["ledger_schema"]) == ("cityfund", CURRENT_REVISION)
    assert answer["database_encoding"] == "UTF8"
    # The tests' server is quick and careless; an office's is not.
    assert answer["findings"] == ["the server may lose recorded acts; set fsync to on"]
    assert answer["line_encrypted"] is None  # it is on this machine
    assert answer["synchronous_standby"] == "none"


def test_it_says_where_there_is_no_ledger_yet(ledgers: Ledgers, capsys) -> None:
    findings = told(ledgers.empty(), capsys)["findings"]

    assert "there is no ledger at that URL yet; create one: cityfund init" in findings


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"encoding": "SQL_ASCII"}, "the database encoding is SQL_ASCII"),
        ({"is_encrypted": False}, "the line to the database server is not encrypted"),
        ({"is_superuser": True}, "a superuser, whom the guards cannot stop"),
        ({"clock_ahead": timedelta(minutes=-7)}, "clock is 7 minutes off the clock of the server"),
    ],
)
def test_it_finds_what_is_wrong(
    ledger_url: str, capsys, monkeypatch: pytest.MonkeyPatch, fault: dict[str, Any], words: str
) -> None:
    found = read_server_facts(ledger_url)
    sound = {name: getattr(found, name) for name in found.__slots__} | {"is_durable": True}
    faulty = ServerFacts(**{**sound, **fault})
    monkeypatch.setattr(server_facts, "read_server_facts", lambda _: faulty)

    (finding,) = told(ledger_url, capsys)["findings"]
    assert words in finding
