"""Packets of other leaves than entries: records, requests, statements, findings, approvals."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from commands_in_a_folder import CommandsInAFolder
from world import World

NOWHERE = "--db sqlite:////nowhere/ledger.db"
VERIFY = f"audit verify {{}}/packet --signer {{}}/fund.pub {NOWHERE}"
PACKET = "audit packet {} --note {{}}/note --output {{}}/packet"


class Funds(CommandsInAFolder):
    """A fund makes packets of any leaves."""

    def packs(self, what: str) -> dict[str, Any]:
        self.says(PACKET.format(what))
        document: dict[str, Any] = json.loads((self.folder / "packet").read_text("utf-8"))
        return document

    def write(self, document: object) -> None:
        (self.folder / "packet").write_text(json.dumps(document), "utf-8")


@pytest.fixture
def funds(sealed: World, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch) -> Funds:
    monkeypatch.setattr("ledger.store.session.ledger.STABLE_AFTER", timedelta(0))
    monkeypatch.setenv("CITYFUND_DB", sealed.url)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    made = Funds(sealed, tmp_path, capsys)
    made.says("provider edit BANK --name 'A newer bank' --key edit-1 --actor sara")
    made.says("finding resolve F-0001 --reason 'read the letter'")
    made.says("audit keygen {}/fund --name fund.example/key")
    made.says("audit seal --sign {}/fund --note {}/note")
    return made


def test_versions_of_a_record_are_proven_with_disclosed_terms(funds: Funds) -> None:
    funds.packs("provider:BANK provider:BANK/1 --disclose name,actor")
    said = funds.says(VERIFY)
    assert "Proven: provider BANK, version 1 is leaf" in said
    assert "Disclosed of provider BANK, version 3: name: A newer bank" in said
    assert "Disclosed of provider BANK, version 3: actor: sara" in said
    document = funds.packs("provider:BANK")
    assert "A newer bank" not in json.dumps(document)


def test_a_request_is_proven(funds: Funds) -> None:
    funds.packs("request:edit-1 --disclose actor")
    said = funds.says(VERIFY)
    assert "Proven: request edit-1 is leaf" in said
    assert "Disclosed of request edit-1: actor: sara" in said


def test_findings_and_statements_are_proven_with_their_rows(funds: Funds) -> None:
    document = funds.packs("finding:F-0001 statement:BANK/2026/11 --disclose reason,reference")
    assert "no deal D-9999" not in json.dumps(document), "what was not asked for stays hidden"
    said = funds.says(VERIFY)
    for table in ("finding", "finding_event", "statement", "statement_line"):
        assert f"Proven: 1 row of {table} is leaf" in said
    assert "Disclosed of row 1 of 1 row of finding_event: reason: read the letter" in said
    document = json.loads(funds.says(f"{VERIFY} --json"))
    (text,) = document["leaves"][-1]["row_texts"]
    assert text == {"row": 0, "column": "reference", "text": "SWIFT 7, “paid”"}
    assert len(document["leaves"][-1]["rows"][0]["reference"]) == 64, "the hash of it"


def test_a_proof_without_its_packet_names_the_leaf_and_shows_its_rows(funds: Funds) -> None:
    funds.write(funds.packs("finding:F-0001")["proofs"][0])
    code, said, _ = funds.tries(f"audit verify {{}}/packet {NOWHERE}")
    assert code == 1  # no seal from outside the ledger was given
    assert "Proven: 1 row of finding is leaf" in said
    assert 'Row: {"' in said


@pytest.mark.parametrize("place", range(5))
def test_a_changed_row_is_not_proven(funds: Funds, place: int) -> None:
    document = funds.packs("finding:F-0001 statement:BANK/2026/11")
    row = json.loads(document["proofs"][place]["rows"][0])
    name = next(name for name in row if name != "$")
    document["proofs"][place]["rows"] = [json.dumps({**row, name: "another"})]
    funds.write(document)
    assert funds.refused(VERIFY) == ("not-proven", 4)


@pytest.mark.parametrize(
    ("part", "changed"),
    [("text", "Another"), ("row", 1), ("column", "unit"), ("salt", "00" * 16)],
)
def test_a_changed_text_of_a_row_is_not_proven(funds: Funds, part: str, changed: object) -> None:
    document = funds.packs("statement:BANK/2026/11 --disclose reference")
    document["proofs"][-1]["row_texts"][0][part] = changed
    funds.write(document)
    assert funds.refused(VERIFY) == ("not-proven", 4)


@pytest.mark.parametrize(
    "texts",
    [
        *(7, [7], [{"row": 0}]),
        [{"row": -1, "column": "unit", "salt": "00" * 16, "text": "x"}],
        [{"row": 0, "column": "Unit", "salt": "00" * 16, "text": "x"}],
    ],
)
def test_what_is_no_text_of_a_row_is_refused(funds: Funds, texts: object) -> None:
    document = funds.packs("statement:BANK/2026/11 --disclose reference")
    document["proofs"][-1]["row_texts"] = texts
    funds.write(document)
    assert funds.refused(VERIFY) == ("malformed-packet", 3)


def test_a_changed_text_is_not_proven(funds: Funds) -> None:
    document = funds.packs("provider:BANK --disclose name")
    document["proofs"][0]["disclosed"]["name"]["text"] = "Another"
    funds.write(document)
    assert funds.refused(VERIFY) == ("not-proven", 4)


def test_what_cannot_be_proven_is_refused(funds: Funds) -> None:
    def refused(what: str) -> tuple[str, int]:
        return funds.refused(PACKET.format(what))

    assert refused("everything:1") == ("malformed-leaf-name", 3)
    assert refused("provider:NONE") == ("unknown-code", 5)
    assert refused("provider:BANK/9") == ("unknown-version", 5)
    _, _, told = funds.tries(PACKET.format("provider:BANK/9"))
    assert "provider BANK has no version 9" in told
    assert "The newest is version 3." in told
    assert refused("request:none") == ("unknown-request", 5)
    assert refused("finding:F-9999") == ("unknown-finding", 5)
    assert refused("approval:APR-9999") == ("unknown-approval", 5)
    assert refused("statement:BANK/none") == ("unknown-statement", 5)
    assert refused("provider:BANK --disclose email") == ("unknown-disclosure", 3)
    funds.says("city add Qom --code QOM --country IR")
    assert refused("city:QOM") == ("not-sealed-yet", 4)
    _, _, told = funds.tries(PACKET.format("city:QOM"))
    assert re.search(r"Seal \d+ covers what was recorded before it\.", told)
    funds.says("audit erase finding:F-0001 --field said --reason 'asked for' --yes")
    assert refused("finding:F-0001 --disclose said") == ("text-erased", 4)
    funds.packs("finding:F-0001 --disclose reason")
    funds.says(VERIFY)
