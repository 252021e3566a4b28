"""Proving an entry to somebody who has no ledger, and every way in which that is refused."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest
from complete_ledger import attack
from sealed_world import Sealed, marks
from world import World

from cli.main import main
from ledger.evidence.proofs import read_proof, verify

NOWHERE = "sqlite:////nowhere/ledger.db"


@pytest.fixture
def proof(sealed: World, proof_file: Path) -> Path:
    """Prove entry 7 against the newest seal."""
    words = ("audit", "prove", "7", "--output", str(proof_file), "--db", sealed.url)
    assert main([*words]) == 0
    return proof_file


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[str, int]:
    """Run a command that must be refused; give the refusal's code and the exit code."""
    capsys.readouterr()
    exit_code = main([*words, "--json"])
    error = json.loads(capsys.readouterr().err.splitlines()[-1])
    assert error["what"]
    assert error["why"]
    assert error["next"]
    return error["code"], exit_code


def test_an_entry_is_proven_to_whoever_keeps_the_seal(sealed, proof, capsys):
    mark = marks(sealed)[-1]
    words = ("audit", "verify", str(proof), "--db", NOWHERE)
    assert main([*words, "--seal", str(mark)]) == 0
    told = capsys.readouterr()
    assert "Proven: entry 7 is leaf" in told.out
    assert str(mark) in told.out
    assert told.err == ""
    assert main([*words]) == 1
    assert "proves nothing unless" in capsys.readouterr().err
    assert main([*words, "--json"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["leaf"]["number"] == "7"
    assert document["seal"] == str(mark)


def test_an_entry_is_proven_against_the_seal_that_somebody_kept(sealed, proof_file, capsys):
    first = marks(sealed)[0]
    words = ("audit", "prove", "7", "--size", str(first.size), "--output", str(proof_file))
    assert main([*words, "--db", sealed.url]) == 0
    verify(read_proof(proof_file), first)
    document = json.loads(proof_file.read_text(encoding="utf-8"))
    assert document["schema"] == "cityfund.proof/2"
    assert document["seal"] == 1
    assert document["sealed_at"].startswith("2026-11-23T12:")


def test_a_proof_goes_to_standard_output_where_no_file_is_named(sealed, capsys):
    assert main(["audit", "prove", "1", "--db", sealed.url]) == 0
    assert json.loads(capsys.readouterr().out)["position"] > 0


def test_every_entry_is_proven_against_every_seal_that_covers_it(sealed, tmp_path):
    from ledger.usecases.evidence import NotSealedYet, prove  # noqa: PLC0415

    proven = 0
    for mark in marks(sealed):
        for entry in sealed.entries():
            try:
                document = prove(sealed.ledger, entry.number, mark.size)
            except NotSealedYet:
                continue
            path = tmp_path / "one.json"
            path.write_text(json.dumps(document), encoding="utf-8")
            verify(read_proof(path), mark)
            proven += 1
    assert proven > 2 * len(sealed.entries())


def test_a_proof_is_checked_by_hand_with_nothing_but_sha256(sealed, proof):
    """The page for auditors shows these steps."""
    told = json.loads(proof.read_text(encoding="utf-8"))
    found = hashlib.sha256(b"\x00" + told["leaf"].encode()).digest()
    place, last = told["position"], told["size"] - 1
    for step in map(bytes.fromhex, told["path"]):
        while place % 2 == 0 and place == last:
            place, last = place // 2, last // 2
        left = place % 2 == 1
        found = hashlib.sha256(b"\x01" + (step + found if left else found + step)).digest()
        place, last = place // 2, last // 2
    assert found.hex() == told["root"]


def test_an_entry_that_is_not_sealed_yet(sealed, capsys):
    answer = sealed.revise("need", "N-0001", "9101 EUR")
    words = ("audit", "prove", str(answer["entry"]), "--db", sealed.url)
    assert refused(capsys, *words) == ("not-sealed-yet", 4)


def test_a_ledger_without_any_seal(world, capsys):
    world.need("100 EUR")
    assert refused(capsys, "audit", "prove", "1", "--db", world.url) == ("not-sealed-yet", 4)


def test_an_entry_that_is_not_there(sealed, capsys):
    words = ("audit", "prove", "999", "--db", sealed.url)
    assert refused(capsys, *words) == ("unknown-entry", 5)


def test_a_seal_that_is_not_there(sealed, capsys):
    words = ("audit", "prove", "1", "--size", "7", "--db", sealed.url)
    assert refused(capsys, *words) == ("unknown-seal", 5)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entry SET reason = 'never' WHERE id = 7",
        "UPDATE entry SET lines = 9 WHERE id = 7",
        "UPDATE seal SET root = frontier WHERE number = (SELECT max(number) FROM seal)",
    ],
)
def test_an_entry_that_is_not_what_was_sealed(sealed, capsys, statement):
    if "frontier" in statement:
        statement = statement.replace("= frontier", "= (SELECT min(hash) FROM sealed_leaf)")
    attack(sealed.url, statement)
    words = ("audit", "prove", "7", "--db", sealed.url)
    assert refused(capsys, *words) == ("not-as-sealed", 4)


def test_an_entry_that_nobody_can_seal(sealed, capsys, monkeypatch):
    monkeypatch.setattr(
        "ledger.store.session.ledger.STABLE_AFTER", sealed.entries()[0].recorded_at.resolution
    )
    sealed.revise("need", "N-0001", "9101 EUR")
    attack(sealed.url, "UPDATE entry SET lines = 9 WHERE id = (SELECT max(id) FROM entry)")
    with sealed.unchanged():
        assert refused(capsys, "audit", "seal", "--db", sealed.url) == ("cannot-seal", 4)


def test_a_proof_that_is_not_there(capsys, tmp_path):
    words = ("audit", "verify", str(tmp_path / "none.json"))
    assert refused(capsys, *words) == ("cannot-read-proof", 74)


def test_a_seal_that_was_not_copied_whole(proof, capsys):
    for typed in ("41", "41:abc", "x:" + "0" * 64, "0:" + "0" * 64, "41:" + "g" * 64):
        words = ("audit", "verify", str(proof), "--seal", typed)
        assert refused(capsys, *words) == ("malformed-seal", 3)
    empty = ("audit", "verify", str(proof), "--seal", "")
    assert refused(capsys, *empty) == ("bad-usage", 2)
    words = ("check", "--seal", "41:abc", "--db", NOWHERE)
    assert refused(capsys, *words) == ("malformed-seal", 3)


def test_a_proof_of_another_seal(sealed, proof, capsys):
    words = ("audit", "verify", str(proof), "--seal", str(marks(sealed)[0]))
    assert refused(capsys, *words) == ("other-seal", 4)


def test_a_leaf_that_was_changed(proof, capsys):
    text = proof.read_text(encoding="utf-8")
    assert "committed" in text
    proof.write_text(text.replace("committed", "delivered"), encoding="utf-8")
    assert refused(capsys, "audit", "verify", str(proof)) == ("not-proven", 4)


BAD = {
    "nothing": b"",
    "no JSON": b"{",
    "not UTF-8": b"\xff\xfe",
    "no object": b"[]",
    "deeper than anybody reads": b"[" * 100_000,
    "a number too long to read": b'{"size": ' + b"9" * 5000 + b"}",
}


@pytest.mark.parametrize("name", BAD)
def test_a_file_that_is_no_proof(name, capsys, tmp_path):
    path = tmp_path / "bad.json"
    path.write_bytes(BAD[name])
    assert refused(capsys, "audit", "verify", str(path)) == ("malformed-proof", 3)


CHANGES = {
    "another schema": {"schema": "cityfund.proof/9"},
    "a schema with fewer keys": {"schema": "cityfund.proof/1"},
    "a leaf that is no text": {"leaf": 7},
    "a leaf that is no object": {"leaf": "7"},
    "half a character": {"leaf": '{"a": "\ud800"}'},
    "a position in words": {"position": "7"},
    "a position that is true": {"position": True},
    "a position with a fraction": {"position": 7.0},
    "a size below zero": {"size": -1},
    "a size beyond all ledgers": {"size": 2**70},
    "a path that is a text": {"path": "ab"},
    "a path of no hashes": {"path": ["ab"]},
    "a path without an end": {"path": ["0" * 64] * 65},
    "a root in capitals": {"root": "A" * 64},
    "a seal that is none": {"seal": None},
    "a time that is none": {"sealed_at": 0},
    "more than belongs there": {"note": "trust me"},
    "a list of disclosed fields": {"disclosed": ["actor"]},
    "a field that no entry has": {"disclosed": {"number": {"salt": "0" * 32, "text": "7"}}},
    "a disclosed text without a salt": {"disclosed": {"actor": {"text": "officer"}}},
    "a disclosed text of two parts": {"disclosed": {"actor": "officer"}},
    "a salt that is too short": {"disclosed": {"actor": {"salt": "0" * 30, "text": "officer"}}},
    "a disclosed number": {"disclosed": {"actor": {"salt": "0" * 32, "text": 7}}},
    "half a disclosed character": {"disclosed": {"actor": {"salt": "0" * 32, "text": "\ud800"}}},
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_proof_with_something_that_no_proof_has(name, proof, capsys):
    document = {**json.loads(proof.read_text(encoding="utf-8")), **CHANGES[name]}
    proof.write_text(json.dumps(document), encoding="utf-8")
    assert refused(capsys, "audit", "verify", str(proof)) == ("malformed-proof", 3)


def test_a_proof_that_lacks_something(proof, capsys):
    document = json.loads(proof.read_text(encoding="utf-8"))
    del document["path"]
    proof.write_text(json.dumps(document), encoding="utf-8")
    assert refused(capsys, "audit", "verify", str(proof)) == ("malformed-proof", 3)


def test_checking_a_proof_needs_no_database(sealed_once: Sealed, proof):
    """Neither a ledger nor what reads one is there, and none of what makes proofs."""
    script = (
        "import sys\n"
        "from cli.main import main\n"
        f"code = main(['audit', 'verify', {str(proof)!r}, '--seal',"
        f" {str(sealed_once.marks[-1])!r}])\n"
        "bad = {'sqlalchemy', 'sqlite3', 'psycopg', 'ledger.evidence.merkle', 'ledger.store'}\n"
        "sys.exit(code or ', '.join(sorted(bad & sys.modules.keys())) or 0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={"PATH": "/usr/bin:/bin", "CITYFUND_DB": NOWHERE, "HOME": str(proof.parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "Proven: entry 7" in done.stdout
